package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

func TestRefusals(t *testing.T) {
	o := newOffice(t)
	steps, match := "/api/v1/issues/{issue}/steps", []string{"If-Match", `"5"`}
	o.play(t, o.filler(), []scenario{
		{name: "not signed in", method: "GET", path: "/api/v1/issues", status: 401, has: []string{`"code":"not_signed_in"`}},
		{name: "a token nobody has", method: "GET", path: "/api/v1/issues", headers: []string{"Authorization", "Bearer abc"}, status: 401},
		{name: "another branch", as: "yeqing", method: "GET", path: "/api/v1/issues/{issue}", status: 404, has: []string{`"code":"no_such_issue"`}, hasNot: []string{"三会一课"}},
		{name: "another branch by number", as: "yeqing", method: "GET", path: "/api/v1/issues/XC-0101-2026-0001", status: 404, hasNot: []string{"三会一课"}},
		{name: "another branch: history", as: "yeqing", method: "GET", path: "/api/v1/issues/{issue}/history", status: 404},
		{name: "another branch: explain", as: "yeqing", method: "GET", path: "/api/v1/issues/{issue}/explain?action=pass", status: 404},
		{name: "another branch: step", as: "yeqing", method: "POST", path: steps, headers: match, body: `{"action":"report","note":"进展"}`, status: 404},
		{name: "another branch: evidence", as: "yeqing", method: "GET", path: "/api/v1/issues/{issue}/evidence/abc", status: 404},
		{name: "no such evidence", as: "gaofeng", method: "GET", path: "/api/v1/issues/{issue}/evidence/..%2F..%2Frectify.db", status: 404},
		{name: "no such issue", as: "zhenglan", method: "GET", path: "/api/v1/issues/1", status: 404},
		{name: "no such number", as: "zhenglan", method: "GET", path: "/api/v1/issues/XC-9999-2026-0001", status: 404},
		{name: "no id", as: "zhenglan", method: "GET", path: "/api/v1/issues/abc/history", status: 404},
		{name: "an id beyond counting", as: "zhenglan", method: "GET", path: "/api/v1/issues/99999999999999999999", status: 404},
		{name: "no such org", as: "zhenglan", method: "GET", path: "/api/v1/orgs/1", status: 404},
		{name: "list below no org", as: "zhenglan", method: "GET", path: "/api/v1/issues?under=1", status: 404},
		{name: "inspector writing", as: "sunli", method: "POST", path: steps, headers: match, body: `{"action":"comment","note":"意见"}`, status: 403, has: []string{`"code":"not_permitted"`}},
		{name: "rectifier verifying", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"pass"}`, status: 403},
		{name: "branch closing its own", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"close"}`, status: 403},
		{name: "administrator looking", as: "dingyi", method: "GET", path: "/api/v1/issues/{issue}", status: 404},
		{name: "stale version", as: "gaofeng", method: "POST", path: steps, headers: []string{"If-Match", `"4"`}, body: `{"action":"report","note":"进展"}`, status: 409, has: []string{`"code":"stale_version"`, "第4版", "第5版"}},
		{name: "missing version", as: "gaofeng", method: "POST", path: steps, body: `{"action":"report","note":"进展"}`, status: 422, has: []string{`"code":"missing_version"`, `"field":"If-Match"`}},
		{name: "a version that is none", as: "gaofeng", method: "POST", path: steps, headers: []string{"If-Match", `*`}, body: `{"action":"report","note":"进展"}`, status: 422, has: []string{`"code":"bad_version"`}},
		{name: "not possible now", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"accept"}`, status: 409},
		{name: "something missing", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"report"}`, status: 422, has: []string{`"field":"note"`}},
		{name: "broken JSON", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":`, status: 422, has: []string{`"code":"bad_json"`}},
		{name: "two JSONs", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"report","note":"a"}{"action":"close"}`, status: 422},
		{name: "deep JSON", as: "gaofeng", method: "POST", path: steps, headers: match, body: strings.Repeat(`[`, 100_000), status: 422},
		{name: "JSON of another kind", as: "gaofeng", method: "POST", path: steps, headers: match, body: `[1,2]`, status: 422, has: []string{`"code":"bad_type"`}},
		{name: "no body", as: "gaofeng", method: "POST", path: steps, headers: []string{"If-Match", `"5"`, "Content-Type", "application/json"}, status: 422, has: []string{`"code":"missing_body"`}},
		{name: "another format", as: "gaofeng", method: "POST", path: steps, headers: []string{"If-Match", `"5"`, "Content-Type", "text/xml"}, body: `<a/>`, status: 415},
		{name: "unknown action", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"delete"}`, status: 422, has: []string{`"field":"action"`, "submit"}},
		{name: "unknown field", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"report","note":"a","state":"closed"}`, status: 422, has: []string{`"code":"unknown_field"`, `"field":"state"`}},
		{name: "unknown field within", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"plan","measures":[{"text":"a","done":true}]}`, status: 422, has: []string{`"code":"unknown_field"`, `"field":"measures.0.done"`}},
		{name: "a field in other letters", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"ACTION":"report"}`, status: 422},
		{name: "missing field", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"note":"a"}`, status: 422, has: []string{`"code":"missing_field"`, `"field":"action"`}},
		{name: "wrong type", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"report","note":7}`, status: 422, has: []string{`"code":"bad_type"`, `"field":"note"`}},
		{name: "an id as a number", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"assign","responsible":12}`, status: 422, has: []string{`"field":"responsible"`}},
		{name: "an id of letters", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"assign","responsible":"1 OR 1=1"}`, status: 422, has: []string{`"code":"bad_id"`, `"field":"responsible"`}},
		{name: "bad day", as: "zhenglan", method: "POST", path: steps, headers: match, body: `{"action":"assign","due":"2026-02-30"}`, status: 422, has: []string{`"code":"bad_day"`, `"field":"due"`, "2026-02-30"}},
		{name: "bad day in a list", as: "zhenglan", method: "GET", path: "/api/v1/issues?due_from=2026-13-01", status: 422, has: []string{`"code":"bad_day"`, `"field":"due_from"`}},
		{name: "too long", as: "gaofeng", method: "POST", path: steps, headers: match, body: `{"action":"report","note":"` + strings.Repeat("长", 10_001) + `"}`, status: 422, has: []string{`"code":"too_long"`, `"field":"note"`}},
		{name: "unknown filter", as: "zhenglan", method: "GET", path: "/api/v1/issues?stat=found", status: 422, has: []string{`"code":"unknown_field"`, `"field":"stat"`}},
		{name: "unknown state", as: "zhenglan", method: "GET", path: "/api/v1/issues?state=lost", status: 422, has: []string{`"field":"state`, "rectifying"}},
		{name: "unknown source", as: "zhenglan", method: "GET", path: "/api/v1/issues?source=rumour", status: 422, has: []string{`"code":"unknown_source"`}},
		{name: "page too large", as: "zhenglan", method: "GET", path: "/api/v1/issues?limit=201", status: 422, has: []string{`"field":"limit"`, "200"}},
		{name: "page of nothing", as: "zhenglan", method: "GET", path: "/api/v1/issues?limit=0", status: 422},
		{name: "page of letters", as: "zhenglan", method: "GET", path: "/api/v1/issues?limit=ten", status: 422, has: []string{`"field":"limit"`}},
		{name: "a page that nobody gave out", as: "zhenglan", method: "GET", path: "/api/v1/issues?after=nonsense", status: 422},
		{name: "missing parameter", as: "zhenglan", method: "GET", path: "/api/v1/issues/{issue}/explain", status: 422, has: []string{`"code":"missing_field"`, `"field":"action"`}},
		{name: "explain nobody", as: "zhenglan", method: "GET", path: "/api/v1/issues/{issue}/explain?action=pass&account=nobody", status: 404},
		{name: "find without reach", as: "gaofeng", method: "POST", path: "/api/v1/issues", body: `{"org":"{0201}","source":"self_check","detail":"问题"}`, status: 403},
		{name: "find nowhere", as: "zhenglan", method: "POST", path: "/api/v1/issues", body: `{"org":"1","source":"self_check","detail":"问题"}`, status: 422, has: []string{`"code":"unknown_org"`, `"field":"org"`}},
		{name: "no steps", as: "zhenglan", method: "POST", path: "/api/v1/steps", body: `{"steps":[]}`, status: 422},
		{name: "a bad step among many", as: "zhenglan", method: "POST", path: "/api/v1/steps", body: `{"steps":[{"issue":"{issue}","version":5,"step":{"action":"assign","due":"tomorrow"}}]}`, status: 422, has: []string{`"code":"bad_day"`, `"field":"steps.0.step.due"`}},
		{name: "passwords by others", as: "zhenglan", method: "POST", path: "/api/v1/people/passwords", body: `{"accounts":["gaofeng"]}`, status: 403},
		{name: "appoint on no day", as: "renan", method: "POST", path: "/api/v1/appointments", body: `{"account":"mali","org":"{0103}","post":"branch_officer","from":"2026-11-31"}`, status: 422, has: []string{`"field":"from"`}},
		{name: "unknown address", as: "zhenglan", method: "GET", path: "/api/v1/tickets", status: 404, has: []string{`"code":"no_such_address"`}},
		{name: "unknown address, nobody", method: "GET", path: "/api/nothing", status: 404},
		{name: "wrong method", as: "zhenglan", method: "DELETE", path: "/api/v1/issues/{issue}", status: 405, has: []string{`"code":"wrong_method"`}},
		{name: "wrong old password", as: "gaofeng", method: "PUT", path: "/api/v1/me/password", body: `{"old":"x","new":"Yi-ge-mima-2026"}`, status: 422, has: []string{`"field":"old"`}},
	})
}

