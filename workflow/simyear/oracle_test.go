package simyear_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rectify/workflow"
)

// key is a reminder as the judge works it out: what makes it the same one.
type key struct {
	round      int
	what       string
	date       workflow.Day
	rung       string
	person     workflow.PersonID
	unreminded bool // of a step or a prompt, not of a date
}

// dated is a date that somebody is waited for; of what several countersign, everybody who has not signed.
type dated struct {
	topic, what string
	date        workflow.Day
	orgs        []workflow.OrgID
}

// waits says which dates of an issue somebody is waited for: by the state alone, in the words of the glossary.
func waits(i *workflow.Issue) (out []dated) {
	add := func(topic string, n int, date workflow.Day, orgs ...workflow.OrgID) {
		what := topic
		if n > 0 {
			what += "-" + strconv.Itoa(n)
		}
		if date != "" && len(orgs) > 0 && orgs[0] != 0 {
			out = append(out, dated{topic, what, date, orgs})
		}
	}
	turns := []workflow.OrgID{i.Turn()}
	theirs := false
	switch i.State {
	case workflow.Draft, workflow.Suspended, workflow.Merged, workflow.Cancelled:
		return nil
	case workflow.Closed:
		if i.LookBack.Due != "" && i.LookBack.On == "" {
			add("look_back", 0, i.LookBack.Due, turns...)
		}
		return out
	case workflow.Assigned, workflow.Planning, workflow.PlanReview, workflow.Rectifying:
		theirs = true
		add("due", 0, i.Due, i.Responsible)
	case workflow.Lasting:
		theirs = true
		org := i.Verifier
		if org == 0 {
			org = i.Responsible
		}
		add("review", 0, i.NextReview, org)
	}
	if i.Clock.Name != "publicity" {
		if sign := unsigned(i); len(sign) > 0 {
			turns = sign
		}
		add("clock", 0, i.Clock.Until, turns...)
	}
	last := 0
	for n, l := range i.Letters {
		if l.To == i.Responsible && l.SignedBy == 0 {
			add("letter", n+1, l.On, l.To)
		}
		if l.To == i.Responsible && l.Round == i.Round {
			last = n + 1
		}
	}
	if last > 0 && theirs {
		add("letter_limit", last, i.Letters[last-1].Limit, i.Responsible)
	}
	for n, c := range i.Calls {
		if c.Reply == "" {
			add("call", n+1, c.Until, c.To)
		}
	}
	return out
}

// unsigned are those who verify, first the verifying org and then the parties, and have not said yes to what lies before them.
func unsigned(i *workflow.Issue) (out []workflow.OrgID) {
	if i.State != workflow.PlanReview && i.State != workflow.Verifying || i.Verifier == 0 {
		return nil
	}
	said := make(map[workflow.OrgID]bool)
	for _, s := range i.Signs {
		said[s.Org] = true
	}
	for _, org := range append([]workflow.OrgID{i.Verifier}, i.Parties...) {
		if !said[org] {
			said[org] = true
			out = append(out, org)
		}
	}
	return out
}

// last is the last step of a ladder that has come by a day: each one stands so many days from the date; one before it or on it comes on a
// worked day not later, one after it on a worked day not earlier.
func last(ladder []rung, date, day workflow.Day, days worked) (tell string, n int, come bool) {
	for _, r := range ladder {
		for at := r.days; ; at += r.every {
			on := days.near(date.Add(at), -1)
			if at > 0 {
				on = days.near(date.Add(at), 1)
			}
			if on > day {
				break
			}
			tell, n, come = r.tell, at, true
			if r.every == 0 {
				break
			}
		}
	}
	return tell, n, come
}

// owes says what is to be said about an issue in the run of a day, whether or not it was said before.
func (w *world) owes(i *workflow.Issue, day workflow.Day) (out []key) {
	r := w.rulesOf(i.Checklist, day)
	for _, d := range waits(i) {
		tell, n, come := last(r.ladder[d.topic], d.date, day, w.days(day))
		if !come {
			continue
		}
		var told []workflow.PersonID
		for _, word := range strings.Fields(tell) {
			for _, person := range w.allMeant(i, word, d.orgs, day) {
				if !slices.Contains(told, person) && w.sees(person, i, day) {
					told = append(told, person)
					out = append(out, key{round: i.Round, what: d.what, date: d.date, rung: fmt.Sprintf("%+d", n), person: person})
				}
			}
		}
	}
	return out
}

func (w *world) allMeant(i *workflow.Issue, word string, orgs []workflow.OrgID, day workflow.Day) (out []workflow.PersonID) {
	for _, org := range orgs {
		out = append(out, w.means(i, word, org, day)...)
	}
	return out
}

