package definitions_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

// rule is a line of the policy, read here by its words alone.
type rule struct {
	post, level        string
	relations, actions []string
	grade              workflow.Grade
}

func shippedPolicy(t *testing.T) []rule {
	text, err := os.ReadFile("../../policies/policy.csv")
	require.NoError(t, err)
	var rules []rule
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, ",")
		if len(cells) != 6 || strings.TrimSpace(cells[0]) != "p" {
			continue
		}
		for n := range cells {
			cells[n] = strings.TrimSpace(cells[n])
		}
		r := rule{post: cells[1], level: cells[2], relations: strings.Fields(cells[3]), actions: strings.Fields(cells[4])}
		require.NoError(t, r.grade.UnmarshalText([]byte(cells[5])))
		rules = append(rules, r)
	}
	require.NotEmpty(t, rules)
	return rules
}

func allow(rules []rule) definitions.May {
	return func(post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, g workflow.Grade) bool {
		return slices.ContainsFunc(rules, func(x rule) bool {
			return x.post == string(post) && (x.level == "*" || x.level == level.String()) && slices.Contains(x.relations, r.String()) &&
				slices.Contains(x.actions, string(a)) && g <= x.grade
		})
	}
}

// without takes an action out of the rules that pass the filter.
func without(rules []rule, action string, which func(rule) bool) []rule {
	var out []rule
	for _, r := range rules {
		if which(r) {
			r.actions = slices.DeleteFunc(slices.Clone(r.actions), func(a string) bool { return a == action })
		}
		out = append(out, r)
	}
	return out
}

func TestShippedPolicyLeavesNoActionWithoutAPost(t *testing.T) {
	for _, c := range definitions.Actions(shipped(t), allow(shippedPolicy(t))) {
		t.Error(c.Text.Zh)
	}
}

func TestActionsThatNobodyMayDoAreNamed(t *testing.T) {
	s, rules := shipped(t), shippedPolicy(t)
	anyone := func(rule) bool { return true }
	for name, c := range map[string]struct {
		rules []rule
		want  []string // machine, action and grade of each complaint
	}{
		"nobody accepts": {without(rules, "accept", anyone), []string{
			"immediate accept ordinary", "immediate accept serious", "standard accept ordinary", "standard accept serious", "major accept major"}},
		"nobody closes major issues": {without(rules, "close", func(r rule) bool { return r.grade == workflow.Major }), []string{"major close major"}},
		"only whom the table never asks closes serious issues": {
			without(rules, "close", func(r rule) bool { return r.level != "organ_committee" }), []string{"standard close serious", "major close major"}},
		"only the responsible org closes": {
			append(without(rules, "close", anyone), rule{post: "work_secretary", level: "work_committee", relations: []string{"responsible", "person"}, actions: []string{"close"}, grade: workflow.Major}),
			[]string{"standard close ordinary", "standard close serious", "major close major"}},
		"only a level too low closes": {
			append(without(rules, "close", anyone), rule{post: "committee_secretary", level: "organ_committee", relations: []string{"closer"}, actions: []string{"close"}, grade: workflow.Major}),
			[]string{"standard close serious", "major close major"}},
		"only the responsible org passes": {
			append(without(rules, "pass", anyone), rule{post: "work_secretary", level: "work_committee", relations: []string{"responsible"}, actions: []string{"pass"}, grade: workflow.Major}),
			[]string{"immediate pass ordinary", "immediate pass serious", "standard pass ordinary", "standard pass serious", "major pass major"}},
		"only parties pass, and never the verifier": {
			append(without(rules, "pass", anyone), rule{post: "work_secretary", level: "work_committee", relations: []string{"party"}, actions: []string{"pass"}, grade: workflow.Major}),
			[]string{"immediate pass ordinary", "immediate pass serious", "standard pass ordinary", "standard pass serious", "major pass major"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, found := range definitions.Actions(s, allow(c.rules)) {
				got = append(got, found.Machine+" "+string(found.Action)+" "+found.Grade.String())
				line := strings.Split(body(t, found.Machine), "\n")[found.Line-1]
				require.Contains(t, line, "do: "+string(found.Action))
				require.Contains(t, found.Text.Zh, found.File)
				require.NotContains(t, found.Text.Zh+found.Text.En, "%!")
			}
			require.ElementsMatch(t, c.want, got)
		})
	}
	require.NotEmpty(t, definitions.Actions(s, func(workflow.Post, workflow.Level, workflow.Relation, workflow.Action, workflow.Grade) bool {
		return false
	}))
}

// A request that can be asked for and that nobody may deny leaves the issue waiting.
func TestRequestsThatNobodyMayDecideAreNamed(t *testing.T) {
	got := definitions.Actions(shipped(t), allow(without(shippedPolicy(t), "deny", func(r rule) bool { return r.grade == workflow.Major })))
	var kinds []workflow.RequestKind
	for _, c := range got {
		require.Equal(t, "major", c.Machine)
		require.Equal(t, workflow.Deny, c.Action)
		kinds = append(kinds, c.Of)
	}
	require.Equal(t, []workflow.RequestKind{workflow.Extension, workflow.LastingForm, workflow.Suspension, workflow.Cancellation}, kinds)
}

// The administrators and inspectors hold no business rights, whatever a policy gives them: they do not count.
func TestAdministratorsAndInspectorsDoNotCount(t *testing.T) {
	only := func(post workflow.Post, _ workflow.Level, _ workflow.Relation, _ workflow.Action, _ workflow.Grade) bool {
		rule, _ := workflow.PostNamed(string(post))
		return rule.Admin || post == "inspector"
	}
	lines := make(map[string]bool)
	for _, c := range definitions.Actions(shipped(t), only) {
		lines[c.File+string(c.Action)+string(c.Of)+c.Grade.String()] = true
	}
	for _, d := range shipped(t).Machines() {
		for _, arrow := range d.Arrows {
			for _, g := range []workflow.Grade{workflow.Ordinary, workflow.Major} {
				if (d.Machine == "major") == (g == workflow.Major) {
					require.True(t, lines[d.Machine+".yaml"+string(arrow.Do)+string(arrow.Of)+g.String()], "%s %s", d.Machine, arrow.Do)
				}
			}
		}
	}
}
