package policies

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

var update = flag.Bool("update", false, "write the golden files anew")

func shipped(t testing.TB) *Guard {
	g, err := Shipped()
	require.NoError(t, err)
	return g
}

// Every cell of the table is asked of one Casbin enforcer that holds the whole policy: answer and deciding line agree.
func TestTableAgreesWithCasbinOnEveryCell(t *testing.T) {
	g := shipped(t)
	for _, post := range workflow.Posts() {
		for _, level := range workflow.Levels() {
			for _, r := range workflow.AllRelations() {
				for _, a := range workflow.Actions() {
					for _, grade := range workflow.Grades() {
						want, line, err := g.full.EnforceEx(string(post.Post), level.String(), r.String(), string(a.Action), grade.String())
						require.NoError(t, err)
						rule, got := g.May(post.Post, level, r, a.Action, grade)
						if want != got || (got && lineKey(line) != lineKey(rule.fields)) {
							t.Fatalf("%s@%s %s %s %s: Casbin %v %v, table %v", post.Post, level, r, a.Action, grade, want, line, got)
						}
					}
				}
			}
		}
	}
}

func TestMatrixIsTheOneThatPeopleRead(t *testing.T) {
	const file = "testdata/matrix.golden"
	got := shipped(t).Matrix()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "the policy changed: read the difference, then go test ./policies -update")
}

// What the design promises of the shipped policy, written independently of its file.
func TestPromisesOfTheShippedPolicy(t *testing.T) {
	g := shipped(t)
	may := func(post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, grade workflow.Grade) bool {
		_, ok := g.May(post, level, r, a, grade)
		return ok
	}
	for _, post := range workflow.Posts() {
		for _, level := range post.Levels {
			for _, r := range workflow.AllRelations() {
				for _, a := range workflow.Actions() {
					for _, grade := range workflow.Grades() {
						allowed := may(post.Post, level, r, a.Action, grade)
						name := string(post.Post) + " " + level.String() + " " + r.String() + " " + string(a.Action) + " " + grade.String()
						if post.Admin {
							require.False(t, allowed, "administrators hold no business rights: %s", name)
						}
						if post.Post == "inspector" {
							reads := a.Action == workflow.View && r == workflow.Inspecting || a.Action == workflow.ReadSigns && r == workflow.Within
							require.Equal(t, reads, allowed, "inspectors read and nothing else: %s", name)
						}
						switch a.Action {
						case workflow.Close:
							require.False(t, allowed && r != workflow.Closer, "only the closing org closes: %s", name)
							require.False(t, allowed && level < workflow.OrganCommittee, "no branch closes: %s", name)
							require.False(t, allowed && level == workflow.OrganCommittee && grade > workflow.Ordinary, "an organ committee closes ordinary issues only: %s", name)
						case workflow.Pass:
							require.False(t, allowed && r != workflow.Verifier && r != workflow.Party, "only verifier and parties pass: %s", name)
						case workflow.GrantIt, workflow.Deny:
							require.False(t, allowed && r != workflow.Decider, "only the decider decides: %s", name)
						}
					}
				}
			}
		}
	}
	require.True(t, may("group_secretary", workflow.PartyGroup, workflow.Closer, workflow.Close, workflow.Major))
	require.False(t, may("group_member", workflow.PartyGroup, workflow.Closer, workflow.Close, workflow.Major), "major issues are closed by the head")
}

