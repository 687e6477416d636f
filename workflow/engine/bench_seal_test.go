package engine_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/proof"
	"rectify/workflow/store/storetest"
)

// BenchmarkSealedLines writes lines, seals them, holds the database against its log, takes all in a bundle, and verifies that as on a
// computer without network or database: 20,000 lines, or as many as RECTIFY_LINES says.
func BenchmarkSealedLines(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		lines, _ := strconv.Atoi(os.Getenv("RECTIFY_LINES"))
		if lines == 0 {
			lines = 20000
		}
		db := storetest.Open(b, dsn)
		o := sealedOffice(b, db, filepath.Join(b.TempDir(), "keys")).staffed()
		o.seal()
		measured := map[string]float64{"lines": float64(lines)}
		took := func(what string, fn func()) {
			begun := time.Now()
			fn()
			measured[what+"-s"] = time.Since(begun).Seconds()
		}
		took("write", func() { writeLines(b, o, lines) })
		took("seal", func() {
			n, _ := o.seal()
			require.Equal(b, lines, n)
		})
		took("check", func() {
			r, err := o.CheckSeal(o.ctx, nil, func(int64) {})
			require.NoError(b, err)
			require.Empty(b, r.Wrong)
		})
		name := filepath.Join(b.TempDir(), "all.bundle")
		took("bundle", func() {
			file, err := os.Create(name)
			require.NoError(b, err)
			all, err := o.Bundle(o.ctx, o.actor("jianghe"), engine.BundleWhat{From: "2020-01-01", To: workflow.DayOf(o.now)})
			require.NoError(b, err)
			require.NoError(b, all.Write(o.ctx, file))
			info, err := file.Stat()
			require.NoError(b, err)
			measured["MB"] = float64(info.Size()) / 1e6
			require.NoError(b, file.Close())
		})
		took("verify", func() {
			file, err := os.Open(name)
			require.NoError(b, err)
			defer func() { require.NoError(b, file.Close()) }()
			r := proof.Verify(file, proof.Options{})
			require.Empty(b, r.Wrong)
			require.GreaterOrEqual(b, r.Lines, int64(lines))
		})
		for b.Loop() { // what was measured is above
		}
		for unit, n := range measured {
			b.ReportMetric(n, unit)
		}
	})
}

// writeLines writes lines about 20,000 accounts.
func writeLines(b *testing.B, o *office, lines int) {
	const atOnce, accounts = 1000, 20000
	for n := 0; n < lines; n += atOnce {
		var some []workflow.Line
		for m := range min(atOnce, lines-n) {
			some = append(some, workflow.Line{Kind: engine.KindAccount, Subject: 1<<40 + int64((n+m)%accounts), At: o.now, Action: "sign_in", Name: "测试", Note: "10.0.0.1"})
		}
		require.NoError(b, o.db.Note(o.ctx, some...))
	}
}
