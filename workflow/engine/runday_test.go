package engine_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// at is an hour of a day in China.
func at(day workflow.Day, hour int) time.Time { return day.Time().Add(time.Duration(hour) * time.Hour) }

// runOn lets the run of a day be done, as it is at half past eight.
func (o *office) runOn(day workflow.Day) engine.RunReport {
	o.t.Helper()
	o.now = at(day, 8).Add(30 * time.Minute)
	report, err := o.RunDay(o.ctx, day)
	require.NoError(o.t, err)
	return report
}

// runUpTo runs every day up to one, and every day but once.
func (o *office) runUpTo(from, to workflow.Day) {
	o.t.Helper()
	for day := from; day <= to; day = day.Add(1) {
		o.runOn(day)
	}
}

// digests takes what was sent in the program, by "account day", and fails when a person gets two on a day.
func (o *office) digests() map[string]string {
	o.t.Helper()
	out := make(map[string]string)
	for {
		claimed, err := o.db.ClaimMessages(o.ctx, "test", o.now.AddDate(1, 0, 0), time.Hour, store.InApp, 500)
		require.NoError(o.t, err)
		if len(claimed) == 0 {
			return out
		}
		for _, m := range claimed {
			by, err := o.Actor(o.ctx, m.Person)
			require.NoError(o.t, err)
			key := by.Account + " " + string(m.Day)
			require.NotContains(o.t, out, key, "two digests on a day")
			require.Contains(o.t, m.Body, by.Name)
			out[key] = m.Subject + "\n" + m.Body
			require.NoError(o.t, o.db.Sent(o.ctx, m, o.now))
		}
	}
}

// daysOf are the days on which the digests of an account say something.
func daysOf(digests map[string]string, account, say string) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(digests)) {
		if day, ok := strings.CutPrefix(key, account+" "); ok && strings.Contains(digests[key], say) {
			out = append(out, day)
		}
	}
	return out
}

// The ladder of an issue, day by day: the person, the leader, the unit with its secretary; nobody else, and nobody who may not see it.
func TestTheLadderOfAnIssue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = at("2026-11-02", 9)
		i := o.rectifying(workflow.Ordinary)
		o.do("mali", i.ID, workflow.Step{Action: workflow.Report, Note: "正在补齐"})
		o.runUpTo("2026-11-03", "2027-01-15")
		got := o.digests()
		number := i.Number
		require.Equal(t, []string{"2026-12-11"}, daysOf(got, "gaofeng", number+" 台账不全\n   整改时限：2026-12-31，还有20天"))
		require.Equal(t, []string{"2026-12-21"}, daysOf(got, "gaofeng", number+" 台账不全\n   整改时限：2026-12-31，还有10天"))
		require.Equal(t, []string{"2027-01-01"}, daysOf(got, "gaofeng", "整改时限（2026-12-31）已超过1天"), "provisional: 2027 is not known yet")
		require.Equal(t, []string{"2027-01-01", "2027-01-08", "2027-01-15"}, daysOf(got, "mali", "整改时限（2026-12-31）已超过"), "the officer, and again every week")
		require.Empty(t, daysOf(got, "xuning", "整改时限"), "the verifier has nothing to do with it")
		for key := range got {
			require.True(t, calendar.Shipped().IsWorking(workflow.Day(strings.Fields(key)[1])), key)
		}
		for _, account := range o.staff() {
			by := o.actor(account)
			for _, day := range daysOf(got, account, number) {
				_, err := o.Issue(o.ctx, by, i.ID)
				require.NoError(t, err, "%s was told on %s of what they may not see", account, day)
			}
		}
	})
}

