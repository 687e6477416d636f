package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"rectify/workflow"
	"rectify/workflow/store"
)

// MandateView is a mandate with the names that it needs.
type MandateView struct {
	Mandate
	Place    Org // whose subtree it is
	State    workflow.Text
	Over     bool
	People   map[workflow.PersonID]store.Person // inspectors, those tied, who granted and who ended it
	Orgs     map[workflow.OrgID]Org             // those tied
	Mine     *store.MandateInspector            // the actor's part in it, nil for none
	Oversees bool                               // the actor is the security or the audit administrator: what was declared and looked at is shown
	MayEnd   bool
	Lines    []workflow.Line // what was done about the mandate, the newest first
}

// overseesMandates says whether the actor may see every mandate: who grants them and who audits.
func overseesMandates(by *workflow.Actor) bool {
	return Administers(by, "security_admin") || Administers(by, "audit_admin")
}

// Mandates lists the mandates before one of them, 0 to begin, the latest first: all to the security and the audit administrator, to others
// those in which they are an inspector.
func (e *Engine) Mandates(ctx context.Context, by workflow.Actor, before workflow.MandateID, limit int) ([]MandateView, error) {
	if limit < 1 || limit > PageLimit {
		return nil, badLimit()
	}
	of := by.Person
	if overseesMandates(&by) {
		of = 0
	}
	all, err := e.db.Mandates(ctx, of, before, limit)
	if err != nil {
		return nil, err
	}
	out := make([]MandateView, len(all))
	for n := range all {
		if out[n], err = e.mandateView(ctx, &by, all[n]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// MandateView shows one mandate. ErrNotFound where there is none or it is not the actor's to see.
func (e *Engine) MandateView(ctx context.Context, by workflow.Actor, id workflow.MandateID) (MandateView, error) {
	m, err := e.db.Mandate(ctx, id)
	if err != nil {
		return MandateView{}, err
	}
	v, err := e.mandateView(ctx, &by, m)
	if err == nil && v.Mine == nil && !v.Oversees {
		err = noMandate()
	}
	if err != nil {
		return MandateView{}, err
	}
	if v.Oversees {
		r, err := e.wholeRecord(ctx, KindMandate, int64(id), 0, PageLimit)
		v.Lines = r.Lines
		return v, err
	}
	return v, nil
}

func (e *Engine) mandateView(ctx context.Context, by *workflow.Actor, m Mandate) (MandateView, error) {
	v := MandateView{Mandate: m, Over: e.mandateOver(&m) != nil, Oversees: overseesMandates(by)}
	v.MayEnd = !v.Over && Administers(by, "security_admin")
	switch today := e.Today(); {
	case !m.EndedAt.IsZero():
		v.State = workflow.Say("提前终止", "ended early")
	case m.Until < today:
		v.State = workflow.Say("已到期", "over")
	case today < m.From:
		v.State = workflow.Say("未到起日", "not begun")
	default:
		v.State = workflow.Say("有效", "in force")
	}
	people, orgs := []workflow.PersonID{m.By, m.EndedBy}, []workflow.OrgID{m.Org}
	for n := range m.Inspectors {
		x := &m.Inspectors[n]
		if x.Person == by.Person {
			v.Mine = x
		}
		people = append(append(people, x.Person), x.Ties.People...)
		orgs = append(orgs, x.Ties.Orgs...)
	}
	var err error
	if v.People, err = e.db.PersonsByID(ctx, people); err != nil {
		return v, err
	}
	v.Orgs, err = e.db.OrgsByID(ctx, orgs)
	v.Place = v.Orgs[m.Org]
	return v, err
}

// LooksUnder shows what an inspector read and took under a mandate, the newest first: the lines before a place in the history of their
// looks, 0 for the newest. Only the security and the audit administrator may, and that they looked is put on record.
func (e *Engine) LooksUnder(ctx context.Context, by workflow.Actor, id workflow.MandateID, person workflow.PersonID, before, limit int) (Record, error) {
	if limit < 1 || limit > PageLimit {
		return Record{}, badLimit()
	}
	as, err := administers(&by, "audit_admin")
	if err != nil {
		as, err = administers(&by, "security_admin")
	}
	if err != nil {
		return Record{}, err
	}
	m, err := e.db.Mandate(ctx, id)
	if err != nil {
		return Record{}, err
	}
	by.As.Appointment = as
	p, err := e.db.Person(ctx, person)
	if err != nil {
		return Record{}, err
	}
	if err := e.db.Note(ctx, e.note(&by, KindAccount, int64(by.Person), "audited", KindMandate+" "+m.Number+" "+p.Account+" "+p.Name, nil)); err != nil {
		return Record{}, err
	}
	return e.looksOf(ctx, &m, person, before, limit)
}

// looksOf reads on until a page is full of the looks under the one mandate: the history of a person's looks has those under others too.
func (e *Engine) looksOf(ctx context.Context, m *Mandate, person workflow.PersonID, before, limit int) (Record, error) {
	out := Record{Whole: true}
	for {
		r, err := e.wholeRecord(ctx, KindLook, int64(person), before, PageLimit)
		if err != nil {
			return Record{}, err
		}
		out.Whole = out.Whole && r.Whole
		for n := range r.Lines {
			l := &r.Lines[n]
			if l.At.Before(m.At) {
				return out, nil
			}
			if lookedBy(l) != m.ID {
				continue
			}
			if len(out.Lines) == limit {
				out.Next = l.Seq + 1
				return out, nil
			}
			out.Lines = append(out.Lines, *l)
		}
		if before = r.Next; before == 0 {
			return out, nil
		}
	}
}

// lookedBy is the mandate by which the inspector looked, as took put it down.
func lookedBy(l *workflow.Line) workflow.MandateID {
	var data lookData
	if json.Unmarshal(l.Data, &data) != nil {
		return 0
	}
	return data.Mandate
}

// lookData is what the line of a look says beside its note.
type lookData struct {
	Mandate workflow.MandateID `json:"mandate,string"`
}

// wholeRecord is record from the newest line on where before is 0, and empty where there is no line.
func (e *Engine) wholeRecord(ctx context.Context, kind string, subject int64, before, limit int) (Record, error) {
	if before == 0 {
		last, err := e.db.LastLine(ctx, kind, subject)
		if errors.Is(err, workflow.ErrNotFound) {
			return Record{Whole: true}, nil
		}
		if err != nil {
			return Record{}, err
		}
		before = last.Seq + 1
	}
	return e.record(ctx, kind, subject, before, limit)
}

// took puts on record that an inspector read or took something of an issue, or what is not about one (id 0). It is put down under the
// mandate by which they see it, or under each that they have.
func (e *Engine) took(ctx context.Context, by *workflow.Actor, action string, id workflow.IssueID, what string) error {
	var lines []workflow.Line
	for _, a := range by.Appointments {
		if a.Post != workflow.Inspector || !a.Mandate.Open() {
			continue
		}
		if as := &by.As.Appointment; as.Post == workflow.Inspector && as.ID != a.ID {
			continue
		}
		data, err := json.Marshal(lookData{a.Mandate.ID})
		if err != nil {
			return err
		}
		one, text := *by, what
		one.As.Appointment = a
		if id != 0 {
			text += " #" + strconv.FormatInt(int64(id), 10)
		}
		lines = append(lines, e.note(&one, KindLook, int64(by.Person), action, text, data))
	}
	if len(lines) == 0 {
		return nil
	}
	return e.db.Note(ctx, lines...)
}

// exported puts on record that somebody took a list out of the house; an inspector does so under their mandate as well.
func (e *Engine) exported(ctx context.Context, by *workflow.Actor, title, what string) error {
	if err := e.took(ctx, by, "export", 0, strings.TrimSpace(title+" "+what)); err != nil {
		return err
	}
	return e.db.Note(ctx, e.note(by, KindAccount, int64(by.Person), "exported", title, nil))
}

// saidOf says what was asked of a list, and how many rows came, -1 where it is not about rows.
func saidOf(f *Filter, rows int) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"："+value)
		}
	}
	if f.Under.Depth() > 0 {
		add("组织", strconv.FormatInt(int64(f.Under.Last().Org), 10))
	}
	add("截至", string(f.On))
	add("搜索", f.Text)
	add("状态", words(f.States))
	add("阶段", string(f.Phase))
	add("亮灯", string(f.Light))
	add("督办标记", string(f.Mark))
	add("来源", words(f.Sources))
	if f.Checklist != 0 {
		add("清单", strconv.FormatInt(int64(f.Checklist), 10))
	}
	if rows >= 0 {
		parts = append(parts, strconv.Itoa(rows)+"条")
	}
	return strings.Join(parts, " ")
}

func words[T ~string](all []T) string {
	out := make([]string, len(all))
	for n, w := range all {
		out[n] = string(w)
	}
	return strings.Join(out, "、")
}

// tied says whether the actor has declared ties with the organisation at the end of the line or one above it.
func tied(by *workflow.Actor, line workflow.Lineage) bool {
	return slices.ContainsFunc(by.Appointments, func(a workflow.Appointment) bool { return a.Post == workflow.Inspector && a.Mandate.Ties.Bar(&line) })
}

// Tied names the organisations and the persons that an inspector declared.
func (v *MandateView) Tied(x *store.MandateInspector) (orgs, people []string) {
	for _, id := range x.Ties.Orgs {
		org := v.Orgs[id]
		orgs = append(orgs, org.Shown())
	}
	for _, id := range x.Ties.People {
		people = append(people, v.People[id].Name)
	}
	return orgs, people
}

// MandateNumbered finds the mandate with the number. Errors as MandateView.
func (e *Engine) MandateNumbered(ctx context.Context, by workflow.Actor, number string) (MandateView, error) {
	m, err := e.db.MandateNumbered(ctx, number)
	if err != nil {
		return MandateView{}, err
	}
	return e.MandateView(ctx, by, m.ID)
}
