package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rectify/workflow"
	"rectify/workflow/store"
)

const (
	// KindMandate is the kind of subject of lines about a mandate.
	KindMandate = store.KindMandate

	mandateMostDays   = 366 // of one mandate
	mandateMost       = 50  // inspectors of one mandate
	mandateWhyAtLeast = 10  // characters of the reason for ending it early
)

// Mandate lets inspectors look at the issues of a subtree in a span of days.
type Mandate = store.Mandate

// MandatePlan is a mandate as it is asked for.
type MandatePlan struct {
	Number      string
	Basis       string // the document that it rests on
	Org         workflow.OrgID
	From, Until workflow.Day
	Accounts    []string // of the inspectors
}

// GrantMandate gives inspectors their authority (一次一授权): one subtree, one span of days, one document. Only the security administrator may.
// Until an inspector has declared their ties they see nothing by it.
//
// Errors: ErrForbidden; ErrInvalid for a number that is taken, a missing document, a span that is none or longer than a year, nobody named,
// somebody who may not hold the post; ErrNotFound for an org or account that is not there.
func (e *Engine) GrantMandate(ctx context.Context, by workflow.Actor, p MandatePlan) (Mandate, error) {
	if err := e.mayAdminister(ctx, &by, "security_admin"); err != nil {
		return Mandate{}, err
	}
	org, err := e.db.Org(ctx, p.Org)
	if err != nil {
		return Mandate{}, err
	}
	m := Mandate{ID: workflow.MandateID(e.newID()), Number: strings.TrimSpace(p.Number), Basis: strings.TrimSpace(p.Basis), Org: p.Org, From: p.From,
		Until: p.Until, By: by.Person, At: e.moment()}
	if err := soundMandate(&m, e.Today(), p.Accounts); err != nil {
		return Mandate{}, err
	}
	var posts []store.Appointed
	var names []string
	for _, account := range p.Accounts {
		who, err := e.db.PersonByAccount(ctx, account)
		if err != nil {
			return Mandate{}, err
		}
		a, err := e.inspecting(ctx, who, org, m.From, m.Until)
		if err != nil {
			return Mandate{}, err
		}
		if slices.ContainsFunc(posts, func(x store.Appointed) bool { return x.Person == who.ID }) {
			continue
		}
		posts, names = append(posts, a), append(names, who.Name)
	}
	g := store.Granting{Mandate: m, Posts: posts, Line: e.granted(&by, &m, org, names)}
	if err := e.db.GrantMandate(ctx, g, func(a store.Appointed) workflow.Line { return e.appointed(&by, a, "") }); err != nil {
		return Mandate{}, err
	}
	return e.db.Mandate(ctx, m.ID)
}

func (e *Engine) granted(by *workflow.Actor, m *Mandate, org Org, names []string) workflow.Line {
	note := fmt.Sprintf("%s 依据%s 范围%s %s—%s 巡察员%s", m.Number, m.Basis, org.Shown(), m.From, m.Until, strings.Join(names, "、"))
	return e.note(by, KindMandate, int64(m.ID), "mandate_granted", strings.TrimSpace(note), nil)
}

func soundMandate(m *Mandate, today workflow.Day, accounts []string) error {
	switch {
	case m.Number == "" || len([]rune(m.Number)) > 60:
		return workflow.Invalid("bad_number", "number", workflow.Say("请填写授权编号，60字以内", "give the mandate a number, at most 60 characters"))
	case m.Basis == "" || len([]rune(m.Basis)) > 200:
		return workflow.Invalid("bad_basis", "basis", workflow.Say("请填写依据文件（文号和名称），200字以内", "name the document that it rests on, at most 200 characters"))
	case m.From == "" || m.Until == "" || m.Until < m.From || m.Until < today:
		return workflow.Invalid("bad_span", "until", workflow.Say("请填写起止日期：止日不早于起日，也不早于今天", "give the first and the last day; the last is not before the first nor before today"))
	case m.From.Until(m.Until) >= mandateMostDays:
		return workflow.Invalid("bad_span", "until", workflow.Say("一次授权最长一年", "a mandate lasts a year at the most"))
	case len(accounts) == 0 || len(accounts) > mandateMost:
		return workflow.Invalid("no_inspectors", "accounts", workflow.Say("请填写1至%d名巡察员的账号", "name 1 to %d inspectors by their accounts", mandateMost))
	}
	return nil
}