func TestRefusalsSpeakTheCallersLanguage(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	for name, c := range map[string]struct {
		as, method, path, body string
		zh, en                 string
	}{
		"401": {"", "GET", "/api/v1/issues", "", "请先登录", "sign in first"},
		"403": {"sunli", "POST", "/api/v1/issues/" + issue + "/steps", `{"action":"comment","note":"意见"}`, "您现任的职务", "none of your posts"},
		"404": {"yeqing", "GET", "/api/v1/issues/" + issue, "", "没有这个问题", "there is no such issue"},
		"405": {"", "PUT", "/api/v1/issues", "", "方法", "method"},
		"409": {"gaofeng", "POST", "/api/v1/issues/" + issue + "/steps", `{"action":"report","note":"进展"}`, "已被更新", "was changed"},
		"415": {"gaofeng", "POST", "/api/v1/files", `{}`, "格式", "send it as"},
		"422": {"zhenglan", "GET", "/api/v1/issues?limit=999", "", "超出范围", "out of range"},
	} {
		for accept, want := range map[string]string{"": c.zh, "zh-CN,zh;q=0.9,en;q=0.8": c.zh, "en-GB,en;q=0.9": c.en, "fr": c.zh, "\x00;;;": c.zh} {
			a := o.call(c.as, c.method, c.path, c.body, "Accept-Language", accept, "If-Match", `"2"`)
			require.Equal(t, name, strconv.Itoa(a.status), a.body)
			require.Contains(t, a.body, want, "%s %q", name, accept)
			requireProblem(t, a)
		}
	}
}

