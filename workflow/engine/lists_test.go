package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// The three lists bear the title of the checklist that they are of, for who sees an issue of it, or the name of the organisation; the
// title of a checklist of which somebody sees nothing is not told.
func TestTitleOfTheThreeLists(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		report := o.importList("zhenglan", inspectionList, "inspection", "")
		require.NotZero(t, report.Checklist)
		list, err := o.db.Checklist(o.ctx, report.Checklist)
		require.NoError(t, err)
		require.NotEmpty(t, list.Title)
		title := func(account string, f engine.Filter, under workflow.OrgID) string {
			got, err := o.ListTitle(o.ctx, o.actor(account), f, under)
			require.NoError(t, err)
			return got
		}
		of := engine.Filter{Checklist: report.Checklist}
		org, branch := o.org("0100"), o.org("0101")
		require.Equal(t, list.Title, title("zhenglan", of, 0))
		require.Equal(t, list.Title, title("zhenglan", of, org.ID), "the checklist comes before the organisation")
		require.Empty(t, title("dingyi", of, 0), "of what one does not see, nothing is told")
		require.Equal(t, org.Shown(), title("zhenglan", engine.Filter{}, org.ID))
		require.Equal(t, branch.Shown(), title("zhenglan", engine.Filter{Responsible: branch.ID}, 0))
		require.Empty(t, title("zhenglan", engine.Filter{}, 0))
	})
}
