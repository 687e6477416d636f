package api

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	checkPage = "/rules/check"
	rulesMost = 1 << 20 // bytes of a file of rules
)

// showRuleCheck shows what was found of the rules in force.
func (s *Server) showRuleCheck(c echo.Context) error {
	p := s.ruleCheckPage(c)
	if found, ok := s.Engine.CheckedRules(); ok {
		p.Found = checkedView(&found)
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) ruleCheckPage(c echo.Context) *page.RuleCheck {
	by := actorOf(c.Request().Context())
	p := &page.RuleCheck{Frame: s.frame(c, workflow.Say("检查规则", "Check the rules")), Tabs: ruleTabs(checkPage)}
	if engine.Administers(&by, "system_admin") || engine.Administers(&by, "security_admin") {
		p.Check = &page.Form{Action: checkPage, Submit: workflow.Say("检查", "Check")}
	}
	return p
}

// checkRulesByForm has the rules checked, with the files that were sent laid over those in force.
func (s *Server) checkRulesByForm(c echo.Context) error {
	p := s.ruleCheckPage(c)
	files, err := ruleFiles(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	found, err := s.Engine.CheckRules(ctx, actorOf(ctx), files)
	if err != nil {
		problem, known := problemOf(err, pageLang(c.Request()))
		if !known || p.Check == nil {
			return err
		}
		p.Wrong = faultTexts(err)
		return s.show(c, problem.Status, p)
	}
	p.Found = checkedView(&found)
	return s.show(c, http.StatusOK, p)
}

// faultTexts are what is wrong, each in a sentence.
func faultTexts(err error) (all []workflow.Text) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, part := range joined.Unwrap() {
			all = append(all, faultTexts(part)...)
		}
		return all
	}
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		all = append(all, fault.Text)
	}
	return all
}

// ruleFiles reads the files of the form: a policy ends in .csv, every other is a machine.
func ruleFiles(c echo.Context) (files engine.RuleFiles, err error) {
	form, err := c.MultipartForm()
	if err != nil {
		return files, workflow.Invalid("bad_form", "", workflow.Say("表单不完整，请重新打开本页再试", "the form is not whole; open this page again and try once more"))
	}
	for _, head := range form.File["file"] {
		body, err := ruleFile(head)
		switch {
		case err != nil:
			return files, err
		case len(body) == 0:
		case strings.EqualFold(filepath.Ext(head.Filename), ".csv"):
			files.Policy = body
		default:
			files.Machines = append(files.Machines, engine.MachineFile{Name: head.Filename, Body: body})
		}
	}
	return files, nil
}

func ruleFile(head *multipart.FileHeader) ([]byte, error) {
	file, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, rulesMost))
}

func checkedView(c *engine.RuleCheck) *page.CheckedRules {
	out := &page.CheckedRules{InForce: c.InForce, Whole: c.Whole(), Digest: c.Digest, At: c.At, Machines: len(c.Machines), Lines: c.Lines,
		States: c.Verdict.States, Steps: c.Verdict.Steps, Nobody: c.Nobody, Posts: each(c.Verdict.Reaches(), checkedPost)}
	for _, proof := range c.Verdict.Proofs {
		claim := page.CheckedClaim{Text: proof.Claim.Text(), Holds: proof.Story == nil}
		if proof.Story != nil {
			claim.Story = proof.Story.Text()
			for _, step := range proof.Story.Steps {
				claim.Steps = append(claim.Steps, page.CheckedStep{Text: step.Text, Rule: step.Rule})
			}
		}
		out.Claims = append(out.Claims, claim)
	}
	return out
}

// checkedPost tells what a post can do, the heaviest grade first.
func checkedPost(r engine.PostReach) page.CheckedPost {
	out := page.CheckedPost{Post: r.Post.Text, Level: r.Level.Text()}
	for _, g := range []workflow.Grade{workflow.Major, workflow.Serious, workflow.Ordinary} {
		most := page.CheckedMost{UpTo: g.Text()}
		for n := range r.Most {
			if r.Most[n].UpTo == g {
				most.Actions = append(most.Actions, r.Most[n].Text())
			}
		}
		if len(most.Actions) > 0 {
			out.Most = append(out.Most, most)
		}
	}
	return out
}
