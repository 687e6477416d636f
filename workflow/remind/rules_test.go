package remind_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/remind"
)

func shippedRules(t testing.TB) *remind.Rules {
	t.Helper()
	r, err := remind.Shipped()
	require.NoError(t, err)
	return r
}

// The defaults are those that offices keep: 20 days before the person, 10 days before the leader as well, overdue the unit and its
// secretary; the light is soon in the last 10 days.
func TestShippedRules(t *testing.T) {
	r := shippedRules(t)
	require.True(t, r.On)
	require.Equal(t, workflow.SoonDays, r.Soon)
	require.Equal(t, []remind.Rung{
		{Days: -20, Tell: []remind.Who{"person"}}, {Days: -10, Tell: []remind.Who{"person", "leader"}},
		{Days: 1, Every: 7, Tell: []remind.Who{"person", "responsible", "secretary"}},
	}, r.Ladder[remind.TopicDue])
	for _, topic := range remind.Topics() {
		require.NotEmpty(t, r.Ladder[remind.Topic(topic.Word)], topic.Word)
	}
	require.Equal(t, workflow.Day("2026-11-20"), r.Warn("2026-11-30"))
	require.Empty(t, r.Warn(""))
	require.Equal(t, 3000, r.Run.Limit(0))
	require.Equal(t, 5000, r.Run.Limit(4000))
}

// What is wrong is said with its line, all of it at once.
func TestWrongRulesAreRefused(t *testing.T) {
	body := remind.ShippedBody()
	for _, x := range []struct{ old, wrong, say string }{
		{"soon: 10 ", "soon: 61 ", "rules.yaml:5 “61”不是0到60之间的整数"},
		{"soon: 10 ", "sooon: 10 ", "没有“sooon”这一项"},
		{"on: true", "on: perhaps", "rules.yaml:4 应为 true 或 false"},
		{"{before: 20, tell: [person]}", "{before: 20, tell: [persons]}", "没有“persons”这个词"},
		{"{before: 20, tell: [person]}", "{before: 10, tell: [person]}", "两级落在同一天"},
		{"{before: 20, tell: [person]}", "{before: 20, every: 3, tell: [person]}", "期限前的提醒不能重复"},
		{"{before: 20, tell: [person]}", "{before: 20, overdue: 1, tell: [person]}", "须写 before 或 overdue 之一"},
		{"{before: 20, tell: [person]}", "{before: 20}", "没有写提醒谁"},
		{"{before: 20, tell: [person]}", "{before: -1, tell: [person]}", "不是0到365之间的整数"},
		{"officers: [work_supervisor,", "officers: [system_admin,", "没有“system_admin”这个词"},
		{"look_back_within: 10", "#", "缺少“look_back_within”"},
		{"on: true", "on: &a true", "锚点"},
		{"jump: 10", "jump: 1", "不是2到1000之间的整数"},
		{"on: true", "on: true\non: false", "写了两次"},
		{"on: true", "on: [", "不是合格的 YAML"},
	} {
		require.Contains(t, body, x.old)
		_, err := remind.Parse("rules.yaml", []byte(strings.Replace(body, x.old, x.wrong, 1)))
		require.ErrorIs(t, err, workflow.ErrInvalid, x.wrong)
		require.ErrorContains(t, err, x.say, x.wrong)
	}
	_, err := remind.Parse("rules.yaml", []byte("soon: 99\nladder: 3\n"))
	require.ErrorContains(t, err, "rules.yaml:1")
	require.ErrorContains(t, err, "rules.yaml:2")
	for _, empty := range []string{"", "[]", strings.Repeat("#", remind.MaxSize+1), "on: true\n---\non: true"} {
		_, err := remind.Parse("rules.yaml", []byte(empty))
		require.ErrorIs(t, err, workflow.ErrInvalid)
	}
}

