package engine

import (
	"context"
	"slices"

	"rectify/workflow"
	"rectify/workflow/store"
)

// CallRow is a call for help as lists show it.
type CallRow = store.CallRow

// CallList names a list of calls.
type CallList string

// The lists of calls: what waits for the answer of the actor's organisations, what they called for, what they answered, and what waits
// for anybody within reach.
const (
	CallsWaiting  CallList = "waiting"
	CallsMade     CallList = "made"
	CallsAnswered CallList = "answered"
	CallsWithin   CallList = "within"
)

var callLists = []workflow.Wording{
	{Word: string(CallsWaiting), Text: workflow.Text{Zh: "待本单位答复", En: "to be answered by us"}},
	{Word: string(CallsMade), Text: workflow.Text{Zh: "本单位呼叫", En: "made by us"}},
	{Word: string(CallsAnswered), Text: workflow.Text{Zh: "本单位已答复", En: "answered by us"}},
	{Word: string(CallsWithin), Text: workflow.Text{Zh: "辖内待答复", En: "open within reach"}},
}

// CallLists are the lists of calls in the order in which they are shown.
func CallLists() []workflow.Wording { return slices.Clone(callLists) }

// CallPage is a piece of a list of calls with the names that it needs.
type CallPage struct {
	Rows  []CallRow
	Orgs  map[workflow.OrgID]Org
	Next  string
	Today workflow.Day
	On    workflow.Day // the past day at whose end they were so, which Today is then; "" for now
}

// Calls lists calls for help (有呼必应) that the actor may see, by the day on which an answer is due: what is overdue is first. They are
// those of now, or as they were at the end of a past day. ErrInvalid for an unknown list, and as Issues for a day that cannot be shown.
func (e *Engine) Calls(ctx context.Context, by workflow.Actor, list CallList, on workflow.Day, after string, limit int) (CallPage, error) {
	if limit < 1 || limit > PageLimit {
		return CallPage{}, badLimit()
	}
	on, err := e.pastDay(ctx, on)
	if err != nil {
		return CallPage{}, err
	}
	scope, p := e.scope(&by), CallPage{Today: first(on, e.Today()), On: on}
	f := store.CallFilter{Today: p.Today, On: on}
	yes, no := true, false
	switch list {
	case CallsWaiting:
		f.To, f.Open = scope.Orgs, &yes
	case CallsMade:
		f.From = scope.Orgs
	case CallsAnswered:
		f.To, f.Open = scope.Orgs, &no
	case CallsWithin:
		f.Open = &yes
	default:
		return CallPage{}, workflow.Invalid("unknown_word", "list", workflow.Say("没有“%s”这份呼叫清单", "there is no list of calls %q", string(list)))
	}
	if list != CallsWithin && len(scope.Orgs) == 0 {
		return p, nil
	}
	if err = e.took(ctx, &by, "list_calls", 0, titled(string(list), on)); err != nil {
		return CallPage{}, err
	}
	if p.Rows, p.Next, err = e.db.Calls(ctx, scope, f, after, limit); err != nil {
		return CallPage{}, err
	}
	var orgs []workflow.OrgID
	for n := range p.Rows {
		orgs = append(orgs, p.Rows[n].From, p.Rows[n].To)
	}
	p.Orgs, err = e.db.OrgsByID(ctx, orgs)
	return p, err
}
