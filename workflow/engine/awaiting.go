package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"rectify/workflow"
)

// statesOwned are the states in which an issue waits for the responsible organisation and person.
var statesOwned = []workflow.State{workflow.Assigned, workflow.Planning, workflow.Rectifying, workflow.Lasting}

// awaitingRounds bounds how often Awaiting looks for more candidates when most of them turn out to wait for somebody else.
const awaitingRounds = 8

// Waiting is a page of what waits for somebody, with why each of the issues waits: at least one reason each.
type Waiting struct {
	Page
	Why map[workflow.IssueID][]Why
}

// Awaiting lists the issues that wait for the actor: those with a step that is theirs to take by their part in it, as responsible, verifier,
// party, closer, decider, finder or assisting, or because they were called. They come by due day, so that what is overdue is first; after is the Next of the page before.
func (e *Engine) Awaiting(ctx context.Context, by workflow.Actor, after string, limit int) (Waiting, error) {
	if limit < 1 || limit > PageLimit {
		return Waiting{}, badLimit()
	}
	w, err := e.awaiting(ctx, by, after, limit, make(map[workflow.IssueID]workflow.Issue))
	if err != nil {
		return Waiting{}, err
	}
	w.Page, err = e.named(ctx, w.Page)
	return w, err
}

// awaiting is Awaiting without the names. Issues that were read before are known, and are read again only where they have changed; those
// that are read become known.
func (e *Engine) awaiting(ctx context.Context, by workflow.Actor, after string, limit int, known map[workflow.IssueID]workflow.Issue) (Waiting, error) {
	w := Waiting{Page: Page{Today: e.Today()}, Why: make(map[workflow.IssueID][]Why)}
	lists := e.waitingLists(&by)
	for range awaitingRounds {
		rows, next, err := e.candidates(ctx, &by, lists, after, limit)
		if err != nil {
			return Waiting{}, err
		}
		for some := range slices.Chunk(rows, limit+1) {
			if err := e.sift(ctx, by, &w, some, known); err != nil {
				return Waiting{}, err
			}
			if len(w.Rows) > limit {
				break // one more than the page holds: there is a next page
			}
		}
		w.Next = next
		if len(w.Rows) >= limit {
			if len(w.Rows) > limit || next != "" {
				w.Next = w.Rows[limit-1].Cursor()
			}
			w.Rows = w.Rows[:limit]
			break
		}
		if after = next; after == "" {
			break
		}
	}
	return w, nil
}

// sift adds the candidates that wait for the actor.
func (e *Engine) sift(ctx context.Context, by workflow.Actor, w *Waiting, rows []Row, known map[workflow.IssueID]workflow.Issue) error {
	var ids []workflow.IssueID
	for n := range rows {
		if i, ok := known[rows[n].ID]; !ok || i.Version != rows[n].Version {
			ids = append(ids, rows[n].ID)
		}
	}
	issues, err := e.db.IssuesByID(ctx, ids)
	if err != nil {
		return err
	}
	maps.Copy(known, issues)
	return e.withDefinitions(ctx, func() error {
		for n := range rows {
			i, ok := known[rows[n].ID]
			if _, again := w.Why[i.ID]; !ok || again {
				continue
			}
			why, err := e.whyWaits(by, &i)
			if err != nil {
				return err
			}
			if len(why) > 0 {
				w.Why[i.ID], w.Rows = why, append(w.Rows, rows[n])
			}
		}
		return nil
	})
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
		out = append(out, Filter{Turn: a.Org})
		add(may(workflow.Person, workflow.Report), Filter{Person: first(a.For, by.Person), States: statesOwned})
		awaited := may(workflow.Party, workflow.Pass) || may(workflow.Called, workflow.Respond) || may(workflow.Responsible, workflow.SignLetter)
		add(awaited || may(workflow.Verifier, workflow.Review) || may(workflow.Assisting, workflow.Finish), Filter{Party: a.Org})
		add(may(workflow.Decider, workflow.GrantIt), Filter{Decider: a.Org})
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
