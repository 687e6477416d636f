package page

import (
	"strings"

	"rectify/workflow"
)

// Row is an issue in a table.
type Row struct {
	Path       string
	Number     string
	OwnNumber  string
	Title      string
	Org        string
	Person     string
	State      workflow.Text
	Grade      workflow.Text
	Kind       workflow.Text
	Source     workflow.Text
	Light      workflow.Light
	Due        workflow.Day
	Left       workflow.Text // how long until the due day, in words
	Supervised bool
	Reported   bool // done, by the unit's own word
}

// Pager leads through a list: First is "" on the first page, Next at the end.
type Pager struct{ First, Next string }

// Awaiting is what waits for somebody.
type Awaiting struct {
	Frame
	Rows  []Row
	Pager Pager
	Idle  bool // holds no post by which anything could wait
}

func (Awaiting) template() string { return "awaiting" }

// Tally is a number that leads to the rows behind it.
type Tally struct {
	Text   workflow.Text
	Count  int
	Path   string
	Chosen bool
	Class  string // of a light
}

// Ledger is the list of issues.
type Ledger struct {
	Frame
	Rows    []Row
	Pager   Pager
	Total   int
	Phases  []Tally
	Lights  []Tally
	Filters []Field
	Keep    []Field // of the filter, that its form does not show
	Clear   bool    // something narrows the list
	Fault   workflow.Text
}

// Query is the filter as it stands in the address, with its question mark, "" for none: for what is done with all that is shown.
func (l Ledger) Query() string {
	if _, query, ok := strings.Cut(l.Here, "?"); ok {
		return "?" + query
	}
	return ""
}

func (Ledger) template() string { return "ledger" }
