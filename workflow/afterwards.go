package workflow

import (
	"slices"
	"strings"
	"time"
)

// System is a rule that was made so that the problem does not come back (建立的制度).
type System struct {
	Name   string `json:"name"`
	Number string `json:"number,omitempty"` // of the document
	On     Day    `json:"on,omitempty"`
}

// Outcome is what the competent body decided about responsibility (问责情况): how many persons, by kind. It names nobody.
type Outcome struct {
	Kind   OutcomeKind `json:"kind"`
	Count  int         `json:"count"`          // persons
	Body   string      `json:"body,omitempty"` // that decided
	Number string      `json:"number,omitempty"`
}

// OutcomeKind is a kind of accountability outcome.
type OutcomeKind string

var outcomeKinds = []Wording{
	{"talk", Text{"谈话提醒", "reminder talk"}}, {"criticism", Text{"批评教育", "criticism"}}, {"inspection", Text{"责令检查", "ordered self-examination"}},
	{"admonition", Text{"诫勉", "admonition"}}, {"organisational", Text{"组织处理", "organisational measure"}},
	{"party", Text{"党纪处分", "Party discipline"}}, {"administrative", Text{"政务处分", "administrative discipline"}}, {"handed_over", Text{"移送有关机关", "handed over"}},
}

// OutcomeKinds lists the kinds of outcome.
func OutcomeKinds() []Wording { return slices.Clone(outcomeKinds) }

// Text returns the kind as people read it.
func (k OutcomeKind) Text() Text { return wordingText(outcomeKinds, string(k)) }

// Results is what came of an issue beside its being put right. What was recovered in money is Issue.Recovered.
type Results struct {
	Systems  []System  `json:"systems,omitempty"`
	Outcomes []Outcome `json:"outcomes,omitempty"`
}

// Empty says whether nothing is written down.
func (r Results) Empty() bool { return len(r.Systems) == 0 && len(r.Outcomes) == 0 }

func (r Results) sound() error {
	if err := tooMany("systems", len(r.Systems), mostItems); err != nil {
		return err
	}
	if err := tooMany("outcomes", len(r.Outcomes), mostItems); err != nil {
		return err
	}
	for n, s := range r.Systems {
		if strings.TrimSpace(s.Name) == "" {
			return Invalid("incomplete_system", "systems", Say("第%d项制度须写明名称", "system %d needs a name", n+1))
		}
		if err := tooLong(sized{"systems", s.Name, shortText}, sized{"systems", s.Number, shortText}); err != nil {
			return err
		}
	}
	for n, o := range r.Outcomes {
		if (o.Kind.Text() == Text{}) || o.Count < 1 || o.Count > 10000 {
			return Invalid("incomplete_outcome", "outcomes", Say("第%d项问责须选择种类并填写人数", "outcome %d needs a kind and a number of persons", n+1))
		}
		if err := tooLong(sized{"outcomes", o.Body, shortText}, sized{"outcomes", o.Number, shortText}); err != nil {
			return err
		}
	}
	return nil
}

// with adds what a step brought.
func (r Results) with(more Results) Results {
	return Results{append(slices.Clip(r.Systems), more.Systems...), append(slices.Clip(r.Outcomes), more.Outcomes...)}
}

// LookBack is the later check of a closed issue (回头看).
type LookBack struct {
	Due         Day      `json:"due,omitempty"`         // by when it is to be looked at; set when it was picked
	Provisional bool     `json:"provisional,omitempty"` // the program worked Due out, and the holidays of a year on the way are not known yet
	Draw        string   `json:"draw,omitempty"`        // the draw that picked it, "" for the clock
	On          Day      `json:"on,omitempty"`          // when it was found to have kept
	By          PersonID `json:"by,omitempty,string"`
	For         PersonID `json:"for,omitempty,string"` // whom they stood in for
	Org         OrgID    `json:"org,omitempty,string"`
	Note        string   `json:"note,omitempty"`
}

// Waits says whether the issue was picked and not looked at yet.
func (l LookBack) Waits() bool { return l.Due != "" && l.On == "" }

