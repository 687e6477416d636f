package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// BenchmarkTransition compares a step through Transition with its four statements by hand, as BenchmarkWrite does. By hand nothing
// is decided, read as JSON or hashed: the arguments are made beforehand. To reach: 1.5 on SQLite, 0.75 on MySQL.
func BenchmarkTransition(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchTransition(b, storetest.SQLite(b)) })
	b.Run("mysql", func(b *testing.B) { benchTransition(b, storetest.MySQL(b)) })
}

// handIssue is an issue that is moved by hand.
type handIssue struct {
	issue    workflow.Issue
	rev, seq int
	head     [32]byte
}

func benchTransition(b *testing.B, dsn string) {
	db := storetest.Open(b, dsn)
	hands := make([]handIssue, benchClients)
	for n := range benchClients {
		create(b, db, found(workflow.IssueID(n+1)))
		hands[n] = handIssue{issue: create(b, db, found(workflow.IssueID(n+1001))), rev: 1, seq: 1}
	}
	var stmts [4]*sql.Stmt
	for n, text := range store.StepSQL() {
		stmt, err := db.Conns().Prepare(text)
		require.NoError(b, err)
		stmts[n] = stmt
	}
	var key atomic.Int64
	ours := func(c int) error {
		k := store.Key{Command: fmt.Sprint(key.Add(1))}
		_, err := db.Transition(context.Background(), workflow.IssueID(c+1), k, store.Refs{}, stepTo(0, moveOn))
		return err
	}
	var took [2]time.Duration
	var ratios []float64
	const slice = 400
	steps := 0
	for b.Loop() {
		prepared := prepareSteps(b, hands, slice, &key)
		byHand := func(c int) error {
			args := prepared[c][0]
			prepared[c] = prepared[c][1:]
			return stepByHand(db.Conns(), stmts, args)
		}
		first, second := race(b, slice, ours), race(b, slice/2, byHand)
		took[0] += first
		took[1] += second * 2
		ratios = append(ratios, 2*second.Seconds()/first.Seconds())
		steps += slice
		for n := range hands { // what was prepared and not taken
			rewind(b, db, &hands[n])
		}
	}
	slices.Sort(ratios)
	b.ReportMetric(float64(steps)/took[0].Seconds(), "steps/s")
	b.ReportMetric(float64(steps)/took[1].Seconds(), "by-hand/s")
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
}

func moveOn(i *workflow.Issue) {
	i.State = workflow.Rectifying
	if i.Version%2 == 0 {
		i.State = workflow.Verifying
	}
	i.Reported = !i.Reported
}

// prepareSteps makes the arguments of more steps than each client will take.
func prepareSteps(b *testing.B, hands []handIssue, steps int, key *atomic.Int64) [][][4][]any {
	out := make([][][4][]any, len(hands))
	for n := range hands {
		h := hands[n]
		for range steps / 2 {
			after := h.issue
			after.Version++
			moveOn(&after)
			args, err := store.StepArgs(change(h.issue, after, "report"), h.rev, h.seq, h.head, fmt.Sprint(key.Add(1)))
			require.NoError(b, err)
			out[n] = append(out[n], args)
			h.issue, h.rev, h.seq = after, h.rev+1, h.seq+1
		}
	}
	return out
}

func rewind(b *testing.B, db *store.DB, h *handIssue) {
	h.issue = must(db.Issue(b.Context(), h.issue.ID))
	require.NoError(b, db.Conns().QueryRow("SELECT rev, seq FROM issues WHERE id = ?", int64(h.issue.ID)).Scan(&h.rev, &h.seq))
}

