package sheet_test

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

// refused keeps the rows that cannot be taken.
func refused(rows []sheet.Row) []sheet.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r sheet.Row) bool { return len(r.Refused) == 0 })
}

func rejects(t testing.TB, list sheet.Checklist, rows []sheet.Row) *excelize.File {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, sheet.WriteRejects(&out, list, rows))
	f, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	return f
}

// column finds a column of the workbook of refused rows.
func columnOf(t testing.TB, f *excelize.File, header string) (string, int) {
	t.Helper()
	found, err := f.SearchSheet("退回", header)
	require.NoError(t, err)
	require.Len(t, found, 1, header)
	col, row, err := excelize.CellNameToCoordinates(found[0])
	require.NoError(t, err)
	name, err := excelize.ColumnNumberToName(col)
	require.NoError(t, err)
	return name, row
}

func setCell(t testing.TB, f *excelize.File, header string, below int, value string) {
	t.Helper()
	col, row := columnOf(t, f, header)
	at, err := excelize.JoinCellName(col, row+below)
	require.NoError(t, err)
	require.NoError(t, f.SetCellStr("退回", at, value))
}

func cellText(t testing.TB, f *excelize.File, header string, below int) string {
	t.Helper()
	col, row := columnOf(t, f, header)
	at, err := excelize.JoinCellName(col, row+below)
	require.NoError(t, err)
	text, err := f.GetCellValue("退回", at)
	require.NoError(t, err)
	return text
}

// Rows refused from the sample come back refused for the same reasons; mended, they are good.
func TestRejectsMended(t *testing.T) {
	list := checklist(t, sample(t, "02-支部自查台账.xlsx"))
	f := rejects(t, list, refused(list.Rows))
	require.Equal(t, "E列:没有写明问题", cellText(t, f, "退回原因", 1))
	require.Equal(t, "Sheet1", cellText(t, f, "原表", 1))
	require.Equal(t, "7", cellText(t, f, "原行", 1))
	require.Equal(t, "2026-02-30", cellText(t, f, "整改时限", 2), "as it was read")

	again := checklist(t, read(t, written(t, f)))
	require.Len(t, again.Rows, 4)
	require.Len(t, refused(again.Rows), 4)

	setCell(t, f, "具体表现", 1, "学习记录不全")
	setCell(t, f, "整改时限", 2, "2026年4月底前")
	setCell(t, f, "整改时限", 3, "2026-09-01")
	setCell(t, f, "牵头单位", 4, "执法支队第一党支部")
	mended := checklist(t, read(t, written(t, f)))
	require.Empty(t, refused(mended.Rows))
	require.Equal(t, workflow.Day("2026-04-30"), mended.Rows[1].Due)
	for n, number := range []string{"6", "12", "24", "36"} {
		require.Equal(t, number, mended.Rows[n].Number)
	}
	old := list.Rows[11]
	got := mended.Rows[1]
	require.Equal(t, []any{old.Detail, old.Measures, old.Person, old.Finder, old.FoundOn, old.Grade, old.Responsible},
		[]any{got.Detail, got.Measures, got.Person, got.Finder, got.FoundOn, got.Grade, got.Responsible})
}

// Whatever the sample lists hold, written as refused rows and read again they mean the same.
func TestRejectsMeanTheSame(t *testing.T) {
	for _, name := range []string{"01-巡察反馈任务清单.xlsx", "02-支部自查台账.xlsx", "03-审计整改两表.xlsx"} {
		list := checklist(t, sample(t, name))
		again := checklist(t, read(t, written(t, rejects(t, list, list.Rows))))
		require.Equal(t, list.Title, again.Title)
		require.Equal(t, list.FoundOn, again.FoundOn)
		require.Len(t, again.Rows, len(list.Rows), name)
		for n, want := range list.Rows {
			got := again.Rows[n]
			require.Equal(t, []any{want.Number, want.Aspect, want.Detail, want.Goal, want.Measures, want.Leader, want.Responsible, want.Assisting, want.Person, want.Kind, want.Grade, want.Due},
				[]any{got.Number, got.Aspect, got.Detail, got.Goal, got.Measures, got.Leader, got.Responsible, got.Assisting, got.Person, got.Kind, got.Grade, got.Due}, "%s row %d", name, want.Row)
			require.Equal(t, []any{want.AmountFen, want.RecoveredFen, want.Status, want.ReportedDone, len(want.Refused)},
				[]any{got.AmountFen, got.RecoveredFen, got.Status, got.ReportedDone, len(got.Refused)})
			require.Equal(t, want.Extra, got.Extra)
		}
	}
}

// A number that was not a row's own is not given back as if it were; a month stays a month; the aspect above is no problem.
func TestRejectsGiveBackNothingElse(t *testing.T) {
	f := excelize.NewFile()
	month, err := f.NewStyle(&excelize.Style{NumFmt: 57})
	require.NoError(t, err)
	for at, row := range map[string][]any{"A1": {"序号", "反馈问题", "具体表现", "责任单位", "整改时限"}, "A2": {1, "方面甲", "问题甲", "", 46174}, "A3": {1, "", "", "支部", "2026-06-30"}} {
		require.NoError(t, f.SetSheetRow("Sheet1", at, &row))
	}
	require.NoError(t, f.SetCellStyle("Sheet1", "E2", "E2", month))
	list := checklist(t, read(t, written(t, f)))
	again := checklist(t, read(t, written(t, rejects(t, list, list.Rows))))
	require.Equal(t, workflow.Day("2026-06-30"), again.Rows[0].Due)
	require.Equal(t, []string{"1", ""}, []string{again.Rows[0].Number, again.Rows[1].Number})
	require.Len(t, refused(again.Rows), 2)
	require.Equal(t, "no_problem", again.Rows[1].Refused[0].Code)

	again = checklist(t, read(t, written(t, rejects(t, list, list.Rows[1:]))))
	require.Equal(t, []string{""}, []string{again.Rows[0].Number})
}

