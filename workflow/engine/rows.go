package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"rectify/workflow"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
)

// candidate makes an issue of a row, or adds to the row why it cannot be taken. What was interpreted is added to its doubts.
func (m *importer) candidate(ctx context.Context, row *sheet.Row) (candidate, error) {
	c := candidate{row: row}
	responsible := m.responsible(row)
	if responsible == nil {
		return c, nil
	}
	var ok bool
	if c.grant, ok = m.e.guard.AllowAt(&m.by, workflow.Import, &responsible.Line); !ok {
		row.Refuse("responsible", row.Responsible, "out_of_reach", workflow.Say("%s不在您的辖内，不能为它导入", "%s is not within your reach, so you cannot import for it", responsible.Shown()))
		return c, nil
	}
	c.code, c.org = responsible.Code, responsible.Shown()
	c.issue = workflow.Issue{
		OwnNumber: row.Number, Source: m.source(row), Aspect: row.Aspect, Detail: row.Detail, Goal: row.Goal, FoundOn: m.foundOn(row),
		Kind: workflow.Kind(row.Kind), Due: row.Due, Amount: row.AmountFen, Recovered: row.RecoveredFen, Reported: row.ReportedDone,
		Leader: row.Leader, Finder: m.unit.ID, FinderLine: m.unit.Line, Responsible: responsible.ID, Line: responsible.Line, Extra: row.Extra,
		Assisting: m.assisting(row, responsible),
	}
	if row.Grade != "" {
		if err := c.issue.Grade.UnmarshalText([]byte(row.Grade)); err != nil {
			return c, err
		}
	}
	m.due(row, &c.issue)
	person, err := m.person(ctx, row, responsible)
	if err != nil {
		return c, err
	}
	c.issue.Person = person
	for _, text := range row.Measures {
		c.issue.Measures = append(c.issue.Measures, workflow.Measure{Text: text, Org: responsible.ID, Person: person, Due: c.issue.Due})
	}
	if fault, ok := errors.AsType[*workflow.Fault](c.issue.Sound()); ok {
		row.Refuse(fault.Field, row.Detail, fault.Code, fault.Text)
	}
	c.key = store.RowKey{OwnNumber: row.Number, Text: store.TextKey(row.Detail, responsible.ID)}
	return c, nil
}

// responsible finds the responsible org, or refuses the row. A row that the sheet has refused for that already is not refused again.
func (m *importer) responsible(row *sheet.Row) *Org {
	if row.Responsible == "" {
		return nil
	}
	org, guessed, several := m.names.find(row.Responsible)
	switch {
	case org == nil && len(several) > 0:
		row.Refuse("responsible", row.Responsible, "ambiguous_organisation", workflow.Say("“%s”可能是：%s；请写全称或简称", "%q may be: %s; write the full or the short name",
			row.Responsible, strings.Join(several, "、")))
	case org == nil:
		row.Refuse("responsible", row.Responsible, "unknown_organisation", workflow.Say("没有“%s”这个组织，请核对名称或先在组织架构中建立", "there is no organisation %q; check the name, or add it to the tree first",
			row.Responsible))
	case guessed:
		row.Doubt("responsible", row.Responsible, org.Shown(), "organisation_understood", workflow.Say("责任单位按此理解", "the responsible organisation was understood so"))
	}
	return org
}

// assisting finds the assisting orgs; one that is not found makes the row doubtful.
func (m *importer) assisting(row *sheet.Row, responsible *Org) []workflow.OrgID {
	var out []workflow.OrgID
	for _, name := range row.Assisting {
		org, guessed, _ := m.names.find(name)
		switch {
		case org == nil:
			row.Doubt("assisting", name, "", "unknown_assisting", workflow.Say("找不到配合单位“%s”，未列入", "the assisting organisation %q was not found and is left out", name))
			continue
		case org.ID == responsible.ID:
			row.Doubt("assisting", name, "", "assisting_is_responsible", workflow.Say("配合单位与责任单位相同，未列入", "the assisting organisation is the responsible one and is left out"))
			continue
		case guessed:
			row.Doubt("assisting", name, org.Shown(), "organisation_understood", workflow.Say("配合单位按此理解", "the assisting organisation was understood so"))
		}
		if !slices.Contains(out, org.ID) {
			out = append(out, org.ID)
		}
	}
	return out
}

