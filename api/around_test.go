package api

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// stepRefused takes a step that must be refused.
func (o *office) stepRefused(account, issue, version, body string, status int, code string) {
	o.t.Helper()
	a := o.call(account, "POST", "/api/v1/issues/"+issue+"/steps", body, "If-Match", `"`+version+`"`)
	require.Equal(o.t, status, a.status, a.body)
	require.Equal(o.t, code, a.json(o.t)["code"], a.body)
}

func (o *office) issue(account, issue string) map[string]any {
	o.t.Helper()
	a := o.call(account, "GET", "/api/v1/issues/"+issue, "")
	require.Equal(o.t, 200, a.status, a.body)
	out, _ := a.json(o.t)["issue"].(map[string]any)
	return out
}

// from reads a value deep in what JSON gave.
func from(v any, way ...any) any {
	for _, at := range way {
		switch at := at.(type) {
		case string:
			v = v.(map[string]any)[at]
		case int:
			v = v.([]any)[at]
		}
	}
	return v
}

// The committee climbs the ladder of letters from the page: rung by rung, each signed for by the branch; for accountability the competent
// body is named.
func TestLettersClimbRungByRung(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.rectifying()
	committee, branch := o.signedIn(t, "zhenglan"), o.signedIn(t, "gaofeng")
	require.NotContains(t, branch.see("/issues/"+issue), "/do/letter", "a unit sends itself no letter")
	letter := []string{"grounds", "连续两个月没有进展，已逾整改时限", "asked", "十日内完成整改并报送佐证", "limit", "2026-11-20"}

	form := committee.see("/issues/" + issue + "/do/letter")
	require.Contains(t, form, `value="notice"`)
	require.NotContains(t, form, `value="guidance"`, "no rung is skipped")
	a := committee.try(issue, "letter", nil, append(letter, "rung", "reminder")...)
	require.Equal(t, 409, a.status)
	require.Contains(t, a.body, "督办须逐级")
	require.Contains(t, a.body, "连续两个月没有进展", "what was typed is kept")
	a = committee.try(issue, "letter", nil, "rung", "notice", "grounds", "太短", "asked", "整改", "limit", "2026-11-20")
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, `id="f-grounds-fault"`, "what is wrong stands beside its field")

	page := committee.do(issue, "letter", nil, append(letter, "rung", "notice")...)
	require.Contains(t, page, "提示函")
	require.Contains(t, page, "待签收")
	require.Contains(t, page, `href="/issues/`+issue+`/letters/1"`, "the letter is a document")
	require.Contains(t, branch.see("/issues/"+issue+"/do/sign_letter"), "连续两个月没有进展", "what is signed for is read first")
	page = branch.do(issue, "sign_letter", nil)
	require.Contains(t, page, "高峰")
	_, letters, found := strings.Cut(page, "letters-table")
	require.True(t, found)
	letters, _, _ = strings.Cut(letters, "</table>")
	require.NotContains(t, letters, "待签收")
	require.NotContains(t, page, "/do/sign_letter", "there is nothing left to sign for")

	form = committee.see("/issues/" + issue + "/do/letter")
	require.Contains(t, form, `value="guidance"`)
	require.NotContains(t, form, `value="reminder"`)
	body := `"grounds":"连续两个月没有进展，已逾整改时限","asked":"限期完成","limit":"2026-11-20"`
	version := 7
	for _, rung := range []string{"guidance", "reminder", "admonition"} {
		o.step("zhenglan", issue, strconv.Itoa(version), `{"action":"letter","letter":{"rung":"`+rung+`",`+body+`}}`)
		version++
	}
	at := strconv.Itoa(version)
	o.stepRefused("zhenglan", issue, at, `{"action":"letter","letter":{"rung":"notice",`+body+`}}`, 409, "rung_below")
	o.stepRefused("zhenglan", issue, at, `{"action":"letter","letter":{"rung":"accountability",`+body+`}}`, 422, "missing_decided")
	o.stepRefused("gaofeng", issue, at, `{"action":"letter","letter":{"rung":"admonition",`+body+`}}`, 403, "not_permitted")
	o.step("zhenglan", issue, at, `{"action":"letter","letter":{"rung":"accountability","decided":"派驻纪检组〔2026〕7号",`+body+`}}`)

	i := o.issue("gaofeng", issue)
	require.Len(t, i["letters"], 5)
	require.Equal(t, true, from(i, "letters", 0, "signed"))
	require.Equal(t, o.person("gaofeng"), from(i, "letters", 0, "signed_by"))
	require.Equal(t, false, from(i, "letters", 4, "signed"))
	require.Equal(t, "派驻纪检组〔2026〕7号", from(i, "letters", 4, "decided"))
	require.Regexp(t, `-D5$`, from(i, "letters", 4, "number"))
}