// Who has nothing to hear gets nothing; what only still waits is no news, and a day off is left alone.
func TestQuietDays(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		require.Equal(t, "day_off", o.runOn("2026-11-01").Skipped)
		o.now = at("2026-11-02", 7)
		report, err := o.Tick(o.ctx)
		require.NoError(t, err)
		require.Equal(t, "not_yet", report.Skipped)
		_, err = o.RunDay(o.ctx, "2026-11-03")
		fault(t, err, workflow.ErrInvalid, "not_yet")
		report = o.runOn("2026-11-02")
		require.Equal(t, []any{"", store.RunDone, 0}, []any{report.Skipped, report.Run.Stage, report.Digests})
		o.rectifying(workflow.Ordinary)
		report = o.runOn("2026-11-03")
		require.NotZero(t, report.Digests, "of what happened yesterday")
		require.Zero(t, o.runOn("2026-11-04").Digests, "nothing new")
		again := o.runOn("2026-11-04")
		require.Equal(t, "elsewhere", again.Skipped)
		got := o.digests()
		require.Len(t, daysOf(got, "gaofeng", "【新动态】"), 1)
		require.Contains(t, got["gaofeng 2026-11-03"], "【待您办理】超期0项、临期0项、其他1项")
		require.NotContains(t, got["gaofeng 2026-11-03"], "高峰（", "their own steps are no news to them")
	})
}

// A digest says all that waits in the words of the page, and until when.
func TestADigestSaysWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Ordinary)
		o.do("zhenglan", i.ID, letter(workflow.RungNotice, "2026-11-20"))
		o.runOn("2026-11-03")
		require.Contains(t, o.digests()["gaofeng 2026-11-03"], "待整改，还有1条措施；督办函待签收（2026-11-20前办）\n")
	})
}

// Days on which nothing ran are made good: each reminder once, the last of those missed, and no second digest when the clock goes back.
func TestWhatWasMissedIsMadeGood(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = at("2026-11-02", 9)
		o.rectifying(workflow.Ordinary)
		o.runOn("2026-11-03")
		o.digests()
		o.runUpTo("2026-12-09", "2026-12-10")
		o.runUpTo("2026-12-24", "2026-12-25")
		got := o.digests()
		require.Equal(t, []string{"2026-12-24"}, daysOf(got, "gaofeng", "整改时限：2026-12-31，还有7天"))
		require.Empty(t, daysOf(got, "gaofeng", "还有20天"))
		require.Equal(t, "elsewhere", o.runOn("2026-12-23").Skipped, "a later day was run")
		require.Equal(t, "elsewhere", o.runOn("2026-12-25").Skipped)
		require.Empty(t, o.digests())
	})
}

// Somebody who cannot be told any more, and an issue that is done meanwhile, are left out without a trace in a digest.
func TestWhatIsSettledIsNotSaid(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = at("2026-11-02", 9)
		i := o.verifying(workflow.Ordinary)
		require.NotZero(t, o.runOn("2026-11-03").Digests)
		o.digests()
		owed := []store.Owed{{OwedKey: store.OwedKey{Issue: int64(i.ID), Round: 1, What: "due", Date: i.Due, Rung: "-20", Person: o.actor("gaofeng").Person}, On: "2026-11-03"},
			{OwedKey: store.OwedKey{Issue: int64(i.ID), Round: 1, What: "due", Date: i.Due, Rung: "-20", Person: 404}, On: "2026-11-03"}}
		_, err := o.db.PutOwed(o.ctx, owed)
		require.NoError(t, err)
		require.Zero(t, o.runOn("2026-11-04").Digests)
		require.Empty(t, o.digests())
		n, err := o.db.CountUntold(o.ctx)
		require.NoError(t, err)
		require.Zero(t, n, "nothing is left over for later")
		known, err := o.db.KnownOwed(o.ctx, owed)
		require.NoError(t, err)
		require.Contains(t, known, owed[0].OwedKey)
		o.runOn("2027-12-20")
		require.NoError(t, o.ReleaseRun(o.ctx, o.actor("dingyi"), "2027-12-20"), "the last run is long ago")
		o.runOn("2027-12-20")
		known, err = o.db.KnownOwed(o.ctx, owed)
		require.NoError(t, err)
		require.NotContains(t, known, owed[0].OwedKey, "forgotten after a year and more")
	})
}

