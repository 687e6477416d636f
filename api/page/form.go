package page

import (
	"errors"
	"slices"

	"rectify/workflow"
)

// Form is a form as data: the template draws each field by its kind.
type Form struct {
	Action  string // where it is sent
	Key     string // the idempotency key, made when the form was made
	Version int    // of the issue that the sender saw, 0 where there is none
	Fields  []Field
	Submit  workflow.Text
	Fold    workflow.Text // what stands behind the others, "" for simply more
	Danger  bool          // it cannot be undone easily
	Files   bool          // it may carry files
	Most    int64         // bytes that all of it together may have, 0 for what is not told
	Fault   workflow.Text
	Status  int // 200, or what went wrong
}

// Kind of a field.
type Kind string

// The kinds of fields.
const (
	Line     Kind = "line"     // one line of text
	Secret   Kind = "secret"   // a password
	Area     Kind = "area"     // several lines
	Date     Kind = "date"     // a day
	Number   Kind = "number"   // an amount of yuan
	Select   Kind = "select"   // one of Options
	Many     Kind = "many"     // some of Options
	Radio    Kind = "radio"    // one of Options, all seen
	Checks   Kind = "checks"   // boxes, each with a name of its own
	Files    Kind = "files"    // files and a text; Kept are those that were uploaded already
	Measures Kind = "measures" // a table of measures
	Grid     Kind = "grid"     // rows of small fields, Cells
	Remarks  Kind = "remarks"  // a text beside each of several things, Notes
	Said     Kind = "said"     // no field: a text that is answered
	OneFile  Kind = "file"     // one file
	Hidden   Kind = "hidden"
	OrgName  Kind = "org" // an organisation of a tree that is too large to choose from: its name or code, typed
)

// Field is a field of a form.
type Field struct {
	Name     string
	Kind     Kind
	Label    workflow.Text
	Help     workflow.Text
	Value    string
	Required bool
	Options  []Option
	Rows     []MeasureRow // of Measures
	Cells    [][]Cell     // of Grid
	Notes    []NoteRow    // of Remarks
	Kept     []KeptFile   // of Files
	Fault    workflow.Text
	Hint     string // what the browser may fill in (autocomplete)
	Focus    bool
	Live     string // where an Area sends its form while it is typed in; the part of the answer with the id alike comes below it
	More     bool   // it stands behind the others and is left out as a rule
}

// Option is a choice of a field.
type Option struct {
	Value  string
	Text   workflow.Text
	Chosen bool
	Group  workflow.Text
}

// MeasureRow is a measure as it is typed in.
type MeasureRow struct {
	Text, Leader, Due string
	People            []Option
	Orgs              []Option // that can carry it, none where there is only one
}

// Extra says whether the row holds something of what stands behind its fold.
func (m MeasureRow) Extra() bool {
	return m.Leader != "" || slices.ContainsFunc(m.Orgs, func(o Option) bool { return o.Chosen })
}

// Cell is a small field in a row of a table.
type Cell struct {
	Name    string
	Kind    Kind // Line, Date, Number or Select
	Label   workflow.Text
	Value   string
	Options []Option
}

// NoteRow is what is written beside one thing; N is its number, 0 for all of them.
type NoteRow struct {
	N     int
	About string
	Text  string
}

// KeptFile is a file that was uploaded before the form failed.
type KeptFile struct{ Hash, Name string }

// Field finds a field by name, nil if there is none.
func (f *Form) Field(name string) *Field {
	for n := range f.Fields {
		if f.Fields[n].Name == name {
			return &f.Fields[n]
		}
	}
	return nil
}

// HasMore says whether the form has fields that stand behind the others.
func (f Form) HasMore() bool {
	return slices.ContainsFunc(f.Fields, func(x Field) bool { return x.More })
}

// MoreOpen says whether one of them was filled in, or filled in wrongly, so that it must be seen.
func (f Form) MoreOpen() bool {
	return slices.ContainsFunc(f.Fields, func(x Field) bool { return x.More && (x.Fault != workflow.Text{} || x.filled()) })
}

func (x *Field) filled() bool {
	return slices.ContainsFunc(x.Cells, func(row []Cell) bool {
		return slices.ContainsFunc(row, func(c Cell) bool { return c.Value != "" })
	})
}

// Fail says in the form what was wrong with it: beside the field that it is about, else above the form. It says whether the error is
// one that a user can act on.
func (f *Form) Fail(err error) bool {
	fault, ok := errors.AsType[*workflow.Fault](err)
	if !ok {
		return false
	}
	name := fault.Field
	if name == "file" {
		name = "evidence"
	}
	if field := f.Field(name); field != nil && field.Kind != Hidden {
		field.Fault, field.Focus = fault.Text, true
		return true
	}
	f.Fault = fault.Text
	return true
}
