package page

import (
	"slices"
	"time"

	"rectify/workflow"
)

// Issue is one issue with everything that is known of it.
type Issue struct {
	Frame
	Head     Head
	Actions  []Action // the steps that would be accepted, those of the way first
	Beside   []Action // and those beside it
	Why      string   // where it is explained why something is not offered
	Facts    []Fact
	Detail   string
	Goal     string
	Marks    []workflow.Text // supervised, escalated …
	Plan     Plan
	Rounds   []Round
	Request  *Request
	Signers  []Signer
	Around   Around
	Bundle   string        // where it is taken with the proof that nothing was altered
	Similar  string        // where similar ones are, "" for who may not merge it
	Absorbed []AbsorbedRow // what was merged into it
	Checks   []CheckRow    // the self-checks that it asked for
	Lines    []Event
	More     string // where the earlier history is, "" if all is shown

	Day         workflow.Day // the past day of which the page is, "" for now
	Certificate string       // of its closure, "" while it is open
	Seal        *Seal        // for the print of a closed issue, nil where nothing was sealed
}

// Seal is a checkpoint of the sealed log as it is printed.
type Seal struct {
	ShortCode, Code string // Code is where its picture is
	At              time.Time
	Lines           int64
}

func (Issue) template() string { return "issue" }

// Head is what names an issue, at the top of every page about it.
type Head struct {
	Path   string
	Number string
	Title  string
	State  workflow.Text
	Light  workflow.Light
	Left   workflow.Text
	Phases []Phase
}

// Phase is one of the five.
type Phase struct {
	Text          workflow.Text
	Past, Current bool
}

// Action is a step that is offered.
type Action struct {
	Path   string
	Text   workflow.Text
	Danger bool
	Main   bool
}

// Fact is a line of the table of facts.
type Fact struct {
	Label workflow.Text
	Value workflow.Text // in words that have two languages
	Plain string        // or as it is
	Basis workflow.Text // what a date rests on

	Provisional bool // a date whose holidays are not known yet
}

// Round is the evidence of one round.
type Round struct {
	N        int
	Current  bool
	Evidence []Evidence
}

// Evidence is a file or a text.
type Evidence struct {
	Name    string
	Text    string
	Path    string // of the file, "" for a text
	Picture string // address of the picture, "" for none
	Thumb   string // of the small one, "" for none
	Size    int64
	By      string
	At      time.Time
	Measure int
}

// Request is what was asked and waits to be decided.
type Request struct {
	Kind    workflow.Text
	Reason  string
	Askers  string
	Decider string
	Facts   []Fact
}

// Signer is a party of a countersign.
type Signer struct {
	Org    string
	Person workflow.Text
	Note   string
	Mark   workflow.Text // what they think of a plan
	At     time.Time
	Signed bool
}

// Event is a line of the timeline.
type Event struct {
	At       time.Time
	Name     string
	Post     workflow.Text // with its organisation
	Action   workflow.Text
	From, To workflow.Text // empty where the state stayed
	Note     string
	Changes  []Change // field by field
	For      string   // whom they stood in for
	Rule     string
	Relation workflow.Text
	Round    int
}

// Step is the form of one step on an issue.
type Step struct {
	Frame
	Head Head
	Form Form
	Hint []workflow.Text // advice on the plan that is judged
	As   workflow.Text   // in which post and relation it is taken
	Why  string
	Kept []string // what was typed, where the step is not possible any more
}

func (Step) template() string { return "step" }

// Why explains why a step is not offered.
type Why struct {
	Frame
	Head    Head
	Answers []Answer
}

func (Why) template() string { return "why" }

// Answer is about one step.
type Answer struct {
	Action  workflow.Text
	Allowed bool
	Path    string // of its form where it is offered
	Reason  workflow.Text
	Who     workflow.Text // who can, where the reason does not say it
	// Elsewhere says that the step belongs to other states of an issue.
	Elsewhere bool
}

// HasElsewhere says whether steps of other states are among the answers.
func (w Why) HasElsewhere() bool {
	return slices.ContainsFunc(w.Answers, func(a Answer) bool { return a.Elsewhere })
}

// Find is the form in which a problem is written down.
type Find struct {
	Frame
	Form Form
}

func (Find) template() string { return "find" }
