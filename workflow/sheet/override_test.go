package sheet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

// recognised are the words of the columns as they were recognised.
func recognised(list sheet.Checklist) (words []string) {
	for _, c := range list.Columns {
		words = append(words, c.Field)
	}
	return words
}

func TestColumnsAsRecognisedChangeNothing(t *testing.T) {
	for _, name := range []string{"01-巡察反馈任务清单.xlsx", "02-支部自查台账.xlsx", "03-审计整改两表.xlsx"} {
		list := checklist(t, sample(t, name))
		again, err := sheet.ReadChecklist(sample(t, name), sheet.Options{Columns: recognised(list)})
		require.NoError(t, err)
		require.Equal(t, list, again, name)
	}
}

func TestColumnsAreUnderstoodAsAsked(t *testing.T) {
	book := read(t, workbook(t, tab{name: "表", rows: [][]any{
		{"序号", "反馈问题", "责任单位", "谁来管", "整改时限"}, {1, "学习不深入", "办公室党支部", "宋佳", "2026-12-31"},
	}}))
	list := checklist(t, book)
	require.Equal(t, []string{"number", "detail", "responsible", "", "due"}, recognised(list))
	require.Equal(t, "宋佳", list.Rows[0].Extra["谁来管"])

	list, err := sheet.ReadChecklist(book, sheet.Options{Columns: []string{"", "detail", "assisting", "person", "due"}})
	require.NoError(t, err)
	row := list.Rows[0]
	require.Equal(t, "宋佳", row.Person)
	require.Equal(t, []string{"办公室党支部"}, row.Assisting)
	require.Equal(t, map[string]string{"序号": "1"}, row.Extra)
	require.Empty(t, row.Number)
	require.Equal(t, []string{"", "detail", "assisting", "person", "due"}, recognised(list))

	for code, columns := range map[string][]string{
		"column_twice": {"number", "detail", "person", "person", "due"}, "unknown_column": {"number", "detail", "x", "", "due"},
		"other_columns": {"number", "detail"}, "workbook_no_header": {"number", "", "responsible", "", "due"},
	} {
		_, err := sheet.ReadChecklist(book, sheet.Options{Columns: columns})
		require.ErrorIs(t, err, workflow.ErrInvalid)
		var fault *workflow.Fault
		require.ErrorAs(t, err, &fault)
		require.Equal(t, code, fault.Code)
	}
	_, err = sheet.ReadChecklist(book, sheet.Options{Columns: []string{"number", "detail", "responsible", "", "due", "person"}})
	require.ErrorIs(t, err, workflow.ErrInvalid)
}
