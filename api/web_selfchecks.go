package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const selfChecksPage = "/self-checks"

// showSelfChecks shows what the caller's organisations are asked, and what they asked others.
func (s *Server) showSelfChecks(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := s.Engine.SelfChecks(ctx, actorOf(ctx))
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, page.SelfChecks{Frame: s.frame(c, workflow.Say("举一反三自查", "Self-checks")), Tabs: supervisionTabs(selfChecksPage),
		Open: each(all.Open, checkRow), Answered: each(all.Answered, checkRow), Asked: each(all.Asked, askedRow)})
}

func checkRow(x engine.Checked) page.CheckRow {
	row := page.CheckRow{Org: x.OrgName, Asker: x.ForName, Text: x.Text, Due: x.Due, Late: x.Late, Answer: x.Answer.Text(), By: x.ByName, Note: x.Note}
	if x.Answer == "" {
		row.Action = selfChecksPage + "/" + id(x.ID)
		return row
	}
	row.On = workflow.DayOf(x.AnsweredAt)
	if x.Became != "" {
		row.Became, row.BecamePath = x.Became, issuePath(x.Made)
	}
	return row
}

func askedRow(x engine.AskedChecks) page.AskedRow {
	row := page.AskedRow{Number: x.Number, Text: headline(x.Text), Due: x.Due, Asked: x.Asked, Answered: x.Answered, Have: x.Have, None: x.None, Late: x.Late}
	if x.Number != "" {
		row.Path = issuePath(x.Issue) + "#checks"
	}
	return row
}

// answerSelfCheckByForm answers a self-check with one act.
func (s *Server) answerSelfCheckByForm(c echo.Context) error {
	ctx := c.Request().Context()
	check, err := pathID[workflow.SelfCheckID](c.Param("check"))
	if err != nil {
		return err
	}
	done, err := s.Engine.AnswerSelfCheck(ctx, actorOf(ctx), check, engine.CheckReply{Answer: workflow.CheckAnswer(c.FormValue("answer")),
		Note: c.FormValue("note"), Detail: c.FormValue("detail")})
	if err != nil {
		return err
	}
	if done.Became != "" {
		return s.done(c, issuePath(done.Made), workflow.Say("已登记为自查发现，编号%s", "logged as found by yourselves: %s", done.Became))
	}
	return s.done(c, selfChecksPage, workflow.Say("已答复：%s", "answered: %s", done.Answer.Text()))
}

// checksOf are the self-checks that an issue asked for, as far as the reader may know them.
func (s *Server) checksOf(c echo.Context, i *workflow.Issue) ([]page.CheckRow, error) {
	if len(i.Spread) == 0 {
		return nil, nil
	}
	ctx := c.Request().Context()
	all, err := s.Engine.SelfChecksAbout(ctx, actorOf(ctx), i.ID)
	return each(all, checkRow), err
}

// openChecks are the self-checks that wait for the caller's organisations.
func (s *Server) openChecks(c echo.Context) ([]page.CheckRow, error) {
	ctx := c.Request().Context()
	open, err := s.Engine.OpenSelfChecks(ctx, actorOf(ctx), pageSize)
	return each(open, checkRow), err
}
