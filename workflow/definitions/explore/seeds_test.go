//go:build !race

// Many whole explorations one after the other: under the race detector they take ten minutes. The one of the shipped rules stays under it.

package explore_test

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/definitions/explore"
)

// seed is a fault that is put into the rules on purpose.
type seed struct {
	machine string
	grade   workflow.Grade
	policy  func(string) string          // alters policy.csv
	alter   func(d *workflow.Definition) // alters the machine, past its reader
	apply   func(rule) rule              // alters what Go code decides
	want    []explore.Claim              // that must break
	nobody  workflow.Action              // that must be without anybody
	tells   string                       // what the story must say
}

// rule is the signature of workflow.Apply.
type rule func(d *workflow.Definition, i workflow.Issue, s workflow.Step, by workflow.Actor, at time.Time) (workflow.Change, error)

// lines rewrites the lines of a policy that match.
func lines(match string, rewrite func(string) string) func(string) string {
	re := regexp.MustCompile(match)
	return func(policy string) string {
		all := strings.Split(policy, "\n")
		for n, line := range all {
			if strings.HasPrefix(line, "p,") && re.MatchString(line) {
				all[n] = rewrite(line)
			}
		}
		return strings.Join(all, "\n")
	}
}

func without(word string) func(string) string {
	re := regexp.MustCompile(`([ ,])` + word + `\b`)
	return func(line string) string { return re.ReplaceAllString(line, "$1") }
}

// forget is Apply with the issue made to forget something before it is asked.
func forget(what func(i *workflow.Issue, s *workflow.Step, by *workflow.Actor)) func(rule) rule {
	return func(apply rule) rule {
		return func(d *workflow.Definition, i workflow.Issue, s workflow.Step, by workflow.Actor, at time.Time) (workflow.Change, error) {
			what(&i, &s, &by)
			return apply(d, i, s, by, at)
		}
	}
}

// afterwards is Apply with something done to the issue after it.
func afterwards(what func(was, is *workflow.Issue, s *workflow.Step)) func(rule) rule {
	return func(apply rule) rule {
		return func(d *workflow.Definition, i workflow.Issue, s workflow.Step, by workflow.Actor, at time.Time) (workflow.Change, error) {
			c, err := apply(d, i, s, by, at)
			what(&i, &c.Issue, &s)
			return c, err
		}
	}
}

// need takes a need out of an action.
func noNeed(do workflow.Action, need workflow.Need) func(d *workflow.Definition) {
	return func(d *workflow.Definition) {
		for n := range d.Arrows {
			if d.Arrows[n].Do == do {
				d.Arrows[n].Needs = slices.DeleteFunc(slices.Clone(d.Arrows[n].Needs), func(x workflow.Need) bool { return x == need })
			}
		}
	}
}

// no takes an action out of a state.
func no(do workflow.Action, of workflow.RequestKind, from workflow.State) func(d *workflow.Definition) {
	return func(d *workflow.Definition) {
		for n := range d.Arrows {
			if d.Arrows[n].Do == do && d.Arrows[n].Of == of {
				d.Arrows[n].From = slices.DeleteFunc(slices.Clone(d.Arrows[n].From), func(x workflow.State) bool { return x == from })
			}
		}
	}
}

func noDeeds(duty workflow.Duty) func(i *workflow.Issue, _ *workflow.Step, _ *workflow.Actor) {
	return func(i *workflow.Issue, _ *workflow.Step, _ *workflow.Actor) {
		i.Deeds = slices.DeleteFunc(slices.Clone(i.Deeds), func(x workflow.Deed) bool { return x.Duty == duty })
	}
}

