package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Counts counts the issues of a list by everything that a page shows, each once. Filter.Today decides the lights.
func (db *DB) Counts(ctx context.Context, s Scope, f Filter) (Counts, error) {
	c := where(s, f)
	query := `SELECT state, source, kind, grade, reported,
CASE WHEN due < ? THEN 1 WHEN warn <= ? THEN 2 WHEN due < '9999-12-31' THEN 3 ELSE 0 END AS light,
COUNT(*), SUM(amount), SUM(recovered) FROM issues WHERE ` + c.sql + " GROUP BY state, source, kind, grade, reported, light"
	today := f.Today
	if today == "" {
		today = firstDay
	}
	var out Counts
	err := db.read(ctx, func(tx *gorm.DB) error {
		out = newCounts()
		return each(tx, out.add, query, append([]any{string(today), string(today)}, c.args...)...)
	})
	return out, err
}

func newCounts() Counts {
	return Counts{
		ByState: map[workflow.State]int{}, ByPhase: map[workflow.Phase]int{}, ByLight: map[workflow.Light]int{},
		ByGrade: map[workflow.Grade]int{}, BySource: map[workflow.Source]int{}, ByKind: map[workflow.Kind]int{},
	}
}

// add takes in one group.
func (c *Counts) add(scan func(...any) error) error {
	var state workflow.State
	var source workflow.Source
	var kind workflow.Kind
	var grade workflow.Grade
	var reported bool
	var bucket, n int
	var amount, recovered int64
	if err := scan(&state, &source, &kind, &grade, &reported, &bucket, &n, &amount, &recovered); err != nil {
		return err
	}
	lights := [...]workflow.Light{workflow.LightNone, workflow.LightOverdue, workflow.LightSoon, workflow.LightInTime}
	light := lights[bucket]
	if !state.Lit() {
		light = workflow.LightNone
	}
	c.Total += n
	c.ByState[state] += n
	c.ByPhase[state.Phase()] += n
	c.ByLight[light] += n
	c.ByGrade[grade] += n
	c.BySource[source] += n
	c.ByKind[kind] += n
	c.Amount += amount
	c.Recovered += recovered
	if reported || state == workflow.Closed {
		c.Reported += n
	}
	if state == workflow.Closed {
		c.Closed += n
	}
	return nil
}
