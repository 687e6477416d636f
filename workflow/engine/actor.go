package engine

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/store"
)

// Actor is the person with the appointments that are in force today. ErrNotFound for somebody who is not there or not active.
func (e *Engine) Actor(ctx context.Context, person workflow.PersonID) (workflow.Actor, error) {
	people, err := e.db.PersonsByID(ctx, []workflow.PersonID{person})
	if err != nil {
		return workflow.Actor{}, err
	}
	p, ok := people[person]
	if !ok {
		return workflow.Actor{}, noAccount("")
	}
	return e.actor(ctx, p)
}

// ActorNamed is the actor with the account.
func (e *Engine) ActorNamed(ctx context.Context, account string) (workflow.Actor, error) {
	p, err := e.db.PersonByAccount(ctx, account)
	if err != nil {
		return workflow.Actor{}, err
	}
	return e.actor(ctx, p)
}

func (e *Engine) actor(ctx context.Context, p store.Person) (workflow.Actor, error) {
	if !p.Active {
		return workflow.Actor{}, noAccount(p.Account)
	}
	appointments, err := e.db.Appointments(ctx, p.ID, e.Today())
	if err != nil {
		return workflow.Actor{}, err
	}
	return workflow.Actor{Person: p.ID, Account: p.Account, Name: p.Name, Appointments: appointments}, nil
}

func noAccount(account string) error {
	return workflow.NotFound("no_such_account", workflow.Say("没有账号“%s”，或已停用", "there is no account %q, or it is not active", account))
}

// administers finds the appointment by which the actor is the administrator of the kind.
func administers(by *workflow.Actor, post workflow.Post) (workflow.Appointment, error) {
	for _, a := range by.Appointments {
		if a.Post == post {
			return a, nil
		}
	}
	rule, _ := workflow.PostNamed(string(post))
	return workflow.Appointment{}, workflow.Forbidden("not_administrator", workflow.Say("只有%s可以这样做", "only the %s may do this", rule.Text))
}

// note makes a line of history about something that is not an issue.
func (e *Engine) note(by *workflow.Actor, kind string, subject int64, action, text string, data []byte) workflow.Line {
	as := &by.As.Appointment
	return workflow.Line{
		Kind: kind, Subject: subject, At: e.moment(), Action: action, Person: by.Person, Name: by.Name, Post: as.Post,
		Org: as.Org, OrgName: as.OrgName, For: as.For, OSUser: by.OSUser, Note: text, Data: data,
	}
}

// scope is what the actor may look at, as the store wants it.
func (e *Engine) scope(by *workflow.Actor) store.Scope {
	s := e.guard.Scope(by)
	out := store.Scope{Subtrees: s.Subtrees, Orgs: s.Orgs, People: s.People}
	for _, m := range s.Mandated {
		out.Mandated = append(out.Mandated, store.Mandated(m))
	}
	return out
}
