package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rectify/workflow"
	"rectify/workflow/store"
)

const (
	// HandOverLimit is how many issues one hand-over may move.
	HandOverLimit = 1000
	noteLimit     = 2000 // characters
)

// HandOver asks that another person takes over what somebody holds in an organisation (移交).
type HandOver struct {
	From workflow.PersonID
	To   workflow.PersonID // 0 while it is only looked at what From holds
	Org  workflow.OrgID
	Note string
	// End is the last day of the posts of From in the organisation; none where they stay. The issues are handed over by who may entrust
	// them and posts are ended by the security administrator, and the three administrators hold no business post, so no one person can do
	// both. Who hands over asks for the end: it is on record with the account, and the security administrator confirms it with one click,
	// or not. Nothing that was handed over comes back by that.
	End workflow.Day
}

// HeldIssue is an issue in which somebody has something to do.
type HeldIssue struct {
	Issue    workflow.Issue
	Named    bool  // they are the responsible person
	Measures []int // that are theirs and not done, counted from 1
	Err      error // why it cannot be handed over, nil if it can
}

// Handing is what a hand-over moves.
type Handing struct {
	From, To   store.Person // To is empty while nobody was chosen
	Org        Org
	Rows       []HeldIssue
	Successors []Holder // who could take over: those with a business post in the organisation today
	Done       bool     // it was carried out
}

// Ready says whether every step would be accepted.
func (h *Handing) Ready() bool {
	return h.To.ID != 0 && !slices.ContainsFunc(h.Rows, func(r HeldIssue) bool { return r.Err != nil })
}

// Held shows what a person holds in an organisation, and rehearses the hand-over to another where one is named: nothing is changed. The
// person may see it of themselves; others must oversee the organisation.
//
// Errors: ErrForbidden where the actor oversees neither, ErrNotFound for a person or an organisation that is not there, ErrInvalid for a
// successor who cannot take over, ErrRefused where there are more issues than HandOverLimit.
func (e *Engine) Held(ctx context.Context, by workflow.Actor, h HandOver) (Handing, error) {
	out, err := e.handing(ctx, &by, h)
	if err != nil || out.To.ID == 0 {
		return out, err
	}
	for n := range out.Rows {
		r := &out.Rows[n]
		if r.Err, err = e.rehearse(ctx, by, Bulk{r.Issue.ID, r.Issue.Version, h.step()}, ""); err != nil {
			return out, err
		}
	}
	return out, nil
}

// HandOver gives what a person holds in an organisation to another in one act: each issue gets its step, all in one transaction. If one
// step would be refused nothing is done: the rows say which and why, and Done is false. The same key gives the same outcome again. What
// was not assigned yet is held by nobody, and stays.
//
// Errors as Held, and ErrInvalid for a missing successor or note, or a key that was used for something else.
func (e *Engine) HandOver(ctx context.Context, by workflow.Actor, key string, h HandOver) (Handing, error) {
	k, err := command(by, key, h)
	if err != nil {
		return Handing{}, err
	}
	if err := h.complete(); err != nil {
		return Handing{}, err
	}
	if out, again, err := e.handedOver(ctx, &by, k, h); again || err != nil {
		return out, err
	}
	out, err := e.Held(ctx, by, h)
	if err != nil || !out.Ready() {
		return out, err
	}
	if len(out.Rows) > 0 {
		if err := e.entrustAll(ctx, by, k, h, &out); err != nil {
			return Handing{}, err
		}
	}
	out.Done = true
	if err := e.db.Note(ctx, e.handOverLine(&by, h, &out)); err != nil {
		return out, err
	}
	return out, e.askEnd(ctx, &by, h, &out)
}

func (h *HandOver) complete() error {
	switch {
	case h.To == 0:
		return workflow.Invalid("missing_to", "to", workflow.Say("请选择接手的人", "choose who takes over"))
	case h.To == h.From:
		return workflow.Invalid("same_person", "to", workflow.Say("接手的人不能是移交人自己", "the one who takes over is another person"))
	case strings.TrimSpace(h.Note) == "":
		return workflow.Invalid("missing_note", "note", workflow.Say("请写明移交原因", "say why it is handed over"))
	case utf8.RuneCountInString(h.Note) > noteLimit:
		return workflow.Invalid("too_long", "note", workflow.Say("移交原因不超过%d个字", "the note has %d characters at most", noteLimit))
	}
	return nil
}

