package api

import (
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
	threeListsPage  = "/issues/lists"
	threeListsShown = 30 // issues on a page of the three lists
)

// showThreeLists shows the three lists (三张清单) of what the ledger with the same address would show.
func (s *Server) showThreeLists(c echo.Context) error {
	ctx, query := c.Request().Context(), c.QueryParams()
	f, under, err := s.filterIn(ctx, query)
	if err != nil {
		return err
	}
	p := page.ThreeLists{Frame: s.frame(c, workflow.Say("三张清单", "The three lists"))}
	if p.About, err = s.Engine.ListTitle(ctx, actorOf(ctx), f, under); err != nil {
		return err
	}
	lists, err := s.Engine.ThreeLists(ctx, actorOf(ctx), f, under, query.Get("after"), threeListsShown)
	if err != nil {
		return err
	}
	asOf(c, &p.Frame, lists.On)
	for n := range lists.Issues {
		s.threeInto(&p, &lists, &lists.Issues[n])
	}
	p.Pager = pagerOf(c, lists.Next)
	p.Ledger, p.Export = "/issues"+without(query, "after"), threeListsPage+"/export"+without(query, "after")
	return s.show(c, http.StatusOK, p)
}

// without is a query as it follows an address, less one of its parts.
func without(query url.Values, part string) string {
	rest := url.Values{}
	for name, values := range query {
		if name != part {
			rest[name] = values
		}
	}
	if len(rest) == 0 {
		return ""
	}
	return "?" + rest.Encode()
}

// threeInto puts an issue on each of the three lists.
func (s *Server) threeInto(p *page.ThreeLists, lists *engine.Lists, i *workflow.Issue) {
	org := func(o workflow.OrgID) string { x := lists.Orgs[o]; return x.Shown() }
	source, _ := i.Source.Rule()
	of := page.ListedIssue{Path: issuePathOn(i.ID, lists.On), Number: i.ShownNumber(), Title: headline(i.Detail)}
	p.Problems = append(p.Problems, page.ListedProblem{ListedIssue: of, OwnNumber: i.OwnNumber, Source: source.Text, Aspect: i.Aspect, Detail: i.Detail,
		Grade: i.Grade.Text(), Kind: kindText(i.Kind), Org: org(i.Responsible), Due: i.Due, Provisional: s.Engine.Provisional(i.State, i.Due), State: i.State.Text(),
		Light: workflow.LightOf(i.State, i.Due, i.Warn, lists.Today), Reported: i.Reported && !i.State.End()})
	for n := range i.Measures {
		m := &i.Measures[n]
		p.Tasks = append(p.Tasks, page.ListedTask{ListedIssue: of, N: n + 1, Text: m.Text, Org: org(first(m.Org, i.Responsible)), Leader: m.Leader,
			Person: lists.People[m.Person], Due: m.Due, Provisional: !m.Done && s.Engine.Provisional(i.State, m.Due), DoneOn: m.DoneOn, Done: m.Done, Late: i.MeasureLate(m, lists.Today)})
	}
	for _, a := range i.Answerables() {
		people := each(a.People, func(x workflow.PersonID) string { return lists.People[x] })
		p.Duties = append(p.Duties, page.ListedDuty{ListedIssue: of, Main: a.Main, Org: org(a.Org), Leader: a.Leader, People: strings.Join(people, "、"),
			Measures: strings.Join(each(a.Measures, strconv.Itoa), "、"), Done: a.Done, Of: len(a.Measures), Due: a.Due, Provisional: s.Engine.Provisional(i.State, a.Due), Verifier: org(i.Verifier), Closer: org(i.Closer)})
	}
}

// exportThreeLists sends what the page shows, and what is on its other pages, as a workbook.
func (s *Server) exportThreeLists(c echo.Context) error {
	ctx, params := c.Request().Context(), ExportListsParams(paramsOf(c.QueryParams()))
	var err error
	if params.Under, err = s.orgTyped(ctx, "under", params.Under); err != nil {
		return err
	}
	answer, err := s.ExportLists(ctx, ExportListsRequestObject{Params: params})
	if err != nil {
		return err
	}
	return answer.VisitExportListsResponse(c.Response())
}
