package page

import (
	"time"

	"rectify/workflow"
)

// RuleCheck shows what was proven of the rules in force, or of rules that are looked at before they are put in force.
type RuleCheck struct {
	Frame
	Tabs  []Link
	Found *CheckedRules // nil while nothing was checked
	Check *Form         // with which administrators have rules checked; nil for others
	Wrong []workflow.Text
}

func (RuleCheck) template() string { return "rule_check" }

// CheckedRules is the outcome of a check.
type CheckedRules struct {
	InForce       bool
	Whole         bool
	Digest        string
	At            time.Time
	Machines      int
	Lines         int
	States, Steps int
	Nobody        []workflow.Text // what nobody can do
	Claims        []CheckedClaim
	Posts         []CheckedPost
}

// CheckedClaim is what was to be proven, with the shortest story that breaks it.
type CheckedClaim struct {
	Text  workflow.Text
	Holds bool
	Story workflow.Text
	Steps []CheckedStep
}

// CheckedStep is one step of a story and the line of the policy that allows it.
type CheckedStep struct {
	Text workflow.Text
	Rule string
}

// CheckedPost is the most that a post can do.
type CheckedPost struct {
	Post, Level workflow.Text
	Most        []CheckedMost
}

// CheckedMost are the actions that a post can do to issues up to a grade.
type CheckedMost struct {
	UpTo    workflow.Text
	Actions []workflow.Text
}
