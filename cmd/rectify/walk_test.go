//go:build !race

// Nobody races here: one person does one thing after the other, and under the race detector that takes ten minutes and more.
// scripts/test.sh runs these tests by themselves, without it.

package main

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/api"
	"rectify/api/pagetest"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// town is the demonstration as it is served.
type town struct {
	*opened
	t        *testing.T
	now      func() time.Time
	server   *api.Server
	accounts []string
}

// demoNow is a working day.
func demoNow() time.Time { return time.Date(2026, 11, 4, 15, 0, 0, 0, workflow.China) }

// told is a folder with the demonstration of that day, which no test changes.
var told = sync.OnceValues(func() (string, error) {
	folder := filepath.Join(filepath.Dir(prepared), "demonstration")
	p := &program{ctx: context.Background(), flags: &flags{Data: folder, Lang: "zh"}, now: demoNow, osUser: "tester", out: io.Discard, err: io.Discard,
		log: slog.New(slog.DiscardHandler)}
	r, err := p.loadRules()
	if err == nil {
		_, err = p.demonstrate(r)
	}
	return folder, err
})

// demoFolder has a copy of the demonstration.
func demoFolder(t *testing.T) (*program, rules, []demoAccount) {
	t.Helper()
	from, err := told()
	require.NoError(t, err)
	p := at(t, filepath.Join(t.TempDir(), "data"))
	p.now = demoNow
	require.NoError(t, os.CopyFS(p.flags.Data, os.DirFS(from)))
	r, err := p.loadRules()
	require.NoError(t, err)
	accounts, err := p.demonstrate(r)
	require.NoError(t, err)
	require.Len(t, accounts, 29)
	return p, r, accounts
}

// demoTown makes the demonstration and serves it.
func demoTown(t *testing.T) *town {
	t.Helper()
	p, r, accounts := demoFolder(t)
	return serveTown(t, p, r, accounts)
}

// serveTown serves what is in the folder of a program.
func serveTown(t *testing.T, p *program, r rules, accounts []demoAccount) *town {
	t.Helper()
	o, err := p.openAt(r, false, p.now)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	out := &town{opened: o, t: t, now: p.now}
	all := demoPeople(accounts)
	for _, a := range accounts {
		out.accounts = append(out.accounts, a.account)
		if a.org == "" { // the sign-in page does not offer who holds no post any more
			all = append(all, api.DemoPerson{Account: a.account, Name: a.name})
		}
	}
	out.server, err = api.New(api.Config{Engine: o.engine, Sessions: o.db.Sessions(api.SessionPerson), Log: p.log, Now: p.now, Version: "test", Demo: all})
	require.NoError(t, err)
	return out
}

// as is a browser in which somebody of the demonstration has signed in with one click.
func (x *town) as(t *testing.T, account string) *pagetest.Browser {
	t.Helper()
	b := pagetest.New(t, x.server)
	require.Equal(t, 303, b.Post("/sign-in", map[string][]string{"demo": {account}}).Status, account)
	return b
}

// data is everything that people wrote in the town.
func (x *town) data() *pagetest.Data {
	x.t.Helper()
	ctx := x.t.Context()
	var all []any
	people, err := x.engine.People(ctx, workflow.Actor{}, "", engine.PageLimit)
	require.NoError(x.t, err)
	orgs, err := x.engine.Orgs(ctx, 0, "", engine.PageLimit)
	require.NoError(x.t, err)
	all = append(all, people, orgs)
	for _, account := range x.accounts {
		by, err := x.engine.ActorNamed(ctx, account)
		require.NoError(x.t, err)
		lists, err := x.engine.Checklists(ctx, by, 0, engine.PageLimit)
		require.NoError(x.t, err)
		checks, err := x.engine.SelfChecks(ctx, by)
		require.NoError(x.t, err)
		inbox, err := x.engine.Inbox(ctx, by, 0, engine.PageLimit)
		require.NoError(x.t, err)
		all = append(all, by, lists, checks, inbox)
		page, err := x.engine.Issues(ctx, by, engine.Filter{}, 0, "", engine.PageLimit)
		require.NoError(x.t, err)
		for _, row := range page.Rows {
			dossier, err := x.engine.Dossier(ctx, by, row.ID)
			require.NoError(x.t, err)
			all = append(all, dossier)
		}
	}
	holidays, err := x.engine.Holidays(ctx)
	require.NoError(x.t, err)
	draws, err := x.engine.Draws(ctx, 0, engine.PageLimit)
	require.NoError(x.t, err)
	all = append(all, holidays, draws)
	auditor, err := x.engine.ActorNamed(ctx, "lujin")
	require.NoError(x.t, err)
	audits, err := x.engine.RobotsAudited(ctx, auditor)
	require.NoError(x.t, err)
	mandates, err := x.engine.Mandates(ctx, auditor, 0, engine.PageLimit)
	require.NoError(x.t, err)
	all = append(all, mandates)
	administrator, err := x.engine.ActorNamed(ctx, "chenglang")
	require.NoError(x.t, err)
	robots, err := x.engine.Robots(ctx, administrator)
	require.NoError(x.t, err)
	all = append(all, audits, robots)
	audited := func(kind string, subject int64) {
		record, err := x.engine.Audit(ctx, auditor, kind, subject, 0, engine.PageLimit)
		require.NoError(x.t, err)
		all = append(all, record)
	}
	for _, p := range people {
		audited(engine.KindAccount, int64(p.ID))
		audited(engine.KindLook, int64(p.ID))
	}
	for _, o := range orgs {
		audited(engine.KindOrg, int64(o.ID))
	}
	words := append(slices.Clone(x.accounts), x.osUser, "问题整改台账", "三张清单", "问题整改三张清单") // how the record of a download calls the ledger
	for _, source := range workflow.Sources() {
		words = append(words, source.Text.Zh+"问题整改情况报告") // and what a source is told
	}
	for _, kind := range engine.PeriodKinds() {
		period, err := engine.PeriodOf(kind.Word, workflow.DayOf(x.now()))
		require.NoError(x.t, err)
		for _, p := range []engine.Period{period, period.Before(), period.After()} {
			words = append(words, "责任清单 "+p.Text().Zh) // and the duty lists
		}
	}
	return pagetest.Collect(all...).Also(words...)
}

// Everyone of the demonstration follows every link and every form that looks for something, in both languages: no page is missing or
// broken; each is valid HTML from this host alone, and in the language that was chosen.
func TestEveryPageForEveryoneInTheDemonstration(t *testing.T) {
	t.Parallel()
	x := demoTown(t)
	data := x.data()
	for _, account := range x.accounts {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			for _, lang := range []string{"zh", "en"} {
				w := pagetest.Walk{Browser: x.as(t, account), Lang: lang, Data: data, Most: pagesOf}
				w.Go()
				t.Logf("%s: %d pages of %d kinds", lang, len(w.Read), len(w.Kinds))
				require.Empty(t, strings.Join(slices.Sorted(maps.Keys(w.Wrong)), "\n"))
			}
		})
	}
}

// pagesOf says how many pages of a kind one person looks at: all issues, and of what there is for each of them some.
func pagesOf(kind string) int {
	switch {
	case kind == "/issues/#":
		return 50
	case strings.HasPrefix(kind, "/issues/#/"):
		return 4
	}
	return 10
}
