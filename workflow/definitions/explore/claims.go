package explore

import "rectify/workflow"

// Claim is something that never happens, whoever asks and whatever posts they hold.
type Claim int

// The claims, named by what would break them.
const (
	RectifyVerify Claim = iota + 1 // one person rectifies and verifies the same round
	VerifyClose                    // one person closes a round that they rectified or verified
	OwnOrg                         // somebody verifies or closes for an organisation of their own
	OwnRequest                     // somebody decides what they asked for themself
	OneYes                         // one person says yes for two parties of a countersign
	Unsigned                       // a plan or a result is through before every party said yes
	Skipped                        // an issue comes to its closure without having been verified
	Unshown                        // an issue is handed in for verification without evidence of this round
	NoEnd                          // a state from which there is no way to closed
	Undecided                      // a request that nobody but the asker could grant and deny
)

// Claims lists them in the order in which they are told.
func Claims() []Claim {
	return []Claim{RectifyVerify, VerifyClose, OwnOrg, OwnRequest, OneYes, Unsigned, Skipped, Unshown, NoEnd, Undecided}
}

// Text says what is proven.
func (c Claim) Text() workflow.Text {
	switch c {
	case RectifyVerify:
		return workflow.Say("同一轮里，谁也不能既整改又验收", "nobody rectifies and verifies the same round")
	case VerifyClose:
		return workflow.Say("同一轮里，谁也不能既整改或验收、又销号", "nobody closes a round that they rectified or verified")
	case OwnOrg:
		return workflow.Say("谁也不能替自己的单位验收或销号", "nobody verifies or closes for an organisation of their own")
	case OwnRequest:
		return workflow.Say("谁也不能审批自己提的申请", "nobody decides their own request")
	case OneYes:
		return workflow.Say("会签时，谁也不能代表两家", "nobody says yes for two parties of a countersign")
	case Unsigned:
		return workflow.Say("会签单位没有全部同意，方案和验收都不能通过（重大问题至少两家）", "no plan and no result is through before every party said yes, two at least for a major issue")
	case Skipped:
		return workflow.Say("没有验收，就到不了销号", "nothing comes to its closure without being verified")
	case Unshown:
		return workflow.Say("没有本轮的佐证材料，不能提请验收", "nothing is handed in for verification without evidence of its round")
	case NoEnd:
		return workflow.Say("每个状态都能走到销号", "every state can reach closure")
	case Undecided:
		return workflow.Say("每项申请都有申请人以外的人可以批准和不准", "every request can be granted and denied by somebody other than the asker")
	}
	return workflow.Text{}
}

// can says in a story what the person can do.
func (c Claim) can() workflow.Text {
	switch c {
	case RectifyVerify:
		return workflow.Say("可以在同一轮里既整改又验收", "can rectify and verify the same round")
	case VerifyClose:
		return workflow.Say("可以销号自己在同一轮里整改或验收过的问题", "can close a round that they rectified or verified")
	case OwnOrg:
		return workflow.Say("可以替自己的单位验收或销号", "can verify or close for an organisation of their own")
	case OwnRequest:
		return workflow.Say("可以审批自己提的申请", "can decide their own request")
	case OneYes:
		return workflow.Say("可以在一次会签里代表两家", "can say yes for two parties of a countersign")
	case Unsigned:
		return workflow.Say("还有单位没有会签，就已通过", "it is through before every party said yes")
	case Skipped:
		return workflow.Say("没有验收，就到了销号", "it comes to its closure without being verified")
	case Unshown:
		return workflow.Say("没有本轮的佐证材料，就已提请验收", "it is handed in for verification without evidence of its round")
	case NoEnd:
		return workflow.Say("走到这里，就再也走不到销号", "from here there is no way to closure any more")
	case Undecided:
		return workflow.Say("走到这里，申请除了申请人自己没有人能批准或不准", "from here nobody but the asker could grant or deny the request")
	}
	return workflow.Text{}
}

// Ability is something that a post was seen to do.
type Ability struct {
	Post     workflow.Post
	Level    workflow.Level
	Relation workflow.Relation
	Action   workflow.Action
	Of       workflow.RequestKind
	State    workflow.State
	Grade    workflow.Grade
	Machine  string
}