// Who decided that an issue is supervised stands on its page.
func TestWhoDecidedSupervision(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.rectifying()
	o.stepRefused("wuhai", issue, "5", `{"action":"supervise","basis":"督办事项清单"}`, 422, "missing_decided")
	page := o.signedIn(t, "wuhai").do(issue, "supervise", nil, "basis", "督办事项清单第3项", "decided", "机关党委第12次会议")
	require.Contains(t, page, "挂牌督办")
	require.Regexp(t, `class="decided"[^\n]*机关党委第12次会议`, page)
}

// A branch calls a unit of another tree: from then on that unit sees the issue, and nobody else there. It answers; what is open when the
// issue is handed on lapses.
func TestACallOpensTheIssueToWhoIsCalled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.rectifying()
	branch, called := o.signedIn(t, "gaofeng"), o.signedIn(t, "tangwei")
	require.Equal(t, 404, called.get("/issues/"+issue).status)
	form := branch.form(branch.see("/issues/"+issue+"/do/call"), "/issues/"+issue+"/do/call")
	require.Equal(t, o.orgs["0100"], form.Get("call_to"), "the nearest organisation above is proposed")

	a := branch.try(issue, "call", nil, "call_to", o.orgs["0201"], "wants", "help", "note", "太短")
	require.Equal(t, 422, a.status)
	page := branch.do(issue, "call", nil, "call_to", o.orgs["0201"], "wants", "help", "note", "会议记录原件存放在贵支部，请协助提供复印件")
	require.Contains(t, page, "2026-11-05前答复", "the call has a clock")
	require.NotContains(t, branch.see("/issues/"+issue+"/do/call"), `value="`+o.orgs["0201"]+`"`, "a call to it is open already")
	require.Equal(t, 404, o.call("yeqing", "GET", "/api/v1/issues/"+issue, "").status, "a call to a branch is no call to its committee")
	require.Equal(t, 404, o.call("jianghua", "GET", "/api/v1/issues/"+issue, "").status)

	require.Contains(t, called.see("/issues/"+issue+"/do/respond"), "会议记录原件存放在贵支部")
	a = called.try(issue, "respond", nil, "reply", "no", "note", "没有")
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "不少于10个字", "no is said with its reason")
	page = called.do(issue, "respond", nil, "reply", "help", "note", "复印件已于今日送达")
	require.Contains(t, page, "给予协助")
	require.Contains(t, page, "复印件已于今日送达")
	require.NotContains(t, page, "/do/respond")
	require.Equal(t, 200, called.get("/issues/"+issue).status, "who has answered sees what became of it")

	branch.do(issue, "call", nil, "wants", "transfer", "note", "该问题涉及第二支部职责，请求转办")
	page = o.signedIn(t, "zhenglan").do(issue, "transfer", nil, "responsible", o.orgs["0103"], "note", "经核实属第三支部职责范围")
	require.Contains(t, page, "已失效")
	i := o.issue("zhenglan", issue)
	require.Equal(t, "lapsed", from(i, "calls", 1, "reply"))
	require.Equal(t, "help", from(i, "calls", 0, "reply"))
	require.Equal(t, false, from(i, "calls", 1, "open"))
}

