package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// copied is a text that one branch took from another.
const copied = "支部逐户走访了流动党员并建立联系台账，每月由支部委员电话联系一次，对三名长期失联的党员已报上级党委审批处理"

// rectifyingAt brings an issue of a branch to where it is rectified.
func (o *office) rectifyingAt(code, secretary string, due workflow.Day) workflow.Issue {
	o.t.Helper()
	i := o.find(secretary, engine.Finding{Detail: "台账不全 " + code, Source: "self_check"})
	assign := o.assignTo(code)
	assign.Due = due
	o.do("zhenglan", i.ID, assign)
	o.do(secretary, i.ID, simple(workflow.Accept))
	o.do(secretary, i.ID, o.planBy(secretary))
	o.do("xuning", i.ID, simple(workflow.ApprovePlan))
	return o.do(secretary, i.ID, finished())
}

// submit hands an issue in with a file and a note.
func (o *office) submit(secretary string, id workflow.IssueID, note, body string) {
	o.t.Helper()
	file, err := o.PutFile(o.ctx, o.actor(secretary), secretary+"的材料.txt", strings.NewReader(body))
	require.NoError(o.t, err)
	o.do(secretary, id, workflow.Step{Action: workflow.Submit, Note: note, Evidence: []workflow.Evidence{{Hash: file.Hash, Name: file.Name}}})
}

// signs are what is found by an account, by sign.
func (o *office) signs(account, code string) map[workflow.PaperSign][]engine.SignFinding {
	o.t.Helper()
	q := engine.SignQuery{Under: o.org(code).ID, From: "2026-10-01", To: "2026-12-31"}
	all, err := o.Signs(o.ctx, o.actor(account), q, "")
	require.NoError(o.t, err)
	out := make(map[workflow.PaperSign][]engine.SignFinding)
	for _, sheet := range all.Sheets {
		one, err := o.Signs(o.ctx, o.actor(account), q, sheet.Sign)
		require.NoError(o.t, err)
		require.Len(o.t, one.Sheets, 1)
		require.Len(o.t, one.Sheets[0].Findings, sheet.N, sheet.Sign)
		if sheet.N > 0 {
			out[sheet.Sign] = one.Sheets[0].Findings
		}
	}
	require.Len(o.t, all.Sheets, len(workflow.PaperSigns()))
	return out
}

// numbers are the issues behind a finding.
func numbersOf(f engine.SignFinding) (out []string) {
	for _, i := range f.Issues {
		out = append(out, i.Number)
	}
	return out
}

// Every sign is found once and opens to the issues behind it; an office that does nothing odd shows none.
func TestSignsOfPaperRectification(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		clean := o.closedIssueAfter(time.Hour)
		require.Empty(t, o.signs("wuhai", "0100"))

		a, b := o.rectifyingAt("0102", "caoying", "2026-11-20"), o.rectifyingAt("0103", "luomin", "2026-12-31")
		// an extension asked for with three days left, and again
		extend := workflow.Step{Action: workflow.Ask, Request: workflow.Extension, Due: "2026-12-10", Note: reason}
		o.now = o.now.AddDate(0, 0, 15) // 2026-11-17
		o.do("caoying", a.ID, extend)
		o.do("zhenglan", a.ID, simple(workflow.Deny))
		// the same file and nearly the same note; passed after a minute
		o.submit("caoying", a.ID, copied, "一份材料")
		o.submit("luomin", b.ID, strings.Replace(copied, "三名", "五名", 1), "一份材料")
		o.now = o.now.Add(20 * time.Second)
		o.do("xuning", a.ID, passed())
		// sent back twice
		reject := workflow.Step{Action: workflow.Reject, Note: reason, Due: "2026-12-20"}
		for range 2 {
			o.now = o.now.Add(time.Hour)
			o.do("xuning", b.ID, reject)
			o.do("luomin", b.ID, workflow.Step{Action: workflow.Submit, Note: "已改"})
		}
		got := o.signs("wuhai", "0100")
		require.Equal(t, []string{a.Number, b.Number}, numbersOf(got[workflow.PaperSameFile][0]))
		require.Contains(t, got[workflow.PaperSameFile][0].Text.Zh, "2个问题的佐证，涉及2个责任单位")
		require.Equal(t, []string{a.Number, b.Number}, numbersOf(got[workflow.PaperAlikeText][0]))
		require.Equal(t, []string{a.Number}, numbersOf(got[workflow.PaperExtended][0]))
		require.Contains(t, got[workflow.PaperExtended][0].Issues[0].Note.Zh, "时限2026-11-20，2026-11-17申请延期，只剩3天")
		require.Equal(t, []string{a.Number}, numbersOf(got[workflow.PaperQuick][0]))
		require.Contains(t, got[workflow.PaperQuick][0].Issues[0].Note.Zh, "0分钟后通过；看一遍约需2分钟")
		require.Equal(t, []string{b.Number}, numbersOf(got[workflow.PaperToAndFro][0]))
		require.Equal(t, "0103", got[workflow.PaperToAndFro][0].Org.Code)
		require.Equal(t, "退回2次", got[workflow.PaperToAndFro][0].Issues[0].Note.Zh)
		require.Len(t, got, 5)
		require.Equal(t, workflow.LightInTime, workflow.LightOf(got[workflow.PaperQuick][0].Issues[0].State, got[workflow.PaperQuick][0].Issues[0].Due, "", o.Today()))

		// three wait for their verification; five are closed in the last days of the quarter
		for range 3 {
			o.submit("luomin", o.rectifyingAt("0103", "luomin", "2026-12-31").ID, "已改", clean.Number)
		}
		o.now = time.Date(2026, 12, 28, 9, 0, 0, 0, workflow.China)
		for range 5 {
			i := o.rectifyingAt("0102", "caoying", "2027-03-31")
			o.submit("caoying", i.ID, "已改", i.Number)
			o.now = o.now.Add(time.Hour)
			o.do("xuning", i.ID, passed())
			o.do("wuhai", i.ID, simple(workflow.Close))
		}
		got = o.signs("wuhai", "0100")
		require.Equal(t, "0103", got[workflow.PaperGap][0].Org.Code)
		require.Contains(t, got[workflow.PaperGap][0].Text.Zh, "自报完成4个，验收通过0个，差4个；其中最早的自2026-11-17起等候")
		require.Len(t, got[workflow.PaperGap][0].Issues, 4)
		require.Equal(t, "0102", got[workflow.PaperBunched][0].Org.Code)
		require.Contains(t, got[workflow.PaperBunched][0].Text.Zh, "期间销号5个：5个在季度最后5天，0个在各自时限前")
		require.Len(t, got, 7, "every sign is there once")
		require.Len(t, o.signs("zhouqm", "00")[workflow.PaperBunched], 1, "from the root, the unit is looked at as a whole")
	})
}

