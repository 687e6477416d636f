package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// scenario is one request and what must come back. In path, body and headers {code} stands for the id of the org with the code, {issue}
// for an issue that the branch 0101 is putting right at version 5, and {new} for one that was just found.
type scenario struct {
	name    string
	as      string // account
	method  string
	path    string
	body    string
	headers []string
	status  int
	has     []string
	hasNot  []string
}

func (o *office) play(t *testing.T, fill *strings.Replacer, scenarios []scenario) {
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			headers := make([]string, len(sc.headers))
			for n, h := range sc.headers {
				headers[n] = fill.Replace(h)
			}
			a := o.call(sc.as, sc.method, fill.Replace(sc.path), fill.Replace(sc.body), headers...)
			require.Equal(t, sc.status, a.status, a.body)
			for _, s := range sc.has {
				require.Contains(t, a.body, fill.Replace(s))
			}
			for _, s := range sc.hasNot {
				require.NotContains(t, a.body, fill.Replace(s))
			}
			require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
			require.Contains(t, a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
			if sc.status >= 400 {
				requireProblem(t, a)
			} else if strings.HasPrefix(sc.path, "/api/v1/") && sc.path != "/api/v1/openapi.json" {
				require.Equal(t, "no-store", a.header.Get("Cache-Control"))
			}
			require.Equal(t, 200, o.call("", "GET", "/healthz", "").status, "the process lives")
		})
	}
}

// requireProblem checks the form of a refusal, and that nothing of the inside of the program is in it.
func requireProblem(t *testing.T, a answer) {
	t.Helper()
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	var p Problem
	require.NoError(t, json.Unmarshal([]byte(a.body), &p))
	require.Equal(t, a.status, p.Status)
	require.Equal(t, a.header.Get(requestIDHeader), p.Instance)
	require.NotEmpty(t, p.Title)
	require.NotEmpty(t, p.Detail)
	require.NotEmpty(t, p.Code)
	for _, inside := range []string{"schema", "goroutine", ".go:", "SELECT", "sqlite", "reflect", "openapi"} {
		require.NotContains(t, strings.ToLower(a.body), strings.ToLower(inside))
	}
}

func (o *office) filler() *strings.Replacer {
	pairs := []string{"{issue}", o.rectifying(), "{new}", o.found()}
	for code, id := range o.orgs {
		pairs = append(pairs, "{"+code+"}", id)
	}
	return strings.NewReplacer(pairs...)
}

