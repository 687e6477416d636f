package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// What a state waits for is what Turn finds, and each state in which an issue waits for somebody is a charge.
func TestChargesAreWhatIsWaitedFor(t *testing.T) {
	d := machine(t, "standard")
	charges := make(map[workflow.State]bool)
	for _, c := range workflow.Charges() {
		require.NotEmpty(t, c.Text.Zh, c.Charge)
		require.NotZero(t, c.As, c.Charge)
		charges[c.State] = true
	}
	for _, rule := range workflow.States() {
		i := issueOf(d, rule.State)
		i.Finder, i.FinderLine = committee, committeeLine
		require.Equal(t, i.Turn() != 0, rule.State.WaitsFor() != 0, rule.State)
		require.Equal(t, i.Turn() != 0, charges[rule.State], rule.State)
		if i.Turn() != 0 {
			require.NotZero(t, i.Relations(i.Turn(), 0, false)&rule.State.WaitsFor(), rule.State)
		}
	}
}

func TestWhichChargeAStepMeets(t *testing.T) {
	d := machine(t, "standard")
	change := func(i workflow.Issue, s workflow.Step, by workflow.Actor) workflow.Change {
		c, err := workflow.Apply(d, i, s, by, noon)
		require.NoError(t, err)
		return c
	}
	today := workflow.DayOf(noon)
	i := issueOf(d, workflow.Verifying)
	i.Clock = workflow.Clock{Name: "verify", Until: today.Add(-1)}
	c := change(i, stepOf(workflow.Pass, ""), at(committeeLine, stranger))
	met, ok := c.Met()
	require.True(t, ok)
	require.Equal(t, workflow.Met{Charge: "verifying", Org: committee, On: today, Late: true, Post: c.Line.Post}, met)
	i.Clock.Until = today
	c = change(i, stepOf(workflow.Pass, ""), at(committeeLine, stranger))
	met, _ = c.Met()
	require.False(t, met.Late, "the last day is in time")
	c = change(i, stepOf(workflow.Comment, ""), at(committeeLine, stranger))
	_, ok = c.Met()
	require.False(t, ok, "a comment meets nothing")
	c = change(issueOf(d, workflow.Rectifying), stepOf(workflow.Transfer, ""), at(committeeLine, stranger))
	_, ok = c.Met()
	require.False(t, ok, "what was taken out of an org's hands was not done by it")
}
