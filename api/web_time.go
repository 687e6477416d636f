package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const timePage = "/time"

// showTime leads to the lists and figures of a past day.
func (s *Server) showTime(c echo.Context) error {
	ctx := c.Request().Context()
	p := page.TimeMachine{Frame: s.frame(c, workflow.Say("时光机", "Time machine")), Tabs: proofTabs(timePage)}
	var err error
	if p.Earliest, p.Latest, err = s.Engine.PastDays(ctx); err != nil {
		return err
	}
	p.Quick = quickDays(p.Earliest, s.Engine.Today())
	var r reading
	p.Day = dayOf(&r, "on", c.QueryParam("on"))
	if r.err == nil && p.Day == "" {
		return s.show(c, http.StatusOK, p)
	}
	var counts engine.Counts
	if err = r.err; err == nil {
		counts, err = s.Engine.Counts(ctx, actorOf(ctx), engine.Filter{On: p.Day}, 0)
	}
	if err != nil {
		return s.showFault(c, err, &p.Fault, func() page.Page { return p })
	}
	p.Shown, p.Figures = engine.AsOf(p.Day), timeFigures(counts, p.Day)
	return s.show(c, http.StatusOK, p)
}

// quickDays are days that are often asked for, as far as there is history of them.
func quickDays(earliest, today workflow.Day) (out []page.Link) {
	for _, x := range []struct {
		text workflow.Text
		day  workflow.Day
	}{{workflow.Say("昨天", "yesterday"), today.Add(-1)}, {workflow.Say("一周前", "a week ago"), today.Add(-7)}, {workflow.Say("上月末", "the end of last month"), (today[:8] + "01").Add(-1)},
		{workflow.Say("去年末", "the end of last year"), (today[:4] + "-01-01").Add(-1)}} {
		if earliest != "" && earliest <= x.day {
			out = append(out, page.Link{Path: timePage + "?on=" + string(x.day), Text: x.text})
		}
	}
	return out
}

// timeFigures are the figures of a day, each with the rows behind it.
func timeFigures(n engine.Counts, on workflow.Day) (out []page.Tally) {
	add := func(text workflow.Text, count int, narrow string) {
		out = append(out, page.Tally{Text: text, Count: count, Path: "/issues?on=" + string(on) + narrow})
	}
	add(workflow.Say("问题", "issues"), n.Total, "")
	add(workflow.Say("单位自报完成", "reported done"), n.Reported, "&reported=true")
	add(workflow.Say("验收销号", "verified, closed"), n.Closed, "&state=closed")
	add(workflow.LightOverdue.Text(), n.ByLight[workflow.LightOverdue], "&light=overdue")
	add(workflow.LightSoon.Text(), n.ByLight[workflow.LightSoon], "&light=soon")
	return out
}
