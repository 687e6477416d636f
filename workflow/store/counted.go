package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Counters follow the issues in the background. Whatever changes what is counted of an issue leaves a line in the outbox that is
// owed to the counters, of the kind owedCount and with the revision of the row for its seq, in the same transaction. CountOwed takes such lines and
// moves the counters from what they hold of the issue (counted) to what it is now. What is read is always exact: the counters, and on top
// of them the issues to which lines are owed (see pending).
const (
	owedCount  = "count"
	countAtOne = 200 // issues in one transaction
	countEvery = time.Second
	countShare = 10 // of the time, at most one part in so many goes into counting
)

// counted is what counters hold of an issue.
type counted struct {
	state             workflow.State
	due, warn         string
	source, kind      string
	grade, reported   int
	amount, recovered int64
	line              [workflow.MaxDepth]int64
}

const countedColumns = "state, due, warn, source, kind, grade, reported, amount, recovered, a1, a2, a3, a4, a5"

// KeepCounting counts what is owed until ctx ends. It leaves steps most of the time, however much there is to count; several
// processes may do it at once. Errors are logged, and it goes on.
func (db *DB) KeepCounting(ctx context.Context) {
	for {
		begun, pause := db.session.NowFunc(), countEvery
		n, err := db.CountOwed(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			db.log.ErrorContext(ctx, "counting failed; it is tried again", "name", db.name, "error", err)
		case n == countAtOne:
			pause = max(countShare*db.session.NowFunc().Sub(begun), countEvery/countShare)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// CountOwed moves the counters for issues that have changed, a bounded number of them, and says how many there were.
func (db *DB) CountOwed(ctx context.Context) (n int, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error { return scan(&n) }, "SELECT COUNT(*) FROM ("+owedIssues+" LIMIT ?) AS p", 1)
	})
	if n == 0 || err != nil {
		return 0, err
	}
	err = db.write(ctx, func(tx *gorm.DB) error {
		ids, err := takeOwed(tx)
		if n = len(ids); n == 0 || err != nil {
			return err
		}
		was, is := make(map[int64]counted, n), make(map[int64]counted, n)
		err = inBatches(ids, func(marks string, args []any) error {
			if err := readCounted(tx, was, "counted WHERE issue IN ("+marks+")", "issue", args...); err != nil {
				return err
			}
			return readCounted(tx, is, "issues WHERE id IN ("+marks+")", "id", args...)
		})
		if err != nil {
			return err
		}
		return moveCounters(tx, was, is)
	})
	return n, err
}

// owedToCounters is the row of the outbox, see outboxInsert, that goes with a revision of an issue.
func owedToCounters(issue int64, rev int) []any { return []any{owedCount, issue, rev, "", "", 0} }

const owedIssues = "SELECT DISTINCT subject FROM outbox WHERE kind = '" + owedCount + "'"

// owedLine is the place of a line that is owed to the counters.
type owedLine struct{ issue, rev int64 }

// takeOwed takes lines that are owed to the counters out of the outbox, all that there are of some issues, and returns these. errAgain
// if somebody else took one of them meanwhile: so each change is counted once.
func takeOwed(tx *gorm.DB) (ids []int64, err error) {
	var lines []owedLine
	err = each(tx, func(scan func(...any) error) error {
		var l owedLine
		err := scan(&l.issue, &l.rev)
		lines = append(lines, l)
		ids = append(ids, l.issue)
		return err
	}, "SELECT o.subject, o.seq FROM ("+owedIssues+" LIMIT ?) AS p CROSS JOIN outbox o ON o.kind = ? AND o.subject = p.subject ORDER BY o.subject, o.seq",
		countAtOne, owedCount)
	if err != nil {
		return nil, err
	}
	taken := 0
	err = inBatches(lines, func(_ string, batch []any) error {
		const one = "(kind = ? AND subject = ? AND seq = ?)" // a range of seq would keep the next step on the issue waiting
		args := make([]any, 0, 3*len(batch))
		for _, l := range batch {
			args = append(args, owedCount, l.(owedLine).issue, l.(owedLine).rev)
		}
		n, err := exec(tx, "DELETE FROM outbox WHERE "+one+strings.Repeat(" OR "+one, len(batch)-1), args...)
		taken += int(n)
		return err
	})
	if err == nil && taken != len(lines) {
		err = errAgain
	}
	return slices.Compact(ids), err
}

// readCounted reads issues from their table or from counted, which have the same columns but for the id.
func readCounted(tx *gorm.DB, into map[int64]counted, from, id string, args ...any) error {
	return each(tx, func(scan func(...any) error) error {
		var key int64
		var c counted
		var due, warn dayColumn
		err := scan(&key, &c.state, &due, &warn, &c.source, &c.kind, &c.grade, &c.reported, &c.amount, &c.recovered,
			&c.line[0], &c.line[1], &c.line[2], &c.line[3], &c.line[4])
		c.light(due.day, warn.day)
		into[key] = c
		return err
	}, "SELECT "+id+", "+countedColumns+" FROM "+from, args...)
}

// countedOf is what is to be counted of an issue.
func countedOf(i *workflow.Issue) counted {
	c := counted{state: i.State, source: string(i.Source), kind: string(i.Kind), grade: int(i.Grade), reported: flag(i.Reported),
		amount: i.Amount, recovered: i.Recovered, line: ancestors(i.Line)}
	c.light(i.Due, i.Warn)
	return c
}

// light keeps the days that the light turns on, which in many states it never does.
func (c *counted) light(due, warn workflow.Day) {
	c.due, c.warn = noDue, noDue
	if due != "" && c.state.Lit() {
		c.due, c.warn = string(due), cmp.Or(string(warn), noDue)
	}
}

