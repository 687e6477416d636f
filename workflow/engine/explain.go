package engine

import (
	"context"
	"errors"
	"slices"

	"rectify/policies"
	"rectify/workflow"
)

// Explanation answers why somebody may or may not take a step on an issue.
type Explanation struct {
	Person  string
	Allowed bool
	Code    string        // of the refusal
	Reason  workflow.Text // in a sentence
	Who     workflow.Text // which posts, in which relation, may
	Policy  policies.Explanation
}

// Explain says whether a step would be accepted from the person with the account ("" for the actor), and if not why not and who can.
// The actor must be able to see the issue.
func (e *Engine) Explain(ctx context.Context, by workflow.Actor, account string, id workflow.IssueID, a workflow.Action, of workflow.RequestKind) (Explanation, error) {
	if rule, ok := a.Rule(); !ok || !rule.Step && a != workflow.View && a != workflow.Draw && a != workflow.SelfCheckIt {
		return Explanation{}, workflow.Invalid("unknown_action", "action", workflow.Say("没有“%s”这个动作", "there is no action %q", string(a)))
	}
	i, err := e.see(ctx, &by, id)
	if err != nil {
		return Explanation{}, err
	}
	if err := e.took(ctx, &by, "explain", id, i.ShownNumber()); err != nil {
		return Explanation{}, err
	}
	whom := by
	if account != "" && account != by.Account {
		if whom, err = e.ActorNamed(ctx, account); err != nil {
			return Explanation{}, err
		}
	}
	x := Explanation{Person: whom.Name, Policy: e.guard.Explain(&whom, a, &i, i.Grade), Who: e.guard.Who(a, i.Grade)}
	err = e.withDefinitions(ctx, func() error { return e.wouldAccept(whom, &i, a, of, x.Policy) })
	if err == nil {
		err = e.beyond(ctx, whom, &i, a)
	}
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		x.Code, x.Reason = fault.Code, fault.Text
		return x, nil
	}
	x.Allowed = err == nil
	if x.Allowed {
		x.Reason = workflow.Say("可以：依据%s，以%s身份", "yes: by %s, as %s", x.Policy.Grant.Rule, x.Policy.Grant.Relation.Text())
	}
	return x, err
}

// wouldAccept asks for one step, and what helps most is said first: that the state does not know it, then that the policy does not allow
// it, then what else stands in the way.
func (e *Engine) wouldAccept(by workflow.Actor, i *workflow.Issue, a workflow.Action, of workflow.RequestKind, p policies.Explanation) error {
	if _, ok := e.guard.Allow(&by, workflow.View, i, i.Grade); !ok {
		return noIssue()
	}
	if a == workflow.View {
		return nil
	}
	step := a != workflow.Draw && a != workflow.SelfCheckIt
	d, err := e.definition(i.Definition)
	if err != nil {
		return err
	}
	if err := workflow.Possible(d, i, a, of); err != nil && step {
		return err
	}
	if !p.Allowed {
		return e.standsOff(i, a)
	}
	if !step {
		return nil
	}
	by.As = p.Grant
	return workflow.Open(d, i, a, of, &by, e.moment())
}

// standsOff says why none of somebody's posts may do an action: how one must stand to the issue, or that nothing waits for it.
func (e *Engine) standsOff(i *workflow.Issue, a workflow.Action) error {
	if a == workflow.Respond && !slices.ContainsFunc(i.Calls, func(c workflow.CallFor) bool { return c.Open() }) {
		return workflow.Refused("no_call", workflow.Say("没有待答复的呼叫", "no call waits for an answer"))
	}
	relations := e.guard.Relations(a, i.Grade)
	if relations.Zh == "" {
		return workflow.Forbidden("not_permitted", workflow.Say("任何职务都不能对这个等级的问题%s", "no post may do this to an issue of this grade (%s)", a.Text()))
	}
	return workflow.Forbidden("not_permitted", workflow.Say("%s要由与问题有这种关系的单位和个人办理：%s；现任的职务没有这种关系，或该职务不办这一项",
		"“%s” is done by who stands to the issue as %s; none of the posts does, or it is not for that post", a.Text(), relations))
}
