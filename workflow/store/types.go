package store

import (
	"time"

	"rectify/workflow"
)

// Org is an organisation in the tree.
type Org struct {
	ID     workflow.OrgID
	Code   string // unique
	Name   string
	Short  string
	Level  workflow.Level
	Parent workflow.OrgID // 0 for the root
	Line   workflow.Lineage
}

// Person is who has an account. The password is kept apart.
type Person struct {
	ID         workflow.PersonID
	Account    string // unique
	Name       string
	Mobile     string
	Active     bool
	MustChange bool // the password, at the next sign-in
}

// Appointed is an appointment with the person who holds it.
type Appointed struct {
	Person workflow.PersonID
	workflow.Appointment
	AskedUntil workflow.Day // the last day that was asked for when they handed over, "" for none
}

// EndAsked says whether it was asked to end earlier than it does.
func (a *Appointed) EndAsked() bool {
	return a.AskedUntil != "" && (a.Until == "" || a.AskedUntil < a.Until)
}

// Credential is what a sign-in is checked against.
type Credential struct {
	Person      Person
	Hash        string // "" while no password was set
	Failed      int    // failures since the last success
	LockedUntil time.Time
	ChangedAt   time.Time
	Earlier     []string // the hashes before, the latest first, five at most
}

// Checklist is the list of problems from one source event.
type Checklist struct {
	ID      workflow.ChecklistID
	Title   string
	Source  workflow.Source
	Unit    workflow.OrgID // whose list it is
	FoundOn workflow.Day
	By      workflow.PersonID
	At      time.Time
	Digest  [32]byte // of the file that it came from
}

// RowKey is what a row of a checklist is recognised by when it comes again: the number that the source gave it, or its text.
type RowKey struct {
	OwnNumber string
	Text      [32]byte // TextKey of the row
}

// KnownRow is an issue that is there already.
type KnownRow struct {
	Issue     workflow.IssueID
	Number    string
	Checklist workflow.ChecklistID
	RowKey
}

// Scope says which issues somebody may see: the union of its parts.
type Scope struct {
	Subtrees []workflow.Lineage  // the place of an org: everything at or below it
	Orgs     []workflow.OrgID    // orgs that may be involved from outside the lineage of an issue
	People   []workflow.PersonID // one of them is named as responsible
	Mandated []Mandated
	All      bool
}

// Mandated is a subtree without what the ties of an inspector keep from them, see workflow.Ties.
type Mandated struct {
	Line workflow.Lineage
	Ties workflow.Ties
}

// Filter narrows a list. What is empty does not narrow it.
type Filter struct {
	States      []workflow.State
	Phase       workflow.Phase
	Sources     []workflow.Source
	Kinds       []workflow.Kind
	Grades      []workflow.Grade
	Under       workflow.Lineage // the subtree of an org
	Responsible workflow.OrgID
	Checklist   workflow.ChecklistID
	Person      workflow.PersonID
	Finder      workflow.OrgID
	Verifier    workflow.OrgID
	Closer      workflow.OrgID
	Turn        workflow.OrgID // see workflow.Issue.Turn
	Decider     workflow.OrgID // of the open request
	Party       workflow.OrgID // whose yes a countersign still lacks
	DueFrom     workflow.Day   // the first day; issues without a due day are left out when either is given
	DueTo       workflow.Day   // the last day
	Light       workflow.Light
	Mark        workflow.Mark
	Reported    *bool
	Prompted    *bool        // found by the unit itself when it was asked to look
	Text        string       // a part of the number, the source's own number or the problem; capital letters do not matter
	Today       workflow.Day // for the light
	On          workflow.Day // the past day at whose end the issues are meant, "" for now

	still condition // what nothing has happened to since On, where the others are asked elsewhere
}

// Row is an issue as lists show it.
type Row struct {
	ID          workflow.IssueID
	Number      string
	Round       int
	Version     int
	OwnNumber   string
	Checklist   workflow.ChecklistID
	Source      workflow.Source
	Kind        workflow.Kind
	Grade       workflow.Grade
	State       workflow.State
	Due         workflow.Day
	Warn        workflow.Day // from which the light is soon
	FoundOn     workflow.Day
	Since       workflow.Day
	Reported    bool
	Prompted    bool // found by the unit itself when it was asked to look
	Supervised  bool
	Title       string // the beginning of the problem
	Finder      workflow.OrgID
	Responsible workflow.OrgID
	Person      workflow.PersonID
	Amount      int64 // fen
	Recovered   int64 // fen
	UpdatedAt   time.Time
}

// Page is a piece of a list. Next is where the following one starts, "" at the end.
type Page struct {
	Rows []Row
	Next string
}

// Counts counts issues, each once.
type Counts struct {
	Total     int
	ByState   map[workflow.State]int
	ByPhase   map[workflow.Phase]int
	ByLight   map[workflow.Light]int
	ByGrade   map[workflow.Grade]int
	BySource  map[workflow.Source]int
	ByKind    map[workflow.Kind]int
	Reported  int // reported done by the unit, closed ones included
	Closed    int
	Amount    int64 // fen
	Recovered int64 // fen
}

// Shown is the name by which people know the organisation: the short one where it has one.
func (o *Org) Shown() string {
	if o.Short != "" {
		return o.Short
	}
	return o.Name
}
