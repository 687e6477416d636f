package engine

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

func (d *dayRun) prompts(ctx context.Context) error {
	people, err := d.e.db.CountUntold(ctx)
	if err != nil {
		return err
	}
	d.run.People = people
	if d.run.Hold, err = d.e.hold(ctx, d.run, d.e.book.Load()); err != nil {
		return err
	}
	if d.run.Hold != "" {
		return d.keep(ctx, store.RunHeld, 0)
	}
	return d.keep(ctx, store.RunDigests, 0)
}

func (e *Engine) promptSaid(ctx context.Context, by *workflow.Actor, o *store.Owed) (remind.Said, bool, error) {
	return remind.Said{}, false, nil
}
