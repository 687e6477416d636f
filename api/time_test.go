package api

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow"
)

// later goes on to the morning of a later day; sessions are over by then.
func (o *office) later(days int) {
	o.now = o.now.AddDate(0, 0, days)
	clear(o.tokens)
}

// Pages, the API and the workbook show a past day as it was: the list, its lights and figures, the issue and its history. There is nothing
// to be done on them, and a way back to today.
func TestAPastDayIsShownAsItWas(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.twoUnits() // on 2 November
	o.later(9)            // its first measure is late by now
	o.step("gaofeng", issue, "6", `{"action":"finish","measure":1,"note":"已补齐"}`)
	late := o.found()
	o.later(10)
	const then, between = "2026-11-02", "2026-11-11"

	was := o.call("zhenglan", "GET", "/api/v1/issues?on="+then, "").json(t)
	require.Len(t, was["issues"], 1, "the other was not found yet")
	require.Equal(t, issue, from(was, "issues", 0, "id"))
	require.EqualValues(t, 6, from(was, "issues", 0, "version"))
	require.Len(t, o.call("zhenglan", "GET", "/api/v1/issues?on="+between, "").json(t)["issues"], 2)
	require.EqualValues(t, 1, o.call("zhenglan", "GET", "/api/v1/counts?on="+then, "").json(t)["total"])
	require.EqualValues(t, 2, o.call("zhenglan", "GET", "/api/v1/counts?on=2026-11-21", "").json(t)["total"], "today is now")
	one := o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"?on="+then, "").json(t)
	require.Equal(t, then, one["as_of"])
	require.Empty(t, one["actions"])
	require.Nil(t, from(one, "issue", "measures", 0).(map[string]any)["done"])
	require.Len(t, o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/history?on="+then, "").json(t)["lines"], 6)
	require.Len(t, o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/history?on="+between, "").json(t)["lines"], 7)
	require.NotContains(t, o.call("zhenglan", "GET", "/api/v1/lists?on="+then, "").body, `"late":true`)
	require.Contains(t, o.call("zhenglan", "GET", "/api/v1/lists?on=2026-11-11", "").body, `"done":true`)
	require.EqualValues(t, 1, from(o.call("zhenglan", "GET", "/api/v1/sources?on="+then, "").json(t), "all", "items"))
	require.Len(t, o.call("zhenglan", "GET", "/api/v1/sources/inspection?on="+then, "").json(t)["items"], 1)

	w := o.signedIn(t, "zhenglan")
	ledger := w.see("/issues?on=" + then)
	for _, text := range []string{"截至 2026年11月2日 的情况", `<a href="/issues">回到今天</a>`, `href="/issues/` + issue + `?on=` + then + `"`, "/issues/export?on=" + then, "共 1 件"} {
		require.Contains(t, ledger, text)
	}
	for _, button := range []string{"批量办理", "登记问题"} {
		require.NotContains(t, ledger, button)
		require.Contains(t, w.see("/issues"), button)
	}
	page := w.see("/issues/" + issue + "?on=" + then)
	require.Contains(t, page, "截至 2026年11月2日 的情况")
	require.NotContains(t, page, "/do/")
	require.NotContains(t, page, "已补齐")
	require.Contains(t, w.see("/issues/"+issue), "/do/")
	require.Contains(t, w.see("/issues/lists?on="+then), "截至 2026年11月2日")
	require.Contains(t, w.see("/sources?on="+then), "截至 2026年11月2日")
	require.Contains(t, w.see("/checklists?on="+then), "截至 2026年11月2日")
	require.Contains(t, w.see("/time?on="+then), `<b class="num">1</b> 问题`)

	a := o.call("zhenglan", "GET", "/api/v1/ledger.xlsx?on="+then, "")
	require.Equal(t, 200, a.status, a.body)
	book, err := excelize.OpenReader(bytes.NewReader([]byte(a.body)))
	require.NoError(t, err)
	rows, err := book.GetRows(book.GetSheetList()[0])
	require.NoError(t, err)
	require.Contains(t, rows[0][0], "截至 2026年11月2日 的情况")
	require.NotContains(t, a.body, late)
}

// A day that cannot be shown is refused in words, and nobody learns of what they could not have seen.
func TestADayThatCannotBeShown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Equal(t, "before_history", o.call("zhenglan", "GET", "/api/v1/issues?on=2026-11-01", "").json(t)["code"])
	issue := o.found()
	o.later(3)
	late := o.found()
	o.later(1)
	for path, code := range map[string]string{
		"/api/v1/issues?on=2026-11-30": "future_day", "/api/v1/counts?on=2026-11-01": "before_history", "/api/v1/issues/" + issue + "?on=2026-11-01": "before_history",
		"/api/v1/issues?on=2026-02-30": "bad_day", "/api/v1/issues/" + late + "?on=2026-11-03": "not_yet", "/api/v1/issues/" + late + "/history?on=2026-11-03": "not_yet",
	} {
		require.Equal(t, code, o.call("zhenglan", "GET", path, "").json(t)["code"], path)
	}
	require.Equal(t, "no_such_issue", o.call("yeqing", "GET", "/api/v1/issues/"+late+"?on=2026-11-03", "").json(t)["code"], "another branch does not learn that it is there")
	require.Equal(t, "no_such_issue", o.call("yeqing", "GET", "/api/v1/issues/"+issue+"?on=2026-11-03", "").json(t)["code"])
	require.Empty(t, o.call("yeqing", "GET", "/api/v1/issues?on=2026-11-03", "").json(t)["issues"])
	w := o.signedIn(t, "zhenglan")
	a := w.get("/issues?on=2027-01-01")
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "2027-01-01还没有到，只能查看已经过去的日子")
	require.Contains(t, w.get("/time?on=2026-11-01").body, "最早的历史记录在2026-11-02，2026-11-01没有可看的情况")
}

