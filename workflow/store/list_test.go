package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

const today = workflow.Day("2026-03-31")

// places are the orgs of a small city by number.
func places() map[workflow.OrgID]workflow.Lineage {
	all := []workflow.Lineage{lineage(1), lineage(1, 2), lineage(1, 3), lineage(1, 2, 4), lineage(1, 2, 5), lineage(1, 3, 6), lineage(1, 2, 4, 7), lineage(1, 2, 4, 7, 8)}
	out := map[workflow.OrgID]workflow.Lineage{}
	for _, l := range all {
		out[l.Last().Org] = l
	}
	return out
}

func anyOrg(t *rapid.T, label string) workflow.OrgID {
	return workflow.OrgID(rapid.IntRange(1, 8).Draw(t, label))
}

func anyIssue(t *rapid.T, id workflow.IssueID) workflow.Issue {
	i := found(id)
	i.State = rapid.SampledFrom(workflow.States()).Draw(t, "state").State
	i.Due = rapid.SampledFrom([]workflow.Day{"", "", "2026-03-01", "2026-03-30", "2026-03-31", "2026-04-10", "2026-04-11", "2026-12-31", "9999-12-30"}).Draw(t, "due")
	if i.Due != "" && rapid.IntRange(0, 3).Draw(t, "warned") > 0 {
		i.Warn = i.Due.Add(-rapid.IntRange(0, workflow.MostSoonDays).Draw(t, "warn"))
	}
	i.Source = rapid.SampledFrom([]workflow.Source{"inspection", "audit"}).Draw(t, "source")
	i.Kind = rapid.SampledFrom([]workflow.Kind{"", workflow.KindTimed, workflow.KindImmediate}).Draw(t, "kind")
	i.Grade = workflow.Grade(rapid.IntRange(0, 3).Draw(t, "grade"))
	i.Finder = anyOrg(t, "finder")
	i.Responsible = anyOrg(t, "responsible")
	i.FinderLine, i.Line = places()[i.Finder], places()[i.Responsible]
	for range rapid.IntRange(0, 2).Draw(t, "assisting") {
		i.Assisting = append(i.Assisting, anyOrg(t, "assisting org"))
	}
	i.Person = workflow.PersonID(rapid.IntRange(0, 2).Draw(t, "person"))
	i.Checklist = workflow.ChecklistID(rapid.IntRange(1, 2).Draw(t, "checklist"))
	i.Reported = rapid.Bool().Draw(t, "reported")
	i.Supervised, i.Escalated = rapid.Bool().Draw(t, "supervised"), rapid.Bool().Draw(t, "escalated")
	i.Detail = rapid.SampledFrom([]string{"三会一课", "ABC 100%", "a_c", "100 元", "!%"}).Draw(t, "detail")
	return i
}

