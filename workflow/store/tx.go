package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"
)

// read runs fn with a session for reading; each statement sees what was committed before it. Its errors are in words where the
// database is away.
func (db *DB) read(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return db.explain(ctx, fn(db.session.WithContext(ctx)))
}

// write runs fn in a transaction and returns nil once its COMMIT was answered; if fn returns an error nothing of it is kept and
// the error comes back (errors.Is and isDuplicate work on it).
//
// fn may run several times: it must only read and write through tx, start from scratch each time, and return any error of a
// statement that it does not understand (a duplicate key it may understand). It must not call write, and must be done with the
// rows of one query before it asks the same one again. When COMMIT was not answered fn runs again, so it must look for its own
// key first. On SQLite fn is not interrupted when ctx ends; a write that has not begun then is dropped.
//
// Errors: what fn returns; *workflow.Fault with the codes database_busy, database_away, disk_full; errUnknownOutcome.
func (db *DB) write(ctx context.Context, fn func(tx *gorm.DB) error) error {
	once := db.transaction
	if db.writer != nil {
		once = db.writer.do
	}
	return db.retry(ctx, func() error { return once(ctx, fn) })
}

// transaction runs fn in a transaction of its own on any connection.
func (db *DB) transaction(ctx context.Context, fn func(tx *gorm.DB) error) error {
	tx, err := db.writes.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit; for errors and panics
	conn := &txConn{tx: tx, pool: db.writes}
	if err := conn.run(db.within(ctx, conn), fn); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return &commitError{err}
	}
	conn.prepareMissed(ctx)
	return nil
}

// snapshot runs fn in a transaction that only reads and sees one state of the database throughout.
func (db *DB) snapshot(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return db.explain(ctx, db.retry(ctx, func() error {
		tx, err := db.reads.db.BeginTx(ctx, &sql.TxOptions{Isolation: db.repeatable(), ReadOnly: true})
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		conn := &txConn{tx: tx, pool: db.reads}
		if err := conn.run(db.within(ctx, conn), fn); err != nil {
			return err
		}
		defer conn.prepareMissed(ctx)
		return tx.Rollback()
	}))
}

// repeatable is how a transaction is begun in which every query sees the same; on SQLite each one is so.
func (db *DB) repeatable() sql.IsolationLevel {
	if db.dialect == MySQL {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// within returns a session whose statements all run in the transaction of conn.
func (db *DB) within(ctx context.Context, conn *txConn) *gorm.DB {
	tx := db.session.Session(&gorm.Session{Context: ctx, NewDB: true})
	tx.Statement.ConnPool = conn
	return tx
}

// txConn is the gorm.ConnPool of one transaction: it takes its statements from the pool, and remembers those that were missing.
type txConn struct {
	tx     *sql.Tx
	pool   *pool
	missed []string
	dead   error // the database has ended the transaction: another statement would be on its own, outside of any
}

// run calls fn; a transaction that died in fn is an error even if fn took no notice.
func (c *txConn) run(tx *gorm.DB, fn func(tx *gorm.DB) error) error {
	if err := fn(tx); err != nil {
		return err
	}
	return c.dead
}

// prepareMissed prepares what was missing, after the transaction, because the pool may have no other connection.
func (c *txConn) prepareMissed(ctx context.Context) {
	for _, text := range c.missed {
		c.pool.prepare(ctx, text)
	}
}

func (c *txConn) take(text string, args int) *prepared {
	s, wanted := c.pool.take(text, args)
	if wanted {
		c.missed = append(c.missed, text)
	}
	return s
}

// note keeps an error that ends the transaction on the side of the database.
func (c *txConn) note(err error) {
	var lite *sqlite3.Error
	switch {
	case err == nil, c.dead != nil:
	case outcomeOf(err) != final, errors.As(err, &lite) && lite.Code() != sqlite3.CONSTRAINT && lite.Code() != sqlite3.ERROR:
		c.dead = err
	}
}

// PrepareContext prepares outside of what the pool keeps. Part of gorm.ConnPool.
func (c *txConn) PrepareContext(ctx context.Context, text string) (*sql.Stmt, error) {
	return c.tx.PrepareContext(ctx, text)
}

// ExecContext runs a statement in the transaction. Part of gorm.ConnPool.
func (c *txConn) ExecContext(ctx context.Context, text string, args ...any) (result sql.Result, err error) {
	if c.dead != nil {
		return nil, c.dead
	}
	if s := c.take(text, len(args)); s != nil {
		defer c.pool.give(s)
		result, err = c.tx.StmtContext(ctx, s.stmt).ExecContext(ctx, args...)
	} else {
		result, err = c.tx.ExecContext(ctx, text, args...)
	}
	c.note(err)
	return result, err
}

// QueryContext runs a query in the transaction. Part of gorm.ConnPool.
func (c *txConn) QueryContext(ctx context.Context, text string, args ...any) (rows *sql.Rows, err error) {
	if c.dead != nil {
		return nil, c.dead
	}
	if s := c.take(text, len(args)); s != nil {
		defer c.pool.give(s)
		rows, err = c.tx.StmtContext(ctx, s.stmt).QueryContext(ctx, args...)
	} else {
		rows, err = c.tx.QueryContext(ctx, text, args...)
	}
	c.note(err)
	return rows, err
}

// QueryRowContext runs a query of one row in the transaction. Part of gorm.ConnPool.
func (c *txConn) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	if s := c.take(text, len(args)); s != nil {
		defer c.pool.give(s)
		return c.tx.StmtContext(ctx, s.stmt).QueryRowContext(ctx, args...)
	}
	return c.tx.QueryRowContext(ctx, text, args...)
}
