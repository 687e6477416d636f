package page

import (
	"time"

	"rectify/workflow"
)

// Findings is where an inspector writes down what they find, where an offline pack is open.
type Findings struct {
	Frame
	Number, Org string
	From, Until workflow.Day
	Rows        []FindingRow
	Form        *Form
	Export      string
}

func (Findings) template() string { return "findings" }

// FindingRow is one of them.
type FindingRow struct {
	ID, Detail, Basis, Org string
	FoundOn                workflow.Day
	At                     time.Time
	Texts                  []string
	Edit                   string
}

// Apply is where a change set of an offline pack is taken in: first it is said what would come.
type Apply struct {
	Frame
	Tabs         []Link
	Form         *Form // nil for who may log nothing
	Number, Name string
	New, Looks   int
	Rows         []AppliedRow
	Sure         *Form // nil before the rehearsal
}

func (Apply) template() string { return "apply" }

// AppliedRow is a finding of a change set.
type AppliedRow struct {
	Detail, Org string
	FoundOn     workflow.Day
	Already     bool
	Number      string // of the issue that it became before
	Refused     workflow.Text
}

// Rehearsed puts what would come into the page, with the form that has it done.
func (p *Apply) Rehearsed(number, name string, fresh, looks int, rows []AppliedRow, sure *Form) {
	p.Number, p.Name, p.New, p.Looks, p.Rows = number, name, fresh, looks, rows
	if fresh+looks > 0 {
		p.Sure = sure
	}
}
