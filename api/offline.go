package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const findingsPage = "/findings"

// offlinePages are those that there are only where an offline pack is shown: where its inspector writes findings down.
func (s *Server) offlinePages() []route {
	return []route{
		{"GET", findingsPage, member, nothing, s.showFindings},
		{"POST", findingsPage, member, pageForm, s.writeFinding},
		{"POST", findingsPage + "/remove", member, pageForm, s.removeFinding},
		{"GET", findingsPage + "/export", member, nothing, s.exportFindings},
	}
}

// mayOffline are the only addresses to which anything may be sent where a pack is shown.
var mayOffline = []string{signInPath, signInPage, "/sign-out", "/language", findingsPage, findingsPage + "/remove"}

// onlyForms are the pages that are there to send something.
var onlyForms = []string{passwordPage, channelsPage, passwordsPage, "/find", bulkPage, importPage, "/issues/:issue/do/:action", orgsPage + "/:org/hand-over/:person", applyPage}

// readOnly refuses, where a pack is shown, whatever could change something.
func (s *Server) readOnly(r route) echo.MiddlewareFunc {
	refused := s.Desk != nil && (slices.Contains(onlyForms, r.path) || r.method != http.MethodGet && !slices.Contains(mayOffline, r.path))
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		switch {
		case refused:
			return func(echo.Context) error { return offlineOnly() }
		case s.Desk != nil && r.access == member:
			return s.looked(next)
		}
		return next
	}
}

// looked keeps beside the pack what was looked at, for the record at home.
func (s *Server) looked(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		ctx := context.WithoutCancel(c.Request().Context())
		if failed := s.Desk.Looked(ctx); failed != nil {
			s.Log.ErrorContext(ctx, "what was looked at could not be kept beside the pack", "error", failed)
		}
		return err
	}
}

func offlineOnly() error {
	return refusal{http.StatusForbidden, "offline_pack", workflow.Say("这是离线数据包，只能查看；发现的问题请写在“巡察发现”里，带回后由受理单位登记",
		"this is an offline pack and can only be read; write down what you find under Findings: the office logs it when you bring it back")}
}

func noDesk() error {
	return workflow.NotFound("not_found", workflow.Say("只有打开离线数据包时才有这一页", "this page is there only where an offline pack is open"))
}

// showFindings shows what the inspector wrote down and the form for more.
func (s *Server) showFindings(c echo.Context) error {
	p, err := s.findingsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) findingsPage(c echo.Context) (*page.Findings, error) {
	if s.Desk == nil {
		return nil, noDesk()
	}
	all, err := s.Desk.Findings()
	if err != nil {
		return nil, err
	}
	h := &s.Desk.Head
	p := &page.Findings{Frame: s.frame(c, workflow.Say("巡察发现", "Findings")), Number: h.Number, Org: h.OrgName, From: h.From, Until: h.Until, Export: findingsPage + "/export"}
	today := min(max(s.Engine.Today(), h.From), h.Until)
	p.Form = &page.Form{Action: findingsPage, Submit: workflow.Say("记下", "Write down"), Fields: []page.Field{
		{Name: "id", Kind: page.Hidden},
		{Name: "detail", Kind: page.Area, Required: true, Label: workflow.Say("发现的问题", "Problem")},
		{Name: "basis", Kind: page.Area, Required: true, Label: workflow.Say("发现依据", "On what it rests"), Help: workflow.Say("看了哪些材料、依据哪条规定", "what was read, and by which rule")},
		{Name: "org", Kind: page.OrgName, Required: true, Label: workflow.Say("责任单位", "Responsible organisation")},
		{Name: "found_on", Kind: page.Date, Required: true, Label: workflow.Say("发现日期", "Found on"), Value: string(today)},
		{Name: "text_name", Kind: page.Line, More: true, Label: workflow.Say("附件名称", "Name of a text that goes with it")},
		{Name: "text", Kind: page.Area, More: true, Label: workflow.Say("附件文字（谈话摘录、材料摘录）", "The text")},
	}}
	for n := range all {
		f := &all[n]
		row := page.FindingRow{ID: f.ID, Detail: f.Detail, Basis: f.Basis, Org: f.OrgName, FoundOn: f.FoundOn, At: f.At, Edit: findingsPage + "?id=" + url.QueryEscape(f.ID)}
		for _, t := range f.Texts {
			row.Texts = append(row.Texts, t.Name)
		}
		p.Rows = append(p.Rows, row)
		if f.ID == c.QueryParam("id") {
			fill(p.Form.Fields, typedFinding(f))
		}
	}
	return p, nil
}

func typedFinding(f *engine.OfflineFinding) url.Values {
	v := url.Values{"id": {f.ID}, "detail": {f.Detail}, "basis": {f.Basis}, "org": {f.OrgCode}, "found_on": {string(f.FoundOn)}}
	if len(f.Texts) > 0 {
		v.Set("text_name", f.Texts[0].Name)
		v.Set("text", f.Texts[0].Text)
	}
	return v
}

// writeFinding keeps a finding.
func (s *Server) writeFinding(c echo.Context) error {
	if s.Desk == nil {
		return noDesk()
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	var r reading
	f := engine.OfflineFinding{ID: values.Get("id"), Detail: values.Get("detail"), Basis: values.Get("basis"), FoundOn: dayOf(&r, "found_on", values.Get("found_on"))}
	if text := strings.TrimSpace(values.Get("text")); text != "" {
		f.Texts = engine.OneText(first(strings.TrimSpace(values.Get("text_name")), "摘录"), text)
	}
	if err = r.err; err == nil {
		err = s.Desk.Write(c.Request().Context(), f, values.Get("org"))
	}
	if err == nil {
		return s.done(c, findingsPage, workflow.Say("已记下，加密保存在数据包旁边", "written down, and kept encrypted beside the pack"))
	}
	p, failed := s.findingsPage(c)
	if failed != nil {
		return errors.Join(failed, err)
	}
	fill(p.Form.Fields, values)
	return s.showForm(c, p.Form, err, func() page.Page { return p })
}

// removeFinding takes a finding away again.
func (s *Server) removeFinding(c echo.Context) error {
	if s.Desk == nil {
		return noDesk()
	}
	if err := s.Desk.Remove(c.FormValue("id")); err != nil {
		return err
	}
	return s.done(c, findingsPage, workflow.Say("已去掉", "taken away"))
}

// exportFindings sends the signed change set.
func (s *Server) exportFindings(c echo.Context) error {
	if s.Desk == nil {
		return noDesk()
	}
	set, err := s.Desk.Export()
	if err != nil {
		return err
	}
	attach(c.Response(), "巡察发现-"+s.Desk.Head.Number+".txt", "text/plain; charset=utf-8")
	return c.Blob(http.StatusOK, "text/plain; charset=utf-8", set)
}
