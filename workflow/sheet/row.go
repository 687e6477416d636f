package sheet

import (
	"slices"
	"strings"

	"rectify/workflow"
)

// interpreter understands readings one by one.
type interpreter struct {
	opt     Options
	foundOn workflow.Day // of the whole list
}

// row understands one reading.
func (x *interpreter) row(r *reading) Row {
	row := Row{Place: r.place, Extra: r.extra, read: make(map[field]string, len(r.cells)), places: make(map[field]Place, len(r.cells))}
	for f, s := range r.cells {
		row.places[f] = s.place
		switch {
		case s.kind == monthCell:
			row.read[f] = s.text[:len("2026-06")] // the month, not the day that stands for it
		case s.text != "":
			row.read[f] = s.text
		}
	}
	row.Number, row.Goal, row.Leader = r.text(fNumber), r.text(fGoal), r.text(fLeader)
	row.Person, row.Finder, row.Status = r.text(fPerson), r.text(fFinder), r.text(fStatus)
	row.Measures = splitMeasures(r.text(fMeasures))
	if r.fault.any() {
		row.Refused = append(row.Refused, Finding{Place: r.where(fNumber), Value: r.text(fNumber), Reason: r.fault.text, Code: r.fault.code})
	} else {
		row.problem(r)
	}
	row.organisations(r)
	row.words(r)
	x.days(&row, r)
	row.amounts(r)
	for n := range r.more {
		x.more(&row, &r.more[n])
	}
	return row
}

// Refuse adds a reason why the row cannot be taken, found out by whoever takes it. What it is about is a word of Column.Field ("responsible",
// "person", "due" …) and gives the place; "" means the row as a whole. The value is what was wrong, "" for all that the cell says.
func (row *Row) Refuse(about, value, code string, reason workflow.Text) {
	row.Refused = append(row.Refused, row.finding(about, value, code, reason))
}

// Doubt adds how something in the row was understood by whoever takes it; about and value are as for Refuse.
func (row *Row) Doubt(about, value, understood, code string, reason workflow.Text) {
	f := row.finding(about, value, code, reason)
	f.Understood = understood
	row.Doubtful = append(row.Doubtful, f)
}

func (row *Row) finding(about, value, code string, reason workflow.Text) Finding {
	place, ok := row.places[field(about)]
	if !ok {
		place = row.Place
	}
	if value == "" {
		value = row.read[field(about)]
	}
	return Finding{Place: place, Value: value, Reason: reason, Code: code}
}

func (row *Row) refuse(s source, code string, reason workflow.Text) {
	row.Refused = append(row.Refused, Finding{Place: s.place, Value: s.text, Reason: reason, Code: code})
}

func (row *Row) doubt(s source, understood, code string, reason workflow.Text) {
	row.Doubtful = append(row.Doubtful, Finding{Place: s.place, Value: s.text, Understood: understood, Reason: reason, Code: code})
}

// cell returns the source of a field, or the place of the row where the table has none.
func (r *reading) cell(f field) source {
	s := r.cells[f]
	s.place = r.where(f)
	return s
}

// problem decides what the issue is and what its aspect. The more specific of two columns is the issue. Where it is empty or says only
// where to look (详见底稿第3页), the less specific one, if the row itself fills it, is the issue, and the other is kept by its header.
func (row *Row) problem(r *reading) {
	detail, summary := r.text(fDetail), r.own(fSummary)
	row.Aspect = r.text(fAspect)
	if row.Aspect == "" {
		row.Aspect = r.text(fSummary)
	}
	row.Detail = detail
	if detail != "" && !elsewhere.MatchString(detail) {
		return
	}
	row.Detail = summary
	if row.Aspect == summary {
		row.Aspect = ""
	}
	s := r.cell(fDetail)
	switch {
	case summary == "" && detail == "":
		row.refuse(s, "no_problem", workflow.Say("没有写明问题", "No problem is stated."))
	case summary == "":
		row.Detail = detail
		row.refuse(s, "no_problem", workflow.Say("“%s”没有写明问题是什么", "%q does not state the problem.", detail))
	case detail != "":
		r.keep(s.header, detail)
		row.doubt(s, summary, "stated_elsewhere", workflow.Say("此处只指向别处，按“%s”一列理解问题", "this only points elsewhere; the problem was taken from %q", r.cells[fSummary].header))
	}
}

// organisations takes the responsible organisation and those that assist.
func (row *Row) organisations(r *reading) {
	var others []string
	row.Responsible, others = splitResponsible(r.text(fResponsible))
	row.Assisting = slices.Concat(others, splitNames(r.text(fAssisting)))
	s := r.cell(fResponsible)
	if row.Responsible == "" {
		row.refuse(s, "no_organisation", workflow.Say("没有写明责任单位", "No responsible organisation is given."))
	}
	if len(others) > 0 {
		row.doubt(s, row.Responsible, "several_organisations", workflow.Say("写有多个责任单位：第一个为牵头，其余为配合", "several organisations: the first is responsible, the others assist"))
	}
}

// words takes kind, grade, source and status.
func (row *Row) words(r *reading) {
	row.Kind = row.word(r, fKind, readKind)
	row.Grade = row.word(r, fGrade, readGrade)
	row.Source = r.text(fSource)
	row.SourceCode = row.word(r, fSource, readSource)
	done, sure := readDone(row.Status)
	row.ReportedDone = done
	if done && !sure {
		s := r.cell(fStatus)
		row.doubt(s, "已完成", "status_understood", workflow.Say("按自报完成理解", "taken as reported done"))
	}
}

