// Package calendar knows which days people work in China and counts with them: the accept, plan and verify limits of a definition are
// in working days, where a holiday of the State Council's yearly notice is free and a make-up Saturday or Sunday is worked.
//
// The notices known when the program was built are in holidays.json; each November brings the next one, and Merge lays its file over
// them. In a year whose notice is not known every Monday to Friday counts as worked; a day reached by counting through such a year is
// called provisional and should be counted again when the notice is there.
//
// A Calendar does not change after it is made and may be used by many goroutines. The zero value knows no year.
package calendar

import (
	"maps"
	"slices"
	"time"

	"rectify/workflow"
)

// Calendar says of each day whether it is a working day.
type Calendar struct {
	years  map[int]Year
	except map[int]bool // the days that differ from the week, by number: worked or free
	until  workflow.Day // see KnownUntil
}

// IsWorking reports whether people work on the day; they do not on what is no day. It allocates nothing.
func (c *Calendar) IsWorking(day workflow.Day) bool {
	n, ok := number(day)
	return ok && c.isWorking(n)
}

// Years lists the years whose notices are known, the earliest first. What it returns is shared and not to be changed.
func (c *Calendar) Years() []Year {
	out := make([]Year, 0, len(c.years))
	for _, y := range slices.Sorted(maps.Keys(c.years)) {
		out = append(out, c.years[y])
	}
	return out
}

// Known reports whether the notice for the year is known; if not, only weekends are free in it.
func (c *Calendar) Known(year int) bool {
	_, ok := c.years[year]
	return ok
}

// KnownUntil returns the last day of the years that are known without a gap from the first one on: what is reckoned to a later day is
// provisional. "" when no year is known.
func (c *Calendar) KnownUntil() workflow.Day { return c.until }

// Notice returns the number of the State Council's notice for the year, such as 国办发明电〔2025〕7号, or "" when it is not known.
func (c *Calendar) Notice(year int) string { return c.years[year].Notice }

// AddWorking returns the n-th working day after day, or before it when n is negative; for n = 0 the day itself, worked or not. It is
// provisional when a year that was counted through is not known. What is no day, or lies past the year 9999, gives no day.
func (c *Calendar) AddWorking(day workflow.Day, n int) (result workflow.Day, provisional bool) {
	at, ok := number(day)
	if !ok || n == 0 {
		return day, false
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	first := at + step
	for n > 0 {
		at += step
		if at < firstDay || at > lastDay {
			return "", true
		}
		if c.isWorking(at) {
			n--
		}
	}
	return dayOf(at), !c.knows(first, at)
}

// WorkingBetween counts the working days after the earlier of two days up to and with the later: how many working days from a to b,
// negative when b is the earlier. WorkingBetween(d, AddWorking(d, n)) is n for every n ≥ 0.
func (c *Calendar) WorkingBetween(a, b workflow.Day) int {
	from, okA := number(a)
	to, okB := number(b)
	if !okA || !okB {
		return 0
	}
	sign := 1
	if to < from {
		from, to, sign = to, from, -1
	}
	count := 0
	for n := from + 1; n <= to; n++ {
		if c.isWorking(n) {
			count++
		}
	}
	return sign * count
}

// Next returns the day itself when it is worked, or else the first working day after it. Provisional is as in AddWorking, counted from
// the day on.
func (c *Calendar) Next(day workflow.Day) (next workflow.Day, provisional bool) {
	at, ok := number(day)
	if !ok {
		return "", false
	}
	for n := at; n <= lastDay; n++ {
		if c.isWorking(n) {
			return dayOf(n), !c.knows(at, n)
		}
	}
	return "", true
}

// After returns the last day of a time limit of the given length that starts to run on day. Day itself is not counted, a month ends on
// the same day of a later one or on its last, and a limit that would end on a day off ends on the next working day: articles 201 to 203
// of the Civil Code (民法典), with weekends taken for days off as well and make-up days for worked ones. A unit that is none of the
// three gives no day.
func (c *Calendar) After(day workflow.Day, span workflow.Span) (last workflow.Day, provisional bool) {
	switch span.Unit {
	case "working":
		day, provisional = c.AddWorking(day, span.N)
	case "calendar":
		day = AddDays(day, span.N)
	case "month":
		day = AddMonths(day, span.N)
	default:
		return "", false
	}
	last, ending := c.Next(day)
	return last, provisional || ending
}

// Resumed returns the last day of a time limit that ran until due, stood still from one day on and runs again from another: as many
// working days after the second as were left on the first, at least one.
func (c *Calendar) Resumed(due, stopped, resumed workflow.Day) (last workflow.Day, provisional bool) {
	if _, ok := number(due); !ok {
		return "", false
	}
	return c.AddWorking(resumed, max(1, c.WorkingBetween(stopped, due)))
}

// AddDays returns the day n days later, worked or not; no day stays no day.
func AddDays(day workflow.Day, n int) workflow.Day {
	at, ok := number(day)
	if !ok {
		return ""
	}
	return dayOf(at + n)
}

// AddMonths returns the same day of the month n months later, or the last day of that month where it is shorter: 31 January and one
// month is 28 or 29 February. No day stays no day.
func AddMonths(day workflow.Day, n int) workflow.Day {
	at, ok := number(day)
	if !ok {
		return ""
	}
	y, m, d := moment(at).Date()
	end := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	if d < end.Day() {
		end = end.AddDate(0, 0, d-end.Day())
	}
	return dayOf(int(end.Unix() / secondsADay))
}

// isWorking is IsWorking for the number of a day.
func (c *Calendar) isWorking(n int) bool {
	if worked, ok := c.except[n]; ok {
		return worked
	}
	return !isWeekend(n)
}

// knows reports whether every year from the one of day a to the one of day b, in either order, is known.
func (c *Calendar) knows(a, b int) bool {
	for y := moment(min(a, b)).Year(); y <= moment(max(a, b)).Year(); y++ {
		if !c.Known(y) {
			return false
		}
	}
	return true
}

// Days are counted by their number: 0 is 1 January 1970, a Thursday.
const (
	secondsADay = 24 * 60 * 60
	firstDay    = -719162 // 1 January of the year 1
	lastDay     = 2932896 // 31 December of the year 9999
)

// number returns the number of a day, and false for what is none.
func number(day workflow.Day) (int, bool) {
	t, err := time.Parse(time.DateOnly, string(day))
	if err != nil {
		return 0, false
	}
	return int(t.Unix() / secondsADay), true
}

func moment(n int) time.Time { return time.Unix(int64(n)*secondsADay, 0).UTC() }

func dayOf(n int) workflow.Day {
	if n < firstDay || n > lastDay {
		return ""
	}
	return workflow.Day(moment(n).Format(time.DateOnly))
}

func isWeekend(n int) bool {
	weekday := moment(n).Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}
