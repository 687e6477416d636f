package workflow

import "fmt"

// Need is a word for something that must hold before a step is possible. The needs are a closed vocabulary and not a language,
// so that definitions can be checked.
type Need string

// The needs.
const (
	NeedDetail        Need = "detail"          // the problem is stated
	NeedSource        Need = "source"          // the source is one of the dictionary
	NeedResponsible   Need = "responsible"     // a responsible org, given or proposed
	NeedDue           Need = "due"             // a due day, given or on the issue, not before today unless it is proposed for register or assign
	NeedKind          Need = "kind"            // given or proposed
	NeedGrade         Need = "grade"           // given or proposed
	NeedParties       Need = "parties"         // at least one org beside the verifier is named to countersign
	NeedNote          Need = "note"            // a note
	NeedReason        Need = "reason"          // a note of at least ten characters
	NeedBasis         Need = "basis"           // what the step rests on
	NeedMeasures      Need = "measures"        // a measure at least, each with person and due day
	NeedMeasuresDone  Need = "measures_done"   // every measure is done
	NeedMeasure       Need = "measure"         // the step names a measure that is not done
	NeedEvidence      Need = "evidence"        // at least one piece of evidence of this round
	NeedAttachment    Need = "attachment"      // the step brings evidence
	NeedCountersign   Need = "countersign"     // every party says yes; until the last one the state stays
	NeedUntouched     Need = "untouched"       // nobody has acted on it yet
	NeedCriteria      Need = "criteria"        // the five criteria are met
	NeedOther         Need = "other"           // the step names another issue that is under way
	NeedRequest       Need = "request"         // the request is complete for its kind, and none is open
	NeedOpenRequest   Need = "open_request"    // a request is open
	NeedClockOver     Need = "clock_over"      // the clock of the state has run out
	NeedNoObjection   Need = "no_objection"    // no objection is open
	NeedOpenObjection Need = "open_objection"  // an objection is open
	NeedEndorsement   Need = "endorsement"     // the head of the closing org has endorsed what was verified in this round
	NeedDocument      Need = "document"        // number and file of the outside superior's document
	NeedNoSuperior    Need = "no_superior"     // no org is left above that could take the step
	NeedNothingAsked  Need = "no_open_request" // no request is open
	NeedReturnable    Need = "returnable"      // the time to return it has not run out
	NeedDecided       Need = "decided"         // who decided it is named
	NeedLetter        Need = "letter"          // a letter of the supervision ladder, no rung skipped
	NeedUnsigned      Need = "unsigned_letter" // a letter waits for a signature
	NeedCall          Need = "call"            // whom to call and what for
	NeedOpenCall      Need = "open_call"       // a call waits for the answer of the org, and the answer is given
	NeedLateCall      Need = "late_call"       // a call was not answered in time and can climb
	NeedNextReview    Need = "next_review"     // the day of the next review
	NeedPerson        Need = "person"          // who takes over
	NeedUnpicked      Need = "unpicked"        // it is not picked for a look-back yet, and a day is given
	NeedOrgs          Need = "orgs"            // the orgs that are asked, and by when
	NeedStaleDates    Need = "stale_dates"     // the dates worked out now are others
)

// Needs lists the vocabulary.
func Needs() []Need {
	return []Need{
		NeedDetail, NeedSource, NeedResponsible, NeedDue, NeedKind, NeedGrade, NeedParties, NeedNote, NeedReason, NeedBasis, NeedMeasures,
		NeedMeasuresDone, NeedMeasure, NeedEvidence, NeedAttachment, NeedCountersign, NeedUntouched, NeedCriteria, NeedOther, NeedRequest,
		NeedOpenRequest, NeedClockOver, NeedNoObjection, NeedOpenObjection, NeedEndorsement, NeedDocument, NeedNoSuperior, NeedNothingAsked,
		NeedReturnable, NeedDecided, NeedLetter, NeedUnsigned, NeedCall, NeedOpenCall, NeedLateCall, NeedNextReview, NeedPerson, NeedUnpicked,
		NeedOrgs, NeedStaleDates,
	}
}

