package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// crowd lives in a city of its own and does things at random.
type crowd struct {
	t    *testing.T
	rand *rand.Rand
	db   *store.DB
	mu   sync.Mutex
	ids  []workflow.IssueID
	now  time.Time // goes on with each act
}

func newCrowd(t *testing.T, db *store.DB) *crowd {
	city(t, db)
	require.NoError(t, db.PutOrgs(t.Context(), []store.Org{org(8, 6, 2)}, orgLine))
	return &crowd{t: t, db: db, rand: rand.New(rand.NewPCG(1, 2)), now: at}
}

// dated is a decision at the moment that it is for the crowd.
func (c *crowd) dated(l workflow.Change, err error) (workflow.Change, error) {
	l.Line.At = c.now
	return l, err
}

func (c *crowd) creation(i workflow.Issue) func(string, *store.Earlier) (workflow.Change, error) {
	return func(number string, e *store.Earlier) (workflow.Change, error) { return c.dated(creation(i)(number, e)) }
}

func (c *crowd) step(id workflow.IssueID, do func(*workflow.Issue)) error {
	_, err := c.db.Transition(c.t.Context(), id, store.Key{}, store.Refs{}, func(l store.Loaded) (workflow.Change, error) { return c.dated(stepTo(0, do)(l)) })
	return err
}

func (c *crowd) orgLine(o store.Org, old *store.Org) workflow.Line {
	l := orgLine(o, old)
	l.At = c.now
	return l
}

// issue is a new one anywhere in the city, in any state.
func (c *crowd) issue() workflow.Issue {
	c.ids = append(c.ids, workflow.IssueID(len(c.ids)+1))
	i := found(c.ids[len(c.ids)-1])
	o := must(c.db.Org(c.t.Context(), workflow.OrgID(1+c.rand.IntN(8))))
	i.Responsible, i.Line, i.Finder, i.FinderLine = o.ID, o.Line, o.ID, o.Line
	c.change(&i)
	return i
}

// change changes what is counted, or nothing of it.
func (c *crowd) change(i *workflow.Issue) {
	states := workflow.States()
	pick := func() workflow.State { return states[c.rand.IntN(len(states))].State }
	switch c.rand.IntN(11) {
	case 0:
		i.Goal = "nothing that is counted"
		return
	case 1:
		i.Due = today.Add(c.rand.IntN(40) - 20)
		i.Warn = i.Due.Add(-c.rand.IntN(20))
	case 2:
		i.Warn = ""
	case 3:
		i.Due, i.Warn = "", ""
	case 4:
		i.Amount, i.Recovered, i.Reported = int64(c.rand.IntN(1000)), int64(c.rand.IntN(1000)), !i.Reported
	case 5:
		i.Grade, i.Source = workflow.Grade(1+c.rand.IntN(3)), []workflow.Source{"audit", "inspection"}[c.rand.IntN(2)]
	case 6:
		c.write(i)
	case 7:
		c.call(i)
	}
	i.State = pick()
}

// write sends a letter about the issue, or signs for the last one.
func (c *crowd) write(i *workflow.Issue) {
	i.Letters = slices.Clone(i.Letters)
	if n := len(i.Letters); n > 0 && !i.Letters[n-1].Signed() {
		i.Letters[n-1].SignedBy, i.Letters[n-1].SignedAt = 1, c.now
		return
	}
	on := workflow.DayOf(c.now)
	i.Letters = append(i.Letters, workflow.Letter{Number: fmt.Sprint(i.Number, "-D", len(i.Letters)+1), Round: i.Round, Rung: workflow.RungNotice, Limit: on.Add(c.rand.IntN(3)),
		Org: 1, By: 1, On: on, To: i.Responsible})
}

// call calls for help, or answers the last call.
func (c *crowd) call(i *workflow.Issue) {
	i.Calls = slices.Clone(i.Calls)
	on := workflow.DayOf(c.now)
	if n := len(i.Calls); n > 0 && i.Calls[n-1].Open() {
		i.Calls[n-1].Reply, i.Calls[n-1].RepliedOn = workflow.ReplyHelp, on
		return
	}
	i.Calls = append(i.Calls, workflow.CallFor{From: i.Responsible, To: workflow.OrgID(1 + c.rand.IntN(3)), Wants: workflow.WantsHelp, On: on, Until: on.Add(c.rand.IntN(3))})
}

