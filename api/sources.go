package api

import (
	"context"
	"net/http"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// SumSources sums up the problems by their source.
func (s *Server) SumSources(ctx context.Context, r SumSourcesRequestObject) (SumSourcesResponseObject, error) {
	q, err := sourceQueryOf(r.Params.Under, r.Params.Checklist, r.Params.On)
	if err != nil {
		return nil, err
	}
	found, err := s.Engine.Sources(ctx, actorOf(ctx), q)
	out := SumSources200JSONResponse{Sources: []SourceSum{}, Five: sumOut("", true, found.FiveSum), All: sumOut("", false, found.Sum), FiveLine: textOut(found.FiveLine), Line: textOut(found.WholeLine)}
	for _, list := range [][]engine.OneSource{found.Five, found.Other} {
		for _, x := range list {
			out.Sources = append(out.Sources, sumOut(string(x.Rule.Source), x.Rule.FiveIn, x.SourceSum))
		}
	}
	return out, err
}

func sourceQueryOf(under, checklist Id, on Day) (engine.SourceQuery, error) {
	var in reading
	q := engine.SourceQuery{Under: idOf[workflow.OrgID](&in, "under", under), Checklist: idOf[workflow.ChecklistID](&in, "checklist", checklist), On: dayOf(&in, "on", on)}
	return q, in.err
}

func sumOut(source string, five bool, n engine.SourceSum) SourceSum {
	return SourceSum{Source: source, Five: five, Items: n.Items, Merged: n.Merged, Cancelled: n.Cancelled, Issues: n.Issues, Closed: n.Closed, Reported: n.Reported}
}

// ListSourceItems lists what one source is told of its items.
func (s *Server) ListSourceItems(ctx context.Context, r ListSourceItemsRequestObject) (ListSourceItemsResponseObject, error) {
	q, err := sourceQueryOf(r.Params.Under, r.Params.Checklist, r.Params.On)
	if err != nil {
		return nil, err
	}
	found, err := s.Engine.SourceItems(ctx, actorOf(ctx), workflow.Source(r.Source), q, r.Params.After, first(r.Params.Limit, pageSize))
	return ListSourceItems200JSONResponse{Next: found.Next, Items: each(found.Items, func(x engine.SourceItem) SourceItem {
		i := x.Whole()
		return SourceItem{Id: id(x.Issue.ID), Number: x.Issue.ShownNumber(), OwnNumber: x.Issue.OwnNumber, Detail: x.Issue.Detail, OrgName: x.Org, Result: x.Result(),
			Measures: each(i.Measures, func(m workflow.Measure) string { return m.Text }), State: string(i.State), Due: day(i.Due), MergedInto: id(x.Into.ID), MergedNumber: x.MergedNumber()}
	})}, err
}

// sourceReport is a report that is written while it is sent.
type sourceReport struct {
	server *Server
	source workflow.Source
	query  engine.SourceQuery
	ctx    context.Context //nolint:containedctx // the generated interface hands none on
}

// VisitExportSourceResponse writes the workbook.
func (r sourceReport) VisitExportSourceResponse(w http.ResponseWriter) error {
	return r.server.sendSourceReport(r.ctx, w, r.source, r.query)
}

func (s *Server) sendSourceReport(ctx context.Context, w http.ResponseWriter, source workflow.Source, q engine.SourceQuery) error {
	rule, ok := source.Rule()
	if !ok {
		return workflow.NotFound("no_such_source", workflow.Say("没有这个问题来源", "there is no such source"))
	}
	attach(w, dated(rule.Text.Zh+"整改情况报告", q.On), workbookType)
	return whole(w, s.Engine.ExportSource(ctx, actorOf(ctx), source, q, w))
}

// ExportSource sends the report to one source as a workbook.
func (s *Server) ExportSource(ctx context.Context, r ExportSourceRequestObject) (ExportSourceResponseObject, error) {
	q, err := sourceQueryOf(r.Params.Under, r.Params.Checklist, r.Params.On)
	return sourceReport{server: s, source: workflow.Source(r.Source), query: q, ctx: ctx}, err
}