func TestPolicyFilesAreRefusedWithLineAndReason(t *testing.T) {
	const good = "p, inspector, *, inspecting, view, major\n"
	for name, c := range map[string]struct{ line, zh string }{
		"unknown post":      {"p, boss, branch, finder, edit, major", "没有“boss”这个职务"},
		"unknown level":     {"p, branch_secretary, village, finder, edit, major", "没有“village”这个层级"},
		"unknown relation":  {"p, branch_secretary, branch, friend, edit, major", "没有“friend”这种关系"},
		"unknown action":    {"p, branch_secretary, branch, finder, destroy, major", "没有“destroy”这个动作"},
		"unknown grade":     {"p, branch_secretary, branch, finder, edit, huge", "没有“huge”这个等级"},
		"post not there":    {"p, branch_secretary, party_group, finder, edit, major", "党组层级没有“支部书记”这个职务"},
		"administrator":     {"p, system_admin, *, finder, edit, major", "不得有业务权限"},
		"inspector writes":  {"p, inspector, *, inspecting, comment, major", "巡察员只能"},
		"inspector imports": {"p, inspector, *, within, import signs, major", "巡察员只能"},
		"other inspects":    {"p, branch_secretary, branch, inspecting, view, major", "巡察员只能"},
		"too few columns":   {"p, branch_secretary, branch, finder, edit", "应写作"},
		"a grouping line":   {"g, a, b, c, d, e", "应写作"},
		"empty column":      {"p, branch_secretary, branch, , edit, major", "不能为空"},
		"graded view":       {"p, branch_secretary, branch, involved, view, ordinary", "查看不分等级"},
		"half a view":       {"p, group_member, party_group, involved, view, major", "须同时写"},
		"view by verifying": {"p, group_member, party_group, verifier, view, major", "四种关系"},
		"import elsewhere":  {"p, branch_secretary, branch, finder, import, major", "不能写在一行"},
		"no quote":          {"p, \"branch_secretary, branch, finder, edit, major", "CSV"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(shippedModel, "own.csv", []byte("# 本单位\n"+good+c.line+"\n"))
			require.ErrorIs(t, err, workflow.ErrInvalid)
			require.ErrorContains(t, err, c.zh)
			if !strings.Contains(c.zh, "须同时写") && !strings.Contains(c.zh, "四种") && name != "no quote" {
				require.ErrorContains(t, err, "own.csv第3行")
			}
		})
	}
	_, err := New(shippedModel, "own.csv", []byte("# nothing\n"))
	require.ErrorIs(t, err, workflow.ErrInvalid)
	_, err = New([]byte("[matchers]\nm = nonsense("), "own.csv", []byte(good))
	require.ErrorIs(t, err, workflow.ErrInvalid)
	_, err = New([]byte(strings.Replace(string(shippedModel), "upto(r.grade, p.grade)", "upto(r.grade)", 1)), "own.csv", []byte(good))
	require.ErrorIs(t, err, workflow.ErrInvalid, "a matcher that fails is an error of the policy, not a silent no")
}

func TestAnOfficeLaysItsOwnFileOverTheShippedOne(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/policy.csv", []byte("p, inspector, *, inspecting, view, major\n"), 0o600))
	g, err := Load(dir)
	require.NoError(t, err)
	require.Len(t, g.Rules(), 1)
	_, ok := g.May("branch_secretary", workflow.Branch, workflow.Responsible, workflow.Accept, workflow.Ordinary)
	require.False(t, ok)
}

func testIssue() (workflow.Issue, workflow.Actor) {
	line := workflow.Lineage{{Org: 1, Level: workflow.WorkCommittee}, {Org: 2, Level: workflow.PartyGroup}, {Org: 3, Level: workflow.OrganCommittee}, {Org: 4, Level: workflow.Branch}}
	branch := line
	committee := workflow.Lineage{line[0], line[1], line[2]}
	i := workflow.Issue{Responsible: 4, Line: branch, Finder: 3, Assigner: 3, Verifier: 3, Closer: 3, Grade: workflow.Ordinary}
	by := workflow.Actor{Person: 7, Appointments: []workflow.Appointment{
		{Org: 4, Line: branch, Post: "branch_secretary"}, {Org: 3, Line: committee, Post: "committee_officer"},
	}}
	return i, by
}

func TestAllowNamesAppointmentRelationAndLine(t *testing.T) {
	g := shipped(t)
	i, by := testIssue()
	grant, ok := g.Allow(&by, workflow.Pass, &i, i.Grade)
	require.True(t, ok)
	require.Equal(t, workflow.Post("committee_officer"), grant.Appointment.Post)
	require.Equal(t, workflow.Verifier, grant.Relation)
	require.Regexp(t, `^policy\.csv:\d+$`, grant.Rule)
	_, ok = g.Allow(&by, workflow.Pass, &i, workflow.Major)
	require.False(t, ok, "an officer passes up to serious")
	other := workflow.Lineage{i.Line[0], i.Line[1], i.Line[2], {Org: 5, Level: workflow.Branch}}
	by.Appointments = []workflow.Appointment{{Org: 5, Line: other, Post: "branch_secretary"}}
	_, ok = g.Allow(&by, workflow.View, &i, i.Grade)
	require.False(t, ok, "another branch does not even see it")
	why := g.Explain(&by, workflow.Accept, &i, i.Grade)
	require.False(t, why.Allowed)
	require.NotEmpty(t, why.Would)
	require.Empty(t, why.Considered[0].Relations)
}

func BenchmarkAllow(b *testing.B) {
	g := shipped(b)
	i, by := testIssue()
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := g.Allow(&by, workflow.Pass, &i, i.Grade); !ok {
			b.Fatal("refused")
		}
	}
}

func BenchmarkCasbin(b *testing.B) {
	g := shipped(b)
	for b.Loop() {
		if ok, err := g.full.Enforce("committee_officer", "organ_committee", "verifier", "pass", "ordinary"); !ok || err != nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		shipped(b)
	}
}
