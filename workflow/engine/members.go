package engine

import (
	"context"
	"slices"

	"rectify/workflow"
)

// Member is somebody who holds a post in an organisation today.
type Member struct {
	Person workflow.PersonID
	Name   string
	Org    workflow.OrgID
	Post   workflow.Post
}

// Members lists who holds a business post in one of the organisations today, each person once: whom a form offers as responsible.
func (e *Engine) Members(ctx context.Context, orgs ...workflow.OrgID) ([]Member, error) {
	var out []Member
	var people []workflow.PersonID
	for _, org := range orgs {
		appointed, err := e.db.AppointmentsOf(ctx, org)
		if err != nil {
			return nil, err
		}
		for _, a := range appointed {
			if rule, _ := workflow.PostNamed(string(a.Post)); rule.Admin || a.Post == "inspector" || !a.InForce(e.Today()) || slices.Contains(people, a.Person) {
				continue
			}
			people = append(people, a.Person)
			out = append(out, Member{Person: a.Person, Org: org, Post: a.Post})
		}
	}
	names, err := e.names(ctx, people)
	for n := range out {
		out[n].Name = names[out[n].Person]
	}
	return out, err
}