// closedIssueAfter is an issue of 0101 that was looked at for some time before it was passed.
func (o *office) closedIssueAfter(d time.Duration) workflow.Issue {
	o.t.Helper()
	i := o.verifying(workflow.Ordinary)
	o.now = o.now.Add(d)
	o.do("xuning", i.ID, passed())
	return o.do("wuhai", i.ID, simple(workflow.Close))
}

// Who supervises reads the signs of what is below, an inspector those within the mandate, which is on record; nobody else reads any.
func TestWhoReadsSigns(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		look := func(account, code string) error {
			_, err := o.Signs(o.ctx, o.actor(account), engine.SignQuery{Under: o.org(code).ID, From: "2026-10-01", To: "2026-12-31"}, "")
			return err
		}
		for account, code := range map[string]string{"zhouqm": "00", "hejing": "02", "chengd": "01", "wuhai": "0100", "zhenglan": "0102", "sunli": "0100"} {
			require.NoError(t, look(account, code), account)
		}
		for account, code := range map[string]string{"gaofeng": "0101", "xuning": "0100", "jianghe": "00", "dingyi": "00", "wuhai": "01", "sunli": "02"} {
			fault(t, look(account, code), workflow.ErrForbidden, "out_of_reach")
		}
		lines, err := o.db.History(o.ctx, engine.KindLook, int64(o.actor("sunli").Person), 0, 10)
		require.NoError(t, err)
		require.Len(t, lines, 1)
		require.Equal(t, "view_signs", lines[0].Action)
		require.Contains(t, lines[0].Note, "2026-10-01至2026-12-31")

		_, err = o.Signs(o.ctx, o.actor("wuhai"), engine.SignQuery{Under: o.org("0100").ID, From: "2026-10-02", To: "2026-10-01"}, "")
		fault(t, err, workflow.ErrInvalid, "bad_span")
		_, err = o.Signs(o.ctx, o.actor("wuhai"), engine.SignQuery{Under: o.org("0100").ID, From: "2026-10-01", To: "2026-10-01"}, "score")
		fault(t, err, workflow.ErrNotFound, "no_such_sign")
	})
}

func TestTheNumbersOfSignsAreASetting(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := workflow.DefaultPaperRules()
		r.Returns = 7
		_, err := o.SetSignRules(o.ctx, o.actor("wuhai"), r, 0)
		fault(t, err, workflow.ErrForbidden, "not_administrator")
		set, err := o.SetSignRules(o.ctx, o.actor("dingyi"), r, 0)
		require.NoError(t, err)
		r.Returns = 8
		_, err = o.SetSignRules(o.ctx, o.actor("dingyi"), r, 0)
		fault(t, err, workflow.ErrConflict, "stale_setting")
		r.Alike = 10
		_, err = o.SetSignRules(o.ctx, o.actor("dingyi"), r, set.Rev)
		fault(t, err, workflow.ErrInvalid, "bad_sign_rules")
		page, err := o.Signs(o.ctx, o.actor("wuhai"), engine.SignQuery{Under: o.org("0100").ID, From: "2026-10-01", To: "2026-12-31"}, workflow.PaperToAndFro)
		require.NoError(t, err)
		require.Contains(t, page.Sheets[0].Looks.Zh, "7次以上")
	})
}

// An inspector who has ties to an organisation sees no sign that its issues are part of.
func TestSignsKeepToTheTiesOfAnInspector(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for code, secretary := range map[string]string{"0102": "caoying", "0103": "luomin", "0104": "liangwen"} {
			o.submit(secretary, o.rectifyingAt(code, secretary, "2026-12-31").ID, "已改", "一份材料")
		}
		found := o.signs("sunli", "0100")[workflow.PaperSameFile]
		require.Len(t, found, 1)
		require.Len(t, found[0].Issues, 3)
		o.declare("sunli", engine.Declaration{Orgs: []string{"0102"}})
		found = o.signs("sunli", "0100")[workflow.PaperSameFile]
		require.Len(t, found[0].Issues, 2)
		require.Contains(t, found[0].Text.Zh, "是2个问题的佐证")
		_, err := o.Signs(o.ctx, o.actor("sunli"), engine.SignQuery{Under: o.org("0102").ID, From: "2026-10-01", To: "2026-12-31"}, "")
		fault(t, err, workflow.ErrForbidden, "out_of_reach")
	})
}
