package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow/proof"
)

// verified runs verify on a bundle in a folder that has nothing else.
func verified(t *testing.T, args ...string) (int, proof.Report) {
	t.Helper()
	got := rectify(t, []string{"RECTIFY_DATA=" + filepath.Join(t.TempDir(), "nothing")}, append([]string{"verify", "--json"}, args...)...)
	var r proof.Report
	require.NoError(t, json.Unmarshal([]byte(got.out), &r), got.err)
	return got.code, r
}

func (o office) bundle(args ...string) string {
	o.t.Helper()
	name := filepath.Join(o.t.TempDir(), "bundle")
	got := o.run(append([]string{"bundle", "-o", name}, args...)...)
	require.Zero(o.t, got.code, got.err)
	return name
}

// held is the newest checkpoint in a file.
func (o office) held() string {
	o.t.Helper()
	name := filepath.Join(o.t.TempDir(), "held")
	var c checkpointJSON
	require.NoError(o.t, json.Unmarshal([]byte(o.run("seal", "--json").out), &c))
	require.NoError(o.t, os.WriteFile(name, []byte(c.Note), 0o600))
	return name
}

func TestABundleIsTakenAndVerified(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	list := o.inspection(0)
	number := "XC-0101-" + year() + "-0003"
	held := o.held()
	issue := o.bundle("--issue", number, "--by", "gaofeng", "--files", "--held", held)
	got := rectify(t, nil, "verify", issue, "--held", held)
	require.Zero(t, got.code, got.out)
	require.Contains(t, got.out, "核验通过：没有发现改动。\n问题"+number+"的证明包，高峰（")
	require.Contains(t, got.out, "那以前的记录一条没变")

	keys := filepath.Join(o.folder, "keys", "seal.pub")
	code, r := verified(t, issue, "--key", keys)
	require.Zero(t, code)
	require.EqualValues(t, 1, r.Issues)
	require.NotEmpty(t, r.Open, "what it cannot tell is said")

	whole, err := os.ReadFile(issue)
	require.NoError(t, err)
	changed := filepath.Join(t.TempDir(), "changed")
	require.NoError(t, os.WriteFile(changed, bytes.Replace(whole, []byte(`"action":"register"`), []byte(`"action":"close"`), 1), 0o600))
	code, r = verified(t, changed)
	require.Equal(t, 1, code)
	require.Equal(t, "action", r.Wrong[0].Field)
	require.Equal(t, number, r.Wrong[0].Line.Number)
	require.Equal(t, 2, rectify(t, nil, "verify", keys).code, "that is no bundle")
	require.Equal(t, 2, rectify(t, nil, "verify", filepath.Join(t.TempDir(), "none")).code)

	code, r = verified(t, o.bundle("--checklist", strconv.FormatInt(int64(list.Checklist), 10), "--by", "gaofeng"))
	require.Zero(t, code, r.Print("zh"))
	require.EqualValues(t, 7, r.Issues, "those that the taker may see")
	require.Contains(t, r.Print("zh"), "清单里有18个问题，取包的人无权查看")
	require.Contains(t, r.About.Zh, "问题清单《"+list.Title+"》")
}

func TestABundleOfDaysIsForThoseWhoAudit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.inspection(0)
	o.held()
	span := []string{"--from", "2026-01-01", "--to", "2099-12-31"}
	got := o.run(append([]string{"bundle", "-o", "-", "--by", "gaofeng"}, span...)...)
	require.Equal(t, 2, got.code)
	require.Contains(t, got.err, "只有巡察员（授权范围内）和安全审计员可以取")
	code, r := verified(t, o.bundle(append(span, "--by", "jianghe")...))
	require.Zero(t, code, r.Print("zh"))
	require.EqualValues(t, 25, r.Issues)
	require.Equal(t, r.Size, r.Lines, "every line of the log is there")
	require.Contains(t, o.run("bundle", "--by", "jianghe").err, "-o")
	require.Contains(t, o.run("bundle", "-o", "-", "--by", "jianghe").err, "只用一种")
}

// The database is altered behind the back of the program; a bundle that it takes then tells.
func TestABundleOfAnAlteredDatabaseTells(t *testing.T) {
	t.Parallel()
	subject := "(SELECT id FROM issues WHERE number LIKE '%-0003')"
	for statement, code := range map[string]string{
		"UPDATE history SET note = '补记' WHERE kind = 'issue' AND subject = " + subject: "line",
		"UPDATE issues SET state = 'closed' WHERE id = " + subject:                     "row",
	} {
		o := newOffice(t)
		o.inspection(0)
		o.held()
		o.alter(statement)
		ended, r := verified(t, o.bundle("--issue", "XC-0101-"+year()+"-0003", "--by", "gaofeng"))
		require.Equal(t, 1, ended)
		require.Equal(t, code, r.Wrong[0].Code, r.Print("zh"))
		require.Contains(t, r.Wrong[0].Text.Zh, "-0003")
	}
}

// Issues that were moved to a new version of their machine are what their history tells, and are proven with both versions.
func TestMovedIssuesAreProven(t *testing.T) {
	t.Parallel()
	o, own := newOffice(t), t.TempDir()
	o.inspection(0)
	number := "XC-0101-" + year() + "-0003"
	whole := func(bundle string) {
		t.Helper()
		require.Zero(t, o.run("replay").code)
		require.Zero(t, o.run("seal", "check").code)
		got := rectify(t, nil, "verify", bundle)
		require.Zero(t, got.code, got.out)
	}
	before := o.bundle("--issue", number, "--by", "gaofeng")
	whole(before)

	machine, err := os.ReadFile("../../workflow/definitions/standard.yaml")
	require.NoError(t, err)
	machine = bytes.Replace(machine, []byte("plan: {n: 10"), []byte("plan: {n: 8"), 1)
	require.NoError(t, os.WriteFile(filepath.Join(own, "standard.yaml"), machine, 0o600))
	move := []string{"definition", "move", "standard", "--definitions", own, "--note", "方案期限改为8日", "--by", "hejing"}
	rehearsed := o.run(move...)
	require.Zero(t, rehearsed.code, rehearsed)
	require.Contains(t, rehearsed.out, number+"  待交办 → 待交办")
	_, digest, found := strings.Cut(strings.TrimSpace(rehearsed.out), "--digest ")
	require.True(t, found, rehearsed.out)
	done := o.run(append(move, "--digest", digest)...)
	require.Zero(t, done.code, done)
	require.Contains(t, done.out, "已换到现行流程")

	after := o.bundle("--definitions", own, "--issue", number, "--by", "gaofeng")
	whole(after)
	text, err := os.ReadFile(after)
	require.NoError(t, err)
	for _, version := range [][]byte{machine, bytes.Replace(machine, []byte("plan: {n: 8"), []byte("plan: {n: 10"), 1)} {
		sum := sha256.Sum256(version)
		require.Contains(t, string(text), `{"is":"definition","hash":"`+hex.EncodeToString(sum[:])+`"`)
	}
}
