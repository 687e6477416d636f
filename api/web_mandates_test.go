package api

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A mandate from the page on which it is granted to its end: nothing is shown before the declaration, and that is said on every page;
// what was declared is not shown; when it is ended, an open session shows nothing any more.
func TestMandateOnPages(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	grants := o.signedIn(t, "renan")
	form := url.Values{"number": {"巡〔2026〕3号"}, "basis": {"巡察通知书〔2026〕7号"}, "org": {"0100"}, "from": {"2026-11-01"}, "until": {"2026-12-20"}, "accounts": {"songyuan\n"}}
	wrong := url.Values{"number": {"巡〔2026〕3号"}, "org": {"0100"}, "from": {"2026-11-01"}, "until": {"2026-12-20"}, "accounts": {"songyuan"}}
	a := grants.post(mandatesPage, wrong)
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "依据文件（文号和名称）")
	require.Contains(t, a.body, "巡〔2026〕3号", "what was typed is kept")
	a = grants.post(mandatesPage, form)
	require.Equal(t, 303, a.status, a.body)
	mandate := a.header.Get("Location")
	require.Contains(t, grants.see(mandate), "巡察通知书〔2026〕7号")

	b := o.signedIn(t, "songyuan")
	for _, path := range []string{"/", "/issues", "/me", mandate} {
		require.Contains(t, b.see(path), "还没有作回避声明", path)
	}
	require.Equal(t, 404, b.get("/issues/"+issue).status)
	require.Equal(t, 404, o.call("songyuan", "GET", "/api/v1/issues/"+issue, "").status)
	require.NotContains(t, b.see("/issues"), "/issues/"+issue)
	a = b.post(mandate+"/declare", url.Values{})
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "两者只能选一种")
	require.Equal(t, 303, b.post(mandate+"/declare", url.Values{"none": {"yes"}}).status)
	require.NotContains(t, b.see("/issues"), "还没有作回避声明")
	require.Contains(t, b.see("/issues/"+issue), "三会一课")
	require.Contains(t, b.see("/issues"), "/issues/"+issue)
	require.Contains(t, b.see("/"), "/signs", "an inspector's way begins on the first page")
	require.NotContains(t, grants.see("/"), "/find", "who may log nothing is not asked to")

	looks := regexp.MustCompile(regexp.QuoteMeta(mandate) + `/looks/\d+`).FindString(grants.see(mandate))
	require.NotEmpty(t, looks)
	audit := o.signedIn(t, "jianghe")
	for _, reader := range []*browser{grants, audit} {
		body := reader.see(looks)
		for _, part := range []string{"<b>查看</b>", "查看列表", "#" + issue, "逐条核对"} {
			require.Contains(t, body, part)
		}
	}
	require.Equal(t, 403, b.get(looks).status)
	require.NotContains(t, b.see(mandate), "/looks/")
	require.Equal(t, 404, o.signedIn(t, "gaofeng").get(mandate).status)
	require.Contains(t, o.signedIn(t, "gaofeng").see(mandatesPage), "没有授权")

	require.Equal(t, 303, b.post(mandate+"/declare", url.Values{"orgs": {"文旅局办公室党支部"}}).status)
	require.Equal(t, 404, b.get("/issues/"+issue).status, "declared, so not shown")
	require.Contains(t, b.see(mandate), "文旅局办公室党支部")
	require.Equal(t, 422, grants.post(mandate+"/end", url.Values{"why": {"短"}}).status)
	require.Equal(t, 403, b.post(mandate+"/end", url.Values{"why": {"巡察任务调整，提前终止授权"}}).status)
	require.Equal(t, 303, grants.post(mandate+"/end", url.Values{"why": {"巡察任务调整，提前终止授权"}}).status)
	require.Contains(t, b.see(mandate), "提前终止")
	require.NotContains(t, b.see("/issues"), "/issues/")
	body := audit.see(mandate)
	for _, part := range []string{"巡察授权", "回避声明", "提前终止授权", "巡察任务调整"} {
		require.Contains(t, body, part)
	}
}

