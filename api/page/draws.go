package page

import (
	"time"

	"rectify/workflow"
)

// Draws lists the draws of closed issues for a look-back, and to who may announce one the form for it.
type Draws struct {
	Frame
	Tabs  []Link
	Rows  []DrawRow
	Pager Pager
	Form  *Form
}

func (Draws) template() string { return "draws" }

// DrawRow is a draw in a list.
type DrawRow struct {
	Path, Number, Org string
	From, To, On      workflow.Day
	Size, Drawn       int
	Held              bool
}

// DrawPage is a draw with all that is needed to draw again by hand.
type DrawPage struct {
	Frame
	Tabs       []Link
	Row        DrawRow
	By         string
	At         time.Time
	HeldAt     time.Time
	Announced  string // digests, in hexadecimal
	Head, Seed string
	Picked     []DrawnIssue
	Population []string
	Form       *Form // to hold it, for who may and when it may be held
}

func (DrawPage) template() string { return "draw" }

// DrawnIssue is an issue that was drawn, with a way to it for who may see it.
type DrawnIssue struct {
	Number, Path, Title string
	State               workflow.Text
}
