package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Difference is a place where an issue is not what its history says.
type Difference struct {
	Issue   workflow.IssueID
	Number  string // "" where there is no row
	Line    int    // of the history of the issue, 0 where no one line is meant
	Place   string // the column, the field of the issue or the table, as issues.state, doc.due, issue_orgs
	History string // what history says
	Row     string // what there is
}

// Replayed says how much was replayed.
type Replayed struct {
	Issues, Lines int
	Differences   int
}

const (
	replayAtOne = 200              // issues
	clockSkew   = 10 * time.Minute // between the clock of who moved an organisation and of who took a step beside it
)

// Replay lays the histories of all issues over each other and holds what comes of it against the rows: every column and table that follows
// from an issue, and the places of issues whose organisations were moved since their last step. A history with a gap, a line that is not
// what its digest says and a chain that breaks are differences as well; so is a history without an issue. It holds a few hundred issues at
// a time in memory. Each of them is seen at one moment with its history, so that steps may go on meanwhile.
//
// tell is called now and then with how far it came, found with each difference; an error of found ends it and comes back.
func (db *DB) Replay(ctx context.Context, tell func(Replayed), found func(Difference) error) (done Replayed, err error) {
	for last := int64(math.MinInt64); ; {
		var r *replayed
		err := db.snapshot(ctx, func(tx *gorm.DB) (err error) {
			r, err = replayAfter(tx, last)
			return err
		})
		if err != nil {
			return done, err
		}
		for _, d := range r.found {
			done.Differences++
			if err := found(d); err != nil {
				return done, err
			}
		}
		if len(r.rows) == 0 {
			break
		}
		last = r.rows[len(r.rows)-1].id
		done.Issues, done.Lines = done.Issues+len(r.rows), done.Lines+r.lines
		tell(done)
	}
	also := func(d Difference) error {
		done.Differences++
		return found(d)
	}
	for _, t := range keyedTables() {
		if t.of == nil {
			continue
		}
		if err := db.strangers(ctx, t, also); err != nil {
			return done, err
		}
	}
	return done, db.ownerless(ctx, also)
}

// ownerless finds histories of which there is no issue.
func (db *DB) ownerless(ctx context.Context, found func(Difference) error) error {
	var ids []int64
	err := db.read(ctx, func(tx *gorm.DB) error {
		ids = nil
		return each(tx, func(scan func(...any) error) error {
			var id int64
			err := scan(&id)
			ids = append(ids, id)
			return err
		}, "SELECT DISTINCT h.subject FROM history h LEFT JOIN issues i ON i.id = h.subject WHERE h.kind = ? AND i.id IS NULL ORDER BY h.subject LIMIT ?", workflow.KindIssue, maxPage)
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := found(Difference{Issue: workflow.IssueID(id), Place: "issues", History: "there", Row: "not there"}); err != nil {
			return err
		}
	}
	return nil
}

// replayed is a batch of issues on its way.
type replayed struct {
	rows  []foldedRow
	at    map[int64]int // the place of an issue in rows
	moves orgMoves
	lines int
	found []Difference
}

// foldedRow is an issue as its history tells, and the row that there is.
type foldedRow struct {
	id       int64
	number   string
	seq      int
	head     [32]byte
	columns  map[string]string
	history  *telling
	broken   bool            // the history cannot be followed
	expected map[string]rows // of the tables beside issues
}

// replayAfter replays the issues after an id.
func replayAfter(tx *gorm.DB, after int64) (*replayed, error) {
	r := &replayed{at: make(map[int64]int)}
	if err := r.readRows(tx, after); err != nil || len(r.rows) == 0 {
		return r, err
	}
	var err error
	if r.moves, err = readMoves(tx, "SELECT at, data FROM history WHERE kind = ? AND data LIKE ?", KindOrg, `%"line_before"%`); err != nil {
		return nil, err
	}
	if err := r.readLines(tx); err != nil {
		return nil, err
	}
	for n := range r.rows {
		if err := r.compare(&r.rows[n]); err != nil {
			return nil, err
		}
	}
	for _, t := range besideTables() {
		if err := r.compareTable(tx, t); err != nil {
			return nil, err
		}
	}
	for _, t := range keyedTables() {
		if err := r.probe(tx, t); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(r.found, func(a, b Difference) int { return cmp.Compare(a.Issue, b.Issue) })
	return r, nil
}

// note keeps a difference.
func (r *replayed) note(row *foldedRow, line int, place string, history, is any) {
	r.found = append(r.found, Difference{workflow.IssueID(row.id), row.number, line, place, fmt.Sprint(history), fmt.Sprint(is)})
}

// readLines reads the histories of the issues, and has each tell its issue.
func (r *replayed) readLines(tx *gorm.DB) error {
	ids := make([]int64, len(r.rows))
	for n := range r.rows {
		ids[n] = r.rows[n].id
		r.rows[n].history = newTelling(r.moves)
		r.rows[n].expected = make(map[string]rows)
	}
	return inBatches(ids, func(marks string, args []any) error {
		return each(tx, func(scan func(...any) error) error {
			l, err := scanLine(scan)
			if err != nil {
				return err
			}
			r.lines++
			r.take(&r.rows[r.at[l.Subject]], &l)
			return nil
		}, "SELECT "+lineColumns+" FROM history WHERE kind = ? AND subject IN ("+marks+") ORDER BY subject, seq", append([]any{workflow.KindIssue}, args...)...)
	})
}

// take follows a history by one line, as far as it can be followed.
func (r *replayed) take(row *foldedRow, l *workflow.Line) {
	t := row.history
	switch {
	case row.broken:
		return
	case l.Seq != t.seq+1:
		r.note(row, t.seq+1, "history", "there", "missing")
	case l.Prev != t.digest:
		r.note(row, l.Seq, "history.prev", hexDigest(t.digest), hexDigest(l.Prev))
	case l.Hash(l.Prev) != l.Digest:
		r.note(row, l.Seq, "history.digest", hexDigest(l.Hash(l.Prev)), hexDigest(l.Digest))
	default:
		if err := t.tell(l, row.expected); err != nil {
			r.note(row, l.Seq, "history.data", "a change", err)
			break
		}
		for _, x := range [...]struct {
			place    string
			says, is any
		}{{"history.from_state", t.before.State, l.From}, {"history.to_state", t.issue.State, l.To}, {"history.version", t.issue.Version, l.Version},
			{"history.round", t.issue.Round, l.Round}} {
			if x.says != x.is {
				r.note(row, l.Seq, x.place, x.says, x.is)
			}
		}
		return
	}
	row.broken = true
}
