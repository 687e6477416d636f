// Package sheet turns workbooks into plain rows and rows into workbooks.
//
// Reading goes in two strides. Read takes a workbook from outside, which is hostile until shown otherwise, and copies it into cells
// (Book) under limits. ReadChecklist, ReadOrgs and ReadPosts then understand the cells: which row is the header, which column is
// which, what a date or an amount means. Whatever was interpreted is a Finding among the doubtful, whatever cannot be taken is one
// among the refused; each says where, what was read and why.
//
// The package knows no database and no organisations: names of organisations and people leave it as they were written.
package sheet

import "rectify/workflow"

// Place is where something stands in a workbook.
type Place struct {
	Sheet  string `json:"sheet"`
	Row    int    `json:"row"`              // counted from 1
	Column string `json:"column,omitempty"` // its letters, as in Excel; "" when the whole row is meant
}

// Finding is something to tell the person who imports: why a row was refused, or how a cell was understood.
type Finding struct {
	Place
	Value      string        `json:"value"`                // what was read
	Understood string        `json:"understood,omitempty"` // how it was understood; only for doubts
	Reason     workflow.Text `json:"reason"`
	Code       string        `json:"code"` // a word for programs: "no_problem", "bad_day" …
}

// Column is a column of a header and how it was understood.
type Column struct {
	Sheet  string
	Column string // its letters
	Header string // as written; the two levels of a header of two rows are joined by "/"
	Field  string // what it holds, a word of the table of synonyms; "" when it is kept by its header only
}

// Checklist is a workbook understood as a list of problems.
type Checklist struct {
	Title   string       // the title row, "" if none
	Unit    string       // 填报单位 or 被审计单位 from a note, or from a column that says the same in every row
	FoundOn workflow.Day // 反馈日期 in the notes
	Columns []Column
	Rows    []Row
	Skipped int      // rows without problem, organisation and date: notes, signatures, totals, headings
	Hidden  []string // hidden sheets, which are not read
}

// Row is one problem as the workbook states it. A row with something in Refused cannot be taken.
type Row struct {
	Place             // where the problem stands; of two joined sheets, in the one with the problems
	Number     string // its own number (序号, 通知书号 …); "" when it has none that is its own
	Source     string // its own source as written, "" if none
	SourceCode string // the source as a word of the program, "" if it is none of the eleven

	Aspect, Detail, Goal                string
	Measures                            []string
	Leader, Responsible, Person, Finder string
	Assisting                           []string
	FoundOn                             workflow.Day // its own day, "" if the row has none
	Kind                                string       // immediate, timed, lasting or ""
	Grade                               string       // ordinary, serious, major or ""
	Due                                 workflow.Day // "" if none is given, or if the kind decides it
	Status                              string       // as written
	ReportedDone                        bool         // the status says done: reported, not verified
	AmountFen, RecoveredFen             int64
	Extra                               map[string]string // the columns without a field of their own, by header

	Refused  []Finding // why this row cannot be taken
	Doubtful []Finding // every interpretation that was made

	read   map[field]string // what was read, by field: the text that WriteRejects gives back
	places map[field]Place  // where it was read
}

// OrgRow is one line of a table of organisations.
type OrgRow struct {
	Place
	Code, Name, Short string
	Level             string // work_committee, party_group, organ_committee, general_branch, branch
	Parent            string // the code of the organisation above, "" for the root
	Refused           []Finding
}

// PostRow is one appointment.
type PostRow struct {
	Place
	Name, Account, Mobile string
	OrgCode               string
	Post                  string // work_secretary … audit_admin
	From, Until           workflow.Day
	Refused               []Finding
}

// Options is what the sheet itself may not say.
type Options struct {
	FoundOn workflow.Day // the day from which relative periods count when neither row nor sheet gives one
	Today   workflow.Day // the last resort for the year of a day written without one
	Columns []string     // how the columns are understood instead, each a word of Fields, in the order of Checklist.Columns
}
