package main

import "rectify/workflow"

// call lets the responsible organisation call another one for what it cannot do alone.
func (t *thread) call(to string, wants workflow.Wants, text string) *thread {
	return t.step(t.rectifier, workflow.Step{Action: workflow.Call, Call: workflow.CallFor{To: t.c.orgs[to], Wants: wants}, Note: text})
}

func (t *thread) respond(who string, reply workflow.Reply, text string) *thread {
	return t.step(who, workflow.Step{Action: workflow.Respond, Reply: reply, Note: text})
}

// letter lets somebody send a supervision letter.
func (t *thread) letter(who string, l workflow.Letter) *thread {
	return t.step(who, workflow.Step{Action: workflow.SendLetter, Letter: l})
}

func (t *thread) sign() *thread {
	return t.step(t.rectifier, workflow.Step{Action: workflow.SignLetter})
}

// planLetters is the whole ladder about one issue, a letter of each rung: the second was signed for late, the last not yet.
func (c *city) planLetters(t *thread) {
	send := func(day, limit int, rung workflow.Rung, decided, grounds, asked string) {
		t.day = day
		t.letter("zoujie", workflow.Letter{Rung: rung, Decided: decided, Grounds: grounds, Asked: asked, Limit: c.day(limit)})
	}
	sign := func(day int) {
		t.day = day
		t.sign()
	}
	send(130, 138, workflow.RungNotice, "", "巡察反馈整改任务清单第14项，时限将到而只联系到一名流动党员", "联系到另一名流动党员，建立每月联系台账")
	sign(131)
	send(139, 143, workflow.RungGuidance, "机关党委委员会议", "提示函所列事项没有完成", "书面说明原因，三个工作日内报联系台账")
	sign(146)
	send(147, 150, workflow.RungReminder, "机关党委书记", "督导函签收逾期，联系台账仍未报送", "支部书记当面说明情况，时限内办结并提请验收")
	sign(148)
	send(154, 158, workflow.RungAdmonition, "机关党委委员会议", "已超过整改时限，催办后仍未办结", "支部书记到机关党委接受约谈，当场提出办结日期")
	sign(157)
	send(158, 165, workflow.RungAccountability, "农业农村局党组会议，青农党组函第6号", "约谈告诫书三个工作日后才签收，联系台账仍未报送", "向党组书面检讨，时限内办结；责任追究由有权机关依规决定")
}

// planReview is a plan that only holds meetings, is sent back line by line, comes better, and waits for the second of two countersigns.
func (c *city) planReview(t *thread) {
	who := c.people[t.rectifier]
	measure := func(text string, due int) workflow.Measure {
		return workflow.Measure{Text: text, Leader: "贺松年", Person: who, Due: c.day(due)}
	}
	t.wait(5).step(t.rectifier, workflow.Step{Action: workflow.Plan, Note: "方案已经总支委员会讨论", Measures: []workflow.Measure{
		measure("召开专题会议，学习合同管理规定", 198), measure("印发关于加强合同管理的通知", 198), measure("组织业务人员参加合同知识培训", 198),
	}})
	t.after(3).step(t.verifier, workflow.Step{Action: workflow.RejectPlan, Note: "三条措施都是开会发文，没有写四份合同怎么处理，请重新制定", Remarks: []workflow.Remark{
		{Measure: 1, Text: "只写学习，没有写四份合同逐份审核"}, {Measure: 2, Text: "发通知不能代替审签流程，应写明谁审、谁签、不审不用印"},
		{Measure: 3, Text: "培训可以保留，请写明人数和考核结果"}, {Text: "三条措施定在同一天完成，请分步安排"},
	}})
	t.after(4).step(t.rectifier, workflow.Step{Action: workflow.Plan, Note: "按审核意见逐条修改", Measures: []workflow.Measure{
		measure("四份合同逐份送法律顾问审核，出具审核意见书", 166), measure("对有风险的两份合同与对方签订补充协议", 182),
		measure("制定《合同审签流程》，未经法律审核的不予用印", 195),
	}})
	t.after(4).step(t.verifier, workflow.Step{Action: workflow.ApprovePlan, Mark: "good", Note: "措施具体，时间分步，同意实施", Remarks: []workflow.Remark{
		{Measure: 2, Text: "补充协议签订前先报机关党委备查"}, {Measure: 3, Text: "流程印发后抽查一个季度的用印登记"},
	}})
}

// planAround is what happens around the steps in the organisations of the traffic bureau.
func (c *city) planAround() {
	// A plan that the program advises about, while it waits for review.
	poor := c.issue("X1", "0201", workflow.Ordinary, 146).assign().accept().after(8)
	measure := func(text string) workflow.Measure {
		return workflow.Measure{Text: text, Person: c.people["panlei"], Due: c.day(188)}
	}
	poor.step(poor.rectifier, workflow.Step{Action: workflow.Plan, Note: "提交方案", Measures: []workflow.Measure{
		measure("召开学习教育推进会，统一思想认识"), measure("印发年轻干部学习计划的通知"), measure("进一步加强年轻干部教育管理"),
	}})
	better := c.issue("X2", "0203", workflow.Ordinary, studyDay+2)
	better.brief = true
	better.prepare().work(0).pass().close()

	// The deputy secretary is away: who stands in for him sends the letter.
	late := c.issue("S15", "0202", workflow.Ordinary, 157)
	late.letter("tangyue", workflow.Letter{Rung: workflow.RungNotice, Grounds: "交办后超过两个工作日没有签收",
		Asked: "今日签收，五个工作日内报整改方案", Limit: c.day(162)})
	late.after(1).sign()
}
