package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxDepth is how deep the elements of a part may be nested; a workbook needs about ten.
const maxDepth = 200

// outline is what inspect learns about a workbook before the spreadsheet library sees it.
type outline struct {
	pages   map[string]*page  // worksheets, by the name of their part
	targets map[string]string // the workbook's relations: id → name of the part
	cells   int               // with a value, in all worksheets
	strings int               // shared strings
	bytes   int64             // unzipped so far
}

// page is the outline of one worksheet.
type page struct {
	styles [][]int32 // by row and column: 1 + the style of a number, 0 for anything else
	merges []merge
}

// merge is a range of merged cells; rows and columns count from 0.
type merge struct{ top, left, bottom, right int }

// inspect reads every part of the workbook as a stream and refuses what could hurt the reading after it: a size beyond the limits,
// macros, a DTD, references that point outside the sheet, XML that is not well-formed.
func inspect(ctx context.Context, data []byte, lim Limits) (*outline, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, notWorkbook(data)
	}
	o := &outline{pages: map[string]*page{}, targets: map[string]string{}}
	for _, file := range archive.File {
		if strings.HasPrefix(strings.ToLower(path.Base(file.Name)), "vbaproject") {
			return nil, macros()
		}
		if err := o.part(ctx, file, lim); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// part reads one part, whatever size the archive claims for it, up to the limit. A part that does not begin like XML (a picture, a printer setting) is only counted.
func (o *outline) part(ctx context.Context, file *zip.File, lim Limits) error {
	stream, err := file.Open()
	if err != nil {
		return broken()
	}
	defer stream.Close()
	body, err := io.ReadAll(io.LimitReader(stream, lim.Unzipped-o.bytes+1))
	o.bytes += int64(len(body))
	if err != nil {
		return broken()
	}
	if o.bytes > lim.Unzipped {
		return tooLarge("解压后超过 %d MB", "more than %d MB when unzipped", lim.Unzipped>>20)
	}
	if text := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\ufeff")), " \t\r\n"); len(text) == 0 || text[0] != '<' {
		return notText(file.Name)
	}
	scan := scanner{outline: o, name: strings.TrimPrefix(file.Name, "/"), lim: lim}
	return scan.run(ctx, xml.NewDecoder(bytes.NewReader(body)))
}

// notText refuses a part that should be XML by its name and is not.
func notText(name string) error {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".rels":
		return broken()
	}
	return nil
}

// malformed refuses a part that is not well-formed, unless it is one that is not read (old drawings are often careless).
func (s *scanner) malformed() error {
	if s.page != nil {
		return broken()
	}
	return notText(s.name)
}

// scanner walks through one part.
type scanner struct {
	*outline
	name     string
	lim      Limits
	depth    int
	page     *page // not nil in a worksheet
	row, col int   // of the cell being read, from 0
	numeric  bool  // the cell being read holds a number …
	style    int32 // … in this style
}

func (s *scanner) run(ctx context.Context, in *xml.Decoder) error {
	for n := 0; ; n++ {
		if n&0xfff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.malformed()
		}
		switch t := token.(type) {
		case xml.Directive:
			return dtd()
		case xml.StartElement:
			s.depth++
			if err := s.start(t); err != nil {
				return err
			}
		case xml.EndElement:
			s.depth--
		case xml.CharData:
			if len(t) > s.lim.CellBytes {
				return tooLarge("有单元格超过 %d KB", "a cell exceeds %d KB", s.lim.CellBytes>>10)
			}
		}
	}
}

func (s *scanner) start(t xml.StartElement) error {
	switch {
	case s.depth > maxDepth:
		return broken()
	case s.depth == 1 && t.Name.Local == "worksheet":
		s.page = &page{}
		s.row, s.pages[s.name] = -1, s.page
	case t.Name.Local == "Relationship" && strings.HasSuffix(s.name, "xl/_rels/workbook.xml.rels"):
		s.targets[attr(t, "Id")] = resolve(attr(t, "Target"))
	case s.name == "[Content_Types].xml" && strings.Contains(attr(t, "ContentType"), "macroEnabled"):
		return macros()
	case t.Name.Local == "si":
		s.strings++
		if s.strings > s.lim.Cells {
			return tooLarge("单元格超过 %d 个", "more than %d cells", s.lim.Cells)
		}
	case s.page != nil:
		return s.sheet(t)
	}
	return nil
}

// sheet looks at one element of a worksheet.
func (s *scanner) sheet(t xml.StartElement) error {
	switch t.Name.Local {
	case "row":
		return s.nextRow(attr(t, "r"))
	case "c":
		return s.nextCell(t)
	case "v", "is", "f":
		return s.value(t.Name.Local)
	case "mergeCell":
		m, ok := parseRange(attr(t, "ref"))
		if !ok || len(s.page.merges) >= s.lim.Cells {
			return broken()
		}
		s.page.merges = append(s.page.merges, m)
	}
	return nil
}

// nextRow refuses rows that do not come in order: the reading after this relies on it.
func (s *scanner) nextRow(ref string) error {
	s.col = -1
	if ref == "" {
		s.row++
		return nil
	}
	row, err := strconv.Atoi(ref)
	if err != nil || row <= s.row+1 {
		return broken()
	}
	s.row = row - 1
	return nil
}

func (s *scanner) nextCell(t xml.StartElement) error {
	before := s.col
	s.col++
	if ref := attr(t, "r"); ref != "" {
		col, row, err := excelize.CellNameToCoordinates(ref)
		if err != nil || row-1 != s.row || col-1 <= before {
			return broken()
		}
		s.col = col - 1
	}
	kind := attr(t, "t")
	style, _ := strconv.ParseInt(attr(t, "s"), 10, 31)
	s.numeric, s.style = kind == "" || kind == "n", int32(max(style, 0))
	return nil
}

// value counts a cell that holds something; empty cells that only carry a format may lie anywhere.
func (s *scanner) value(element string) error {
	if s.row < 0 || s.col < 0 {
		return broken()
	}
	if s.row >= s.lim.Rows {
		return tooLarge("行数超过 %d", "more than %d rows", s.lim.Rows)
	}
	if s.col >= s.lim.Columns {
		return tooLarge("列数超过 %d", "more than %d columns", s.lim.Columns)
	}
	if s.cells++; s.cells > s.lim.Cells {
		return tooLarge("单元格超过 %d 个", "more than %d cells", s.lim.Cells)
	}
	for len(s.page.styles) <= s.row {
		s.page.styles = append(s.page.styles, nil)
	}
	styles := s.page.styles[s.row]
	for len(styles) <= s.col {
		styles = append(styles, 0)
	}
	if s.numeric && element == "v" {
		styles[s.col] = s.style + 1
	}
	s.page.styles[s.row] = styles
	return nil
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// resolve gives the name of the part that a relation of the workbook points to.
func resolve(target string) string {
	if strings.HasPrefix(target, "/") {
		return path.Clean(target)[1:]
	}
	return path.Join("xl", target)
}

// parseRange reads "B5:B13" or "B5".
func parseRange(ref string) (merge, bool) {
	from, to, two := strings.Cut(ref, ":")
	if !two {
		to = from
	}
	left, top, err1 := excelize.CellNameToCoordinates(from)
	right, bottom, err2 := excelize.CellNameToCoordinates(to)
	if err1 != nil || err2 != nil {
		return merge{}, false
	}
	return merge{min(top, bottom) - 1, min(left, right) - 1, max(top, bottom) - 1, max(left, right) - 1}, true
}
