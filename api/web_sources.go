package api

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const sourcesPage = "/sources"

// showSources shows the problems by their source, reconciled.
func (s *Server) showSources(c echo.Context) error {
	ctx := c.Request().Context()
	q, err := s.sourceQuery(c)
	if err != nil {
		return err
	}
	found, err := s.Engine.Sources(ctx, actorOf(ctx), q)
	if err != nil {
		return err
	}
	orgs, err := s.orgOptions(ctx, 0)
	if err != nil {
		return err
	}
	p := page.Sources{Frame: s.frame(c, workflow.Say("五改合一", "One problem, five sources")), Tabs: reportTabs(sourcesPage), Line: found.FiveLine, Whole: found.WholeLine,
		List: found.List.Title, Org: orgChoice(page.Field{Name: "under", Kind: page.Select, Label: workflow.Say("单位及以下", "Organisation and below"), Options: chosen(orgs, id(q.Under))})}
	if found.List.ID != 0 {
		p.Checklist = id(q.Checklist)
	}
	asOf(c, &p.Frame, found.On)
	p.On, q.On = found.On, found.On
	p.Groups = []page.SourceGroup{sourceGroup(workflow.Say("五个来源合计", "the five together"), found.Five, found.FiveSum, q),
		sourceGroup(workflow.Say("全部来源合计", "all together"), found.Other, found.Sum, q)}
	return s.show(c, http.StatusOK, p)
}

// sourceQuery reads of which unit and which checklist is asked.
func (s *Server) sourceQuery(c echo.Context) (q engine.SourceQuery, err error) {
	under, err := s.orgTyped(c.Request().Context(), "under", c.QueryParam("under"))
	if err != nil {
		return q, err
	}
	var r reading
	q = engine.SourceQuery{Under: idOf[workflow.OrgID](&r, "under", under), Checklist: idOf[workflow.ChecklistID](&r, "checklist", c.QueryParam("checklist")),
		On: dayOf(&r, "on", c.QueryParam("on"))}
	return q, r.err
}

// sourceAddress is an address with what is asked of.
func sourceAddress(path string, q engine.SourceQuery) string {
	with := url.Values{}
	for name, value := range map[string]string{"under": id(q.Under), "checklist": id(q.Checklist), "on": string(q.On)} {
		if value != "" {
			with.Set(name, value)
		}
	}
	if len(with) == 0 {
		return path
	}
	return path + "?" + with.Encode()
}

func sourceGroup(title workflow.Text, all []engine.OneSource, sum engine.SourceSum, q engine.SourceQuery) page.SourceGroup {
	return page.SourceGroup{Title: title, Sum: sourceRow(workflow.Text{}, "", sum), Rows: each(all, func(x engine.OneSource) page.SourceRow {
		return sourceRow(x.Rule.Text, sourceAddress(sourcesPage+"/"+string(x.Rule.Source), q), x.SourceSum)
	})}
}

func sourceRow(text workflow.Text, path string, n engine.SourceSum) page.SourceRow {
	return page.SourceRow{Path: path, Text: text, Items: n.Items, Merged: n.Merged, Cancelled: n.Cancelled, Issues: n.Issues, Closed: n.Closed, Reported: n.Reported}
}

// showSource shows what one source is told of its items.
func (s *Server) showSource(c echo.Context) error {
	ctx, source := c.Request().Context(), workflow.Source(c.Param("source"))
	q, err := s.sourceQuery(c)
	if err != nil {
		return err
	}
	items, err := s.Engine.SourceItems(ctx, actorOf(ctx), source, q, c.QueryParam("after"), pageSize)
	if err != nil {
		return err
	}
	whole, err := s.Engine.Sources(ctx, actorOf(ctx), q)
	if err != nil {
		return err
	}
	rule, _ := source.Rule()
	sum := whole.Of(source)
	q.On = whole.On
	p := page.SourceReport{Frame: s.frame(c, workflow.Say("%s问题整改情况报告", "Report to the source: %s", rule.Text)), Tabs: reportTabs(sourcesPage),
		Place: whole.Place(), Line: sum.Line(workflow.Say("本来源", "this source")), Whole: whole.FiveLine, Rows: each(items.Items, func(x engine.SourceItem) page.SourceItem { return sourceItem(x, q.On) }), Pager: pagerOf(c, items.Next),
		Export: sourceAddress(sourcesPage+"/"+string(source)+"/export", q), Back: sourceAddress(sourcesPage, q)}
	asOf(c, &p.Frame, q.On)
	return s.show(c, http.StatusOK, p)
}

func sourceItem(x engine.SourceItem, on workflow.Day) page.SourceItem {
	i := x.Whole()
	row := page.SourceItem{OwnNumber: x.Issue.OwnNumber, Number: x.Issue.ShownNumber(), Path: issuePathOn(x.Issue.ID, on), Detail: x.Issue.Detail, Org: x.Org,
		Measures: each(i.Measures, func(m workflow.Measure) string { return m.Text }), Result: x.Result(), State: i.State.Text(), Due: i.Due, Into: x.MergedNumber()}
	if x.Into.ID != 0 {
		row.IntoPath = issuePathOn(x.Into.ID, on)
	}
	return row
}

// exportSource sends the report of one source as a workbook.
func (s *Server) exportSource(c echo.Context) error {
	q, err := s.sourceQuery(c)
	if err != nil {
		return err
	}
	return s.sendSourceReport(c.Request().Context(), c.Response(), workflow.Source(c.Param("source")), q)
}
