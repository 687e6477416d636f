package store

import (
	"context"
	"math"
	"slices"
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Recount is what a look at every counter and issue found.
type Recount struct {
	Issues    int                // looked at
	Counters  int                // looked at
	Uncounted []workflow.IssueID // counted as what they are not, without being owed to the counters
	Wrong     []Miscount
}

// Miscount is a counter that is not the sum of what is counted.
type Miscount struct {
	Org           workflow.OrgID
	Of            string  // what it counts, as column=value …
	Holds, Should []int64 // issues; for totals also fen involved and fen recovered
}

// OK says whether there was nothing wrong.
func (r *Recount) OK() bool { return len(r.Uncounted)+len(r.Wrong) == 0 }

const recountAtOne = 500 // issues

// Recount holds every issue against what the counters hold of it, and every counter against the sum of that: together, whether each
// counter is the number of rows. With mend it puts right what is not. Steps and counting go on meanwhile.
func (db *DB) Recount(ctx context.Context, mend bool) (r Recount, err error) {
	for last := int64(math.MinInt64); last < math.MaxInt64; {
		var found Recount
		err := db.write(ctx, func(tx *gorm.DB) (err error) {
			found, last, err = recountIssues(tx, last, mend)
			return err
		})
		if err != nil {
			return r, err
		}
		r.Issues += found.Issues
		r.Uncounted = append(r.Uncounted, found.Uncounted...)
	}
	for n := 1; mend && n > 0; {
		if n, err = db.CountOwed(ctx); err != nil {
			return r, err
		}
	}
	for _, t := range []counterTable{tallyTable(), totalTable()} {
		if err := db.recountTable(ctx, t, mend, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

// recountIssues looks at the issues after an id and says at which it stopped. What is wrong becomes owed to the counters.
func recountIssues(tx *gorm.DB, after int64, mend bool) (r Recount, last int64, err error) {
	was, is, owed := make(map[int64]counted), make(map[int64]counted), make(map[int64]bool)
	last = math.MaxInt64
	err = each(tx, func(scan func(...any) error) error { return scan(&last) }, "SELECT id FROM issues WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?", after, recountAtOne-1)
	if err == nil {
		err = readCounted(tx, is, "issues WHERE id > ? AND id <= ?", "id", after, last)
	}
	if err == nil {
		err = readCounted(tx, was, "counted WHERE issue > ? AND issue <= ?", "issue", after, last)
	}
	if err == nil {
		err = each(tx, func(scan func(...any) error) error {
			var id int64
			err := scan(&id)
			owed[id] = true
			return err
		}, owedIssues+" AND subject > ? AND subject <= ?", after, last)
	}
	wrong := make(map[int64]bool)
	for id := range is {
		wrong[id] = is[id] != was[id]
	}
	for id := range was {
		wrong[id] = is[id] != was[id]
	}
	var rows [][]any
	for id, bad := range wrong {
		if bad && !owed[id] {
			r.Uncounted = append(r.Uncounted, workflow.IssueID(id))
			rows = append(rows, owedToCounters(id, 0))
		}
	}
	slices.Sort(r.Uncounted)
	r.Issues = len(is)
	if err != nil || !mend {
		return r, last, err
	}
	return r, last, raceLost(insertAll(tx, outboxInsert, rows), "PRIMARY")
}

// recountTable looks for counters that are not the sum of what is counted, and looks again in a transaction of its own to mend them.
func (db *DB) recountTable(ctx context.Context, t counterTable, mend bool, r *Recount) error {
	counters := 0
	var wrong []Miscount
	err := db.read(ctx, func(tx *gorm.DB) (err error) {
		err = each(tx, func(scan func(...any) error) error { return scan(&counters) }, "SELECT COUNT(*) FROM "+t.name)
		if err == nil {
			wrong, _, err = t.miscounts(tx)
		}
		return err
	})
	r.Counters += counters
	r.Wrong = append(r.Wrong, wrong...)
	if err != nil || !mend || len(wrong) == 0 {
		return err
	}
	return db.write(ctx, func(tx *gorm.DB) error {
		// Two who mend at once would do it twice: the second waits, and finds nothing.
		err := each(tx, func(scan func(...any) error) error { return scan(new(string)) }, "SELECT value FROM meta WHERE name = ?"+forUpdate(tx), setUp)
		if err != nil {
			return err
		}
		_, missing, err := t.miscounts(tx)
		if err != nil {
			return err
		}
		return t.add(tx, missing)
	})
}

// miscounts finds counters that are not the sum of what is counted, and what is missing from each, as rows for add.
func (t counterTable) miscounts(tx *gorm.DB) (wrong []Miscount, missing [][]any, err error) {
	err = each(tx, func(scan func(...any) error) error {
		m := Miscount{Holds: make([]int64, len(t.numbers)), Should: make([]int64, len(t.numbers))}
		key := make([]string, len(t.key))
		into := []any{&m.Org}
		for n := range t.key[1:] {
			into = append(into, &key[n+1])
		}
		for n := range t.numbers {
			into = append(into, &m.Holds[n], &m.Should[n])
		}
		err := scan(into...)
		row, of := []any{int64(m.Org)}, []string(nil)
		for n, word := range key[1:] {
			row, of = append(row, word), append(of, t.key[n+1]+"="+word)
		}
		for n := range t.numbers {
			row = append(row, m.Should[n]-m.Holds[n])
		}
		m.Of = strings.Join(of, " ")
		wrong, missing = append(wrong, m), append(missing, row)
		return err
	}, t.miscountQuery())
	return wrong, missing, err
}

// miscountQuery lays the counters beside their sums from counted, level by level.
func (t counterTable) miscountQuery() string {
	list := func(all []string, form string) string {
		var out []string
		for _, name := range all {
			out = append(out, strings.ReplaceAll(form, "?", name))
		}
		return strings.Join(out, ", ")
	}
	key := strings.Join(t.key[1:], ", ")
	parts := []string{"SELECT org, " + key + ", " + list(t.numbers, "? AS held_?, 0 AS sum_?") + " FROM " + t.name}
	for _, a := range []string{"a1", "a2", "a3", "a4", "a5"} {
		parts = append(parts, "SELECT "+a+", "+key+", "+list(t.sums, "0, ?")+" FROM counted WHERE "+a+" <> 0 GROUP BY "+a+", "+key)
	}
	var differ []string
	for _, n := range t.numbers {
		differ = append(differ, "SUM(held_"+n+") <> SUM(sum_"+n+")")
	}
	return "SELECT org, " + list(t.key[1:], "CAST(? AS CHAR)") + ", " + list(t.numbers, "SUM(held_?), SUM(sum_?)") + " FROM (" + strings.Join(parts, " UNION ALL ") +
		") AS c GROUP BY org, " + key + " HAVING " + strings.Join(differ, " OR ") + " ORDER BY org, " + key
}
