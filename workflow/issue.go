package workflow

import (
	"slices"
	"strconv"
	"time"
)

// MaxDepth is how deep the tree of organisations may be: one org for each level.
const MaxDepth = 5

// Place is an organisation on the way down from the root.
type Place struct {
	Org   OrgID `json:"org"`
	Level Level `json:"level"`
}

// Lineage is the way from the root of the tree down to an organisation, which is the last place that is not empty.
type Lineage [MaxDepth]Place

// Depth is the number of places, 0 for no organisation.
func (l Lineage) Depth() int {
	for n, p := range l {
		if p.Org == 0 {
			return n
		}
	}
	return MaxDepth
}

// Last is the organisation at the end of the way.
func (l Lineage) Last() Place {
	if d := l.Depth(); d > 0 {
		return l[d-1]
	}
	return Place{}
}

// Passes says whether the way leads through org or ends at it.
func (l Lineage) Passes(org OrgID) bool {
	return org != 0 && slices.ContainsFunc(l[:], func(p Place) bool { return p.Org == org })
}

// Above is the organisation one higher than org on this way, 0 if there is none.
func (l Lineage) Above(org OrgID) OrgID {
	for n := 1; n < MaxDepth; n++ {
		if l[n].Org == org && org != 0 {
			return l[n-1].Org
		}
	}
	return 0
}

// NearestAbove is the nearest organisation above the last one that has the level at least, 0 if there is none.
func (l Lineage) NearestAbove(level Level) OrgID {
	for n := l.Depth() - 2; n >= 0; n-- {
		if l[n].Level >= level {
			return l[n].Org
		}
	}
	return 0
}

// Measure is one thing to be done for an issue (整改措施).
type Measure struct {
	Text   string   `json:"text"`
	Org    OrgID    `json:"org,omitempty,string"` // 0 is the responsible org
	Leader string   `json:"leader,omitempty"`     // who leads it (牵头领导), by name
	Person PersonID `json:"person,omitempty,string"`
	Due    Day      `json:"due,omitempty"`
	Before Day      `json:"before,omitempty"` // its due day before the last suspension, where that moved it
	Done   bool     `json:"done,omitempty"`
	DoneOn Day      `json:"done_on,omitempty"`
	Result string   `json:"result,omitempty"`
}

// Evidence is a file or text that shows what was done (佐证材料). It belongs to a round.
type Evidence struct {
	Round   int       `json:"round"`
	Hash    string    `json:"hash,omitempty"` // SHA-256 of the file in hexadecimal; empty for a text
	Name    string    `json:"name,omitempty"`
	Size    int64     `json:"size,omitempty"` // bytes
	Type    string    `json:"type,omitempty"` // media type as sniffed
	Text    string    `json:"text,omitempty"`
	Measure int       `json:"measure,omitempty"` // the measure it shows, counted from 1; 0 for the issue as a whole
	By      PersonID  `json:"by,string"`
	At      time.Time `json:"at"`
}

// Sign is one party's yes in a countersign.
type Sign struct {
	Org    OrgID     `json:"org,string"`
	Person PersonID  `json:"person,string"`
	For    PersonID  `json:"for,omitempty,string"` // whom the person stood in for
	Note   string    `json:"note,omitempty"`
	Mark   PlanMark  `json:"mark,omitempty"` // what the party thinks of a plan
	At     time.Time `json:"at"`
}

// Deed records that a person had a part in a duty in the current round.
type Deed struct {
	Person PersonID `json:"person,string"`
	Duty   Duty     `json:"duty"`
}

