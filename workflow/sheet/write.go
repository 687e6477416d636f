package sheet

import (
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// dangerous says whether a spreadsheet could take a text for a formula, now or after a trip through CSV: by = + - @, by their full-width forms, by a tab.
func dangerous(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20", r)
}

// inert returns a text that cannot run: one that begins like a formula gets an apostrophe before it, which Read takes away again.
func inert(s string) string {
	if dangerous(s) {
		return "'" + s
	}
	return s
}

// writer writes one sheet row by row; the first error stays.
type writer struct {
	file               *excelize.File
	out                *excelize.StreamWriter
	row                int
	body, head, banner int // styles; all are text, so that nothing becomes a formula when it is edited
	err                error
}

// newWriter starts a workbook of one sheet with columns of the given widths.
func newWriter(name string, widths []float64) *writer {
	w := &writer{file: excelize.NewFile()}
	w.err = w.file.SetSheetName("Sheet1", name)
	if w.err == nil {
		w.out, w.err = w.file.NewStreamWriter(name)
	}
	border := []excelize.Border{}
	for _, side := range []string{"left", "top", "right", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "808080", Style: 1})
	}
	middle := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	w.body = w.style(&excelize.Style{NumFmt: 49, Border: border, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
	w.head = w.style(&excelize.Style{NumFmt: 49, Border: border, Alignment: middle, Font: &excelize.Font{Bold: true}})
	w.banner = w.style(&excelize.Style{NumFmt: 49, Alignment: middle, Font: &excelize.Font{Bold: true, Size: 16}})
	w.widen(widths)
	return w
}

func (w *writer) widen(widths []float64) {
	for n, width := range widths {
		if w.err == nil {
			w.err = w.out.SetColWidth(n+1, n+1, width)
		}
	}
}

func (w *writer) style(s *excelize.Style) int {
	if w.err != nil {
		return 0
	}
	id, err := w.file.NewStyle(s)
	w.err = err
	return id
}

// line writes one row of texts.
func (w *writer) line(style int, texts ...string) {
	w.row++
	cells := make([]any, len(texts))
	for n, text := range texts {
		cells[n] = excelize.Cell{StyleID: style, Value: inert(text)}
	}
	at, err := excelize.CoordinatesToCellName(1, w.row)
	if w.err == nil {
		w.err = err
	}
	if w.err == nil {
		w.err = w.out.SetRow(at, cells)
	}
}

// merge joins a range of cells; rows and columns count from 1.
func (w *writer) merge(left, top, right, bottom int) {
	from, err1 := excelize.CoordinatesToCellName(left, top)
	to, err2 := excelize.CoordinatesToCellName(right, bottom)
	if w.err == nil && err1 == nil && err2 == nil && from != to {
		w.err = w.out.MergeCell(from, to)
	}
}

// title writes a line over all columns, if there is anything to write.
func (w *writer) title(style int, text string, columns int) {
	if text != "" {
		w.line(style, text)
		w.merge(1, w.row, columns, w.row)
	}
}

// send ends the sheet and writes the workbook out. If anything failed before, nothing is written.
func (w *writer) send(to io.Writer) error {
	defer w.file.Close() // removes what was kept in temporary files
	if w.err != nil {
		return w.err
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	return w.file.Write(to)
}

// WriteSheet writes a plain table: a title over all columns, the headers, the rows.
func WriteSheet(w io.Writer, title string, headers []string, rows [][]string) error {
	widths := make([]float64, len(headers))
	for n := range widths {
		widths[n] = 18
	}
	out := newWriter("Sheet1", widths)
	out.title(out.banner, title, len(headers))
	out.line(out.head, headers...)
	for _, row := range rows {
		out.line(out.body, row...)
	}
	return out.send(w)
}

// WriteReport writes a table row by row below its title and a note over all columns. An error among rows ends it, is returned, and nothing
// is written to w.
func WriteReport(w io.Writer, title, note string, headers []string, rows iter.Seq2[[]string, error]) error {
	widths := make([]float64, len(headers))
	for n := range widths {
		widths[n] = 22
	}
	out := newWriter("Sheet1", widths)
	out.title(out.banner, title, len(headers))
	out.title(0, note, len(headers))
	out.line(out.head, headers...)
	for row, err := range rows {
		if err != nil {
			out.err = err
		}
		if out.err != nil {
			break
		}
		out.line(out.body, row...)
	}
	return out.send(w)
}
