package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// at is a program whose data are in a folder of the test.
func at(t *testing.T, folder string) *program {
	t.Helper()
	return &program{ctx: t.Context(), flags: &flags{Data: folder, Lang: "zh"}, now: time.Now, osUser: "tester", out: new(bytes.Buffer), err: new(bytes.Buffer),
		log: slog.New(slog.DiscardHandler)}
}

// demonstrated opens a demonstration that was made at a moment.
func demonstrated(t *testing.T, now time.Time) (*opened, workflow.Actor) {
	t.Helper()
	p := at(t, t.TempDir())
	p.now = func() time.Time { return now }
	r, err := p.loadRules()
	require.NoError(t, err)
	accounts, err := p.demonstrate(r)
	require.NoError(t, err)
	require.Len(t, accounts, 29)
	o, err := p.openAt(r, false, p.now)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	by, err := o.engine.ActorNamed(t.Context(), "fangyi")
	require.NoError(t, err)
	return o, by
}

// Whatever the day, also in a year whose holidays are not known yet.
func TestDemonstrationReconciles(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{time.Now(), time.Date(2028, 5, 6, 20, 0, 0, 0, time.UTC)} {
		t.Run(now.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			o, by := demonstrated(t, now)
			counts, err := o.engine.Counts(t.Context(), by, engine.Filter{}, 0)
			require.NoError(t, err)
			require.Equal(t, map[workflow.State]int{
				"draft": 2, "found": 3, "assigned": 2, "planning": 5, "plan_review": 3, "rectifying": 12, "lasting": 1, "suspended": 1, "verifying": 5,
				"closing": 2, "publicized": 1, "closed": 12, "merged": 5, "cancelled": 1,
			}, counts.ByState)
			require.Len(t, counts.ByState, len(workflow.States()), "every state occurs")
			sum := 0
			for _, n := range counts.ByState {
				sum += n
			}
			require.Equal(t, counts.Total, sum)
			require.Equal(t, 55, sum)
			require.GreaterOrEqual(t, counts.ByLight[workflow.LightOverdue], 3)
			require.GreaterOrEqual(t, counts.ByLight[workflow.LightSoon], 2)

			var all engine.Counts
			for title, want := range map[string][3]int{ // total, reported, closed
				"市委第三巡察组反馈问题整改任务清单": {14, 7, 3}, "市审计局年度审计整改清单": {10, 6, 3}, "市直机关党支部集中自查问题清单": {16, 6, 3},
				"以案促改查摆问题清单": {2, 0, 0}, "廉政风险排查问题清单": {3, 0, 0}, "学习教育查摆问题清单": {2, 1, 1}, "机关学习教育检视问题清单": {2, 1, 1}, "机关党建“灯下黑”问题专项整治清单": {3, 1, 1},
			} {
				c := countsOf(t, o, by, title)
				require.Equal(t, want, [3]int{c.Total, c.Reported, c.Closed}, title)
				all.Total, all.Reported, all.Closed = all.Total+c.Total, all.Reported+c.Reported, all.Closed+c.Closed
				all.Amount, all.Recovered = all.Amount+c.Amount, all.Recovered+c.Recovered
			}
			require.Equal(t, counts.Total, all.Total+3, "and two drafts written by hand, and one that a unit found by itself when asked")
			require.Equal(t, counts.Reported, all.Reported)
			require.Equal(t, counts.Closed, all.Closed)
			require.Equal(t, int64(481_393_000_000/100), counts.Amount, "4813.93 万元 in fen")
			require.Equal(t, counts.Amount, all.Amount)
			require.Equal(t, counts.Recovered, all.Recovered)
			showsEverything(t, o, by, now)
			showsAround(t, o, by)
			showsSigns(t, o, by)
			showsDays(t, o, by)
			postsAreFilled(t, o)
			_, err = o.db.Replay(t.Context(), func(store.Replayed) {}, func(d store.Difference) error { return fmt.Errorf("%+v", d) })
			require.NoError(t, err, "the histories give the issues")
		})
	}
}

func countsOf(t *testing.T, o *opened, by workflow.Actor, title string) engine.Counts {
	t.Helper()
	lists, err := o.engine.Checklists(t.Context(), by, 0, engine.PageLimit)
	require.NoError(t, err)
	require.Len(t, lists, 8)
	for _, list := range lists {
		if list.Title == title {
			c, err := o.engine.Counts(t.Context(), by, engine.Filter{Checklist: list.ID}, 0)
			require.NoError(t, err)
			return c
		}
	}
	t.Fatalf("no checklist %q", title)
	return engine.Counts{}
}

// The demonstration has an example of everything that a visitor may want to see.
func showsEverything(t *testing.T, o *opened, by workflow.Actor, now time.Time) {
	t.Helper()
	seen, machines, requests := map[string]int{}, map[string]int{}, map[workflow.RequestKind]int{}
	var first time.Time
	for _, i := range everyIssue(t, o, by) {
		machines[i.Machine]++
		if i.Request.Open() {
			requests[i.Request.Kind]++
		}
		for what, is := range map[string]bool{
			"second round": i.Round == 2, "merged into it": len(i.Absorbed) == 1, "half signed": len(i.Signs) == 1, "objection": i.Objection != "",
			"supervised": i.Supervised, "recovered": i.Recovered > 0, "evidence file": len(i.Evidence) > 0 && i.Evidence[len(i.Evidence)-1].Hash != "",
		} {
			if is {
				seen[what]++
			}
		}
		lines, err := o.engine.History(t.Context(), by, i.ID, 0, engine.PageLimit)
		require.NoError(t, err)
		last := time.Time{}
		for _, l := range lines {
			require.False(t, l.At.Before(last), "history goes forward")
			last = l.At
			switch workflow.Action(l.Action) {
			case workflow.Reject, workflow.Refuse, workflow.Return, workflow.Transfer, workflow.Urge:
				seen[l.Action]++
			}
			if first.IsZero() || l.At.Before(first) {
				first = l.At
			}
		}
		require.True(t, last.Before(now), "nothing happens in the future")
	}
	require.Equal(t, map[string]int{"second round": 1, "merged into it": 1, "half signed": 2, "objection": 1, "supervised": 1, "recovered": 7, "evidence file": 22,
		"reject": 1, "refuse": 1, "return": 1, "transfer": 1, "urge": 2}, seen)
	require.Equal(t, map[workflow.RequestKind]int{"extension": 1, "lasting": 1, "suspension": 1, "cancellation": 1}, requests)
	require.Len(t, machines, 3)
	require.WithinRange(t, first, now.AddDate(0, -9, 0), now.AddDate(0, -7, 0))
}

func everyIssue(t *testing.T, o *opened, by workflow.Actor) (all []workflow.Issue) {
	t.Helper()
	page, err := o.engine.Issues(t.Context(), by, engine.Filter{}, 0, "", engine.PageLimit)
	require.NoError(t, err)
	for _, row := range page.Rows {
		view, err := o.engine.Issue(t.Context(), by, row.ID)
		require.NoError(t, err)
		all = append(all, view.Issue)
	}
	return all
}

// Nobody may be missing where the demonstration invites to go on.
func postsAreFilled(t *testing.T, o *opened) {
	t.Helper()
	vacancies, err := o.engine.Vacancies(t.Context())
	require.NoError(t, err)
	for _, v := range vacancies {
		require.NotEqual(t, workflow.Branch, v.Org.Level, v.Text.Zh)
	}
}