// tallyKey and totalKey name a counter.
type tallyKey struct {
	org       int64
	state     workflow.State
	due, warn string
}

type totalKey struct {
	org             int64
	state           workflow.State
	source, kind    string
	grade, reported int
}

type total struct{ n, amount, recovered int64 }

// moves is by how much counters move.
type moves struct {
	tallies map[tallyKey]int64
	totals  map[totalKey]total
}

// moveCounters moves the counters from what they held of issues to what these are, and keeps that.
func moveCounters(tx *gorm.DB, was, is map[int64]counted) error {
	m := moves{map[tallyKey]int64{}, map[totalKey]total{}}
	var rows [][]any
	for _, id := range slices.Sorted(maps.Keys(is)) {
		c := is[id]
		if old, there := was[id]; !there || old != c {
			m.add(c, 1)
			rows = append(rows, []any{id, string(c.state), c.due, c.warn, c.source, c.kind, c.grade, c.reported, c.amount, c.recovered,
				c.line[0], c.line[1], c.line[2], c.line[3], c.line[4]})
		}
	}
	for id, c := range was {
		if now, there := is[id]; !there || now != c {
			m.add(c, -1)
		}
	}
	if err := forget(tx, was, is); err != nil {
		return err
	}
	if err := insertAll(tx, "REPLACE INTO counted (issue, "+countedColumns+") VALUES ", rows); err != nil {
		return err
	}
	return m.write(tx)
}

// add counts an issue n times.
func (m *moves) add(c counted, n int64) {
	for _, org := range c.line {
		if org == 0 {
			continue
		}
		m.tallies[tallyKey{org, c.state, c.due, c.warn}] += n
		k := totalKey{org, c.state, c.source, c.kind, c.grade, c.reported}
		t := m.totals[k]
		m.totals[k] = total{t.n + n, t.amount + n*c.amount, t.recovered + n*c.recovered}
	}
}

// write moves the counters, always in the same order, and takes those away that are at nothing now.
func (m *moves) write(tx *gorm.DB) error {
	tallies := slices.SortedFunc(maps.Keys(m.tallies), func(a, b tallyKey) int {
		return cmp.Or(cmp.Compare(a.org, b.org), cmp.Compare(a.state, b.state), cmp.Compare(a.due, b.due), cmp.Compare(a.warn, b.warn))
	})
	var rows [][]any
	for _, k := range tallies {
		if n := m.tallies[k]; n != 0 {
			rows = append(rows, []any{k.org, string(k.state), k.due, k.warn, n})
		}
	}
	if err := tallyTable().add(tx, rows); err != nil {
		return err
	}
	totals := slices.SortedFunc(maps.Keys(m.totals), func(a, b totalKey) int {
		return cmp.Or(cmp.Compare(a.org, b.org), cmp.Compare(a.state, b.state), cmp.Compare(a.source, b.source), cmp.Compare(a.kind, b.kind),
			cmp.Compare(a.grade, b.grade), cmp.Compare(a.reported, b.reported))
	})
	rows = nil
	for _, k := range totals {
		if t := m.totals[k]; t != (total{}) {
			rows = append(rows, []any{k.org, string(k.state), k.source, k.kind, k.grade, k.reported, t.n, t.amount, t.recovered})
		}
	}
	return totalTable().add(tx, rows)
}

// forget takes issues out of counted that are not there.
func forget(tx *gorm.DB, was, is map[int64]counted) error {
	var gone []int64
	for id := range was {
		if _, there := is[id]; !there {
			gone = append(gone, id)
		}
	}
	return inBatches(gone, func(marks string, args []any) error {
		_, err := exec(tx, "DELETE FROM counted WHERE issue IN ("+marks+")", args...)
		return err
	})
}

// counterTable is a table of counters: the columns that name a counter, the first of them org, and its numbers, the first of them n.
type counterTable struct {
	name         string
	key, numbers []string
	sums         []string // the numbers as they follow from counted
}

func tallyTable() counterTable {
	return counterTable{"tallies", []string{"org", "state", "due", "warn"}, []string{"n"}, []string{"COUNT(*)"}}
}

func totalTable() counterTable {
	return counterTable{"totals", []string{"org", "state", "source", "kind", "grade", "reported"}, []string{"n", "amount", "recovered"},
		[]string{"COUNT(*)", "SUM(amount)", "SUM(recovered)"}}
}

// add adds to counters. Those that are at nothing then are taken away: else there would be one for each day and state that there ever was.
func (t counterTable) add(tx *gorm.DB, rows [][]any) error {
	var sets []string
	for _, c := range t.numbers {
		added := "excluded." + c
		if tx.Name() == MySQL {
			added = "VALUES(" + c + ")"
		}
		sets = append(sets, c+" = "+t.name+"."+c+" + "+added)
	}
	end := " ON CONFLICT (" + strings.Join(t.key, ", ") + ") DO UPDATE SET " + strings.Join(sets, ", ")
	if tx.Name() == MySQL {
		end = " ON DUPLICATE KEY UPDATE " + strings.Join(sets, ", ")
	}
	into := "INSERT INTO " + t.name + " (" + strings.Join(t.key, ", ") + ", " + strings.Join(t.numbers, ", ") + ") VALUES "
	if err := insertRows(tx, into, rows, end); err != nil {
		return err
	}
	var less []int64
	for _, row := range rows {
		if row[len(t.key)].(int64) < 0 {
			less = append(less, row[0].(int64))
		}
	}
	return inBatches(once(less), func(marks string, args []any) error {
		_, err := exec(tx, "DELETE FROM "+t.name+" WHERE org IN ("+marks+") AND n = 0", args...)
		return err
	})
}
