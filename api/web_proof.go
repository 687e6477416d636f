package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	proofPage        = "/proof"
	checkpointsPage  = "/proof/checkpoints/"
	sealKeysPage     = "/proof/keys"
	checkpointsShown = 20
)

// showProof shows the newest checkpoint and those before it.
func (s *Server) showProof(c echo.Context) error {
	ctx := c.Request().Context()
	p := page.Proof{Frame: s.frame(c, workflow.Say("留痕核验", "Proof")), Tabs: proofTabs(proofPage), Keys: sealKeysPage, Pager: pagerOf(c, "")}
	newest, err := s.Engine.Checkpoint(ctx)
	if fault, ok := errors.AsType[*workflow.Fault](err); ok && errors.Is(err, workflow.ErrRefused) {
		p.Fault = &fault.Text
		return s.show(c, http.StatusOK, p)
	}
	if err != nil {
		return err
	}
	p.New = proofRow(newest)
	before, err := strconv.ParseInt(first(c.QueryParam("after"), "0"), 10, 64)
	if err != nil {
		return workflow.Invalid("bad_cursor", "after", workflow.Say("翻页标记无效，请从第一页重新开始", "this is not the end of a page; start again from the first page"))
	}
	all, err := s.Engine.Checkpoints(ctx, before, checkpointsShown)
	p.Rows = each(all, proofRow)
	if len(all) == checkpointsShown {
		p.Pager = pagerOf(c, strconv.FormatInt(all[len(all)-1].Size, 10))
	}
	return errors.Join(err, s.show(c, http.StatusOK, p))
}

func proofRow(c engine.Checkpoint) page.ProofRow {
	return page.ProofRow{Path: checkpointsPage + strconv.FormatInt(c.Size, 10), Code: c.ShortCode(), At: c.At, Lines: c.Size, Witnesses: witnessNames(c), Note: c.Note}
}

// sendQR sends the text of a checkpoint as a QR code.
func (s *Server) sendQR(c echo.Context) error {
	size, err := pathID[int64](c.Param("size"))
	if err != nil {
		return err
	}
	code, err := s.Engine.CheckpointCode(c.Request().Context(), size)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", code)
}

// sendCheckpoint sends a checkpoint as a file.
func (s *Server) sendCheckpoint(c echo.Context) error {
	size, err := pathID[int64](c.Param("size"))
	if err != nil {
		return err
	}
	checkpoint, err := s.Engine.CheckpointOf(c.Request().Context(), size)
	if err != nil {
		return err
	}
	return sendText(c, fmt.Sprintf("checkpoint-%d.txt", checkpoint.Size), checkpoint.Note)
}

// sendSealKeys sends the public keys as a file.
func (s *Server) sendSealKeys(c echo.Context) error {
	text, err := s.Engine.SealKeysText(c.Request().Context())
	if err != nil {
		return err
	}
	return sendText(c, "seal.pub", text)
}

func sendText(c echo.Context, name, text string) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return c.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(text))
}
