package engine_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
)

// revised is the standard machine with lines rewritten, as the office's own.
func revised(t *testing.T, pairs ...string) *definitions.Set {
	t.Helper()
	set, err := definitions.Shipped()
	require.NoError(t, err)
	body, err := os.ReadFile("../definitions/standard.yaml")
	require.NoError(t, err)
	set, err = set.With("standard.yaml", []byte(strings.NewReplacer(pairs...).Replace(string(body))))
	require.NoError(t, err)
	return set
}

// Issues under way go on under a new version of their machine by what was rehearsed, each with a step of its own in its history.
func TestIssuesMoveToANewDefinitionAsRehearsed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Serious)
		set := revised(t, "plan: {n: 10", "plan: {n: 8")
		later := newOffice(t, o.db, set)
		d, _ := set.Machine("standard")
		require.NotEqual(t, d.Hash, later.read(i.ID).Definition, "an issue keeps its machine until it is moved")
		m := engine.Moving{Machine: "standard", Note: "方案期限改为8日"}

		_, err := later.RehearseMove(o.ctx, o.actor("gaofeng"), m)
		fault(t, err, workflow.ErrForbidden, "not_permitted")
		by := o.actor("hejing")
		_, err = later.RehearseMove(o.ctx, by, engine.Moving{Machine: "standard"})
		fault(t, err, workflow.ErrInvalid, "missing_note")
		r, err := later.RehearseMove(o.ctx, by, m)
		require.NoError(t, err)
		require.True(t, r.Ready())
		require.Len(t, r.Rows, 1)
		require.NotEqual(t, d.Hash, later.read(i.ID).Definition, "a rehearsal changes nothing")

		later.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "有进展"})
		_, err = later.MoveIssues(o.ctx, by, m, r.Digest)
		fault(t, err, workflow.ErrConflict, "not_rehearsed")
		require.NotEqual(t, d.Hash, later.read(i.ID).Definition)
		r, err = later.RehearseMove(o.ctx, by, m)
		require.NoError(t, err)
		done, err := later.MoveIssues(o.ctx, by, m, r.Digest)
		require.NoError(t, err)
		require.True(t, done.Done)
		moved := later.read(i.ID)
		require.Equal(t, []any{d.Hash, workflow.Rectifying, r.Rows[0].Issue.Version + 1}, []any{moved.Definition, moved.State, moved.Version})
		lines := later.chainHolds(i.ID)
		last := lines[len(lines)-1]
		require.Equal(t, []any{"move", d.Hash, workflow.Rectifying, workflow.Rectifying}, []any{last.Action, last.Definition, last.From, last.To})
		require.Contains(t, last.Note, "方案期限改为8日（演练摘要："+r.Digest)
		r, err = later.RehearseMove(o.ctx, by, m)
		require.NoError(t, err)
		require.Empty(t, r.Rows)
		later.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "照新流程办理"})
	})
}

// Nothing is moved while one issue could not go on: its state is not mapped, its request could not be decided, its clock is not known.
func TestNothingMovesWhileOneIssueCouldNotGoOn(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Serious)
		by := o.actor("hejing")
		set := revised(t, "suspended, ", "", ", suspended", "", "  - {do: resume, from: [suspended], to: rectifying, needs: [note], tell: [responsible, person]}\n", "",
			"  - {do: grant, of: suspension, from: [rectifying, lasting], to: suspended, needs: [open_request], tell: [responsible, person]}\n", "",
			"  - {do: request, of: suspension, from: [rectifying, lasting], to: same, needs: [request], tell: [decider]}\n", "",
			"  - {do: deny, of: suspension, from: [rectifying, lasting], to: same, needs: [open_request, reason], tell: [responsible, person]}\n", "")
		later := newOffice(t, o.db, set)
		m := engine.Moving{Machine: "standard", Note: "不再挂账"}
		refused := func(code string) {
			t.Helper()
			r, err := later.RehearseMove(o.ctx, by, m)
			require.NoError(t, err)
			require.False(t, r.Ready())
			fault(t, r.Rows[0].Err, workflow.ErrRefused, code)
			_, err = later.MoveIssues(o.ctx, by, m, r.Digest)
			fault(t, err, workflow.ErrRefused, "not_movable")
		}
		o.do("gaofeng", i.ID, request(workflow.Suspension, ""))
		refused("request_undecided")
		o.do("linsf", i.ID, workflow.Step{Action: workflow.GrantIt})
		refused("unmapped_state")
		m.States = workflow.Mapping{workflow.Suspended: workflow.Verifying}
		refused("phase_skipped")
		m.States = workflow.Mapping{workflow.Suspended: workflow.Rectifying}
		r, err := later.RehearseMove(o.ctx, by, m)
		require.NoError(t, err)
		require.True(t, r.Ready(), "%v", r.Rows[0].Err)
		_, err = later.MoveIssues(o.ctx, by, m, r.Digest)
		require.NoError(t, err)
		require.Equal(t, workflow.Rectifying, later.read(i.ID).State)
	})
}
