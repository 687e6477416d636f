package workflow

// Action is one thing that can be done to an issue.
type Action string

// The actions. A definition says where each is possible; what it does to the issue is the same everywhere.
const (
	Find        Action = "find"     // 发现: the issue is written down as a draft
	Edit        Action = "edit"     // 修改: its facts, before it is assigned
	Register    Action = "register" // 登记
	Assign      Action = "assign"
	Accept      Action = "accept"
	Return      Action = "return"
	Transfer    Action = "transfer"
	Plan        Action = "plan"
	ApprovePlan Action = "approve_plan"
	RejectPlan  Action = "reject_plan"
	Report      Action = "report"
	Attest      Action = "attest" // 上传佐证: evidence is added
	Finish      Action = "finish" // 完成措施: a measure is done
	Submit      Action = "submit"
	Withdraw    Action = "withdraw"
	Pass        Action = "pass"
	Reject      Action = "reject"
	Publicize   Action = "publicize"
	Object      Action = "object"
	Answer      Action = "answer" // 答复异议: the open objection is answered
	Close       Action = "close"
	Refuse      Action = "refuse"
	Record      Action = "record" // 依文销号: closure recorded from the outside superior's document
	Reopen      Action = "reopen"
	Merge       Action = "merge"
	Unmerge     Action = "unmerge"
	Resume      Action = "resume"
	Ask         Action = "request"
	GrantIt     Action = "grant"
	Deny        Action = "deny"
	Urge        Action = "urge"
	Supervise   Action = "supervise"
	Escalate    Action = "escalate"
	Endorse     Action = "endorse"
	Comment     Action = "comment"
	SendLetter  Action = "letter"      // 发督办函: a letter of the supervision ladder
	SignLetter  Action = "sign_letter" // 签收督办函
	Call        Action = "call"        // 呼叫: the unit asks for help, a decision or a transfer
	Respond     Action = "respond"     // 应答: the unit that was called answers
	Climb       Action = "climb"       // 呼叫升级: a call that was not answered goes one higher
	Review      Action = "review"      // 阶段复核: how a lasting rectification stands
	Entrust     Action = "entrust"     // 移交: another person takes over
	Pick        Action = "pick"        // 列入回头看: a closed issue is to be looked at again
	LookBackAt  Action = "look_back"   // 回头看: it was looked at again, and what was put right has kept
	Spread      Action = "spread"      // 举一反三: sibling units are asked whether they have the same problem
	Reclock     Action = "reclock"     // 重算时限: the holidays or the rules changed, and the dates with them
	Move        Action = "move"        // 换流程: the issue goes on under another version of its machine; see MoveTo; not a step
	View        Action = "view"        // 查看; not a step
	Import      Action = "import"      // 导入清单; not a step
	Draw        Action = "draw"        // 抽查: issues are drawn for a look-back; not a step
	SelfCheckIt Action = "self_check"  // 自查答复: whether one has the same problem; not a step
	ReadSigns   Action = "signs"       // 查看整改线索: signs of rectification on paper alone; not a step
)

// ActionRule says what an action is called and whether it is a step.
type ActionRule struct {
	Action Action
	Text   Text
	Step   bool // it is asked of Apply; View, Import, Draw, SelfCheckIt and ReadSigns are not
	Line   bool // a line of history that is no step: it needs no version and counts none
}

