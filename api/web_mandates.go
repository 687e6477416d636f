package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	mandatesPage  = "/mandates"
	mandatesShown = 20
)

// mandatePages are the pages about the mandates of inspectors.
func (s *Server) mandatePages() []route {
	return []route{
		{"GET", mandatesPage, member, nothing, s.showMandates},
		{"POST", mandatesPage, member, pageForm, s.grantMandateByForm},
		{"GET", mandatesPage + "/:mandate", member, nothing, s.showMandate},
		{"POST", mandatesPage + "/:mandate/declare", member, pageForm, s.declareByForm},
		{"POST", mandatesPage + "/:mandate/end", member, pageForm, s.endMandateByForm},
		{"GET", mandatesPage + "/:mandate/looks/:person", member, nothing, s.showLooks},
		{"POST", mandatesPage + "/:mandate/pack", member, pageForm, s.packByForm},
		{"GET", applyPage, member, nothing, s.showApply},
		{"POST", applyPage, member, files, s.applyByForm},
	}
}

// showMandates lists the mandates that are the caller's to see.
func (s *Server) showMandates(c echo.Context) error {
	p, err := s.mandatesPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) mandatesPage(c echo.Context) (*page.Mandates, error) {
	ctx := c.Request().Context()
	by := actorOf(ctx)
	var r reading
	before := idOf[workflow.MandateID](&r, "after", c.QueryParam("after"))
	if r.err != nil {
		return nil, r.err
	}
	all, err := s.Engine.Mandates(ctx, by, before, mandatesShown)
	if err != nil {
		return nil, err
	}
	p := &page.Mandates{Apply: s.unlessPack(applyPage), Frame: s.frame(c, workflow.Say("巡察授权", "Mandates of inspectors")), Tabs: proofTabs(mandatesPage), Pager: pagerOf(c, "")}
	for n := range all {
		p.Rows = append(p.Rows, mandateRow(&all[n], &by))
	}
	if len(all) == mandatesShown {
		p.Pager = pagerOf(c, id(all[len(all)-1].ID))
	}
	if engine.Administers(&by, "security_admin") {
		p.Form = mandateForm(s.Engine.Today())
	}
	return p, nil
}

func mandateRow(v *engine.MandateView, by *workflow.Actor) page.MandateRow {
	row := page.MandateRow{Path: mandatesPage + "/" + id(v.ID), Number: v.Number, Basis: v.Basis, Org: v.Place.Shown(), From: v.From, Until: v.Until, State: v.State,
		Over: v.Over, EndedAt: v.EndedAt, EndedWhy: v.EndedWhy, GrantedAt: v.At, GrantedBy: v.People[v.By].Name, EndedBy: v.People[v.EndedBy].Name}
	for n := range v.Inspectors {
		x := &v.Inspectors[n]
		one := page.MandateInspector{Name: v.People[x.Person].Name, DeclaredAt: x.DeclaredAt, Own: x.Person == by.Person}
		if v.Oversees || one.Own {
			orgs, people := v.Tied(x)
			one.Ties, one.Shown = strings.Join(append(orgs, people...), "、"), true
		}
		if v.Oversees {
			one.Looks = row.Path + "/looks/" + id(x.Person)
		}
		row.Inspectors = append(row.Inspectors, one)
	}
	return row
}

func mandateForm(today workflow.Day) *page.Form {
	return &page.Form{Action: mandatesPage, Submit: workflow.Say("授权", "Grant"), Fields: []page.Field{
		{Name: "number", Kind: page.Line, Required: true, Label: workflow.Say("授权编号", "Number")},
		{Name: "basis", Kind: page.Line, Required: true, Label: workflow.Say("依据文件", "Document that it rests on"), Help: workflow.Say("如巡察通知书的文号和名称", "such as the number and name of the notice")},
		{Name: "org", Kind: page.OrgName, Required: true, Label: workflow.Say("授权范围（含下级）", "Organisation, with all below")},
		{Name: "from", Kind: page.Date, Required: true, Label: workflow.Say("起日", "First day"), Value: string(today)},
		{Name: "until", Kind: page.Date, Required: true, Label: workflow.Say("止日", "Last day"), Help: workflow.Say("到期自动失效；需要继续的，另行授权", "it ends by itself; to go on, grant another")},
		{Name: "accounts", Kind: page.Area, Required: true, Label: workflow.Say("巡察员账号", "Accounts of the inspectors"), Help: workflow.Say("一行一个", "one a line")},
	}}
}

