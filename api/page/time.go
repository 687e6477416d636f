package page

import "rectify/workflow"

// TimeMachine leads to the lists and figures of a past day.
type TimeMachine struct {
	Frame
	Tabs     []Link
	Day      workflow.Day // that is asked for, "" for none
	Earliest workflow.Day // that can be asked for
	Latest   workflow.Day
	Quick    []Link
	Shown    workflow.Text // of which day the figures are, empty for none
	Figures  []Tally
	Fault    workflow.Text
}

func (TimeMachine) template() string { return "time" }

// DayPick is where a page is asked for as it was at the end of a past day.
type DayPick struct {
	Action string  // the address of the page
	Keep   []Field // what else it is asked for
	On     Field
}
