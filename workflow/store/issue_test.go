package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

var at = time.Date(2026, 3, 31, 9, 30, 0, 123e6, time.UTC)

// lineage is the way down through the orgs given, the first of them the root.
func lineage(orgs ...workflow.OrgID) (l workflow.Lineage) {
	for n, org := range orgs {
		l[n] = workflow.Place{Org: org, Level: workflow.Level(5 - n)}
	}
	return l
}

// found is an issue that a branch wrote down, with everything that columns are made of.
func found(id workflow.IssueID) workflow.Issue {
	return workflow.Issue{
		ID: id, Round: 1, Version: 1, Machine: "standard", Definition: "d1", State: workflow.Found, Since: "2026-03-31",
		Source: "inspection", Detail: "支部“三会一课”记录不全 a_100%", OwnNumber: fmt.Sprint("三-", id), FoundOn: "2026-03-01", Checklist: 9,
		Due: "2026-06-30", Kind: workflow.KindTimed, Grade: workflow.Ordinary, Amount: 100, Finder: 3, FinderLine: lineage(1, 2, 3), FoundBy: 70,
		Responsible: 3, Line: lineage(1, 2, 3), Extra: map[string]string{"备注": "x"},
	}
}

// creation is the decision to write down an issue as it is.
func creation(i workflow.Issue) func(string, *store.Earlier) (workflow.Change, error) {
	return func(number string, e *store.Earlier) (workflow.Change, error) {
		if e != nil {
			if !e.Same {
				return workflow.Change{}, workflow.Invalid("key_used", "", workflow.Say("标识已用", "the key is used"))
			}
			return workflow.Change{}, store.ErrReplay
		}
		i.Number = number
		return change(workflow.Issue{}, i, "register"), nil
	}
}

func change(before, after workflow.Issue, action string) workflow.Change {
	return workflow.Change{Before: before, Issue: after, Tell: []workflow.Relation{workflow.Responsible, workflow.Person}, Line: workflow.Line{
		At: at, Action: action, Person: 70, Name: "张三", Post: "branch_secretary", Org: 3, OrgName: "一支部", Relation: "finder", Rule: "policy.csv:1",
		Round: after.Round, Version: after.Version, From: before.State, To: after.State, Note: "说明", Definition: after.Definition,
	}}
}

// stepTo decides a step by somebody who saw the version (0: whatever it is), as the engine does.
func stepTo(version int, do func(i *workflow.Issue)) func(store.Loaded) (workflow.Change, error) {
	return func(l store.Loaded) (workflow.Change, error) {
		if l.Earlier != nil {
			if !l.Earlier.Same || l.Earlier.Subject != int64(l.Issue.ID) {
				return workflow.Change{}, workflow.Invalid("key_used", "", workflow.Say("标识已用", "the key is used"))
			}
			return workflow.Change{}, store.ErrReplay
		}
		if version != 0 && l.Issue.Version != version {
			return workflow.Change{}, workflow.Conflict("stale_version", workflow.Say("已被他人修改", "somebody changed it"))
		}
		after := l.Issue
		after.Version++
		do(&after)
		return change(l.Issue, after, "report"), nil
	}
}

