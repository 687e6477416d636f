package simyear_test

import (
	"context"
	crand "crypto/rand"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// forgetful is a channel that gives a message another key whenever it goes out, so that its receiver cannot know that it came twice.
type forgetful struct{ remind.Channel }

// Send sends the message under a key of the moment.
func (f forgetful) Send(ctx context.Context, d remind.Delivery) error {
	d.Key = crand.Text()
	return f.Channel.Send(ctx, d)
}

// A judge that finds nothing may be blind. So things are broken on purpose in what a few weeks have left behind, one at a time, and each
// time the judge has to see it; and a deliverer that ignores the key is seen for what it is.
func TestTheJudgeSees(t *testing.T) {
	t.Parallel()
	y := newYear(t, storetest.SQLite(t), 7, tiny())
	y.live()
	require.Empty(t, y.judge().complaints, "nothing is broken yet")
	for name, broken := range breaks(y) {
		e := y.gather()
		broken(e)
		require.NotEmpty(t, y.world.judge(y, e).complaints, name)
	}
	other := y.world
	other.before = maps.Clone(y.before)
	other.before["2026-06-24"] = false
	require.NotEmpty(t, other.judge(y, y.gather()).complaints, "a date on a day off")
	other = y.world
	other.runs = slices.Delete(slices.Clone(y.runs), 10, 11)
	require.NotEmpty(t, other.judge(y, y.gather()).complaints, "a run on a day on which nothing ran")

	y.post.lose = 4
	y.distort = func(c remind.Channel) remind.Channel { return forgetful{c} }
	for n := range y.replicas {
		y.replicas[n].kill()
		y.replicas[n] = nil
	}
	y.until = y.until.Add(14)
	y.day = y.day.Add(1)
	y.live()
	complaints := y.judge().complaints
	require.NotEmpty(t, complaints)
	for _, complaint := range complaints {
		require.Regexp(t, `^\d+ sees \d+ (mails|messages) of`, complaint, "nothing else is wrong")
	}
}

// breaks are ways in which things could have gone wrong.
func breaks(y *year) map[string]func(e *evidence) {
	some := func(e *evidence, news bool) (workflow.IssueID, int) {
		for _, id := range slices.Sorted(maps.Keys(e.owed)) {
			for n, r := range e.owed[id] {
				if r.unreminded == news && r.told == r.on {
					return id, n
				}
			}
		}
		require.Fail(y.t, "nothing is owed")
		return 0, 0
	}
	owed := func(change func(e *evidence, id workflow.IssueID, n int)) func(*evidence) {
		return func(e *evidence) {
			id, n := some(e, false)
			change(e, id, n)
		}
	}
	anyDigest := func(e *evidence) personDay {
		for _, who := range slices.SortedFunc(maps.Keys(e.digests), func(a, b personDay) int { return int(a.person - b.person) }) {
			if y.town.mails[who.person] {
				return who
			}
		}
		return personDay{}
	}
	return map[string]func(e *evidence){
		"a rung owed twice": owed(func(e *evidence, id workflow.IssueID, n int) { e.owed[id] = append(e.owed[id], e.owed[id][n]) }),
		"a rung owed under another name": owed(func(e *evidence, id workflow.IssueID, n int) {
			r := e.owed[id][n]
			r.rung += "1"
			e.owed[id] = append(e.owed[id], r)
		}),
		"a reminder that was forgotten":   owed(func(e *evidence, id workflow.IssueID, n int) { e.owed[id] = slices.Delete(e.owed[id], n, n+1) }),
		"a reminder that came a day late": owed(func(e *evidence, id workflow.IssueID, n int) { e.owed[id][n].on = e.owed[id][n].on.Add(1) }),
		"a reminder that was never told":  owed(func(e *evidence, id workflow.IssueID, n int) { e.owed[id][n].told = "9999-12-31" }),
		"somebody else was told":          owed(func(e *evidence, id workflow.IssueID, n int) { e.owed[id][n].person = y.town.orgs[0].held(y)[0] }),
		"news that nobody heard": func(e *evidence) {
			id, n := some(e, true)
			e.owed[id] = slices.Delete(e.owed[id], n, n+1)
		},
		"two digests on a day":            func(e *evidence) { e.digests[anyDigest(e)]++ },
		"a digest that was not sent":      func(e *evidence) { e.papers[anyDigest(e)][0].state = string(store.MessageWaiting) },
		"a message too many":              func(e *evidence) { who := anyDigest(e); e.papers[who] = append(e.papers[who], e.papers[who][0]) },
		"a digest that leaves a line out": func(e *evidence) { leaveOut(e) },
		"a mail that never came":          func(e *evidence) { e.letters = e.letters[1:] },
		"a mail under two ids":            func(e *evidence) { e.letters = append(e.letters, e.letters[0]) },
		"a note that never came":          func(e *evidence) { e.notes = e.notes[1:] },
		"a note under two ids":            func(e *evidence) { e.notes = append(e.notes, e.notes[0]) },
		"a robot with wrong figures":      func(e *evidence) { e.written[y.runs[len(y.runs)-1]][0].subject = "超期0项" },
		"a draw that nobody held":         func(e *evidence) { e.held[y.drawn[0].id] = e.held[y.drawn[0].id][:1] },
		"a draw that was held twice":      func(e *evidence) { e.held[y.drawn[0].id] = append(e.held[y.drawn[0].id], e.held[y.drawn[0].id][1]) },
		"a draw that drew otherwise":      func(e *evidence) { drawOtherwise(y, &e.held[y.drawn[0].id][1]) },
		"a draw that was held too late": func(e *evidence) {
			e.held[y.drawn[0].id][1].At = e.held[y.drawn[0].id][1].At.AddDate(0, 0, 4)
		},
		"a digest on a day off": func(e *evidence) {
			e.digests[personDay{anyDigest(e).person, "2026-06-21"}] = 1
		},
	}
}

// held are the administrators of an org, who are to hear of no issue.
func (o *org) held(y *year) []workflow.PersonID { return y.town.in(o.ID, y.day, "system_admin") }

// drawOtherwise has a draw leave an issue out, or take one that is none.
func drawOtherwise(y *year, line *workflow.Line) {
	var said drawLine
	require.NoError(y.t, json.Unmarshal(line.Data, &said))
	if len(said.Population) > 0 {
		said.Population = said.Population[1:]
	} else {
		said.Population = []string{"XC-0-2026-0001"}
	}
	var err error
	line.Data, err = json.Marshal(said)
	require.NoError(y.t, err)
}

func leaveOut(e *evidence) {
	for _, papers := range e.papers {
		for n := range papers {
			if len(papers[n].lines) > 0 {
				papers[n].lines = papers[n].lines[1:]
				return
			}
		}
	}
}