// seeds are the faults that must be found, one by one.
func seeds() map[string]seed {
	standard := func(s seed) seed { s.machine, s.grade = "standard", workflow.Serious; return s }
	major := func(s seed) seed { s.machine, s.grade = "major", workflow.Major; return s }
	return map[string]seed{
		"the part in rectifying is not looked at when a result is judged": standard(seed{
			apply: forget(func(i *workflow.Issue, s *workflow.Step, by *workflow.Actor) {
				if s.Action == workflow.Pass {
					noDeeds(workflow.DutyRectify)(i, s, by)
				}
			}), want: []explore.Claim{explore.RectifyVerify}, tells: "罗敏，"}),
		"who verified may rectify again after a refusal": standard(seed{
			apply: forget(func(i *workflow.Issue, s *workflow.Step, by *workflow.Actor) {
				if s.Action == workflow.Report {
					noDeeds(workflow.DutyVerify)(i, s, by)
				}
			}), want: []explore.Claim{explore.RectifyVerify}, tells: "填报进展"}),
		"who verified may close": standard(seed{
			policy: lines(`group_secretary`, func(l string) string { return l }),
			apply: forget(func(i *workflow.Issue, s *workflow.Step, by *workflow.Actor) {
				if s.Action == workflow.Close {
					noDeeds(workflow.DutyVerify)(i, s, by)
				}
			}), want: []explore.Claim{explore.VerifyClose}, tells: "批准销号"}),
		"an organisation may verify its own": standard(seed{
			policy: func(p string) string { return p + "\np, branch_secretary, branch, responsible, pass, major\n" },
			alter:  noNeed(workflow.Pass, workflow.NeedCountersign),
			apply: func(apply rule) rule {
				return func(d *workflow.Definition, i workflow.Issue, s workflow.Step, by workflow.Actor, at time.Time) (workflow.Change, error) {
					if s.Action == workflow.Pass && by.As.Appointment.Org == i.Responsible {
						i.Responsible = 0
						c, err := apply(d, i, s, by, at)
						c.Before.Responsible, c.Issue.Responsible = by.As.Appointment.Org, by.As.Appointment.Org
						return c, err
					}
					return apply(d, i, s, by, at)
				}
			}, want: []explore.Claim{explore.OwnOrg}, tells: "替自己的单位"}),
		"who holds a post in the responsible organisation may verify by another": standard(seed{
			apply: forget(func(_ *workflow.Issue, _ *workflow.Step, by *workflow.Actor) { by.Appointments = by.Appointments[:1] }),
			want:  []explore.Claim{explore.OwnOrg}, tells: "也在"}),
		"a state without a way out": standard(seed{
			alter: func(d *workflow.Definition) {
				no(workflow.Resume, "", workflow.Suspended)(d)
			}, want: []explore.Claim{explore.NoEnd}, tells: "再也走不到销号"}),
		"a state whose way out nobody has": standard(seed{
			policy: lines(`close`, without("close")), want: []explore.Claim{explore.NoEnd}, nobody: workflow.Close}),
		"an action that nobody has": standard(seed{policy: lines(`resume`, without("resume")), nobody: workflow.Resume, want: []explore.Claim{explore.NoEnd}}),
		"a request decided by who asked": standard(seed{
			policy: func(p string) string { return p + "\np, committee_deputy, organ_committee, verifier, request, major\n" },
			apply:  forget(func(i *workflow.Issue, _ *workflow.Step, _ *workflow.Actor) { i.Request.Askers = nil }),
			want:   []explore.Claim{explore.OwnRequest}, tells: "审批自己提的申请"}),
		"a request that nobody may deny": standard(seed{policy: lines(`deny`, without("deny")), nobody: workflow.Deny, want: []explore.Claim{explore.Undecided}}),
		"a request that cannot be decided where the issue has come to": standard(seed{
			alter: no(workflow.GrantIt, workflow.Suspension, workflow.Lasting), want: []explore.Claim{explore.Undecided}}),
		"a stand-in as a way around": standard(seed{
			apply: forget(func(_ *workflow.Issue, _ *workflow.Step, by *workflow.Actor) {
				all := slices.Clone(by.Appointments)
				for n := range all {
					all[n].For = 0
				}
				by.Appointments = all
			}), want: []explore.Claim{explore.RectifyVerify}, tells: "陈立"}),
		"a need dropped: evidence": standard(seed{alter: noNeed(workflow.Submit, workflow.NeedEvidence), want: []explore.Claim{explore.Unshown}, tells: "没有本轮的佐证材料"}),
		"a reopened round that counts the evidence of the last": standard(seed{
			apply: forget(func(i *workflow.Issue, _ *workflow.Step, _ *workflow.Actor) {
				i.Evidence = slices.Clone(i.Evidence)
				for n := range i.Evidence {
					i.Evidence[n].Round = i.Round
				}
			}), want: []explore.Claim{explore.Unshown}, tells: "重启"}),
		"a transfer that forgets who rectified": standard(seed{
			apply: afterwards(func(_, is *workflow.Issue, s *workflow.Step) {
				if s.Action == workflow.Transfer {
					is.Deeds = nil
				}
			}), want: []explore.Claim{explore.RectifyVerify}, tells: "转办"}),
		"a hand-over that forgets who was named": standard(seed{
			apply: afterwards(func(was, is *workflow.Issue, s *workflow.Step) {
				if s.Action == workflow.Entrust {
					is.Deeds = was.Deeds
				}
			}), want: []explore.Claim{explore.RectifyVerify}, tells: "移交责任人"}),
		"a merge undone that forgets who rectified": standard(seed{
			apply: afterwards(func(_, is *workflow.Issue, s *workflow.Step) {
				if s.Action == workflow.Unmerge {
					is.Deeds = nil
				}
			}), want: []explore.Claim{explore.RectifyVerify}, tells: "撤销并案"}),
		"a judgement skipped": standard(seed{
			alter: func(d *workflow.Definition) {
				for n := range d.Arrows {
					if d.Arrows[n].Do == workflow.Submit {
						d.Arrows[n].To = workflow.Closing
					}
				}
			}, want: []explore.Claim{explore.Skipped}}),
		"a countersign missing": major(seed{alter: noNeed(workflow.Pass, workflow.NeedCountersign), want: []explore.Claim{explore.Unsigned}, tells: "没有会签"}),
		"no party needed": major(seed{
			alter: noNeed(workflow.Assign, workflow.NeedParties),
			apply: forget(func(_ *workflow.Issue, s *workflow.Step, _ *workflow.Actor) { s.Parties = nil }), want: []explore.Claim{explore.Unsigned}}),
		"one person says yes for two": major(seed{
			apply: forget(func(i *workflow.Issue, _ *workflow.Step, _ *workflow.Actor) {
				i.Signs = slices.Clone(i.Signs)
				for n := range i.Signs {
					i.Signs[n].Person, i.Signs[n].For = 0, 0
				}
			}), want: []explore.Claim{explore.OneYes}, tells: "代表两家"}),
	}
}

