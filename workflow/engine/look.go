package engine

import (
	"context"
	"errors"
	"slices"

	"rectify/workflow"
	"rectify/workflow/store"
)

// Filter narrows a list; see store.Filter. The engine fills in Today and Under, and refuses an On that cannot be shown: a day to come, or
// one before the first line of history.
type Filter = store.Filter

// Row is an issue as lists show it.
type Row = store.Row

// Counts counts issues, each once.
type Counts = store.Counts

// Org is an organisation in the tree.
type Org = store.Org

// Offer is a step that would be accepted from the actor, given the right input.
type Offer struct {
	Action  workflow.Action
	Request workflow.RequestKind
	Needs   []workflow.Need
	Grant   workflow.Grant
}

// View is one issue as the actor sees it.
type View struct {
	Issue  workflow.Issue
	On     workflow.Day // the past day at whose end it was so, "" for now
	Light  workflow.Light
	Basis  workflow.Text // of the clock that runs
	Orgs   map[workflow.OrgID]Org
	People map[workflow.PersonID]string
	Offers []Offer
}

// Issue shows one issue. ErrNotFound when it is not there or the actor may not see it.
func (e *Engine) Issue(ctx context.Context, by workflow.Actor, id workflow.IssueID) (View, error) {
	return e.IssueOn(ctx, by, id, "")
}

// IssueNumbered shows the issue with the number, with or without the mark of its round.
func (e *Engine) IssueNumbered(ctx context.Context, by workflow.Actor, number string) (View, error) {
	return e.IssueNumberedOn(ctx, by, number, "")
}

// see loads an issue that the actor may look at.
func (e *Engine) see(ctx context.Context, by *workflow.Actor, id workflow.IssueID) (workflow.Issue, error) {
	i, err := e.db.Issue(ctx, id)
	if errors.Is(err, workflow.ErrNotFound) {
		return i, noIssue()
	}
	if err != nil {
		return i, err
	}
	return e.seen(by, i)
}

func (e *Engine) seen(by *workflow.Actor, i workflow.Issue) (workflow.Issue, error) {
	grant, ok := e.guard.Allow(by, workflow.View, &i, i.Grade)
	if !ok {
		return workflow.Issue{}, noIssue()
	}
	if grant.Appointment.Post == workflow.Inspector {
		by.As = grant // by which mandate it is put on record
	}
	return i, nil
}

func (e *Engine) view(ctx context.Context, by workflow.Actor, i workflow.Issue) (View, error) {
	v := View{Issue: i, Light: workflow.LightOf(i.State, i.Due, i.Warn, e.Today())}
	err := e.withDefinitions(ctx, func() (err error) {
		v.Basis, err = e.basis(&i)
		return err
	})
	if err == nil {
		v.Offers, err = e.offersOf(ctx, by, &i)
	}
	if err != nil {
		return v, err
	}
	return v, e.nameView(ctx, &v)
}

// nameView looks up everybody and every organisation that has a part in the issue.
func (e *Engine) nameView(ctx context.Context, v *View) (err error) {
	i := &v.Issue
	orgs := append([]workflow.OrgID{i.Finder, i.Responsible, i.Assigner, i.Verifier, i.Closer, i.Request.Decider}, i.Assisting...)
	orgs = append(orgs, i.Parties...)
	orgs = append(orgs, i.Spread...)
	for n := range i.Calls {
		orgs = append(append(orgs, i.Calls[n].From, i.Calls[n].To), i.Calls[n].Climbed...)
	}
	for n := range i.Letters {
		orgs = append(orgs, i.Letters[n].Org, i.Letters[n].To)
	}
	for n := range i.Measures {
		orgs = append(orgs, i.Measures[n].Org)
	}
	for n := range i.Remarks {
		orgs = append(orgs, i.Remarks[n].Org)
	}
	orgs = append(orgs, i.LookBack.Org)
	for _, p := range i.Line {
		orgs = append(orgs, p.Org)
	}
	if v.Orgs, err = e.db.OrgsByID(ctx, orgs); err != nil {
		return err
	}
	people := []workflow.PersonID{i.Person, i.FoundBy}
	for _, m := range i.Measures {
		people = append(people, m.Person)
	}
	for _, x := range i.Evidence {
		people = append(people, x.By)
	}
	for _, s := range i.Signs {
		people = append(people, s.Person, s.For)
	}
	for _, r := range i.Remarks {
		people = append(people, r.Person, r.For)
	}
	for n := range i.Letters {
		people = append(people, i.Letters[n].By, i.Letters[n].ByFor, i.Letters[n].SignedBy, i.Letters[n].SignedFor)
	}
	for n := range i.Calls {
		people = append(people, i.Calls[n].By, i.Calls[n].ByFor, i.Calls[n].RepliedBy, i.Calls[n].RepliedFor)
	}
	people = append(people, i.LookBack.By, i.LookBack.For)
	for _, d := range i.Deeds {
		people = append(people, d.Person)
	}
	v.People, err = e.names(ctx, people)
	return err
}

func (e *Engine) names(ctx context.Context, ids []workflow.PersonID) (map[workflow.PersonID]string, error) {
	people, err := e.db.PersonsByID(ctx, ids)
	names := make(map[workflow.PersonID]string, len(people))
	for id, p := range people {
		names[id] = p.Name
	}
	return names, err
}

