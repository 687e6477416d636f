package explore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/definitions/explore"
)

func shipped(t *testing.T) explore.Rules {
	t.Helper()
	s, err := definitions.Shipped()
	require.NoError(t, err)
	g, err := policies.Shipped()
	require.NoError(t, err)
	return rulesOf(s.Machines(), g)
}

func rulesOf(machines []*workflow.Definition, g *policies.Guard) explore.Rules {
	return explore.Rules{Machines: machines, Allow: g.Allow, May: func(post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, grade workflow.Grade) bool {
		_, ok := g.May(post, level, r, a, grade)
		return ok
	}}
}

func tell(t *testing.T, v *explore.Verdict) {
	t.Helper()
	for _, p := range v.Proofs {
		if p.Story == nil {
			continue
		}
		t.Log(p.Claim.Text().Zh, "|", p.Story.Text().Zh)
		for n, s := range p.Story.Steps {
			t.Log("  ", n+1, s.Text.Zh, s.Rule)
		}
	}
	for _, c := range v.Nobody {
		t.Log("nobody", c)
	}
}

func TestShippedRulesHold(t *testing.T) {
	rules := shipped(t)
	began := time.Now()
	v, err := explore.Check(t.Context(), rules)
	require.NoError(t, err)
	t.Logf("%d states, %d steps, %d abilities, %s", v.States, v.Steps, len(v.Able), time.Since(began).Round(time.Millisecond))
	tell(t, &v)
	require.True(t, v.Whole())
}
