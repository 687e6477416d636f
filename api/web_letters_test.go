package api

import (
	"archive/zip"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// take takes a step through the engine, on the issue as it is now.
func (o *office) take(t *testing.T, account, issue string, s workflow.Step) workflow.Issue {
	t.Helper()
	by, err := o.Engine.ActorNamed(t.Context(), account)
	require.NoError(t, err)
	number, err := pathID[workflow.IssueID](issue)
	require.NoError(t, err)
	v, err := o.Engine.Issue(t.Context(), by, number)
	require.NoError(t, err)
	i, err := o.Engine.Do(t.Context(), by, number, v.Issue.Version, "", s)
	require.NoError(t, err)
	return i
}

func noticeLetter() workflow.Step {
	return workflow.Step{Action: workflow.SendLetter, Letter: workflow.Letter{Rung: workflow.RungNotice, Grounds: "距时限不足三十天仍无进展情况", Asked: "十日内报送进展", Limit: "2026-11-20"}}
}

// A letter is listed, printed and signed for in the browser, and the same over the API.
func TestALetterInTheBrowserAndOverTheAPI(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	i := o.take(t, "zhenglan", issue, noticeLetter())
	officer := o.signedIn(t, "gaofeng")
	list := officer.see(lettersPage)
	path := "/issues/" + issue + "/letters/1"
	require.Contains(t, list, `href="`+path+`"`)
	require.Contains(t, list, i.Number+"-D1")
	require.Contains(t, list, "待签收")
	letter := officer.see(path)
	for _, part := range []string{"中共临江市文化旅游局机关委员会", "提示函", i.Number + "-D1", "中共临江市文化旅游局办公室支部委员会", "三会一课记录不完整",
		"距时限不足三十天仍无进展情况", "十日内报送进展", "2026-11-20", "2026年11月2日", "郑岚", "签收回执"} {
		require.Contains(t, letter, part)
	}
	sign := "/issues/" + issue + "/do/sign_letter"
	require.Contains(t, letter, `href="`+sign+`"`)
	require.NotContains(t, o.signedIn(t, "zhenglan").see(path), sign, "who sent it does not sign for it")
	require.Contains(t, o.call("wuhai", "GET", "/api/v1/letters?signed=false", "").body, `"to_sign":true`)
	officer.do(issue, "sign_letter", nil)
	require.NotContains(t, o.call("wuhai", "GET", "/api/v1/letters", "").body, `"to_sign":true`)
	require.Contains(t, officer.see(path), "高峰")
	require.NotContains(t, officer.see(lettersPage+"?signed=no"), path)
	require.NotContains(t, officer.see(lettersPage+"?rung=guidance"), path)
	require.Equal(t, http.StatusNotFound, o.signedIn(t, "luomin").get(path).status)
	require.Equal(t, http.StatusNotFound, officer.get("/issues/"+issue+"/letters/2").status)

	var listed LetterList
	require.NoError(t, json.Unmarshal([]byte(o.call("wuhai", "GET", "/api/v1/letters?signed=true&under="+o.orgs["0100"], "").body), &listed))
	require.Len(t, listed.Letters, 1)
	require.Equal(t, []any{i.Number + "-D1", "notice", "2026-11-02"}, []any{listed.Letters[0].Number, listed.Letters[0].Rung, listed.Letters[0].SignedOn})
	require.Contains(t, o.call("wuhai", "GET", "/api/v1"+path, "").body, `"signed":true`)
	require.Contains(t, o.call("luomin", "GET", "/api/v1/letters", "").body, `"letters":[]`)
	require.Equal(t, http.StatusNotFound, o.call("luomin", "GET", "/api/v1"+path, "").status)
	require.Equal(t, http.StatusUnprocessableEntity, o.call("wuhai", "GET", "/api/v1/letters?rung=none", "").status)
}

// A letter about what was given to another unit is never signed for any more, and the lists say so.
func TestALetterThatNobodyCanSignAnyMore(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	o.take(t, "zhenglan", issue, noticeLetter())
	other, err := pathID[workflow.OrgID](o.orgs["0102"])
	require.NoError(t, err)
	o.take(t, "zhenglan", issue, workflow.Step{Action: workflow.Transfer, Responsible: other, Note: "职能已划转，由该支部整改"})
	list := o.see("wuhai", lettersPage).body
	require.Contains(t, list, "未签收，不再签收")
	require.NotContains(t, list, "<b>待签收</b>")
	require.Contains(t, o.call("wuhai", "GET", "/api/v1/letters", "").body, `"to_sign":false`)
	require.Contains(t, o.call("wuhai", "GET", "/api/v1/letters?signed=false", "").body, `"letters":[]`)
}

func TestCallsInTheBrowserAndOverTheAPI(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	org, err := pathID[workflow.OrgID](o.orgs["0100"])
	require.NoError(t, err)
	o.take(t, "gaofeng", issue, workflow.Step{Action: workflow.Call, Note: "需要协调场地和经费，本支部无法解决", Call: workflow.CallFor{To: org, Wants: workflow.WantsHelp}})
	head := o.signedIn(t, "wuhai")
	answer := "/issues/" + issue + "/do/respond"
	require.Contains(t, head.see(callsPage), `href="`+answer+`"`)
	require.Equal(t, 200, head.get(answer).status, "the button leads to the form")
	require.Contains(t, o.signedIn(t, "gaofeng").see(callsPage), "没有呼叫")
	made := o.signedIn(t, "gaofeng").see(callsPage + "?list=made")
	require.Contains(t, made, "请求协助")
	require.Contains(t, made, "2026-11-05")
	require.Contains(t, o.signedIn(t, "chengd").see(callsPage+"?list=within"), "请求协助")
	require.Equal(t, http.StatusUnprocessableEntity, head.get(callsPage+"?list=x").status)
	var board CallList
	require.NoError(t, json.Unmarshal([]byte(o.call("wuhai", "GET", "/api/v1/calls", "").body), &board))
	require.Equal(t, []any{1, issue, true, false}, []any{len(board.Calls), board.Calls[0].Issue, board.Calls[0].Open, board.Calls[0].Late})
}

// All that somebody holds is handed over in the browser: first who takes over, then one act.
func TestHandingOverInTheBrowser(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	mali, gaofeng := o.person("mali"), o.person("gaofeng")
	b := o.signedIn(t, "zhenglan")
	path := orgsPage + "/" + o.orgs["0101"] + "/hand-over/" + mali
	require.Contains(t, b.see(orgsPage+"/"+o.orgs["0101"]), `href="`+path+`"`)
	require.Contains(t, b.see(peoplePage+"/"+mali), `href="`+path+`"`)
	first := b.see(path)
	require.Contains(t, first, "三会一课记录不完整")
	values := b.form(first, path)
	values.Set("note", "马丽调离")
	missing := b.post(path, values)
	require.Equal(t, http.StatusUnprocessableEntity, missing.status)
	require.Contains(t, missing.body, "请选择接手的人")
	require.Contains(t, missing.body, "马丽调离", "what was typed stays")
	values.Set("to", gaofeng)
	values.Set("end", "2026-11-30")
	require.Contains(t, b.see(path+"?to="+gaofeng), "可以", "every step was tried")
	for range 2 {
		done := b.post(path, values)
		require.Equal(t, http.StatusSeeOther, done.status, done.body)
	}
	require.Contains(t, b.see(path), "名下没有在办的问题")
	require.Contains(t, o.call("gaofeng", "GET", "/api/v1/issues/"+issue+"/history", "").body, `"entrust"`)

	security := o.signedIn(t, "renan")
	org := security.see(orgsPage + "/" + o.orgs["0101"])
	require.Contains(t, org, "移交时申请于2026-11-30终止")
	require.NotContains(t, org, path, "the security administrator hands nothing over")
	require.Equal(t, http.StatusForbidden, security.get(path).status)
	require.Equal(t, http.StatusForbidden, o.signedIn(t, "luomin").get(path).status)
}

func TestHandingOverOverTheAPI(t *testing.T) {
	o := newOffice(t)
	o.rectifying()
	mali, gaofeng := o.person("mali"), o.person("gaofeng")
	held := o.call("zhenglan", "GET", "/api/v1/people/"+mali+"/held?org="+o.orgs["0101"]+"&to="+gaofeng, "")
	var h Handing
	require.NoError(t, json.Unmarshal([]byte(held.body), &h))
	require.Equal(t, []any{1, true, false}, []any{len(h.Rows), h.Ready, h.Done})
	body := `{"org":"` + o.orgs["0101"] + `","to":"` + gaofeng + `","note":"马丽调离"}`
	for range 2 {
		a := o.call("zhenglan", "POST", "/api/v1/people/"+mali+"/hand-over", body, "Idempotency-Key", "k")
		require.Equal(t, 200, a.status, a.body)
		require.Contains(t, a.body, `"done":true`)
	}
	require.Equal(t, http.StatusForbidden, o.call("luomin", "POST", "/api/v1/people/"+mali+"/hand-over", body).status)
}

// The duty list of one's own posts and of an organisation, on the page, as a workbook and over the API.
func TestDutiesInTheBrowserAndOverTheAPI(t *testing.T) {
	o := newOffice(t)
	o.take(t, "zhenglan", o.rectifying(), noticeLetter())
	b := o.signedIn(t, "zhenglan")
	own := b.see(dutiesPage)
	require.Contains(t, own, "专职副书记")
	require.NotContains(t, own, "书记岗 · 机关党委书记", "one's own posts alone")
	whole := dutiesPage + "?below=true&org=" + o.orgs["0100"]
	page := b.see(whole)
	for _, part := range []string{"三级四岗责任清单", "2026年11月", "机关党委书记", "支部书记", "吴海", "制定整改方案", "提示函", "不统计到人"} {
		require.Contains(t, page, part)
	}
	require.NotContains(t, page, "高峰", "holders of the organisations below are not named")
	require.Contains(t, b.see(whole+"&period=quarter&day=2026-08-01"), "2026年第3季度")
	require.Equal(t, http.StatusForbidden, o.signedIn(t, "gaofeng").get(whole).status)
	require.Equal(t, http.StatusUnprocessableEntity, b.get(dutiesPage+"?period=week").status)
	var out Duties
	require.NoError(t, json.Unmarshal([]byte(o.call("zhenglan", "GET", "/api/v1"+whole, "").body), &out))
	require.Equal(t, map[string]int{"notice": 1}, map[string]int(out.Lists[0].Letters))
	book := o.call("zhenglan", "GET", strings.Replace("/api/v1"+whole, "duties", "duties.xlsx", 1), "")
	require.Equal(t, 200, book.status)
	_, err := zip.NewReader(strings.NewReader(book.body), int64(len(book.body)))
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, o.call("gaofeng", "GET", strings.Replace("/api/v1"+whole, "duties", "duties.xlsx", 1), "").status)
}

