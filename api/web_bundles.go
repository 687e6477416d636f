package api

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const verifyPage = "/proof/verify"

// bundlePages are those about bundles: where one is taken and where one is verified.
func (s *Server) bundlePages() []route {
	return []route{
		{"GET", "/issues/:issue/bundle", member, nothing, s.sendIssueBundle},
		{"GET", "/checklists/:checklist/bundle", member, nothing, s.sendChecklistBundle},
		{"GET", "/proof/bundle", member, nothing, s.sendAskedBundle},
		{"GET", verifyPage, member, nothing, s.showVerify},
		{"POST", verifyPage, member, files, s.verifyByForm},
	}
}

// sendIssueBundle sends a bundle of an issue.
func (s *Server) sendIssueBundle(c echo.Context) error {
	issue, err := pathID[workflow.IssueID](c.Param("issue"))
	if err != nil {
		return err
	}
	return s.sendBundle(c, engine.BundleWhat{Issue: issue})
}

// sendChecklistBundle sends a bundle of a checklist.
func (s *Server) sendChecklistBundle(c echo.Context) error {
	list, err := pathID[workflow.ChecklistID](c.Param("checklist"))
	if err != nil {
		return err
	}
	return s.sendBundle(c, engine.BundleWhat{Checklist: list})
}

// sendAskedBundle sends a bundle of an issue by its number, or of a span of days.
func (s *Server) sendAskedBundle(c echo.Context) error {
	ctx := c.Request().Context()
	if s.Desk != nil {
		return s.sendPackBundle(c)
	}
	if number := strings.TrimSpace(c.QueryParam("number")); number != "" {
		v, err := s.Engine.IssueNumbered(ctx, actorOf(ctx), number)
		if err != nil {
			return err
		}
		return s.sendBundle(c, engine.BundleWhat{Issue: v.Issue.ID})
	}
	var r reading
	what := engine.BundleWhat{From: dayOf(&r, "from", c.QueryParam("from")), To: dayOf(&r, "to", c.QueryParam("to"))}
	if r.err != nil {
		return r.err
	}
	return s.sendBundle(c, what)
}

func (s *Server) sendBundle(c echo.Context, what engine.BundleWhat) error {
	what.Files = c.QueryParam("files") == "true"
	what.Held = []string{c.QueryParam("held")}
	b, err := s.bundle(c.Request().Context(), what)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	return b.send(c.Response())
}

// showVerify asks for a bundle.
func (s *Server) showVerify(c echo.Context) error {
	if s.Desk != nil {
		return c.Redirect(http.StatusSeeOther, proofPage)
	}
	return s.show(c, http.StatusOK, s.verifyPage(c))
}

func (s *Server) verifyPage(c echo.Context) page.Verify {
	by := actorOf(c.Request().Context())
	p := page.Verify{Frame: s.frame(c, workflow.Say("核验证明包", "Verify a bundle")), Tabs: proofTabs(verifyPage), Action: verifyPage, Most: s.Limits.Files}
	if p.Take = "/proof/bundle"; engine.TakesSpans(&by) {
		p.To = s.Engine.Today()
		p.From = p.To.Add(-30)
	}
	return p
}

// verifyByForm verifies the bundle that was sent and shows the report.
func (s *Server) verifyByForm(c echo.Context) error {
	p := s.verifyPage(c)
	form, err := c.Request().MultipartReader()
	if err != nil {
		return wrongFormat(echo.MIMEMultipartForm)
	}
	report, err := s.verify(form)
	if err != nil {
		return err
	}
	shown := proofReport(&report)
	p.Report = &shown
	return s.show(c, http.StatusOK, p)
}

func proofReport(r *engine.ProofReport) page.ProofReport {
	text := func(f engine.ProofFinding) workflow.Text { return f.Text }
	return page.ProofReport{Whole: r.Outcome == 0, Verdict: r.Verdict(), About: r.About, ShortCode: r.ShortCode, Size: r.Size, Origin: r.Origin, More: r.More,
		Wrong: each(r.Wrong, text), Checked: each(r.Checked, text), Open: each(r.Open, text)}
}