func create(t testing.TB, db *store.DB, i workflow.Issue) workflow.Issue {
	t.Helper()
	out, err := db.Create(t.Context(), store.Key{}, "XC-0101-2026", creation(i))
	require.NoError(t, err)
	return out
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// check tests everything that must hold of an issue at any time.
func check(t testing.TB, db *store.DB, id workflow.IssueID) []workflow.Line {
	t.Helper()
	i, err := db.Issue(t.Context(), id)
	require.NoError(t, err)
	lines, err := db.History(t.Context(), workflow.KindIssue, int64(id), 0, 10_000)
	require.NoError(t, err)
	require.NotEmpty(t, lines)
	var prev [32]byte
	version := 0
	for n, l := range lines {
		require.Equal(t, n+1, l.Seq)
		require.Equal(t, prev, l.Prev)
		require.Equal(t, l.Hash(prev), l.Digest, "line %d is as it was written", l.Seq)
		if n > 0 {
			require.Equal(t, lines[n-1].To, l.From)
		}
		if l.Version != version {
			require.Equal(t, version+1, l.Version)
			version = l.Version
		}
		prev = l.Digest
	}
	last := lines[len(lines)-1]
	require.Equal(t, i.State, last.To)
	require.Equal(t, i.Version, version)
	folded, err := store.Fold(lines)
	require.NoError(t, err)
	kept := i
	kept.Line, kept.FinderLine, folded.Line, folded.FinderLine = workflow.Lineage{}, workflow.Lineage{}, workflow.Lineage{}, workflow.Lineage{}
	require.JSONEq(t, asJSON(t, kept), asJSON(t, folded), "history gives the issue")
	row := store.RawIssue(t, db, id)
	require.Equal(t, last.Seq, row.Seq)
	require.Equal(t, last.Digest[:], row.Head)
	require.Equal(t, row.Want, row.Got, "columns follow from the issue")
	require.ElementsMatch(t, row.WantOrgs, row.GotOrgs)
	require.Subset(t, row.GotFiles, row.WantFiles)
	require.Equal(t, len(lines), row.Owed)
	return lines
}

func TestStepsAreKeptWithTheirHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		first := create(t, db, found(10))
		require.Equal(t, "XC-0101-2026-0001", first.Number)
		require.Equal(t, "XC-0101-2026-0002", create(t, db, found(11)).Number)
		check(t, db, 10)
		hash := strings.Repeat("ab", 32)
		for version, do := range []func(i *workflow.Issue){
			func(i *workflow.Issue) {
				i.State, i.Responsible, i.Line, i.Person, i.Due = workflow.Assigned, 5, lineage(1, 4, 5), 71, ""
				i.Assisting, i.Verifier, i.Closer = []workflow.OrgID{6, 2}, 4, 1
			},
			func(i *workflow.Issue) {
				i.State, i.Assisting = workflow.Rectifying, []workflow.OrgID{6}
				i.Evidence = []workflow.Evidence{{Hash: hash, Round: 1, At: at}, {Hash: hash, Round: 1, At: at}}
				i.Measures = []workflow.Measure{{Text: "补齐", Person: 71, Due: "2026-05-01"}}
				i.Document = workflow.Document{Number: "1", File: hash}
			},
			func(i *workflow.Issue) {
				i.Document, i.Evidence, i.Reported, i.State = workflow.Document{}, nil, true, workflow.Verifying
			},
			func(i *workflow.Issue) { i.Document = workflow.Document{File: hash} },
			func(i *workflow.Issue) {
				i.Responsible, i.Line, i.Person, i.Assisting, i.Verifier, i.Closer = 0, i.FinderLine, 0, nil, 0, 0
				i.State, i.Document = workflow.Found, workflow.Document{}
			},
		} {
			out, err := db.Transition(t.Context(), 10, store.Key{}, store.Refs{}, stepTo(version+1, do))
			require.NoError(t, err)
			read, err := db.Issue(t.Context(), 10)
			require.NoError(t, err)
			require.JSONEq(t, asJSON(t, out), asJSON(t, read), "what was answered is what was kept")
			check(t, db, 10)
		}
		_, err := db.Transition(t.Context(), 12, store.Key{}, store.Refs{}, stepTo(1, nil))
		asFault(t, err, "no_such_issue")
		lines, err := db.History(t.Context(), workflow.KindIssue, 10, 2, 2)
		require.NoError(t, err)
		require.Equal(t, []int{3, 4}, []int{lines[0].Seq, lines[1].Seq})
		require.Equal(t, at, lines[0].At)
	})
}

func TestWhatAStepRefersTo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		city(t, db)
		create(t, db, found(10))
		create(t, db, found(11))
		look := func(refs store.Refs) (l store.Loaded) {
			_, err := db.Transition(t.Context(), 10, store.Key{}, refs, func(got store.Loaded) (workflow.Change, error) {
				l = got
				return workflow.Change{}, store.ErrOnPurpose
			})
			require.ErrorIs(t, err, store.ErrOnPurpose)
			return l
		}
		l := look(store.Refs{Org: 3, Other: 11})
		require.Equal(t, workflow.IssueID(11), l.Other.ID)
		require.Equal(t, lineage(1, 2, 3), l.Org.Line)
		l = look(store.Refs{Org: 99, Other: 99})
		require.Nil(t, l.Other)
		require.Nil(t, l.Org)
	})
}

func TestTheSameCommandTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		k := store.Key{Command: "create", Request: [32]byte{1}}
		first, err := db.Create(t.Context(), k, "P", creation(found(10)))
		require.NoError(t, err)
		again, err := db.Create(t.Context(), k, "P", creation(found(11)))
		require.NoError(t, err)
		require.JSONEq(t, asJSON(t, first), asJSON(t, again))
		require.Equal(t, "P-0002", must(db.Create(t.Context(), store.Key{}, "P", creation(found(12)))).Number, "no number was lost")
		other := store.Key{Command: "create", Request: [32]byte{2}}
		_, err = db.Create(t.Context(), other, "P", creation(found(13)))
		asFault(t, err, "key_used")

		k.Command = "step"
		report := stepTo(1, func(i *workflow.Issue) { i.State = workflow.Assigned })
		first, err = db.Transition(t.Context(), 10, k, store.Refs{}, report)
		require.NoError(t, err)
		_, err = db.Transition(t.Context(), 10, store.Key{}, store.Refs{}, stepTo(2, func(i *workflow.Issue) { i.State = workflow.Planning }))
		require.NoError(t, err)
		again, err = db.Transition(t.Context(), 10, k, store.Refs{}, report)
		require.NoError(t, err)
		require.JSONEq(t, asJSON(t, first), asJSON(t, again), "the outcome of then, not of now")
		_, err = db.Transition(t.Context(), 12, k, store.Refs{}, report)
		asFault(t, err, "key_used")
		_, err = db.Transition(t.Context(), 10, store.Key{Command: "step", Request: [32]byte{9}}, store.Refs{}, report)
		asFault(t, err, "key_used")
		require.Len(t, check(t, db, 10), 3)
		require.Len(t, check(t, db, 12), 1)
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestOneOfTwentyWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		dbs := []*store.DB{open(), open()}
		create(t, dbs[0], found(10))
		results := make([]error, 20)
		var wg sync.WaitGroup
		for n := range results {
			wg.Go(func() {
				_, results[n] = dbs[n%2].Transition(t.Context(), 10, store.Key{Command: fmt.Sprint(n)}, store.Refs{},
					stepTo(1, func(i *workflow.Issue) { i.State, i.Person = workflow.Assigned, workflow.PersonID(n) }))
			})
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
				continue
			}
			require.ErrorIs(t, err, workflow.ErrConflict)
		}
		require.Equal(t, 1, won)
		require.Len(t, check(t, dbs[0], 10), 2)
	})
}

func TestTheSameCommandManyTimesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		create(t, db, found(99))
		out := make([]workflow.Issue, 20)
		errs := make([]error, len(out))
		var wg sync.WaitGroup
		for n := range out {
			wg.Go(func() {
				out[n], errs[n] = db.Create(t.Context(), store.Key{Command: "once"}, fmt.Sprint("P", n), creation(found(workflow.IssueID(n+1))))
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		for n := range out {
			require.Equal(t, out[0].Number, out[n].Number)
		}
		require.Equal(t, 2, must(db.Counts(t.Context(), store.Scope{All: true}, store.Filter{})).Total)
	})
}

func TestNumbersAreGivenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		out := make([]workflow.Issue, 20)
		errs := make([]error, len(out))
		var wg sync.WaitGroup
		for n := range out {
			wg.Go(func() {
				out[n], errs[n] = db.Create(t.Context(), store.Key{}, "P", creation(found(workflow.IssueID(n+1))))
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		seen := map[string]bool{}
		for _, i := range out {
			seen[i.Number] = true
		}
		for n := range out {
			require.True(t, seen[fmt.Sprintf("P-%04d", n+1)], "no number is missing")
		}
	})
}