// issueAt is an issue being rectified, with a due day.
func issueAt(due workflow.Day) workflow.Issue {
	return workflow.Issue{ID: 1, Round: 1, State: workflow.Rectifying, Due: due, Responsible: 10, Verifier: 20, Closer: 30, Person: 7, Leader: "王立",
		Measures: []workflow.Measure{{Person: 8}, {Person: 9, Done: true}, {Person: 7}}}
}

// rungs are the days of a year on which something else is owed than the working day before, with the rung.
func rungs(t *testing.T, r *remind.Rules, i workflow.Issue, from, to workflow.Day) []string {
	t.Helper()
	days := calendar.Shipped()
	var out []string
	last := ""
	for day := from; day <= to; day = day.Add(1) {
		if !days.IsWorking(day) {
			continue
		}
		for _, m := range remind.Owed(r, &i, day, days) {
			require.LessOrEqual(t, m.On, day)
			require.True(t, days.IsWorking(m.On), "%s is a day off", m.On)
			if key := m.What + m.Rung; key != last {
				require.Equal(t, day, m.On, "it comes on its day when somebody looks every day")
				out = append(out, string(day)+" "+m.What+" "+m.Rung)
				last = key
			}
		}
	}
	return out
}

// Each rung comes on its day; one that falls on a day off on the working day before, and what is overdue never before it is.
func TestRungsFallOnWorkingDays(t *testing.T) {
	r := shippedRules(t)
	// Due on a Friday. Twenty days before is a Saturday, ten a Tuesday; the day after is a Saturday.
	require.Equal(t, []string{"2026-11-06 due -20", "2026-11-17 due -10", "2026-11-30 due +1", "2026-12-07 due +8", "2026-12-14 due +15"},
		rungs(t, r, issueAt("2026-11-27"), "2026-10-09", "2026-12-18"))
	// Due on the last day of the National Day holidays, which are free from 1 to 7 October: all moves out of them.
	require.Equal(t, []string{"2026-09-17 due -20", "2026-09-24 due -10", "2026-10-08 due +1", "2026-10-15 due +8"},
		rungs(t, r, issueAt("2026-10-07"), "2026-09-01", "2026-10-16"), "25 to 27 September are free as well")
}

// Days on which nothing ran are made good by one reminder: of several rungs that were missed the last.
func TestMissedRungsAreMadeGoodOnce(t *testing.T) {
	r, i := shippedRules(t), issueAt("2026-11-27")
	owed := remind.Owed(r, &i, "2026-11-26", calendar.Shipped())
	require.Len(t, owed, 1)
	require.Equal(t, []any{"-10", workflow.Day("2026-11-17")}, []any{owed[0].Rung, owed[0].On})
	owed = remind.Owed(r, &i, "2027-03-01", calendar.Shipped())
	require.Len(t, owed, 1)
	require.Equal(t, "+92", owed[0].Rung)
}

// The words of the rules become people and orgs.
func TestWhoIsTold(t *testing.T) {
	r, i := shippedRules(t), issueAt("2026-11-27")
	tell := func(day workflow.Day) []remind.Address { return remind.Owed(r, &i, day, calendar.Shipped())[0].Tell }
	require.Equal(t, []remind.Address{{Person: 7}, {Person: 8}}, tell("2026-11-06"), "the person, and those of the measures that are not done")
	require.Equal(t, []remind.Address{{Person: 7}, {Person: 8}, {Org: 10, Group: remind.Leaders, Name: "王立"}}, tell("2026-11-17"))
	require.Equal(t, []remind.Address{{Person: 7}, {Person: 8}, {Org: 10}, {Org: 10, Group: remind.Heads}}, tell("2026-11-30"))
}