func (h *HandOver) step() workflow.Step {
	return workflow.Step{Action: workflow.Entrust, From: h.From, Person: h.To, Note: first(h.Note, "移交")}
}

// handing looks up what the hand-over is about.
func (e *Engine) handing(ctx context.Context, by *workflow.Actor, h HandOver) (out Handing, err error) {
	if out.Org, err = e.db.Org(ctx, h.Org); err != nil {
		return out, err
	}
	if out.From, err = e.db.Person(ctx, h.From); err != nil {
		return out, err
	}
	if !e.MayHandOver(by, h.From, out.Org.Line) {
		return out, workflow.Forbidden("not_permitted", workflow.Say("移交由本人、本单位或上级组织办理", "a hand-over is for the person, the organisation or those above it"))
	}
	if out.Successors, err = e.successors(ctx, out.Org.ID, h.From); err != nil {
		return out, err
	}
	if h.To != 0 {
		n := slices.IndexFunc(out.Successors, func(s Holder) bool { return s.Person == h.To })
		if n < 0 {
			return out, workflow.Invalid("no_post", "to", workflow.Say("接手的人须在%s现任业务职务", "the one who takes over holds a business post in %s today", out.Org.Shown()))
		}
		out.To, err = e.db.Person(ctx, h.To)
	}
	if err == nil {
		err = e.holdings(ctx, &out)
	}
	return out, err
}

// MayHandOver says whether the actor may look at what a person holds in the organisation at the end of a line: the person may, and who
// oversees it. Whether each issue may be handed over is decided one by one.
func (e *Engine) MayHandOver(by *workflow.Actor, from workflow.PersonID, line workflow.Lineage) bool {
	return slices.ContainsFunc(by.Appointments, business) && (by.Person == from || e.Oversees(by, line))
}

// business says whether the post of an appointment takes a part in the business of its organisation.
func business(a workflow.Appointment) bool {
	post, _ := workflow.PostNamed(string(a.Post))
	return !post.Admin && a.Post != "inspector"
}

// Oversees says whether everything in an organisation is within the actor's reach.
func (e *Engine) Oversees(by *workflow.Actor, line workflow.Lineage) bool {
	return slices.ContainsFunc(e.guard.Scope(by).Subtrees, func(l workflow.Lineage) bool { return line.Passes(l.Last().Org) })
}

// successors are those with a business post in an organisation today, each once and without the one who hands over.
func (e *Engine) successors(ctx context.Context, org workflow.OrgID, without workflow.PersonID) ([]Holder, error) {
	held, err := e.db.AppointmentsIn(ctx, []workflow.OrgID{org}, e.Today())
	if err != nil {
		return nil, err
	}
	held = slices.DeleteFunc(held, func(a Appointed) bool {
		post, _ := workflow.PostNamed(string(a.Post))
		return a.Person == without || post.Admin || a.Post == "inspector"
	})
	var once []Appointed
	for _, a := range held {
		if !slices.ContainsFunc(once, func(b Appointed) bool { return a.Person == b.Person }) {
			once = append(once, a)
		}
	}
	return e.holders(ctx, once)
}

// holdings are the issues that the person holds in the organisation: those it is responsible for, and those with a measure of its own.
func (e *Engine) holdings(ctx context.Context, out *Handing) error {
	issues, err := e.db.HeldBy(ctx, out.From.ID, 2*HandOverLimit)
	if err != nil {
		return err
	}
	for n := range issues {
		i := &issues[n]
		row := HeldIssue{Issue: *i, Named: i.Person == out.From.ID}
		own := i.Responsible == out.Org.ID
		for m := range i.Measures {
			if x := &i.Measures[m]; x.Person == out.From.ID && !x.Done {
				row.Measures = append(row.Measures, m+1)
				own = own || x.Org == out.Org.ID
			}
		}
		if own {
			out.Rows = append(out.Rows, row)
		}
	}
	if len(out.Rows) > HandOverLimit {
		return workflow.Refused("too_many", workflow.Say("%s在此任职期间名下的问题超过%d项，请先分批移交", "%s holds more than %d issues here; hand some over first", out.From.Name, HandOverLimit))
	}
	return nil
}

