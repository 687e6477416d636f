package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// refused asks for a step that must be refused, and sees that Explain gives the same answer where it can know it.
func (o *office) refused(account string, id workflow.IssueID, s workflow.Step, kind error, code string) workflow.Text {
	o.t.Helper()
	before := len(o.chainHolds(id))
	_, err := o.try(account, id, s)
	f := fault(o.t, err, kind, code)
	require.Len(o.t, o.chainHolds(id), before, "a refused step leaves no line")
	return f
}

func TestWhoMayNot(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.verifying(workflow.Ordinary).ID
		o.refused("luomin", id, simple(workflow.Comment), workflow.ErrNotFound, "no_such_issue")
		o.refused("yeqing", id, passed(), workflow.ErrNotFound, "no_such_issue")
		o.refused("jianghe", id, simple(workflow.Comment), workflow.ErrNotFound, "no_such_issue")
		for _, s := range []workflow.Step{simple(workflow.Comment), simple(workflow.Urge), passed(), simple(workflow.Report)} {
			f := o.refused("sunli", id, s, workflow.ErrForbidden, "not_permitted")
			require.Contains(t, f.Zh, s.Action.Text().Zh)
		}
		f := o.refused("gaofeng", id, passed(), workflow.ErrForbidden, "not_permitted")
		require.Contains(t, f.Zh, "党务干部(验收单位/会签单位)", "it says who may")
		o.do("xuning", id, passed())
		o.refused("gaofeng", id, simple(workflow.Close), workflow.ErrForbidden, "not_permitted")
		o.refused("xuning", id, simple(workflow.Close), workflow.ErrForbidden, "not_permitted")
		o.do("zhenglan", id, simple(workflow.Close))
	})
}

// Who verified does not close, though the post would let them.
func TestWhoVerifiedDoesNotClose(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.verifying(workflow.Ordinary).ID
		o.do("zhenglan", id, passed())
		f := o.refused("zhenglan", id, simple(workflow.Close), workflow.ErrForbidden, "persons_kept_apart")
		require.Contains(t, f.Zh, "验收人≠销号人")
		x, err := o.Explain(o.ctx, o.actor("gaofeng"), "zhenglan", id, workflow.Close, "")
		require.NoError(t, err)
		require.Equal(t, []any{false, "persons_kept_apart", f, "郑岚"}, []any{x.Allowed, x.Code, x.Reason, x.Person})
		o.do("wuhai", id, simple(workflow.Close))
	})
}

// 胡志强 is secretary of the branch and officer of the committee that verifies: he never verifies what he rectified.
func TestTwoPostsInOnePerson(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.find("caoying", engine.Finding{Detail: "发展党员材料缺页", Source: "self_check"})
		o.do("huzq", i.ID, o.assignTo("0102"))
		o.do("caoying", i.ID, simple(workflow.Accept))
		o.do("huzq", i.ID, o.planBy("caoying"))
		o.refused("huzq", i.ID, simple(workflow.ApprovePlan), workflow.ErrForbidden, "persons_kept_apart")
		o.do("xuning", i.ID, simple(workflow.ApprovePlan))
		o.do("caoying", i.ID, finished())
		o.do("caoying", i.ID, submitted())
		o.refused("huzq", i.ID, passed(), workflow.ErrForbidden, "persons_kept_apart")
		o.refused("huzq", i.ID, workflow.Step{Action: workflow.Reject, Note: reason, Due: "2027-01-31"}, workflow.ErrForbidden, "persons_kept_apart")
		o.do("xuning", i.ID, passed())
	})
}

// Being the named person is taking part, even without a step.
func TestTheNamedPersonDoesNotVerify(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.find("caoying", engine.Finding{Detail: "发展党员材料缺页", Source: "self_check"})
		o.do("xuning", i.ID, o.assignTo("0102"))
		o.do("caoying", i.ID, simple(workflow.Accept))
		o.do("caoying", i.ID, o.planBy("huzq"))
		o.refused("huzq", i.ID, simple(workflow.ApprovePlan), workflow.ErrForbidden, "persons_kept_apart")
	})
}

// appoint gives an account a post from today on.
func (o *office) appoint(account, org string, post workflow.Post, standInFor string) workflow.AppointmentID {
	o.t.Helper()
	a := engine.Appointment{Account: account, Org: o.org(org).ID, Post: post, From: o.Today(), StandInFor: standInFor}
	if standInFor != "" {
		a.Until = o.Today().Add(30)
	}
	id, err := o.Appoint(o.ctx, o.actor("renan"), a)
	require.NoError(o.t, err)
	return id
}

