package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// seenOn is what somebody sees of the demonstration at the end of a day.
type seenOn struct {
	day    workflow.Day
	who    string
	rows   []engine.Row
	lights []workflow.Light
	counts engine.Counts
	whole  []string
	sent   []engine.LetterRow
	called []engine.CallRow
	duties []engine.DutyList
}

func seeDay(t *testing.T, o *opened, who string, day, on workflow.Day) seenOn {
	t.Helper()
	by, err := o.engine.ActorNamed(t.Context(), who)
	require.NoError(t, err)
	s := seenOn{day: day, who: who}
	for after := ""; ; {
		page, err := o.engine.Issues(t.Context(), by, engine.Filter{On: on}, 0, after, 30)
		require.NoError(t, err)
		require.Equal(t, day, page.Today)
		for _, r := range page.Rows {
			s.rows, s.lights = append(s.rows, r), append(s.lights, workflow.LightOf(r.State, r.Due, r.Warn, page.Today))
		}
		if after = page.Next; after == "" {
			break
		}
	}
	letters, err := o.engine.Letters(t.Context(), by, engine.LetterFilter{On: on}, 0, "", engine.PageLimit)
	require.NoError(t, err)
	calls, err := o.engine.Calls(t.Context(), by, engine.CallsWithin, on, "", engine.PageLimit)
	require.NoError(t, err)
	require.Equal(t, []workflow.Day{day, day}, []workflow.Day{letters.Today, calls.Today})
	s.sent, s.called = letters.Rows, calls.Rows
	s.duties = seeDuties(t, o, by, day, on)
	s.counts, err = o.engine.Counts(t.Context(), by, engine.Filter{On: on}, 0)
	require.NoError(t, err)
	require.NoError(t, o.db.EachIssue(t.Context(), store.Scope{All: true}, store.Filter{On: on, Today: day}, func(i workflow.Issue) error {
		body, err := json.Marshal(i)
		s.whole = append(s.whole, string(body))
		return err
	}))
	return s
}

// seeDuties are the duty lists of somebody's own posts in the quarter, without the mark of which day they are.
func seeDuties(t *testing.T, o *opened, by workflow.Actor, day, on workflow.Day) []engine.DutyList {
	t.Helper()
	quarter, err := engine.PeriodOf("quarter", day)
	require.NoError(t, err)
	lists, err := o.engine.OwnDuties(t.Context(), by, quarter, on)
	require.NoError(t, err)
	for n := range lists {
		require.Equal(t, on, lists[n].On)
		lists[n].On = ""
	}
	return lists
}

// What was recorded on the days of the story, as people saw it then, is what is shown of those days afterwards.
func TestDemonstrationRemembersItsDays(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC)
	p, clock := at(t, t.TempDir()), &demoClock{now: now}
	r, err := p.loadRules()
	require.NoError(t, err)
	p.channels, err = demoChannels()
	require.NoError(t, err)
	o, err := p.openAt(r, true, clock.read)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	c := newCity(t.Context(), o, r.calendar, clock)
	c.deliverer, err = demoDeliverer(o, clock.read)
	require.NoError(t, err)
	clock.now = c.day(0).Time().Add(9 * time.Hour)
	require.NoError(t, c.settle())
	c.plan()
	var recorded []seenOn
	for day, n := 0, len(c.events); day < storyDays(c.events[:n]); day += 7 {
		c.on(day, "what is seen", func() error { // after everything else of the day
			for _, who := range []string{"fangyi", "zoujie", "songjia"} {
				recorded = append(recorded, seeDay(t, o, who, o.engine.Today(), ""))
			}
			return nil
		})
	}
	require.NoError(t, c.play())
	clock.now = now
	require.Greater(t, len(recorded), 60)
	for _, was := range recorded {
		if len(was.whole) == 0 || was.day >= workflow.DayOf(now) {
			continue
		}
		require.Equal(t, was, seeDay(t, o, was.who, was.day, was.day), "%s, %s", was.day, was.who)
	}

	first, last := recorded[0].day, recorded[len(recorded)-1].day
	var out bytes.Buffer
	p.out = &out
	require.NoError(t, o.Close())
	got := rectify(t, []string{"RECTIFY_DATA=" + p.flags.Data}, "export", "-o", t.TempDir()+"/l.xlsx", "--by", "fangyi", "--on", string(last))
	require.Zero(t, got.code, got)
	got = rectify(t, []string{"RECTIFY_DATA=" + p.flags.Data}, "export", "-o", t.TempDir()+"/l.xlsx", "--by", "fangyi", "--on", string(first.Add(-400)))
	require.Contains(t, got.err, "最早的历史记录在")
	number := strings.Trim(recorded[len(recorded)-1].rows[0].Number, " ")
	got = rectify(t, []string{"RECTIFY_DATA=" + p.flags.Data}, "history", number, "--by", "fangyi", "--on", string(last))
	require.Zero(t, got.code, got)
	require.Contains(t, got.out, number, fmt.Sprint(got))
}

// storyDays is how many working days the story has.
func storyDays(events []event) (days int) {
	for _, e := range events {
		days = max(days, e.day)
	}
	return days
}
