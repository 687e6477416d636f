package engine_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// connect opens the database of a benchmark beside the program, with the settings that the program has.
func connect(b testing.TB, dsn string) *sql.DB {
	b.Helper()
	u, err := url.Parse(dsn)
	require.NoError(b, err)
	driver, name, clients := "sqlite3", "file:"+strings.TrimPrefix(dsn, "sqlite:")+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)", 1
	if u.Scheme == "mysql" {
		password, _ := u.User.Password()
		driver, name, clients = "mysql", fmt.Sprintf("%s:%s@tcp(%s)%s?collation=utf8mb4_bin", u.User.Username(), password, u.Host, u.Path), benchClients
	}
	db, err := sql.Open(driver, name)
	require.NoError(b, err)
	db.SetMaxOpenConns(clients)
	db.SetMaxIdleConns(clients)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	return db
}

// byHand takes the steps of a benchmark with the statements that the store sends, prepared once.
type byHand struct {
	db                            *sql.DB
	load, update, history, outbox *sql.Stmt
	issues, lines, owed           []record // of each client, as they were kept last
	keys                          atomic.Int64
}

// record is a row with the names of its columns.
type record struct {
	names  []string
	values []any
}

func (r *record) set(name string, v any) { r.values[slices.Index(r.names, name)] = v }

func (r *record) get(name string) int64 {
	n, _ := r.values[slices.Index(r.names, name)].(int64)
	return n
}

func (r *record) without(names ...string) (out record) {
	for n, name := range r.names {
		if !slices.Contains(names, name) {
			out.names, out.values = append(out.names, name), append(out.values, r.values[n])
		}
	}
	return out
}

// toSeal is the row that the line owes to the sealed log.
func (r record) toSeal(seq int64) []any {
	row := record{names: r.names, values: slices.Clone(r.values)}
	for name, value := range map[string]any{"kind": "seal/issue", "seq": seq, "topic": "", "tell": "", "at": 0} {
		row.set(name, value)
	}
	return row.values
}

func readRecord(b *testing.B, db *sql.DB, query string, args ...any) record {
	b.Helper()
	rows, err := db.Query(query, args...)
	require.NoError(b, err)
	defer func() { require.NoError(b, rows.Close()) }()
	require.True(b, rows.Next())
	names, err := rows.Columns()
	require.NoError(b, err)
	r := record{names: names, values: make([]any, len(names))}
	into := make([]any, len(names))
	for n := range into {
		into[n] = &r.values[n]
	}
	require.NoError(b, rows.Scan(into...))
	for n, v := range r.values {
		if day, ok := v.(time.Time); ok {
			r.values[n] = day.Format(time.DateOnly)
		}
	}
	require.NoError(b, rows.Err())
	return r
}

func prepareByHand(b *testing.B, dsn string, ids []workflow.IssueID) *byHand {
	b.Helper()
	h := &byHand{db: connect(b, dsn)}
	for _, id := range ids {
		h.issues = append(h.issues, readRecord(b, h.db, "SELECT * FROM issues WHERE id = ?", int64(id)))
		h.lines = append(h.lines, readRecord(b, h.db, "SELECT * FROM history WHERE kind = 'issue' AND subject = ? ORDER BY seq DESC LIMIT 1", int64(id)))
		h.owed = append(h.owed, readRecord(b, h.db, "SELECT * FROM outbox WHERE kind = 'issue' AND subject = ? ORDER BY seq DESC LIMIT 1", int64(id)))
	}
	changing := h.issues[0].without("id", "rev", "number", "created_at", "text_key")
	prepare := func(text string) *sql.Stmt {
		stmt, err := h.db.Prepare(text)
		require.NoError(b, err)
		return stmt
	}
	h.load = prepare("SELECT i.rev, i.seq, i.head, i.doc, h.subject, h.seq, h.request FROM issues i LEFT JOIN history h ON h.command = ? WHERE i.id = ?")
	h.update = prepare("UPDATE issues SET rev = rev + 1, " + strings.Join(changing.names, " = ?, ") + " = ? WHERE id = ? AND rev = ?")
	h.history = prepare(insertInto("history", h.lines[0]))
	h.outbox = prepare(insertInto("outbox", h.owed[0]) + ", (?" + strings.Repeat(", ?", len(h.owed[0].names)-1) + ")")
	return h
}

func insertInto(table string, r record) string {
	return "INSERT INTO " + table + " (" + strings.Join(r.names, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(r.names)-1) + ")"
}

// step is one step of a client: read, update, a line of history, a line that is owed, in one transaction.
func (h *byHand) step(c int) error {
	ctx := context.Background()
	issue, line, owed := &h.issues[c], &h.lines[c], &h.owed[c]
	key := sha256.Sum256(fmt.Appendf(nil, "by hand %d", h.keys.Add(1)))
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var rev, seq int64
	var head, doc []byte
	var subject, at, request any
	if err := tx.StmtContext(ctx, h.load).QueryRowContext(ctx, key[:], issue.get("id")).Scan(&rev, &seq, &head, &doc, &subject, &at, &request); err != nil {
		return err
	}
	issue.set("seq", seq+1)
	line.set("seq", seq+1)
	line.set("command", key[:])
	owed.set("seq", seq+1)
	changing := issue.without("id", "rev", "number", "created_at", "text_key")
	if _, err := tx.StmtContext(ctx, h.update).ExecContext(ctx, append(changing.values, issue.get("id"), rev)...); err != nil {
		return err
	}
	if _, err := tx.StmtContext(ctx, h.history).ExecContext(ctx, line.values...); err != nil {
		return err
	}
	if _, err := tx.StmtContext(ctx, h.outbox).ExecContext(ctx, append(slices.Clone(owed.values), owed.toSeal(seq+1)...)...); err != nil {
		return err
	}
	return tx.Commit()
}

// preparePage is the bare statement for the first page of the serious issues under way below a unit at the third level.
func preparePage(b *testing.B, dsn string, unit workflow.OrgID) func() (int, error) {
	b.Helper()
	db := connect(b, dsn)
	const columns = "id, number, round, version, own_number, checklist, source, kind, grade, state, due, found_on, since, reported, supervised, title, finder, responsible, person, amount, recovered, updated_at"
	stmt, err := db.Prepare("SELECT " + columns + " FROM issues WHERE a3 = ? AND state = 'rectifying' AND grade = 2 AND due >= '0001-01-01' ORDER BY due, id LIMIT 50")
	require.NoError(b, err)
	return func() (n int, err error) {
		rows, err := stmt.Query(int64(unit))
		if err != nil {
			return 0, err
		}
		defer func() { err = rows.Close() }()
		values := make([]any, strings.Count(columns, ",")+1)
		into := make([]any, len(values))
		for n := range into {
			into[n] = &values[n]
		}
		for ; rows.Next(); n++ {
			if err := rows.Scan(into...); err != nil {
				return n, err
			}
		}
		return n, rows.Err()
	}
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
