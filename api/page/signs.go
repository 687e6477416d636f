package page

import "rectify/workflow"

// Signs says how many signs of paper rectification were found in an organisation, each with what it may mean.
type Signs struct {
	Frame
	Tabs    []Link
	Filters []Field // none for who may not read any
	Fault   workflow.Text
	Org     string
	Sheets  []SignSheet
	Rules   string // where the numbers are
}

func (Signs) template() string { return "signs" }

// SignSheet is one sign.
type SignSheet struct {
	Path                         string
	Text, Looks, Means, Harmless workflow.Text
	N                            int
	Cut                          bool
}

// SignFindings is one sign with the issues behind it.
type SignFindings struct {
	Signs
	Back     string
	Sheet    SignSheet
	Findings []SignFinding
}

func (SignFindings) template() string { return "sign" }

// SignFinding is what was found of an organisation, or of a file or text of several.
type SignFinding struct {
	Path, Org string // "" for several
	Text      workflow.Text
	Issues    []SignIssue
	More      int
}

// SignIssue is an issue behind a finding.
type SignIssue struct {
	Path, Number, Title, Org string
	State                    workflow.Text
	Light                    workflow.Light
	Due                      workflow.Day
	Note                     workflow.Text
}

// SignRules are the numbers from which something is shown as a sign.
type SignRules struct {
	Frame
	Tabs []Link
	Rows []SignSheet
	Form *Form // for the system administrator
}

func (SignRules) template() string { return "sign_rules" }
