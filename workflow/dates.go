package workflow

import (
	"slices"
	"time"
)

// Pause says how the due day was given back the time that an issue stood suspended: as many working days after On as were left of Due
// on Stopped.
type Pause struct {
	Due         Day  `json:"due,omitempty"` // before
	Stopped     Day  `json:"stopped,omitempty"`
	On          Day  `json:"on,omitempty"`
	Provisional bool `json:"provisional,omitempty"` // the holidays of a year on the way are not known yet
}

// Dates are the days of an issue that the program works out from the working calendar.
type Dates struct {
	Clock    Clock
	Due      Day // what was given by hand stays
	Warn     Day
	ReturnBy Day
	Pause    Pause
	Calls    []Day // until when each call is to be answered
	Measures []Day // until when each measure is to be done

	LookBack    Day  // by when a look-back is done that came round by itself
	Provisional bool // LookBack is
}

// Dates are those of the issue as it is.
func (i *Issue) Dates() Dates {
	d := Dates{Clock: i.Clock, Due: i.Due, Warn: i.Warn, ReturnBy: i.ReturnBy, Pause: i.Pause, Calls: make([]Day, len(i.Calls)),
		Measures: make([]Day, len(i.Measures)), LookBack: i.LookBack.Due, Provisional: i.LookBack.Provisional}
	for n := range i.Calls {
		d.Calls[n] = i.Calls[n].Until
	}
	for n := range i.Measures {
		d.Measures[n] = i.Measures[n].Due
	}
	return d
}

// Equal says whether they are the same days.
func (d Dates) Equal(other Dates) bool {
	return d.Clock == other.Clock && d.Due == other.Due && d.Warn == other.Warn && d.ReturnBy == other.ReturnBy && d.Pause == other.Pause &&
		d.LookBack == other.LookBack && d.Provisional == other.Provisional && slices.Equal(d.Calls, other.Calls) && slices.Equal(d.Measures, other.Measures)
}

// SetDates puts the days as they are worked out now in the place of those that the issue has.
func (i *Issue) SetDates(d Dates) {
	i.Clock, i.Due, i.Warn, i.ReturnBy, i.Pause = d.Clock, d.Due, d.Warn, d.ReturnBy, d.Pause
	i.reviewedWhenDue()
	i.LookBack.Due, i.LookBack.Provisional = d.LookBack, d.Provisional
	i.Calls = slices.Clone(i.Calls)
	for n := range min(len(i.Calls), len(d.Calls)) {
		i.Calls[n].Until = d.Calls[n]
	}
	i.Measures = slices.Clone(i.Measures)
	for n := range min(len(i.Measures), len(d.Measures)) {
		i.Measures[n].Due = d.Measures[n]
	}
}

// AfterPause are the measures of an issue that stood suspended from a day on, with the due days of those moved that were open and not
// overdue on that day: move turns a due day of before into the one after. What was overdue before stays so. n is how many were moved.
func AfterPause(measures []Measure, stopped Day, move func(Day) Day) (after []Measure, n int) {
	after = slices.Clone(measures)
	for at := range after {
		m := &after[at]
		m.Before = ""
		if !m.Done && m.Due != "" && m.Due >= stopped {
			m.Before, m.Due = m.Due, move(m.Due)
			n++
		}
	}
	return after, n
}

// MeasureLate says whether a measure of the issue is open and its day is over. While the issue stands suspended no time runs.
func (i *Issue) MeasureLate(m *Measure, today Day) bool {
	return !m.Done && !i.State.End() && m.Due != "" && m.Due < first(i.PausedOn, today)
}

func needStaleDates(i *Issue, s *Step, _ time.Time) error {
	if s.Facts.Dates.Equal(i.Dates()) {
		return Refused("dates_stand", Say("时限没有变化", "the dates are what they were"))
	}
	return nil
}
