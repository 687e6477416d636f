package engine

import (
	"context"
	"errors"
	"slices"

	"rectify/workflow"
)

// MatrixColumn is a post at a level with what it may do.
type MatrixColumn struct {
	Post  workflow.PostRule
	Level workflow.Level
	Cells map[workflow.Action][]MatrixCell
}

// MatrixCell says in which relation a post may do an action, up to which grade, and which line of the policy says so.
type MatrixCell struct {
	Relation workflow.Relation
	UpTo     workflow.Grade
	Place    string
}

// Matrix is the policy in force as people read it: each post that may do anything, at each level that it has.
func (e *Engine) Matrix() []MatrixColumn {
	var out []MatrixColumn
	for _, post := range workflow.Posts() {
		for _, level := range post.Levels {
			c := MatrixColumn{Post: post, Level: level, Cells: make(map[workflow.Action][]MatrixCell)}
			for _, a := range workflow.Actions() {
				if cells := e.cells(post.Post, level, a.Action); len(cells) > 0 {
					c.Cells[a.Action] = cells
				}
			}
			if len(c.Cells) > 0 {
				out = append(out, c)
			}
		}
	}
	return out
}

func (e *Engine) cells(post workflow.Post, level workflow.Level, a workflow.Action) []MatrixCell {
	var out []MatrixCell
	for _, r := range workflow.AllRelations() {
		cell := MatrixCell{Relation: r}
		for _, g := range workflow.Grades() {
			if rule, ok := e.guard.May(post, level, r, a, g); ok {
				cell.UpTo, cell.Place = g, rule.Place()
			}
		}
		if cell.UpTo != workflow.NoGrade {
			out = append(out, cell)
		}
	}
	return out
}

// Machine is the machine that an issue follows, and where the issue stands in it. Errors as Issue.
func (e *Engine) Machine(ctx context.Context, by workflow.Actor, id workflow.IssueID) (d *workflow.Definition, i workflow.Issue, err error) {
	if i, err = e.see(ctx, &by, id); err == nil {
		err = e.took(ctx, &by, "view_machine", id, i.ShownNumber())
	}
	if err != nil {
		return nil, i, err
	}
	err = e.withDefinitions(ctx, func() (err error) {
		d, err = e.definition(i.Definition)
		return err
	})
	return d, i, err
}

// Able is a post in an organisation by which an action may be done to an issue.
type Able struct {
	Org      Org
	Post     workflow.Post
	Relation workflow.Relation
	Rule     string
	People   []AblePerson // who holds it today, none where it is vacant
}

// AblePerson is somebody who holds such a post. Reason says why it would not be accepted from them all the same.
type AblePerson struct {
	Person  workflow.PersonID
	Name    string
	Allowed bool
	Reason  workflow.Text
}

// WhoCan answers who can do an action to an issue: every post in an organisation that the policy lets, with the people who hold it today
// and whether it would be accepted from them now. The actor must be able to see the issue.
func (e *Engine) WhoCan(ctx context.Context, by workflow.Actor, number string, a workflow.Action, of workflow.RequestKind) (workflow.Issue, []Able, error) {
	rule, ok := a.Rule()
	if !ok || (!rule.Step && a != workflow.View) {
		return workflow.Issue{}, nil, workflow.Invalid("unknown_action", "action", workflow.Say("没有“%s”这个动作", "there is no action %q", string(a)))
	}
	i, err := e.db.IssueByNumber(ctx, number)
	if errors.Is(err, workflow.ErrNotFound) {
		return workflow.Issue{}, nil, noIssue()
	}
	if err == nil {
		i, err = e.seen(&by, i)
	}
	if err == nil {
		err = e.took(ctx, &by, "who_can", i.ID, i.ShownNumber())
	}
	if err != nil {
		return workflow.Issue{}, nil, err
	}
	all, err := e.able(ctx, &i, a)
	if err != nil {
		return i, nil, err
	}
	err = e.withDefinitions(ctx, func() error { return e.judge(ctx, all, &i, a, of) })
	return i, all, err
}

