package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"

	"rectify/workflow"
)

const (
	noDue        = "9999-12-31" // the due day of an issue that has none, so that it sorts last
	firstDay     = "1000-01-01" // earlier than any day
	titleLength  = 120          // characters of the problem that lists show
	searchLength = 2000         // characters of the problem that can be searched
	ownLength    = 191          // characters of the source's own number that are kept beside the issue
	rowsAtOnce   = 100          // rows of one INSERT
	idsAtOnce    = 500          // ids in one IN
)

// The columns of an issue that follow from the issue itself, in the order of derived. A test holds the two together.
const (
	derivedColumns = `version, round, checklist, own_number, source, kind, grade, state, phase, since, due, warn, step_by, found_on, reported,
prompted, supervised, finder, responsible, assigner, verifier, closer, person, turn, decider, a1, a2, a3, a4, a5, amount, recovered, title, search, doc`
	derivedSet = `version = ?, round = ?, checklist = ?, own_number = ?, source = ?, kind = ?, grade = ?, state = ?, phase = ?, since = ?,
due = ?, warn = ?, step_by = ?, found_on = ?, reported = ?, prompted = ?, supervised = ?, finder = ?, responsible = ?, assigner = ?, verifier = ?, closer = ?, person = ?,
turn = ?, decider = ?, a1 = ?, a2 = ?, a3 = ?, a4 = ?, a5 = ?, amount = ?, recovered = ?, title = ?, search = ?, doc = ?`
	issueUpdate = "UPDATE issues SET rev = rev + 1, seq = ?, head = ?, updated_at = ?, " + derivedSet + " WHERE id = ? AND rev = ?"
	issueInsert = "INSERT INTO issues (id, number, rev, seq, head, created_at, updated_at, text_key, " + derivedColumns + ") VALUES "
)

// issueRow is the row of an issue as it was read: the issue and what guards the next change.
type issueRow struct {
	issue workflow.Issue
	rev   int      // counts what was written to the row
	seq   int      // of the last line of history
	head  [32]byte // its digest
}

// derived is the one converter of an issue to its columns.
func derived(i *workflow.Issue) ([]any, error) {
	doc, err := json.Marshal(i)
	if err != nil {
		return nil, fmt.Errorf("issue %s: %w", i.Number, err)
	}
	due, warn, stepBy := orNever(i.Due), orNever(i.Warn), orNever(i.StepBy())
	a := ancestors(i.Line)
	return []any{
		i.Version, i.Round, int64(i.Checklist), cut(i.OwnNumber, ownLength), string(i.Source), string(i.Kind), int(i.Grade), string(i.State),
		string(i.State.Phase()), dayParam(i.Since), due, warn, stepBy, dayParam(i.FoundOn), flag(i.Reported), flag(i.Prompted()), flag(i.Supervised), int64(i.Finder),
		int64(i.Responsible), int64(i.Assigner), int64(i.Verifier), int64(i.Closer), int64(i.Person),
		int64(i.Turn()), int64(i.Request.Decider), a[0], a[1], a[2], a[3], a[4],
		i.Amount, i.Recovered, cut(i.Detail, titleLength), searchText(i), string(doc),
	}, nil
}

// orNever is the day as a column that is compared has it: one that sorts last for none.
func orNever(d workflow.Day) string {
	if d == "" {
		return noDue
	}
	return string(d)
}

func ancestors(l workflow.Lineage) (a [workflow.MaxDepth]int64) {
	for n, place := range l {
		a[n] = int64(place.Org)
	}
	return a
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func dayParam(d workflow.Day) any {
	if d == "" {
		return nil
	}
	return string(d)
}

// cut is the first n characters of a text.
func cut(s string, n int) string {
	for at := range s {
		if n == 0 {
			return s[:at]
		}
		n--
	}
	return s
}

// searchText is what Filter.Text is looked for in.
func searchText(i *workflow.Issue) string {
	return strings.ToLower(i.ShownNumber() + "\n" + i.OwnNumber + "\n" + cut(i.Detail, searchLength))
}

// TextKey recognises a problem that is written down again: the same text, whatever its spaces and punctuation, for the same org.
func TextKey(detail string, responsible workflow.OrgID) [32]byte {
	bare := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, detail)
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte(bare), uint64(responsible))) //nolint:gosec // the bits are what is meant
}

