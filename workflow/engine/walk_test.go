package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// walk is a random walk: anybody asks for anything about any issue.
type walk struct {
	*office
	rnd     *rand.Rand
	actors  []workflow.Actor
	ids     []workflow.IssueID
	taken   map[workflow.IssueID]int // lines by issue
	counted map[string]int           // outcomes
}

// Anybody asks for anything, well or badly filled in. Whatever happens, histories are whole and tell of the issues as they are, lists
// and counts agree with them, and no round has a person in two of the parts that are kept apart.
func TestRandomSteps(t *testing.T) {
	steps := 2000
	if os.Getenv("RECTIFY_SOAK") == "1" {
		steps = 100_000
	}
	each(t, func(t *testing.T, o *office) {
		seed := rand.Uint64() //nolint:gosec // a test wants any walk, and says which it was
		t.Logf("seed %d", seed)
		w := &walk{office: o, rnd: rand.New(rand.NewPCG(seed, 1)), taken: map[workflow.IssueID]int{}, counted: map[string]int{}} //nolint:gosec // as above
		w.begin()
		for n := range steps {
			w.step()
			if n%100 == 99 {
				o.now = o.now.AddDate(0, 0, 1)
				if n%200 == 199 {
					w.again()
				}
			}
		}
		t.Logf("%v", w.counted)
		require.Greater(t, w.counted["accepted"], steps/8)
		w.holds()
	})
}

func (w *walk) begin() {
	for _, account := range w.staff() {
		w.actors = append(w.actors, w.actor(account))
	}
	for n, org := range []string{"0101", "0102", "0104", "0201", "0311", "0100", "00", "03"} {
		f := engine.Finding{Org: w.org("00").ID, Detail: fmt.Sprint("问题", n), Source: "inspection", Responsible: w.org(org).ID, Draft: n%3 == 0}
		id := w.find("zhouqm", f).ID
		w.ids = append(w.ids, id)
		w.taken[id] = 1
	}
}

func pick[T any](w *walk, from []T) T { return from[w.rnd.IntN(len(from))] }

// step takes an offered step with suitable input most of the time, and anything at all otherwise.
func (w *walk) step() {
	id := pick(w, w.ids)
	for range 8 {
		by := w.actor(pick(w, w.actors).Account) // as appointments stand on the day
		view, err := w.Issue(w.ctx, by, id)
		if err != nil {
			fault(w.t, err, workflow.ErrNotFound, "no_such_issue")
			w.counted["hidden"]++
			continue
		}
		b, onward := w.choose(view.Offers)
		if !onward && w.rnd.IntN(4) > 0 {
			continue
		}
		s := pick(w, w.suitable(&view.Issue, b))
		s.Other = pick(w, w.ids)
		if w.rnd.IntN(6) == 0 {
			s.Person, s.Due = pick(w, w.actors).Person, w.Today().Add(w.rnd.IntN(60)-20)
		}
		w.send(by, &view.Issue, s)
		return
	}
}

// choose picks an offered step, one that leads on if there is any; now and then any step at all.
func (w *walk) choose(offers []engine.Offer) (b asked, onward bool) {
	if len(offers) == 0 || w.rnd.IntN(8) == 0 {
		return pick(w, buttons()), true
	}
	aside := []workflow.Action{workflow.Comment, workflow.Urge, workflow.Supervise, workflow.Escalate, workflow.Merge, workflow.Unmerge, workflow.Return,
		workflow.Transfer, workflow.Ask, workflow.Edit, workflow.Report, workflow.Attest, workflow.Withdraw, workflow.Reopen}
	on := slices.DeleteFunc(slices.Clone(offers), func(x engine.Offer) bool { return slices.Contains(aside, x.Action) })
	x := pick(w, offers)
	if len(on) > 0 && w.rnd.IntN(6) > 0 {
		x = pick(w, on)
	}
	b = asked{do: x.Action}
	if x.Action == workflow.Ask {
		b.of = x.Request
	}
	return b, len(on) > 0
}

