package store_test

import (
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

var _ scs.CtxStore = (*store.Sessions)(nil)

func TestSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		sessions := db.Sessions(func(data []byte) workflow.PersonID { return workflow.PersonID(data[0]) })
		later := time.Now().Add(time.Hour)
		for range 2 {
			require.NoError(t, sessions.Commit("a", []byte{1, 2, 0, 255}, later))
		}
		require.NoError(t, sessions.Commit("b", []byte{1}, later))
		require.NoError(t, sessions.Commit("c", []byte{2}, later))
		require.NoError(t, sessions.Commit("old", []byte{2}, time.Now().Add(-time.Second)))
		there := func(token string) bool {
			data, ok, err := sessions.Find(token)
			require.NoError(t, err)
			require.Equal(t, ok, len(data) > 0)
			return ok
		}
		data, _, err := sessions.Find("a")
		require.NoError(t, err)
		require.Equal(t, []byte{1, 2, 0, 255}, data)
		require.False(t, there("old"))
		require.False(t, there("nobody's"))
		var kept int
		require.NoError(t, db.Conns().QueryRow("SELECT COUNT(*) FROM sessions WHERE token = 'a'").Scan(&kept))
		require.Zero(t, kept, "a token is not readable in the database")
		require.NoError(t, sessions.Commit("b", []byte{3}, later))
		require.NoError(t, sessions.Revoke(t.Context(), 1))
		require.False(t, there("a"))
		require.True(t, there("b"), "it has become another's")
		require.NoError(t, sessions.Delete("b"))
		require.NoError(t, sessions.Delete("b"))
		require.False(t, there("b"))
		require.NoError(t, sessions.Commit("b", []byte{3}, later))
		require.False(t, there("b"), "a request that was under way does not bring back what was ended")
		require.Equal(t, 1, must(sessions.Sweep(t.Context())))
		require.True(t, there("c"))
	})
}

func TestPasswords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		none := func(store.Person, *store.Person) workflow.Line { return workflow.Line{At: at, Action: "account"} }
		require.NoError(t, db.PutPeople(t.Context(), []store.Person{{ID: 7, Account: "zhang", Name: "张", Active: true}}, nil, nil, none, nil))
		_, err := db.Credential(t.Context(), "nobody")
		asFault(t, err, "no_such_person")
		require.Empty(t, must(db.Credential(t.Context(), "zhang")).Hash)
		for n := range 8 {
			hash := "$argon2id$v=19$m=1$" + string(rune('0'+n))
			require.NoError(t, db.SetPassword(t.Context(), 7, hash, n%2 == 1, workflow.Line{At: at.Add(time.Duration(n) * time.Hour), Action: "password"}))
		}
		c := must(db.Credential(t.Context(), "zhang"))
		require.Equal(t, "$argon2id$v=19$m=1$7", c.Hash)
		require.Len(t, c.Earlier, 5)
		require.Equal(t, "$argon2id$v=19$m=1$6", c.Earlier[0])
		require.True(t, c.Person.MustChange)
		require.Equal(t, at.Add(7*time.Hour), c.ChangedAt)
		sessions := db.Sessions(func([]byte) workflow.PersonID { return 7 })
		require.NoError(t, sessions.Commit("mine", []byte{1}, time.Now().Add(time.Hour)))
		for _, given := range []bool{false, true} {
			_, signedIn, err := sessions.Find("mine")
			require.NoError(t, err)
			require.True(t, signedIn)
			require.NoError(t, db.SetPassword(t.Context(), 7, c.Hash, given, workflow.Line{At: c.ChangedAt, Action: "password"}))
		}
		_, signedIn, err := sessions.Find("mine")
		require.NoError(t, err)
		require.False(t, signedIn, "a password given by another ends the sessions")
		until := at.Add(time.Minute)
		for range 3 {
			require.NoError(t, db.NoteFailure(t.Context(), 7, func(failed int) time.Time {
				if failed < 3 {
					return time.Time{}
				}
				return until
			}))
		}
		c = must(db.Credential(t.Context(), "zhang"))
		require.Equal(t, 3, c.Failed)
		require.Equal(t, until, c.LockedUntil)
		require.NoError(t, db.NoteFailure(t.Context(), 99, nil))
		require.NoError(t, db.NoteSuccess(t.Context(), 7))
		c = must(db.Credential(t.Context(), "zhang"))
		require.Zero(t, c.Failed)
		require.True(t, c.LockedUntil.IsZero())
		require.Len(t, must(db.History(t.Context(), store.KindAccount, 7, 0, 20)), 11)
	})
}

func TestChecklistsAndTheirRowsAreKnownAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		city(t, db)
		list := store.Checklist{ID: 9, Title: "巡察反馈", Source: "inspection", Unit: 3, FoundOn: "2026-03-01", By: 7, At: at, Digest: [32]byte{1}}
		require.Equal(t, list, must(db.PutChecklist(t.Context(), list, workflow.Line{At: at, Action: "import"})))
		same := list
		same.ID = 99
		require.Equal(t, list, must(db.PutChecklist(t.Context(), same, workflow.Line{At: at, Action: "import"})))
		second := store.Checklist{ID: 10, Title: "巡察反馈", Source: "audit", Unit: 6, At: at}
		must(db.PutChecklist(t.Context(), second, workflow.Line{At: at, Action: "import"}))
		require.Equal(t, list, must(db.Checklist(t.Context(), 9)))
		require.Equal(t, second, must(db.ChecklistNamed(t.Context(), 6, "巡察反馈", "audit")))
		_, err := db.Checklist(t.Context(), 99)
		asFault(t, err, "no_such_checklist")
		require.Len(t, must(db.History(t.Context(), store.KindChecklist, 9, 0, 5)), 1)
		for want, s := range map[int]store.Scope{2: {All: true}, 1: {Subtrees: []workflow.Lineage{lineage(1, 2)}}, 0: {People: []workflow.PersonID{7}}} {
			require.Len(t, must(db.Checklists(t.Context(), s, 0, 5)), want)
		}
		require.Equal(t, []store.Checklist{list}, must(db.Checklists(t.Context(), store.Scope{All: true}, 10, 5)))

		i := found(10)
		i.Detail = "三会一课 记录不全。"
		create(t, db, i)
		create(t, db, found(11))
		_, err = db.Transition(t.Context(), 10, store.Key{}, store.Refs{}, stepTo(1, func(i *workflow.Issue) { i.Detail, i.Responsible = "改过", 5 }))
		require.NoError(t, err)
		text := store.TextKey("三会一课,记录不全", 3)
		rows := must(db.KnownRows(t.Context(), 3, []store.RowKey{{OwnNumber: "三-11"}, {Text: text}, {OwnNumber: "三-99", Text: store.TextKey("别的", 3)}}))
		require.Len(t, rows, 2)
		for _, r := range rows {
			require.True(t, r.Issue == 10 && r.Text == text || r.Issue == 11 && r.OwnNumber == "三-11" && r.Checklist == 9)
		}
		require.Empty(t, must(db.KnownRows(t.Context(), 4, []store.RowKey{{OwnNumber: "三-11"}, {Text: text}})))
	})
}
