package sheet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"rectify/workflow"
)

// Limits are the sizes beyond which a workbook is refused.
type Limits struct {
	Bytes     int64 // of the file
	Unzipped  int64 // of all its parts together, and of all texts read
	Sheets    int
	Rows      int // down to the last one with a value, in one sheet
	Columns   int // up to the last one with a value
	Cells     int // with a value, in all sheets
	CellBytes int // of one text
}

// DefaultLimits fit the largest list of a city with room to spare.
func DefaultLimits() Limits {
	return Limits{Bytes: 20 << 20, Unzipped: 100 << 20, Sheets: 50, Rows: 50_000, Columns: 200, Cells: 1_000_000, CellBytes: 128 << 10}
}

// Book is a workbook read whole into cells.
type Book struct {
	Name   string
	sheets []grid
	hidden []string
}

// grid is one visible worksheet.
type grid struct {
	name   string
	rows   [][]cell
	merges []merge
	wide   map[int]bool // rows in which a merged range of three columns or more begins
}

// cell is the value of one cell as it is stored, not as it is shown.
type cell struct {
	text   string // trimmed; a number in plain decimal notation, a day as 2026-03-31
	kind   cellKind
	filled bool // the value is that of the merged cell above
}

type cellKind uint8

const (
	textCell   cellKind = iota
	numberCell          // a number in a style that is no date
	dayCell             // a number in a style that shows a day, or a month in the short foreign style
	monthCell           // a number in a style that shows year and month, as 2026年6月
)

// at returns the cell at row and column (from 0); beyond the edge it is empty.
func (g *grid) at(row, col int) cell {
	if row < 0 || row >= len(g.rows) || col < 0 || col >= len(g.rows[row]) {
		return cell{}
	}
	return g.rows[row][col]
}

// place names row and column (from 0; column -1 for the whole row) for people.
func (g *grid) place(row, col int) Place {
	p := Place{Sheet: g.name, Row: row + 1}
	if col >= 0 {
		p.Column, _ = excelize.ColumnNumberToName(col + 1)
	}
	return p
}

