package workflow_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// Laying the differences of all steps over each other, oldest first, gives the issue again, to the last field.
func TestTheDifferencesOfAllStepsGiveTheIssue(t *testing.T) {
	d := machine(t, "major")
	made, err := workflow.NewIssue(d, workflow.Finding{ID: 1 << 60, Number: "SJ-1", Issue: workflow.Issue{
		Source: "audit", Detail: "账目不符", Finder: committee, FinderLine: committeeLine, Grade: workflow.Major, Due: "2026-09-30",
		Extra: map[string]string{"金额口径": "含税"}, Responsible: branch, Line: branchLine}}, at(committeeLine, stranger), noon)
	require.NoError(t, err)
	data := []json.RawMessage{difference(t, &made.Before, &made.Issue)}
	i := made.Issue
	for _, step := range []struct {
		do workflow.Action
		of workflow.RequestKind
		by workflow.Actor
	}{
		{workflow.Assign, "", at(committeeLine, stranger)}, {workflow.Accept, "", at(branchLine, rectifier)}, {workflow.Return, "", at(branchLine, rectifier)},
		{workflow.Assign, "", at(committeeLine, stranger)}, {workflow.Accept, "", at(branchLine, rectifier)}, {workflow.Plan, "", at(branchLine, rectifier)},
		{workflow.ApprovePlan, "", at(besideLine, partner)}, {workflow.ApprovePlan, "", at(committeeLine, verifier)},
		{workflow.Ask, workflow.Extension, at(branchLine, rectifier)}, {workflow.GrantIt, "", at(committeeLine, verifier)},
		{workflow.Merge, "", at(committeeLine, stranger)}, {workflow.Unmerge, "", at(committeeLine, stranger)}, {workflow.Comment, "", at(rootLine, stranger)},
		{workflow.Finish, "", at(branchLine, rectifier)}, {workflow.Submit, "", at(branchLine, rectifier)}, {workflow.Pass, "", at(besideLine, partner)},
		{workflow.Pass, "", at(committeeLine, verifier)}, {workflow.Refuse, "", at(groupLine, closer)}, {workflow.Submit, "", at(branchLine, rectifier)},
		{workflow.Pass, "", at(besideLine, partner)}, {workflow.Pass, "", at(committeeLine, verifier)}, {workflow.Publicize, "", at(groupLine, closer)},
	} {
		s := stepOf(step.do, step.of)
		if step.of == workflow.Extension {
			s.Due = "2026-12-31"
		}
		c, err := workflow.Apply(d, i, s, step.by, noon)
		require.NoError(t, err, step.do)
		i = c.Issue
		data = append(data, difference(t, &c.Before, &c.Issue))
		folded, err := workflow.Fold(data...)
		require.NoError(t, err)
		require.Equal(t, asJSON(t, i), asJSON(t, folded), step.do)
	}
	require.Contains(t, string(data[0]), `"id":"1152921504606846976"`, "ids are strings")
	require.JSONEq(t, `{"clock":{"name":"plan","from":"2026-03-31"},"state":"planning","version":3}`, string(data[2]), "what did not change is not told")
	_, err = workflow.Fold(json.RawMessage(`[]`))
	require.Error(t, err)
	_, err = workflow.Fold(json.RawMessage(`{"version":"seven"}`))
	require.Error(t, err)
}

func difference(t testing.TB, before, after *workflow.Issue) json.RawMessage {
	t.Helper()
	data, err := workflow.Diff(before, after)
	require.NoError(t, err)
	return data
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

func aLine() workflow.Line {
	return workflow.Line{
		Kind: "issue", Subject: 1, Seq: 2, At: noon, Action: "submit", Person: 3, Name: "甲", For: 4, Post: "branch_officer", Org: 5,
		OrgName: "一支部", Relation: "responsible", Rule: "policy.csv:9", OSUser: "root", Round: 1, Version: 6, From: "rectifying", To: "verifying",
		Note: "请验收", Definition: "abc", Data: json.RawMessage(`{"a":1}`),
	}
}

// No field of a line can be altered without its hash being another.
func TestEveryFieldOfALineIsHashed(t *testing.T) {
	var prev [32]byte
	was := aLine()
	seen := map[[32]byte]string{was.Hash(prev): "the line as it was"}
	kinds := reflect.TypeOf(was)
	for n := range kinds.NumField() {
		name := kinds.Field(n).Name
		if name == "Prev" || name == "Digest" {
			continue
		}
		altered := aLine()
		field := reflect.ValueOf(&altered).Elem().Field(n)
		switch {
		case name == "At":
			altered.At = noon.Add(time.Millisecond)
		case field.CanInt():
			field.SetInt(field.Int() + 1)
		case field.Kind() == reflect.String:
			field.SetString(field.String() + "x")
		default:
			field.SetBytes([]byte(`{"a":2}`))
		}
		sum := altered.Hash(prev)
		require.Empty(t, seen[sum], "%s", name)
		seen[sum] = name
	}
	prev[31] = 1
	require.Empty(t, seen[was.Hash(prev)], "the line before is hashed too")
}

// Text that moves from one field to the next is another line.
func TestFieldsDoNotRunIntoEachOther(t *testing.T) {
	var prev [32]byte
	a, b := aLine(), aLine()
	a.OrgName, a.Relation = "甲乙", "丙"
	b.OrgName, b.Relation = "甲", "乙丙"
	require.NotEqual(t, a.Hash(prev), b.Hash(prev))
	a, b = aLine(), aLine()
	a.Note, a.Definition = "x", ""
	b.Note, b.Definition = "", "x"
	require.NotEqual(t, a.Hash(prev), b.Hash(prev))
}

// The bytes that are hashed never change between releases: histories that exist would no longer be proved.
func TestTheHashIsTheOneOfTheFormat(t *testing.T) {
	one, two := aLine(), aLine()
	one.Seal(1, [32]byte{})
	two.Seal(2, one.Digest)
	require.Equal(t, one.Digest, two.Prev)
	require.Equal(t, [2]int{1, 2}, [2]int{one.Seq, two.Seq})
	require.Equal(t, two.Digest, two.Hash(one.Digest))
	golden(t, "testdata/line.golden", strings.ToUpper(hexOf(one.Digest))+"\n"+strings.ToUpper(hexOf(two.Digest))+"\n")
	local := aLine()
	local.At = local.At.In(workflow.China)
	local.Seal(1, [32]byte{})
	require.Equal(t, one.Digest, local.Digest, "a moment is the same in every zone")
}

func hexOf(sum [32]byte) string {
	const digits = "0123456789abcdef"
	var out strings.Builder
	for _, b := range sum {
		out.WriteByte(digits[b>>4])
		out.WriteByte(digits[b&15])
	}
	return out.String()
}
