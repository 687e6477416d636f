package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

// SourceCount is how many issues of one source are in one state.
type SourceCount struct {
	Source   workflow.Source
	State    workflow.State
	Reported bool
	N        int
}

// SourceCounts counts the issues of a list by source, state and whether they were reported done; of a past day there may be two for the same.
func (db *DB) SourceCounts(ctx context.Context, s Scope, f Filter) (out []SourceCount, err error) {
	count := func(tx *gorm.DB, s Scope, f Filter) error {
		c := where(s, f)
		return each(tx, func(scan func(...any) error) error {
			var n SourceCount
			err := scan(&n.Source, &n.State, &n.Reported, &n.N)
			out = append(out, n)
			return err
		}, "SELECT source, state, reported, COUNT(*) FROM issues WHERE "+c.sql+" GROUP BY source, state, reported ORDER BY source, state, reported", c.args...)
	}
	if f.On != "" {
		err = db.onDay(ctx, f.On, func(b both) error {
			out = nil
			return b.each(s, f, count)
		})
		return out, err
	}
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return count(tx, s, f)
	})
	return out, err
}
