package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// simulateCommand replays the past under other reminder rules.
type simulateCommand struct {
	Rules  string `required:"" help:"提醒规则文件，形式同“规则 → 提醒” a file of reminder rules." placeholder:"FILE"`
	Months int    `help:"回放最近几个月 how many months back." default:"12"`
	jsonFlag
}

// simulatedJSON is one month, for programs.
type simulatedJSON struct {
	Month string     `json:"month"`
	Now   volumeJSON `json:"in_force"`
	Then  volumeJSON `json:"these"`
}

type volumeJSON struct {
	Reminders int `json:"reminders"`
	Digests   int `json:"digests"`
	People    int `json:"people"`
	Most      int `json:"most_in_a_day"`
}

const mostMonths = 60

// Run replays the history up to yesterday and shows, month by month, what would have been sent beside what the rules in force send.
func (c *simulateCommand) Run(p *program) error {
	if c.Months < 1 || c.Months > mostMonths {
		return workflow.Invalid("bad_months", "months", workflow.Say("--months 为1至%d", "--months is 1 to %d", mostMonths))
	}
	body, err := os.ReadFile(c.Rules)
	if err != nil {
		return unreadableFile(c.Rules, err)
	}
	rules, err := engine.ParseReminders(filepath.Base(c.Rules), body)
	if err != nil {
		return err
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		today := o.engine.Today()
		months, err := o.engine.Simulate(ctx, rules, workflow.DayOf(today.Time().AddDate(0, -c.Months, 0)), today.Add(-1))
		if err != nil {
			return err
		}
		return c.tell(p, months)
	})
}

func (c *simulateCommand) tell(p *program, months []engine.Simulated) error {
	if c.JSON {
		out := make([]simulatedJSON, len(months))
		for n, m := range months {
			out[n] = simulatedJSON{m.Month, volumeJSON(m.Now), volumeJSON(m.Then)}
		}
		return p.printJSON(out)
	}
	p.print(workflow.Say("只计提醒，不计新动态和月提示。每栏：现行规则 → 新规则", "reminders alone, without news and prompts. Each column: in force → these"))
	p.print(workflow.Say("月份      提醒条数          份数              人数              一天最多", "month     reminders         digests           people            most in a day"))
	change := func(now, then int) string { return fmt.Sprintf("%-18s", fmt.Sprintf("%d → %d", now, then)) }
	for _, m := range months {
		fmt.Fprintf(p.out, "%-10s%s%s%s%s\n", m.Month, change(m.Now.Reminders, m.Then.Reminders), change(m.Now.Digests, m.Then.Digests),
			change(m.Now.People, m.Then.People), change(m.Now.Most, m.Then.Most))
	}
	return nil
}
