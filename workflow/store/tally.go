package store

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Tally counts the issues of a list by state, phase and light and in all; the other figures of Counts stay empty. As long as the filter
// names states only it asks the counters, or the indexes that lists are read by, and no row: a page can show it beside a list of any
// length.
func (db *DB) Tally(ctx context.Context, s Scope, f Filter) (Counts, error) {
	lights := make(map[workflow.State]tally)
	count := func(tx *gorm.DB, s Scope, f Filter) error { return tallyInto(tx, s, f, lights) }
	var err error
	if f.On != "" {
		err = db.onDay(ctx, f.On, func(b both) error {
			clear(lights)
			return b.each(s, f, count)
		})
	} else {
		err = db.read(ctx, func(tx *gorm.DB) error {
			clear(lights)
			return count(tx, s, f)
		})
	}
	out := newCounts()
	out.addTallies(lights)
	return out, err
}

// tallyInto adds what a list of issues comes to.
func tallyInto(tx *gorm.DB, s Scope, f Filter, lights map[workflow.State]tally) error {
	queries := tallyQueries(s, f)
	c, ok, err := countersFor(tx, s, f)
	if ok {
		queries = c.tallies()
	}
	if err != nil || len(queries) == 0 {
		return err
	}
	q := join(" UNION ALL ", queries) // one statement sees one state of the database
	return each(tx, func(scan func(...any) error) error {
		var state workflow.State
		var t tally
		err := scan(&state, &t.all, &t.overdue, &t.soon, &t.none)
		lights[state] = lights[state].plus(t)
		return err
	}, q.sql, q.args...)
}

// tally is what is counted of one state.
type tally struct{ all, overdue, soon, none int }

func (t tally) plus(u tally) tally {
	return tally{t.all + u.all, t.overdue + u.overdue, t.soon + u.soon, t.none + u.none}
}

// tallyQueries are three queries for each subtree of the scope and for what is in its small parts and in no subtree. The first walks
// through all of an index and only counts; the others look at the few days that have another light. Subtrees do not overlap, so each
// issue is counted once.
func tallyQueries(s Scope, f Filter) (queries []condition) {
	spans := f.spans()
	if len(spans) == 0 {
		return nil
	}
	today := max(f.Today, firstDay)
	soon := string(today.Add(workflow.MostSoonDays))
	add := func(c condition) {
		query := func(sums string, limits []any, more string, last ...any) {
			args := append(append(append([]any(nil), limits...), c.args...), last...)
			queries = append(queries, condition{"SELECT state, " + sums + " FROM issues WHERE " + c.sql + more + " GROUP BY state", args})
		}
		query("COUNT(*), 0, 0, 0", nil, "")
		query("0, SUM(CASE WHEN due < ? THEN 1 ELSE 0 END), SUM(CASE WHEN due >= ? AND warn <= ? THEN 1 ELSE 0 END), 0", []any{string(today), string(today), string(today)}, " AND due <= ?", soon)
		query("0, 0, 0, COUNT(*)", nil, " AND due >= ?", noDue)
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
		add(and(b.condition, within(spans), f.rest()))
	}
	if len(small) > 0 {
		days := within(spans)
		days.sql = strings.ReplaceAll(days.sql, "state IN", "+state IN") // see pageQuery
		add(and(smallParts(small, trees), days, f.rest()))
	}
	return queries
}

// smallParts are the issues in the small parts of a scope that are in none of its subtrees. Their ids are found first: there are few.
func smallParts(small, trees []condition) condition {
	var ids []string
	var args []any
	for _, c := range small {
		ids = append(ids, "SELECT id FROM issues WHERE "+c.sql)
		args = append(args, c.args...)
	}
	found := condition{"id IN (" + strings.Join(ids, " UNION ") + ")", args}
	if len(trees) == 0 {
		return found
	}
	inside := or(trees...)
	return and(found, condition{"NOT " + inside.sql, inside.args})
}

// addTallies takes in what was counted of each state.
func (c *Counts) addTallies(all map[workflow.State]tally) {
	for state, t := range all {
		if t.all == 0 {
			continue
		}
		c.Total += t.all
		c.ByState[state] += t.all
		c.ByPhase[state.Phase()] += t.all
		if !state.Lit() {
			t = tally{all: t.all, none: t.all}
		}
		for light, some := range map[workflow.Light]int{
			workflow.LightOverdue: t.overdue, workflow.LightSoon: t.soon, workflow.LightNone: t.none, workflow.LightInTime: t.all - t.overdue - t.soon - t.none,
		} {
			if some > 0 {
				c.ByLight[light] += some
			}
		}
	}
}