// Letters and calls are shown as they were: one that was signed for since waits, one that was answered since is open, and nothing is to be
// done about it.
func TestLettersAndCallsOfAPastDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.rectifying()
	org, err := pathID[workflow.OrgID](o.orgs["0100"])
	require.NoError(t, err)
	o.take(t, "zhenglan", issue, noticeLetter())
	o.take(t, "gaofeng", issue, workflow.Step{Action: workflow.Call, Note: "需要协调场地和经费，本支部无法解决", Call: workflow.CallFor{To: org, Wants: workflow.WantsHelp}})
	o.later(2)
	o.take(t, "gaofeng", issue, workflow.Step{Action: workflow.SignLetter})
	o.take(t, "wuhai", issue, workflow.Step{Action: workflow.Respond, Reply: workflow.ReplyHelp, Note: "场地已经协调好"})
	o.take(t, "zhenglan", issue, noticeLetter())
	o.later(15)
	const then = "?on=2026-11-02"
	letters := o.call("zhenglan", "GET", "/api/v1/letters"+then, "").json(t)["letters"].([]any)
	require.Len(t, letters, 1, "the second was not sent yet")
	require.Nil(t, letters[0].(map[string]any)["signed_on"])
	require.Equal(t, []any{true, false}, []any{letters[0].(map[string]any)["pending"], letters[0].(map[string]any)["late"]})
	require.Len(t, o.call("zhenglan", "GET", "/api/v1/letters", "").json(t)["letters"], 2)
	require.Empty(t, o.call("luomin", "GET", "/api/v1/letters"+then, "").json(t)["letters"], "another branch")
	require.NotContains(t, o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/letters/1"+then, "").body, `"signed":true`)
	require.Equal(t, "no_such_letter", o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/letters/2"+then, "").json(t)["code"])
	require.Len(t, o.call("wuhai", "GET", "/api/v1/calls"+then, "").json(t)["calls"], 1)
	require.Empty(t, o.call("wuhai", "GET", "/api/v1/calls", "").json(t)["calls"])

	w := o.signedIn(t, "gaofeng")
	list := w.see(lettersPage + then)
	for _, text := range []string{"截至 2026年11月2日 的情况", `<a href="/letters">回到今天</a>`, "/issues/" + issue + "/letters/1" + then, `href="/issues/` + issue + then + `"`, "待签收"} {
		require.Contains(t, list, text)
	}
	letter := w.see("/issues/" + issue + "/letters/1" + then)
	require.Contains(t, letter, "截至 2026年11月2日 的情况")
	require.NotContains(t, letter, "/do/sign_letter")
	head := o.signedIn(t, "wuhai")
	calls := head.see(callsPage + then)
	require.Contains(t, calls, "截至 2026年11月2日 的情况")
	require.Contains(t, calls, "请求协助")
	require.NotContains(t, calls, "/do/respond")
	require.Contains(t, calls, `href="/calls?list=made&amp;on=2026-11-02"`)
	require.Contains(t, head.see(callsPage+then+"&list=answered"), "没有呼叫")
	require.Contains(t, head.see(callsPage+"?list=answered"), "请求协助")
}

// A duty list is of the day that is asked for, on the page, over the API and as a workbook.
func TestADutyListOfAPastDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.take(t, "zhenglan", o.rectifying(), noticeLetter())
	o.later(3)
	o.take(t, "zhenglan", o.rectifying(), noticeLetter())
	o.later(1)
	of := "/duties?below=true&org=" + o.orgs["0100"]
	sent := func(path string) any {
		return from(o.call("zhenglan", "GET", "/api/v1"+path, "").json(t), "lists", 0, "letters").(map[string]any)["notice"]
	}
	require.EqualValues(t, 2, sent(of))
	require.EqualValues(t, 1, sent(of+"&on=2026-11-02"))
	w := o.signedIn(t, "zhenglan")
	page := w.see(of + "&on=2026-11-02")
	require.Contains(t, page, "/api/v1/duties.xlsx?")
	require.Contains(t, page, "截至 2026年11月2日 的情况")
	require.Contains(t, page, "按现行规则列出")
	require.NotContains(t, page, "待办是现在的数")
	require.Contains(t, w.see(of), "待办是现在的数")
	a := o.call("zhenglan", "GET", strings.Replace("/api/v1"+of, "duties", "duties.xlsx", 1)+"&on=2026-11-02", "")
	require.Equal(t, 200, a.status, a.body)
	book, err := excelize.OpenReader(bytes.NewReader([]byte(a.body)))
	require.NoError(t, err)
	require.Contains(t, strings.Join(book.GetSheetList(), " ")+fmt.Sprint(book.GetRows(book.GetSheetList()[0])), "提示函")
	require.Equal(t, "future_day", o.call("zhenglan", "GET", "/api/v1"+of+"&on=2027-01-01", "").json(t)["code"])
}

// A page that is of now alone says so to who asks for a past day, and shows nothing.
func TestAPageOfNowIsNotShownOfAPastDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.found()
	o.later(3)
	w := o.signedIn(t, "zhenglan")
	for _, path := range []string{"/", "/notices", "/draws", "/self-checks", "/burden", "/orgs", "/issues/bulk", "/find"} {
		a := w.get(path + "?on=2026-11-02")
		require.Equal(t, 422, a.status, path)
		require.Contains(t, a.body, "这个页面只有现在的情况", path)
	}
	for _, path := range []string{"/api/v1/notices", "/api/v1/draws", "/api/v1/self-checks", "/api/v1/orgs"} {
		require.Equal(t, "unknown_field", o.call("zhenglan", "GET", path+"?on=2026-11-02", "").json(t)["code"], path)
	}
}