// word understands a word of a small vocabulary, and says so when it is not the very word.
func (row *Row) word(r *reading, f field, understand func(string) (string, bool)) string {
	text := r.text(f)
	if text == "" {
		return ""
	}
	code, exact := understand(text)
	if !exact {
		reason := workflow.Say("按此理解", "understood so")
		if code == "" {
			reason = workflow.Say("看不懂，未采用", "not understood, not used")
		}
		row.doubt(r.cell(f), wordNames[code], string(f)+"_understood", reason)
	}
	return code
}

// days takes the day it was found and the due day.
func (x *interpreter) days(row *Row, r *reading) {
	base := firstDay(r.notes.foundOn, x.foundOn, x.opt.FoundOn)
	year := r.notes.year
	if year == 0 && x.opt.Today != "" {
		year = atoi(string(x.opt.Today[:4]))
	}
	row.FoundOn = row.day(r, fFound, dayReader{from: base, year: year}).day
	due := row.day(r, fDue, dayReader{from: firstDay(row.FoundOn, base), year: year, end: true})
	row.Due = due.day
	s := r.cell(fDue)
	if due.kind != "" && row.Kind != "" && row.Kind != due.kind {
		row.doubt(s, wordNames[row.Kind], "kinds_differ", workflow.Say("与整改类型不一致，以整改类型为准", "it differs from the column of the kind, which was followed"))
	}
	if row.Kind == "" {
		row.Kind = due.kind
	}
	found := firstDay(row.FoundOn, r.notes.foundOn, x.foundOn)
	if row.Due != "" && found != "" && row.Due < found {
		row.refuse(s, "due_before_found", workflow.Say("整改时限 %s 早于发现日期 %s", "The due day %s is before %s, when it was found.", row.Due, found))
	}
}

// day understands a date column.
func (row *Row) day(r *reading, f field, days dayReader) moment {
	s := r.cell(f)
	if r.text(f) == "" {
		return moment{}
	}
	m := days.read(s.cell)
	if m.fault.any() {
		row.refuse(s, m.fault.code, m.fault.text)
		return moment{}
	}
	if f == fFound && m.day == "" {
		row.refuse(s, "day_not_understood", workflow.Say("看不懂日期“%s”，请写作 2026-03-31", "The date %q is not understood; write 2026-03-31.", s.text))
		return moment{}
	}
	if m.doubt.any() {
		meaning := string(m.day)
		if meaning == "" {
			meaning = wordNames[m.kind]
		}
		row.doubt(s, meaning, m.doubt.code, m.doubt.text)
	}
	return m
}

// amounts takes the amounts of money.
func (row *Row) amounts(r *reading) {
	row.AmountFen = row.amount(r, fAmount)
	row.RecoveredFen = row.amount(r, fRecovered)
}

func (row *Row) amount(r *reading, f field) int64 {
	s := r.cell(f)
	if r.text(f) == "" {
		return 0
	}
	if s.unit == "" {
		s.unit = r.notes.money
	}
	if s.kind == numberCell {
		row.read[f] = s.text + s.unit
	}
	m := readMoney(s.text, s.unit)
	switch {
	case m.fault.any():
		row.refuse(s, m.fault.code, m.fault.text)
	case s.unit == "" && moneyUnit(s.text) == "" && m.fen != 0:
		row.doubt(s, yuan(m.fen), "unit_missing", workflow.Say("没有写明单位，按元理解", "no unit is given; taken as yuan"))
	case m.unit != "元" && m.fen != 0:
		row.doubt(s, yuan(m.fen), "unit_understood", workflow.Say("按%s折算", "converted from %s", m.unit))
	}
	return m.fen
}

// more adds what a further row says about the same problem: its measures; another organisation assists; the latest due day counts.
func (x *interpreter) more(row *Row, r *reading) {
	part := Row{Place: r.place, read: map[field]string{}}
	part.organisations(r)
	x.days(&part, r)
	row.Measures = append(row.Measures, splitMeasures(r.own(fMeasures))...)
	if text := r.own(fMeasures); text != "" {
		row.read[fMeasures] = strings.TrimLeft(row.read[fMeasures]+"\n"+text, "\n")
	}
	for _, name := range append([]string{part.Responsible}, part.Assisting...) {
		if name != "" && name != row.Responsible && !slices.Contains(row.Assisting, name) {
			row.Assisting = append(row.Assisting, name)
			row.read[fAssisting] = strings.Join(row.Assisting, "、")
			row.doubt(r.cell(fResponsible), name, "several_organisations", workflow.Say("同一问题的又一行：该单位按配合单位理解", "another row of the same problem: taken as assisting"))
		}
	}
	if part.Due > row.Due && row.Due != "" {
		row.Due = part.Due
		row.read[fDue] = string(part.Due)
		row.doubt(r.cell(fDue), string(part.Due), "latest_due", workflow.Say("同一问题有多个时限，以最晚的为准", "several due days for one problem: the latest was taken"))
	}
	for _, f := range part.Refused {
		if f.Code != "no_organisation" {
			row.Refused = append(row.Refused, f)
		}
	}
	all := reading{extra: row.Extra}
	for header, text := range r.extra {
		all.keep(header, text)
	}
}
