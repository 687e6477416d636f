package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow/engine"
)

// BenchmarkDuties makes duty lists, and reads pages of letters and calls, of 100,000 issues with 600,000 charges met in a year, 5,000
// letters and 5,000 calls.
func BenchmarkDuties(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		o := benchOffice(b, dsn)
		o.fill(100_000)
		db := connect(b, dsn)
		run := func(query string, args ...any) {
			_, err := db.ExecContext(o.ctx, query, args...)
			require.NoError(b, err, query)
		}
		for n := range 6 {
			run("INSERT INTO duties_done SELECT id, ?, responsible, 'branch_secretary', 'planning', ?, ?, id % 10 = 0 FROM issues", 100+n, fmt.Sprintf("2026-%02d-15", 2*n+1), fmt.Sprintf("2026-%02d", 2*n+1))
		}
		run("INSERT INTO issue_letters SELECT id, 1, number, 'notice', closer, responsible, '2026-11-20', '2026-10-01', NULL, 1, a1, a2, a3, a4, a5 FROM issues WHERE id % 20 = 0")
		run("INSERT INTO issue_calls SELECT id, 1, responsible, verifier, 'help', '2026-10-01', '2026-10-08', 1, '', NULL, 0, a1, a2, a3, a4, a5 FROM issues WHERE id % 20 = 1")
		month, err := engine.PeriodOf("month", o.Today())
		require.NoError(b, err)
		year, err := engine.PeriodOf("year", o.Today())
		require.NoError(b, err)
		duties := func(account, org string, p engine.Period) func() error {
			by, id := o.actor(account), o.org(org).ID
			return func() error {
				_, err := o.Duties(o.ctx, by, id, true, p, "")
				return err
			}
		}
		own, head := o.actor("gaofeng"), o.actor("zhouqm")
		for _, x := range []struct {
			name string
			run  func() error
		}{
			{"own", func() error { _, err := o.OwnDuties(o.ctx, own, month, ""); return err }},
			{"unit-month", duties("wuhai", "0100", month)}, {"unit-year", duties("wuhai", "0100", year)},
			{"all-month", duties("zhouqm", "00", month)}, {"all-year", duties("zhouqm", "00", year)},
			{"letters-branch", func() error { _, err := o.Letters(o.ctx, own, engine.LetterFilter{}, 0, "", 50); return err }},
			{"letters-all", func() error { _, err := o.Letters(o.ctx, head, engine.LetterFilter{Late: true}, 0, "", 50); return err }},
			{"prompt-unit", func() error {
				_, err := o.Prompt(o.ctx, o.actor("wuhai"), o.org("0101").ID, engine.ThisMonth)
				return err
			}},
			{"prompt-all", func() error { _, err := o.Prompt(o.ctx, head, o.org("00").ID, engine.ThisMonth); return err }},
			{"calls-within", func() error { _, err := o.Calls(o.ctx, head, engine.CallsWithin, "", "", 50); return err }},
		} {
			b.Run(x.name, func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					begin := time.Now()
					require.NoError(b, x.run())
					took = append(took, time.Since(begin))
				}
				b.ReportMetric(float64(median(took).Microseconds()), "µs/list")
			})
		}
	})
}
