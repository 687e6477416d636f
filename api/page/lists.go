package page

import (
	"time"

	"rectify/workflow"
)

// Upload is where a workbook is sent in.
type Upload struct {
	Frame
	Form    Form // the fields beside the file
	Hint    workflow.Text
	Columns string        // that the table must have
	Wrong   workflow.Text // with the file
	Kept    *KeptFile     // a file that came before the form failed
	Step    int
	Back    string
}

func (Upload) template() string { return "upload" }

// Understood is how a checklist was understood, and what would become of each row.
type Understood struct {
	Frame
	File     string
	Facts    []Fact
	Read     int
	Takable  int
	Refused  int
	Known    int
	Skipped  int
	Reported int
	Hidden   []string // sheets that are not read
	Fault    workflow.Text
	Columns  []ColumnRow
	Keep     []Field // of the address, but for the columns
	KeepAll  []Field
	Tallies  []Tally
	Rows     []FateRow
	Pager    Pager
	Action   string
	Rejects  string
	Anew     string
}

func (Understood) template() string { return "understood" }

// Unread counts the columns that are kept by their header alone.
func (u Understood) Unread() (n int) {
	for _, c := range u.Columns {
		if c.Kept {
			n++
		}
	}
	return n
}

// ColumnRow is a column of the workbook and how it was understood.
type ColumnRow struct {
	Sheet, Letter, Header string
	Options               []Option
	Kept                  bool // by its header alone
}

// FateRow is a row of the workbook as it was understood.
type FateRow struct {
	Sheet       string
	Row         int
	Number      string
	Detail      string
	Org, Person string
	Due         workflow.Day
	Kind, Grade workflow.Text
	Reported    bool
	Fate        workflow.Text
	Class       string
	Remarks     []Remark
}

// Remark is something to tell about a cell.
type Remark struct {
	Sheet    string
	Row      int
	Column   string // its letters
	Read, As string
	Text     workflow.Text
	Refused  bool
}

// Job is an import under way, or what became of it.
type Job struct {
	Frame
	Running     bool
	Done, Total int
	ListTitle   string
	Read        int
	Taken       int
	Known       int
	Refused     int
	Doubtful    int
	Reported    int
	Fault       workflow.Text
	Ledger      string
	Assign      string // where what was taken is assigned, many at once
	Rejects     string
	From        string
	Anew        string
}

func (Job) template() string { return "job" }

// TableCheck is what the import of a table would change.
type TableCheck struct {
	Frame
	File    string
	Read    int
	Takable int
	Known   int
	Refused []Remark
	Action  string
	Anew    string
}

func (TableCheck) template() string { return "table_check" }

// FirstPasswords is where first passwords are made.
type FirstPasswords struct {
	Frame
	Form Form
}

func (FirstPasswords) template() string { return "first_passwords" }

// Checklists are the lists that were imported.
type Checklists struct {
	Frame
	Rows   []ChecklistRow
	Pager  Pager
	Import string // where one is imported, "" for who may not
	Tables []Link // what else the reader may import
}

func (Checklists) template() string { return "checklists" }

// ChecklistRow is a checklist and how far it is: what the units report and what was verified and closed are kept apart.
type ChecklistRow struct {
	Path              string
	ListsPath         string // of the three lists
	Bundle            string // with the proof that nothing was altered
	Title             string
	Source            workflow.Text
	Unit              string
	FoundOn           workflow.Day
	At                time.Time
	Total             int
	Closed            int
	Reported          int
	Overdue           int
	Amount, Recovered int64 // fen
	ClosedPath        string
	ReportedPath      string
	OverduePath       string
	Sources           string // where its issues are reconciled by source
}

// Bulk is where one step is taken on many issues.
type Bulk struct {
	Frame
	Back    string // the list that it came from
	Steps   []Tally
	Form    Form
	Rows    []BulkRow
	Pager   Pager
	All     string // the address of this page with every row chosen
	Chosen  bool   // a step
	Able    int    // how many rows can take the step
	Unable  int    // how many of the page cannot, and are not shown
	Nothing bool   // the list is empty

	OneByOne []workflow.Text // steps that are open on some of the issues and not taken here
}

func (Bulk) template() string { return "bulk" }

// Shown are the rows that can take the step, and those of which it must be said why they cannot.
func (b Bulk) Shown() (out []BulkRow) {
	for _, r := range b.Rows {
		if r.Value != "" || r.Fault.Zh != "" {
			out = append(out, r)
		}
	}
	return out
}

// BulkRow is an issue that may be chosen.
type BulkRow struct {
	Row
	Value  string // its id and version, "" when the step is not open on it
	Picked bool
	Fault  workflow.Text
}

// BulkDone says what became of a step on many issues.
type BulkDone struct {
	Frame
	Done   int
	Failed int
	Rows   []BulkRow
	Back   string
	Anew   string
}

func (BulkDone) template() string { return "bulk_done" }
