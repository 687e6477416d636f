package page

import (
	"time"

	"rectify/workflow"
)

// Plan is the table of measures, with what was said of it.
type Plan struct {
	Measures []Measure
	Done     int             // measures
	Led      bool            // one of them names who leads it
	Shared   bool            // several organisations carry them
	Remarks  []PlanRemark    // on the plan as a whole
	Advice   []workflow.Text // while it can be changed
}

// Measure is what is to be done.
type Measure struct {
	N      int
	Text   string
	Leader string
	Org    string
	Person string
	Due    workflow.Day

	Provisional bool // the due day: the holidays of its year are not known yet

	Done    bool
	DoneOn  workflow.Day
	Result  string
	Late    bool
	Remarks []PlanRemark
}

// PlanRemark is what a reviewing party said of a measure or of a plan.
type PlanRemark struct {
	Text, Org string
	Person    workflow.Text
	At        time.Time
}

// Around is what is done beside the course of an issue.
type Around struct {
	Letters  []SentLetter
	Decided  []Event // who decided that it is supervised or escalated, the latest first
	Calls    []Call
	Systems  []System
	Outcomes []Outcome
	LookBack []Fact
	Spread   string // who was asked for a self-check
}

// SentLetter is a supervision letter.
type SentLetter struct {
	Number, Path            string // Path is "" where it has no page
	Rung                    workflow.Text
	Grounds, Asked, Decided string
	Limit                   workflow.Day
	Late                    bool // it is not signed for, and the limit has passed
	By                      workflow.Text
	On                      workflow.Day
	Round                   int
	Signed                  bool
	SignedBy                workflow.Text
	SignedAt                time.Time
}

// Call is a call for help with its answer.
type Call struct {
	To, Text         string
	By, Wants        workflow.Text
	On, Until        workflow.Day
	Open, Late       bool
	Climbed          string
	Reply            workflow.Text
	Said             string        // the answer
	Replied          workflow.Text // who gave it
	RepliedOn        workflow.Day
	UntilProvisional bool
}

// System is a rule that was made.
type System struct {
	Name, Number string
	On           workflow.Day
}

// Outcome is what was decided about responsibility.
type Outcome struct {
	Kind         workflow.Text
	Count        int
	Body, Number string
}
