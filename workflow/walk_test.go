package workflow_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rectify/workflow"
)

// walk is one issue on a random way, with what the test itself remembers of the round.
type walk struct {
	d        *workflow.Definition
	i        workflow.Issue
	now      time.Time
	data     []json.RawMessage
	rectify  map[workflow.PersonID]bool
	verify   map[workflow.PersonID]bool
	closed   map[workflow.PersonID]bool
	assigned bool // in this life: since it was found or given back
	judged   bool // passed or recorded since the round began or it was last sent back
}

// Random people try random steps on an issue; whatever is accepted keeps the rules. Ten thousand steps are taken for each machine,
// a hundred times as many with RECTIFY_SOAK=1.
func TestRandomWalksKeepTheRules(t *testing.T) {
	tries, want := 300, 10_000
	if os.Getenv("RECTIFY_SOAK") == "1" {
		tries, want = 30_000, 1_000_000
	}
	for _, name := range []string{"immediate", "standard", "major"} {
		t.Run(name, func(t *testing.T) {
			d := machine(t, name)
			taken, reached := 0, make(map[workflow.State]int)
			for taken < want {
				rapid.Check(t, func(t *rapid.T) {
					w := begin(t, d)
					for range tries {
						if w.i.State == workflow.Cancelled {
							w = begin(t, d)
						}
						if w.try(t) {
							taken++
							reached[w.i.State]++
						}
					}
				})
			}
			require.Equal(t, machine(t, name), d, "the definition is as it was")
			for _, state := range d.Uses[1:] {
				require.NotZero(t, reached[state], "the walk never came to %s", state)
			}
		})
	}
}

func begin(t *rapid.T, d *workflow.Definition) *walk {
	by := at(committeeLine, stranger)
	facts := workflow.Issue{Source: "audit", Detail: "账目不符", Finder: committee, FinderLine: committeeLine, Extra: map[string]string{"a": "b"}}
	c, err := workflow.NewIssue(d, workflow.Finding{ID: 1, Number: "SJ-1", Issue: facts, Draft: rapid.Bool().Draw(t, "draft")}, by, noon)
	require.NoError(t, err)
	w := &walk{d: d, i: c.Issue, now: noon}
	w.afresh()
	w.keep(t, c)
	return w
}

func (w *walk) afresh() {
	w.rectify, w.verify, w.closed = make(map[workflow.PersonID]bool), make(map[workflow.PersonID]bool), make(map[workflow.PersonID]bool)
	w.judged = false
}

// try draws a step and asks for it; it says whether the step was taken.
func (w *walk) try(t *rapid.T) bool {
	s, by := w.draw(t)
	before, was := w.i, copyJSON(t, w.i)
	c, err := workflow.Apply(w.d, w.i, s, by, w.now)
	require.Equal(t, was, copyJSON(t, before), "Apply changed what it was given")
	if err != nil {
		var f *workflow.Fault
		require.ErrorAs(t, err, &f, "%v", err)
		require.NotEmpty(t, f.Code)
		return false
	}
	w.remember(s.Action, &by, &c)
	w.rules(t, s.Action, &by, &c)
	w.keep(t, c)
	w.i = c.Issue
	if clock := &w.i.Clock; clock.Name != "" && clock.Until == "" { // as the engine does
		clock.Until = clock.From.Add(2)
		w.difference(t, &c.Issue, &w.i)
	}
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "hours")) * time.Hour)
	return true
}

