package main

import "rectify/workflow"

// The days on which the three checklists of the story come in.
const (
	auditDay      = 5
	inspectionDay = 45
	selfCheckDay  = 130
)

// plan writes the whole story down: eight checklists, and what becomes of every issue.
func (c *city) plan() {
	c.planDays()
	c.on(auditDay, "audit", func() error {
		return c.take("tangyue", "audit", "A", "市审计局年度审计整改清单", "audit", auditDay-3)
	})
	c.on(inspectionDay, "inspection", func() error {
		return c.take("zoujie", "inspection", "I", "市委第三巡察组反馈问题整改任务清单", "inspection", inspectionDay-10)
	})
	c.on(selfCheckDay, "self-check", func() error {
		return c.take("mengzhao", "selfcheck", "S", "市直机关党支部集中自查问题清单", "self_check", selfCheckDay-3)
	})
	c.planAudit()
	c.planMajor()
	c.planInspection()
	c.planSelfCheck()
	c.planSources()
	c.planAround()
	c.write(157, "lujing", "0111", "支部大会签到表缺少日期")
	c.write(158, "yuanmeng", "0202", "党员积分台账与公示内容不一致，涉及2人") // much like S15
}

func (c *city) planAudit() {
	const day = auditDay + 2
	c.issue("A1", "0201", workflow.Serious, day).prepare().work(128_400_000).pass().closeWith(workflow.Results{
		Systems: []workflow.System{{Name: "结余资金季度清理办法", Number: "青交党组发第18号", On: c.day(50)}}})
	c.issue("A2", "0202", workflow.Serious, day).prepare().work(86_000_000).pass().closeWith(workflow.Results{
		Systems:  []workflow.System{{Name: "政府采购目录和经办人员责任规定", Number: "青交办发第21号", On: c.day(51)}},
		Outcomes: []workflow.Outcome{{Kind: "talk", Count: 2, Body: "交通运输局机关纪委"}, {Kind: "criticism", Count: 1, Body: "交通运输局机关纪委"}}})
	early := c.issue("A3", "0203", workflow.Ordinary, day) // closed more than six months ago: its look-back comes round by itself
	early.brief = true
	early.prepare().work(12_350_000).pass().close()

	big := c.issue("A4", "0203", workflow.Major, day).assign("00").accept().propose().approve("mengzhao").report("两个项目已完成重新论证")
	big.after(100).report("一个项目已开工，另一个受征地影响")
	big.after(12).step(big.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.Extension, Due: c.day(230),
		Note: "第二个项目征地尚未完成，预计推迟三个月开工"})
	// The organ committee does not answer in time: the call climbs to the Party group by itself, which decides.
	big.day = 146
	big.call("0200", workflow.WantsDecision, "征地由属地政府负责，请决定由哪位局领导牵头协商").after(6).
		respond("jiangfan", workflow.ReplyDecision, "局党组会议决定由分管副局长牵头，两周内与属地政府商定征地方案")

	rejected := c.issue("A5", "0202", workflow.Ordinary, day+60).prepare().work(20_000_000).after(4)
	rejected.step(rejected.verifier, workflow.Step{Action: workflow.Reject, Due: c.day(175), Note: "多计工程款只追回一部分，须全部核减后再报"})
	rejected.day = 152
	rejected.step("mengzhao", workflow.Step{Action: workflow.Escalate, Decided: "市直机关工委第11次会议", Note: "涉及工程变更审批，提级由局党组销号"})
	rejected.submit(20_000_000)

	refused := c.issue("A6", "0201", workflow.Serious, day+60).prepare().work(201_150_000).pass().after(4)
	refused.step(refused.closer, workflow.Step{Action: workflow.Refuse, Due: c.day(180), Note: "仍有两家单位未对账，不予销号，请继续清理"})
	refused.after(45).call("02", workflow.WantsHelp, "两家外单位不配合对账，请局党组出面致函协调") // nobody has answered yet

	lasting := c.issue("A7", "0203", workflow.Ordinary, day+110).prepare().report("新考核办法已印发，开始按季考核")
	lasting.after(13).step(lasting.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.LastingForm, StageGoal: "连续四个季度考核结果与拨款挂钩",
		NextReview: c.day(220), Note: "考核须经四个季度检验，申请转为长期整改"})

	suspended := c.issue("A8", "0202", workflow.Ordinary, day+110).prepare().report("用地预审材料已上报")
	suspended.after(14).step(suspended.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.Suspension, Condition: "省厅批复用地后恢复整改",
		Note: "用地审批在省级部门，本级无法推进，申请挂账"})

	c.issue("A9", "0201", workflow.Ordinary, day+110).prepare().work(3_860_000)
	c.issue("A10", "0202", workflow.Ordinary, day+120).prepare().report("已归档五个项目").after(1).
		call("0300", workflow.WantsHelp, "12个项目档案分类口径不一，请派业务人员指导归档").after(1).
		respond("renjing", workflow.ReplyHelp, "业务科派两人上门指导，项目档案分类表已发").
		after(-5).finish(1, "已归档全部项目").after(-5).finish(2, "归档流程已印发").submit(0)
}

