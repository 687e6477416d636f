package engine_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
)

// The three sample checklists with those who import them.
const (
	inspectionList = "01-巡察反馈任务清单.xlsx"
	selfCheckList  = "02-支部自查台账.xlsx"
	auditPair      = "03-审计整改两表.xlsx"
)

func (o *office) importList(account, file string, source workflow.Source, mode string) engine.Report {
	return o.importBook(account, o.book(file), engine.ImportOptions{Source: source, Mode: mode, File: file})
}

func (o *office) importBook(account string, book *sheet.Book, opt engine.ImportOptions) engine.Report {
	o.t.Helper()
	report, err := o.ImportChecklist(o.ctx, o.actor(account), book, opt)
	require.NoError(o.t, err)
	return report
}

// all lists every issue that the account may see, whole.
func (o *office) all(account string, f engine.Filter) []workflow.Issue {
	o.t.Helper()
	var out []workflow.Issue
	by := o.actor(account)
	for after := ""; ; {
		page, err := o.Issues(o.ctx, by, f, 0, after, engine.PageLimit)
		require.NoError(o.t, err)
		for _, row := range page.Rows {
			view, err := o.Issue(o.ctx, by, row.ID)
			require.NoError(o.t, err)
			out = append(out, view.Issue)
		}
		if after = page.Next; after == "" {
			return out
		}
	}
}

// numbered are the issues by their own number.
func numbered(issues []workflow.Issue) map[string]workflow.Issue {
	out := make(map[string]workflow.Issue, len(issues))
	for _, i := range issues {
		out[i.OwnNumber] = i
	}
	return out
}

// finding picks what a report says about a row under a code.
func finding(findings []sheet.Finding, row int, code string) sheet.Finding {
	for _, f := range findings {
		if f.Row == row && f.Code == code {
			return f
		}
	}
	return sheet.Finding{}
}

func TestInspectionFeedbackIsImported(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("zhenglan", inspectionList, "inspection", "")
		require.Equal(t, []int{25, 25, 0, 1, 0, 19}, []int{r.Read, r.Taken, r.Already, r.Skipped, r.RefusedRows, r.ReportedDone})
		require.Empty(t, r.Refused)
		issues := o.all("zhenglan", engine.Filter{})
		require.Len(t, issues, 25)
		kinds, done := map[workflow.Kind]int{}, 0
		for _, i := range issues {
			kinds[i.Kind]++
			require.Equal(t, workflow.Found, i.State, "waits to be assigned, whatever the list says of it")
			require.Empty(t, i.ClosedOn)
			require.Len(t, i.Measures, 3)
			require.NotEmpty(t, i.Aspect)
			if i.Reported {
				done++
			}
		}
		require.Equal(t, 19, done)
		require.Equal(t, map[workflow.Kind]int{workflow.KindTimed: 19, workflow.KindImmediate: 3, workflow.KindLasting: 3}, kinds)
		counts, err := o.Counts(o.ctx, o.actor("zhenglan"), engine.Filter{}, 0)
		require.NoError(t, err)
		require.Equal(t, []int{25, 19, 0}, []int{counts.Total, counts.Reported, counts.Closed})
	})
}

func TestDatesOfTheInspectionFeedback(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("zhenglan", inspectionList, "inspection", "")
		by := numbered(o.all("zhenglan", engine.Filter{}))
		for number, want := range map[string]workflow.Day{"1": "2026-06-30", "2": "2026-05-31", "3": "2026-03-31", "6": "2026-04-30", "7": "2026-05-15",
			"8": "2026-06-30", "9": "2026-04-17", "10": "2026-06-30"} {
			require.Equal(t, want, by[number].Due, "row %s", number)
			require.Equal(t, workflow.Day("2026-01-17"), by[number].FoundOn)
		}
		for _, want := range []struct {
			row              int
			code, read, says string
		}{
			{12, "day_understood", "2026年上半年", "2026-06-30"}, {13, "counted", "3个月内", "2026-04-17"},
			{10, "day_understood", "2026年4月", "2026-04-30"},
		} {
			f := finding(r.Doubtful, want.row, want.code)
			require.Equal(t, []string{want.read, want.says, "K", "任务清单"}, []string{f.Value, f.Understood, f.Column, f.Sheet}, "row %d", want.row)
			require.NotEmpty(t, f.Reason.Zh)
			require.NotEmpty(t, f.Reason.En)
		}
		require.Contains(t, finding(r.Doubtful, 13, "counted").Reason.Zh, "2026-01-17")
		require.Equal(t, workflow.Day("2026-01-23"), by["4"].Due, "five working days from Saturday the 17th")
		require.Equal(t, workflow.Day("2026-07-17"), by["5"].Due)
		for row, day := range map[int]string{8: "2026-01-23", 9: "2026-07-17"} {
			require.True(t, understoodSo(r.Doubtful, row, day), "row %d: the day that the kind gives is told", row)
		}
	})
}

