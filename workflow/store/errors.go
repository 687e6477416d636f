package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"

	"rectify/workflow"
)

// errUnknownOutcome is returned when the connection broke in the middle of a COMMIT and trying again did not settle it. The same
// step with the same key tells what became of it. The API may show it as 503.
var errUnknownOutcome error = workflow.Refused("outcome_unknown", workflow.Say(
	"保存时与数据库的连接中断,暂时无法确定这一步是否已经记下;请稍后原样再提交一次(同一请求标识不会重复记录)",
	"the connection to the database broke while saving, so it is not known whether this step was kept; submit it again unchanged later (the same key is never recorded twice)"))

// errAgain may be returned by the function given to write to have its transaction rolled back and run again.
var errAgain = errors.New("run the transaction again")

// errClosed is returned by write after Close.
var errClosed = errors.New("the database is closed")

// outcome is what an error says about the transaction that met it.
type outcome int

const (
	final      outcome = iota // an answer, or a fault that trying again does not mend
	rolledBack                // the database wants it run again
	busy                      // SQLite: another process held the file for all of busy_timeout
	lost                      // the connection broke before COMMIT was sent: nothing was kept
	unknown                   // it broke at COMMIT: kept or not
)

// commitError is an error of COMMIT itself.
type commitError struct{ error }

// Unwrap returns the error of the driver.
func (e *commitError) Unwrap() error { return e.error }

func outcomeOf(err error) outcome {
	var commit *commitError
	atCommit := errors.As(err, &commit)
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return final // at COMMIT as well: database/sql looks at the context before it sends it
	case wantsAgain(err):
		return rolledBack
	case errors.Is(err, sqlite3.BUSY), errors.Is(err, sqlite3.LOCKED):
		return busy
	case atCommit && !refusedAtCommit(err):
		return unknown
	case connectionBroke(err):
		return lost
	}
	return final
}

// wantsAgain: the database rolled the transaction back, or the statement met another's lock, and says so.
func wantsAgain(err error) bool {
	if errors.Is(err, errAgain) {
		return true
	}
	switch mysqlNumber(err) {
	case 1213, 1205, 1020: // deadlock, lock wait time-out, MariaDB's changed record
		return true
	case 8002, 8022, 8027, 8028, 9007: // TiDB: conflict, retryable commit, schema changed twice, write conflict
		return true
	}
	return false
}

// refusedAtCommit: COMMIT was answered with a no that leaves nothing behind.
func refusedAtCommit(err error) bool {
	switch mysqlNumber(err) {
	case 1062, 1451, 1452:
		return true
	}
	return errors.Is(err, sqlite3.CONSTRAINT) || errors.Is(err, sqlite3.FULL)
}

// connectionBroke: the server is away, going away, full or outside its cluster.
func connectionBroke(err error) bool {
	switch mysqlNumber(err) {
	case 1047, 1040, 1053, 1077, 1079, 1203, 1927: // not in the cluster, too many connections, shutting down, killed
		return true
	case 9001, 9002, 9003, 9004, 9005, 9010: // TiDB's own storage is away or busy
		return true
	}
	var network *net.OpError
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
}

func mysqlNumber(err error) uint16 {
	var m *mysql.MySQLError
	if errors.As(err, &m) {
		return m.Number
	}
	return 0
}

// duplicateError is a row refused because a unique key holds its value already.
type duplicateError struct {
	key string
	err error
}

// Error says which key.
func (e *duplicateError) Error() string { return "duplicate in " + e.key + ": " + e.err.Error() }

// Unwrap makes it gorm.ErrDuplicatedKey as well as what the driver said.
func (e *duplicateError) Unwrap() []error { return []error{gorm.ErrDuplicatedKey, e.err} }

// isDuplicate tells whether err is a value that a unique key holds already, and returns the name of that key: the name of the
// index in the migrations, the same on both dialects, or "PRIMARY".
func isDuplicate(err error) (key string, ok bool) {
	var d *duplicateError
	if !errors.As(err, &d) {
		return "", false
	}
	return d.key, true
}

// translate turns an error of a statement into one of this package where it has one.
func (db *DB) translate(err error) error {
	var known *duplicateError
	switch {
	case errors.As(err, &known):
		return err
	case mysqlNumber(err) == 1062:
		return &duplicateError{mysqlKey(err.Error()), err}
	case errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY), errors.Is(err, sqlite3.CONSTRAINT_ROWID):
		return &duplicateError{"PRIMARY", err}
	case errors.Is(err, sqlite3.CONSTRAINT_UNIQUE):
		return &duplicateError{db.sqliteKey(err.Error()), err}
	}
	return err
}

// mysqlKey reads the key from "Duplicate entry '…' for key 'table.key'"; MariaDB leaves the table out. The entry may hold
// anything, so the last quotation counts.
func mysqlKey(message string) string {
	message = strings.TrimSuffix(message, "'")
	key := message[strings.LastIndex(message, "'")+1:]
	return key[strings.LastIndex(key, ".")+1:]
}

// sqliteKey finds the index that covers the columns in "… UNIQUE constraint failed: table.a, table.b". It asks a reading
// connection: the writing one is in the middle of a transaction.
func (db *DB) sqliteKey(message string) string {
	_, columns, _ := strings.Cut(message, "UNIQUE constraint failed: ")
	if name, ok := strings.CutPrefix(columns, "index '"); ok {
		return strings.TrimSuffix(name, "'")
	}
	table, _, _ := strings.Cut(columns, ".")
	const indexes = `SELECT l.name FROM pragma_index_list(?) l WHERE l."unique" = 1 AND
		(SELECT group_concat(? || '.' || c.name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno) c) = ?`
	var name string
	if err := db.reads.db.QueryRowContext(context.Background(), indexes, table, table, columns).Scan(&name); err != nil {
		return columns
	}
	return name
}

// explain turns what is left after all attempts into words, where it can be said in words, and keeps the cause in the log.
func (db *DB) explain(ctx context.Context, err error) error {
	var fault *workflow.Fault
	if err == nil || errors.As(err, &fault) {
		return err
	}
	said := err
	switch outcomeOf(err) {
	case unknown:
		said = errUnknownOutcome
	case lost:
		said = away(db.name)
	case rolledBack, busy:
		said = workflow.Refused("database_busy", workflow.Say("数据库正忙，这一步没有保存；请稍后再试",
			"the database is busy and this step was not kept; try again in a moment"))
	case final:
		if errors.Is(err, sqlite3.INTERRUPT) && ctx.Err() != nil {
			return ctx.Err()
		}
		said = sqliteFault(db.name, err)
	}
	if errors.As(said, &fault) {
		db.log.ErrorContext(ctx, "database", "name", db.name, "code", fault.Code, "error", err)
	}
	return said
}
