package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// seen is how something is seen in an issue, and in how many issues of the demonstration.
type seen struct {
	issues int
	shown  func(i *workflow.Issue) bool
}

// around is what is to be seen around the steps of issues.
func around(today workflow.Day, codes map[workflow.OrgID]string) map[string]seen {
	call := func(is func(c *workflow.CallFor) bool) func(i *workflow.Issue) bool {
		return func(i *workflow.Issue) bool {
			return slices.ContainsFunc(i.Calls, func(c workflow.CallFor) bool { return is(&c) })
		}
	}
	return map[string]seen{
		"督办函：五级各一份，一份逾期签收，一份未签收": {1, func(i *workflow.Issue) bool {
			var rungs []string
			for _, l := range i.Letters {
				rungs = append(rungs, string(l.Rung))
			}
			all := []string{"notice", "guidance", "reminder", "admonition", "accountability"}
			return slices.Equal(rungs, all) && workflow.DayOf(i.Letters[1].SignedAt) > i.Letters[1].Limit && !i.Letters[4].Signed() && i.Pending(4)
		}},
		"督办函：A 代 B 发": {1, func(i *workflow.Issue) bool {
			return len(i.Letters) == 1 && i.Letters[0].ByFor != 0 && i.Letters[0].Signed()
		}},
		"挂牌督办": {1, func(i *workflow.Issue) bool { return i.Supervised }},
		"提级":   {1, func(i *workflow.Issue) bool { return i.Escalated && codes[i.Closer] == "02" }},
		"主办协办：协办单位的措施已完成": {1, func(i *workflow.Issue) bool {
			return len(i.Assisting) == 1 && slices.ContainsFunc(i.Measures, func(m workflow.Measure) bool { return m.Org == i.Assisting[0] && m.Done }) &&
				slices.ContainsFunc(i.Measures, func(m workflow.Measure) bool { return m.Org == i.Responsible && !m.Done })
		}},
		"方案会审：评价和逐条意见": {1, func(i *workflow.Issue) bool {
			return i.State == workflow.PlanReview && len(i.Signs) == 1 && i.Signs[0].Mark == "good" && len(i.Remarks) == 2 && len(workflow.Advise(i)) == 0
		}},
		"方案会审：两家都有意见": {5, func(i *workflow.Issue) bool {
			return len(i.Parties) > 0 && slices.ContainsFunc(i.Remarks, func(r workflow.Remark) bool { return r.Org == i.Parties[0] && r.Measure == 1 })
		}},
		"方案：程序有提示":   {1, func(i *workflow.Issue) bool { return i.State == workflow.PlanReview && len(workflow.Advise(i)) == 4 }},
		"呼叫：给予协助":    {1, call(func(c *workflow.CallFor) bool { return c.Reply == workflow.ReplyHelp })},
		"呼叫：不予支持并说明": {1, call(func(c *workflow.CallFor) bool { return c.Reply == workflow.ReplyNo && c.Said != "" })},
		"呼叫：自动升级后答复": {1, call(func(c *workflow.CallFor) bool {
			return len(c.Climbed) == 1 && codes[c.To] == "02" && c.Reply == workflow.ReplyDecision
		})},
		"呼叫：待答复": {1, call(func(c *workflow.CallFor) bool { return c.Open() && c.Until >= today && len(c.Climbed) == 0 })},
		"长期整改：下次复核将到": {1, func(i *workflow.Issue) bool {
			return i.State == workflow.Lasting && i.NextReview > today && workflow.LightOf(i.State, i.Due, i.Warn, today) == workflow.LightSoon
		}},
		"挂账及其条件": {1, func(i *workflow.Issue) bool { return i.State == workflow.Suspended && i.Condition != "" }},
		"恢复后时限顺延": {1, func(i *workflow.Issue) bool {
			return i.State == workflow.Rectifying && i.Pause.On != "" && i.Due > i.Pause.Due && i.Measures[0].Due > i.Measures[0].Before && i.Measures[0].Before != ""
		}},
		"并案：五个来源一起改": {1, func(i *workflow.Issue) bool { return len(i.Absorbed) == 4 && sources(i) == 5 && ownNumbers(i) }},
		"举一反三":       {1, func(i *workflow.Issue) bool { return len(i.Spread) == 4 }},
		"自查发现的问题":    {1, func(i *workflow.Issue) bool { return i.Prompted() && i.State == workflow.Planning }},
		"建立的制度":      {3, func(i *workflow.Issue) bool { return len(i.Results.Systems) > 0 }},
		"问责情况":       {2, func(i *workflow.Issue) bool { return len(i.Results.Outcomes) > 0 }},
		"回头看：到期自动列入": {1, func(i *workflow.Issue) bool { return i.LookBack.Waits() && i.LookBack.Draw == "" }},
		"回头看：抽中待看":   {1, func(i *workflow.Issue) bool { return i.LookBack.Waits() && i.LookBack.Draw != "" }},
		"回头看：没有反弹": {1, func(i *workflow.Issue) bool {
			return i.State == workflow.Closed && i.LookBack.On != "" && i.LookBack.Note != ""
		}},
		"回头看：重启": {1, func(i *workflow.Issue) bool { return i.Round == 2 }},
		"提醒规则与默认不同": {14, func(i *workflow.Issue) bool {
			return i.Source == "inspection" && i.Warn == i.Due.Add(-15)
		}},
	}
}

