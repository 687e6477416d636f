package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

func letter(rung workflow.Rung, limit workflow.Day) workflow.Step {
	return workflow.Step{Action: workflow.SendLetter, Letter: workflow.Letter{Rung: rung, Grounds: "距时限不足三十天仍无进展情况", Asked: "十日内报送进展", Limit: limit}}
}

func (o *office) letters(account string, f engine.LetterFilter, under workflow.OrgID) (numbers []string) {
	o.t.Helper()
	for after := ""; ; {
		p, err := o.Letters(o.ctx, o.actor(account), f, under, after, 1)
		require.NoError(o.t, err)
		for _, r := range p.Rows {
			require.NotEmpty(o.t, p.Orgs[r.Org].Name)
			numbers = append(numbers, r.Number)
		}
		if after = p.Next; after == "" {
			return numbers
		}
	}
}

func TestLettersAreListedToWhoMaySeeThem(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Ordinary)
		o.do("zhenglan", i.ID, letter(workflow.RungNotice, "2026-11-20"))
		o.now = o.now.AddDate(0, 0, 1)
		o.do("zhenglan", i.ID, letter(workflow.RungGuidance, "2026-11-10"))
		first, second := i.Number+"-D1", i.Number+"-D2"
		for _, account := range []string{"zhenglan", "gaofeng", "mali", "zhouqm", "sunli"} {
			require.Equal(t, []string{second, first}, o.letters(account, engine.LetterFilter{}, 0), account)
		}
		for _, account := range []string{"luomin", "yeqing", "jianghe", "renan"} {
			require.Empty(t, o.letters(account, engine.LetterFilter{}, 0), account)
			_, err := o.Letter(o.ctx, o.actor(account), i.ID, 1, "")
			fault(t, err, workflow.ErrNotFound, "no_such_issue")
		}
		require.Equal(t, []string{first}, o.letters("zhouqm", engine.LetterFilter{Rung: workflow.RungNotice}, 0))
		require.Empty(t, o.letters("zhouqm", engine.LetterFilter{}, o.org("0200").ID), "bound to a subtree")
		require.Len(t, o.letters("zhouqm", engine.LetterFilter{}, o.org("01").ID), 2)

		o.do("mali", i.ID, workflow.Step{Action: workflow.SignLetter})
		yes, no := true, false
		require.Equal(t, []string{first}, o.letters("wuhai", engine.LetterFilter{Signed: &yes}, 0), "the oldest is signed for first")
		require.Equal(t, []string{second}, o.letters("wuhai", engine.LetterFilter{Signed: &no}, 0))
		require.Empty(t, o.letters("wuhai", engine.LetterFilter{Late: true}, 0))
		o.now = o.now.AddDate(0, 0, 20)
		require.Equal(t, []string{second}, o.letters("wuhai", engine.LetterFilter{Late: true}, 0), "the later letter sets the limit")
		o.do("mali", i.ID, finished())
		o.do("mali", i.ID, submitted())
		require.Empty(t, o.letters("wuhai", engine.LetterFilter{Late: true}, 0), "what it asked for was done")
		_, err := o.Letters(o.ctx, o.actor("wuhai"), engine.LetterFilter{}, 0, "nonsense", 10)
		fault(t, err, workflow.ErrInvalid, "bad_cursor")
	})
}

func TestALetterAsADocument(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Ordinary)
		o.do("zhenglan", i.ID, letter(workflow.RungNotice, "2026-11-20"))
		v, err := o.Letter(o.ctx, o.actor("gaofeng"), i.ID, 1, "")
		require.NoError(t, err)
		require.Equal(t, []any{true, true, "文旅局机关党委", "文旅局办公室党支部", "郑岚"}, []any{v.MaySign, v.Pending, v.From.Shown(), v.To.Shown(), v.People[v.Letter.By]})
		v, err = o.Letter(o.ctx, o.actor("zhenglan"), i.ID, 1, "")
		require.NoError(t, err)
		require.False(t, v.MaySign, "who sent it does not sign for it")
		_, err = o.Letter(o.ctx, o.actor("gaofeng"), i.ID, 2, "")
		fault(t, err, workflow.ErrNotFound, "no_such_letter")
		sunli := o.actor("sunli")
		_, err = o.Letter(o.ctx, sunli, i.ID, 1, "")
		require.NoError(t, err)
		looks, err := o.db.History(o.ctx, engine.KindLook, int64(sunli.Person), 0, 10)
		require.NoError(t, err)
		require.Equal(t, "view_letter", looks[len(looks)-1].Action, "the look of an inspector is on record")
	})
}

