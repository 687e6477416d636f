package api

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/pack"
	"rectify/workflow/store"
)

const packPassphrase = "correct Horse 7 battery-staple"

// offline opens a pack as a stand-alone computer does, and is its server.
func (o *office) offline(t *testing.T, data string) *office {
	dir := t.TempDir()
	h, err := pack.Open(strings.NewReader(data), packPassphrase, dir)
	require.NoError(t, err)
	clock := func() time.Time { return o.now }
	db, err := store.Open(t.Context(), store.Config{DSN: "sqlite:" + filepath.Join(dir, pack.Database), Now: clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	files, err := store.OpenFiles(filepath.Join(dir, pack.Evidence))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	base, err := prepared()
	require.NoError(t, err)
	e, err := engineOn(t.Context(), db, files, base.guard, clock, slog.New(slog.DiscardHandler), "")
	require.NoError(t, err)
	require.NoError(t, e.SetPassword(t.Context(), workflow.Actor{Name: h.Name}, []string{h.Account}, password))
	cfg := o.Config
	cfg.Engine, cfg.Sessions, cfg.Desk = e, db.Sessions(SessionPerson), e.NewDesk(h, dir, filepath.Join(dir, "p.findings"))
	cfg.Desk.Report, err = cfg.Desk.Check(t.Context(), nil)
	require.NoError(t, err)
	s, err := New(cfg)
	require.NoError(t, err)
	away := *o
	away.Server, away.t, away.tokens = s, t, map[string]string{}
	return &away
}

// A pack is taken from the page of the mandate, read on a stand-alone computer where nothing can be changed, and what was found there comes
// back and is logged once.
func TestPackOnPages(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	held := o.call("", "GET", "/api/v1/proof/checkpoint", "").body
	b := o.signedIn(t, "sunli")
	mandate := regexp.MustCompile(`/mandates/\d+`).FindString(b.see(mandatesPage))
	require.Contains(t, b.see(mandate), mandate+"/pack")
	a := b.post(mandate+"/pack", url.Values{"passphrase": {"short"}, "again": {"short"}})
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "口令太弱")
	a = b.post(mandate+"/pack", url.Values{"passphrase": {packPassphrase}, "again": {"other"}})
	require.Equal(t, 422, a.status)
	a = b.post(mandate+"/pack", url.Values{"passphrase": {packPassphrase}, "again": {packPassphrase}, "files": {"yes"}})
	require.Equal(t, 200, a.status)
	require.True(t, strings.HasPrefix(a.body, "age-encryption.org/v1"))
	require.Contains(t, o.signedIn(t, "jianghe").see(mandate), "制作离线数据包")
	_, err := pack.Open(strings.NewReader(a.body), "another passphrase", t.TempDir())
	require.ErrorContains(t, err, "口令不对")
	bad := []byte(a.body)
	bad[len(bad)/2] ^= 1
	_, err = pack.Open(bytes.NewReader(bad), packPassphrase, t.TempDir())
	require.ErrorContains(t, err, "改动过")
	_, err = pack.Open(strings.NewReader(a.body[:len(a.body)-40]), packPassphrase, t.TempDir())
	require.ErrorContains(t, err, "改动过")

	away := o.offline(t, a.body)
	w := away.signedIn(t, "sunli")
	body := w.see("/issues/" + issue)
	require.Contains(t, body, "离线数据包")
	require.Contains(t, body, "三会一课")
	require.NotContains(t, body, "/do/", "no action is offered")
	require.Contains(t, w.see("/records/"+issue), "逐条核对")
	require.Contains(t, w.see("/issues"), "/issues/"+issue)
	proven := w.see(proofPage)
	require.Contains(t, proven, "核验通过")
	require.Contains(t, proven, "与证明逐条相同")
	require.NotContains(t, proven, "method=\"post\" action=\"/proof")
	require.Contains(t, w.see(proofPage+"?"+url.Values{"held": {held}}.Encode()), "您留存的")
	require.Contains(t, w.see(proofPage+"?held=AAAA-AAAA-AAAA-AAAA"), "没法比对")
	require.Equal(t, 303, w.get(verifyPage).status)
	require.Contains(t, w.see("/proof/bundle"), `"rectify/bundle/1"`)
	require.NotContains(t, body, "/bundle")
	require.Equal(t, 409, w.get("/issues/"+issue+"/bundle").status)
	form := url.Values{"detail": {"党费收缴台账缺三个月"}, "basis": {"查看台账"}, "org": {"0101"}, "found_on": {"2026-11-02"}, "text": {"四月至六月\n无记录"}}
	a = w.post(findingsPage, url.Values{"detail": {"只有问题"}, "org": {"0101"}, "found_on": {"2026-11-02"}})
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "只有问题")
	require.Equal(t, 303, w.post(findingsPage, form).status)
	require.Equal(t, 303, w.post(findingsPage, form).status)
	again := regexp.MustCompile(`name="id" value="(\d+)"`).FindAllStringSubmatch(w.see(findingsPage), -1)
	require.Equal(t, 303, w.post(findingsPage+"/remove", url.Values{"id": {again[1][1]}}).status)
	set := w.get(findingsPage + "/export").body
	require.Contains(t, set, "党费收缴台账缺三个月")

	require.Equal(t, 404, b.get(findingsPage).status, "only where a pack is open")
	require.Contains(t, b.see(applyPage), "不能登记")
	office := o.signedIn(t, "xuning")
	require.Contains(t, office.see(applyPage), `type="file" id="f-set" name="set"`)
	crlf := strings.ReplaceAll(set, "\n", "\r\n")
	check := func(set string) url.Values {
		return url.Values{"org": {o.orgs["0100"]}, "set": {set}, "check": {"true"}}
	}
	a = office.sendForm(applyPage, check(strings.Replace(crlf, "三个月", "一个月", 1)), nil)
	require.Contains(t, a.body, "签名不对")
	require.Contains(t, office.sendForm(applyPage, check("今天天气好"), nil).body, "这不是离线包导出的变更集")
	require.Equal(t, 422, office.sendForm(applyPage, url.Values{"check": {"true"}}, nil).status)
	a = office.sendForm(applyPage, check(crlf), nil)
	require.Equal(t, 200, a.status)
	require.Contains(t, a.body, "将登记")
	require.Contains(t, a.body, "查阅记录里有")
	require.NotContains(t, office.see("/issues"), "党费收缴", "a rehearsal logs nothing")
	looks := mandate + "/looks/" + o.person("sunli")
	require.NotContains(t, o.signedIn(t, "jianghe").see(looks), "打开离线数据包")
	a = o.upload("xuning", "/api/v1/mandates/apply", map[string][]byte{"set.txt": []byte(set)}, "org", o.orgs["0100"], "check", "true", "@set", "set.txt")
	require.Equal(t, 200, a.status, a.body)
	require.Contains(t, a.body, `"new":1`)
	a = office.sendForm(applyPage, url.Values{"org": {o.orgs["0100"]}, "set": {crlf}}, nil)
	require.Equal(t, 303, a.status)
	require.Contains(t, office.see("/issues"), "党费收缴")
	a = office.sendForm(applyPage, check(crlf), nil)
	require.Contains(t, a.body, "已登记过")
	require.Contains(t, a.body, "没有新的查阅记录")
	a = o.upload("xuning", "/api/v1/mandates/apply", map[string][]byte{"set.txt": []byte(set)}, "org", o.orgs["0100"], "@set", "set.txt")
	require.Contains(t, a.body, `"new":0`)
	require.Contains(t, a.body, `"looks":0`)
	require.Contains(t, a.body, `"already":true`)
	a = o.upload("sunli", "/api/v1/mandates/apply", map[string][]byte{"set.txt": []byte(strings.Replace(set, "三个月", "一个月", 1))}, "org", o.orgs["0100"], "check", "true", "@set", "set.txt")
	require.Equal(t, 409, a.status)
	require.Contains(t, a.body, "bad_signature")
	record := o.signedIn(t, "jianghe").see(looks)
	require.Contains(t, record, "打开离线数据包")
	require.Regexp(t, `孙立在离线数据包\d+里 2026-11-02 \d\d:\d\d:\d\d `, record, "what was looked at in the pack is on record where it came back")
	require.Contains(t, w.get("/api/v1/mandates").body, "SQ-2026-1")
}