// Who may not see an issue is not even owed its reminder, and of two rungs that wait for one digest the later is said.
func TestWhoIsNotOwed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = at("2026-11-02", 9)
		i := o.rectifying(workflow.Ordinary)
		gone := o.actor("gaofeng")
		o.runOn("2026-11-03")
		o.digests()
		mali := o.actor("mali").Person
		for _, rung := range []string{"-20", "-10"} {
			_, err := o.db.PutOwed(o.ctx, []store.Owed{{OwedKey: store.OwedKey{Issue: int64(i.ID), Round: 1, What: "due", Date: i.Due, Rung: rung, Person: mali}, On: "2026-12-20"}})
			require.NoError(t, err)
		}
		for _, a := range gone.Appointments {
			require.NoError(t, o.db.EndAppointment(o.ctx, a.ID, "2026-11-30", workflow.Line{At: o.now, Action: "appointed"}))
		}
		o.runOn("2026-12-11")
		key := store.Owed{OwedKey: store.OwedKey{Issue: int64(i.ID), Round: 1, What: "due", Date: i.Due, Rung: "-20", Person: gone.Person}}
		known, err := o.db.KnownOwed(o.ctx, []store.Owed{key})
		require.NoError(t, err)
		require.NotContains(t, known, key.OwedKey)
		got := o.digests()
		require.NotContains(t, got, "gaofeng 2026-12-11")
		require.Equal(t, 1, strings.Count(got["mali 2026-12-11"], "整改时限：2026-12-31"), "the later rung says it")
	})
}

// A call that nobody answers climbs by itself; a closed issue is picked for a look-back when its time has come.
func TestWhatComesRoundByItself(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = at("2026-11-02", 9)
		i := o.rectifying(workflow.Ordinary)
		o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Call, Note: "经费缺口本级无法解决，请予支持", Call: workflow.CallFor{To: o.org("0100").ID, Wants: workflow.WantsHelp}})
		o.runUpTo("2026-11-03", "2026-11-06")
		is := o.read(i.ID)
		require.Equal(t, o.org("01").ID, is.Calls[0].To, "from the organ committee to the Party group")
		require.Equal(t, []workflow.OrgID{o.org("0100").ID}, is.Calls[0].Climbed)
		require.Len(t, daysOf(o.digests(), "zhenglan", "呼叫答复"), 1, "reminded the day before")

		done := o.verifying(workflow.Ordinary)
		o.do("xuning", done.ID, passed())
		o.do("zhenglan", done.ID, simple(workflow.Close))
		o.runUpTo("2027-05-06", "2027-05-07")
		is = o.read(done.ID)
		require.True(t, is.LookBack.Waits())
		require.Equal(t, workflow.Day("2027-05-20"), is.LookBack.Due, "ten working days")
		o.runUpTo("2027-05-08", "2027-05-17")
		require.Equal(t, []string{"2027-05-14"}, daysOf(o.digests(), "xuning", "回头看："), "five days before is a Saturday")
		for _, id := range []workflow.IssueID{i.ID, done.ID} {
			o.chainHolds(id)
		}
	})
}

var paths = regexp.MustCompile(`/(issues|prompts)[^\n]*`)

// autumn lets things happen in November, and one run a day as run does it.
func (o *office) autumn(run func(day workflow.Day)) map[string]string {
	o.now = at("2026-11-02", 9)
	o.importList("zhenglan", inspectionList, "inspection", "")
	for day := workflow.Day("2026-11-03"); day <= "2026-11-24"; day = day.Add(1) {
		if calendar.Shipped().IsWorking(day) {
			run(day)
		}
		o.now = at(day, 15)
		switch day {
		case "2026-11-04":
			o.rectifying(workflow.Ordinary)
		case "2026-11-06":
			for n, i := range o.all("zhenglan", engine.Filter{States: []workflow.State{workflow.Found}}) {
				if n < 8 {
					_, err := o.try("zhenglan", i.ID, workflow.Step{Action: workflow.Assign, Responsible: o.org("0101").ID, Due: workflow.Day("2026-11-16").Add(n), Kind: workflow.KindTimed, Grade: workflow.Ordinary})
					require.NoError(o.t, err)
				}
			}
		}
	}
	out := o.digests()
	for key, body := range out {
		out[key] = paths.ReplaceAllString(body, "")
	}
	return out
}

