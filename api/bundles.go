package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/labstack/echo/v4"

	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	bundleType = "application/x-ndjson"
	heldLimit  = 16 << 10 // bytes of a checkpoint that somebody kept
	heldAtOnce = 20
)

// bundle is a bundle that is written while it is sent.
type bundle struct {
	what *engine.Bundle
	ctx  context.Context //nolint:containedctx // the generated interface hands none on
}

func (b bundle) send(w http.ResponseWriter) error {
	attach(w, b.what.Name+".jsonl", bundleType)
	return whole(w, b.what.Write(b.ctx, w))
}

// VisitGetIssueBundleResponse writes the bundle.
func (b bundle) VisitGetIssueBundleResponse(w http.ResponseWriter) error { return b.send(w) }

// VisitGetChecklistBundleResponse writes the bundle.
func (b bundle) VisitGetChecklistBundleResponse(w http.ResponseWriter) error { return b.send(w) }

// VisitGetSpanBundleResponse writes the bundle.
func (b bundle) VisitGetSpanBundleResponse(w http.ResponseWriter) error { return b.send(w) }

func (s *Server) bundle(ctx context.Context, what engine.BundleWhat) (bundle, error) {
	if s.Desk != nil {
		return bundle{}, onlyWhole()
	}
	b, err := s.Engine.Bundle(ctx, actorOf(ctx), what)
	return bundle{b, ctx}, err
}

// GetIssueBundle sends a bundle of an issue.
func (s *Server) GetIssueBundle(ctx context.Context, r GetIssueBundleRequestObject) (GetIssueBundleResponseObject, error) {
	issue, err := pathID[workflow.IssueID](r.Issue)
	if err != nil {
		return nil, err
	}
	return s.bundle(ctx, engine.BundleWhat{Issue: issue, Files: r.Params.Files, Held: r.Params.Held})
}

// GetChecklistBundle sends a bundle of a checklist.
func (s *Server) GetChecklistBundle(ctx context.Context, r GetChecklistBundleRequestObject) (GetChecklistBundleResponseObject, error) {
	list, err := pathID[workflow.ChecklistID](r.Checklist)
	if err != nil {
		return nil, err
	}
	return s.bundle(ctx, engine.BundleWhat{Checklist: list, Files: r.Params.Files, Held: r.Params.Held})
}

// GetSpanBundle sends a bundle of a span of days.
func (s *Server) GetSpanBundle(ctx context.Context, r GetSpanBundleRequestObject) (GetSpanBundleResponseObject, error) {
	return s.bundle(ctx, engine.BundleWhat{From: workflow.Day(r.Params.From), To: workflow.Day(r.Params.To), Files: r.Params.Files, Held: r.Params.Held})
}

// verified is a report on its way out.
type verified struct{ report engine.ProofReport }

// VisitVerifyBundleResponse writes the report.
func (v verified) VisitVerifyBundleResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", echo.MIMEApplicationJSON)
	return json.NewEncoder(w).Encode(v.report)
}

// VerifyBundle verifies a bundle as it comes in; nothing of it is kept.
func (s *Server) VerifyBundle(_ context.Context, r VerifyBundleRequestObject) (VerifyBundleResponseObject, error) {
	report, err := s.verify(r.Body)
	return verified{report}, err
}

// verify reads a form: first the checkpoints that somebody kept, then the bundle.
func (s *Server) verify(form *multipart.Reader) (engine.ProofReport, error) {
	var held []string
	for {
		part, err := nextPart(form)
		switch {
		case errors.Is(err, io.EOF):
			return engine.ProofReport{}, missingField("file")
		case err != nil:
			return engine.ProofReport{}, err
		case part.FormName() == "file":
			in := &watched{r: partReader{part}}
			report := s.Engine.VerifyBundle(in, held)
			return report, in.err
		case part.FormName() != "held":
			return engine.ProofReport{}, unknownField(part.FormName())
		}
		text, err := io.ReadAll(io.LimitReader(partReader{part}, heldLimit+1))
		if err != nil {
			return engine.ProofReport{}, err
		}
		if len(text) > heldLimit || len(held) == heldAtOnce {
			return engine.ProofReport{}, workflow.Invalid("too_many", "held", workflow.Say("检查点太长或太多", "the checkpoints are too long or too many"))
		}
		held = append(held, string(text))
	}
}

// watched keeps the error with which reading ended, if it was not the end.
type watched struct {
	r   io.Reader
	err error
}

// Read reads on.
func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}