func shippedFile(t testing.TB) string {
	t.Helper()
	body, err := os.ReadFile("../../../policies/policy.csv")
	require.NoError(t, err)
	return string(body)
}

// rules are the shipped ones with the fault in them; one machine and grade are enough to find it.
func (s seed) rules(t *testing.T) explore.Rules {
	t.Helper()
	policy := shippedFile(t)
	if s.policy != nil {
		policy = s.policy(policy)
	}
	base, err := policies.Shipped()
	require.NoError(t, err)
	guard, err := base.With("policy.csv", []byte(policy))
	require.NoError(t, err)
	set, err := definitions.Shipped()
	require.NoError(t, err)
	d, _ := set.Machine(s.machine)
	if s.alter != nil {
		altered := *d
		altered.Arrows = slices.Clone(d.Arrows)
		s.alter(&altered)
		d, err = workflow.NewDefinition(altered)
		require.NoError(t, err)
	}
	rules := rulesOf([]*workflow.Definition{d}, guard)
	rules.Grades = []workflow.Grade{s.grade}
	if s.apply != nil {
		rules.Apply = s.apply(workflow.Apply)
	}
	return rules
}

// Each fault is found, and told as a story that begins with a problem that is written down and ends with what may not happen.
func TestSeededFaultsAreFound(t *testing.T) {
	for name, s := range seeds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := s.rules(t)
			rules.Until = s.want
			v, err := explore.Check(t.Context(), rules)
			require.NoError(t, err)
			require.False(t, v.Whole())
			var told bytes.Buffer
			for _, p := range v.Proofs {
				if p.Story == nil {
					require.NotContains(t, s.want, p.Claim, "not found: %s", p.Claim.Text())
					continue
				}
				told.WriteString(p.Story.Text().Zh)
				for _, step := range p.Story.Steps {
					told.WriteString("\n  " + step.Text.Zh)
				}
				told.WriteString("\n")
			}
			require.Contains(t, told.String(), s.tells)
			require.NotContains(t, told.String(), "%!")
			if s.nobody != "" {
				require.True(t, slices.ContainsFunc(v.Nobody, func(c explore.Crossing) bool { return c.Action == s.nobody }))
			}
		})
	}
}
