package engine_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// benchOffice is an office with its people on a new database.
func benchOffice(b *testing.B, dsn string) *office {
	b.Helper()
	defs, err := definitions.Shipped()
	require.NoError(b, err)
	return newOffice(b, storetest.Open(b, dsn), defs).staffed()
}

// benchEach runs fn as a benchmark on each kind of database.
func benchEach(b *testing.B, fn func(b *testing.B, dsn string)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, storetest.SQLite(b)) })
	b.Run("mysql", func(b *testing.B) { fn(b, storetest.MySQL(b)) })
}

// BenchmarkDecide decides a submission: may they see it, may they do it, are the persons apart, is it possible, what comes of it. To
// reach: single microseconds and 5 allocations.
func BenchmarkDecide(b *testing.B) {
	o := benchOffice(b, storetest.SQLite(b))
	guard, err := compiled()
	require.NoError(b, err)
	defs, err := definitions.Shipped()
	require.NoError(b, err)
	i := o.rectifying(workflow.Ordinary)
	i = o.do("gaofeng", i.ID, finished())
	d := defs.For(i.Grade, i.Kind)
	by, s, at := o.actor("gaofeng"), submitted(), o.now
	b.ReportAllocs()
	for b.Loop() {
		actor := by
		if _, ok := guard.Allow(&actor, workflow.View, &i, i.Grade); !ok {
			b.Fatal("not seen")
		}
		grant, ok := guard.Allow(&actor, s.Action, &i, i.Grade)
		if !ok {
			b.Fatal("not permitted")
		}
		actor.As = grant
		if _, err := workflow.Apply(d, i, s, actor, at); err != nil {
			b.Fatal(err)
		}
	}
}

const benchClients = 16

// BenchmarkDo compares a step through the engine, with a key, with the same SQL by hand: prepared statements of database/sql, one
// transaction at a time on SQLite and 16 at once on MySQL. The two take turns, so that both meet the same noise; "ratio" is steps a
// second through the engine over steps a second by hand. To reach: 1.5 on SQLite, 0.75 on MySQL.
func BenchmarkDo(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		o := benchOffice(b, dsn)
		versions := make([]int, benchClients)
		ids := make([]workflow.IssueID, 2*benchClients)
		for n := range ids {
			i := o.rectifying(workflow.Ordinary)
			ids[n] = o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"}).ID
			versions[n%benchClients] = i.Version + 1
		}
		by := o.actor("gaofeng")
		var keys atomic.Int64
		ours := func(c int) error {
			i, err := o.Do(o.ctx, by, ids[c], versions[c], fmt.Sprint("key ", keys.Add(1)), workflow.Step{Action: workflow.Report, Note: "进展正常"})
			versions[c] = i.Version
			return err
		}
		hand := prepareByHand(b, dsn, ids[benchClients:])
		alternate(b, ours, hand.step)
	})
}

// BenchmarkDoWhileCounting takes steps of which each changes what is counted, with the counters following in the background and without,
// in turns. "ratio" is steps a second with them over steps a second without. To reach: 0.9.
func BenchmarkDoWhileCounting(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		o := benchOffice(b, dsn)
		const each = 100 // issues of a client
		all := o.copies(o.do("gaofeng", o.rectifying(workflow.Ordinary).ID, finished()), each*benchClients)
		by := o.actor("gaofeng")
		taken := make([]int, benchClients)
		var keys atomic.Int64
		step := func(c int) error {
			i := &all[c*each+taken[c]%each]
			s := submitted()
			if taken[c]++; i.State == workflow.Verifying {
				s = workflow.Step{Action: workflow.Withdraw}
			}
			after, err := o.Do(o.ctx, by, i.ID, i.Version, fmt.Sprint("key ", keys.Add(1)), s)
			*i = after
			return err
		}
		const slice, turns = 2000, 3
		var took [2]time.Duration
		for b.Loop() {
			for range turns {
				ctx, stop := context.WithCancel(o.ctx)
				counting := make(chan struct{})
				go func() { o.db.KeepCounting(ctx); close(counting) }()
				took[0] += together(b, slice, step)
				stop()
				<-counting
				took[1] += together(b, slice, step)
			}
		}
		b.ReportMetric(float64(b.N*turns*slice)/took[0].Seconds(), "steps/s")
		b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "ratio")
	})
}

// copies writes down n issues that are as the one given.
func (o *office) copies(i workflow.Issue, n int) []workflow.Issue {
	items := make([]store.NewIssue, n)
	for k := range items {
		i := i
		i.ID, i.Version = workflow.IssueID(k+1), 1
		items[k] = store.NewIssue{Prefix: "XC-0101-2026", Decide: func(number string, _ *store.Earlier) (workflow.Change, error) {
			i.Number = number
			return workflow.Change{Issue: i, Line: workflow.Line{At: o.now, Action: "register", Round: 1, Version: 1, To: i.State}}, nil
		}}
	}
	all, err := o.db.CreateAll(o.ctx, items)
	require.NoError(o.t, err)
	return all
}

