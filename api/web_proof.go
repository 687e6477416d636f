package api

import (
	"context"
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
	if s.Desk != nil {
		return s.showPackProof(c)
	}
	p, err := s.proofPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) proofPage(c echo.Context) (*page.Proof, error) {
	ctx := c.Request().Context()
	p := &page.Proof{Frame: s.frame(c, workflow.Say("留痕核验", "Proof")), Tabs: proofTabs(proofPage), Keys: sealKeysPage, Pager: pagerOf(c, "")}
	newest, err := s.Engine.Checkpoint(ctx)
	if fault, ok := errors.AsType[*workflow.Fault](err); ok && errors.Is(err, workflow.ErrRefused) {
		p.Fault = &fault.Text
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.New = proofRow(newest)
	if p.Mail, err = s.checkpointMailForm(ctx); err != nil {
		return nil, err
	}
	before, err := strconv.ParseInt(first(c.QueryParam("after"), "0"), 10, 64)
	if err != nil {
		return nil, workflow.Invalid("bad_cursor", "after", workflow.Say("翻页标记无效，请从第一页重新开始", "this is not the end of a page; start again from the first page"))
	}
	all, err := s.Engine.Checkpoints(ctx, before, checkpointsShown)
	p.Rows = each(all, proofRow)
	if len(all) == checkpointsShown {
		p.Pager = pagerOf(c, strconv.FormatInt(all[len(all)-1].Size, 10))
	}
	return p, err
}

// checkpointMailForm is the form for where the checkpoints are mailed, nil for who may not say so.
func (s *Server) checkpointMailForm(ctx context.Context) (*page.Form, error) {
	mail, err := s.Engine.CheckpointMail(ctx, actorOf(ctx))
	if errors.Is(err, workflow.ErrForbidden) {
		return nil, nil
	}
	form := &page.Form{Action: proofPage, Submit: workflow.Say("保存", "Save"), Fields: []page.Field{
		{Name: "mail", Kind: page.Line, Label: workflow.Say("邮箱", "Mail address"), Value: mail.Address},
		{Name: "rev", Kind: page.Hidden, Value: strconv.Itoa(mail.Rev)},
	}}
	if !mail.Offered {
		form.Fields[0].Help = workflow.Say("本系统没有设置邮件服务器，现在不会寄出", "this program has no mail server: nothing is sent now")
	}
	return form, err
}

// setCheckpointMailByForm changes where the checkpoints are mailed.
func (s *Server) setCheckpointMailByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	rev, err := strconv.Atoi(values.Get("rev"))
	if err == nil {
		if err = s.Engine.SetCheckpointMail(ctx, actorOf(ctx), values.Get("mail"), rev); err == nil {
			return s.done(c, proofPage, workflow.Say("已保存", "it is kept"))
		}
	}
	p, failed := s.proofPage(c)
	if failed != nil || p.Mail == nil {
		return errors.Join(failed, err)
	}
	fill(p.Mail.Fields, values)
	return s.showForm(c, p.Mail, err, func() page.Page { return p })
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
