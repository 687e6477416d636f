package store

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"
)

// What the tests outside of the package need from inside.

func (db *DB) Write(ctx context.Context, fn func(tx *gorm.DB) error) error { return db.write(ctx, fn) }
func (db *DB) Read(ctx context.Context, fn func(tx *gorm.DB) error) error  { return db.read(ctx, fn) }
func (db *DB) Conns() *sql.DB                                              { return db.writes.db }

// Once is write without another attempt.
func (db *DB) Once(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if db.writer != nil {
		return db.writer.do(ctx, fn)
	}
	return db.transaction(ctx, fn)
}

var (
	IsDuplicate  = isDuplicate
	WantsAgain   = func(err error) bool { return outcomeOf(err) == rolledBack }
	Unknown      = func(err error) bool { return outcomeOf(err) == unknown }
	AtCommit     = func(err error) error { return &commitError{err} }
	ErrUnknown   = errUnknownOutcome
	ErrAgain     = errAgain
	ErrClosed    = errClosed
	IsLost       = func(err error) bool { return outcomeOf(err) == lost }
	ErrOnPurpose = errors.New("on purpose")
)

// Queued is how many writes wait for the writer of an SQLite file, and whether it takes no more.
func Queued(db *DB) (waiting int, closed bool) {
	q := &db.writer.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting), q.closed
}

// Kept is the number of statements that the writing connections keep.
func Kept(db *DB) int {
	db.writes.mu.Lock()
	defer db.writes.mu.Unlock()
	return len(db.writes.kept)
}

// WithLease is withLease.
func WithLease(ctx context.Context, db *DB, fn func(context.Context) error) error {
	return db.withLease(ctx, fn)
}

// Migrations are the embedded files.
var Migrations = migrations
