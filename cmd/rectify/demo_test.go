package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// at is a program whose data are in a folder of the test.
func at(t *testing.T, folder string) *program {
	t.Helper()
	return &program{ctx: t.Context(), flags: &flags{Data: folder, Lang: "zh"}, now: time.Now, osUser: "tester", in: nil, out: new(bytes.Buffer), err: new(bytes.Buffer)}
}

func TestDemonstrationReconciles(t *testing.T) {
	t.Parallel()
	p := at(t, t.TempDir())
	r, err := p.loadRules()
	require.NoError(t, err)
	accounts, err := p.demonstrate(r)
	require.NoError(t, err)
	require.Len(t, accounts, 29)

	o, err := p.openAt(r, false, p.now)
	require.NoError(t, err)
	defer o.Close()
	by, err := o.engine.ActorNamed(t.Context(), "fangyi")
	require.NoError(t, err)
	counts, err := o.engine.Counts(t.Context(), by, engine.Filter{}, 0)
	require.NoError(t, err)
	require.Equal(t, map[workflow.State]int{
		"draft": 2, "found": 3, "assigned": 2, "planning": 4, "plan_review": 2, "rectifying": 10, "lasting": 1, "suspended": 1, "verifying": 3,
		"closing": 2, "publicized": 1, "closed": 9, "merged": 1, "cancelled": 1,
	}, counts.ByState)
	require.Len(t, counts.ByState, len(workflow.States()), "every state occurs")
}
