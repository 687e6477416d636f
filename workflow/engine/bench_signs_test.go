package engine_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// BenchmarkSigns looks for signs of paper rectification among 100,000 issues that were submitted, verified and closed over a year, with two
// measures, two files and a text each: in a unit and everywhere, in a quarter and a year. To reach: everything everywhere in a quarter
// under two seconds.
func BenchmarkSigns(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		o := benchOffice(b, dsn)
		o.fillSigns(b, dsn, 100_000)
		for _, c := range []struct {
			name, account, org string
			from               workflow.Day
		}{{"unit-quarter", "wuhai", "0100", "2026-08-03"}, {"unit-year", "wuhai", "0100", "2025-11-03"}, {"all-month", "zhouqm", "00", "2026-10-03"}, {"all-quarter", "zhouqm", "00", "2026-08-03"}, {"all-year", "zhouqm", "00", "2025-11-03"}} {
			for _, sign := range append([]workflow.PaperSignRule{{Sign: ""}}, workflow.PaperSigns()...) {
				b.Run(c.name+"/"+string(sign.Sign), func(b *testing.B) {
					by, q, took, n := o.actor(c.account), engine.SignQuery{Under: o.org(c.org).ID, From: c.from, To: o.Today()}, []time.Duration{}, 0
					busy := cpuTime(b)
					for b.Loop() {
						begin := time.Now()
						p, err := o.Signs(o.ctx, by, q, sign.Sign)
						took, n = append(took, time.Since(begin)), p.Sheets[0].N
						require.NoError(b, err)
					}
					b.ReportMetric(float64((cpuTime(b)-busy).Milliseconds())/float64(len(took)), "cpu-ms/look")
					b.ReportMetric(float64(median(took).Milliseconds()), "ms/look")
					b.ReportMetric(float64(n), "found")
				})
			}
		}
	})
}

// cpuTime is what this process has used of the processors, which on a busy machine tells more than the clock.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fillSigns writes down n issues of which seven in ten are closed and one in twenty waits for its verification.
func (o *office) fillSigns(b *testing.B, dsn string, n int) {
	orgs, err := o.Orgs(o.ctx, 0, "", engine.PageLimit)
	require.NoError(b, err)
	definition := o.rectifying(workflow.Ordinary).Definition
	for done := 0; done < n; {
		items := make([]store.NewIssue, min(1000, n-done))
		for k := range items {
			i := signIssue(done+k+1, orgs[(done+k)%len(orgs)], definition)
			items[k] = store.NewIssue{Prefix: "XC-9999-2026", Decide: func(number string, _ *store.Earlier) (workflow.Change, error) {
				i.Number = number
				return workflow.Change{Issue: i, Line: workflow.Line{At: o.now, Action: "register", Name: "高峰", Round: 1, Version: 1, To: i.State}}, nil
			}}
		}
		_, err := o.db.CreateAll(o.ctx, items)
		require.NoError(b, err)
		done += len(items)
	}
	db := connect(b, dsn)
	year := o.now.AddDate(-1, 0, 0).UnixMilli()
	for seq, x := range []struct {
		action, to string
		minutes    int
		of         string
	}{{"submit", "verifying", 0, "id % 20 < 15"}, {"reject", "rectifying", 1000, "id % 10 = 0"}, {"submit", "verifying", 2000, "id % 10 = 0"}, {"pass", "closing", 2200, "id % 20 < 14"},
		{"close", "closed", 4000, "id % 20 < 14"}, {"request", "rectifying", -9000, "id % 20 = 7"}} {
		at := fmt.Sprintf("%d + (id %% 365) * 86400000 + %d * CASE WHEN id %% 50 = 3 THEN 1 ELSE 60000 END", year, x.minutes)
		for _, into := range []string{
			`INSERT INTO history SELECT 'issue', id, %d, %s, '%s', 1, '', 0, '', responsible, '', '', '', '', 1, 1, '', '%s', '已按整改方案逐条落实，相关制度已印发执行，提请验收', '', '{"request":{"kind":"extension"}}', head, head, NULL, NULL FROM issues WHERE id <= 1000000 AND %s`,
			`INSERT INTO sign_steps SELECT id, %d, '%[3]s', %[2]s, 1, '%[4]s' FROM issues WHERE id <= 1000000 AND %[5]s`,
		} {
			_, err := db.ExecContext(o.ctx, fmt.Sprintf(into, seq+2, at, x.action, x.to, x.of))
			require.NoError(b, err)
		}
	}
}

func signIssue(at int, org engine.Org, definition string) workflow.Issue {
	states := map[bool]workflow.State{true: workflow.Closed, false: workflow.Rectifying}
	i := workflow.Issue{ID: workflow.IssueID(at), Round: 1, Version: 1, Machine: "standard", Definition: definition, State: states[at%20 < 14], Since: "2026-10-01",
		Source: "inspection", Detail: problem(at), FoundOn: "2025-09-01", Kind: workflow.KindTimed, Grade: workflow.Ordinary, Due: workflow.Day("2025-11-10").Add(at % 365),
		Responsible: org.ID, Finder: org.ID, FinderLine: org.Line, Line: org.Line, Reported: at%20 < 15}
	if at%20 == 14 {
		i.State = workflow.Verifying
	}
	did := fmt.Sprintf("已对%s全面排查，逐项建立台账并明确专人负责，完成整改后由支部书记复核签字，材料归档备查", problem(at*7))
	for range 2 {
		i.Measures = append(i.Measures, workflow.Measure{Text: "对照问题清单逐项整改，" + problem(at), Due: i.Due, Done: true, Result: did})
		i.Evidence = append(i.Evidence, workflow.Evidence{Round: 1, Name: "整改材料.pdf", Hash: fmt.Sprintf("%064x", at*2+len(i.Evidence)-at%100/99*2), Size: 1 << 20, At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)})
	}
	i.Evidence = append(i.Evidence, workflow.Evidence{Round: 1, Text: did, At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)})
	return i
}
