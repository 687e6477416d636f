package engine_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// like are the numbers of what is offered as similar to a text about an org.
func (o *office) like(account, text, code string) (numbers []string) {
	o.t.Helper()
	found, err := o.Similar(o.ctx, o.actor(account), engine.Likewise{Text: text, Org: o.org(code).ID})
	require.NoError(o.t, err)
	for _, s := range found {
		numbers = append(numbers, s.Issue.Number)
	}
	return numbers
}

// What is alike is offered with reasons, to who may see it, while it is open.
func TestSimilarIssuesAreOffered(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		note := func(code, detail string) workflow.Issue {
			return o.find("zhenglan", engine.Finding{Org: o.org("0100").ID, Responsible: o.org(code).ID, Detail: detail, Source: "inspection"})
		}
		first := note("0101", "党费收缴不及时,涉及3个支部44份材料。")
		beside := note("0103", "个别支部党费收缴不及时")
		note("0101", "固定资产账实不符,涉及4个支部35份材料。")
		text := "支部党费收缴不及时，有的党员跨季度缴纳"

		require.Equal(t, []string{first.Number, beside.Number}, o.like("zhenglan", text, "0101"), "the same organisation comes first")
		found, err := o.Similar(o.ctx, o.actor("zhenglan"), engine.Likewise{Text: text, Org: o.org("0101").ID})
		require.NoError(t, err)
		require.Equal(t, "同一责任单位", found[0].Reasons[0].Zh)
		require.Regexp(t, `^文字相似\d\d%：“党费收缴不及时…”$`, found[0].Reasons[1].Zh)
		require.True(t, found[0].MayMerge)
		require.Equal(t, []string{first.Number}, o.like("gaofeng", text, "0101"), "a branch sees its own")
		require.Empty(t, o.like("zhenglan", "信访件办理超期", "0101"))

		draft := o.find("gaofeng", engine.Finding{Detail: text, Source: "self_check", Draft: true})
		require.NotContains(t, o.like("gaofeng", text, "0101"), draft.Number, "a draft is nobody else's concern")
		o.do("gaofeng", draft.ID, simple(workflow.Register))
		require.Contains(t, o.like("gaofeng", text, "0101"), draft.Number)
		o.do("gaofeng", draft.ID, workflow.Step{Action: workflow.Edit, Detail: "支部换届超期半年"})
		require.NotContains(t, o.like("gaofeng", text, "0101"), draft.Number, "an edit changes what it is found by")
		require.Equal(t, []string{draft.Number}, o.like("gaofeng", "支部换届超期", "0101"))

		o.do("zhenglan", beside.ID, workflow.Step{Action: workflow.Merge, Other: first.ID})
		require.Equal(t, []string{first.Number}, o.like("zhenglan", text, "0101"), "what was merged is not offered")
		o.do("zhenglan", beside.ID, workflow.Step{Action: workflow.Unmerge})
		require.Equal(t, []string{first.Number, beside.Number}, o.like("zhenglan", text, "0101"))

		to, err := o.SimilarTo(o.ctx, o.actor("zhenglan"), first.ID)
		require.NoError(t, err)
		require.Equal(t, []workflow.IssueID{beside.ID}, []workflow.IssueID{to[0].Issue.ID}, "never the issue itself")
		_, err = o.SimilarTo(o.ctx, o.actor("gaofeng"), beside.ID)
		require.ErrorIs(t, err, workflow.ErrNotFound)
	})
}

