package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/remind"
)

const (
	reckonAtOnce = 200     // issues read at once when dates are worked out again
	lookedBack   = 3 * 366 // days after closure beyond which no look-back is reckoned anew
)

// The clocks that a definition names beside those of its states.
const (
	clockAccept = "accept" // while it runs the issue may be returned
	clockCall   = "call"   // by when a call is answered
)

// wind turns what a step started into days: the clock of the state, the calls for help, the due day of what was suspended, and the day
// from which the light is soon.
func (e *Engine) wind(d *workflow.Definition, c *workflow.Change) error {
	i, days := &c.Issue, e.calendar.Load()
	if i.Clock.Name != "" && i.Clock.Until == "" {
		i.Clock = wound(days, d, i.Clock)
		if i.Clock.Name == clockAccept {
			i.ReturnBy = i.Clock.Until
		}
	}
	for n := range i.Calls { // Apply made the slice anew where it changed one
		if call := &i.Calls[n]; call.Open() && call.Until == "" {
			call.Until = callUntil(days, d, call)
		}
	}
	resumed(days, c)
	if c.Before.State == workflow.Merged { // it stood still with the dates of before
		dates, err := e.reckoned(days, e.book.Load(), d, i)
		if err != nil {
			return err
		}
		i.SetDates(dates)
	}
	i.Warn = e.warning(i)
	return nil
}

// limitsOf finds the definition by which a limit runs: d is that of the issue, under what the limit says (see workflow.MoveTo).
func (e *Engine) limitsOf(d *workflow.Definition, under string) (*workflow.Definition, error) {
	if under == "" || under == d.Hash {
		return d, nil
	}
	return e.definition(under)
}

// callUntil is the day by which an open call is to be answered.
func callUntil(days *calendar.Calendar, d *workflow.Definition, call *workflow.CallFor) workflow.Day {
	return wound(days, d, workflow.Clock{Name: clockCall, From: first(call.Since, call.On)}).Until
}

