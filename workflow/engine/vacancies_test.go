package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// lacking is which part in ordinary issues of an organisation nobody may take, as the list of vacancies and the tree say it; "" for none.
func (o *office) lacking(code string) workflow.Duty {
	o.t.Helper()
	all, err := o.Vacancies(o.ctx)
	require.NoError(o.t, err)
	shown, err := o.OrgView(o.ctx, o.org(code).ID)
	require.NoError(o.t, err)
	first := func(list []engine.Vacancy) workflow.Duty {
		for _, v := range list {
			if v.Org.ID == o.org(code).ID && v.Grades[0] == workflow.Ordinary {
				return v.Duty
			}
		}
		return ""
	}
	require.Equal(o.t, first(all), first(shown.Lacking), "the page tells the same")
	return first(all)
}

// Who holds a post in the responsible organisation neither verifies nor closes its issues by another one: their post above is as good as
// vacant, which is told before an issue stands still.
func TestAPostAboveIsVacantForOnesOwnOrganisation(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		require.Empty(t, o.lacking("0101"))
		i := o.do("xuning", o.verifying(workflow.Ordinary).ID, passed())
		for _, x := range []struct {
			account string
			want    workflow.Duty
		}{{"wuhai", ""}, {"zhenglan", workflow.DutyClose}, {"xuning", workflow.DutyClose}, {"huzq", workflow.DutyVerify}} {
			o.appoint(x.account, "0101", "branch_officer", "")
			require.Equal(t, x.want, o.lacking("0101"), x.account)
		}
		for _, account := range []string{"wuhai", "zhenglan"} {
			o.refused(account, i.ID, simple(workflow.Close), workflow.ErrForbidden, "own_issue")
		}
		require.Empty(t, o.lacking("0103"), "for others they are there")
	})
}
