package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
)

// fault asserts that the error is one for people, of the kind and with the code, in both languages, and returns what it says.
func fault(t testing.TB, err, kind error, code string) workflow.Text {
	t.Helper()
	f, ok := errors.AsType[*workflow.Fault](err)
	require.True(t, ok, "an error for people was to be expected, not %v", err)
	require.Equal(t, code, f.Code, f.Text.En)
	require.ErrorIs(t, err, kind)
	require.NotEmpty(t, f.Text.Zh)
	require.NotEmpty(t, f.Text.En)
	return f.Text
}

func TestImportingAgainAddsNothing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for _, list := range []struct {
			by, file string
			source   workflow.Source
			taken    int
		}{{"zhenglan", inspectionList, "inspection", 25}, {"hejing", selfCheckList, "self_check", 35}, {"hanbing", auditPair, "audit", 6}} {
			first := o.importList(list.by, list.file, list.source, "")
			again := o.importList(list.by, list.file, list.source, "")
			require.Equal(t, []int{0, list.taken, 0}, []int{again.Taken, again.Already, again.ReportedDone}, list.file)
			require.Equal(t, first.Checklist, again.Checklist)
			require.Len(t, again.Refused, len(first.Refused))
		}
		require.Len(t, o.all("zhouqm", engine.Filter{}), 66)
	})
}

func TestCheckingWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		checked := o.importList("hejing", selfCheckList, "self_check", engine.ModeCheck)
		require.Equal(t, []int{40, 35, 5}, []int{checked.Read, checked.Taken, checked.RefusedRows})
		o.nothingWritten("hejing")
		done := o.importList("hejing", selfCheckList, "self_check", engine.ModeGood)
		require.Equal(t, checked.Doubtful, done.Doubtful, "the check says what the import will do")
		require.Equal(t, checked.Refused, done.Refused)
	})
}

func (o *office) nothingWritten(account string) {
	o.t.Helper()
	require.Empty(o.t, o.all(account, engine.Filter{}))
	lists, err := o.Checklists(o.ctx, o.actor(account), 0, 10)
	require.NoError(o.t, err)
	require.Empty(o.t, lists)
}

func TestAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("hejing", selfCheckList, "self_check", engine.ModeAll)
		require.Equal(t, []int{40, 0, 5, 0}, []int{r.Read, r.Taken, r.RefusedRows, r.ReportedDone})
		o.nothingWritten("hejing")
		r = o.importList("zhenglan", inspectionList, "inspection", engine.ModeAll)
		require.Equal(t, 25, r.Taken)
		require.Len(t, o.all("zhenglan", engine.Filter{}), 25)
	})
}

// The refused rows come as a workbook; mended, it is imported and what was there stays as it is.
func TestRefusedRowsAreMended(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("hejing", selfCheckList, "self_check", "")
		var out bytes.Buffer
		require.NoError(t, sheet.WriteRejects(&out, r.List, r.Rejects))
		f, err := excelize.OpenReader(&out)
		require.NoError(t, err)
		mend(t, f, map[string][2]string{"6": {"具体表现", "制度汇编未更新"}, "12": {"整改时限", "2026-04-12"}, "18": {"牵头单位", "文旅局办公室党支部"},
			"24": {"整改时限", "2026年9月"}, "36": {"牵头单位", "执法支队第一党支部"}})
		opt := engine.ImportOptions{Source: "self_check", File: "退回.xlsx", Title: r.Title}
		again := o.importBook("hejing", asBook(t, f), opt)
		require.Empty(t, again.Refused)
		require.Equal(t, []int{5, 5, 0}, []int{again.Read, again.Taken, again.Already})
		require.Equal(t, r.Checklist, again.Checklist)
		by := numbered(o.all("hejing", engine.Filter{}))
		require.Len(t, by, 40)
		require.Equal(t, workflow.Day("2026-04-12"), by["12"].Due)
		require.Equal(t, workflow.Day("2026-03-12"), by["12"].FoundOn, "what was right stays")
		require.Equal(t, "制度汇编未更新", by["6"].Detail)
	})
}

// mend writes texts into the rows with the numbers, under the headers given.
func mend(t *testing.T, f *excelize.File, cells map[string][2]string) {
	t.Helper()
	name := f.GetSheetName(0)
	rows, err := f.GetRows(name)
	require.NoError(t, err)
	var header []string
	for r, row := range rows {
		if len(row) > 0 && row[0] == "问题编号" {
			header = row
		}
		if cell, ok := cells[strings.Join(row[:min(1, len(row))], "")]; ok {
			at, err := excelize.CoordinatesToCellName(slices.Index(header, cell[0])+1, r+1)
			require.NoError(t, err)
			require.NoError(t, f.SetCellStr(name, at, cell[1]))
		}
	}
}

