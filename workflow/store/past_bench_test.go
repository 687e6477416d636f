package store_test

import (
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
	begin := time.Now()
	require.NoError(b, store.Lived(b.Context(), db, 100_000, at))
	b.Logf("made in %v", time.Since(begin).Round(time.Second))
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
