package api

import (
	"context"
	"net/http"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// packed is an offline pack that is written while it is sent.
type packed struct {
	engine *engine.Engine
	ctx    context.Context //nolint:containedctx // the generated interface hands none on
	plan   engine.PackPlan
}

// VisitPackMandateResponse makes the pack and writes it.
func (p packed) VisitPackMandateResponse(w http.ResponseWriter) error {
	_, err := p.engine.Pack(p.ctx, actorOf(p.ctx), p.plan, &lateHeaders{w: w, number: p.plan.Mandate})
	return whole(w, err)
}

// PackMandate sends the offline pack of the caller.
func (s *Server) PackMandate(ctx context.Context, r PackMandateRequestObject) (PackMandateResponseObject, error) {
	number, err := pathID[workflow.MandateID](r.Mandate)
	return packed{s.Engine, ctx, engine.PackPlan{Mandate: number, Passphrase: r.Body.Passphrase, Files: r.Body.Files, Held: r.Body.Held}}, err
}

// ApplyFindings logs what an offline pack brings back.
func (s *Server) ApplyFindings(ctx context.Context, r ApplyFindingsRequestObject) (ApplyFindingsResponseObject, error) {
	in, err := readSet(r.Body)
	if err != nil {
		return nil, err
	}
	a, err := s.Engine.ApplyFindings(ctx, actorOf(ctx), in.set, in.org, in.check)
	return ApplyFindings200JSONResponse{Mandate: a.Set.Number, Inspector: a.Set.Name, New: a.New, Looks: a.NewLooks, Rows: each(a.Rows, appliedOut)}, err
}

func appliedOut(x engine.AppliedRow) AppliedFinding {
	out := AppliedFinding{Id: x.ID, Detail: x.Detail, Org: x.OrgName, FoundOn: day(x.FoundOn), Number: x.Number, Already: x.Already}
	if x.Issue != 0 {
		out.Issue = id(x.Issue)
	}
	if x.Refused != (workflow.Text{}) {
		out.Refused = textOut(x.Refused)
	}
	return out
}
