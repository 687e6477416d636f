package api

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// fatesShown are the fates of rows in the order in which a page shows them: what needs a look first.
var fatesShown = []struct {
	fate  engine.Fate
	class string
	text  workflow.Text
}{
	{engine.FateDoubtful, "soon", workflow.Text{Zh: "导入，请核对", En: "taken, to be looked over"}},
	{engine.FateRefused, "late", workflow.Text{Zh: "退回", En: "refused"}},
	{engine.FateTaken, "ok", workflow.Text{Zh: "导入", En: "taken"}},
	{engine.FateKnown, "", workflow.Text{Zh: "已有，不重复导入", En: "there already, left alone"}},
}

func fateText(f engine.Fate) (text workflow.Text, class string) {
	for _, shown := range fatesShown {
		if shown.fate == f {
			return shown.text, shown.class
		}
	}
	return workflow.Text{}, ""
}

// fillUnderstood puts a report into its page.
func (s *Server) fillUnderstood(c echo.Context, p *page.Understood, w *wizard, r *engine.Report) {
	p.Facts = importFacts(w, r)
	p.Read, p.Takable, p.Refused, p.Known, p.Skipped, p.Reported, p.Hidden = r.Read, r.Taken, r.RefusedRows, r.Already, r.Skipped, r.ReportedDone, r.Hidden
	p.Columns = columnRows(r.Columns)
	p.Keep = keepFields(w.query, "field")
	p.KeepAll = keepFields(w.query, "")
	p.Rejects = w.rejects()
	fate := engine.Fate(c.QueryParam("show"))
	counts := map[engine.Fate]int{}
	for n := range r.Rows {
		counts[r.Rows[n].Fate]++
	}
	for _, shown := range fatesShown {
		if fate == "" && counts[shown.fate] > 0 {
			fate = shown.fate
		}
	}
	for _, shown := range fatesShown {
		if counts[shown.fate] == 0 {
			shown.class = ""
		}
		p.Tallies = append(p.Tallies, page.Tally{Text: shown.text, Count: counts[shown.fate], Class: shown.class, Chosen: shown.fate == fate,
			Path: w.at("show", string(shown.fate)) + "#rows"})
	}
	p.Rows, p.Pager = fateRows(c, w, r, fate)
	p.Anew = importPage
}

// at is the address of the wizard's page with more behind it.
func (w *wizard) at(pairs ...string) string {
	query := url.Values{}
	for key, values := range w.query {
		query[key] = values
	}
	for n := 0; n < len(pairs); n += 2 {
		query.Set(pairs[n], pairs[n+1])
	}
	return importPage + "/" + w.hash + "?" + query.Encode()
}

func importFacts(w *wizard, r *engine.Report) (out []page.Fact) {
	source, _ := w.opt.Source.Rule()
	for _, f := range []page.Fact{
		{Label: workflow.Say("清单名称", "Title"), Plain: r.Title}, {Label: workflow.Say("问题来源", "Source"), Value: source.Text},
		{Label: workflow.Say("表中单位", "Unit in the sheet"), Plain: r.List.Unit},
		{Label: workflow.Say("反馈日期", "Day of feedback"), Plain: string(first(r.List.FoundOn, w.opt.FoundOn))},
		{Label: workflow.Say("文件", "File"), Plain: w.name},
	} {
		if f.Plain != "" || f.Value.Zh != "" {
			out = append(out, f)
		}
	}
	return out
}

// keepFields are the wizard's parts of an address as hidden fields, but for one.
func keepFields(query url.Values, but string) (out []page.Field) {
	for _, name := range wizardNames {
		for _, v := range query[name] {
			if name != but {
				out = append(out, page.Field{Name: name, Kind: page.Hidden, Value: v})
			}
		}
	}
	return out
}

func columnRows(columns []engine.SheetColumn) []page.ColumnRow {
	fields := engine.ChecklistFields()
	return each(columns, func(c engine.SheetColumn) page.ColumnRow {
		row := page.ColumnRow{Sheet: c.Sheet, Letter: c.Column, Header: c.Header, Kept: c.Field == ""}
		for _, f := range fields {
			row.Options = append(row.Options, page.Option{Value: f.Field, Text: f.Text, Chosen: f.Field == c.Field})
		}
		return row
	})
}

