package page

import (
	"slices"
	"strings"
	"time"

	"rectify/workflow"
)

// Row is an issue in a table.
type Row struct {
	Path      string
	Number    string
	OwnNumber string
	Title     string
	Org       string
	Person    string
	State     workflow.Text
	Grade     workflow.Text
	Kind      workflow.Text
	Source    workflow.Text
	Light     workflow.Light
	Due       workflow.Day
	Left      workflow.Text // how long until the due day, in words

	Provisional bool // the due day: the holidays of its year are not known yet
	Supervised  bool
	Reported    bool // done, by the unit's own word
	FoundOn     workflow.Day
	Amount      int64 // fen
	Recovered   int64 // fen
	UpdatedAt   time.Time
	Why         []Waited // what it waits for
}

// Waited is one thing that an issue waits for.
type Waited struct {
	Text  workflow.Text
	When  workflow.Text // by which day, or after which; empty where no time runs
	Left  workflow.Text // how long until then, empty for what has to be waited out
	Late  bool
	Basis workflow.Text // of the day

	Provisional bool
}

// Table is a list of issues with the columns that it shows.
type Table struct {
	Columns []Column
	Rows    []Row
}

// Column is a column of a list of issues.
type Column struct {
	Name string
	Text workflow.Text
}

// Columns are all that a list of issues can show, in their order.
func Columns() []Column {
	return []Column{{"due", workflow.Say("时限", "Due")}, {"number", workflow.Say("编号", "Number")}, {"title", workflow.Say("问题", "Problem")},
		{"why", workflow.Say("等您办什么", "What you are to do")}, {"org", workflow.Say("责任单位、责任人", "Responsible")}, {"state", workflow.Say("状态", "State")},
		{"grade", workflow.Say("等级、类型", "Grade, kind")}, {"source", workflow.Say("来源", "Source")}, {"found", workflow.Say("发现日期", "Found on")},
		{"amount", workflow.Say("涉及、追回金额（元）", "Amount, recovered (yuan)")}, {"updated", workflow.Say("最近变动", "Changed")}}
}

// ColumnsNamed are the columns of these names, in their order.
func ColumnsNamed(names ...string) []Column {
	return slices.DeleteFunc(Columns(), func(c Column) bool { return !slices.Contains(names, c.Name) })
}

// Pager leads through a list: First is "" on the first page, Next at the end.
type Pager struct{ First, Next string }

// Awaiting is what waits for somebody.
type Awaiting struct {
	Frame
	Table  Table
	Pager  Pager
	Idle   bool   // holds no post by which anything could wait
	Look   []Link // what an inspector comes for
	Checks int    // self-checks that wait for an answer
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
	Table   Table
	Pager   Pager
	Total   int
	Phases  []Tally
	Lights  []Tally
	Filters []Field
	Keep    []Field // of the filter, that its form does not show
	Clear   bool    // something narrows the list
	Fault   workflow.Text
	Choice  []Option // of columns
	Views   []View
	// ViewQuery is what a view of this page would keep, "" where there is nothing to keep.
	ViewQuery string
}

// View is a set of filters that somebody keeps under a name.
type View struct {
	Name, Path string
	Current    bool
}

// ViewName is the name of the view that is shown, "" for none.
func (l Ledger) ViewName() string {
	for _, v := range l.Views {
		if v.Current {
			return v.Name
		}
	}
	return ""
}

// Query is the filter as it stands in the address, with its question mark, "" for none: for what is done with all that is shown.
func (l Ledger) Query() string {
	if _, query, ok := strings.Cut(l.Here, "?"); ok {
		return "?" + query
	}
	return ""
}

func (Ledger) template() string { return "ledger" }
