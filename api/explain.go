package api

import (
	"context"

	"rectify/workflow"
)

// Explain says why somebody may or may not do something, and who can.
func (s *Server) Explain(ctx context.Context, r ExplainRequestObject) (ExplainResponseObject, error) {
	issue, err := pathID[workflow.IssueID](r.Issue)
	if err != nil {
		return nil, err
	}
	x, err := s.Engine.Explain(ctx, actorOf(ctx), r.Params.Account, issue, workflow.Action(r.Params.Action), workflow.RequestKind(r.Params.Request))
	if err != nil {
		return nil, err
	}
	out := Explain200JSONResponse{
		Person: x.Person, Allowed: x.Allowed, Code: x.Code, Reason: textOut(x.Reason), Who: textOut(x.Who), Rule: x.Policy.Grant.Rule,
		Considered: make([]Considered, len(x.Policy.Considered)), Would: make([]PolicyLine, len(x.Policy.Would)),
	}
	for n, c := range x.Policy.Considered {
		out.Considered[n] = Considered{Appointment: appointmentOut(c.Appointment), Relations: each(c.Relations, named[workflow.Relation])}
	}
	for n := range x.Policy.Would {
		out.Would[n] = policyOut(x.Policy.Would[n])
	}
	return out, nil
}
