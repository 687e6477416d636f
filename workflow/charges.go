package workflow

import "slices"

// Charge is something that an organisation answers for (职责事项): the step that issues in a state wait for, named as the state, or
// something that is awaited beside the course of an issue.
type Charge string

// The charges beside the states.
const (
	ChargeRequest  Charge = "request"   // 审批申请
	ChargeCall     Charge = "call"      // 应答呼叫
	ChargeLetter   Charge = "letter"    // 签收督办函
	ChargeReview   Charge = "review"    // 阶段复核
	ChargeLookBack Charge = "look_back" // 回头看
)

// ChargeRule says what a charge is called, what the org that answers for it is to the issue, and, beside the states, by which actions it
// is met. Those of a state are the arrows that leave it.
type ChargeRule struct {
	Charge Charge
	Text   Text
	State  State // "" beside the states
	As     Relations
	By     []Action
	Basis  Text // of its time limit, where no clock of a machine gives one
}

var chargeTexts = map[State]Text{
	Draft: {"登记问题", "register problems"}, Found: {"交办问题", "assign issues"}, Assigned: {"签收问题", "accept issues"},
	Planning: {"制定整改方案", "plan the rectification"}, PlanReview: {"审核整改方案", "review plans"},
	Rectifying: {"组织整改、提请验收", "rectify, and submit for verification"}, Lasting: {"长期整改、按期报告", "lasting rectification, reported on in time"},
	Verifying: {"验收整改结果", "verify results"}, Closing: {"审核销号", "decide on closure"}, Publicized: {"公示期满销号", "close after publicity"},
}

// dueBasis is the basis of what is to be done by the due day of the issue.
func dueBasis() Text { return Say("问题的整改时限", "the due day of the issue") }

// noLimit is the basis of what has no time limit of its own.
func noLimit() Text { return Say("不另设时限", "no time limit of its own") }

// basisIn is the basis of the time limit in a state that no clock measures.
func basisIn(s State) Text {
	switch s {
	case Rectifying:
		return dueBasis()
	case Lasting:
		return Say("约定的下次复核日期", "the day of the next review")
	case Publicized:
		return Say("公示期满", "the end of publicity")
	}
	return noLimit()
}

// Charges lists what organisations answer for, in the order of the life of an issue.
func Charges() []ChargeRule {
	var out []ChargeRule
	for _, s := range stateRules {
		if text, ok := chargeTexts[s.State]; ok {
			out = append(out, ChargeRule{Charge: Charge(s.State), Text: text, State: s.State, As: s.State.WaitsFor(), Basis: basisIn(s.State)})
		}
	}
	as := func(all ...Relation) (rs Relations) {
		for _, r := range all {
			rs = rs.With(r)
		}
		return rs
	}
	return append(out,
		ChargeRule{ChargeReview, Text{"长期整改阶段复核", "review lasting rectification"}, "", as(Verifier), []Action{Review}, basisIn(Lasting)},
		ChargeRule{ChargeLookBack, Text{"销号后回头看", "look back after closure"}, "", as(Closer), []Action{LookBackAt, Reopen}, Say("列入回头看时定的时限", "the limit set when it was picked")},
		ChargeRule{ChargeRequest, Text{"审批申请", "decide requests"}, "", as(Decider), []Action{GrantIt, Deny}, noLimit()},
		ChargeRule{ChargeCall, Text{"应答呼叫", "answer calls"}, "", as(Called), []Action{Respond}, Say("呼叫的答复时限", "the clock of the call")},
		ChargeRule{ChargeLetter, Text{"签收督办函", "sign for supervision letters"}, "", as(Responsible), []Action{SignLetter}, Say("督办函写明的时限", "the limit in the letter")},
	)
}

// Met is a charge that a step met: which org, by which post, on which day, and whether that was too late.
type Met struct {
	Charge Charge
	Org    OrgID
	Post   Post
	On     Day
	Late   bool
}

// Met says which charge the change met, if any. A step by another org than the one that is waited for meets none: what was taken out of
// an org's hands was not done by it.
func (c *Change) Met() (m Met, ok bool) {
	b, l := &c.Before, &c.Line
	var by Day
	switch do := Action(l.Action); {
	case do == GrantIt || do == Deny:
		m.Charge = ChargeRequest
	case do == Respond:
		n := b.callTo(l.Org)
		if n < 0 {
			return m, false
		}
		m.Charge, by = ChargeCall, b.Calls[n].Until
	case do == SignLetter:
		m.Charge = ChargeLetter
		if signed, ok := b.UnsignedLetter(); ok {
			by = signed.Limit
		}
	case do == Review:
		m.Charge, by = ChargeReview, b.NextReview
	case b.State == Closed && b.LookBack.Waits() && (do == LookBackAt || do == Reopen):
		m.Charge, by = ChargeLookBack, b.LookBack.Due
	case c.leaves():
		m.Charge, by = Charge(b.State), b.StepBy()
	default:
		return m, false
	}
	m.Org, m.Post, m.On = l.Org, l.Post, DayOf(l.At)
	own := b.Prompted() && m.Org == b.Responsible // what a unit found by itself is never counted against it
	m.Late = by != "" && m.On > by && !own
	return m, true
}

// leaves says whether the step did what the state waited for, by an org that is waited for. A party's yes does, whether or not it was
// the last; who assigns is whoever does so.
func (c *Change) leaves() bool {
	b, l := &c.Before, &c.Line
	switch Action(l.Action) {
	case Pass, ApprovePlan:
		return slices.Contains(b.Signers(), l.Org) || slices.Contains(b.Turns(), l.Org)
	case Assign:
		return true
	}
	return b.State != "" && b.State != c.Issue.State && slices.Contains(b.Turns(), l.Org)
}
