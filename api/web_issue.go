package api

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// showIssue shows one issue with its history.
func (s *Server) showIssue(c echo.Context) error {
	v, err := s.viewOf(c)
	if err != nil {
		return err
	}
	p := s.issuePage(c, &v)
	if p.Lines, p.More, err = s.timeline(c, &v); err != nil {
		return err
	}
	p.Around.Decided = decisionsOf(p.Lines)
	p.Day = v.On
	if asOf(c, &p.Frame, v.On); v.On != "" {
		p.Similar, p.Why = "", ""
		return s.show(c, http.StatusOK, p)
	}
	if p.Checks, err = s.checksOf(c, &v.Issue); err != nil {
		return err
	}
	if err := s.certifiedInto(c, &v.Issue, &p); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

// viewOf finds the issue of the address, by id or by number.
func (s *Server) viewOf(c echo.Context) (engine.View, error) {
	ctx, name := c.Request().Context(), c.Param("issue")
	var r reading
	on := dayOf(&r, "on", c.QueryParam("on"))
	if r.err != nil {
		return engine.View{}, r.err
	}
	if strings.Contains(name, "-") {
		return s.Engine.IssueNumberedOn(ctx, actorOf(ctx), name, on)
	}
	number, err := pathID[workflow.IssueID](name)
	if err != nil {
		return engine.View{}, err
	}
	return s.Engine.IssueOn(ctx, actorOf(ctx), number, on)
}

func (s *Server) headOf(v *engine.View) page.Head {
	i := &v.Issue
	h := page.Head{Path: issuePath(i.ID), Number: i.ShownNumber(), Title: headline(i.Detail), State: i.State.Text(), Light: v.Light,
		Left: leftText(i.State, i.Due, first(v.On, s.Engine.Today()))}
	past := i.State == workflow.Closed
	phases := []workflow.Phase{workflow.PhaseFind, workflow.PhaseAssign, workflow.PhaseRectify, workflow.PhaseVerify, workflow.PhaseClose}
	at := slices.Index(phases, i.State.Phase())
	for n, ph := range phases {
		h.Phases = append(h.Phases, page.Phase{Text: workflow.PhaseText(ph), Past: past || n < at, Current: n == at && !past})
	}
	return h
}

// headline is the beginning of a problem, for the heading.
func headline(detail string) string {
	line, _, more := strings.Cut(strings.TrimSpace(detail), "\n")
	if runes := []rune(line); len(runes) > 80 {
		line, more = string(runes[:80]), true
	}
	if more {
		line += "…"
	}
	return line
}

func (s *Server) issuePage(c echo.Context, v *engine.View) page.Issue {
	i := &v.Issue
	p := page.Issue{Head: s.headOf(v), Why: issuePath(i.ID) + "/why", Bundle: s.unlessPack(issuePath(i.ID) + "/bundle"), Detail: i.Detail, Goal: i.Goal, Facts: s.factsOf(v)}
	p.Frame = s.frame(c, workflow.Text{Zh: p.Head.Number, En: p.Head.Number})
	for _, o := range v.Offers {
		a := actionOf(i.ID, &o)
		if slices.Contains(besideActions, o.Action) {
			p.Beside = append(p.Beside, a)
		} else {
			p.Actions = append(p.Actions, a)
		}
	}
	for _, mark := range []struct {
		is   bool
		text workflow.Text
	}{{i.Supervised, workflow.Say("挂牌督办", "supervised")}, {i.Escalated, workflow.Say("已提级", "escalated")}, {i.Endorsed, workflow.Say("已签批背书", "endorsed")},
		{i.Reported && !i.State.End(), workflow.Say("单位自报完成", "reported done")}, {i.Objection != "", workflow.Say("有异议待答复", "objection open")},
		{i.Prompted(), workflow.Say("自查发现", "found by themselves")}} {
		if mark.is {
			p.Marks = append(p.Marks, mark.text)
		}
	}
	p.Plan, p.Around = s.planOf(v), s.aroundOf(v)
	p.Rounds = roundsOf(v)
	p.Request, p.Signers, p.Absorbed = s.requestOf(v), signersOf(v), absorbedRows(i)
	if offersMerge(v) {
		p.Similar = similarPath(i.ID)
	}
	return p
}

// besideActions stand behind a fold: they are beside the way of an issue.
var besideActions = []workflow.Action{workflow.Edit, workflow.Transfer, workflow.Merge, workflow.Unmerge, workflow.Ask, workflow.Urge, workflow.Supervise,
	workflow.Escalate, workflow.Endorse, workflow.Comment, workflow.Object, workflow.Return, workflow.Reopen,
	workflow.SendLetter, workflow.Call, workflow.Entrust, workflow.Pick, workflow.Spread}

// hardActions undo what others did.
var hardActions = []workflow.Action{workflow.Reject, workflow.Refuse, workflow.RejectPlan, workflow.Return, workflow.Deny, workflow.Withdraw}

func actionOf(i workflow.IssueID, o *engine.Offer) page.Action {
	a := page.Action{Path: stepPath(i, o.Action, o.Request), Text: stepText(o.Action, o.Request), Danger: slices.Contains(hardActions, o.Action)}
	a.Main = !a.Danger && !slices.Contains(besideActions, o.Action)
	return a
}

func stepPath(i workflow.IssueID, a workflow.Action, of workflow.RequestKind) string {
	path := issuePath(i) + "/do/" + string(a)
	if of != "" {
		path += "?of=" + string(of)
	}
	return path
}

// stepText is what a step is called, with what is asked for where it is about a request.
func stepText(a workflow.Action, of workflow.RequestKind) workflow.Text {
	for _, w := range workflow.RequestKinds() {
		if w.Word != string(of) {
			continue
		}
		if a == workflow.Ask {
			return workflow.Say("申请%s", "request %s", w.Text)
		}
		return workflow.Say("%s(%s)", "%s (%s)", a.Text(), w.Text)
	}
	return a.Text()
}

func (s *Server) factsOf(v *engine.View) []page.Fact {
	i := &v.Issue
	source, _ := i.Source.Rule()
	org := func(o workflow.OrgID) string { x := v.Orgs[o]; return x.Shown() }
	var out []page.Fact
	add := func(zh, en string, value workflow.Text, plain string) {
		if value.Zh != "" || plain != "" {
			out = append(out, page.Fact{Label: workflow.Text{Zh: zh, En: en}, Value: value, Plain: plain})
		}
	}
	addDay := func(zh, en string, day workflow.Day) {
		if day != "" {
			out = append(out, page.Fact{Label: workflow.Text{Zh: zh, En: en}, Plain: string(day), Provisional: s.Engine.Provisional(i.State, day),
				Basis: s.Engine.OffAdvice(i.State, day)})
		}
	}
	none := workflow.Text{}
	add("来源", "Source", source.Text, "")
	add("来源编号", "Its number", none, i.OwnNumber)
	add("方面", "Aspect", none, i.Aspect)
	add("等级", "Grade", i.Grade.Text(), "")
	add("整改类型", "Kind", kindText(i.Kind), "")
	add("发现日期", "Found on", none, string(i.FoundOn))
	addDay("整改时限", "Due", i.Due)
	if i.State == workflow.Assigned || i.State == workflow.Planning {
		addDay("最迟退回", "To be returned by", i.ReturnBy)
	}
	if k := i.Clock; k.Until != "" {
		out = append(out, page.Fact{Label: workflow.Say("本环节期限", "Clock"), Plain: string(k.Until), Basis: v.Basis, Provisional: k.Provisional})
	}
	add("责任单位", "Responsible", none, org(i.Responsible))
	add("责任人", "Person", none, first(v.People[i.Person], i.Extra["责任人"]))
	add("责任领导", "Leader", none, i.Leader)
	add("配合单位", "Assisting", none, orgList(v, i.Assisting))
	add("发现单位", "Finder", none, org(i.Finder))
	add("发现人", "Found by", none, v.People[i.FoundBy])
	add("交办单位", "Assigned by", none, org(i.Assigner))
	add("验收单位", "Verifier", none, org(i.Verifier))
	add("会签单位", "Parties", none, orgList(v, i.Parties))
	add("销号单位", "Closer", none, org(i.Closer))
	if i.Amount > 0 {
		add("涉及金额", "Amount", workflow.Say("%s 元", "%s yuan", page.Yuan(i.Amount)), "")
		add("已追回", "Recovered", workflow.Say("%s 元", "%s yuan", page.Yuan(i.Recovered)), "")
	}
	add("阶段目标", "Stage goal", none, i.StageGoal)
	addDay("下次复核", "Next review", i.NextReview)
	add("挂账条件", "Suspended until", none, i.Condition)
	add("挂账日期", "Suspended on", none, string(i.PausedOn))
	add("异议", "Objection", none, i.Objection)
	add("销号日期", "Closed on", none, string(i.ClosedOn))
	add("销号文号", "Document", none, i.Document.Number)
	for _, name := range sortedKeys(i.Extra) {
		if name != "责任人" {
			add(name, name, none, i.Extra[name])
		}
	}
	return out
}

func orgList(v *engine.View, orgs []workflow.OrgID) string {
	return strings.Join(each(orgs, func(o workflow.OrgID) string { x := v.Orgs[o]; return x.Shown() }), "、")
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// roundsOf puts evidence under its round, the latest first.
func roundsOf(v *engine.View) (out []page.Round) {
	i := &v.Issue
	for round := i.Round; round > 0; round-- {
		r := page.Round{N: round, Current: round == i.Round && i.Round > 1}
		for _, e := range i.Evidence {
			if e.Round != round {
				continue
			}
			x := page.Evidence{Name: e.Name, Text: e.Text, Size: e.Size, By: v.People[e.By], At: e.At, Measure: e.Measure}
			if e.Hash != "" {
				x.Path = issuePath(i.ID) + "/files/" + e.Hash
			}
			if e.Hash != "" && slices.Contains(pictureTypes, e.Type) {
				x.Picture = issuePath(i.ID) + "/pictures/" + e.Hash
			}
			if e.Hash != "" && slices.Contains(engine.ThumbTypes(), e.Type) {
				x.Thumb = issuePath(i.ID) + "/thumbnails/" + e.Hash
			}
			r.Evidence = append(r.Evidence, x)
		}
		if len(r.Evidence) > 0 {
			out = append(out, r)
		}
	}
	return out
}

func (s *Server) requestOf(v *engine.View) *page.Request {
	r := &v.Issue.Request
	if !r.Open() {
		return nil
	}
	decider := v.Orgs[r.Decider]
	out := &page.Request{Reason: r.Reason}
	for _, w := range workflow.RequestKinds() {
		if w.Word == string(r.Kind) {
			out.Kind = w.Text
		}
	}
	for _, f := range []page.Fact{{Label: workflow.Say("申请延至", "Extend to"), Plain: string(r.Due), Provisional: s.Engine.Provisional(v.Issue.State, r.Due)}, {Label: workflow.Say("阶段目标", "Stage goal"), Plain: r.StageGoal},
		{Label: workflow.Say("下次复核", "Next review"), Plain: string(r.NextReview),
			Provisional: s.Engine.Provisional(v.Issue.State, r.NextReview)}, {Label: workflow.Say("恢复条件", "Until"), Plain: r.Condition},
		{Label: workflow.Say("审批单位", "Decided by"), Plain: decider.Shown()}} {
		if f.Plain != "" {
			out.Facts = append(out.Facts, f)
		}
	}
	return out
}

// signersOf is the table of a countersign that is under way with more than one party.
func signersOf(v *engine.View) (out []page.Signer) {
	i := &v.Issue
	signers := i.Signers()
	asked := i.State == workflow.PlanReview || i.State == workflow.Verifying // a yes that was given is in history when it is over
	if len(i.Signs) == 0 && (len(signers) < 2 || !asked) {
		return nil
	}
	for _, party := range signers {
		org := v.Orgs[party]
		x := page.Signer{Org: org.Shown()}
		for _, sign := range i.Signs {
			if sign.Org == party {
				x.Signed, x.Person, x.Note, x.Mark, x.At = true, actedBy(v.People, sign.Person, sign.For), sign.Note, sign.Mark.Text(), sign.At
			}
		}
		out = append(out, x)
	}
	return out
}

// pictureTypes are what a browser may show by itself.
var pictureTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"}

// sendEvidence sends a file of an issue to be kept.
func (s *Server) sendEvidence(c echo.Context) error {
	answer, err := s.GetEvidence(c.Request().Context(), GetEvidenceRequestObject{Issue: c.Param("issue"), Hash: c.Param("hash")})
	if err != nil {
		return err
	}
	return answer.VisitGetEvidenceResponse(c.Response())
}

// sendPicture sends a picture of an issue to be seen. What is no picture is not found.
func (s *Server) sendPicture(c echo.Context) error {
	ctx := c.Request().Context()
	issue, err := pathID[workflow.IssueID](c.Param("issue"))
	if err != nil {
		return err
	}
	what, file, err := s.Engine.OpenFile(ctx, actorOf(ctx), issue, c.Param("hash"))
	if err != nil {
		return err
	}
	defer file.Close()
	if !slices.Contains(pictureTypes, what.Type) {
		return workflow.NotFound("no_such_file", workflow.Say("这份材料不是图片", "this is no picture"))
	}
	h := c.Response().Header()
	h.Set("Content-Type", what.Type)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	_, err = io.Copy(c.Response(), file)
	return whole(c.Response(), err)
}

// sendThumbnail sends a picture of an issue, made small.
func (s *Server) sendThumbnail(c echo.Context) error {
	ctx := c.Request().Context()
	issue, err := pathID[workflow.IssueID](c.Param("issue"))
	if err != nil {
		return err
	}
	small, err := s.Engine.Thumbnail(ctx, actorOf(ctx), issue, c.Param("hash"))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400")
	return c.Blob(http.StatusOK, "image/jpeg", small)
}
