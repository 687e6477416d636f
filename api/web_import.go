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

const (
	checklistsPage = "/checklists"
	importPage     = "/checklists/import"
	jobsPage       = "/checklists/jobs/"

	keyUploads  = "uploads" // in the session: the workbooks that were sent in, by hash, separated by blanks
	uploadsKept = 10
)

// listRoutes are the routes of the pages about lists: importing, exporting and steps on many issues.
func (s *Server) listRoutes() []route {
	out := []route{
		{"GET", checklistsPage, member, nothing, s.showChecklists},
		{"GET", importPage, member, nothing, s.showUpload},
		{"POST", importPage, member, workbook, s.uploadChecklist},
		{"GET", importPage + "/:hash", member, nothing, s.showUnderstood},
		{"POST", importPage + "/:hash", member, pageForm, s.takeChecklist},
		{"GET", importPage + "/:hash/rejects", member, nothing, s.sendRejects},
		{"GET", jobsPage + ":job", member, nothing, s.showJob},
		{"GET", "/issues/export", member, nothing, s.exportShown},
		{"GET", threeListsPage, member, nothing, s.showThreeLists},
		{"GET", threeListsPage + "/export", member, nothing, s.exportThreeLists},
		{"GET", bulkPage, member, nothing, s.showBulk},
		{"POST", bulkPage, member, pageForm, s.doBulk},
		{"GET", passwordsPage, member, nothing, s.showFirstPasswords},
		{"POST", passwordsPage, member, pageForm, s.sendFirstPasswords},
	}
	for _, t := range s.tables() {
		out = append(out, t.routes()...)
	}
	return out
}

