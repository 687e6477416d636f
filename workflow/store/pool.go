package store

import (
	"container/list"
	"context"
	"database/sql"
	"errors"
	"sync"
)

const (
	maxPrepared  = 256     // statements kept on each connection; a MySQL server allows 16382 in all
	maxSightings = 1024    // statements remembered for having been seen once
	maxText      = 8 << 10 // longer statements are not worth keeping
)

// pool hands gorm the connections of a *sql.DB with statements that are prepared once a connection and not once a transaction:
// database/sql prepares a statement again in every transaction unless it was prepared on the *sql.DB itself. That is done for
// statements with arguments when they are seen for the second time, so those made for one occasion do not push out the others.
type pool struct {
	db *sql.DB

	mu    sync.Mutex
	kept  map[string]*list.Element // of *prepared
	order *list.List               // most recently used first
	seen  map[string]bool          // once; true: not to be tried (again)
}

// prepared is a statement of the pool. It is closed when it was dropped and nobody uses it any more; users is guarded by pool.mu.
type prepared struct {
	stmt    *sql.Stmt
	text    string
	users   int
	dropped bool
}

func newPool(db *sql.DB) *pool {
	return &pool{db: db, kept: map[string]*list.Element{}, order: list.New(), seen: map[string]bool{}}
}

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, e := range p.kept {
		errs = append(errs, e.Value.(*prepared).stmt.Close())
	}
	p.kept = map[string]*list.Element{}
	return errors.Join(append(errs, p.db.Close())...)
}

// take returns the statement of a text, or nil if it is not prepared; wanted says that it should be.
func (p *pool) take(text string, args int) (s *prepared, wanted bool) {
	if args == 0 || len(text) > maxText {
		return nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.kept[text]; e != nil {
		p.order.MoveToFront(e)
		s = e.Value.(*prepared)
		s.users++
		return s, false
	}
	never, again := p.seen[text]
	if !again {
		if len(p.seen) >= maxSightings {
			clear(p.seen)
		}
		p.seen[text] = false
	}
	return nil, again && !never
}

// give returns a statement that take handed out.
func (p *pool) give(s *prepared) {
	p.mu.Lock()
	s.users--
	unused := s.dropped && s.users == 0
	p.mu.Unlock()
	if unused {
		_ = s.stmt.Close()
	}
}

// prepare keeps the statement from now on and drops the one that was not used for longest. It must not be called within a
// transaction: it takes a connection, and there may be only the one.
func (p *pool) prepare(ctx context.Context, text string) {
	stmt, err := p.db.PrepareContext(ctx, text)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err != nil: // it runs unprepared; whatever is wrong with it shows there
		p.seen[text] = ctx.Err() == nil && outcomeOf(err) == final
		return
	case p.kept[text] != nil: // another was quicker
		_ = stmt.Close()
		return
	}
	delete(p.seen, text)
	p.kept[text] = p.order.PushFront(&prepared{stmt: stmt, text: text})
	if p.order.Len() <= maxPrepared {
		return
	}
	oldest := p.order.Remove(p.order.Back()).(*prepared)
	delete(p.kept, oldest.text)
	oldest.dropped = true
	if oldest.users == 0 {
		_ = oldest.stmt.Close()
	}
}

// ready is take for use outside a transaction, where a statement may be prepared at once.
func (p *pool) ready(ctx context.Context, text string, args int) *prepared {
	s, wanted := p.take(text, args)
	if wanted {
		p.prepare(ctx, text)
		s, _ = p.take(text, args)
	}
	return s
}

// PrepareContext prepares outside of what the pool keeps. Part of gorm.ConnPool.
func (p *pool) PrepareContext(ctx context.Context, text string) (*sql.Stmt, error) {
	return p.db.PrepareContext(ctx, text)
}

// ExecContext runs a statement. Part of gorm.ConnPool.
func (p *pool) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if s := p.ready(ctx, text, len(args)); s != nil {
		defer p.give(s)
		return s.stmt.ExecContext(ctx, args...)
	}
	return p.db.ExecContext(ctx, text, args...)
}

// QueryContext runs a query. Part of gorm.ConnPool.
func (p *pool) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if s := p.ready(ctx, text, len(args)); s != nil {
		defer p.give(s)
		return s.stmt.QueryContext(ctx, args...)
	}
	return p.db.QueryContext(ctx, text, args...)
}

// QueryRowContext runs a query of one row. Part of gorm.ConnPool.
func (p *pool) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	if s := p.ready(ctx, text, len(args)); s != nil {
		defer p.give(s)
		return s.stmt.QueryRowContext(ctx, args...)
	}
	return p.db.QueryRowContext(ctx, text, args...)
}