// Steps that need no version all get through, one after the other; the same command sent many times at once is done once.
func TestManyWhoDoNotMindEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		create(t, db, found(10))
		var wg sync.WaitGroup
		errs := make([]error, 60)
		for n := range errs {
			k := store.Key{Command: fmt.Sprint("n", n)}
			if n >= 40 {
				k.Command = "the same"
			}
			wg.Go(func() {
				_, errs[n] = db.Transition(t.Context(), 10, k, store.Refs{}, stepTo(0, func(i *workflow.Issue) { i.Amount++ }))
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		require.Len(t, check(t, db, 10), 1+40+1)
		require.Equal(t, int64(100+41), must(db.Issue(t.Context(), 10)).Amount)
	})
}

func TestSeveralAtOnceAreAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for id := workflow.IssueID(10); id < 14; id++ {
			create(t, db, found(id))
		}
		both := func(fail bool) func(l []store.Loaded) ([]workflow.Change, error) {
			return func(l []store.Loaded) ([]workflow.Change, error) {
				if l[0].Earlier != nil {
					return nil, store.ErrReplay
				}
				var out []workflow.Change
				for n := range l {
					after := l[n].Issue
					after.Version++
					after.Goal = fmt.Sprint("nr ", n)
					out = append(out, change(l[n].Issue, after, "merge"))
				}
				if fail {
					out[1].Issue.ID = 99
				}
				return out, nil
			}
		}
		_, err := db.TransitionAll(t.Context(), []workflow.IssueID{12, 10}, store.Key{}, both(true))
		require.ErrorContains(t, err, "another issue")
		require.Len(t, check(t, db, 12), 1)
		k := store.Key{Command: "m"}
		out, err := db.TransitionAll(t.Context(), []workflow.IssueID{12, 10}, k, both(false))
		require.NoError(t, err)
		require.Equal(t, []workflow.IssueID{12, 10}, []workflow.IssueID{out[0].ID, out[1].ID})
		require.Equal(t, "nr 1", must(db.Issue(t.Context(), 10)).Goal)
		_, err = db.Transition(t.Context(), 10, store.Key{}, store.Refs{}, stepTo(2, func(i *workflow.Issue) { i.Goal = "later" }))
		require.NoError(t, err)
		again, err := db.TransitionAll(t.Context(), []workflow.IssueID{12, 10}, k, both(false))
		require.NoError(t, err)
		require.JSONEq(t, asJSON(t, out), asJSON(t, again))
		_, err = db.TransitionAll(t.Context(), []workflow.IssueID{10, 10}, k, both(false))
		asFault(t, err, "same_issue")
		_, err = db.TransitionAll(t.Context(), []workflow.IssueID{10, 99}, k, both(false))
		asFault(t, err, "no_such_issue")

		var wg sync.WaitGroup
		errs := make([]error, 32)
		for n := range errs {
			ids := []workflow.IssueID{10, 11, 12, 13}
			if n%2 == 1 {
				ids = []workflow.IssueID{13, 12, 11, 10}
			}
			wg.Go(func() { _, errs[n] = db.TransitionAll(t.Context(), ids, store.Key{}, both(false)) })
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		require.Len(t, check(t, db, 13), 33)
		require.Len(t, check(t, db, 10), 35)
	})
}

func TestImportIsAllOrNothingAndQuick(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		const n = 2000
		items := make([]store.NewIssue, n)
		for at := range items {
			prefix := fmt.Sprint("P", at%3)
			items[at] = store.NewIssue{Key: store.Key{Command: fmt.Sprint("row ", at)}, Prefix: prefix, Decide: creation(found(workflow.IssueID(at + 1)))}
		}
		bad := items[n-1].Decide
		items[n-1].Decide = func(string, *store.Earlier) (workflow.Change, error) { return workflow.Change{}, store.ErrOnPurpose }
		_, err := db.CreateAll(t.Context(), items)
		require.ErrorIs(t, err, store.ErrOnPurpose)
		items[n-1].Decide = bad
		begin := time.Now()
		out, err := db.CreateAll(t.Context(), items[:n-1])
		require.NoError(t, err)
		t.Logf("%d rows in %v", n, time.Since(begin))
		require.Equal(t, "P0-0001", out[0].Number)
		require.Equal(t, "P0-0667", out[n-2].Number)
		again, err := db.CreateAll(t.Context(), items)
		require.NoError(t, err)
		require.JSONEq(t, asJSON(t, out), asJSON(t, again[:n-1]))
		require.Equal(t, "P1-0667", again[n-1].Number)
		for _, id := range []workflow.IssueID{1, 500, n} {
			check(t, db, id)
		}
		_, err = db.CreateAll(t.Context(), []store.NewIssue{items[0], items[0]})
		asFault(t, err, "same_key")
	})
}

