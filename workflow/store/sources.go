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

// SourceCounts counts the issues of a list by source, state and whether they were reported done.
func (db *DB) SourceCounts(ctx context.Context, s Scope, f Filter) (out []SourceCount, err error) {
	c := where(s, f)
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var n SourceCount
			err := scan(&n.Source, &n.State, &n.Reported, &n.N)
			out = append(out, n)
			return err
		}, "SELECT source, state, reported, COUNT(*) FROM issues WHERE "+c.sql+" GROUP BY source, state, reported ORDER BY source, state, reported", c.args...)
	})
	return out, err
}
