package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// step is about what a step of an issue asks of the database.
func step(tx *gorm.DB, id int) error {
	var n int
	if err := tx.Raw("SELECT seq FROM items WHERE id = ?", id).Scan(&n).Error; err != nil {
		return err
	}
	if err := tx.Exec("UPDATE items SET seq = ? WHERE id = ? AND seq = ?", n+1, id, n).Error; err != nil {
		return err
	}
	if err := insert(tx, 1000*(id+1)+n, fmt.Sprint("history", id, "/", n)); err != nil {
		return err
	}
	return tx.Exec("DELETE FROM items WHERE id = ? AND name = ?", 1000*(id+1)+n-1, "nobody").Error
}

// onServer adds up a status variable of the sessions of db, which must be n at most.
func onServer(t *testing.T, db *store.DB, n int, variable string) (sum int) {
	for range n {
		conn, err := db.Conns().Conn(t.Context())
		require.NoError(t, err)
		defer conn.Close()
		var name string
		var value int
		require.NoError(t, conn.QueryRowContext(t.Context(), "SHOW SESSION STATUS LIKE '"+variable+"'").Scan(&name, &value))
		sum += value
	}
	return sum
}

func TestStatementsAreNotPreparedForEachTransaction(t *testing.T) {
	db := storetest.Open(t, storetest.MySQL(t))
	items(t, db)
	const clients, each = 4, 100
	db.Conns().SetMaxOpenConns(clients)
	work := func(steps int) {
		var wg sync.WaitGroup
		for c := range clients {
			wg.Go(func() {
				for range steps {
					if err := db.Write(t.Context(), func(tx *gorm.DB) error { return step(tx, c) }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
	for c := range clients {
		require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return insert(tx, c, fmt.Sprint(c)) }))
	}
	before := onServer(t, db, clients, "Com_stmt_prepare")
	work(each)
	perStep := float64(onServer(t, db, clients, "Com_stmt_prepare")-before) / (clients * each)
	t.Logf("%.3f prepares a step, the first ones included", perStep)
	require.Less(t, perStep, 0.1)
}

// More different statements than are kept, in and out of transactions, from many goroutines: all are answered, and what was dropped
// is dropped on the server as well.
func TestStatementsKeptAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items(t, db)
		if db.Dialect() == store.MySQL {
			db.Conns().SetMaxOpenConns(4)
		}
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range 1200 {
					text := fmt.Sprintf("SELECT %d + ?", (i/2+g)%400)
					ask := func(tx *gorm.DB) error {
						var n int
						err := tx.Raw(text, 1).Scan(&n).Error
						if err == nil && n != (i/2+g)%400+1 {
							err = fmt.Errorf("%s gave %d", text, n)
						}
						return err
					}
					door := db.Read
					if i%4 == 3 {
						door = db.Write
					}
					if err := door(t.Context(), ask); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		require.LessOrEqual(t, store.Kept(db), 256)
		if db.Dialect() == store.MySQL {
			open := onServer(t, db, 4, "Com_stmt_prepare") - onServer(t, db, 4, "Com_stmt_close")
			require.LessOrEqual(t, open, 4*256+4)
			require.Positive(t, open)
		}
	})
}
