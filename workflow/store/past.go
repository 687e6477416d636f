package store

import (
	"context"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/gorm"

	"rectify/workflow"
)

// A past day is made of two parts. An issue that nothing has happened to since the end of the day is its row as it is. The others are
// laid out in a database of their own: the same tables, private to this process, in memory and on a file that has no name where they
// grow large. Their rows are folded from history, so nothing is stored that could differ from it. What is laid out for a day never changes;
// issues are added to it when something happens to them for the first time since.
const (
	daysKept    = 6 // laid out at once
	foldAtOne   = 500
	roundsAtOne = 10               // of so many issues in one snapshot, which the database must not keep for long
	lateCommit  = 10 * time.Minute // a line may be committed so long after the moment that it bears
)

// past are the days that are laid out.
type past struct {
	mu   sync.Mutex
	days []*pastDay // the one used last is first
}

// pastDay is what is laid out of a day. One at a time uses it.
type pastDay struct {
	mu      sync.Mutex
	day     workflow.Day
	end     int64 // the first moment after it
	then    *DB   // the issues that something has happened to since, as they were
	known   map[int64]bool
	waiting []int64 // known and not laid out yet
	seen    int64   // lines up to this moment were looked at
	moves   orgMoves
	roots   []workflow.OrgID
	broken  bool
}

// both are the two parts of a past day, for reading.
type both struct {
	day  *pastDay
	now  *gorm.DB // the database, at one moment
	then *gorm.DB // what is laid out, in tables of the same names
}

// DayEnd is the first moment after a day.
func dayEnd(day workflow.Day) int64 { return millis(day.Add(1).Time()) }

// onDay runs fn with the two parts of a day, brought up to one moment of the database: each issue that there was at the end of the day is in
// one of them. fn may run several times.
func (db *DB) onDay(ctx context.Context, day workflow.Day, fn func(both) error) error {
	p, err := db.past.take(ctx, db, day)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken { // it was put away meanwhile
		return db.onDay(ctx, day, fn)
	}
	for done := false; err == nil && !done; {
		err = db.snapshot(ctx, func(tx *gorm.DB) error {
			if done, err = p.catchUp(ctx, tx); err != nil || !done {
				return err
			}
			return fn(both{p, tx, p.then.session.WithContext(ctx)})
		})
	}
	return err
}

// take finds a day that is laid out, or begins one and puts the one away that was not used for longest.
func (ps *past) take(ctx context.Context, db *DB, day workflow.Day) (*pastDay, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for n, p := range ps.days {
		if p.day == day {
			copy(ps.days[1:], ps.days[:n])
			ps.days[0] = p
			return p, nil
		}
	}
	then, err := db.scratch(ctx)
	if err != nil {
		return nil, err
	}
	p := &pastDay{day: day, end: dayEnd(day), then: then, known: make(map[int64]bool)}
	p.seen = p.end
	ps.days = append([]*pastDay{p}, ps.days...)
	for n := len(ps.days) - 1; n >= daysKept; n-- {
		if oldest := ps.days[n]; oldest.mu.TryLock() { // one that is in use is put away another time
			oldest.put()
			oldest.mu.Unlock()
			ps.days = append(ps.days[:n:n], ps.days[n+1:]...)
		}
	}
	return p, nil
}

// put puts a day away. The caller has it to itself.
func (p *pastDay) put() {
	p.broken = true
	_ = p.then.closePools()
}

func (ps *past) close() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for _, p := range ps.days {
		p.mu.Lock()
		p.put()
		p.mu.Unlock()
	}
	ps.days = nil
}

// scratch makes an empty database that is private and gone when it is closed, with the tables of this program.
func (db *DB) scratch(ctx context.Context) (*DB, error) {
	conns, err := sqliteConns("", 1, "journal_mode=off", "synchronous=off", "locking_mode=exclusive", "cache_size=-16384")
	if err != nil {
		return nil, err
	}
	then := &DB{dialect: SQLite, name: "past", log: db.log, rand: db.rand, writes: newPool(conns)}
	then.reads = then.writes
	then.session, err = gorm.Open(translator{gormlite.OpenDB(then.reads), then}, gormConfig(db.session.NowFunc, db.session.Logger))
	if err == nil {
		_, err = then.runMigrations(ctx)
	}
	if err != nil {
		_ = then.closePools()
		return nil, err
	}
	return then, nil
}
