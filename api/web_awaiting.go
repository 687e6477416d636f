package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// showAwaiting shows what waits for the caller, with what each waits for and until when.
func (s *Server) showAwaiting(c echo.Context) error {
	ctx, after := c.Request().Context(), c.QueryParam("after")
	by := actorOf(ctx)
	found, err := s.Engine.Awaiting(ctx, by, after, pageSize)
	if err != nil {
		return err
	}
	p := page.Awaiting{Frame: s.frame(c, workflow.Say("待办", "What waits for you")), Pager: pagerOf(c, found.Next)}
	p.Table = page.Table{Rows: s.rowsOf(&found.Page), Columns: page.ColumnsNamed("due", "number", "title", "why", "org", "grade")}
	for n := range found.Rows {
		p.Table.Rows[n].Why = whyRows(found.Why[found.Rows[n].ID], found.Today)
	}
	checks, err := s.openChecks(c)
	if err != nil {
		return err
	}
	p.Checks = len(checks)
	p.Idle = len(ownOrgs(by)) == 0
	if slices.ContainsFunc(by.Appointments, func(a workflow.Appointment) bool { return a.Post == "inspector" }) {
		p.Look = proofTabs("")
	}
	return s.show(c, http.StatusOK, p)
}

// whyRows are the reasons for which an issue waits, as the page shows them.
func whyRows(all []engine.Why, today workflow.Day) []page.Waited {
	return each(all, func(w engine.Why) page.Waited {
		r := page.Waited{Text: w.Text(), When: w.WhenText(), Late: w.Late(today), Basis: w.Basis, Provisional: w.Provisional}
		if w.Until != "" {
			r.Left = daysText(w.Until, today)
		}
		return r
	})
}

// ListAwaiting lists what waits for the caller.
func (s *Server) ListAwaiting(ctx context.Context, r ListAwaitingRequestObject) (ListAwaitingResponseObject, error) {
	found, err := s.Engine.Awaiting(ctx, actorOf(ctx), r.Params.After, first(r.Params.Limit, pageSize))
	if err != nil {
		return nil, err
	}
	return ListAwaiting200JSONResponse{Awaiting: each(found.Rows, func(row engine.Row) Awaited {
		return Awaited{Issue: s.rowOut(row, found.Today), Waits: each(found.Why[row.ID], func(w engine.Why) AwaitedStep {
			return AwaitedStep{Action: string(w.Action), Request: string(w.Request), Text: textOut(w.Text()), Until: day(w.Until), After: day(w.After),
				Late: w.Late(found.Today), Basis: textOut(w.Basis), Provisional: w.Provisional}
		})}
	}), Orgs: orgNames(found.Orgs), People: personNames(found.People), Next: found.Next}, nil
}
