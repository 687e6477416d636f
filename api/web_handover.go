package api

import (
	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

func handOverPath(org workflow.OrgID, person workflow.PersonID) string {
	return orgPath(org) + "/hand-over/" + id(person)
}

// handOverOf reads what a page of a hand-over is about.
func handOverOf(c echo.Context, value func(string) string) (h engine.HandOver, err error) {
	var in reading
	if h.Org, err = pathID[workflow.OrgID](c.Param("org")); err != nil {
		return h, err
	}
	if h.From, err = pathID[workflow.PersonID](c.Param("person")); err != nil {
		return h, err
	}
	h.To, h.Note, h.End = idOf[workflow.PersonID](&in, "to", value("to")), value("note"), dayOf(&in, "end", value("end"))
	return h, in.err
}

// showHandOver lists what somebody holds in an organisation, and asks who takes over; with a successor every step is tried.
func (s *Server) showHandOver(c echo.Context) error {
	h, err := handOverOf(c, c.QueryParam)
	if err != nil {
		return err
	}
	return s.showHandOverWith(c, h, newKey(), nil)
}

func (s *Server) showHandOverWith(c echo.Context, h engine.HandOver, key string, failed error) error {
	ctx := c.Request().Context()
	out, err := s.Engine.Held(ctx, actorOf(ctx), h)
	if err != nil && h.To != 0 {
		h.To = 0
		if failed == nil {
			failed = err
		}
		out, err = s.Engine.Held(ctx, actorOf(ctx), h)
	}
	if err != nil {
		return err
	}
	form := handOverForm(c, &h, &out, key)
	if failed == nil && h.To != 0 && !out.Ready() {
		failed = workflow.Refused("not_all", workflow.Say("有的问题不能移交给%s，请逐项处理或另选接手的人；未作任何移交", "not everything can be handed over to %s; nothing was done", out.To.Name))
	}
	return s.showForm(c, &form, failed, func() page.Page { return s.handOverPage(c, &out, &form) })
}

// handOverForm asks who takes over, why, and whether the posts end with it.
func handOverForm(c echo.Context, h *engine.HandOver, out *engine.Handing, key string) page.Form {
	options := each(out.Successors, func(x engine.Holder) page.Option {
		return page.Option{Value: id(x.Person), Text: workflow.Say("%s（%s）", "%s (%s)", x.Name, postText(x.Post)), Chosen: x.Person == h.To}
	})
	return page.Form{Action: c.Request().URL.Path, Key: key, Submit: workflow.Say("全部移交", "Hand everything over"), Danger: true, Fields: []page.Field{
		{Name: "to", Kind: page.Radio, Label: workflow.Say("接手的人", "Who takes over"), Required: true, Options: options},
		{Name: "note", Kind: page.Line, Label: workflow.Say("移交原因", "Why"), Required: true, Value: h.Note, Help: workflow.Say("如：调离、退休、分工调整", "such as a change of post")},
		{Name: "end", Kind: page.Date, Label: workflow.Say("同时申请终止任职，最后一天", "Ask for the end of the posts, last day"), Value: string(h.End), More: true,
			Help: workflow.Say("任职由安全保密管理员终止：这里只提出申请，对方一键确认", "posts are ended by the security administrator; this asks for it")},
	}}
}

func (s *Server) handOverPage(c echo.Context, out *engine.Handing, form *page.Form) page.HandOver {
	p := page.HandOver{Frame: s.frame(c, workflow.Say("移交：%s", "Hand over: %s", out.From.Name)), Tabs: orgTabs(""), Name: out.From.Name,
		Org: page.OrgLink{Path: orgPath(out.Org.ID), Name: out.Org.Shown()}, To: out.To.Name, Ready: out.Ready()}
	tongue := pageLang(c.Request())
	p.Rows = each(out.Rows, func(r engine.HeldIssue) page.HeldRow {
		row := page.HeldRow{Path: issuePath(r.Issue.ID), Number: r.Issue.ShownNumber(), Title: r.Issue.Detail, State: r.Issue.State.Text(), Due: r.Issue.Due,
			Named: r.Named, Measures: r.Measures}
		if r.Err != nil {
			problem, _ := problemOf(r.Err, tongue)
			row.Fault = same(problem.Detail)
		}
		return row
	})
	if len(out.Successors) > 0 {
		p.Form = form
	}
	return p
}

// handOverByForm hands everything over, or says what stands in the way.
func (s *Server) handOverByForm(c echo.Context) error {
	h, err := handOverOf(c, c.FormValue)
	key := first(c.FormValue("key"), newKey())
	if err != nil {
		return s.showHandOverWith(c, h, key, err)
	}
	ctx := c.Request().Context()
	out, err := s.Engine.HandOver(ctx, actorOf(ctx), key, h)
	if err != nil || !out.Done {
		return s.showHandOverWith(c, h, key, err)
	}
	return s.done(c, orgPath(h.Org), workflow.Say("已将%s名下%d个问题移交给%s", "%s: %d issues were handed over to %s", out.From.Name, len(out.Rows), out.To.Name))
}
