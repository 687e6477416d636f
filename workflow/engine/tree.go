package engine

import (
	"context"
	"strings"

	"rectify/workflow"
	"rectify/workflow/store"
)

// OrgNode is an organisation in the tree with who holds which post in it today.
type OrgNode struct {
	Org
	Below   int // organisations directly below it
	Held    []Holder
	Lacking []Vacancy // why issues of it would stand still
}

// Holder is somebody's appointment with their name.
type Holder struct {
	Appointed
	Account string
	Name    string
	ForName string // whom they stand in for, "" for nobody
}

// Branch shows the organisations directly below one (0: the roots), with who holds which post in them and what is vacant.
func (e *Engine) Branch(ctx context.Context, parent workflow.OrgID, after string, limit int) ([]OrgNode, error) {
	if limit < 1 || limit > PageLimit {
		return nil, badLimit()
	}
	orgs, err := e.db.OrgsBelow(ctx, parent, after, limit)
	if err != nil {
		return nil, err
	}
	return e.nodes(ctx, orgs)
}

func badLimit() error {
	return workflow.Invalid("bad_limit", "limit", workflow.Say("每页1至%d条", "a page holds 1 to %d rows", PageLimit))
}

// nodes looks up what the tree shows of organisations.
func (e *Engine) nodes(ctx context.Context, orgs []Org) ([]OrgNode, error) {
	ids := make([]workflow.OrgID, len(orgs))
	for n := range orgs {
		ids[n] = orgs[n].ID
	}
	below, err := e.db.CountBelow(ctx, ids)
	if err != nil {
		return nil, err
	}
	appointed, err := e.db.AppointmentsIn(ctx, ids, e.Today())
	if err != nil {
		return nil, err
	}
	holders, err := e.holders(ctx, appointed)
	if err != nil {
		return nil, err
	}
	lacking, err := e.lacking(ctx, orgs)
	out := make([]OrgNode, len(orgs))
	for n, org := range orgs {
		out[n] = OrgNode{Org: org, Below: below[org.ID], Lacking: lacking[org.ID]}
		for _, h := range holders {
			if h.Org == org.ID {
				out[n].Held = append(out[n].Held, h)
			}
		}
	}
	return out, err
}

