package engine

import (
	"context"
	"errors"
	"strconv"
	"time"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

const (
	runLease     = 2 * time.Minute
	digestsAtOne = 50  // people whose digests are made between two renewals of the lease
	eventsAtOnce = 200 // looked at together
	leapDays     = 40  // since the last run: more than the longest holidays, so the clock may be wrong

	whatNews    = "news"    // a step of which somebody is told
	whatMonth   = "month"   // the prompt of a month
	whatQuarter = "quarter" // the pack of a quarter
	whatCheck   = "check"   // a self-check without an answer
)

// Why a run waits for an administrator.
const (
	HoldMany = "too_many" // it would write to more people than the rules allow
	HoldLeap = "leap"     // the last run is very long ago
)

// RunReport says what became of a run.
type RunReport struct {
	Run     store.Run
	Skipped string // day_off, not_yet, elsewhere (another process is at it, it is held or done, or a later day was run), "" if it ran
	Fresh   int    // reminders that were put down, by this process
	Digests int    // sent by this process
}

// Tick does what is due now: the run of today, from the hour that the rules name. It is to be called every minute or so by every process.
func (e *Engine) Tick(ctx context.Context) (RunReport, error) {
	run := e.book.Load().Default.Run
	if run != nil && e.now().In(workflow.China).Hour() < run.From {
		return RunReport{Skipped: "not_yet"}, nil
	}
	return e.RunDay(ctx, e.Today())
}

// RunDay does what comes round by itself on a working day: draws that were announced are held, calls that are late climb, look-backs fall
// due, reminders are owed, and each person who has something to hear gets one message a day at most. Any number of processes may call it, any number of times, and be killed
// in it: one has the lease, the next goes on where it broke off, and nothing is owed or said twice. What was missed on days on which
// nothing ran is made good once. A run that would write to far more people than usual stops before the first message until ReleaseRun.
//
// Errors: ErrInvalid with the code not_yet for a day to come; those of the database.
func (e *Engine) RunDay(ctx context.Context, day workflow.Day) (RunReport, error) {
	if day > e.Today() {
		return RunReport{}, workflow.Invalid("not_yet", "day", workflow.Say("%s还没有到", "%s has not come yet", string(day)))
	}
	if !e.calendar.Load().IsWorking(day) {
		return RunReport{Skipped: "day_off"}, nil
	}
	run, mine, err := e.db.BeginRun(ctx, day, e.runner, e.moment(), runLease)
	if err != nil {
		return RunReport{}, err
	}
	if !mine {
		return RunReport{Run: run, Skipped: "elsewhere"}, nil
	}
	d := &dayRun{e: e, run: &run, roster: e.newRoster(day), known: make(map[workflow.IssueID]workflow.Issue), said: make(map[newsLine]workflow.Text)}
	err = d.do(ctx)
	if errors.Is(err, errTakenOver) {
		d.report.Skipped, err = "elsewhere", nil
	}
	d.report.Run = run
	return d.report, err
}

// errTakenOver ends a run that another process has taken over, because this one took too long.
var errTakenOver = errors.New("another process has taken over the run")

// dayRun is a run under way in this process.
type dayRun struct {
	e      *Engine
	run    *store.Run
	roster *roster
	known  map[workflow.IssueID]workflow.Issue // read for digests
	said   map[newsLine]workflow.Text
	report RunReport
}

func (d *dayRun) do(ctx context.Context) error {
	for {
		var err error
		switch d.run.Stage {
		case store.RunIssues:
			if d.run.After == 0 { // not in the middle of the issues
				err = d.draws(ctx)
			}
			if err == nil {
				err = d.issues(ctx)
			}
		case store.RunNews:
			err = d.news(ctx)
		case store.RunPrompts:
			err = d.prompts(ctx)
		case store.RunDigests:
			err = d.digests(ctx)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// keep keeps how far the run has come.
func (d *dayRun) keep(ctx context.Context, stage store.RunStage, after int64) error {
	d.run.Stage, d.run.After = stage, after
	mine, err := d.e.db.KeepRun(ctx, d.run, d.e.moment(), runLease)
	if err == nil && !mine {
		err = errTakenOver
	}
	return err
}

// issues goes through all issues: what comes round by itself is done, and what is owed is put down.
func (d *dayRun) issues(ctx context.Context) error {
	book := d.e.book.Load()
	for {
		issues, err := d.e.openIssues(ctx, workflow.IssueID(d.run.After))
		if err != nil {
			return err
		}
		for n := range issues {
			if issues[n], err = d.comesRound(ctx, issues[n]); err != nil {
				return err
			}
		}
		owed, err := d.roster.owed(ctx, book, issues)
		if err != nil {
			return err
		}
		fresh, err := d.e.db.PutOwed(ctx, owed)
		if err != nil {
			return err
		}
		d.report.Fresh += len(fresh)
		if len(issues) < reckonAtOnce {
			if err := d.checks(ctx); err != nil {
				return err
			}
			return d.keep(ctx, store.RunNews, 0)
		}
		if err := d.keep(ctx, store.RunIssues, int64(issues[len(issues)-1].ID)); err != nil {
			return err
		}
	}
}

// comesRound takes the steps that the program takes by itself, and returns the issue after them.
func (d *dayRun) comesRound(ctx context.Context, i workflow.Issue) (workflow.Issue, error) {
	for n := range i.Calls {
		if c := &i.Calls[n]; !c.Open() || c.Until == "" || c.Until >= d.run.Day {
			continue
		}
		after, err := d.step(ctx, i, workflow.Step{Action: workflow.Climb})
		if err != nil {
			return i, err
		}
		i = after
	}
	look := i.State == workflow.Closed && i.Clock.Name == "look_back" && i.Clock.Until != "" && i.Clock.Until <= d.run.Day
	if !look || i.LookBack.Waits() || i.LookBack.On != "" {
		return i, nil
	}
	due, provisional := d.e.calendar.Load().AddWorking(d.run.Day, d.e.book.Load().For(i.Checklist).Within)
	return d.step(ctx, i, workflow.Step{Action: workflow.Pick, Due: due, Facts: workflow.Facts{Provisional: provisional}})
}

// step takes a step of the program. One that is not possible by now, or that the policy of the office does not let the program take, is
// left alone.
func (d *dayRun) step(ctx context.Context, i workflow.Issue, s workflow.Step) (workflow.Issue, error) {
	after, err := d.e.Do(ctx, workflow.Program(i.Line[0]), i.ID, 0, "", s)
	switch {
	case err == nil:
		d.run.Steps++
		return after, nil
	case errors.Is(err, workflow.ErrForbidden), errors.Is(err, workflow.ErrNotFound):
		d.e.log.WarnContext(ctx, "the program may not take this step", "issue", i.Number, "action", s.Action, "error", err)
		return i, nil
	case errors.Is(err, workflow.ErrRefused), errors.Is(err, workflow.ErrConflict):
		return i, nil
	}
	return i, err
}

// news puts down what happened since the last run for those who are to hear of it.
func (d *dayRun) news(ctx context.Context) error {
	var after *store.ToldStep
	for on := d.e.book.Load().Default.On; on; {
		events, err := d.e.db.EventsBetween(ctx, d.run.Since, d.run.Upto, after, eventsAtOnce)
		if err != nil {
			return err
		}
		owed, err := d.heard(ctx, events)
		if err != nil {
			return err
		}
		if _, err := d.e.db.PutOwed(ctx, owed); err != nil {
			return err
		}
		if len(events) < eventsAtOnce {
			break
		}
		after = &events[len(events)-1]
		if err := d.keep(ctx, store.RunNews, 0); err != nil {
			return err
		}
	}
	return d.keep(ctx, store.RunPrompts, 0)
}

// heard says who hears of events.
func (d *dayRun) heard(ctx context.Context, events []store.ToldStep) ([]store.Owed, error) {
	var ids []workflow.IssueID
	for n := range events {
		ids = append(ids, events[n].Issue)
	}
	byID, err := d.e.db.IssuesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	issues := make([]workflow.Issue, 0, len(byID))
	for _, i := range byID {
		issues = append(issues, i)
	}
	if err := d.roster.know(ctx, issues); err != nil {
		return nil, err
	}
	var out []store.Owed
	for n := range events {
		v := &events[n]
		i, ok := byID[v.Issue]
		if !ok {
			continue
		}
		for _, person := range d.roster.hearers(&i, v) {
			out = append(out, store.Owed{On: d.run.Day, OwedKey: store.OwedKey{Issue: int64(v.Issue), Round: v.Round, What: whatNews,
				Date: workflow.DayOf(v.At), Rung: strconv.Itoa(v.Seq), Person: person}})
		}
	}
	return out, nil
}

// hearers are those who are told a step, but for who took it.
func (r *roster) hearers(i *workflow.Issue, v *store.ToldStep) []workflow.PersonID {
	seen := map[workflow.PersonID]bool{v.Person: true, 0: true}
	var out []workflow.PersonID
	ask := func(person workflow.PersonID) {
		by := r.by(person)
		if seen[person] || by == nil {
			return
		}
		seen[person] = true
		if _, ok := r.e.hears(by, i, v.Tell); ok {
			out = append(out, person)
		}
	}
	ask(i.Person)
	for n := range i.Measures {
		ask(i.Measures[n].Person)
	}
	for _, org := range partsIn(i) {
		for _, a := range r.in(org) {
			ask(a.Person)
		}
	}
	return out
}

// hold says why a run has to wait for an administrator before it writes to so many people, "" if it has not.
func (e *Engine) hold(ctx context.Context, run *store.Run, book *remind.Book) (string, error) {
	runs, err := e.db.Runs(ctx, 2)
	if err != nil {
		return "", err
	}
	last := store.Run{}
	for _, r := range runs {
		if r.Day < run.Day {
			last = r
			break
		}
	}
	rules := book.Default.Run
	switch {
	case run.People == 0:
		return "", nil
	case last.Day != "" && last.Day.Add(leapDays) < run.Day:
		return HoldLeap, nil
	case rules != nil && run.People > rules.Limit(last.People):
		return HoldMany, nil
	}
	return "", nil
}

// ReleaseRun lets the run of a day go on that is held. Only the system administrator may. Errors: ErrForbidden, ErrConflict.
func (e *Engine) ReleaseRun(ctx context.Context, by workflow.Actor, day workflow.Day) error {
	as, err := administers(&by, "system_admin")
	if err != nil {
		return err
	}
	by.As.Appointment = as
	return e.db.ReleaseRun(ctx, day, by.Person, e.note(&by, KindSetting, store.SettingSubject(remindersSetting), "run_released", string(day), nil))
}

// DayRun is a run with how many digests it sent.
type DayRun struct {
	store.Run
	Digests int
}

// Runs lists the last runs, the latest first. Only the system administrator may.
func (e *Engine) Runs(ctx context.Context, by workflow.Actor, limit int) ([]DayRun, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return nil, err
	}
	runs, err := e.db.Runs(ctx, limit)
	if err != nil {
		return nil, err
	}
	out := make([]DayRun, len(runs))
	for n, r := range runs {
		sent, err := e.db.CountDigests(ctx, r.Day)
		if err != nil {
			return nil, err
		}
		out[n] = DayRun{r, sent}
	}
	return out, nil
}

// StageText is how far a run has come, as people read it.
func StageText(stage store.RunStage) workflow.Text {
	switch stage {
	case store.RunDone:
		return workflow.Say("已完成", "done")
	case store.RunHeld:
		return workflow.Say("已暂停，待放行", "held")
	case store.RunDigests:
		return workflow.Say("正在发送", "sending")
	}
	return workflow.Say("正在汇总", "gathering")
}

// HoldText is why a run is or was held; empty for "".
func HoldText(hold string) workflow.Text {
	switch hold {
	case HoldMany:
		return workflow.Say("人数远多于平时或超过上限", "far more people than usual, or more than allowed")
	case HoldLeap:
		return workflow.Say("距上次运行超过%d天，请核对服务器时钟", "the last run is more than %d days ago: is the clock right?", leapDays)
	}
	return workflow.Text{}
}

// RunIsHeld says whether the run waits for an administrator.
func RunIsHeld(r *DayRun) bool { return r.Stage == store.RunHeld }