// sources counts those of an issue and of what was merged into it.
func sources(i *workflow.Issue) int {
	all := map[workflow.Source]bool{i.Source: true}
	for _, a := range i.Absorbed {
		all[a.Source] = true
	}
	return len(all)
}

// ownNumbers says whether each source has kept its own number.
func ownNumbers(i *workflow.Issue) bool {
	return i.OwnNumber != "" && !slices.ContainsFunc(i.Absorbed, func(a workflow.Absorbed) bool { return a.OwnNumber == "" || a.Number == "" })
}

// The demonstration shows each of what offices do around a step.
func showsAround(t *testing.T, o *opened, by workflow.Actor) {
	t.Helper()
	orgs, err := o.engine.Orgs(t.Context(), 0, "", engine.PageLimit)
	require.NoError(t, err)
	codes := map[workflow.OrgID]string{}
	for _, org := range orgs {
		codes[org.ID] = org.Code
	}
	table := around(o.engine.Today(), codes)
	want, got, steps, notes := map[string]int{}, map[string]int{}, map[workflow.Action]int{}, []string{}
	for what := range table {
		want[what], got[what] = table[what].issues, 0
	}
	for _, i := range everyIssue(t, o, by) {
		for what, row := range table {
			if row.shown(&i) {
				got[what]++
			}
		}
		lines, err := o.engine.History(t.Context(), by, i.ID, 0, engine.PageLimit)
		require.NoError(t, err)
		for _, l := range lines {
			steps[workflow.Action(l.Action)]++
			notes = append(notes, l.Note)
		}
	}
	require.Equal(t, want, got)
	for action, times := range map[workflow.Action]int{
		workflow.Return: 1, workflow.Transfer: 1, workflow.RejectPlan: 3, workflow.Unmerge: 2, workflow.Review: 1, workflow.Resume: 1, workflow.Climb: 1,
		workflow.Entrust: 2, workflow.Pick: 3, workflow.LookBackAt: 1, workflow.SendLetter: 6, workflow.SignLetter: 5, workflow.Call: 4,
	} {
		require.Equal(t, times, steps[action], action)
	}
	all := strings.Join(notes, "\n")
	require.Contains(t, all, "（决定：工委书记专题会）", "who decided that an issue is supervised")
	require.Contains(t, all, "（决定：市直机关工委第11次会议）", "and that one is escalated")
}

// showsDays is about what is seen in lists and on days rather than in an issue.
func showsDays(t *testing.T, o *opened, by workflow.Actor) {
	t.Helper()
	as := func(account string) workflow.Actor {
		actor, err := o.engine.ActorNamed(t.Context(), account)
		require.NoError(t, err)
		return actor
	}
	checks, err := o.engine.SelfChecks(t.Context(), as("zoujie"))
	require.NoError(t, err)
	require.Len(t, checks.Asked, 1)
	asked, err := o.engine.SelfChecksAbout(t.Context(), as("zoujie"), checks.Asked[0].Issue)
	require.NoError(t, err)
	answers := map[workflow.CheckAnswer]int{}
	for _, c := range asked {
		answers[c.Answer]++
	}
	require.Equal(t, map[workflow.CheckAnswer]int{workflow.CheckHave: 1, workflow.CheckHaveNot: 2, "": 1}, answers)

	draws, err := o.engine.Draws(t.Context(), 0, engine.PageLimit)
	require.NoError(t, err)
	require.Len(t, draws, 2)
	require.True(t, draws[0].DrawnAt.IsZero() && draws[0].On > o.engine.Today(), "one is for a day to come")
	require.Len(t, draws[1].Drawn, 2)

	standIn := as("tangyue")
	require.True(t, slices.ContainsFunc(standIn.Appointments, func(a workflow.Appointment) bool { return a.For == as("handong").Person }), "in force today")

	held, err := o.engine.Held(t.Context(), as("handong"), engine.HandOver{From: person(t, o, "gongping"), Org: orgOf(t, o, "0203")})
	require.NoError(t, err)
	require.Empty(t, held.Rows, "all is handed over")

	budget, err := o.engine.Budget(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, budget.Rev)
	require.Less(t, budget.Month.Fields, workflow.DefaultBudget().Month.Fields, "stricter than it came")

	showsSimilar(t, o, as("tangyue"))
	showsTold(t, o, as)
	showsDelivery(t, o, as)
	showsRehearsal(t, o, as)
	showsSources(t, o, as)
	showsPeriods(t, o, by)
}

