package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// recorded is what everybody would see of a city at the end of a day.
type recorded struct {
	day    workflow.Day
	issues map[workflow.IssueID]string
	asked  []answer
}

// answer is what one question about the lists gives.
type answer struct {
	Of     string
	Rows   []store.Row
	Counts store.Counts
	Tally  store.Counts
	Sums   map[string]int
	Export []string
	Beside beside
	Duties []duties
}

// duties are what orgs answer for and what was done about it.
type duties struct {
	Open     []store.ChargeCount
	Met      []store.MetCount
	Accounts store.AccountCount
}

// beside are the letters and the calls of a list.
type beside struct {
	Letters, Unsigned, LateLetters []store.LetterRow
	Calls, Waiting, LateCalls      []store.CallRow
}

// past are the questions that a test asks of a day: everywhere and of a part of the city, everything and narrowed.
func (c *crowd) past() (out []store.Filter) {
	return []store.Filter{
		{}, {Phase: workflow.PhaseRectify}, {Light: workflow.LightOverdue}, {Light: workflow.LightSoon}, {Light: workflow.LightInTime}, {Light: workflow.LightNone},
		{States: []workflow.State{workflow.Closed, workflow.Found}}, {Sources: []workflow.Source{"audit"}}, {Text: "三会"}, {Responsible: 5}, {Turn: 3}, {Party: 6}, {Finder: 4},
	}
}

func (c *crowd) scopes(lines map[workflow.OrgID]workflow.Lineage) []store.Scope {
	return []store.Scope{
		{All: true}, {Subtrees: []workflow.Lineage{lines[1]}}, {Subtrees: []workflow.Lineage{lines[2]}, Orgs: []workflow.OrgID{2}}, {Orgs: []workflow.OrgID{3, 4}, People: []workflow.PersonID{1}},
		{Subtrees: []workflow.Lineage{lines[6], lines[3]}, Orgs: []workflow.OrgID{6}, People: []workflow.PersonID{2}},
	}
}

// ask asks everything of a day: of a past one if on is given, else of now.
func (c *crowd) ask(day, on workflow.Day) (out []answer) {
	c.t.Helper()
	lines := make(map[workflow.OrgID]workflow.Lineage)
	for _, o := range must(c.db.Orgs(c.t.Context())) {
		lines[o.ID] = o.Line
	}
	scopes := c.scopes(lines)
	for n, f := range c.past() {
		f.Today, f.On = day, on
		if n%4 == 1 {
			f.Under = lines[4]
		}
		at := n % len(scopes)
		out = append(out, c.answer(fmt.Sprintf("scope %d filter %d", at, n), scopes[at], f))
		if n < len(scopes) {
			out[n].Beside = c.beside(scopes[at], f)
			org := workflow.OrgID(1 + n)
			out[n].Duties = []duties{c.duties(store.Among{Org: org, On: on}, day), c.duties(store.Among{Org: org, Under: lines[org], On: on}, day)}
		}
	}
	return out
}

func (c *crowd) answer(of string, s store.Scope, f store.Filter) answer {
	ctx := c.t.Context()
	a := answer{Of: of, Sums: make(map[string]int), Counts: must(c.db.Counts(ctx, s, f)), Tally: must(c.db.Tally(ctx, s, f))}
	for after := ""; ; {
		p := must(c.db.Issues(ctx, s, f, after, 70))
		for _, r := range p.Rows {
			r.UpdatedAt = r.UpdatedAt.UTC()
			a.Rows = append(a.Rows, r)
		}
		if after = p.Next; after == "" {
			break
		}
	}
	for _, n := range must(c.db.SourceCounts(ctx, s, f)) {
		a.Sums[fmt.Sprint(n.Source, n.State, n.Reported)] += n.N
	}
	require.NoError(c.t, c.db.EachIssue(ctx, s, f, func(i workflow.Issue) error {
		a.Export = append(a.Export, asJSON(c.t, i))
		return nil
	}))
	return a
}