// dayColumn reads a DATE, whatever the driver makes of it; noDue, firstDay and NULL are no day.
type dayColumn struct{ day workflow.Day }

// Scan is called by database/sql.
func (c *dayColumn) Scan(v any) error {
	var s string
	switch v := v.(type) {
	case nil:
	case time.Time:
		s = v.Format(time.DateOnly)
	case []byte:
		s = string(v)
	case string:
		s = v
	default:
		return fmt.Errorf("a day cannot be read from %T", v)
	}
	if s == noDue || s == firstDay {
		s = ""
	}
	c.day = workflow.Day(s)
	return nil
}

// digestColumn reads 32 bytes; NULL leaves them as they are.
type digestColumn [32]byte

// Scan is called by database/sql.
func (c *digestColumn) Scan(v any) error {
	b, ok := v.([]byte)
	if v != nil && (!ok || len(b) != len(c)) {
		return fmt.Errorf("a digest cannot be read from %T of %d bytes", v, len(b))
	}
	copy(c[:], b)
	return nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// insertAll inserts rows of the same width, many with one statement.
func insertAll(tx *gorm.DB, into string, rows [][]any) error { return insertRows(tx, into, rows, "") }

// insertRows is insertAll for a statement that goes on behind the rows.
func insertRows(tx *gorm.DB, into string, rows [][]any, end string) error {
	for len(rows) > 0 {
		n := min(len(rows), rowsAtOnce)
		one := "(" + marks(len(rows[0])) + ")"
		args := make([]any, 0, n*len(rows[0]))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if _, err := exec(tx, into+one+strings.Repeat(", "+one, n-1)+end, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// marks is n question marks. They begin with a space because gorm takes the bytes of a value apart when its question mark comes
// right after a parenthesis.
func marks(n int) string { return strings.TrimPrefix(strings.Repeat(", ?", n), ",") }

// changeOne runs a statement that changes one row if nobody else changed it before; if somebody did it is errAgain.
func changeOne(tx *gorm.DB, statement string, args ...any) error {
	changed, err := exec(tx, statement, args...)
	if err == nil && changed != 1 {
		return errAgain
	}
	return err
}

// raceLost turns a row that another was quicker to insert into errAgain.
func raceLost(err error, keys ...string) error {
	key, double := isDuplicate(err)
	if !double {
		return err
	}
	for _, k := range keys {
		if k == key {
			return errAgain
		}
	}
	return err
}

// each runs a query and calls fn for every row. The text goes to the statement pool as it stands: gorm would build it anew for every
// call, which on the way of a step costs more than the query.
func each(tx *gorm.DB, fn func(scan func(into ...any) error) error, query string, args ...any) (err error) {
	begun, count := tx.NowFunc(), int64(0)
	defer func() { err = after(tx, begun, query, count, err) }()
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for ; rows.Next(); count++ {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// exec runs a statement, as each runs a query, and says how many rows it changed.
func exec(tx *gorm.DB, statement string, args ...any) (changed int64, err error) {
	begun := tx.NowFunc()
	defer func() { err = after(tx, begun, statement, changed, err) }()
	done, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, statement, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// after does what gorm does after a statement of its own: the log hears of it, and its error becomes one of this package.
func after(tx *gorm.DB, begun time.Time, text string, rows int64, err error) error {
	if translator, ok := tx.Dialector.(gorm.ErrorTranslator); ok && err != nil {
		err = translator.Translate(err)
	}
	tx.Logger.Trace(tx.Statement.Context, begun, func() (string, int64) { return text, rows }, err)
	return err
}

// inBatches calls fn with the parameters of an IN, a bounded number at a time. They are filled up to a power of two with the last one
// again, so that there are few different statements and each is prepared once.
func inBatches[T any](all []T, fn func(marks string, args []any) error) error {
	for len(all) > 0 {
		n := min(len(all), idsAtOnce)
		args := make([]any, min(1<<bits.Len(uint(n-1)), idsAtOnce)) //nolint:gosec // n is positive
		for at := range args {
			args[at] = all[min(at, n-1)]
		}
		if err := fn(marks(len(args)), args); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// once is the ids without 0 and each but once, in order.
func once[T ~int64](ids []T) []T {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id T) bool { return id == 0 })
}
