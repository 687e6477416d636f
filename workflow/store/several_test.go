package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

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