// draw makes a step, more often than not one that the state knows, by somebody of the small city.
func (w *walk) draw(t *rapid.T) (workflow.Step, workflow.Actor) {
	col := w.aim(t)
	s := stepOf(col.do, col.of)
	today := workflow.DayOf(w.now)
	s.Due, s.NextReview = today.Add(rapid.IntRange(-1, 90).Draw(t, "due")), today.Add(rapid.IntRange(0, 90).Draw(t, "review"))
	s.Person = rapid.SampledFrom([]workflow.PersonID{0, 0, named, stranger, verifier}).Draw(t, "person")
	s.Grade = rapid.SampledFrom(workflow.Grades()).Draw(t, "grade")
	s.Measures[0].Person = rapid.SampledFrom([]workflow.PersonID{named, rectifier, closer}).Draw(t, "measure's person")
	s.Measure = rapid.IntRange(0, 2).Draw(t, "measure")
	line := rapid.SampledFrom([]workflow.Lineage{branchLine, branchLine, otherLine, committeeLine, rootLine}).Draw(t, "responsible")
	s.Responsible, s.Facts.Line = line.Last().Org, line
	s.Facts.Dates = w.i.Dates()
	s.Facts.Dates.Warn = "2026-06-20"
	s.Parties = rapid.SampledFrom([][]workflow.OrgID{nil, {beside}, {beside, root}}).Draw(t, "parties")
	if rapid.IntRange(0, 9).Draw(t, "bare") == 0 {
		s.Note, s.Evidence, s.Measures, s.Criteria = "", nil, nil, workflow.Criteria{}
	}
	by := at(w.place(t, col.do), rapid.SampledFrom([]workflow.PersonID{rectifier, verifier, closer, stranger, named, partner, absent}).Draw(t, "who"))
	by.As.Appointment.Post = rapid.SampledFrom([]workflow.Post{"committee_secretary", "group_member"}).Draw(t, "post")
	if rapid.IntRange(0, 9).Draw(t, "stands in") == 0 {
		by = standingIn(by, absent)
	}
	return s, by
}

// aim draws an action: half of the time one on the way to closed, else one that the state knows, now and then any.
func (w *walk) aim(t *rapid.T) column {
	onward := map[workflow.State]workflow.Action{
		workflow.Draft: workflow.Register, workflow.Found: workflow.Assign, workflow.Assigned: workflow.Accept, workflow.Planning: workflow.Plan,
		workflow.PlanReview: workflow.ApprovePlan, workflow.Rectifying: workflow.Submit, workflow.Lasting: workflow.Submit, workflow.Suspended: workflow.Resume,
		workflow.Verifying: workflow.Pass, workflow.Closing: workflow.Close, workflow.Publicized: workflow.Close, workflow.Closed: workflow.Reopen,
		workflow.Merged: workflow.Unmerge,
	}
	switch luck := rapid.IntRange(0, 19).Draw(t, "aim"); {
	case luck < 10:
		if w.i.State == workflow.Rectifying && slices.ContainsFunc(w.i.Measures, func(m workflow.Measure) bool { return !m.Done }) {
			return column{workflow.Finish, ""}
		}
		if _, ok := w.d.Arrow(w.i.State, onward[w.i.State], ""); !ok {
			return column{workflow.Publicize, ""}
		}
		return column{onward[w.i.State], ""}
	case luck < 19:
		arrow := rapid.SampledFrom(w.d.Possible(w.i.State)).Draw(t, "possible")
		return column{arrow.Do, arrow.Of}
	}
	return rapid.SampledFrom(columns()).Draw(t, "any")
}

// place is where the actor comes from: who judges comes from an org that judges, more often than not.
func (w *walk) place(t *rapid.T, do workflow.Action) workflow.Lineage {
	all := []workflow.Lineage{rootLine, groupLine, committeeLine, branchLine, otherLine, besideLine}
	if signers := w.i.Signers(); (do == workflow.Pass || do == workflow.ApprovePlan) && len(signers) > 0 && rapid.Bool().Draw(t, "party") {
		return lineOf(rapid.SampledFrom(signers).Draw(t, "signer"))
	}
	if do == workflow.Endorse && w.i.Closer != 0 {
		return lineOf(w.i.Closer)
	}
	return rapid.SampledFrom(all).Draw(t, "where")
}

