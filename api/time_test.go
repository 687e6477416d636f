package api

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
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