// Two processes at once that are killed at any moment tell everybody what one that is never killed tells, on the same days: each reminder
// once, and one digest a person a day.
func TestTwoProcessesAndInterruptions(t *testing.T) {
	t.Parallel()
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		calm := newOffice(t, storetest.Open(t, storetest.SQLite(t)), defs).staffed()
		expected := calm.autumn(func(day workflow.Day) { calm.runOn(day) })
		require.Greater(t, len(expected), 20)

		a := newOffice(t, open(), defs).staffed()
		b := newOffice(t, a.db, defs)
		killed := 0
		got := a.autumn(func(day workflow.Day) {
			for attempt := 0; ; attempt++ {
				a.now = at(day, 8).Add(time.Duration(30+3*attempt) * time.Minute)
				b.now = a.now.Add(time.Duration(rand.IntN(180)) * time.Second) // the lease is two minutes: b may take over while a is at it
				done := make([]bool, 2)
				var wg sync.WaitGroup
				for n, o := range []*office{a, b} {
					wg.Go(func() {
						ctx, cancel := context.WithCancel(t.Context())
						defer cancel()
						if attempt < 6 {
							time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, cancel)
						}
						report, err := o.RunDay(ctx, day)
						done[n] = err == nil && report.Run.Stage == store.RunDone
					})
				}
				wg.Wait()
				if done[0] || done[1] {
					return
				}
				killed++
				require.Less(t, attempt, 20)
			}
		})
		t.Logf("%d digests, %d times both broke off", len(got), killed)
		require.Equal(t, expected, got)
	})
}

// A run that would write to far more people than anybody meant waits for the system administrator, before the first message.
func TestTooManyAreHeld(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.actor("dingyi")
		_, err := o.ChangeReminderRules(o.ctx, admin, 0, rulesWith(t, "most: 5000", "most: 2"), 0, false)
		require.NoError(t, err)
		o.now = at("2026-11-02", 9)
		o.rectifying(workflow.Ordinary)
		report := o.runOn("2026-11-03")
		require.Equal(t, []any{store.RunHeld, engine.HoldMany}, []any{report.Run.Stage, report.Run.Hold})
		require.Greater(t, report.Run.People, 2)
		require.Equal(t, "elsewhere", o.runOn("2026-11-03").Skipped, "it stays held")
		require.Empty(t, o.digests())
		require.NoError(t, o.ReleaseRun(o.ctx, admin, "2026-11-03"))
		fault(t, o.ReleaseRun(o.ctx, admin, "2026-11-03"), workflow.ErrConflict, "not_held")
		require.Equal(t, report.Run.People, o.runOn("2026-11-03").Digests)
		require.Len(t, o.digests(), report.Run.People)
		runs, err := o.Runs(o.ctx, admin, 5)
		require.NoError(t, err)
		require.Equal(t, []any{report.Run.People, admin.Person}, []any{runs[0].Digests, runs[0].ReleasedBy})
		lines, err := o.Audit(o.ctx, o.actor("jianghe"), engine.KindSetting, engine.SettingSubject("reminders"), 0, 10)
		require.NoError(t, err)
		require.Equal(t, []string{"run_released", "2026-11-03"}, []string{lines.Lines[0].Action, lines.Lines[0].Note})

		o.now = at("2026-12-18", 15)
		o.do("zhenglan", o.all("mali", engine.Filter{})[0].ID, simple(workflow.Urge))
		report = o.runOn("2026-12-21")
		require.Equal(t, []any{store.RunHeld, engine.HoldLeap}, []any{report.Run.Stage, report.Run.Hold}, "is the clock right?")
	})
}

