package api

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const dutiesPage = "/duties"

// showDuties shows one's own duty lists, or that of an organisation.
func (s *Server) showDuties(c echo.Context) error {
	q, err := s.dutyQuery(c.QueryParam("org"), c.QueryParam("period"), c.QueryParam("day"), c.QueryParam("on"))
	if err != nil {
		return err
	}
	below := c.QueryParam("below") == "true"
	lists, err := s.dutyLists(c.Request().Context(), q, below)
	if err != nil {
		return err
	}
	p := page.DutyLists{Frame: s.frame(c, workflow.Say("三级四岗责任清单", "Duty list")), Tabs: reportTabs(dutiesPage), Period: q.period.Text(), Own: q.org == 0, Printed: s.Engine.Today(),
		Before: s.dutiesAt(c, q.period.Before()), After: s.dutiesAt(c, q.period.After()), Lists: each(lists, dutyList)}
	if len(lists) > 0 {
		asOf(c, &p.Frame, lists[0].On)
	}
	p.Pick = dayPick(c, "org", "below", "period")
	p.Export = "/api/v1/duties.xlsx?" + c.Request().URL.RawQuery
	for _, k := range engine.PeriodKinds() {
		other, _ := engine.PeriodOf(k.Word, q.period.From)
		p.Kinds = append(p.Kinds, page.Link{Path: s.dutiesAt(c, other), Text: k.Text, Current: k.Word == q.period.Kind})
	}
	p.Lead = otherDuties(c, q, below, lists)
	return s.show(c, http.StatusOK, p)
}

// dutiesAt is the address of this page in another period.
func (s *Server) dutiesAt(c echo.Context, p engine.Period) string {
	query := c.QueryParams()
	query.Set("period", p.Kind)
	query.Set("day", string(p.From))
	return dutiesPage + "?" + query.Encode()
}

// otherDuties lead from one's own list to those of the organisations, and back.
func otherDuties(c echo.Context, q dutyQuery, below bool, lists []engine.DutyList) (out []page.Link) {
	at := onPath("&period="+q.period.Kind+"&day="+string(q.period.From), q.on)
	for n := range lists {
		org := &lists[n].Org
		if q.org == 0 || below {
			out = append(out, page.Link{Path: dutiesPage + "?org=" + id(org.ID) + at, Text: workflow.Say("%s各岗位", "posts of %s", org.Shown())})
		}
		if q.org != 0 && !below && org.Level > workflow.Branch {
			out = append(out, page.Link{Path: dutiesPage + "?below=true&org=" + id(org.ID) + at, Text: workflow.Say("含下级组织", "with those below")})
		}
	}
	if q.org != 0 {
		out = append(out, page.Link{Path: dutiesPage + "?" + at[1:], Text: workflow.Say("我的岗位", "my posts")})
	}
	return out
}

func dutyList(l engine.DutyList) page.DutyList {
	out := page.DutyList{Org: page.OrgLink{Path: orgPath(l.Org.ID), Name: l.Org.Shown()}, Below: l.Whole, Unsigned: l.Accounts.Unsigned}
	for _, r := range l.Rows {
		out.Posts = append(out.Posts, page.DutyPost{Tier: r.Tier(), Seat: r.Seat(), Post: r.Post.Text, Charges: each(r.Charges, dutyCharge),
			Holders: each(r.Holders, func(h engine.Holder) workflow.Text { return h.Shown() })})
	}
	for _, w := range workflow.Rungs() {
		if n := l.Accounts.Letters[workflow.Rung(w.Word)]; n > 0 {
			out.Letters = append(out.Letters, page.Fact{Label: w.Text, Plain: strconv.Itoa(n)})
		}
	}
	for _, w := range workflow.OutcomeKinds() {
		if n := l.Accounts.Outcomes[workflow.OutcomeKind(w.Word)]; n > 0 {
			out.Outcomes = append(out.Outcomes, page.Fact{Label: w.Text, Plain: strconv.Itoa(n)})
		}
	}
	return out
}

func dutyCharge(c engine.DutyCharge) page.DutyCharge {
	var actions workflow.Text
	for n, a := range c.Actions {
		if actions = workflow.Say("%s、%s", "%s, %s", actions, a.Text()); n == 0 {
			actions = a.Text()
		}
	}
	return page.DutyCharge{Text: c.Rule.Text, Actions: actions, UpTo: workflow.Say("%s及以下问题", "issues up to %s", c.UpTo.Text()), Basis: c.Basis, Rule: c.Place,
		Open: c.Open, OpenLate: c.OpenLate, Own: c.Own, OwnLate: c.OwnLate, Done: c.Done, DoneLate: c.DoneLate, In: c.Done - c.DoneLate}
}