func TestNobodyImportsOutOfReach(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("zhenglan", selfCheckList, "self_check", "")
		var out []int
		for _, f := range r.Refused {
			if f.Code == "out_of_reach" {
				require.Equal(t, "L", f.Column)
				require.NotContains(t, f.Value, "文旅局")
				require.Contains(t, f.Reason.Zh, "不在您的辖内")
				out = append(out, f.Row)
			}
		}
		require.Len(t, out, 19, "those of the water bureau and of the market bureau")
		require.Equal(t, 18, r.Taken)
		for _, i := range o.all("zhouqm", engine.Filter{}) {
			require.True(t, i.Line.Passes(o.org("0100").ID))
		}
	})
}

func TestABranchSecretaryImportsForTheBranch(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("gaofeng", selfCheckList, "self_check", "")
		require.Equal(t, 10, r.Taken)
		require.NotEqual(t, sheet.Finding{}, finding(r.Refused, 3, "out_of_reach"), "the branch next door")
		for _, i := range o.all("zhouqm", engine.Filter{}) {
			require.Equal(t, o.org("0101").ID, i.Responsible)
			require.Equal(t, o.org("0101").ID, i.Finder)
		}
	})
}

func TestWhoCannotImportAtAll(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for _, account := range []string{"sunli", "dingyi", "renan", "jianghe"} {
			for _, mode := range []string{engine.ModeCheck, engine.ModeGood} {
				_, err := o.ImportChecklist(o.ctx, o.actor(account), o.book(inspectionList), engine.ImportOptions{Source: "inspection", Mode: mode})
				fault(t, err, workflow.ErrForbidden, "not_permitted")
			}
		}
		other := engine.ImportOptions{Source: "inspection", Org: o.org("0200").ID}
		_, err := o.ImportChecklist(o.ctx, o.actor("zhenglan"), o.book(inspectionList), other)
		fault(t, err, workflow.ErrForbidden, "not_permitted")
		o.nothingWritten("zhouqm")
	})
}

func TestOptionsOfAnImportAreChecked(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		_, err := o.ImportChecklist(o.ctx, o.actor("zhenglan"), o.book(inspectionList), engine.ImportOptions{Source: "gossip"})
		fault(t, err, workflow.ErrInvalid, "unknown_source")
		_, err = o.ImportChecklist(o.ctx, o.actor("zhenglan"), o.book(inspectionList), engine.ImportOptions{Source: "audit", Mode: "some"})
		fault(t, err, workflow.ErrInvalid, "unknown_mode")
		_, err = o.ImportChecklist(o.ctx, o.actor("zhenglan"), o.book("组织架构.xlsx"), engine.ImportOptions{Source: "audit"})
		require.ErrorIs(t, err, workflow.ErrInvalid, "no list of problems")
		_, err = sheet.Read(o.ctx, strings.NewReader("PK\x03\x04 broken"), "list.xlsx", sheet.DefaultLimits())
		require.ErrorIs(t, err, workflow.ErrInvalid, "a broken workbook")
		o.nothingWritten("zhouqm")
	})
}

// Two imports of one file at the same time meet: every row becomes one issue.
func TestTwoImportsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		by, opt := o.actor("zhenglan"), engine.ImportOptions{Source: "inspection", File: inspectionList}
		books := []*sheet.Book{o.book(inspectionList), o.book(inspectionList), o.book(inspectionList)}
		errs := make([]error, len(books))
		lists := make([]workflow.ChecklistID, len(books))
		var wg sync.WaitGroup
		for n := range books {
			wg.Go(func() {
				r, err := o.ImportChecklist(o.ctx, by, books[n], opt)
				errs[n], lists[n] = err, r.Checklist
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		require.Equal(t, []workflow.ChecklistID{lists[0], lists[0], lists[0]}, lists)
		issues := o.all("zhenglan", engine.Filter{})
		require.Len(t, issues, 25)
		require.Len(t, numbered(issues), 25)
		for _, i := range issues {
			lines, err := o.History(o.ctx, by, i.ID, 0, 10)
			require.NoError(t, err)
			require.Len(t, lines, 1)
		}
	})
}