func (c *crowd) duties(a store.Among, day workflow.Day) duties {
	ctx, from := c.t.Context(), day.Add(-40)
	d := duties{must(c.db.OpenCharges(ctx, a, day)), must(c.db.MetCharges(ctx, a, from, day, day)), must(c.db.Accounts(ctx, a, from, day.Add(9)))}
	d.Open = slices.DeleteFunc(d.Open, func(n store.ChargeCount) bool { return n.Open == 0 })
	slices.SortFunc(d.Open, func(a, b store.ChargeCount) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	met := make(map[store.MetCount]store.MetCount)
	for _, n := range d.Met { // a level may come once for each month
		key := store.MetCount{Level: n.Level, Post: n.Post, Charge: n.Charge}
		n.Done, n.Late = n.Done+met[key].Done, n.Late+met[key].Late
		met[key] = n
	}
	d.Met = slices.SortedFunc(maps.Values(met), func(a, b store.MetCount) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return d
}

func (c *crowd) beside(s store.Scope, f store.Filter) (b beside) {
	no, yes := false, true
	letters := func(l store.LetterFilter) (out []store.LetterRow) {
		l.Under, l.Today, l.On = f.Under, f.Today, f.On
		return pages(func(after string) ([]store.LetterRow, string, error) {
			return c.db.Letters(c.t.Context(), s, l, after, 25)
		})
	}
	calls := func(l store.CallFilter) (out []store.CallRow) {
		l.Under, l.Today, l.On = f.Under, f.Today, f.On
		return pages(func(after string) ([]store.CallRow, string, error) { return c.db.Calls(c.t.Context(), s, l, after, 25) })
	}
	return beside{letters(store.LetterFilter{}), letters(store.LetterFilter{Signed: &no}), letters(store.LetterFilter{Late: true}),
		calls(store.CallFilter{From: []workflow.OrgID{3, 4}}), calls(store.CallFilter{To: []workflow.OrgID{2}, Open: &yes}), calls(store.CallFilter{Late: true})}
}

// pages reads a list to its end.
func pages[R any](read func(after string) ([]R, string, error)) (all []R) {
	for after := ""; ; {
		rows, next, err := read(after)
		if err != nil {
			panic(err)
		}
		all = append(all, rows...)
		if after = next; after == "" {
			return all
		}
	}
}

// record keeps what is to be seen at the end of a day.
func (c *crowd) record(day workflow.Day) recorded {
	r := recorded{day: day, issues: make(map[workflow.IssueID]string), asked: c.ask(day, "")}
	for _, id := range c.ids {
		r.issues[id] = asJSON(c.t, must(c.db.Issue(c.t.Context(), id)))
	}
	return r
}

// holds asks for the day again, later.
func (c *crowd) holds(r recorded) {
	c.t.Helper()
	again := c.ask(r.day, r.day)
	for n := range r.asked {
		require.Equal(c.t, r.asked[n], again[n], "%s, %s", r.day, r.asked[n].Of)
	}
	ids := append(slices.Collect(maps.Keys(r.issues)), c.ids[len(c.ids)-1])
	found := must(c.db.IssuesByIDOn(c.t.Context(), r.day, ids))
	require.Len(c.t, found, len(r.issues))
	for id, want := range r.issues {
		i, _, err := c.db.IssueOn(c.t.Context(), id, r.day)
		require.NoError(c.t, err)
		require.Equal(c.t, want, asJSON(c.t, i))
		require.Equal(c.t, want, asJSON(c.t, found[id]))
	}
}

// crowded begins with a number of issues.
func (c *crowd) crowded(n int) {
	items := make([]store.NewIssue, n)
	for at := range items {
		items[at] = store.NewIssue{Prefix: "B", Decide: c.creation(c.issue())}
	}
	must(c.db.CreateAll(c.t.Context(), items))
}

// Lists, counts, exports and single issues of a past day are what was recorded on that day, whatever happened since: steps, merges, issues
// handed to others, organisations moved about.
func TestPastDaysAreWhatTheyWere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := newCrowd(t, open())
		begin, days, acts := 900, 6, 40
		if c.db.Dialect() == store.MySQL {
			begin, days, acts = 60, 4, 12
		}
		c.crowded(begin)
		var all []recorded
		for n := range days {
			c.now = at.AddDate(0, 0, n)
			for range acts {
				require.NoError(t, c.act())
			}
			r := c.record(workflow.DayOf(c.now))
			all = append(all, r)
			if n%2 == 1 { // some days are laid out while things go on happening
				c.now = c.now.AddDate(0, 0, 1).Truncate(24 * time.Hour)
				c.holds(all[n/2])
			}
		}
		for _, r := range slices.Backward(all) {
			c.holds(r)
		}
		some := all[len(all)-1].asked[0].Beside
		t.Logf("%d issues, %d letters, %d calls", len(c.ids), len(some.Letters), len(some.LateCalls))
		require.NotEmpty(t, some.Letters)
		require.NotEmpty(t, all[0].asked[0].Duties[1].Open)
		require.NotEmpty(t, all[0].asked[0].Duties[1].Accounts.Letters)
		early := all[0].day
		_, _, err := c.db.IssueOn(t.Context(), c.ids[len(c.ids)-1], early)
		asFault(t, err, "not_yet")
		require.Equal(t, early, must(c.db.FirstDay(t.Context())))
	})
}
