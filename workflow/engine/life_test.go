package engine_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// move is one step of a life: who takes it, on which day after the one before, and where the issue stands then.
type move struct {
	who   string
	after int // days
	step  workflow.Step
	state workflow.State
	light workflow.Light
	until workflow.Day // of the clock that runs
}

// live takes an issue through its moves. Before each of them, every step that is offered to anybody would be accepted and no other.
func (o *office) live(i workflow.Issue, moves []move) workflow.Issue {
	o.t.Helper()
	for n, m := range moves {
		o.now = o.now.AddDate(0, 0, m.after)
		o.offersHold(i.ID)
		after := o.do(m.who, i.ID, m.step)
		require.Equal(o.t, m.state, after.State, "%d %s", n, m.step.Action)
		require.Equal(o.t, i.Version+1, after.Version)
		require.Equal(o.t, m.until, after.Clock.Until, "%d %s", n, m.step.Action)
		view, err := o.Issue(o.ctx, o.actor(m.who), i.ID)
		require.NoError(o.t, err)
		same(o.t, after, view.Issue)
		require.Equal(o.t, m.light, view.Light, "%d %s", n, m.step.Action)
		o.listedAs(m.who, after, m.light)
		i = after
	}
	o.offersHold(i.ID)
	o.chainHolds(i.ID)
	return i
}

// same sees that two things read the same outside of the program.
func same(t testing.TB, want, got any) {
	t.Helper()
	wanted, err := json.Marshal(want)
	require.NoError(t, err)
	is, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, string(wanted), string(is))
}

// listedAs sees that lists and counts have the issue where it is.
func (o *office) listedAs(who string, i workflow.Issue, light workflow.Light) {
	o.t.Helper()
	f := engine.Filter{States: []workflow.State{i.State}, Phase: i.State.Phase(), Light: light}
	page, err := o.Issues(o.ctx, o.actor(who), f, 0, "", 10)
	require.NoError(o.t, err)
	require.Len(o.t, page.Rows, 1)
	require.Equal(o.t, []any{i.ID, i.Version, i.Due}, []any{page.Rows[0].ID, page.Rows[0].Version, page.Rows[0].Due})
	counts, err := o.Counts(o.ctx, o.actor(who), engine.Filter{}, 0)
	require.NoError(o.t, err)
	require.Equal(o.t, []int{1, 1, 1}, []int{counts.ByState[i.State], counts.ByPhase[i.State.Phase()], counts.ByLight[light]})
}

// chainHolds sees that the history of an issue is whole, unchanged, and tells of the issue as it is.
func (o *office) chainHolds(id workflow.IssueID) []workflow.Line {
	o.t.Helper()
	lines, err := o.db.History(o.ctx, workflow.KindIssue, int64(id), 0, 100_000)
	require.NoError(o.t, err)
	var prev [32]byte
	version := 0
	for n := range lines {
		l := &lines[n]
		require.Equal(o.t, n+1, l.Seq)
		require.Equal(o.t, prev, l.Prev)
		require.Equal(o.t, l.Hash(prev), l.Digest)
		if n > 0 {
			require.Equal(o.t, lines[n-1].To, l.From)
		}
		if rule, _ := workflow.Action(l.Action).Rule(); !rule.Line {
			version++
		}
		require.Equal(o.t, version, l.Version)
		prev = l.Digest
	}
	folded, err := store.Fold(lines)
	require.NoError(o.t, err)
	is, err := o.db.Issue(o.ctx, id)
	require.NoError(o.t, err)
	same(o.t, is, folded)
	return lines
}

