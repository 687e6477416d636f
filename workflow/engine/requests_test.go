package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

func request(kind workflow.RequestKind, due workflow.Day) workflow.Step {
	return workflow.Step{Action: workflow.Ask, Request: kind, Note: reason, Due: due, StageGoal: "半年见效", NextReview: "2027-05-31", Condition: "经费到位"}
}

// The first extension is decided by the verifier and the second one level higher.
func TestExtensions(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Ordinary).ID
		i := o.do("gaofeng", id, request(workflow.Extension, "2027-01-31"))
		require.Equal(t, o.org("0100").ID, i.Request.Decider)
		require.Equal(t, workflow.Day("2026-12-31"), i.Due, "asked is not granted")
		o.offersHold(id)
		o.refused("gaofeng", id, request(workflow.Suspension, ""), workflow.ErrRefused, "request_open")
		o.refused("gaofeng", id, submitted(), workflow.ErrRefused, "measures_open")
		o.refused("xuning", id, simple(workflow.GrantIt), workflow.ErrForbidden, "not_permitted")
		i = o.do("zhenglan", id, simple(workflow.GrantIt))
		require.Equal(t, []any{workflow.Day("2027-01-31"), workflow.Rectifying, 1}, []any{i.Due, i.State, i.Extensions})
		i = o.do("gaofeng", id, request(workflow.Extension, "2027-02-28"))
		require.Equal(t, o.org("01").ID, i.Request.Decider, "the second one is decided one level higher")
		o.refused("zhenglan", id, simple(workflow.GrantIt), workflow.ErrForbidden, "not_permitted")
		o.refused("linsf", id, workflow.Step{Action: workflow.Deny, Note: "不行"}, workflow.ErrInvalid, "note_too_short")
		i = o.do("linsf", id, simple(workflow.Deny))
		require.Equal(t, []any{workflow.Day("2027-01-31"), false}, []any{i.Due, i.Request.Open()})
		o.refused("gaofeng", id, request(workflow.Extension, "2027-01-01"), workflow.ErrInvalid, "due_not_later")
		o.now = workflow.Day("2027-02-01").Time()
		o.refused("gaofeng", id, request(workflow.Extension, "2027-03-01"), workflow.ErrRefused, "already_overdue")
	})
}

func TestLastingAndSuspended(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.rectifying(workflow.Serious).ID
		o.refused("gaofeng", id, workflow.Step{Action: workflow.Ask, Note: reason}, workflow.ErrInvalid, "missing_request")
		i := o.do("gaofeng", id, request(workflow.LastingForm, ""))
		require.Equal(t, o.org("01").ID, i.Request.Decider, "the closer decides")
		i = o.do("linsf", id, simple(workflow.GrantIt))
		require.Equal(t, []any{workflow.Lasting, workflow.KindLasting, "半年见效", workflow.Day("2027-05-31")}, []any{i.State, i.Kind, i.StageGoal, i.NextReview})
		o.offersHold(id)
		o.do("gaofeng", id, request(workflow.Suspension, ""))
		i = o.do("linsf", id, simple(workflow.GrantIt))
		require.Equal(t, []any{workflow.Suspended, "经费到位"}, []any{i.State, i.Condition})
		view, err := o.Issue(o.ctx, o.actor("gaofeng"), id)
		require.NoError(t, err)
		require.Equal(t, workflow.LightNone, view.Light)
		o.offersHold(id)
		o.refused("gaofeng", id, simple(workflow.Resume), workflow.ErrForbidden, "not_permitted")
		i = o.do("zhenglan", id, simple(workflow.Resume))
		require.Equal(t, []any{workflow.Rectifying, ""}, []any{i.State, i.Condition})
	})
}

// Who asks does not decide, though the post would let them.
func TestCancellation(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.find("zhenglan", engine.Finding{Detail: "台账不全", Source: "supervision", Responsible: o.org("0101").ID})
		o.do("xuning", i.ID, o.assignTo("0101"))
		o.do("zhenglan", i.ID, request(workflow.Cancellation, ""))
		o.refused("zhenglan", i.ID, simple(workflow.GrantIt), workflow.ErrForbidden, "persons_kept_apart")
		require.Equal(t, workflow.Cancelled, o.do("wuhai", i.ID, simple(workflow.GrantIt)).State)
		o.offersHold(i.ID)
		o.refused("zhenglan", i.ID, simple(workflow.Supervise), workflow.ErrForbidden, "not_permitted")
		o.refused("wuhai", i.ID, simple(workflow.Supervise), workflow.ErrRefused, "step_not_possible")

		unassigned := o.find("gaofeng", engine.Finding{Detail: "台账不全二", Source: "self_check"})
		asked := o.do("gaofeng", unassigned.ID, request(workflow.Cancellation, ""))
		require.Equal(t, o.org("0100").ID, asked.Request.Decider)
		o.do("zhenglan", unassigned.ID, simple(workflow.GrantIt))
	})
}

