package api

import (
	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// planOf is the table of measures with the remarks beside those they speak of.
func (s *Server) planOf(v *engine.View) page.Plan {
	i, today := &v.Issue, first(v.On, s.Engine.Today())
	var p page.Plan
	for n, m := range i.Measures {
		org := v.Orgs[first(m.Org, i.Responsible)]
		p.Measures = append(p.Measures, page.Measure{N: n + 1, Text: m.Text, Leader: m.Leader, Org: org.Shown(), Person: v.People[m.Person], Due: m.Due,
			Done: m.Done, DoneOn: m.DoneOn, Result: m.Result, Provisional: !m.Done && s.Engine.Provisional(i.State, m.Due),
			Late: i.MeasureLate(&m, today), Remarks: remarksOn(v, n+1)})
		p.Led, p.Shared = p.Led || m.Leader != "", p.Shared || m.Org != 0 && m.Org != i.Responsible
		if m.Done {
			p.Done++
		}
	}
	p.Remarks, p.Advice = remarksOn(v, 0), adviceOn(i)
	return p
}

func remarksOn(v *engine.View, measure int) (out []page.PlanRemark) {
	for _, r := range v.Issue.Remarks {
		on := r.Measure
		if on > len(v.Issue.Measures) {
			on = 0
		}
		if on == measure {
			org := v.Orgs[r.Org]
			out = append(out, page.PlanRemark{Text: r.Text, Org: org.Shown(), Person: actedBy(v.People, r.Person, r.For), At: r.At})
		}
	}
	return out
}

// planAdvice is advice on a plan as long as it can be changed or sent back.
func planAdvice(i *workflow.Issue) []workflow.Advice {
	if i.State != workflow.Planning && i.State != workflow.PlanReview {
		return nil
	}
	return workflow.Advise(i)
}

func adviceOn(i *workflow.Issue) []workflow.Text {
	return some(planAdvice(i), func(a workflow.Advice) workflow.Text { return a.Text })
}

// aroundOf is what was done beside the course of the issue.
func (s *Server) aroundOf(v *engine.View) page.Around {
	i := &v.Issue
	return page.Around{
		Letters: s.lettersOf(v), Calls: s.callsOf(v), Spread: orgList(v, i.Spread), LookBack: s.lookBackOf(v),
		Systems: some(i.Results.Systems, func(x workflow.System) page.System { return page.System{Name: x.Name, Number: x.Number, On: x.On} }),
		Outcomes: some(i.Results.Outcomes, func(x workflow.Outcome) page.Outcome {
			return page.Outcome{Kind: x.Kind.Text(), Count: x.Count, Body: x.Body, Number: x.Number}
		}),
	}
}

func (s *Server) lettersOf(v *engine.View) []page.SentLetter {
	today := first(v.On, s.Engine.Today())
	no := 0
	return some(v.Issue.Letters, func(l workflow.Letter) page.SentLetter {
		org := v.Orgs[l.Org]
		no++
		return page.SentLetter{Number: l.Number, Path: onPath(letterPath(v.Issue.ID, no), v.On), Rung: l.Rung.Text(), Grounds: l.Grounds, Asked: l.Asked, Decided: l.Decided, Limit: l.Limit,
			Late: l.Limit < today && v.Issue.Pending(no-1), By: workflow.Say("%s %s", "%s %s", org.Shown(), actedBy(v.People, l.By, l.ByFor)), On: l.On, Round: l.Round, Signed: l.Signed(),
			SignedBy: actedBy(v.People, l.SignedBy, l.SignedFor), SignedAt: l.SignedAt}
	})
}

func (s *Server) callsOf(v *engine.View) []page.Call {
	today := first(v.On, s.Engine.Today())
	return some(v.Issue.Calls, func(c workflow.CallFor) page.Call {
		from, to := v.Orgs[c.From], v.Orgs[c.To]
		return page.Call{To: to.Shown(), By: workflow.Say("%s %s", "%s %s", from.Shown(), actedBy(v.People, c.By, c.ByFor)), Text: c.Text, Wants: c.Wants.Text(), On: c.On, Until: c.Until, Open: c.Open(),
			Late: c.Open() && c.Until != "" && c.Until < today, Climbed: orgList(v, c.Climbed), Reply: c.Reply.Text(), Said: c.Said,
			Replied: actedBy(v.People, c.RepliedBy, c.RepliedFor), RepliedOn: c.RepliedOn, UntilProvisional: c.Open() && s.Engine.Provisional(v.Issue.State, c.Until)}
	})
}

func (s *Server) lookBackOf(v *engine.View) (out []page.Fact) {
	l := &v.Issue.LookBack
	org := v.Orgs[l.Org]
	add := func(zh, en, text string) {
		if text != "" {
			out = append(out, page.Fact{Label: workflow.Text{Zh: zh, En: en}, Plain: text})
		}
	}
	if l.Waits() {
		add("回头看时限", "To be looked at by", string(l.Due))
	}
	add("抽签", "Draw", l.Draw)
	add("回头看日期", "Looked at on", string(l.On))
	if l.On != "" {
		out = append(out, page.Fact{Label: workflow.Say("回头看人", "By"), Value: workflow.Say("%s %s", "%s %s", org.Shown(), actedBy(v.People, l.By, l.For))})
	}
	add("情况", "What was seen", l.Note)
	return out
}

// decisionsOf are the lines that say who decided that the issue is supervised or escalated.
func decisionsOf(lines []page.Event) (out []page.Event) {
	for _, l := range lines {
		if l.Action == workflow.Supervise.Text() || l.Action == workflow.Escalate.Text() {
			out = append(out, l)
		}
	}
	return out
}