func person(t *testing.T, o *opened, account string) workflow.PersonID {
	t.Helper()
	p, err := o.engine.PersonByAccount(t.Context(), account)
	require.NoError(t, err)
	return p.ID
}

func orgOf(t *testing.T, o *opened, code string) workflow.OrgID {
	t.Helper()
	org, err := o.engine.FindOrg(t.Context(), code)
	require.NoError(t, err)
	return org.ID
}

// A draft is much like an issue that is there.
func showsSimilar(t *testing.T, o *opened, by workflow.Actor) {
	t.Helper()
	page, err := o.engine.Issues(t.Context(), by, engine.Filter{States: []workflow.State{workflow.Draft}}, 0, "", engine.PageLimit)
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	alike, err := o.engine.SimilarTo(t.Context(), by, page.Rows[0].ID)
	require.NoError(t, err)
	require.NotEmpty(t, alike)
	require.Equal(t, "党员积分台账与公示不一致", alike[0].Issue.Detail)
}

// Who works has something to read, and has read what is older; nobody was told twice on a day.
func showsTold(t *testing.T, o *opened, as func(string) workflow.Actor) {
	t.Helper()
	for _, account := range []string{"zoujie", "tangyue", "xiening", "tianye"} {
		inbox, err := o.engine.Inbox(t.Context(), as(account), 0, engine.PageLimit)
		require.NoError(t, err)
		require.NotEmpty(t, inbox, account)
		days := map[workflow.Day]bool{}
		for _, m := range inbox {
			require.False(t, days[m.Day], "%s is told twice on %s", account, m.Day)
			days[m.Day] = true
		}
		unread, err := o.engine.InboxUnread(t.Context(), as(account))
		require.NoError(t, err)
		require.NotZero(t, unread, account)
		require.Less(t, unread, len(inbox), account)
	}
	runs, err := o.engine.Runs(t.Context(), as("chenglang"), 100)
	require.NoError(t, err)
	require.Greater(t, len(runs), demoDaily)
	for _, r := range runs {
		require.Empty(t, r.Hold)
	}
	rules, err := o.engine.AllReminderRules(t.Context(), as("chenglang"))
	require.NoError(t, err)
	own := slices.DeleteFunc(rules, func(r engine.ReminderRules) bool { return !r.Own })
	require.Len(t, own, 1)
	require.Equal(t, "市委第三巡察组反馈问题整改任务清单", own[0].Checklist.Title)
}

// The prompts of a month and of a quarter have something in them, and the duty lists have what is done and what is late.
func showsPeriods(t *testing.T, o *opened, by workflow.Actor) {
	t.Helper()
	root := by.Appointments[0].Org
	view, err := o.engine.Prompt(t.Context(), by, root, engine.ThisMonth)
	require.NoError(t, err)
	packs := 0
	for _, period := range view.Periods[:4] {
		kept, err := o.engine.Prompt(t.Context(), by, root, period)
		require.NoError(t, err)
		require.True(t, kept.Fixed)
		require.False(t, kept.Prompt.Empty(), period)
		if kept.Prompt.Quarter {
			packs++
			require.NotEmpty(t, kept.Prompt.Units, period)
		}
	}
	require.NotZero(t, packs)
	done, late, open := 0, 0, 0
	for _, kind := range []string{"half", "year"} {
		now, err := engine.PeriodOf(kind, o.engine.Today())
		require.NoError(t, err)
		for _, p := range []engine.Period{now, now.Before()} { // on its first days nothing is done in a period
			list, err := o.engine.Duties(t.Context(), by, root, true, p, "")
			require.NoError(t, err)
			for _, row := range list.Rows {
				for _, c := range row.Charges {
					done, late, open = done+c.Done, late+c.DoneLate, open+c.OpenLate
				}
			}
		}
	}
	require.NotZero(t, done)
	require.NotZero(t, late)
	require.NotZero(t, open)
}
