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
