package engine

import (
	"context"
	"strings"
	"unicode/utf8"

	"rectify/workflow"
	"rectify/workflow/store"
)

const (
	viewsAtMost   = 30
	viewName      = 40   // characters
	viewQueryMost = 2000 // bytes
)

// SavedView is a set of filters that somebody keeps under a name.
type SavedView = store.View

// Views lists what the actor keeps, by name. Nobody else sees it.
func (e *Engine) Views(ctx context.Context, by workflow.Actor) ([]SavedView, error) {
	return e.db.Views(ctx, by.Person)
}

// SaveView keeps a view of the actor in place of the one of the same name. ErrInvalid for a name or a query that is empty or too long,
// ErrRefused when there are too many.
func (e *Engine) SaveView(ctx context.Context, by workflow.Actor, v SavedView) error {
	v.Name = strings.TrimSpace(v.Name)
	switch {
	case v.Name == "" || utf8.RuneCountInString(v.Name) > viewName:
		return workflow.Invalid("bad_view_name", "name", workflow.Say("视图名称为1至%d个字", "the name of a view has 1 to %d characters", viewName))
	case v.Query == "" || len(v.Query) > viewQueryMost:
		return workflow.Invalid("bad_view", "query", workflow.Say("没有可保存的筛选条件，或条件太多", "there is no filter to keep, or too much of it"))
	}
	known, err := e.db.Views(ctx, by.Person)
	if err != nil {
		return err
	}
	if len(known) >= viewsAtMost {
		return workflow.Refused("too_many_views", workflow.Say("最多保存%d个视图，请先删除不用的", "%d views at most are kept; delete one first", viewsAtMost))
	}
	return e.db.SaveView(ctx, by.Person, v)
}

// DeleteView forgets a view of the actor.
func (e *Engine) DeleteView(ctx context.Context, by workflow.Actor, name string) error {
	return e.db.DeleteView(ctx, by.Person, name)
}