// planMajor is about the major issues of the inspection: every one goes through several hands.
func (c *city) planMajor() {
	const day = inspectionDay + 2
	closed := c.issue("I4", "0101", workflow.Major, day).assign("00").accept().propose().approve("mengzhao").work(0).pass("mengzhao").publicize("luomin")
	closed.after(12).step(closed.closer, workflow.Step{Action: workflow.Close, Note: "公示无异议，同意销号", Results: workflow.Results{
		Systems:  []workflow.System{{Name: "公务接待报销审核办法", Number: "青农党组发第9号", On: c.day(84)}},
		Outcomes: []workflow.Outcome{{Kind: "inspection", Count: 1, Body: "农业农村局党组", Number: "青农党组函第4号"}}}})

	c.issue("I5", "0111", workflow.Major, day).assign("00").accept().propose().approve("mengzhao").after(50).work(0).pass("mengzhao").publicize("luomin")

	objected := c.issue("I6", "0112", workflow.Major, day).assign("00").accept().propose().approve("mengzhao").after(40).work(0).pass("mengzhao").publicize("luomin")
	objected.after(3).step("mengzhao", workflow.Step{Action: workflow.Object, Note: "抽查发现仍有一个村没有在村务栏公示"})

	c.planReview(c.issue("I7", "0110", workflow.Major, day).after(90).assign("00").accept())
	// The countersign of this verification is half done: the work committee has not signed yet.
	c.issue("I8", "0103", workflow.Major, day).assign("00").accept().propose().approve("mengzhao").after(60).work(0).pass()
}

func (c *city) planInspection() {
	const day = inspectionDay + 2
	c.issue("I1", "0101", workflow.Serious, day).prepare().work(0).pass().close()
	c.issue("I2", "0102", workflow.Ordinary, day).prepare().work(0).pass().close()

	again := c.issue("I3", "0103", workflow.Ordinary, day).prepare().work(0).pass().close().after(35)
	again.step(again.closer, workflow.Step{Action: workflow.Reopen, Due: c.day(190), Basis: "机关党委回头看记录第6号", Note: "回头看发现两次主题党日又只读文件，问题反弹"}).accept()

	c.issue("I9", "0102", workflow.Serious, day).prepare().after(45).work(0).pass()

	lasting := c.issue("I10", "0103", workflow.Ordinary, day).prepare().report("已建立学员档案").after(3)
	lasting.step(lasting.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.LastingForm, StageGoal: "三期培训回访率均达到八成",
		NextReview: c.day(120), Note: "培训按农时开展，需要多期检验，申请转长期"})
	lasting.after(3).step(lasting.verifier, workflow.Step{Action: workflow.GrantIt, Note: "同意"}).report("第一期回访率百分之七十六")
	lasting.day = 119
	lasting.step(lasting.verifier, workflow.Step{Action: workflow.Review, NextReview: c.day(165), StageGoal: "第三期培训回访率达到八成，学员档案齐全",
		Note: "抽查前两期学员档案，第二期回访率百分之七十九，阶段目标基本达到"})
	lasting.after(22).report("第三期已开班，学员档案同步建立")

	suspended := c.issue("I11", "0101", workflow.Ordinary, day).prepare().after(3).
		call("00", workflow.WantsDecision, "请工委协调机关事务管理局调剂一间党员活动室").after(2).
		respond("mengzhao", workflow.ReplyNo, "办公用房由机关事务管理局统一调配，工委无权决定；请按程序书面申请，批复前错时使用").
		after(-5).report("已向机关事务管理局申请用房").after(5)
	suspended.step(suspended.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.Suspension, Condition: "办公用房调整方案批复后恢复",
		Note: "办公用房统一调整尚未批复，申请挂账"})
	suspended.after(3).step(suspended.closer, workflow.Step{Action: workflow.GrantIt, Note: "同意挂账，错时使用"})

	merged := c.issue("I12", "0102", workflow.Ordinary, day).prepare().after(20)
	c.issue("I13", "0102", workflow.Ordinary, day).prepare().report("已列入组织生活会整改清单")
	c.on(merged.day, "merge", func() error {
		return c.act(merged.verifier, "I12", workflow.Step{Action: workflow.Merge, Other: c.issues["I13"], Note: "与组织生活会意见雷同是同一问题"})
	})

	late := c.issue("I14", "0112", workflow.Ordinary, day).after(40).prepare().report("已联系到一名流动党员").askLate(150).after(1)
	late.step(late.verifier, workflow.Step{Action: workflow.Urge, Note: "已超过时限，请一周内办结"})
	c.planLetters(late)
}

