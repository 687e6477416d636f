package page

import "rectify/workflow"

// Similar lists issues that may be the same problem as one.
type Similar struct {
	Frame
	Head   Head
	Logged bool // the issue was written down a moment ago
	Rows   []SimilarRow
}

func (Similar) template() string { return "similar" }

// Alike is what reads like a problem that is being written down. The form takes the part with the id alike out of it.
type Alike struct {
	Frame
	Looked bool // there was enough of a text to look for
	Rows   []SimilarRow
}

func (Alike) template() string { return "alike" }

// SimilarRow is an issue that may be the same problem.
type SimilarRow struct {
	Path, Number, OwnNumber string
	Title, Org              string
	Source, State           workflow.Text
	Alike                   int // percent
	Reasons                 []workflow.Text
	Merge                   string // where one is merged into the other, "" for who may not
}

// AbsorbedRow is an issue that was merged into another one.
type AbsorbedRow struct {
	Path, Number, OwnNumber string
	Source                  workflow.Text
	Via                     string // the number of the one with which it came, "" for none
}

// Sources are problems by their source, reconciled.
type Sources struct {
	Frame
	Tabs      []Link
	Org       Field        // the choice of a unit
	Checklist string       // the id that is kept in the address, "" for none
	List      string       // the title of that checklist
	On        workflow.Day // the past day in the address, "" for none
	Line      workflow.Text
	Whole     workflow.Text
	Groups    []SourceGroup
}

func (Sources) template() string { return "sources" }

// SourceGroup are sources with what they come to together.
type SourceGroup struct {
	Title workflow.Text
	Rows  []SourceRow
	Sum   SourceRow
}

// SourceRow is one source.
type SourceRow struct {
	Path                                               string
	Text                                               workflow.Text
	Items, Merged, Cancelled, Issues, Closed, Reported int
}

// SourceReport is what one source is told of its items.
type SourceReport struct {
	Frame
	Tabs   []Link
	Place  workflow.Text
	Line   workflow.Text // of this source
	Whole  workflow.Text
	Rows   []SourceItem
	Pager  Pager
	Export string
	Back   string
}

func (SourceReport) template() string { return "source_report" }

// SourceItem is one item under the number that its source gave it.
type SourceItem struct {
	OwnNumber, Number, Path, Detail, Org string
	Measures                             []string
	Result                               string
	State                                workflow.Text
	Due                                  workflow.Day
	Into, IntoPath                       string
}

// SelfChecks are what the reader's organisations are asked to look for, and what they asked others.
type SelfChecks struct {
	Frame
	Tabs     []Link
	Open     []CheckRow
	Answered []CheckRow
	Asked    []AskedRow
}

func (SelfChecks) template() string { return "self_checks" }

// CheckRow is a self-check. Action is where it is answered, "" where it is not to be answered here.
type CheckRow struct {
	Action, Org, Asker string
	Text               string
	Due                workflow.Day
	Late               bool
	Answer             workflow.Text
	By, Note           string
	On                 workflow.Day
	Became, BecamePath string // the issue that came of it
}

// AskedRow is how the self-checks stand for which one issue asked.
type AskedRow struct {
	Path, Number, Text                string
	Due                               workflow.Day
	Asked, Answered, Have, None, Late int
}
