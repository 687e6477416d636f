package explore

import (
	"slices"

	"rectify/workflow"
)

// around are the actions beside the course of an issue. They have a run of their own, in which it is seen that they change nothing of it.
func around(a workflow.Action) bool {
	switch a {
	case workflow.Urge, workflow.Supervise, workflow.Comment, workflow.SendLetter, workflow.SignLetter, workflow.Call, workflow.Respond,
		workflow.Climb, workflow.Review, workflow.Pick, workflow.LookBackAt, workflow.Spread, workflow.Reclock:
		return true
	}
	return false
}

// tried says whether the run takes the action at all.
func (f *focus) tried(a workflow.Action) bool {
	switch a {
	case workflow.Merge, workflow.Unmerge, workflow.Escalate:
		return f.moves
	case workflow.Review:
		return len(f.asks) > 0
	}
	return f.around || !around(a)
}

// by says whether the run lets somebody try the action in a mode.
func (f *focus) by(m mode, a workflow.Action, i *workflow.Issue) bool {
	switch {
	case m == two:
		return i.Responsible != 0 && (a == workflow.Pass || a == workflow.Close)
	case m == stranger:
		return true
	}
	return bears(a)
}

// bears says whether it matters for what is proven who of the watched takes the action: it is a part in the issue, or a decision about
// it. Any other is tried by strangers alone.
func bears(a workflow.Action) bool {
	switch a {
	case workflow.Plan, workflow.Report, workflow.Attest, workflow.Finish, workflow.Submit, workflow.ApprovePlan, workflow.RejectPlan,
		workflow.Pass, workflow.Reject, workflow.Close, workflow.Refuse, workflow.Record, workflow.Ask, workflow.GrantIt, workflow.Deny:
		return true
	}
	return false
}

// whole is a step with everything filled in.
func whole(a workflow.Action, of workflow.RequestKind) workflow.Step {
	return workflow.Step{
		Action: a, Request: of, Note: reason, Due: later, NextReview: later, StageGoal: "半年见效", Condition: "经费到位",
		Criteria: workflow.Criteria{MeasuresDone: true, ViolationsDone: true, EffectReached: true, SameKindSought: true, MechanismBuilt: true},
		Document: workflow.Document{Number: document, File: "file"}, Measure: 1, Reply: workflow.ReplyHelp, Mark: workflow.PlanMark("good"),
	}
}

var evidence = []workflow.Evidence{{Text: "照片"}}

// steps are the ways in which an action may be asked for in this run: whom it names, where it goes, what it brings.
func (r *run) steps(i *workflow.Issue, arrow *workflow.Arrow) []workflow.Step {
	s := whole(arrow.Do, arrow.Of)
	switch arrow.Do {
	case workflow.Assign:
		s.Kind, s.Grade = r.kind, r.grade
		if r.grade == workflow.Major {
			s.Parties = r.at.parties
		}
		return r.naming(r.given(s))
	case workflow.Transfer:
		return r.given(s)
	case workflow.Plan:
		return r.planned(s)
	case workflow.Attest:
		s.Evidence = evidence
	case workflow.Submit:
		with := s
		with.Evidence = evidence
		return []workflow.Step{with, s}
	case workflow.Entrust:
		return r.entrusted(i, s)
	case workflow.Merge, workflow.Unmerge:
		s.Other, s.Facts.Other = r.other.ID, r.other
	case workflow.Ask:
		if !slices.Contains(r.focus.asks, arrow.Of) {
			return nil
		}
	case workflow.Edit:
		if r.focus.around {
			return r.planned(s)
		}
		return r.naming([]workflow.Step{s})
	case workflow.Reopen:
		s.Basis = document
	case workflow.Supervise, workflow.Escalate:
		s.Basis, s.Decided = document, document
	case workflow.SendLetter:
		s.Letter = workflow.Letter{Rung: i.NextRung(), Grounds: reason, Asked: reason, Decided: "会议", Limit: later}
	case workflow.Call:
		s.Call = workflow.CallFor{To: i.Line[max(i.Line.Depth()-2, 0)].Org, Wants: workflow.WantsHelp}
		if s.Call.To == i.Responsible {
			s.Call.To = beside
		}
	case workflow.Spread:
		s.Orgs, s.Facts.Orgs = []workflow.OrgID{sibling, branch}, map[workflow.OrgID]workflow.Lineage{sibling: r.lines[sibling], branch: r.lines[branch]}
		s.Orgs = slices.DeleteFunc(s.Orgs, func(org workflow.OrgID) bool { return org == i.Responsible })
	case workflow.Reclock:
		s.Facts.Dates = i.Dates()
		s.Facts.Dates.Warn = later
	}
	return []workflow.Step{s}
}

