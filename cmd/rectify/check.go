package main

import (
	"context"
	"fmt"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

// checkCommand checks the files of rules, and on request whether the posts are filled.
type checkCommand struct {
	People bool `help:"再查数据：哪些组织缺人，问题将无法整改、验收或销号 look into the data as well: where issues could not be rectified, verified or closed for want of people."`
	jsonFlag
}

// complaintJSON is one thing that is wrong, for programs.
type complaintJSON struct {
	Place  string `json:"place"` // file and line, or the code of an organisation
	Reason string `json:"reason"`
}

// Run checks. It ends with 1 when something is wrong and with 2 when the files cannot be understood at all.
func (c *checkCommand) Run(p *program) error {
	r, err := p.readRules()
	if err != nil {
		return err
	}
	wrong := []complaintJSON{}
	for _, complaint := range definitions.Actions(r.definitions, r.may) {
		wrong = append(wrong, complaintJSON{fmt.Sprintf("%s:%d", complaint.File, complaint.Line), p.say(complaint.Text)})
	}
	if c.People && len(wrong) == 0 {
		err = p.with(false, func(ctx context.Context, o *opened) error {
			vacancies, err := o.engine.Vacancies(ctx)
			for _, v := range vacancies {
				wrong = append(wrong, complaintJSON{v.Org.Code, p.say(v.Text)})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return c.tell(p, r, wrong)
}

func (c *checkCommand) tell(p *program, r rules, wrong []complaintJSON) error {
	switch {
	case c.JSON:
		if err := p.printJSON(map[string]any{"ok": len(wrong) == 0, "wrong": wrong}); err != nil {
			return err
		}
	case len(wrong) == 0:
		p.print(workflow.Say("流程 %d 个、权限 %d 条：都能读，彼此一致", "%d machines and %d lines of policy: read, and they agree", len(r.definitions.Machines()), len(r.guard.Rules())))
	default:
		for _, w := range wrong {
			fmt.Fprintln(p.out, w.Reason)
		}
	}
	if len(wrong) > 0 {
		return exit(exitPartly)
	}
	return nil
}
