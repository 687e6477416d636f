package page

import "rectify/workflow"

// LetterList lists supervision letters.
type LetterList struct {
	Frame
	Tabs    []Link
	Filters []Field
	Clear   bool // a filter is set
	Rows    []LetterRow
	Pager   Pager
}

func (LetterList) template() string { return "letters" }

// LetterRow is a letter in a list.
type LetterRow struct {
	Path, Number      string
	Rung              workflow.Text
	From, To          string
	Title, Issue      string // what it is about
	IssuePath         string
	SentOn, Limit, On workflow.Day // On is when it was signed for, "" until then
	ToSign            bool         // it is still to be signed for; neither is a letter about what is over or with another
	Left              workflow.Text
	Late              bool
}

// LetterDocument is a supervision letter as it is printed.
type LetterDocument struct {
	Frame
	Tabs           []Link
	Back           Link // the issue
	Head           string
	Rung           workflow.Text
	Number         string
	To             string
	Issue, Problem string
	Grounds, Asked string
	Decided        string
	Limit          workflow.Day
	Late           bool
	From           string
	By             workflow.Text // who sent it, with whom they stood in for
	Date           workflow.Text
	Signed         workflow.Text // who signed for it, none while nobody has
	SignedAt       string
	SignPath       string // where it is signed for, "" if the reader may not
}

func (LetterDocument) template() string { return "letter" }

// CallBoard lists calls for help.
type CallBoard struct {
	Frame
	Tabs  []Link
	Lists []Link
	Pick  DayPick
	Rows  []CallRow
	Pager Pager
	Empty workflow.Text
}

func (CallBoard) template() string { return "calls" }

// CallRow is a call in a list.
type CallRow struct {
	Path, Issue, Title string
	From, To           string
	Wants              workflow.Text
	On, Until          workflow.Day
	Left               workflow.Text
	Late               bool
	Reply              workflow.Text
	RepliedOn          workflow.Day
	Climbed            int
	AnswerPath         string // where the reader's organisation answers, "" elsewhere
}

// HandOver is where all that somebody holds in an organisation is handed over.
type HandOver struct {
	Frame
	Tabs  []Link
	Name  string
	Org   OrgLink
	Rows  []HeldRow
	Form  *Form // nil where nobody could take over
	To    string
	Ready bool // the steps were tried and would be accepted
}

func (HandOver) template() string { return "hand_over" }

// HeldRow is an issue that somebody holds.
type HeldRow struct {
	Path, Number, Title string
	State               workflow.Text
	Due                 workflow.Day
	Named               bool
	Measures            []int
	Fault               workflow.Text // why it cannot be handed over
}

// DutyLists are duty lists by level and post in a period.
type DutyLists struct {
	Frame
	Tabs    []Link
	Period  workflow.Text
	Kinds   []Link
	Pick    DayPick
	Before  string
	After   string
	Lists   []DutyList
	Own     bool
	Export  string
	Printed workflow.Day
	Lead    []Link // other lists of the reader: one's own, the organisation's, with those below
}

func (DutyLists) template() string { return "duties" }

// DutyList is the list of one organisation.
type DutyList struct {
	Org      OrgLink
	Below    bool
	Posts    []DutyPost
	Letters  []Fact
	Unsigned int
	Outcomes []Fact
}

// DutyPost is a post with what it answers for.
type DutyPost struct {
	Tier, Seat, Post workflow.Text
	Holders          []workflow.Text
	Charges          []DutyCharge
}

// DutyCharge is one thing that a post answers for.
type DutyCharge struct {
	Text, Actions, UpTo, Basis         workflow.Text
	Rule                               string
	Open, OpenLate, Done, DoneLate, In int // In is how many were done in time
	Own, OwnLate                       int // of Open, found by themselves; OwnLate is not in OpenLate
}
