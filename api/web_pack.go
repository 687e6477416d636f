package api

import (
	"errors"
	"io"
	"mime/multipart"
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
		{Name: "held", Kind: page.Area, More: true, Label: workflow.Say("您留存的检查点（全文）", "A checkpoint that you kept (its text)"), Help: workflow.Say("数据包里带着证明；给出以前留存的检查点，离线时才能与它核对", "the pack has a proof in it; with an earlier checkpoint given here, the two can be held against each other offline")},
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
	to := &lateHeaders{w: c.Response(), number: number}
	if values.Get("passphrase") != values.Get("again") {
		err = workflow.Invalid("not_the_same", "again", workflow.Say("两次输入的口令不同", "the passphrase is not the same both times"))
	} else {
		_, err = s.Engine.Pack(c.Request().Context(), actorOf(c.Request().Context()), engine.PackPlan{Mandate: number, Passphrase: values.Get("passphrase"), Files: values.Get("files") != "", Held: []string{values.Get("held")}}, to)
	}
	if err == nil || to.began {
		return whole(c.Response(), err)
	}
	p, failed := s.mandatePage(c)
	if failed != nil || p.Pack == nil {
		return errors.Join(failed, err)
	}
	return s.showForm(c, p.Pack, err, func() page.Page { return p })
}

// lateHeaders sends the headers of a download with its first byte: before that, something may still go wrong in words.
type lateHeaders struct {
	w      http.ResponseWriter
	number workflow.MandateID
	began  bool
}

// Write sends what is written.
func (l *lateHeaders) Write(p []byte) (int, error) {
	if !l.began {
		l.began = true
		attach(l.w, "巡察数据包-"+id(l.number)+".age", "application/octet-stream")
		l.w.WriteHeader(http.StatusOK)
	}
	return l.w.Write(p)
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
	p.Form = &page.Form{Action: applyPage, Submit: workflow.Say("先看会登记什么", "See what would be logged"), Files: true, Most: setMost, Fields: []page.Field{
		{Name: "org", Kind: page.Select, Required: true, Label: workflow.Say("以哪个组织登记", "Logged by"), Options: options},
		{Name: "set", Kind: page.OneFile, Required: true, Label: workflow.Say("变更集", "Change set"), Help: workflow.Say("离线包导出的文件，原样上传；先只看会登记什么，什么都不写", "the file that the pack exported, as it is; first it is said what would be logged, and nothing is written")},
		{Name: "check", Kind: page.Hidden, Value: "true"},
	}}
	return p, nil
}

// applyByForm rehearses a change set, and applies it when that is confirmed.
func (s *Server) applyByForm(c echo.Context) error {
	ctx := c.Request().Context()
	form, err := c.Request().MultipartReader()
	if err != nil {
		return wrongFormat(echo.MIMEMultipartForm)
	}
	in, err := readSet(form)
	var a engine.Applied
	if err == nil {
		a, err = s.Engine.ApplyFindings(ctx, actorOf(ctx), in.set, in.org, in.check)
	}
	if err == nil && !in.check {
		return s.done(c, applyPage, appliedText(&a))
	}
	p, failed := s.applyPage(c)
	if failed != nil || p.Form == nil {
		return errors.Join(failed, err)
	}
	fill(p.Form.Fields[:1], url.Values{"org": {id(in.org)}})
	if err != nil {
		return s.showForm(c, p.Form, err, func() page.Page { return p })
	}
	p.Rehearsed(a.Set.Number, a.Set.Name, a.New, a.NewLooks, each(a.Rows, func(x engine.AppliedRow) page.AppliedRow {
		return page.AppliedRow{Detail: x.Detail, Org: x.OrgName, FoundOn: x.FoundOn, Already: x.Already, Number: x.Number, Refused: x.Refused}
	}), &page.Form{Action: applyPage, Files: true, Submit: sureText(&a), Fields: []page.Field{
		{Name: "org", Kind: page.Hidden, Value: id(in.org)}, {Name: "set", Kind: page.Hidden, Value: string(in.set)}}})
	return s.show(c, http.StatusOK, p)
}

func sureText(a *engine.Applied) workflow.Text {
	if a.New == 0 {
		return workflow.Say("查阅记录入档", "Put the looks on record")
	}
	return workflow.Say("登记%d条", "Log %d", a.New)
}

func appliedText(a *engine.Applied) workflow.Text {
	refused := 0
	for n := range a.Rows {
		if a.Rows[n].Refused != (workflow.Text{}) {
			refused++
		}
	}
	if refused > 0 {
		return workflow.Say("%d条已登记，%d条拒收；查阅记录%d条入档", "%d logged, %d refused; %d looks put on record", a.New, refused, a.NewLooks)
	}
	return workflow.Say("%d条已登记；查阅记录%d条入档", "%d logged; %d looks put on record", a.New, a.NewLooks)
}

const setMost = 16 << 20 // bytes of a change set, as package pack reads it

// broughtBack is a change set as it is sent in.
type broughtBack struct {
	org   workflow.OrgID
	check bool // only say what would come
	set   []byte
}

// readSet reads a form with a change set: as a file, or as text.
func readSet(form *multipart.Reader) (in broughtBack, err error) {
	for {
		part, err := nextPart(form)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return in, err
		}
		text, err := io.ReadAll(io.LimitReader(partReader{part}, setMost+1))
		if err != nil {
			return in, err
		}
		var r reading
		switch part.FormName() {
		case "org":
			in.org = idOf[workflow.OrgID](&r, "org", string(text))
		case "check":
			in.check = string(text) == "true"
		case "set":
			in.set = []byte(plainLines(string(text)))
		default:
			return in, unknownField(part.FormName())
		}
		if r.err != nil {
			return in, r.err
		}
	}
	if len(in.set) == 0 {
		return in, missingField("set")
	}
	return in, nil
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
