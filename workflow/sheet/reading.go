package sheet

import (
	"regexp"
	"slices"
	"strings"
)

// reading is one row of a table, or several joined ones, by field: what was read and where.
type reading struct {
	place  Place
	cells  map[field]source
	extra  map[string]string
	texts  []string  // all values of its own, in the order of the columns
	across bool      // the one value is merged over several columns: a note or a heading, whatever the first column is
	more   []reading // rows that go on with this one: the same merged problem, or more measures under its key
	notes  *sheetNotes
	joined bool // with a row of a table of measures
	fault  note // the row as a whole cannot be taken
}

// source is a value with the place it came from.
type source struct {
	cell
	place  Place
	header string
	unit   string // of money, as the header names it
	rank   int
}

// read takes one row of a block apart.
func (b *block) read(row int) reading {
	r := reading{place: b.place(row, -1), cells: make(map[field]source, len(b.columns)), extra: map[string]string{}, notes: b.notes}
	for _, c := range b.columns {
		value := b.at(row, c.col)
		if value.text != "" && !value.filled {
			r.texts = append(r.texts, value.text)
		}
		if c.field == fExtra {
			r.keep(c.header, value.text)
			continue
		}
		r.cells[c.field] = source{cell: value, place: b.place(row, c.col), header: c.header, unit: c.unit, rank: c.rank}
	}
	r.across = len(r.texts) == 1 && b.wide[row]
	return r
}

// keep adds a value without a field of its own.
func (r *reading) keep(header, text string) {
	if blank(text) {
		return
	}
	if old := r.extra[header]; old != "" && old != text {
		text = old + "\n" + text
	}
	r.extra[header] = text
}

// text returns the value of a field, "" for one that stands for nothing.
func (r *reading) text(f field) string {
	if s := r.cells[f].text; !blank(s) {
		return s
	}
	return ""
}

// where returns the place of a field, or of the row where the table has no such column.
func (r *reading) where(f field) Place {
	if s, ok := r.cells[f]; ok {
		return s.place
	}
	return r.place
}

// idle says whether the row has neither problem nor organisation nor date, so that it is a note, a signature, a total or a heading.
func (r *reading) idle() bool {
	if r.across || r.heading() != "" {
		return true
	}
	if len(r.texts) > 0 && onlyTotal.MatchString(strings.Join(strings.Fields(narrow(r.texts[0])), "")) {
		return true
	}
	if len(r.texts) > 0 && !slices.ContainsFunc(r.texts, func(s string) bool { return !footing(s) }) {
		return true
	}
	if org := r.text(fResponsible); org != "" && !footing(org) || r.text(fAssisting)+r.text(fFound)+r.text(fDue) != "" {
		return false
	}
	for _, text := range r.texts {
		if footing(text) {
			return true
		}
	}
	return r.text(fDetail)+r.text(fSummary) == "" || r.cells[fDetail].filled
}

// A total begins so, and so does a note or a line for signatures below a table.
var (
	totalWord = regexp.MustCompile(`^(合计|总计|小计|共计|累计|本页小计|本页合计)`)
	onlyTotal = regexp.MustCompile(totalWord.String() + `:?$`)
	footNote  = regexp.MustCompile(`^(注|备注|说明|填表|制表|审核|填报|审签|签字|签章|联系人|联系电话|负责人|单位负责人|主要负责人|党组织书记|书记签字)[^:]{0,8}:`)
)

// footing says whether a text begins a total, a note or a line for signatures.
func footing(s string) bool {
	if len(s) > 300 {
		s = s[:300]
	}
	s = strings.Join(strings.Fields(narrow(s)), "")
	return totalWord.MatchString(s) || footNote.MatchString(s)
}

// goesOn says whether the row continues the one above: the problem is one merged cell over both, and so is the number, if any.
func (r *reading) goesOn() bool {
	detail, number := r.cells[fDetail], r.cells[fNumber]
	return detail.filled && detail.text != "" && (number.filled || number.text == "")
}

// own returns what the row says itself in a field, not what a merged cell says for it.
func (r *reading) own(f field) string {
	if r.cells[f].filled {
		return ""
	}
	return r.text(f)
}

// headingMark is how a heading between the rows is numbered: 一、 (一) 第一部分.
var headingMark = regexp.MustCompile(`^(第?[一二三四五六七八九十]{1,3}[、.\x{FF0E}部]|[(\x{FF08}][一二三四五六七八九十]{1,3}[)\x{FF09}])`)

// heading returns the text of a row that holds nothing but a heading, numbered or written across (党的建设方面): the aspect of the
// rows below it.
func (r *reading) heading() string {
	only := ""
	for f, s := range r.cells {
		switch {
		case s.text == "" || s.filled && f != fDetail:
		case only != "":
			return ""
		default:
			only = s.text
		}
	}
	if len(r.extra) == 0 && (headingMark.MatchString(only) || r.across && strings.HasSuffix(only, "方面")) {
		return only
	}
	return ""
}
