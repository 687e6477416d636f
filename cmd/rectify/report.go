package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
)

// reportJSON is the one object that an import prints for programs.
type reportJSON struct {
	Checklist    workflow.ChecklistID `json:"checklist,omitempty,string"`
	Title        string               `json:"title,omitempty"`
	Read         int                  `json:"read"`
	Taken        int                  `json:"taken"`
	Already      int                  `json:"already"`
	Skipped      int                  `json:"skipped"`
	Refused      []findingJSON        `json:"refused"`
	Doubtful     []findingJSON        `json:"doubtful"`
	ReportedDone int                  `json:"reported_done"`
	Error        string               `json:"error,omitempty"` // why nothing could be done
}

// findingJSON is one thing to tell about a cell.
type findingJSON struct {
	Sheet      string `json:"sheet"`
	Row        int    `json:"row"`
	Column     string `json:"column"`
	Value      string `json:"value"`
	Understood string `json:"understood,omitempty"`
	Reason     string `json:"reason"`
	Code       string `json:"code"`
}

// report shows what an import did and ends with the code that says so.
func (p *program) report(asJSON bool, r engine.Report, err error) error {
	switch {
	case asJSON:
		out := p.reportJSON(r)
		if err != nil {
			out.Error = p.reasons(err)[0]
		}
		if printed := p.printJSON(out); printed != nil || err != nil {
			return errors.Join(err, printed)
		}
	case err != nil:
		return err
	default:
		p.reportText(r)
	}
	switch {
	case len(r.Refused) == 0:
		return nil
	case r.Taken+r.Already == 0:
		return exit(exitFailed)
	}
	return exit(exitPartly)
}

func (p *program) reportJSON(r engine.Report) reportJSON {
	return reportJSON{Checklist: r.Checklist, Title: r.Title, Read: r.Read, Taken: r.Taken, Already: r.Already, Skipped: r.Skipped,
		Refused: p.findings(r.Refused), Doubtful: p.findings(r.Doubtful), ReportedDone: r.ReportedDone}
}

func (p *program) findings(found []sheet.Finding) []findingJSON {
	out := make([]findingJSON, len(found))
	for n, f := range found {
		out[n] = findingJSON{Sheet: f.Sheet, Row: f.Row, Column: f.Column, Value: f.Value, Understood: f.Understood, Reason: p.say(f.Reason), Code: f.Code}
	}
	return out
}

func (p *program) reportText(r engine.Report) {
	if r.Title != "" {
		p.print(workflow.Say("清单：%s", "checklist: %s", r.Title))
	}
	p.print(workflow.Say("读到 %d 行：导入 %d，已有 %d，略过 %d，拒收 %d", "read %d rows: taken %d, there already %d, skipped %d, refused %d",
		r.Read, r.Taken, r.Already, r.Skipped, refusedRows(r)))
	if r.ReportedDone > 0 {
		p.print(workflow.Say("其中自报完成 %d（未验收，不等于销号）", "of these %d are reported done (not verified, not closed)", r.ReportedDone))
	}
	for _, name := range r.Hidden {
		p.print(workflow.Say("隐藏的工作表“%s”没有读取", "the hidden sheet %q was not read", name))
	}
	if len(r.Refused) > 0 {
		p.print(workflow.Say("拒收：", "refused:"))
	}
	for _, f := range r.Refused {
		fmt.Fprintf(p.out, "  %s %s: %s\n", p.at(f.Place), strconv.Quote(f.Value), p.say(f.Reason))
	}
	if len(r.Doubtful) > 0 {
		p.print(workflow.Say("请核对（这样理解的）：", "please check (understood so):"))
	}
	for _, f := range r.Doubtful {
		fmt.Fprintf(p.out, "  %s %s → %s  %s\n", p.at(f.Place), strconv.Quote(f.Value), strconv.Quote(f.Understood), p.say(f.Reason))
	}
}

// refusedRows counts the rows that were refused; one may have been so for several reasons.
func refusedRows(r engine.Report) int {
	rows := make(map[sheet.Place]bool)
	for _, f := range r.Refused {
		rows[sheet.Place{Sheet: f.Sheet, Row: f.Row}] = true
	}
	return len(rows)
}

// at says where something stands in a workbook.
func (p *program) at(place sheet.Place) string {
	if place.Column == "" {
		return p.say(workflow.Say("%s 第%d行", "%s row %d", place.Sheet, place.Row))
	}
	return p.say(workflow.Say("%s %s%d", "%s %s%d", place.Sheet, place.Column, place.Row))
}

// print writes one line for people.
func (p *program) print(t workflow.Text) { fmt.Fprintln(p.out, p.say(t)) }

// printJSON writes one value for programs.
func (p *program) printJSON(v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