// act does one thing that offices do.
func (c *crowd) act() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx := c.t.Context()
	c.now = c.now.Add(time.Second)
	any := func() workflow.IssueID { return c.ids[c.rand.IntN(len(c.ids))] }
	switch c.rand.IntN(8) {
	case 0:
		_, err := c.db.Create(ctx, store.Key{}, "P", c.creation(c.issue()))
		return err
	case 1:
		items := make([]store.NewIssue, 1+c.rand.IntN(30))
		for n := range items {
			items[n] = store.NewIssue{Prefix: "I", Decide: c.creation(c.issue())}
		}
		_, err := c.db.CreateAll(ctx, items)
		return err
	case 2: // an org goes elsewhere with all its issues
		id, to := workflow.OrgID(2+c.rand.IntN(7)), workflow.OrgID(1+c.rand.IntN(8))
		err := c.db.PutOrgs(ctx, []store.Org{org(id, to, workflow.Level(1+c.rand.IntN(4)))}, c.orgLine)
		if errors.Is(err, workflow.ErrInvalid) { // below itself, or too deep
			return nil
		}
		return err
	case 3:
		a, b := any(), any()
		if a == b {
			return nil
		}
		_, err := c.db.TransitionAll(ctx, []workflow.IssueID{a, b}, store.Key{}, func(l []store.Loaded) ([]workflow.Change, error) {
			var out []workflow.Change
			for n := range l {
				after := l[n].Issue
				after.Version++
				after.State = []workflow.State{workflow.Merged, workflow.Rectifying}[n]
				merged, _ := c.dated(change(l[n].Issue, after, "merge"), nil)
				out = append(out, merged)
			}
			return out, nil
		})
		return err
	case 4: // handed to another org
		o := must(c.db.Org(ctx, workflow.OrgID(1+c.rand.IntN(8))))
		return c.step(any(), func(i *workflow.Issue) { i.Responsible, i.Line = o.ID, o.Line })
	default:
		return c.step(any(), c.change)
	}
}

// agree holds what counters say against a count of the rows, which a filter that lets everything through asks for.
func (c *crowd) agree() {
	c.t.Helper()
	scopes := []store.Scope{{Orgs: []workflow.OrgID{3, 4}, People: []workflow.PersonID{1}}}
	for _, o := range must(c.db.Orgs(c.t.Context())) {
		scopes = append(scopes, store.Scope{Subtrees: []workflow.Lineage{o.Line}},
			store.Scope{Subtrees: []workflow.Lineage{o.Line, must(c.db.Org(c.t.Context(), 5)).Line}, Orgs: []workflow.OrgID{3}})
	}
	for _, s := range scopes {
		for _, f := range []store.Filter{{Today: today}, {Today: today, Phase: workflow.PhaseRectify}, {Today: today.Add(9), States: []workflow.State{workflow.Closed, workflow.Found}}} {
			rows := f
			rows.Sources = []workflow.Source{"audit", "inspection"}
			want := must(c.db.Counts(c.t.Context(), s, rows))
			require.Equal(c.t, want, must(c.db.Counts(c.t.Context(), s, f)))
			tally := must(c.db.Tally(c.t.Context(), s, f))
			require.Equal(c.t, []any{want.Total, want.ByState, want.ByPhase, want.ByLight}, []any{tally.Total, tally.ByState, tally.ByPhase, tally.ByLight})
		}
	}
}

func (c *crowd) recounted() store.Recount {
	c.t.Helper()
	r, err := c.db.Recount(c.t.Context(), false)
	require.NoError(c.t, err)
	require.Equal(c.t, len(c.ids), r.Issues)
	return r
}

// rounds is how often something random is done: many times more with RECTIFY_SOAK=1.
func rounds(n int) int {
	if os.Getenv("RECTIFY_SOAK") == "1" {
		return 100 * n
	}
	return n
}

