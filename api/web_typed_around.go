package api

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"rectify/workflow"
)

// aroundTyped reads what a step brings beside the course of the issue.
func (s *Server) aroundTyped(ctx context.Context, r *reading, step *workflow.Step, v url.Values) error {
	text := func(name string) string { return strings.TrimSpace(v.Get(name)) }
	callee, err := s.orgTyped(ctx, "call_to", v.Get("call_to"))
	if err != nil {
		return err
	}
	step.Call = workflow.CallFor{To: idOf[workflow.OrgID](r, "call_to", callee), Wants: workflow.Wants(v.Get("wants"))}
	step.Reply, step.Mark = workflow.Reply(v.Get("reply")), workflow.PlanMark(v.Get("mark"))
	step.From, step.Orgs = idOf[workflow.PersonID](r, "from", v.Get("from")), idsOf[workflow.OrgID](r, "orgs", v["orgs"])
	if step.Action == workflow.SendLetter {
		step.Letter = workflow.Letter{Rung: workflow.Rung(v.Get("rung")), Grounds: text("grounds"), Asked: text("asked"), Decided: text("decided"),
			Limit: dayOf(r, "limit", v.Get("limit"))}
	} else {
		step.Decided = text("decided")
	}
	step.Remarks = remarksTyped(r, v)
	step.Results = workflow.Results{Systems: systemsTyped(r, v), Outcomes: outcomesTyped(r, v)}
	return nil
}

// remarksTyped reads what was said of a plan; what says nothing does not count.
func remarksTyped(r *reading, v url.Values) (out []workflow.Remark) {
	for n, text := range v["remark"] {
		if text = strings.TrimSpace(text); text != "" {
			measure, err := strconv.Atoi(at(v["remark_on"], n))
			if err != nil {
				r.fault(workflow.Invalid("bad_remark", "remarks", workflow.Say("表单有误，请重新打开本页", "the form is broken; open the page again")))
			}
			out = append(out, workflow.Remark{Measure: measure, Text: text})
		}
	}
	return out
}

// systemsTyped reads the table of rules that were made; rows in which nothing was written do not count.
func systemsTyped(r *reading, v url.Values) (out []workflow.System) {
	for n := range v["system_name"] {
		x := workflow.System{Name: strings.TrimSpace(at(v["system_name"], n)), Number: strings.TrimSpace(at(v["system_number"], n)),
			On: dayOf(r, "systems", at(v["system_on"], n))}
		if x != (workflow.System{}) {
			out = append(out, x)
		}
	}
	return out
}

// outcomesTyped reads the table of outcomes; rows in which nothing was written do not count.
func outcomesTyped(r *reading, v url.Values) (out []workflow.Outcome) {
	for n := range v["outcome_kind"] {
		x := workflow.Outcome{Kind: workflow.OutcomeKind(at(v["outcome_kind"], n)), Body: strings.TrimSpace(at(v["outcome_body"], n)),
			Number: strings.TrimSpace(at(v["outcome_number"], n))}
		if count := strings.TrimSpace(at(v["outcome_count"], n)); count != "" {
			var err error
			if x.Count, err = strconv.Atoi(count); err != nil {
				r.fault(workflow.Invalid("bad_count", "outcomes", workflow.Say("“%s”不是人数", "%q is no number of persons", count)))
			}
		}
		if x != (workflow.Outcome{}) {
			out = append(out, x)
		}
	}
	return out
}