// A lasting rectification is reviewed by who verifies it, and its next review is its next date.
func TestALastingRectificationIsReviewed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.rectifying()
	o.step("gaofeng", issue, "5", `{"action":"request","request":"lasting","note":"需要长期坚持才能见效","stage_goal":"年内制度化","next_review":"2026-12-15"}`)
	o.step("wuhai", issue, "6", `{"action":"grant"}`)
	o.stepRefused("gaofeng", issue, "7", `{"action":"review","note":"已见效","next_review":"2027-03-15"}`, 403, "not_permitted")
	o.stepRefused("zhenglan", issue, "7", `{"action":"review","note":"已见效","next_review":"2026-10-15"}`, 422, "missing_next_review")
	committee := o.signedIn(t, "zhenglan")
	require.Contains(t, committee.see("/issues/"+issue+"/do/review"), "年内制度化", "the goal that is reviewed is shown")
	page := committee.do(issue, "review", nil, "note", "阶段目标基本达到", "next_review", "2027-03-15", "stage_goal", "一季度复查无反弹")
	require.Contains(t, page, "一季度复查无反弹")
	i := o.issue("zhenglan", issue)
	require.Equal(t, "2027-03-15", i["next_review"])
	require.Equal(t, "2027-03-15", i["due"])
	require.Equal(t, "2027-03-05", i["warn"])
}

// Who hands over their part keeps it in memory: they do not judge what they were responsible for.
func TestWhoHandedOverCannotVerify(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.found()
	o.step("wuhai", issue, "1", `{"action":"assign","person":"`+o.person("zhenglan")+`"}`)
	o.step("gaofeng", issue, "2", `{"action":"accept"}`)
	o.step("gaofeng", issue, "3", `{"action":"plan","measures":[{"text":"补齐记录","person":"`+o.person("zhenglan")+`","due":"2026-12-10"}]}`)
	o.step("wuhai", issue, "4", `{"action":"approve_plan"}`)
	o.stepRefused("gaofeng", issue, "5", `{"action":"entrust","from":"`+o.person("xuning")+`","person":"`+o.person("mali")+`"}`, 409, "nothing_held")
	branch := o.signedIn(t, "gaofeng")
	require.NotContains(t, branch.see("/issues/"+issue+"/do/entrust"), `<option value="`+o.person("zhenglan"), "nobody takes over from themselves")
	branch.do(issue, "entrust", nil, "person", o.person("mali"), "note", "分工调整")
	i := o.issue("gaofeng", issue)
	require.Equal(t, o.person("mali"), i["person"])
	require.Equal(t, o.person("mali"), from(i, "measures", 0, "person"))
	o.step("mali", issue, "6", `{"action":"finish","measure":1,"note":"已补齐"}`)
	o.step("gaofeng", issue, "7", `{"action":"submit","note":"提请验收","evidence":[{"text":"记录已补齐"}]}`)
	o.stepRefused("zhenglan", issue, "8", `{"action":"pass",`+allMet+`}`, 403, "persons_kept_apart")
	o.step("wuhai", issue, "8", `{"action":"pass",`+allMet+`}`)
}

const allMet = `"criteria":{"measures_done":true,"violations_done":true,"effect_reached":true,"same_kind":true,"mechanism":true}`

// An assisting unit sees and finishes its own measures and no others.
func TestAnAssistingUnitFinishesItsOwnMeasures(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.found()
	o.step("zhenglan", issue, "1", `{"action":"assign","assisting":["`+o.orgs["0102"]+`"]}`)
	o.step("gaofeng", issue, "2", `{"action":"accept"}`)
	branch := o.signedIn(t, "gaofeng")
	path := "/issues/" + issue + "/do/plan"
	values := branch.form(branch.see(path), path)
	for name, typed := range map[string][]string{"measure_text": {"补齐2026年会议记录", "核对并更正党员名册"}, "measure_person": {o.person("mali"), o.person("caoying")},
		"measure_due": {"2026-12-10", "2026-12-12"}, "measure_leader": {"吴海", ""}, "measure_org": {"", o.orgs["0102"]}} {
		copy(values[name], typed)
	}
	a := branch.sendForm(path, values, nil)
	require.Equal(t, 303, a.status, a.body)
	page := branch.see("/issues/" + issue)
	require.Contains(t, page, "承担单位")
	require.Contains(t, page, "牵头领导")
	require.Equal(t, o.orgs["0102"], from(o.issue("gaofeng", issue), "measures", 1, "org"))
	require.Equal(t, "吴海", from(o.issue("gaofeng", issue), "measures", 0, "leader"))
	o.step("zhenglan", issue, "4", `{"action":"approve_plan"}`)

	form := o.signedIn(t, "caoying").see("/issues/" + issue + "/do/finish")
	require.Contains(t, form, "2. 核对并更正党员名册")
	require.NotContains(t, form, "1. 补齐2026年会议记录")
	o.stepRefused("caoying", issue, "5", `{"action":"finish","measure":1}`, 403, "not_their_measure")
	o.step("caoying", issue, "5", `{"action":"finish","measure":2,"note":"名册已更正"}`)
	require.NotContains(t, o.signedIn(t, "caoying").see("/issues/"+issue), "/do/finish", "nothing is left for it")
	o.step("gaofeng", issue, "6", `{"action":"finish","measure":1}`)
}

