package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
)

// BenchmarkRunDay does the runs of working days with 3,000 issues, of which each has two reports a day that people hear of. "digest" is the
// time of one digest, reading and putting down what is owed included, and "ratio" how many times the page of what waits for the same
// people, which a digest ends with. To reach: 3.
func BenchmarkRunDay(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		o := benchOffice(b, dsn)
		o.fill(3000)
		var ids []workflow.IssueID
		for range 20 {
			ids = append(ids, o.rectifying(workflow.Ordinary).ID)
		}
		day := workflow.Day("2026-11-03")
		o.runOn(day) // what was owed before
		var runs, pages time.Duration
		digests, read := 0, 0
		for b.Loop() {
			o.now = at(day, 15)
			for _, id := range ids {
				for range 2 {
					o.do("gaofeng", id, workflow.Step{Action: workflow.Report, Note: "正在推进"})
				}
			}
			for day = day.Add(1); ; day = day.Add(1) {
				begin := time.Now()
				report := o.runOn(day)
				if report.Skipped == "" {
					runs += time.Since(begin)
					require.Equal(b, store.RunDone, report.Run.Stage)
					digests += report.Digests
					break
				}
			}
			for _, account := range o.staff() {
				by := o.actor(account)
				begin := time.Now()
				_, err := o.Awaiting(o.ctx, by, "", 50)
				pages += time.Since(begin)
				require.NoError(b, err)
				read++
			}
		}
		require.NotZero(b, digests)
		digest, page := runs/time.Duration(digests), pages/time.Duration(read)
		b.ReportMetric(float64(digests)/float64(b.N), "digests/day")
		b.ReportMetric(float64(digest.Microseconds()), "µs/digest")
		b.ReportMetric(float64(digest)/float64(page), "ratio")
	})
}