// On the first run of a month every org with issues has its prompt, of a quarter who supervises has the pack; the heads hear of them,
// they never change, and who does not see the issues does not see them.
func TestPrompts(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = at("2026-12-22", 9)
		done := o.verifying(workflow.Ordinary)
		o.do("xuning", done.ID, passed())
		o.do("zhenglan", done.ID, simple(workflow.Close))
		open := o.rectifying(workflow.Ordinary)
		o.runOn("2026-12-23")
		o.digests()
		o.runUpTo("2027-01-04", "2027-01-06")
		got := o.digests()
		require.Equal(t, []string{"2027-01-04"}, daysOf(got, "gaofeng", "2027-01月提示：在办1项，其中超期1项、临期0项；上期销号1项"))
		require.Empty(t, daysOf(got, "gaofeng", "季度督导"), "a branch gets no pack")
		require.Equal(t, []string{"2027-01-04"}, daysOf(got, "zhenglan", "2027年第1季度督导"))

		branch, committee := o.org("0101").ID, o.org("0100").ID
		month, err := o.Prompt(o.ctx, o.actor("gaofeng"), branch, "2027-01")
		require.NoError(t, err)
		require.Equal(t, []any{true, workflow.Day("2027-01-04"), 1, open.Number, done.Number},
			[]any{month.Fixed, month.Prompt.Day, month.Prompt.Overdue.Count, month.Prompt.Overdue.Rows[0].Number, month.Prompt.Closed.Rows[0].Number})
		require.Equal(t, []string{"2027-01", "2026-12"}, month.Periods)
		o.do("mali", open.ID, finished())
		again, err := o.Prompt(o.ctx, o.actor("gaofeng"), branch, "2027-01")
		require.NoError(t, err)
		require.Equal(t, month.Prompt, again.Prompt, "it never changes")
		now, err := o.Prompt(o.ctx, o.actor("zhenglan"), branch, engine.ThisMonth)
		require.NoError(t, err)
		require.Equal(t, []any{false, 0, 1}, []any{now.Fixed, now.Prompt.Closed.Count, now.Prompt.Open})
		pack, err := o.Prompt(o.ctx, o.actor("zhenglan"), committee, "2027Q1")
		require.NoError(t, err)
		require.Len(t, pack.Prompt.Units, 1)
		require.Equal(t, branch, pack.Prompt.Units[0].Org)

		for _, account := range []string{"dingyi", "renan", "mali"} {
			_, err := o.Prompt(o.ctx, o.actor(account), committee, "2027-01")
			fault(t, err, workflow.ErrNotFound, "no_such_org")
		}
		_, err = o.Prompt(o.ctx, o.actor("zhenglan"), 404, "2027-01")
		fault(t, err, workflow.ErrNotFound, "no_such_org")
		_, err = o.Prompt(o.ctx, o.actor("zhenglan"), committee, "2020-01")
		fault(t, err, workflow.ErrNotFound, "no_such_prompt")
	})
}

// Who chose English is told in English; what people wrote stays as they wrote it.
func TestDigestInTheChosenLanguage(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		require.Equal(t, "unknown_word", code(o.ChooseChannels(o.ctx, o.actor("gaofeng"), engine.OwnChannels{Lang: "fr"})))
		require.NoError(t, o.ChooseChannels(o.ctx, o.actor("gaofeng"), engine.OwnChannels{Lang: "en"}))
		require.NoError(t, o.ChooseChannels(o.ctx, o.actor("gaofeng"), engine.OwnChannels{}))
		o.now = at("2026-11-02", 9)
		i := o.rectifying(workflow.Ordinary)
		o.do("zhenglan", i.ID, simple(workflow.Urge))
		o.runOn("2026-11-03")
		got := o.digests()
		require.Contains(t, got["gaofeng 2026-11-03"], "Rectify 2026-11-03:")
		require.Contains(t, got["gaofeng 2026-11-03"], "台账不全")
		require.Contains(t, got["mali 2026-11-03"], "整改提醒 2026-11-03：")
	})
}
