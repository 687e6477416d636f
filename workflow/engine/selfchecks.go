package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// KindSelfCheck is the kind of subject of lines about a self-check.
const KindSelfCheck = store.KindSelfCheck

// CheckTally is how the self-checks that an issue asked for stand.
type CheckTally = store.CheckTally

// selfChecksShown is how many self-checks, or issues that asked for some, a list holds.
const selfChecksShown = 200

// Checked is a self-check with the names that it needs.
type Checked struct {
	workflow.SelfCheck
	OrgName string // who is asked
	ForName string // who asks
	ByName  string // who answered
	Late    bool
	Became  string // the number of the issue that it became, "" where the reader may not see that
}

// SelfChecks is what the actor has to do with self-checks: what their orgs are asked and have answered, and how those stand for which
// their orgs ask.
type SelfChecks struct {
	Open, Answered []Checked
	Asked          []AskedChecks
}

// AskedChecks are the self-checks that one issue asked for. Number and Title are "" where the actor may not see the issue any more.
type AskedChecks struct {
	CheckTally
	Number, Title string
}

// SelfChecks lists the self-checks of the orgs in which the actor holds a business post.
func (e *Engine) SelfChecks(ctx context.Context, by workflow.Actor) (SelfChecks, error) {
	var out SelfChecks
	orgs := e.checksFor(&by)
	open, err := e.db.SelfChecksOf(ctx, orgs, false, selfChecksShown)
	if err != nil {
		return out, err
	}
	answered, err := e.db.SelfChecksOf(ctx, orgs, true, selfChecksShown)
	if err != nil {
		return out, err
	}
	if out.Open, err = e.checked(ctx, &by, open); err != nil {
		return out, err
	}
	if out.Answered, err = e.checked(ctx, &by, answered); err != nil {
		return out, err
	}
	out.Asked, err = e.askedBy(ctx, &by, orgs)
	return out, err
}

// OpenSelfChecks lists the self-checks that wait for an answer of the actor's orgs, the earliest last day first.
func (e *Engine) OpenSelfChecks(ctx context.Context, by workflow.Actor, limit int) ([]Checked, error) {
	open, err := e.db.SelfChecksOf(ctx, e.checksFor(&by), false, limit)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	return e.checked(ctx, &by, open)
}

// askedSince counts the self-checks without an answer that the actor's orgs were asked after a moment; it stops at the most.
func (e *Engine) askedSince(ctx context.Context, by *workflow.Actor, since time.Time, most int) (n int, err error) {
	open, err := e.db.SelfChecksOf(ctx, e.checksFor(by), false, selfChecksShown)
	for _, c := range open {
		if n < most && c.AskedAt.After(since) {
			n++
		}
	}
	return n, err
}

// checksFor are the orgs in which the actor holds a post that may answer a self-check.
func (e *Engine) checksFor(by *workflow.Actor) (orgs []workflow.OrgID) {
	for n := range by.Appointments {
		a := &by.Appointments[n]
		one := workflow.Actor{Person: by.Person, Appointments: []workflow.Appointment{*a}}
		if _, ok := e.guard.AllowAt(&one, workflow.SelfCheckIt, &a.Line); ok && !slices.Contains(orgs, a.Org) {
			orgs = append(orgs, a.Org)
		}
	}
	return orgs
}

func (e *Engine) askedBy(ctx context.Context, by *workflow.Actor, orgs []workflow.OrgID) ([]AskedChecks, error) {
	tallies, err := e.db.CheckTallies(ctx, orgs, e.Today(), selfChecksShown)
	if err != nil {
		return nil, err
	}
	ids := make([]workflow.IssueID, len(tallies))
	for n := range tallies {
		ids[n] = tallies[n].Issue
	}
	issues, err := e.db.IssuesByID(ctx, ids)
	out := make([]AskedChecks, len(tallies))
	for n := range tallies {
		out[n] = AskedChecks{CheckTally: tallies[n]}
		if i := issues[tallies[n].Issue]; e.mayFollow(by, &i) {
			out[n].Number, out[n].Title = i.ShownNumber(), i.Detail
		}
	}
	return out, err
}

// mayFollow says whether the actor may read how others answered about an issue: who may ask them, and inspectors.
func (e *Engine) mayFollow(by *workflow.Actor, i *workflow.Issue) bool {
	if _, ok := e.guard.Allow(by, workflow.Spread, i, i.Grade); ok {
		return true
	}
	grant, ok := e.guard.Allow(by, workflow.View, i, i.Grade)
	return ok && grant.Relation == workflow.Inspecting
}

