package workflow_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// column is an action, and for requests the kind.
type column struct {
	do workflow.Action
	of workflow.RequestKind
}

func (c column) String() string {
	if c.of == "" {
		return string(c.do)
	}
	return string(c.do) + ":" + string(c.of)
}

func columns() []column {
	var all []column
	for _, rule := range workflow.Actions() {
		switch rule.Action {
		case workflow.Ask, workflow.GrantIt, workflow.Deny:
			for _, kind := range workflow.RequestKinds() {
				all = append(all, column{rule.Action, workflow.RequestKind(kind.Word)})
			}
		default:
			all = append(all, column{rule.Action, ""})
		}
	}
	return all
}

// What comes of every action in every state, with the right actor and everything filled in, is written down in a file for each
// machine. There is no third outcome: the issue moves (or stays) and the step counts, or it is refused and nothing is changed.
func TestOutcomeOfEveryActionInEveryState(t *testing.T) {
	for _, name := range []string{"immediate", "standard", "major"} {
		t.Run(name, func(t *testing.T) {
			d := machine(t, name)
			var out strings.Builder
			fmt.Fprintf(&out, "# %s: every action in every state, by the right actor with everything filled in.\n", name)
			out.WriteString("# A cell is the state afterwards; = the state stays; . the state does not know the action (step_not_possible); else the code of the refusal.\n")
			fmt.Fprintf(&out, "%-22s", "")
			for _, state := range d.Uses {
				fmt.Fprintf(&out, " %-11s", state)
			}
			for _, col := range columns() {
				var row strings.Builder
				fmt.Fprintf(&row, "\n%-22s", col)
				for _, state := range d.Uses {
					fmt.Fprintf(&row, " %-11s", outcome(t, d, state, col))
				}
				out.WriteString(strings.TrimRight(row.String(), " "))
			}
			out.WriteString("\n")
			golden(t, "testdata/outcomes_"+name+".golden", out.String())
		})
	}
}

func outcome(t *testing.T, d *workflow.Definition, state workflow.State, col column) string {
	i, s := issueOf(d, state), stepOf(col.do, col.of)
	by := ready(&i, &s)
	_, listed := d.Arrow(state, col.do, col.of)
	c, err := workflow.Apply(d, i, s, by, noon)
	if err != nil {
		f := refused(t, d, i, s, by)
		if f.Code == "step_not_possible" {
			require.False(t, listed)
			require.ErrorIs(t, err, workflow.ErrRefused)
			return "."
		}
		return f.Code
	}
	require.True(t, listed)
	want := i.Version + 1
	if !col.do.NeedsVersion() {
		want = i.Version
	}
	require.Equal(t, want, c.Issue.Version)
	require.Equal(t, i, c.Before)
	require.Equal(t, [3]any{string(col.do), state, c.Issue.State}, [3]any{c.Line.Action, c.Line.From, c.Line.To})
	require.Equal(t, [2]any{by.Person, "policy.csv:1"}, [2]any{c.Line.Person, c.Line.Rule})
	if c.Issue.State == state {
		return "="
	}
	require.Equal(t, today, c.Issue.Since)
	return string(c.Issue.State)
}

func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644)) //nolint:gosec // for everybody to read
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(kept), text, "go test ./workflow -update writes it again, if the change is meant")
}

// Who is refused hears what is possible instead, and not what is not.
func TestARefusalSaysWhatIsPossible(t *testing.T) {
	d := machine(t, "standard")
	f := refused(t, d, issueOf(d, workflow.Rectifying), stepOf(workflow.Close, ""), at(groupLine, closer))
	require.Contains(t, f.Text.Zh, "提请验收")
	require.Contains(t, f.Text.En, "submit for verification")
	require.Equal(t, 1, strings.Count(f.Text.Zh, "提出申请"))
	require.NotContains(t, f.Text.Zh, "批准申请", "no request is open")

	i := issueOf(d, workflow.Rectifying)
	i.Request = workflow.Request{Kind: workflow.Suspension}
	f = refused(t, d, i, stepOf(workflow.Close, ""), at(groupLine, closer))
	require.Contains(t, f.Text.Zh, "批准申请")

	require.Equal(t, "no_open_request", refused(t, d, issueOf(d, workflow.Rectifying), stepOf(workflow.GrantIt, ""), at(groupLine, closer)).Code)
	require.Equal(t, "missing_request", refused(t, d, issueOf(d, workflow.Rectifying), stepOf(workflow.Ask, "holiday"), at(branchLine, rectifier)).Code)
	f = refused(t, d, issueOf(d, workflow.Cancelled), stepOf(workflow.Urge, ""), at(groupLine, closer))
	require.Contains(t, f.Text.Zh, "已撤销")
}