// Two places that an arrow may lead to beside a state.
const (
	Same   State = "same"   // the issue stays where it is
	Before State = "before" // back to where it was before the merge
)

// Span is a length of time.
type Span struct {
	N    int    `yaml:"n" json:"n"`
	Unit string `yaml:"unit" json:"unit"` // working, calendar (days) or month
}

// ClockRule is a time limit of a definition with its legal or local basis.
type ClockRule struct {
	Name  string
	Span  Span
	Basis Text
}

// Arrow is one line of a machine: this action, in one of these states, leads there if these needs are met.
type Arrow struct {
	Do    Action
	Of    RequestKind // for request, grant and deny: what is asked
	From  []State
	To    State
	Needs []Need
	Clock string     // the clock that starts, "" for none
	Tell  []Relation // who hears of it
}

// Definition is a machine: data that a definitions file holds, indexed for use. It does not change once made.
type Definition struct {
	Machine        string
	Title          Text
	Hash           string          // SHA-256 of the file in hexadecimal
	VerifyAt       map[Grade]Level // where an issue of the grade is verified
	CloseAt        map[Grade]Level // where it is closed
	CloserVerifies bool            // one act verifies and closes: the closing org verifies
	Clocks         []ClockRule
	Uses           []State
	Arrows         []Arrow

	index map[arrowKey]int
}

type arrowKey struct {
	state State
	do    Action
	of    RequestKind
}

// NewDefinition indexes a definition. It returns an error when two arrows contradict each other.
func NewDefinition(d Definition) (*Definition, error) {
	d.index = make(map[arrowKey]int)
	for n, arrow := range d.Arrows {
		for _, from := range arrow.From {
			key := arrowKey{from, arrow.Do, arrow.Of}
			if _, double := d.index[key]; double {
				return nil, fmt.Errorf("%s: two arrows for %s %s in state %s", d.Machine, arrow.Do, arrow.Of, from)
			}
			d.index[key] = n
		}
	}
	return &d, nil
}

// Arrow finds where an action leads from a state; ok is false where it is not possible.
func (d *Definition) Arrow(from State, do Action, of RequestKind) (arrow *Arrow, ok bool) {
	n, ok := d.index[arrowKey{from, do, of}]
	if !ok {
		return nil, false
	}
	return &d.Arrows[n], true
}

// Possible lists the arrows that start in a state, in the order of the definition.
func (d *Definition) Possible(from State) []*Arrow {
	var out []*Arrow
	for n := range d.Arrows {
		for _, s := range d.Arrows[n].From {
			if s == from {
				out = append(out, &d.Arrows[n])
			}
		}
	}
	return out
}

// Clock finds a time limit by name.
func (d *Definition) Clock(name string) (rule ClockRule, ok bool) {
	for _, c := range d.Clocks {
		if c.Name == name {
			return c, true
		}
	}
	return ClockRule{}, false
}

// MachineFor names the machine that an issue follows by its grade and kind.
func MachineFor(g Grade, k Kind) string {
	switch {
	case g == Major:
		return "major"
	case k == KindImmediate:
		return "immediate"
	}
	return "standard"
}

// Judges finds who verifies and who closes an issue: the nearest org above the responsible one at the level of the grade or
// higher; the assigner closes if it is higher than that; in a reopened round the closer is one org higher, and 0 where no org is left;
// of an escalated issue the closer is one org higher where there is one.
func (d *Definition) Judges(i *Issue) (verifier, closer OrgID) {
	closer = i.Line.NearestAbove(d.CloseAt[i.Grade])
	if a := i.Assigner; a != 0 && closer != 0 && a != closer && i.Line.above(a, closer) {
		closer = a
	}
	if i.Round > 1 {
		closer = i.Line.Above(closer)
	}
	if i.Escalated {
		closer = first(i.Line.Above(closer), closer)
	}
	if d.CloserVerifies {
		return closer, closer
	}
	return i.Line.NearestAbove(d.VerifyAt[i.Grade]), closer
}

// above says whether high comes before low on the way down.
func (l Lineage) above(high, low OrgID) bool {
	for _, p := range l {
		switch p.Org {
		case high:
			return true
		case low:
			return false
		}
	}
	return false
}