// Read reads a workbook from outside under the limits. Whatever is wrong with the file is ErrInvalid: "workbook_too_large",
// "workbook_broken", "workbook_macros", "workbook_dtd", "workbook_old" or "workbook_unknown". The parsing runs in a goroutine of
// its own that survives a panic of the library; when ctx ends, Read returns its error.
func Read(ctx context.Context, r io.Reader, name string, lim Limits) (*Book, error) {
	if ext := strings.ToLower(path.Ext(name)); ext == ".xlsm" || ext == ".xltm" || ext == ".xlam" {
		return nil, macros()
	}
	data, err := readPieces(io.LimitReader(r, lim.Bytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > lim.Bytes {
		return nil, tooLarge("文件超过 %d MB", "the file exceeds %d MB", lim.Bytes>>20)
	}
	type result struct {
		book *Book
		err  error
	}
	done := make(chan result, 1)
	go func() {
		book, err := survive(func() (*Book, error) { return parse(ctx, data, lim) })
		done <- result{book, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case res := <-done:
		if res.book != nil {
			res.book.Name = name
		}
		return res.book, res.err
	}
}

// survive turns a panic of the spreadsheet library into the refusal of the workbook. It must run in the goroutine that parses.
func survive(parse func() (*Book, error)) (book *Book, err error) {
	defer func() {
		if recover() != nil {
			book, err = nil, broken()
		}
	}()
	return parse()
}

func parse(ctx context.Context, data []byte, lim Limits) (*Book, error) {
	o, err := inspect(ctx, data, lim)
	if err != nil {
		return nil, err
	}
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: lim.Unzipped, UnzipXMLSizeLimit: lim.Unzipped, RawCellValue: true})
	if err != nil || file.WorkBook == nil {
		return nil, broken()
	}
	defer file.Close() // nothing was written: an error here says nothing
	if file.SheetCount > lim.Sheets || len(file.WorkBook.Sheets.Sheet) > lim.Sheets {
		return nil, tooLarge("工作表超过 %d 张", "more than %d sheets", lim.Sheets)
	}
	l := loader{ctx: ctx, file: file, lim: lim, dates: newDateStyles(file)}
	book := &Book{}
	for _, s := range file.WorkBook.Sheets.Sheet {
		page := o.pages[o.targets[s.ID]]
		switch {
		case page == nil: // a chart, or something else without cells
		case s.State != "" && s.State != "visible":
			book.hidden = append(book.hidden, s.Name)
		default:
			g, err := l.load(s.Name, page)
			if err != nil {
				return nil, err
			}
			book.sheets = append(book.sheets, g)
		}
	}
	return book, nil
}

// loader copies the values of worksheets.
type loader struct {
	ctx   context.Context
	file  *excelize.File
	lim   Limits
	dates dateStyles
	bytes int64 // of all texts so far: one shared string may be shown in many cells
}

func (l *loader) load(name string, p *page) (grid, error) {
	g := grid{name: name, rows: make([][]cell, len(p.styles)), merges: p.merges}
	rows, err := l.file.Rows(name)
	if err != nil {
		return g, broken()
	}
	defer rows.Close()
	for n := 0; n < len(g.rows) && rows.Next(); n++ {
		if n&0xff == 0 && l.ctx.Err() != nil {
			return g, l.ctx.Err()
		}
		texts, err := rows.Columns()
		if err != nil {
			return g, broken()
		}
		if g.rows[n], err = l.row(texts, p.styles[n]); err != nil {
			return g, err
		}
	}
	return g, g.fillDown(l.lim.Cells)
}

func (l *loader) row(texts []string, styles []int32) ([]cell, error) {
	cells := make([]cell, min(len(texts), len(styles)))
	for c := range cells {
		if len(texts[c]) > l.lim.CellBytes {
			return nil, tooLarge("有单元格超过 %d KB", "a cell exceeds %d KB", l.lim.CellBytes>>10)
		}
		if l.bytes += int64(len(texts[c])); l.bytes > l.lim.Unzipped {
			return nil, tooLarge("文字超过 %d MB", "the text exceeds %d MB", l.lim.Unzipped>>20)
		}
		cells[c] = cell{text: clean(texts[c])}
		if styles[c] > 0 && cells[c].text != "" {
			cells[c] = l.dates.number(cells[c].text, int(styles[c]-1))
		}
	}
	return cells, nil
}

// fillDown copies the value of merged cells into the rows they span, within their first column only: a note written across the
// sheet is no value of every column. Budget bounds the work on overlapping ranges.
func (g *grid) fillDown(budget int) error {
	g.wide = map[int]bool{}
	for _, m := range g.merges {
		if m.right-m.left >= 2 {
			g.wide[m.top] = true
		}
		value := g.at(m.top, m.left)
		if value.text == "" {
			continue
		}
		value.filled = true
		for row := m.top + 1; row <= min(m.bottom, len(g.rows)-1); row++ {
			if budget--; budget < 0 {
				return broken()
			}
			for len(g.rows[row]) <= m.left {
				g.rows[row] = append(g.rows[row], cell{})
			}
			g.rows[row][m.left] = value
		}
	}
	return nil
}

// clean removes what cannot be seen: spaces of every width at the ends, zero-width marks, carriage returns. Text that was
// disarmed on the way out (see inert) gets back its first character.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\r', '\ufeff', '\u200b', '\u200c', '\u200d', '\u2060':
			return -1
		case '\u00a0', '\u3000':
			return ' '
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "'"); ok && dangerous(rest) {
		return rest
	}
	return s
}

// plainNumber writes a stored number in decimal notation with the fifteen significant digits that a spreadsheet shows.
func plainNumber(raw string) string {
	digits := strings.TrimLeft(strings.ReplaceAll(strings.TrimLeft(raw, "+-"), ".", ""), "0")
	if len(digits) <= 15 && !strings.ContainsAny(raw, "eEnNxX_") {
		return raw
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return raw
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// serialDay reads a day as a spreadsheet stores it: days since the turn of 1900 or 1904; the time of day is dropped.
func serialDay(serial float64, from1904 bool) (workflow.Day, bool) {
	if serial < 1 || serial >= 2958466 { // 9999-12-31
		return "", false
	}
	t, err := excelize.ExcelDateToTime(math.Floor(serial), from1904)
	if err != nil {
		return "", false
	}
	return workflow.Day(t.Format("2006-01-02")), true
}

// readPieces reads in pieces and puts them together once; io.ReadAll would copy a large file over and over as it grows.
func readPieces(r io.Reader) ([]byte, error) {
	const piece = 1 << 20
	var pieces [][]byte
	for {
		p := make([]byte, piece)
		n, err := io.ReadFull(r, p)
		pieces = append(pieces, p[:n])
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return bytes.Join(pieces, nil), nil
		case err != nil:
			return nil, err
		}
	}
}
