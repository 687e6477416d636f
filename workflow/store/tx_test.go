package store_test

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// items makes a table with a primary and a unique key.
func items(t testing.TB, db *store.DB) {
	t.Helper()
	_, err := db.Conns().ExecContext(t.Context(), `CREATE TABLE items (id BIGINT NOT NULL, name VARCHAR(64) NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (id))`)
	require.NoError(t, err)
	_, err = db.Conns().ExecContext(t.Context(), `CREATE UNIQUE INDEX items_line ON items (name, seq)`)
	require.NoError(t, err)
}

func insert(tx *gorm.DB, id int, name string) error {
	return tx.Exec("INSERT INTO items (id, name, seq) VALUES (?, ?, ?)", id, name, 1).Error
}

func count(t testing.TB, db *store.DB) (n int) {
	t.Helper()
	require.NoError(t, db.Read(t.Context(), func(tx *gorm.DB) error {
		return tx.Raw("SELECT COUNT(*) FROM items WHERE id > ?", -1).Scan(&n).Error
	}))
	return n
}

// queued waits until so many writes stand behind the one that keeps the writer busy.
func queued(t testing.TB, db *store.DB, n int) {
	t.Helper()
	require.Eventually(t, func() bool { waiting, _ := store.Queued(db); return waiting == n }, time.Minute, time.Millisecond)
}

// held keeps the writer busy (on SQLite) until release is called, so that what is written meanwhile forms one group.
func held(t testing.TB, db *store.DB) (release func()) {
	t.Helper()
	begun, end := make(chan bool), make(chan bool)
	go func() {
		_ = db.Write(context.Background(), func(tx *gorm.DB) error { close(begun); <-end; return nil })
	}()
	<-begun
	return sync.OnceFunc(func() { close(end) })
}

func TestWriteKeepsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items(t, db)
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			require.NoError(t, insert(tx, 1, "a"))
			return store.ErrOnPurpose
		})
		require.ErrorIs(t, err, store.ErrOnPurpose)
		require.Zero(t, count(t, db))
		require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, 1, "a") }))
		require.Equal(t, 1, count(t, open()), "another process sees it")
	})
}

// One of many fails, one panics, one ends its goroutine: the others are kept, whole, and everyone hears his own outcome.
func TestGroupedWritesDoNotTouchEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items(t, db)
		release := held(t, db)
		defer release()
		const n = 30
		results := make([]error, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				defer func() {
					if p := recover(); p != nil {
						results[i] = fmt.Errorf("panicked: %v", p)
					}
				}()
				results[i] = db.Write(t.Context(), func(tx *gorm.DB) error {
					if err := insert(tx, i, fmt.Sprint("n", i)); err != nil {
						return err
					}
					switch i % 10 {
					case 3:
						return store.ErrOnPurpose
					case 5:
						panic("on purpose")
					case 7:
						runtime.Goexit()
					}
					return nil
				})
			})
		}
		if db.Dialect() == store.SQLite {
			queued(t, db, n)
		}
		release()
		wg.Wait()
		for i, err := range results {
			switch i % 10 {
			case 3:
				require.ErrorIs(t, err, store.ErrOnPurpose)
			case 5:
				require.ErrorContains(t, err, "panicked: on purpose")
			default:
				require.NoError(t, err)
			}
		}
		var ids []int
		require.NoError(t, db.Read(t.Context(), func(tx *gorm.DB) error {
			return tx.Raw("SELECT id FROM items ORDER BY id").Scan(&ids).Error
		}))
		require.Len(t, ids, n*7/10)
		for _, id := range ids {
			require.NotContains(t, []int{3, 5, 7}, id%10)
		}
	})
}

// If the common COMMIT cannot be, each is done by itself, and only the one to blame fails.
func TestGroupThatFailsAtCommitIsDoneOneByOne(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	items(t, db)
	_, err := db.Conns().ExecContext(t.Context(), `CREATE TABLE parts (id BIGINT PRIMARY KEY, item BIGINT NOT NULL REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED)`)
	require.NoError(t, err)
	release := held(t, db)
	defer release()
	var wg sync.WaitGroup
	var runs atomic.Int64
	results := make([]error, 10)
	for i := range results {
		wg.Go(func() {
			defer func() { _ = recover() }()
			results[i] = db.Write(t.Context(), func(tx *gorm.DB) error {
				runs.Add(1)
				if i == 6 {
					panic("on purpose") // it is not asked a second time
				}
				if i == 4 {
					return tx.Exec("INSERT INTO parts (id, item) VALUES (?, ?)", 1, 99).Error // no such item: found at COMMIT
				}
				return insert(tx, i, fmt.Sprint("n", i))
			})
		})
	}
	queued(t, db, len(results))
	release()
	wg.Wait()
	for i, err := range results {
		require.Equal(t, i == 4, err != nil, "%d: %v", i, err)
	}
	require.Equal(t, 8, count(t, db))
	require.Greater(t, runs.Load(), int64(10), "they were in one group first")
}

