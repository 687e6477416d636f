package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

func TestDuplicateNamesTheKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items(t, db)
		require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, 1, "o'clock' for key 'x.y") }))
		for _, c := range []struct {
			id        int
			name, key string
		}{{1, "b", "PRIMARY"}, {2, "o'clock' for key 'x.y", "items_line"}} {
			var inside string
			err := db.Write(t.Context(), func(tx *gorm.DB) error {
				err := insert(tx, c.id, c.name)
				inside, _ = store.IsDuplicate(err)
				require.NoError(t, insert(tx, 3, "it may go on"))
				return err
			})
			key, ok := store.IsDuplicate(err)
			require.True(t, ok, "%v", err)
			require.Equal(t, c.key, key)
			require.Equal(t, c.key, inside)
			require.ErrorIs(t, err, gorm.ErrDuplicatedKey)
		}
		require.Equal(t, 1, count(t, db))
	})
}

func TestRunAgainOnRequestIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items(t, db)
		runs := 0
		require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error {
			if err := insert(tx, 1, "a"); err != nil {
				return err
			}
			if runs++; runs < 3 {
				return store.ErrAgain
			}
			return nil
		}))
		require.Equal(t, 3, runs)
		err := db.Write(t.Context(), func(tx *gorm.DB) error { runs++; return store.ErrAgain })
		asFault(t, err, "database_busy")
		require.Equal(t, 3+12, runs)
	})
}

// Two transactions lock the same two rows in opposite order: the server ends one of them, and it is run again.
func TestDeadlockIsRunAgain(t *testing.T) {
	db := storetest.Open(t, storetest.MySQL(t))
	items(t, db)
	require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return errors.Join(insert(tx, 1, "a"), insert(tx, 2, "b")) }))
	var met sync.WaitGroup // both have their first row
	met.Add(2)
	var runs, deadlocks atomic.Int64
	results := make(chan error, 2)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		go func() {
			first := true
			results <- db.Write(t.Context(), func(tx *gorm.DB) error {
				runs.Add(1)
				if err := bump(tx, order[0]); err != nil {
					return err
				}
				if first {
					first = false
					met.Done()
					met.Wait()
				}
				err := bump(tx, order[1])
				if store.WantsAgain(err) {
					deadlocks.Add(1)
					if insert(tx, 9, "after the end") == nil {
						t.Error("the transaction is over: nothing may run outside of it")
					}
				}
				return err
			})
		}()
	}
	require.NoError(t, <-results)
	require.NoError(t, <-results)
	require.Positive(t, deadlocks.Load())
	require.Equal(t, 2+deadlocks.Load(), runs.Load())
	require.Equal(t, 2, count(t, db))
	require.Equal(t, 3, seq(t, db, 1))
	require.Equal(t, 3, seq(t, db, 2))
}

func bump(tx *gorm.DB, id int) error {
	return tx.Exec("UPDATE items SET seq = seq + ? WHERE id = ?", 1, id).Error
}

func seq(t testing.TB, db *store.DB, id int) (n int) {
	t.Helper()
	require.NoError(t, db.Read(t.Context(), func(tx *gorm.DB) error {
		return tx.Raw("SELECT seq FROM items WHERE id = ?", id).Scan(&n).Error
	}))
	return n
}

func TestLockWaitTimeoutIsRunAgain(t *testing.T) {
	db := storetest.Open(t, storetest.MySQL(t)+"?innodb_lock_wait_timeout=1")
	items(t, db)
	require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, 1, "a") }))
	tx, err := db.Conns().Begin()
	require.NoError(t, err)
	_, err = tx.Exec("UPDATE items SET seq = 5 WHERE id = 1")
	require.NoError(t, err)
	runs := 0
	require.NoError(t, db.Write(t.Context(), func(again *gorm.DB) error {
		if runs++; runs == 2 {
			require.NoError(t, tx.Commit())
		}
		return bump(again, 1)
	}))
	require.Equal(t, 2, runs)
	require.Equal(t, 6, seq(t, db, 1))
}

// Another process holds the file for longer than the busy time-out.
func TestSQLiteHeldByAnotherProcess(t *testing.T) {
	dsn := storetest.SQLite(t)
	db, other := storetest.Open(t, dsn), storetest.Open(t, dsn)
	items(t, db)
	release := held(t, other)
	time.AfterFunc(5500*time.Millisecond, release)
	require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, 1, "a") }))
	require.Equal(t, 1, count(t, db))
}

func TestWhatErrorsMean(t *testing.T) {
	number := func(n uint16) error { return fmt.Errorf("wrapped: %w", &mysql.MySQLError{Number: n}) }
	for _, n := range []uint16{1213, 1205, 9007, 8028, 8002, 8022} {
		require.True(t, store.WantsAgain(number(n)), n)
		require.True(t, store.WantsAgain(store.AtCommit(number(n))), "a no at COMMIT is a no: %d", n)
	}
	for _, err := range []error{number(1180), mysql.ErrInvalidConn, io.EOF, io.ErrUnexpectedEOF, &net.OpError{Op: "read", Err: io.EOF}} {
		require.True(t, store.Unknown(store.AtCommit(err)), err)
	}
	for _, err := range []error{number(1047), mysql.ErrInvalidConn, io.EOF, &net.OpError{Op: "dial", Err: io.EOF}} {
		require.True(t, store.IsLost(err), err)
	}
	for _, err := range []error{nil, store.ErrOnPurpose, number(1062), number(1064), context.Canceled, context.DeadlineExceeded, store.AtCommit(context.Canceled)} {
		require.False(t, store.WantsAgain(err) || store.Unknown(err) || store.IsLost(err), err)
	}
}

