package definitions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

// Whatever an office writes, what loads can be relied on: no step on it makes Apply fail other than by refusing, no issue is closed
// without having been assigned and judged, and none ends or waits with a request that nobody can decide.
func TestWhatLoadsKeepsTheRules(t *testing.T) {
	texts := []string{body(t, "immediate"), body(t, "standard"), body(t, "major")}
	loaded, altered := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(texts).Draw(t, "machine")
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			text = alter(t, text)
		}
		d, err := definitions.Parse("office.yaml", []byte(text))
		if err != nil {
			require.ErrorIs(t, err, workflow.ErrInvalid)
			return
		}
		loaded++
		if !slices.Contains(texts, text) {
			altered++
		}
		for range 300 {
			roam(t, d)
		}
	})
	t.Logf("%d loaded, %d of them altered", loaded, altered)
	require.NotZero(t, altered, "of %d that loaded none was an office's own", loaded)
}

// alter changes one thing of one action: a need, a state, where it leads, its clock, or the action itself.
func alter(t *rapid.T, text string) string {
	lines := strings.Split(text, "\n")
	var actions []int
	for n, line := range lines {
		if strings.HasPrefix(line, "  - {do:") {
			actions = append(actions, n)
		}
	}
	n := rapid.SampledFrom(actions).Draw(t, "line")
	line := lines[n]
	part := rapid.SampledFrom([]string{"from: [", "needs: ["}).Draw(t, "part")
	head, rest, _ := strings.Cut(line, part)
	list, tail, _ := strings.Cut(rest, "]")
	words := slices.DeleteFunc(strings.Split(list, ", "), func(w string) bool { return w == "" })
	switch rapid.IntRange(0, 4).Draw(t, "how") {
	case 0:
		if len(words) > 0 {
			w := rapid.IntRange(0, len(words)-1).Draw(t, "word")
			words = slices.Delete(words, w, w+1)
		}
	case 1:
		vocabulary := []string{"note", "reason", "no_open_request", "evidence", "criteria", "measure", "other", "endorsement", "due", "attachment", "clock_over"}
		if part == "from: [" {
			vocabulary = []string{"found", "assigned", "planning", "plan_review", "rectifying", "lasting", "suspended", "verifying", "closing", "closed", "merged"}
		}
		words = append(words, rapid.SampledFrom(vocabulary).Draw(t, "new"))
	case 2:
		if before, after, ok := strings.Cut(tail, "to: "); ok {
			_, after, _ = strings.Cut(after, ",")
			tail = before + "to: " + rapid.SampledFrom([]string{"same", "found", "rectifying", "lasting", "planning", "verifying", "closing", "closed", "before"}).Draw(t, "to") + "," + after
		}
	case 3:
		lines[n] = "  #" + line
		return strings.Join(lines, "\n")
	case 4:
		return strings.Replace(text, ", no_open_request", "", 1)
	}
	lines[n] = head + part + strings.Join(words, ", ") + "]" + tail
	return strings.Join(lines, "\n")
}

// roam takes an issue through the machine by bare steps, with everything filled in and with nothing.
func roam(t *rapid.T, d *workflow.Definition) {
	const org, above = 4, 3
	line := workflow.Lineage{{Org: 2, Level: workflow.WorkCommittee}, {Org: above, Level: workflow.OrganCommittee}, {Org: org, Level: workflow.Branch}}
	now := time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)
	i := workflow.Issue{ID: 1, Round: 1, State: workflow.Draft, Machine: d.Machine, Detail: "问题", Source: "audit", Line: line, FinderLine: line, Due: "2026-12-31"}
	assigned, judged := false, false
	for n := range 25 {
		possible := d.Possible(i.State)
		if len(possible) == 0 {
			return
		}
		arrow := possible[rapid.IntRange(0, len(possible)-1).Draw(t, "arrow")]
		s := step(arrow, line)
		if rapid.IntRange(0, 4).Draw(t, "bare") == 0 {
			s = workflow.Step{Action: arrow.Do, Request: arrow.Of}
		}
		by := workflow.Actor{Person: workflow.PersonID(100 + n)}
		by.As.Appointment.Org = workflow.OrgID(rapid.IntRange(2, 5).Draw(t, "org"))
		c, err := workflow.Apply(d, i, s, by, now)
		if err != nil {
			continue
		}
		assigned = assigned || s.Action == workflow.Assign
		if s.Action == workflow.Return {
			assigned = false
		}
		judged = judged || s.Action == workflow.Pass || s.Action == workflow.Record
		if s.Action == workflow.Reopen {
			judged = false
		}
		i = c.Issue
		require.True(t, slices.Contains(d.Uses, i.State), "%q is no state of the machine", i.State)
		require.False(t, i.State.Phase() == workflow.PhaseClose && (!assigned || !judged), "%s by %s without being assigned and judged", i.State, s.Action)
		if i.Request.Open() {
			_, granted := d.Arrow(i.State, workflow.GrantIt, i.Request.Kind)
			_, denied := d.Arrow(i.State, workflow.Deny, i.Request.Kind)
			require.True(t, granted && denied, "nobody can decide the request in %s", i.State)
		}
	}
}

func step(arrow *workflow.Arrow, line workflow.Lineage) workflow.Step {
	return workflow.Step{
		Action: arrow.Do, Request: arrow.Of, Note: "理由已经写得足够长了吧", Basis: "会议纪要", Responsible: line.Last().Org, Due: "2027-01-31",
		Kind: workflow.KindTimed, Grade: workflow.Serious, Parties: []workflow.OrgID{5}, Measure: 1, Other: 2, StageGoal: "见效", NextReview: "2026-12-31",
		Measures: []workflow.Measure{{Text: "整改", Person: 9, Due: "2026-12-01"}}, Evidence: []workflow.Evidence{{Text: "照片"}},
		Criteria:  workflow.Criteria{MeasuresDone: true, ViolationsDone: true, EffectReached: true, SameKindSought: true, MechanismBuilt: true},
		Condition: "到位", Document: workflow.Document{Number: "1", File: "f"},
		Facts: workflow.Facts{Line: line, Other: &workflow.Issue{ID: 2, State: workflow.Rectifying}},
	}
}
