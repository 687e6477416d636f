package store

import (
	"context"
	"encoding/json"
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
	More       int // measures that plans had beyond their first
}

// plans counts for each org the measures beyond the first that its plans of a time had.
func plans(tx *gorm.DB, marks string, args []any) (out []Taken, err error) {
	err = each(tx, func(scan func(...any) error) error {
		t := Taken{Action: workflow.Plan}
		var data []byte
		if err := scan(&t.Org, &t.Definition, &data); err != nil {
			return err
		}
		var wrote struct {
			Measures []struct{} `json:"measures"`
		}
		if err := json.Unmarshal(data, &wrote); err != nil {
			return err
		}
		if t.More = len(wrote.Measures) - 1; t.More > 0 {
			out = append(out, t)
		}
		return nil
	}, "SELECT org, definition, data FROM history WHERE org IN ("+marks+") AND at >= ? AND at < ? AND kind = '"+workflow.KindIssue+
		"' AND action = '"+string(workflow.Plan)+"'", args...)
	return out, err
}

// Taken counts the steps on issues that the people of some organisations took from one moment up to another.
func (db *DB) Taken(ctx context.Context, orgs []workflow.OrgID, from, until time.Time) (out []Taken, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return inBatches(orgs, func(marks string, args []any) error {
			args = append(args, millis(from), millis(until))
			more, err := plans(tx, marks, args)
			if err != nil {
				return err
			}
			out = append(out, more...)
			return each(tx, func(scan func(...any) error) error {
				var t Taken
				err := scan(&t.Org, &t.Action, &t.Definition, &t.N)
				out = append(out, t)
				return err
			}, "SELECT org, action, definition, COUNT(*) FROM history WHERE org IN ("+marks+") AND at >= ? AND at < ? AND kind = '"+workflow.KindIssue+
				"' GROUP BY org, action, definition", args...)
		})
	})
	return out, err
}
