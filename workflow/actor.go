package workflow

import "slices"

// Appointment says that a person holds a post in an organisation from a day to a day (任职).
type Appointment struct {
	ID      AppointmentID `json:"id,string"`
	Org     OrgID         `json:"org,string"`
	OrgName string        `json:"org_name"`
	Line    Lineage       `json:"-"`
	Post    Post          `json:"post"`
	From    Day           `json:"from"`
	Until   Day           `json:"until,omitempty"`      // the last day; none for an open end
	For     PersonID      `json:"for,omitempty,string"` // the person stood in for (代办)
	Mandate Mandated      `json:"-"`                    // of an inspector
}

// Level is the level of the organisation.
func (a *Appointment) Level() Level { return a.Line.Last().Level }

// InForce says whether the appointment gives anything on the day.
func (a *Appointment) InForce(today Day) bool {
	return a.From <= today && (a.Until == "" || today <= a.Until)
}

// Grant is the answer of the policy to the question whether an actor may: by which appointment, in which relation, by which line.
type Grant struct {
	Appointment Appointment
	Relation    Relation
	Rule        string // the line of the policy, as "policy.csv:12"
}

// Actor is who takes a step. Appointments holds only those in force; As is filled in by the policy.
type Actor struct {
	Person       PersonID
	Account      string
	Name         string
	Appointments []Appointment
	As           Grant
	OSUser       string // the user of the operating system, for what is done on the command line
}

// Program is the actor of what comes round by itself: a call that climbs, dates that are worked out again. It is nobody's account and
// acts from the root of the tree.
func Program(root Place) Actor {
	at := Appointment{Org: root.Org, Post: ProgramPost}
	at.Line[0] = root
	rule, _ := PostNamed(string(ProgramPost))
	at.OrgName = rule.Text.Zh
	return Actor{Name: rule.Text.Zh, Appointments: []Appointment{at}}
}

// Persons are the actor and everyone whom the actor stands in for: they count as one when duties are kept apart.
func (by *Actor) Persons() []PersonID {
	all := make([]PersonID, 1, 1+len(by.Appointments))
	all[0] = by.Person
	for n := range by.Appointments {
		if f := by.Appointments[n].For; f != 0 && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// belongs says whether the actor holds a post in the org that takes a part in its business.
func (by *Actor) belongs(org OrgID) bool {
	return org != 0 && slices.ContainsFunc(by.Appointments, func(a Appointment) bool {
		if a.Org != org || a.Post == "inspector" {
			return false
		}
		rule, _ := PostNamed(string(a.Post))
		return !rule.Admin
	})
}
