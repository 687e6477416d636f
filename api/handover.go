package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListHeld shows what somebody holds in an organisation, rehearsed for a hand-over.
func (s *Server) ListHeld(ctx context.Context, r ListHeldRequestObject) (ListHeldResponseObject, error) {
	person, err := pathID[workflow.PersonID](r.Person)
	if err != nil {
		return nil, err
	}
	var in reading
	h := engine.HandOver{From: person, Org: idOf[workflow.OrgID](&in, "org", r.Params.Org), To: idOf[workflow.PersonID](&in, "to", r.Params.To)}
	if in.err != nil {
		return nil, in.err
	}
	out, err := s.Engine.Held(ctx, actorOf(ctx), h)
	return ListHeld200JSONResponse(s.handingOut(ctx, &out)), err
}

// HandOver gives everything that somebody holds in an organisation to another.
func (s *Server) HandOver(ctx context.Context, r HandOverRequestObject) (HandOverResponseObject, error) {
	person, err := pathID[workflow.PersonID](r.Person)
	if err != nil {
		return nil, err
	}
	var in reading
	h := engine.HandOver{From: person, Org: idOf[workflow.OrgID](&in, "org", r.Body.Org), To: idOf[workflow.PersonID](&in, "to", r.Body.To), Note: r.Body.Note,
		End: dayOf(&in, "end", r.Body.End)}
	if in.err != nil {
		return nil, in.err
	}
	out, err := s.Engine.HandOver(ctx, actorOf(ctx), r.Params.IdempotencyKey, h)
	return HandOver200JSONResponse(s.handingOut(ctx, &out)), err
}

func (s *Server) handingOut(ctx context.Context, h *engine.Handing) Handing {
	tongue := lang(callerOf(ctx).echo.Request())
	return Handing{From: h.From.Name, To: h.To.Name, Org: id(h.Org.ID), Ready: h.Ready(), Done: h.Done,
		Successors: each(h.Successors, func(x engine.Holder) Successor {
			return Successor{Person: id(x.Person), Name: x.Name, Post: string(x.Post)}
		}),
		Rows: each(h.Rows, func(r engine.HeldIssue) HeldIssue {
			out := HeldIssue{Issue: id(r.Issue.ID), Number: r.Issue.ShownNumber(), Title: r.Issue.Detail, Named: r.Named, Measures: r.Measures}
			if r.Err != nil {
				out.Problem, _ = problemOf(r.Err, tongue)
			}
			return out
		})}
}