// network is a wire to the server that can be cut.
type network struct {
	net.Listener
	down      atomic.Bool
	silent    atomic.Bool  // connections stay open and carry nothing
	thenDown  atomic.Bool  // and nobody gets through after that
	cutCommit atomic.Int64 // so many COMMITs reach the server and their answers are lost
	conns     sync.Map
}

func wire(t *testing.T, dsn string) (*network, string) {
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n := &network{Listener: listener}
	t.Cleanup(n.cut)
	server := u.Host
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go n.carry(client, server)
		}
	}()
	u.Host = listener.Addr().String()
	return n, u.String()
}

func (n *network) carry(client net.Conn, server string) {
	defer client.Close()
	if n.down.Load() {
		return
	}
	upstream, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer upstream.Close()
	n.conns.Store(client, true)
	var deaf atomic.Bool // this connection
	go func() {
		buf := make([]byte, 64<<10)
		for {
			k, err := client.Read(buf)
			if err != nil {
				_ = upstream.Close()
				return
			}
			if bytes.Contains(buf[:k], []byte("COMMIT")) && n.cutCommit.Add(-1) >= 0 {
				deaf.Store(true)
				if n.thenDown.Load() {
					n.down.Store(true)
				}
			}
			if !n.silent.Load() {
				_, _ = upstream.Write(buf[:k])
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		k, err := upstream.Read(buf)
		if err != nil || deaf.Load() {
			return // the answer to COMMIT never arrives
		}
		_, _ = client.Write(buf[:k])
	}
}

func (n *network) cut() {
	n.conns.Range(func(c, _ any) bool { _ = c.(net.Conn).Close(); return true })
}

// The answer to COMMIT is lost. The step looks for its key first, so it is kept once, however often that happens.
func TestUnansweredCommitIsKeptOnce(t *testing.T) {
	wire, dsn := wire(t, storetest.MySQL(t))
	db := storetest.Open(t, dsn)
	items(t, db)
	step := func(id int) (runs int, err error) {
		err = db.Write(t.Context(), func(tx *gorm.DB) error {
			runs++
			var n int
			if err := tx.Raw("SELECT COUNT(*) FROM items WHERE id = ?", id).Scan(&n).Error; err != nil || n > 0 {
				return err
			}
			return insert(tx, id, fmt.Sprint(id))
		})
		return runs, err
	}
	wire.cutCommit.Store(2)
	runs, err := step(1)
	require.NoError(t, err)
	require.Equal(t, 3, runs)
	require.Equal(t, 1, count(t, db))

	wire.cutCommit.Store(1000)
	_, err = step(2)
	require.ErrorIs(t, err, store.ErrUnknown)
	asFault(t, err, "outcome_unknown")
	wire.cutCommit.Store(0)
	_, err = step(2)
	require.NoError(t, err)
	require.Equal(t, 2, count(t, db))

	wire.thenDown.Store(true)
	wire.cutCommit.Store(1)
	_, err = step(3)
	require.ErrorIs(t, err, store.ErrUnknown, "that the server is away now does not mean that nothing was kept")
	wire.down.Store(false)
	_, err = step(3)
	require.NoError(t, err)
	require.Equal(t, 3, count(t, db))
}

func TestDatabaseAwayAndBack(t *testing.T) {
	wire, dsn := wire(t, storetest.MySQL(t))
	db := storetest.Open(t, dsn)
	items(t, db)
	add := func(id int) error {
		return db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, id, fmt.Sprint(id)) })
	}
	require.NoError(t, add(1))
	wire.cut() // for a moment: nobody notices
	require.NoError(t, add(2))
	wire.down.Store(true)
	wire.cut()
	asFault(t, add(3), "database_away")
	asFault(t, db.Read(t.Context(), func(tx *gorm.DB) error { return tx.Exec("SELECT 1").Error }), "database_away")
	asFault(t, db.Ping(t.Context()), "database_away")
	wire.down.Store(false)
	require.NoError(t, db.Ping(t.Context()))
	require.NoError(t, add(3))
	require.Equal(t, 3, count(t, db))
}

// The network swallows everything: a caller who can wait only so long is told in time, and one who can wait is not held for ever.
func TestSilentNetwork(t *testing.T) {
	server := storetest.MySQL(t)
	items(t, storetest.Open(t, server)) // tables take longer than that network gives
	wire, dsn := wire(t, server)
	db := storetest.Open(t, dsn+"?readTimeout=500ms&timeout=500ms")
	wire.silent.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, db.Write(ctx, func(tx *gorm.DB) error { return insert(tx, 1, "a") }), context.DeadlineExceeded)
	asFault(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, 1, "a") }), "database_away")
	wire.silent.Store(false)
	wire.cut()
	require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, 1, "a") }))
	require.Equal(t, 1, count(t, db))
}