// source is the row's own, else the one given for the file.
func (m *importer) source(row *sheet.Row) workflow.Source {
	if row.SourceCode != "" {
		return workflow.Source(row.SourceCode)
	}
	return m.opt.Source
}

func (m *importer) foundOn(row *sheet.Row) workflow.Day {
	return workflow.Day(firstText(string(row.FoundOn), string(m.list.FoundOn), string(m.opt.FoundOn), string(workflow.DayOf(m.at))))
}

// Where a list says only 立行立改 or 长期坚持, the day is reckoned from when it was found: the clock of the immediate machine, and half a
// year until the first review of what lasts.
const (
	immediateClock = "immediate"
	lastingMonths  = 6
)

// due sets the due day that the kind gives where the row gives none, and says so.
func (m *importer) due(row *sheet.Row, i *workflow.Issue) {
	if i.Due != "" {
		return
	}
	span := workflow.Span{N: lastingMonths, Unit: "month"}
	word := "长期坚持"
	switch i.Kind {
	case workflow.KindImmediate:
		d := m.e.current.For(i.Grade, i.Kind)
		rule, ok := d.Clock(immediateClock)
		if !ok {
			return
		}
		span, word = rule.Span, "立行立改"
	case workflow.KindLasting:
	default:
		return
	}
	i.Due, _ = m.e.calendar.Load().After(i.FoundOn, span)
	reckoned := workflow.Say("%s没有写日期，自发现之日%s起算", "“%s” without a day: reckoned from the day it was found, %s", word, i.FoundOn)
	for n := range row.Doubtful {
		if d := &row.Doubtful[n]; d.Understood == word {
			d.Understood, d.Reason = string(i.Due), reckoned
			return
		}
	}
	row.Doubt("due", word, string(i.Due), "due_from_kind", reckoned)
}

// person finds the responsible person: in the responsible org first, then in its unit. One who is not found makes the row doubtful.
func (m *importer) person(ctx context.Context, row *sheet.Row, responsible *Org) (workflow.PersonID, error) {
	if row.Person == "" {
		return 0, nil
	}
	found, err := m.people.named(ctx, row.Person)
	if err != nil {
		return 0, err
	}
	unit := responsible.Line[min(1, responsible.Line.Depth()-1)].Org
	for _, near := range []func(workflow.Appointment) bool{
		func(a workflow.Appointment) bool { return a.Org == responsible.ID },
		func(a workflow.Appointment) bool { return a.Line.Passes(unit) },
	} {
		var hits []workflow.PersonID
		for id, appointments := range found {
			if slices.ContainsFunc(appointments, near) {
				hits = append(hits, id)
			}
		}
		if len(hits) == 1 {
			return hits[0], nil
		}
	}
	if row.Extra == nil {
		row.Extra = map[string]string{}
	}
	row.Extra["责任人"] = row.Person
	row.Doubt("person", row.Person, "", "unknown_person", workflow.Say("在责任单位及其所在单位找不到“%s”（或有重名），责任人待指定",
		"%q was not found in the responsible organisation or its unit (or is not the only one); the person is to be named", row.Person))
	return 0, nil
}

// register looks people up by name, each name once.
type register struct {
	e     *Engine
	names map[string]map[workflow.PersonID][]workflow.Appointment
}

func newRegister(e *Engine) *register {
	return &register{e: e, names: make(map[string]map[workflow.PersonID][]workflow.Appointment)}
}

func (r *register) named(ctx context.Context, name string) (map[workflow.PersonID][]workflow.Appointment, error) {
	if found, ok := r.names[name]; ok {
		return found, nil
	}
	people, err := r.e.db.PersonsNamed(ctx, name)
	if err != nil {
		return nil, err
	}
	found := make(map[workflow.PersonID][]workflow.Appointment, len(people))
	for _, p := range people {
		if found[p.ID], err = r.e.db.Appointments(ctx, p.ID, r.e.Today()); err != nil {
			return nil, err
		}
	}
	r.names[name] = found
	return found, nil
}
