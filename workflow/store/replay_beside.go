package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

// besideTable is a table beside issues, found by the issue, with the columns that are compared.
type besideTable struct{ name, columns string }

func besideTables() []besideTable {
	out := []besideTable{{"duties_done", metColumns}, {"issue_outcomes", outcomeColumns}, {"sign_steps", signColumns}}
	for _, d := range derivedTables() {
		out = append(out, besideTable{d.name, "no, " + strings.Join(append(slices.Clone(d.columns), placeColumns...), ", ")})
	}
	return out
}

// compareTable holds the rows of a table against what the histories say.
func (r *replayed) compareTable(tx *gorm.DB, t besideTable) error {
	ids := r.followed()
	is := make(map[int64]rows, len(ids))
	err := inBatches(ids, func(marks string, args []any) error {
		return each(tx, func(scan func(...any) error) error {
			var id int64
			values := make([]any, len(columnNames(t.columns)))
			into := []any{&id}
			for n := range values {
				into = append(into, &values[n])
			}
			err := scan(into...)
			is[id] = append(is[id], rowText(values))
			return err
		}, "SELECT issue_id, "+t.columns+" FROM "+t.name+" WHERE issue_id IN ("+marks+")", args...)
	})
	for _, id := range ids {
		r.differ(id, t.name, is[id])
		r.surplus(id, t.name, is[id])
	}
	return err
}

// followed are the issues whose histories can be followed.
func (r *replayed) followed() (ids []int64) {
	for n := range r.rows {
		if !r.rows[n].broken {
			ids = append(ids, r.rows[n].id)
		}
	}
	return ids
}

// differ notes the rows of an issue that are not there.
func (r *replayed) differ(id int64, table string, is rows) {
	row := &r.rows[r.at[id]]
	for _, one := range without(row.expected[table], is) {
		r.note(row, 0, table, one, "")
	}
}

// surplus notes the rows of an issue that should not be there.
func (r *replayed) surplus(id int64, table string, is rows) {
	row := &r.rows[r.at[id]]
	for _, one := range without(is, row.expected[table]) {
		r.note(row, 0, table, "", one)
	}
}

// keyedTable is a table that is found by something else than the issue: an org, a person, a file.
type keyedTable struct {
	name, key string
	of        func(*workflow.Issue) rows // nil where rows stay when the issue has no use for them any more
}

func keyedTables() []keyedTable {
	out := []keyedTable{{"issue_orgs", "org_id", nil}, {"issue_waits", "org_id", nil}, {"issue_people", "person_id", nil}, {"file_refs", "hash", nil}}
	for _, f := range followingTables() {
		for n := range out {
			if out[n].name == f.name {
				out[n].of = f.of
			}
		}
	}
	return out
}

// param is a key as its column has it.
func (t *keyedTable) param(key string) any {
	if n, err := strconv.ParseInt(key, 10, 64); err == nil && t.key != "hash" {
		return n
	}
	return key
}

// probe looks for the rows that the histories say are there.
func (r *replayed) probe(tx *gorm.DB, t keyedTable) error {
	type pair struct {
		key string
		id  int64
	}
	var wanted []pair
	is := make(map[int64]rows)
	for _, id := range r.followed() {
		for _, key := range r.rows[r.at[id]].expected[t.name] {
			wanted = append(wanted, pair{key, id})
		}
	}
	err := inBatches(wanted, func(_ string, batch []any) error {
		one := "(" + t.key + " = ? AND issue_id = ?)"
		args := make([]any, 0, 2*len(batch))
		for _, p := range batch {
			args = append(args, t.param(p.(pair).key), p.(pair).id)
		}
		return each(tx, func(scan func(...any) error) error {
			var id int64
			var key any
			err := scan(&key, &id)
			is[id] = append(is[id], columnText(key))
			return err
		}, "SELECT "+t.key+", issue_id FROM "+t.name+" WHERE "+one+strings.Repeat(" OR "+one, len(batch)-1), args...)
	})
	for _, id := range r.followed() {
		r.differ(id, t.name, is[id])
	}
	return err
}

const strangersAtOne = 2000 // rows

// strangers finds rows of a table that do not follow from their issue.
func (db *DB) strangers(ctx context.Context, t keyedTable, found func(Difference) error) error {
	key := int64(0)
	for id := int64(0); ; {
		var out []Difference
		n := 0
		err := db.snapshot(ctx, func(tx *gorm.DB) (err error) {
			out, n, key, id, err = strangersAfter(tx, t, key, id)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
		for _, d := range out {
			if err := found(d); err != nil {
				return err
			}
		}
	}
}

// strangersAfter looks at a number of rows behind one, and says how many there were and at which it stopped.
func strangersAfter(tx *gorm.DB, t keyedTable, key, id int64) (out []Difference, n int, lastKey, last int64, err error) {
	keys := make(map[int64]rows)
	err = each(tx, func(scan func(...any) error) error {
		err := scan(&key, &id)
		keys[id] = append(keys[id], columnText(key))
		n++
		return err
	}, "SELECT "+t.key+", issue_id FROM "+t.name+" WHERE "+t.key+" >= ? AND ("+t.key+" > ? OR issue_id > ?) ORDER BY "+t.key+", issue_id LIMIT ?", key, key, id, strangersAtOne)
	if err != nil {
		return nil, 0, key, id, err
	}
	ids := make([]int64, 0, len(keys))
	for id := range keys {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	issues := make(map[int64]workflow.Issue, len(ids))
	err = inBatches(ids, func(marks string, args []any) error {
		return each(tx, func(scan func(...any) error) error {
			var id int64
			var doc []byte
			err := scan(&id, &doc)
			if i, bad := decodeIssue(doc); bad == nil { // what cannot be read was found before
				issues[id] = i
			}
			return err
		}, "SELECT id, doc FROM issues WHERE id IN ("+marks+")", args...)
	})
	for _, at := range ids {
		i := issues[at]
		for _, one := range without(keys[at], t.of(&i)) {
			out = append(out, Difference{Issue: workflow.IssueID(at), Number: i.Number, Place: t.name, Row: one})
		}
	}
	return out, n, key, id, err
}
