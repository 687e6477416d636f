package main

import (
	"fmt"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// The days on which the lists of other sources come in.
const (
	caseDay   = 60
	riskDay   = 62
	reviewDay = 63
	studyDay  = 128
)

// planSources is about the same problems from several of the five sources (五改合一), and about the same kind elsewhere (举一反三).
func (c *city) planSources() {
	c.on(caseDay, "case lessons", func() error {
		return c.take("zoujie", "case", "C", "以案促改查摆问题清单", "case_lesson", caseDay-3)
	})
	c.on(riskDay, "integrity risks", func() error {
		return c.take("zoujie", "risk", "R", "廉政风险排查问题清单", "integrity_risk", riskDay-4)
	})
	c.on(reviewDay, "blind spots", func() error {
		return c.take("zoujie", "blind", "B", "机关党建“灯下黑”问题专项整治清单", "blind_spot", reviewDay-5)
	})
	c.on(reviewDay, "study of the organ", func() error {
		return c.take("zoujie", "review", "J", "机关学习教育检视问题清单", "study", reviewDay-3)
	})
	c.on(studyDay, "study", func() error {
		return c.take("tangyue", "study", "X", "学习教育查摆问题清单", "study", studyDay-3)
	})
	for _, key := range []string{"C1", "R1", "B1", "J1"} { // one problem, all five sources
		c.merge(reviewDay+2, key, "I4", workflow.Merge, "与巡察反馈第4项是同一问题，合并整改，分别回复")
	}
	c.merge(riskDay+4, "C2", "I5", workflow.Merge, "与巡察反馈第5项同为试验田物资采购询价问题")
	c.merge(riskDay+9, "C2", "I5", workflow.Unmerge, "核对采购台账，是另外两个批次，不是同一问题，恢复单独整改")
	c.issue("C2", "0111", workflow.Ordinary, riskDay+68).prepare().report("第一个批次的询价记录已补齐")
	c.issue("B2", "0102", workflow.Ordinary, reviewDay+40).prepare().report("两名委员已到联系支部，第三名定在下周")
	c.issue("B3", "0101", workflow.Ordinary, reviewDay+4).says(alikeNote[:len(alikeNote)-len("并在支部会上通报")]).prepare().work(0).pass().close()
	c.issue("J2", "0103", workflow.Ordinary, reviewDay+4).prepare().work(0).pass().close()
	c.planAssisted()
	c.planResumed()
	c.planSpread()
}

// merge lets the organ committee merge an issue into another, or undo that.
func (c *city) merge(day int, key, into string, do workflow.Action, note string) {
	c.on(day, string(do)+" "+key, func() error {
		return c.act("zoujie", key, workflow.Step{Action: do, Other: c.issues[into], Note: note})
	})
}

// planAssisted is about a main and an assisting unit with measures of their own; the assisting one has done its own.
func (c *city) planAssisted() {
	t := c.issue("R2", "0112", workflow.Ordinary, riskDay+4).assign().accept().after(6)
	main, assisting := c.orgs["0112"], c.orgs["0111"]
	t.step(t.rectifier, workflow.Step{Action: workflow.Plan, Note: "与第一党支部会商后提交", Measures: []workflow.Measure{
		{Text: "补贴资料审核与发放分设两个岗位，制定《惠农补贴岗位分离规定》", Org: main, Leader: "马骏", Person: c.people["xiening"], Due: c.day(110)},
		{Text: "核对上年度200户补贴发放记录，逐户公示核对结果", Org: assisting, Leader: "马骏", Person: c.people["lujing"], Due: c.day(130)},
		{Text: "每季度轮岗一次，轮岗记录归档", Org: main, Leader: "马骏", Person: c.people["xiening"], Due: c.day(184)},
	}})
	t.after(3).step(t.verifier, workflow.Step{Action: workflow.ApprovePlan, Mark: "fair", Note: "分工清楚，同意实施", Remarks: []workflow.Remark{
		{Measure: 2, Text: "核对中发现的差错另行登记，不要只改台账"},
	}})
	t.after(20).step(t.rectifier, finished(1, "岗位已分设，规定已经总支委员会通过并印发"))
	t.after(18).step("lujing", finished(2, "200户全部核对，更正3户并已公示"))
	t.after(25).step(t.rectifier, workflow.Step{Action: workflow.Report, Note: "第一次轮岗已完成，记录已归档"})
}

// finished is the step of who has done a measure.
func finished(measure int, result string) workflow.Step {
	return workflow.Step{Action: workflow.Finish, Measure: measure, Note: result, Evidence: []workflow.Evidence{{Text: result, Measure: measure}}}
}

// planResumed is about an issue that was suspended and goes on: the days that it stood still are given back.
func (c *city) planResumed() {
	t := c.issue("R3", "0103", workflow.Ordinary, riskDay+4).prepare().report("已核实9批样品去向").after(3)
	t.step(t.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.Suspension, Condition: "省种子站恢复样品比对后继续",
		Note: "其余6批样品须由省种子站比对，比对室正在改造，申请挂账"})
	t.after(3).step(t.closer, workflow.Step{Action: workflow.GrantIt, Note: "情况属实，同意挂账"})
	t.after(25).step(t.verifier, workflow.Step{Action: workflow.Resume, Note: "省种子站已恢复比对，条件具备，恢复整改"})
	t.after(12).step(t.rectifier, workflow.Step{Action: workflow.Report, Note: "6批样品已送省种子站比对"})
}

// planSpread asks the other branches whether they have what one was found to have: one has, two have not, one has not answered.
func (c *city) planSpread() {
	const day = 144
	c.on(day, "spread", func() error {
		return c.act("zoujie", "I2", workflow.Step{Action: workflow.Spread, Due: c.day(155), Detail: "“第一议题”学习有没有记录不全、没有落实情况的",
			Orgs: []workflow.OrgID{c.orgs["0101"], c.orgs["0103"], c.orgs["0111"], c.orgs["0112"]}})
	})
	c.answer(day+3, "songjia", engine.CheckReply{Answer: workflow.CheckHaveNot, Note: "查阅全年12次记录，均有落实情况"})
	c.answer(day+4, "tianye", engine.CheckReply{Answer: workflow.CheckHave, Detail: "种植业科支部“第一议题”学习8次中有3次没有记录落实情况。", Note: "对照自查发现"})
	c.answer(day+6, "lujing", engine.CheckReply{Answer: workflow.CheckHaveNot, Note: "逐次核对，记录齐全"})

	c.on(day+5, "E1 assign", func() error {
		return c.act("xuhang", "E1", workflow.Step{Action: workflow.Assign, Kind: workflow.KindTimed, Grade: workflow.Ordinary, Due: c.day(192),
			Person: c.people["tianye"]})
	})
	c.on(day+6, "E1 accept", func() error { return c.act("tianye", "E1", workflow.Step{Action: workflow.Accept}) })
}

// answer lets somebody answer the one self-check that their organisation is asked; an issue that it becomes is E1.
func (c *city) answer(day int, who string, r engine.CheckReply) {
	c.on(day, "self-check of "+who, func() error {
		by, err := c.o.engine.ActorNamed(c.ctx, who)
		if err != nil {
			return err
		}
		open, err := c.o.engine.OpenSelfChecks(c.ctx, by, 2)
		if err != nil || len(open) != 1 {
			return fmt.Errorf("%d self-checks are open: %w", len(open), err)
		}
		done, err := c.o.engine.AnswerSelfCheck(c.ctx, by, open[0].ID, r)
		if done.Made != 0 {
			c.issues["E1"] = done.Made
		}
		return err
	})
}
