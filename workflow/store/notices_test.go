package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// Who is told finds what happened, the latest first and page by page, and nothing of what lies outside of the scope, is too old, was
// done by the reader or is told to others.
func TestEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		here, elsewhere := found(10), found(11)
		elsewhere.Responsible, elsewhere.Line = 6, lineage(1, 4, 6)
		elsewhere.Finder, elsewhere.FinderLine, elsewhere.Person = 6, lineage(1, 4, 6), 5
		create(t, db, here)
		create(t, db, elsewhere)
		for range 2 {
			_, err := db.Transition(t.Context(), 10, store.Key{}, store.Refs{}, stepTo(0, func(i *workflow.Issue) { i.Detail += "。" }))
			require.NoError(t, err)
		}
		all, told := store.Scope{All: true}, store.Told{By: 1, Orgs: []workflow.OrgID{3}, People: []workflow.PersonID{1}, Since: at.Add(-time.Hour)}
		read := func(s store.Scope, told store.Told) (seqs []int) {
			t.Helper()
			for after := ""; ; {
				events, err := db.Events(t.Context(), s, told, after, 2)
				require.NoError(t, err)
				if len(events) == 0 {
					return seqs
				}
				for _, e := range events {
					require.Equal(t, workflow.IssueID(10), e.Issue)
					require.Equal(t, "responsible person", e.Tell)
					require.Equal(t, "张三", e.Name)
					require.True(t, at.Equal(e.At))
					require.NotEmpty(t, e.Title)
					seqs = append(seqs, e.Seq)
				}
				after = events[len(events)-1].Cursor()
			}
		}
		require.Equal(t, []int{3, 2, 1}, read(all, told))
		require.Equal(t, []int{3, 2, 1}, read(store.Scope{Subtrees: []workflow.Lineage{lineage(1, 2)}, Orgs: []workflow.OrgID{3}, People: []workflow.PersonID{1}}, told))
		require.Empty(t, read(store.Scope{Subtrees: []workflow.Lineage{lineage(1, 4)}}, told), "outside of the scope")
		require.Empty(t, read(store.Scope{}, told), "nothing is in no scope")
		old, own, other := told, told, told
		old.Since = at
		own.By = 70
		other.Orgs = []workflow.OrgID{2}
		require.Empty(t, read(all, old))
		require.Empty(t, read(all, own))
		require.Empty(t, read(all, other))
		other.People = []workflow.PersonID{5}
		events, err := db.Events(t.Context(), all, other, "", 10)
		require.NoError(t, err)
		require.Len(t, events, 1, "the person is told by name")
		measured := found(12)
		measured.Measures = []workflow.Measure{{Text: "补齐记录", Person: 15}}
		create(t, db, measured)
		other.People = []workflow.PersonID{15}
		events, err = db.Events(t.Context(), all, other, "", 10)
		require.NoError(t, err)
		require.Len(t, events, 1, "and who has a measure")
		_, err = db.Events(t.Context(), all, told, "x", 10)
		asFault(t, err, "bad_cursor")
	})
}

func TestNoticesSeenNeverGoesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		require.True(t, must(db.NoticesSeen(t.Context(), 1)).IsZero())
		for _, upto := range []time.Duration{0, time.Hour, time.Hour, time.Minute} {
			require.NoError(t, db.SeeNotices(t.Context(), 1, at.Add(upto)))
		}
		require.True(t, at.Add(time.Hour).Equal(must(db.NoticesSeen(t.Context(), 1))))
		require.True(t, must(db.NoticesSeen(t.Context(), 2)).IsZero())
	})
}

// Who looks at the newest steps alone is told from when on, and that there were others.
func TestNewestSince(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for n := range workflow.IssueID(3) {
			i := found(10 + n)
			create(t, db, i)
		}
		long := at.Add(-time.Hour)
		from, cut, err := db.NewestSince(t.Context(), long, 3)
		require.NoError(t, err)
		require.False(t, cut)
		require.True(t, long.Equal(from))
		from, cut, err = db.NewestSince(t.Context(), long, 2)
		require.NoError(t, err)
		require.True(t, cut)
		require.True(t, at.Equal(from))
	})
}
