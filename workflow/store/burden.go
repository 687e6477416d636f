package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Taken says how often the people of an org took an action on issues that follow a definition.
type Taken struct {
	Org        workflow.OrgID
	Action     workflow.Action
	Definition string
	N          int
}

// Taken counts the steps on issues that the people of some organisations took from one moment up to another.
func (db *DB) Taken(ctx context.Context, orgs []workflow.OrgID, from, until time.Time) (out []Taken, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return inBatches(orgs, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var t Taken
				err := scan(&t.Org, &t.Action, &t.Definition, &t.N)
				out = append(out, t)
				return err
			}, "SELECT org, action, definition, COUNT(*) FROM history WHERE org IN ("+marks+") AND at >= ? AND at < ? AND kind = '"+workflow.KindIssue+
				"' GROUP BY org, action, definition", append(args, millis(from), millis(until))...)
		})
	})
	return out, err
}
