package page

import "rectify/workflow"

// Prompts shows the prompt of a month or the pack of a quarter of one organisation, to be read or printed.
type Prompts struct {
	Frame
	Org     string
	Period  workflow.Text
	Made    workflow.Text // when, or that it is worked out now
	Tabs    []Link
	Periods []Link
	Below   []OrgLink
	Above   []OrgLink
	Figures []PromptFigure
	Units   []PromptUnit
	Lists   []PromptList
	None    bool // the reader sees no organisation's issues
}

func (Prompts) template() string { return "prompts" }

// PromptFigure is a number with what it counts.
type PromptFigure struct {
	Text  workflow.Text
	N     int
	Light workflow.Light // "" for none
	Path  string         // the rows behind it, "" for none
}

// PromptUnit is what a unit below has.
type PromptUnit struct {
	Name                            string
	Path                            string
	Open, Own, Overdue, Closed, Gap int // Overdue is without Own
}

// PromptList is a list of issues.
type PromptList struct {
	Title workflow.Text
	Count int
	Note  workflow.Text // the head of the last column, "" for none
	Rows  []PromptRow
}

// PromptRow is an issue.
type PromptRow struct {
	Number, Title, Path, Org, Person string
	Day                              workflow.Day
	Days                             workflow.Text
	Note                             string
	Own                              bool // the unit found it by itself when it was asked to look
}
