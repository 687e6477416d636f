package page

import "rectify/workflow"

// ThreeLists are the three lists (三张清单) of problems, tasks and duties.
type ThreeLists struct {
	Frame
	About    string // the checklist or the organisation, "" for all
	Problems []ListedProblem
	Tasks    []ListedTask
	Duties   []ListedDuty
	Ledger   string // the same issues in the ledger
	Export   string
	Pager    Pager
}

func (ThreeLists) template() string { return "three_lists" }

// ListedIssue names the issue that a line of a list is about.
type ListedIssue struct{ Path, Number, Title string }

// ListedProblem is a line of the list of problems.
type ListedProblem struct {
	ListedIssue
	OwnNumber, Aspect, Detail  string
	Source, Grade, Kind, State workflow.Text
	Org                        string
	Due                        workflow.Day
	Provisional                bool // the holidays of the year of Due are not known
	Light                      workflow.Light
	Reported                   bool
}

// ListedTask is a line of the list of tasks: a measure.
type ListedTask struct {
	ListedIssue
	N                         int
	Text, Org, Leader, Person string
	Due, DoneOn               workflow.Day
	Provisional               bool // the holidays of the year of Due are not known
	Done, Late                bool
}

// ListedDuty is a line of the list of duties: an organisation that answers for something.
type ListedDuty struct {
	ListedIssue
	Main                          bool
	Org, Leader, People, Measures string
	Done, Of                      int
	Due                           workflow.Day
	Provisional                   bool // the holidays of the year of Due are not known
	Verifier, Closer              string
}
