package api

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	burdenPage  = "/burden"
	burdenShown = 50
)

// showBurden shows what was asked of the caller's organisations in a month, and what the machines ask.
func (s *Server) showBurden(c echo.Context) error {
	p, err := s.burdenPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) burdenPage(c echo.Context) (*page.Burden, error) {
	ctx := c.Request().Context()
	budget, err := s.Engine.Budget(ctx)
	if err != nil {
		return nil, err
	}
	p := &page.Burden{Frame: s.frame(c, workflow.Say("负担表", "Burden")), Tabs: reportTabs(burdenPage), Budget: budget.Budget,
		Month: first(c.QueryParam("month"), string(s.Engine.Today())[:len("2006-01")]), Pager: pagerOf(c, "")}
	by := actorOf(ctx)
	orgs := ownOrgs(by)
	chosenOrg := c.QueryParam("org")
	if chosenOrg == "" && len(orgs) > 0 {
		chosenOrg = orgs[0].Value
	}
	p.Filters = []page.Field{
		{Name: "org", Kind: page.Select, Hint: "wide", Label: workflow.Say("组织（含下级）", "Organisation, with all below"), Options: chosen(orgs, chosenOrg)},
		{Name: "month", Kind: page.Line, Label: workflow.Say("月份", "Month"), Value: p.Month},
	}
	for _, d := range s.Engine.Machines() {
		p.Machines = append(p.Machines, machineLoad(d))
	}
	if engine.Administers(&by, "system_admin") {
		p.Form = budgetForm(budget)
	}
	if chosenOrg == "" {
		return p, nil
	}
	return p, s.burdenRows(c, p, chosenOrg)
}

// burdenRows puts the organisations into the page, or says above them why there are none.
func (s *Server) burdenRows(c echo.Context, p *page.Burden, chosenOrg string) error {
	ctx := c.Request().Context()
	var r reading
	under := idOf[workflow.OrgID](&r, "org", chosenOrg)
	if r.err != nil {
		return r.err
	}
	org, err := s.Engine.Org(ctx, under)
	if err != nil {
		return err
	}
	p.Org = org.Shown()
	rows, err := s.Engine.Burdens(ctx, actorOf(ctx), under, p.Month, c.QueryParam("after"), burdenShown)
	if fault, ok := errors.AsType[*workflow.Fault](err); ok && fault.Code == "bad_month" {
		p.Fault = fault.Text
		return nil
	}
	for _, b := range rows {
		row := page.BurdenRow{Org: b.Org.Shown(), Level: b.Org.Level.Text(), Steps: b.Steps, Load: b.Load, Over: b.Over}
		if b.Org.ID != under {
			row.Path = burdenPage + "?org=" + id(b.Org.ID) + "&month=" + p.Month
		}
		p.Rows = append(p.Rows, row)
	}
	if len(rows) == burdenShown {
		p.Pager = pagerOf(c, rows[len(rows)-1].Org.Code)
	}
	return err
}

func machineLoad(d *workflow.Definition) page.MachineLoad {
	m := page.MachineLoad{Title: d.Title}
	for _, a := range d.UnitSteps() {
		asks := a.Asks()
		m.Load = m.Load.Plus(asks)
		m.Parts = append(m.Parts, page.StepLoad{Action: a.Do.Text(), Load: asks})
	}
	return m
}

func budgetForm(b engine.Budget) *page.Form {
	number := func(name, zh, en string, n int) page.Field {
		return page.Field{Name: name, Kind: page.Line, Required: true, Label: workflow.Text{Zh: zh, En: en}, Value: strconv.Itoa(n)}
	}
	return &page.Form{Action: burdenPage, Submit: workflow.Say("保存", "Save"), Fields: []page.Field{
		number("issue_fields", "每个问题：填写项", "An issue: fields", b.Issue.Fields), number("issue_files", "每个问题：材料份数", "An issue: files", b.Issue.Files),
		number("month_fields", "每个组织每月：填写项", "An organisation in a month: fields", b.Month.Fields),
		number("month_files", "每个组织每月：材料份数", "An organisation in a month: files", b.Month.Files),
		{Name: "rev", Kind: page.Hidden, Value: strconv.Itoa(b.Rev)},
	}}
}

// setBudgetByForm changes the budget.
func (s *Server) setBudgetByForm(c echo.Context) error {
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	budget, rev, err := budgetTyped(values.Get)
	if err == nil {
		if _, err = s.Engine.SetBudget(c.Request().Context(), actorOf(c.Request().Context()), budget, rev); err == nil {
			return s.done(c, burdenPage, workflow.Say("预算已保存", "the budget is kept"))
		}
	}
	p, failed := s.burdenPage(c)
	if failed != nil || p.Form == nil {
		return errors.Join(failed, err)
	}
	fill(p.Form.Fields, values)
	return s.showForm(c, p.Form, err, func() page.Page { return p })
}

func budgetTyped(get func(string) string) (b workflow.Budget, rev int, err error) {
	for name, to := range map[string]*int{"issue_fields": &b.Issue.Fields, "issue_files": &b.Issue.Files, "month_fields": &b.Month.Fields,
		"month_files": &b.Month.Files, "rev": &rev} {
		n, bad := strconv.Atoi(get(name))
		if bad != nil {
			err = workflow.Invalid("bad_number", name, workflow.Say("请填写一个数", "give a number"))
		}
		*to = n
	}
	return b, rev, err
}
