package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	langCookie  = "lang"
	flashCookie = "flash"
	flashAge    = 60 // seconds
)

// DemoPerson is an account of the demonstration that anyone may sign in as, from the sign-in page.
type DemoPerson struct {
	Account string
	Name    string
	Org     string
	Post    workflow.Text
}

// isPage says whether a request is for a page and not for the JSON API.
func isPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/healthz" && r.URL.Path != "/readyz"
}

// pageLang is the language of the pages: what was chosen, Chinese at first.
func pageLang(r *http.Request) string {
	if cookie, err := r.Cookie(langCookie); err == nil && cookie.Value == "en" {
		return "en"
	}
	return "zh"
}

// frame is what stands around a page.
func (s *Server) frame(c echo.Context, title workflow.Text) page.Frame {
	f := s.plainFrame(c, title)
	f.Unread, f.UnreadMore = s.unread(c)
	return f
}

// plainFrame is a frame without what is asked of the engine.
func (s *Server) plainFrame(c echo.Context, title workflow.Text) page.Frame {
	tongue := pageLang(c.Request())
	f := page.Frame{Lang: tongue, Title: title, Here: c.Request().URL.RequestURI(), Demo: len(s.Demo) > 0, Flash: takeFlash(c)}
	who := actorOf(c.Request().Context())
	f.Person, f.Admin = who.Name, engine.Administers(&who, "system_admin")
	posts := make([]string, len(who.Appointments))
	for n, a := range who.Appointments {
		posts[n] = a.OrgName + " " + postText(a.Post).In(tongue)
	}
	f.Posts = strings.Join(posts, "；")
	if s.Desk != nil {
		f.Offline, f.Unproven = s.Desk.Head.Number, len(s.Desk.Report.Wrong) > 0
	}
	for _, m := range who.Undeclared() {
		f.Undeclared = append(f.Undeclared, page.Link{Path: mandatesPage + "/" + id(m.ID), Text: same(m.Number)})
	}
	return f
}

func postText(p workflow.Post) workflow.Text {
	rule, _ := workflow.PostNamed(string(p))
	return rule.Text
}

// show sends a page.
func (s *Server) show(c echo.Context, status int, p page.Page) error {
	var b bytes.Buffer
	if err := s.pages.Render(&b, p); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	return c.HTMLBlob(status, b.Bytes())
}

// showForm sends a page with a form: as it is, or with what was wrong with it. An error that no user can act on comes back.
func (s *Server) showForm(c echo.Context, form *page.Form, err error, p func() page.Page) error {
	if err == nil {
		return s.show(c, http.StatusOK, p())
	}
	problem, known := problemOf(err, pageLang(c.Request()))
	if !known || !form.Fail(err) && !refuseForm(form, err) {
		return err
	}
	return s.show(c, problem.Status, p())
}

// refuseForm says above the form what this package refused.
func refuseForm(form *page.Form, err error) bool {
	r, ok := refusalOf(err)
	form.Fault = r.text
	return ok
}

// done answers a form that was accepted: go there, and see what was done.
func (s *Server) done(c echo.Context, to string, what workflow.Text) error {
	if body, err := json.Marshal(what); err == nil {
		s.setPageCookie(c, flashCookie, base64.RawURLEncoding.EncodeToString(body), flashAge)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

func (s *Server) setPageCookie(c echo.Context, name, value string, age int) {
	c.SetCookie(&http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure || c.IsTLS()})
}

// takeFlash reads what was just done, and forgets it.
func takeFlash(c echo.Context) (what workflow.Text) {
	cookie, err := c.Cookie(flashCookie)
	if err != nil {
		return what
	}
	c.SetCookie(&http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	if body, err := base64.RawURLEncoding.DecodeString(cookie.Value); err != nil || json.Unmarshal(body, &what) != nil {
		return workflow.Text{}
	}
	return what
}

// local is an address of this program, "/" for anything else.
func local(address string) string {
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return address
}

// newKey is an idempotency key for a form.
func newKey() string { return rand.Text() }

// pagePolicy is what a browser may do on a page: nothing from another host, and no script or style in the page itself.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// asPage gives an answer the headers of a page.
func (s *Server) asPage(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		pageHeaders(c)
		return next(c)
	}
}

func pageHeaders(c echo.Context) {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Vary", "Cookie")
}

// recognise finds out who asked for an address that is none, so that the page about it has the way back.
func (s *Server) recognise(c echo.Context) {
	r := c.Request()
	token, ok := tokenOf(r)
	if !ok || actorOf(r.Context()).Person != 0 {
		return
	}
	who := &caller{echo: c}
	if ctx, err := s.session(context.WithValue(r.Context(), callerKey{}, who), who, token, member); err == nil {
		c.SetRequest(r.WithContext(ctx))
	}
}

// failPage shows what went wrong as a page. Who is not signed in is sent to sign in, who must change the password to change it.
func (s *Server) failPage(err error, c echo.Context, p Problem) error {
	pageHeaders(c)
	r := c.Request()
	switch {
	case p.Code == "not_signed_in" && c.Request().Method == http.MethodGet:
		return c.Redirect(http.StatusSeeOther, signInPage+"?next="+urlQuery(r.URL.RequestURI()))
	case p.Code == "not_signed_in":
		return c.Redirect(http.StatusSeeOther, signInPage)
	case p.Code == "must_change_password":
		return c.Redirect(http.StatusSeeOther, passwordPage)
	}
	s.recognise(c)
	detail := workflow.Text{}
	zh, _ := problemOf(err, "zh")
	en, _ := problemOf(err, "en")
	detail.Zh, detail.En = zh.Detail, en.Detail
	frame := s.plainFrame(c, titles[p.Status])
	if r.Method != http.MethodGet {
		frame.Here = "/"
	}
	frame.Narrow = true
	return s.show(c, p.Status, page.Fault{Frame: frame, Status: p.Status, Detail: detail, Request: p.Instance})
}
