package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

const (
	leaseTable  = "migration_lease"
	leaseFor    = 30 // seconds, by the clock of the database
	leaseRenew  = 5 * time.Second
	leasePoll   = 200 * time.Millisecond
	leaseSQL    = "UPDATE " + leaseTable + " SET owner = ?, until_s = %s + ? WHERE name = 'schema' AND (owner = ? OR until_s < %[1]s)"
	leaseCreate = "CREATE TABLE IF NOT EXISTS " + leaseTable +
		" (name VARCHAR(64) NOT NULL PRIMARY KEY, owner VARCHAR(64) NOT NULL, until_s BIGINT NOT NULL)"
)

// withLease runs fn while no other process holds the lease on the tables, waiting for one that does. The lease is a row with an
// end, renewed as long as fn runs: a process that is killed leaves it to the next after half a minute. fn's context ends if the
// lease is lost.
func (db *DB) withLease(ctx context.Context, fn func(context.Context) error) error {
	if db.dialect == SQLite { // the lease is renewed beside the connection that migrates
		db.writes.db.SetMaxOpenConns(2)
		defer db.writes.db.SetMaxOpenConns(1)
	}
	owner := rand.Text()
	if err := db.acquire(ctx, owner); err != nil {
		return err
	}
	defer db.release(ctx, owner)
	held, lose := context.WithCancel(ctx)
	renewing := make(chan struct{})
	go func() {
		defer close(renewing)
		db.renew(held, owner, lose)
	}()
	err := fn(held)
	lose()
	<-renewing
	return err
}

func (db *DB) acquire(ctx context.Context, owner string) error {
	err := db.retry(ctx, func() error {
		_, err := db.writes.db.ExecContext(ctx, leaseCreate)
		return err
	})
	if err != nil {
		return err
	}
	err = db.retry(ctx, func() error {
		_, err := db.writes.db.ExecContext(ctx, "INSERT INTO "+leaseTable+" (name, owner, until_s) VALUES ('schema', '', 0)")
		return db.translate(err)
	})
	if _, there := isDuplicate(err); err != nil && !there {
		return err
	}
	for waited := false; ; waited = true {
		mine, err := db.extend(ctx, owner, leaseFor)
		if mine || err != nil {
			return err
		}
		if !waited {
			db.log.InfoContext(ctx, "waiting for another process that changes the tables", "name", db.name)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(leasePoll):
		}
	}
}

// extend takes or keeps the lease for so many seconds. It returns false if it is another's.
func (db *DB) extend(ctx context.Context, owner string, seconds int) (mine bool, err error) {
	clock := "UNIX_TIMESTAMP()"
	if db.dialect == SQLite {
		clock = "unixepoch()"
	}
	err = db.retry(ctx, func() error {
		result, err := db.writes.db.ExecContext(ctx, fmt.Sprintf(leaseSQL, clock), owner, seconds, owner)
		if err != nil {
			return err
		}
		changed, err := result.RowsAffected()
		mine = changed == 1
		return err
	})
	return mine, err
}

// renew extends the lease until ctx ends. A file that is being migrated may not let it (SQLite): nobody else can write then either.
func (db *DB) renew(ctx context.Context, owner string, lose func()) {
	ticker := time.NewTicker(leaseRenew)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if mine, err := db.extend(ctx, owner, leaseFor); err == nil && !mine {
				db.log.ErrorContext(ctx, "lost the lease on the tables", "name", db.name)
				lose()
				return
			}
		}
	}
}

// release lets the next one in at once. If it fails the lease ends by itself.
func (db *DB) release(ctx context.Context, owner string) {
	const free = "UPDATE " + leaseTable + " SET owner = '', until_s = 0 WHERE name = 'schema' AND owner = ?"
	if _, err := db.writes.db.ExecContext(context.WithoutCancel(ctx), free, owner); err != nil {
		db.log.WarnContext(ctx, "lease not released", "name", db.name, "error", err)
	}
}
