package api

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// fieldLimit is how long a field of a form beside the file may be, in bytes.
const fieldLimit = 4 << 10

// form is a form with a workbook.
type form struct {
	book   *engine.Book
	name   string
	fields map[string]string
}

// readForm reads a form that holds a workbook as "file" and fields of the names given, in any order.
func readForm(ctx context.Context, r *multipart.Reader, names ...string) (form, error) {
	f := form{fields: map[string]string{}}
	for {
		part, err := nextPart(r)
		switch {
		case errors.Is(err, io.EOF) && f.book == nil:
			return f, missingField("file")
		case errors.Is(err, io.EOF):
			return f, nil
		case err != nil:
			return f, err
		}
		if err := f.read(ctx, part, names); err != nil {
			return f, err
		}
	}
}

func (f *form) read(ctx context.Context, part *multipart.Part, names []string) (err error) {
	name := part.FormName()
	switch {
	case name == "file" && f.book != nil:
		return workflow.Invalid("too_many", "file", workflow.Say("一次只能导入一个文件", "one import takes one file"))
	case name == "file":
		f.name = part.FileName()
		f.book, err = engine.ReadBook(ctx, partReader{part}, f.name)
		return err
	case !slices.Contains(names, name):
		return unknownField(name)
	}
	text, err := io.ReadAll(io.LimitReader(part, fieldLimit+1))
	if err != nil {
		return formError(err)
	}
	if len(text) > fieldLimit {
		return workflow.Invalid("too_long", name, workflow.Say("“%s”太长", "%q is too long", name))
	}
	f.fields[name] = string(text)
	return nil
}

// options reads how a checklist is to be taken.
func (f *form) options() (engine.ImportOptions, error) {
	var r reading
	opt := engine.ImportOptions{
		Source: sourceOf(&r, "source", f.fields["source"]), Mode: f.fields["mode"], Title: f.fields["title"], File: f.name,
		Org: idOf[workflow.OrgID](&r, "org", f.fields["org"]), FoundOn: dayOf(&r, "found_on", f.fields["found_on"]),
	}
	if opt.Source == "" {
		r.fault(missingField("source"))
	}
	return opt, r.err
}

// checklistForm reads the form of a checklist.
func checklistForm(ctx context.Context, body *multipart.Reader) (form, engine.ImportOptions, error) {
	f, err := readForm(ctx, body, "source", "mode", "title", "org", "found_on")
	if err != nil {
		return f, engine.ImportOptions{}, err
	}
	opt, err := f.options()
	return f, opt, err
}

// ImportChecklist takes a checklist from a workbook.
func (s *Server) ImportChecklist(ctx context.Context, r ImportChecklistRequestObject) (ImportChecklistResponseObject, error) {
	f, opt, err := checklistForm(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	report, err := s.Engine.ImportChecklist(ctx, actorOf(ctx), f.book, opt)
	return ImportChecklist200JSONResponse{reportOut(ctx, &report)}, err
}

// rejected are the rows of a workbook that cannot be taken, on their way out.
type rejected struct{ report engine.Report }

// VisitRejectsResponse writes the workbook.
func (x rejected) VisitRejectsResponse(w http.ResponseWriter) error {
	attach(w, "退回的行.xlsx", workbookType)
	return whole(w, engine.WriteRejects(w, x.report))
}

// Rejects sends the rows of a workbook that cannot be taken as a workbook that can be mended. It imports nothing.
func (s *Server) Rejects(ctx context.Context, r RejectsRequestObject) (RejectsResponseObject, error) {
	f, opt, err := checklistForm(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	opt.Mode = engine.ModeCheck
	report, err := s.Engine.ImportChecklist(ctx, actorOf(ctx), f.book, opt)
	return rejected{report}, err
}

// ListChecklists lists the checklists, the latest first.
func (s *Server) ListChecklists(ctx context.Context, r ListChecklistsRequestObject) (ListChecklistsResponseObject, error) {
	var in reading
	before, limit := idOf[workflow.ChecklistID](&in, "after", r.Params.After), first(r.Params.Limit, pageSize)
	if in.err != nil {
		return nil, in.err
	}
	lists, err := s.Engine.Checklists(ctx, actorOf(ctx), before, limit)
	if err != nil {
		return nil, err
	}
	out := ListChecklists200JSONResponse{Checklists: each(lists, checklistOut)}
	if len(lists) == limit {
		out.Next = id(lists[limit-1].ID)
	}
	return out, nil
}

func checklistOut(c engine.Checklist) Checklist {
	return Checklist{Id: id(c.ID), Title: c.Title, Source: string(c.Source), Unit: id(c.Unit), FoundOn: day(c.FoundOn), By: id(c.By), At: c.At.UTC()}
}

// ImportOrgs takes a table of organisations.
func (s *Server) ImportOrgs(ctx context.Context, r ImportOrgsRequestObject) (ImportOrgsResponseObject, error) {
	f, check, err := tableForm(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	report, err := s.Engine.ImportOrgs(ctx, actorOf(ctx), f.book, check)
	return ImportOrgs200JSONResponse{reportOut(ctx, &report)}, err
}

// ImportPeople takes a table of people and their appointments.
func (s *Server) ImportPeople(ctx context.Context, r ImportPeopleRequestObject) (ImportPeopleResponseObject, error) {
	f, check, err := tableForm(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	report, err := s.Engine.ImportPeople(ctx, actorOf(ctx), f.book, check)
	return ImportPeople200JSONResponse{reportOut(ctx, &report)}, err
}

// tableForm reads the form of a table.
func tableForm(ctx context.Context, body *multipart.Reader) (f form, check bool, err error) {
	if f, err = readForm(ctx, body, "check"); err != nil || f.fields["check"] == "" {
		return f, false, err
	}
	if check, err = strconv.ParseBool(f.fields["check"]); err != nil {
		err = workflow.Invalid("bad_type", "check", workflow.Say("check 应为 true 或 false", "check is true or false"))
	}
	return f, check, err
}

func reportOut(ctx context.Context, r *engine.Report) ReportJSONResponse {
	tongue := lang(callerOf(ctx).echo.Request())
	line := func(f engine.RowFinding) ReportLine {
		return ReportLine{Sheet: f.Sheet, Row: f.Row, Column: f.Column, Value: f.Value, Understood: f.Understood, Reason: f.Reason.In(tongue), Code: f.Code}
	}
	return ReportJSONResponse{
		Checklist: id(r.Checklist), Title: r.Title, Read: r.Read, Taken: r.Taken, Already: r.Already, Skipped: r.Skipped,
		ReportedDone: r.ReportedDone, Refused: each(r.Refused, line), Doubtful: each(r.Doubtful, line), Hidden: r.Hidden, RefusedRows: r.RefusedRows,
		Columns: some(r.Columns, func(c engine.SheetColumn) Column {
			return Column{Sheet: c.Sheet, Column: c.Column, Header: c.Header, Field: c.Field}
		}),
	}
}