func understoodSo(findings []sheet.Finding, row int, as string) bool {
	for _, f := range findings {
		if f.Row == row && f.Understood == as {
			return true
		}
	}
	return false
}

func TestNamesAreUnderstoodWithinTheUnit(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("zhenglan", inspectionList, "inspection", "")
		third := numbered(o.all("zhenglan", engine.Filter{}))["3"]
		require.Equal(t, o.org("0103").ID, third.Responsible)
		require.Equal(t, []workflow.OrgID{o.org("0102").ID}, third.Assisting, "人事科党支部 of this unit; 业务一科党支部 is responsible itself")
		require.Equal(t, o.actor("luomin").Person, third.Person)
		require.Equal(t, "文旅局人事科党支部", finding(r.Doubtful, 7, "organisation_understood").Understood)
		require.Equal(t, "业务一科党支部", finding(r.Doubtful, 7, "assisting_is_responsible").Value)
		fifth := numbered(o.all("zhenglan", engine.Filter{}))["5"]
		require.Equal(t, o.actor("wuhai").Person, fifth.Person, "not of the branch, yet of its unit and the only one of the name")
	})
}

func TestBranchSelfCheckIsImported(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("hejing", selfCheckList, "self_check", engine.ModeGood)
		require.Equal(t, []int{40, 35, 0, 5}, []int{r.Read, r.Taken, r.Already, r.RefusedRows})
		want := []struct {
			row                 int
			column, code, value string
		}{
			{7, "E", "no_problem", ""}, {13, "G", "no_such_day", "2026-02-30"}, {19, "L", "unknown_organisation", "档案馆党支部"},
			{25, "G", "due_before_found", ""}, {37, "L", "no_organisation", ""},
		}
		require.Len(t, r.Refused, len(want))
		for n, w := range want {
			f := r.Refused[n]
			require.Equal(t, []any{"Sheet1", w.row, w.column, w.code}, []any{f.Sheet, f.Row, f.Column, f.Code})
			require.Contains(t, f.Value, w.value)
			require.NotEmpty(t, f.Reason.Zh)
			require.NotEmpty(t, f.Reason.En)
		}
		grades := map[workflow.Grade]int{}
		for _, i := range o.all("hejing", engine.Filter{}) {
			grades[i.Grade]++
		}
		require.Equal(t, map[workflow.Grade]int{workflow.Ordinary: 14, workflow.Serious: 13, workflow.Major: 8}, grades)
	})
}

func TestFormulaLikeTextIsText(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.importList("hejing", selfCheckList, "self_check", "")
		const text = `=HYPERLINK("http://127.0.0.1/x","点击")`
		require.Equal(t, text, numbered(o.all("hejing", engine.Filter{}))["30"].Detail)
		var out bytes.Buffer
		require.NoError(t, o.ExportLedger(o.ctx, o.actor("hejing"), engine.Filter{}, 0, "", &out))
		formulas, cells := cellsOf(t, out.Bytes())
		require.Empty(t, formulas)
		require.Contains(t, cells, "'"+text, "a text that begins like a formula has an apostrophe before it")
		book, err := sheet.Read(o.ctx, bytes.NewReader(out.Bytes()), "ledger.xlsx", sheet.DefaultLimits())
		require.NoError(t, err)
		list, err := sheet.ReadChecklist(book, sheet.Options{})
		require.NoError(t, err)
		require.Len(t, list.Rows, 35)
		found := false
		for _, row := range list.Rows {
			found = found || row.Detail == text
		}
		require.True(t, found, "and is the same text when it is read again")
	})
}

func TestAuditPairIsImported(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("hanbing", auditPair, "audit", "")
		require.Equal(t, []int{6, 6, 0}, []int{r.Read, r.Taken, r.RefusedRows})
		var kinds []string
		for _, number := range []string{"1", "2", "3", "4", "5", "6"} {
			kinds = append(kinds, string(numbered(o.all("hanbing", engine.Filter{}))["临审通〔2026〕"+number+"号"].Kind))
		}
		require.Equal(t, "immediate timed lasting immediate timed lasting", strings.Join(kinds, " "))
		counts, err := o.Counts(o.ctx, o.actor("hanbing"), engine.Filter{}, 0)
		require.NoError(t, err)
		require.Equal(t, int64(51_023_54_0000), counts.Amount, "51,023.54 万元 in fen")
		require.Equal(t, int64(45_587_84_0000), counts.Recovered, "45,587.84 万元 in fen")
		require.Equal(t, 4, counts.Reported)
	})
}
