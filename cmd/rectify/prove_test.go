//go:build !race

// Whole explorations of rules: scripts/test.sh runs these tests without the race detector.

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/policies"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
)

// Rules of an office's own are proven before they are served: those under which a request at the top can only be granted are refused
// with the story, even where another program has proven them; sound ones are served, and the next start knows them.
func TestServedRulesAreProven(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shipped, err := os.ReadFile("../../policies/policy.csv")
	require.NoError(t, err)
	own := filepath.Join(t.TempDir(), "policy.csv")
	require.NoError(t, os.WriteFile(own, regexp.MustCompile(`(?m)^(p, work_.*) deny\b`).ReplaceAll(shipped, []byte("$1")), 0o600))
	guard, err := policies.Load(filepath.Dir(own))
	require.NoError(t, err)
	set, err := definitions.Shipped()
	require.NoError(t, err)
	known := filepath.Join(o.folder, "checked", engine.RulesDigest(guard, set))
	require.NoError(t, os.MkdirAll(filepath.Dir(known), 0o750))
	require.NoError(t, os.WriteFile(known, []byte("proven by an older program"), 0o600))

	refused := o.run("serve", "--listen", "nowhere:0", "--policies", filepath.Dir(own))
	require.Equal(t, 2, refused.code)
	require.Contains(t, refused.err, "rectify check 有全文")

	require.NoError(t, os.WriteFile(own, append(shipped, "# our own copy\n"...), 0o600))
	_, stop := o.serving("--policies", filepath.Dir(own))
	require.Zero(t, stop().code)
	self, err := fingerprint()
	require.NoError(t, err)
	guard, err = policies.Load(filepath.Dir(own))
	require.NoError(t, err)
	by, err := os.ReadFile(filepath.Join(o.folder, "checked", engine.RulesDigest(guard, set)))
	require.NoError(t, err)
	require.Equal(t, self, string(by))
}
