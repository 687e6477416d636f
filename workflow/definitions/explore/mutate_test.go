//go:build !race

// Many whole explorations one after the other: under the race detector they take ten minutes. The one of the shipped rules stays under it.

package explore_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/definitions/explore"
)

// outcome is what became of rules that were altered at random.
type outcome string

const (
	unread   outcome = "refused by the reader"
	light    outcome = "found: nobody may do an action"
	broken   outcome = "found: a claim is broken, or nobody can do an action"
	same     outcome = "harmless: the same answers and the same machine for every question"
	fewer    outcome = "harmless: fewer may do something, and every claim holds"
	more     outcome = "harmless: more may do something, and every claim holds"
	other    outcome = "harmless: some may do more and some less, and every claim holds"
	laxer    outcome = "harmless: the machine asks for less, and every claim holds"
	stricter outcome = "harmless: the machine lets less happen, and every claim holds"
)

// mutation is a change of one of the files.
type mutation struct {
	what    string
	policy  string // the altered policy.csv, "" as it was
	machine string // the altered file, "" for none
	body    string
}

var (
	grades    = []string{"ordinary", "serious", "major"}
	relations = []string{"finder", "responsible", "assisting", "assigner", "verifier", "party", "closer", "decider", "supervising", "person", "involved"}
	needs     = regexp.MustCompile(`needs: \[([^\]]+)\]`)
	levels    = regexp.MustCompile(`^(verify|close): .*`)
)

// mutate alters one line of the policy, or one of a machine.
func mutate(t *testing.T, random *rand.Rand) mutation {
	if random.IntN(3) > 0 {
		return mutatePolicy(shippedFile(t), random)
	}
	name := []string{"immediate", "standard", "major"}[random.IntN(3)]
	body, err := os.ReadFile("../" + name + ".yaml")
	require.NoError(t, err)
	return mutateMachine(name, string(body), random)
}

func mutatePolicy(policy string, random *rand.Rand) mutation {
	all := strings.Split(policy, "\n")
	n := random.IntN(len(all))
	for !strings.HasPrefix(all[n], "p,") {
		n = random.IntN(len(all))
	}
	was := all[n]
	cells := strings.Split(was, ",")
	switch random.IntN(4) {
	case 0:
		all[n] = "#" + was
	case 1: // widened by a relation
		cells[3] += " " + relations[random.IntN(len(relations))]
		all[n] = strings.Join(cells, ",")
	case 2: // an action dropped
		acts := strings.Fields(cells[4])
		cells[4] = " " + strings.Join(slices.Delete(acts, 0, 1), " ")
		all[n] = strings.Join(cells, ",")
	case 3: // another grade
		cells[5] = " " + grades[random.IntN(3)]
		all[n] = strings.Join(cells, ",")
	}
	return mutation{what: fmt.Sprintf("policy.csv:%d %s => %s", n+1, was, all[n]), policy: strings.Join(all, "\n")}
}

func mutateMachine(name, body string, random *rand.Rand) mutation {
	all := strings.Split(body, "\n")
	var at []int
	for n, line := range all {
		if needs.MatchString(line) || levels.MatchString(line) {
			at = append(at, n)
		}
	}
	n := at[random.IntN(len(at))]
	was := all[n]
	switch {
	case levels.MatchString(was): // a level lowered
		all[n] = strings.Replace(was, "party_group", "organ_committee", 1)
		if all[n] == was {
			all[n] = strings.Replace(was, "organ_committee", "general_branch", 1)
		}
	case random.IntN(4) == 0: // a line removed
		all[n] = "  #" + was
	default: // a need dropped
		list := strings.Split(needs.FindStringSubmatch(was)[1], ", ")
		k := random.IntN(len(list))
		all[n] = strings.Replace(was, needs.FindString(was), "needs: ["+strings.Join(slices.Delete(list, k, k+1), ", ")+"]", 1)
	}
	return mutation{what: fmt.Sprintf("%s.yaml:%d %s => %s", name, n+1, strings.TrimSpace(was), strings.TrimSpace(all[n])), machine: name, body: strings.Join(all, "\n")}
}

// cell is one question to the policy.
type cell struct {
	post     workflow.Post
	level    workflow.Level
	relation workflow.Relation
	action   workflow.Action
	grade    workflow.Grade
}

// difference asks both policies everything.
func difference(a, b *policies.Guard) (gained, lost []cell) {
	for _, post := range workflow.Posts() {
		for _, level := range post.Levels {
			for _, r := range workflow.AllRelations() {
				for _, act := range workflow.Actions() {
					for _, g := range workflow.Grades() {
						_, was := a.May(post.Post, level, r, act.Action, g)
						_, is := b.May(post.Post, level, r, act.Action, g)
						if c := (cell{post.Post, level, r, act.Action, g}); is && !was {
							gained = append(gained, c)
						} else if was && !is {
							lost = append(lost, c)
						}
					}
				}
			}
		}
	}
	return gained, lost
}

// judged says what becomes of a mutation. Grades whose answers did not change, and machines that did not, need not be gone through again.
func judged(t *testing.T, m mutation, base *policies.Guard, set *definitions.Set) outcome {
	guard, machines := base, set
	var err error
	if m.policy != "" {
		guard, err = base.With("policy.csv", []byte(m.policy))
	} else {
		machines, err = set.With(m.machine+".yaml", []byte(m.body))
	}
	if err != nil {
		require.ErrorIs(t, err, workflow.ErrInvalid)
		return unread
	}
	gained, lost := difference(base, guard)
	if m.policy != "" && len(gained)+len(lost) == 0 {
		return same
	}
	rules := rulesOf(machines.Machines(), guard)
	if len(definitions.Actions(machines, rules.May)) > 0 {
		return light
	}
	if m.policy != "" {
		for _, c := range append(slices.Clone(gained), lost...) {
			if !slices.Contains(rules.Grades, c.grade) {
				rules.Grades = append(rules.Grades, c.grade)
			}
		}
	} else {
		d, _ := machines.Machine(m.machine)
		rules.Machines = []*workflow.Definition{d}
	}
	v, err := explore.Check(t.Context(), rules)
	require.NoError(t, err)
	switch {
	case !v.Whole():
		return broken
	case m.policy == "" && strings.Contains(m.what, "=> #"):
		return stricter
	case m.policy == "":
		return laxer
	case len(gained) == 0:
		return fewer
	case len(lost) == 0:
		return more
	}
	return other
}

// Rules that are altered at random are found to be wrong, or are shown to be harmless, and it is said which and why. Eight are tried, and
// as many as RECTIFY_MUTATIONS says.
func TestMutationsAreFoundOrHarmless(t *testing.T) {
	tries := 8
	if n, err := strconv.Atoi(os.Getenv("RECTIFY_MUTATIONS")); err == nil {
		tries = n
	}
	base, err := policies.Shipped()
	require.NoError(t, err)
	set, err := definitions.Shipped()
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(2026, 11)) //nolint:gosec // so that it can be done again
	counts := make(map[outcome]int)
	for range tries {
		m := mutate(t, random)
		o := judged(t, m, base, set)
		counts[o]++
		t.Logf("%s: %s", o, m.what)
	}
	var told bytes.Buffer
	for o, n := range counts {
		fmt.Fprintf(&told, "%d %s; ", n, o)
	}
	t.Log(told.String())
	require.NotEmpty(t, counts)
	require.NoError(t, errors.Join(t.Context().Err()))
}
