package workflow_test

import (
	"slices"
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

// Whether a letter was signed for late is told by its own limit.
func TestALetterIsSignedForByItsLimit(t *testing.T) {
	today := workflow.DayOf(noon)
	for limit, late := range map[workflow.Day]bool{today.Add(-1): true, today: false} {
		i := issueOf(machine(t, "standard"), workflow.Rectifying)
		i.Letters = []workflow.Letter{{Number: "D1", Round: 1, Rung: workflow.RungNotice, To: branch, Limit: limit}, {Number: "D2", Round: 1, Rung: workflow.RungNotice, To: branch, Limit: "2020-01-01"}}
		c, err := workflow.Apply(machine(t, "standard"), i, stepOf(workflow.SignLetter, ""), at(branchLine, stranger), noon)
		require.NoError(t, err)
		met, ok := c.Met()
		require.True(t, ok)
		require.Equal(t, []any{workflow.ChargeLetter, late}, []any{met.Charge, met.Late}, limit)
	}
}

// A letter is to be signed for while its issue is under way with the unit that it was sent to, which is where the machines let it be signed.
func TestWhenALetterIsToBeSignedFor(t *testing.T) {
	d := machine(t, "major")
	for _, rule := range workflow.States() {
		i := issueOf(d, rule.State)
		i.Letters = []workflow.Letter{{To: i.Responsible}}
		may := slices.ContainsFunc(d.Arrows, func(a workflow.Arrow) bool { return a.Do == workflow.SignLetter && slices.Contains(a.From, rule.State) })
		require.Equal(t, may, i.ToBeSigned(0), rule.State)
		i.Letters[0].SignedBy = named
		require.False(t, i.ToBeSigned(0), "signed for already")
		i.Letters[0] = workflow.Letter{To: beside}
		require.False(t, i.ToBeSigned(0), "sent to another")
	}
}
