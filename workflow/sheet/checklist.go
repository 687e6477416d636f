package sheet

import (
	"strings"

	"rectify/workflow"
)

// ReadChecklist understands a workbook as a list of problems. It returns ErrInvalid "workbook_no_header" when no table with a column
// for the problem is recognised, and ErrInvalid about "field" when the columns asked for do not fit; whatever is wrong with a single row is in that row's Refused.
func ReadChecklist(b *Book, opt Options) (Checklist, error) {
	tables := findTables(b)
	if err := override(tables, opt.Columns); err != nil {
		return Checklist{}, err
	}
	if !stated(tables) {
		return Checklist{}, workflow.Invalid("workbook_no_header", "file", workflow.Say(
			"没有认出问题清单的表头:至少要有问题一列(如 存在问题、具体表现、反馈问题、问题摘要)和另外两列(如 责任单位、整改措施、整改时限)",
			"No header of a checklist was recognised. One column for the problem (存在问题, 具体表现, 反馈问题, 问题摘要) and two others (责任单位, 整改措施, 整改时限) are needed."))
	}
	list := Checklist{Hidden: b.hidden, Unit: unitOf(tables)}
	readings, skipped := readAll(tables)
	list.Skipped = skipped
	list.notes(tables)
	x := interpreter{opt: opt, foundOn: list.FoundOn}
	for n := range readings {
		list.Rows = append(list.Rows, x.row(&readings[n]))
	}
	ownNumbers(list.Rows, readings)
	return list, nil
}

// findTables finds the tables of all sheets, with the notes above them.
func findTables(b *Book) []*block {
	var tables []*block
	dict := newDictionary(synonyms)
	for n := range b.sheets {
		g := &b.sheets[n]
		notes := &sheetNotes{}
		found := dict.blocks(g)
		for _, table := range found {
			table.notes = notes
		}
		if len(found) > 0 {
			for _, row := range g.rows[:found[0].top] {
				notes.rowAbove(row)
			}
		}
		tables = append(tables, found...)
	}
	return tables
}

// stated says whether any table has a column for the problem.
func stated(tables []*block) bool {
	for _, t := range tables {
		if t.has(fDetail) {
			return true
		}
	}
	return false
}

// readAll takes the rows of all tables apart, joins those that belong together and counts those that say nothing.
func readAll(tables []*block) (readings []reading, skipped int) {
	var parts []*measureTable
	for _, t := range tables {
		if !t.has(fDetail) {
			part, idle := t.readMeasures()
			parts = append(parts, part)
			skipped += idle
		}
	}
	for _, t := range tables {
		if t.has(fDetail) {
			rows, idle := t.readProblems(parts)
			readings = append(readings, rows...)
			skipped += idle
		}
	}
	for _, part := range parts {
		readings = append(readings, part.orphans()...)
	}
	return readings, skipped
}

// readProblems reads the rows of a table that states problems.
func (b *block) readProblems(parts []*measureTable) (rows []reading, skipped int) {
	aspect, heading := source{}, source{}
	for n := b.first; n < b.end; n++ {
		r := b.read(n)
		switch {
		case len(rows) > 0 && r.goesOn():
			last := &rows[len(rows)-1]
			last.more = append(last.more, r)
			continue
		case r.idle():
			if text := r.heading(); text != "" {
				heading = source{cell: cell{text: text}, place: r.place}
			} else {
				b.notes.note(r.line())
			}
			if !b.emptyRow(n) {
				skipped++
			}
			continue
		}
		aspect = r.aspect(aspect, heading)
		for _, part := range parts {
			part.joinTo(&r, b, n)
		}
		rows = append(rows, r)
	}
	return rows, skipped
}

// aspect fills in the aspect of a row that leaves it blank: that of the row above, or the heading above. It returns what the next
// row inherits.
func (r *reading) aspect(above, heading source) source {
	column := fAspect
	if _, ok := r.cells[fAspect]; !ok {
		column = fSummary
	}
	own, ok := r.cells[column]
	if r.text(column) == "" {
		if above.text == "" || heading.place.Row > above.place.Row {
			above = heading
		}
		above.filled = true
		r.cells[column] = above
		return above
	}
	if !ok {
		return above
	}
	return own
}

// line is all that a row says.
func (r *reading) line() string { return strings.Join(r.texts, " ") }

func (g *grid) emptyRow(row int) bool {
	for _, c := range g.rows[row] {
		if c.text != "" && !c.filled {
			return false
		}
	}
	return true
}

// notes gathers what the sheets say about the list: the first to say a thing is believed.
func (list *Checklist) notes(tables []*block) {
	for _, t := range tables {
		if list.Title == "" {
			list.Title = t.notes.title
		}
		if list.Unit == "" {
			list.Unit = t.notes.unit
		}
		list.FoundOn = firstDay(list.FoundOn, t.notes.foundOn)
		for _, c := range t.columns {
			known := string(c.field)
			if c.field == fExtra {
				known = ""
			}
			place := t.place(t.top, c.col)
			list.Columns = append(list.Columns, Column{Sheet: place.Sheet, Column: place.Column, Header: c.header, Field: known})
		}
	}
}

// ownNumbers takes a number away from rows that share it with one before: where the tables of a workbook each count from 1, or one
// number is merged over several problems, it does not tell them apart.
func ownNumbers(rows []Row, readings []reading) {
	first := map[string]Place{}
	for n := range rows {
		row := &rows[n]
		key := strings.Join(strings.Fields(narrow(row.Number)), "")
		earlier, shared := first[key]
		switch {
		case key == "":
		case !shared:
			first[key] = row.Place
		default:
			row.doubt(readings[n].cells[fNumber], "", "number_repeated", workflow.Say("序号与 %s 第 %d 行相同，不作为编号，按问题内容识别",
				"the number is that of %s row %d; not used, the problem is known by its text", earlier.Sheet, earlier.Row))
			row.Number = ""
			delete(row.read, fNumber)
		}
	}
}
