package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// BenchmarkApply is the cost of deciding a step that moves the issue, one that stays, and one that is refused.
func BenchmarkApply(b *testing.B) {
	d := machine(b, "major")
	for _, c := range []struct {
		name  string
		state workflow.State
		do    workflow.Action
	}{
		{"accept", workflow.Assigned, workflow.Accept}, {"submit", workflow.Rectifying, workflow.Submit}, {"pass", workflow.Verifying, workflow.Pass},
		{"comment", workflow.Rectifying, workflow.Comment}, {"refused", workflow.Closed, workflow.Submit},
	} {
		b.Run(c.name, func(b *testing.B) {
			i, s := issueOf(d, c.state), stepOf(c.do, "")
			by := ready(&i, &s)
			_, err := workflow.Apply(d, i, s, by, noon)
			require.Equal(b, c.name == "refused", err != nil)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = workflow.Apply(d, i, s, by, noon)
			}
		})
	}
}

// BenchmarkLine is the cost of telling what a step changed and of proving it.
func BenchmarkLine(b *testing.B) {
	d := machine(b, "major")
	i, s := issueOf(d, workflow.Rectifying), stepOf(workflow.Submit, "")
	c, err := workflow.Apply(d, i, s, ready(&i, &s), noon)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		c.Line.Data, _ = workflow.Diff(&c.Before, &c.Issue)
		c.Line.Seal(1, [32]byte{})
	}
}
