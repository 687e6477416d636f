package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// showStep shows the form of a step that is offered; of one that is not, why not.
func (s *Server) showStep(c echo.Context) error {
	v, err := s.viewOf(c)
	if err != nil {
		return err
	}
	o, ok := offerNamed(&v, c.Param("action"), c.QueryParam("of"))
	if !ok {
		return s.showRefusal(c, &v)
	}
	f, err := s.stepForm(c.Request().Context(), &v, o)
	if err != nil {
		return err
	}
	if other := f.Field("other"); other != nil && o.Action == workflow.Merge {
		other.Value = c.QueryParam("other") // from the list of similar ones
	}
	return s.show(c, http.StatusOK, s.stepPage(c, &v, o, f))
}

func offerNamed(v *engine.View, action, of string) (*engine.Offer, bool) {
	for n := range v.Offers {
		if o := &v.Offers[n]; string(o.Action) == action && string(o.Request) == of {
			return o, true
		}
	}
	return nil, false
}

func (s *Server) stepPage(c echo.Context, v *engine.View, o *engine.Offer, f page.Form) page.Step {
	p := page.Step{Frame: s.frame(c, stepText(o.Action, o.Request)), Head: s.headOf(v), Form: f, Why: issuePath(v.Issue.ID) + "/why"}
	p.Narrow = true
	if o.Action == workflow.ApprovePlan || o.Action == workflow.RejectPlan {
		p.Hint = adviceOn(&v.Issue)
	}
	as := &o.Grant.Appointment
	p.As = workflow.Say("以%s %s的身份（%s）办理", "as %s, %s (%s)", as.OrgName, postText(as.Post), o.Grant.Relation.Text())
	return p
}

// takeStepByForm takes a step as its form was filled in. A form that fails is shown again with what was typed.
func (s *Server) takeStepByForm(c echo.Context) error {
	ctx := c.Request().Context()
	issue, err := pathID[workflow.IssueID](c.Param("issue"))
	if err != nil {
		return err
	}
	in, err := s.readForm(c)
	if err != nil {
		return err
	}
	if in.err == nil {
		var after workflow.Issue
		if after, err = s.takeTyped(ctx, issue, c.Param("action"), c.QueryParam("of"), in); err == nil {
			return s.done(c, issuePath(issue), workflow.Say("已办理：%s。问题现处于“%s”", "done: %s. The issue is now: %s",
				stepText(workflow.Action(c.Param("action")), workflow.RequestKind(c.QueryParam("of"))), after.State.Text()))
		}
		in.err = err
	}
	return s.stepAgain(c, in)
}

func (s *Server) takeTyped(ctx context.Context, issue workflow.IssueID, action, of string, in typed) (workflow.Issue, error) {
	version, err := versionOf(in.values.Get("version"))
	if err != nil {
		return workflow.Issue{}, err
	}
	step, err := s.stepTyped(ctx, action, of, in)
	if err != nil {
		return workflow.Issue{}, err
	}
	return s.Engine.Do(ctx, actorOf(ctx), issue, version, in.values.Get("key"), step)
}

// stepAgain shows a form that failed: what was typed, what was wrong, and the issue as it is now.
func (s *Server) stepAgain(c echo.Context, in typed) error {
	v, err := s.viewOf(c)
	if err != nil {
		return errors.Join(in.err, err)
	}
	o, ok := offerNamed(&v, c.Param("action"), c.QueryParam("of"))
	if !ok {
		o = &engine.Offer{Action: workflow.Action(c.Param("action")), Request: workflow.RequestKind(c.QueryParam("of"))}
	}
	f, err := s.stepForm(c.Request().Context(), &v, o)
	if err != nil {
		return err
	}
	in.values["kept"] = in.kept()
	fill(f.Fields, in.values)
	if key := in.values.Get("key"); key != "" {
		f.Key = key
	}
	return s.showForm(c, &f, in.err, func() page.Page {
		if errors.Is(in.err, workflow.ErrConflict) {
			f.Fault = workflow.Say("%s。您写的内容保留在下面，核对后可以再次提交", "%s. What you wrote is kept below: look at it and send it again", f.Fault)
		}
		p := s.stepPage(c, &v, o, f)
		if !ok {
			p.As, p.Kept = workflow.Text{}, in.written()
		}
		return p
	})
}

// showRefusal explains why a step is not offered.
func (s *Server) showRefusal(c echo.Context, v *engine.View) error {
	ctx := c.Request().Context()
	x, err := s.Engine.Explain(ctx, actorOf(ctx), "", v.Issue.ID, workflow.Action(c.Param("action")), workflow.RequestKind(c.QueryParam("of")))
	if err != nil {
		return err
	}
	p := s.whyPage(c, v)
	p.Answers = []page.Answer{answerOf(v, workflow.Action(c.Param("action")), workflow.RequestKind(c.QueryParam("of")), &x)}
	p.Answers[0].Elsewhere = false // it is what was asked for
	return s.show(c, http.StatusConflict, p)
}

func (s *Server) whyPage(c echo.Context, v *engine.View) page.Why {
	return page.Why{Frame: s.frame(c, workflow.Say("哪些事项能办，哪些不能，为什么", "What you can do to this issue, and why not the rest")), Head: s.headOf(v)}
}

func answerOf(v *engine.View, a workflow.Action, of workflow.RequestKind, x *engine.Explanation) page.Answer {
	out := page.Answer{Action: stepText(a, of), Allowed: x.Allowed, Path: stepPath(v.Issue.ID, a, of), Reason: x.Reason, Elsewhere: x.Code == "step_not_possible" || x.Code == "no_open_request"}
	if x.Code == "not_permitted" || x.Code == "persons_kept_apart" {
		out.Who = x.Who
	}
	return out
}

// showWhy explains every step: whether it is offered, and if not why not and who can.
func (s *Server) showWhy(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := s.viewOf(c)
	if err != nil {
		return err
	}
	p := s.whyPage(c, &v)
	for _, rule := range workflow.Actions() {
		if !rule.Step {
			continue
		}
		for _, of := range requestsOf(&v, rule.Action) {
			x, err := s.Engine.Explain(ctx, actorOf(ctx), "", v.Issue.ID, rule.Action, of)
			if err != nil {
				return err
			}
			p.Answers = append(p.Answers, answerOf(&v, rule.Action, of, &x))
		}
	}
	return s.show(c, http.StatusOK, p)
}

// requestsOf are the kinds of request that an action is explained for.
func requestsOf(v *engine.View, a workflow.Action) []workflow.RequestKind {
	switch {
	case a == workflow.Ask:
		return []workflow.RequestKind{workflow.Extension, workflow.LastingForm, workflow.Suspension, workflow.Cancellation}
	case a == workflow.GrantIt || a == workflow.Deny:
		return []workflow.RequestKind{v.Issue.Request.Kind}
	}
	return []workflow.RequestKind{""}
}

// typed is a form as it came in, with the files that came with it.
type typed struct {
	values url.Values
	files  []page.KeptFile
	err    error // of a file that was not taken
}

// kept are the files of the form as its hidden fields name them.
func (in typed) kept() []string {
	return each(in.files, func(f page.KeptFile) string { return f.Hash + " " + f.Name })
}

// written are the texts that somebody wrote by hand.
func (in typed) written() (out []string) {
	for _, name := range []string{"note", "basis", "goal", "stage_goal", "condition", "evidence_text"} {
		if text := strings.TrimSpace(in.values.Get(name)); text != "" {
			out = append(out, text)
		}
	}
	return append(out, in.values["measure_text"]...)
}