// send takes the step, sometimes on a version of the past, and counts what comes of it.
func (w *walk) send(by workflow.Actor, i *workflow.Issue, s workflow.Step) {
	version := i.Version - w.rnd.IntN(8)/7
	after, err := w.Do(w.ctx, by, i.ID, version, "", s)
	if f, ok := errors.AsType[*workflow.Fault](err); ok {
		w.counted[f.Kind.Error()]++
		return
	}
	require.NoError(w.t, err, "%s by %s on %s", s.Action, by.Account, i.State)
	w.counted["accepted"]++
	w.counted["→"+string(after.State)]++
	w.taken[i.ID]++
	if s.Action == workflow.Merge {
		w.taken[s.Other]++
	}
	if s.Action == workflow.Unmerge {
		w.taken[i.MergedInto]++
	}
	w.apart(&after)
}

// again writes another problem down, so that there is always something to do.
func (w *walk) again() {
	f := engine.Finding{Org: w.org("00").ID, Detail: fmt.Sprint("问题", len(w.ids)), Source: "audit", Responsible: w.org("0103").ID}
	id := w.find("hejing", f).ID
	w.ids = append(w.ids, id)
	w.taken[id] = 1
}

// apart sees that nobody judged what they rectified.
func (w *walk) apart(i *workflow.Issue) {
	for _, deed := range i.Deeds {
		for _, other := range i.Deeds {
			apart := deed.Duty == workflow.DutyRectify && other.Duty != workflow.DutyRectify
			// One act verifies and closes an issue that is put right at once.
			apart = apart || i.Machine != "immediate" && deed.Duty == workflow.DutyVerify && other.Duty == workflow.DutyClose
			require.False(w.t, apart && deed.Person == other.Person, "%s: %v and %v", i.Number, deed, other)
		}
	}
}

// holds sees that everything agrees at the end.
func (w *walk) holds() {
	byState := map[workflow.State]int{}
	for _, id := range w.ids {
		require.Len(w.t, w.chainHolds(id), w.taken[id], "a line for each step and no other")
		i, err := w.db.Issue(w.ctx, id)
		require.NoError(w.t, err)
		byState[i.State]++
		require.Equal(w.t, i.State == workflow.Merged, i.MergedInto != 0)
		require.Equal(w.t, i.State == workflow.Closed, i.ClosedOn != "" && i.State == workflow.Closed)
		for _, a := range i.Absorbed {
			w.absorbed(id, a)
		}
	}
	counts, err := w.Counts(w.ctx, w.actor("zhouqm"), engine.Filter{}, 0)
	require.NoError(w.t, err)
	for state, n := range byState {
		require.Equal(w.t, n, counts.ByState[state], state)
	}
	require.Equal(w.t, len(w.ids), counts.Total)
	_, err = w.db.Replay(w.ctx, func(store.Replayed) {}, func(d store.Difference) error { return fmt.Errorf("%+v", d) })
	require.NoError(w.t, err)
	w.scopesHold()
}

// absorbed sees that what an issue says it took up is where it went: by itself, or with another that had taken it up before.
func (w *walk) absorbed(into workflow.IssueID, a workflow.Absorbed) {
	way := w.cameTo(a.Issue)
	if a.Via == 0 {
		require.Equal(w.t, into, way[0])
		return
	}
	require.Contains(w.t, way, a.Via)
	require.Equal(w.t, into, w.read(a.Via).MergedInto)
}

// cameTo is where an issue has gone: what it was merged into, what that was merged into, and so on.
func (w *walk) cameTo(id workflow.IssueID) []workflow.IssueID {
	var way []workflow.IssueID
	for id = w.read(id).MergedInto; id != 0 && !slices.Contains(way, id); id = w.read(id).MergedInto {
		way = append(way, id)
	}
	return way
}

// scopesHold sees for everyone that their list is what they may look at.
func (w *walk) scopesHold() {
	for _, known := range w.actors {
		by := w.actor(known.Account)
		var listed []workflow.IssueID
		for _, i := range w.all(by.Account, store.Filter{}) {
			listed = append(listed, i.ID)
		}
		for _, id := range w.ids {
			_, err := w.Issue(w.ctx, by, id)
			require.Equal(w.t, err == nil, slices.Contains(listed, id), by.Account)
		}
	}
}
