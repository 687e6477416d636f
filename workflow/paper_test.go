package workflow_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// Every sign says what it looks for, what it may mean and which harmless reason there may be.
func TestEverySignExplainsItself(t *testing.T) {
	rules := workflow.DefaultPaperRules()
	require.NoError(t, rules.Check())
	for _, s := range workflow.PaperSigns() {
		for _, text := range []workflow.Text{s.Text, s.Means, s.Harmless, rules.Looks(s.Sign)} {
			require.NotEmpty(t, text.Zh, s.Sign)
			require.NotEmpty(t, text.En, s.Sign)
		}
		require.Contains(t, s.Means.Zh, "可能", "a sign accuses nobody")
	}
	for _, spoil := range []func(*workflow.PaperRules){
		func(r *workflow.PaperRules) { r.CharsPerMinute = 0 }, func(r *workflow.PaperRules) { r.BunchShare = 101 },
		func(r *workflow.PaperRules) { r.Alike = 79 }, func(r *workflow.PaperRules) { r.GapLeast = 10001 },
	} {
		bad := workflow.DefaultPaperRules()
		spoil(&bad)
		require.ErrorIs(t, bad.Check(), workflow.ErrInvalid)
	}
}

func TestReadingTakesTime(t *testing.T) {
	rules, at := workflow.DefaultPaperRules(), time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	i := workflow.Issue{Round: 2, Evidence: []workflow.Evidence{
		{Round: 1, Hash: "a", At: at}, {Round: 2, Hash: "b", At: at}, {Round: 2, Hash: "c", At: at}, {Round: 2, Text: strings.Repeat("字", 250), At: at},
		{Round: 2, Hash: "later", At: at.Add(time.Hour)},
	}, Measures: []workflow.Measure{{Text: strings.Repeat("做", 100), Result: strings.Repeat("成", 100)}}}
	require.Equal(t, 3*time.Minute, rules.Reading(&i, 2, at, strings.Repeat("注", 50)), "two files and 500 characters; not what came before or after")
	require.Equal(t, time.Minute, rules.Reading(&i, 1, at, ""), "the round that is over: its file alone")
}

func TestClosuresAreBunched(t *testing.T) {
	rules := workflow.DefaultPaperRules()
	all := func(due workflow.Day, days ...workflow.Day) (out []workflow.Closure) {
		for _, d := range days {
			out = append(out, workflow.Closure{On: d, Due: due})
		}
		return out
	}
	for _, c := range []struct {
		all          []workflow.Closure
		quarter, due int
		sign         bool
	}{
		{all("2027-06-30", "2026-09-30", "2026-12-27", "2026-12-31", "2026-11-02", "2026-09-25"), 3, 0, true},
		{all("2027-06-30", "2026-12-26", "2026-12-01", "2026-11-02", "2026-10-01", "2026-12-31"), 1, 0, false},
		{all("2026-11-06", "2026-11-02", "2026-11-06", "2026-11-04", "2026-11-01", "2026-11-07"), 0, 3, true},
		{all("", "2026-11-02", "2026-11-06", "2026-11-04", "2026-11-01", "2026-11-07"), 0, 0, false},
		{all("2026-11-06", "2026-11-02", "2026-11-06", "2026-11-04", "2026-11-05"), 0, 4, false}, // too few
	} {
		quarter, due, sign := rules.Bunched(c.all)
		require.Equal(t, c.quarter, quarter)
		require.Equal(t, c.due, due)
		require.Equal(t, c.sign, sign)
	}
}

func TestExtensionsAskedForLateOrAgain(t *testing.T) {
	rules := workflow.DefaultPaperRules()
	require.Empty(t, rules.Extended("2026-11-02", "2026-11-06", 1))
	require.Len(t, rules.Extended("2026-11-03", "2026-11-06", 1), 1)
	require.Len(t, rules.Extended("2026-11-06", "2026-11-06", 2), 2)
	require.Empty(t, rules.Extended("2026-11-06", "", 1), "no day, no lateness")
}

// What one unit copied from another is found; what is about the same subject in words of its own is not.
func TestTextsOfDifferentUnitsAreHeldAgainstEachOther(t *testing.T) {
	rules := workflow.DefaultPaperRules()
	const own = "支部逐户走访了流动党员并建立联系台账，每月由支部委员电话联系一次，对三名长期失联的党员已报上级党委审批处理"
	said := []workflow.Said{
		{1, 10, own}, {2, 10, own}, // the same unit: no sign by itself
		{3, 20, strings.Replace(own, "三名", "五名", 1) + "。"},
		{4, 30, "已经召开支委会研究流动党员管理问题，安排专人负责，通过微信群加强日常联系，定期组织线上学习并做好考勤记录"},
		{5, 30, own},
	}
	got := rules.FindAlike(said)
	require.Len(t, got, 1)
	require.Len(t, got[0].Said, 4)
	require.Equal(t, workflow.IssueID(1), got[0].Said[0].Issue)
	require.GreaterOrEqual(t, got[0].Alike, 90)
	require.Empty(t, rules.FindAlike(said[:2]), "one unit may repeat itself")
	require.Empty(t, rules.FindAlike([]workflow.Said{said[0], said[3]}))
	require.Empty(t, rules.SaidOf(&workflow.Issue{Measures: []workflow.Measure{{Text: "短", Result: "已按方案推进"}}}, "同意"), "short texts are everybody's")
}

// Of a thousand pairs of texts that are alike by nine tenths almost none is missed.
func TestAlikeTextsAreNotMissed(t *testing.T) {
	rules, missed := workflow.DefaultPaperRules(), 0
	for n := range 1000 {
		text := make([]rune, 100)
		for k := range text {
			text[k] = rune(0x4e00 + (n*7919+k*104729+k*k*31)%8000)
		}
		other := append([]rune(nil), text...)
		for k := range 4 { // each breaks two pairs
			other[10+k*20] = rune(0x4e00 + (n*31+k)%8000)
		}
		if len(rules.FindAlike([]workflow.Said{{1, 1, string(text)}, {2, 2, string(other)}})) != 1 {
			missed++
		}
	}
	require.LessOrEqual(t, missed, 5)
}

func BenchmarkFindAlike(b *testing.B) {
	rules := workflow.DefaultPaperRules()
	said := make([]workflow.Said, 20000)
	for n := range said {
		said[n] = workflow.Said{Issue: workflow.IssueID(n), Org: workflow.OrgID(n % 1300), Text: fmt.Sprintf("第%d支部%s", n, strings.Repeat(string([]rune{rune(0x4e00 + n%5000), rune(0x5e00 + n%3000), '改'}), 15))}
	}
	for b.Loop() {
		rules.FindAlike(said)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(said)), "µs/text")
}
