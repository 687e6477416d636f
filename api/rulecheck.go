package api

import (
	"context"
	"fmt"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// GetRuleCheck tells what was proven of the rules in force.
func (s *Server) GetRuleCheck(_ context.Context, _ GetRuleCheckRequestObject) (GetRuleCheckResponseObject, error) {
	found, ok := s.Engine.CheckedRules()
	if !ok {
		return nil, workflow.NotFound("not_checked", workflow.Say("程序启动以来还没有检查过", "nothing was checked since the program started"))
	}
	return GetRuleCheck200JSONResponse(ruleCheckOut(&found)), nil
}

// CheckRules has rules checked, with files laid over those in force.
func (s *Server) CheckRules(ctx context.Context, r CheckRulesRequestObject) (CheckRulesResponseObject, error) {
	files := engine.RuleFiles{Policy: []byte(r.Body.Policy)}
	for n, body := range r.Body.Machines {
		files.Machines = append(files.Machines, engine.MachineFile{Name: fmt.Sprintf("machines[%d].yaml", n), Body: []byte(body)})
	}
	found, err := s.Engine.CheckRules(ctx, actorOf(ctx), files)
	if err != nil {
		return nil, err
	}
	return CheckRules200JSONResponse(ruleCheckOut(&found)), nil
}

func ruleCheckOut(c *engine.RuleCheck) RuleCheck {
	out := RuleCheck{InForce: c.InForce, Whole: c.Whole(), Digest: c.Digest, At: c.At, States: c.Verdict.States, Steps: c.Verdict.Steps,
		Nobody: each(c.Nobody, textOut)}
	for _, proof := range c.Verdict.Proofs {
		claim := RuleClaim{Text: textOut(proof.Claim.Text()), Holds: proof.Story == nil}
		if proof.Story != nil {
			claim.Story = textOut(proof.Story.Text())
			claim.Steps = each(proof.Story.Steps, func(x engine.StoryStep) Text { return textOut(workflow.Say("%s %s", "%s %s", x.Text, x.Rule)) })
		}
		out.Claims = append(out.Claims, claim)
	}
	for _, r := range c.Verdict.Reaches() {
		most := make(map[string]string)
		for _, m := range r.Most {
			name := string(m.Action)
			if m.Of != "" {
				name += "." + string(m.Of)
			}
			most[name] = m.UpTo.String()
		}
		out.Posts = append(out.Posts, PostReach{Post: string(r.Post.Post), Level: r.Level.String(), Most: most})
	}
	return out
}