// A stand-in is shown as such to everybody who meets what they did.
func TestAStandInIsShown(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	security := o.signedIn(t, "renan")
	org := orgsPage + "/" + o.orgs["0101"]
	typed := url.Values{"account": {"luomin"}, "post": {"branch_officer"}, "from": {"2026-11-02"}, "stand_in_for": {"gaofeng"}}
	refused := security.post(org, typed)
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.body, "代办须写明止日")
	typed.Set("until", "2026-11-20")
	typed.Set("stand_in_for", "luomin")
	require.Contains(t, security.post(org, typed).body, "不能代办自己")
	typed.Set("stand_in_for", "gaofeng")
	require.Equal(t, http.StatusSeeOther, security.post(org, typed).status)
	require.Contains(t, o.signedIn(t, "zhenglan").see(org), "代办：高峰")
	require.Contains(t, o.signedIn(t, "gaofeng").see(mePage), "罗敏")
	require.Contains(t, o.signedIn(t, "luomin").see(mePage), "代办：高峰")

	o.take(t, "zhenglan", issue, noticeLetter())
	o.take(t, "luomin", issue, workflow.Step{Action: workflow.SignLetter})
	require.Contains(t, o.signedIn(t, "zhenglan").see("/issues/"+issue+"/letters/1"), "罗敏（代高峰）")
	require.Contains(t, o.signedIn(t, "zhenglan").see("/issues/"+issue), "高峰")
	record := o.signedIn(t, "zhenglan").see(recordsPage + "/" + issue)
	require.Contains(t, record, "代办：高峰")
	require.Contains(t, record, "罗敏（代高峰）已签收")
	history := o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/history?limit=200", "").body
	require.Contains(t, history, `"for":"`+o.person("gaofeng")+`"`)
	require.Contains(t, o.call("zhenglan", "GET", "/api/v1/issues/"+issue, "").body, `"signed_for":"`+o.person("gaofeng")+`"`)
	_, err := o.Engine.Duties(t.Context(), workflow.Actor{}, 1, false, engine.Period{}, "")
	require.ErrorIs(t, err, workflow.ErrNotFound)
}
