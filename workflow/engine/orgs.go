package engine

import (
	"context"
	"slices"

	"rectify/workflow"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
)

// KindOrg is the kind of subject of lines about an organisation.
const KindOrg = "org"

// Orgs lists the organisations at or below one (0: all), by code.
func (e *Engine) Orgs(ctx context.Context, under workflow.OrgID, after string, limit int) ([]Org, error) {
	if limit < 1 || limit > PageLimit {
		return nil, workflow.Invalid("bad_limit", "limit", workflow.Say("每页1至%d条", "a page holds 1 to %d rows", PageLimit))
	}
	return e.db.OrgsUnder(ctx, under, after, limit)
}

// Org finds one organisation.
func (e *Engine) Org(ctx context.Context, id workflow.OrgID) (Org, error) { return e.db.Org(ctx, id) }

// ImportOrgs takes a table of organisations: new ones are added, known ones (by code) changed. It is all or nothing: if one row cannot
// be taken, none is, and the report says why. With check nothing is written. Only the system administrator may, and the first who sets
// the program up.
func (e *Engine) ImportOrgs(ctx context.Context, by workflow.Actor, book *sheet.Book, check bool) (Report, error) {
	if err := e.mayAdminister(ctx, &by, "system_admin"); err != nil {
		return Report{}, err
	}
	rows, err := sheet.ReadOrgs(book)
	if err != nil {
		return Report{}, err
	}
	known, err := e.db.Orgs(ctx)
	if err != nil {
		return Report{}, err
	}
	t := newTree(known, e.newID)
	report := Report{Read: len(rows)}
	for n := range rows {
		report.Refused = append(report.Refused, rows[n].Refused...)
		if len(rows[n].Refused) == 0 {
			report.Refused = append(report.Refused, t.add(&rows[n])...)
		}
	}
	report.Refused = append(report.Refused, t.settle()...)
	changed := t.changed()
	report.Already = len(rows) - len(changed)
	if len(report.Refused) > 0 {
		report.Already = 0
		return report, nil
	}
	report.Taken = len(changed)
	if check || len(changed) == 0 {
		return report, nil
	}
	return report, e.db.PutOrgs(ctx, changed, func(org Org, old *Org) workflow.Line {
		action := "org_changed"
		if old == nil {
			action = "org_added"
		}
		return e.note(&by, KindOrg, int64(org.ID), action, org.Code+" "+org.Name, nil)
	})
}

// tree is the tree of organisations as it would be after an import.
type tree struct {
	orgs   map[string]*Org // by code
	known  map[string]Org
	parent map[string]string // code of the org above, by code
	rows   map[string]*sheet.OrgRow
	order  []string
	newID  func() int64
}

func newTree(known []Org, newID func() int64) *tree {
	t := &tree{orgs: map[string]*Org{}, known: map[string]Org{}, parent: map[string]string{}, rows: map[string]*sheet.OrgRow{}, newID: newID}
	codes := make(map[workflow.OrgID]string, len(known))
	for n := range known {
		org := known[n]
		codes[org.ID] = org.Code
		t.known[org.Code] = org
		t.orgs[org.Code] = &org
		t.order = append(t.order, org.Code)
	}
	for _, org := range known {
		t.parent[org.Code] = codes[org.Parent]
	}
	return t
}

func orgFinding(row *sheet.OrgRow, code, value string, text workflow.Text) sheet.Finding {
	return sheet.Finding{Place: row.Place, Value: value, Reason: text, Code: code}
}

// add takes a row into the tree.
func (t *tree) add(row *sheet.OrgRow) []sheet.Finding {
	if _, double := t.rows[row.Code]; double {
		return []sheet.Finding{orgFinding(row, "double_code", row.Code, workflow.Say("组织编码“%s”在表中出现两次", "the code %q stands in the table twice", row.Code))}
	}
	var level workflow.Level
	if err := level.UnmarshalText([]byte(row.Level)); err != nil || level == workflow.NoLevel {
		return []sheet.Finding{orgFinding(row, "unknown_level", row.Level, workflow.Say("没有“%s”这个层级", "there is no level %q", row.Level))}
	}
	org, ok := t.orgs[row.Code]
	if !ok {
		org = &Org{ID: workflow.OrgID(t.newID()), Code: row.Code}
		t.orgs[row.Code] = org
		t.order = append(t.order, row.Code)
	}
	org.Name, org.Short, org.Level = row.Name, row.Short, level
	t.parent[row.Code], t.rows[row.Code] = row.Parent, row
	return nil
}

// settle works out the lineages, parents first, and complains of loops, unknown parents and levels that do not descend.
func (t *tree) settle() []sheet.Finding {
	var out []sheet.Finding
	for _, code := range t.order {
		if text, ok := t.lineage(code); !ok {
			if row := t.rows[code]; row != nil {
				out = append(out, orgFinding(row, "bad_parent", t.parent[code], text))
			}
		}
	}
	return out
}

// lineage follows an org up to the root and writes its line down.
func (t *tree) lineage(code string) (workflow.Text, bool) {
	var up []*Org
	seen := map[string]bool{}
	for at := code; at != ""; at = t.parent[at] {
		org, ok := t.orgs[at]
		switch {
		case !ok:
			return workflow.Say("没有编码为“%s”的上级组织", "there is no organisation with the code %q", at), false
		case seen[at]:
			return workflow.Say("组织“%s”的上级绕回了自己", "the organisations above %q lead back to it: a loop", code), false
		case len(up) > 0 && org.Level <= up[len(up)-1].Level:
			return workflow.Say("“%s”（%s）不能是“%s”（%s）的上级", "%q (%s) cannot be above %q (%s)", org.Name, org.Level.Text(),
				up[len(up)-1].Name, up[len(up)-1].Level.Text()), false
		}
		seen[at] = true
		up = append(up, org)
	}
	slices.Reverse(up)
	org := t.orgs[code]
	org.Line, org.Parent = workflow.Lineage{}, 0
	for n, place := range up {
		org.Line[n] = workflow.Place{Org: place.ID, Level: place.Level}
		if n+1 < len(up) {
			org.Parent = place.ID
		}
	}
	return workflow.Text{}, true
}

// changed lists the orgs that are new or not as they were, parents before children.
func (t *tree) changed() []store.Org {
	var out []store.Org
	for _, code := range t.order {
		if org := *t.orgs[code]; org != t.known[code] {
			out = append(out, org)
		}
	}
	slices.SortStableFunc(out, func(a, b store.Org) int { return a.Line.Depth() - b.Line.Depth() })
	return out
}