// Askable lists the organisations that the actor may ask whether they have the problem of an issue too, in the order of their codes. Of more
// than most, only those beside the responsible one and below these are listed: narrowed is true then. None where the actor may ask nobody.
func (e *Engine) Askable(ctx context.Context, by workflow.Actor, i *workflow.Issue, most int) (orgs []Org, narrowed bool, err error) {
	grant, ok := e.guard.Allow(&by, workflow.Spread, i, i.Grade)
	if !ok {
		return nil, false, nil
	}
	asker := &grant.Appointment.Line
	top := asker.Last().Org
	if orgs, err = e.askable(ctx, i, asker, first(asker.Above(top), top), most+1); err != nil || len(orgs) <= most {
		return orgs, false, err
	}
	beside := i.Line.Above(i.Responsible)
	near, err := e.askable(ctx, i, asker, first(beside, i.Responsible), most)
	if len(near) == 0 {
		near = orgs[:most]
	}
	return near, true, err
}

// askable lists the first few organisations at or below one that may be asked.
func (e *Engine) askable(ctx context.Context, i *workflow.Issue, asker *workflow.Lineage, under workflow.OrgID, most int) (out []Org, err error) {
	for after := ""; ; {
		orgs, err := e.db.OrgsUnder(ctx, under, after, PageLimit)
		if err != nil {
			return nil, err
		}
		for n := range orgs {
			if i.MayBeAsked(asker, &orgs[n].Line) {
				out = append(out, orgs[n])
			}
			if len(out) == most {
				return out, nil
			}
		}
		if len(orgs) < PageLimit {
			return out, nil
		}
		after = orgs[len(orgs)-1].Code
	}
}

// somebodyToAsk refuses a step that would ask whether others have the same problem where nobody is left who could be asked.
func (e *Engine) somebodyToAsk(ctx context.Context, by workflow.Actor, i *workflow.Issue) error {
	orgs, _, err := e.Askable(ctx, by, i, 1)
	if err == nil && len(orgs) == 0 {
		err = workflow.Refused("nobody_to_ask", workflow.Say("下级和同级单位都已要求过自查，没有可以再要求的单位", "all organisations below and beside were asked already; nobody is left to ask"))
	}
	return err
}

// SelfChecksAbout lists the self-checks that an issue asked for, for who may ask for some and for inspectors; nothing for others.
// ErrNotFound when the actor may not see the issue.
func (e *Engine) SelfChecksAbout(ctx context.Context, by workflow.Actor, id workflow.IssueID) ([]Checked, error) {
	i, err := e.see(ctx, &by, id)
	if err != nil || !e.mayFollow(&by, &i) {
		return nil, err
	}
	if err := e.took(ctx, &by, "view_self_checks", id, i.ShownNumber()); err != nil {
		return nil, err
	}
	all, err := e.db.SelfChecksFrom(ctx, id)
	if err != nil {
		return nil, err
	}
	var orgs []workflow.OrgID
	for n := range all {
		orgs = append(orgs, all[n].Org)
	}
	known, err := e.db.OrgsByID(ctx, orgs)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c workflow.SelfCheck) bool { return tied(&by, known[c.Org].Line) })
	return e.checked(ctx, &by, all)
}

// SelfCheck shows a self-check to who may answer it. ErrNotFound for everybody else.
func (e *Engine) SelfCheck(ctx context.Context, by workflow.Actor, id workflow.SelfCheckID) (Checked, error) {
	c, _, _, err := e.ownCheck(ctx, &by, id)
	if err != nil {
		return Checked{}, err
	}
	all, err := e.checked(ctx, &by, []workflow.SelfCheck{c})
	if err != nil {
		return Checked{}, err
	}
	return all[0], nil
}

// ownCheck loads a self-check that the actor may answer, with the org that is asked and by what they may.
func (e *Engine) ownCheck(ctx context.Context, by *workflow.Actor, id workflow.SelfCheckID) (c workflow.SelfCheck, org Org, grant workflow.Grant, err error) {
	if c, err = e.db.SelfCheck(ctx, id); err != nil {
		return c, org, grant, err
	}
	if org, err = e.db.Org(ctx, c.Org); err != nil {
		return c, org, grant, err
	}
	grant, ok := e.guard.AllowAt(by, workflow.SelfCheckIt, &org.Line)
	if !ok {
		return workflow.SelfCheck{}, org, grant, workflow.NotFound("no_such_self_check", workflow.Say("没有这项自查", "there is no such self-check"))
	}
	return c, org, grant, nil
}

// AuditedCheck is a self-check whose history can be asked for.
type AuditedCheck struct {
	ID    workflow.SelfCheckID
	Title workflow.Text // who was asked, and up to when; not for what
}