// What is not a unit's own is returned within the time to accept it, and not later.
func TestAnIssueIsReturnedOnlyInTime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.found()
	o.step("zhenglan", issue, "1", `{"action":"assign"}`)
	branch := o.signedIn(t, "gaofeng")
	page := branch.see("/issues/" + issue)
	require.Contains(t, page, "最迟退回")
	require.Contains(t, page, "/do/return")
	require.Equal(t, "2026-11-04", o.issue("gaofeng", issue)["return_by"])
	o.now = o.now.Add(5 * 24 * time.Hour)
	clear(o.tokens)
	branch = o.signedIn(t, "gaofeng")
	require.NotContains(t, branch.see("/issues/"+issue), "/do/return")
	require.Contains(t, branch.see("/issues/"+issue+"/why"), "退回期限（2026-11-04）已过")
	o.stepRefused("gaofeng", issue, "2", `{"action":"return","note":"不属本支部职责，请另行交办"}`, 409, "too_late_to_return")
}

// What came of an issue is written down where it arises, at submission and at closure, and summed.
func TestResultsAreSummed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.rectifying()
	o.step("mali", issue, "5", `{"action":"finish","measure":1,"note":"记录已补齐"}`)
	branch := o.signedIn(t, "gaofeng")
	path := "/issues/" + issue + "/do/submit"
	values := branch.form(branch.see(path), path)
	values.Set("note", "整改完成")
	values.Set("evidence_text", "记录已补齐")
	values["system_name"] = []string{"会议记录管理办法", ""}
	values["system_number"][0], values["system_on"][0] = "党支〔2026〕3号", "2026-11-01"
	values["outcome_kind"][0], values["outcome_count"][0] = "talk", "多人"
	a := branch.sendForm(path, values, nil)
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "“多人”不是人数")
	require.Contains(t, a.body, "党支〔2026〕3号", "what was typed is kept")
	require.Contains(t, a.body, `<details class="more" open>`, "what is wrong is not folded away")
	values["outcome_count"][0] = "2"
	require.Equal(t, 303, branch.sendForm(path, values, nil).status)

	o.step("zhenglan", issue, "7", `{"action":"pass",`+allMet+`}`)
	o.stepRefused("wuhai", issue, "8", `{"action":"close","results":{"systems":[{"name":" "}]}}`, 422, "incomplete_system")
	o.step("wuhai", issue, "8", `{"action":"close","results":{"systems":[{"name":"组织生活提醒制度"}],"outcomes":[{"kind":"criticism","count":1,"body":"机关党委"}]}}`)
	i := o.issue("gaofeng", issue)
	require.Len(t, from(i, "results", "systems"), 2)
	require.Equal(t, "党支〔2026〕3号", from(i, "results", "systems", 0, "number"))
	require.Len(t, from(i, "results", "outcomes"), 2)
	require.EqualValues(t, 2, from(i, "results", "outcomes", 0, "count"))
	page := branch.see("/issues/" + issue)
	for _, text := range []string{"整改成果", "会议记录管理办法", "组织生活提醒制度", "谈话提醒 2人", "批评教育 1人"} {
		require.Contains(t, page, text)
	}
}

