package api

import (
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// Every kind of person sees every page about organisations, people, rules and oneself in both languages; nobody but the audit
// administrator sees the audit.
func TestOfficePagesForEverybody(t *testing.T) {
	o := newOffice(t)
	issue := o.found()
	for _, account := range []string{"zhouqm", "sunli", "wuhai", "gaofeng", "mali", "dingyi", "renan", "jianghe"} {
		b := o.signedIn(t, account)
		person := o.person(account)
		for _, lang := range []string{"zh", "en"} {
			b.post("/language", url.Values{"lang": {lang}})
			for _, path := range []string{"/orgs", "/orgs?under=" + o.orgs["01"], "/orgs/" + o.orgs["0100"], "/orgs/people", "/orgs/people?text=高", "/orgs/people/" + person, "/me",
				"/rules", "/rules/policy", "/rules/policy?post=committee_officer", "/rules/policy?post=audit_admin", "/rules/who", "/rules/words", "/records", "/records?asked=yes"} {
				body := b.see(path)
				require.Contains(t, body, `lang="`+map[string]string{"zh": "zh-CN", "en": "en"}[lang]+`"`)
				require.NotContains(t, body, "<no value>")
			}
		}
		sees := slices.Contains([]string{"zhouqm", "sunli", "wuhai", "gaofeng", "mali"}, account)
		for _, path := range []string{"/records/" + issue, "/rules?issue=" + issue} {
			require.Equal(t, map[bool]int{true: 200, false: 404}[sees], b.get(path).status, "%s %s", account, path)
		}
		require.Equal(t, map[bool]int{true: 200, false: 403}[account == "jianghe"], b.get("/records/audit?account=gaofeng").status, account)
	}
}

func TestTree(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn(t, "gaofeng")
	root := b.see("/orgs")
	require.Contains(t, root, "周启明")
	require.Contains(t, root, "/orgs?under="+o.orgs["01"])
	below := b.see("/orgs?under=" + o.orgs["0100"])
	require.Contains(t, below, "高峰")
	require.NotContains(t, below, "周启明")
	require.Contains(t, b.see("/orgs?under="+o.orgs["02"]), "/orgs/"+o.orgs["0200"])
	require.Equal(t, 404, b.get("/orgs/12345").status)
	require.Equal(t, 422, b.get("/orgs?under=x").status)
	require.NotContains(t, b.see("/orgs/"+o.orgs["0101"]), `id="appoint"`, "who may not appoint has no form")
	require.NotContains(t, b.see("/orgs/"+o.orgs["0101"]), "/end/")
}

// The security administrator appoints and ends; a form that fails keeps what was typed; nobody else may.
func TestAppointingByForm(t *testing.T) {
	o := newOffice(t)
	b, path := o.signedIn(t, "renan"), "/orgs/"+o.orgs["0101"]
	form := b.form(b.see(path), path)
	form.Set("account", "nobody")
	form.Set("post", "branch_officer")
	form.Set("from", "2026-11-01")
	a := b.post(path, form)
	require.Equal(t, 404, a.status)
	require.Equal(t, form, b.form(a.body, path), "what was typed is kept")
	form.Set("account", "caoying")
	form.Set("until", "2026-10-01")
	a = b.post(path, form)
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "止日不能早于起日")
	form.Set("until", "someday")
	require.Contains(t, b.post(path, form).body, `id="f-until-fault"`)
	form.Set("until", "")
	form.Set("post", "")
	require.Contains(t, b.post(path, form).body, `id="f-post-fault"`)
	form.Set("post", "branch_officer")
	require.Equal(t, 403, o.signedIn(t, "dingyi").post(path, form).status)
	require.Equal(t, 403, o.signedIn(t, "sunli").post(path, form).status)
	a = b.post(path, form)
	require.Equal(t, 303, a.status, a.body)
	body := b.see(path)
	require.Contains(t, body, "已任命caoying为联络员")
	require.Contains(t, body, "曹颖")

	end := regexp.MustCompile(`/orgs/people/\d+">曹颖</a>.*?href="([^"]+/end/\d+)"`).FindStringSubmatch(strings.ReplaceAll(body, "\n", ""))[1]
	require.Equal(t, 404, o.signedIn(t, "dingyi").get(end).status)
	require.Equal(t, 404, o.signedIn(t, "dingyi").post(end, url.Values{"until": {"2026-11-01"}}).status)
	require.Contains(t, b.see(end), "曹颖")
	a = b.post(end, url.Values{"until": {"2026-10-01"}})
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, `value="2026-10-01"`)
	require.Equal(t, 303, b.post(end, url.Values{"until": {"2026-11-01"}}).status)
	body = b.see(path)
	_, past, _ := strings.Cut(body, "曾任")
	require.Contains(t, past, "曹颖")
}

func TestPeopleAreFound(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn(t, "gaofeng")
	body := b.see("/orgs/people?text=胡志")
	require.Contains(t, body, "huzq")
	require.NotContains(t, body, "mali")
	require.NotContains(t, body, "1380000", "telephone numbers are for administrators")
	require.Contains(t, b.see("/orgs/people?text=%25"), "没有找到", "a percent sign is only a sign")
	require.Contains(t, o.signedIn(t, "dingyi").see("/orgs/people?text=huzq"), "13800000023")
}

