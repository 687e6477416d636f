package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// BenchmarkPastDay asks for lists of a past day of 100,000 issues with six lines each over two years: the first time, which lays the day out,
// and then pages and figures.
func BenchmarkPastDay(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchPast(b, storetest.SQLite(b)) })
	b.Run("mysql", func(b *testing.B) { benchPast(b, storetest.MySQL(b)) })
}

func benchPast(b *testing.B, dsn string) {
	db := storetest.Open(b, dsn)
	lived(b, db)
	for _, x := range []struct {
		name string
		ago  int
	}{{"yesterday", 1}, {"month", 30}, {"year", 365}} {
		day := workflow.DayOf(at).Add(-x.ago)
		b.Run(x.name, func(b *testing.B) { benchDay(b, db, day) })
	}
}

func benchDay(b *testing.B, db *store.DB, day workflow.Day) {
	root, unit := store.Scope{Subtrees: []workflow.Lineage{lineage(1)}}, store.Scope{Subtrees: []workflow.Lineage{lineage(1, 12)}}
	f := store.Filter{On: day, Today: day, Phase: workflow.PhaseRectify}
	timed := func(name string, fn func()) {
		begin := time.Now()
		fn()
		b.ReportMetric(float64(time.Since(begin).Microseconds())/1000, name)
	}
	for b.Loop() {
		timed("ms/first", func() { must(db.Issues(b.Context(), root, f, "", 50)) })
		timed("ms/page", func() { require.Len(b, must(db.Issues(b.Context(), root, f, "", 50)).Rows, 50) })
		timed("ms/unit-page", func() { must(db.Issues(b.Context(), unit, f, "", 50)) })
		timed("ms/tally", func() { must(db.Tally(b.Context(), root, store.Filter{On: day, Today: day})) })
		timed("ms/counts", func() {
			n := must(db.Counts(b.Context(), root, store.Filter{On: day, Today: day}))
			b.Logf("%s: %d issues", day, n.Total)
		})
		timed("ms/unit-counts", func() { must(db.Counts(b.Context(), unit, store.Filter{On: day, Today: day})) })
	}
}

// lived writes down 100,000 issues of 76 units and 1,300 branches over two years, each with five steps, most of them closed at the end.
func lived(b *testing.B, db *store.DB) {
	const n, batch, span = 100_000, 500, 730
	begin := time.Now()
	random := rand.New(rand.NewPCG(1, 1))
	next := make([]time.Time, n+1)
	for first := 0; first < n; first += batch {
		items := make([]store.NewIssue, batch)
		for k := range items {
			id := first + k + 1
			i := found(workflow.IssueID(id))
			unit, branch := workflow.OrgID(10+id%76), workflow.OrgID(1000+id%1300)
			i.Responsible, i.Line = branch, lineage(1, unit, branch)
			next[id] = at.AddDate(0, 0, id*span/n-span).Add(time.Duration(random.IntN(8*3600)) * time.Second)
			i.Due = workflow.DayOf(next[id]).Add(60 + random.IntN(120))
			items[k] = store.NewIssue{Prefix: "P", Decide: func(number string, e *store.Earlier) (workflow.Change, error) {
				c, err := creation(i)(number, e)
				c.Line.At = next[id]
				return c, err
			}}
		}
		must(db.CreateAll(b.Context(), items))
	}
	for _, state := range []workflow.State{workflow.Assigned, workflow.Rectifying, workflow.Rectifying, workflow.Verifying, workflow.Closed} {
		for first := 0; first < n; first += batch {
			var ids []workflow.IssueID
			for id := first + 1; id <= first+batch; id++ {
				if next[id] = next[id].Add(time.Duration(1+random.IntN(60*24)) * time.Hour); next[id].Before(at) {
					ids = append(ids, workflow.IssueID(id))
				}
			}
			if len(ids) == 0 {
				continue
			}
			must(db.TransitionAll(b.Context(), ids, store.Key{}, func(l []store.Loaded) (out []workflow.Change, err error) {
				for k := range l {
					after := l[k].Issue
					after.Version++
					after.State, after.Goal = state, fmt.Sprint("进展", after.Version, "：已经补齐会议记录，正在征求意见")
					after.Since = workflow.DayOf(next[after.ID])
					c := change(l[k].Issue, after, "report")
					c.Line.At = next[after.ID]
					out = append(out, c)
				}
				return out, nil
			}))
		}
	}
	b.Logf("%d issues in %v", n, time.Since(begin).Round(time.Second))
}
