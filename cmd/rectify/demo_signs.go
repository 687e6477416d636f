package main

import (
	"time"

	"rectify/workflow"
)

// What the story has of each sign of paper rectification: none of it need be wrong, and all of it is worth a look.

// sharers are the issues that are submitted with the same file.
func sharers() []string { return []string{"A9", "A10"} }

// alikeNote is what branches of different units say of what they did.
const alikeNote = "支部对照问题逐条整改，补齐了有关记录，完善了制度，建立了台账，今后由支部委员按月检查并在支部会上通报"

// says is what is said when the issue is submitted.
func (t *thread) says(text string) *thread {
	t.said = text
	return t
}

// hastily submits the issue and has it passed a minute later.
func (t *thread) hastily() *thread {
	t.report("已按方案推进，完成过半").finish(1, "第一条措施已落实").finish(2, "第二条措施已落实，制度已印发").wait(3)
	t.c.on(t.day, t.key+" submitted and passed", func() error {
		if err := t.c.act(t.rectifier, t.key, t.submission(0)); err != nil {
			return err
		}
		t.c.clock.now = t.c.clock.now.Add(time.Minute)
		return t.c.act(t.verifier, t.key, workflow.Step{Action: workflow.Pass, Criteria: allMet(), Note: "五项标准均已达到"})
	})
	return t.wait(5)
}

// again is a plan that is sent back and handed in again, on one day.
func (t *thread) again(note string) *thread {
	return t.step(t.verifier, workflow.Step{Action: workflow.RejectPlan, Note: note}).step(t.rectifier, workflow.Step{Action: workflow.Plan, Note: "已按意见修改"})
}

// askLate asks for more time on the day on which the issue is due, and does not get it.
func (t *thread) askLate(due int) *thread {
	t.day = due
	return t.step(t.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.Extension, Due: t.c.day(due + 15), Note: "另一名流动党员尚未联系上，申请延期"}).
		step(t.verifier, workflow.Step{Action: workflow.Deny, Note: "联系流动党员无需延期，请抓紧办理"})
}
