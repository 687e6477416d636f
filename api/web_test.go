package api

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"rectify/api/pagetest"
)

// browser is somebody at a browser without JavaScript.
type browser struct {
	t       *testing.T
	o       *office
	cookies map[string]string
}

func (o *office) browser(t *testing.T) *browser { return &browser{t, o, map[string]string{}} }

// signedIn is a browser in which the account is signed in.
func (o *office) signedIn(t *testing.T, account string) *browser {
	t.Helper()
	b := o.browser(t)
	b.cookies[cookieName] = o.token(account)
	return b
}

func (b *browser) send(r *http.Request) answer {
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.o.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	require.Less(b.t, w.Code, 500, "%s %s: %s", r.Method, r.URL, b.o.log)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.send(httptest.NewRequest("GET", path, nil))
}

// see gets a page that must be there.
func (b *browser) see(path string) string {
	b.t.Helper()
	a := b.get(path)
	require.Equal(b.t, 200, a.status, a.body)
	return a.body
}

func (b *browser) post(path string, values url.Values) answer {
	b.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://"+r.Host)
	return b.send(r)
}

// form reads the form with an address off a page, as a browser would send it untouched.
func (b *browser) form(body, action string) url.Values {
	b.t.Helper()
	return pagetest.Untouched(pagetest.Form(b.t, body, action))
}

// sendForm sends a form with files.
func (b *browser) sendForm(path string, values url.Values, files map[string][]byte) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, all := range values {
		for _, v := range all {
			require.NoError(b.t, w.WriteField(name, v))
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile("file", name)
		require.NoError(b.t, err)
		_, err = part.Write(content)
		require.NoError(b.t, err)
	}
	require.NoError(b.t, w.Close())
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", "http://"+r.Host)
	return b.send(r)
}

// try opens the form of a step from its button on the issue's page, fills it in and sends it.
func (b *browser) try(issue, action string, files map[string][]byte, pairs ...string) answer {
	b.t.Helper()
	path := "/issues/" + issue + "/do/" + action
	require.Contains(b.t, b.see("/issues/"+issue), `href="`+path+`"`, "the button is on the page")
	values := b.form(b.see(path), path)
	for n := 0; n < len(pairs); n += 2 {
		if strings.HasPrefix(pairs[n], "measure_") {
			values[pairs[n]][0] = pairs[n+1]
		} else {
			values.Set(pairs[n], pairs[n+1])
		}
	}
	return b.sendForm(path, values, files)
}

// do takes a step that must be accepted, and sees the issue again.
func (b *browser) do(issue, action string, files map[string][]byte, pairs ...string) string {
	b.t.Helper()
	a := b.try(issue, action, files, pairs...)
	require.Equal(b.t, 303, a.status, a.body)
	require.Equal(b.t, "/issues/"+issue, a.header.Get("Location"))
	return b.see(a.header.Get("Location"))
}

func picture(t *testing.T) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30))))
	return b.Bytes()
}

var criteria = []string{"measures_done", "yes", "violations_done", "yes", "effect_reached", "yes", "same_kind", "yes", "mechanism", "yes"}

