//go:build browser

package api

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

const firstProblem = "中心组学习研讨发言材料雷同"

// met are the five criteria, ticked.
var met = []string{"measures_done", "yes", "violations_done", "yes", "effect_reached", "yes", "same_kind", "yes", "mechanism", "yes"}

// imported sends a checklist in by the wizard and returns the address of its first issue.
func (b *tab) imported(file, problem string) string {
	b.t.Helper()
	b.open(importPage)
	b.fill("form.form", "file", absolute(b.t, file), "source", "inspection", "title", "巡察反馈任务清单")
	b.send("form.form")
	require.Contains(b.t, b.text(), "每一行的去向")
	b.press("[name=mode][value=good]")
	require.Eventually(b.t, func() bool { return strings.Contains(b.text(), "查看这份清单") }, patience, patience/100)
	b.press("a.btn-primary")
	return ask[string](b, "[...document.querySelectorAll('main a[href^=\"/issues/\"]')].find(a => a.textContent.includes('"+problem+"')).getAttribute('href')")
}

// Five people in five sessions bring one issue through its whole life, in a real browser; an inspector reads it all and can change nothing.
func TestBrowserTheLifeOfAnIssue(t *testing.T) {
	o := newOffice(t).withPasswords("xuning", "gaofeng", "mali", "zhenglan", "wuhai", "sunli")
	c := o.chromium(t)
	importer, officer, helper, verifier, closer := c.as("xuning", true), c.as("gaofeng", true), c.as("mali", true), c.as("zhenglan", true), c.as("wuhai", true)

	issue := importer.imported(inspectionList, firstProblem)
	importer.takes(issue, "assign", "responsible", o.orgs["0101"], "kind", "timed", "grade", "ordinary", "due", "2026-12-20")
	officer.open("/")
	require.Contains(t, officer.text(), firstProblem, "it waits for the branch")
	officer.takes(issue, "accept")
	officer.takes(issue, "plan", "measure_text", "重新组织研讨，逐人审核发言材料", "measure_due", "2026-12-10", "measure_person", o.person("mali"))
	verifier.open("/")
	require.Contains(t, verifier.text(), firstProblem, "the plan waits for the verifier")
	verifier.takes(issue, "approve_plan")

	text := helper.takes(issue, "finish", "measure", "1", "note", "已重新研讨", "file", keep(t, "现场.png", picture(t)))
	require.Contains(t, text, "现场.png")
	helper.do(chromedp.WaitVisible(chromedp.CSS(".evidence img")), chromedp.ScrollIntoView(chromedp.CSS(".evidence img")))
	require.Eventually(t, func() bool { return ask[int](helper, "document.querySelector('.evidence img').naturalWidth") == 40 }, patience, patience/100, "the thumbnail is drawn")
	for helper.there(".measures-table tbody tr:not(.done)") {
		next := ask[int](helper, "[...document.querySelectorAll('.measures-table tbody tr')].findIndex(tr => !tr.classList.contains('done'))") + 1
		helper.takes(issue, "finish", "measure", strconv.Itoa(next), "note", "已按措施办完")
	}
	helper.takes(issue, "attest", "evidence_text", "支委会通过了学习材料审核制度")
	officer.takes(issue, "submit", "note", "整改完成，提请验收")

	text = verifier.step(issue, "reject", "note", "太短")
	require.Contains(t, text, "不少于10个字", "what is missing is said beside the field")
	require.True(t, verifier.there("[aria-invalid=true]"))
	verifier.takes(issue, "reject", "note", "材料虽已重写，但缺少学习签到表，请补充", "due", "2026-12-25")
	officer.takes(issue, "submit", "note", "已补充签到表", "file", keep(t, "签到表.txt", []byte("签到")))
	verifier.takes(issue, "pass", append(met, "note", "现场核查属实")...)
	require.Contains(t, closer.takes(issue, "close", "note", "同意销号"), "已销号")

	inspector := c.as("sunli", true)
	inspector.open(issue)
	for _, part := range []string{firstProblem, "已销号", "现场.png", "签到表.txt", "重新组织研讨", "材料虽已重写", "许宁", "高峰", "马丽", "郑岚", "吴海", "policy.csv:"} {
		require.Contains(t, inspector.text(), part)
	}
	require.False(t, inspector.there("a[href*='/do/']"), "no button for who only looks")
	for _, action := range []string{"reopen", "urge", "comment", "supervise"} {
		a := o.call("sunli", "GET", issue+"/do/"+action, "")
		require.Contains(t, []int{403, 409}, a.status, action)
		a = o.fillIn("sunli", issue+"/do/"+action, "version", "1", "note", "督查员不能改动任何内容", "key", action)
		require.GreaterOrEqual(t, a.status, 400, action)
	}

	text = verifier.takes(issue, "reopen", "note", "督查发现同类问题再次发生，重新整改", "basis", "工委督查通报第8号", "due", "2027-01-31")
	require.Contains(t, text, "-R2 待签收", "the number says which round it is")
	officer.open("/")
	require.Contains(t, officer.text(), firstProblem, "round 2 waits for the branch")
}

// The common path needs no JavaScript.
func TestBrowserWithoutJavaScript(t *testing.T) {
	o := newOffice(t).withPasswords("gaofeng", "zhenglan", "wuhai")
	c := o.chromium(t)
	officer, verifier, closer := c.as("gaofeng", false), c.as("zhenglan", false), c.as("wuhai", false)
	require.False(t, officer.there("html.js"), "scripts are off")

	officer.open("/find")
	officer.fill("form.form", "detail", "三会一课记录不完整")
	officer.send("form.form")
	issue := officer.path()
	require.Regexp(t, `^/issues/\d+$`, issue)
	verifier.takes(issue, "assign", "responsible", o.orgs["0101"], "kind", "timed", "grade", "ordinary", "due", "2026-12-20")
	officer.takes(issue, "accept")
	text := officer.step(issue, "plan", "measure_text", "补齐全年记录", "measure_due", "2026-12-10")
	require.Contains(t, text, "第1条措施")
	require.Equal(t, "补齐全年记录", ask[string](officer, "document.querySelector('[name=measure_text]').value"), "what was typed is kept")
	officer.fill("form.form", "measure_person", o.person("mali"))
	officer.send("form.form")
	require.True(t, officer.there(".alert-success"), officer.text())
	verifier.takes(issue, "approve_plan")
	officer.takes(issue, "finish", "measure", "1", "note", "记录已补齐", "file", keep(t, "现场.png", picture(t)))
	officer.takes(issue, "submit", "note", "整改完成，提请验收")
	verifier.takes(issue, "pass", append(met, "note", "现场核查属实")...)
	require.Contains(t, closer.takes(issue, "close", "note", "同意销号"), "已销号")

	officer.open("/issues")
	officer.fill("form.filters", "text", "三会一课")
	officer.send("form.filters")
	require.Contains(t, ask[string](officer, "location.search"), "text=")
	require.Contains(t, officer.text(), "三会一课记录不完整")
	officer.press("form[action='/language'] button")
	require.Contains(t, officer.text(), "Ledger")
	officer.press("form[action='/sign-out'] button")
	require.Equal(t, "/sign-in", officer.path())
}
