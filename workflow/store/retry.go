package store

import (
	"context"
	"errors"
	"time"
)

const (
	minPause = time.Millisecond
	maxPause = 128 * time.Millisecond
)

// attempts is how often a transaction is run in all, by what the last attempt met. A file that was busy has been waited for
// already.
func attempts(met outcome) int {
	switch met {
	case rolledBack:
		return 12
	case lost, unknown:
		return 6
	case busy:
		return 2
	}
	return 1
}

// retry runs once until it succeeds, fails for good, has been tried often enough or ctx ends. Once the outcome of a COMMIT was
// unknown it stays so until an attempt gets through: its answer, good or bad, was given knowing what the database kept.
func (db *DB) retry(ctx context.Context, once func() error) error {
	var doubt bool
	for n := 1; ; n++ {
		err := once()
		met := outcomeOf(err)
		doubt = doubt && (met != final || ctx.Err() != nil) && err != nil || met == unknown
		if n < attempts(met) && db.pause(ctx, n) {
			continue
		}
		if doubt {
			db.log.ErrorContext(ctx, "outcome unknown", "name", db.name, "error", err)
			return errors.Join(errUnknownOutcome, ctx.Err())
		}
		return db.explain(ctx, err)
	}
}

// pause waits before attempt n+1, for longer the more there were and never as long as another who began at the same time. It
// returns false if ctx ended.
func (db *DB) pause(ctx context.Context, n int) bool {
	longest := min(minPause<<min(n, 10), maxPause)
	timer := time.NewTimer(minPause + time.Duration(db.rand()*float64(longest-minPause)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