// lacking says of some organisations what Vacancies says of all.
func (e *Engine) lacking(ctx context.Context, orgs []Org) (map[workflow.OrgID][]Vacancy, error) {
	var line []workflow.OrgID
	for n := range orgs {
		for _, p := range orgs[n].Line[:orgs[n].Line.Depth()] {
			line = append(line, p.Org)
		}
	}
	all, err := e.db.OrgsByID(ctx, line)
	if err != nil {
		return nil, err
	}
	s := newStaff(e, all)
	out := make(map[workflow.OrgID][]Vacancy)
	for _, org := range orgs {
		if out[org.ID], err = s.vacancies(ctx, org); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// holders puts names to appointments. People who are not active hold nothing.
func (e *Engine) holders(ctx context.Context, all []Appointed) ([]Holder, error) {
	var ids []workflow.PersonID
	for _, a := range all {
		ids = append(ids, a.Person)
		if a.For != 0 {
			ids = append(ids, a.For)
		}
	}
	people, err := e.db.PersonsByID(ctx, ids)
	out := make([]Holder, 0, len(all))
	for _, a := range all {
		p := people[a.Person]
		out = append(out, Holder{Appointed: a, Account: p.Account, Name: p.Name, ForName: people[a.For].Name})
	}
	return out, err
}

// OrgView is one organisation with everything about it.
type OrgView struct {
	OrgNode
	Above    []Org    // from the root down
	Everyone []Holder // past and to come included
	Today    workflow.Day
}

// OrgView shows one organisation. ErrNotFound when it is not there.
func (e *Engine) OrgView(ctx context.Context, id workflow.OrgID) (OrgView, error) {
	org, err := e.db.Org(ctx, id)
	if err != nil {
		return OrgView{}, err
	}
	nodes, err := e.nodes(ctx, []Org{org})
	if err != nil {
		return OrgView{}, err
	}
	v := OrgView{OrgNode: nodes[0], Today: e.Today()}
	if v.Above, err = e.way(ctx, org); err != nil {
		return OrgView{}, err
	}
	all, err := e.db.AppointmentsIn(ctx, []workflow.OrgID{id}, "")
	if err != nil {
		return OrgView{}, err
	}
	v.Everyone, err = e.holders(ctx, all)
	return v, err
}

// way is the organisations above one, from the root down.
func (e *Engine) way(ctx context.Context, org Org) ([]Org, error) {
	var ids []workflow.OrgID
	for _, p := range org.Line[:max(0, org.Line.Depth()-1)] {
		ids = append(ids, p.Org)
	}
	found, err := e.db.OrgsByID(ctx, ids)
	out := make([]Org, len(ids))
	for n, id := range ids {
		out[n] = found[id]
	}
	return out, err
}

// FindOrg understands what somebody typed for an organisation: its code, or a part of a name that no other has. ErrInvalid, with the
// names that it could be, for anything else.
func (e *Engine) FindOrg(ctx context.Context, text string) (Org, error) {
	const few = 6
	text = strings.TrimSpace(text)
	found, err := e.db.OrgsLike(ctx, text, few)
	if err != nil {
		return Org{}, err
	}
	var names []string
	for _, org := range found {
		if org.Code == text || org.Name == text || org.Short == text {
			return org, nil
		}
		names = append(names, org.Shown()+"("+org.Code+")")
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return Org{}, workflow.Invalid("unknown_org", "org", workflow.Say("没有名称或编码含“%s”的组织", "no organisation has %q in its name or as its code", text))
	}
	return Org{}, workflow.Invalid("several_orgs", "org", workflow.Say("“%s”可以是:%s;请写编码或全称", "%q could be: %s; write the code or the whole name", text, strings.Join(names, "、")))
}

// FindPeople lists the people whose account or name holds the text, by account, with what they are today. The telephone number is shown
// to administrators only.
func (e *Engine) FindPeople(ctx context.Context, by workflow.Actor, text, after string, limit int) ([]Person, error) {
	if limit < 1 || limit > PageLimit {
		return nil, badLimit()
	}
	people, err := e.db.PersonsLike(ctx, strings.TrimSpace(text), after, limit)
	if err != nil {
		return nil, err
	}
	return e.shown(ctx, &by, people, e.Today())
}

// PersonView is somebody with all they were, are and will be.
func (e *Engine) PersonView(ctx context.Context, by workflow.Actor, id workflow.PersonID) (Person, error) {
	p, err := e.db.Person(ctx, id)
	if err != nil {
		return Person{}, err
	}
	out, err := e.shown(ctx, &by, []store.Person{p}, "")
	if err != nil {
		return Person{}, err
	}
	return out[0], e.standIns(ctx, &out[0])
}

// standIns looks up for whom somebody stands in, and who stands in for them.
func (e *Engine) standIns(ctx context.Context, p *Person) error {
	var whom []workflow.PersonID
	for _, a := range p.Appointments {
		if a.For != 0 {
			whom = append(whom, a.For)
		}
	}
	var err error
	if p.For, err = e.names(ctx, whom); err != nil {
		return err
	}
	held, err := e.db.StandInsFor(ctx, p.ID, e.Today())
	if err != nil {
		return err
	}
	p.StandIns, err = e.holders(ctx, held)
	return err
}

// shown puts appointments to people and hides what only administrators see.
func (e *Engine) shown(ctx context.Context, by *workflow.Actor, people []store.Person, day workflow.Day) ([]Person, error) {
	ids := make([]workflow.PersonID, len(people))
	for n := range people {
		ids[n] = people[n].ID
	}
	held, err := e.db.AppointmentsHeld(ctx, ids, day)
	_, notAdmin := administers(by, "system_admin")
	out := make([]Person, len(people))
	for n, p := range people {
		out[n].Person = p
		if notAdmin != nil {
			out[n].Mobile = ""
		}
		for _, a := range held {
			if a.Person == p.ID {
				out[n].Appointments = append(out[n].Appointments, a.Appointment)
			}
		}
	}
	return out, err
}

// PersonByAccount finds the person with an account, whether it is active or not. ErrNotFound when there is none.
func (e *Engine) PersonByAccount(ctx context.Context, account string) (store.Person, error) {
	return e.db.PersonByAccount(ctx, account)
}
