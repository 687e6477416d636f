package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// checklistsShown is how many checklists a page holds. Each is counted anew.
const checklistsShown = 20

// showChecklists lists the checklists, the latest first, with how far each is.
func (s *Server) showChecklists(c echo.Context) error {
	ctx := c.Request().Context()
	by := actorOf(ctx)
	var r reading
	before, on := idOf[workflow.ChecklistID](&r, "after", c.QueryParam("after")), dayOf(&r, "on", c.QueryParam("on"))
	if r.err != nil {
		return r.err
	}
	lists, err := s.Engine.Checklists(ctx, by, before, checklistsShown)
	if err != nil {
		return err
	}
	if on == s.Engine.Today() {
		on = ""
	}
	p := page.Checklists{Frame: s.frame(c, workflow.Say("问题清单", "Checklists")), Tables: s.tableLinks(&by)}
	asOf(c, &p.Frame, on)
	for _, list := range lists {
		if on != "" && workflow.DayOf(list.At) > on {
			continue
		}
		row, err := s.checklistRow(c, by, list, on)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	if len(lists) == checklistsShown {
		p.Pager = pagerOf(c, id(lists[len(lists)-1].ID))
	} else {
		p.Pager = pagerOf(c, "")
	}
	units, err := s.Engine.Units(ctx, by, workflow.Import)
	if len(units) > 0 {
		p.Import = importPage
	}
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) checklistRow(c echo.Context, by workflow.Actor, list engine.Checklist, on workflow.Day) (page.ChecklistRow, error) {
	ctx := c.Request().Context()
	unit, err := s.Engine.Org(ctx, list.Unit)
	if err != nil {
		return page.ChecklistRow{}, err
	}
	n, err := s.Engine.Counts(ctx, by, engine.Filter{Checklist: list.ID, On: on}, 0)
	source, _ := list.Source.Rule()
	which := "?checklist=" + id(list.ID)
	if on != "" {
		which += "&on=" + string(on)
	}
	ledger := "/issues" + which
	return page.ChecklistRow{Path: ledger, Title: list.Title, Source: source.Text, Unit: unit.Shown(), FoundOn: list.FoundOn, At: list.At,
		Total: n.Total, Closed: n.Closed, Reported: n.Reported, Overdue: n.ByLight[workflow.LightOverdue], Amount: n.Amount, Recovered: n.Recovered,
		ClosedPath: ledger + "&state=closed", ReportedPath: ledger + "&reported=true", OverduePath: ledger + "&light=overdue",
		ListsPath: threeListsPage + which, Bundle: s.unlessPack("/checklists/" + id(list.ID) + "/bundle"), Sources: sourcesPage + which}, err
}