// SelfChecksAudited lists the latest self-checks, for Audit. Only the audit administrator may.
func (e *Engine) SelfChecksAudited(ctx context.Context, by workflow.Actor) ([]AuditedCheck, error) {
	if _, err := administers(&by, "audit_admin"); err != nil {
		return nil, err
	}
	all, err := e.db.LatestSelfChecks(ctx, selfChecksShown)
	if err != nil {
		return nil, err
	}
	var orgs []workflow.OrgID
	for n := range all {
		orgs = append(orgs, all[n].Org)
	}
	known, err := e.db.OrgsByID(ctx, orgs)
	out := make([]AuditedCheck, len(all))
	for n, c := range all {
		org := known[c.Org]
		out[n] = AuditedCheck{c.ID, workflow.Say("%s，%s前答复", "%s, by %s", org.Shown(), string(c.Due))}
	}
	return out, err
}

// CheckReply is the answer to a self-check. Detail is the problem in the words of the unit that has it too; where it is empty, the words in
// which it was asked stand.
type CheckReply struct {
	Answer workflow.CheckAnswer
	Note   string
	Detail string
}

// AnswerSelfCheck answers a self-check for the org that was asked. Where it has the problem too, that becomes an issue found by the org
// itself, in the same transaction. The same answer of the same person again gives what the first one did.
//
// Errors: ErrNotFound when there is no such self-check or the actor may not answer it, ErrRefused when it was answered, ErrInvalid.
func (e *Engine) AnswerSelfCheck(ctx context.Context, by workflow.Actor, id workflow.SelfCheckID, r CheckReply) (Checked, error) {
	c, org, grant, err := e.ownCheck(ctx, &by, id)
	if err != nil {
		return Checked{}, err
	}
	by.As = grant
	asker, err := e.db.Org(ctx, c.AskedFor)
	if err != nil {
		return Checked{}, err
	}
	at, prefix := e.moment(), ""
	i := workflow.Issue{Source: "self_check", Finder: org.ID, FinderLine: org.Line, Responsible: org.ID, Line: org.Line, SelfCheck: id}
	if r.Answer == workflow.CheckHave {
		prefix = numberPrefix(&i, org.Code, at)
	}
	answered, err := e.db.AnswerSelfCheck(ctx, id, prefix, func(c workflow.SelfCheck, number string) (store.CheckAnswered, error) {
		if c.Answer == r.Answer && c.AnsweredBy == by.Person {
			return store.CheckAnswered{}, store.ErrReplay
		}
		done := store.CheckAnswered{Line: e.note(&by, KindSelfCheck, int64(id), "", "", nil)}
		done.Line.Relation, done.Line.Rule = by.As.Relation.String(), by.As.Rule
		var err error
		if done.Check, err = c.Reply(r.Answer, r.Note, by.Person, at); err != nil || r.Answer != workflow.CheckHave {
			return done, err
		}
		i.Detail = firstText(strings.TrimSpace(r.Detail), c.Text)
		change, err := e.newIssue(workflow.Finding{Number: number, Issue: i, Note: "按" + asker.Shown() + "举一反三要求自查发现"}, by, at)
		done.Check.Made, done.Issue = change.Issue.ID, &change
		return done, err
	})
	if err != nil {
		return Checked{}, err
	}
	all, err := e.checked(ctx, &by, []workflow.SelfCheck{answered})
	if err != nil {
		return Checked{}, err
	}
	return all[0], nil
}

// checked looks up the names that self-checks need.
func (e *Engine) checked(ctx context.Context, by *workflow.Actor, all []workflow.SelfCheck) ([]Checked, error) {
	var orgs []workflow.OrgID
	var people []workflow.PersonID
	var issues []workflow.IssueID
	for n := range all {
		orgs, people, issues = append(orgs, all[n].Org, all[n].AskedFor), append(people, all[n].AnsweredBy), append(issues, all[n].Made)
	}
	known, err := e.db.OrgsByID(ctx, orgs)
	if err != nil {
		return nil, err
	}
	names, err := e.names(ctx, people)
	if err != nil {
		return nil, err
	}
	made, err := e.db.IssuesByID(ctx, issues)
	if err != nil && !errors.Is(err, workflow.ErrNotFound) {
		return nil, err
	}
	out := make([]Checked, len(all))
	for n, c := range all {
		org, asker := known[c.Org], known[c.AskedFor]
		out[n] = Checked{SelfCheck: c, OrgName: org.Shown(), ForName: asker.Shown(), ByName: names[c.AnsweredBy], Late: c.Late(e.Today())}
		if i, ok := made[c.Made]; ok {
			if _, ok := e.guard.Allow(by, workflow.View, &i, i.Grade); ok {
				out[n].Became = i.ShownNumber()
			}
		}
	}
	return out, nil
}
