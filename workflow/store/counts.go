package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Counts counts the issues of a list by everything that a page shows, each once. Filter.Today decides the lights. As long as the filter
// names states only it asks the counters, else every row of the list.
func (db *DB) Counts(ctx context.Context, s Scope, f Filter) (Counts, error) {
	var g groups
	begin := func() { g = groups{n: make(map[group]int), lights: make(map[workflow.State]tally)} }
	if f.On != "" {
		err := db.onDay(ctx, f.On, func(b both) error {
			begin()
			return b.each(s, f, g.count)
		})
		return g.counts(), err
	}
	err := db.read(ctx, func(tx *gorm.DB) error {
		begin()
		return g.count(tx, s, f)
	})
	return g.counts(), err
}

// count adds what a list of issues comes to.
func (g *groups) count(tx *gorm.DB, s Scope, f Filter) error {
	c, ok, err := countersFor(tx, s, f)
	if err != nil {
		return err
	}
	c.today = string(max(f.Today, firstDay))
	queries := []condition{c.countQuery("1", "issues", where(s, f))}
	if ok {
		queries = c.counts()
	}
	q := join(" UNION ALL ", queries) // one statement sees one state of the database
	return each(tx, g.add, q.sql, q.args...)
}

func newCounts() Counts {
	return Counts{
		ByState: map[workflow.State]int{}, ByPhase: map[workflow.Phase]int{}, ByLight: map[workflow.Light]int{},
		ByGrade: map[workflow.Grade]int{}, BySource: map[workflow.Source]int{}, ByKind: map[workflow.Kind]int{},
	}
}

// groups is what countQuery found, added up.
type groups struct {
	n                 map[group]int
	lights            map[workflow.State]tally
	amount, recovered int64
}

type group struct {
	state    workflow.State
	source   workflow.Source
	kind     workflow.Kind
	grade    workflow.Grade
	reported bool
}

// add takes in one row.
func (g *groups) add(scan func(...any) error) error {
	var k group
	var t tally
	var amount, recovered int64
	err := scan(&k.state, &k.source, &k.kind, &k.grade, &k.reported, &t.all, &amount, &recovered, &t.overdue, &t.soon, &t.none)
	g.n[k] += t.all
	g.lights[k.state] = g.lights[k.state].plus(t)
	g.amount += amount
	g.recovered += recovered
	return err
}

func (g *groups) counts() Counts {
	c := newCounts()
	c.addTallies(g.lights)
	c.Amount, c.Recovered = g.amount, g.recovered
	for k, n := range g.n {
		if n == 0 {
			continue
		}
		c.ByGrade[k.grade] += n
		c.BySource[k.source] += n
		c.ByKind[k.kind] += n
		if k.reported || k.state == workflow.Closed {
			c.Reported += n
		}
		if k.state == workflow.Closed {
			c.Closed += n
		}
	}
	return c
}
