package api

import "rectify/workflow"

// aroundOut writes what was done beside the course of the issue: letters, calls, remarks, results, the look-back.
func aroundOut(out *Issue, i *workflow.Issue) {
	out.Letters = some(i.Letters, letterOut)
	out.Calls = some(i.Calls, callOut)
	out.Remarks = some(i.Remarks, func(r workflow.Remark) Remark {
		return Remark{Measure: r.Measure, Text: r.Text, Org: id(r.Org), Person: id(r.Person), For: id(r.For), At: r.At.UTC()}
	})
	out.Results = resultsOut(i.Results)
	l := &i.LookBack
	out.LookBack = LookBack{Due: day(l.Due), Draw: l.Draw, On: day(l.On), By: id(l.By), For: id(l.For), Org: id(l.Org), Note: l.Note}
	out.Spread = some(i.Spread, id[workflow.OrgID])
	out.PausedOn, out.ReturnBy = day(i.PausedOn), day(i.ReturnBy)
}

func letterOut(l workflow.Letter) Letter {
	out := Letter{Number: l.Number, Round: l.Round, Rung: string(l.Rung), Grounds: l.Grounds, Asked: l.Asked, Decided: l.Decided, Limit: day(l.Limit),
		Org: id(l.Org), By: id(l.By), ByFor: id(l.ByFor), On: day(l.On), To: id(l.To), Signed: l.Signed(), SignedBy: id(l.SignedBy),
		SignedFor: id(l.SignedFor)}
	if l.Signed() {
		out.SignedAt = l.SignedAt.UTC()
	}
	return out
}

func callOut(c workflow.CallFor) Call {
	return Call{From: id(c.From), To: id(c.To), Wants: string(c.Wants), Text: c.Text, By: id(c.By), ByFor: id(c.ByFor), On: day(c.On), Until: day(c.Until),
		Climbed: some(c.Climbed, id[workflow.OrgID]), Open: c.Open(), Reply: string(c.Reply), Said: c.Said, RepliedBy: id(c.RepliedBy), RepliedFor: id(c.RepliedFor),
		RepliedOn: day(c.RepliedOn)}
}

func resultsOut(r workflow.Results) Results {
	return Results{
		Systems: some(r.Systems, func(s workflow.System) System { return System{Name: s.Name, Number: s.Number, On: day(s.On)} }),
		Outcomes: some(r.Outcomes, func(o workflow.Outcome) Outcome {
			return Outcome{Kind: OutcomeKind(o.Kind), Count: o.Count, Body: o.Body, Number: o.Number}
		}),
	}
}
