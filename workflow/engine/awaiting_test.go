package engine_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// waiting lists the numbers of what waits for the account, three at a time.
func (o *office) waiting(account string) []string {
	o.t.Helper()
	out := []string{}
	for after := ""; ; {
		p, err := o.Awaiting(o.ctx, o.actor(account), after, 3)
		require.NoError(o.t, err)
		require.LessOrEqual(o.t, len(p.Rows), 3)
		for _, r := range p.Rows {
			require.NotContains(o.t, out, r.Number, "each issue once")
			out = append(out, r.Number)
		}
		if after = p.Next; after == "" {
			return out
		}
	}
}

// An issue waits for those whose turn it is, through its life, and for nobody else.
func TestAwaiting(t *testing.T) { each(t, awaitsThroughItsLife) }

func awaitsThroughItsLife(t *testing.T, o *office) {
	waitsFor := func(i workflow.Issue, accounts ...string) {
		t.Helper()
		for _, account := range []string{"gaofeng", "mali", "zhenglan", "xuning", "wuhai", "zhouqm", "huzq", "dingyi"} {
			if slices.Contains(accounts, account) {
				require.Contains(t, o.waiting(account), i.Number, account)
			} else {
				require.NotContains(t, o.waiting(account), i.Number, account)
			}
		}
	}
	i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
	require.Contains(t, o.waiting("zhenglan"), i.Number)
	require.NotContains(t, o.waiting("gaofeng"), i.Number, "a branch does not assign")
	i = o.do("zhenglan", i.ID, o.assignTo("0101"))
	waitsFor(i, "gaofeng", "mali")
	o.do("gaofeng", i.ID, simple(workflow.Accept))
	i = o.do("gaofeng", i.ID, o.planBy("mali"))
	require.Contains(t, o.waiting("xuning"), i.Number)
	require.NotContains(t, o.waiting("gaofeng"), i.Number)
	i = o.do("xuning", i.ID, simple(workflow.ApprovePlan))
	waitsFor(i, "gaofeng", "mali")
	o.do("mali", i.ID, finished())
	o.do("mali", i.ID, submitted())
	i = o.do("xuning", i.ID, passed())
	require.NotContains(t, o.waiting("xuning"), i.Number, "who verified does not close")
	require.Contains(t, o.waiting("wuhai"), i.Number)
	i = o.do("wuhai", i.ID, simple(workflow.Close))
	waitsFor(i)
}

// What waits comes by due day, page by page, and a request waits for who decides it.
func TestAwaitingPages(t *testing.T) { each(t, awaitsByDueDay) }

func awaitsByDueDay(t *testing.T, o *office) {
	var due []workflow.Day
	for n := range 8 {
		i := o.find("gaofeng", engine.Finding{Detail: "问题" + string(rune('甲'+n)), Source: "self_check"})
		assign := o.assignTo("0101")
		assign.Due = workflow.Day("2026-12-01").Add((n * 5) % 8)
		o.do("zhenglan", i.ID, assign)
	}
	require.Len(t, o.waiting("gaofeng"), 8)
	p, err := o.Awaiting(o.ctx, o.actor("gaofeng"), "", 50)
	require.NoError(t, err)
	for _, r := range p.Rows {
		due = append(due, r.Due)
	}
	require.IsNonDecreasing(t, due)
	i := o.rectifying(workflow.Ordinary)
	require.NotContains(t, o.waiting("xuning"), i.Number)
	o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Ask, Request: workflow.Extension, Note: reason, Due: "2027-02-01"})
	require.Contains(t, o.waiting("zhenglan"), i.Number)
	w, err := o.Awaiting(o.ctx, o.actor("zhenglan"), "", 50)
	require.NoError(t, err)
	require.Equal(t, []engine.Why{{Action: workflow.GrantIt, Request: workflow.Extension, State: workflow.Rectifying}}, w.Why[i.ID])
	_, err = o.Awaiting(o.ctx, o.actor("gaofeng"), "", 0)
	require.ErrorIs(t, err, workflow.ErrInvalid)
}

// A party waits until it has signed, and no longer.
func TestAPartyWaitsUntilItSigned(t *testing.T) { each(t, partyWaits) }

func partyWaits(t *testing.T, o *office) {
	i := o.find("hejing", engine.Finding{Detail: "采购未招标", Source: "inspection", Grade: workflow.Major, Responsible: o.org("0104").ID})
	assign := o.assignTo("0104")
	assign.Grade, assign.Parties = workflow.Major, []workflow.OrgID{o.org("0200").ID}
	o.do("linsf", i.ID, assign)
	o.do("liangwen", i.ID, simple(workflow.Accept))
	require.NotContains(t, o.waiting("yeqing"), i.Number, "nothing to sign yet")
	o.do("penghui", i.ID, o.planBy("liangwen"))
	require.Contains(t, o.waiting("yeqing"), i.Number)
	w, err := o.Awaiting(o.ctx, o.actor("yeqing"), "", 50)
	require.NoError(t, err)
	require.Equal(t, 2, w.Why[i.ID][0].Signers)
	o.do("yeqing", i.ID, simple(workflow.ApprovePlan))
	require.NotContains(t, o.waiting("yeqing"), i.Number, "signed")
}

// A countersign waits for who has not signed: in the duty list, late with the clock, and in what the clock reminds of.
func TestWhoHoldsACountersignUp(t *testing.T) { each(t, holdsUp) }