func TestTheSameKeyGivesTheSameAnswer(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	send := func(body string) answer {
		return o.call("gaofeng", "POST", "/api/v1/issues/"+issue+"/steps", body, "If-Match", `"5"`, "Idempotency-Key", "k-1")
	}
	one, two := send(`{"action":"report","note":"进展"}`), send(`{"action":"report","note":"进展"}`)
	require.Equal(t, 200, one.status, one.body)
	require.Equal(t, 200, two.status, two.body)
	require.Equal(t, one.body, two.body)
	require.Equal(t, 1, strings.Count(o.call("gaofeng", "GET", "/api/v1/issues/"+issue+"/history", "").body, `"action":"report"`), "it is in history once")
	other := send(`{"action":"report","note":"另一件事"}`)
	require.Equal(t, 422, other.status)
	require.Contains(t, other.body, `"code":"key_reused"`)

	found := func(detail string) answer {
		return o.call("zhenglan", "POST", "/api/v1/issues", `{"org":"`+o.orgs["0100"]+`","source":"self_check","detail":"`+detail+`"}`, "Idempotency-Key", "k-2")
	}
	first := found("问题一")
	require.Equal(t, 201, first.status)
	require.Equal(t, first.body, found("问题一").body)
	require.Equal(t, 422, found("问题二").status)
}

