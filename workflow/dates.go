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

	LookBack    Day  // by when a look-back is done that came round by itself
	Provisional bool // LookBack is
}

// Dates are those of the issue as it is.
func (i *Issue) Dates() Dates {
	d := Dates{Clock: i.Clock, Due: i.Due, Warn: i.Warn, ReturnBy: i.ReturnBy, Pause: i.Pause, Calls: make([]Day, len(i.Calls)),
		LookBack: i.LookBack.Due, Provisional: i.LookBack.Provisional}
	for n := range i.Calls {
		d.Calls[n] = i.Calls[n].Until
	}
	return d
}

// Equal says whether they are the same days.
func (d Dates) Equal(other Dates) bool {
	return d.Clock == other.Clock && d.Due == other.Due && d.Warn == other.Warn && d.ReturnBy == other.ReturnBy && d.Pause == other.Pause &&
		d.LookBack == other.LookBack && d.Provisional == other.Provisional && slices.Equal(d.Calls, other.Calls)
}

// reclock puts the days as they are worked out now in the place of those that the issue has.
func reclock(i *Issue, d Dates) {
	i.Clock, i.Due, i.Warn, i.ReturnBy, i.Pause = d.Clock, d.Due, d.Warn, d.ReturnBy, d.Pause
	i.LookBack.Due, i.LookBack.Provisional = d.LookBack, d.Provisional
	i.Calls = slices.Clone(i.Calls)
	for n := range min(len(i.Calls), len(d.Calls)) {
		i.Calls[n].Until = d.Calls[n]
	}
}

func needStaleDates(i *Issue, s *Step, _ time.Time) error {
	if s.Facts.Dates.Equal(i.Dates()) {
		return Refused("dates_stand", Say("时限没有变化", "the dates are what they were"))
	}
	return nil
}