func TestOwnSessions(t *testing.T) {
	o := newOffice(t)
	b, other := o.signedIn(t, "gaofeng"), o.browser(t)
	delete(o.tokens, "gaofeng")
	other.cookies[cookieName] = o.token("gaofeng")
	body := b.see("/me")
	require.Equal(t, 1, strings.Count(body, `name="session"`), "one that is not this one")
	require.Contains(t, body, "支部书记")
	value := b.form(body, "/me/sessions").Get("session")
	require.Equal(t, 303, o.signedIn(t, "mali").post("/me/sessions", url.Values{"session": {value}}).status)
	require.Equal(t, 200, other.get("/me").status, "nobody ends the session of another")
	require.Equal(t, 303, b.post("/me/sessions", url.Values{"session": {value}}).status)
	require.Equal(t, 303, other.get("/me").status)
	require.Equal(t, 200, b.get("/me").status)
	require.Equal(t, 404, b.post("/me/sessions", url.Values{"session": {"x"}}).status)
}

func TestRulesOnPages(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	b := o.signedIn(t, "gaofeng")
	body := b.see("/rules")
	require.Equal(t, 3, strings.Count(body, "<svg"))
	require.NotContains(t, body, "pic-box lit")
	lit := b.see("/rules?issue=" + issue)
	require.Equal(t, 1, strings.Count(lit, "pic-box lit"))
	require.Regexp(t, `pic-state lit"[^>]*>整改中<`, lit)
	require.Contains(t, b.see("/rules/policy"), "policy.csv:")
	require.Contains(t, b.see("/rules/policy?post=audit_admin"), "三员没有任何业务权限")

	number := regexp.MustCompile(`[A-Z]{2}-0\d+-2026-\d{4}`).FindString(b.see("/issues/" + issue))
	b = o.signedIn(t, "zhenglan") // whose own name stands on every page
	who := b.see("/rules/who?action=submit&number=" + number)
	require.Contains(t, who, "高峰")
	require.Contains(t, who, "现在不行", "the measures are not done")
	require.Contains(t, b.see("/rules/who?action=report&number="+number), "现在可以")
	require.NotContains(t, b.see("/rules/who?action=pass&number="+number), "高峰")
	require.Equal(t, 404, o.signedIn(t, "dingyi").get("/rules/who?action=pass&number="+number).status, "administrators see no issues")
	require.Equal(t, 404, b.get("/rules/who?action=pass&number=XC-1").status)
	require.Equal(t, 422, b.get("/rules/who?action=nothing&number="+number).status)
}

// An inspector finds an issue, reads its whole history, and that is put on record where the audit administrator reads it.
func TestHistoryOnPages(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	b := o.signedIn(t, "sunli")
	found := b.see("/records?asked=yes&text=三会一课&org=01&from=2026-12-01&to=2026-12-31")
	require.Contains(t, found, "/records/"+issue)
	require.NotContains(t, b.see("/records?asked=yes&from=2027-01-01"), "/records/"+issue)
	require.Equal(t, 422, b.get("/records?asked=yes&org=没有的").status)
	require.Equal(t, 422, b.get("/records?asked=yes&from=soon").status)
	body := b.see("/records/" + issue)
	for _, part := range []string{"交办", "待交办 → 待签收", "补齐记录（马丽，2026-12-10）", "policy.csv:", "逐条核对", "郑岚", "责任单位"} {
		require.Contains(t, body, part)
	}
	require.Equal(t, 5, strings.Count(body, `class="digest"`))
	require.NotRegexp(t, `<form(?:[^>]*)method="post"(?:[^>]*)action="/(?:issues|records|orgs)`, body, "nothing to change")
	require.Equal(t, 404, o.signedIn(t, "tangwei").get("/records/"+issue).status)

	audit := o.signedIn(t, "jianghe")
	require.Contains(t, audit.see("/records/audit?what=look&account=sunli"), "查阅历史")
	require.Contains(t, audit.see("/records/audit?account=gaofeng"), "任命")
	require.Contains(t, audit.see("/records/audit?org=0101"), "新增组织")
	require.Contains(t, audit.see("/records/audit?account=jianghe"), "审计查看", "the auditor's looks are on record too")
	require.Equal(t, 404, audit.get("/records/audit?account=none").status)
	require.Equal(t, 422, audit.get("/records/audit?account=gaofeng&before=x").status)
}

// What a history shows or leaves out is decided for every field of an issue.
func TestEveryFieldHasAName(t *testing.T) {
	whole := workflow.Issue{}
	for _, name := range fieldNames(whole) {
		shown := slices.ContainsFunc(shownFields, func(f field) bool { return f.name == name })
		require.NotEqual(t, shown, slices.Contains(unshown, name), name)
	}
}

func fieldNames(of any) (names []string) {
	for n := range reflect.TypeOf(of).NumField() {
		name, _, _ := strings.Cut(reflect.TypeOf(of).Field(n).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