// entrustAll takes the steps, all or none.
func (e *Engine) entrustAll(ctx context.Context, by workflow.Actor, k store.Key, h HandOver, out *Handing) error {
	ids := make([]workflow.IssueID, len(out.Rows))
	for n := range out.Rows {
		ids[n] = out.Rows[n].Issue.ID
	}
	a := asked{by: by, at: e.moment()}
	var err error
	if a.step, a.lacking, err = e.completed(ctx, h.step()); err != nil {
		return err
	}
	return e.withDefinitions(ctx, func() error {
		issues, err := e.db.TransitionAll(ctx, ids, k, func(all []store.Loaded) ([]workflow.Change, error) {
			changes := make([]workflow.Change, len(all))
			for n := range all {
				a.version = all[n].Issue.Version
				var err error
				if changes[n], err = e.decide(all[n], a); err != nil {
					return nil, err
				}
			}
			return changes, nil
		})
		for n := range issues {
			out.Rows[n].Issue = issues[n]
		}
		return err
	})
}

// handedOver gives the outcome of a hand-over that was carried out under the key.
func (e *Engine) handedOver(ctx context.Context, by *workflow.Actor, k store.Key, h HandOver) (out Handing, again bool, err error) {
	if k.Command == "" {
		return out, false, nil
	}
	found, err := e.db.Commanded(ctx, k, HandOverLimit)
	if err != nil || len(found) == 0 {
		return out, false, err
	}
	if err := answered(&found[0]); !errors.Is(err, store.ErrReplay) {
		return out, true, err
	}
	if out, err = e.handing(ctx, by, h); err != nil {
		return out, true, err
	}
	out.Rows, out.Done = nil, true
	for _, f := range found {
		i, err := e.see(ctx, by, workflow.IssueID(f.Subject))
		if err != nil {
			return out, true, err
		}
		out.Rows = append(out.Rows, HeldIssue{Issue: i})
	}
	return out, true, e.askEnd(ctx, by, h, &out)
}

// handOverLine puts the hand-over on record with the account of who handed over.
func (e *Engine) handOverLine(by *workflow.Actor, h HandOver, out *Handing) workflow.Line {
	numbers := make([]string, len(out.Rows))
	for n := range out.Rows {
		numbers[n] = out.Rows[n].Issue.Number
	}
	data, _ := json.Marshal(map[string]any{"org": out.Org.Code, "to": out.To.Account, "issues": numbers}) // texts alone: it cannot fail
	text := fmt.Sprintf("%s：%d项移交给%s（%s）", out.Org.Shown(), len(out.Rows), out.To.Name, h.Note)
	return e.note(e.as(by, out.Org.Line), KindAccount, int64(h.From), "handed_over", text, data)
}

// askEnd asks for the end of the posts of who handed over, where that is wished. Asking again changes nothing.
func (e *Engine) askEnd(ctx context.Context, by *workflow.Actor, h HandOver, out *Handing) error {
	if h.End == "" {
		return nil
	}
	line := e.note(e.as(by, out.Org.Line), KindAccount, int64(h.From), "end_asked", out.Org.Shown()+" "+string(h.End), nil)
	return e.db.AskEnd(ctx, h.From, h.Org, h.End, line)
}

// as is the actor by the appointment that reaches an organisation.
func (e *Engine) as(by *workflow.Actor, line workflow.Lineage) *workflow.Actor {
	out := *by
	for _, a := range by.Appointments {
		if line.Passes(a.Org) {
			out.As.Appointment = a
			break
		}
	}
	return &out
}

// StillHeld counts the issues in which a person has something to do in an organisation, for the security administrator who ends a post.
func (e *Engine) StillHeld(ctx context.Context, by workflow.Actor, person workflow.PersonID, org workflow.OrgID) (int, error) {
	if _, err := administers(&by, "security_admin"); err != nil {
		return 0, err
	}
	out := Handing{Org: Org{ID: org}, From: store.Person{ID: person}}
	err := e.holdings(ctx, &out)
	if errors.Is(err, workflow.ErrRefused) {
		err = nil
	}
	return len(out.Rows), err
}