// showUpload shows where a checklist is sent in.
func (s *Server) showUpload(c echo.Context) error {
	p, err := s.uploadPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

// uploadPage is the form of a checklist. Who may import none is told at once.
func (s *Server) uploadPage(c echo.Context) (*page.Upload, error) {
	ctx := c.Request().Context()
	units, err := s.Engine.Units(ctx, actorOf(ctx), workflow.Import)
	if err != nil {
		return nil, err
	}
	if len(units) == 0 {
		return nil, workflow.Forbidden("not_permitted", workflow.Say("您现任的职务不能导入清单", "none of your posts may import a checklist"))
	}
	f := page.Form{Action: importPage, Submit: workflow.Say("上传并检查", "Send and check"), Files: true, Most: s.Limits.Workbook, Fields: []page.Field{
		{Name: "source", Kind: page.Select, Label: workflow.Say("问题来源", "Source"), Required: true, Options: sourceOptions(),
			Help: workflow.Say("表中另有“问题来源”列的，以该列为准", "a column of the sheet that names the source goes before this")},
		{Name: "title", Kind: page.Line, Label: workflow.Say("清单名称", "Title"), Help: workflow.Say("不填则取表格的标题", "the title in the sheet if left out")},
		{Name: "found_on", Kind: page.Date, Label: workflow.Say("反馈日期", "Day of the feedback"),
			Help: workflow.Say("不填则取表中注明的日期；“三个月内”一类的时限从这天算起", "the day in the sheet if left out; a limit such as “within three months” counts from it")},
	}}
	if len(units) > 1 {
		f.Fields = append(f.Fields, page.Field{Name: "org", Kind: page.Select, Label: workflow.Say("哪个单位的清单", "Whose list it is"), Required: true,
			Options: each(units, func(u engine.Org) page.Option {
				return page.Option{Value: id(u.ID), Text: workflow.Text{Zh: u.Shown()}}
			})})
	}
	frame := s.frame(c, workflow.Say("导入问题清单", "Import a checklist"))
	frame.Narrow = true
	return &page.Upload{Frame: frame, Form: f, Step: 1, Back: checklistsPage,
		Hint: workflow.Say("巡察反馈、自查台账、审计清单等常见表样都能识别，不必先改表头。下一步先看识别结果，确认后才写入。",
			"The usual layouts of feedback, self-check and audit lists are recognised as they are. You see how it was understood before anything is written.")}, nil
}

// wizard is a checklist on its way in: a workbook that was sent and how it is to be understood. It lives in the address.
type wizard struct {
	hash, name string
	query      url.Values
	opt        engine.ImportOptions
}

// wizardNames are what of a wizard stands in the address.
var wizardNames = []string{"name", "source", "title", "found_on", "org", "field"}

func wizardTyped(hash string, values url.Values) (wizard, error) {
	w := wizard{hash: hash, name: first(values.Get("name"), "清单.xlsx"), query: url.Values{}}
	for _, name := range wizardNames {
		for _, v := range values[name] {
			if v != "" || name == "field" {
				w.query.Add(name, strings.TrimSpace(v))
			}
		}
	}
	var r reading
	w.opt = engine.ImportOptions{Mode: engine.ModeCheck, Source: sourceOf(&r, "source", w.query.Get("source")), Title: w.query.Get("title"), File: w.name,
		Org: idOf[workflow.OrgID](&r, "org", w.query.Get("org")), FoundOn: dayOf(&r, "found_on", w.query.Get("found_on")), Columns: w.query["field"]}
	if w.opt.Source == "" {
		r.fault(missingChoice("source", workflow.Say("请选择问题来源", "choose the source")))
	}
	return w, r.err
}

func missingChoice(field string, text workflow.Text) error {
	return workflow.Invalid("missing_"+field, field, text)
}

func (w *wizard) address() string { return importPage + "/" + w.hash + "?" + w.query.Encode() }

// rejects is where the rows are that cannot be taken.
func (w *wizard) rejects() string { return importPage + "/" + w.hash + "/rejects?" + w.query.Encode() }

// check says what would become of a workbook. It is read once, and not again for every page of its rows.
func (s *Server) check(ctx context.Context, w *wizard) (engine.Report, error) {
	by := actorOf(ctx)
	if r, ok := s.checks.of(&by, w.address()); ok {
		return r, nil
	}
	book, err := s.Engine.OpenBook(ctx, w.hash, w.name)
	if err != nil {
		return engine.Report{}, err
	}
	r, err := s.Engine.ImportChecklist(ctx, by, book, w.opt)
	if err == nil {
		s.checks.keep(&by, w.address(), r)
	}
	return r, err
}

// uploadChecklist keeps the workbook and goes on to how it was understood. A form that fails keeps what was typed, and the file.
func (s *Server) uploadChecklist(c echo.Context) error {
	p, err := s.uploadPage(c)
	if err != nil {
		return err
	}
	in, file, err := s.receive(c)
	if err != nil && in.values == nil {
		return err
	}
	fill(p.Form.Fields, in.values)
	if err == nil {
		var w wizard
		in.values.Set("name", file.Name)
		if w, err = wizardTyped(file.Hash, in.values); err == nil {
			_, err = s.check(c.Request().Context(), &w)
		}
		if err == nil {
			return c.Redirect(http.StatusSeeOther, w.address())
		}
	}
	return s.uploadAgain(c, p, file, err)
}

// uploadAgain shows a form of upload that failed.
func (s *Server) uploadAgain(c echo.Context, p *page.Upload, file *page.KeptFile, err error) error {
	if fault, ok := errors.AsType[*workflow.Fault](err); ok && fault.Field == "file" {
		p.Wrong = fault.Text
		return s.show(c, faultStatus(fault), p)
	}
	p.Kept = file
	return s.showForm(c, &p.Form, err, func() page.Page { return p })
}

// receive reads a form with a workbook and keeps the workbook. A file that came with the form before counts when no new one comes.
func (s *Server) receive(c echo.Context) (in typed, file *page.KeptFile, err error) {
	if in, err = s.readForm(c); err != nil {
		return typed{}, nil, err
	}
	if in.err != nil {
		return in, nil, in.err
	}
	if len(in.files) == 0 {
		return in, nil, missingChoice("file", workflow.Say("请选择要导入的表格（.xlsx）", "choose the workbook (.xlsx)"))
	}
	file = &in.files[len(in.files)-1]
	ctx := c.Request().Context()
	if slices.Contains(in.values["kept"], file.Hash+" "+file.Name) {
		return in, file, s.allowUpload(ctx, file.Hash)
	}
	return in, file, s.rememberUpload(ctx, file.Hash)
}

// rememberUpload notes in the session that the caller sent the workbook in: nobody else can open it by its hash.
func (s *Server) rememberUpload(ctx context.Context, hash string) error {
	sent := slices.DeleteFunc(strings.Fields(s.sessions.GetString(ctx, keyUploads)), func(h string) bool { return h == hash })
	sent = append(sent, hash)
	s.sessions.Put(ctx, keyUploads, strings.Join(sent[max(0, len(sent)-uploadsKept):], " "))
	_, _, err := s.sessions.Commit(ctx)
	return err
}

// allowUpload refuses a workbook that the caller did not send in.
func (s *Server) allowUpload(ctx context.Context, hash string) error {
	if slices.Contains(strings.Fields(s.sessions.GetString(ctx, keyUploads)), hash) {
		return nil
	}
	return workflow.NotFound("no_such_upload", workflow.Say("上传的表格已不在了，请重新上传", "the workbook is not here any more; send it in again"))
}

// wizardAt is the wizard of the address.
func (s *Server) wizardAt(c echo.Context, values url.Values) (wizard, error) {
	hash := c.Param("hash")
	if err := s.allowUpload(c.Request().Context(), hash); err != nil {
		return wizard{}, err
	}
	return wizardTyped(hash, values)
}

// showUnderstood shows how a checklist was understood and what would become of each row.
func (s *Server) showUnderstood(c echo.Context) error {
	w, err := s.wizardAt(c, c.QueryParams())
	if err != nil {
		return err
	}
	r, err := s.check(c.Request().Context(), &w)
	p := page.Understood{Frame: s.frame(c, workflow.Say("核对识别结果", "How it was understood")), File: w.name, Action: importPage + "/" + w.hash}
	status := http.StatusOK
	if fault, ok := errors.AsType[*workflow.Fault](err); ok && len(w.opt.Columns) > 0 {
		p.Fault, status = fault.Text, faultStatus(fault)
		asked := w.opt.Columns
		w.opt.Columns = nil
		w.query.Del("field")
		if r, err = s.check(c.Request().Context(), &w); err == nil && len(asked) == len(r.Columns) {
			r.Columns = slices.Clone(r.Columns)
			for n := range asked {
				r.Columns[n].Field = asked[n]
			}
		}
	}
	if err != nil {
		return err
	}
	s.fillUnderstood(c, &p, &w, &r)
	return s.show(c, status, p)
}

// takeChecklist starts the import and goes to where its progress is told.
func (s *Server) takeChecklist(c echo.Context) error {
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	w, err := s.wizardAt(c, values)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	by, opt := actorOf(ctx), w.opt
	if opt.Mode = engine.ModeGood; values.Get("mode") == engine.ModeAll {
		opt.Mode = engine.ModeAll
	}
	name, err := s.jobs.start(&job{person: by.Person, from: w.address(), rejects: w.rejects()},
		func(ctx context.Context, progress func(done, total int)) (engine.Report, error) {
			opt.Progress = progress
			defer s.checks.forget()
			book, err := s.Engine.OpenBook(ctx, w.hash, w.name)
			if err != nil {
				return engine.Report{}, err
			}
			return s.Engine.ImportChecklist(ctx, by, book, opt)
		})
	if err != nil && name == "" {
		return err
	}
	return c.Redirect(http.StatusSeeOther, jobsPage+name)
}

// sendRejects sends the rows that cannot be taken as a workbook that can be mended.
func (s *Server) sendRejects(c echo.Context) error {
	w, err := s.wizardAt(c, c.QueryParams())
	if err != nil {
		return err
	}
	r, err := s.check(c.Request().Context(), &w)
	if err != nil {
		return err
	}
	return rejected{r}.VisitRejectsResponse(c.Response())
}

// exportShown sends what the ledger shows as a workbook.
func (s *Server) exportShown(c echo.Context) error {
	ctx, params := c.Request().Context(), ExportLedgerParams(paramsOf(c.QueryParams()))
	var err error
	if params.Under, err = s.orgTyped(ctx, "under", params.Under); err != nil {
		return err
	}
	answer, err := s.ExportLedger(ctx, ExportLedgerRequestObject{Params: params})
	if err != nil {
		return err
	}
	return answer.VisitExportLedgerResponse(c.Response())
}