func TestEveryRouteAnswers(t *testing.T) {
	o := newOffice(t)
	o.play(t, o.filler(), []scenario{
		{name: "health", method: "GET", path: "/healthz", status: 200, has: []string{"ok"}},
		{name: "ready", method: "GET", path: "/readyz", status: 200, has: []string{"ok"}},
		{name: "me", as: "huzq", method: "GET", path: "/api/v1/me", status: 200, has: []string{`"name":"胡志强"`, `"post":"branch_secretary"`, `"post":"committee_officer"`, `"zh":"支部书记"`, `"level":"branch"`}},
		{name: "issues", as: "zhenglan", method: "GET", path: "/api/v1/issues", status: 200, has: []string{`"id":"{issue}"`, `"light":"in_time"`, `"文旅局办公室党支部"`}},
		{name: "issues of another unit", as: "yeqing", method: "GET", path: "/api/v1/issues", status: 200, has: []string{`"issues":[]`}},
		{name: "issues by state", as: "zhenglan", method: "GET", path: "/api/v1/issues?state=found&state=draft", status: 200, has: []string{`"id":"{new}"`}, hasNot: []string{`"id":"{issue}"`}},
		{name: "issues by everything", as: "zhenglan", method: "GET", path: "/api/v1/issues?phase=rectify&source=inspection&kind=timed&grade=ordinary&under={01}&responsible={0101}&due_from=2026-12-01&due_to=2026-12-31&light=in_time&reported=false&text=三会一课", status: 200, has: []string{`"id":"{issue}"`}, hasNot: []string{`"id":"{new}"`}},
		{name: "issues reported", as: "zhenglan", method: "GET", path: "/api/v1/issues?reported=true", status: 200, has: []string{`"issues":[]`}},
		{name: "issues below another unit", as: "zhouqm", method: "GET", path: "/api/v1/issues?under={02}", status: 200, has: []string{`"issues":[]`}},
		{name: "first page", as: "zhenglan", method: "GET", path: "/api/v1/issues?limit=1", status: 200, has: []string{`"next":"`}},
		{name: "counts", as: "zhenglan", method: "GET", path: "/api/v1/counts", status: 200, has: []string{`"total":2`, `"rectifying":1`, `"found":1`, `"ordinary":2`}},
		{name: "ledger", as: "zhenglan", method: "GET", path: "/api/v1/ledger.xlsx?state=rectifying", status: 200, has: []string{"PK"}},
		{name: "one issue", as: "gaofeng", method: "GET", path: "/api/v1/issues/{issue}", status: 200, has: []string{`"action":"report"`, `"needs":["note"]`, `"rule":"policy.csv:`, `"responsible":"{0101}"`, `"马丽"`}, hasNot: []string{`"action":"submit"`, `"action":"pass"`}},
		{name: "an issue by its number", as: "gaofeng", method: "GET", path: "/api/v1/issues/XC-0101-2026-0001", status: 200, has: []string{`"id":"{issue}"`}},
		{name: "inspector sees and has no actions", as: "sunli", method: "GET", path: "/api/v1/issues/{issue}", status: 200, has: []string{`"actions":[]`}},
		{name: "history", as: "sunli", method: "GET", path: "/api/v1/issues/{issue}/history", status: 200, has: []string{`"action":"assign"`, `"zh":"交办"`, `"digest":"`, `"changes":{`, `"assisting":["{0102}"]`}},
		{name: "explain no", as: "gaofeng", method: "GET", path: "/api/v1/issues/{issue}/explain?action=pass", status: 200, has: []string{`"allowed":false`, `"person":"高峰"`, `"would":[{`}},
		{name: "explain yes", as: "zhenglan", method: "GET", path: "/api/v1/issues/{issue}/explain?action=report&account=gaofeng", status: 200, has: []string{`"allowed":true`, `"rule":"policy.csv:`}},
		{name: "comment needs no version", as: "zhenglan", method: "POST", path: "/api/v1/issues/{issue}/steps", body: `{"action":"comment","note":"请抓紧"}`, status: 200, has: []string{`"version":5`}},
		{name: "JSON with a charset", as: "zhenglan", method: "POST", path: "/api/v1/issues/{issue}/steps", headers: []string{"Content-Type", "application/json; charset=utf-8"}, body: `{"action":"comment","note":"请抓紧"}`, status: 200},
		{name: "many steps, one refused: none is taken", as: "gaofeng", method: "POST", path: "/api/v1/steps", body: `{"steps":[{"issue":"{issue}","version":5,"step":{"action":"report","note":"进展"}},{"issue":"{new}","version":9,"step":{"action":"report","note":"进展"}}]}`, status: 200, has: []string{`"done":false`, `"problem":{`, `"code":"stale_version"`}},
		{name: "many steps", as: "gaofeng", method: "POST", path: "/api/v1/steps", body: `{"steps":[{"issue":"{issue}","version":5,"step":{"action":"report","note":"进展"}}]}`, status: 200, has: []string{`"done":true`, `"version":6`, `"state":"rectifying"`}, hasNot: []string{`"problem"`}},
		{name: "orgs", as: "gaofeng", method: "GET", path: "/api/v1/orgs?limit=2", status: 200, has: []string{`"code":"00"`, `"level":"work_committee"`, `"next":"01"`}},
		{name: "orgs below", as: "gaofeng", method: "GET", path: "/api/v1/orgs?under={0310}", status: 200, has: []string{`"code":"0311"`}, hasNot: []string{`"code":"0301"`, `"next"`}},
		{name: "one org", as: "gaofeng", method: "GET", path: "/api/v1/orgs/{0101}", status: 200, has: []string{`"code":"0101"`, `"parent":"{0100}"`}},
		{name: "posts in an org", as: "gaofeng", method: "GET", path: "/api/v1/orgs/{0101}/appointments", status: 200, has: []string{`"post":"branch_secretary"`, `"person":"`}},
		{name: "people", as: "gaofeng", method: "GET", path: "/api/v1/people?limit=3", status: 200, has: []string{`"account":"caiming"`, `"next":"`}, hasNot: []string{"138000"}},
		{name: "people for the administrator", as: "dingyi", method: "GET", path: "/api/v1/people?limit=1", status: 200, has: []string{`"mobile":"138000`}},
		{name: "checklists", as: "zhenglan", method: "GET", path: "/api/v1/checklists", status: 200, has: []string{`"checklists":[]`}},
		{name: "words", as: "gaofeng", method: "GET", path: "/api/v1/words", status: 200, has: []string{`"word":"rectifying"`, `"zh":"整改中"`, `"word":"blind_spot"`, `"of":"DX"`, `"word":"inspector"`}},
		{name: "definitions", as: "gaofeng", method: "GET", path: "/api/v1/definitions", status: 200, has: []string{`"machine":"immediate"`, `"machine":"standard"`, `"machine":"major"`, `"do":"publicize"`}},
		{name: "policy", as: "gaofeng", method: "GET", path: "/api/v1/policy", status: 200, has: []string{`"post":"inspector"`, `"place":"policy.csv:`}},
	})
}

