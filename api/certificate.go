package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// certificate is a closure certificate that is sent.
type certificate engine.Paper

// VisitGetCertificateResponse sends it as an attachment.
func (p certificate) VisitGetCertificateResponse(w http.ResponseWriter) error {
	attach(w, p.Name, "application/pdf")
	w.Header().Set("Content-Length", strconv.Itoa(len(p.Body)))
	_, err := w.Write(p.Body)
	return err
}

// GetCertificate sends the closure certificate of an issue.
func (s *Server) GetCertificate(ctx context.Context, r GetCertificateRequestObject) (GetCertificateResponseObject, error) {
	issue, err := pathID[workflow.IssueID](r.Issue)
	if err != nil {
		return nil, err
	}
	p, err := s.Engine.Certificate(ctx, actorOf(ctx), issue, first(r.Params.Checkpoint, 0))
	return certificate(p), err
}

// sendCertificate sends the closure certificate of an issue from its page.
func (s *Server) sendCertificate(c echo.Context) error {
	ctx := c.Request().Context()
	issue, err := pathID[workflow.IssueID](c.Param("issue"))
	if err != nil {
		return err
	}
	size, err := sizeOf(c.QueryParam("checkpoint"))
	if err != nil {
		return err
	}
	p, err := s.Engine.Certificate(ctx, actorOf(ctx), issue, size)
	if err != nil {
		return err
	}
	return certificate(p).VisitGetCertificateResponse(c.Response())
}

// sizeOf reads the size of a checkpoint, "" for the newest.
func sizeOf(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	return pathID[int64](text)
}

// certifiedInto puts on the page of a closed issue where its certificate is, and for its print the newest checkpoint.
func (s *Server) certifiedInto(c echo.Context, i *workflow.Issue, p *page.Issue) error {
	if i.State != workflow.Closed {
		return nil
	}
	p.Certificate = issuePath(i.ID) + "/certificate.pdf"
	newest, err := s.Engine.NewestCheckpoint(c.Request().Context())
	if errors.Is(err, workflow.ErrNotFound) || errors.Is(err, workflow.ErrRefused) {
		return nil // the page of an issue is shown whatever became of the keys
	}
	if err == nil {
		p.Seal = &page.Seal{ShortCode: newest.ShortCode(), Code: checkpointsPage + strconv.FormatInt(newest.Size, 10) + "/code", At: newest.At, Lines: newest.Size}
	}
	return err
}
