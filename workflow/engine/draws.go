package engine

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

const (
	drawMost     = 500           // issues that one draw may pick
	drawNotUntil = 6 * time.Hour // of its day: whatever was written before the day has been kept by then
	lookBackDays = 20            // working days to look at what was picked
	drawCommand  = "draw %d %s"  // the key under which an issue is picked, so that it is picked once
)

// Draw is a sample of closed issues that are looked at again: announced first, drawn on its day (回头看抽查).
type Draw = store.Draw

// DrawPlan is what is announced: how many of the issues that were closed below an org between two days, on which day.
type DrawPlan struct {
	Org      workflow.OrgID
	From, To workflow.Day // of closing, both included
	Size     int
	On       workflow.Day
}

// AnnounceDraw publishes a draw before it takes place. What decides it is the announcement, its day and the head of all history at the
// beginning of that day, which nobody knows yet.
//
// Errors: ErrForbidden without a post that may draw there, ErrInvalid for a day that is not after today, a span that is none or a size
// out of bounds, ErrNotFound for an org that is not there.
func (e *Engine) AnnounceDraw(ctx context.Context, by workflow.Actor, p DrawPlan) (Draw, error) {
	org, err := e.Org(ctx, p.Org)
	if err != nil {
		return Draw{}, err
	}
	grant, ok := e.guard.AllowAt(&by, workflow.Draw, &org.Line)
	if !ok {
		return Draw{}, e.mayNotDraw(org)
	}
	by.As = grant
	switch today := e.Today(); {
	case p.From == "" || p.To < p.From || p.To > today:
		return Draw{}, workflow.Invalid("bad_span", "to", workflow.Say("销号起止日期须有先后，且不晚于今天", "give the days of closing, the first before the last and none after today"))
	case p.Size < 1 || p.Size > drawMost:
		return Draw{}, workflow.Invalid("bad_size", "size", workflow.Say("抽取1至%d个", "draw 1 to %d issues", drawMost))
	case p.On <= today:
		return Draw{}, workflow.Invalid("draw_too_soon", "on", workflow.Say("抽取须先公布、后进行：请填写明天或以后的日期", "a draw is announced first: give tomorrow or a later day"))
	}
	note := fmt.Sprintf("%s %s至%s销号的问题，%s抽取%d个", org.Shown(), p.From, p.To, p.On, p.Size)
	d := Draw{ID: e.newID(), Org: p.Org, From: p.From, To: p.To, Size: p.Size, On: p.On, By: by.Person, At: e.moment()}
	data, err := json.Marshal(map[string]any{"org": fmt.Sprint(int64(p.Org)), "from": p.From, "to": p.To, "size": p.Size, "on": p.On})
	if err != nil {
		return Draw{}, err
	}
	line := e.note(&by, store.KindDraw, d.ID, "draw_announced", note, data)
	line.Rule = grant.Rule
	return e.db.AnnounceDraw(ctx, d, line)
}

// Draws lists the draws before one of them, 0 to begin, the latest first. They are public to everybody who is signed in.
func (e *Engine) Draws(ctx context.Context, before int64, limit int) ([]Draw, error) {
	if limit < 1 || limit > PageLimit {
		return nil, workflow.Invalid("bad_limit", "limit", workflow.Say("每页1至%d条", "a page holds 1 to %d rows", PageLimit))
	}
	return e.db.Draws(ctx, before, limit)
}

// DrawProof is a draw with all that is needed to draw again by hand.
type DrawProof struct {
	Draw
	Below      store.Org // whose subtree is drawn from
	ByName     string
	Lot        workflow.Lot
	Seed       string   // in hexadecimal; "" before the draw
	Population []string // the numbers drawn from, in their order
}

// DrawProof reads a draw. ErrNotFound when there is none.
func (e *Engine) DrawProof(ctx context.Context, id int64) (DrawProof, error) {
	d, err := e.db.Draw(ctx, id)
	if err != nil {
		return DrawProof{}, err
	}
	lines, err := e.db.History(ctx, store.KindDraw, id, 0, 2)
	if err != nil {
		return DrawProof{}, err
	}
	org, err := e.Org(ctx, d.Org)
	if err != nil {
		return DrawProof{}, err
	}
	p := DrawProof{Draw: d, Below: org, ByName: lines[0].Name, Lot: workflow.Lot{Announced: lines[0].Digest, On: d.On, Head: d.Head}}
	if d.DrawnAt.IsZero() {
		return p, nil
	}
	seed := p.Lot.Seed()
	p.Seed = hex.EncodeToString(seed[:])
	var drawn drawnData
	err = json.Unmarshal(lines[1].Data, &drawn)
	p.Population = drawn.Population
	return p, err
}

// mayNotDraw says who may draw where somebody may not.
func (e *Engine) mayNotDraw(org Org) error {
	return workflow.Forbidden("out_of_reach", workflow.Say("现任的职务不能在%s抽取回头看；可由这些职务在其辖内办理：%s", "none of your posts may draw for look-backs in %s; it is done, each within its reach, by: %s",
		org.Shown(), e.guard.Who(workflow.Draw, workflow.Ordinary)))
}