// A closed issue is picked and looked at again, and sibling units are asked whether they have the same.
func TestAClosedIssueIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.closed()
	committee := o.signedIn(t, "wuhai")
	a := committee.try(issue, "pick", nil, "due", "2026-11-01")
	require.Equal(t, 422, a.status)
	page := committee.do(issue, "pick", nil, "due", "2026-11-30")
	require.Contains(t, page, "2026-11-30")
	require.NotContains(t, page, "/do/pick", "it is picked once")
	require.Contains(t, committee.see("/issues/"+issue+"/do/look_back"), "补齐记录", "what is looked at is shown")
	page = committee.do(issue, "look_back", nil, "note", "抽查三个月记录，没有反弹")
	require.Contains(t, page, "没有反弹")
	require.Equal(t, "2026-11-02", from(o.issue("wuhai", issue), "look_back", "on"))

	form := committee.see("/issues/" + issue + "/do/spread")
	require.Contains(t, form, `value="`+o.orgs["0102"]+`"`)
	require.NotContains(t, form, `value="`+o.orgs["0101"]+`"`, "the unit itself is not asked")
	require.NotContains(t, form, `value="`+o.orgs["0201"]+`"`, "nor is a unit of another tree")
	path := "/issues/" + issue + "/do/spread"
	values := committee.form(form, path)
	values["orgs"], values["due"] = []string{o.orgs["0102"], o.orgs["0103"]}, []string{"2026-11-20"}
	require.Equal(t, 303, committee.sendForm(path, values, nil).status)
	require.Equal(t, []any{o.orgs["0102"], o.orgs["0103"]}, o.issue("wuhai", issue)["spread"])
	require.NotContains(t, committee.see(path), `value="`+o.orgs["0102"]+`"`, "who was asked is not asked again")
}

// closed is an issue of the branch 0101 that wuhai closed, at version 9.
func (o *office) closed() string {
	o.t.Helper()
	issue := o.rectifying()
	o.step("mali", issue, "5", `{"action":"finish","measure":1,"note":"记录已补齐"}`)
	o.step("gaofeng", issue, "6", `{"action":"submit","note":"整改完成","evidence":[{"text":"记录已补齐"}]}`)
	o.step("zhenglan", issue, "7", `{"action":"pass",`+allMet+`}`)
	o.step("wuhai", issue, "8", `{"action":"close"}`)
	return issue
}

// A plan is sent back with remarks beside its measures and comes again; advice stands on it as long as it can be changed.
func TestAPlanIsReviewedLineByLine(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.found()
	o.step("zhenglan", issue, "1", `{"action":"assign"}`)
	o.step("gaofeng", issue, "2", `{"action":"accept"}`)
	branch, committee := o.signedIn(t, "gaofeng"), o.signedIn(t, "zhenglan")
	page := branch.do(issue, "plan", nil, "measure_text", "召开会议传达学习文件精神", "measure_due", "2026-12-30", "measure_person", o.person("mali"))
	advice := workflow.Advise(&workflow.Issue{Due: "2026-12-20", Measures: []workflow.Measure{{Text: "召开会议传达学习文件精神", Due: "2026-12-30"}}})
	require.Len(t, advice, 2)
	for _, a := range advice {
		require.Contains(t, page, a.Text.Zh, "who made the plan is advised")
		require.Contains(t, committee.see("/issues/"+issue+"/do/approve_plan"), a.Text.Zh, "and so is who reviews it")
	}
	told := o.call("zhenglan", "GET", "/api/v1/issues/"+issue, "").json(t)
	require.Equal(t, "talk_only", from(told, "plan_advice", 0, "code"))
	require.Equal(t, "after_due", from(told, "plan_advice", 1, "code"))
	path := "/issues/" + issue + "/do/reject_plan"
	values := committee.form(committee.see(path), path)
	require.Equal(t, url.Values{"remark_on": {"1", "0"}}, url.Values{"remark_on": values["remark_on"]})
	values.Set("note", "措施只有开会，请重新制定")
	values["remark"] = []string{"请写明补齐哪些记录", "请增加长效措施"}
	require.Equal(t, 303, committee.sendForm(path, values, nil).status)
	page = branch.see("/issues/" + issue)
	require.Contains(t, page, "请写明补齐哪些记录")
	require.Contains(t, page, "请增加长效措施")
	require.Less(t, strings.Index(page, "请写明补齐哪些记录"), strings.Index(page, "</table>"), "the remark stands beside its measure")

	page = branch.do(issue, "plan", nil, "measure_text", "补齐2026年以来会议记录12份", "measure_due", "2026-12-10", "measure_person", o.person("mali"))
	require.NotContains(t, page, "方案提示", "nothing is left to advise")
	require.NotRegexp(t, `said-of[^\n]*请写明补齐哪些记录`, page, "a new plan starts without remarks")
	committee.do(issue, "approve_plan", nil, "mark", "good")
	i := o.issue("zhenglan", issue)
	require.Equal(t, "rectifying", i["state"])
	require.NotContains(t, branch.see("/issues/"+issue), "方案提示")
}
