package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"rectify/workflow"
)

// moment is what the text of a date column was understood as: a day, a kind of rectification instead of a day, or neither.
type moment struct {
	day   workflow.Day
	kind  string // "immediate", "timed" or "lasting" when the text names a kind
	doubt note   // how it was understood, if that took more than reading it
	fault note   // why it was not understood
}

// note is a reason with its code; the zero note is none.
type note struct {
	code string
	text workflow.Text
}

func (n note) any() bool { return n.code != "" }

// dayReader understands the dates of one row.
type dayReader struct {
	from workflow.Day // relative periods count from here, and a day without a year is the first one after it; "" if not known
	year int          // for days without a year when from is not known; 0 if that is not known either
	end  bool         // of a month, quarter or year the last day is meant (a due day), not the first
}

// read understands one cell.
func (r dayReader) read(c cell) moment {
	switch c.kind {
	case dayCell:
		return moment{day: workflow.Day(c.text)}
	case monthCell:
		return r.span(c.text[:7], atoi(c.text[:4]), atoi(c.text[5:7]), atoi(c.text[5:7]))
	case numberCell:
		if m := numberMonth.FindStringSubmatch(c.text); m != nil {
			return unclear("ambiguous_month", workflow.Say("“%s”是数字，分不清是1月还是10月，请写作 %s-01 或 %s-10",
				"%q is a number: January or October? Write %s-01 or %s-10.", c.text, m[1], m[1]))
		}
	}
	return r.text(c.text)
}

// numberMonth is 2026.10 as a spreadsheet keeps it: without the last nought.
var numberMonth = regexp.MustCompile(`^(\d{4})\.1$`)

// text understands written dates. Parts joined by commas or brackets are read one by one: at most one may be a day, one a kind.
func (r dayReader) text(text string) moment {
	s := clockTime.ReplaceAllString(narrow(text), "")
	s = strings.TrimRight(strings.Join(strings.Fields(s), ""), "。;,.")
	var all moment
	for _, part := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(",、;()并", c) }) {
		part = promise.ReplaceAllString(part, "$2")
		if done, _ := readDone(part); done && part != strings.Trim(s, "()") {
			continue // 立行立改(已完成): the status has a column of its own
		}
		m := r.part(part)
		if m.fault.any() || m.day != "" && all.day != "" {
			return r.fault(text, m.fault)
		}
		all = all.and(m)
	}
	if all.day == "" && all.kind == "" {
		return r.fault(text, note{})
	}
	return all
}

// and joins two parts of one text. Of several kinds (立行立改,长期坚持) the immediate one is taken, else the first.
func (m moment) and(other moment) moment {
	both := moment{day: m.day + other.day, kind: m.kind, doubt: m.doubt}
	if other.doubt.any() {
		both.doubt = other.doubt
	}
	if m.kind == "" || other.kind == "immediate" {
		both.kind = other.kind
	}
	name := workflow.Text{Zh: wordNames[both.kind], En: both.kind}
	switch {
	case m.kind != "" && other.kind != "" && m.kind != other.kind:
		both.doubt = note{"several_kinds", workflow.Say("写有几种整改类型，按%s理解", "several kinds; taken as %s", name)}
	case both.day != "" && both.kind != "":
		both.doubt = note{"day_and_kind", workflow.Say("日期按此理解，整改类型按%s理解", "the day was understood so, the kind as %s", name)}
	}
	return both
}

// promise is what may stand around a date: 拟于6月底前完成.
var promise = regexp.MustCompile(`^(拟|计划|预计|应|须|于|在)*(.+?)(整改)?(完成|到位|办结|销号)(整改|销号)?$`)

// clockTime is a time of day behind a date.
var clockTime = regexp.MustCompile(`[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$`)

func (r dayReader) fault(text string, known note) moment {
	if known.any() {
		return moment{fault: known}
	}
	return unclear("day_not_understood", workflow.Say("看不懂日期“%s”，请写作 2026-03-31", "The date %q is not understood; write 2026-03-31.", text))
}

func unclear(code string, text workflow.Text) moment { return moment{fault: note{code, text}} }

// part understands one date without spaces, in half-width characters.
func (r dayReader) part(s string) moment {
	if from, to, ok := cutSpan(s); ok {
		return r.until(from, to)
	}
	for _, try := range []func(string) (moment, bool){r.kind, r.whole, r.compact, r.compactMonth, r.month, r.season, r.short, r.relative, r.serial} {
		if m, ok := try(s); ok {
			return m
		}
	}
	return unclear("", workflow.Text{})
}

