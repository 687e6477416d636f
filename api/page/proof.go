package page

import (
	"time"

	"rectify/workflow"
)

// Proof shows by what the record can be checked: the newest checkpoint of the sealed log, those before it, and what to keep.
type Proof struct {
	Frame
	Tabs  []Link
	Fault *workflow.Text // why there is no checkpoint, nil where there is one
	New   ProofRow
	Keys  string // where the public keys are
	Rows  []ProofRow
	Pager Pager
	Mail  *Form // where the checkpoints are mailed, for who may say so
}

func (Proof) template() string { return "proof" }

// ProofRow is a checkpoint in a list.
type ProofRow struct {
	Path, Code string
	At         time.Time
	Lines      int64
	Witnesses  []string
	Note       string // the signed text
}
