package page

import "rectify/workflow"

// Burden shows what the program asked of branches in a month, against the budget.
type Burden struct {
	Frame
	Tabs     []Link
	Filters  []Field
	Fault    workflow.Text
	Month    string
	Org      string
	Budget   workflow.Budget
	Rows     []BurdenRow
	Machines []MachineLoad
	Pager    Pager
	Form     *Form // to change the budget, for the system administrator
}

func (Burden) template() string { return "burden" }

// BurdenRow is one organisation.
type BurdenRow struct {
	Path, Org string
	Level     workflow.Text
	Steps     int
	workflow.Load
	Over bool
}

// MachineLoad is what a machine asks of the unit that puts an issue right.
type MachineLoad struct {
	Title workflow.Text
	Parts []StepLoad
	workflow.Load
}

// StepLoad is what one step asks.
type StepLoad struct {
	Action workflow.Text
	workflow.Load
}
