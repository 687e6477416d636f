package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

const (
	noticesKept   = 30 * 24 * time.Hour
	noticesRounds = 8    // how often Notices looks further back when most of what it finds is for others
	noticesAtOnce = 50   // events looked at in one round
	unreadAmong   = 2000 // of the newest steps, in one round; every page asks
)

// Notice is something that happened and that somebody is to hear of.
type Notice struct {
	store.Event
	Number string            // of the issue
	As     workflow.Relation // in which they hear of it
	Unread bool
}

// Notices are a page of them, the latest first. Next is where the following one starts, "" at the end.
type Notices struct {
	Rows []Notice
	Next string
	Upto time.Time // what NoticesSeen takes when these have been read
}

// Notices lists what happened in the last thirty days to the issues that the actor may see, where the step is told to a relation in which
// the actor stands to the issue, and the actor did not take it. Next may lead to an empty page. Errors: ErrInvalid with the codes bad_limit and bad_cursor.
func (e *Engine) Notices(ctx context.Context, by workflow.Actor, after string, limit int) (Notices, error) {
	if limit < 1 || limit > PageLimit {
		return Notices{}, badLimit()
	}
	seen, err := e.db.NoticesSeen(ctx, by.Person)
	if err != nil {
		return Notices{}, err
	}
	out, err := e.noticesSince(ctx, &by, e.now().Add(-noticesKept), after, limit, noticesRounds)
	out.Upto = e.moment()
	for n := range out.Rows {
		out.Rows[n].Unread = out.Rows[n].At.After(seen)
	}
	return out, err
}

// NoticesUnread counts what Notices would show as unread, and the self-checks that were asked since. It stops at the most, and does not look further back than is cheap: more says
// that there may be others than the ones counted.
func (e *Engine) NoticesUnread(ctx context.Context, by workflow.Actor, most int) (n int, more bool, err error) {
	seen, err := e.db.NoticesSeen(ctx, by.Person)
	if err != nil {
		return 0, false, err
	}
	if oldest := e.now().Add(-noticesKept); seen.Before(oldest) {
		seen = oldest
	}
	newest, cut, err := e.db.NewestSince(ctx, seen, unreadAmong)
	if err != nil {
		return 0, false, err
	}
	asked, err := e.askedSince(ctx, &by, seen, most)
	if err != nil {
		return 0, false, err
	}
	found, err := e.noticesSince(ctx, &by, newest, "", most, 1)
	return min(asked+len(found.Rows), most), cut || found.Next != "", err
}

// NoticesSeen keeps that the actor has read everything up to a moment, which is not in the future.
func (e *Engine) NoticesSeen(ctx context.Context, by workflow.Actor, upto time.Time) error {
	if now := e.moment(); upto.After(now) {
		upto = now
	}
	return e.db.SeeNotices(ctx, by.Person, upto)
}

// noticesSince looks back from after until a page is full, time is up, or it has looked often enough.
func (e *Engine) noticesSince(ctx context.Context, by *workflow.Actor, since time.Time, after string, limit, rounds int) (out Notices, err error) {
	told := store.Told{By: by.Person, People: by.Persons(), Since: since}
	for n := range by.Appointments {
		told.Orgs = append(told.Orgs, by.Appointments[n].Org)
	}
	scope := e.scope(by)
	for range rounds {
		events, err := e.db.Events(ctx, scope, told, after, noticesAtOnce)
		if err != nil {
			return out, err
		}
		full, err := e.hear(ctx, by, &out, events, limit)
		if err != nil || full {
			return out, err
		}
		if out.Next = ""; len(events) < noticesAtOnce {
			return out, nil
		}
		after = events[len(events)-1].Cursor()
		out.Next = after
	}
	return out, nil
}

// hear adds those events that the actor is to hear of. It says whether the page is full, with more to come.
func (e *Engine) hear(ctx context.Context, by *workflow.Actor, out *Notices, events []store.Event, limit int) (full bool, err error) {
	var ids []workflow.IssueID
	for n := range events {
		if !slices.Contains(ids, events[n].Issue) {
			ids = append(ids, events[n].Issue)
		}
	}
	issues, err := e.db.IssuesByID(ctx, ids)
	if err != nil {
		return false, err
	}
	for _, event := range events {
		i := issues[event.Issue]
		as, ok := e.hears(by, &i, event.Tell)
		if !ok {
			continue
		}
		if len(out.Rows) == limit {
			out.Next = out.Rows[limit-1].Cursor()
			return true, nil
		}
		out.Rows = append(out.Rows, Notice{Event: event, Number: i.ShownNumber(), As: as})
	}
	return false, nil
}

// hears says whether one of the actor's posts lets the actor see the issue and stands in one of the relations that are told.
func (e *Engine) hears(by *workflow.Actor, i *workflow.Issue, tell string) (workflow.Relation, bool) {
	words := strings.Fields(tell)
	for _, a := range by.Appointments {
		one := *by
		one.Appointments = []workflow.Appointment{a}
		if _, ok := e.guard.Allow(&one, workflow.View, i, i.Grade); !ok {
			continue
		}
		person := by.Person
		if a.For != 0 && i.Person == a.For {
			person = a.For
		}
		stands := i.Relations(a.Org, person, a.Post == "inspector")
		if measured(i, by.Person) || a.For != 0 && measured(i, a.For) {
			stands = stands.With(workflow.Person)
		}
		for _, r := range workflow.AllRelations() {
			if stands.Has(r) && slices.Contains(words, r.String()) {
				return r, true
			}
		}
	}
	return 0, false
}

// measured says whether a measure is somebody's: what is told to the person responsible concerns them too.
func measured(i *workflow.Issue, person workflow.PersonID) bool {
	return slices.ContainsFunc(i.Measures, func(m workflow.Measure) bool { return m.Person == person })
}
