package engine_test

import (
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
)

// loaded has the system administrator load the holidays of 2027.
func (o *office) loaded() {
	o.t.Helper()
	_, err := o.LoadHolidays(o.ctx, o.actor("dingyi"), []byte(of2027), engine.AnyRev, false)
	require.NoError(o.t, err)
}

func (o *office) reckon(n int) {
	o.t.Helper()
	got, err := o.Reckon(o.ctx)
	require.NoError(o.t, err)
	require.Equal(o.t, n, got)
}

func (o *office) read(id workflow.IssueID) workflow.Issue {
	o.t.Helper()
	i, err := o.db.Issue(o.ctx, id)
	require.NoError(o.t, err)
	return i
}

// newEngine is the office by another program that has other holidays built in.
func newEngine(t *testing.T, o *office, shipped *calendar.Calendar) *office {
	guard, err := compiled()
	require.NoError(t, err)
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	other := &office{t: t, ctx: o.ctx, now: o.now, db: o.db}
	other.Engine, err = engine.New(o.ctx, engine.Config{DB: o.db, Guard: guard, Definitions: defs, Calendar: shipped, Now: func() time.Time { return other.now },
		NewID: engine.IDs(time.Now, rand.Reader), Random: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return other
}

// When the holidays are there, open dates are worked out again by a step of the program that history tells; once, and nothing else changes.
func TestOpenDatesAreReckonedAnew(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		late, early := o.assignedOn("2026-12-30"), o.assignedOn("2026-11-04")
		o.now = workflow.Day("2026-12-30").Time().Add(9 * time.Hour)
		require.Equal(t, []any{workflow.Day("2027-01-01"), true}, []any{late.Clock.Until, late.Clock.Provisional})
		o.reckon(0)
		o.loaded()
		o.reckon(1)
		o.reckon(0)

		i := o.read(late.ID)
		require.Equal(t, []any{workflow.Day("2027-01-04"), false, workflow.Day("2027-01-04"), late.Version, late.Due},
			[]any{i.Clock.Until, i.Clock.Provisional, i.ReturnBy, i.Version, i.Due})
		lines := o.chainHolds(late.ID)
		last := lines[len(lines)-1]
		require.Equal(t, []string{"reclock", "系统自动", "本环节期限因节假日安排公布由2027-01-01改为2027-01-04"}, []string{last.Action, last.Name, last.Note})
		require.Equal(t, workflow.ProgramPost, last.Post)
		require.NotEmpty(t, last.Rule, "the line of the policy that lets the program do it")
		require.Len(t, o.chainHolds(early.ID), 2, "what does not change is left alone")

		defs, err := definitions.Shipped()
		require.NoError(t, err)
		newOffice(t, o.db, defs).reckon(0)
		_, err = o.Do(o.ctx, o.actor("zhenglan"), late.ID, 0, "", workflow.Step{Action: workflow.Reclock})
		fault(t, err, workflow.ErrForbidden, "not_permitted")
	})
}

// A process that did not know the holidays yet wound a clock by weekends alone: when it learns of them it sets that right. One that knows
// less leaves alone what another settled.
func TestReplicasSettleOnWhatIsKnown(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		defs, err := definitions.Shipped()
		require.NoError(t, err)
		replica := newOffice(t, o.db, defs)
		replica.reckon(0)
		o.reckon(0)
		o.loaded()
		o.reckon(0)
		i := replica.assignedOn("2026-12-30")
		require.Equal(t, workflow.Day("2027-01-01"), i.Clock.Until)
		require.NoError(t, replica.Refresh(o.ctx))
		replica.now = workflow.Day("2026-12-30").Time()
		replica.reckon(1)
		require.Equal(t, workflow.Day("2027-01-04"), o.read(i.ID).Clock.Until)

		i = o.assignedOn("2026-12-30")
		newEngine(t, o, &calendar.Calendar{}).reckon(0)
		require.Equal(t, workflow.Day("2027-01-04"), o.read(i.ID).Clock.Until)
	})
}

