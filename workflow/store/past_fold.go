package store

import (
	"context"
	"encoding/json"
	"maps"

	"gorm.io/gorm"

	"rectify/workflow"
)

// catchUp finds the issues that something has happened to since it was last asked, and lays a bounded number of them out; done says that
// none is left.
func (p *pastDay) catchUp(ctx context.Context, tx *gorm.DB) (done bool, err error) {
	defer func() {
		if err != nil { // everything is looked for again
			p.seen, p.moves = p.end, nil
		}
	}()
	touched, moved, last, err := p.happened(tx)
	if err != nil {
		return false, err
	}
	if before := len(p.moves); moved {
		if err := p.readMoves(tx); err != nil {
			return false, err
		}
		if moved = len(p.moves) != before; moved {
			p.roots = p.moves.roots()
		}
	}
	if moved {
		if touched, err = p.misplaced(tx, touched); err != nil {
			return false, err
		}
	}
	for _, id := range touched {
		p.known[id] = true
	}
	p.waiting, p.seen = append(p.waiting, touched...), last
	for range roundsAtOne {
		batch := p.waiting[:min(foldAtOne, len(p.waiting))]
		if err := p.layOut(ctx, tx, batch); err != nil {
			return false, err
		}
		p.waiting = p.waiting[len(batch):]
	}
	return len(p.waiting) == 0, nil
}

// happened finds the issues that have lines since the day, and whether organisations were changed. Every line is in the outbox.
func (p *pastDay) happened(tx *gorm.DB) (touched []int64, moved bool, last int64, err error) {
	last = p.seen
	from := max(p.end, p.seen-lateCommit.Milliseconds())
	err = each(tx, func(scan func(...any) error) error {
		var kind string
		var subject, at int64
		if err := scan(&kind, &subject, &at); err != nil {
			return err
		}
		last = max(last, at)
		switch {
		case kind == KindOrg:
			moved = true
		case !p.known[subject]:
			touched = append(touched, subject)
		}
		return nil
	}, "SELECT kind, subject, MAX(at) FROM outbox WHERE at >= ? AND +kind IN (?, ?) GROUP BY kind, subject", from, workflow.KindIssue, KindOrg)
	return touched, moved, last, err
}

func (p *pastDay) readMoves(tx *gorm.DB) (err error) {
	p.moves, err = readMoves(tx, `SELECT h.at, h.data FROM outbox o CROSS JOIN history h ON h.kind = o.kind AND h.subject = o.subject AND h.seq = o.seq
WHERE o.at >= ? AND o.kind = ? AND h.data LIKE ?`, p.end, KindOrg, `%"line_before"%`)
	return err
}

// misplaced adds the issues whose organisation or finder lay elsewhere at the end of the day.
func (p *pastDay) misplaced(tx *gorm.DB, touched []int64) ([]int64, error) {
	if len(p.roots) == 0 {
		return touched, nil
	}
	c, have := p.elsewhere(), make(map[int64]bool, len(touched))
	for _, id := range touched {
		have[id] = true
	}
	err := each(tx, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		if !p.known[id] && !have[id] {
			touched = append(touched, id)
		}
		return err
	}, "SELECT id FROM issues WHERE created_at < ? AND updated_at < ? AND "+c.sql, append([]any{p.end, p.end}, c.args...)...)
	return touched, err
}

// elsewhere holds for issues whose organisation or finder was moved since the day.
func (p *pastDay) elsewhere() condition {
	var all []condition
	for _, a := range placeColumns {
		all = append(all, among(a, p.roots, idParam))
	}
	inside := or(all...)
	inside.sql = "finder IN (SELECT id FROM orgs WHERE " + inside.sql + ")"
	return or(append(all, inside)...)
}

// still holds for issues that nothing has happened to since the day.
func (p *pastDay) still() condition {
	c := condition{"updated_at < ?", []any{p.end}}
	if len(p.roots) == 0 {
		return c
	}
	moved := p.elsewhere()
	return and(c, condition{"NOT " + moved.sql, moved.args})
}

// folding is an issue on its way from its lines.
type folding struct {
	fields map[string]json.RawMessage
	row    foldedAt
	gap    bool
}

// foldedAt is what the row of an issue has beside the issue.
type foldedAt struct {
	seq         int
	first, last int64
}