// A reopened round is closed one level higher, and what was shown before does not count.
func TestAReopenedRound(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.verifying(workflow.Ordinary).ID
		o.do("xuning", id, passed())
		first := o.do("zhenglan", id, simple(workflow.Close))
		require.Equal(t, o.org("0100").ID, first.Closer)
		reopen := workflow.Step{Action: workflow.Reopen, Note: reason, Basis: "回头看记录", Due: "2027-03-31"}
		o.refused("gaofeng", id, reopen, workflow.ErrForbidden, "not_permitted")
		i := o.do("wuhai", id, reopen)
		require.Equal(t, []any{2, workflow.Assigned, o.org("01").ID, first.Number + "-R2"}, []any{i.Round, i.State, i.Closer, i.ShownNumber()})
		o.offersHold(id)
		view, err := o.IssueNumbered(o.ctx, o.actor("gaofeng"), i.ShownNumber())
		require.NoError(t, err)
		require.Equal(t, id, view.Issue.ID)
		o.do("gaofeng", id, simple(workflow.Accept))
		o.refused("gaofeng", id, workflow.Step{Action: workflow.Plan}, workflow.ErrInvalid, "missing_measures")
		o.do("gaofeng", id, o.planBy("gaofeng"))
		o.do("xuning", id, simple(workflow.ApprovePlan))
		o.do("gaofeng", id, workflow.Step{Action: workflow.Finish, Measure: 1, Note: "已补齐"})
		o.refused("gaofeng", id, simple(workflow.Submit), workflow.ErrRefused, "no_evidence")
		o.do("gaofeng", id, submitted())
		o.do("zhenglan", id, passed())
		o.refused("wuhai", id, simple(workflow.Close), workflow.ErrForbidden, "not_permitted")
		require.Equal(t, workflow.Closed, o.do("linsf", id, simple(workflow.Close)).State)
		o.chainHolds(id)
	})
}

// The root has nobody above: its own issue is closed by the paper of the superior outside, by another person than who rectified.
func TestTheRootsOwnIssue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		root := o.org("00").ID
		i := o.find("hejing", engine.Finding{Org: root, Detail: "督导不力", Source: "inspection", Responsible: root})
		assign := o.assignTo("00")
		record := workflow.Step{Action: workflow.Record, Note: "按上级批复", Document: workflow.Document{Number: "省直工〔2026〕8号", File: o.upload("批复.txt", []byte("同意"))}}
		i = o.live(i, []move{
			{"zhouqm", 0, assign, workflow.Assigned, workflow.LightInTime, "2026-11-04"},
			{"hejing", 0, simple(workflow.Accept), workflow.Planning, workflow.LightInTime, "2026-11-16"},
			{"hejing", 0, o.planBy("hejing"), workflow.PlanReview, workflow.LightInTime, ""},
			{"zhouqm", 0, simple(workflow.ApprovePlan), workflow.Rectifying, workflow.LightInTime, ""},
			{"hejing", 0, finished(), workflow.Rectifying, workflow.LightInTime, ""},
			{"hejing", 0, submitted(), workflow.Verifying, workflow.LightInTime, "2026-11-16"},
		})
		require.Equal(t, []workflow.OrgID{0, 0}, []workflow.OrgID{i.Verifier, i.Closer})
		o.refused("zhouqm", i.ID, passed(), workflow.ErrForbidden, "not_permitted")
		o.refused("hejing", i.ID, record, workflow.ErrForbidden, "persons_kept_apart")
		o.refused("zhouqm", i.ID, workflow.Step{Action: workflow.Record, Note: "按上级批复", Document: workflow.Document{Number: "〔2026〕8号"}}, workflow.ErrInvalid, "missing_document")
		i = o.do("zhouqm", i.ID, record)
		require.Equal(t, []any{workflow.Closed, "省直工〔2026〕8号"}, []any{i.State, i.Document.Number})
		o.refused("zhouqm", o.verifying(workflow.Ordinary).ID, record, workflow.ErrRefused, "superior_exists")
	})
}
