package engine

import (
	"context"
	"errors"

	"rectify/workflow"
)

// pastDay is the day at whose end things are asked for, "" for now, which the running day is as well. ErrInvalid with the code future_day for
// a day to come, and before_history for one before the first line of history.
func (e *Engine) pastDay(ctx context.Context, on workflow.Day) (workflow.Day, error) {
	today := e.Today()
	switch {
	case on == "" || on == today:
		return "", nil
	case on > today:
		return "", workflow.Invalid("future_day", "on", workflow.Say("%s还没有到，只能查看已经过去的日子", "%s is yet to come; only days that are past can be shown", on))
	}
	from, err := e.db.FirstDay(ctx)
	switch {
	case err != nil:
		return "", err
	case from == "":
		return "", workflow.Invalid("before_history", "on", workflow.Say("还没有任何历史记录", "there is no history yet"))
	case on < from:
		return "", workflow.Invalid("before_history", "on", workflow.Say("最早的历史记录在%s，%s没有可看的情况", "the first line of history is of %s; there is nothing of %s to be shown", from, on))
	}
	return on, nil
}

// PastDays are the first and the last day that can be shown; first is "" while there is no history, and may be after last.
func (e *Engine) PastDays(ctx context.Context) (earliest, latest workflow.Day, err error) {
	earliest, err = e.db.FirstDay(ctx)
	return earliest, e.Today().Add(-1), err
}

// AsOf says in words of which day something is.
func AsOf(on workflow.Day) workflow.Text {
	if on == "" {
		return workflow.Text{}
	}
	t := on.Time()
	return workflow.Say("截至 %d年%d月%d日 的情况", "as of %d-%02d-%02d", t.Year(), int(t.Month()), t.Day())
}

// titled is the title of what is exported, with the day of which it is.
func titled(title string, on workflow.Day) string {
	if on == "" {
		return title
	}
	return title + "（" + AsOf(on).Zh + "）"
}

// IssueOn shows one issue as it was at the end of a past day ("" for now): to those who may look at it as it was then, by the posts that
// they hold today. There is nothing to be done to it. Errors as Issue and of a day that cannot be shown; ErrNotFound with the code not_yet
// where they may see the issue and it was not there then.
func (e *Engine) IssueOn(ctx context.Context, by workflow.Actor, id workflow.IssueID, on workflow.Day) (View, error) {
	i, _, on, err := e.seeOn(ctx, &by, id, on)
	if err != nil {
		return View{}, err
	}
	if err := e.took(ctx, &by, "view", id, titled(i.ShownNumber(), on)); err != nil {
		return View{}, err
	}
	if on == "" {
		return e.view(ctx, by, i)
	}
	v := View{Issue: i, On: on, Light: workflow.LightOf(i.State, i.Due, i.Warn, on)}
	err = e.withDefinitions(ctx, func() (err error) {
		v.Basis, err = e.basis(&i)
		return err
	})
	if err != nil {
		return v, err
	}
	return v, e.nameView(ctx, &v)
}

// seeOn loads an issue as it was at the end of a past day, with how many lines of history it had, for who may look at it.
func (e *Engine) seeOn(ctx context.Context, by *workflow.Actor, id workflow.IssueID, asked workflow.Day) (i workflow.Issue, lines int, on workflow.Day, err error) {
	if on, err = e.pastDay(ctx, asked); err != nil {
		return i, 0, on, err
	}
	if on == "" {
		i, err = e.see(ctx, by, id)
		return i, 0, on, err
	}
	i, lines, err = e.db.IssueOn(ctx, id, on)
	if errors.Is(err, workflow.ErrNotFound) {
		if _, hidden := e.see(ctx, by, id); hidden != nil {
			return i, 0, on, noIssue()
		}
		return i, 0, on, err
	}
	if err == nil {
		i, err = e.seen(by, i)
	}
	return i, lines, on, err
}

// IssueNumberedOn shows the issue with the number as it was at the end of a past day; see IssueOn. A round that it had not had then is not found.
func (e *Engine) IssueNumberedOn(ctx context.Context, by workflow.Actor, number string, on workflow.Day) (View, error) {
	i, err := e.db.IssueByNumber(ctx, number)
	if errors.Is(err, workflow.ErrNotFound) {
		return View{}, noIssue()
	}
	if err != nil {
		return View{}, err
	}
	return e.IssueOn(ctx, by, i.ID, on)
}

// HistoryOn lists the lines that an issue had at the end of a past day, after a place in its chain, oldest first.
func (e *Engine) HistoryOn(ctx context.Context, by workflow.Actor, id workflow.IssueID, on workflow.Day, after, limit int) ([]workflow.Line, error) {
	if limit < 1 || limit > PageLimit {
		return nil, badLimit()
	}
	i, lines, on, err := e.seeOn(ctx, &by, id, on)
	if err == nil {
		err = e.took(ctx, &by, "view_history", id, titled(i.ShownNumber(), on))
	}
	if err != nil {
		return nil, err
	}
	if on != "" {
		limit = min(limit, max(0, lines-after))
	}
	return e.db.History(ctx, workflow.KindIssue, int64(id), after, limit)
}

// StoryOn is the dossier of an issue as it was at the end of a past day, which the actor is shown already; see Story.
func (e *Engine) StoryOn(ctx context.Context, by workflow.Actor, id workflow.IssueID, on workflow.Day) (Dossier, error) {
	i, lines, on, err := e.seeOn(ctx, &by, id, on)
	if err != nil {
		return Dossier{}, err
	}
	d, err := e.dossier(ctx, i)
	if on != "" {
		d.Lines = d.Lines[:min(lines, len(d.Lines))]
	}
	return d, err
}
