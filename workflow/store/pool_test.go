package store_test

import (
	"fmt"
	"strconv"
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

func preparedOnServer(t *testing.T, db *store.DB) int {
	var name, value string
	require.NoError(t, db.Conns().QueryRow("SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'").Scan(&name, &value))
	n, err := strconv.Atoi(value)
	require.NoError(t, err)
	return n
}

func TestStatementsAreNotPreparedForEachTransaction(t *testing.T) {
	db := storetest.Open(t, storetest.MySQL(t))
	items(t, db)
	const clients, each = 4, 100
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
	before := preparedOnServer(t, db)
	work(each)
	perStep := float64(preparedOnServer(t, db)-before) / (clients * each)
	t.Logf("%.3f prepares a step, the first ones included", perStep)
	require.Less(t, perStep, 0.1)
}

// More different statements than are kept, in and out of transactions, from many goroutines: all are answered, and what was dropped
// is dropped on the server as well.
func TestStatementsKeptAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items(t, db)
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
			var name string
			var open int
			require.NoError(t, db.Conns().QueryRow("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'").Scan(&name, &open))
			require.Less(t, open, 2000)
		}
	})
}
