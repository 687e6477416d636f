package sheet

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// block is a table within a sheet: a header and the rows down to the next header.
type block struct {
	*grid
	top, first, end int // the first row of the header, the first of data, one beyond the last
	columns         []column
	notes           *sheetNotes
}

// column is one column of a header, understood or not.
type column struct {
	col    int
	header string
	meaning
	known bool
	key   string // of a column of numbers: its name, for joining sheets
}

// has says whether the block has a column for the field.
func (b *block) has(f field) bool {
	for _, c := range b.columns {
		if c.field == f {
			return true
		}
	}
	return false
}

// blocks finds the tables of a sheet: a header may stand on any row, and more than once.
func (d dictionary) blocks(g *grid) []*block {
	var found []*block
	for row := 0; row < len(g.rows); row++ {
		columns, depth := d.headerAt(g, row, len(found) == 0)
		if depth == 0 {
			continue
		}
		if n := len(found); n > 0 {
			found[n-1].end = row
		}
		found = append(found, &block{grid: g, top: row, first: row + depth, end: len(g.rows), columns: settle(columns)})
		row += depth - 1
	}
	return found
}

// headerAt reads a header of up to three rows at row, with the number of its rows; 0 if there is none. More rows are taken for the
// header as long as they look like one and make more columns understood.
func (d dictionary) headerAt(g *grid, row int, first bool) ([]column, int) {
	if !g.labels(row) {
		return nil, 0
	}
	var best []column
	depth, known := 0, 0
	for n := 1; n <= 3; n++ {
		if n > 1 && !g.subheader(row+n-1) {
			break
		}
		columns := d.understand(g, row, n)
		if k := distinct(columns); k > known && isHeader(columns, first) {
			best, depth, known = columns, n, k
		}
	}
	return best, depth
}

// labels says whether all values of a row look like headers: short texts, two at least.
func (g *grid) labels(row int) bool {
	n := 0
	if row >= len(g.rows) {
		return false
	}
	for _, c := range g.rows[row] {
		if c.text == "" {
			continue
		}
		if c.kind != textCell || utf8.RuneCountInString(c.text) > 30 {
			return false
		}
		n++
	}
	return n >= 2
}

// subheader says whether a row can be the lower part of a header: labels of its own only below a group or below nothing.
func (g *grid) subheader(row int) bool {
	if !g.labels(row) {
		return false
	}
	own := 0
	for col, c := range g.rows[row] {
		if c.text == "" || c.filled {
			continue
		}
		own++
		if above := g.at(row-1, col); above.text != "" && g.at(row-1, col+1).text != "" {
			return false
		}
	}
	return own > 0
}

// understand reads the header of n rows at row.
func (d dictionary) understand(g *grid, row, n int) []column {
	width := 0
	for r := row; r < row+n; r++ {
		width = max(width, len(g.rows[r]))
	}
	var columns []column
	group := make([]string, n) // the label to the left, for groups that are not merged
	for col := range width {
		var parts []string
		for level := range n {
			c := g.at(row+level, col)
			if c.text != "" {
				clear(group[level:])
				group[level] = c.text
			}
			if c.text == "" && level < n-1 && g.at(row+n-1, col).text != "" {
				c.text = group[level]
			}
			if c.text != "" && !c.filled {
				parts = append(parts, strings.Join(strings.Fields(c.text), ""))
			}
		}
		if len(parts) > 0 {
			columns = append(columns, d.column(col, parts))
		}
	}
	return columns
}

// column understands the labels above one column: all of them together if they are a known header, else the lowest.
func (d dictionary) column(col int, parts []string) column {
	c := column{col: col, header: strings.Join(parts, "/")}
	if old, ok := strings.CutPrefix(c.header, renamed); ok && extraHeader(d, old) != old {
		c.header, c.field, c.known = old, fExtra, true
		return c
	}
	together, ok := d.find(strings.Join(parts, ""))
	if c.meaning, c.known = together, ok; !ok || together.rank >= 1000 {
		if low, ok := d.find(parts[len(parts)-1]); ok {
			c.meaning, c.known = low, true
		}
	}
	if c.field == fNumber {
		c.key, _ = stripHeader(parts[len(parts)-1])
	}
	return c
}

// distinct counts the fields that columns were understood as; columns kept by their header count singly.
func distinct(columns []column) int {
	seen := map[field]bool{}
	n := 0
	for _, c := range columns {
		if c.known && (c.field == fExtra || !seen[c.field]) {
			seen[c.field] = true
			n++
		}
	}
	return n
}

// isHeader asks for three columns understood (or all of two), half of the columns at least, and among them either the problem or
// what can be joined to a problem by its number. Below a first header the rows are data, which may end like a header (甲党支部): there
// three must be known headers as a whole, and most of what is understood.
func isHeader(columns []column, first bool) bool {
	known, whole, seen := 0, 0, map[field]bool{}
	for _, c := range columns {
		if c.known {
			known++
		}
		if c.known && c.rank < 1000 {
			whole++
		}
		seen[c.field] = true
	}
	if known < 2 || known < 3 && known < len(columns) || known*2 < len(columns) || !first && (whole < 3 || whole*2 < known) {
		return false
	}
	return seen[fProblem] || seen[fName] || seen[fNumber] && (seen[fMeasures] || seen[fResponsible] || seen[fDue] || seen[fStatus])
}

// settle decides between columns that claim the same field: the better synonym has it, the others are kept by their header. Of
// two columns that could be the problem the more specific is the issue, the next its aspect, unless a column is nothing but aspect.
func settle(columns []column) []column {
	order := make([]int, len(columns))
	aspect := false
	for n, c := range columns {
		order[n] = n
		aspect = aspect || c.field == fAspect
	}
	sort.SliceStable(order, func(a, b int) bool { return columns[order[a]].rank < columns[order[b]].rank })
	taken := map[field]bool{fAspect: false}
	for _, n := range order {
		c := &columns[n]
		switch {
		case c.field == fOrigin:
		case !c.known || c.field == fExtra:
			c.field = fExtra
		case c.field == fProblem && !taken[fProblem]:
			taken[fProblem] = true
			c.field = fDetail
		case c.field == fProblem && !aspect:
			aspect = true
			c.field = fSummary
		case taken[c.field] || c.field == fProblem:
			c.field = fExtra
		default:
			taken[c.field] = true
		}
	}
	return columns
}
