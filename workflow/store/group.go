package store

import (
	"context"
	"errors"
	"slices"
	"sync"

	"gorm.io/gorm"
)

const maxGroup = 64 // writes in one COMMIT

// writer is the one that writes to an SQLite file. Writes that wait while it is busy share the next COMMIT, which is what costs:
// each in its savepoint, all answered only when that COMMIT was. Each function runs in the goroutine of its caller, so a panic,
// or runtime.Goexit, is the caller's own; the writer only lends the transaction, to one after the other.
type writer struct {
	db    *DB
	queue queue
	done  chan struct{} // closed when the last accepted write was answered
}

// job is one call of write.
type job struct {
	turn   chan *txConn // the transaction, lent
	result chan error   // what became of it, when the caller gives it back
	answer chan error   // the last word
	gone   bool         // the caller panicked and waits no more
}

var errGone = errors.New("the caller is gone")

func startWriter(db *DB) *writer {
	w := &writer{db: db, done: make(chan struct{}), queue: queue{wake: make(chan struct{}, 1)}}
	go w.loop()
	return w
}

// close waits until the accepted writes are answered.
func (w *writer) close() {
	w.queue.close()
	<-w.done
}

// do hands fn to the writer and waits for the answer. If ctx ends before its turn it is dropped.
func (w *writer) do(ctx context.Context, fn func(tx *gorm.DB) error) error {
	j := &job{turn: make(chan *txConn), result: make(chan error, 1), answer: make(chan error, 1)}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !w.queue.push(j) {
		return errClosed
	}
	// An interrupted statement would take the whole transaction with it, and the work of others.
	steady, ended := context.WithoutCancel(ctx), ctx.Done()
	for {
		select {
		case conn := <-j.turn:
			j.run(conn, w.db.within(steady, conn), fn)
		case err := <-j.answer:
			return err
		case <-ended:
			if w.queue.withdraw(j) {
				return ctx.Err()
			}
			ended = nil
		}
	}
}

// run gives the transaction back in every case.
func (j *job) run(conn *txConn, tx *gorm.DB, fn func(tx *gorm.DB) error) {
	err := errGone
	defer func() { j.result <- err }()
	err = conn.run(tx, fn)
}

// lend lets the caller run its function on the transaction and returns what that returned.
func (j *job) lend(conn *txConn) error {
	j.turn <- conn
	err := <-j.result
	j.gone = errors.Is(err, errGone)
	return err
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		group := w.queue.take(maxGroup)
		if group == nil {
			return
		}
		if len(group) > 1 && w.together(group) {
			continue
		}
		for _, j := range group {
			if !j.gone {
				j.answer <- w.alone(j)
			}
		}
	}
}

// alone gives a job a transaction of its own.
func (w *writer) alone(j *job) error {
	ctx := context.Background()
	tx, err := w.db.writes.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	conn := &txConn{tx: tx, pool: w.db.writes}
	if err := j.lend(conn); err != nil {
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return &commitError{err}
	}
	conn.prepareMissed(ctx)
	return nil
}

// together gives the jobs one transaction, each its savepoint. It returns false, with nothing kept and nobody answered, if the
// transaction as a whole failed: what a function saw of the others before it is void then, its own error too. If there could be no
// transaction all hear why at once, instead of each waiting for the lock in turn.
func (w *writer) together(group []*job) bool {
	ctx := context.Background()
	answers := make([]error, len(group))
	tx, err := w.db.writes.db.BeginTx(ctx, nil)
	if err != nil {
		answer(group, slices.Repeat([]error{err}, len(group)))
		return true
	}
	conn := &txConn{tx: tx, pool: w.db.writes}
	for n, j := range group {
		if answers[n], err = inSavepoint(ctx, conn, j); err != nil {
			_ = tx.Rollback()
			return false
		}
	}
	if err := tx.Commit(); err != nil {
		return false
	}
	answer(group, answers)
	conn.prepareMissed(ctx)
	return true
}

func answer(group []*job, answers []error) {
	for n, j := range group {
		if !j.gone {
			j.answer <- answers[n]
		}
	}
}

// inSavepoint returns what the job's function returned, and an error if the transaction did not survive it.
func inSavepoint(ctx context.Context, conn *txConn, j *job) (result, broken error) {
	if _, err := conn.ExecContext(ctx, "SAVEPOINT step"); err != nil {
		return nil, err
	}
	result = j.lend(conn)
	if result != nil { // of a transaction that died, conn says so to either statement
		if _, err := conn.ExecContext(ctx, "ROLLBACK TO step"); err != nil {
			return nil, err
		}
	}
	_, broken = conn.ExecContext(ctx, "RELEASE step")
	return result, broken
}

// queue holds the jobs that wait, in the order they came.
type queue struct {
	mu      sync.Mutex
	waiting []*job
	closed  bool
	wake    chan struct{} // holds one: something changed
}

// push returns false if the queue is closed.
func (q *queue) push(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.waiting = append(q.waiting, j)
	q.nudge()
	return true
}

// withdraw takes a job back. It returns false if the writer has taken it.
func (q *queue) withdraw(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := slices.Index(q.waiting, j)
	if at < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, at, at+1)
	return true
}

// take waits for jobs and returns up to n of them; nil when the queue is closed and empty.
func (q *queue) take(n int) []*job {
	for {
		q.mu.Lock()
		n := min(n, len(q.waiting))
		group := slices.Clone(q.waiting[:n])
		q.waiting = slices.Delete(q.waiting, 0, n)
		closed := q.closed
		q.mu.Unlock()
		if len(group) > 0 {
			return group
		}
		if closed {
			return nil
		}
		<-q.wake
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.nudge()
}

func (q *queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