// The JSON API gives the pack that the page gives, under the same rules.
func TestPackByTheAPI(t *testing.T) {
	o := newOffice(t)
	o.rectifying()
	by, _ := o.actor("sunli")
	person := o.person("sunli")
	path := "/api/v1/mandates/" + id(by.Appointments[0].Mandate.ID) + "/pack"
	a := o.call("sunli", "POST", path, `{"passphrase":"12345678"}`)
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "weak_passphrase")
	for _, account := range []string{"xuning", "renan", "jianghe", "zhenglan"} {
		require.Equal(t, 403, o.call(account, "POST", path, `{"passphrase":"`+packPassphrase+`"}`).status, account)
	}
	a = o.call("sunli", "POST", path, `{"passphrase":"`+packPassphrase+`","files":true}`)
	require.Equal(t, 200, a.status)
	away := o.offline(t, a.body)
	require.Zero(t, away.Desk.Report.Outcome)
	require.Contains(t, o.call("jianghe", "GET", strings.TrimSuffix(path, "pack")+"looks/"+person, "").body, `"action":"pack"`)
	o.now = o.now.AddDate(3, 0, 0)
	require.NotEqual(t, 200, o.call("sunli", "POST", path, `{"passphrase":"`+packPassphrase+`"}`).status, "the mandate is over")
}

