package engine

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/store"
)

// LetterRow is a supervision letter as lists show it.
type LetterRow = store.LetterRow

// LetterFilter narrows a list of letters, and says of which past day it is if it is of one; the engine fills in Today and Under.
type LetterFilter = store.LetterFilter

// LetterPage is a piece of a list of letters with the names that it needs.
type LetterPage struct {
	Rows  []LetterRow
	Orgs  map[workflow.OrgID]Org
	Next  string
	Today workflow.Day
	On    workflow.Day // the past day at whose end they were so, which Today is then; "" for now
}

// Letters lists the supervision letters (督办函) of the issues that the actor may see, the latest first, narrowed by the filter and, if
// under is not 0, to the subtree of that org: those of now, or as they were at the end of a past day. ErrInvalid as Issues for a day that
// cannot be shown.
func (e *Engine) Letters(ctx context.Context, by workflow.Actor, f LetterFilter, under workflow.OrgID, after string, limit int) (LetterPage, error) {
	if limit < 1 || limit > PageLimit {
		return LetterPage{}, badLimit()
	}
	on, err := e.pastDay(ctx, f.On)
	if err != nil {
		return LetterPage{}, err
	}
	p := LetterPage{Today: first(on, e.Today()), On: on}
	f.On, f.Today = p.On, p.Today
	if under != 0 {
		org, err := e.db.Org(ctx, under)
		if err != nil {
			return LetterPage{}, err
		}
		f.Under = org.Line
	}
	if err = e.took(ctx, &by, "list_letters", 0, titled("", on)); err != nil {
		return LetterPage{}, err
	}
	if p.Rows, p.Next, err = e.db.Letters(ctx, e.scope(&by), f, after, limit); err != nil {
		return LetterPage{}, err
	}
	var orgs []workflow.OrgID
	for n := range p.Rows {
		orgs = append(orgs, p.Rows[n].Org, p.Rows[n].To)
	}
	p.Orgs, err = e.db.OrgsByID(ctx, orgs)
	return p, err
}

// LetterView is one letter as a document.
type LetterView struct {
	Issue    workflow.Issue
	No       int // counted from 1 within the issue
	Letter   workflow.Letter
	Pending  bool // what it asks for is still to be done
	From, To Org
	People   map[workflow.PersonID]string
	MaySign  bool // the actor may sign for it now
	Today    workflow.Day
	On       workflow.Day // the past day at whose end it was so, which Today is then; "" for now
}

// Letter shows one letter of an issue, counted from 1, as it is or as it was at the end of a past day. That an inspector looked at it is
// on record. Errors as IssueOn; ErrNotFound as well where the issue has no such letter, or had none then.
func (e *Engine) Letter(ctx context.Context, by workflow.Actor, id workflow.IssueID, no int, on workflow.Day) (LetterView, error) {
	i, _, on, err := e.seeOn(ctx, &by, id, on)
	if err != nil {
		return LetterView{}, err
	}
	if no < 1 || no > len(i.Letters) {
		return LetterView{}, workflow.NotFound("no_such_letter", workflow.Say("没有这份督办函", "there is no such letter"))
	}
	v := LetterView{Issue: i, No: no, Letter: i.Letters[no-1], Pending: i.Pending(no - 1), Today: first(on, e.Today()), On: on}
	if err := e.took(ctx, &by, "view_letter", id, titled(v.Letter.Number, on)); err != nil {
		return LetterView{}, err
	}
	orgs, err := e.db.OrgsByID(ctx, []workflow.OrgID{v.Letter.Org, v.Letter.To})
	if err != nil {
		return LetterView{}, err
	}
	v.From, v.To = orgs[v.Letter.Org], orgs[v.Letter.To]
	if v.People, err = e.names(ctx, []workflow.PersonID{v.Letter.By, v.Letter.ByFor, v.Letter.SignedBy, v.Letter.SignedFor}); err != nil {
		return LetterView{}, err
	}
	if on == "" {
		v.MaySign, err = e.maySign(ctx, by, &i, no)
	}
	return v, err
}

// maySign says whether signing would sign for this letter: the oldest of those that wait is signed for first.
func (e *Engine) maySign(ctx context.Context, by workflow.Actor, i *workflow.Issue, no int) (ok bool, err error) {
	if i.ToSign() != no {
		return false, nil
	}
	err = e.withDefinitions(ctx, func() error {
		offers, err := e.offers(by, i)
		for _, o := range offers {
			ok = ok || o.Action == workflow.SignLetter
		}
		return err
	})
	return ok, err
}