func needUnpicked(i *Issue, s *Step, at time.Time) error {
	switch {
	case i.LookBack.Waits():
		return Refused("already_picked", Say("已列入回头看，尚未完成", "it is picked for a look-back already"))
	case s.Due <= DayOf(at):
		return missing("due", Say("请填写回头看的时限（今天以后）", "give a day after today by which it is looked at"))
	}
	return nil
}

func needNextReview(i *Issue, s *Step, at time.Time) error {
	if s.NextReview <= DayOf(at) {
		return missing("next_review", Say("请填写下次复核日期（今天以后）", "give the day of the next review, after today"))
	}
	return nil
}

// mayEntrust wants to know who takes over from whom. An assisting org hands over its own measures, to people of its own.
func mayEntrust(i *Issue, s *Step, by *Actor) error {
	if err := needPerson(i, s); err != nil || by.As.Relation != Assisting {
		return err
	}
	switch {
	case !slices.Contains(i.HoldersFor(by.As), first(s.From, i.Person)):
		return notTheirs()
	case !slices.Contains(s.Facts.Posts, by.As.Appointment.Org):
		return Forbidden("not_their_own", Say("配合单位的措施只能移交给本单位现任职务的人", "an assisting organisation hands its measures over to people who hold a post in it"))
	}
	return nil
}

func notTheirs() error {
	return Forbidden("not_their_measure", Say("配合单位只移交自己承担的措施", "an assisting organisation hands over its own measures alone"))
}

func needPerson(i *Issue, s *Step) error {
	switch {
	case s.Person == 0:
		return missing("person", Say("请选择接手的人", "choose who takes over"))
	case s.Person == first(s.From, i.Person):
		return Invalid("same_person", "person", Say("接手的人不能是移交人自己", "the one who takes over is another person"))
	case s.From != 0 && i.Person != s.From && !slices.ContainsFunc(i.Measures, func(m Measure) bool { return m.Person == s.From && !m.Done }):
		return Refused("nothing_held", Say("移交人在这个问题中没有待办的责任", "the person hands over nothing of this issue"))
	}
	return nil
}

func needReturnable(i *Issue, _ *Step, at time.Time) error {
	if i.ReturnBy != "" && DayOf(at) > i.ReturnBy {
		return Refused("too_late_to_return", Say("退回期限（%s）已过，如确不属本单位职责，请申请转办或呼叫上级", "the time to return it ended on %s; ask for a transfer or call the superior", i.ReturnBy))
	}
	return nil
}

// Holders are those who have something of the issue to hand over: the responsible person first, then those of open measures.
func (i *Issue) Holders() []PersonID {
	var out []PersonID
	if i.Person != 0 {
		out = append(out, i.Person)
	}
	for n := range i.Measures {
		if m := &i.Measures[n]; !m.Done && m.Person != 0 && !slices.Contains(out, m.Person) {
			out = append(out, m.Person)
		}
	}
	return out
}

// HoldersFor are those of them from whom who was granted the step may hand over: for an assisting org, the people of its own measures.
func (i *Issue) HoldersFor(as Grant) []PersonID {
	return slices.DeleteFunc(i.Holders(), func(p PersonID) bool {
		return as.Relation == Assisting && !slices.ContainsFunc(i.Measures, func(m Measure) bool {
			return m.Person == p && !m.Done && m.Org == as.Appointment.Org
		})
	})
}

// entrust puts another person in the place of the one who hands over, in the issue and in its open measures; for an assisting org, in its
// own measures alone.
func entrust(i *Issue, s *Step, by *Actor) {
	from, assists := first(s.From, i.Person), by.As.Relation == Assisting
	if i.Person == from && !assists {
		i.Person = s.Person
	}
	i.Measures = slices.Clone(i.Measures)
	for n := range i.Measures {
		if m := &i.Measures[n]; from != 0 && m.Person == from && !m.Done && finishes(m, by) {
			m.Person = s.Person
		}
	}
}

func lookBack(i *Issue, s *Step, by *Actor, at time.Time) {
	i.LookBack.On, i.LookBack.By, i.LookBack.For = DayOf(at), by.Person, by.As.Appointment.For
	i.LookBack.Org, i.LookBack.Note = by.As.Appointment.Org, s.Note
	i.LookBack.Due = first(i.LookBack.Due, DayOf(at))
	i.Clock = Clock{}
}
