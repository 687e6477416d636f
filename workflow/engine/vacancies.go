package engine

import (
	"context"
	"slices"

	"rectify/workflow"
	"rectify/workflow/store"
)

// Vacancy says that issues of an organisation could not be rectified, verified or closed for want of people.
type Vacancy struct {
	Org    Org
	Duty   workflow.Duty
	Grades []workflow.Grade // of the issues that would stand still
	Text   workflow.Text
}

// Vacancies goes through the tree and says where, as appointments stand today, an issue could not be rectified, verified or closed: no
// post is filled that may, or only by persons whom workflow.KeptApart keeps apart.
func (e *Engine) Vacancies(ctx context.Context) ([]Vacancy, error) {
	orgs, err := e.db.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	s := newStaff(e, make(map[workflow.OrgID]Org, len(orgs)))
	for _, org := range orgs {
		s.orgs[org.ID] = org
	}
	var all []Vacancy
	for _, org := range orgs {
		found, err := s.vacancies(ctx, org)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// staff looks up who could do what.
type staff struct {
	e      *Engine
	held   map[workflow.OrgID][]store.Appointed // today
	actors map[workflow.PersonID]workflow.Actor
	orgs   map[workflow.OrgID]Org
}

func newStaff(e *Engine, orgs map[workflow.OrgID]Org) *staff {
	return &staff{e, make(map[workflow.OrgID][]store.Appointed), make(map[workflow.PersonID]workflow.Actor), orgs}
}

// vacancies lists what is missing for the issues of one organisation, the same for several grades only once.
func (s *staff) vacancies(ctx context.Context, org Org) ([]Vacancy, error) {
	var out []Vacancy
	for _, grade := range workflow.Grades() {
		duty, at, err := s.missing(ctx, org, grade)
		if err != nil {
			return nil, err
		}
		if duty == "" {
			continue
		}
		text := s.text(org, duty, at)
		same := slices.IndexFunc(out, func(v Vacancy) bool { return v.Duty == duty && v.Text == text })
		if same < 0 {
			out = append(out, Vacancy{Org: org, Duty: duty, Text: text})
			same = len(out) - 1
		}
		out[same].Grades = append(out[same].Grades, grade)
	}
	for n := range out {
		out[n].Text = workflow.Say("%s问题：%s", "issues of grade %s: %s", gradeTexts(out[n].Grades), out[n].Text)
	}
	return out, nil
}

// missing finds the first duty for which there is nobody, and the organisation that should have somebody. "" when all is well.
func (s *staff) missing(ctx context.Context, org Org, grade workflow.Grade) (workflow.Duty, workflow.OrgID, error) {
	i := workflow.Issue{Responsible: org.ID, Line: org.Line, Grade: grade}
	d := s.e.current.For(grade, workflow.KindTimed)
	verifier, closer := d.Judges(&i)
	parts := []part{
		{workflow.DutyRectify, org.ID, workflow.Responsible, workflow.Submit, nil},
		{workflow.DutyVerify, verifier, workflow.Verifier, workflow.Pass, nil},
		{workflow.DutyClose, closer, workflow.Closer, workflow.Close, nil},
	}
	var filled []part
	for _, x := range parts {
		if x.at == 0 { // nobody stands above: recorded from the outside superior's document
			continue
		}
		var err error
		if x.able, err = s.able(ctx, &x, grade); err != nil {
			return "", 0, err
		}
		if filled = append(filled, x); !shared(i, filled) {
			return x.duty, x.at, nil
		}
	}
	return "", 0, nil
}

// part is a part in the life of an issue with who may take it.
type part struct {
	duty   workflow.Duty
	at     workflow.OrgID
	as     workflow.Relation
	action workflow.Action
	able   []workflow.Actor
}

// able lists who the policy lets take a part in an issue of the grade, with all that they are today.
func (s *staff) able(ctx context.Context, x *part, grade workflow.Grade) (out []workflow.Actor, err error) {
	held, err := s.at(ctx, x.at)
	for n := range held {
		h := &held[n]
		line, may := s.e.guard.May(h.Post, s.orgs[x.at].Level, x.as, x.action, grade)
		if may && !slices.ContainsFunc(out, func(by workflow.Actor) bool { return by.Person == h.Person }) {
			by := s.actors[h.Person]
			by.As = workflow.Grant{Appointment: h.Appointment, Relation: x.as, Rule: line.Place()}
			out = append(out, by)
		}
	}
	return out, err
}

// at is who holds which post in an organisation today, of those who are active; what else they are is known afterwards.
func (s *staff) at(ctx context.Context, org workflow.OrgID) ([]store.Appointed, error) {
	if held, ok := s.held[org]; ok {
		return held, nil
	}
	held, err := s.e.db.AppointmentsIn(ctx, []workflow.OrgID{org}, s.e.Today())
	if err != nil {
		return nil, err
	}
	if err := s.know(ctx, held); err != nil {
		return nil, err
	}
	held = slices.DeleteFunc(held, func(a store.Appointed) bool { return s.actors[a.Person].Person == 0 })
	s.held[org] = held
	return held, nil
}

// know looks up what the holders of some posts are all in all; those who are not active are nobody.
func (s *staff) know(ctx context.Context, held []store.Appointed) error {
	var people []workflow.PersonID
	for n := range held {
		if _, known := s.actors[held[n].Person]; !known {
			people = append(people, held[n].Person)
			s.actors[held[n].Person] = workflow.Actor{}
		}
	}
	found, err := s.e.db.PersonsByID(ctx, people)
	if err != nil {
		return err
	}
	all, err := s.e.db.AppointmentsHeld(ctx, people, s.e.Today())
	for _, a := range all {
		if by := s.actors[a.Person]; found[a.Person].Active {
			by.Person, by.Appointments = a.Person, append(by.Appointments, a.Appointment)
			s.actors[a.Person] = by
		}
	}
	return err
}

// shared says whether the parts can be taken one after the other by persons whom the rules do not keep apart.
func shared(i workflow.Issue, parts []part) bool {
	if len(parts) == 0 {
		return true
	}
	return slices.ContainsFunc(parts[0].able, func(by workflow.Actor) bool {
		if workflow.KeptApart(&i, &workflow.Step{Action: parts[0].action}, &by) != nil {
			return false
		}
		after := i
		after.Deeds = slices.Clone(i.Deeds)
		for _, p := range by.Persons() {
			after.Deeds = append(after.Deeds, workflow.Deed{Person: p, Duty: parts[0].duty})
		}
		return shared(after, parts[1:])
	})
}

func (s *staff) text(org Org, duty workflow.Duty, at workflow.OrgID) workflow.Text {
	judge := s.orgs[at]
	switch duty {
	case workflow.DutyRectify:
		return workflow.Say("%s没有可以提请验收的人，问题将无法整改", "%s has nobody who may submit: they could not be rectified", org.Shown())
	case workflow.DutyVerify:
		return workflow.Say("%s的问题由%s验收，那里没有（另一个）可以验收的人；在责任单位任职的不能验收", "those of %s are verified at %s, where nobody (else) may who holds no post in the responsible organisation", org.Shown(), judge.Shown())
	}
	return workflow.Say("%s的问题由%s销号，那里没有（另一个）可以销号的人；在责任单位任职的不能销号", "those of %s are closed at %s, where nobody (else) may who holds no post in the responsible organisation", org.Shown(), judge.Shown())
}

func gradeTexts(grades []workflow.Grade) workflow.Text {
	text := grades[0].Text()
	for _, g := range grades[1:] {
		text = workflow.Say("%s、%s", "%s, %s", text, g.Text())
	}
	return text
}
