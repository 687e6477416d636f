package page

import (
	"time"

	"rectify/workflow"
)

// Orgs is a piece of the tree of organisations.
type Orgs struct {
	Frame
	Tabs  []Link
	Above []OrgLink // the way from the root; empty at the top
	Rows  []OrgRow
	Pager Pager

	Tables []Link // that the reader may import
}

func (Orgs) template() string { return "orgs" }

// OrgLink leads to an organisation.
type OrgLink struct{ Path, Name string }

// OrgRow is an organisation with who holds which post.
type OrgRow struct {
	Path, Name, Code string
	Level            workflow.Text
	Below            int
	BelowPath        string
	Held             []Held
	Vacant           []workflow.Text
	Top              bool // the root, with what is below it in the following rows
}

// Held is an appointment as a table shows it.
type Held struct {
	Name, Path  string // the person
	Org         string
	OrgPath     string
	Post        workflow.Text
	From, Until workflow.Day
	For         string       // whom they stand in for
	EndPath     string       // where it is ended, "" if the reader may not
	HandPath    string       // where what they hold is handed over, "" if the reader may not
	EndAsked    workflow.Day // the last day that was asked for when they handed over, "" for none
}

// Org is one organisation.
type Org struct {
	Frame
	Tabs      []Link
	Above     []OrgLink
	Row       OrgRow
	FullName  string
	Now       []Held
	Past      []Held
	Later     []Held
	Form      *Form  // appoints somebody; nil for who may not
	AuditPath string // for the audit administrator
	Duties    string // where its duty list is, "" if the reader may not
}

func (Org) template() string { return "org" }

// EndPost ends an appointment.
type EndPost struct {
	Frame
	Back OrgLink
	Held Held
	Form Form
	Open int // issues in which they have something to do
}

func (EndPost) template() string { return "end_post" }

// People is the list of people.
type People struct {
	Frame
	Tabs   []Link
	Text   string // that is searched for
	Rows   []PersonRow
	Mobile bool // the reader sees telephone numbers
	Pager  Pager
	Tables []Link // that the reader may import
}

func (People) template() string { return "people" }

// PersonRow is somebody in the list.
type PersonRow struct {
	Path, Account, Name, Mobile string
	Inactive                    bool
	Held                        []Held
}

// Person is one person with what they were, are and will be.
type Person struct {
	Frame
	Tabs             []Link
	Row              PersonRow
	Now, Past, Later []Held
	Audits           []Link // for the audit administrator
}

func (Person) template() string { return "person" }

// Me is the page of one's own.
type Me struct {
	Frame
	Tabs             []Link
	Account          string
	Now, Past, Later []Held
	StandIns         []Held // who stands in for the reader, today and later
	Form             Form   // changes the password
	Sessions         []SessionRow
	Audit            bool
}

func (Me) template() string { return "me" }

// SessionRow is a session of the reader.
type SessionRow struct {
	ID          string // of the form that ends it
	From, With  string // address and browser
	Began, Seen time.Time
	Ends        time.Time
	Current     bool
}

// Machines shows the machines as pictures.
type Machines struct {
	Frame
	Tabs     []Link
	Machines []Machine
	Issue    *OrgLink // the issue whose state is lit
}

func (Machines) template() string { return "machines" }

// Machine is a machine as a picture and as a table.
type Machine struct {
	Name    string
	Title   workflow.Text
	Picture Picture
	Lit     workflow.State
	Hash    string
	Judges  []Judge
	Arrows  []ArrowRow
}

// Judge says where issues of a grade are verified and closed.
type Judge struct{ Grade, Verify, Close workflow.Text }

// ArrowRow is a line of the table of a machine.
type ArrowRow struct {
	From   []workflow.Text
	Action workflow.Text
	To     workflow.Text
	Needs  []workflow.Text
	Clock  workflow.Text
	Basis  workflow.Text
}