func holdsUp(t *testing.T, o *office) {
	i := o.find("hejing", engine.Finding{Detail: "采购未招标", Source: "inspection", Grade: workflow.Major, Responsible: o.org("0104").ID})
	assign := o.assignTo("0104")
	assign.Grade, assign.Parties = workflow.Major, []workflow.OrgID{o.org("0200").ID}
	o.do("linsf", i.ID, assign)
	o.do("liangwen", i.ID, simple(workflow.Accept))
	i = o.do("penghui", i.ID, o.planBy("liangwen"))
	p, err := engine.PeriodOf("year", o.Today())
	require.NoError(t, err)
	open := func(org workflow.OrgID) (out [2]int) {
		t.Helper()
		list, err := o.Duties(o.ctx, o.actor("zhouqm"), org, false, p, "")
		require.NoError(t, err)
		for _, r := range list.Rows {
			for _, c := range r.Charges {
				if c.Rule.Charge == workflow.Charge(workflow.PlanReview) && r.Level == list.Org.Level {
					out = [2]int{c.Open, c.OpenLate}
				}
			}
		}
		return out
	}
	party := o.org("0200").ID
	require.Equal(t, [2]int{1, 0}, open(i.Verifier))
	require.Equal(t, [2]int{1, 0}, open(party), "both are to sign")
	o.now = o.now.AddDate(0, 3, 0) // past the due day
	require.Equal(t, [2]int{1, 1}, open(i.Verifier))
	require.Equal(t, [2]int{1, 1}, open(party))
	i = o.do("zhenglan", i.ID, simple(workflow.ApprovePlan))
	require.Equal(t, workflow.PlanReview, i.State)
	require.Equal(t, [2]int{0, 0}, open(i.Verifier), "it has signed")
	require.Equal(t, [2]int{1, 1}, open(party), "the other holds it up")
	require.Equal(t, party, i.Turn())
}

// why is what an issue waits for from the account, in words with the days.
func (o *office) why(account string, id workflow.IssueID) (out []string) {
	o.t.Helper()
	w, err := o.Awaiting(o.ctx, o.actor(account), "", 50)
	require.NoError(o.t, err)
	for _, x := range w.Why[id] {
		out = append(out, x.Text().Zh+" "+x.WhenText().Zh)
	}
	return out
}

// What is awaited beside the step of the state is there as well, each thing by its own day: calls, letters, measures of assisting units.
func TestAwaitingBeside(t *testing.T) { each(t, awaitsBeside) }

func awaitsBeside(t *testing.T, o *office) {
	i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
	assign := o.assignTo("0101")
	assign.Assisting = []workflow.OrgID{o.org("0103").ID}
	o.do("zhenglan", i.ID, assign)
	o.do("gaofeng", i.ID, simple(workflow.Accept))
	plan := o.planBy("gaofeng")
	own := plan.Measures[0]
	own.Org, own.Person, own.Due = assign.Assisting[0], o.actor("luomin").Person, "2026-12-10"
	plan.Measures = append(plan.Measures, own)
	o.do("gaofeng", i.ID, plan)
	require.Empty(t, o.why("luomin", i.ID))
	i = o.do("xuning", i.ID, simple(workflow.ApprovePlan))
	require.Equal(t, []string{"配合整改，本单位还有1条措施 2026-12-10前办"}, o.why("luomin", i.ID))
	o.do("gaofeng", i.ID, callFor(o.org("0100").ID))
	i = o.do("zhenglan", i.ID, letter(workflow.RungNotice, "2026-11-20"))
	require.Equal(t, []string{"呼叫待答复 " + string(i.Calls[0].Until) + "前办"}, o.why("xuning", i.ID))
	require.Equal(t, []string{"待整改，还有2条措施 ", "督办函待签收 2026-11-20前办"}, o.why("gaofeng", i.ID))
	w, err := o.Awaiting(o.ctx, o.actor("luomin"), "", 50)
	require.NoError(t, err)
	require.Equal(t, []bool{false, true}, []bool{w.Why[i.ID][0].Late("2026-12-10"), w.Why[i.ID][0].Late("2026-12-11")})
	o.do("luomin", i.ID, workflow.Step{Action: workflow.Finish, Measure: 2, Note: "已核对"})
	require.Empty(t, o.why("luomin", i.ID))
	o.do("xuning", i.ID, workflow.Step{Action: workflow.Respond, Reply: workflow.ReplyHelp, Note: "由机关党委协调"})
	require.Empty(t, o.why("xuning", i.ID))
	o.do("gaofeng", i.ID, simple(workflow.SignLetter))
	require.Equal(t, []string{"待整改，还有1条措施 "}, o.why("gaofeng", i.ID))
}

// The review of what is lasting and a look-back that was picked wait for who is to do them.
func TestAwaitingLater(t *testing.T) { each(t, awaitsLater) }

func awaitsLater(t *testing.T, o *office) {
	i := o.rectifying(workflow.Ordinary)
	o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Ask, Request: workflow.LastingForm, Note: reason, StageGoal: "半年见效", NextReview: "2026-12-20"})
	o.do("zhenglan", i.ID, workflow.Step{Action: workflow.GrantIt, Request: workflow.LastingForm})
	require.Equal(t, []string{"长期整改待阶段复核 2026-12-20前办"}, o.why("xuning", i.ID))

	i = o.closed()
	require.Empty(t, o.why("wuhai", i.ID), "not picked")
	i = o.do("wuhai", i.ID, workflow.Step{Action: workflow.Pick, Due: "2026-12-20"})
	require.Equal(t, []string{"待回头看 2026-12-20前办"}, o.why("wuhai", i.ID))
	require.Empty(t, o.why("linsf", i.ID), "it may, but it is the closing org's")
	o.appoint("linsf", "0100", "committee_secretary", "")
	require.Equal(t, []string{"待回头看 2026-12-20前办"}, o.why("linsf", i.ID), "by whichever of the posts it is granted")
	o.do("wuhai", i.ID, simple(workflow.LookBackAt))
	require.Empty(t, o.why("wuhai", i.ID))
}