func anyScope(t *rapid.T) (s store.Scope) {
	for range rapid.IntRange(0, 2).Draw(t, "subtrees") {
		s.Subtrees = append(s.Subtrees, places()[anyOrg(t, "subtree")])
	}
	for range rapid.IntRange(0, 2).Draw(t, "orgs") {
		s.Orgs = append(s.Orgs, anyOrg(t, "org"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "people") {
		s.People = append(s.People, workflow.PersonID(rapid.IntRange(1, 2).Draw(t, "me")))
	}
	s.All = rapid.IntRange(0, 5).Draw(t, "all") == 0
	return s
}

func anyFilter(t *rapid.T) (f store.Filter) {
	f.Today = today
	some := func(label string) bool { return rapid.IntRange(0, 3).Draw(t, label) == 0 }
	if some("states?") {
		f.States = []workflow.State{workflow.Found, workflow.Rectifying, workflow.Closed}
	}
	if some("phase?") {
		f.Phase = rapid.SampledFrom([]workflow.Phase{workflow.PhaseFind, workflow.PhaseRectify, workflow.PhaseEnd}).Draw(t, "phase")
	}
	if some("sources?") {
		f.Sources = []workflow.Source{"audit"}
	}
	if some("kinds?") {
		f.Kinds = []workflow.Kind{"", workflow.KindTimed}
	}
	if some("grades?") {
		f.Grades = []workflow.Grade{workflow.Major, workflow.NoGrade}
	}
	if rapid.Bool().Draw(t, "under?") {
		f.Under = places()[anyOrg(t, "under")]
	}
	if some("responsible?") {
		f.Responsible = anyOrg(t, "responsible")
	}
	if some("checklist?") {
		f.Checklist = 2
	}
	if some("person?") {
		f.Person = 1
	}
	if some("from?") {
		f.DueFrom = "2026-03-30"
	}
	if some("to?") {
		f.DueTo = "2026-04-10"
	}
	if some("mark?") {
		f.Mark = rapid.SampledFrom([]workflow.Mark{workflow.MarkSupervised, workflow.MarkEscalated}).Draw(t, "mark")
	}
	if some("light?") {
		f.Light = rapid.SampledFrom([]workflow.Light{workflow.LightNone, workflow.LightInTime, workflow.LightSoon, workflow.LightOverdue}).Draw(t, "light")
	}
	if some("reported?") {
		yes := rapid.Bool().Draw(t, "reported")
		f.Reported = &yes
	}
	if some("text?") {
		f.Text = rapid.SampledFrom([]string{"0%", "_", "abc", " 会 ", "P-000", "!", "三-1"}).Draw(t, "text")
	}
	return f
}

// inScope and passes say in Go what the lists say in SQL.
func inScope(s store.Scope, i *workflow.Issue) bool {
	if s.All || slices.Contains(s.People, i.Person) {
		return true
	}
	for _, l := range s.Subtrees {
		if i.Line.Passes(l.Last().Org) {
			return true
		}
	}
	for _, org := range s.Orgs {
		if !i.Line.Passes(org) && i.Relations(org, 0, false).Has(workflow.Involved) {
			return true
		}
	}
	return false
}

func oneOf[T comparable](all []T, v T) bool { return len(all) == 0 || slices.Contains(all, v) }

func passes(f store.Filter, i *workflow.Issue) bool {
	text := strings.ToLower(i.Number + "\n" + i.OwnNumber + "\n" + i.Detail)
	dated := f.DueFrom == "" && f.DueTo == "" || i.Due != "" && i.Due >= f.DueFrom && (f.DueTo == "" || i.Due <= f.DueTo)
	return oneOf(f.States, i.State) && (f.Phase == "" || f.Phase == i.State.Phase()) && oneOf(f.Sources, i.Source) && oneOf(f.Kinds, i.Kind) &&
		oneOf(f.Grades, i.Grade) && (f.Under.Depth() == 0 || i.Line.Passes(f.Under.Last().Org)) && dated &&
		(f.Responsible == 0 || f.Responsible == i.Responsible) && (f.Checklist == 0 || f.Checklist == i.Checklist) &&
		(f.Person == 0 || f.Person == i.Person) && (f.Light == "" || f.Light == workflow.LightOf(i.State, i.Due, i.Warn, today)) &&
		(f.Mark == "" || f.Mark == workflow.MarkSupervised && i.Supervised || f.Mark == workflow.MarkEscalated && i.Escalated) && (f.Reported == nil || *f.Reported == i.Reported) && strings.Contains(text, strings.ToLower(strings.TrimSpace(f.Text)))
}

func sortKey(i *workflow.Issue) workflow.Day { return max(i.Due, cmp.Or(i.Due, "9999-12-31")) }

// Any list, paged in any steps, has exactly what a look at every issue finds, in order, once; so have counts, exports and InScope.
func TestListsHaveExactlyWhatTheyShould(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var all []workflow.Issue
		rapid.Check(t, func(rt *rapid.T) {
			if len(all) < 150 {
				for range rapid.IntRange(1, 25).Draw(rt, "more") {
					i := anyIssue(rt, workflow.IssueID(1000-len(all)))
					out, err := db.Create(t.Context(), store.Key{}, "P", creation(i))
					require.NoError(rt, err)
					all = append(all, out)
				}
			}
			s, f, limit := anyScope(rt), anyFilter(rt), rapid.IntRange(1, 12).Draw(rt, "limit")
			var want []workflow.Issue
			for n := range all {
				in := inScope(s, &all[n])
				if n%10 == 0 {
					require.Equal(rt, in, must(db.InScope(t.Context(), s, all[n].ID)))
				}
				if in && passes(f, &all[n]) {
					want = append(want, all[n])
				}
			}
			exported := 0
			require.NoError(rt, db.EachIssue(t.Context(), s, f, func(i workflow.Issue) error {
				require.JSONEq(rt, asJSON(t, want[exported]), asJSON(t, i))
				exported++
				return nil
			}))
			require.Equal(rt, len(want), exported)
			all := counted(want)
			require.Equal(rt, all, must(db.Counts(t.Context(), s, f)))
			tally := must(db.Tally(t.Context(), s, f))
			require.Equal(rt, all.Total, tally.Total)
			require.Equal(rt, []any{all.ByState, all.ByPhase, all.ByLight}, []any{tally.ByState, tally.ByPhase, tally.ByLight})
			slices.SortFunc(want, func(a, b workflow.Issue) int {
				return cmp.Or(cmp.Compare(sortKey(&a), sortKey(&b)), cmp.Compare(a.ID, b.ID))
			})
			var got []store.Row
			for after := ""; ; {
				page := must(db.Issues(t.Context(), s, f, after, limit))
				require.LessOrEqual(rt, len(page.Rows), limit)
				got = append(got, page.Rows...)
				if after = page.Next; after == "" {
					break
				}
				require.Len(rt, page.Rows, limit)
			}
			require.Len(rt, got, len(want))
			for n, i := range want {
				got[n].UpdatedAt = at
				require.Equal(rt, store.Row{
					ID: i.ID, Number: i.Number, Round: 1, Version: 1, OwnNumber: i.OwnNumber, Checklist: i.Checklist, Source: i.Source, Kind: i.Kind,
					Grade: i.Grade, State: i.State, Due: i.Due, Warn: i.Warn, FoundOn: i.FoundOn, Since: i.Since, Reported: i.Reported, Supervised: i.Supervised, Title: i.Detail,
					Finder: i.Finder, Responsible: i.Responsible, Person: i.Person, Amount: 100, UpdatedAt: at,
				}, got[n])
			}
		})
	})
}