// Matrix shows who may do what.
type Matrix struct {
	Frame
	Tabs    []Link
	Filters []Field
	Letters []Letter
	Columns []MatrixColumn
	Rows    []MatrixRow
	Post    workflow.Text // the one post that is shown in words; empty for the table of all
	Lines   []MatrixLine
}

func (Matrix) template() string { return "matrix" }

// Letter explains a sign of the matrix.
type Letter struct {
	Sign string
	Text workflow.Text
}

// MatrixColumn is a post at a level.
type MatrixColumn struct {
	Post, Level workflow.Text
	Path        string
}

// MatrixRow is an action with what each post may.
type MatrixRow struct {
	Action workflow.Text
	Group  workflow.Text // of actions, at the first of its kind
	Cells  []MatrixCell
}

// MatrixCell is the letters of a cell; empty where the post may not.
type MatrixCell struct {
	Parts []MatrixPart
	Title string
}

// MatrixPart is letters for relations with the grade up to which they hold; no grade for all.
type MatrixPart struct {
	Letters string
	UpTo    string
}

// MatrixLine is what one post may, in words.
type MatrixLine struct {
	Level    workflow.Text
	Action   workflow.Text
	Relation workflow.Text
	UpTo     workflow.Text
	Place    string
}

// WhoCan answers who can do something to an issue.
type WhoCan struct {
	Frame
	Tabs    []Link
	Filters []Field
	Fault   workflow.Text
	Issue   *OrgLink
	State   workflow.Text
	Action  workflow.Text
	Rows    []WhoRow
	Asked   bool
}

func (WhoCan) template() string { return "who_can" }

// WhoRow is a post by which it may be done.
type WhoRow struct {
	Org, OrgPath string
	Post         workflow.Text
	Relation     workflow.Text
	Rule         string
	People       []WhoPerson
}

// WhoPerson holds such a post.
type WhoPerson struct {
	Name, Path string
	Allowed    bool
	Reason     workflow.Text
}

// Words is the dictionaries.
type Words struct {
	Frame
	Tabs    []Link
	Sources []WordRow
	Kinds   []WordRow
	Grades  []WordRow
	States  []WordRow
	Offices []WordRow // the posts; Posts are those of who looks
	Actions []WordRow
}

func (Words) template() string { return "words" }

// WordRow is a word of a dictionary.
type WordRow struct {
	Word  string
	Text  workflow.Text
	Other workflow.Text
	Sign  string
}

// Records is where the history of issues is searched.
type Records struct {
	Frame
	Filters []Field
	Fault   workflow.Text
	Asked   bool
	Rows    []RecordRow
	Pager   Pager
	Audit   bool
}

func (Records) template() string { return "records" }

// RecordRow is an issue whose history can be read.
type RecordRow struct {
	Path, IssuePath, Number, Title, Org string
	State                               workflow.Text
	FoundOn, Due                        workflow.Day
}

// Record is the whole history of one issue.
type Record struct {
	Frame
	Number, Problem string
	IssuePath       string
	State           workflow.Text
	Lines           []RecordLine
	Whole           bool // the chain holds
	ReadBy          string
	ReadAt          time.Time
}

func (Record) template() string { return "record" }

// RecordLine is one line of history with what it changed.
type RecordLine struct {
	Seq      int
	At       time.Time
	Action   workflow.Text
	Name     string
	Post     workflow.Text
	Org      string
	For      string
	OSUser   string
	From, To workflow.Text
	Note     string
	Relation workflow.Text
	Rule     string
	Round    int
	Changes  []Change
	Digest   string
}

// Change is a field that changed.
type Change struct {
	Field    workflow.Text
	Was, Now workflow.Text
}

// Audit is what the audit administrator reads.
type Audit struct {
	Frame
	Filters []Field
	Fault   workflow.Text
	Subject workflow.Text // whose history it is; empty while nothing was asked
	Lines   []RecordLine
	Whole   bool
	Pager   Pager
}

func (Audit) template() string { return "audit" }