// A column that was kept by its header does not take the place of a standard one.
func TestRejectsKeepTheirColumns(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{{"通知书号", "文书号", "存在问题", "责任单位"}, {"通1", "文1", "问题甲", ""}}, nil})))
	for range 2 {
		require.Equal(t, "通1", list.Rows[0].Number)
		require.Equal(t, map[string]string{"文书号": "文1"}, list.Rows[0].Extra)
		list = checklist(t, read(t, written(t, rejects(t, list, list.Rows))))
	}
}

func ledgerRows() []sheet.LedgerRow {
	return []sheet.LedgerRow{
		{Number: "XC-0101-2026-0017", Source: "巡视巡察反馈", Grade: "较大", State: "整改中", Aspect: "一、学习方面", Detail: "学习不经常", Goal: "经常", Measures: []string{"修订制度", "开展培训"},
			Leader: "陈国栋", Responsible: "文旅局办公室党支部", Assisting: []string{"人事科党支部", "业务一科党支部"}, Person: "高峰", Kind: "限期整改", Due: "2026-06-30", Progress: "正在整改"},
		{Number: "ZC-0102-2026-0001", Source: "自查", Grade: "一般", State: "已销号", Detail: `=HYPERLINK("http://127.0.0.1/x","点击")`, Measures: []string{"@甲"}, Responsible: "\uff1d1+1党支部", Person: "-1", Due: "2026-07-01", Progress: "已完成"},
	}
}

func seq(rows []sheet.LedgerRow, end error) iter.Seq2[sheet.LedgerRow, error] {
	return func(yield func(sheet.LedgerRow, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
		if end != nil {
			yield(sheet.LedgerRow{}, end)
		}
	}
}

func TestLedgerRoundTrip(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sheet.WriteLedger(&out, sheet.LedgerHead{Title: "整改台账", Unit: "文旅局党组", FoundOn: "2026-01-17", Made: "2026-02-10"}, seq(ledgerRows(), nil)))
	data := out.Bytes()

	list := checklist(t, read(t, data))
	require.Equal(t, []string{"整改台账", "文旅局党组", "2026-01-17"}, []string{list.Title, list.Unit, string(list.FoundOn)})
	require.Len(t, list.Rows, 2)
	for n, want := range ledgerRows() {
		got := list.Rows[n]
		require.Empty(t, got.Refused)
		require.Equal(t, []any{want.Number, want.Detail, want.Goal, want.Leader, want.Responsible, want.Person, want.Due, want.Progress, want.Source},
			[]any{got.Number, got.Detail, got.Goal, got.Leader, got.Responsible, got.Person, got.Due, got.Status, got.Source})
		require.Equal(t, want.State, got.Extra["状态"])
	}
	require.Equal(t, []string{"修订制度", "开展培训"}, list.Rows[0].Measures)
	require.Equal(t, []string{"serious", "timed", "inspection"}, []string{list.Rows[0].Grade, list.Rows[0].Kind, list.Rows[0].SourceCode})
	require.True(t, list.Rows[1].ReportedDone)

	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	header, err := f.GetCellValue("整改台账", "G4")
	require.NoError(t, err)
	require.Equal(t, "牵头单位", header)
	merges, err := f.GetMergeCells("整改台账")
	require.NoError(t, err)
	var ranges []string
	for _, m := range merges {
		ranges = append(ranges, m[0])
	}
	require.Subset(t, ranges, []string{"A3:A4", "F3:I3", "L3:L4", "P3:P4"})
}

// No text that a list brought in runs in the workbook that leaves: no cell is a formula, none begins like one, all are in text style.
func TestNothingRuns(t *testing.T) {
	var ledger, plain bytes.Buffer
	require.NoError(t, sheet.WriteLedger(&ledger, sheet.LedgerHead{Title: "=1", Unit: "+1"}, seq(ledgerRows(), nil)))
	require.NoError(t, sheet.WriteSheet(&plain, "@SUM(1)", []string{"账号", "初始密码"}, [][]string{{"gaofeng", "=cmd"}, {"mali", "\t=1"}, {"x", "\uff0b1"}, {"y", "\uff201"}, {"z", "\uff0d1"}}))
	list := checklist(t, sample(t, "02-支部自查台账.xlsx"))
	var back bytes.Buffer
	require.NoError(t, sheet.WriteRejects(&back, list, list.Rows))
	for _, data := range []*bytes.Buffer{&ledger, &plain, &back} {
		f, err := excelize.OpenReader(data)
		require.NoError(t, err)
		name := f.GetSheetName(0)
		rows, err := f.GetRows(name)
		require.NoError(t, err)
		for r, row := range rows {
			for c, text := range row {
				at, err := excelize.CoordinatesToCellName(c+1, r+1)
				require.NoError(t, err)
				formula, err := f.GetCellFormula(name, at)
				require.NoError(t, err)
				require.Empty(t, formula)
				require.False(t, strings.HasPrefix(text, "=") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "@") ||
					strings.HasPrefix(text, "\t") || strings.ContainsAny(string([]rune(text + " ")[:1]), "\uff1d\uff0b\uff0d\uff20"), "%s: %q", at, text)
			}
		}
	}
}

// When the rows fail half-way, no half workbook goes out.
func TestLedgerFails(t *testing.T) {
	var out bytes.Buffer
	away := errors.New("database away")
	require.ErrorIs(t, sheet.WriteLedger(&out, sheet.LedgerHead{Title: "台账"}, seq(ledgerRows(), away)), away)
	require.Zero(t, out.Len())
}
