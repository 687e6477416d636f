package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// The prompt of a period under way is worked out when it is asked for; for an org with too many open issues the one that was made is shown.
func TestPromptOfALargeOrg(t *testing.T) {
	t.Parallel()
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		o := newOffice(t, open(), defs, func(c *engine.Config) { c.PromptLive = 1 }).staffed()
		o.rectifying(workflow.Ordinary)
		asked := func() engine.PromptView {
			v, err := o.Prompt(o.ctx, o.actor("zhenglan"), o.org("0100").ID, engine.ThisMonth)
			require.NoError(t, err)
			return v
		}
		require.Equal(t, []any{false, false, 1}, []any{asked().Large, asked().Fixed, asked().Prompt.Open})
		o.rectifying(workflow.Ordinary)
		require.Equal(t, []any{true, false, 2, 0}, []any{asked().Large, asked().Fixed, asked().Prompt.Open, len(asked().Prompt.Overdue.Rows)}, "none was made yet: the counters alone")
		o.now = workflow.Day("2026-12-01").Time().Add(9 * time.Hour)
		o.runOn("2026-12-01")
		o.rectifying(workflow.Ordinary)
		require.Equal(t, []any{true, true, 2, workflow.Day("2026-12-01")}, []any{asked().Large, asked().Fixed, asked().Prompt.Open, asked().Prompt.Day})
		branch, err := o.Prompt(o.ctx, o.actor("zhenglan"), o.org("0102").ID, engine.ThisMonth)
		require.NoError(t, err)
		require.False(t, branch.Large, "a small one below is worked out")
	})
}

// The figures of a prompt are those of the ledger that they lead to: an issue that was given back, for which no unit is responsible, is
// in both.
func TestPromptAgreesWithTheLedger(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.rectifying(workflow.Ordinary)
		i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
		o.do("zhenglan", i.ID, o.assignTo("0101"))
		back := o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Return, Note: "不属于本支部的职责，请另行交办"})
		require.Zero(t, back.Responsible)
		for _, late := range []bool{false, true} {
			if late {
				o.now = back.Due.Add(1).Time().Add(9 * time.Hour)
			}
			v, err := o.Prompt(o.ctx, o.actor("zhenglan"), o.org("0100").ID, engine.ThisMonth)
			require.NoError(t, err)
			n, err := o.Tally(o.ctx, o.actor("zhenglan"), engine.Filter{}, o.org("0100").ID)
			require.NoError(t, err)
			require.Equal(t, []int{2, 2}, []int{n.Total, v.Prompt.Open})
			for _, light := range []workflow.Light{workflow.LightOverdue, workflow.LightSoon, workflow.LightInTime} {
				require.Equal(t, n.ByLight[light], v.Prompt.Lights[light], light)
			}
			for _, r := range v.Prompt.Overdue.Rows {
				require.NotEmpty(t, v.Orgs[r.Org].Name, "the unit that found it stands in for who is responsible")
			}
			require.Equal(t, late, v.Prompt.Overdue.Count == 2)
		}
	})
}