// While an issue is suspended no time runs: it gets back the working days that were left, and history says so. If they were counted into
// a year that was not known, they are counted again once it is.
func TestSuspensionStopsTheTime(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Serious).ID
		o.do("gaofeng", id, request(workflow.Suspension, ""))
		o.now = workflow.Day("2026-11-10").Time().Add(9 * time.Hour)
		i := o.do("linsf", id, simple(workflow.GrantIt))
		require.Equal(t, workflow.Day("2026-11-10"), i.PausedOn)
		left := calendar.Shipped().WorkingBetween("2026-11-10", "2026-12-31")
		require.Equal(t, 37, left)

		o.now = workflow.Day("2026-12-01").Time().Add(9 * time.Hour)
		i = o.do("zhenglan", id, simple(workflow.Resume))
		require.Equal(t, []any{workflow.Day("2027-01-21"), workflow.Day(""), true}, []any{i.Due, i.PausedOn, i.Pause.Provisional})
		require.Equal(t, workflow.Day("2027-01-11"), i.Warn)
		lines := o.chainHolds(id)
		require.Equal(t, reason+"（挂账期间停止计时：整改时限由2026-12-31顺延至2027-01-21，1条未完成措施的时限同样顺延）", lines[len(lines)-1].Note)
		measure := func() []workflow.Day { return []workflow.Day{i.Measures[0].Before, i.Measures[0].Due} }
		require.Equal(t, []workflow.Day{"2026-12-01", "2026-12-22"}, measure())

		_, err := o.LoadHolidays(o.ctx, o.actor("dingyi"), []byte(`{"years": [{"year": 2027, "notice": "国办发明电〔2026〕98号", "source": "an example",
			"holidays": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"}]}]}`), engine.AnyRev, false)
		require.NoError(t, err)
		o.reckon(1)
		i = o.read(id)
		require.Equal(t, []any{workflow.Day("2027-01-22"), workflow.Day("2027-01-12"), false}, []any{i.Due, i.Warn, i.Pause.Provisional})
		lines = o.chainHolds(id)
		require.Equal(t, "整改时限因节假日安排公布由2027-01-21改为2027-01-22", lines[len(lines)-1].Note)
		require.Equal(t, []workflow.Day{"2026-12-01", "2026-12-22"}, measure())

		o.do("gaofeng", id, request(workflow.Extension, "2027-02-26"))
		i = o.do("zhenglan", id, simple(workflow.GrantIt))
		require.Equal(t, []any{workflow.Day("2027-02-26"), workflow.Pause{}}, []any{i.Due, i.Pause}, "a day given by hand rests on the suspension no more")
		o.loaded()
		o.reckon(0)
		o.chainHolds(id)
	})
}

// The due day that a suspension moved is reckoned anew when an issue comes back from a merge, and stays as it was when the issue was closed
// before the holidays were known.
func TestMovedDueDaysOfMergedAndClosedIssues(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = workflow.Day("2026-12-10").Time().Add(9 * time.Hour)
		merged, closed, other := o.rectifying(workflow.Ordinary).ID, o.rectifying(workflow.Ordinary).ID, o.rectifying(workflow.Ordinary).ID
		for _, id := range []workflow.IssueID{merged, closed} {
			o.do("gaofeng", id, request(workflow.Suspension, ""))
			o.do("wuhai", id, simple(workflow.GrantIt))
		}
		o.now = workflow.Day("2026-12-11").Time().Add(9 * time.Hour)
		for _, id := range []workflow.IssueID{merged, closed} {
			require.Equal(t, workflow.Day("2027-01-01"), o.do("zhenglan", id, simple(workflow.Resume)).Due)
		}
		o.do("zhenglan", merged, workflow.Step{Action: workflow.Merge, Other: other, Note: reason})
		o.do("mali", closed, finished())
		o.do("mali", closed, submitted())
		o.do("xuning", closed, passed())
		o.do("wuhai", closed, simple(workflow.Close))

		o.loaded()
		o.reckon(1)
		require.Equal(t, workflow.Day("2027-01-01"), o.read(closed).Due)
		i := o.do("zhenglan", merged, workflow.Step{Action: workflow.Unmerge, Note: reason})
		require.Equal(t, workflow.Day("2027-01-03"), i.Due)
		require.False(t, i.Pause.Provisional)
		o.chainHolds(merged)
	})
}