func TestAppointmentsOverHTTP(t *testing.T) {
	o := newOffice(t)
	a := o.call("renan", "POST", "/api/v1/appointments", `{"account":"mali","org":"`+o.orgs["0103"]+`","post":"branch_officer","from":"2026-11-01"}`)
	require.Equal(t, 201, a.status, a.body)
	made, _ := a.json(t)["id"].(string)
	require.Contains(t, o.call("mali", "GET", "/api/v1/me", "").body, `"id":"`+made+`"`)
	refused := o.call("gaofeng", "POST", "/api/v1/appointments", `{"account":"gaofeng","org":"`+o.orgs["00"]+`","post":"work_secretary","from":"2026-11-01"}`)
	require.Equal(t, 403, refused.status)
	end := o.call("renan", "POST", "/api/v1/people/"+o.person("mali")+"/appointments/"+made+"/end", `{"until":"2026-11-01"}`)
	require.Equal(t, 204, end.status, end.body)
	require.NotContains(t, o.call("mali", "GET", "/api/v1/me", "").body, `"id":"`+made+`"`)
}

func TestImportOverHTTP(t *testing.T) {
	o := newOffice(t)
	const file = "01-巡察反馈任务清单.xlsx"
	list := sample(t, file)
	check := o.upload("zhenglan", "/api/v1/checklists/import", list, "@file", file, "source", "inspection", "mode", "check")
	require.Equal(t, 200, check.status, check.body)
	require.Contains(t, check.body, `"taken":25`)
	require.Contains(t, o.call("zhenglan", "GET", "/api/v1/counts", "").body, `"total":0`, "a check writes nothing")

	took := o.upload("zhenglan", "/api/v1/checklists/import", list, "source", "inspection", "@file", file)
	require.Equal(t, 200, took.status, took.body)
	for _, s := range []string{`"read":25`, `"taken":25`, `"already":0`, `"reported_done":19`, `"refused":[]`, `"understood":"`} {
		require.Contains(t, took.body, s)
	}
	require.Contains(t, o.call("zhenglan", "GET", "/api/v1/counts", "").body, `"total":25`)
	again := o.upload("zhenglan", "/api/v1/checklists/import", list, "source", "inspection", "@file", file)
	require.Contains(t, again.body, `"taken":0`)
	require.Contains(t, again.body, `"already":25`)
	lists := o.call("zhenglan", "GET", "/api/v1/checklists", "")
	require.Contains(t, lists.body, `"source":"inspection"`)

	const other = "02-支部自查台账.xlsx"
	rejects := o.upload("zhouqm", "/api/v1/checklists/rejects", sample(t, other), "source", "self_check", "@file", other)
	require.Equal(t, 200, rejects.status, rejects.body)
	require.Equal(t, workbookType, rejects.header.Get("Content-Type"))
	require.True(t, strings.HasPrefix(rejects.body, "PK"))

	english := o.upload("dingyi", "/api/v1/orgs/import", sample(t, "组织架构.xlsx"), "@file", "组织架构.xlsx", "check", "true")
	require.Equal(t, 200, english.status, english.body)
	require.Contains(t, english.body, `"already":26`)
	require.Equal(t, 403, o.upload("gaofeng", "/api/v1/orgs/import", sample(t, "组织架构.xlsx"), "@file", "组织架构.xlsx").status)
	people := o.upload("dingyi", "/api/v1/people/import", sample(t, "人员任职.xlsx"), "@file", "人员任职.xlsx")
	require.Contains(t, people.body, `"taken":0`)
}
