package store

import (
	"errors"

	"rectify/workflow"
)

// Key makes a command idempotent. Command is "" for a command without key, else unique for the actor and the command; Request is
// the digest of what was asked.
type Key struct {
	Command string
	Request [32]byte
}

// Earlier is what an earlier command with the same key did.
type Earlier struct {
	Subject int64 // the issue it changed
	Seq     int   // the line of history it wrote
	Same    bool  // it asked for the same
}

// ErrReplay is returned by decide to say: the earlier command stands, give its outcome again.
var ErrReplay = errors.New("give the outcome of the earlier command again")

// Refs names what a step refers to beside its issue, so that it is read in the same transaction.
type Refs struct {
	Org   workflow.OrgID
	Other workflow.IssueID
}

// Loaded is what a step is decided on. Org and Other are nil when they were not named or are not there, Earlier when the key is new.
type Loaded struct {
	Issue   workflow.Issue
	Other   *workflow.Issue
	Org     *Org
	Earlier *Earlier
}

// NewIssue is one issue to be written by CreateAll.
type NewIssue struct {
	Key    Key
	Prefix string
	Decide func(number string, e *Earlier) (workflow.Change, error)
}