// fateRows are the rows of one fate, a page of them.
func fateRows(c echo.Context, w *wizard, r *engine.Report, fate engine.Fate) (out []page.FateRow, pager page.Pager) {
	from, _ := strconv.Atoi(c.QueryParam("from"))
	n := 0
	for i := range r.Rows {
		if r.Rows[i].Fate != fate {
			continue
		}
		if n++; n <= from {
			continue
		}
		if len(out) == pageSize {
			pager.Next = w.at("show", string(fate), "from", strconv.Itoa(from+pageSize)) + "#rows"
			break
		}
		out = append(out, fateRow(&r.Rows[i]))
	}
	if from > 0 {
		pager.First = w.at("show", string(fate)) + "#rows"
	}
	return out, pager
}

func fateRow(f *engine.RowFate) page.FateRow {
	row := f.Row
	out := page.FateRow{Sheet: row.Sheet, Row: row.Row, Number: row.Number, Detail: row.Detail, Org: f.Responsible, Person: row.Person, Due: f.Due,
		Kind: kindText(f.Kind), Grade: f.Grade.Text(), Reported: row.ReportedDone}
	out.Fate, out.Class = fateText(f.Fate)
	for _, x := range row.Refused {
		out.Remarks = append(out.Remarks, remarkOf(x, true))
	}
	for _, x := range row.Doubtful {
		out.Remarks = append(out.Remarks, remarkOf(x, false))
	}
	return out
}

func remarkOf(x engine.RowFinding, refused bool) page.Remark {
	return page.Remark{Sheet: x.Sheet, Row: x.Row, Column: x.Column, Read: shortened(x.Value), As: shortened(x.Understood), Text: x.Reason, Refused: refused}
}

// remarkLength is how many characters of a cell a remark shows.
const remarkLength = 60

func shortened(s string) string {
	if runes := []rune(s); len(runes) > remarkLength {
		return string(runes[:remarkLength]) + "…"
	}
	return s
}

const (
	jobWait  = 700 * time.Millisecond // so that a short import is seen done at once
	jobAgain = "2"                    // seconds until the page of a long one is asked for again
)

// showJob shows how far an import is, or what became of it. It needs no script: the browser asks again by itself.
func (s *Server) showJob(c echo.Context) error {
	ctx := c.Request().Context()
	j, err := s.jobs.of(actorOf(ctx).Person, c.Param("job"))
	if err != nil {
		return err
	}
	p := page.Job{Frame: s.frame(c, workflow.Say("正在导入", "Importing")), From: j.from, Anew: importPage}
	p.Narrow = true
	if !j.wait(ctx, jobWait) {
		j.mu.Lock()
		p.Done, p.Total, p.Running = j.done, j.total, true
		j.mu.Unlock()
		c.Response().Header().Set("Refresh", jobAgain)
		return s.show(c, http.StatusOK, p)
	}
	p.Title = workflow.Say("导入结果", "What was imported")
	status := http.StatusOK
	if j.err != nil {
		problem, _ := problemOf(j.err, "zh")
		english, _ := problemOf(j.err, "en")
		p.Fault, status = workflow.Text{Zh: problem.Detail, En: english.Detail}, problem.Status
	}
	r := &j.report
	p.ListTitle, p.Read, p.Taken, p.Known, p.Refused, p.Doubtful, p.Reported = r.Title, r.Read, r.Taken, r.Already, r.RefusedRows, len(r.Doubtful), r.ReportedDone
	if r.RefusedRows > 0 {
		p.Rejects = j.rejects
	}
	if r.Checklist != 0 {
		p.Ledger = "/issues?checklist=" + id(r.Checklist)
		p.Assign = bulkPage + "?checklist=" + id(r.Checklist) + "&do=" + string(workflow.Assign)
	}
	return s.show(c, status, p)
}