// able lists the posts around an issue that may do the action, with who holds them.
func (e *Engine) able(ctx context.Context, i *workflow.Issue, a workflow.Action) ([]Able, error) {
	ids, err := e.around(ctx, i)
	if err != nil {
		return nil, err
	}
	orgs, err := e.db.OrgsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	held, err := e.db.AppointmentsIn(ctx, ids, e.Today())
	if err != nil {
		return nil, err
	}
	holders, err := e.holders(ctx, held)
	if err != nil {
		return nil, err
	}
	var out []Able
	for _, id := range ids {
		org := orgs[id]
		for _, post := range workflow.Posts() {
			if !post.Auto && containsLevel(post.Levels, org.Level) {
				out = append(out, e.ableAt(org, post.Post, i, a, holders)...)
			}
		}
	}
	return out, nil
}

// around lists the organisations that have to do with an issue: those with a part in it, those above, and those of the person named.
func (e *Engine) around(ctx context.Context, i *workflow.Issue) ([]workflow.OrgID, error) {
	ids := append([]workflow.OrgID{i.Responsible, i.Verifier, i.Closer, i.Assigner, i.Request.Decider, i.Finder}, i.Assisting...)
	ids = append(ids, i.Parties...)
	for n := range i.Calls {
		ids = append(ids, i.Calls[n].To)
	}
	for n := i.Line.Depth() - 1; n >= 0; n-- {
		ids = append(ids, i.Line[n].Org)
	}
	if i.Person != 0 {
		held, err := e.db.Appointments(ctx, i.Person, e.Today())
		if err != nil {
			return nil, err
		}
		for _, a := range held {
			ids = append(ids, a.Org)
		}
	}
	var out []workflow.OrgID
	for _, id := range ids {
		if id != 0 && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// ableAt is one post in one organisation: by what the org is to the issue, and apart from that for the person named in it.
func (e *Engine) ableAt(org Org, post workflow.Post, i *workflow.Issue, a workflow.Action, holders []Holder) []Able {
	as := workflow.Appointment{Org: org.ID, OrgName: org.Name, Line: org.Line, Post: post}
	vacant := workflow.Actor{Appointments: []workflow.Appointment{as}}
	var out []Able
	if grant, ok := e.guard.Allow(&vacant, a, i, i.Grade); ok {
		out = append(out, Able{Org: org, Post: post, Relation: grant.Relation, Rule: grant.Rule})
	}
	for _, h := range holders {
		if h.Org != org.ID || h.Post != post {
			continue
		}
		who := workflow.Actor{Person: h.Person, Name: h.Name, Appointments: []workflow.Appointment{h.Appointment}}
		grant, ok := e.guard.Allow(&who, a, i, i.Grade)
		if !ok {
			continue
		}
		if len(out) == 0 {
			out = append(out, Able{Org: org, Post: post, Relation: grant.Relation, Rule: grant.Rule})
		}
		out[0].People = append(out[0].People, AblePerson{Person: h.Person, Name: h.Name})
	}
	return out
}

// judge asks of each person whether the step would be accepted from them.
func (e *Engine) judge(ctx context.Context, all []Able, i *workflow.Issue, a workflow.Action, of workflow.RequestKind) error {
	for n := range all {
		for m := range all[n].People {
			p := &all[n].People[m]
			who, err := e.Actor(ctx, p.Person)
			if err == nil {
				err = e.wouldAccept(who, i, a, of, e.guard.Explain(&who, a, i, i.Grade))
			}
			fault, ok := errors.AsType[*workflow.Fault](err)
			if err != nil && !ok {
				return err
			}
			if p.Allowed = err == nil; !p.Allowed {
				p.Reason = fault.Text
			}
		}
	}
	return nil
}