var actionRules = []ActionRule{
	{Find, Text{"发现", "find"}, false, false}, {Edit, Text{"修改", "edit"}, true, false},
	{Register, Text{"登记", "register"}, true, false}, {Assign, Text{"交办", "assign"}, true, false},
	{Accept, Text{"签收", "accept"}, true, false}, {Return, Text{"退回", "return"}, true, false},
	{Transfer, Text{"转办", "transfer"}, true, false}, {Plan, Text{"提交方案", "submit the plan"}, true, false},
	{ApprovePlan, Text{"通过方案", "approve the plan"}, true, false}, {RejectPlan, Text{"退单", "reject the plan"}, true, false},
	{Report, Text{"填报进展", "report progress"}, true, false}, {Attest, Text{"上传佐证", "add evidence"}, true, false},
	{Finish, Text{"完成措施", "finish a measure"}, true, false}, {Submit, Text{"提请验收", "submit for verification"}, true, false},
	{Withdraw, Text{"撤回", "withdraw"}, true, false}, {Pass, Text{"验收通过", "pass"}, true, false},
	{Reject, Text{"验收不通过", "reject"}, true, false}, {Publicize, Text{"公示", "publicize"}, true, false},
	{Object, Text{"提出异议", "object"}, true, false}, {Answer, Text{"答复异议", "answer the objection"}, true, false},
	{Close, Text{"批准销号", "close"}, true, false}, {Refuse, Text{"不予销号", "refuse closure"}, true, false},
	{Record, Text{"依文销号", "record the outside closure"}, true, false}, {Reopen, Text{"重启", "reopen"}, true, false},
	{Merge, Text{"并案", "merge"}, true, false}, {Unmerge, Text{"撤销并案", "undo the merge"}, true, false},
	{Resume, Text{"恢复整改", "resume"}, true, false}, {Ask, Text{"提出申请", "request"}, true, false},
	{GrantIt, Text{"批准申请", "grant the request"}, true, false}, {Deny, Text{"不准申请", "deny the request"}, true, false},
	{Urge, Text{"催办", "urge"}, true, false}, {Supervise, Text{"挂牌督办", "supervise"}, true, false},
	{Escalate, Text{"提级办理", "escalate"}, true, false}, {Endorse, Text{"签批背书", "endorse"}, true, false},
	{Comment, Text{"批注", "comment"}, true, true}, {SendLetter, Text{"发督办函", "send a supervision letter"}, true, false},
	{SignLetter, Text{"签收督办函", "sign for the letter"}, true, false}, {Call, Text{"呼叫求助", "call for help"}, true, false},
	{Respond, Text{"应答", "answer the call"}, true, false}, {Climb, Text{"呼叫升级", "pass the call upwards"}, true, true},
	{Review, Text{"阶段复核", "review the stage"}, true, false}, {Entrust, Text{"移交责任人", "hand over to another person"}, true, false},
	{Pick, Text{"列入回头看", "pick for a look-back"}, true, true}, {LookBackAt, Text{"回头看", "look back"}, true, false},
	{Spread, Text{"举一反三", "ask siblings for the same kind"}, true, false}, {Reclock, Text{"重算时限", "work out the dates again"}, true, true},
	{Move, Text{"换流程", "move to another definition"}, false, false}, {View, Text{"查看", "view"}, false, false},
	{Import, Text{"导入清单", "import a checklist"}, false, false}, {Draw, Text{"抽取回头看", "draw for look-backs"}, false, false},
	{SelfCheckIt, Text{"自查答复", "answer a self-check"}, false, false}, {ReadSigns, Text{"查看整改线索", "read the signs of paper rectification"}, false, false},
}

// Actions lists every action in the order of the life of an issue.
func Actions() []ActionRule { return append([]ActionRule(nil), actionRules...) }

// Rule returns what is known of the action; ok is false for an unknown word.
func (a Action) Rule() (rule ActionRule, ok bool) {
	for n := range actionRules {
		if actionRules[n].Action == a {
			return actionRules[n], true
		}
	}
	return ActionRule{}, false
}

// Text returns the action as people read it.
func (a Action) Text() Text { r, _ := a.Rule(); return r.Text }

// NeedsVersion says whether who takes the step must name the version that they saw.
func (a Action) NeedsVersion() bool { r, _ := a.Rule(); return !r.Line }

// RequestKind is what a request asks for.
type RequestKind string

// The four requests.
const (
	Extension    RequestKind = "extension"    // 延期
	LastingForm  RequestKind = "lasting"      // 转长期
	Suspension   RequestKind = "suspension"   // 挂账
	Cancellation RequestKind = "cancellation" // 撤销
)

// RequestKinds lists the requests with their texts.
func RequestKinds() []Wording {
	return []Wording{
		{string(Extension), Text{"延期", "extension"}}, {string(LastingForm), Text{"转长期", "lasting rectification"}},
		{string(Suspension), Text{"挂账", "suspension"}}, {string(Cancellation), Text{"撤销", "cancellation"}},
	}
}

func (k RequestKind) known() bool {
	return k == Extension || k == LastingForm || k == Suspension || k == Cancellation
}

// Duty is one of the three parts that are kept in different hands (责任人 ≠ 验收人 ≠ 销号人).
type Duty string

// The duties.
const (
	DutyRectify Duty = "rectify"
	DutyVerify  Duty = "verify"
	DutyClose   Duty = "close"
)

// KeepsApart says whether it matters for the action who had which part in the issue before: KeptApart lets everybody do the others.
func (a Action) KeepsApart() bool {
	return a.judges() || a.rectifies() || a == GrantIt || a == Deny
}

// rectifies says whether taking the step is a part in putting the issue right.
func (a Action) rectifies() bool {
	return a == Plan || a == Report || a == Attest || a == Finish || a == Submit
}

// judges says whether the step judges how the issue was put right, so that who rectified may not take it.
func (a Action) judges() bool {
	switch a {
	case ApprovePlan, RejectPlan, Pass, Reject, Close, Refuse, Record, Review, LookBackAt:
		return true
	}
	return false
}
