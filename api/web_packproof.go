package api

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
)

// showPackProof shows, where an offline pack is open, what was found in its proof; with a checkpoint that somebody kept it is verified
// again.
func (s *Server) showPackProof(c echo.Context) error {
	p := page.PackProof{Frame: s.frame(c, workflow.Say("数据包核验", "Proof of the pack")), Tabs: proofTabs(proofPage), Action: proofPage, Held: c.QueryParam("held")}
	report := s.Desk.Report
	if strings.TrimSpace(p.Held) != "" {
		var err error
		if report, err = s.Desk.Check(c.Request().Context(), []string{p.Held}); err != nil {
			return err
		}
	}
	if report.Origin != "" {
		p.Bundle = "/proof/bundle"
	}
	p.Report = proofReport(&report)
	return s.show(c, http.StatusOK, p)
}

// sendPackBundle sends the bundle that is in the pack.
func (s *Server) sendPackBundle(c echo.Context) error {
	in, err := s.Desk.Bundle()
	if err != nil {
		return err
	}
	attach(c.Response(), "proof-"+s.Desk.Head.Number+".jsonl", bundleType)
	c.Response().WriteHeader(http.StatusOK)
	_, err = io.Copy(c.Response(), in)
	return errors.Join(err, in.Close())
}

// unlessPack is the address, "" where an offline pack is open.
func (s *Server) unlessPack(path string) string {
	if s.Desk != nil {
		return ""
	}
	return path
}

// onlyWhole says that where a pack is open nothing is proven anew: the log is not there.
func onlyWhole() error {
	return refusal{http.StatusConflict, "offline_pack", workflow.Say("这是离线数据包：整包的证明在“核验”一页，可以取出；单个问题的证明包请在原系统上取",
		"this is an offline pack: the proof of the whole of it is on the page Proof; take the bundle of one issue where the pack came from")}
}
