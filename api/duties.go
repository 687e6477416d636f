package api

import (
	"context"
	"net/http"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListDuties shows the duty list of an organisation, or those of the caller's own posts.
func (s *Server) ListDuties(ctx context.Context, r ListDutiesRequestObject) (ListDutiesResponseObject, error) {
	q, err := s.dutyQuery(r.Params.Org, string(r.Params.Period), r.Params.Day, r.Params.On)
	if err != nil {
		return nil, err
	}
	lists, err := s.dutyLists(ctx, q, r.Params.Below)
	return ListDuties200JSONResponse{From: day(q.period.From), To: day(q.period.To), Lists: each(lists, dutyListOut)}, err
}

// dutyQuery is what a duty list is asked for: an organisation, none for one's own posts, and a period.
type dutyQuery struct {
	org    workflow.OrgID
	period engine.Period
	on     workflow.Day // a past day, "" for now
}

func (s *Server) dutyQuery(org, period, day, on string) (q dutyQuery, err error) {
	var in reading
	q.org, q.on = idOf[workflow.OrgID](&in, "org", org), dayOf(&in, "on", on)
	at := first(dayOf(&in, "day", day), q.on, s.Engine.Today())
	if in.err != nil {
		return q, in.err
	}
	q.period, err = engine.PeriodOf(first(period, "month"), at)
	return q, err
}

func (s *Server) dutyLists(ctx context.Context, q dutyQuery, below bool) ([]engine.DutyList, error) {
	if q.org == 0 {
		return s.Engine.OwnDuties(ctx, actorOf(ctx), q.period, q.on)
	}
	list, err := s.Engine.Duties(ctx, actorOf(ctx), q.org, below, q.period, q.on)
	return []engine.DutyList{list}, err
}

func dutyListOut(l engine.DutyList) DutyList {
	return DutyList{Org: id(l.Org.ID), OrgName: l.Org.Name, Below: l.Whole, Letters: tally(l.Accounts.Letters), Unsigned: l.Accounts.Unsigned,
		Outcomes: tally(l.Accounts.Outcomes), Posts: each(l.Rows, func(r engine.DutyRow) DutyPost {
			return DutyPost{Level: r.Level.String(), Post: string(r.Post.Post), Tier: textOut(r.Tier()), Seat: textOut(r.Seat()),
				Holders: each(r.Holders, func(h engine.Holder) string { return h.Name }), Charges: each(r.Charges, dutyChargeOut)}
		})}
}

func dutyChargeOut(c engine.DutyCharge) DutyCharge {
	return DutyCharge{Charge: string(c.Rule.Charge), Text: textOut(c.Rule.Text), Actions: each(c.Actions, word[workflow.Action]), UpTo: c.UpTo.String(),
		Rule: c.Place, Basis: textOut(c.Basis), Open: c.Open, OpenLate: c.OpenLate, Own: c.Own, OwnLate: c.OwnLate, Done: c.Done, DoneLate: c.DoneLate}
}

// dutyBook is a duty list as a workbook.
type dutyBook struct {
	server *Server
	ctx    context.Context // the generated interface hands none on
	query  dutyQuery
	below  bool
}

// VisitExportDutiesResponse writes the workbook.
func (b dutyBook) VisitExportDutiesResponse(w http.ResponseWriter) error {
	attach(w, dated("责任清单", b.query.on), workbookType)
	return whole(w, b.server.Engine.ExportDuties(b.ctx, actorOf(b.ctx), b.query.org, b.below, b.query.period, b.query.on, w))
}

// ExportDuties sends a duty list as a workbook.
func (s *Server) ExportDuties(ctx context.Context, r ExportDutiesRequestObject) (ExportDutiesResponseObject, error) {
	q, err := s.dutyQuery(r.Params.Org, string(r.Params.Period), r.Params.Day, r.Params.On)
	return dutyBook{server: s, ctx: ctx, query: q, below: r.Params.Below}, err
}