// resumed gives an issue that goes on after a suspension the working days that were left when it began. A due day that is settled
// otherwise later rests on the suspension no more.
func resumed(days *calendar.Calendar, c *workflow.Change) {
	i := &c.Issue
	if i.Due != c.Before.Due && c.Line.Action != string(workflow.Reclock) {
		i.Pause = workflow.Pause{}
	}
	if i.PausedOn == "" || i.State == workflow.Suspended {
		return
	}
	if !i.State.End() && i.Due != "" {
		i.Pause = workflow.Pause{Due: i.Due, Stopped: i.PausedOn, On: i.Since}
		i.Due, i.Pause.Provisional = days.Resumed(i.Pause.Due, i.Pause.Stopped, i.Pause.On)
		moved := 0
		i.Measures, moved = workflow.AfterPause(i.Measures, i.PausedOn, func(due workflow.Day) workflow.Day {
			due, _ = days.Resumed(due, i.Pause.Stopped, i.Pause.On)
			return due
		})
		if i.State == workflow.Lasting {
			i.NextReview = i.Due
		}
		c.Line.Note += "（挂账期间停止计时：整改时限由" + string(c.Before.Due) + "顺延至" + string(i.Due)
		if moved > 0 {
			c.Line.Note += fmt.Sprintf("，%d条未完成措施的时限同样顺延", moved)
		}
		c.Line.Note += "）"
	}
	i.PausedOn = ""
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
	d, err := e.definition(cmp.Or(i.Clock.Under, i.Definition))
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

// OffAdvice says of a day that was given by hand and is still to be kept that nobody works on it, and which day would be better; empty for
// any other. It is advice and refuses nothing.
func (e *Engine) OffAdvice(state workflow.State, day workflow.Day) workflow.Text {
	days := e.calendar.Load()
	if day == "" || state.End() || days.IsWorking(day) {
		return workflow.Text{}
	}
	next, _ := days.Next(day)
	return workflow.Say("这一天放假，建议改为其后的第一个工作日%s", "a day off; the first working day after it is %s", next)
}

// reckoned are the dates of an issue as a calendar and reminder rules have them. What a calendar that knew more has settled stays: while
// programs are replaced one by one, two of them may differ.
func (e *Engine) reckoned(days *calendar.Calendar, book *remind.Book, d *workflow.Definition, i *workflow.Issue) (out workflow.Dates, err error) {
	out = i.Dates()
	by, err := e.limitsOf(d, i.Clock.Under)
	if err != nil {
		return out, err
	}
	if k := wound(days, by, i.Clock); i.Clock.Name != "" && (i.Clock.Provisional || !k.Provisional) {
		if i.ReturnBy == i.Clock.Until && k.Name == clockAccept {
			out.ReturnBy = k.Until
		}
		out.Clock = k
	}
	if i.LookBack.Waits() && i.LookBack.Provisional {
		out.LookBack, out.Provisional = days.Next(i.LookBack.Due)
	}
	if i.State.End() {
		return out, nil
	}
	for n := range i.Calls {
		call := &i.Calls[n]
		if !call.Open() {
			continue
		}
		if by, err = e.limitsOf(d, call.Under); err != nil {
			return out, err
		}
		out.Calls[n] = callUntil(days, by, call)
	}
	if p := i.Pause; p.On != "" {
		due, provisional := days.Resumed(p.Due, p.Stopped, p.On)
		if p.Provisional || !provisional {
			out.Due, out.Pause.Provisional = due, provisional
		}
		for n := range i.Measures {
			m := &i.Measures[n]
			if due, provisional := days.Resumed(m.Before, p.Stopped, p.On); m.Before != "" && !m.Done && (p.Provisional || !provisional) {
				out.Measures[n] = due
			}
		}
	}
	out.Warn = book.For(i.Checklist).Warn(out.Due)
	return out, nil
}

// openIssues reads issues that are under way, and those closed whose look-back may be to come, behind one.
func (e *Engine) openIssues(ctx context.Context, after workflow.IssueID) ([]workflow.Issue, error) {
	return e.db.OpenIssues(ctx, e.Today().Add(-lookedBack), after, reckonAtOnce)
}

// eachStale finds the issues whose dates are others by the calendar: those under way, and those closed whose look-back is to come.
func (e *Engine) eachStale(ctx context.Context, days *calendar.Calendar, book *remind.Book, fn func(*workflow.Issue) error) error {
	for after := workflow.IssueID(0); ; {
		issues, err := e.openIssues(ctx, after)
		if err != nil {
			return err
		}
		for n := range issues {
			i, stale := &issues[n], false
			err := e.withDefinitions(ctx, func() error {
				d, err := e.definition(i.Definition)
				if err != nil {
					return err
				}
				dates, err := e.reckoned(days, book, d, i)
				stale = i.LookBack.On == "" && !dates.Equal(i.Dates())
				return err
			})
			if err == nil && stale {
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

// countStale counts the issues whose dates are others by the calendar.
func (e *Engine) countStale(ctx context.Context, days *calendar.Calendar, book *remind.Book) (n int, err error) {
	err = e.eachStale(ctx, days, book, func(*workflow.Issue) error {
		n++
		return nil
	})
	return n, err
}

// Reckon works the dates of issues out again when the calendar has changed since this process last did, and once after its start. Each is
// a step of the program, with what changed in history. It returns how many there were; several processes may do it at once, and one that
// broke off does it again. An issue whose machine does not know the step keeps its dates until its round ends.
func (e *Engine) Reckon(ctx context.Context) (n int, err error) {
	if !e.stale.Swap(false) {
		return 0, nil
	}
	err = e.eachStale(ctx, e.calendar.Load(), e.book.Load(), func(i *workflow.Issue) error {
		_, err := e.Do(ctx, workflow.Program(i.Line[0]), i.ID, 0, "", workflow.Step{Action: workflow.Reclock})
		if err == nil {
			n++
		}
		fault, ok := errors.AsType[*workflow.Fault](err)
		if !ok || !errors.Is(err, workflow.ErrRefused) {
			return err
		}
		if fault.Code != "dates_stand" { // another process was quicker
			e.log.WarnContext(ctx, "dates stay as they are", "issue", i.Number, "error", err)
		}
		return nil
	})
	if err != nil {
		e.stale.Store(true)
	}
	return n, err
}

// reckonedNote says in history which dates were worked out again.
func reckonedNote(was, is workflow.Dates) string {
	var notes []string
	moved := func(what string, a, b workflow.Day) {
		if a != b {
			notes = append(notes, what+"因节假日安排公布由"+string(a)+"改为"+string(b))
		}
	}
	moved("本环节期限", was.Clock.Until, is.Clock.Until)
	moved("整改时限", was.Due, is.Due)
	moved("回头看时限", was.LookBack, is.LookBack)
	for n := range min(len(was.Measures), len(is.Measures)) {
		moved(fmt.Sprintf("第%d条措施的时限", n+1), was.Measures[n], is.Measures[n])
	}
	for n := range min(len(was.Calls), len(is.Calls)) {
		moved("呼叫答复期限", was.Calls[n], is.Calls[n])
	}
	if len(notes) == 0 && was.Clock.Provisional && !is.Clock.Provisional {
		notes = append(notes, "节假日安排已公布，本环节期限"+string(is.Clock.Until)+"不变")
	}
	if len(notes) == 0 && was.Provisional && !is.Provisional {
		notes = append(notes, "节假日安排已公布，回头看时限"+string(is.LookBack)+"不变")
	}
	if len(notes) == 0 && was.Warn != is.Warn {
		notes = append(notes, "提醒规则调整，临期日由"+string(was.Warn)+"改为"+string(is.Warn))
	}
	return strings.Join(notes, "；")
}

// onlyWarn says whether the day from which the light is soon is all that differs.
func onlyWarn(was, is workflow.Dates) bool {
	is.Warn = was.Warn
	return is.Equal(was)
}