// zeros is a body without end that counts what was read of it.
type zeros struct{ read int64 }

func (z *zeros) Read(p []byte) (int, error) {
	clear(p)
	z.read += int64(len(p))
	return len(p), nil
}

func TestAHugeBodyIsRefusedUnread(t *testing.T) {
	o := newOffice(t)
	const huge = 100 << 20
	for _, path := range []string{"/api/v1/issues/1/steps", "/api/v1/steps", "/api/v1/files", "/api/v1/checklists/import", "/api/v1/orgs/import"} {
		for _, announced := range []bool{true, false} {
			kind := "application/json"
			if strings.HasSuffix(path, "import") || strings.HasSuffix(path, "files") {
				kind = "multipart/form-data; boundary=x"
			}
			body := &zeros{}
			begin := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n"
			if strings.HasSuffix(path, "files") {
				begin = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + strings.Repeat("text ", 1000)
			}
			r := httptest.NewRequest("POST", path, io.LimitReader(io.MultiReader(strings.NewReader(begin), body), huge))
			r.ContentLength = -1
			if announced {
				r.ContentLength = huge
			}
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Authorization", "Bearer "+o.token("zhenglan"))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			a := o.send(r)
			runtime.ReadMemStats(&after)
			require.Equal(t, 413, a.status, "%s announced=%v %s", path, announced, a.body)
			requireProblem(t, a)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(90<<20), path)
			if announced {
				require.Zero(t, body.read, path)
			}
		}
	}
	require.Equal(t, 200, o.call("", "GET", "/healthz", "").status)
}

func TestBadUploads(t *testing.T) {
	o := newOffice(t)
	text := map[string][]byte{"a.txt": []byte("说明"), "a.exe": []byte("MZ"), "b.png": []byte("not a picture"), "c.xlsx": []byte("PK broken"), "空.txt": {}}
	for name, c := range map[string]struct {
		path  string
		pairs []string
		has   string
	}{
		"no file":              {"/api/v1/files", nil, `"code":"missing_field"`},
		"another field":        {"/api/v1/files", []string{"note", "x"}, `"code":"unknown_field"`},
		"a program":            {"/api/v1/files", []string{"@file", "a.exe"}, `"code":"file_type"`},
		"not what it says":     {"/api/v1/files", []string{"@file", "b.png"}, `"code":"file_type"`},
		"empty":                {"/api/v1/files", []string{"@file", "空.txt"}, `"code":"empty_file"`},
		"broken workbook":      {"/api/v1/checklists/import", []string{"source", "audit", "@file", "c.xlsx"}, `"code":"workbook_`},
		"no workbook":          {"/api/v1/checklists/import", []string{"source", "audit"}, `"field":"file"`},
		"two workbooks":        {"/api/v1/checklists/import", []string{"source", "audit", "@file", "c.xlsx", "@file", "c.xlsx"}, `"code":"`},
		"no source":            {"/api/v1/checklists/import", []string{"@file", "组织架构.xlsx"}, `"field":"source"`},
		"unknown source":       {"/api/v1/checklists/import", []string{"@file", "组织架构.xlsx", "source", "rumour"}, `"code":"unknown_source"`},
		"bad org":              {"/api/v1/checklists/import", []string{"@file", "组织架构.xlsx", "source", "audit", "org", "x"}, `"field":"org"`},
		"bad day":              {"/api/v1/checklists/import", []string{"@file", "组织架构.xlsx", "source", "audit", "found_on", "2026-02-30"}, `"field":"found_on"`},
		"unknown form field":   {"/api/v1/checklists/import", []string{"@file", "组织架构.xlsx", "sourse", "audit"}, `"field":"sourse"`},
		"a field without end":  {"/api/v1/checklists/import", []string{"title", strings.Repeat("x", 5000)}, `"code":"too_long"`},
		"check is a yes or no": {"/api/v1/orgs/import", []string{"@file", "组织架构.xlsx", "check", "maybe"}, `"field":"check"`},
	} {
		text["组织架构.xlsx"] = sample(t, "组织架构.xlsx")["组织架构.xlsx"]
		a := o.upload("zhenglan", c.path, text, c.pairs...)
		require.Equal(t, 422, a.status, "%s %s", name, a.body)
		require.Contains(t, a.body, c.has, name)
		requireProblem(t, a)
	}
	cut := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf of a fi"
	a := o.call("zhenglan", "POST", "/api/v1/files", cut, "Content-Type", "multipart/form-data; boundary=x")
	require.Equal(t, 422, a.status, "a file that broke off is not kept as if it were whole: %s", a.body)
	require.Contains(t, a.body, `"code":"bad_form"`)
}