// cutSpan cuts 2026年3月至6月, 2026.3.1-2026.6.30.
func cutSpan(s string) (from, to string, ok bool) {
	for _, mark := range []string{"至", "到", "—", "~", "–", "-"} {
		from, to, ok = strings.Cut(s, mark)
		if ok && from != "" && to != "" && (mark != "-" || strings.ContainsAny(from, "./年月")) {
			return from, strings.Trim(to, mark), true
		}
	}
	return "", "", false
}

// until understands a span by its end (by its beginning, where no due day is asked for).
func (r dayReader) until(from, to string) moment {
	if year := anyYear.FindString(from); year != "" && r.end {
		r.year, r.from = atoi(year), workflow.Day(year+"-01-01")
	}
	s := to
	if !r.end {
		s = from
	}
	m := r.part(s)
	if !m.fault.any() && !m.doubt.any() {
		m.doubt = note{"span", workflow.Say("起止时间按其一理解", "of a span, one end was taken")}
	}
	return m
}

var anyYear = regexp.MustCompile(`20\d\d`)

var (
	immediateWords = []string{"立行立改", "立即整改", "立即", "即知即改", "立查立改", "边查边改", "即时整改", "即时", "即行即改", "马上整改"}
	lastingWords   = []string{"长期坚持", "长期", "长期整改", "持续整改", "持续坚持", "持续推进", "持续", "常态化", "常态长效", "坚持常态", "常抓不懈", "长期推进"}
	timedWords     = []string{"限期整改", "限期", "分阶段", "分阶段整改", "阶段性整改", "阶段整改", "分步整改"}
)

// kindOf gives the kind of rectification that a text names, "" if none.
func kindOf(s string) string {
	for kind, words := range map[string][]string{"immediate": immediateWords, "lasting": lastingWords, "timed": timedWords} {
		for _, w := range words {
			if s == w {
				return kind
			}
		}
	}
	return ""
}

// kind understands 立行立改 and the like in a date column.
func (r dayReader) kind(s string) (moment, bool) {
	switch kind := kindOf(s); kind {
	case "immediate":
		return moment{kind: kind, doubt: note{"kind_for_day", workflow.Say("按立行立改理解，期限按规定起算", "taken as immediate; the period set by the rules applies")}}, true
	case "lasting":
		return moment{kind: kind, doubt: note{"kind_for_day", workflow.Say("按长期坚持理解，没有期限", "taken as lasting; no due day")}}, true
	case "timed":
		return moment{kind: kind, doubt: note{"kind_for_day", workflow.Say("按限期整改理解，没有写明日期", "taken as timed; no day is given")}}, true
	}
	return moment{}, false
}

var wholeDay = regexp.MustCompile(`^(\d{4}|\d{2})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?(前|之前|以前|止|内)?$`)

// whole understands 2026-06-30, 2026.6.30, 2026/6/30, 2026年6月30日, with 前 or without.
func (r dayReader) whole(s string) (moment, bool) {
	m := wholeDay.FindStringSubmatch(s)
	if m == nil {
		return moment{}, false
	}
	year := atoi(m[1])
	if len(m[1]) == 2 {
		year += 2000
	}
	day := onDay(s, year, atoi(m[2]), atoi(m[3]))
	if m[4] != "" || len(m[1]) == 2 {
		day.doubt = understood()
	}
	return day, true
}

var compactDay = regexp.MustCompile(`^(20\d{2}|19\d{2})(\d{2})(\d{2})$`)

// compact understands 20260630.
func (r dayReader) compact(s string) (moment, bool) {
	m := compactDay.FindStringSubmatch(s)
	if m == nil {
		return moment{}, false
	}
	return onDay(s, atoi(m[1]), atoi(m[2]), atoi(m[3])), true
}

var compactYearMonth = regexp.MustCompile(`^(20\d{2})(\d{2})$`)

// compactMonth understands 202606.
func (r dayReader) compactMonth(s string) (moment, bool) {
	m := compactYearMonth.FindStringSubmatch(s)
	if m == nil {
		return moment{}, false
	}
	return r.span(s, atoi(m[1]), atoi(m[2]), atoi(m[2])), true
}

const before = `(前|之前|以前|内|止|份)?$`

var (
	yearMonth = regexp.MustCompile(`^(\d{4})[-./年](\d{1,2})月?份?(上旬|中旬|下旬|月底|月末|底|末)?` + before)
	onlyMonth = regexp.MustCompile(`^(今年|本年|明年)?(\d{1,2})月份?(上旬|中旬|下旬|底|末)?` + before)
)