func stepByHand(conns *sql.DB, stmts [4]*sql.Stmt, args [4][]any) error {
	ctx := context.Background()
	tx, err := conns.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var into [7]any
	err = tx.StmtContext(ctx, stmts[0]).QueryRowContext(ctx, args[0]...).Scan(&into[0], &into[1], &into[2], &into[3], &into[4], &into[5], &into[6])
	if err != nil {
		return err
	}
	for n := 1; n < len(stmts); n++ {
		if _, err := tx.StmtContext(ctx, stmts[n]).ExecContext(ctx, args[n]...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// BenchmarkIssues reads the first page of 50 of the issues below an org, of 100,000 in all; "ratio" is the median time over that of
// the bare statement, prepared by hand. To reach: at most 2.
func BenchmarkIssues(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchIssues(b, storetest.SQLite(b)) })
	b.Run("mysql", func(b *testing.B) { benchIssues(b, storetest.MySQL(b)) })
}

func benchIssues(b *testing.B, dsn string) {
	db := storetest.Open(b, dsn)
	fill(b, db)
	for name, l := range map[string]workflow.Lineage{"root": lineage(1), "unit": lineage(1, 12), "branch": lineage(1, 10, 1000)} {
		b.Run(name, func(b *testing.B) { benchPage(b, db, store.Scope{Subtrees: []workflow.Lineage{l}}) })
	}
}

// fill writes down 100,000 issues of 76 units and 1,300 branches.
func fill(b *testing.B, db *store.DB) {
	const n, batch = 100_000, 2_000
	states := workflow.States()
	begin := time.Now()
	for first := 0; first < n; first += batch {
		items := make([]store.NewIssue, batch)
		for at := range items {
			id := first + at + 1
			i := found(workflow.IssueID(id))
			unit, branch := workflow.OrgID(10+id%76), workflow.OrgID(1000+id%1300)
			i.Responsible, i.Line = branch, lineage(1, unit, branch)
			i.State, i.Due = states[id%len(states)].State, workflow.Day("2026-01-01").Add(id*7%700)
			items[at] = store.NewIssue{Prefix: "P", Decide: creation(i)}
		}
		must(db.CreateAll(b.Context(), items))
	}
	b.Logf("%d issues imported in %v", n, time.Since(begin).Round(time.Millisecond))
}

// BenchmarkTally counts the issues below an org, of 100,000 in all, by their lights (Tally) and by everything (Counts), with everything
// counted and while 200 issues are owed to the counters; in turns with a bare COUNT(*), prepared by hand. "ratio" is the median time over
// that. To reach, at the root: at most 0.1 with everything counted.
func BenchmarkTally(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchTally(b, storetest.SQLite(b)) })
	b.Run("mysql", func(b *testing.B) { benchTally(b, storetest.MySQL(b)) })
}

func benchTally(b *testing.B, dsn string) {
	db := storetest.Open(b, dsn)
	fill(b, db)
	begin := time.Now()
	for must(db.CountOwed(b.Context())) > 0 {
	}
	b.Logf("counted in %v", time.Since(begin).Round(time.Millisecond))
	stmt, err := db.Conns().Prepare("SELECT COUNT(*) FROM issues WHERE a1 = ?")
	require.NoError(b, err)
	root, f := store.Scope{Subtrees: []workflow.Lineage{lineage(1)}}, store.Filter{Today: "2026-10-31"}
	for _, owed := range []int{0, 200} {
		for id := range owed {
			must(db.Transition(b.Context(), workflow.IssueID(id+1), store.Key{}, store.Refs{}, stepTo(0, moveOn)))
		}
		for name, ask := range map[string]func(context.Context, store.Scope, store.Filter) (store.Counts, error){"tally": db.Tally, "counts": db.Counts} {
			b.Run(fmt.Sprintf("%s-%d-owed", name, owed), func(b *testing.B) {
				var took [2][]time.Duration
				for b.Loop() {
					begin := time.Now()
					require.Equal(b, 100_000, must(ask(b.Context(), root, f)).Total)
					took[0] = append(took[0], time.Since(begin))
					begin = time.Now()
					require.Equal(b, 1, readAll(b, stmt, []any{1}))
					took[1] = append(took[1], time.Since(begin))
				}
				reportMedians(b, took)
			})
		}
	}
}

func reportMedians(b *testing.B, took [2][]time.Duration) {
	for side := range took {
		slices.Sort(took[side])
	}
	ours, bare := took[0][len(took[0])/2], took[1][len(took[1])/2]
	b.ReportMetric(float64(ours.Microseconds()), "µs/ours")
	b.ReportMetric(float64(bare.Microseconds()), "µs/bare")
	b.ReportMetric(float64(ours)/float64(bare), "ratio")
}

func benchPage(b *testing.B, db *store.DB, s store.Scope) {
	open := store.Filter{States: []workflow.State{workflow.Assigned, workflow.Planning, workflow.Rectifying, workflow.Verifying}}
	text, args := store.ListSQL(s, open, 51)
	stmt, err := db.Conns().Prepare(text)
	require.NoError(b, err)
	var took [2][]time.Duration
	for b.Loop() {
		begin := time.Now()
		page := must(db.Issues(b.Context(), s, open, "", 50))
		took[0] = append(took[0], time.Since(begin))
		begin = time.Now()
		require.Equal(b, len(page.Rows), min(50, readAll(b, stmt, args)))
		took[1] = append(took[1], time.Since(begin))
	}
	for side := range took {
		slices.Sort(took[side])
	}
	ours, bare := took[0][len(took[0])/2], took[1][len(took[1])/2]
	b.ReportMetric(float64(ours.Microseconds()), "µs/page")
	b.ReportMetric(float64(bare.Microseconds()), "µs/bare")
	b.ReportMetric(float64(ours)/float64(bare), "ratio")
}

func readAll(b *testing.B, stmt *sql.Stmt, args []any) (n int) {
	rows, err := stmt.Query(args...)
	require.NoError(b, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(b, err)
	into := make([]any, len(columns))
	for at := range into {
		into[at] = new(any)
	}
	for rows.Next() {
		require.NoError(b, rows.Scan(into...))
		n++
	}
	require.NoError(b, rows.Err())
	return n
}
