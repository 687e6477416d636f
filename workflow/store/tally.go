package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Tally counts the issues of a list by state, phase and light and in all; the other figures of Counts stay empty. It asks the indexes
// that lists are read by and no row, as long as the filter names states only, so that a page can show it beside a list of any length.
func (db *DB) Tally(ctx context.Context, s Scope, f Filter) (Counts, error) {
	out := newCounts()
	queries, args := tallyQueries(s, f)
	err := db.read(ctx, func(tx *gorm.DB) error {
		out = newCounts()
		for n, query := range queries {
			if err := each(tx, out.addTally, query, args[n]...); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// tallyQueries are one query for each subtree of the scope, and one for what is in its small parts and in no subtree. Subtrees do not
// overlap, so each issue is counted once.
func tallyQueries(s Scope, f Filter) (queries []string, args [][]any) {
	spans := f.spans()
	if len(spans) == 0 {
		return nil, nil
	}
	today := max(f.Today, firstDay)
	days := []any{string(today), string(today), string(today.Add(workflow.SoonDays)), noDue}
	narrowed := and(within(spans), f.rest())
	add := func(c condition) {
		queries = append(queries, `SELECT state, COUNT(*), SUM(CASE WHEN due < ? THEN 1 ELSE 0 END), SUM(CASE WHEN due >= ? AND due <= ? THEN 1 ELSE 0 END),
SUM(CASE WHEN due >= ? THEN 1 ELSE 0 END) FROM issues WHERE `+c.sql+" GROUP BY state")
		args = append(args, append(append([]any(nil), days...), c.args...))
	}
	var trees, small []condition
	for _, b := range s.branches(f.Under) {
		if !b.tree {
			small = append(small, b.condition)
			continue
		}
		if b.sql != "" {
			trees = append(trees, b.condition)
		}
		add(and(b.condition, narrowed))
	}
	if len(small) > 0 {
		outside := or(small...)
		if len(trees) > 0 {
			inside := or(trees...)
			outside = and(outside, condition{"NOT " + inside.sql, inside.args})
		}
		add(and(outside, narrowed))
	}
	return queries, args
}

// addTally takes in one state.
func (c *Counts) addTally(scan func(...any) error) error {
	var state workflow.State
	var n, overdue, soon, none int
	if err := scan(&state, &n, &overdue, &soon, &none); err != nil {
		return err
	}
	c.Total += n
	c.ByState[state] += n
	c.ByPhase[state.Phase()] += n
	if !state.Lit() {
		overdue, soon, none = 0, 0, n
	}
	for light, some := range map[workflow.Light]int{
		workflow.LightOverdue: overdue, workflow.LightSoon: soon, workflow.LightNone: none, workflow.LightInTime: n - overdue - soon - none,
	} {
		if some > 0 {
			c.ByLight[light] += some
		}
	}
	return nil
}
