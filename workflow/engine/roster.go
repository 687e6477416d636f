package engine

import (
	"context"
	"slices"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// roster knows who holds which post on a day, as far as it was asked to.
type roster struct {
	e      *Engine
	day    workflow.Day
	past   bool // day moves: everything that anybody ever held is known, and looked at by day
	held   map[workflow.OrgID][]store.Appointed
	actors map[workflow.PersonID]*workflow.Actor // nil for who is not active
}

func (e *Engine) newRoster(day workflow.Day) *roster {
	return &roster{e: e, day: day, held: make(map[workflow.OrgID][]store.Appointed), actors: make(map[workflow.PersonID]*workflow.Actor)}
}

// know looks up everybody who may have to hear of some issues.
func (r *roster) know(ctx context.Context, issues []workflow.Issue) error {
	var orgs []workflow.OrgID
	var people []workflow.PersonID
	for n := range issues {
		i := &issues[n]
		orgs = append(orgs, partsIn(i)...)
		people = append(people, i.Person)
		for m := range i.Measures {
			people = append(people, i.Measures[m].Person)
		}
	}
	return r.look(ctx, orgs, people)
}

// partsIn are the orgs that have a part in an issue or stand above the responsible one; some more than once.
func partsIn(i *workflow.Issue) []workflow.OrgID {
	orgs := []workflow.OrgID{i.Finder, i.Responsible, i.Assigner, i.Verifier, i.Closer, i.Request.Decider, i.Turn()}
	for _, p := range i.Line {
		orgs = append(orgs, p.Org)
	}
	orgs = append(append(orgs, i.Assisting...), i.Parties...)
	for n := range i.Calls {
		orgs = append(orgs, i.Calls[n].To)
	}
	return orgs
}

// look looks up orgs and people that are not known yet.
func (r *roster) look(ctx context.Context, orgs []workflow.OrgID, people []workflow.PersonID) error {
	orgs = slices.DeleteFunc(orgs, func(org workflow.OrgID) bool {
		_, there := r.held[org]
		return there || org == 0
	})
	slices.Sort(orgs)
	orgs = slices.Compact(orgs)
	held, err := r.e.db.AppointmentsIn(ctx, orgs, r.known())
	if err != nil {
		return err
	}
	for _, org := range orgs {
		r.held[org] = nil
	}
	for _, a := range held {
		r.held[a.Org] = append(r.held[a.Org], a)
		people = append(people, a.Person)
	}
	return r.lookAt(ctx, people)
}

func (r *roster) lookAt(ctx context.Context, people []workflow.PersonID) error {
	people = slices.DeleteFunc(people, func(p workflow.PersonID) bool {
		_, there := r.actors[p]
		return there || p == 0
	})
	slices.Sort(people)
	people = slices.Compact(people)
	if len(people) == 0 {
		return nil
	}
	persons, err := r.e.db.PersonsByID(ctx, people)
	if err != nil {
		return err
	}
	held, err := r.e.db.AppointmentsHeld(ctx, people, r.known())
	if err != nil {
		return err
	}
	for _, id := range people {
		r.actors[id] = nil
		if p, ok := persons[id]; ok && p.Active {
			r.actors[id] = &workflow.Actor{Person: id, Account: p.Account, Name: p.Name}
		}
	}
	for _, a := range held {
		if by := r.actors[a.Person]; by != nil {
			by.Appointments = append(by.Appointments, a.Appointment)
		}
	}
	return nil
}

// known is the day of the appointments that are looked up, "" for all.
func (r *roster) known() workflow.Day {
	if r.past {
		return ""
	}
	return r.day
}

// in is who holds a post in an org on the day.
func (r *roster) in(org workflow.OrgID) []store.Appointed {
	if !r.past {
		return r.held[org]
	}
	return slices.DeleteFunc(slices.Clone(r.held[org]), func(a store.Appointed) bool { return !a.InForce(r.day) })
}

// by is somebody with what they are on the day, nil for who is not active.
func (r *roster) by(person workflow.PersonID) *workflow.Actor {
	all := r.actors[person]
	if !r.past || all == nil {
		return all
	}
	by := *all
	by.Appointments = slices.DeleteFunc(slices.Clone(all.Appointments), func(a workflow.Appointment) bool { return !a.InForce(r.day) })
	return &by
}

// sees says whether somebody is there and may see an issue.
func (r *roster) sees(person workflow.PersonID, i *workflow.Issue) bool {
	by := r.by(person)
	if by == nil {
		return false
	}
	_, ok := r.e.guard.Allow(by, workflow.View, i, i.Grade)
	return ok
}

// people are those whom addresses mean, each once, and of them only who may see the issue.
func (r *roster) people(rules *remind.Rules, i *workflow.Issue, to []remind.Address) []workflow.PersonID {
	var out []workflow.PersonID
	for n := range to {
		for _, person := range r.meant(rules, i, &to[n]) {
			if !slices.Contains(out, person) && r.sees(person, i) {
				out = append(out, person)
			}
		}
	}
	return out
}

func (r *roster) meant(rules *remind.Rules, i *workflow.Issue, to *remind.Address) []workflow.PersonID {
	switch {
	case to.Person != 0:
		out := []workflow.PersonID{to.Person}
		for _, a := range r.in(i.Responsible) { // who stands in for them hears it as well
			if a.For == to.Person {
				out = append(out, a.Person)
			}
		}
		return out
	case to.Group == remind.Leaders:
		for at := i.Line.Depth() - 1; at >= 0; at-- {
			if found := r.among(i.Line[at].Org, rules.Leaders); len(found) > 0 {
				return r.called(found, to.Name)
			}
		}
		return nil
	case to.Group == remind.Heads:
		return r.heads(to.Org)
	}
	if found := r.among(to.Org, rules.Officers); len(found) > 0 {
		return found
	}
	return r.heads(to.Org)
}

// among are the people who hold one of the posts in the org.
func (r *roster) among(org workflow.OrgID, posts []workflow.Post) []workflow.PersonID {
	var out []workflow.PersonID
	for _, a := range r.in(org) {
		if slices.Contains(posts, a.Post) {
			out = append(out, a.Person)
		}
	}
	return out
}

func (r *roster) heads(org workflow.OrgID) []workflow.PersonID {
	var out []workflow.PersonID
	for _, a := range r.in(org) {
		if rule, _ := workflow.PostNamed(string(a.Post)); rule.Head {
			out = append(out, a.Person)
		}
	}
	return out
}

// called is the one with the name among people, all of them if nobody has it.
func (r *roster) called(people []workflow.PersonID, name string) []workflow.PersonID {
	for _, person := range people {
		if by := r.actors[person]; by != nil && name != "" && by.Name == name {
			return []workflow.PersonID{person}
		}
	}
	return people
}

// owed is what the rules owe people about some issues on the day.
func (r *roster) owed(ctx context.Context, book *remind.Book, issues []workflow.Issue) ([]store.Owed, error) {
	if err := r.know(ctx, issues); err != nil {
		return nil, err
	}
	var out []store.Owed
	days := r.e.calendar.Load()
	for n := range issues {
		i := &issues[n]
		rules := book.For(i.Checklist)
		for _, m := range remind.Owed(rules, i, r.day, days) {
			for _, person := range r.people(rules, i, m.Tell) {
				out = append(out, store.Owed{On: r.day, OwedKey: store.OwedKey{Issue: int64(m.Issue), Round: m.Round, What: m.What, Date: m.Date, Rung: m.Rung, Person: person}})
			}
		}
	}
	return out, nil
}