// A stand-in and the one stood in for count as one person, whichever of them rectified.
func TestStandIns(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		first := o.verifying(workflow.Ordinary).ID
		o.appoint("liangwen", "0100", "committee_officer", "gaofeng")
		o.refused("liangwen", first, passed(), workflow.ErrForbidden, "persons_kept_apart")

		i := o.find("huzq", engine.Finding{Org: o.org("0102").ID, Detail: "发展党员材料缺页", Source: "self_check"})
		o.do("xuning", i.ID, o.assignTo("0102"))
		o.appoint("mali", "0102", "branch_officer", "huzq")
		o.do("mali", i.ID, simple(workflow.Accept))
		o.do("mali", i.ID, o.planBy("caoying"))
		o.refused("huzq", i.ID, simple(workflow.ApprovePlan), workflow.ErrForbidden, "persons_kept_apart")
		lines := o.chainHolds(i.ID)
		last := lines[len(lines)-1]
		require.Equal(t, []any{"马丽", o.actor("huzq").Person}, []any{last.Name, last.For})
	})
}

func TestAStaleVersion(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
		o.do("zhenglan", i.ID, o.assignTo("0101"))
		_, err := o.Do(o.ctx, o.actor("gaofeng"), i.ID, 1, "", simple(workflow.Accept))
		f := fault(t, err, workflow.ErrConflict, "stale_version")
		require.Contains(t, f.Zh, "郑岚 交办，2026-11-02 09:00")
		require.Contains(t, f.Zh, i.Number)
		_, err = o.Do(o.ctx, o.actor("gaofeng"), i.ID, 0, "", simple(workflow.Accept))
		fault(t, err, workflow.ErrInvalid, "missing_version")
		_, err = o.Do(o.ctx, o.actor("gaofeng"), i.ID, 2, "", workflow.Step{Action: "explode"})
		fault(t, err, workflow.ErrInvalid, "unknown_action")
		after, err := o.Do(o.ctx, o.actor("gaofeng"), i.ID, 0, "", simple(workflow.Comment))
		require.NoError(t, err, "a comment needs no version")
		require.Equal(t, 2, after.Version, "and counts none")
		require.Len(t, o.chainHolds(i.ID), 3)
	})
}

// Appointments give what they give on their days and no longer.
func TestAppointmentsEnd(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Ordinary).ID
		sees := func(account string) bool {
			_, err := o.Issue(o.ctx, o.actor(account), id)
			return err == nil
		}
		require.Equal(t, []bool{true, true}, []bool{sees("sunli"), sees("mali")})
		mali := o.actor("mali")
		require.NoError(t, o.EndAppointment(o.ctx, o.actor("renan"), mali.Person, mali.Appointments[0].ID, "2026-11-02"))
		require.True(t, sees("mali"), "the last day still counts")
		o.now = o.now.AddDate(0, 0, 1)
		require.False(t, sees("mali"))
		o.refused("mali", id, finished(), workflow.ErrNotFound, "no_such_issue")
		o.now = workflow.Day("2026-12-31").Time()
		require.True(t, sees("sunli"))
		o.now = workflow.Day("2027-01-01").Time()
		require.False(t, sees("sunli"), "the mandate has ended")
		err := o.EndAppointment(o.ctx, o.actor("dingyi"), mali.Person, mali.Appointments[0].ID, "2026-11-02")
		fault(t, err, workflow.ErrForbidden, "not_administrator")
	})
}

func TestAppointmentsThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		a := engine.Appointment{Account: "mali", Org: o.org("0101").ID, Post: "work_secretary", From: "2026-11-01"}
		_, err := o.Appoint(o.ctx, o.actor("renan"), a)
		fault(t, err, workflow.ErrInvalid, "bad_appointment")
		a.Post, a.Until = "branch_officer", "2026-10-01"
		_, err = o.Appoint(o.ctx, o.actor("renan"), a)
		fault(t, err, workflow.ErrInvalid, "bad_appointment")
		a.Post, a.Until = "audit_admin", ""
		_, err = o.Appoint(o.ctx, o.actor("renan"), a)
		fault(t, err, workflow.ErrInvalid, "bad_appointment")
		_, err = o.Appoint(o.ctx, o.actor("zhouqm"), a)
		fault(t, err, workflow.ErrForbidden, "not_administrator")
		a.Account = "nobody"
		_, err = o.Appoint(o.ctx, o.actor("renan"), a)
		require.ErrorIs(t, err, workflow.ErrNotFound)
		lines, err := o.db.History(o.ctx, engine.KindAccount, int64(o.actor("mali").Person), 0, 100)
		require.NoError(t, err)
		require.Len(t, lines, 2, "the account and its appointment, as they were imported")
	})
}
