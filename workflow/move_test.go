package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// Who was named while an issue was in hand has had a part in the round: where it is planned again after a move the next plan may name others,
// and they still do not judge it.
func TestWhoWasNamedStaysKnownAfterAMove(t *testing.T) {
	d := machine(t, "standard")
	for _, from := range []workflow.State{workflow.Rectifying, workflow.Lasting, workflow.Suspended, workflow.Verifying, workflow.Closing} {
		i := workflow.Issue{ID: 1, Round: 1, Version: 9, State: from, Kind: workflow.KindTimed, Grade: workflow.Ordinary, Machine: "standard", Definition: "earlier",
			Person: named, Measures: []workflow.Measure{{Text: "补齐台账", Person: rectifier}}, Reported: true, Condition: "经费到位"}
		c, err := workflow.MoveTo(d, i, workflow.Mapping{from: workflow.Planning}, "换流程", at(committeeLine, stranger), noon)
		require.NoError(t, err)
		require.ElementsMatch(t, []workflow.Deed{{Person: named, Duty: workflow.DutyRectify}, {Person: rectifier, Duty: workflow.DutyRectify}}, c.Issue.Deeds, "%s", from)
		require.Equal(t, []any{workflow.Planning, "plan", workflow.DayOf(noon), false, from}, []any{c.Issue.State, c.Issue.Clock.Name, c.Issue.Clock.From, c.Issue.Reported, c.Line.From})
		require.Equal(t, from == workflow.Suspended, c.Issue.Condition == "")
		require.Empty(t, i.Deeds, "what was given is as it was")
	}
}

// Who planned goes on planning: nobody has had a part by that alone who had none before.
func TestAMoveWithinPlanningNamesNobody(t *testing.T) {
	d := machine(t, "standard")
	i := workflow.Issue{ID: 1, Round: 1, State: workflow.PlanReview, Kind: workflow.KindTimed, Grade: workflow.Ordinary, Machine: "standard", Definition: "earlier", Person: named}
	c, err := workflow.MoveTo(d, i, workflow.Mapping{workflow.PlanReview: workflow.Planning}, "换流程", at(committeeLine, stranger), noon)
	require.NoError(t, err)
	require.Empty(t, c.Issue.Deeds)
}