func counted(all []workflow.Issue) store.Counts {
	c := store.Counts{
		ByState: map[workflow.State]int{}, ByPhase: map[workflow.Phase]int{}, ByLight: map[workflow.Light]int{},
		ByGrade: map[workflow.Grade]int{}, BySource: map[workflow.Source]int{}, ByKind: map[workflow.Kind]int{},
	}
	for n := range all {
		i := &all[n]
		c.Total++
		c.ByState[i.State]++
		c.ByPhase[i.State.Phase()]++
		c.ByLight[workflow.LightOf(i.State, i.Due, i.Warn, today)]++
		c.ByGrade[i.Grade]++
		c.BySource[i.Source]++
		c.ByKind[i.Kind]++
		c.Amount += 100
		if i.State == workflow.Closed {
			c.Closed++
		}
		if i.Reported || i.State == workflow.Closed {
			c.Reported++
		}
	}
	return c
}

func TestAForgedCursorIsRefused(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	for _, cursor := range []string{"x", "!", "MjAyNi0xMy0wMSA1", "MjAyNi0wMS0wMSAtNQ", "MjAyNi0wMS0wMQ", "MDAwMS0wMS0wMSA1", fmt.Sprint(strings.Repeat("A", 300))} {
		_, err := db.Issues(t.Context(), store.Scope{All: true}, store.Filter{}, cursor, 5)
		asFault(t, err, "bad_cursor")
	}
	page, err := db.Issues(t.Context(), store.Scope{}, store.Filter{}, "", 5)
	require.NoError(t, err)
	require.Empty(t, page.Rows, "no scope, nothing to see")
}
