package main

import (
	"context"
	"fmt"
	"strings"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// explainCommand says why somebody may or may not take a step.
type explainCommand struct {
	Account string `help:"问的是谁；不给则为 --by 本人 whose question it is; the one of --by if not given." placeholder:"ACCOUNT"`
	Issue   string `help:"问题编号 the number of the issue." placeholder:"NUMBER"`
	Action  string `help:"动作，如 assign、pass、close the step." placeholder:"WORD"`
	Request string `help:"action 为 request 时：extension、lasting、suspension、cancellation what is requested." placeholder:"WORD"`
	byFlag
	jsonFlag
}

// Run explains.
func (c *explainCommand) Run(p *program) error {
	if c.Issue == "" || c.Action == "" {
		return workflow.Invalid("missing_issue", "issue", workflow.Say("请用 --issue 编号 --action 动作 说明问的是哪一步", "say with --issue NUMBER --action WORD which step is meant"))
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		view, err := o.engine.IssueNumbered(ctx, by, c.Issue)
		if err != nil {
			return err
		}
		x, err := o.engine.Explain(ctx, by, c.Account, view.Issue.ID, workflow.Action(c.Action), workflow.RequestKind(c.Request))
		if err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(p.explanationJSON(x))
		}
		p.explanationText(x)
		return nil
	})
}

// explanationJSON is an explanation for programs.
type explanationJSON struct {
	Person     string           `json:"person"`
	Allowed    bool             `json:"allowed"`
	Code       string           `json:"code,omitempty"`
	Reason     string           `json:"reason"`
	Who        string           `json:"who"`
	Rule       string           `json:"rule,omitempty"`
	Considered []consideredJSON `json:"considered"`
	Would      []string         `json:"would"`
}

type consideredJSON struct {
	Post      workflow.Post       `json:"post"`
	OrgName   string              `json:"org_name"`
	Level     workflow.Level      `json:"level"`
	Relations []workflow.Relation `json:"relations"`
}

func (p *program) explanationJSON(x engine.Explanation) explanationJSON {
	out := explanationJSON{Person: x.Person, Allowed: x.Allowed, Code: x.Code, Reason: p.say(x.Reason), Who: p.say(x.Who), Rule: x.Policy.Grant.Rule,
		Considered: []consideredJSON{}, Would: []string{}}
	for _, c := range x.Policy.Considered {
		relations := append([]workflow.Relation{}, c.Relations...)
		out.Considered = append(out.Considered, consideredJSON{c.Appointment.Post, c.Appointment.OrgName, c.Appointment.Level(), relations})
	}
	for n := range x.Policy.Would {
		out.Would = append(out.Would, x.Policy.Would[n].Place())
	}
	return out
}

func (p *program) explanationText(x engine.Explanation) {
	yes := workflow.Say("不能", "no")
	if x.Allowed {
		yes = workflow.Say("能", "yes")
	}
	p.print(workflow.Say("%s：%s", "%s: %s", x.Person, yes))
	p.print(workflow.Say("理由：%s", "why: %s", x.Reason))
	for _, c := range x.Policy.Considered {
		post, _ := workflow.PostNamed(string(c.Appointment.Post))
		relations := make([]string, len(c.Relations))
		for n, r := range c.Relations {
			relations[n] = p.say(r.Text())
		}
		p.print(workflow.Say("任职：%s %s；与本问题的关系：%s", "post: %s %s; relation to the issue: %s", c.Appointment.OrgName, post.Text,
			strings.Join(relations, p.say(workflow.Say("、", ", ")))))
	}
	p.print(workflow.Say("可由这些职务办理：%s", "who may: %s", x.Who))
	for n := range x.Policy.Would {
		fmt.Fprintf(p.out, "  %s\n", x.Policy.Would[n].Place())
	}
}
