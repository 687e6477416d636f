package page

import "rectify/workflow"

// Verify asks for a bundle, and shows what was found in one.
type Verify struct {
	Frame
	Tabs     []Link
	Action   string
	Most     int64 // bytes of a bundle
	Report   *ProofReport
	Take     string // where a bundle of a span of days is taken, "" for who may not
	From, To workflow.Day
}

func (Verify) template() string { return "verify" }

// ProofReport is what was found in a bundle.
type ProofReport struct {
	Whole                bool
	Verdict, About       workflow.Text
	ShortCode, Origin    string
	Size                 int64
	Wrong, Checked, Open []workflow.Text
	More                 int
}