// What was overdue when it was suspended has one working day when it goes on.
func TestResumedAtLeastForADay(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Serious).ID
		o.now = workflow.Day("2027-01-20").Time().Add(9 * time.Hour)
		o.do("gaofeng", id, request(workflow.Suspension, ""))
		o.do("linsf", id, simple(workflow.GrantIt))
		o.now = workflow.Day("2027-03-05").Time().Add(9 * time.Hour) // a Friday
		require.Equal(t, workflow.Day("2027-03-08"), o.do("zhenglan", id, simple(workflow.Resume)).Due)
	})
}

// Beside the clock of the state, the answer to a call and the look-back of what is closed are reckoned anew; a merged issue is when it
// comes back.
func TestOtherDatesAreReckonedAnew(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = workflow.Day("2026-07-01").Time().Add(9 * time.Hour)
		closed := o.verifying(workflow.Ordinary).ID
		o.do("xuning", closed, passed())
		i := o.do("zhenglan", closed, simple(workflow.Close))
		require.Equal(t, []any{workflow.Day("2027-01-01"), true}, []any{i.Clock.Until, i.Clock.Provisional})
		called, leaving := o.rectifying(workflow.Ordinary).ID, o.assignedOn("2026-12-30").ID
		o.now = workflow.Day("2026-12-30").Time().Add(9 * time.Hour)
		i = o.do("gaofeng", called, workflow.Step{Action: workflow.Call, Call: workflow.CallFor{To: o.org("0100").ID, Wants: workflow.WantsHelp}, Note: reason})
		require.Equal(t, workflow.Day("2027-01-04"), i.Calls[0].Until)
		o.do("zhenglan", leaving, workflow.Step{Action: workflow.Merge, Other: called, Note: reason})

		o.loaded()
		o.reckon(2)
		i = o.read(closed)
		require.Equal(t, []any{workflow.Day("2027-01-03"), false, workflow.Closed}, []any{i.Clock.Until, i.Clock.Provisional, i.State})
		require.Equal(t, workflow.Day("2027-01-05"), o.read(called).Calls[0].Until)
		require.Equal(t, workflow.Day("2027-01-04"), o.do("zhenglan", leaving, workflow.Step{Action: workflow.Unmerge, Note: reason}).Clock.Until)
		for _, id := range []workflow.IssueID{closed, called, leaving} {
			o.chainHolds(id)
		}
	})
}

// A look-back that came round by itself is not due on a day that turns out to be off; what somebody gave by hand stays.
func TestALookBackIsReckonedAnew(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = workflow.Day("2026-06-18").Time().Add(9 * time.Hour)
		closed, byHand := o.closedIssue().ID, o.closedIssue().ID
		o.do("zhenglan", byHand, workflow.Step{Action: workflow.Pick, Due: "2027-01-01"})
		o.runOn("2026-12-18")
		require.Equal(t, []any{workflow.Day("2027-01-01"), true}, []any{o.read(closed).LookBack.Due, o.read(closed).LookBack.Provisional})
		o.loaded()
		o.reckon(1)
		i := o.read(closed)
		require.Equal(t, []any{workflow.Day("2027-01-03"), false, true}, []any{i.LookBack.Due, i.LookBack.Provisional, i.LookBack.Waits()})
		require.Equal(t, workflow.Day("2027-01-01"), o.read(byHand).LookBack.Due)
		require.Contains(t, o.chainHolds(closed)[i.Version+1].Note, "回头看时限因节假日安排公布由2027-01-01改为2027-01-03")
	})
}

// It may be returned within two working days of being assigned, also when it was accepted, and no longer.
func TestReturnedWithinTheTimeLimit(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		give := func() workflow.IssueID { // on a Friday: until Tuesday
			i := o.assignedOn("2026-11-06")
			require.Equal(t, workflow.Day("2026-11-10"), i.ReturnBy)
			return i.ID
		}
		id := give()
		o.do("gaofeng", id, simple(workflow.Accept))
		o.now = workflow.Day("2026-11-10").Time().Add(20 * time.Hour)
		o.offersHold(id)
		require.Equal(t, workflow.Found, o.do("gaofeng", id, simple(workflow.Return)).State)
		id = give()
		o.now = workflow.Day("2026-11-11").Time()
		o.offersHold(id)
		text := o.refused("gaofeng", id, simple(workflow.Return), workflow.ErrRefused, "too_late_to_return")
		require.Contains(t, text.Zh, "2026-11-10")
	})
}