// remember keeps the test's own account of who did what.
func (w *walk) remember(do workflow.Action, by *workflow.Actor, c *workflow.Change) {
	if do == workflow.Reopen {
		w.afresh()
	}
	for _, person := range by.Persons() {
		switch do {
		case workflow.Plan, workflow.Report, workflow.Attest, workflow.Finish, workflow.Submit:
			w.rectify[person] = true
		case workflow.Pass:
			w.verify[person] = true
		}
		if c.Issue.State == workflow.Closed && c.Before.State != workflow.Closed && do != workflow.Pass {
			w.closed[person] = true
		}
	}
	if before := c.Before.Person; do == workflow.Entrust && before != 0 && before != c.Issue.Person {
		w.rectify[before] = true
	}
	switch {
	case do == workflow.Record, do == workflow.Pass && c.Issue.State != c.Before.State:
		w.judged = true
	case do == workflow.Reject, do == workflow.Refuse:
		w.judged = false
	case do == workflow.Assign:
		w.assigned = true
	case do == workflow.Return:
		w.assigned = false
	}
}

// rules are what holds after every step, whoever took it.
func (w *walk) rules(t *rapid.T, do workflow.Action, by *workflow.Actor, c *workflow.Change) {
	i := &c.Issue
	steps := 1
	if !do.NeedsVersion() {
		steps = 0
	}
	require.Equal(t, w.i.Version+steps, i.Version)
	require.True(t, slices.Contains(w.d.Uses, i.State), "%q is no state of the machine", i.State)
	require.Equal(t, [2]workflow.State{w.i.State, i.State}, [2]workflow.State{c.Line.From, c.Line.To})
	for person := range w.verify {
		require.False(t, w.rectify[person], "%d rectified and verified", person)
		require.NotEqual(t, person, i.Person, "who verified is named")
	}
	for person := range w.closed {
		require.False(t, w.rectify[person] || w.verify[person], "%d closed and had another part", person)
	}
	if phase := i.State.Phase(); phase == workflow.PhaseRectify || phase == workflow.PhaseVerify || phase == workflow.PhaseClose {
		require.True(t, w.assigned, "%s without being assigned", i.State)
	}
	if i.State.Phase() == workflow.PhaseClose {
		require.True(t, w.judged, "%s without being verified", i.State)
	}
	if i.State == workflow.Verifying {
		require.True(t, slices.ContainsFunc(i.Evidence, func(e workflow.Evidence) bool { return e.Round == i.Round }), "verifying without evidence of the round")
	}
	if i.Responsible != 0 {
		require.NotEqual(t, i.Responsible, i.Verifier)
		require.NotEqual(t, i.Responsible, i.Closer)
		require.Equal(t, i.Responsible, i.Line.Last().Org)
	}
	if do == workflow.Pass || do == workflow.Close {
		require.NotEqual(t, i.Responsible, by.As.Appointment.Org, "an org judged its own")
	}
	if i.Request.Open() {
		require.False(t, i.State.End(), "%s with a request open", i.State)
		_, granted := w.d.Arrow(i.State, workflow.GrantIt, i.Request.Kind)
		_, denied := w.d.Arrow(i.State, workflow.Deny, i.Request.Kind)
		require.True(t, granted && denied, "a request that nobody can decide in %s", i.State)
		require.NotZero(t, i.Request.Decider)
	}
	require.Equal(t, i.State == workflow.Merged, i.MergedInto != 0)
	require.Equal(t, i.State == workflow.Closed, i.ClosedOn != "")
}

// keep adds the line of the change to the history and sees that the history tells the issue.
func (w *walk) keep(t *rapid.T, c workflow.Change) { w.difference(t, &c.Before, &c.Issue) }

func (w *walk) difference(t *rapid.T, before, after *workflow.Issue) {
	data, err := workflow.Diff(before, after)
	require.NoError(t, err)
	w.data = append(w.data, data)
	if len(w.data)%16 == 0 { // to fold all of it each time would take the longest
		folded, err := workflow.Fold(w.data...)
		require.NoError(t, err)
		require.Equal(t, copyJSON(t, *after), copyJSON(t, folded))
		whole, err := workflow.Diff(&workflow.Issue{}, after)
		require.NoError(t, err)
		w.data = []json.RawMessage{whole}
	}
}

func copyJSON(t *rapid.T, i workflow.Issue) string {
	text, err := json.Marshal(i)
	require.NoError(t, err)
	return string(text)
}