// means are the people whom a word of the rules means on a day.
func (w *world) means(i *workflow.Issue, word string, org workflow.OrgID, day workflow.Day) []workflow.PersonID {
	t := w.town
	switch word {
	case "person":
		return w.named(i, day)
	case "leader":
		for o := t.byID[i.Responsible]; o != nil; o = o.above {
			if found := t.in(o.ID, day, posts(leaderPosts)...); len(found) > 0 {
				return found
			}
		}
		return nil
	case "responsible":
		return w.daily(i.Responsible, day)
	case "secretary":
		return w.heads(i.Responsible, day)
	case "verifier":
		return w.daily(i.Verifier, day)
	case "closer":
		if i.Closer != 0 {
			org = i.Closer
		}
		return w.daily(org, day)
	case "turn":
		return w.daily(org, day)
	case "head":
		return w.heads(org, day)
	}
	panic(word)
}

// named are the person responsible and those of measures that are not done, with whoever stands in for them in the responsible org.
func (w *world) named(i *workflow.Issue, day workflow.Day) (out []workflow.PersonID) {
	people := []workflow.PersonID{i.Person}
	for _, m := range i.Measures {
		if !m.Done {
			people = append(people, m.Person)
		}
	}
	for _, person := range people {
		out = append(out, person)
		for _, h := range w.town.held[i.Responsible] {
			if person != 0 && h.For == person && h.InForce(day) {
				out = append(out, h.Person)
			}
		}
	}
	return out
}

func (w *world) heads(org workflow.OrgID, day workflow.Day) []workflow.PersonID {
	return w.town.in(org, day, "work_secretary", "group_secretary", "committee_secretary", "general_secretary", "branch_secretary")
}

// daily are those who do the daily work of an org, its head where there is nobody.
func (w *world) daily(org workflow.OrgID, day workflow.Day) []workflow.PersonID {
	if found := w.town.in(org, day, posts(officerPosts)...); len(found) > 0 {
		return found
	}
	return w.heads(org, day)
}

// sees says whether somebody might look at an issue on a day.
func (w *world) sees(person workflow.PersonID, i *workflow.Issue, day workflow.Day) bool {
	by := w.town.actor(person, day)
	for _, a := range by.Appointments {
		if w.looks(person, &a, i) {
			return true
		}
	}
	return false
}

// looks says whether one post lets somebody look at an issue: that of an org with a part in it or, from a general branch up, above it; or
// because they, or whom they stand in for, are the person responsible.
func (w *world) looks(person workflow.PersonID, a *workflow.Appointment, i *workflow.Issue) bool {
	if a.Post == "system_admin" {
		return false
	}
	parts := []workflow.OrgID{i.Finder, i.Responsible, i.Assigner, i.Verifier, i.Closer, i.Request.Decider}
	parts = append(append(parts, i.Assisting...), i.Parties...)
	for _, c := range i.Calls {
		parts = append(append(parts, c.To), c.Climbed...)
	}
	above := i.Line.Passes(a.Org) && i.Line.Last().Org != a.Org && a.Level() > workflow.Branch
	theirs := i.Person != 0 && (i.Person == person || i.Person == a.For)
	return slices.Contains(parts, a.Org) || above || theirs
}

// hearers are those who are told of a step: who stands in one of the relations by a post that lets them look.
func (w *world) hearers(i *workflow.Issue, tell []workflow.Relation, doer workflow.PersonID, day workflow.Day) (out []workflow.PersonID) {
	orgs := []workflow.OrgID{i.Finder, i.Responsible, i.Assigner, i.Verifier, i.Closer, i.Request.Decider}
	orgs = append(append(orgs, i.Assisting...), i.Parties...)
	for _, p := range i.Line {
		orgs = append(orgs, p.Org)
	}
	for _, c := range i.Calls {
		orgs = append(orgs, c.To)
	}
	people := []workflow.PersonID{i.Person}
	for _, m := range i.Measures {
		people = append(people, m.Person)
	}
	for _, org := range orgs {
		people = append(people, w.town.in(org, day)...)
	}
	for _, person := range people {
		if person == doer || person == 0 || slices.Contains(out, person) {
			continue
		}
		for _, a := range w.town.actor(person, day).Appointments {
			if w.looks(person, &a, i) && stands(i, &a, person, tell) {
				out = append(out, person)
				break
			}
		}
	}
	return out
}

func stands(i *workflow.Issue, a *workflow.Appointment, person workflow.PersonID, tell []workflow.Relation) bool {
	rs := i.Relations(a.Org, 0, false)
	named := func(p workflow.PersonID) bool {
		return p != 0 && (i.Person == p || slices.ContainsFunc(i.Measures, func(m workflow.Measure) bool { return m.Person == p }))
	}
	return slices.ContainsFunc(tell, func(r workflow.Relation) bool {
		return rs.Has(r) || r == workflow.Person && (named(person) || named(a.For))
	})
}
