package engine

import (
	"context"
	"errors"
	"io"

	"rectify/workflow"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
)

// Checklist is the list of problems from one source event.
type Checklist = store.Checklist

// Checklists lists the checklists of the units that the actor oversees, the newest first. before is the id of the last one seen, 0 to
// begin.
func (e *Engine) Checklists(ctx context.Context, by workflow.Actor, before workflow.ChecklistID, limit int) ([]Checklist, error) {
	if limit < 1 || limit > PageLimit {
		return nil, workflow.Invalid("bad_limit", "limit", workflow.Say("每页1至%d条", "a page holds 1 to %d rows", PageLimit))
	}
	if err := e.took(ctx, &by, "list_checklists", 0, ""); err != nil {
		return nil, err
	}
	return e.db.Checklists(ctx, e.scope(&by), before, limit)
}

// errEnough ends the reading of rows when nobody wants more.
var errEnough = errors.New("no more rows wanted")

// ExportLedger writes what Issues would list as a workbook (台账), row by row. That it was taken is on record.
func (e *Engine) ExportLedger(ctx context.Context, by workflow.Actor, f Filter, under workflow.OrgID, title string, w io.Writer) error {
	f, err := e.narrow(ctx, f, under)
	if err != nil {
		return err
	}
	orgs, err := e.db.Orgs(ctx)
	if err != nil {
		return err
	}
	names := make(map[workflow.OrgID]string, len(orgs))
	for n := range orgs {
		names[orgs[n].ID] = orgs[n].Shown()
	}
	people := make(map[workflow.PersonID]string)
	rows := func(yield func(sheet.LedgerRow, error) bool) {
		err := e.db.EachIssue(ctx, e.scope(&by), f, func(i workflow.Issue) error {
			if err := e.learn(ctx, people, i.Person); err != nil {
				return err
			}
			if !yield(e.ledgerRow(&i, names, people), nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(sheet.LedgerRow{}, err)
		}
	}
	if title == "" {
		title = "问题整改台账"
	}
	title = titled(title, f.On)
	if err := e.exported(ctx, &by, title, saidOf(&f, -1)); err != nil { // before it leaves: who breaks it off has taken a part
		return err
	}
	return sheet.WriteLedger(w, sheet.LedgerHead{Title: title, Made: e.Today()}, rows)
}

// learn looks a person's name up once.
func (e *Engine) learn(ctx context.Context, people map[workflow.PersonID]string, id workflow.PersonID) error {
	if _, known := people[id]; known || id == 0 {
		return nil
	}
	names, err := e.names(ctx, []workflow.PersonID{id})
	people[id] = names[id]
	return err
}

func (e *Engine) ledgerRow(i *workflow.Issue, orgs map[workflow.OrgID]string, people map[workflow.PersonID]string) sheet.LedgerRow {
	source, _ := i.Source.Rule()
	row := sheet.LedgerRow{
		Number: i.ShownNumber(), Source: source.Text.Zh, Grade: i.Grade.Text().Zh, State: i.State.Text().Zh, Aspect: i.Aspect, Detail: i.Detail,
		Goal: i.Goal, Leader: i.Leader, Responsible: orgs[i.Responsible], Person: firstText(people[i.Person], i.Extra["责任人"]), Due: i.Due, Progress: progress(i), Provisional: e.Provisional(i.State, i.Due),
	}
	for _, k := range workflow.Kinds() {
		if k.Word == string(i.Kind) {
			row.Kind = k.Text.Zh
		}
	}
	for _, m := range i.Measures {
		row.Measures = append(row.Measures, m.Text)
	}
	for _, org := range i.Assisting {
		row.Assisting = append(row.Assisting, orgs[org])
	}
	return row
}

// progress keeps what was reported and what was verified apart.
func progress(i *workflow.Issue) string {
	switch {
	case i.State == workflow.Closed:
		return "已销号"
	case i.Reported:
		return "自报完成,未验收"
	case i.State.End():
		return i.State.Text().Zh
	}
	return "正在整改"
}
