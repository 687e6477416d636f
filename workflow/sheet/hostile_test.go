package sheet_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

const (
	page1 = "xl/worksheets/sheet1.xml"
	parts = "[Content_Types].xml"
)

// altered is a small good workbook with one part changed (or added, where there is none of the name).
func altered(t testing.TB, name string, change func(string) string) []byte {
	t.Helper()
	return alter(t, workbook(t, tab{"表", [][]any{{"存在问题", "责任单位", "整改时限"}, {"问题", "支部", "2026-06-30"}}, [][2]string{{"A5", "B5"}}}), name, change)
}

func alter(t testing.TB, good []byte, name string, change func(string) string) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	require.NoError(t, err)
	var out bytes.Buffer
	to := zip.NewWriter(&out)
	seen := false
	put := func(name, body string) {
		w, err := to.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, body)
		require.NoError(t, err)
	}
	for _, file := range from.File {
		r, err := file.Open()
		require.NoError(t, err)
		body, err := io.ReadAll(r)
		require.NoError(t, err)
		text := string(body)
		if file.Name == name {
			seen, text = true, change(text)
		}
		put(file.Name, text)
	}
	if !seen {
		put(name, change(""))
	}
	require.NoError(t, to.Close())
	return out.Bytes()
}

// swap replaces what must be there.
func swap(t testing.TB, old, with string) func(string) string {
	return func(s string) string {
		require.Contains(t, s, old)
		return strings.Replace(s, old, with, 1)
	}
}

// hostile are workbooks that must be refused, with the code of the refusal.
func hostile(t testing.TB) map[string]struct {
	data []byte
	code string
} {
	t.Helper()
	good := workbook(t, tab{"表", [][]any{{"存在问题", "责任单位"}}, nil})
	row := func(xml string) []byte { return altered(t, page1, swap(t, "</sheetData>", xml+"</sheetData>")) }
	same := func(s string) func(string) string { return func(string) string { return s } }
	return map[string]struct {
		data []byte
		code string
	}{
		"empty":                {nil, "workbook_unknown"},
		"text":                 {[]byte("序号,问题\n1,甲"), "workbook_unknown"},
		"old xls":              {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("x", 600)), "workbook_old"},
		"truncated":            {good[:len(good)/2], "workbook_broken"},
		"zip of something":     {altered(t, "xl/workbook.xml", same("<html/>")), "workbook_broken"},
		"no workbook part":     {altered(t, "xl/workbook.xml", same("")), "workbook_broken"},
		"column out of range":  {row(`<row r="9"><c r="XFE9"><v>1</v></c></row>`), "workbook_broken"},
		"column far out":       {row(`<row r="9"><c r="ZZZZZZ9"><v>1</v></c></row>`), "workbook_broken"},
		"column beyond cap":    {row(`<row r="9"><c r="XFD9"><v>1</v></c></row>`), "workbook_too_large"},
		"row beyond cap":       {row(`<row r="1048576"><c r="A1048576"><v>1</v></c></row>`), "workbook_too_large"},
		"row out of range":     {row(`<row r="1048577"><c r="A1048577"><v>1</v></c></row>`), "workbook_broken"},
		"row out of numbers":   {row(`<row r="99999999999999999999"><c><v>1</v></c></row>`), "workbook_broken"},
		"rows out of order":    {row(`<row r="1"><c r="A1"><v>1</v></c></row>`), "workbook_broken"},
		"cells out of order":   {row(`<row r="9"><c r="C9"><v>1</v></c><c r="A9"><v>1</v></c></row>`), "workbook_broken"},
		"cell of another row":  {row(`<row r="9"><c r="A10"><v>1</v></c></row>`), "workbook_broken"},
		"bad reference":        {row(`<row r="9"><c r="9A"><v>1</v></c></row>`), "workbook_broken"},
		"huge cell":            {row(`<row r="9"><c r="A9" t="inlineStr"><is><t>` + strings.Repeat("大", 100_000) + `</t></is></c></row>`), "workbook_too_large"},
		"huge cell in parts":   {row(`<row r="9"><c r="A9" t="inlineStr"><is>` + strings.Repeat("<r><t>"+strings.Repeat("a", 60_000)+"</t></r>", 4) + `</is></c></row>`), "workbook_too_large"},
		"huge text not shown":  {altered(t, "xl/sharedStrings.xml", swap(t, "</sst>", "<si><t>"+strings.Repeat("x", 200_000)+"</t></si></sst>")), "workbook_too_large"},
		"deep nesting":         {row(strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000)), "workbook_broken"},
		"empty mergeCell":      {altered(t, page1, swap(t, `<mergeCell ref="A5:B5">`, `<mergeCell ref="">`)), "workbook_broken"},
		"mergeCell no ref":     {altered(t, page1, swap(t, `<mergeCell ref="A5:B5">`, `<mergeCell>`)), "workbook_broken"},
		"mergeCell far out":    {altered(t, page1, swap(t, `<mergeCell ref="A5:B5">`, `<mergeCell ref="A1:XFE1">`)), "workbook_broken"},
		"not well-formed":      {altered(t, page1, swap(t, "</worksheet>", "</worksheet")), "workbook_broken"},
		"DTD in a sheet":       {altered(t, page1, swap(t, "<worksheet", `<!DOCTYPE x [<!ENTITY a "b">]><worksheet`)), "workbook_dtd"},
		"DTD in the strings":   {altered(t, "xl/sharedStrings.xml", swap(t, "<sst", `<!DOCTYPE x SYSTEM "http://127.0.0.1/x"><sst`)), "workbook_dtd"},
		"macros by content":    {altered(t, parts, swap(t, "spreadsheetml.sheet.main+xml", "sheet.macroEnabled.main+xml")), "workbook_macros"},
		"macros by part":       {altered(t, "xl/vbaProject.bin", same("\x00")), "workbook_macros"},
		"zip bomb":             {altered(t, "xl/media/image1.png", same(strings.Repeat("\x00", 101<<20))), "workbook_too_large"},
		"bomb of strings":      {altered(t, "xl/sharedStrings.xml", same("<sst>"+strings.Repeat("<si/>", 1_100_000)+"</sst>")), "workbook_too_large"},
		"bomb of cells":        {row(cellBomb()), "workbook_too_large"},
		"one text many times":  {manyTimes(t), "workbook_too_large"},
		"overlapping merges":   {overlapping(t), "workbook_broken"},
		"file too large":       {make([]byte, 21<<20), "workbook_too_large"},
		"sheet is no XML":      {altered(t, page1, same("PK")), "workbook_broken"},
		"another XML encoding": {altered(t, page1, swap(t, `encoding="UTF-8"`, `encoding="UTF-16"`)), "workbook_broken"},
	}
}

