package remind_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/remind"
)

// A prompt looks back at the month or quarter before, also over the end of the year.
func TestPeriods(t *testing.T) {
	require.Equal(t, remind.Period{Name: "2026-11", Begin: "2026-11-01", From: "2026-10-01", To: "2026-10-31"}, remind.MonthOf("2026-11-22"))
	require.Equal(t, remind.Period{Name: "2027-01", Begin: "2027-01-01", From: "2026-12-01", To: "2026-12-31"}, remind.MonthOf("2027-01-31"))
	require.Equal(t, remind.Period{Name: "2026Q4", Begin: "2026-10-01", From: "2026-07-01", To: "2026-09-30", Quarter: true}, remind.QuarterOf("2026-11-22"))
	require.Equal(t, remind.Period{Name: "2027Q1", Begin: "2027-01-01", From: "2026-10-01", To: "2026-12-31", Quarter: true}, remind.QuarterOf("2027-03-31"))
	so := remind.MonthOf("2026-11-22").SoFar("2026-11-22")
	require.Equal(t, []workflow.Day{"2026-11-01", "2026-11-22"}, []workflow.Day{so.From, so.To})
}

// A prompt counts each issue once, lists what needs somebody, and says what was reported and is not verified.
func TestPromptCounts(t *testing.T) {
	line := workflow.Lineage{{Org: 1, Level: workflow.PartyGroup}, {Org: 10, Level: workflow.OrganCommittee}, {Org: 100, Level: workflow.Branch}}
	issue := func(number string, state workflow.State, change func(i *workflow.Issue)) *workflow.Issue {
		i := &workflow.Issue{Number: number, Round: 1, State: state, Responsible: 100, Line: line, Detail: strings.Repeat("长", 50)}
		change(i)
		return i
	}
	p := remind.NewPrompt(1, remind.QuarterOf("2026-11-22"), "2026-11-22")
	for _, i := range []*workflow.Issue{
		issue("A", workflow.Rectifying, func(i *workflow.Issue) { i.Due, i.Warn, i.Finder = "2026-11-20", "2026-11-10", 100 }),
		issue("B", workflow.Verifying, func(i *workflow.Issue) { i.Due, i.Warn, i.Reported, i.SelfCheck = "2026-11-25", "2026-11-15", true, 7 }),
		issue("C", workflow.Suspended, func(i *workflow.Issue) { i.PausedOn, i.Condition = "2026-11-01", "经费到位" }),
		issue("D", workflow.Lasting, func(i *workflow.Issue) {
			i.Due, i.Warn, i.NextReview, i.Letters = "2027-01-10", "2026-12-31", "2027-01-10", []workflow.Letter{{Number: "D-D1", To: 100, On: "2026-11-18"}, {Number: "D-D2", To: 100, SignedBy: 3}}
		}),
		issue("E", workflow.Closed, func(i *workflow.Issue) { i.ClosedOn = "2026-09-30" }),
		issue("F", workflow.Closed, func(i *workflow.Issue) { i.ClosedOn = "2026-10-01" }),
		issue("G", workflow.Draft, func(*workflow.Issue) {}),
		issue("H", workflow.Merged, func(*workflow.Issue) {}),
	} {
		p.Add(i)
	}
	p.Finish()
	require.Equal(t, map[workflow.Light]int{workflow.LightOverdue: 1, workflow.LightSoon: 1, workflow.LightInTime: 1, workflow.LightNone: 1}, p.Lights)
	require.Equal(t, []int{4, 1, 1, 1, 1, 1, 1, 1}, []int{p.Open, p.Gap, p.Closed.Count, p.Overdue.Count, p.Soon.Count, p.Suspended.Count, p.Reviews.Count, p.Letters.Count})
	require.Equal(t, 1, p.Own, "what the unit found when it was asked to look, and nothing else, as in the rows by unit")
	require.Equal(t, []any{"A", 2, "经费到位", "D-D1"}, []any{p.Overdue.Rows[0].Number, p.Overdue.Rows[0].Days, p.Suspended.Rows[0].Note, p.Letters.Rows[0].Note})
	require.Equal(t, []remind.PromptUnit{{Org: 10, Open: 4, Own: 1, Overdue: 1, Closed: 1, Gap: 1}}, p.Units, "by the unit right below")
	require.Equal(t, []bool{false, true}, []bool{p.Overdue.Rows[0].Own, p.Soon.Rows[0].Own})
	late := remind.NewPrompt(1, remind.QuarterOf("2026-11-22"), "2026-11-22")
	late.Add(issue("I", workflow.Rectifying, func(i *workflow.Issue) { i.Due, i.SelfCheck = "2026-11-20", 7 }))
	late.Finish()
	require.Equal(t, []remind.PromptUnit{{Org: 10, Open: 1, Own: 1}}, late.Units, "what a unit found when it was asked to look is not counted against it")
	require.True(t, late.Overdue.Rows[0].Own, "it is listed nevertheless, and marked")
	require.Equal(t, []int{1, 1, 1}, []int{late.Own, late.Overdue.Count, late.OverdueOwn})
	require.Contains(t, late.Text().Zh, "其中超期（其中自查发现1，不计）1项", "and the headline says so")
	require.Equal(t, "2026年第4季度督导", p.Title().Zh)
	require.Contains(t, p.Text().Zh, "在办4项，其中超期1项、临期1项；上期销号1项")
}

// A digest says the latest first, counts what it does not show, and is in both languages.
func TestDigest(t *testing.T) {
	d := &remind.Digest{Name: "高峰", Day: "2026-11-23", Waits: remind.Waits{Overdue: 1, More: true, Rows: []remind.Said{{Number: "W-1", Title: "待办", Text: workflow.Say("签收", "accept")}}}}
	require.True(t, d.Empty(), "what only waits is no reason to write")
	for n := range 25 {
		m := remind.Reminder{What: "due", Date: workflow.Day("2026-11-10").Add(n)}
		d.Reminders = append(d.Reminders, remind.Said{Number: "N", Title: "台账不全", Path: "/issues/1", Text: m.Text(d.Day), Late: m.Date.Until(d.Day)})
	}
	body := d.Body()
	require.False(t, d.Empty())
	require.Equal(t, "整改提醒 2026-11-23：超期13项、提醒12项", d.Subject().Zh)
	require.Equal(t, "Rectify 2026-11-23: 13 overdue, 12 reminders", d.Subject().En)
	require.Less(t, strings.Index(body.Zh, "（2026-11-10）已超过13天"), strings.Index(body.Zh, "就在今天（2026-11-23）"))
	require.Contains(t, body.Zh, "另有5项，请登录查看")
	require.Contains(t, body.Zh, "【待您办理】超期1项、临期0项、其他0项（不止这些）\n1. W-1 待办\n   签收\n")
	require.Contains(t, body.En, "the due day (2026-11-10): 13 days overdue")
	require.Equal(t, 21, d.Lines())
	letter := remind.Reminder{What: "letter-2", Date: "2026-11-20"}
	require.Equal(t, "督办函于2026-11-20发出，3天未签收，请签收", letter.Text("2026-11-23").Zh)
}