func TestAFaultOfTheProgramShowsItsNumberOnly(t *testing.T) {
	o := newOffice(t)
	o.echo.GET("/api/broken", func(echo.Context) error { return errors.New("dial tcp 10.0.0.1: SELECT secret") })
	o.echo.GET("/api/panic", func(echo.Context) error { panic("secret") })
	for _, path := range []string{"/api/broken", "/api/panic"} {
		a := o.call("", "GET", path, "")
		require.Equal(t, 500, a.status)
		require.NotContains(t, a.body, "secret")
		requireProblem(t, a)
		require.Contains(t, o.log.String(), "id="+a.header.Get(requestIDHeader))
	}
	require.Contains(t, o.log.String(), "SELECT secret", "the log has it")

	p, known := problemOf(&workflow.Fault{Kind: errors.New("a sixth kind"), Code: "odd", Text: workflow.Say("秘密", "secret")}, "en")
	require.False(t, known)
	require.Equal(t, 500, p.Status)
	require.NotContains(t, p.Detail, "secret")
}

func TestADatabaseThatIsAway(t *testing.T) {
	o := newOffice(t)
	token := o.token("zhenglan")
	require.NoError(t, o.db.Close())
	ready := o.call("", "GET", "/readyz", "")
	require.Equal(t, 503, ready.status)
	require.Equal(t, 200, o.call("", "GET", "/healthz", "").status)
	a := o.call("", "GET", "/api/v1/issues", "", "Authorization", "Bearer "+token)
	require.Equal(t, 500, a.status)
	requireProblem(t, a)
	require.Equal(t, 500, o.call("", "POST", "/api/v1/session", signInBody).status)
}

// An answer that broke off after its beginning was sent must not look like a whole one.
func TestADownloadThatBrokeOffIsSeenToBeBroken(t *testing.T) {
	o := newOffice(t)
	o.echo.GET("/api/cut", func(c echo.Context) error {
		attach(c.Response(), "台账.xlsx", workbookType)
		_, err := c.Response().Write(make([]byte, 100_000))
		return whole(c.Response(), errors.Join(err, errors.New("the database went away")))
	})
	o.echo.GET("/api/early", func(c echo.Context) error {
		attach(c.Response(), "台账.xlsx", workbookType)
		return whole(c.Response(), workflow.Refused("nothing", workflow.Say("没有", "nothing")))
	})
	srv := httptest.NewServer(o)
	defer srv.Close()
	r, err := http.Get(srv.URL + "/api/cut")
	if err == nil {
		_, err = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	require.Error(t, err)
	early := o.call("", "GET", "/api/early", "")
	require.Equal(t, 409, early.status, "before the beginning was sent, it is a refusal like any other")
	require.Empty(t, early.header.Get("Content-Disposition"))
	requireProblem(t, early)
}

func TestStopping(t *testing.T) {
	o := newOffice(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	o.echo.GET("/slow", func(c echo.Context) error {
		close(entered)
		<-leave
		return c.String(200, "done")
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx, l) }()
	answered := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + l.Addr().String() + "/slow")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer r.Body.Close()
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		answered <- b.String()
	}()
	<-entered
	stop()
	require.Eventually(t, o.draining.Load, time.Minute, time.Millisecond)
	require.Equal(t, 503, o.call("", "GET", "/readyz", "").status, "a balancer sends nobody here any more")
	close(leave)
	require.Equal(t, "done", <-answered, "what was under way is finished")
	require.NoError(t, <-ended)
	_, err = http.Get("http://" + l.Addr().String() + "/healthz")
	require.Error(t, err, "nothing new is taken")
}
