package api

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// showAwaiting shows what waits for the caller, with what each waits for and until when.
func (s *Server) showAwaiting(c echo.Context) error {
	ctx, after := c.Request().Context(), c.QueryParam("after")
	by := actorOf(ctx)
	found, err := s.Engine.Awaiting(ctx, by, after, pageSize)
	if err != nil {
		return err
	}
	p := page.Awaiting{Frame: s.frame(c, workflow.Say("待办", "What waits for you")), Pager: pagerOf(c, found.Next)}
	p.Table = page.Table{Rows: s.rowsOf(&found.Page), Columns: page.ColumnsNamed("due", "number", "title", "why", "org", "grade")}
	for n := range found.Rows {
		r, why := &found.Rows[n], found.Why[found.Rows[n].ID]
		row := &p.Table.Rows[n]
		row.Why = whyText(&why, r.State)
		if why.Until != "" {
			row.Until, row.UntilLeft, row.UntilLate = why.Until, daysText(why.Until, found.Today), why.Until < found.Today
			row.UntilBasis, row.UntilProvisional = why.Basis, why.Provisional
		}
	}
	checks, err := s.openChecks(c)
	if err != nil {
		return err
	}
	p.Checks = len(checks)
	p.Idle = len(ownOrgs(by)) == 0
	if slices.ContainsFunc(by.Appointments, func(a workflow.Appointment) bool { return a.Post == "inspector" }) {
		p.Look = proofTabs("")
	}
	return s.show(c, http.StatusOK, p)
}

// whyTexts say what an issue waits for.
var whyTexts = map[workflow.Action]workflow.Text{
	workflow.Register: {Zh: "草稿待登记", En: "to be registered"}, workflow.Assign: {Zh: "待交办", En: "to be assigned"},
	workflow.Accept: {Zh: "待签收", En: "to be accepted"}, workflow.Plan: {Zh: "待提交方案", En: "plan to be submitted"},
	workflow.ApprovePlan: {Zh: "方案待审", En: "plan to be approved"}, workflow.Pass: {Zh: "待验收", En: "to be verified"},
	workflow.Publicize: {Zh: "待公示", En: "to be publicized"}, workflow.Close: {Zh: "待销号", En: "to be closed"},
	workflow.Answer: {Zh: "异议待答复", En: "objection to be answered"}, workflow.Endorse: {Zh: "待主要负责人签批", En: "to be endorsed by the head"},
	workflow.Record: {Zh: "待按上级文件记录销号", En: "closure to be recorded from the superior's document"},
}

// countersignTexts are those of a step that takes the yes of several.
var countersignTexts = map[workflow.Action]workflow.Text{
	workflow.ApprovePlan: {Zh: "方案待会签", En: "plan to be countersigned"}, workflow.Pass: {Zh: "验收待会签", En: "result to be countersigned"},
}

func whyText(why *engine.Why, state workflow.State) workflow.Text {
	switch {
	case why.Action == workflow.GrantIt:
		return workflow.Say("申请待审批（%s）", "request to be decided: %s", requestText(why.Request))
	case why.Action == workflow.Report && why.Open > 0:
		return workflow.Say("待整改，还有%d条措施", "to be rectified, %d measures to go", why.Open)
	case why.Action == workflow.Report && state == workflow.Lasting:
		return workflow.Say("长期整改，按期报告", "lasting: to be reported on")
	case why.Action == workflow.Report:
		return workflow.Say("待提请验收", "to be submitted for verification")
	case why.Signers > 1 && countersignTexts[why.Action].Zh != "":
		return countersignTexts[why.Action]
	}
	return first(whyTexts[why.Action], why.Action.Text())
}

func requestText(kind workflow.RequestKind) workflow.Text {
	for _, w := range workflow.RequestKinds() {
		if w.Word == string(kind) {
			return w.Text
		}
	}
	return workflow.Text{}
}
