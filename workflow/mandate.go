package workflow

import "slices"

// Inspector is the post of who looks at the issues of a subtree and does nothing else. It is given by a mandate.
const Inspector Post = "inspector"

// Ties are what an inspector declared: the organisations and persons from whose issues they stay away (回避).
type Ties struct {
	Orgs   []OrgID    `json:"orgs,omitempty"`
	People []PersonID `json:"people,omitempty"`
}

// None says that nothing was declared.
func (t *Ties) None() bool { return len(t.Orgs) == 0 && len(t.People) == 0 }

// Bar says whether the place at the end of the line is one of the organisations or below one.
func (t *Ties) Bar(line *Lineage) bool { return slices.ContainsFunc(t.Orgs, line.Passes) }

// Touch says whether the issue is kept from the inspector: one of the organisations is above the responsible one, is it or has a part in
// the issue; one of the persons is responsible for it or has something of it in hand.
func (t *Ties) Touch(i *Issue) bool {
	if t.None() {
		return false
	}
	if t.Bar(&i.Line) || slices.ContainsFunc(i.Outsiders(), func(org OrgID) bool { return slices.Contains(t.Orgs, org) }) {
		return true
	}
	return i.Person != 0 && slices.Contains(t.People, i.Person) ||
		slices.ContainsFunc(i.InHand(), func(p PersonID) bool { return slices.Contains(t.People, p) })
}

// With are the ties together with others.
func (t *Ties) With(more Ties) Ties {
	out := Ties{Orgs: slices.Clone(t.Orgs), People: slices.Clone(t.People)}
	for _, org := range more.Orgs {
		if !slices.Contains(out.Orgs, org) {
			out.Orgs = append(out.Orgs, org)
		}
	}
	for _, p := range more.People {
		if !slices.Contains(out.People, p) {
			out.People = append(out.People, p)
		}
	}
	return out
}

// Mandated is what the appointment of an inspector rests on (一次一授权). Without it such an appointment gives nothing.
type Mandated struct {
	ID       MandateID
	Number   string
	Declared bool // the inspector has declared their ties
	Ended    bool // before its last day
	Ties     Ties
}

// Open says whether the mandate lets the inspector see anything.
func (m *Mandated) Open() bool { return m.ID != 0 && m.Declared && !m.Ended }

// Reaches says whether the appointment reaches the place at the end of the line: its organisation is on the way there. That of an
// inspector reaches as far as the mandate lets it.
func (a *Appointment) Reaches(line *Lineage) bool {
	return line.Passes(a.Org) && (a.Post != Inspector || a.Mandate.Open() && !a.Mandate.Ties.Bar(line))
}

// Inspects says whether the appointment is that of an inspector who may see the issue.
func (a *Appointment) Inspects(i *Issue) bool {
	return a.Post == Inspector && i.Line.Passes(a.Org) && a.Mandate.Open() && !a.Mandate.Ties.Touch(i)
}

// Undeclared are the mandates of the actor for which the declaration of recusal is still to be made.
func (by *Actor) Undeclared() []Mandated {
	var out []Mandated
	for n := range by.Appointments {
		if m := &by.Appointments[n].Mandate; m.ID != 0 && !m.Declared && !m.Ended {
			out = append(out, *m)
		}
	}
	return out
}

// Outsiders are the orgs that have a part in the issue and are not on the way down to the responsible one, each once.
func (i *Issue) Outsiders() []OrgID {
	var out []OrgID
	add := func(orgs ...OrgID) {
		for _, org := range orgs {
			if org != 0 && !i.Line.Passes(org) && !slices.Contains(out, org) {
				out = append(out, org)
			}
		}
	}
	add(i.Finder, i.Responsible, i.Assigner, i.Verifier, i.Closer, i.Request.Decider)
	add(i.Assisting...)
	add(i.Parties...)
	for n := range i.Calls {
		add(i.Calls[n].To)
		add(i.Calls[n].Climbed...)
	}
	return out
}

// InHand are the persons who have something of the issue to hand over: none before it is assigned and none after it ended.
func (i *Issue) InHand() []PersonID {
	if i.State.End() || i.State == "" || i.State == Draft || i.State == Found {
		return nil
	}
	return i.Holders()
}
