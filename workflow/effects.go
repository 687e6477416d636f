package workflow

import (
	"slices"
	"time"
)

// effect does to the issue what the action means; where it stands has been settled by the arrow.
func effect(d *Definition, i *Issue, s *Step, by *Actor, at time.Time) {
	switch s.Action {
	case Edit:
		edit(i, s)
	case Assign, Transfer:
		assign(d, i, s, by)
	case Return:
		giveBack(i)
	case Plan:
		plan(i, s)
	case ApprovePlan, RejectPlan:
		remark(i, s, by, at)
	case Report:
		i.Recovered = first(s.Recovered, i.Recovered)
		attest(i, s, by, at)
	case Attest:
		attest(i, s, by, at)
	case Finish:
		finish(i, s, by, at)
	case Submit:
		i.Reported = true
		i.Recovered = first(s.Recovered, i.Recovered)
		i.Results = i.Results.with(s.Results)
		attest(i, s, by, at)
	case Pass:
		i.Criteria = s.Criteria
		i.Results = i.Results.with(s.Results)
	case Close:
		i.Results = i.Results.with(s.Results)
	case Reject, Refuse:
		i.Reported, i.Endorsed, i.Objection = false, false, ""
		i.Due = first(s.Due, i.Due)
	case Withdraw:
		i.Reported = false
	case Object:
		i.Objection = s.Note
	case Answer:
		i.Objection = ""
	case Record:
		i.Document = s.Document
		i.Results = i.Results.with(s.Results)
	case Reopen:
		reopen(d, i, s)
	default:
		besides(d, i, s, by, at)
	}
}

// besides does what is done around the course of the issue: merges, requests, letters, calls and look-backs.
func besides(d *Definition, i *Issue, s *Step, by *Actor, at time.Time) {
	switch s.Action {
	case Merge:
		i.MergedInto = s.Other
	case Unmerge:
		i.MergedInto, i.Before, i.BeforeClock = 0, "", Clock{}
	case Ask:
		ask(d, i, s, by)
	case GrantIt:
		grant(i)
	case Deny:
		i.Request = Request{}
	case SendLetter:
		send(i, s, by, at)
	case SignLetter:
		signLetter(i, by, at)
	case Call:
		call(i, s, by, at)
	case Respond:
		respond(i, s, by, at)
	case Climb:
		climb(i, at)
	case LookBackAt:
		lookBack(i, s, by, at)
	default:
		mark(d, i, s, by)
	}
}

// mark does the actions that leave a mark and nothing else.
func mark(d *Definition, i *Issue, s *Step, by *Actor) {
	switch s.Action {
	case Resume:
		i.Condition = "" // PausedOn stays for the engine, which gives back the days that were left
	case Review:
		i.NextReview, i.Due = s.NextReview, s.NextReview
		i.StageGoal = first(s.StageGoal, i.StageGoal)
	case Entrust:
		entrust(i, s, by)
	case Pick:
		i.LookBack = LookBack{Due: s.Due, Provisional: s.Facts.Provisional, Draw: s.Draw}
	case Spread:
		i.Spread = append(slices.Clip(i.Spread), without(s.Orgs, i.Spread)...)
	case Reclock:
		i.SetDates(s.Facts.Dates)
	case Supervise:
		i.Supervised = true
	case Escalate:
		i.Escalated = true
		closer, verifier := first(i.Line.Above(i.Closer), i.Closer), i.Verifier
		if d.CloserVerifies {
			verifier = closer
		}
		judgedBy(i, verifier, closer)
	case Endorse:
		post, _ := PostNamed(string(by.As.Appointment.Post))
		verified := i.State == Closing || i.State == Publicized
		i.Endorsed = i.Endorsed || (verified && post.Head && by.As.Appointment.Org == i.Closer)
	}
}

func edit(i *Issue, s *Step) {
	i.Detail, i.Aspect, i.Goal = first(s.Detail, i.Detail), first(s.Aspect, i.Aspect), first(s.Goal, i.Goal)
	i.Source, i.Kind, i.Grade, i.Due = first(s.Source, i.Source), first(s.Kind, i.Kind), first(s.Grade, i.Grade), first(s.Due, i.Due)
	i.Person = first(s.Person, i.Person)
	if len(s.Measures) > 0 {
		i.Measures = intended(s.Measures)
	}
}

// intended copies measures as what is to be done: whether one is done is said by finishing it and in no other way.
func intended(measures []Measure) []Measure {
	measures = slices.Clone(measures)
	for n := range measures {
		measures[n].Done, measures[n].DoneOn, measures[n].Result, measures[n].Before = false, "", "", ""
	}
	return measures
}

