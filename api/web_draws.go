package api

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	drawsPage  = "/draws"
	drawsShown = 20
)

// showDraws lists the draws, the latest first.
func (s *Server) showDraws(c echo.Context) error {
	p, err := s.drawsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) drawsPage(c echo.Context) (*page.Draws, error) {
	ctx := c.Request().Context()
	var r reading
	before := idOf[int64](&r, "after", c.QueryParam("after"))
	if r.err != nil {
		return nil, r.err
	}
	draws, err := s.Engine.Draws(ctx, before, drawsShown)
	if err != nil {
		return nil, err
	}
	p := &page.Draws{Frame: s.frame(c, workflow.Say("回头看抽查", "Draws for look-backs")), Tabs: supervisionTabs(drawsPage), Pager: pagerOf(c, "")}
	for n := range draws {
		row, err := s.drawRow(ctx, &draws[n])
		if err != nil {
			return nil, err
		}
		p.Rows = append(p.Rows, row)
	}
	if len(draws) == drawsShown {
		p.Pager = pagerOf(c, id(draws[len(draws)-1].ID))
	}
	p.Form, err = s.drawForm(c)
	return p, err
}

func (s *Server) drawRow(ctx context.Context, d *engine.Draw) (page.DrawRow, error) {
	org, err := s.Engine.Org(ctx, d.Org)
	return page.DrawRow{Path: drawsPage + "/" + id(d.ID), Number: d.Number, Org: org.Shown(), From: d.From, To: d.To, On: d.On, Size: d.Size,
		Drawn: len(d.Drawn), Held: !d.DrawnAt.IsZero()}, err
}

// drawForm is the form for an announcement, nil for who may make none.
func (s *Server) drawForm(c echo.Context) (*page.Form, error) {
	ctx := c.Request().Context()
	units, err := s.Engine.Units(ctx, actorOf(ctx), workflow.Draw)
	if err != nil || len(units) == 0 {
		return nil, err
	}
	options := each(units, func(o engine.Org) page.Option { return page.Option{Value: id(o.ID), Text: same(o.Shown())} })
	options[0].Chosen = true
	today := s.Engine.Today()
	return &page.Form{Action: drawsPage, Submit: workflow.Say("公布", "Announce"), Fields: []page.Field{
		{Name: "org", Kind: page.Select, Required: true, Label: workflow.Say("范围（含下级）", "Drawn from, with all below"), Options: options},
		{Name: "from", Kind: page.Date, Required: true, Label: workflow.Say("销号日期，从", "Closed from"), Value: string(today.Add(-365))},
		{Name: "to", Kind: page.Date, Required: true, Label: workflow.Say("到", "to"), Value: string(today)},
		{Name: "size", Kind: page.Line, Required: true, Label: workflow.Say("抽取几个", "How many"), Value: "5"},
		{Name: "on", Kind: page.Date, Required: true, Label: workflow.Say("抽取日期", "Day of the draw"), Value: string(today.Add(1)),
			Help: workflow.Say("须在今天以后：先公布，后抽取", "after today: first the announcement, then the draw")},
	}}, nil
}

// announceDrawByForm announces a draw.
func (s *Server) announceDrawByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	plan, err := drawTyped(values.Get)
	if err == nil {
		var d engine.Draw
		if d, err = s.Engine.AnnounceDraw(ctx, actorOf(ctx), plan); err == nil {
			return s.done(c, drawsPage+"/"+id(d.ID), workflow.Say("已公布%s，%s可以抽取", "%s is announced; it can be held on %s", d.Number, d.On))
		}
	}
	p, failed := s.drawsPage(c)
	if failed != nil || p.Form == nil {
		return errors.Join(failed, err)
	}
	fill(p.Form.Fields, values)
	return s.showForm(c, p.Form, err, func() page.Page { return p })
}

func drawTyped(get func(string) string) (engine.DrawPlan, error) {
	var r reading
	p := engine.DrawPlan{Org: idOf[workflow.OrgID](&r, "org", get("org")), From: dayOf(&r, "from", get("from")), To: dayOf(&r, "to", get("to")),
		On: dayOf(&r, "on", get("on"))}
	var err error
	if p.Size, err = strconv.Atoi(get("size")); err != nil {
		r.fault(workflow.Invalid("bad_size", "size", workflow.Say("请填写一个数", "give a number")))
	}
	return p, r.err
}

// showDraw shows a draw and how anybody can check it.
func (s *Server) showDraw(c echo.Context) error {
	p, err := s.drawPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) drawPage(c echo.Context) (*page.DrawPage, error) {
	ctx := c.Request().Context()
	number, err := pathID[int64](c.Param("draw"))
	if err != nil {
		return nil, err
	}
	d, err := s.Engine.DrawProof(ctx, number)
	if err != nil {
		return nil, err
	}
	row, err := s.drawRow(ctx, &d.Draw)
	if err != nil {
		return nil, err
	}
	p := &page.DrawPage{Frame: s.frame(c, workflow.Say("回头看抽查 %s", "Draw %s", d.Number)), Tabs: supervisionTabs(drawsPage), Row: row, At: d.At, HeldAt: d.DrawnAt,
		By: d.ByName, Announced: hex.EncodeToString(d.Lot.Announced[:]), Population: d.Population, Seed: d.Seed}
	if row.Held {
		p.Head = hex.EncodeToString(d.Head[:])
	} else if s.Engine.MayHold(actorOf(ctx), &d) {
		p.Form = &page.Form{Action: row.Path, Submit: workflow.Say("现在抽取", "Hold the draw")}
	}
	for _, drawn := range d.Drawn {
		p.Picked = append(p.Picked, s.drawnIssue(ctx, drawn))
	}
	return p, nil
}

// drawnIssue shows an issue that was drawn to who may see it, and its number to everybody.
func (s *Server) drawnIssue(ctx context.Context, number string) page.DrawnIssue {
	v, err := s.Engine.IssueNumbered(ctx, actorOf(ctx), number)
	if err != nil {
		return page.DrawnIssue{Number: number}
	}
	return page.DrawnIssue{Number: number, Path: issuePath(v.Issue.ID), Title: v.Issue.Detail, State: v.Issue.State.Text()}
}

// holdDrawByForm draws.
func (s *Server) holdDrawByForm(c echo.Context) error {
	ctx := c.Request().Context()
	number, err := pathID[int64](c.Param("draw"))
	if err != nil {
		return err
	}
	d, err := s.Engine.HoldDraw(ctx, actorOf(ctx), number)
	if err != nil {
		return err
	}
	return s.done(c, drawsPage+"/"+id(d.ID), workflow.Say("已抽取%d个，已通知销号单位", "%d drawn; the closing organisations are told", len(d.Drawn)))
}
