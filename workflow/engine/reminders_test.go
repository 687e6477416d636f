package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
)

// rulesWith are the shipped rules with one thing written otherwise.
func rulesWith(t testing.TB, old, other string) string {
	t.Helper()
	require.Contains(t, remind.ShippedBody(), old)
	return strings.Replace(remind.ShippedBody(), old, other, 1)
}

// Only the system administrator sees and changes the rules; the same file that is wrong on the command line is wrong here.
func TestWhoMayChangeReminderRules(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for _, account := range []string{"sunli", "zhouqm", "gaofeng", "renan", "jianghe"} {
			by := o.actor(account)
			_, err := o.AllReminderRules(o.ctx, by)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
			_, err = o.ReminderRulesOf(o.ctx, by, 0)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
			_, err = o.ChangeReminderRules(o.ctx, by, 0, remind.ShippedBody(), 0, true)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
			_, err = o.Runs(o.ctx, by, 10)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
			fault(t, o.ReleaseRun(o.ctx, by, "2026-11-02"), workflow.ErrForbidden, "not_administrator")
		}
		admin := o.actor("dingyi")
		_, err := o.ChangeReminderRules(o.ctx, admin, 0, rulesWith(t, "soon: 10", "soon: 99"), 0, false)
		require.ErrorIs(t, err, workflow.ErrInvalid)
		require.ErrorContains(t, err, "rules.yaml:5")
		_, err = o.ReminderRulesOf(o.ctx, admin, 404)
		fault(t, err, workflow.ErrNotFound, "no_such_checklist")
		_, err = o.ChangeReminderRules(o.ctx, admin, 404, remind.ShippedBody(), 0, false)
		fault(t, err, workflow.ErrNotFound, "no_such_checklist")
	})
}

// The light follows the rules: of new issues at once, of those under way with the next reckoning, in another process as soon as it looks;
// nobody is told that nothing but a light has changed.
func TestLightsFollowTheRules(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		defs, err := definitions.Shipped()
		require.NoError(t, err)
		replica := newOffice(t, o.db, defs)
		admin := o.actor("dingyi")
		old := o.assignedOn("2026-11-02")
		require.Equal(t, workflow.Day("2027-06-20"), old.Warn)

		seen, err := o.ChangeReminderRules(o.ctx, admin, 0, rulesWith(t, "soon: 10", "soon: 30"), 0, true)
		require.NoError(t, err)
		require.Equal(t, []any{1, false}, []any{seen.Moved, seen.Taken})
		require.Equal(t, workflow.Day("2027-06-20"), o.assignedOn("2026-11-03").Warn, "a trial changes nothing")
		taken, err := o.ChangeReminderRules(o.ctx, admin, 0, rulesWith(t, "soon: 10", "soon: 30"), 0, false)
		require.NoError(t, err)
		require.Equal(t, []any{2, true, 1}, []any{taken.Moved, taken.Taken, taken.Rev})
		o.now = o.now.Add(time.Minute)
		_, err = o.ChangeReminderRules(o.ctx, admin, 0, rulesWith(t, "soon: 10", "soon: 5"), 0, false)
		fault(t, err, workflow.ErrConflict, "stale_setting")

		require.Equal(t, workflow.Day("2027-05-31"), o.assignedOn("2026-11-03").Warn, "at once")
		require.Equal(t, workflow.Day("2027-06-20"), replica.assignedOn("2026-11-03").Warn)
		require.NoError(t, replica.Refresh(o.ctx))
		require.Equal(t, workflow.Day("2027-05-31"), replica.assignedOn("2026-11-03").Warn, "as soon as it looks")
		n, err := o.Reckon(o.ctx)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		is, err := o.db.Issue(o.ctx, old.ID)
		require.NoError(t, err)
		require.Equal(t, workflow.Day("2027-05-31"), is.Warn)
		lines, err := o.db.History(o.ctx, workflow.KindIssue, int64(old.ID), 0, 10)
		require.NoError(t, err)
		last := lines[len(lines)-1]
		require.Equal(t, []string{"reclock", "系统自动"}, []string{last.Action, last.Name})
		require.Contains(t, last.Note, "临期日由2027-06-20改为2027-05-31")
		notices, err := o.Notices(o.ctx, o.actor("mali"), "", 10)
		require.NoError(t, err)
		for _, n := range notices.Rows {
			require.NotEqual(t, workflow.Reclock, n.Action)
		}

		_, err = o.ChangeReminderRules(o.ctx, admin, 0, "", engine.AnyRev, false)
		require.NoError(t, err)
		require.Equal(t, workflow.Day("2027-06-20"), o.assignedOn("2026-11-03").Warn, "back to what came with the program")
	})
}

// A checklist may have rules of its own; the others keep the default.
func TestRulesOfOneChecklist(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.actor("dingyi")
		report := o.importList("xuning", inspectionList, "inspection", "")
		_, err := o.ChangeReminderRules(o.ctx, admin, report.Checklist, rulesWith(t, "soon: 10", "soon: 45"), 0, false)
		require.NoError(t, err)
		_, err = o.Reckon(o.ctx)
		require.NoError(t, err)
		open, err := o.db.OpenIssues(o.ctx, "2026-01-01", 0, 100)
		require.NoError(t, err)
		require.NotEmpty(t, open)
		for _, i := range open {
			if i.Due != "" {
				require.Equal(t, i.Due.Add(-45), i.Warn)
			}
		}
		require.Equal(t, workflow.Day("2027-06-20"), o.assignedOn("2026-11-03").Warn)
		all, err := o.AllReminderRules(o.ctx, admin)
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.Equal(t, []any{false, 10, true, 45}, []any{all[0].Own, all[0].Rules.Soon, all[1].Own, all[1].Rules.Soon})
		_, err = o.ChangeReminderRules(o.ctx, admin, report.Checklist, "", engine.AnyRev, false)
		require.NoError(t, err)
		all, err = o.AllReminderRules(o.ctx, admin)
		require.NoError(t, err)
		require.Equal(t, []any{false, 10}, []any{all[1].Own, all[1].Rules.Soon})
	})
}

// A replay of the past says what the runs of those days have sent; under the rules in force it is the same, under others less or more.
func TestSimulateTellsWhatTheRunsSent(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.autumn(func(day workflow.Day) { o.runOn(day) })
		sent, err := o.db.CountTold(o.ctx, "2026-11-01", "2026-11-24")
		require.NoError(t, err)
		require.NotZero(t, sent)
		rules, err := engine.ParseReminders("rules.yaml", []byte(rulesWith(t, "{before: 10, tell: [person, leader]}", "{before: 12, tell: [person, leader, responsible, secretary]}")))
		require.NoError(t, err)
		months, err := o.Simulate(o.ctx, rules, "2026-10-01", "2026-11-24")
		require.NoError(t, err)
		require.Len(t, months, 2)
		require.Equal(t, "2026-10", months[0].Month)
		require.Zero(t, months[0].Now.Reminders)
		november := months[1]
		require.Equal(t, sent, november.Now.Reminders, "as the runs have sent them")
		require.Greater(t, november.Then.Reminders, november.Now.Reminders)
		require.LessOrEqual(t, november.Now.People, november.Now.Digests)
		require.LessOrEqual(t, november.Now.Most, november.Now.People)
		require.NotZero(t, november.Now.Most)
	})
}
