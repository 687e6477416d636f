package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListLetters lists supervision letters, the latest first.
func (s *Server) ListLetters(ctx context.Context, r ListLettersRequestObject) (ListLettersResponseObject, error) {
	var in reading
	under, on := idOf[workflow.OrgID](&in, "under", r.Params.Under), dayOf(&in, "on", r.Params.On)
	if in.err != nil {
		return nil, in.err
	}
	f := engine.LetterFilter{Rung: workflow.Rung(r.Params.Rung), Signed: r.Params.Signed, Late: r.Params.Late, On: on}
	p, err := s.Engine.Letters(ctx, actorOf(ctx), f, under, r.Params.After, first(r.Params.Limit, pageSize))
	return ListLetters200JSONResponse{Letters: each(p.Rows, func(l engine.LetterRow) LetterRow {
		return LetterRow{Issue: id(l.Issue), No: l.No, Number: l.Number, Rung: string(l.Rung), Org: id(l.Org), To: id(l.To), Limit: day(l.Limit),
			SentOn: day(l.SentOn), SignedOn: day(l.SignedOn), ToSign: l.ToSign, Pending: l.Pending, Late: l.Pending && l.Limit < p.Today, IssueNumber: l.IssueNumber, Title: l.Title}
	}), Orgs: orgNames(p.Orgs), Next: p.Next}, err
}

// GetLetter shows one letter of an issue.
func (s *Server) GetLetter(ctx context.Context, r GetLetterRequestObject) (GetLetterResponseObject, error) {
	issue, err := pathID[workflow.IssueID](r.Issue)
	if err != nil {
		return nil, err
	}
	var in reading
	on := dayOf(&in, "on", r.Params.On)
	if in.err != nil {
		return nil, in.err
	}
	v, err := s.Engine.Letter(ctx, actorOf(ctx), issue, r.No, on)
	if err != nil {
		return nil, err
	}
	return GetLetter200JSONResponse{Issue: id(v.Issue.ID), IssueNumber: v.Issue.ShownNumber(), No: v.No, Letter: letterOut(v.Letter), Pending: v.Pending,
		MaySign: v.MaySign, Orgs: orgNames(map[workflow.OrgID]engine.Org{v.From.ID: v.From, v.To.ID: v.To}), People: personNames(v.People)}, nil
}

// ListCalls lists calls for help, by the day on which an answer is due.
func (s *Server) ListCalls(ctx context.Context, r ListCallsRequestObject) (ListCallsResponseObject, error) {
	var in reading
	list, on := engine.CallList(first(string(r.Params.List), string(engine.CallsWaiting))), dayOf(&in, "on", r.Params.On)
	if in.err != nil {
		return nil, in.err
	}
	p, err := s.Engine.Calls(ctx, actorOf(ctx), list, on, r.Params.After, first(r.Params.Limit, pageSize))
	return ListCalls200JSONResponse{Calls: each(p.Rows, func(c engine.CallRow) CallRow {
		return CallRow{Issue: id(c.Issue), No: c.No, From: id(c.From), To: id(c.To), Wants: string(c.Wants), On: day(c.On), Until: day(c.Until), Open: c.Open,
			Late: c.Open && c.Until < p.Today, Reply: string(c.Reply), RepliedOn: day(c.RepliedOn), Climbed: c.Climbed, IssueNumber: c.IssueNumber, Title: c.Title}
	}), Orgs: orgNames(p.Orgs), Next: p.Next}, err
}