// typedLines are what was typed into several lines; commas part as well.
func typedLines(text string) []string {
	var out []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n\r,，、;；", r) }) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// grantMandateByForm gives inspectors a mandate.
func (s *Server) grantMandateByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	var r reading
	plan := engine.MandatePlan{Number: values.Get("number"), Basis: values.Get("basis"), From: dayOf(&r, "from", values.Get("from")),
		Until: dayOf(&r, "until", values.Get("until")), Accounts: typedLines(values.Get("accounts"))}
	if err = r.err; err == nil {
		var org engine.Org
		if org, err = s.Engine.FindOrg(ctx, values.Get("org")); err == nil {
			plan.Org = org.ID
			var m engine.Mandate
			if m, err = s.Engine.GrantMandate(ctx, actorOf(ctx), plan); err == nil {
				return s.done(c, mandatesPage+"/"+id(m.ID), workflow.Say("已授权；巡察员作出回避声明后方可查看", "granted; inspectors see nothing before they declared their ties"))
			}
		}
	}
	p, failed := s.mandatesPage(c)
	if failed != nil || p.Form == nil {
		return errors.Join(failed, err)
	}
	fill(p.Form.Fields, values)
	return s.showForm(c, p.Form, err, func() page.Page { return p })
}

// showMandate shows one mandate.
func (s *Server) showMandate(c echo.Context) error {
	p, err := s.mandatePage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) mandatePage(c echo.Context) (*page.Mandate, error) {
	ctx := c.Request().Context()
	number, err := pathID[workflow.MandateID](c.Param("mandate"))
	if err != nil {
		return nil, err
	}
	by := actorOf(ctx)
	v, err := s.Engine.MandateView(ctx, by, number)
	if err != nil {
		return nil, err
	}
	p := &page.Mandate{Frame: s.frame(c, workflow.Say("巡察授权 %s", "Mandate %s", v.Number)), Tabs: proofTabs(mandatesPage), Row: mandateRow(&v, &by)}
	for n := range v.Lines {
		p.Lines = append(p.Lines, recordLine(&v.Lines[n]))
	}
	if v.Mine != nil && !v.Over {
		p.Declared = !v.Mine.DeclaredAt.IsZero()
		if s.Desk != nil {
			return p, nil
		}
		p.Declare = declareForm(p.Row.Path, p.Declared)
		if p.Declared && v.From <= s.Engine.Today() {
			p.Pack = packForm(p.Row.Path)
		}
	}
	if v.MayEnd {
		p.End = &page.Form{Action: p.Row.Path + "/end", Submit: workflow.Say("提前终止", "End it now"), Danger: true, Fields: []page.Field{
			{Name: "why", Kind: page.Area, Required: true, Label: workflow.Say("提前终止的原因", "Why it is ended"), Help: workflow.Say("立即生效，不能恢复", "at once, and for good")}}}
	}
	return p, nil
}

func declareForm(path string, declared bool) *page.Form {
	f := &page.Form{Action: path + "/declare", Submit: workflow.Say("声明", "Declare"), Fields: []page.Field{
		{Name: "orgs", Kind: page.Area, Label: workflow.Say("须回避的组织", "Organisations that you have ties with"),
			Help: workflow.Say("本人或近亲属任职、有利害关系的组织，写名称或编码，一行一个；其下级组织一并回避", "where you or close relatives work or have an interest: name or code, one a line; those below them are kept from you too")},
		{Name: "people", Kind: page.Area, Label: workflow.Say("须回避的人员", "Persons that you have ties with"),
			Help: workflow.Say("账号，或不重名的姓名，一行一个；由其负责的问题不再显示", "account, or a name that only one has, one a line; issues in their hands are kept from you")},
	}}
	if declared {
		f.Submit = workflow.Say("补充声明", "Declare more")
		return f
	}
	f.Fields = append(f.Fields, page.Field{Name: "none", Kind: page.Checks, Label: workflow.Say("没有", "None"), Options: []page.Option{
		{Value: "none", Text: workflow.Say("本人声明：没有须回避的组织和人员", "I declare that there are none")}}})
	return f
}

