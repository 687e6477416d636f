package engine

import (
	"context"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// Finding is a problem that somebody writes down. Org is the organisation that found it; 0 is the actor's own, if they have one only.
type Finding struct {
	Org         workflow.OrgID
	Checklist   workflow.ChecklistID
	OwnNumber   string
	Source      workflow.Source
	Aspect      string
	Detail      string
	Goal        string
	FoundOn     workflow.Day
	Kind        workflow.Kind
	Grade       workflow.Grade
	Due         workflow.Day
	Responsible workflow.OrgID // proposed
	Person      workflow.PersonID
	Measures    []workflow.Measure
	Draft       bool // keep it as a draft instead of registering it

	Extra map[string]string `json:",omitempty"` // what has no field of its own
	Note  string            `json:",omitempty"` // of the line of history
}

// Find writes a problem down: a draft, or registered at once. The actor must be allowed to find in the org, and in the proposed
// responsible one. Errors as of Do.
func (e *Engine) Find(ctx context.Context, by workflow.Actor, key string, f Finding) (workflow.Issue, error) {
	k, err := command(by, key, f)
	if err != nil {
		return workflow.Issue{}, err
	}
	return e.find(ctx, by, k, f)
}

func (e *Engine) find(ctx context.Context, by workflow.Actor, k store.Key, f Finding) (workflow.Issue, error) {
	places, err := e.places(ctx, &by, &f)
	if err != nil {
		return workflow.Issue{}, err
	}
	grant, err := e.allowAt(&by, workflow.Find, places)
	if err != nil {
		return workflow.Issue{}, err
	}
	by.As = grant
	i := issueOf(f, places)
	at := e.moment()
	return e.db.Create(ctx, k, numberPrefix(&i, places.last().Code, at), func(number string, earlier *store.Earlier) (workflow.Change, error) {
		if err := answered(earlier); err != nil {
			return workflow.Change{}, err
		}
		return e.newIssue(workflow.Finding{Number: number, Issue: i, Draft: f.Draft, Note: f.Note}, by, at)
	})
}

// newIssue makes the change that writes an issue down, under a new id.
func (e *Engine) newIssue(f workflow.Finding, by workflow.Actor, at time.Time) (workflow.Change, error) {
	f.ID = workflow.IssueID(e.newID())
	c, err := workflow.NewIssue(e.current.For(f.Issue.Grade, f.Issue.Kind), f, by, at)
	c.Issue.Warn = e.warning(&c.Issue)
	return c, err
}

// placed are the organisations that a finding names.
type placed struct {
	finder      store.Org
	responsible *store.Org
}

// last is the org by whose code the issue is numbered.
func (p placed) last() store.Org {
	if p.responsible != nil {
		return *p.responsible
	}
	return p.finder
}

func (e *Engine) places(ctx context.Context, by *workflow.Actor, f *Finding) (placed, error) {
	if f.Org == 0 && len(by.Appointments) > 0 {
		f.Org = by.Appointments[0].Org
		for _, a := range by.Appointments {
			if a.Org != f.Org {
				return placed{}, workflow.Invalid("missing_org", "org", workflow.Say("您在几个组织任职，请说明是哪个组织发现的", "you hold posts in several organisations: say which one found it"))
			}
		}
	}
	orgs, err := e.db.OrgsByID(ctx, []workflow.OrgID{f.Org, f.Responsible})
	if err != nil {
		return placed{}, err
	}
	finder, ok := orgs[f.Org]
	if !ok {
		return placed{}, workflow.Invalid("unknown_org", "org", workflow.Say("没有这个发现单位", "there is no such organisation"))
	}
	p := placed{finder: finder}
	if f.Responsible != 0 {
		responsible, ok := orgs[f.Responsible]
		if !ok {
			return placed{}, workflow.Invalid("unknown_org", "responsible", workflow.Say("没有这个责任单位", "there is no such organisation"))
		}
		p.responsible = &responsible
	}
	return p, nil
}

// allowAt asks the policy for an act in the finder's org and in the responsible one.
func (e *Engine) allowAt(by *workflow.Actor, a workflow.Action, p placed) (workflow.Grant, error) {
	grant, ok := e.guard.AllowAt(by, a, &p.finder.Line)
	if !ok {
		return grant, e.outOfReach(a, p.finder)
	}
	if p.responsible != nil {
		if _, ok := e.guard.AllowAt(by, a, &p.responsible.Line); !ok {
			return grant, e.outOfReach(a, *p.responsible)
		}
	}
	return grant, nil
}

func (e *Engine) outOfReach(a workflow.Action, org store.Org) error {
	return workflow.Forbidden("out_of_reach", workflow.Say("%s不在您的辖内，不能%s", "%s is not within your reach, so you cannot do this there (%s)", org.Shown(), a.Text()))
}

func issueOf(f Finding, p placed) workflow.Issue {
	i := workflow.Issue{
		Checklist: f.Checklist, OwnNumber: f.OwnNumber, Source: f.Source, Aspect: f.Aspect, Detail: strings.TrimSpace(f.Detail), Goal: f.Goal,
		FoundOn: f.FoundOn, Kind: f.Kind, Grade: f.Grade, Due: f.Due, Person: f.Person, Measures: f.Measures, Extra: f.Extra,
		Finder: p.finder.ID, FinderLine: p.finder.Line, Line: p.finder.Line,
	}
	if p.responsible != nil {
		i.Responsible, i.Line = p.responsible.ID, p.responsible.Line
	}
	return i
}

// numberPrefix is the beginning of an issue's number: source, code of the org, year.
func numberPrefix(i *workflow.Issue, org string, at time.Time) string {
	rule, _ := i.Source.Rule()
	return rule.Letters + "-" + org + "-" + at.In(workflow.China).Format("2006")
}
