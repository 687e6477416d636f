package engine

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// Forecast says what the next run would send under some rules, beside the rules in force. It names nobody.
type Forecast struct {
	Day   workflow.Day // of the next run
	Then  Volume       // under the rules
	Now   Volume       // under those in force
	Moved int          // issues whose light turns to soon on another day
	Held  bool         // the run would wait for an administrator: too many people
	Taken bool
	Rev   int // of the setting after it
}

// Volume is how much a run sends.
type Volume struct {
	Digests   int // to as many people
	Reminders int
	Most      int // lines in the largest digest
}

// forecast works out what the next run would send if the book were in force, without writing anything. What was told already, and what
// waits for the next digest anyhow, is counted as it is.
func (e *Engine) forecast(ctx context.Context, book *remind.Book) (r Forecast, err error) {
	if r.Day, err = e.nextRun(ctx); err != nil {
		return r, err
	}
	then, now := make(map[workflow.PersonID]int), make(map[workflow.PersonID]int)
	for after := workflow.PersonID(0); ; {
		people, owed, err := e.db.Untold(ctx, after, reckonAtOnce)
		if err != nil {
			return r, err
		}
		for _, person := range people {
			then[person], now[person] = len(owed[person]), len(owed[person])
		}
		if len(people) < reckonAtOnce {
			break
		}
		after = people[len(people)-1]
	}
	roster := e.newRoster(r.Day)
	for after := workflow.IssueID(0); ; {
		issues, err := e.openIssues(ctx, after)
		if err != nil {
			return r, err
		}
		if err := roster.count(ctx, book, issues, then); err != nil {
			return r, err
		}
		if err := roster.count(ctx, e.book.Load(), issues, now); err != nil {
			return r, err
		}
		for n := range issues {
			i := &issues[n]
			if !i.State.End() && book.For(i.Checklist).Warn(i.Due) != i.Warn {
				r.Moved++
			}
		}
		if len(issues) < reckonAtOnce {
			break
		}
		after = issues[len(issues)-1].ID
	}
	r.Then, r.Now = volume(then), volume(now)
	hold, err := e.hold(ctx, &store.Run{Day: r.Day, People: r.Then.Digests}, book)
	r.Held = hold == HoldMany
	return r, err
}

// nextRun is the day of the next run: today as long as its digests are not written.
func (e *Engine) nextRun(ctx context.Context) (workflow.Day, error) {
	runs, err := e.db.Runs(ctx, 1)
	if err != nil {
		return "", err
	}
	day := e.Today()
	if len(runs) > 0 && runs[0].Day >= day {
		day = runs[0].Day.Add(1)
	}
	next, _ := e.calendar.Load().Next(day)
	return next, nil
}

// count counts the reminders that people would be owed anew.
func (r *roster) count(ctx context.Context, book *remind.Book, issues []workflow.Issue, by map[workflow.PersonID]int) error {
	owed, err := r.owed(ctx, book, issues)
	if err != nil {
		return err
	}
	known, err := r.e.db.KnownOwed(ctx, owed)
	if err != nil {
		return err
	}
	for n := range owed {
		if !known[owed[n].OwedKey] {
			by[owed[n].Person]++
		}
	}
	return nil
}

func volume(by map[workflow.PersonID]int) (v Volume) {
	for _, n := range by {
		v.Digests++
		v.Reminders += n
		v.Most = max(v.Most, n)
	}
	return v
}
