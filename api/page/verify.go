package page

import "rectify/workflow"

// Verify asks for a bundle, and shows what was found in one.
type Verify struct {
	Frame
	Tabs     []Link
	Action   string
	Most     int64 // bytes of a bundle
	Report   *ProofReport
	Take     string       // where a bundle is taken that can be compared with a checkpoint
	From, To workflow.Day // of a span of days, none for who may take none
}

func (Verify) template() string { return "verify" }

// PackProof shows, where an offline pack is open, what was found in its proof.
type PackProof struct {
	Frame
	Tabs   []Link
	Action string
	Report ProofReport
	Held   string // the checkpoint that it was held against, "" for none
	Bundle string // where the bundle of the pack is, "" where it has none
}

func (PackProof) template() string { return "packproof" }

// ProofReport is what was found in a bundle.
type ProofReport struct {
	Whole                bool
	Verdict, About       workflow.Text
	ShortCode, Origin    string
	Size                 int64
	Wrong, Checked, Open []workflow.Text
	More                 int
}
