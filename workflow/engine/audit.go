package engine

import (
	"context"
	"encoding/json"

	"rectify/workflow"
	"rectify/workflow/store"
)

// KindLook is the kind of subject of lines about what an inspector looked at.
const KindLook = "look"

// Dossier is the whole history of an issue with the names that it needs.
type Dossier struct {
	Issue  workflow.Issue
	Lines  []workflow.Line // from the first one on
	Orgs   map[workflow.OrgID]string
	People map[workflow.PersonID]string
	Whole  bool // every line fits the one before it and is as it was when it was written
}

// Dossier shows the history of one issue from its first line to its last. That it was looked at is on record. Errors as Issue.
func (e *Engine) Dossier(ctx context.Context, by workflow.Actor, id workflow.IssueID) (Dossier, error) {
	i, err := e.see(ctx, &by, id)
	if err != nil {
		return Dossier{}, err
	}
	if err := e.took(ctx, &by, "view_history", id, i.ShownNumber()); err != nil {
		return Dossier{}, err
	}
	return e.dossier(ctx, i)
}

// Story is the dossier of an issue that the actor is shown already: the look at it is on record, and this is part of it.
func (e *Engine) Story(ctx context.Context, by workflow.Actor, id workflow.IssueID) (Dossier, error) {
	i, err := e.see(ctx, &by, id)
	if err != nil {
		return Dossier{}, err
	}
	return e.dossier(ctx, i)
}

func (e *Engine) dossier(ctx context.Context, i workflow.Issue) (Dossier, error) {
	d := Dossier{Issue: i}
	for {
		lines, err := e.db.History(ctx, workflow.KindIssue, int64(i.ID), len(d.Lines), PageLimit)
		if err != nil {
			return Dossier{}, err
		}
		d.Lines = append(d.Lines, lines...)
		if len(lines) < PageLimit {
			break
		}
	}
	d.Whole = chained(d.Lines, [32]byte{})
	return d, e.nameAll(ctx, &d)
}

// chained says whether each line is sealed and fits the one before it.
func chained(lines []workflow.Line, prev [32]byte) bool {
	for n := range lines {
		l := &lines[n]
		if l.Prev != prev || l.Hash(prev) != l.Digest {
			return false
		}
		prev = l.Digest
	}
	return true
}

// nameAll looks up everybody and every organisation that the lines speak of.
func (e *Engine) nameAll(ctx context.Context, d *Dossier) error {
	var orgs []workflow.OrgID
	var people []workflow.PersonID
	for n := range d.Lines {
		var i workflow.Issue // the changed fields alone
		if err := json.Unmarshal(d.Lines[n].Data, &i); len(d.Lines[n].Data) > 0 && err != nil {
			return err
		}
		orgs = append(append(append(orgs, i.Finder, i.Responsible, i.Assigner, i.Verifier, i.Closer, i.Request.Decider), i.Assisting...), i.Parties...)
		people = append(people, i.Person, i.FoundBy, d.Lines[n].For)
		for _, m := range i.Measures {
			people, orgs = append(people, m.Person), append(orgs, m.Org)
		}
		for _, s := range i.Signs {
			people, orgs = append(people, s.Person, s.For), append(orgs, s.Org)
		}
		orgs = append(orgs, i.Spread...)
		beside, besideThem := besidePeople(&i)
		people, orgs = append(people, beside...), append(orgs, besideThem...)
	}
	found, err := e.db.OrgsByID(ctx, orgs)
	if err != nil {
		return err
	}
	d.Orgs = make(map[workflow.OrgID]string, len(found))
	for id, org := range found {
		d.Orgs[id] = org.Shown()
	}
	d.People, err = e.names(ctx, people)
	return err
}

// besidePeople are those whom letters, calls and remarks name.
func besidePeople(i *workflow.Issue) (people []workflow.PersonID, orgs []workflow.OrgID) {
	for n := range i.Letters {
		l := &i.Letters[n]
		people, orgs = append(people, l.By, l.ByFor, l.SignedBy, l.SignedFor), append(orgs, l.Org, l.To)
	}
	for n := range i.Calls {
		c := &i.Calls[n]
		people, orgs = append(people, c.By, c.ByFor, c.RepliedBy, c.RepliedFor), append(append(orgs, c.From, c.To), c.Climbed...)
	}
	for n := range i.Remarks {
		r := &i.Remarks[n]
		people, orgs = append(people, r.Person, r.For), append(orgs, r.Org)
	}
	return people, orgs
}

// Record is a piece of the history of an account or an organisation, the newest line first.
type Record struct {
	Lines []workflow.Line
	Next  int // where the earlier lines start, 0 at the end
	Whole bool
}

// Audit shows what was done to an account, an organisation, a setting or a self-check (KindAccount, KindOrg, KindSetting, KindSelfCheck), or what an inspector looked
// at (KindLook): the lines before a place in its chain, 0 for the newest. Only the audit administrator may, and the look itself is put on record.
func (e *Engine) Audit(ctx context.Context, by workflow.Actor, kind string, subject int64, before, limit int) (Record, error) {
	as, err := administers(&by, "audit_admin")
	switch {
	case err != nil:
		return Record{}, err
	case limit < 1 || limit > PageLimit:
		return Record{}, badLimit()
	case kind != KindAccount && kind != KindOrg && kind != KindLook && kind != KindSetting && kind != KindRobot && kind != store.KindMessage && kind != KindSelfCheck:
		return Record{}, workflow.NotFound("no_history", workflow.Say("没有历史记录", "there is no history"))
	}
	by.As.Appointment = as
	if err := e.db.Note(ctx, e.note(&by, KindAccount, int64(by.Person), "audited", e.auditedName(ctx, kind, subject), nil)); err != nil {
		return Record{}, err
	}
	return e.wholeRecord(ctx, kind, subject, before, limit)
}

// record reads the lines before a place, and the one in front of them to hold the chain against.
func (e *Engine) record(ctx context.Context, kind string, subject int64, before, limit int) (Record, error) {
	from := max(0, before-1-limit)
	lines, err := e.db.History(ctx, kind, subject, from, before-1-from)
	if err != nil || len(lines) == 0 {
		return Record{Whole: true}, err
	}
	r := Record{Whole: chained(lines, lines[0].Prev) && (from > 0 || lines[0].Prev == [32]byte{})}
	if from > 0 {
		r.Next = lines[0].Seq
	}
	for n := len(lines) - 1; n >= 0; n-- {
		r.Lines = append(r.Lines, lines[n])
	}
	return r, nil
}

func (e *Engine) auditedName(ctx context.Context, kind string, subject int64) string {
	switch kind {
	case KindOrg:
		org, _ := e.db.Org(ctx, workflow.OrgID(subject))
		return kind + " " + org.Code + " " + org.Shown()
	case KindSetting, KindRobot, KindSelfCheck, store.KindMessage:
		return kind
	}
	p, _ := e.db.Person(ctx, workflow.PersonID(subject))
	return kind + " " + p.Account + " " + p.Name
}

// Administers says whether the actor is the administrator of the kind.
func Administers(by *workflow.Actor, post workflow.Post) bool {
	_, err := administers(by, post)
	return err == nil
}
