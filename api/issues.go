package api

import (
	"context"
	"encoding/hex"
	"mime"
	"net/http"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/engine"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// pageSize is how many rows a page has when the caller does not say.
const pageSize = 50

// ListIssues lists a page of issues.
func (s *Server) ListIssues(ctx context.Context, r ListIssuesRequestObject) (ListIssuesResponseObject, error) {
	p := &r.Params
	f, under, err := filterOf(CountIssuesParams{State: p.State, Phase: p.Phase, Source: p.Source, Kind: p.Kind, Grade: p.Grade, Under: p.Under,
		Responsible: p.Responsible, Checklist: p.Checklist, Person: p.Person, DueFrom: p.DueFrom, DueTo: p.DueTo, Light: p.Light,
		Mark: p.Mark, Reported: p.Reported, Text: p.Text, On: p.On})
	if err != nil {
		return nil, err
	}
	page, err := s.Engine.Issues(ctx, actorOf(ctx), f, under, p.After, first(p.Limit, pageSize))
	if err != nil {
		return nil, err
	}
	return ListIssues200JSONResponse{
		Issues: each(page.Rows, func(row engine.Row) IssueRow { return s.rowOut(row, page.Today) }),
		Orgs:   orgNames(page.Orgs), People: personNames(page.People), Next: page.Next,
	}, nil
}

// FindIssue writes a problem down.
func (s *Server) FindIssue(ctx context.Context, r FindIssueRequestObject) (FindIssueResponseObject, error) {
	f, err := findingOf(r.Body)
	if err != nil {
		return nil, err
	}
	i, err := s.Engine.Find(ctx, actorOf(ctx), r.Params.IdempotencyKey, f)
	if err != nil {
		return nil, err
	}
	return FindIssue201JSONResponse{issueResponse(&i)}, nil
}

func issueResponse(i *workflow.Issue) IssueJSONResponse {
	return IssueJSONResponse{Body: issueOut(i), Headers: IssueResponseHeaders{ETag: etag(i)}}
}

// CountIssues counts what a list would show.
func (s *Server) CountIssues(ctx context.Context, r CountIssuesRequestObject) (CountIssuesResponseObject, error) {
	f, under, err := filterOf(r.Params)
	if err != nil {
		return nil, err
	}
	n, err := s.Engine.Counts(ctx, actorOf(ctx), f, under)
	if err != nil {
		return nil, err
	}
	return CountIssues200JSONResponse{
		Total: n.Total, ByState: tally(n.ByState), ByPhase: tally(n.ByPhase), ByLight: tally(n.ByLight), BySource: tally(n.BySource),
		ByKind: tally(n.ByKind), ByGrade: gradeTally(n.ByGrade), Reported: n.Reported, Closed: n.Closed, Amount: n.Amount, Recovered: n.Recovered,
	}, nil
}

func tally[T ~string](in map[T]int) Tally {
	out := make(Tally, len(in))
	for key, n := range in {
		out[string(key)] += n
	}
	return out
}

func gradeTally(in map[workflow.Grade]int) Tally {
	out := make(Tally, len(in))
	for key, n := range in {
		out[key.String()] += n
	}
	return out
}

// GetIssue shows one issue, by its id or its number.
func (s *Server) GetIssue(ctx context.Context, r GetIssueRequestObject) (GetIssueResponseObject, error) {
	var v engine.View
	var in reading
	on, err := dayOf(&in, "on", r.Params.On), in.err
	if err != nil {
		return nil, err
	}
	if n, bad := strconv.ParseInt(r.Issue, 10, 64); bad == nil {
		v, err = s.Engine.IssueOn(ctx, actorOf(ctx), workflow.IssueID(n), on)
	} else {
		v, err = s.Engine.IssueNumberedOn(ctx, actorOf(ctx), r.Issue, on)
	}
	if err != nil {
		return nil, err
	}
	return GetIssue200JSONResponse{
		Body: IssueView{AsOf: string(v.On), Issue: issueOut(&v.Issue), Light: string(v.Light), Orgs: orgNames(v.Orgs), People: personNames(v.People),
			ClockBasis: textOut(v.Basis), DueProvisional: s.Engine.Provisional(v.Issue.State, v.Issue.Due),
			DueAdvice: textOut(s.Engine.OffAdvice(v.Issue.State, v.Issue.Due)), Actions: each(v.Offers, offerOut),
			PlanAdvice: some(planAdvice(&v.Issue), func(a workflow.Advice) PlanAdvice {
				return PlanAdvice{Measure: a.Measure, Code: PlanAdviceCode(a.Code), Text: textOut(a.Text)}
			})},
		Headers: GetIssue200ResponseHeaders{ETag: etag(&v.Issue)},
	}, nil
}

// ListHistory lists lines of history.
func (s *Server) ListHistory(ctx context.Context, r ListHistoryRequestObject) (ListHistoryResponseObject, error) {
	issue, err := pathID[workflow.IssueID](r.Issue)
	if err != nil {
		return nil, err
	}
	var in reading
	on, limit := dayOf(&in, "on", r.Params.On), first(r.Params.Limit, pageSize)
	if in.err != nil {
		return nil, in.err
	}
	lines, err := s.Engine.HistoryOn(ctx, actorOf(ctx), issue, on, r.Params.After, limit)
	if err != nil {
		return nil, err
	}
	out := ListHistory200JSONResponse{Lines: make([]Line, len(lines))}
	for n := range lines {
		if out.Lines[n], err = lineOut(lines[n]); err != nil {
			return nil, err
		}
	}
	if len(lines) == limit {
		out.Next = lines[limit-1].Seq
	}
	return out, nil
}

// ledger is an export that is written while it is sent.
type ledger struct {
	server *Server
	by     workflow.Actor
	filter engine.Filter
	under  workflow.OrgID
	ctx    context.Context // the generated interface hands none on
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// VisitExportLedgerResponse writes the workbook.
func (l ledger) VisitExportLedgerResponse(w http.ResponseWriter) error {
	attach(w, dated("整改台账", l.filter.On), workbookType)
	return whole(w, l.server.Engine.ExportLedger(l.ctx, l.by, l.filter, l.under, "", w))
}

// ExportLedger sends what a list would show as a workbook.
func (s *Server) ExportLedger(ctx context.Context, r ExportLedgerRequestObject) (ExportLedgerResponseObject, error) {
	f, under, err := filterOf(CountIssuesParams(r.Params))
	return ledger{server: s, by: actorOf(ctx), filter: f, under: under, ctx: ctx}, err
}

// dated is the name of a workbook, with the past day of which it is.
func dated(name string, on workflow.Day) string {
	if on != "" {
		name += "-" + string(on)
	}
	return name + ".xlsx"
}

// attach says that the answer is a file to be kept and not shown.
func attach(w http.ResponseWriter, name, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", first(mime.FormatMediaType("attachment", map[string]string{"filename": name}), "attachment"))
}