// Where a pack is shown, nothing can be sent but what signs in, chooses the language and writes findings down.
func TestNothingIsChangedInAPack(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	by, _ := o.actor("sunli")
	var data bytes.Buffer
	_, err := o.Engine.Pack(t.Context(), by, engine.PackPlan{Mandate: by.Appointments[0].Mandate.ID, Passphrase: packPassphrase}, &data)
	require.NoError(t, err)
	away := o.offline(t, data.String())
	fill := strings.NewReplacer(":issue", issue, ":org", o.orgs["0100"], ":action", "comment")
	param, refused, open := regexp.MustCompile(`:\w+`), 0, []string{}
	for _, r := range append(away.routes(), away.allPages()...) {
		if r.method == http.MethodGet {
			continue
		}
		delete(away.tokens, "sunli") // one of the routes ends the session
		a := away.call("sunli", r.method, param.ReplaceAllString(fill.Replace(r.path), "1"), "{}")
		if a.status == http.StatusForbidden && (strings.Contains(a.body, "offline_pack") || strings.Contains(a.body, "离线数据包，只能查看")) {
			refused++
			continue
		}
		open = append(open, r.path)
	}
	require.Greater(t, refused, 40)
	require.ElementsMatch(t, append([]string{signInPath}, mayOffline...), open, "signing in and out by the API are two")
	away.noForms(t, fill)
	number, err := pathID[workflow.IssueID](issue)
	require.NoError(t, err)
	i, err := away.Engine.Issue(t.Context(), by, number)
	require.NoError(t, err)
	require.Empty(t, i.Offers)
}

// noForms sees that no page of a pack has a form for what the pack refuses, nor a link to a page that is there for a form alone.
func (o *office) noForms(t *testing.T, fill *strings.Replacer) {
	w := o.signedIn(t, "sunli")
	action, param, shown := regexp.MustCompile(`(?s)method="post" action="([^"]*)"`), regexp.MustCompile(`:\w+`), 0
	var wrong []string
	for _, r := range o.allPages() {
		if r.method != http.MethodGet {
			continue
		}
		a := w.get(param.ReplaceAllString(fill.Replace(r.path), "1"))
		if a.status != 200 || !strings.Contains(a.header.Get("Content-Type"), "html") {
			continue
		}
		shown++
		for _, form := range action.FindAllStringSubmatch(a.body, -1) {
			if !slices.Contains(mayOffline, form[1]) {
				wrong = append(wrong, r.path+" has a form for "+form[1])
			}
		}
		for _, path := range []string{"/find", bulkPage, importPage, passwordPage, applyPage} {
			if regexp.MustCompile(`href="` + path + `["?]`).MatchString(a.body) {
				wrong = append(wrong, r.path+" has a link to "+path)
			}
		}
	}
	require.Empty(t, strings.Join(wrong, "\n"))
	require.Greater(t, shown, 20)
}
