package workflow

import (
	"slices"
	"time"
)

// Step is what an actor asks for: an action with what it needs. Fields that the action does not use are ignored; those that it may
// change and that are empty keep what the issue has.
type Step struct {
	Action Action `json:"action"`
	Note   string `json:"note,omitempty"`
	Basis  string `json:"basis,omitempty"`

	Detail string `json:"detail,omitempty"`
	Aspect string `json:"aspect,omitempty"`
	Goal   string `json:"goal,omitempty"`
	Source Source `json:"source,omitempty"`

	Responsible OrgID    `json:"responsible,omitempty,string"`
	Assisting   []OrgID  `json:"assisting,omitempty"`
	Parties     []OrgID  `json:"parties,omitempty"`
	Person      PersonID `json:"person,omitempty,string"`
	Kind        Kind     `json:"kind,omitempty"`
	Grade       Grade    `json:"grade,omitempty"`
	Due         Day      `json:"due,omitempty"`

	Measures []Measure   `json:"measures,omitempty"`
	Measure  int         `json:"measure,omitempty"` // counted from 1
	Evidence []Evidence  `json:"evidence,omitempty"`
	Criteria Criteria    `json:"criteria,omitzero"`
	Request  RequestKind `json:"request,omitempty"`

	StageGoal  string   `json:"stage_goal,omitempty"`
	NextReview Day      `json:"next_review,omitempty"`
	Condition  string   `json:"condition,omitempty"`
	Document   Document `json:"document,omitzero"`
	Other      IssueID  `json:"other,omitempty,string"`
	Recovered  int64    `json:"recovered,omitempty"` // fen

	Decided string   `json:"decided,omitempty"` // who decided that it is supervised or escalated
	Letter  Letter   `json:"letter,omitzero"`   // rung, grounds, what is asked, who decided and limit
	Call    CallFor  `json:"call,omitzero"`     // whom to call, and what for
	Reply   Reply    `json:"reply,omitempty"`
	Mark    PlanMark `json:"mark,omitempty"`
	Remarks []Remark `json:"remarks,omitempty"`
	From    PersonID `json:"from,omitempty,string"` // who hands over; 0 for the responsible person
	Results Results  `json:"results,omitzero"`
	Orgs    []OrgID  `json:"orgs,omitempty"` // who is asked whether they have the same problem
	Draw    string   `json:"draw,omitempty"` // the draw that picked the issue

	Facts Facts `json:"-"` // what the engine looked up for the step
}

// Facts is what a step refers to, as the engine found it in the same transaction.
type Facts struct {
	Line  Lineage           // of Responsible
	Orgs  map[OrgID]Lineage // of Step.Orgs and Step.Parties
	Mute  []OrgID           // those of Step.Parties in which by the policy no post could sign
	Posts []OrgID           // the orgs in which Step.Person holds a business post today, for Entrust
	Dates Dates             // as they are worked out now, for Reclock
	Other *Issue            // the other issue of a merge, nil when there is none

	Provisional bool // Step.Due was worked out and the holidays of a year on the way are not known yet, for Pick
}

// Change is everything that one step writes: the issue after it, its line of history, and who is to hear of it.
type Change struct {
	Before Issue
	Issue  Issue
	Line   Line
	Tell   []Relation
	Checks []SelfCheck // that the step asks for; whoever keeps it gives them their ids
}

// Finding is a problem that somebody writes down.
type Finding struct {
	ID     IssueID
	Number string
	Issue  Issue // the facts; id, number, state, version and history are set by NewIssue
	Draft  bool  // keep it as a draft instead of registering it at once
	Note   string
}

// NewIssue makes an issue of a finding: a draft, or registered at once. d is the definition that it would follow if it were assigned
// as it stands. It returns ErrInvalid where something is missing.
func NewIssue(d *Definition, f Finding, by Actor, at time.Time) (Change, error) {
	i := f.Issue
	if err := i.Sound(); err != nil {
		return Change{}, err
	}
	i.ID, i.Number, i.Round, i.Version = f.ID, f.Number, 1, 1
	i.Machine, i.Definition = d.Machine, d.Hash
	i.State, i.Since, i.FoundBy = Draft, DayOf(at), by.Person
	i.Warn = warnOf(i.Due)
	if i.FoundOn == "" {
		i.FoundOn = DayOf(at)
	}
	if i.Line == (Lineage{}) {
		i.Line = i.FinderLine
	}
	do := Find
	var tell []Relation
	if !f.Draft {
		do = Register
		arrow, ok := d.Arrow(Draft, Register, "")
		if !ok {
			return Change{}, notPossible(d, &i, Step{Action: Register})
		}
		if err := check(arrow, &i, &Step{Action: Register}, &by, at); err != nil {
			return Change{}, err
		}
		move(&i, arrow, at)
		tell = slices.Clip(arrow.Tell)
	}
	c := Change{Issue: i, Tell: tell}
	c.Line = newLine(&c, Step{Action: do, Note: f.Note}, by, at)
	return c, nil
}