func TestWriteDroppedWhenItsCallerNoLongerWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items(t, db)
		release := held(t, db)
		defer release()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := db.Write(ctx, func(tx *gorm.DB) error { return insert(tx, 1, "a") })
		require.ErrorIs(t, err, context.Canceled)
		release()
		for range 2000 { // nobody in front
			err = db.Write(ctx, func(tx *gorm.DB) error { return insert(tx, 1, "a") })
			require.ErrorIs(t, err, context.Canceled)
		}
		release = held(t, db)
		defer release()
		ctx, cancel = context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		if db.Dialect() == store.SQLite { // waiting in the queue
			err = db.Write(ctx, func(tx *gorm.DB) error { return insert(tx, 1, "a") })
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		release()
		require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, 2, "b") }))
		require.Equal(t, 1, count(t, db))
	})
}

func TestCloseFinishesWhatWasAccepted(t *testing.T) {
	dsn := storetest.SQLite(t)
	db := storetest.Open(t, dsn)
	items(t, db)
	release := held(t, db)
	results := make(chan error, 5)
	for i := range cap(results) {
		go func() {
			results <- db.Write(context.Background(), func(tx *gorm.DB) error { return insert(tx, i, fmt.Sprint(i)) })
		}()
	}
	queued(t, db, cap(results))
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	require.Eventually(t, func() bool { _, closed := store.Queued(db); return closed }, time.Minute, time.Millisecond)
	require.ErrorIs(t, db.Write(t.Context(), func(tx *gorm.DB) error { return nil }), store.ErrClosed)
	release()
	require.NoError(t, <-closed)
	for range cap(results) {
		require.NoError(t, <-results)
	}
	require.Equal(t, 5, count(t, storetest.Open(t, dsn)))
}

func TestReadingConnectionsCannotWrite(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	items(t, db)
	err := db.Read(t.Context(), func(tx *gorm.DB) error { return insert(tx, 1, "a") })
	require.Error(t, err)
	require.Zero(t, count(t, db))
}

func TestBadAddressesAreRefusedWithoutThePassword(t *testing.T) {
	for dsn, code := range map[string]string{
		"postgres://u:hidden@h/db":                 "bad_database",
		"mysql://u:hidden@:/":                      "bad_database",
		"mysql://u:hid%zz@h:1/db":                  "bad_database",
		"mysql://u:hidden@127.0.0.1:1/db":          "database_away",
		"mysql://u:hidden@no.such.host.invalid/db": "database_away",
	} {
		_, err := store.Open(t.Context(), storetest.Config(dsn))
		said := asFault(t, err, code)
		require.NotContains(t, err.Error()+said.En, "hid", dsn)
	}
}

func TestServerSaysNo(t *testing.T) {
	dsn := storetest.MySQL(t)
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	u.Path = "/rectify_test_no_such"
	_, err = store.Open(t.Context(), storetest.Config(u.String()))
	require.Contains(t, asFault(t, err, "database_missing").Zh, "rectify_test_no_such")
	u.User = url.UserPassword("nobody", "hidden")
	_, err = store.Open(t.Context(), storetest.Config(u.String()))
	require.NotContains(t, asFault(t, err, "database_denied").Zh, "hidden")
}

// asFault requires a fault with the code, said in both languages, and returns what it says.
func asFault(t testing.TB, err error, code string) workflow.Text {
	t.Helper()
	var fault *workflow.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, code, fault.Code)
	require.NotEqual(t, fault.Text.Zh, fault.Text.En)
	require.NotContains(t, fault.Text.Zh+fault.Text.En, "%!")
	return fault.Text
}

func TestFolderAndOddNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "数据 100%#?x")
	db, err := store.Open(t.Context(), store.Config{Data: dir, Setup: true, Now: time.Now})
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.FileExists(t, filepath.Join(dir, "rectify.db"))
	s, err := store.Status(t.Context(), store.Config{DSN: dir, Now: time.Now})
	require.NoError(t, err)
	require.Equal(t, s.Target, s.Current)
}