// alternate has the clients take steps in turns of both ways, and reports how they compare.
func alternate(b *testing.B, ours, byHand func(client int) error) {
	b.Helper()
	const slice, turns = 200, 10
	var took [2]time.Duration
	steps := 0
	for b.Loop() {
		for range turns {
			for side, step := range []func(int) error{ours, byHand} {
				took[side] += together(b, slice, step)
			}
			steps += slice
		}
	}
	b.ReportMetric(float64(steps)/took[0].Seconds(), "steps/s")
	b.ReportMetric(float64(steps)/took[1].Seconds(), "by-hand/s")
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "ratio")
}

// together has the clients take n steps.
func together(b *testing.B, n int64, step func(client int) error) time.Duration {
	b.Helper()
	var left atomic.Int64
	left.Store(n)
	done := make(chan error)
	begin := time.Now()
	for c := range benchClients {
		go func() {
			for left.Add(-1) >= 0 {
				if err := step(c); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range benchClients {
		require.NoError(b, <-done)
	}
	return time.Since(begin)
}

// BenchmarkIssuesPage reads a page of 50 out of 100,000 issues, those of one grade that wait in one unit, through the engine and by the bare
// statement, in turns. "ratio" is the median of the engine over the median by hand. To reach: at most 2.
func BenchmarkIssuesPage(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		o := benchOffice(b, dsn)
		o.fill(100_000)
		by, unit := o.actor("zhenglan"), o.org("0100")
		f := engine.Filter{States: []workflow.State{workflow.Rectifying}, Grades: []workflow.Grade{workflow.Serious}}
		hand := preparePage(b, dsn, unit.ID)
		var took [2][]time.Duration
		for b.Loop() {
			for side, read := range []func() (int, error){func() (int, error) {
				page, err := o.Issues(o.ctx, by, f, unit.ID, "", 50)
				return len(page.Rows), err
			}, hand} {
				begin := time.Now()
				n, err := read()
				took[side] = append(took[side], time.Since(begin))
				require.NoError(b, err)
				require.Equal(b, 50, n)
			}
		}
		b.ReportMetric(float64(median(took[0]).Microseconds()), "µs/page")
		b.ReportMetric(float64(median(took[1]).Microseconds()), "µs/by-hand")
		b.ReportMetric(float64(median(took[0]))/float64(median(took[1])), "ratio")
	})
}

// BenchmarkAwaiting reads the first page of what waits for people of four posts, out of 100,000 issues.
func BenchmarkAwaiting(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		o := benchOffice(b, dsn)
		o.fill(100_000)
		for _, account := range []string{"gaofeng", "xuning", "zhouqm", "dingyi"} {
			b.Run(account, func(b *testing.B) {
				by, took, rows := o.actor(account), []time.Duration{}, 0
				for b.Loop() {
					begin := time.Now()
					w, err := o.Awaiting(o.ctx, by, "", 50)
					took = append(took, time.Since(begin))
					require.NoError(b, err)
					rows = len(w.Rows)
				}
				b.ReportMetric(float64(median(took).Microseconds()), "µs/page")
				b.ReportMetric(float64(rows), "rows")
			})
		}
	})
}

// fill writes down n issues, spread over the branches, states, grades and due days.
func (o *office) fill(n int) {
	o.t.Helper()
	orgs, err := o.Orgs(o.ctx, 0, "", engine.PageLimit)
	require.NoError(o.t, err)
	states := []workflow.State{workflow.Found, workflow.Planning, workflow.Rectifying, workflow.Rectifying, workflow.Verifying, workflow.Closed}
	person, definition := o.actor("gaofeng").Person, o.rectifying(workflow.Ordinary).Definition
	for done := 0; done < n; {
		items := make([]store.NewIssue, min(1000, n-done))
		for k := range items {
			at := done + k
			org := orgs[at%len(orgs)]
			i := workflow.Issue{
				ID: workflow.IssueID(at + 1), Round: 1, Version: 1, Machine: "standard", Definition: definition, State: states[at%len(states)], Since: "2026-10-01",
				Source: "inspection", Detail: fmt.Sprintf("第%d号问题:会议记录缺少签到,学习笔记未及时检查", at), FoundOn: "2026-09-01", Kind: workflow.KindTimed,
				Grade: workflow.Grade(1 + at/7%3), Due: workflow.Day("2026-09-01").Add(at % 365), Finder: orgs[0].ID, FinderLine: orgs[0].Line,
				Responsible: org.ID, Line: org.Line, Verifier: org.Line.NearestAbove(workflow.OrganCommittee), Closer: org.Line.NearestAbove(workflow.OrganCommittee),
			}
			if org.Code == "0101" {
				i.Person = person
			}
			items[k] = store.NewIssue{Prefix: "XC-" + org.Code + "-2026", Decide: func(number string, _ *store.Earlier) (workflow.Change, error) {
				i.Number = number
				return workflow.Change{Issue: i, Line: workflow.Line{At: o.now, Action: "register", Person: person, Name: "高峰", Round: 1, Version: 1, To: i.State}}, nil
			}}
		}
		_, err := o.db.CreateAll(o.ctx, items)
		require.NoError(o.t, err)
		done += len(items)
	}
}
