package engine

import (
	"fmt"
	"time"

	"rectify/workflow"
)

// Period is a month, a quarter, a half-year or a year: views of the same record.
type Period struct {
	Kind     string // month, quarter, half or year
	From, To workflow.Day
}

// periodMonths is how long the kinds of periods are.
var periodMonths = []struct {
	kind   string
	months int
	text   workflow.Text
}{
	{"month", 1, workflow.Text{Zh: "月", En: "month"}}, {"quarter", 3, workflow.Text{Zh: "季度", En: "quarter"}},
	{"half", 6, workflow.Text{Zh: "半年", En: "half-year"}}, {"year", 12, workflow.Text{Zh: "年", En: "year"}},
}

// PeriodKinds lists the kinds of periods.
func PeriodKinds() (out []workflow.Wording) {
	for _, p := range periodMonths {
		out = append(out, workflow.Wording{Word: p.kind, Text: p.text})
	}
	return out
}

// PeriodOf is the period of a kind in which a day lies. ErrInvalid for an unknown kind.
func PeriodOf(kind string, day workflow.Day) (Period, error) {
	for _, p := range periodMonths {
		if p.kind == kind {
			t := day.Time()
			begin := time.Date(t.Year(), time.Month((int(t.Month())-1)/p.months*p.months+1), 1, 0, 0, 0, 0, time.UTC)
			return Period{kind, dayAt(begin), dayAt(begin.AddDate(0, p.months, -1))}, nil
		}
	}
	return Period{}, workflow.Invalid("unknown_word", "period", workflow.Say("没有“%s”这种期间：月、季度、半年、年", "there is no period %q; take month, quarter, half or year", kind))
}

func dayAt(t time.Time) workflow.Day { return workflow.Day(t.Format(time.DateOnly)) }

// Before is the period before, of the same kind.
func (p Period) Before() Period {
	out, _ := PeriodOf(p.Kind, p.From.Add(-1))
	return out
}

// After is the period after, of the same kind.
func (p Period) After() Period {
	out, _ := PeriodOf(p.Kind, p.To.Add(1))
	return out
}

// Text names the period.
func (p Period) Text() workflow.Text {
	t := p.From.Time()
	switch p.Kind {
	case "month":
		return workflow.Say("%d年%d月", "%d-%02d", t.Year(), int(t.Month()))
	case "quarter":
		return workflow.Say("%d年第%d季度", "%d, quarter %d", t.Year(), (int(t.Month())+2)/3)
	case "half":
		if t.Month() == time.January {
			return workflow.Say("%d年上半年", "%d, first half", t.Year())
		}
		return workflow.Say("%d年下半年", "%d, second half", t.Year())
	}
	return workflow.Text{Zh: fmt.Sprintf("%d年", t.Year()), En: fmt.Sprint(t.Year())}
}
