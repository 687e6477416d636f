package engine

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/calendar"
)

const reckonAtOnce = 200 // issues read at once when time limits are worked out again

// wind turns the clock that a step started into a day.
func (e *Engine) wind(d *workflow.Definition, i *workflow.Issue) {
	if i.Clock.Name != "" && i.Clock.Until == "" {
		i.Clock = wound(e.calendar.Load(), d, i.Clock)
	}
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
