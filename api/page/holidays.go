package page

import (
	"time"

	"rectify/workflow"
)

// Holidays shows the working calendar year by year, and to who may load a newer file the form for it.
type Holidays struct {
	Frame
	Tabs   []Link
	Years  []HolidayYear
	Loaded workflow.Text // who loaded holidays last, and when
	Load   *Form         // nil for who may not; not shown beside a check
	Check  *HolidayCheck // what the file that was sent would change
}

func (Holidays) template() string { return "holidays" }

// HolidayYear is one year of the calendar.
type HolidayYear struct {
	Year    int
	Open    bool // shown at once
	Known   bool // no: weekends only, and every date is provisional
	Loaded  bool // by an administrator
	Notice  string
	Issued  workflow.Day
	Source  string
	Runs    []HolidayRun
	Working []workflow.Day
	Months  []Month
}

// HolidayRun is a run of free days.
type HolidayRun struct {
	Name     string
	From, To workflow.Day
}

// Month is a month as a small calendar that begins with Monday.
type Month struct {
	Number int
	Weeks  [][7]MonthDay
}

// MonthDay is a day of a month, 0 for none.
type MonthDay struct {
	N    int
	Off  bool
	Sign workflow.Text // where it differs from the week
}

// HolidayCheck says what a file would change.
type HolidayCheck struct {
	Changes  []HolidayChange
	Reckoned int
	Take     Form
}

// HolidayChange is what a file says otherwise about one year.
type HolidayChange struct {
	Year         int
	Notice       string
	New          bool
	Free, Worked []workflow.Day
}

// Months draws a year. Special says of the days that differ from the week whether they are worked.
func Months(year int, special map[workflow.Day]bool) []Month {
	months := make([]Month, 0, 12)
	for first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); first.Year() == year; first = first.AddDate(0, 1, 0) {
		m := Month{Number: int(first.Month())}
		var week [7]MonthDay
		for at := first; at.Month() == first.Month(); at = at.AddDate(0, 0, 1) {
			column := (int(at.Weekday()) + 6) % 7
			week[column] = monthDay(at, column, special)
			if last := at.AddDate(0, 0, 1); column == 6 || last.Month() != first.Month() {
				m.Weeks = append(m.Weeks, week)
				week = [7]MonthDay{}
			}
		}
		months = append(months, m)
	}
	return months
}

func monthDay(at time.Time, column int, special map[workflow.Day]bool) MonthDay {
	d := MonthDay{N: at.Day(), Off: column > 4}
	if worked, ok := special[workflow.Day(at.Format(time.DateOnly))]; ok {
		d.Off = !worked
		d.Sign = workflow.Text{Zh: "休", En: "off"}
		if worked {
			d.Sign = workflow.Text{Zh: "班", En: "on"}
		}
	}
	return d
}