// cellBomb is a million small cells: more than the cap in a file of a few KB.
func cellBomb() string {
	row := "<row>" + strings.Repeat("<c><v>1</v></c>", 100) + "</row>"
	return strings.Repeat(row, 10_100)
}

// manyTimes shows one long text in so many cells that all texts together pass the limit, in a file that is small unzipped.
func manyTimes(t testing.TB) []byte {
	data := workbook(t, tab{"表", [][]any{{strings.Repeat("x", 32_000)}}, nil})
	return alter(t, data, page1, swap(t, "</sheetData>", strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 4000)+"</sheetData>"))
}

// overlapping merges each column of the sheet again and again.
func overlapping(t testing.TB) []byte {
	return altered(t, page1, func(s string) string {
		s = strings.Replace(s, "</sheetData>", strings.Repeat("<row><c><v>1</v></c></row>", 2000)+"</sheetData>", 1)
		return strings.Replace(s, "</mergeCells>", strings.Repeat(`<mergeCell ref="A1:A2000"></mergeCell>`, 1000)+"</mergeCells>", 1)
	})
}

func TestHostileWorkbooks(t *testing.T) {
	for name, c := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			_, err := sheet.Read(t.Context(), bytes.NewReader(c.data), "list.xlsx", sheet.DefaultLimits())
			var fault *workflow.Fault
			require.ErrorAs(t, err, &fault)
			require.ErrorIs(t, err, workflow.ErrInvalid)
			require.Equal(t, c.code, fault.Code)
			require.NotEmpty(t, fault.Text.Zh)
			require.NotEmpty(t, fault.Text.En)
		})
	}
	_, err := sheet.Read(t.Context(), bytes.NewReader(workbook(t, tab{"表", nil, nil})), "清单.XLSM", sheet.DefaultLimits())
	require.ErrorContains(t, err, "宏")
}

// The unaltered workbook is good, so that each refusal above is due to its alteration; formats far out on the sheet do no harm.
func TestHarmlessWorkbook(t *testing.T) {
	for _, data := range [][]byte{
		altered(t, page1, func(s string) string { return s }),
		altered(t, page1, swap(t, "</sheetData>", `<row r="9"><c r="XFD9" s="0"></c></row><row r="1048576"><c r="A1048576" s="0"></c></row></sheetData>`)),
		altered(t, "xl/drawings/vmlDrawing1.vml", func(string) string { return "<xml><br></xml>" }),
	} {
		require.Len(t, checklist(t, read(t, data)).Rows, 1)
	}
}

