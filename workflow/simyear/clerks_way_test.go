package simyear_test

import (
	"slices"

	"rectify/workflow"
)

// next takes the issue further on its way, or to one side of it.
func (c *clerks) next(i *workflow.Issue) {
	switch i.State {
	case workflow.Draft:
		c.try(i, workflow.Step{Action: workflow.Register}, i.Finder)
	case workflow.Found:
		c.assign(i)
	case workflow.Assigned:
		switch {
		case c.one(20):
			c.try(i, workflow.Step{Action: workflow.Return, Note: reason}, i.Responsible)
		case c.one(18):
			depts := c.town.depts[c.town.byID[i.Responsible].dept]
			c.try(i, workflow.Step{Action: workflow.Transfer, Responsible: pick(c, depts).ID, Note: reason}, c.above(i)...)
		default:
			c.try(i, workflow.Step{Action: workflow.Accept}, i.Responsible)
		}
	case workflow.Planning:
		c.try(i, workflow.Step{Action: workflow.Plan, Measures: c.measures(i)}, i.Responsible)
	case workflow.Rectifying, workflow.Lasting:
		c.rectify(i)
	case workflow.Suspended:
		if c.one(2) {
			c.try(i, workflow.Step{Action: workflow.Resume, Note: reason}, c.above(i)...)
		}
	case workflow.PlanReview, workflow.Verifying:
		c.countersign(i)
	default:
		c.end(i)
	}
}

func (c *clerks) assign(i *workflow.Issue) {
	s := workflow.Step{Action: workflow.Assign, Responsible: i.Responsible}
	dept := c.town.byID[i.FinderLine.Last().Org].dept
	if dept == 0 {
		dept = 1 + c.rnd.IntN(len(c.town.depts)-1)
	}
	if s.Responsible == 0 { // it was returned
		s.Responsible = pick(c, c.town.depts[dept]).ID
	}
	dept = c.town.byID[s.Responsible].dept
	if c.one(2) {
		s.Due = c.day.Add(15 + c.rnd.IntN(110))
	}
	if people := c.town.in(s.Responsible, c.day); len(people) > 0 && !c.one(5) {
		s.Person = pick(c, people)
	}
	if other := pick(c, c.town.depts[dept]).ID; c.one(4) && other != s.Responsible {
		s.Assisting = []workflow.OrgID{other}
	}
	if i.Grade == workflow.Major {
		s.Parties = []workflow.OrgID{c.town.orgs[0].ID}
	}
	c.try(i, s, c.town.organ[dept].ID, c.town.group[dept].ID, c.town.orgs[0].ID)
}

func (c *clerks) measures(i *workflow.Issue) []workflow.Measure {
	var out []workflow.Measure
	for range 1 + c.rnd.IntN(3) {
		out = append(out, workflow.Measure{Text: "补齐台账并建立制度", Person: c.staff(i), Due: c.day.Add(20)})
	}
	return out
}

func (c *clerks) rectify(i *workflow.Issue) {
	if i.State == workflow.Lasting && (i.NextReview <= c.day.Add(5) || c.one(6)) {
		c.try(i, workflow.Step{Action: workflow.Review, Note: "阶段目标达到", NextReview: c.day.Add(40 + c.rnd.IntN(60))}, append(c.above(i), i.Verifier)...)
		return
	}
	if c.one(12) {
		c.try(i, workflow.Step{Action: workflow.Call, Note: reason, Call: workflow.CallFor{Wants: workflow.WantsHelp, To: pick(c, append(c.above(i), pick(c, c.town.orgs).ID))}}, i.Responsible)
	}
	if c.one(6) {
		kind := pick(c, []workflow.RequestKind{workflow.Extension, workflow.Extension, workflow.Extension, workflow.LastingForm, workflow.Suspension, workflow.Suspension, workflow.Cancellation})
		due := max(i.Due, c.day)
		c.try(i, workflow.Step{Action: workflow.Ask, Request: kind, Note: reason, Due: due.Add(5 + c.rnd.IntN(50)), StageGoal: "连续两个季度达标",
			NextReview: c.day.Add(30 + c.rnd.IntN(60)), Condition: "批复后恢复"}, i.Responsible)
		return
	}
	open := slices.IndexFunc(i.Measures, func(m workflow.Measure) bool { return !m.Done })
	switch {
	case c.one(4):
		c.try(i, workflow.Step{Action: workflow.Report, Note: "正在按方案推进"}, i.Responsible)
	case open >= 0:
		c.try(i, workflow.Step{Action: workflow.Finish, Measure: open + 1, Note: "已落实"}, i.Responsible)
	default:
		c.try(i, workflow.Step{Action: workflow.Submit, Note: "已整改到位", Evidence: []workflow.Evidence{{Text: "整改情况报告"}}}, i.Responsible)
	}
}

// countersign lets one of those say yes who have not yet, or no.
func (c *clerks) countersign(i *workflow.Issue) {
	yes, no := workflow.Step{Action: workflow.ApprovePlan, Note: reason}, workflow.Step{Action: workflow.RejectPlan, Note: reason}
	if i.State == workflow.Verifying {
		yes = workflow.Step{Action: workflow.Pass, Criteria: workflow.Criteria{MeasuresDone: true, ViolationsDone: true, EffectReached: true, SameKindSought: true, MechanismBuilt: true}}
		no = workflow.Step{Action: workflow.Reject, Note: reason, Due: c.day.Add(10 + c.rnd.IntN(30))}
	}
	for _, org := range i.Signers() {
		if slices.ContainsFunc(i.Signs, func(s workflow.Sign) bool { return s.Org == org }) {
			continue
		}
		if c.one(9) {
			yes = no
		}
		c.try(i, yes, org)
		return
	}
}

// end closes an issue, and looks at it again.
func (c *clerks) end(i *workflow.Issue) {
	closer := append([]workflow.OrgID{i.Closer}, c.above(i)...)
	refuse := workflow.Step{Action: workflow.Refuse, Note: reason, Due: c.day.Add(10 + c.rnd.IntN(30))}
	reopen := workflow.Step{Action: workflow.Reopen, Note: reason, Basis: "回头看记录", Due: c.day.Add(30 + c.rnd.IntN(40))}
	switch {
	case i.State == workflow.Merged:
		if c.one(4) {
			c.try(i, workflow.Step{Action: workflow.Unmerge, Other: i.MergedInto}, c.above(i)...)
		}
	case i.State == workflow.Closed && i.LookBack.Waits():
		switch c.rnd.IntN(4) {
		case 0:
			c.try(i, reopen, closer...)
		case 1, 2:
			c.try(i, workflow.Step{Action: workflow.LookBackAt, Note: "没有反弹"}, closer...)
		}
	case i.State == workflow.Closed:
		if c.one(60) {
			c.try(i, reopen, closer...)
		}
	case c.one(10):
		c.try(i, refuse, i.Closer)
	case i.State == workflow.Closing && i.Objection != "":
		c.try(i, workflow.Step{Action: workflow.Answer, Note: reason}, i.Closer)
	case i.State == workflow.Closing && i.Grade == workflow.Major:
		c.try(i, workflow.Step{Action: workflow.Publicize, Note: "公示七日"}, i.Closer)
	case i.State == workflow.Publicized && !i.Endorsed:
		c.try(i, workflow.Step{Action: workflow.Endorse, Note: "同意"}, i.Closer)
	case i.State == workflow.Publicized && c.one(12):
		c.try(i, workflow.Step{Action: workflow.Object, Note: reason}, c.above(i)...)
	default:
		c.try(i, workflow.Step{Action: workflow.Close}, i.Closer)
	}
}
