package page

import (
	"time"

	"rectify/workflow"
)

// Notices is what happened that the reader is to hear of, the latest first.
type Notices struct {
	Frame
	Told   []Told // the newest messages in the program
	Seen   string // the id of the first of them; what the form that marks them as read sends
	Rows   []NoticeRow
	Checks []CheckRow // self-checks that wait for an answer
	Upto   int64      // milliseconds; what the form that marks them as read sends
	Pager  Pager
}

func (Notices) template() string { return "notices" }

// AnyUnread says whether there is something to mark as read.
func (n Notices) AnyUnread() bool {
	if n.Unread > 0 {
		return true
	}
	for _, r := range n.Rows {
		if r.Unread {
			return true
		}
	}
	return false
}

// NoticeRow is one thing that happened.
type NoticeRow struct {
	At        time.Time
	Name, Org string // who did it
	Action    workflow.Text
	As        workflow.Text // what the reader is to the issue
	Note      string
	Path      string
	Number    string
	Title     string
	Unread    bool
}
