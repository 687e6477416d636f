package api

import (
	"context"
	"errors"
	"fmt"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// TakeStep takes one step on an issue.
func (s *Server) TakeStep(ctx context.Context, r TakeStepRequestObject) (TakeStepResponseObject, error) {
	issue, err := pathID[workflow.IssueID](r.Issue)
	if err != nil {
		return nil, err
	}
	version, err := versionOf(r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	step, err := stepOf(r.Body)
	if err != nil {
		return nil, err
	}
	i, err := s.Engine.Do(ctx, actorOf(ctx), issue, version, r.Params.IdempotencyKey, step)
	if err != nil {
		return nil, err
	}
	return TakeStep200JSONResponse{issueResponse(&i)}, nil
}

// TakeSteps takes many steps: all are checked first, and if one would be refused none is taken.
func (s *Server) TakeSteps(ctx context.Context, r TakeStepsRequestObject) (TakeStepsResponseObject, error) {
	bulk := make([]engine.Bulk, len(r.Body.Steps))
	for n := range r.Body.Steps {
		in, reading := &r.Body.Steps[n], reading{}
		step, err := stepOf(&in.Step)
		bulk[n] = engine.Bulk{ID: idOf[workflow.IssueID](&reading, "issue", in.Issue), Version: in.Version, Step: step}
		reading.fault(err)
		if reading.err != nil {
			return nil, within(fmt.Sprintf("steps.%d.step.", n), reading.err)
		}
	}
	done, results, err := s.Engine.DoAll(ctx, actorOf(ctx), r.Params.IdempotencyKey, bulk)
	if err != nil {
		return nil, err
	}
	return TakeSteps200JSONResponse{Done: done, Results: each(results, s.resultOut(ctx))}, nil
}

// within names the field of a fault by its place in the whole body.
func within(place string, err error) error {
	fault, ok := errors.AsType[*workflow.Fault](err)
	if !ok {
		return err
	}
	placed := *fault
	placed.Field = place + fault.Field
	return &placed
}

// resultOut writes what became of one step of many.
func (s *Server) resultOut(ctx context.Context) func(engine.BulkResult) StepResult {
	c := callerOf(ctx).echo
	return func(r engine.BulkResult) StepResult {
		out := StepResult{Issue: id(r.ID)}
		if r.Err != nil {
			p, known := problemOf(r.Err, lang(c.Request()))
			p.Instance = c.Response().Header().Get(requestIDHeader)
			if !known {
				s.Log.ErrorContext(ctx, "a step of many failed", "id", p.Instance, "issue", out.Issue, "error", r.Err)
			}
			out.Problem = &p
		} else if r.Issue.ID != 0 {
			out.Number, out.Version, out.State = r.Issue.ShownNumber(), r.Issue.Version, string(r.Issue.State)
		}
		return out
	}
}
