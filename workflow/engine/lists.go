package engine

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

// Lists is a piece of the three lists (三张清单): the issues of a page of the ledger, whole, from which the problems, the tasks and the
// duties are read.
type Lists struct {
	On     workflow.Day // the past day at whose end they were so, "" for now
	Issues []workflow.Issue
	Orgs   map[workflow.OrgID]Org
	People map[workflow.PersonID]string
	Next   string // where the following piece starts, "" at the end
	Today  workflow.Day
}

// ThreeLists gives the issues that Issues would list as the three lists need them. Errors as Issues.
func (e *Engine) ThreeLists(ctx context.Context, by workflow.Actor, f Filter, under workflow.OrgID, after string, limit int) (Lists, error) {
	rows, err := e.Issues(ctx, by, f, under, after, limit)
	if err != nil {
		return Lists{}, err
	}
	ids := make([]workflow.IssueID, len(rows.Rows))
	for n := range rows.Rows {
		ids[n] = rows.Rows[n].ID
	}
	found, err := e.db.IssuesByIDOn(ctx, rows.On, ids)
	if err != nil {
		return Lists{}, err
	}
	out := Lists{On: rows.On, Next: rows.Next, Today: rows.Today}
	var orgs []workflow.OrgID
	var people []workflow.PersonID
	for _, id := range ids {
		i, ok := found[id]
		if !ok {
			continue
		}
		out.Issues = append(out.Issues, i)
		orgs = append(orgs, i.Verifier, i.Closer)
		for _, a := range i.Answerables() {
			orgs, people = append(orgs, a.Org), append(people, a.People...)
		}
	}
	if out.Orgs, err = e.db.OrgsByID(ctx, orgs); err != nil {
		return Lists{}, err
	}
	out.People, err = e.names(ctx, people)
	return out, err
}

// ListTitle names what a list is about: a checklist of which the actor sees an issue, or an organisation; "" where it is neither.
func (e *Engine) ListTitle(ctx context.Context, by workflow.Actor, f Filter, under workflow.OrgID) (string, error) {
	if f.Checklist != 0 {
		f, err := e.narrow(ctx, Filter{Checklist: f.Checklist, On: f.On}, 0)
		if err != nil {
			return "", err
		}
		seen, err := e.db.Issues(ctx, e.scope(&by), f, "", 1)
		if err != nil || len(seen.Rows) == 0 {
			return "", err
		}
		list, err := e.db.Checklist(ctx, f.Checklist)
		return list.Title, err
	}
	if under == 0 {
		under = f.Responsible
	}
	if under == 0 {
		return "", nil
	}
	org, err := e.db.Org(ctx, under)
	return org.Shown(), err
}

// ExportLists writes the three lists of what Issues would list as a workbook of three sheets. That they were taken is on record.
func (e *Engine) ExportLists(ctx context.Context, by workflow.Actor, f Filter, under workflow.OrgID, title string, w io.Writer) error {
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
	rows := func(yield func(sheet.ListsRow, error) bool) {
		err := e.db.EachIssue(ctx, e.scope(&by), f, func(i workflow.Issue) error {
			for _, a := range i.Answerables() {
				for _, p := range a.People {
					if err := e.learn(ctx, people, p); err != nil {
						return err
					}
				}
			}
			if !yield(e.listsRow(&i, names, people, f.Today), nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(sheet.ListsRow{}, err)
		}
	}
	if title == "" {
		title = "问题整改"
	}
	title = titled(title, f.On)
	if err := e.exported(ctx, &by, title+"三张清单", saidOf(&f, -1)); err != nil { // before it leaves: who breaks it off has taken a part
		return err
	}
	return sheet.WriteLists(w, sheet.LedgerHead{Title: title, Made: e.Today()}, rows)
}

// listsRow is an issue in the three lists, in the words of the workbook.
func (e *Engine) listsRow(i *workflow.Issue, orgs map[workflow.OrgID]string, people map[workflow.PersonID]string, today workflow.Day) sheet.ListsRow {
	row := sheet.ListsRow{Problem: e.ledgerRow(i, orgs, people), OwnNumber: i.OwnNumber, Verifier: orgs[i.Verifier], Closer: orgs[i.Closer]}
	for _, m := range i.Measures {
		org := m.Org
		if org == 0 {
			org = i.Responsible
		}
		row.Tasks = append(row.Tasks, sheet.ListedTask{Text: m.Text, Org: orgs[org], Leader: m.Leader, Person: people[m.Person], Due: m.Due,
			DoneOn: m.DoneOn, Result: m.Result, Done: m.Done, Late: i.MeasureLate(&m, today)})
	}
	for _, a := range i.Answerables() {
		duty := sheet.ListedDuty{Main: a.Main, Org: orgs[a.Org], Leader: a.Leader, Due: a.Due, Done: a.Done, Of: len(a.Measures)}
		for _, p := range a.People {
			duty.People = append(duty.People, people[p])
		}
		for _, n := range a.Measures {
			duty.Measures = strings.TrimPrefix(duty.Measures+"、"+strconv.Itoa(n), "、")
		}
		row.Duties = append(row.Duties, duty)
	}
	return row
}
