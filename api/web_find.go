package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// showFind shows the form in which a problem is written down.
func (s *Server) showFind(c echo.Context) error {
	f, err := s.findForm(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, s.findPage(c, f))
}

func (s *Server) findPage(c echo.Context, f page.Form) page.Find {
	p := page.Find{Frame: s.frame(c, workflow.Say("登记问题", "Log a problem")), Form: f}
	p.Narrow = true
	return p
}

// findForm asks for three things; the rest may be left out.
func (s *Server) findForm(c echo.Context) (page.Form, error) {
	ctx := c.Request().Context()
	f := page.Form{Action: "/find", Key: newKey(), Submit: workflow.Say("登记", "Log it")}
	orgs := ownOrgs(actorOf(ctx))
	f.Fields = []page.Field{
		{Name: "detail", Kind: page.Area, Label: workflow.Say("存在的问题", "Problem"), Required: true, Focus: true, Live: alikePath,
			Help: workflow.Say("写清什么事、在哪里、有什么表现", "what it is, where, and how it shows")},
		{Name: "source", Kind: page.Select, Label: workflow.Say("问题来源", "Source"), Required: true, Options: chosen(sourceOptions(), "self_check")},
		{Name: "found_on", Kind: page.Date, Label: workflow.Say("发现日期", "Found on"), Required: true, Value: string(s.Engine.Today())},
	}
	if len(orgs) > 1 {
		f.Fields = append(f.Fields, page.Field{Name: "org", Kind: page.Select, Label: workflow.Say("哪个单位发现的", "Found by"), Required: true, Options: orgs})
	}
	below, err := s.reachOptions(c)
	more := []page.Field{
		orgChoice(page.Field{Name: "responsible", Kind: page.Select, Label: workflow.Say("建议的责任单位", "Responsible organisation, proposed"), Options: below}),
		{Name: "kind", Kind: page.Select, Label: workflow.Say("整改类型", "Kind"), Options: kindOptions()},
		{Name: "grade", Kind: page.Select, Label: workflow.Say("问题等级", "Grade"), Options: gradeOptions()},
		{Name: "due", Kind: page.Date, Label: workflow.Say("建议的整改时限", "Due day, proposed")},
		{Name: "aspect", Kind: page.Line, Label: workflow.Say("方面", "Aspect")},
		{Name: "goal", Kind: page.Area, Label: workflow.Say("整改目标", "Goal")},
		{Name: "own_number", Kind: page.Line, Label: workflow.Say("来源编号", "Number that the source gave it")},
		{Name: "drafts", Kind: page.Checks, Label: workflow.Say("保存方式", "How to keep it"), Options: []page.Option{{Value: "draft", Text: workflow.Say("先存为草稿，以后再登记", "as a draft for now")}}},
	}
	for n := range more {
		more[n].More = true
	}
	f.Fields = append(f.Fields, more...)
	return f, err
}

// ownOrgs are the organisations in which somebody holds a business post.
func ownOrgs(by workflow.Actor) (out []page.Option) {
	for _, a := range by.Appointments {
		rule, _ := workflow.PostNamed(string(a.Post))
		o := page.Option{Value: id(a.Org), Text: workflow.Text{Zh: a.OrgName}}
		if !rule.Admin && a.Post != "inspector" && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// reachOptions are the organisations at or below those of the caller.
func (s *Server) reachOptions(c echo.Context) (out []page.Option, err error) {
	ctx := c.Request().Context()
	for _, own := range ownOrgs(actorOf(ctx)) {
		org, err := pathID[workflow.OrgID](own.Value)
		if err != nil {
			return nil, err
		}
		below, err := s.orgOptions(ctx, org)
		if err != nil {
			return nil, err
		}
		for _, o := range below {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

// findByForm writes a problem down.
func (s *Server) findByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	responsible, err := s.orgTyped(ctx, "responsible", values.Get("responsible"))
	var found engine.Finding
	if err == nil {
		found, err = findingTyped(func(name string) string {
			if name == "responsible" {
				return responsible
			}
			return values.Get(name)
		})
	}
	var issue workflow.Issue
	if err == nil {
		issue, err = s.Engine.Find(ctx, actorOf(ctx), values.Get("key"), found)
	}
	if err == nil {
		return s.done(c, s.afterFinding(c, &issue), workflow.Say("已登记，编号%s", "logged as %s", issue.ShownNumber()))
	}
	f, failed := s.findForm(c)
	if failed != nil {
		return failed
	}
	fill(f.Fields, values)
	f.Key = first(values.Get("key"), f.Key)
	return s.showForm(c, &f, err, func() page.Page { return s.findPage(c, f) })
}

func findingTyped(get func(string) string) (engine.Finding, error) {
	var r reading
	f := engine.Finding{
		Org: idOf[workflow.OrgID](&r, "org", get("org")), OwnNumber: strings.TrimSpace(get("own_number")), Source: sourceOf(&r, "source", get("source")),
		Aspect: strings.TrimSpace(get("aspect")), Detail: strings.TrimSpace(get("detail")), Goal: strings.TrimSpace(get("goal")),
		FoundOn: dayOf(&r, "found_on", get("found_on")), Kind: workflow.Kind(get("kind")), Grade: gradeOf(&r, "grade", get("grade")),
		Due: dayOf(&r, "due", get("due")), Responsible: idOf[workflow.OrgID](&r, "responsible", get("responsible")), Draft: get("draft") != "",
	}
	return f, r.err
}
