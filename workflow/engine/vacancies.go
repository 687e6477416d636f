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
// post is filled that may, or only by persons who are to be kept apart.
func (e *Engine) Vacancies(ctx context.Context) ([]Vacancy, error) {
	orgs, err := e.db.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	s := staff{e: e, held: make(map[workflow.OrgID][]store.Appointed), orgs: make(map[workflow.OrgID]Org, len(orgs))}
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
	e    *Engine
	held map[workflow.OrgID][]store.Appointed
	orgs map[workflow.OrgID]Org
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
	d := s.e.current.For(grade, workflow.KindTimed)
	verifier, closer := d.Judges(&workflow.Issue{Responsible: org.ID, Line: org.Line, Grade: grade})
	needed := []struct {
		duty   workflow.Duty
		at     workflow.OrgID
		as     workflow.Relation
		action workflow.Action
	}{
		{workflow.DutyRectify, org.ID, workflow.Responsible, workflow.Submit},
		{workflow.DutyVerify, verifier, workflow.Verifier, workflow.Pass},
		{workflow.DutyClose, closer, workflow.Closer, workflow.Close},
	}
	var sets [][]workflow.PersonID
	for _, x := range needed {
		if x.at == 0 { // nobody stands above: recorded from the outside superior's document
			continue
		}
		people, err := s.able(ctx, x.at, x.as, x.action, grade)
		if err != nil {
			return "", 0, err
		}
		sets = append(sets, people)
		if !distinct(sets, nil) {
			return x.duty, x.at, nil
		}
	}
	return "", 0, nil
}

// able lists the people of an organisation who may take the action in the relation.
func (s *staff) able(ctx context.Context, org workflow.OrgID, as workflow.Relation, a workflow.Action, grade workflow.Grade) ([]workflow.PersonID, error) {
	held, ok := s.held[org]
	if !ok {
		var err error
		if held, err = s.e.db.AppointmentsOf(ctx, org); err != nil {
			return nil, err
		}
		s.held[org] = held
	}
	var people []workflow.PersonID
	for n := range held {
		h := &held[n]
		if !h.InForce(s.e.Today()) || slices.Contains(people, h.Person) {
			continue
		}
		if _, may := s.e.guard.May(h.Post, s.orgs[org].Level, as, a, grade); may {
			people = append(people, h.Person)
		}
	}
	return people, nil
}

// distinct says whether one person can be chosen from each set and no person twice.
func distinct(sets [][]workflow.PersonID, chosen []workflow.PersonID) bool {
	if len(sets) == len(chosen) {
		return true
	}
	return slices.ContainsFunc(sets[len(chosen)], func(p workflow.PersonID) bool {
		return !slices.Contains(chosen, p) && distinct(sets, append(slices.Clone(chosen), p))
	})
}

func (s *staff) text(org Org, duty workflow.Duty, at workflow.OrgID) workflow.Text {
	judge := s.orgs[at]
	switch duty {
	case workflow.DutyRectify:
		return workflow.Say("%s没有可以提请验收的人，问题将无法整改", "%s has nobody who may submit: they could not be rectified", org.Shown())
	case workflow.DutyVerify:
		return workflow.Say("%s的问题由%s验收，那里没有（另一个）可以验收的人", "those of %s are verified at %s, where nobody (else) may", org.Shown(), judge.Shown())
	}
	return workflow.Say("%s的问题由%s销号，那里没有（另一个）可以销号的人", "those of %s are closed at %s, where nobody (else) may", org.Shown(), judge.Shown())
}

func gradeTexts(grades []workflow.Grade) workflow.Text {
	text := grades[0].Text()
	for _, g := range grades[1:] {
		text = workflow.Say("%s、%s", "%s, %s", text, g.Text())
	}
	return text
}
