package api

import "rectify/workflow"

// The texts of what is done around the course of an issue, as a history shows them.

func (n *names) remarks(i *workflow.Issue) workflow.Text {
	return stack(each(i.Remarks, func(r workflow.Remark) workflow.Text {
		if r.Measure == 0 {
			return workflow.Say("%s：%s", "%s: %s", n.orgs[r.Org], r.Text)
		}
		return workflow.Say("%s 第%d条：%s", "%s, measure %d: %s", n.orgs[r.Org], r.Measure, r.Text)
	}))
}

func (n *names) letters(i *workflow.Issue) workflow.Text {
	return stack(each(i.Letters, func(l workflow.Letter) workflow.Text {
		if l.Signed() {
			return workflow.Say("%s %s，限%s，%s已签收", "%s %s, limit %s, signed for by %s", l.Number, l.Rung.Text(), l.Limit, actedBy(n.people, l.SignedBy, l.SignedFor))
		}
		return workflow.Say("%s %s，限%s，待签收", "%s %s, limit %s, not signed for yet", l.Number, l.Rung.Text(), l.Limit)
	}))
}

func (n *names) calls(i *workflow.Issue) workflow.Text {
	return stack(each(i.Calls, func(c workflow.CallFor) workflow.Text {
		if c.Open() {
			return workflow.Say("向%s%s（%s前答复）：%s", "to %s for %s (answer by %s): %s", n.orgs[c.To], c.Wants.Text(), c.Until, c.Text)
		}
		return workflow.Say("向%s%s：%s %s", "to %s for %s: %s %s", n.orgs[c.To], c.Wants.Text(), c.Reply.Text(), c.Said)
	}))
}

func resultsText(r workflow.Results) workflow.Text {
	all := each(r.Systems, func(s workflow.System) workflow.Text {
		return workflow.Say("制度《%s》%s %s", "system “%s” %s %s", s.Name, s.Number, s.On)
	})
	return stack(append(all, each(r.Outcomes, func(o workflow.Outcome) workflow.Text {
		return workflow.Say("%s %d人 %s %s", "%s: %d persons %s %s", o.Kind.Text(), o.Count, o.Body, o.Number)
	})...))
}

func lookBackText(l workflow.LookBack) workflow.Text {
	switch {
	case l.On != "":
		return workflow.Say("%s回头看，未反弹：%s", "looked at again on %s, it has kept: %s", l.On, l.Note)
	case l.Due != "":
		return workflow.Say("列入回头看，%s前完成", "to be looked at again by %s", l.Due)
	}
	return workflow.Text{}
}