// inspecting is the appointment that a mandate gives somebody.
func (e *Engine) inspecting(ctx context.Context, who store.Person, org Org, from, until workflow.Day) (store.Appointed, error) {
	held, err := e.db.Appointments(ctx, who.ID, "")
	if err != nil {
		return store.Appointed{}, err
	}
	a := workflow.Appointment{ID: workflow.AppointmentID(e.newID()), Org: org.ID, OrgName: org.Name, Line: org.Line, Post: workflow.Inspector, From: from, Until: until}
	for _, h := range held {
		if h.Post == a.Post && h.Org == a.Org && h.From == a.From {
			return store.Appointed{}, workflow.Invalid("held_already", "from", workflow.Say("%s自%s起对%s已有一次巡察任职，请换一个起日", "%s is an inspector there from %s on already (%s): give another first day",
				who.Name, string(from), org.Shown()))
		}
	}
	if text, ok := mayHold(held, a); !ok {
		return store.Appointed{}, workflow.Invalid("bad_appointment", "accounts", workflow.Say("%s：%s", "%s: %s", who.Name, text))
	}
	return store.Appointed{Person: who.ID, Appointment: a}, nil
}

// Declaration is what an inspector declares before they may look (回避声明): organisations by code, name or id, and persons by account or
// name, that they have ties with; or that there are none.
type Declaration struct {
	None   bool
	Orgs   []string
	People []string
}

// Declare takes the declaration of an inspector. From then on they see what the mandate reaches, without what they declared. What was
// declared once stays declared; more can be added.
//
// Errors: ErrNotFound for a mandate that is not the actor's, an org or a person that is not there; ErrRefused when it is over; ErrInvalid for
// neither ties nor none, or both.
func (e *Engine) Declare(ctx context.Context, by workflow.Actor, id workflow.MandateID, d Declaration) (Mandate, error) {
	m, err := e.ownMandate(ctx, &by, id)
	if err != nil {
		return Mandate{}, err
	}
	if over := e.mandateOver(&m); over != nil {
		return Mandate{}, over
	}
	if some := len(d.Orgs)+len(d.People) > 0; some == d.None {
		return Mandate{}, workflow.Invalid("bad_declaration", "none", workflow.Say("请填写须回避的组织或人员；确实没有的，勾选“没有”。两者只能选一种",
			"name the organisations or persons that you have ties with, or say that there are none: one of the two"))
	}
	ties, said, err := e.tiesOf(ctx, d)
	if err != nil {
		return Mandate{}, err
	}
	data, err := json.Marshal(ties)
	if err != nil {
		return Mandate{}, err
	}
	line := e.note(&by, KindMandate, int64(id), "mandate_declared", m.Number+" "+said, data)
	line.Post, line.Org = workflow.Inspector, m.Org
	if err := e.db.DeclareTies(ctx, id, by.Person, ties, line); err != nil {
		return Mandate{}, err
	}
	return e.db.Mandate(ctx, id)
}

// ownMandate is a mandate of the actor's.
func (e *Engine) ownMandate(ctx context.Context, by *workflow.Actor, id workflow.MandateID) (Mandate, error) {
	m, err := e.db.Mandate(ctx, id)
	if err == nil && !slices.ContainsFunc(m.Inspectors, func(x store.MandateInspector) bool { return x.Person == by.Person }) {
		err = noMandate()
	}
	return m, err
}

func noMandate() error {
	return workflow.NotFound("no_such_mandate", workflow.Say("没有这次授权，或不由您查看", "there is no such mandate, or it is not yours to see"))
}

