package engine_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow/sheet"
)

// workbook makes a workbook of one sheet.
func workbook(t testing.TB, rows ...[]any) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	for n := range rows {
		at, err := excelize.CoordinatesToCellName(1, n+1)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Sheet1", at, &rows[n]))
	}
	return f
}

// asBook reads a workbook that a test made, as it would come over the wire.
func asBook(t testing.TB, f *excelize.File) *sheet.Book {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	require.NoError(t, f.Close())
	book, err := sheet.Read(t.Context(), &out, "list.xlsx", sheet.DefaultLimits())
	require.NoError(t, err)
	return book
}

// cellsOf lists the formulas and the texts of a workbook.
func cellsOf(t testing.TB, data []byte) (formulas, cells []string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		require.NoError(t, err)
		for r, row := range rows {
			for c, text := range row {
				at, err := excelize.CoordinatesToCellName(c+1, r+1)
				require.NoError(t, err)
				formula, err := f.GetCellFormula(name, at)
				require.NoError(t, err)
				if formula != "" {
					formulas = append(formulas, at+" "+formula)
				}
				cells = append(cells, text)
			}
		}
	}
	return formulas, cells
}
