package api

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const promptsPage = "/prompts"

// showPrompts shows the prompt of a month or the pack of a quarter of an organisation: of the reader's own and of this month, if the
// address names none.
func (s *Server) showPrompts(c echo.Context) error {
	ctx := c.Request().Context()
	by, period := actorOf(ctx), c.QueryParam("period")
	org := s.Engine.PromptHome(by)
	if text := c.QueryParam("org"); text != "" {
		var err error
		if org, err = pathID[workflow.OrgID](text); err != nil {
			return err
		}
	}
	p := page.Prompts{Frame: s.frame(c, workflow.Say("提示与督导", "Prompts")), Tabs: reportTabs(promptsPage)}
	if p.None = org == 0; p.None {
		return s.show(c, http.StatusOK, p)
	}
	if period == "" {
		period = engine.ThisMonth
	}
	v, err := s.Engine.Prompt(ctx, by, org, period)
	if err != nil {
		return err
	}
	s.fillPrompts(&p, &v, period)
	return s.show(c, http.StatusOK, p)
}

func promptPath(org workflow.OrgID, period string) string {
	return promptsPage + "?" + url.Values{"org": {id(org)}, "period": {period}}.Encode()
}

func (s *Server) fillPrompts(p *page.Prompts, v *engine.PromptView, period string) {
	x := &v.Prompt
	p.Org, p.Period = v.Org.Shown(), x.Title()
	p.Made = workflow.Say("%s生成；销号统计 %s 至 %s。", "Made on %s; closures from %s to %s.", string(x.Day), string(x.From), string(x.To))
	if !v.Fixed {
		p.Made = workflow.Say("截至今天（%s）的情况，尚未定稿；销号统计 %s 至 %s。", "As it stands today (%s), not final; closures from %s to %s.", string(x.Day), string(x.From), string(x.To))
	}
	if v.Large {
		p.Made = workflow.Say("%s生成。在办问题很多，这里不即时汇总，此刻的数见下面“超期”“临期”的链接；销号统计 %s 至 %s。",
			"Made on %s. There are very many open issues, so it is not worked out anew; the figures of this moment are behind the links. Closures from %s to %s.", string(x.Day), string(x.From), string(x.To))
	}
	if v.Large && !v.Fixed {
		p.Made = workflow.Say("今天（%s）的数。在办问题很多，本期提示在下一次每日汇总时生成，此前不列明细，也不统计销号。",
			"The figures of today (%s). There are very many open issues: the prompt is made by the next daily run, and until then nothing is listed and no closures are counted.", string(x.Day))
	}
	p.Periods = promptPeriods(v, period)
	below := func(o engine.Org) page.OrgLink {
		return page.OrgLink{Path: promptPath(o.ID, period), Name: o.Shown()}
	}
	if v.Fixed { // the same period of another org may not have been made
		below = func(o engine.Org) page.OrgLink {
			return page.OrgLink{Path: promptPath(o.ID, engine.ThisMonth), Name: o.Shown()}
		}
	}
	p.Below, p.Above = each(v.Below, below), each(v.Above, below)
	list := func(light workflow.Light) string {
		return "/issues?" + url.Values{"under": {id(v.Org.ID)}, "light": {string(light)}}.Encode()
	}
	p.Figures = []page.PromptFigure{
		{Text: workflow.Say("在办", "open"), N: x.Open}, {Text: workflow.Say("其中自查发现", "of these found by themselves"), N: x.Own},
		{Text: x.OverdueText(), N: x.Overdue.Count, Light: workflow.LightOverdue, Path: list(workflow.LightOverdue)},
		{Text: workflow.Say("临期", "due soon"), N: x.Soon.Count, Light: workflow.LightSoon, Path: list(workflow.LightSoon)},
		{Text: workflow.Say("正常", "in time"), N: x.Lights[workflow.LightInTime], Light: workflow.LightInTime, Path: list(workflow.LightInTime)},
		{Text: workflow.Say("销号", "closed"), N: x.Closed.Count}, {Text: workflow.Say("自报完成、尚未验收销号", "reported done, not verified"), N: x.Gap},
		{Text: workflow.Say("挂账", "suspended"), N: x.Suspended.Count}, {Text: workflow.Say("督办函未签收", "letters not signed for"), N: x.Letters.Count},
	}
	for _, u := range x.Units {
		p.Units = append(p.Units, page.PromptUnit{Name: nameOf(v.Orgs, u.Org), Path: promptPath(u.Org, engine.ThisMonth), Open: u.Open, Own: u.Own, Overdue: u.Overdue, Closed: u.Closed, Gap: u.Gap})
	}
	s.fillPromptLists(p, v)
}

func nameOf(orgs map[workflow.OrgID]engine.Org, org workflow.OrgID) string {
	o := orgs[org]
	return o.Shown()
}

// promptPeriods lead to this month, this quarter and the periods before. Where the pack of a quarter is there, it is named as such.
func promptPeriods(v *engine.PromptView, period string) []page.Link {
	links := []page.Link{{Path: promptPath(v.Org.ID, engine.ThisMonth), Text: workflow.Say("本月至今", "This month")},
		{Path: promptPath(v.Org.ID, engine.ThisQuarter), Text: workflow.Say("本季至今", "This quarter")}}
	for _, name := range v.Periods {
		links = append(links, page.Link{Path: promptPath(v.Org.ID, name), Text: workflow.Text{Zh: name, En: name}})
	}
	return tabs(promptPath(v.Org.ID, period), links...)
}

func (s *Server) fillPromptLists(p *page.Prompts, v *engine.PromptView) {
	x := &v.Prompt
	p.Lists = []page.PromptList{
		promptList(v, x.Overdue, workflow.Say("超期问题", "Overdue"), ownIn(x.Overdue), func(days int) workflow.Text { return workflow.Say("超期%d天", "%d days", days) }),
		promptList(v, x.Soon, workflow.Say("临期问题", "Due soon"), ownIn(x.Soon), func(days int) workflow.Text { return workflow.Say("还有%d天", "in %d days", -days) }),
		promptList(v, x.Suspended, workflow.Say("挂账问题", "Suspended"), workflow.Say("恢复条件", "Condition"), nil),
		promptList(v, x.Reviews, workflow.Say("长期整改的下次复核", "Next reviews of lasting rectification"), workflow.Say("阶段目标", "Stage goal"), nil),
		promptList(v, x.Letters, workflow.Say("未签收的督办函", "Letters not signed for"), workflow.Say("文号", "Number"), nil),
		promptList(v, x.Closed, workflow.Say("已销号", "Closed"), workflow.Text{}, nil),
	}
}

// ownIn is the heading over the mark of what units found by themselves; empty where there is none.
func ownIn(l engine.PromptList) workflow.Text {
	if slices.ContainsFunc(l.Rows, func(r engine.PromptRow) bool { return r.Own }) {
		return workflow.Say("怎样发现", "How it was found")
	}
	return workflow.Text{}
}

func promptList(v *engine.PromptView, l engine.PromptList, title, note workflow.Text, days func(int) workflow.Text) page.PromptList {
	out := page.PromptList{Title: title, Count: l.Count, Note: note}
	for _, r := range l.Rows {
		row := page.PromptRow{Number: r.Number, Title: r.Title, Path: "/issues/" + id(r.Issue), Org: nameOf(v.Orgs, r.Org), Person: v.People[r.Person], Day: r.Day, Note: r.Note, Own: r.Own}
		if days != nil {
			row.Days = days(r.Days)
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