// One issue lives its whole life through the pages, without JavaScript, by the people who may: logged, assigned, accepted, planned,
// rejected once, passed and closed.
func TestTheLifeOfAnIssueThroughThePages(t *testing.T) {
	o := newOffice(t)
	officer, committee, closer := o.signedIn(t, "gaofeng"), o.signedIn(t, "zhenglan"), o.signedIn(t, "wuhai")
	helper := o.signedIn(t, "mali")

	values := officer.form(officer.see("/find"), "/find")
	values.Set("detail", "三会一课记录不完整<script>")
	a := officer.post("/find", values)
	require.Equal(t, 303, a.status, a.body)
	issue := strings.TrimPrefix(a.header.Get("Location"), "/issues/")
	again := officer.post("/find", values)
	require.Equal(t, a.header.Get("Location"), again.header.Get("Location"), "a form that was sent twice counts once")
	page := officer.see("/issues/" + issue)
	require.Contains(t, page, "已登记，编号")
	require.Contains(t, page, "三会一课记录不完整&lt;script&gt;")
	require.NotContains(t, officer.see("/issues/"+issue), "已登记，编号", "it is said once")

	require.Contains(t, committee.see("/"), "三会一课记录不完整", "found issues wait for who assigns them")
	committee.do(issue, "assign", nil, "responsible", o.orgs["0101"], "kind", "timed", "grade", "ordinary", "due", "2026-12-20")
	require.NotContains(t, committee.see("/"), "三会一课记录不完整")
	require.Contains(t, officer.see("/"), "三会一课记录不完整")

	officer.do(issue, "accept", nil)
	a = officer.try(issue, "plan", nil, "measure_text", "补齐全年记录", "measure_due", "2026-12-10", "measure_person", "")
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "第1条措施须写明内容、责任人和完成时限", "what is wrong is said")
	require.Contains(t, a.body, "补齐全年记录", "and what was typed is kept")
	officer.do(issue, "plan", nil, "measure_text", "补齐全年记录", "measure_due", "2026-12-10", "measure_person", o.person("mali"))
	require.Contains(t, committee.see("/"), "三会一课记录不完整", "a plan waits for the verifier")
	committee.do(issue, "approve_plan", nil)

	helper.do(issue, "finish", map[string][]byte{"记录.txt": []byte("已补齐"), "现场.png": picture(t)}, "measure", "1", "note", "已补齐全年记录")
	helper.do(issue, "attest", nil, "evidence_text", "支部大会通过了新的制度")
	page = officer.do(issue, "submit", nil, "note", "整改完成,提请验收")
	require.Contains(t, page, "现场.png")
	src := regexp.MustCompile(`<img src="(/issues/[^"]+)"`).FindStringSubmatch(page)
	require.NotNil(t, src, "a picture has its thumbnail")
	require.Equal(t, "image/jpeg", committee.get(src[1]).header.Get("Content-Type"))

	a = committee.try(issue, "reject", nil, "note", "太短")
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "不少于10个字")
	committee.do(issue, "reject", nil, "note", "记录虽已补齐,但缺少签到表,请补充", "due", "2026-12-25")
	require.Contains(t, officer.see("/"), "三会一课记录不完整")
	officer.do(issue, "submit", map[string][]byte{"签到表.txt": []byte("签到")}, "note", "已补充签到表")

	a = committee.try(issue, "pass", nil)
	require.Equal(t, 422, a.status, "the criteria must be ticked")
	require.Contains(t, committee.do(issue, "pass", nil, append(criteria, "note", "现场核查属实")...), "待销号")
	require.Contains(t, closer.see("/"), "三会一课记录不完整")
	page = closer.do(issue, "close", nil, "note", "同意销号")
	require.Contains(t, page, "已销号")
	require.Contains(t, page, "policy.csv:", "the timeline says by which line of the policy")
	require.NotContains(t, closer.see("/"), "三会一课记录不完整")
}

// Someone else's change in between is explained, and what was typed is kept.
func TestAStaleForm(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	officer, helper := o.signedIn(t, "gaofeng"), o.signedIn(t, "mali")
	path := "/issues/" + issue + "/do/report"
	values := officer.form(officer.see(path), path)
	values.Set("note", "高峰写的进展")
	helper.do(issue, "report", nil, "note", "马丽先报了")

	a := officer.sendForm(path, values, nil)
	require.Equal(t, 409, a.status)
	require.Contains(t, a.body, "马丽")
	require.Contains(t, a.body, "高峰写的进展")
	require.Equal(t, "6", officer.form(a.body, path).Get("version"), "sending it again is about what is there now")
	require.Equal(t, 303, officer.sendForm(path, officer.form(a.body, path), nil).status)
}

// A file that is not taken does not lose what was typed, nor the files that were.
func TestAFileThatIsNotTaken(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	b := o.signedIn(t, "mali")
	path := "/issues/" + issue + "/do/report"
	values := b.form(b.see(path), path)
	values.Set("note", "进展顺利")
	a := b.sendForm(path, values, map[string][]byte{"好.txt": []byte("文字"), "坏.exe": []byte("MZ")})
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "坏.exe")
	require.Contains(t, a.body, "进展顺利")
	again := b.form(a.body, path)
	require.Contains(t, again.Get("kept"), "好.txt")
	require.Equal(t, 303, b.sendForm(path, again, nil).status)
	require.Contains(t, b.see("/issues/"+issue), "好.txt")
}

// What is not offered is not shown as a form: why not is answered in a sentence.
func TestWhyNot(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	b := o.signedIn(t, "gaofeng")
	a := b.get("/issues/" + issue + "/do/close")
	require.Equal(t, 409, a.status)
	require.Contains(t, a.body, "现在不能批准销号", "the state is named before the posts")
	require.Contains(t, b.see("/issues/"+issue+"/why"), "填报进展")
}

