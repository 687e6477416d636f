package engine

import (
	"context"
	"errors"
	"slices"

	"rectify/workflow"
)

// completed looks up what a step names: files, persons, organisations. lacking says which of them is not there; it is answered only to
// who may take the step.
func (e *Engine) completed(ctx context.Context, s workflow.Step) (out workflow.Step, lacking, err error) {
	if lacking := e.attached(&s); lacking != nil {
		return s, lacking, nil
	}
	err = e.known(ctx, &s)
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		return s, fault, nil
	}
	return s, nil, err
}

// known checks that the persons and orgs that a step names exist. The responsible org is checked in the step's own transaction.
func (e *Engine) known(ctx context.Context, s *workflow.Step) error {
	var people []workflow.PersonID
	orgs := append(append([]workflow.OrgID(nil), s.Assisting...), s.Parties...)
	orgs = append(orgs, s.Orgs...)
	if s.Call.To != 0 {
		orgs = append(orgs, s.Call.To)
	}
	if s.Person != 0 {
		people = append(people, s.Person)
	}
	for _, m := range s.Measures {
		if m.Person != 0 {
			people = append(people, m.Person)
		}
		if m.Org != 0 {
			orgs = append(orgs, m.Org)
		}
	}
	if len(people) > 0 {
		found, err := e.db.PersonsByID(ctx, people)
		if err != nil {
			return err
		}
		for _, id := range people {
			if p, ok := found[id]; !ok || !p.Active {
				return workflow.Invalid("unknown_person", "person", workflow.Say("所指的责任人不存在或已停用", "the person named does not exist or is not active"))
			}
		}
	}
	if s.Action == workflow.Entrust && s.Person != 0 {
		held, err := e.db.Appointments(ctx, s.Person, e.Today())
		if err != nil {
			return err
		}
		s.Facts.Posts = nil
		for n := range held {
			if business(held[n]) {
				s.Facts.Posts = append(s.Facts.Posts, held[n].Org)
			}
		}
	}
	if len(orgs) == 0 {
		return nil
	}
	found, err := e.db.OrgsByID(ctx, orgs)
	if err != nil {
		return err
	}
	for _, id := range orgs {
		if _, ok := found[id]; !ok {
			return workflow.Invalid("unknown_org", "parties", workflow.Say("所指的组织不存在", "an organisation named does not exist"))
		}
	}
	s.Facts.Orgs = make(map[workflow.OrgID]workflow.Lineage, len(s.Orgs)+len(s.Parties))
	for _, id := range slices.Concat(s.Orgs, s.Parties) {
		s.Facts.Orgs[id] = found[id].Line
	}
	return nil
}

// mute are the parties that a step names in which no post could take the party's step: the countersign could never be completed.
func (e *Engine) mute(d *workflow.Definition, i *workflow.Issue, s *workflow.Step) (out []workflow.OrgID) {
	for _, org := range s.Parties {
		line := s.Facts.Orgs[org]
		if !e.signs(d, line.Last().Level, max(i.Grade, s.Grade)) {
			out = append(out, org)
		}
	}
	return out
}

// signs says whether posts at the level may, as a party, take every step of the machine that is countersigned.
func (e *Engine) signs(d *workflow.Definition, level workflow.Level, grade workflow.Grade) bool {
	for n := range d.Arrows {
		a := &d.Arrows[n]
		if slices.Contains(a.Needs, workflow.NeedCountersign) && !e.guard.Could(level, workflow.Party, a.Do, grade) {
			return false
		}
	}
	return true
}

// MaySign says whether an organisation at the level could countersign an issue of any grade, as the policy and the machine of major issues
// in force have it: what a form offers.
func (e *Engine) MaySign(level workflow.Level) bool {
	return e.signs(e.current.For(workflow.Major, ""), level, workflow.Major)
}
