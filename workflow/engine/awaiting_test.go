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
	require.Equal(t, engine.Why{Action: workflow.GrantIt, Request: workflow.Extension, Signers: 1, Open: 1}, w.Why[i.ID])
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
	require.Equal(t, 2, w.Why[i.ID].Signers)
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
