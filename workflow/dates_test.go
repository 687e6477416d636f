package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// A suspension moves what was open and not overdue when it began, and nothing else.
func TestMeasuresAfterASuspension(t *testing.T) {
	t.Parallel()
	before := []workflow.Measure{
		{Text: "done", Due: "2026-11-20", Done: true, Before: "2026-10-01"}, {Text: "open", Due: "2026-11-20"}, {Text: "due on the very day", Due: "2026-11-10"},
		{Text: "overdue before", Due: "2026-11-09"}, {Text: "without a day"},
	}
	after, n := workflow.AfterPause(before, "2026-11-10", func(d workflow.Day) workflow.Day { return d.Add(30) })
	require.Equal(t, 2, n)
	require.Equal(t, []workflow.Measure{
		{Text: "done", Due: "2026-11-20", Done: true}, {Text: "open", Due: "2026-12-20", Before: "2026-11-20"},
		{Text: "due on the very day", Due: "2026-12-10", Before: "2026-11-10"}, {Text: "overdue before", Due: "2026-11-09"}, {Text: "without a day"},
	}, after)
	require.Equal(t, workflow.Day("2026-11-20"), before[1].Due, "what was loaded stays as it is")
}

// A measure is late when its day is over, and not while no time runs.
func TestMeasureLate(t *testing.T) {
	t.Parallel()
	m := workflow.Measure{Due: "2026-11-20"}
	for _, row := range []struct {
		what  string
		issue workflow.Issue
		m     workflow.Measure
		today workflow.Day
		late  bool
	}{
		{"on its day", workflow.Issue{State: workflow.Rectifying}, m, "2026-11-20", false},
		{"a day later", workflow.Issue{State: workflow.Rectifying}, m, "2026-11-21", true},
		{"done", workflow.Issue{State: workflow.Rectifying}, workflow.Measure{Due: "2026-11-20", Done: true}, "2026-11-21", false},
		{"without a day", workflow.Issue{State: workflow.Rectifying}, workflow.Measure{}, "2026-11-21", false},
		{"closed", workflow.Issue{State: workflow.Closed}, m, "2026-11-21", false},
		{"suspended before", workflow.Issue{State: workflow.Suspended, PausedOn: "2026-11-15"}, m, "2026-12-31", false},
		{"suspended after", workflow.Issue{State: workflow.Suspended, PausedOn: "2026-11-25"}, m, "2026-12-31", true},
	} {
		require.Equal(t, row.late, row.issue.MeasureLate(&row.m, row.today), row.what)
	}
}
