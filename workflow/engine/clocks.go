package engine

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/calendar"
)

const reckonAtOnce = 200 // issues read at once when time limits are worked out again

// The clocks that a definition names beside those of its states.
const (
	clockAccept = "accept" // while it runs the issue may be returned
	clockCall   = "call"   // by when a call is answered
)

// wind turns what a step started into days: the clock of the state, the calls for help, the day from which the light is soon.
func (e *Engine) wind(d *workflow.Definition, c *workflow.Change) {
	i, days := &c.Issue, e.calendar.Load()
	if i.Clock.Name != "" && i.Clock.Until == "" {
		i.Clock = wound(days, d, i.Clock)
		if i.Clock.Name == clockAccept {
			i.ReturnBy = i.Clock.Until
		}
	}
	for n := range i.Calls { // Apply made the slice anew where it changed one
		if call := &i.Calls[n]; call.Open() && call.Until == "" {
			call.Until = wound(days, d, workflow.Clock{Name: clockCall, From: workflow.DayOf(c.Line.At)}).Until
		}
	}
	i.Warn = warning(i)
}

// warning is the day from which the light of the issue is soon.
func warning(i *workflow.Issue) workflow.Day {
	if i.Due == "" {
		return ""
	}
	return i.Due.Add(-workflow.SoonDays)
}

// wound is a clock with the day on which it runs out.
func wound(c *calendar.Calendar, d *workflow.Definition, k workflow.Clock) workflow.Clock {
	rule, _ := d.Clock(k.Name)
	k.Until, k.Provisional = c.After(k.From, rule.Span)
	return k
}

// basis says on what the running clock of an issue rests.
func (e *Engine) basis(i *workflow.Issue) (workflow.Text, error) {
	if i.Clock.Name == "" {
		return workflow.Text{}, nil
	}
	d, err := e.definition(i.Definition)
	if err != nil {
		return workflow.Text{}, err
	}
	rule, _ := d.Clock(i.Clock.Name)
	return rule.Basis, nil
}

// Provisional says whether a day that is still to be kept lies in a year whose holidays are not known yet: it is marked so wherever it
// is shown.
func (e *Engine) Provisional(state workflow.State, day workflow.Day) bool {
	return !state.End() && day > e.calendar.Load().KnownUntil()
}

// rewound is the running clock of an issue by another calendar, and whether that makes a difference. A calendar that knows less than the
// one by which the clock was wound leaves it alone: while programs are replaced one by one, two of them may differ.
func rewound(c *calendar.Calendar, d *workflow.Definition, i *workflow.Issue) (workflow.Clock, bool) {
	if i.Clock.Name == "" || i.State.End() {
		return i.Clock, false
	}
	k := wound(c, d, i.Clock)
	if k == i.Clock || k.Provisional && !i.Clock.Provisional {
		return i.Clock, false
	}
	return k, true
}

// eachRewound finds the open issues whose clock runs out on another day by the calendar.
func (e *Engine) eachRewound(ctx context.Context, c *calendar.Calendar, fn func(*workflow.Issue) error) error {
	for after := workflow.IssueID(0); ; {
		issues, err := e.db.OpenIssues(ctx, after, reckonAtOnce)
		if err != nil {
			return err
		}
		for n := range issues {
			i := &issues[n]
			changed := false
			err := e.withDefinitions(ctx, func() error {
				d, err := e.definition(i.Definition)
				if err == nil {
					_, changed = rewound(c, d, i)
				}
				return err
			})
			if err == nil && changed {
				err = fn(i)
			}
			if err != nil {
				return err
			}
		}
		if len(issues) < reckonAtOnce {
			return nil
		}
		after = issues[len(issues)-1].ID
	}
}

// countReckoned counts the open issues whose clock runs out on another day by the calendar.
func (e *Engine) countReckoned(ctx context.Context, c *calendar.Calendar) (n int, err error) {
	err = e.eachRewound(ctx, c, func(*workflow.Issue) error {
		n++
		return nil
	})
	return n, err
}