// Who is not signed in is sent to sign in and comes back; a wrong password is said; another site cannot send a form.
func TestSigningIn(t *testing.T) {
	o := newOffice(t, func(c *Config) { c.Demo = []DemoPerson{{Account: "gaofeng", Name: "高峰", Org: "0101"}} })
	o.withPasswords("zhenglan")
	b := o.browser(t)
	a := b.get("/issues?light=overdue")
	require.Equal(t, 303, a.status)
	require.Equal(t, "/sign-in?next=%2Fissues%3Flight%3Doverdue", a.header.Get("Location"))
	values := b.form(b.see(a.header.Get("Location")), "/sign-in")
	values.Set("account", "zhenglan")
	values.Set("password", "wrong")
	a = b.post("/sign-in", values)
	require.Equal(t, 401, a.status)
	require.Contains(t, a.body, "账号或密码不对")
	require.Contains(t, a.body, `value="zhenglan"`)
	values.Set("password", password)
	require.Equal(t, "/issues?light=overdue", b.post("/sign-in", values).header.Get("Location"))

	for _, next := range []string{"https://example.org/", "//example.org", "/\\example.org"} {
		require.Equal(t, "/", b.post("/sign-in", url.Values{"account": {"zhenglan"}, "password": {password}, "next": {next}}).header.Get("Location"))
	}
	require.Equal(t, 303, b.post("/sign-out", nil).status)
	require.Equal(t, 303, b.get("/").status)

	demo := o.browser(t)
	require.Equal(t, 303, demo.post("/sign-in", url.Values{"demo": {"gaofeng"}}).status)
	require.Contains(t, demo.see("/"), "演示系统")
	require.Equal(t, 401, o.browser(t).post("/sign-in", url.Values{"demo": {"zhenglan"}}).status, "nobody but those of the demonstration")

	r := httptest.NewRequest("POST", "/sign-out", nil)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	require.Equal(t, 403, demo.send(r).status)
}

// Who has a first password changes it before anything else.
func TestFirstPassword(t *testing.T) {
	o := newOffice(t)
	admin, err := o.Engine.ActorNamed(t.Context(), "dingyi")
	require.NoError(t, err)
	made, err := o.Engine.FirstPasswords(t.Context(), admin, []string{"mali"})
	require.NoError(t, err)
	b := o.browser(t)
	require.Equal(t, 303, b.post("/sign-in", url.Values{"account": {"mali"}, "password": {made[0].Password}}).status)
	require.Equal(t, "/password", b.get("/issues").header.Get("Location"))
	values := url.Values{"old": {made[0].Password}, "new": {"Qingshan-2026"}, "again": {"Qingshan-2027"}}
	require.Contains(t, b.post("/password", values).body, "两次输入的新密码不同")
	values.Set("again", "Qingshan-2026")
	require.Equal(t, 303, b.post("/password", values).status)
	require.Contains(t, b.see("/"), "密码已修改")
}

// Every button that a page offers leads to a form, and every page speaks the language that was chosen.
func TestEveryButtonHasItsForm(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	button := regexp.MustCompile(`href="(/issues/\d+/do/[^"]+)"`)
	for _, account := range []string{"gaofeng", "mali", "zhenglan", "xuning", "wuhai", "zhouqm", "huzq"} {
		b := o.signedIn(t, account)
		for _, lang := range []string{"zh", "en"} {
			b.post("/language", url.Values{"lang": {lang}})
			a := b.get("/issues/" + issue)
			if a.status == 404 {
				require.Contains(t, a.body, `<html lang="`)
				continue
			}
			require.Equal(t, 200, a.status)
			for _, m := range button.FindAllStringSubmatch(a.body, -1) {
				path := html.UnescapeString(m[1])
				body := b.see(path)
				b.form(body, path)
			}
			b.see("/")
			ledger := b.see("/issues?phase=rectify&light=in_time&text=%E8%AE%B0%E5%BD%95&grade=ordinary")
			require.Contains(t, ledger, "三会一课")
			if lang == "en" {
				require.Contains(t, ledger, "Ledger")
			}
		}
	}
}

// Headers keep a page from loading or running anything that is not ours.
func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	o := newOffice(t)
	a := o.browser(t).get("/sign-in")
	require.Contains(t, a.header.Get("Content-Security-Policy"), "script-src 'self'; style-src 'self'")
	require.NotRegexp(t, `(src|href)="(https?:)?//`, a.body)
	for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(a.body, -1) {
		require.Equal(t, 200, o.browser(t).get(m[1]).status, m[1])
	}
	require.Equal(t, 404, o.browser(t).get("/nowhere").status)
	require.Contains(t, o.browser(t).get("/nowhere").body, "没有找到")
	var problem map[string]any
	require.NoError(t, json.Unmarshal([]byte(o.browser(t).get("/api/v1/nowhere").body), &problem), "the JSON API stays JSON")
}