func TestLifeOfAnImmediateIssue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		assign := o.assignTo("0103")
		assign.Kind, assign.Due, assign.Person = workflow.KindImmediate, "2026-11-12", o.actor("luomin").Person
		i := o.find("zhenglan", engine.Finding{Org: o.org("0100").ID, Detail: "值班脱岗", Source: "supervision", Kind: workflow.KindImmediate})
		i = o.live(i, []move{
			{"zhenglan", 0, assign, workflow.Assigned, workflow.LightSoon, "2026-11-04"},
			{"luomin", 0, simple(workflow.Accept), workflow.Rectifying, workflow.LightSoon, "2026-11-09"},
			{"luomin", 1, workflow.Step{Action: workflow.Attest, Evidence: texts("值班表")}, workflow.Rectifying, workflow.LightSoon, "2026-11-09"},
			{"luomin", 0, submitted(), workflow.Verifying, workflow.LightSoon, "2026-11-17"},
			{"wuhai", 0, workflow.Step{Action: workflow.Reject, Note: reason, Due: "2026-11-20"}, workflow.Rectifying, workflow.LightInTime, "2026-11-10"},
			{"luomin", 18, submitted(), workflow.Verifying, workflow.LightOverdue, "2026-12-04"},
			{"wuhai", 0, passed(), workflow.Closed, workflow.LightNone, "2027-05-21"},
		})
		require.Equal(t, "immediate", i.Machine)
		require.Equal(t, workflow.Day("2026-11-21"), i.ClosedOn)
		require.Equal(t, []workflow.OrgID{o.org("0100").ID, o.org("0100").ID}, []workflow.OrgID{i.Verifier, i.Closer})
	})
}

func TestLifeOfAStandardIssue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		assign := o.assignTo("0101")
		assign.Grade, assign.Assisting = workflow.Serious, []workflow.OrgID{o.org("0103").ID}
		i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check", Draft: true})
		require.Equal(t, workflow.Draft, i.State)
		i = o.live(i, []move{
			{"mali", 0, workflow.Step{Action: workflow.Edit, Detail: "支部台账不全"}, workflow.Draft, workflow.LightNone, ""},
			{"gaofeng", 0, simple(workflow.Register), workflow.Found, workflow.LightNone, ""},
			{"xuning", 0, assign, workflow.Assigned, workflow.LightInTime, "2026-11-04"},
			{"gaofeng", 0, simple(workflow.Accept), workflow.Planning, workflow.LightInTime, "2026-11-16"},
			{"mali", 1, o.planBy("gaofeng"), workflow.PlanReview, workflow.LightInTime, ""},
			{"zhenglan", 0, simple(workflow.RejectPlan), workflow.Planning, workflow.LightInTime, "2026-11-17"},
			{"mali", 0, o.planBy("gaofeng"), workflow.PlanReview, workflow.LightInTime, ""},
			{"zhenglan", 1, simple(workflow.ApprovePlan), workflow.Rectifying, workflow.LightInTime, ""},
			{"luomin", 0, simple(workflow.Report), workflow.Rectifying, workflow.LightInTime, ""},
			{"gaofeng", 0, finished(), workflow.Rectifying, workflow.LightInTime, ""},
			{"mali", 0, submitted(), workflow.Verifying, workflow.LightInTime, "2026-11-18"},
			{"xuning", 47, passed(), workflow.Closing, workflow.LightSoon, ""},
			{"linsf", 0, simple(workflow.Close), workflow.Closed, workflow.LightNone, "2027-06-21"},
		})
		require.Equal(t, "支部台账不全", i.Detail)
		require.Equal(t, []workflow.OrgID{o.org("0100").ID, o.org("01").ID}, []workflow.OrgID{i.Verifier, i.Closer})
		lines, err := o.History(o.ctx, o.actor("gaofeng"), i.ID, 0, 100)
		require.NoError(t, err)
		last := lines[len(lines)-1]
		require.Equal(t, []string{"林素芳", "group_member", "closer", "close"}, []string{last.Name, string(last.Post), last.Relation, last.Action})
		require.Regexp(t, `^policy\.csv:\d+$`, last.Rule)
	})
}

