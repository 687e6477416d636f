package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// What several countersign waits for each of them until it has signed, and for nobody who has.
func TestWhoHasNotSignedIsWaitedFor(t *testing.T) {
	for _, state := range []workflow.State{workflow.PlanReview, workflow.Verifying} {
		i := issueOf(machine(t, "major"), state)
		i.Parties, i.Signs = []workflow.OrgID{committee, beside, group}, nil
		sign := func(org workflow.OrgID) { i.Signs = append(i.Signs, workflow.Sign{Org: org, Person: partner}) }
		require.Equal(t, committee, i.Turn(), "the verifier first")
		require.Equal(t, []workflow.OrgID{committee, beside, group}, i.Turns())
		sign(beside)
		require.Equal(t, committee, i.Turn())
		require.Equal(t, []workflow.OrgID{committee, group}, i.Turns())
		sign(committee)
		require.Equal(t, group, i.Turn(), "the verifier has signed, the other party holds it up")
		require.Equal(t, []workflow.OrgID{group}, i.Turns())
		require.Equal(t, []workflow.OrgID{group}, i.Awaited())
	}
	i := issueOf(machine(t, "standard"), workflow.Rectifying)
	i.Parties = []workflow.OrgID{beside}
	require.Equal(t, []workflow.OrgID{branch}, i.Turns(), "there is nothing to sign")
}

// Who sends a result back that waits for its yes meets its charge; who has signed already met it by that.
func TestAPartyThatSendsItBackMeetsItsCharge(t *testing.T) {
	b := issueOf(machine(t, "major"), workflow.Verifying)
	b.Parties, b.Signs = []workflow.OrgID{beside}, []workflow.Sign{{Org: committee, Person: verifier}}
	back := func(org workflow.OrgID) bool {
		c := workflow.Change{Before: b, Issue: b, Line: workflow.Line{Action: string(workflow.Reject), Org: org, At: noon}}
		c.Issue.State = workflow.Rectifying
		_, ok := c.Met()
		return ok
	}
	require.True(t, back(beside))
	require.False(t, back(committee))
}

// A measure that another org carries is awaited from it as long as it is to be done.
func TestMeasuresOfOthersAreAwaited(t *testing.T) {
	i := issueOf(machine(t, "standard"), workflow.Rectifying)
	i.Measures = []workflow.Measure{{Text: "补缴", Person: named}, {Text: "核对", Org: otherBranch, Person: partner}, {Text: "复核", Org: beside, Person: stranger, Done: true}}
	require.Equal(t, []workflow.OrgID{otherBranch}, i.Awaited())
	i.State = workflow.Verifying
	require.Empty(t, i.Awaited())
}