func (c *city) planSelfCheck() {
	const day = selfCheckDay + 1
	brief := func(key, code string, grade workflow.Grade, day int) *thread {
		t := c.issue(key, code, grade, day)
		t.brief = true
		return t
	}
	brief("S1", "0301", workflow.Ordinary, day).says(alikeNote).prepare().work(0).pass().close()
	brief("S2", "0302", workflow.Serious, day).prepare().hastily().close()
	brief("S13", "0203", workflow.Ordinary, day).assign().accept().submit(0).pass() // put right at once: one act verifies and closes
	c.issue("S3", "0301", workflow.Ordinary, day+22).assign().accept()
	c.issue("S4", "0302", workflow.Ordinary, day+20).assign().accept().propose().again("第一条没有写明由谁核对，请补充后再报").again("完成时限晚于问题时限，请调整后再报")
	c.issue("S5", "0101", workflow.Ordinary, day+27).assign()

	c.planEndings(day)
	c.planImmediate(day)
	c.issue("S15", "0202", workflow.Ordinary, day+18).assign()
}

// planEndings is about the issues of the self-check that leave the way, or are to.
func (c *city) planEndings(day int) {
	cancelled := c.issue("S8", "0202", workflow.Ordinary, day+2).assign().accept().after(2)
	cancelled.step(cancelled.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.Cancellation, Note: "设备属信息中心统一更换范围，不属本支部问题"})
	cancelled.after(3).step(cancelled.closer, workflow.Step{Action: workflow.GrantIt, Note: "情况属实，同意撤销"})

	asked := c.issue("S9", "0302", workflow.Ordinary, day+14).assign().accept().after(6)
	asked.step(asked.rectifier, workflow.Step{Action: workflow.Ask, Request: workflow.Cancellation, Note: "经核对手续当时已补办，登记时漏记，申请撤销"})

	back := c.issue("S10", "0111", workflow.Ordinary, day+3).assign().after(1)
	back.step(back.rectifier, workflow.Step{Action: workflow.Return, Note: "该党小组属第二党支部，责任单位有误"})

	moved := c.issue("S11", "0112", workflow.Ordinary, day+5).assign().accept().after(3)
	moved.step(moved.assigner, workflow.Step{Action: workflow.Transfer, Responsible: c.orgs["0111"], Note: "培养联系人已划归第一党支部，改由其办理"})
	moved.after(1).step("lujing", workflow.Step{Action: workflow.Accept})
}

// planImmediate is about what is to be put right at once and is not closed yet.
func (c *city) planImmediate(day int) {
	c.issue("S12", "0301", workflow.Ordinary, day+17).assign().accept().after(4).submit(0)

	late := c.issue("S14", "0102", workflow.Ordinary, day+9).assign().accept().after(10)
	late.step(late.verifier, workflow.Step{Action: workflow.Urge, Note: "已超过时限，请立即改到位"})
	late.after(2).step("mengzhao", workflow.Step{Action: workflow.Supervise, Basis: "工委督办单第3号", Decided: "工委书记专题会", Note: "挂牌督办"})

	now := c.issue("S16", "0301", workflow.Ordinary, day+24).assign().accept().after(1)
	now.step(now.rectifier, workflow.Step{Action: workflow.Report, Note: "门口公示牌已制作，网站明日更新"})
}
