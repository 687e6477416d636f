package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow/remind"
)

// The past of the demonstration, replayed: under the rules in force nothing differs, with more rungs there is more of everything.
func TestSimulate(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.inspection(0)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(rules, []byte(remind.ShippedBody()), 0o600))
	got := o.run("simulate", "--rules", rules, "--months", "2")
	require.Zero(t, got.code, got)
	require.Contains(t, got.out, "现行规则 → 新规则")
	require.Contains(t, got.out, "0 → 0")
	got = o.run("simulate", "--rules", rules, "--json", "--lang", "en")
	var months []simulatedJSON
	require.NoError(t, json.Unmarshal([]byte(got.out), &months))
	require.GreaterOrEqual(t, len(months), 12)
	for _, m := range months {
		require.Equal(t, m.Now, m.Then)
	}
	require.NoError(t, os.WriteFile(rules, []byte(strings.Replace(remind.ShippedBody(), "soon: 10", "soon: 99", 1)), 0o600))
	got = o.run("simulate", "--rules", rules)
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "rules.yaml:5 “99”不是0到60之间的整数")
	require.Equal(t, exitFailed, o.run("simulate", "--rules", rules+".no").code)
	require.Equal(t, exitFailed, o.run("simulate", "--rules", rules, "--months", "0").code)
}