// A merge may be undone until the one that stayed is closed, and what came with another goes with it.
func TestMergesAreUndoneUntilClosure(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		a := o.find("gaofeng", engine.Finding{Detail: "会议记录缺签到", Source: "self_check", OwnNumber: "自-7"})
		b := o.find("zhenglan", engine.Finding{Org: o.org("0100").ID, Responsible: o.org("0101").ID, Detail: "会议记录没有签到", Source: "audit", OwnNumber: "审-3"})
		c := o.rectifying(workflow.Ordinary)
		into := func(from, to workflow.IssueID) workflow.Issue {
			return o.do("zhenglan", from, workflow.Step{Action: workflow.Merge, Other: to})
		}
		into(a.ID, b.ID)
		into(b.ID, c.ID)
		_, err := o.try("zhenglan", c.ID, workflow.Step{Action: workflow.Merge, Other: a.ID})
		require.Equal(t, "other_not_open", code(err), "no circle")
		stays, err := o.db.Issue(o.ctx, c.ID)
		require.NoError(t, err)
		require.Equal(t, []workflow.Absorbed{{Issue: b.ID, Number: b.Number, Source: "audit", OwnNumber: "审-3"},
			{Issue: a.ID, Number: a.Number, Source: "self_check", OwnNumber: "自-7", Via: b.ID}}, stays.Absorbed)
		_, err = o.try("zhenglan", a.ID, workflow.Step{Action: workflow.Unmerge})
		require.Equal(t, "merged_further", code(err), "the last one is undone first")
		require.False(t, o.offers("zhenglan", a.ID, workflow.Unmerge))
		require.True(t, o.offers("zhenglan", b.ID, workflow.Unmerge))

		o.do("gaofeng", c.ID, finished())
		o.do("gaofeng", c.ID, submitted())
		o.do("xuning", c.ID, workflow.Step{Action: workflow.Reject, Note: reason, Due: "2026-12-31"})
		require.Equal(t, workflow.Found, o.do("zhenglan", b.ID, workflow.Step{Action: workflow.Unmerge}).State, "after it was rejected it can be undone")
		stays, err = o.db.Issue(o.ctx, c.ID)
		require.NoError(t, err)
		require.Empty(t, stays.Absorbed)

		into(b.ID, c.ID)
		o.do("gaofeng", c.ID, submitted())
		o.do("xuning", c.ID, passed())
		o.do("zhenglan", c.ID, simple(workflow.Close))
		_, err = o.try("zhenglan", b.ID, workflow.Step{Action: workflow.Unmerge})
		require.Equal(t, "other_not_open", code(err))
		require.False(t, o.offers("zhenglan", b.ID, workflow.Unmerge), "the button is gone with it")
		x, err := o.Explain(o.ctx, o.actor("zhenglan"), "", b.ID, workflow.Unmerge, "")
		require.NoError(t, err)
		require.Equal(t, "other_not_open", x.Code)
		for _, id := range []workflow.IssueID{a.ID, b.ID, c.ID} {
			o.chainHolds(id)
		}
	})
}

// A checklist that is looked at before it is imported says which rows read like what there is.
func TestRowsLikeAnIssueAreDoubtful(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		first := o.import01(t, engine.ImportOptions{Source: "inspection"})
		require.NotContains(t, doubts(first), "similar_issue")
		again := o.import01(t, engine.ImportOptions{Source: "audit", Title: "另一份清单", Mode: engine.ModeCheck})
		require.Equal(t, first.Taken, again.Taken, "a doubt keeps no row out")
		require.Equal(t, first.Taken, doubts(again)["similar_issue"])
		require.Contains(t, again.Rows[0].Row.Doubtful[len(again.Rows[0].Row.Doubtful)-1].Reason.Zh, "同一责任单位；文字相似100%")
	})
}

func (o *office) import01(t *testing.T, opt engine.ImportOptions) engine.Report {
	t.Helper()
	opt.File = "01.xlsx"
	r, err := o.ImportChecklist(o.ctx, o.actor("xuning"), o.book("01-巡察反馈任务清单.xlsx"), opt)
	require.NoError(t, err)
	require.NotZero(t, r.Taken)
	return r
}

func doubts(r engine.Report) map[string]int {
	out := map[string]int{}
	for _, f := range r.Doubtful {
		out[f.Code]++
	}
	return out
}

// An organisation that moves to another unit takes what its issues are found by along.
func TestWhatMovesIsFoundInItsNewUnit(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.find("gaofeng", engine.Finding{Detail: "党费收缴不及时", Source: "self_check"})
		moved := o.org("0101")
		moved.Parent = o.org("0200").ID
		require.NoError(t, o.db.PutOrgs(o.ctx, []store.Org{moved}, func(store.Org, *store.Org) workflow.Line { return workflow.Line{At: o.now} }))
		require.Equal(t, []string{i.Number}, o.like("zhouqm", "党费收缴不及时", "0200"))
		require.Empty(t, o.like("zhouqm", "党费收缴不及时", "0100"))
		require.Equal(t, []string{i.Number}, o.like("zhouqm", "党费收缴不及时", "00"), "everywhere, where no unit is named")
	})
}

// offers says whether somebody is offered a step on an issue.
func (o *office) offers(account string, id workflow.IssueID, a workflow.Action) bool {
	o.t.Helper()
	v, err := o.Engine.Issue(o.ctx, o.actor(account), id)
	require.NoError(o.t, err)
	return slices.ContainsFunc(v.Offers, func(x engine.Offer) bool { return x.Action == a })
}