// MayHold says whether the actor could hold the draw now.
func (e *Engine) MayHold(by workflow.Actor, p *DrawProof) bool {
	_, ok := e.guard.AllowAt(&by, workflow.Draw, &p.Below.Line)
	return ok && p.DrawnAt.IsZero() && !e.now().Before(p.On.Time().Add(drawNotUntil))
}

// drawnData is what the line of a draw says beside its note.
type drawnData struct {
	Head       string   `json:"head"`
	Seed       string   `json:"seed"`
	Population []string `json:"population"`
	Drawn      []string `json:"drawn"`
}

// HoldDraw draws, on the day that was announced or later, and picks what was drawn for a look-back. Called again it goes on where it was
// broken off, and changes nothing after that.
//
// Errors: ErrForbidden as AnnounceDraw, ErrRefused before the day, ErrNotFound.
func (e *Engine) HoldDraw(ctx context.Context, by workflow.Actor, id int64) (Draw, error) {
	d, err := e.db.Draw(ctx, id)
	if err != nil {
		return Draw{}, err
	}
	org, err := e.Org(ctx, d.Org)
	if err != nil {
		return Draw{}, err
	}
	grant, ok := e.guard.AllowAt(&by, workflow.Draw, &org.Line)
	if !ok {
		return Draw{}, e.mayNotDraw(org)
	}
	by.As = grant
	if d.DrawnAt.IsZero() {
		if d, err = e.draw(ctx, by, d, org); err != nil {
			return Draw{}, err
		}
	}
	return d, e.pickDrawn(ctx, d)
}

// draw works out what is drawn and keeps it.
func (e *Engine) draw(ctx context.Context, by workflow.Actor, d Draw, org store.Org) (Draw, error) {
	begin := d.On.Time()
	if e.now().Before(begin.Add(drawNotUntil)) {
		return d, workflow.Refused("not_the_day", workflow.Say("公布的抽取时间是%s 6时以后", "the draw was announced for %s, from six in the morning", d.On))
	}
	population, err := e.closedBetween(ctx, d, org)
	if err != nil {
		return d, err
	}
	p, err := e.DrawProof(ctx, d.ID)
	if err != nil {
		return d, err
	}
	if p.Lot.Head, err = e.db.HeadBefore(ctx, begin); err != nil {
		return d, err
	}
	seed := p.Lot.Seed()
	d.Head, d.DrawnAt, d.Drawn = p.Lot.Head, e.moment(), workflow.Sample(seed, population, d.Size)
	data, err := json.Marshal(drawnData{hex.EncodeToString(d.Head[:]), hex.EncodeToString(seed[:]), population, d.Drawn})
	if err != nil {
		return d, err
	}
	line := e.note(&by, store.KindDraw, d.ID, "drawn", fmt.Sprintf("%s 从%d个中抽取%d个", d.Number, len(population), len(d.Drawn)), data)
	line.Rule = by.As.Rule
	kept, err := e.db.KeepDraw(ctx, d, line)
	if err != nil || kept {
		return d, err
	}
	return e.db.Draw(ctx, d.ID)
}

// closedBetween are the numbers of the issues that a draw draws from, in their order: closed in the span, and not picked nor looked at yet.
func (e *Engine) closedBetween(ctx context.Context, d Draw, org store.Org) (numbers []string, err error) {
	everything := store.Scope{Subtrees: []workflow.Lineage{org.Line}}
	f := Filter{States: []workflow.State{workflow.Closed}, Under: org.Line, Today: e.Today()}
	err = e.db.EachIssue(ctx, everything, f, func(i workflow.Issue) error {
		if d.From <= i.ClosedOn && i.ClosedOn <= d.To && i.LookBack == (workflow.LookBack{}) {
			numbers = append(numbers, i.Number)
		}
		return nil
	})
	slices.Sort(numbers)
	return numbers, err
}

// pickDrawn has the program pick what was drawn, each issue once. One that was reopened meanwhile is let be.
func (e *Engine) pickDrawn(ctx context.Context, d Draw) error {
	due, provisional := e.calendar.Load().After(workflow.DayOf(d.DrawnAt), workflow.Span{N: lookBackDays, Unit: "working"})
	for _, number := range d.Drawn {
		i, err := e.db.IssueByNumber(ctx, number)
		if err != nil {
			return err
		}
		if i.LookBack.Draw == d.Number || i.State != workflow.Closed || i.LookBack.Waits() {
			continue
		}
		s := workflow.Step{Action: workflow.Pick, Due: due, Draw: d.Number, Note: "抽查" + d.Number, Facts: workflow.Facts{Provisional: provisional}}
		if due <= e.Today() { // it was drawn long ago and is picked only now
			s.Due, s.Facts.Provisional = e.calendar.Load().After(e.Today(), workflow.Span{N: lookBackDays, Unit: "working"})
		}
		_, err = e.Do(ctx, workflow.Program(i.Line[0]), i.ID, 0, fmt.Sprintf(drawCommand, d.ID, number), s)
		if err != nil && !isFault(err) {
			return err
		}
	}
	return nil
}
