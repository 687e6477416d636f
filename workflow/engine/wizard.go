package engine

import (
	"context"
	"errors"
	"io"
	"slices"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

// Fate is what becomes of a row of a checklist.
type Fate string

// The fates of a row.
const (
	FateTaken    Fate = "taken"    // becomes an issue
	FateDoubtful Fate = "doubtful" // becomes an issue, and something in it was interpreted
	FateRefused  Fate = "refused"  // cannot be taken
	FateKnown    Fate = "known"    // is an issue already
)

// RowFate is a row of a checklist as it was understood and what becomes of it.
type RowFate struct {
	Row         *sheet.Row
	Fate        Fate
	Responsible string       // the name of the organisation found, as written where none was
	Due         workflow.Day // as reckoned
	Kind        workflow.Kind
	Grade       workflow.Grade
}

func fateOf(c *candidate) RowFate {
	f := RowFate{Row: c.row, Fate: FateTaken, Responsible: firstText(c.org, c.row.Responsible), Due: c.row.Due}
	if c.issue.Responsible != 0 {
		f.Due, f.Kind, f.Grade = c.issue.Due, c.issue.Kind, c.issue.Grade
	}
	switch {
	case len(c.row.Refused) > 0:
		f.Fate = FateRefused
	case len(c.row.Doubtful) > 0:
		f.Fate = FateDoubtful
	}
	return f
}

// FieldWord is something that a column of a checklist can hold.
type FieldWord = sheet.FieldWord

// ChecklistFields are what a column of a checklist can be understood as.
func ChecklistFields() []FieldWord { return sheet.Fields() }

// OpenBook reads a workbook that was kept by PutFile. ErrInvalid for whatever is wrong with it, ErrNotFound when it is not there any more.
func (e *Engine) OpenBook(ctx context.Context, hash, name string) (book *Book, err error) {
	f, err := e.files.Open(hash)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return ReadBook(ctx, f, name)
}

// Units lists the organisations in which a post of the actor lets them do what is not about an issue (find, import, draw), in the order
// of the posts.
func (e *Engine) Units(ctx context.Context, by workflow.Actor, do workflow.Action) ([]Org, error) {
	var own []workflow.OrgID
	for n := range by.Appointments {
		a := &by.Appointments[n]
		if grant, ok := e.guard.AllowAt(&by, do, &a.Line); ok && grant.Appointment.Org == a.Org && !slices.Contains(own, a.Org) {
			own = append(own, a.Org)
		}
	}
	found, err := e.db.OrgsByID(ctx, own)
	units := make([]Org, 0, len(own))
	for _, id := range own {
		units = append(units, found[id])
	}
	return units, err
}

// WriteFirstPasswords writes first passwords as a workbook to be cut into slips for their owners.
func WriteFirstPasswords(w io.Writer, made []FirstPassword) error {
	rows := make([][]string, len(made))
	for n, p := range made {
		rows[n] = []string{p.Account, p.Name, p.Password}
	}
	return sheet.WriteSheet(w, "初始密码(首次登录须修改)", []string{"账号", "姓名", "初始密码"}, rows)
}

// MayImportTables says whether the actor may import organisations, and people: what a page offers.
func MayImportTables(by *workflow.Actor) (orgs, people bool) {
	_, notSystem := administers(by, "system_admin")
	_, notSecurity := administers(by, "security_admin")
	return notSystem == nil, notSystem == nil || notSecurity == nil
}

// Offered is what a person could do with an issue of a list.
type Offered struct {
	Issue  workflow.Issue
	Offers []Offer
}

// Offered lists the steps that are open to the actor on each of the issues, those left out that the actor may not see.
func (e *Engine) Offered(ctx context.Context, by workflow.Actor, ids []workflow.IssueID) ([]Offered, error) {
	var out []Offered
	for _, id := range ids {
		i, err := e.see(ctx, &by, id)
		if errors.Is(err, workflow.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		o := Offered{Issue: i}
		if o.Offers, err = e.offersOf(ctx, by, &i); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
