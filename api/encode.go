package api

import (
	"bytes"
	"encoding/json"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// id writes an id as text; no id is no text.
func id[T ~int64](v T) Id {
	if v == 0 {
		return ""
	}
	return strconv.FormatInt(int64(v), 10)
}

// each turns a list into another; no list into an empty one, so that JSON has [] and not null.
func each[A, B any](in []A, fn func(A) B) []B {
	out := make([]B, len(in))
	for n := range in {
		out[n] = fn(in[n])
	}
	return out
}

// some is each for lists that are left out when they are empty.
func some[A, B any](in []A, fn func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	return each(in, fn)
}

func word[T ~string](v T) string { return string(v) }

func named[T interface{ String() string }](v T) string { return v.String() }

func day(d workflow.Day) Day { return string(d) }

func textOut(t workflow.Text) Text { return Text{Zh: t.Zh, En: t.En} }

func etag(i *workflow.Issue) string { return strconv.Quote(strconv.Itoa(i.Version)) }

func appointmentOut(a workflow.Appointment) Appointment {
	post, _ := workflow.PostNamed(string(a.Post))
	return Appointment{
		Id: id(a.ID), Org: id(a.Org), OrgName: a.OrgName, Level: a.Level().String(), Post: string(a.Post), PostText: textOut(post.Text),
		From: day(a.From), Until: day(a.Until), For: id(a.For),
	}
}

func orgOut(o engine.Org) Org {
	return Org{Id: id(o.ID), Code: o.Code, Name: o.Name, Short: o.Short, Level: o.Level.String(), Parent: id(o.Parent)}
}

func orgNames(orgs map[workflow.OrgID]engine.Org) OrgNames {
	out := make(OrgNames, len(orgs))
	for key, o := range orgs {
		out[id(key)] = orgOut(o)
	}
	return out
}

func personNames(people map[workflow.PersonID]string) PersonNames {
	out := make(PersonNames, len(people))
	for key, name := range people {
		out[id(key)] = name
	}
	return out
}

func (s *Server) rowOut(r engine.Row, today workflow.Day) IssueRow {
	return IssueRow{
		Id: id(r.ID), Number: r.Number, Round: r.Round, Version: r.Version, OwnNumber: r.OwnNumber, Checklist: id(r.Checklist),
		Source: string(r.Source), Kind: string(r.Kind), Grade: r.Grade.String(), State: string(r.State),
		Light: string(workflow.LightOf(r.State, r.Due, r.Warn, today)), Due: day(r.Due), FoundOn: day(r.FoundOn), Since: day(r.Since), Title: r.Title,
		Finder: id(r.Finder), Responsible: id(r.Responsible), Person: id(r.Person), Reported: r.Reported, Prompted: r.Prompted, Supervised: r.Supervised,
		Amount: r.Amount, Recovered: r.Recovered, UpdatedAt: r.UpdatedAt.UTC(),
		DueProvisional: s.Engine.Provisional(r.State, r.Due),
	}
}

func issueOut(i *workflow.Issue) Issue {
	out := Issue{
		Id: id(i.ID), Number: i.ShownNumber(), Round: i.Round, Version: i.Version, Machine: i.Machine, Definition: i.Definition,
		State: string(i.State), Since: day(i.Since), Clock: Clock{Name: i.Clock.Name, From: day(i.Clock.From), Until: day(i.Clock.Until), Provisional: i.Clock.Provisional},
		Checklist: id(i.Checklist), OwnNumber: i.OwnNumber, Source: string(i.Source), Aspect: i.Aspect, Detail: i.Detail, Goal: i.Goal,
		FoundOn: day(i.FoundOn), Extra: i.Extra, Kind: string(i.Kind), Grade: i.Grade.String(), Due: day(i.Due), Warn: day(i.Warn), Amount: i.Amount, Recovered: i.Recovered,
		Extensions: i.Extensions, Endorsed: i.Endorsed, Objection: i.Objection, Reported: i.Reported, Prompted: i.Prompted(), Supervised: i.Supervised, Escalated: i.Escalated,
		StageGoal: i.StageGoal, NextReview: day(i.NextReview), Condition: i.Condition, ClosedOn: day(i.ClosedOn), MergedInto: id(i.MergedInto),
		Criteria: criteriaOut(i.Criteria), Document: Document{Number: i.Document.Number, File: i.Document.File},
	}
	ownersOut(&out, i)
	workOut(&out, i)
	aroundOut(&out, i)
	return out
}

func criteriaOut(c workflow.Criteria) Criteria {
	return Criteria{MeasuresDone: c.MeasuresDone, ViolationsDone: c.ViolationsDone, EffectReached: c.EffectReached, SameKind: c.SameKindSought,
		Mechanism: c.MechanismBuilt}
}

// ownersOut writes who has a part in the issue.
func ownersOut(out *Issue, i *workflow.Issue) {
	out.Finder, out.FoundBy, out.Responsible, out.Person, out.Leader = id(i.Finder), id(i.FoundBy), id(i.Responsible), id(i.Person), i.Leader
	out.Assigner, out.Verifier, out.Closer = id(i.Assigner), id(i.Verifier), id(i.Closer)
	out.Assisting, out.Parties = some(i.Assisting, id[workflow.OrgID]), some(i.Parties, id[workflow.OrgID])
	out.Lineage = some(i.Line[:i.Line.Depth()], func(p workflow.Place) Id { return id(p.Org) })
}

// workOut writes what was done about it.
func workOut(out *Issue, i *workflow.Issue) {
	out.Measures = some(i.Measures, func(m workflow.Measure) Measure {
		return Measure{Text: m.Text, Org: id(m.Org), Leader: m.Leader, Person: id(m.Person), Due: day(m.Due), Done: m.Done, DoneOn: day(m.DoneOn), Result: m.Result}
	})
	out.Evidence = some(i.Evidence, func(x workflow.Evidence) Evidence {
		return Evidence{Round: x.Round, Hash: x.Hash, Name: x.Name, Size: x.Size, Type: x.Type, Text: x.Text, Measure: x.Measure, By: id(x.By), At: x.At.UTC()}
	})
	out.Signs = some(i.Signs, func(s workflow.Sign) Sign {
		return Sign{Org: id(s.Org), Person: id(s.Person), For: id(s.For), Note: s.Note, Mark: string(s.Mark), At: s.At.UTC()}
	})
	out.Duties = some(i.Deeds, func(d workflow.Deed) Deed { return Deed{Person: id(d.Person), Duty: string(d.Duty)} })
	out.Absorbed = some(i.Absorbed, func(a workflow.Absorbed) Absorbed {
		return Absorbed{Issue: id(a.Issue), Number: a.Number, Source: string(a.Source), OwnNumber: a.OwnNumber, Via: id(a.Via)}
	})
	r := &i.Request
	out.Request = OpenRequest{Kind: string(r.Kind), Reason: r.Reason, Due: day(r.Due), StageGoal: r.StageGoal, NextReview: day(r.NextReview),
		Condition: r.Condition, Askers: some(r.Askers, id[workflow.PersonID]), Decider: id(r.Decider)}
}

func offerOut(o engine.Offer) OpenAction {
	return OpenAction{
		Action: string(o.Action), Request: string(o.Request), Text: textOut(o.Action.Text()), Needs: each(o.Needs, word[workflow.Need]),
		Post: string(o.Grant.Appointment.Post), Org: id(o.Grant.Appointment.Org), Relation: o.Grant.Relation.String(), Rule: o.Grant.Rule,
	}
}

func lineOut(l workflow.Line) (Line, error) {
	changes, err := changesOut(l.Data)
	return Line{
		Seq: l.Seq, At: l.At.UTC(), Action: l.Action, ActionText: textOut(workflow.Action(l.Action).Text()), Person: id(l.Person), Name: l.Name,
		For: id(l.For), Post: string(l.Post), Org: id(l.Org), OrgName: l.OrgName, Relation: l.Relation, Rule: l.Rule, OsUser: l.OSUser,
		Round: l.Round, Version: l.Version, From: string(l.From), To: string(l.To), Note: l.Note, Changes: changes, Digest: hexOf(l.Digest[:]),
	}, err
}

// changesOut gives what changed as it is kept, but for ids in lists, which are kept as numbers too long for programs in other languages.
func changesOut(data json.RawMessage) (map[string]any, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var out map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		return nil, err
	}
	for key, v := range out {
		out[key] = longNumbers(v)
	}
	return out, nil
}

func longNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil && (n > 1<<53 || n < -1<<53) {
			return v.String()
		}
	case []any:
		for n := range v {
			v[n] = longNumbers(v[n])
		}
	case map[string]any:
		for key := range v {
			v[key] = longNumbers(v[key])
		}
	}
	return v
}
