package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListSigns counts the signs of paper rectification of an organisation.
func (s *Server) ListSigns(ctx context.Context, r ListSignsRequestObject) (ListSignsResponseObject, error) {
	p, err := s.signs(ctx, r.Params.Org, r.Params.From, r.Params.To, "")
	return ListSigns200JSONResponse{Org: id(p.Org.ID), From: day(p.From), To: day(p.To), Signs: each(p.Sheets, signOut)}, err
}

// GetSign finds one sign with the issues behind it.
func (s *Server) GetSign(ctx context.Context, r GetSignRequestObject) (GetSignResponseObject, error) {
	p, err := s.signs(ctx, r.Params.Org, r.Params.From, r.Params.To, workflow.PaperSign(r.Sign))
	if err != nil {
		return nil, err
	}
	sheet := p.Sheets[0]
	return GetSign200JSONResponse{Sign: signOut(sheet), Findings: each(sheet.Findings, func(f engine.SignFinding) SignFinding {
		return SignFinding{Org: id(f.Org.ID), OrgName: f.Org.Shown(), Text: textOut(f.Text), More: f.More, Issues: each(f.Issues, func(i engine.SignIssue) SignIssue {
			return SignIssue{Issue: id(i.ID), Number: shownNumber(&i.Row), Title: i.Title, OrgName: i.Org, State: string(i.State),
				Light: string(workflow.LightOf(i.State, i.Due, i.Warn, p.Today)), Note: textOut(i.Note)}
		})}
	})}, nil
}

func (s *Server) signs(ctx context.Context, org Id, from, to Day, sign workflow.PaperSign) (engine.SignPage, error) {
	var in reading
	q := engine.SignQuery{Under: idOf[workflow.OrgID](&in, "org", org), From: dayOf(&in, "from", from), To: dayOf(&in, "to", to)}
	if in.err != nil {
		return engine.SignPage{}, in.err
	}
	return s.Engine.Signs(ctx, actorOf(ctx), q, sign)
}

func signOut(x engine.SignSheet) SignOf {
	return SignOf{Sign: string(x.Sign), Text: textOut(x.Text), Looks: textOut(x.Looks), Means: textOut(x.Means), Harmless: textOut(x.Harmless), Found: x.N, Cut: x.Cut}
}

// GetSignRules gives the numbers of the signs.
func (s *Server) GetSignRules(ctx context.Context, _ GetSignRulesRequestObject) (GetSignRulesResponseObject, error) {
	r, err := s.Engine.SignRules(ctx)
	return GetSignRules200JSONResponse(signRulesOut(r)), err
}

// SetSignRules changes the numbers of the signs.
func (s *Server) SetSignRules(ctx context.Context, r SetSignRulesRequestObject) (SetSignRulesResponseObject, error) {
	now, err := s.Engine.SignRules(ctx)
	if err != nil {
		return nil, err
	}
	rev := now.Rev
	if r.Params.Rev != nil {
		rev = *r.Params.Rev
	}
	b := r.Body
	set, err := s.Engine.SetSignRules(ctx, actorOf(ctx), workflow.PaperRules{LastDays: b.LastDays, BunchLeast: b.BunchLeast, BunchShare: b.BunchShare, LateDays: b.LateDays,
		Requests: b.Requests, Returns: b.Returns, CharsPerMinute: b.CharsPerMinute, MinutesPerFile: b.MinutesPerFile, Alike: b.Alike, AlikeLeast: b.AlikeLeast,
		GapLeast: b.GapLeast}, rev)
	return SetSignRules200JSONResponse(signRulesOut(set)), err
}

func signRulesOut(r engine.SignRules) SignRules {
	return SignRules{LastDays: r.LastDays, BunchLeast: r.BunchLeast, BunchShare: r.BunchShare, LateDays: r.LateDays, Requests: r.Requests, Returns: r.Returns,
		CharsPerMinute: r.CharsPerMinute, MinutesPerFile: r.MinutesPerFile, Alike: r.Alike, AlikeLeast: r.AlikeLeast, GapLeast: r.GapLeast, Rev: r.Rev}
}