func TestNumbersAreReadWithTheirRound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		i := create(t, db, found(10))
		for number, id := range map[string]workflow.IssueID{i.Number: 10, i.Number + "-R2": 0, "XC-9": 0, "-R2": 0} {
			got, err := db.IssueByNumber(t.Context(), number)
			require.Equal(t, id, got.ID, number)
			require.Equal(t, id == 0, errors.Is(err, workflow.ErrNotFound))
		}
		_, err := db.Transition(t.Context(), 10, store.Key{}, store.Refs{}, stepTo(1, func(i *workflow.Issue) { i.Round = 2 }))
		require.NoError(t, err)
		require.Equal(t, 2, must(db.IssueByNumber(t.Context(), i.Number+"-R2")).Round)
	})
}

func TestOtherSubjectsHaveChainsOfTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		note := func(kind string, subject int64) workflow.Line {
			return workflow.Line{Kind: kind, Subject: subject, At: at, Action: "sign_in", Person: 1, Note: "从 10.0.0.1"}
		}
		require.NoError(t, db.Note(t.Context(), note("account", 1), note("account", 2), note("account", 1)))
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for n := range errs {
			wg.Go(func() {
				errs[n] = db.Note(context.WithoutCancel(t.Context()), note("account", int64(1+n%2)), note("look", 3))
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		for subject, want := range map[int64]int{1: 12, 2: 11} {
			lines := must(db.History(t.Context(), "account", subject, 0, 100))
			require.Len(t, lines, want)
			var prev [32]byte
			for _, l := range lines {
				require.Equal(t, prev, l.Prev)
				require.Equal(t, l.Hash(prev), l.Digest)
				prev = l.Digest
			}
		}
		require.Len(t, must(db.History(t.Context(), "look", 3, 0, 100)), 20)
		require.Error(t, db.Note(t.Context(), note(workflow.KindIssue, 1)))
	})
}

func TestDefinitionsAreKeptOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		require.NoError(t, db.PutDefinition(t.Context(), "h1", "standard", []byte("a: 1\n")))
		require.NoError(t, db.PutDefinition(t.Context(), "h1", "standard", []byte("other")))
		machine, body, err := db.Definition(t.Context(), "h1")
		require.NoError(t, err)
		require.Equal(t, "standard", machine)
		require.Equal(t, "a: 1\n", string(body))
		_, _, err = db.Definition(t.Context(), "h2")
		asFault(t, err, "no_such_definition")
	})
}

// Every line of history says the same after it was kept, whatever is in its fields.
func TestLinesComeBackAsTheyWere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		l := workflow.Line{Kind: "k", Subject: 5, At: at, Action: "a", Person: 1, Name: "名 ", For: 2, Post: "p", Org: 3, OrgName: "机关工委 ", Relation: "r",
			Rule: "policy.csv:9", OSUser: "u", Round: 2, Version: 3, From: "f", To: "t", Note: "第一行\n😀 ''\\ ", Definition: "d", Data: json.RawMessage(`{"a":"b "}`)}
		require.NoError(t, db.Note(t.Context(), l))
		l.Seal(1, [32]byte{})
		got := must(db.History(t.Context(), "k", 5, 0, 1))[0]
		require.Equal(t, l, got)
		v := reflect.ValueOf(l)
		for n := range v.NumField() {
			require.True(t, !v.Field(n).IsZero() || v.Type().Field(n).Name == "Prev", v.Type().Field(n).Name)
		}
	})
}