func TestLifeOfAMajorIssue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		assign := o.assignTo("0104")
		assign.Grade, assign.Parties = workflow.Major, []workflow.OrgID{o.org("0200").ID}
		i := o.find("hejing", engine.Finding{Detail: "采购未招标", Source: "inspection", Grade: workflow.Major, Responsible: o.org("0104").ID})
		i = o.live(i, []move{
			{"linsf", 0, assign, workflow.Assigned, workflow.LightInTime, "2026-11-04"},
			{"liangwen", 0, simple(workflow.Accept), workflow.Planning, workflow.LightInTime, "2026-11-16"},
			{"penghui", 0, o.planBy("liangwen"), workflow.PlanReview, workflow.LightInTime, ""},
			{"yeqing", 0, simple(workflow.ApprovePlan), workflow.PlanReview, workflow.LightInTime, ""},
			{"zhenglan", 0, simple(workflow.ApprovePlan), workflow.Rectifying, workflow.LightInTime, ""},
			{"penghui", 0, finished(), workflow.Rectifying, workflow.LightInTime, ""},
			{"penghui", 0, submitted(), workflow.Verifying, workflow.LightInTime, "2026-11-16"},
			{"wuhai", 0, passed(), workflow.Verifying, workflow.LightInTime, "2026-11-16"},
			{"hanbing", 0, passed(), workflow.Closing, workflow.LightInTime, ""},
			{"linsf", 0, simple(workflow.Publicize), workflow.Publicized, workflow.LightInTime, "2026-11-09"},
			{"zhenglan", 2, simple(workflow.Object), workflow.Closing, workflow.LightInTime, ""},
			{"linsf", 0, simple(workflow.Answer), workflow.Closing, workflow.LightInTime, ""},
			{"linsf", 0, simple(workflow.Publicize), workflow.Publicized, workflow.LightInTime, "2026-11-11"},
			{"chengd", 0, simple(workflow.Endorse), workflow.Publicized, workflow.LightInTime, "2026-11-11"},
			{"chengd", 8, simple(workflow.Close), workflow.Closed, workflow.LightNone, "2027-05-12"},
		})
		require.Equal(t, "major", i.Machine)
		require.True(t, i.Criteria.Met())
		require.Equal(t, 2026, i.ClosedOn.Time().Year())
	})
}

// What stands in the way of closing a major issue: the clock of publicity, an open objection, the missing endorsement.
func TestAMajorIssueIsNotClosedBeforeItsTime(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		assign := o.assignTo("0104")
		assign.Grade, assign.Parties = workflow.Major, []workflow.OrgID{o.org("0200").ID}
		id := o.find("hejing", engine.Finding{Detail: "采购未招标", Source: "inspection", Responsible: o.org("0104").ID}).ID
		_, err := o.try("linsf", id, workflow.Step{Action: workflow.Assign, Responsible: assign.Responsible, Due: "2026-12-31", Kind: workflow.KindTimed, Grade: workflow.Major})
		fault(t, err, workflow.ErrInvalid, "missing_parties")
		for _, s := range []move{{who: "linsf", step: assign}, {who: "liangwen", step: simple(workflow.Accept)}, {who: "liangwen", step: o.planBy("liangwen")},
			{who: "yeqing", step: simple(workflow.ApprovePlan)}, {who: "zhenglan", step: simple(workflow.ApprovePlan)}, {who: "liangwen", step: finished()},
			{who: "liangwen", step: submitted()}, {who: "yeqing", step: passed()}, {who: "zhenglan", step: passed()}, {who: "linsf", step: simple(workflow.Publicize)}} {
			o.do(s.who, id, s.step)
		}
		refused := func(code string) {
			t.Helper()
			_, err := o.try("chengd", id, simple(workflow.Close))
			fault(t, err, workflow.ErrRefused, code)
		}
		refused("clock_running")
		o.now = o.now.AddDate(0, 0, 7)
		refused("clock_running")
		o.now = o.now.AddDate(0, 0, 1)
		refused("not_endorsed")
		require.Equal(t, []string{"待主要负责人签批 "}, o.why("chengd", id), "publicity is no limit for it")
		o.do("chengd", id, simple(workflow.Endorse))
		require.Equal(t, []string{"待销号 公示期满后（2026-11-09后）"}, o.why("chengd", id))
		w, err := o.Awaiting(o.ctx, o.actor("chengd"), "", 50)
		require.NoError(t, err)
		require.False(t, w.Why[id][0].Late("2027-11-09"), "seven days are a minimum, not a limit")
		_, err = o.try("linsf", id, simple(workflow.Close))
		fault(t, err, workflow.ErrForbidden, "not_permitted")
		require.Equal(t, workflow.Closed, o.do("chengd", id, simple(workflow.Close)).State)
	})
}

// The days are those of China: half past midnight there is the day before in UTC.
func TestDaysBeginInChina(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.now = time.Date(2026, 11, 2, 16, 30, 0, 0, time.UTC)
		i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
		require.Equal(t, workflow.Day("2026-11-03"), i.FoundOn)
	})
}
