package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// What the forms asked of a branch is counted month by month, seen by who oversees it, and held against the budget.
func TestTheBurdenIsMeasured(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		month := string(o.Today())[:7]
		o.verifying(workflow.Ordinary) // registers 2 fields; plan 3, finish 1, submit 1 and a file
		of := func(account, org string) map[string]engine.Burden {
			all, err := o.Burdens(o.ctx, o.actor(account), o.org(org).ID, month, "", engine.PageLimit)
			require.NoError(t, err)
			out := make(map[string]engine.Burden)
			for _, b := range all {
				out[b.Org.Code] = b
			}
			return out
		}
		got := of("wuhai", "0100")
		require.Equal(t, workflow.Load{Fields: 7, Files: 1}, got["0101"].Load)
		require.Equal(t, 5, got["0101"].Steps)
		require.False(t, got["0101"].Over)
		require.Zero(t, got["0103"].Load)
		require.Equal(t, workflow.Load{Fields: 7, Files: 1}, of("gaofeng", "0101")["0101"].Load, "a branch sees its own")

		_, err := o.Burdens(o.ctx, o.actor("gaofeng"), o.org("0103").ID, month, "", 10)
		fault(t, err, workflow.ErrForbidden, "out_of_reach")
		_, err = o.Burdens(o.ctx, o.actor("wuhai"), o.org("0100").ID, "November", "", 10)
		fault(t, err, workflow.ErrInvalid, "bad_month")
		last, err := o.Burdens(o.ctx, o.actor("wuhai"), o.org("0100").ID, "2026-01", "", 10)
		require.NoError(t, err)
		require.Zero(t, last[0].Load)

		b := workflow.Budget{Issue: workflow.Load{Fields: 6, Files: 1}, Month: workflow.Load{Fields: 6, Files: 5}}
		_, err = o.SetBudget(o.ctx, o.actor("wuhai"), b, 0)
		fault(t, err, workflow.ErrForbidden, "not_administrator")
		set, err := o.SetBudget(o.ctx, o.actor("dingyi"), b, 0)
		require.NoError(t, err)
		require.Equal(t, 1, set.Rev)
		require.True(t, of("wuhai", "0100")["0101"].Over)
		b.Month.Files = 4
		_, err = o.SetBudget(o.ctx, o.actor("dingyi"), b, 0)
		fault(t, err, workflow.ErrConflict, "stale_setting")
		b.Issue.Fields = 3
		_, err = o.SetBudget(o.ctx, o.actor("dingyi"), b, 1)
		require.ErrorContains(t, err, "提交方案3项0件", "the sum is told")
		kept, err := o.Budget(o.ctx)
		require.NoError(t, err)
		require.Equal(t, 6, kept.Issue.Fields)

		// a plan is as long as its measures: each has its three fields
		i := o.find("hejing", engine.Finding{Detail: "采购未招标", Source: "inspection", Responsible: o.org("0104").ID})
		o.do("linsf", i.ID, o.assignTo("0104"))
		o.do("liangwen", i.ID, simple(workflow.Accept))
		plan := o.planBy("liangwen")
		plan.Measures = append(plan.Measures, plan.Measures[0], plan.Measures[0])
		o.do("penghui", i.ID, plan)
		require.Equal(t, 9, of("wuhai", "0100")["0104"].Fields)
		require.Equal(t, 2, of("wuhai", "0100")["0104"].Steps)
	})
}