// layOut folds issues as they were at the end of the day and keeps them. One that there was not yet is known and not kept.
func (p *pastDay) layOut(ctx context.Context, tx *gorm.DB, ids []int64) error {
	all, err := p.fold(tx, ids)
	if err != nil {
		return err
	}
	issues, rows := make([]workflow.Issue, 0, len(all)), make([]foldedAt, 0, len(all))
	for _, id := range ids {
		f := all[id]
		if f == nil {
			continue
		}
		i, err := f.issue()
		if err != nil {
			return err
		}
		issues, rows = append(issues, i), append(rows, f.row)
	}
	if err := p.place(tx, issues); err != nil {
		return err
	}
	return p.then.transaction(ctx, func(to *gorm.DB) error { return keepPast(to, issues, rows) })
}

func (f *folding) issue() (i workflow.Issue, err error) {
	whole, err := json.Marshal(f.fields)
	if err != nil {
		return i, err
	}
	return decodeIssue(whole)
}

// fold lays the lines of issues up to the end of the day over each other.
func (p *pastDay) fold(tx *gorm.DB, ids []int64) (map[int64]*folding, error) {
	all := make(map[int64]*folding, len(ids))
	lines := func(query string, args ...any) error {
		return each(tx, func(scan func(...any) error) error {
			var id, at int64
			var seq int
			var data []byte
			if err := scan(&id, &seq, &at, &data); err != nil {
				return err
			}
			f := all[id]
			if f == nil {
				f = &folding{fields: make(map[string]json.RawMessage), row: foldedAt{first: at}}
				all[id] = f
			}
			f.gap = f.gap || seq != f.row.seq+1
			f.row.seq, f.row.last = seq, at
			return json.Unmarshal(data, &f.fields)
		}, query, args...)
	}
	const upTo = "SELECT subject, seq, at, data FROM history WHERE kind = ? AND subject "
	err := inBatches(ids, func(marks string, args []any) error {
		return lines(upTo+"IN ("+marks+") AND at < ? ORDER BY subject, seq", append(append([]any{workflow.KindIssue}, args...), p.end)...)
	})
	if err != nil {
		return nil, err
	}
	for id, f := range maps.Clone(all) { // a clock that went back over midnight: the lines between bear a later day
		if f.gap {
			delete(all, id)
			if err := lines(upTo+"= ? AND seq <= ? ORDER BY seq", workflow.KindIssue, id, f.row.seq); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// place puts issues where their organisations lay at the end of the day.
func (p *pastDay) place(tx *gorm.DB, issues []workflow.Issue) error {
	var ids []workflow.OrgID
	for n := range issues {
		ids = append(ids, issues[n].Line.Last().Org, issues[n].FinderLine.Last().Org)
	}
	lines := make(map[workflow.OrgID]workflow.Lineage, len(ids))
	err := inBatches(once(ids), func(marks string, args []any) error {
		orgs, err := orgsWhere(tx, "id IN ("+marks+")", args...)
		for _, o := range orgs {
			lines[o.ID] = p.moves.before(o.Line)
		}
		return err
	})
	for n := range issues {
		for _, l := range []*workflow.Lineage{&issues[n].Line, &issues[n].FinderLine} {
			if was, ok := lines[l.Last().Org]; ok {
				*l = was
			}
		}
	}
	return err
}

// keepPast writes folded issues into the tables of a past day.
func keepPast(to *gorm.DB, issues []workflow.Issue, rows []foldedAt) error {
	all, fresh := make([]kept, len(issues)), make([][]any, len(issues))
	for n := range issues {
		i := &issues[n]
		all[n] = kept{change: workflow.Change{Issue: *i}}
		columns, err := derived(i)
		if err != nil {
			return err
		}
		text := TextKey(i.Detail, i.Responsible)
		fresh[n] = append([]any{int64(i.ID), i.Number, 1, rows[n].seq, text[:], rows[n].first, rows[n].last, text[:]}, columns...)
	}
	if err := insertAll(to, issueInsert, fresh); err != nil {
		return err
	}
	for _, d := range derivedTables() {
		if err := d.save(to, all); err != nil {
			return err
		}
	}
	if err := saveIDs(to, "issue_orgs", "org_id", all, (*workflow.Issue).Outsiders); err != nil {
		return err
	}
	if err := saveIDs(to, "issue_people", "person_id", all, (*workflow.Issue).InHand); err != nil {
		return err
	}
	return saveIDs(to, "issue_waits", "org_id", all, (*workflow.Issue).Awaited)
}
