package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

func owedTo(person workflow.PersonID, rung string) store.Owed {
	return store.Owed{OwedKey: store.OwedKey{Issue: 7, Round: 1, What: "due", Date: "2026-12-31", Rung: rung, Person: person}, On: "2026-12-11"}
}

// A reminder is owed once, a person gets one digest a day, and one that was made of less than the person is owed is not kept.
func TestOneDigestAPersonADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db, ctx := open(), t.Context()
		now := time.Date(2026, 12, 11, 0, 30, 0, 0, time.UTC)
		fresh, err := db.PutOwed(ctx, []store.Owed{owedTo(1, "-20"), owedTo(1, "-20"), owedTo(2, "-20")})
		require.NoError(t, err)
		require.Len(t, fresh, 2)
		fresh, err = db.PutOwed(ctx, []store.Owed{owedTo(1, "-20"), owedTo(1, "-10")})
		require.NoError(t, err)
		require.Equal(t, []store.Owed{owedTo(1, "-10")}, fresh)
		people, owed, err := db.Untold(ctx, 0, 10)
		require.NoError(t, err)
		require.Equal(t, []workflow.PersonID{1, 2}, people)
		require.Equal(t, []store.Owed{owedTo(1, "-10"), owedTo(1, "-20")}, owed[1])

		digest := func(id int64, n int) store.Digest {
			return store.Digest{Person: 1, Day: "2026-12-11", Owed: n, Lines: n, At: now, Messages: []store.Message{{ID: id, Key: "digest/1/2026-12-11/in_app", Person: 1, Channel: store.InApp, Created: now}}}
		}
		_, err = db.PutDigest(ctx, digest(1, 1))
		require.ErrorIs(t, err, store.ErrOwedMore)
		n, err := db.CountDigests(ctx, "2026-12-11")
		require.NoError(t, err)
		require.Zero(t, n, "nothing of it is kept")
		first, err := db.PutDigest(ctx, digest(2, 2))
		require.NoError(t, err)
		require.True(t, first)
		_, err = db.PutOwed(ctx, []store.Owed{owedTo(1, "+1")})
		require.NoError(t, err)
		again, err := db.PutDigest(ctx, digest(3, 1))
		require.NoError(t, err)
		require.False(t, again)
		people, _, err = db.Untold(ctx, 0, 10)
		require.NoError(t, err)
		require.Equal(t, []workflow.PersonID{1, 2}, people, "what came after it is told another day")
		sent, err := db.ClaimMessages(ctx, "x", now, time.Minute, store.InApp, 10)
		require.NoError(t, err)
		require.Len(t, sent, 1)
	})
}

// A run is one process's until its lease ends; a day is not begun once a later one was, and one that was taken over is not kept on.
func TestLeaseOfARun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db, ctx := open(), t.Context()
		now := time.Date(2026, 12, 11, 0, 30, 0, 0, time.UTC)
		begin := func(day workflow.Day, owner string, at time.Time) (store.Run, bool) {
			run, mine, err := db.BeginRun(ctx, day, owner, at, 2*time.Minute)
			require.NoError(t, err)
			return run, mine
		}
		run, mine := begin("2026-12-11", "a", now)
		require.True(t, mine)
		_, mine = begin("2026-12-11", "b", now.Add(time.Minute))
		require.False(t, mine, "another is at it")
		_, mine = begin("2026-12-10", "b", now.Add(time.Hour))
		require.False(t, mine, "a later day was begun, and is nobody's for now")
		run.After = 42
		kept, err := db.KeepRun(ctx, &run, now.Add(time.Minute), 2*time.Minute)
		require.NoError(t, err)
		require.True(t, kept)
		taken, mine := begin("2026-12-11", "b", now.Add(3*time.Minute))
		require.True(t, mine)
		require.Equal(t, int64(42), taken.After, "it goes on where the other broke off")
		kept, err = db.KeepRun(ctx, &run, now.Add(3*time.Minute), 2*time.Minute)
		require.NoError(t, err)
		require.False(t, kept, "taken over")
		taken.Stage, taken.Done = store.RunDone, now
		kept, err = db.KeepRun(ctx, &taken, now.Add(4*time.Minute), 2*time.Minute)
		require.NoError(t, err)
		require.True(t, kept)
		_, mine = begin("2026-12-11", "b", now.Add(time.Hour))
		require.False(t, mine, "done is done")
		next, mine := begin("2026-12-14", "b", now.AddDate(0, 0, 3))
		require.True(t, mine)
		require.Equal(t, run.Upto, next.Since, "news go on where the last run ended")
	})
}
