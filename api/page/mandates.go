package page

import (
	"time"

	"rectify/workflow"
)

// Mandates lists the mandates of inspectors, and has the form for one for who may grant it.
type Mandates struct {
	Frame
	Tabs  []Link
	Rows  []MandateRow
	Pager Pager
	Form  *Form
	Apply string // where what inspectors bring back is logged
}

func (Mandates) template() string { return "mandates" }

// MandateRow is a mandate.
type MandateRow struct {
	Path, Number, Basis, Org string
	From, Until              workflow.Day
	State                    workflow.Text
	Over                     bool
	GrantedAt, EndedAt       time.Time
	GrantedBy, EndedBy       string
	EndedWhy                 string
	Inspectors               []MandateInspector
}

// MandateInspector is one of those whom a mandate lets look.
type MandateInspector struct {
	Name       string
	DeclaredAt time.Time
	Own        bool   // the reader
	Shown      bool   // the reader may know the ties
	Ties       string // declared, "" for none
	Looks      string // where it is shown what was read and taken, "" if not to the reader
}

// Mandate is one of them.
type Mandate struct {
	Frame
	Tabs     []Link
	Row      MandateRow
	Declared bool         // by the reader
	Declare  *Form        // nil for who is no inspector of it
	Pack     *Form        // by which the reader takes the offline pack; nil for who may not
	End      *Form        // nil for who may not end it
	Lines    []RecordLine // what was done about it
}

func (Mandate) template() string { return "mandate" }

// Looks is what an inspector read and took under a mandate.
type Looks struct {
	Frame
	Tabs               []Link
	Back, Number, Name string
	Lines              []RecordLine
	Whole              bool
	Pager              Pager
}

func (Looks) template() string { return "looks" }
