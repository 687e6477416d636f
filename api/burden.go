package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// GetBurden measures what was asked of organisations in a month.
func (s *Server) GetBurden(ctx context.Context, r GetBurdenRequestObject) (GetBurdenResponseObject, error) {
	var in reading
	under := idOf[workflow.OrgID](&in, "org", r.Params.Org)
	if in.err != nil {
		return nil, in.err
	}
	limit := first(r.Params.Limit, pageSize)
	rows, err := s.Engine.Burdens(ctx, actorOf(ctx), under, r.Params.Month, r.Params.After, limit)
	if err != nil {
		return nil, err
	}
	budget, err := s.Engine.Budget(ctx)
	out := GetBurden200JSONResponse{Budget: budgetOut(budget), Orgs: each(rows, func(b engine.Burden) OrgBurden {
		return OrgBurden{Org: id(b.Org.ID), Name: b.Org.Shown(), Steps: b.Steps, Fields: b.Fields, Files: b.Files, Over: b.Over}
	})}
	if len(rows) == limit {
		out.Next = rows[limit-1].Org.Code
	}
	return out, err
}

// SetBudget changes the budget.
func (s *Server) SetBudget(ctx context.Context, r SetBudgetRequestObject) (SetBudgetResponseObject, error) {
	now, err := s.Engine.Budget(ctx)
	if err != nil {
		return nil, err
	}
	rev := now.Rev
	if r.Params.Rev != nil {
		rev = *r.Params.Rev
	}
	b := workflow.Budget{Issue: workflow.Load(r.Body.Issue), Month: workflow.Load(r.Body.Month)}
	set, err := s.Engine.SetBudget(ctx, actorOf(ctx), b, rev)
	return SetBudget200JSONResponse(budgetOut(set)), err
}

func budgetOut(b engine.Budget) Budget {
	return Budget{Issue: Load(b.Issue), Month: Load(b.Month), Rev: b.Rev}
}