// Request is what was asked and is not yet decided.
type Request struct {
	Kind       RequestKind `json:"kind,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Due        Day         `json:"due,omitempty"`
	StageGoal  string      `json:"stage_goal,omitempty"`
	NextReview Day         `json:"next_review,omitempty"`
	Condition  string      `json:"condition,omitempty"`
	Askers     []PersonID  `json:"askers,omitempty"` // who asked and whom they stood in for
	Decider    OrgID       `json:"decider,omitempty,string"`
}

// Open says whether there is a request to decide.
func (r Request) Open() bool { return r.Kind != "" }

// Criteria are the five things that are looked at when an issue is verified.
type Criteria struct {
	MeasuresDone   bool `json:"measures_done"`   // all measures are done
	ViolationsDone bool `json:"violations_done"` // violations are dealt with
	EffectReached  bool `json:"effect_reached"`  // the effect is up to standard
	SameKindSought bool `json:"same_kind"`       // problems of the same kind were looked for
	MechanismBuilt bool `json:"mechanism"`       // a lasting mechanism is in place
}

// Met says whether all five are met.
func (c Criteria) Met() bool {
	return c.MeasuresDone && c.ViolationsDone && c.EffectReached && c.SameKindSought && c.MechanismBuilt
}

// Clock is the time limit that runs in the current state.
type Clock struct {
	Name        string `json:"name,omitempty"`
	From        Day    `json:"from,omitempty"`
	Until       Day    `json:"until,omitempty"`
	Provisional bool   `json:"provisional,omitempty"` // the holidays of a year on the way are not known yet
	Under       string `json:"under,omitempty"`       // the definition by which it runs, where the issue has moved to another since; see MoveTo
}

// Document is a paper from outside the program.
type Document struct {
	Number string `json:"number,omitempty"`
	File   string `json:"file,omitempty"` // hash of the file kept as evidence
}

// Absorbed is an issue that was merged into this one.
type Absorbed struct {
	Issue     IssueID `json:"issue,string"`
	Number    string  `json:"number"`
	Source    Source  `json:"source"`
	OwnNumber string  `json:"own_number,omitempty"`
	Via       IssueID `json:"via,omitempty,string"` // the issue with which it came, where it had been merged into another before
}

// Issue is one problem with all that is known of it. It is a value: what Apply returns shares no memory that it changed.
type Issue struct {
	ID         IssueID `json:"id,string"`
	Number     string  `json:"number"`
	Round      int     `json:"round"`
	Version    int     `json:"version"` // counts the steps
	Machine    string  `json:"machine"`
	Definition string  `json:"definition,omitempty"` // hash of the definition that the round follows
	State      State   `json:"state"`
	Since      Day     `json:"since"` // the day on which it came into the state
	Clock      Clock   `json:"clock,omitzero"`

	Checklist ChecklistID       `json:"checklist,omitempty,string"`
	OwnNumber string            `json:"own_number,omitempty"` // the number that the source gave it
	Source    Source            `json:"source"`
	Aspect    string            `json:"aspect,omitempty"`
	Detail    string            `json:"detail"`
	Goal      string            `json:"goal,omitempty"`
	FoundOn   Day               `json:"found_on,omitempty"`
	Extra     map[string]string `json:"extra,omitempty"`             // columns of the source that have no field of their own
	SelfCheck SelfCheckID       `json:"self_check,omitempty,string"` // the self-check in which the unit found it by itself (自查发现)
	Kind      Kind              `json:"kind,omitempty"`
	Grade     Grade             `json:"grade,omitempty"`
	Due       Day               `json:"due,omitempty"`
	Warn      Day               `json:"warn,omitempty"`      // the day from which the light is soon, as the reminder rules have it
	Amount    int64             `json:"amount,omitempty"`    // fen
	Recovered int64             `json:"recovered,omitempty"` // fen

	Finder      OrgID    `json:"finder,string"`
	FinderLine  Lineage  `json:"finder_line"`
	FoundBy     PersonID `json:"found_by,string"`
	Responsible OrgID    `json:"responsible,omitempty,string"` // proposed until the issue is assigned
	Line        Lineage  `json:"line"`                         // of the responsible org, of the finder while there is none
	Assisting   []OrgID  `json:"assisting,omitempty"`
	Person      PersonID `json:"person,omitempty,string"`
	Leader      string   `json:"leader,omitempty"`
	Assigner    OrgID    `json:"assigner,omitempty,string"`
	Verifier    OrgID    `json:"verifier,omitempty,string"`
	Closer      OrgID    `json:"closer,omitempty,string"`
	Parties     []OrgID  `json:"parties,omitempty"` // orgs that countersign beside the verifier

	Measures   []Measure  `json:"measures,omitempty"`
	Evidence   []Evidence `json:"evidence,omitempty"`
	Signs      []Sign     `json:"signs,omitempty"`   // of the countersign that is under way
	Remarks    []Remark   `json:"remarks,omitempty"` // on the plan, line by line
	Deeds      []Deed     `json:"deeds,omitempty"`   // of this round
	Request    Request    `json:"request,omitzero"`
	Extensions int        `json:"extensions,omitempty"` // granted in this round
	Criteria   Criteria   `json:"criteria,omitzero"`
	Endorsed   bool       `json:"endorsed,omitempty"`  // by the head of the closing org, since it was verified in this round
	Objection  string     `json:"objection,omitempty"` // the open objection

	Reported   bool      `json:"reported,omitempty"` // reported done by the unit (自报完成): not verified by that
	Supervised bool      `json:"supervised,omitempty"`
	Escalated  bool      `json:"escalated,omitempty"`
	Letters    []Letter  `json:"letters,omitempty"` // of the supervision ladder, of all rounds
	Calls      []CallFor `json:"calls,omitempty"`   // for help, of all rounds
	StageGoal  string    `json:"stage_goal,omitempty"`
	NextReview Day       `json:"next_review,omitempty"`
	Condition  string    `json:"condition,omitempty"` // what ends the suspension
	PausedOn   Day       `json:"paused_on,omitempty"` // since when it is suspended: no time runs
	Pause      Pause     `json:"pause,omitzero"`      // the last suspension, as long as the due day rests on it
	ReturnBy   Day       `json:"return_by,omitempty"` // the last day on which it may be returned
	ClosedOn   Day       `json:"closed_on,omitempty"`
	Document   Document  `json:"document,omitzero"`
	Results    Results   `json:"results,omitzero"`
	LookBack   LookBack  `json:"look_back,omitzero"` // of this round, after it was closed
	Spread     []OrgID   `json:"spread,omitempty"`   // the orgs that were asked whether they have the same problem

	MergedInto  IssueID    `json:"merged_into,omitempty,string"`
	Before      State      `json:"before,omitempty"`      // the state before the merge
	BeforeClock Clock      `json:"before_clock,omitzero"` // the clock that ran in it
	Absorbed    []Absorbed `json:"absorbed,omitempty"`
}

// ShownNumber is the number as people write it: with the round from the second on.
func (i *Issue) ShownNumber() string {
	if i.Round > 1 {
		return i.Number + "-R" + strconv.Itoa(i.Round)
	}
	return i.Number
}

// Prompted says whether the unit found the problem by itself when it was asked to look (自查发现): it is never counted against it.
func (i *Issue) Prompted() bool { return i.SelfCheck != 0 }

// Signers are the orgs that must each say yes: the verifier and the parties named beside it.
func (i *Issue) Signers() []OrgID {
	all := make([]OrgID, 0, 1+len(i.Parties))
	if i.Verifier != 0 {
		all = append(all, i.Verifier)
	}
	for _, org := range i.Parties {
		if org != i.Verifier {
			all = append(all, org)
		}
	}
	return all
}

// did says whether one of the persons had a part in the duty in this round.
func (i *Issue) did(duty Duty, persons []PersonID) bool {
	for _, deed := range i.Deeds {
		if deed.Duty == duty && slices.Contains(persons, deed.Person) {
			return true
		}
	}
	return false
}

// named says whether one of the persons is the responsible person of the issue or of a measure.
func (i *Issue) named(persons []PersonID) bool {
	if i.Person != 0 && slices.Contains(persons, i.Person) {
		return true
	}
	return slices.ContainsFunc(i.Measures, func(m Measure) bool {
		return m.Person != 0 && slices.Contains(persons, m.Person)
	})
}

// Relations are the relations by organisation in which a post in org stands to the issue, and those of the person.
func (i *Issue) Relations(org OrgID, person PersonID, inspector bool) Relations {
	var rs Relations
	if inspector {
		if i.Line.Passes(org) {
			rs = rs.With(Inspecting)
		}
		return rs
	}
	for _, r := range [...]struct {
		org OrgID
		as  Relation
	}{{i.Finder, Finder}, {i.Responsible, Responsible}, {i.Assigner, Assigner}, {i.Verifier, Verifier}, {i.Closer, Closer}, {i.Request.Decider, Decider}} {
		if r.org == org {
			rs = rs.With(r.as)
		}
	}
	if slices.Contains(i.Assisting, org) {
		rs = rs.With(Assisting)
	}
	if slices.Contains(i.Parties, org) {
		rs = rs.With(Party)
	}
	rs |= i.calledOn(org)
	if rs != 0 {
		rs = rs.With(Involved)
	}
	if i.Line.Passes(org) {
		rs = rs.With(Within)
		if i.Line.Last().Org != org {
			rs = rs.With(Supervising)
		}
	}
	if person != 0 && i.Person == person {
		rs = rs.With(Person)
	}
	return rs
}
