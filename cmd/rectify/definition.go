package main

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// definitionCommand is about the machines over time.
type definitionCommand struct {
	Move moveCommand `cmd:"" help:"在办的问题换到现行流程：先演练，再凭演练的摘要办理 move issues under way to the machine in force: rehearse first, then by the digest of the rehearsal."`
}

// moveCommand moves the issues that follow an earlier version of a machine to the one in force.
type moveCommand struct {
	Machine string            `arg:"" enum:"immediate,standard,major" help:"流程 the machine."`
	Map     map[string]string `help:"各状态转到哪里，如 closing=verifying，可写多个 where the issues of a state go on."`
	Note    string            `help:"原因 why." required:""`
	Digest  string            `help:"演练给出的摘要；不写只演练 the digest that the rehearsal gave; without it this is a rehearsal."`
	byFlag
	jsonFlag
}

// Run rehearses, or carries out what was rehearsed. It ends with 1 where an issue could not be moved.
func (c *moveCommand) Run(p *program) error {
	m := engine.Moving{Machine: c.Machine, Note: c.Note, States: make(workflow.Mapping)}
	for from, to := range c.Map {
		for _, word := range []string{from, to} {
			if _, ok := workflow.State(word).Rule(); !ok {
				return workflow.Invalid("unknown_word", "map", workflow.Say("没有状态“%s”", "there is no state %q", word))
			}
		}
		m.States[workflow.State(from)] = workflow.State(to)
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		var r engine.MoveRehearsal
		if c.Digest == "" {
			r, err = o.engine.RehearseMove(ctx, by, m)
		} else {
			r, err = o.engine.MoveIssues(ctx, by, m, c.Digest)
		}
		if err != nil {
			return err
		}
		return c.tell(p, &r)
	})
}

func (c *moveCommand) tell(p *program, r *engine.MoveRehearsal) error {
	type row struct {
		Number string         `json:"number"`
		From   workflow.State `json:"from"`
		To     workflow.State `json:"to"`
		Reason string         `json:"reason,omitempty"`
	}
	rows := make([]row, len(r.Rows))
	for n, x := range r.Rows {
		rows[n] = row{Number: x.Issue.Number, From: x.Issue.State, To: x.To}
		text := workflow.Say("%s  %s → %s", "%s  %s → %s", x.Issue.Number, x.Issue.State.Text(), x.To.Text())
		if x.Err != nil {
			rows[n].Reason = p.say(engine.Reason(x.Err))
			text = workflow.Say("%s  %s  不能：%s", "%s  %s  cannot: %s", x.Issue.Number, x.Issue.State.Text(), rows[n].Reason)
		}
		if !c.JSON {
			p.print(text)
		}
	}
	switch {
	case c.JSON:
		if err := p.printJSON(map[string]any{"issues": rows, "digest": r.Digest, "ready": r.Ready(), "done": r.Done, "more": r.More}); err != nil {
			return err
		}
	case r.Done:
		p.print(workflow.Say("已换到现行流程：%d 个问题", "%d issues were moved", len(r.Rows)))
	case r.Ready():
		p.print(workflow.Say("演练：%d 个问题都可以换。照此办理请加 --digest %s", "rehearsed: all of %d issues can be moved. To do it add --digest %s", len(r.Rows), r.Digest))
	case len(r.Rows) == 0:
		p.print(workflow.Say("没有按旧流程办理的在办问题", "no issue under way follows an earlier version"))
	default:
		p.print(workflow.Say("有不能换的，什么也不会做", "some cannot be moved, and nothing will be done"))
	}
	if !r.Done && !r.Ready() && len(r.Rows) > 0 {
		return exit(exitPartly)
	}
	return nil
}
