package engine

import (
	"context"
	"slices"

	"rectify/workflow"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
)

// Person is somebody with an account and the appointments in force today.
type Person struct {
	store.Person
	Appointments []workflow.Appointment
	For          map[workflow.PersonID]string // names of those stood in for, by PersonView
	StandIns     []Holder                     // who stands in for the person today and later, by PersonView
}

// People lists people by account. The telephone number is shown to administrators only.
func (e *Engine) People(ctx context.Context, by workflow.Actor, after string, limit int) ([]Person, error) {
	if limit < 1 || limit > PageLimit {
		return nil, workflow.Invalid("bad_limit", "limit", workflow.Say("每页1至%d条", "a page holds 1 to %d rows", PageLimit))
	}
	people, err := e.db.Persons(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	_, notAdmin := administers(&by, "system_admin")
	out := make([]Person, len(people))
	for n, p := range people {
		out[n].Person = p
		if notAdmin != nil {
			out[n].Mobile = ""
		}
		if out[n].Appointments, err = e.db.Appointments(ctx, p.ID, e.Today()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Appointments lists who holds which post in an organisation, past and to come included.
func (e *Engine) Appointments(ctx context.Context, org workflow.OrgID) ([]store.Appointed, error) {
	return e.db.AppointmentsOf(ctx, org)
}

// Appointment is a new appointment as it is asked for.
type Appointment struct {
	Account     string
	Org         workflow.OrgID
	Post        workflow.Post
	From, Until workflow.Day
	StandInFor  string // the account stood in for, "" for none
}

// Appoint gives somebody a post. Only the security administrator may. ErrInvalid for a post that the level does not have, an end before
// the beginning, two administrators in one person that must be apart, or a stand-in (代办) for oneself or without a last day: one stands
// in for an absence, and an absence ends.
func (e *Engine) Appoint(ctx context.Context, by workflow.Actor, a Appointment) (workflow.AppointmentID, error) {
	if err := e.mayAdminister(ctx, &by, "security_admin"); err != nil {
		return 0, err
	}
	if a.Post == workflow.Inspector {
		return 0, workflow.Invalid("mandate_needed", "post", workflow.Say("巡察员一次一授权，不在这里任命：请到“核验 › 巡察授权”建立授权", "an inspector is given a mandate each time, and is not appointed here: see Proof › Mandates"))
	}
	p, err := e.db.PersonByAccount(ctx, a.Account)
	if err != nil {
		return 0, err
	}
	org, err := e.db.Org(ctx, a.Org)
	if err != nil {
		return 0, err
	}
	held, err := e.db.Appointments(ctx, p.ID, "")
	if err != nil {
		return 0, err
	}
	new := store.Appointed{Person: p.ID, Appointment: workflow.Appointment{
		ID: workflow.AppointmentID(e.newID()), Org: org.ID, OrgName: org.Name, Line: org.Line, Post: a.Post, From: a.From, Until: a.Until,
	}}
	var whom string
	if a.StandInFor != "" {
		absent, err := e.db.PersonByAccount(ctx, a.StandInFor)
		if err != nil {
			return 0, err
		}
		if text, ok := mayStandIn(p.ID, absent.ID, a.Until); !ok {
			return 0, workflow.Invalid("bad_stand_in", "stand_in_for", text)
		}
		new.For, whom = absent.ID, absent.Name
	}
	if text, ok := mayHold(held, new.Appointment); !ok {
		return 0, workflow.Invalid("bad_appointment", "post", text)
	}
	return new.ID, e.db.Appoint(ctx, new, e.appointed(&by, new, whom))
}

// EndAppointment ends an appointment on a day, which is its last. Only the security administrator may.
func (e *Engine) EndAppointment(ctx context.Context, by workflow.Actor, person workflow.PersonID, id workflow.AppointmentID, last workflow.Day) error {
	if err := e.mayAdminister(ctx, &by, "security_admin"); err != nil {
		return err
	}
	held, err := e.db.Appointments(ctx, person, "")
	if err != nil {
		return err
	}
	for _, a := range held {
		if a.ID == id && a.Post == workflow.Inspector && a.Until != "" && last > a.Until {
			return workflow.Invalid("mandate_needed", "last", workflow.Say("巡察授权不能延长，请另行授权", "a mandate is not made longer: grant another"))
		}
	}
	return e.db.EndAppointment(ctx, id, last, e.note(&by, KindAccount, int64(person), "appointment_ended", string(last), nil))
}

func mayStandIn(person, whom workflow.PersonID, until workflow.Day) (workflow.Text, bool) {
	switch {
	case person == whom:
		return workflow.Say("不能代办自己", "nobody stands in for themselves"), false
	case until == "":
		return workflow.Say("代办须写明止日：代办只在本人不在岗期间有效", "a stand-in has a last day: it is for an absence"), false
	}
	return workflow.Text{}, true
}

func (e *Engine) appointed(by *workflow.Actor, a store.Appointed, whom string) workflow.Line {
	post, _ := workflow.PostNamed(string(a.Post))
	text := a.OrgName + " " + post.Text.Zh + " " + string(a.From) + "—" + string(a.Until)
	if whom != "" {
		text += " 代办：" + whom
	}
	return e.note(by, KindAccount, int64(a.Person), "appointed", text, nil)
}

// mayHold holds an appointment against the levels, its days and the rule of the three administrators: nobody audits their own doings.
func mayHold(held []workflow.Appointment, a workflow.Appointment) (workflow.Text, bool) {
	rule, ok := workflow.PostNamed(string(a.Post))
	if !ok {
		return workflow.Say("没有“%s”这个职务", "there is no post %q", string(a.Post)), false
	}
	if rule.Auto {
		return workflow.Say("“%s”不由人担任", "nobody is appointed as %q", rule.Text), false
	}
	if !containsLevel(rule.Levels, a.Level()) {
		return workflow.Say("%s层级没有“%s”这个职务", "at the level %s there is no post %s", a.Level().Text(), rule.Text), false
	}
	if a.From == "" || (a.Until != "" && a.Until < a.From) {
		return workflow.Say("任职须有起日，止日不能早于起日", "an appointment has a first day, and its last is not before it"), false
	}
	for _, h := range held {
		other, _ := workflow.PostNamed(string(h.Post))
		audits := a.Post == "audit_admin" || h.Post == "audit_admin"
		if rule.Admin && other.Admin && audits && a.Post != h.Post && overlap(h, a) {
			return workflow.Say("安全审计员不能兼任其他管理员（三员分立）", "the audit administrator cannot be another administrator too"), false
		}
		if rule.Admin != other.Admin && overlap(h, a) {
			return workflow.Say("三员不能同时担任业务职务（已任：%s）", "an administrator holds no business post (held: %s)", other.Text), false
		}
	}
	return workflow.Text{}, true
}

func containsLevel(levels []workflow.Level, l workflow.Level) bool {
	for _, x := range levels {
		if x == l {
			return true
		}
	}
	return false
}

func overlap(a, b workflow.Appointment) bool {
	return (a.Until == "" || b.From <= a.Until) && (b.Until == "" || a.From <= b.Until)
}

// ImportPeople takes a table of people and their appointments. Accounts are made by the system administrator and appointments by the
// security administrator; the first who sets the program up does both. It is all or nothing, as ImportOrgs.
func (e *Engine) ImportPeople(ctx context.Context, by workflow.Actor, book *sheet.Book, check bool) (Report, error) {
	if err := e.mayAdminister(ctx, &by, "security_admin", "system_admin"); err != nil {
		return Report{}, err
	}
	rows, err := sheet.ReadPosts(book)
	if err != nil {
		return Report{}, err
	}
	orgs, err := e.db.Orgs(ctx)
	if err != nil {
		return Report{}, err
	}
	r := newRoll(e, &by, orgs)
	report := Report{Read: len(rows)}
	for n := range rows {
		found := rows[n].Refused
		if len(found) == 0 {
			if found, err = r.add(ctx, &rows[n]); err != nil {
				return Report{}, err
			}
		}
		report.Refused = append(report.Refused, found...)
	}
	report.Already = r.already
	if len(report.Refused) > 0 {
		return report, nil
	}
	report.Taken = len(rows) - r.already
	if check || report.Taken == 0 {
		return report, nil
	}
	return report, e.db.PutPeople(ctx, r.people, r.appointments, r.mandates, func(p store.Person, old *store.Person) workflow.Line {
		return e.note(&by, KindAccount, int64(p.ID), "account_added", p.Account+" "+p.Name, nil)
	}, func(a store.Appointed) workflow.Line { return e.appointed(&by, a, "") })
}

// roll is what an import of people would change.
type roll struct {
	e            *Engine
	by           *workflow.Actor
	orgs         map[string]Org
	known        map[string]store.Person
	held         map[workflow.PersonID][]workflow.Appointment
	people       []store.Person
	appointments []store.Appointed
	mandates     []store.Granting
	already      int
	names        map[workflow.PersonID]string
}

func newRoll(e *Engine, by *workflow.Actor, orgs []Org) *roll {
	r := &roll{e: e, by: by, orgs: map[string]Org{}, known: map[string]store.Person{}, held: map[workflow.PersonID][]workflow.Appointment{},
		names: map[workflow.PersonID]string{}}
	for _, org := range orgs {
		r.orgs[org.Code] = org
	}
	return r
}

func (r *roll) add(ctx context.Context, row *sheet.PostRow) ([]sheet.Finding, error) {
	refuse := func(code, column, value string, text workflow.Text) []sheet.Finding {
		place := row.Place
		place.Column = column
		return []sheet.Finding{{Place: place, Value: value, Reason: text, Code: code}}
	}
	org, ok := r.orgs[row.OrgCode]
	if !ok {
		return refuse("unknown_org", "", row.OrgCode, workflow.Say("没有编码为“%s”的组织", "there is no organisation with the code %q", row.OrgCode)), nil
	}
	p, err := r.person(ctx, row)
	if err != nil {
		return nil, err
	}
	if p.Name != row.Name {
		return refuse("other_name", "", row.Name, workflow.Say("账号“%s”已属于%s", "the account %q belongs to %s", row.Account, p.Name)), nil
	}
	a := workflow.Appointment{ID: workflow.AppointmentID(r.e.newID()), Org: org.ID, OrgName: org.Name, Line: org.Line,
		Post: workflow.Post(row.Post), From: row.From, Until: row.Until}
	for _, h := range r.held[p.ID] {
		if h.Org == a.Org && h.Post == a.Post && h.From == a.From {
			r.already++
			return nil, nil
		}
	}
	if text, ok := mayHold(r.held[p.ID], a); !ok {
		return refuse("bad_appointment", "", row.Post, text), nil
	}
	r.held[p.ID] = append(r.held[p.ID], a)
	if a.Post == workflow.Inspector {
		if a.Until == "" {
			return refuse("bad_appointment", "", row.Post, workflow.Say("巡察员一次一授权，须写明止日", "a mandate has a last day: give the last day of the inspector")), nil
		}
		r.mandate(org, p, a)
		return nil, nil
	}
	r.appointments = append(r.appointments, store.Appointed{Person: p.ID, Appointment: a})
	return nil, nil
}

// mandate puts an inspector into a mandate of the table's own: one for those with the same organisation and days. Its number is the next of
// the year. They declare their ties like all others before they see anything.
func (r *roll) mandate(org Org, p store.Person, a workflow.Appointment) {
	at := slices.IndexFunc(r.mandates, func(g store.Granting) bool { return g.Org == org.ID && g.From == a.From && g.Until == a.Until })
	if at < 0 {
		m := Mandate{ID: workflow.MandateID(r.e.newID()), Basis: "人员任职表", Org: org.ID, From: a.From, Until: a.Until, By: r.by.Person, At: r.e.moment()}
		r.mandates, at = append(r.mandates, store.Granting{Mandate: m}), len(r.mandates)
	}
	g := &r.mandates[at]
	g.Posts = append(g.Posts, store.Appointed{Person: p.ID, Appointment: a})
	var names []string
	for n := range g.Posts {
		names = append(names, r.names[g.Posts[n].Person])
	}
	g.Line = r.e.granted(r.by, &g.Mandate, org, names)
}

// person finds the person of a row, or makes one.
func (r *roll) person(ctx context.Context, row *sheet.PostRow) (store.Person, error) {
	if p, ok := r.known[row.Account]; ok {
		return p, nil
	}
	p, err := r.e.db.PersonByAccount(ctx, row.Account)
	switch {
	case err == nil:
		if r.held[p.ID], err = r.e.db.Appointments(ctx, p.ID, ""); err != nil {
			return p, err
		}
	case isFault(err):
		p = store.Person{ID: workflow.PersonID(r.e.newID()), Account: row.Account, Name: row.Name, Mobile: row.Mobile, Active: true, MustChange: true}
		r.people = append(r.people, p)
	default:
		return p, err
	}
	r.known[row.Account], r.names[p.ID] = p, p.Name
	return p, nil
}