func callFor(to workflow.OrgID) workflow.Step {
	return workflow.Step{Action: workflow.Call, Note: "需要协调场地和经费，本支部无法解决", Call: workflow.CallFor{To: to, Wants: workflow.WantsHelp}}
}

func (o *office) calls(account string, list engine.CallList) (out []engine.CallRow) {
	o.t.Helper()
	for after := ""; ; {
		p, err := o.Calls(o.ctx, o.actor(account), list, "", after, 1)
		require.NoError(o.t, err)
		out = append(out, p.Rows...)
		if after = p.Next; after == "" {
			return out
		}
	}
}

func TestCallsBoard(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i, j := o.rectifying(workflow.Ordinary), o.rectifying(workflow.Ordinary)
		o.do("gaofeng", i.ID, callFor(o.org("0100").ID))
		o.do("gaofeng", j.ID, callFor(o.org("0200").ID))
		require.Len(t, o.calls("gaofeng", engine.CallsMade), 2)
		require.Empty(t, o.calls("gaofeng", engine.CallsWaiting))
		waiting := o.calls("wuhai", engine.CallsWaiting)
		require.Len(t, waiting, 1)
		require.Equal(t, []any{i.ID, workflow.Day("2026-11-05"), true}, []any{waiting[0].Issue, waiting[0].Until, waiting[0].Open})
		require.Len(t, o.calls("yeqing", engine.CallsWaiting), 1, "a unit beside that was called")
		require.Len(t, o.calls("chengd", engine.CallsWithin), 2)
		require.Empty(t, o.calls("luomin", engine.CallsWithin))
		o.do("wuhai", i.ID, workflow.Step{Action: workflow.Respond, Reply: workflow.ReplyHelp, Note: "由机关党委协调"})
		require.Empty(t, o.calls("wuhai", engine.CallsWaiting))
		require.Equal(t, workflow.ReplyHelp, o.calls("wuhai", engine.CallsAnswered)[0].Reply)
		require.Len(t, o.calls("gaofeng", engine.CallsMade), 2)
		_, err := o.Calls(o.ctx, o.actor("wuhai"), "nonsense", "", "", 10)
		fault(t, err, workflow.ErrInvalid, "unknown_word")
	})
}

// What is around an issue goes with it when its organisation is moved in the tree, and when it is given to another.
func TestLettersMoveWithTheTree(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Ordinary)
		o.do("zhenglan", i.ID, letter(workflow.RungNotice, "2026-11-20"))
		s := workflow.Step{Action: workflow.Transfer, Responsible: o.org("0102").ID, Note: reason}
		o.do("zhenglan", i.ID, s)
		require.Len(t, o.letters("zhouqm", engine.LetterFilter{}, o.org("0102").ID), 1)
		require.Empty(t, o.letters("zhouqm", engine.LetterFilter{}, o.org("0101").ID))
		moved := o.org("0102")
		moved.Parent = o.org("0200").ID
		require.NoError(t, o.db.PutOrgs(o.ctx, []store.Org{moved}, func(store.Org, *store.Org) workflow.Line { return workflow.Line{At: o.now} }))
		require.Len(t, o.letters("zhouqm", engine.LetterFilter{}, o.org("02").ID), 1)
		require.Empty(t, o.letters("zhouqm", engine.LetterFilter{}, o.org("01").ID))
	})
}
