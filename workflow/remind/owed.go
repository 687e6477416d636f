package remind

import (
	"slices"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/calendar"
)

// Group is a part of the people of an org.
type Group uint8

// The groups.
const (
	Officers Group = iota // who does the daily work; the head where there is nobody else
	Heads                 // the head (一把手)
	Leaders               // who leads it in the place of the head, in the nearest org upwards that has such
)

// Address names people without knowing who they are.
type Address struct {
	Person workflow.PersonID // or, if 0:
	Org    workflow.OrgID
	Group  Group
	Name   string // the one of the group with this name, if there is one
}

// Reminder is one thing of which people are to be reminded. Issue, Round, What, Date and Rung are its key: with the same key nobody is
// reminded twice.
type Reminder struct {
	Issue workflow.IssueID
	Round int
	What  string // the topic, with a number where an issue has several
	Date  workflow.Day
	Rung  string       // days after the date, such as -10 or +1
	On    workflow.Day // the working day on which it comes
	Tell  []Address
}

// Topic is what it is about.
func (r *Reminder) Topic() Topic { return topicOf(r.What) }

func topicOf(what string) Topic {
	for n := len(what) - 1; n > 0; n-- {
		if what[n] == '-' {
			return Topic(what[:n])
		}
	}
	return Topic(what)
}

// dated is a date of an issue with the orgs that are awaited.
type dated struct {
	topic Topic
	n     int // counted from 1 where an issue has several
	date  workflow.Day
	orgs  []workflow.OrgID // more than one where several have not signed
}

func (d *dated) what() string {
	if d.n > 0 {
		return string(d.topic) + "-" + strconv.Itoa(d.n)
	}
	return string(d.topic)
}

// Owed is what is to be said about an issue on a working day, whether or not it was said before: of each of its dates the last rung that
// has come. So rungs that were missed are made good by one reminder.
func Owed(r *Rules, i *workflow.Issue, day workflow.Day, days *calendar.Calendar) []Reminder {
	if !r.On {
		return nil
	}
	var out []Reminder
	for _, d := range datesOf(i) {
		rung, n, on := reached(r.Ladder[d.topic], d.date, day, days)
		if on == "" {
			continue
		}
		out = append(out, Reminder{Issue: i.ID, Round: i.Round, What: d.what(), Date: d.date, Rung: rungName(n), On: on, Tell: r.addresses(i, d.orgs, rung.Tell)})
	}
	return out
}

// datesOf are the dates of an issue that somebody is waited for.
func datesOf(i *workflow.Issue) []dated {
	var out []dated
	add := func(topic Topic, n int, date workflow.Day, orgs ...workflow.OrgID) {
		orgs = slices.DeleteFunc(orgs, func(org workflow.OrgID) bool { return org == 0 })
		if date != "" && len(orgs) > 0 {
			out = append(out, dated{topic, n, date, orgs})
		}
	}
	if i.State == workflow.Closed {
		if i.LookBack.Waits() {
			add(TopicLookBack, 0, i.LookBack.Due, i.Turn())
		}
		return out
	}
	if i.State.End() || i.State == workflow.Draft || i.State == workflow.Suspended {
		return out
	}
	ours := i.Turn() == i.Responsible || i.State == workflow.PlanReview
	if i.State != workflow.Found && ours && i.State != workflow.Lasting {
		add(TopicDue, 0, i.Due, i.Responsible)
	}
	if i.Clock.Name != "publicity" && i.Clock.Name != "look_back" { // those are waited out
		add(TopicClock, 0, i.Clock.Until, i.Turns()...)
	}
	letters(i, ours, add)
	for n := range i.Calls {
		if c := &i.Calls[n]; c.Open() {
			add(TopicCall, n+1, c.Until, c.To)
		}
	}
	if i.State == workflow.Lasting {
		org := i.Verifier
		if org == 0 {
			org = i.Responsible
		}
		add(TopicReview, 0, i.NextReview, org)
	}
	return out
}

// letters adds the letters that are not signed for, and the limit of the last one as long as the unit has the issue.
func letters(i *workflow.Issue, ours bool, add func(Topic, int, workflow.Day, ...workflow.OrgID)) {
	last := -1
	for n := range i.Letters {
		l := &i.Letters[n]
		if l.To != i.Responsible {
			continue
		}
		if i.ToBeSigned(n) {
			add(TopicLetter, n+1, l.On, l.To)
		}
		if l.Round == i.Round {
			last = n
		}
	}
	if last >= 0 && ours {
		add(TopicLetterLimit, last+1, i.Letters[last].Limit, i.Letters[last].To)
	}
}

// reached is the last rung that has come by a day, how many days after the date it stands, and the working day on which it came; "" for none.
func reached(ladder []Rung, date, day workflow.Day, days *calendar.Calendar) (rung Rung, n int, on workflow.Day) {
	for at := len(ladder) - 1; at >= 0; at-- {
		r := ladder[at]
		if date.Add(r.Days) > day && r.late() {
			continue
		}
		n := r.Days
		if r.Every > 0 && r.late() {
			n += max(0, date.Add(r.Days).Until(day)) / r.Every * r.Every
		}
		for ; ; n -= r.Every { // the last one may fall on a day off and come later
			if on := worked(days, date.Add(n), r.late()); on != "" && on <= day {
				return r, n, on
			}
			if r.Every == 0 || n-r.Every < r.Days {
				break
			}
		}
	}
	return Rung{}, 0, ""
}

// worked is the day itself if it is worked, or else the working day after or before it.
func worked(days *calendar.Calendar, day workflow.Day, after bool) workflow.Day {
	if days.IsWorking(day) {
		return day
	}
	n := -1
	if after {
		n = 1
	}
	on, _ := days.AddWorking(day, n)
	return on
}

// addresses are those whom the words mean; orgs are those that are awaited.
func (r *Rules) addresses(i *workflow.Issue, orgs []workflow.OrgID, tell []Who) []Address {
	var out []Address
	add := func(a Address) {
		if (a.Person != 0 || a.Org != 0) && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	awaited := func(group Group) {
		for _, org := range orgs {
			add(Address{Org: org, Group: group})
		}
	}
	for _, who := range tell {
		switch who {
		case WhoPerson:
			add(Address{Person: i.Person})
			for n := range i.Measures {
				if !i.Measures[n].Done {
					add(Address{Person: i.Measures[n].Person})
				}
			}
		case WhoLeader:
			add(Address{Org: i.Responsible, Group: Leaders, Name: i.Leader})
		case WhoResponsible:
			add(Address{Org: i.Responsible, Group: Officers})
		case WhoSecretary:
			add(Address{Org: i.Responsible, Group: Heads})
		case WhoVerifier:
			add(Address{Org: i.Verifier, Group: Officers})
		case WhoCloser:
			add(Address{Org: firstOrg(i.Closer, orgs[0]), Group: Officers})
		case WhoTurn:
			awaited(Officers)
		case WhoHead:
			awaited(Heads)
		}
	}
	return out
}

func firstOrg(a, b workflow.OrgID) workflow.OrgID {
	if a != 0 {
		return a
	}
	return b
}

// Still says whether a reminder that was owed is still about a date of the issue.
func Still(i *workflow.Issue, what string, date workflow.Day) bool {
	return slices.ContainsFunc(datesOf(i), func(d dated) bool { return d.what() == what && d.date == date })
}
