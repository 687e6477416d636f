package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// Each refusal around the steps says in words why, and who may.
func TestWhyNotAround(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		rectifying, closed := o.rectifying(workflow.Ordinary), o.closed()
		called := o.rectifying(workflow.Ordinary)
		o.do("gaofeng", called.ID, workflow.Step{Action: workflow.Call, Call: workflow.CallFor{To: o.org("0100").ID, Wants: workflow.WantsHelp}, Note: "缺少会议室，请协调使用"})
		for _, row := range []struct {
			account   string
			issue     workflow.Issue
			do        workflow.Action
			code, why string
		}{
			{"gaofeng", rectifying, workflow.SendLetter, "not_permitted", "发督办函要由与问题有这种关系的单位和个人办理：发现单位/上级组织/交办单位；现任的职务"},
			{"zhenglan", rectifying, workflow.SignLetter, "not_permitted", "责任单位"},
			{"gaofeng", rectifying, workflow.SignLetter, "no_letter", "没有待签收的督办函"},
			{"zhenglan", rectifying, workflow.Call, "not_permitted", "责任单位"},
			{"zhenglan", rectifying, workflow.Respond, "no_call", "没有待答复的呼叫"},
			{"gaofeng", called, workflow.Respond, "not_permitted", "被呼叫单位"},
			{"zhenglan", called, workflow.Respond, "", "可以"},
			{"zhenglan", rectifying, workflow.Review, "step_not_possible", "现在不能阶段复核"},
			{"sunli", rectifying, workflow.Entrust, "not_permitted", "移交责任人要由"},
			{"zhenglan", rectifying, workflow.LookBackAt, "step_not_possible", "现在不能回头看"},
			{"gaofeng", closed, workflow.LookBackAt, "not_permitted", "销号单位"},
			{"gaofeng", rectifying, workflow.Spread, "step_not_possible", "现在不能举一反三"},
			{"gaofeng", closed, workflow.Spread, "not_permitted", "销号单位"},
			{"gaofeng", closed, workflow.Draw, "not_permitted", "抽取回头看要由"},
			{"zhenglan", closed, workflow.Draw, "", "可以"},
			{"sunli", closed, workflow.SelfCheckIt, "not_permitted", "自查答复要由"},
			{"gaofeng", closed, workflow.SelfCheckIt, "", "可以"},
		} {
			x, err := o.Explain(o.ctx, o.actor(row.account), "", row.issue.ID, row.do, "")
			require.NoError(t, err)
			require.Equal(t, row.code, x.Code, "%s %s: %s", row.account, row.do, x.Reason.Zh)
			require.Contains(t, x.Reason.Zh, row.why, "%s %s", row.account, row.do)
			require.NotEmpty(t, x.Reason.En)
			require.Equal(t, row.code == "", x.Allowed)
			require.NotEmpty(t, x.Who.Zh, "who may: %s", row.do)
		}
	})
}

// A draw that is refused, and a self-check that is not somebody's, say so too.
func TestWhyNotDrawOrAnswer(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		_, err := o.AnnounceDraw(o.ctx, o.actor("gaofeng"), engine.DrawPlan{Org: o.org("0100").ID, From: "2026-10-01", To: "2026-11-01", Size: 1, On: "2026-11-20"})
		require.ErrorIs(t, err, workflow.ErrForbidden)
		require.Contains(t, err.Error(), "抽取回头看")
		require.Contains(t, err.Error(), "专职副书记", "who may")
		o.do("zhenglan", o.closed().ID, o.asking("0103"))
		_, err = o.AnswerSelfCheck(o.ctx, o.actor("gaofeng"), o.checks("luomin").Open[0].ID, engine.CheckReply{Answer: workflow.CheckHave})
		require.ErrorIs(t, err, workflow.ErrNotFound, "who is not asked is not told that there is one")
	})
}
