package engine

import (
	"context"
	"errors"

	"rectify/workflow"
	"rectify/workflow/store"
)

// draws has the program hold the draws whose day has come and that nobody has held, and go on with those that were broken off while they
// picked. One that was announced for a day off is held on the next working day; what decides it was fixed when its own day began.
func (d *dayRun) draws(ctx context.Context) error {
	due, err := d.e.db.DrawsDue(ctx, d.run.Day, d.run.Since.AddDate(0, 0, -1)) // a day for clocks that went back
	if err != nil {
		return err
	}
	for n := range due {
		if err := d.hold(ctx, &due[n]); err != nil {
			return err
		}
		if err := d.keep(ctx, store.RunIssues, 0); err != nil {
			return err
		}
	}
	return nil
}

// hold holds a draw. What the policy of the office does not let the program do is left to people.
func (d *dayRun) hold(ctx context.Context, draw *Draw) error {
	org, err := d.e.Org(ctx, draw.Org)
	if err != nil {
		return err
	}
	_, err = d.e.HoldDraw(ctx, workflow.Program(org.Line[0]), draw.ID)
	if errors.Is(err, workflow.ErrForbidden) || errors.Is(err, workflow.ErrRefused) {
		d.e.log.WarnContext(ctx, "the program does not hold this draw", "draw", draw.Number, "error", err)
		return nil
	}
	return err
}