// What is owed follows where the issue stands: who is waited for is reminded, and nobody of what rests or is done.
func TestWhatIsOwedFollowsTheState(t *testing.T) {
	days, r := calendar.Shipped(), shippedRules(t)
	whats := func(change func(i *workflow.Issue)) []string {
		i := issueAt("2026-11-27")
		change(&i)
		var out []string
		for _, m := range remind.Owed(r, &i, "2026-12-01", days) {
			out = append(out, m.What+m.Rung)
		}
		return out
	}
	state := func(s workflow.State) func(i *workflow.Issue) { return func(i *workflow.Issue) { i.State = s } }
	require.Equal(t, []string{"due+1"}, whats(state(workflow.Rectifying)))
	require.Equal(t, []string{"due+1"}, whats(state(workflow.PlanReview)))
	for _, s := range []workflow.State{workflow.Draft, workflow.Found, workflow.Suspended, workflow.Verifying, workflow.Closing, workflow.Closed, workflow.Merged, workflow.Cancelled} {
		require.Empty(t, whats(state(s)), s)
	}
	require.Empty(t, whats(func(i *workflow.Issue) { i.Due = "" }))
	require.Equal(t, []string{"clock+1"}, whats(func(i *workflow.Issue) {
		i.State, i.Clock = workflow.Verifying, workflow.Clock{Name: "verify", Until: "2026-11-30"}
	}))
	require.Empty(t, whats(func(i *workflow.Issue) {
		i.State, i.Clock = workflow.Publicized, workflow.Clock{Name: "publicity", Until: "2026-11-20"}
	}), "publicity is waited out")
	require.Equal(t, []string{"review-10"}, whats(func(i *workflow.Issue) { i.State, i.NextReview = workflow.Lasting, "2026-12-11" }))
	require.Equal(t, []string{"look_back-5"}, whats(func(i *workflow.Issue) { i.State, i.LookBack = workflow.Closed, workflow.LookBack{Due: "2026-12-06"} }))
	require.Empty(t, whats(func(i *workflow.Issue) {
		i.State, i.LookBack = workflow.Closed, workflow.LookBack{Due: "2026-12-06", On: "2026-12-01"}
	}))
	require.Equal(t, []string{"due+1", "letter-1+2", "letter_limit-2-3", "call-2-1"}, whats(func(i *workflow.Issue) {
		i.Letters = []workflow.Letter{{To: 10, Round: 1, On: "2026-11-26"}, {To: 10, Round: 1, On: "2026-11-30", Limit: "2026-12-04", SignedBy: 7}}
		i.Calls = []workflow.CallFor{{To: 20, Until: "2026-11-01", Reply: workflow.ReplyNo}, {To: 20, Until: "2026-12-02"}}
	}))
	r.On = false
	require.Empty(t, whats(state(workflow.Rectifying)), "switched off")
}

// A checklist may have rules of its own, and lose them again.
func TestRulesOfAChecklist(t *testing.T) {
	base, own := shippedRules(t), shippedRules(t)
	own.Soon = 30
	b := (&remind.Book{Default: base}).With(5, own)
	require.Equal(t, []*remind.Rules{base, own, base}, []*remind.Rules{b.For(0), b.For(5), b.For(6)})
	require.Same(t, base, b.With(5, nil).For(5))
	require.Same(t, own, b.For(5), "the book before is as it was")
	require.Same(t, own, b.With(0, own).For(6))
}

// The clock of a countersign reminds everybody who has not signed, and nobody who has.
func TestTheClockOfACountersign(t *testing.T) {
	r, i := shippedRules(t), issueAt("2027-03-01")
	i.State, i.Parties, i.Clock = workflow.Verifying, []workflow.OrgID{21, 22}, workflow.Clock{Name: "verify", Until: "2026-11-20"}
	told := func() (orgs []workflow.OrgID) {
		owed := remind.Owed(r, &i, "2026-11-23", calendar.Shipped())
		require.Len(t, owed, 1)
		require.Equal(t, "clock+1", owed[0].What+owed[0].Rung)
		for _, a := range owed[0].Tell {
			if a.Group == remind.Officers {
				orgs = append(orgs, a.Org)
			}
		}
		return orgs
	}
	require.Equal(t, []workflow.OrgID{20, 21, 22}, told())
	i.Signs = []workflow.Sign{{Org: 20}}
	require.Equal(t, []workflow.OrgID{21, 22}, told())
	i.Signs = append(i.Signs, workflow.Sign{Org: 21})
	require.Equal(t, []workflow.OrgID{22}, told())
}