func TestMandateByAPI(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	a := o.call("renan", "POST", "/api/v1/mandates", `{"number":"巡1","basis":"通知","org":"`+o.orgs["01"]+`","from":"2026-11-01","until":"2026-12-01","accounts":["songyuan"]}`)
	require.Equal(t, 201, a.status, a.body)
	mandate := "/api/v1/mandates/" + regexp.MustCompile(`"id":"(\d+)"`).FindStringSubmatch(a.body)[1]
	require.Equal(t, 404, o.call("songyuan", "GET", "/api/v1/issues/"+issue, "").status)
	require.Equal(t, 404, o.call("gaofeng", "POST", mandate+"/declaration", `{"none":true}`).status)
	require.Equal(t, 422, o.call("songyuan", "POST", mandate+"/declaration", `{}`).status)
	a = o.call("songyuan", "POST", mandate+"/declaration", `{"none":true}`)
	require.Equal(t, 200, a.status, a.body)
	require.Contains(t, a.body, `"declared":true`)
	require.Equal(t, 200, o.call("songyuan", "GET", "/api/v1/issues/"+issue, "").status)
	a = o.call("jianghe", "GET", mandate+"/looks/"+o.person("songyuan"), "")
	require.Contains(t, a.body, `"action":"view"`)
	require.Contains(t, o.call("renan", "GET", "/api/v1/mandates", "").body, `"巡1"`)
	require.Equal(t, 403, o.call("dingyi", "POST", mandate+"/end", `{"why":"巡察任务调整，提前终止授权"}`).status)
	require.Equal(t, 200, o.call("renan", "POST", mandate+"/end", `{"why":"巡察任务调整，提前终止授权"}`).status)
	require.Equal(t, 404, o.call("songyuan", "GET", "/api/v1/issues/"+issue, "").status)
	require.Contains(t, o.call("songyuan", "GET", mandate, "").body, `"over":true`)
}

// unrecorded are the ways to read by which an inspector learns nothing of what their mandate is about: words and rules, the directory, what
// is public to everybody, their own messages and settings, what waits for them by other posts; and small pictures, which belong to a look
// that is on record.
var unrecorded = []string{"/healthz", "/readyz", "/api/docs", "/api/v1/openapi.json", "/api/v1/me", "/api/v1/words", "/api/v1/definitions", "/api/v1/policy", "/api/v1/holidays",
	"/api/v1/orgs", "/api/v1/orgs/:org", "/api/v1/orgs/:org/appointments", "/api/v1/people", "/api/v1/draws", "/api/v1/draws/:draw", "/api/v1/messages", "/api/v1/notices", "/api/v1/me/channels",
	"/api/v1/mandates", "/api/v1/mandates/:mandate", "/api/v1/self-checks", "/api/v1/awaiting", "/api/v1/sign-rules", signRulesPage,
	signInPage, passwordPage, orgsPage, peoplePage, peoplePage + "/:person", orgsPage + "/:org", "/orgs/names", mePage, rulesPage, policyPage, wordsPage, holidaysPage, recordsPage,
	drawsPage, drawsPage + "/:draw", "/notices", "/digests", channelsPage, mandatesPage, mandatesPage + "/:mandate", selfChecksPage, "/issues/:issue/thumbnails/:hash", bulkPage, "/me/digests", digestsPage,
	"/", applyPage, remindersPage, whoPage, "/find", "/time"}

// Whatever an inspector reads or takes by any route is on record.
func TestEveryWayToReadIsOnRecord(t *testing.T) {
	o, issue := busy(t)
	hash := regexp.MustCompile(`/issues/` + issue + `/files/([0-9a-f]{64})`).FindStringSubmatch(o.see("gaofeng", "/issues/"+issue).body)
	fill := strings.NewReplacer(":issue", issue, ":org", o.orgs["0100"], ":person", o.person("gaofeng"), ":no", "1", ":source", "self_check", ":action", "comment", ":mandate", "1", ":draw", "1",
		":list", "default", ":robot", "1", ":check", "1", ":hash", strings.Join(hash[min(1, len(hash)):], ""), ":job", "1", ":day", "2026-11-23", ":appointment", "1")
	query := map[string]string{"/api/v1/issues/:issue/explain": "?action=view", "/api/v1/burden": "?under=" + o.orgs["0100"] + "&month=2026-11", "/burden": "?org=" + o.orgs["0100"], "/duties": "?org=" + o.orgs["0100"],
		"/api/v1/duties": "?org=" + o.orgs["0100"], "/api/v1/duties.xlsx": "?org=" + o.orgs["0100"], "/api/v1/prompts": "?org=" + o.orgs["0100"] + "&period=month", "/prompts": "?org=" + o.orgs["0100"] + "&period=month",
		"/api/v1/issues/similar": "?text=三会一课记录不规范", "/api/v1/calls": "?list=within", "/calls": "?list=within", "/issues/:issue/why": "?action=view"}
	read, silent := 0, []string{}
	for _, r := range slices.Concat(o.routes(), o.allPages()) {
		ofTheLog := strings.Contains(r.path, "/proof") && !strings.Contains(r.path, "bundle") // keys and checkpoints tell nothing
		ofTheLog = ofTheLog || strings.HasPrefix(r.path, "/rules")                            // nor do the rules
		if r.method != http.MethodGet || ofTheLog || slices.Contains(unrecorded, r.path) {
			continue
		}
		before := o.looks("sunli")
		a := o.call("sunli", "GET", fill.Replace(r.path)+query[r.path], "")
		if a.status != http.StatusOK {
			t.Logf("%d %s", a.status, r.path)
			continue
		}
		read++
		if o.looks("sunli") == before {
			silent = append(silent, r.path)
		}
	}
	require.Empty(t, silent, "these leave no line")
	require.Greater(t, read, 25)
}