// Whatever is done, and whenever it is counted, what counters say is what there is.
func TestCountersAlwaysAgreeWithTheRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := newCrowd(t, open())
		_, err := c.db.Create(t.Context(), store.Key{}, "P", creation(c.issue()))
		require.NoError(t, err)
		for n := range rounds(120) {
			require.NoError(t, c.act())
			if c.rand.IntN(3) == 0 {
				_, err := c.db.CountOwed(t.Context())
				require.NoError(t, err)
			}
			if n%6 == 0 {
				c.agree()
			}
			if n%30 == 0 {
				require.Empty(t, c.recounted().Wrong)
			}
		}
		for counting := true; counting; {
			n, err := c.db.CountOwed(t.Context())
			require.NoError(t, err)
			counting = n > 0
		}
		c.agree()
		require.Empty(t, c.recounted().Wrong)
		require.Positive(t, store.Asked(t, c.db, "SELECT COUNT(*) FROM tallies"))
		require.Zero(t, store.Asked(t, c.db, "SELECT COUNT(*) FROM tallies WHERE n <= 0"))
		require.Zero(t, store.Asked(t, c.db, "SELECT COUNT(*) FROM outbox WHERE kind = 'count'"))
	})
}

// Three replicas count while others take steps: nothing is counted twice or left out, and every look meanwhile is right.
func TestSeveralWhoCountDoNotDouble(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := newCrowd(t, open())
		_, err := c.db.Create(t.Context(), store.Key{}, "P", creation(c.issue()))
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			db := open()
			wg.Go(func() {
				for ctx.Err() == nil {
					if _, err := db.CountOwed(ctx); err != nil && ctx.Err() == nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for n := range rounds(150) {
			require.NoError(t, c.act())
			if n%10 == 0 {
				c.agree()
			}
		}
		stop()
		wg.Wait()
		c.agree()
		r := must(c.db.Recount(t.Context(), true))
		require.True(t, r.OK(), r)
		c.agree()
	})
}

// What somebody spoiled in the tables is named, and put right.
func TestCountersThatAreWrongAreNamedAndMended(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := newCrowd(t, open())
		for range 40 {
			_, err := c.db.Create(t.Context(), store.Key{}, "P", creation(c.issue()))
			require.NoError(t, err)
		}
		counting := 1
		for counting > 0 {
			counting = must(c.db.CountOwed(t.Context()))
		}
		r := c.recounted()
		require.True(t, r.OK())
		require.Positive(t, r.Counters)
		for name, x := range map[string]struct {
			spoil           string
			counters, issue int
		}{
			"counters":            {"UPDATE tallies SET n = n + 2 WHERE org = 1", -1, 0},
			"one too many":        {"INSERT INTO tallies (org, state, due, warn, n) VALUES (99, 'found', '2026-01-01', '2026-01-01', 3)", 1, 0},
			"one that is missing": {"DELETE FROM totals WHERE org = 1 AND grade = 1", -1, 0},
			"an amount":           {"UPDATE totals SET amount = amount + 1 WHERE org = 8", -1, 0},
			"an issue":            {"UPDATE counted SET amount = amount + 5 WHERE issue = 7", -1, 1},
			"one that is none":    {"UPDATE counted SET issue = 100000 WHERE issue = 8", 0, 2},
			"all of them":         {"DELETE FROM tallies", -1, 0},
			"all issues":          {"DELETE FROM counted", -1, 40},
		} {
			run(t, c.db, x.spoil)
			r := c.recounted()
			require.False(t, r.OK(), name)
			require.Len(t, r.Uncounted, x.issue, name)
			if x.counters >= 0 {
				require.Len(t, r.Wrong, x.counters, name)
			}
			mended := must(c.db.Recount(t.Context(), true))
			require.False(t, mended.OK(), "it says what it put right")
			after := c.recounted()
			require.True(t, after.OK(), "%s: %v", name, after)
			c.agree()
		}
	})
}

// The counting of a server goes on until it is told to stop.
func TestKeepCounting(t *testing.T) {
	c := newCrowd(t, storetest.Open(t, storetest.SQLite(t)))
	var items []store.NewIssue
	for range 450 {
		items = append(items, store.NewIssue{Prefix: "I", Decide: c.creation(c.issue())})
	}
	must(c.db.CreateAll(t.Context(), items))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { c.db.KeepCounting(ctx); close(done) }()
	require.Eventually(t, func() bool { return store.Asked(t, c.db, "SELECT COUNT(*) FROM counted") == 450 }, time.Minute, 20*time.Millisecond)
	stop()
	<-done
	c.agree()
}
