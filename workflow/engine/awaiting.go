package engine

import (
	"cmp"
	"context"
	"slices"

	"rectify/workflow"
	"rectify/workflow/store"
)

// The states in which an issue waits for somebody, by the part that they have in it.
var (
	statesOwned  = []workflow.State{workflow.Assigned, workflow.Planning, workflow.Rectifying, workflow.Lasting}
	statesJudged = []workflow.State{workflow.PlanReview, workflow.Verifying}
	statesClosed = []workflow.State{workflow.Closing, workflow.Publicized}
	statesFound  = []workflow.State{workflow.Draft, workflow.Found}
	statesAsked  = []workflow.State{workflow.Draft, workflow.Found, workflow.Assigned, workflow.Planning, workflow.PlanReview, workflow.Rectifying,
		workflow.Lasting, workflow.Suspended}
)

// awaitingRounds bounds how often Awaiting looks for more candidates when most of them turn out to wait for somebody else.
const awaitingRounds = 4

// Awaiting lists the issues that wait for the actor: those with a step that is theirs to take by their part in it, as responsible, verifier,
// party, closer, decider or finder. They come by due day, so that what is overdue is first; after is the Next of the page before.
func (e *Engine) Awaiting(ctx context.Context, by workflow.Actor, after string, limit int) (Page, error) {
	if limit < 1 || limit > PageLimit {
		return Page{}, workflow.Invalid("bad_limit", "limit", workflow.Say("每页1至%d条", "a page holds 1 to %d rows", PageLimit))
	}
	p := Page{Today: e.Today()}
	lists := e.waitingLists(&by)
	for range awaitingRounds {
		rows, next, err := e.candidates(ctx, &by, lists, after, limit)
		if err != nil {
			return Page{}, err
		}
		p.Next = next
		for n := range rows {
			waits, err := e.waits(ctx, by, &rows[n])
			if err != nil {
				return Page{}, err
			}
			if waits {
				p.Rows = append(p.Rows, rows[n])
			}
			if len(p.Rows) == limit {
				if n+1 < len(rows) || next != "" {
					p.Next = rows[n].Cursor()
				}
				return e.named(ctx, p)
			}
		}
		if after = next; after == "" {
			break
		}
	}
	return e.named(ctx, p)
}

// waitingLists are the lists in which everything is that can wait for the actor.
func (e *Engine) waitingLists(by *workflow.Actor) []Filter {
	var out []Filter
	for n := range by.Appointments {
		a := &by.Appointments[n]
		may := func(r workflow.Relation, actions ...workflow.Action) bool {
			return slices.ContainsFunc(actions, func(do workflow.Action) bool {
				_, ok := e.guard.May(a.Post, a.Level(), r, do, workflow.Ordinary)
				return ok
			})
		}
		add := func(ok bool, f Filter) {
			if ok {
				out = append(out, f)
			}
		}
		add(may(workflow.Responsible, workflow.Report), Filter{Responsible: a.Org, States: statesOwned})
		add(may(workflow.Responsible, workflow.Record, workflow.Pass), Filter{Responsible: a.Org, States: append(statesJudged[:2:2], statesClosed...)})
		add(may(workflow.Person, workflow.Report), Filter{Person: first(a.For, by.Person), States: statesOwned})
		add(may(workflow.Verifier, workflow.Pass), Filter{Verifier: a.Org, States: statesJudged})
		add(may(workflow.Party, workflow.Pass), Filter{Grades: []workflow.Grade{workflow.Major}, States: statesJudged})
		add(may(workflow.Closer, workflow.Close, workflow.Endorse), Filter{Closer: a.Org, States: statesClosed})
		add(may(workflow.Finder, workflow.Register, workflow.Assign), Filter{Finder: a.Org, States: statesFound})
		add(may(workflow.Supervising, workflow.Assign), Filter{Under: a.Line, States: statesFound[1:]})
		add(may(workflow.Decider, workflow.GrantIt), Filter{Verifier: a.Org, States: statesAsked})
		add(may(workflow.Decider, workflow.GrantIt), Filter{Closer: a.Org, States: statesAsked})
	}
	return out
}

func first[T comparable](a, b T) T {
	if a != *new(T) {
		return a
	}
	return b
}

// candidates merges the lists behind a place, each issue once, up to where the shortest view of them ends; next goes on from there.
func (e *Engine) candidates(ctx context.Context, by *workflow.Actor, lists []Filter, after string, limit int) (rows []Row, next string, err error) {
	scope, seen := e.scope(by), make(map[workflow.IssueID]bool)
	var horizon *Row
	for _, f := range lists {
		f.Today = e.Today()
		found, err := e.db.Issues(ctx, scope, f, after, limit)
		if err != nil {
			return nil, "", err
		}
		for _, r := range found.Rows {
			if !seen[r.ID] {
				seen[r.ID], rows = true, append(rows, r)
			}
		}
		if last := len(found.Rows) - 1; found.Next != "" && (horizon == nil || byDue(&found.Rows[last], horizon) < 0) {
			horizon = &found.Rows[last]
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return byDue(&a, &b) })
	if horizon == nil {
		return rows, "", nil
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return byDue(&r, horizon) > 0 })
	return rows, horizon.Cursor(), nil
}

// byDue orders rows as lists do: the earliest due day first, none last.
func byDue(a, b *Row) int {
	late := func(r *Row) string { return first(string(r.Due), "9999-12-31") }
	return cmp.Or(cmp.Compare(late(a), late(b)), cmp.Compare(a.ID, b.ID))
}

// waits says whether a candidate has a step that is the actor's to take.
func (e *Engine) waits(ctx context.Context, by workflow.Actor, r *store.Row) (waits bool, err error) {
	i, err := e.db.Issue(ctx, r.ID)
	if err != nil {
		return false, err
	}
	err = e.withDefinitions(ctx, func() error {
		offers, err := e.offers(by, &i)
		waits = slices.ContainsFunc(offers, func(o Offer) bool { return isTurn(&i, &by, &o) })
		return err
	})
	return waits, err
}

// isTurn says whether an offered step is what the issue waits for, and from whom who is offered it.
func isTurn(i *workflow.Issue, by *workflow.Actor, o *Offer) bool {
	switch o.Action {
	case workflow.Register, workflow.Accept, workflow.Plan, workflow.ApprovePlan, workflow.Pass, workflow.Close, workflow.Publicize, workflow.Answer,
		workflow.GrantIt, workflow.Record:
		return true
	case workflow.Endorse:
		return o.Grant.Relation == workflow.Closer && !i.Endorsed && i.State.Phase() == workflow.PhaseClose && i.Machine == "major"
	case workflow.Report:
		return o.Grant.Relation == workflow.Responsible || o.Grant.Relation == workflow.Person
	case workflow.Assign:
		near := i.FinderLine.NearestAbove(workflow.OrganCommittee)
		return slices.ContainsFunc(by.Appointments, func(a workflow.Appointment) bool { return a.Org == i.Finder || a.Org == near })
	}
	return false
}