// mandateOver says that a mandate has ended, nil while it has not.
func (e *Engine) mandateOver(m *Mandate) error {
	switch {
	case !m.EndedAt.IsZero():
		return workflow.Refused("mandate_over", workflow.Say("授权%s已于%s提前终止", "mandate %s was ended on %s", m.Number, string(workflow.DayOf(m.EndedAt))))
	case m.Until < e.Today():
		return workflow.Refused("mandate_over", workflow.Say("授权%s已于%s到期", "mandate %s came to its end on %s", m.Number, string(m.Until)))
	}
	return nil
}

// tiesOf finds what a declaration names, and says it in a sentence.
func (e *Engine) tiesOf(ctx context.Context, d Declaration) (ties workflow.Ties, said string, err error) {
	var names []string
	for _, text := range d.Orgs {
		org, err := e.FindOrg(ctx, text)
		if fault, ok := errors.AsType[*workflow.Fault](err); ok {
			return ties, "", workflow.Invalid(fault.Code, "orgs", fault.Text)
		}
		if err != nil {
			return ties, "", err
		}
		ties.Orgs, names = append(ties.Orgs, org.ID), append(names, org.Shown())
	}
	for _, text := range d.People {
		p, err := e.personMeant(ctx, text)
		if err != nil {
			return ties, "", err
		}
		ties.People, names = append(ties.People, p.ID), append(names, p.Name+"（"+p.Account+"）")
	}
	if d.None {
		return ties, "声明：没有须回避的组织和人员", nil
	}
	return ties, "声明回避：" + strings.Join(names, "、"), nil
}

// personMeant finds somebody by account, or by a name that only one has.
func (e *Engine) personMeant(ctx context.Context, text string) (store.Person, error) {
	p, err := e.db.PersonByAccount(ctx, text)
	if err == nil || !isFault(err) {
		return p, err
	}
	named, err := e.db.PersonsNamed(ctx, text)
	switch {
	case err != nil:
		return store.Person{}, err
	case len(named) == 1:
		return named[0], nil
	case len(named) > 1:
		return store.Person{}, workflow.Invalid("name_not_unique", "people", workflow.Say("有%d个人叫“%s”，请填写账号", "%d persons are called %q: give the account", len(named), text))
	}
	return store.Person{}, workflow.Invalid("no_such_person", "people", workflow.Say("没有叫“%s”的人，也没有这个账号", "nobody is called %q, and there is no such account", text))
}

// EndMandate ends a mandate before its last day, with a reason: from then on nobody sees anything by it, in open sessions neither. Only the
// security administrator may. ErrInvalid without a reason, ErrRefused when it is over.
func (e *Engine) EndMandate(ctx context.Context, by workflow.Actor, id workflow.MandateID, why string) (Mandate, error) {
	if err := e.mayAdminister(ctx, &by, "security_admin"); err != nil {
		return Mandate{}, err
	}
	m, err := e.db.Mandate(ctx, id)
	if err != nil {
		return Mandate{}, err
	}
	if over := e.mandateOver(&m); over != nil {
		return Mandate{}, over
	}
	if why = strings.TrimSpace(why); len([]rune(why)) < mandateWhyAtLeast || len([]rune(why)) > 500 {
		return Mandate{}, workflow.Invalid("no_reason", "why", workflow.Say("请写明提前终止的原因，%d至500字", "say why it is ended, in %d to 500 characters", mandateWhyAtLeast))
	}
	m.EndedAt, m.EndedBy, m.EndedWhy = e.moment(), by.Person, why
	ended, err := e.db.EndMandate(ctx, m, e.Today(), e.note(&by, KindMandate, int64(id), "mandate_ended", m.Number+" 提前终止："+why, nil))
	if err != nil {
		return Mandate{}, err
	}
	if !ended {
		return Mandate{}, workflow.Refused("mandate_over", workflow.Say("授权%s已提前终止", "mandate %s was ended already", m.Number))
	}
	return e.db.Mandate(ctx, id)
}
