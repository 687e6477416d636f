package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
)

// However issues are merged and taken apart again, every source has its own items, each problem is counted once, and the two reconcile.
func TestSourcesReconcile(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		random := rand.New(rand.NewPCG(4, 2026)) //nolint:gosec // chance that comes again
		var ids []workflow.IssueID
		own := map[workflow.Source]int{}
		for n := range 24 {
			source := workflow.Sources()[n%7].Source
			own[source]++
			i := o.find("zhenglan", engine.Finding{Org: o.org("0100").ID, Responsible: o.org("0101").ID, Detail: fmt.Sprintf("第%d号问题", n), Source: source, OwnNumber: fmt.Sprintf("源-%d", n)})
			ids = append(ids, i.ID)
		}
		o.find("gaofeng", engine.Finding{Detail: "草稿", Source: "self_check", Draft: true})
		merged, undone := 0, 0
		for range 80 {
			a, b := ids[random.IntN(len(ids))], ids[random.IntN(len(ids))]
			i, err := o.db.Issue(o.ctx, a)
			require.NoError(t, err)
			s := workflow.Step{Action: workflow.Merge, Other: b}
			if i.State == workflow.Merged {
				s = workflow.Step{Action: workflow.Unmerge}
			}
			if _, err = o.try("zhenglan", a, s); err == nil {
				merged, undone = merged+map[bool]int{true: 1}[s.Action == workflow.Merge], undone+map[bool]int{true: 1}[s.Action == workflow.Unmerge]
			}
		}
		require.Greater(t, merged, 20)
		require.Greater(t, undone, 5)
		o.reconciled(ids, own)
	})
}

// reconciled holds the sums against the issues one by one.
func (o *office) reconciled(ids []workflow.IssueID, own map[workflow.Source]int) {
	o.t.Helper()
	by := o.actor("zhenglan")
	s, err := o.Sources(o.ctx, by, engine.SourceQuery{Under: o.org("0100").ID})
	require.NoError(o.t, err)
	roots, absorbed := map[workflow.IssueID]bool{}, 0
	for _, id := range ids {
		i, err := o.db.Issue(o.ctx, id)
		require.NoError(o.t, err)
		if i.State != workflow.Merged {
			roots[id] = true
			absorbed += len(i.Absorbed)
		}
	}
	require.Equal(o.t, []int{len(ids), len(ids) - len(roots), len(roots)}, []int{s.Sum.Items, s.Sum.Merged, s.Sum.Issues})
	require.Equal(o.t, s.Sum.Merged, absorbed, "what stays names everything that was merged into it, through others too")
	require.Equal(o.t, fmt.Sprintf("全部来源共%d条，并案%d条，实有问题%d个", len(ids), absorbed, len(roots)), s.WholeLine.Zh)
	five := 0
	for _, one := range append(s.Five, s.Other...) {
		require.Equal(o.t, own[one.Rule.Source], one.Items)
		require.Equal(o.t, one.Items, one.Merged+one.Cancelled+one.Issues)
		items, err := o.SourceItems(o.ctx, by, one.Rule.Source, engine.SourceQuery{Under: o.org("0100").ID}, "", 200)
		require.NoError(o.t, err)
		require.Len(o.t, items.Items, one.Items)
		for n := range items.Items {
			x := &items.Items[n]
			require.NotEmpty(o.t, x.Issue.OwnNumber, "under its own number")
			require.True(o.t, roots[x.Whole().ID], "told of what it is put right by")
			require.Equal(o.t, x.Issue.State == workflow.Merged, x.MergedNumber() != "")
		}
		if one.Rule.FiveIn {
			five += one.Items
		}
	}
	require.Equal(o.t, five, s.FiveSum.Items)
}

// A source's report has its numbers, the result of what its item was merged into, and the sentence that reconciles it.
func TestReportOfASource(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		stays := o.rectifying(workflow.Ordinary)
		item := o.find("zhenglan", engine.Finding{Org: o.org("0100").ID, Responsible: o.org("0101").ID, Detail: "支部台账缺页", Source: "inspection", OwnNumber: "巡-12"})
		o.do("zhenglan", item.ID, workflow.Step{Action: workflow.Merge, Other: stays.ID})
		o.do("gaofeng", stays.ID, finished())
		var out bytes.Buffer
		require.NoError(t, o.ExportSource(o.ctx, o.actor("zhenglan"), "inspection", engine.SourceQuery{}, &out))
		book, err := sheet.Read(o.ctx, &out, "report.xlsx", sheet.DefaultLimits())
		require.NoError(t, err)
		text := fmt.Sprint(book)
		for _, part := range []string{"巡-12", item.Number, "支部台账缺页", "补齐台账", "已补齐", stays.Number, "本来源共1条，并案1条，实有问题0个。五个来源共1条，并案1条，实有问题0个。"} {
			require.Contains(t, text, part)
		}
		require.ErrorIs(t, o.ExportSource(o.ctx, o.actor("zhenglan"), "rumour", engine.SourceQuery{}, &out), workflow.ErrNotFound)
		s, err := o.Sources(o.ctx, o.actor("luomin"), engine.SourceQuery{})
		require.NoError(t, err)
		require.Zero(t, s.Sum.Items, "another branch's are not counted for this one")
	})
}