// month understands 2026年4月, 2026年6月底前, 2026.6, 6月底前, 6月中旬.
func (r dayReader) month(s string) (moment, bool) {
	if m := yearMonth.FindStringSubmatch(s); m != nil {
		return r.third(s, atoi(m[1]), atoi(m[2]), m[3]), true
	}
	if m := onlyMonth.FindStringSubmatch(s); m != nil {
		return r.yearless(m[1], func(year int) moment { return r.third(s, year, atoi(m[2]), m[3]) }), true
	}
	return moment{}, false
}

// third takes a month, or the third of it that is named.
func (r dayReader) third(s string, year, month int, part string) moment {
	switch {
	case part == "上旬" && r.end:
		return doubtful(onDay(s, year, month, 10))
	case part == "中旬" && r.end:
		return doubtful(onDay(s, year, month, 20))
	}
	return r.span(s, year, month, month)
}

// span takes the months first to last of a year: by the last day of the last, or the first day of the first.
func (r dayReader) span(s string, year, first, last int) moment {
	if first < 1 || last > 12 || first > last {
		return noSuchDay(s)
	}
	if !r.end {
		return doubtful(onDay(s, year, first, 1))
	}
	return doubtful(moment{day: workflow.Day(time.Date(year, time.Month(last)+1, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))})
}

var season = regexp.MustCompile(`^(\d{4}年?|今年|本年|明年)?度?(上半年|下半年|第?[一二三四1-4]季度|年底|年末|年内|年度内|年终|全年|底|末|度)?(底|末)?` + before)

// season understands 2026年上半年, 2026年三季度, 2026年底前, 年底前, 今年上半年.
func (r dayReader) season(s string) (moment, bool) {
	m := season.FindStringSubmatch(s)
	if m == nil || m[1]+m[2] == "" || m[1] == "" && (m[2] == "底" || m[2] == "末" || m[2] == "度") {
		return moment{}, false
	}
	first, last := 1, 12
	switch {
	case m[2] == "上半年":
		last = 6
	case m[2] == "下半年":
		first = 7
	case strings.HasSuffix(m[2], "季度"):
		quarter := chineseNumber(strings.TrimSuffix(strings.TrimPrefix(m[2], "第"), "季度"))
		first, last = quarter*3-2, quarter*3
	}
	if year := anyYear.FindString(m[1]); year != "" {
		return r.span(s, atoi(year), first, last), true
	}
	return r.yearless(m[1], func(year int) moment { return r.span(s, year, first, last) }), true
}

var shortDay = regexp.MustCompile(`^(今年|本年|明年)?(\d{1,2})[月/](\d{1,2})[日号]?` + before)

// short understands 6月30日 and 6/30.
func (r dayReader) short(s string) (moment, bool) {
	m := shortDay.FindStringSubmatch(s)
	if m == nil {
		return moment{}, false
	}
	return r.yearless(m[1], func(year int) moment { return doubtful(onDay(s, year, atoi(m[2]), atoi(m[3]))) }), true
}

// yearless finds the year of a date that names none: the one of the day it counts from, or the next where that would be past.
func (r dayReader) yearless(said string, in func(year int) moment) moment {
	year := r.year
	if r.from != "" {
		year = atoi(string(r.from[:4]))
	}
	if year == 0 {
		return unclear("year_unknown", workflow.Say("没有写明年份，表中也没有反馈日期可推算，请写全年月日", "No year is given and the sheet has no day to count from; write the whole date."))
	}
	if said == "明年" {
		return in(year + 1)
	}
	m := in(year)
	if said == "" && r.end && r.from != "" && m.day != "" && m.day < r.from {
		return in(year + 1)
	}
	return m
}

var serialNumber = regexp.MustCompile(`^\d{5}(\.\d+)?$`)

// serial understands the bare number by which a spreadsheet keeps a day.
func (r dayReader) serial(s string) (moment, bool) {
	if !serialNumber.MatchString(s) {
		return moment{}, false
	}
	n, err := strconv.ParseFloat(s, 64)
	day, ok := serialDay(n, false)
	return doubtful(moment{day: day}), ok && err == nil
}

// onDay is a day that must exist.
func onDay(s string, year, month, day int) moment {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || int(t.Month()) != month || t.Day() != day || year < 1900 {
		return noSuchDay(s)
	}
	return moment{day: workflow.Day(t.Format(time.DateOnly))}
}

func noSuchDay(s string) moment {
	return unclear("no_such_day", workflow.Say("没有这一天：“%s”", "There is no such day: %q", s))
}

func understood() note {
	return note{"day_understood", workflow.Say("日期按此理解", "the date was understood so")}
}

// doubtful marks a day as one that took understanding.
func doubtful(m moment) moment {
	if m.day != "" && !m.fault.any() {
		m.doubt = understood()
	}
	return m
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // only digits come here
	return n
}