// judgedBy settles who verifies and who closes; what the head of another closing org endorsed is not endorsed by this one's.
func judgedBy(i *Issue, verifier, closer OrgID) {
	i.Endorsed = i.Endorsed && closer == i.Closer
	i.Verifier, i.Closer = verifier, closer
}

// assign settles who is responsible, by when, and who judges.
func assign(d *Definition, i *Issue, s *Step, by *Actor) {
	if s.Responsible != 0 && s.Responsible != i.Responsible {
		i.Responsible, i.Line = s.Responsible, s.Facts.Line
		i.Person, i.Measures = 0, unnamed(i.Measures)
	}
	i.Person = first(s.Person, i.Person)
	if len(s.Assisting) > 0 {
		i.Assisting = slices.Clone(s.Assisting)
	}
	if len(s.Parties) > 0 {
		i.Parties = slices.Clone(s.Parties)
	}
	i.Due = first(s.Due, i.Due)
	if s.Action == Assign {
		i.Kind, i.Grade = first(s.Kind, i.Kind), first(s.Grade, i.Grade)
		i.Machine, i.Definition = d.Machine, d.Hash
		i.Assigner = by.As.Appointment.Org
	}
	verifier, closer := d.Judges(i)
	judgedBy(i, verifier, closer)
}

// giveBack returns the issue to the list of what is to be assigned; the org that returns it is not responsible any more.
func giveBack(i *Issue) {
	i.Responsible, i.Line = 0, i.FinderLine
	i.Person, i.Assisting, i.Parties = 0, nil, nil
	i.Assigner, i.Measures = 0, unnamed(i.Measures)
	judgedBy(i, 0, 0)
}

// unnamed takes the people of the org that is not responsible any more out of the measures that they have not done.
func unnamed(measures []Measure) []Measure {
	measures = slices.Clone(measures)
	for n := range measures {
		if !measures[n].Done {
			measures[n].Org, measures[n].Person = 0, 0
		}
	}
	return measures
}

func plan(i *Issue, s *Step) {
	i.Goal = first(s.Goal, i.Goal)
	i.Remarks = nil
	if len(s.Measures) > 0 {
		i.Measures = intended(s.Measures)
	}
}

func attest(i *Issue, s *Step, by *Actor, at time.Time) {
	if len(s.Evidence) == 0 {
		return
	}
	i.Evidence = slices.Clip(i.Evidence)
	for _, e := range s.Evidence {
		e.Round, e.By, e.At = i.Round, by.Person, at
		i.Evidence = append(i.Evidence, e)
	}
}

func finish(i *Issue, s *Step, by *Actor, at time.Time) {
	i.Measures = slices.Clone(i.Measures)
	m := &i.Measures[s.Measure-1]
	m.Done, m.DoneOn, m.Result = true, DayOf(at), s.Note
	attest(i, s, by, at)
}

// reopen begins the next round: what was closed stays in history, the new round is planned and shown afresh.
func reopen(d *Definition, i *Issue, s *Step) {
	i.Round++
	i.Machine, i.Definition = d.Machine, d.Hash
	i.Due = first(s.Due, i.Due)
	i.Measures, i.Deeds, i.Signs, i.Remarks = nil, nil, nil, nil
	i.LookBack, i.Results, i.Spread = LookBack{}, Results{}, nil
	i.Criteria, i.Request, i.Extensions = Criteria{}, Request{}, 0
	i.Reported, i.Endorsed, i.Objection, i.ClosedOn = false, false, "", ""
	i.Document, i.Pause, i.Supervised = Document{}, Pause{}, false
	i.Verifier, i.Closer = d.Judges(i)
}

// Absorb is the other half of a merge: what it does to the issue that stays. What had been merged into the one that leaves comes with
// it. With undo it takes the merged one out again, and what came with it.
func Absorb(i Issue, merged *Issue, undo bool, by Actor, at time.Time) Change {
	c := Change{Before: i, Issue: i}
	after := &c.Issue
	after.Absorbed = slices.DeleteFunc(slices.Clone(i.Absorbed), func(a Absorbed) bool { return a.Issue == merged.ID || a.Via == merged.ID })
	s := Step{Action: Unmerge, Other: merged.ID, Note: merged.Number}
	if !undo {
		s.Action = Merge
		after.Absorbed = append(after.Absorbed, Absorbed{Issue: merged.ID, Number: merged.Number, Source: merged.Source, OwnNumber: merged.OwnNumber})
		for _, with := range merged.Absorbed {
			with.Via = merged.ID
			after.Absorbed = append(after.Absorbed, with)
		}
	}
	after.Version++
	c.Line = newLine(&c, s, by, at)
	return c
}

// without is what is in a and not in b.
func without(a, b []OrgID) []OrgID {
	return slices.DeleteFunc(slices.Clone(a), func(org OrgID) bool { return slices.Contains(b, org) })
}