func TestLimits(t *testing.T) {
	data := workbook(t, tab{"甲", [][]any{{"存在问题", "责任单位"}, {"问题", "支部"}}, nil}, tab{"乙", [][]any{{1}}, nil})
	for name, lim := range map[string]func(*sheet.Limits){
		"bytes":    func(l *sheet.Limits) { l.Bytes = 100 },
		"unzipped": func(l *sheet.Limits) { l.Unzipped = 2000 },
		"sheets":   func(l *sheet.Limits) { l.Sheets = 1 },
		"rows":     func(l *sheet.Limits) { l.Rows = 1 },
		"columns":  func(l *sheet.Limits) { l.Columns = 1 },
		"cells":    func(l *sheet.Limits) { l.Cells = 3 },
		"cell":     func(l *sheet.Limits) { l.CellBytes = 5 },
	} {
		limits := sheet.DefaultLimits()
		lim(&limits)
		_, err := sheet.Read(t.Context(), bytes.NewReader(data), "x.xlsx", limits)
		require.ErrorIs(t, err, workflow.ErrInvalid, name)
		require.ErrorContains(t, err, "过大", name)
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sheet.Read(ctx, bytes.NewReader(workbook(t, tab{"表", nil, nil})), "x.xlsx", sheet.DefaultLimits())
	require.ErrorIs(t, err, context.Canceled)
}

// FuzzRead: whatever the bytes, reading ends in rows or in a fault, never in a panic, and what was read can be written and read again.
func FuzzRead(f *testing.F) {
	samples, err := filepath.Glob("testdata/*.xlsx")
	require.NoError(f, err)
	for _, name := range samples {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data)
	}
	for _, c := range hostile(f) {
		if len(c.data) < 100_000 {
			f.Add(c.data)
		}
	}
	f.Add(altered(f, page1, func(s string) string { return s }))
	f.Fuzz(func(t *testing.T, data []byte) { endsWell(t, data) })
}

// endsWell reads a workbook that may be anything, under small limits.
func endsWell(t *testing.T, data []byte) {
	lim := sheet.Limits{Bytes: 1 << 20, Unzipped: 4 << 20, Sheets: 10, Rows: 2000, Columns: 100, Cells: 20_000, CellBytes: 32 << 10}
	book, err := sheet.Read(t.Context(), bytes.NewReader(data), "x.xlsx", lim)
	if err != nil {
		require.ErrorIs(t, err, workflow.ErrInvalid)
		return
	}
	list, err := sheet.ReadChecklist(book, sheet.Options{Today: "2026-06-01"})
	_, _ = sheet.ReadOrgs(book)
	_, _ = sheet.ReadPosts(book)
	if err != nil {
		require.ErrorIs(t, err, workflow.ErrInvalid)
		return
	}
	require.NoError(t, sheet.WriteRejects(io.Discard, list, list.Rows))
}

// FuzzParts alters the XML within an archive that is whole, where the fuzzer gets past the checksums.
func FuzzParts(f *testing.F) {
	names := []string{page1, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
	for n, part := range names {
		altered(f, part, func(s string) string {
			f.Add(n, s)
			return s
		})
	}
	for _, row := range []string{`<row r="9"><c r="XFE9"><v>1</v></c></row>`, `<row><c t="s"><v>99999</v></c></row>`, `<row><c t="s"><v>-1</v></c></row>`, `<row><c s="-1"><v>1e308</v></c></row>`} {
		altered(f, page1, func(s string) string {
			f.Add(0, strings.Replace(s, "</sheetData>", row+"</sheetData>", 1))
			return s
		})
	}
	f.Fuzz(func(t *testing.T, part int, text string) {
		if part >= 0 && part < len(names) {
			endsWell(t, altered(t, names[part], func(string) string { return text }))
		}
	})
}

// FuzzCells puts any text into the cells of a good table: understanding them never panics.
func FuzzCells(f *testing.F) {
	for _, text := range []string{"2026年6月底前", "3个月内", "三百六十五日内", "自反馈之日起半年内", "2026.6", "6/31", "1.一;\n2.二", "12万元", "第?季度", "一、", "至", "长期坚持,立行立改", "999999999999个月内", "=1", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 {
			return
		}
		book, err := sheet.Read(t.Context(), bytes.NewReader(workbook(t, tab{"表", [][]any{
			{"反馈日期:" + text}, {"问题摘要", "具体表现", "责任单位", "整改时限", "发现时间", "整改措施", "问题金额", "完成情况", "整改类型"},
			{"甲", text, text, text, text, text, text, text, text}, {"乙", "丙", "丁", text, "2026-01-31", text, text, text, text}}, nil})), "x.xlsx", sheet.DefaultLimits())
		if err != nil {
			require.ErrorIs(t, err, workflow.ErrInvalid)
			return
		}
		list, err := sheet.ReadChecklist(book, sheet.Options{})
		require.NoError(t, err)
		for _, row := range list.Rows {
			if row.Due != "" {
				_, err := workflow.ParseDay(string(row.Due))
				require.NoError(t, err)
			}
		}
	})
}