// offersOf lists the steps that are open to the actor, also by what the issue alone does not tell.
func (e *Engine) offersOf(ctx context.Context, by workflow.Actor, i *workflow.Issue) (out []Offer, err error) {
	err = e.withDefinitions(ctx, func() (err error) {
		out, err = e.offers(by, i)
		return err
	})
	if err != nil {
		return out, err
	}
	return slices.DeleteFunc(out, func(o Offer) bool {
		stands := e.beyond(ctx, by, i, o.Action)
		if stands != nil && !isFault(stands) {
			err = stands
		}
		return stands != nil
	}), err
}

// beyond says what stands in the way of a step that the issue alone does not tell: what the one has come to since into which this one was
// merged, and that nobody is left to be asked for the same problem.
func (e *Engine) beyond(ctx context.Context, by workflow.Actor, i *workflow.Issue, a workflow.Action) error {
	switch {
	case a == workflow.Unmerge && i.MergedInto != 0:
		other, err := e.db.Issue(ctx, i.MergedInto)
		if err != nil {
			return err
		}
		return workflow.Undoable(i, &other)
	case a == workflow.Spread:
		return e.somebodyToAsk(ctx, by, i)
	}
	return nil
}

// offers lists the steps that are open to the actor as far as the issue alone tells.
func (e *Engine) offers(by workflow.Actor, i *workflow.Issue) ([]Offer, error) {
	d, err := e.definition(i.Definition)
	if err != nil {
		return nil, err
	}
	var out []Offer
	for _, arrow := range d.Possible(i.State) {
		grant, ok := e.guard.Allow(&by, arrow.Do, i, i.Grade)
		if !ok {
			continue
		}
		by.As = grant
		if decides := arrow.Do == workflow.GrantIt || arrow.Do == workflow.Deny; decides && arrow.Of != i.Request.Kind {
			continue
		}
		if workflow.Open(d, i, arrow.Do, arrow.Of, &by, e.moment()) == nil {
			out = append(out, Offer{Action: arrow.Do, Request: arrow.Of, Needs: arrow.Needs, Grant: grant})
		}
	}
	return out, nil
}

// Page is a piece of a list with the names that its rows need. Next is where the following one starts, "" at the end.
type Page struct {
	On     workflow.Day // the past day at whose end they were so, "" for now
	Rows   []Row
	Orgs   map[workflow.OrgID]Org
	People map[workflow.PersonID]string
	Next   string
	Today  workflow.Day
}

// PageLimit is the most rows that one page holds.
const PageLimit = 200

// Issues lists what the actor may see, by due day, narrowed by the filter and, if under is not 0, to the subtree of that org.
func (e *Engine) Issues(ctx context.Context, by workflow.Actor, f Filter, under workflow.OrgID, after string, limit int) (Page, error) {
	if limit < 1 || limit > PageLimit {
		return Page{}, workflow.Invalid("bad_limit", "limit", workflow.Say("每页1至%d条", "a page holds 1 to %d rows", PageLimit))
	}
	f, err := e.narrow(ctx, f, under)
	if err != nil {
		return Page{}, err
	}
	found, err := e.db.Issues(ctx, e.scope(&by), f, after, limit)
	if err == nil {
		err = e.took(ctx, &by, "list", 0, saidOf(&f, len(found.Rows)))
	}
	if err != nil {
		return Page{}, err
	}
	return e.named(ctx, Page{On: f.On, Rows: found.Rows, Next: found.Next, Today: f.Today})
}

// named looks up the names that the rows of a page need.
func (e *Engine) named(ctx context.Context, p Page) (Page, error) {
	var orgs []workflow.OrgID
	var people []workflow.PersonID
	for n := range p.Rows {
		orgs = append(orgs, p.Rows[n].Responsible, p.Rows[n].Finder)
		people = append(people, p.Rows[n].Person)
	}
	var err error
	if p.Orgs, err = e.db.OrgsByID(ctx, orgs); err != nil {
		return Page{}, err
	}
	p.People, err = e.names(ctx, people)
	return p, err
}

// narrow fills in what the filter takes from today, or the past day, and from the org tree.
func (e *Engine) narrow(ctx context.Context, f Filter, under workflow.OrgID) (Filter, error) {
	var err error
	if f.On, err = e.pastDay(ctx, f.On); err != nil {
		return f, err
	}
	f.Today = first(f.On, e.Today())
	if under == 0 {
		return f, nil
	}
	org, err := e.db.Org(ctx, under)
	f.Under = org.Line
	return f, err
}

// Counts counts what Issues would list.
func (e *Engine) Counts(ctx context.Context, by workflow.Actor, f Filter, under workflow.OrgID) (Counts, error) {
	f, err := e.narrow(ctx, f, under)
	if err == nil {
		err = e.took(ctx, &by, "count", 0, saidOf(&f, -1))
	}
	if err != nil {
		return Counts{}, err
	}
	return e.db.Counts(ctx, e.scope(&by), f)
}

// Tally counts what Issues would list by state, phase and light and in all; the other figures of Counts stay empty.
func (e *Engine) Tally(ctx context.Context, by workflow.Actor, f Filter, under workflow.OrgID) (Counts, error) {
	f, err := e.narrow(ctx, f, under)
	if err == nil {
		err = e.took(ctx, &by, "count", 0, saidOf(&f, -1))
	}
	if err != nil {
		return Counts{}, err
	}
	return e.db.Tally(ctx, e.scope(&by), f)
}

// History lists the lines of an issue after a place in its chain, oldest first.
func (e *Engine) History(ctx context.Context, by workflow.Actor, id workflow.IssueID, after, limit int) ([]workflow.Line, error) {
	return e.HistoryOn(ctx, by, id, "", after, limit)
}
