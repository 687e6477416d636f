package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const applyPage = mandatesPage + "/apply"

// packForm is the form by which an inspector takes the offline pack.
func packForm(path string) *page.Form {
	return &page.Form{Action: path + "/pack", Submit: workflow.Say("下载离线数据包", "Download the offline pack"), Fields: []page.Field{
		{Name: "passphrase", Kind: page.Secret, Required: true, Label: workflow.Say("加密口令", "Passphrase"), Hint: "new-password",
			Help: workflow.Say("12个以上大小写字母、数字和符号混合，或8个以上不成词的汉字；口令不保存，忘记了就打不开", "twelve mixed letters, digits and signs or more; it is kept nowhere: who forgets it cannot open the pack")},
		{Name: "again", Kind: page.Secret, Required: true, Label: workflow.Say("再输一次", "Once more"), Hint: "new-password"},
		{Name: "files", Kind: page.Checks, Label: workflow.Say("附件", "Files"), Options: []page.Option{{Value: "files", Text: workflow.Say("连同佐证材料文件", "with the files of evidence")}}},
	}}
}

// packByForm sends the offline pack of the caller.
func (s *Server) packByForm(c echo.Context) error {
	number, err := pathID[workflow.MandateID](c.Param("mandate"))
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	to := &lateHeaders{c: c, number: number}
	if values.Get("passphrase") != values.Get("again") {
		err = workflow.Invalid("not_the_same", "again", workflow.Say("两次输入的口令不同", "the passphrase is not the same both times"))
	} else {
		_, err = s.Engine.Pack(c.Request().Context(), actorOf(c.Request().Context()), engine.PackPlan{Mandate: number, Passphrase: values.Get("passphrase"), Files: values.Get("files") != ""}, to)
	}
	if err == nil || to.began {
		return err
	}
	p, failed := s.mandatePage(c)
	if failed != nil || p.Pack == nil {
		return errors.Join(failed, err)
	}
	return s.showForm(c, p.Pack, err, func() page.Page { return p })
}

// lateHeaders sends the headers of a download with its first byte: before that, something may still go wrong in words.
type lateHeaders struct {
	c      echo.Context
	number workflow.MandateID
	began  bool
}

// Write sends what is written.
func (l *lateHeaders) Write(p []byte) (int, error) {
	if !l.began {
		l.began = true
		attach(l.c.Response(), "巡察数据包-"+id(l.number)+".age", "application/octet-stream")
		l.c.Response().WriteHeader(http.StatusOK)
	}
	return l.c.Response().Write(p)
}

// showApply shows where a change set of an offline pack is taken in.
func (s *Server) showApply(c echo.Context) error {
	p, err := s.applyPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) applyPage(c echo.Context) (*page.Apply, error) {
	ctx := c.Request().Context()
	units, err := s.Engine.Units(ctx, actorOf(ctx), workflow.Find)
	if err != nil {
		return nil, err
	}
	p := &page.Apply{Frame: s.frame(c, workflow.Say("登记巡察发现", "Log what inspectors found")), Tabs: proofTabs(applyPage)}
	if len(units) == 0 {
		return p, nil
	}
	options := each(units, func(o engine.Org) page.Option { return page.Option{Value: id(o.ID), Text: same(o.Shown())} })
	options[0].Chosen = true
	p.Form = &page.Form{Action: applyPage, Submit: workflow.Say("先看会登记什么", "See what would be logged"), Fields: []page.Field{
		{Name: "org", Kind: page.Select, Required: true, Label: workflow.Say("以哪个组织登记", "Logged by"), Options: options},
		{Name: "set", Kind: page.Area, Required: true, Label: workflow.Say("变更集", "Change set"), Help: workflow.Say("把离线包导出的文件用记事本打开，全文粘贴到这里", "open the file that the pack exported in an editor and paste all of it here")},
	}}
	return p, nil
}

// applyByForm rehearses a change set, and applies it when that is confirmed.
func (s *Server) applyByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	var r reading
	org := idOf[workflow.OrgID](&r, "org", values.Get("org"))
	rehearse, set := values.Get("sure") == "", plainLines(values.Get("set"))
	var a engine.Applied
	if err = r.err; err == nil {
		a, err = s.Engine.ApplyFindings(ctx, actorOf(ctx), []byte(set), org, rehearse)
	}
	if err == nil && !rehearse {
		return s.done(c, applyPage, workflow.Say("%d条已登记", "%d logged", a.New))
	}
	p, failed := s.applyPage(c)
	if failed != nil || p.Form == nil {
		return errors.Join(failed, err)
	}
	fill(p.Form.Fields, url.Values{"org": values["org"], "set": {set}})
	if err != nil {
		return s.showForm(c, p.Form, err, func() page.Page { return p })
	}
	p.Rehearsed(a.Set.Number, a.Set.Name, a.New, each(a.Rows, func(x engine.AppliedRow) page.AppliedRow {
		return page.AppliedRow{Detail: x.Detail, Org: x.OrgName, FoundOn: x.FoundOn, Already: x.Already, Refused: x.Refused}
	}), &page.Form{Action: applyPage, Submit: workflow.Say("登记%d条", "Log %d", a.New), Fields: []page.Field{
		{Name: "org", Kind: page.Hidden, Value: values.Get("org")}, {Name: "set", Kind: page.Hidden, Value: set}, {Name: "sure", Kind: page.Hidden, Value: "yes"}}})
	return s.show(c, http.StatusOK, p)
}

// plainLines undoes what a browser does to the ends of lines: the signature is over the text as it was.
func plainLines(text string) string {
	out := make([]byte, 0, len(text))
	for n := range len(text) {
		if text[n] != '\r' {
			out = append(out, text[n])
		}
	}
	return string(out)
}

var _ io.Writer = (*lateHeaders)(nil)
