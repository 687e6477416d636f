package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"rectify/workflow/store/storetest"
)

const benchClients = 16

// BenchmarkWrite compares a step through the store with the same statements by hand: database/sql, prepared once, one transaction
// at a time on SQLite and 16 at once on MySQL. The two take turns, so that both meet the same noise; "ratio" is steps a second
// through the store over steps a second by hand. To reach: 1.5 on SQLite, 0.75 on MySQL.
func BenchmarkWrite(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchWrite(b, storetest.SQLite(b)) })
	b.Run("mysql", func(b *testing.B) { benchWrite(b, storetest.MySQL(b)) })
}

func benchWrite(b *testing.B, dsn string) {
	db := storetest.Open(b, dsn)
	items(b, db)
	for c := range benchClients {
		require.NoError(b, db.Write(b.Context(), func(tx *gorm.DB) error { return insert(tx, c, fmt.Sprint("issue ", c)) }))
	}
	h := prepareByHand(b, db.Conns())
	var history atomic.Int64
	history.Store(1000)
	ours := func(c int) error {
		return db.Write(context.Background(), func(tx *gorm.DB) error { return benchStep(tx, c, history.Add(1)) })
	}
	byHand := func(c int) error { return h.step(c, history.Add(1)) }
	var took [2]time.Duration
	const slice = 400
	steps := 0
	for b.Loop() {
		for side, step := range []func(int) error{ours, byHand} {
			took[side] += race(b, slice, step)
		}
		steps += slice
	}
	b.ReportMetric(float64(steps)/took[0].Seconds(), "steps/s")
	b.ReportMetric(float64(steps)/took[1].Seconds(), "by-hand/s")
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "ratio")
}

// race has the clients take n steps together.
func race(b *testing.B, n int64, step func(client int) error) time.Duration {
	var left atomic.Int64
	left.Store(n)
	done := make(chan error)
	begin := time.Now()
	for c := range benchClients {
		go func() {
			for left.Add(-1) >= 0 {
				if err := step(c); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range benchClients {
		require.NoError(b, <-done)
	}
	return time.Since(begin)
}

var benchSQL = [4]string{
	"SELECT seq FROM items WHERE id = ?",
	"UPDATE items SET seq = ? WHERE id = ? AND seq = ?",
	"INSERT INTO items (id, name, seq) VALUES (?, ?, ?)",
	"INSERT INTO meta (name, value) VALUES (?, ?)",
}

func benchStep(tx *gorm.DB, c int, history int64) error {
	var n int
	if err := tx.Raw(benchSQL[0], c).Scan(&n).Error; err != nil {
		return err
	}
	if err := tx.Exec(benchSQL[1], n+1, c, n).Error; err != nil {
		return err
	}
	if err := tx.Exec(benchSQL[2], history, "history", history).Error; err != nil {
		return err
	}
	return tx.Exec(benchSQL[3], fmt.Sprint("owed ", history), "…").Error
}

// byHand holds the statements prepared on the pool.
type byHand struct {
	conns *sql.DB
	stmts [4]*sql.Stmt
}

func prepareByHand(b *testing.B, conns *sql.DB) *byHand {
	h := &byHand{conns: conns}
	for n, text := range benchSQL {
		stmt, err := conns.Prepare(text)
		require.NoError(b, err)
		h.stmts[n] = stmt
	}
	return h
}

func (h *byHand) step(c int, history int64) error {
	ctx := context.Background()
	tx, err := h.conns.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var n int
	if err := tx.StmtContext(ctx, h.stmts[0]).QueryRowContext(ctx, c).Scan(&n); err != nil {
		return err
	}
	for i, args := range [][]any{{n + 1, c, n}, {history, "history", history}, {fmt.Sprint("owed ", history), "…"}} {
		if _, err := tx.StmtContext(ctx, h.stmts[i+1]).ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