// declareByForm takes the declaration of recusal.
func (s *Server) declareByForm(c echo.Context) error {
	return s.mandateForm(c, func(number workflow.MandateID, v url.Values) (workflow.Text, error) {
		d := engine.Declaration{None: v.Get("none") != "", Orgs: typedLines(v.Get("orgs")), People: typedLines(v.Get("people"))}
		_, err := s.Engine.Declare(c.Request().Context(), actorOf(c.Request().Context()), number, d)
		return workflow.Say("回避声明已记录在案", "your declaration is on record"), err
	}, func(p *page.Mandate) *page.Form { return p.Declare })
}

// endMandateByForm ends a mandate before its last day.
func (s *Server) endMandateByForm(c echo.Context) error {
	return s.mandateForm(c, func(number workflow.MandateID, v url.Values) (workflow.Text, error) {
		_, err := s.Engine.EndMandate(c.Request().Context(), actorOf(c.Request().Context()), number, v.Get("why"))
		return workflow.Say("授权已终止", "the mandate is ended"), err
	}, func(p *page.Mandate) *page.Form { return p.End })
}

// mandateForm carries out one of the forms of a mandate, and shows the page again with what was wrong.
func (s *Server) mandateForm(c echo.Context, do func(workflow.MandateID, url.Values) (workflow.Text, error), form func(*page.Mandate) *page.Form) error {
	number, err := pathID[workflow.MandateID](c.Param("mandate"))
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	said, err := do(number, values)
	if err == nil {
		return s.done(c, mandatesPage+"/"+id(number), said)
	}
	p, failed := s.mandatePage(c)
	if failed != nil || form(p) == nil {
		return errors.Join(failed, err)
	}
	fill(form(p).Fields, values)
	return s.showForm(c, form(p), err, func() page.Page { return p })
}

// showLooks shows what an inspector read and took under a mandate.
func (s *Server) showLooks(c echo.Context) error {
	ctx := c.Request().Context()
	number, err := pathID[workflow.MandateID](c.Param("mandate"))
	if err != nil {
		return err
	}
	person, err := pathID[workflow.PersonID](c.Param("person"))
	if err != nil {
		return err
	}
	before, err := strconv.Atoi(first(c.QueryParam("before"), "0"))
	if err != nil || before < 0 {
		return workflow.Invalid("bad_cursor", "before", workflow.Say("翻页标记无效，请从第一页重新开始", "this is not the end of a page; start again from the first page"))
	}
	found, err := s.Engine.LooksUnder(ctx, actorOf(ctx), number, person, before, pageSize)
	if err != nil {
		return err
	}
	v, err := s.Engine.MandateView(ctx, actorOf(ctx), number)
	if err != nil {
		return err
	}
	p := &page.Looks{Frame: s.frame(c, workflow.Say("查阅记录 %s", "Looks under %s", v.Number)), Tabs: proofTabs(mandatesPage), Back: mandatesPage + "/" + id(number), Number: v.Number,
		Name: v.People[person].Name, Whole: found.Whole}
	for n := range found.Lines {
		p.Lines = append(p.Lines, recordLine(&found.Lines[n]))
	}
	if found.Next != 0 {
		p.Pager.Next = with(c, "before", strconv.Itoa(found.Next))
	}
	if before != 0 {
		p.Pager.First = with(c, "before", "")
	}
	return s.show(c, http.StatusOK, p)
}