// given is a step that makes each of the run's organisations responsible.
func (r *run) given(s workflow.Step) (all []workflow.Step) {
	for _, org := range r.at.responsible {
		s.Responsible, s.Facts.Line = org, r.lines[org]
		all = append(all, s)
	}
	return all
}

// naming is a step that names each of the run's persons.
func (r *run) naming(steps []workflow.Step) (all []workflow.Step) {
	for _, s := range steps {
		for _, p := range r.focus.names {
			s.Person = p
			all = append(all, s)
		}
	}
	return all
}

func (r *run) planned(s workflow.Step) (all []workflow.Step) {
	for _, p := range r.focus.names {
		s.Measures = []workflow.Measure{{Text: "补缴", Person: p, Due: later}}
		all = append(all, s)
	}
	return all
}

// entrusted hands over from everybody who holds something of the issue to each of the run's persons.
func (r *run) entrusted(i *workflow.Issue, s workflow.Step) (all []workflow.Step) {
	for _, from := range i.Holders() {
		for _, p := range r.focus.names {
			s.From, s.Person = from, p
			if from == named && p == named { // the stranger hands over to another
				s.Person = partner
			}
			all = append(all, s)
		}
	}
	return all
}

// who is the stranger whose part an action is.
func who(a workflow.Action, i *workflow.Issue, org workflow.OrgID) workflow.PersonID {
	switch a {
	case workflow.Plan, workflow.Report, workflow.Attest, workflow.Finish, workflow.Submit:
		return rectifier
	case workflow.Pass, workflow.Reject, workflow.ApprovePlan, workflow.RejectPlan, workflow.Review:
		if org == i.Verifier {
			return verifier
		}
		return verifier + 100*workflow.PersonID(org) // each party has somebody of its own
	case workflow.Close, workflow.Refuse, workflow.Record, workflow.LookBackAt:
		return closer
	case workflow.Ask:
		return asker
	case workflow.GrantIt, workflow.Deny:
		return decider
	}
	return clerk
}

// actor is somebody who acts in a mode by a post in an organisation.
func (r *run) actor(m mode, a workflow.Action, i *workflow.Issue, org workflow.OrgID) workflow.Actor {
	seat := workflow.Appointment{Org: org, Line: r.lines[org], From: before}
	by := workflow.Actor{Person: hero, Appointments: []workflow.Appointment{seat}}
	switch m {
	case stranger:
		by.Person = who(a, i, org)
	case two:
		by.Appointments = append(by.Appointments, workflow.Appointment{Org: i.Responsible, Line: i.Line, From: before, Post: headOf(i.Line.Last().Level)})
	case standsIn:
		by.Appointments = append(by.Appointments, workflow.Appointment{Org: flat, Line: r.lines[flat], From: before, Post: "branch_officer", For: absent})
	case inPlace:
		by.Appointments[0].For = absent
	case themself:
		by.Person = absent
	}
	return by
}

func headOf(level workflow.Level) workflow.Post {
	for _, post := range workflow.Posts() {
		if post.Head && slices.Contains(post.Levels, level) {
			return post.Post
		}
	}
	return ""
}
