package workflow

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Wants is what a unit asks of the one that it calls.
type Wants string

// What a call may ask for.
const (
	WantsHelp     Wants = "help"     // 请求协助
	WantsDecision Wants = "decision" // 请求决定
	WantsTransfer Wants = "transfer" // 请求转办
)

var wantsWords = []Wording{
	{string(WantsHelp), Text{"请求协助", "help"}}, {string(WantsDecision), Text{"请求决定", "a decision"}}, {string(WantsTransfer), Text{"请求转办", "a transfer"}},
}

// AllWants lists what a call may ask for.
func AllWants() []Wording { return slices.Clone(wantsWords) }

// Text returns the word as people read it.
func (w Wants) Text() Text { return wordingText(wantsWords, string(w)) }

// Reply is how a call was answered.
type Reply string

// The answers. Lapsed is written by the program when the issue left the unit that called.
const (
	ReplyHelp     Reply = "help"     // 给予协助
	ReplyDecision Reply = "decision" // 作出决定
	ReplyTransfer Reply = "transfer" // 同意转办
	ReplyNo       Reply = "no"       // 不予支持, with the reason
	ReplyLapsed   Reply = "lapsed"   // 已失效
)

var replyWords = []Wording{
	{string(ReplyHelp), Text{"给予协助", "help"}}, {string(ReplyDecision), Text{"作出决定", "a decision"}},
	{string(ReplyTransfer), Text{"同意转办", "a transfer"}}, {string(ReplyNo), Text{"不予支持", "no"}},
}

// Replies lists the answers that a person may give.
func Replies() []Wording { return slices.Clone(replyWords) }

// Text returns the word as people read it.
func (r Reply) Text() Text {
	if r == ReplyLapsed {
		return Text{"已失效", "lapsed"}
	}
	return wordingText(replyWords, string(r))
}

func wordingText(words []Wording, word string) Text {
	for _, w := range words {
		if w.Word == word {
			return w.Text
		}
	}
	return Text{}
}

// CallFor is a call for what a unit cannot do alone (有呼必应): it has a clock and an answer, and climbs by itself when nobody answers.
type CallFor struct {
	From       OrgID    `json:"from,string"`
	To         OrgID    `json:"to,string"` // who is to answer now
	Wants      Wants    `json:"wants"`
	Text       string   `json:"text"`
	By         PersonID `json:"by,string"`
	ByFor      PersonID `json:"by_for,omitempty,string"` // whom the caller stood in for
	On         Day      `json:"on"`
	Since      Day      `json:"since,omitempty"` // when it climbed last
	Until      Day      `json:"until,omitempty"` // by when an answer is due
	Under      string   `json:"under,omitempty"` // as Clock.Under
	Climbed    []OrgID  `json:"climbed,omitempty"`
	Reply      Reply    `json:"reply,omitempty"`
	Said       string   `json:"said,omitempty"`
	RepliedBy  PersonID `json:"replied_by,omitempty,string"`
	RepliedFor PersonID `json:"replied_for,omitempty,string"` // whom the one who answered stood in for
	RepliedOn  Day      `json:"replied_on,omitempty"`
}

// Open says whether the call waits for an answer.
func (c *CallFor) Open() bool { return c.Reply == "" }

// calledOn are the relations of an org that was called: called while the answer is open, involved from then on.
func (i *Issue) calledOn(org OrgID) (rs Relations) {
	for n := range i.Calls {
		c := &i.Calls[n]
		if c.To == org && c.Open() {
			rs = rs.With(Called)
		}
		if c.To == org || slices.Contains(c.Climbed, org) {
			rs = rs.With(Involved)
		}
	}
	return rs
}

// callTo is the place of the oldest open call to an org, -1 for none.
func (i *Issue) callTo(org OrgID) int {
	return slices.IndexFunc(i.Calls, func(c CallFor) bool { return c.Open() && c.To == org })
}

// CallWaiting is the oldest call that waits for the org's answer.
func (i *Issue) CallWaiting(org OrgID) (CallFor, bool) {
	if n := i.callTo(org); n >= 0 {
		return i.Calls[n], true
	}
	return CallFor{}, false
}

// lateCall is the place of the oldest call that nobody answered in time and that can still climb, -1 for none.
func (i *Issue) lateCall(today Day) int {
	return slices.IndexFunc(i.Calls, func(c CallFor) bool {
		return c.Open() && c.Until != "" && c.Until < today && i.higher(c.To) != 0
	})
}

// higher is where a call to the org climbs: along the way of the issue, and from outside it to the org above the responsible one.
func (i *Issue) higher(org OrgID) OrgID {
	if i.Line.Passes(org) {
		return i.Line.Above(org)
	}
	return i.Line.Above(i.Responsible)
}

func needCall(i *Issue, s *Step, _ time.Time) error {
	c := &s.Call
	switch {
	case c.To == 0:
		return missing("call_to", Say("请选择呼叫的单位", "choose the organisation to call"))
	case c.To == i.Responsible:
		return Invalid("call_to_self", "call_to", Say("不能呼叫责任单位自己", "the responsible organisation cannot call itself"))
	case i.callTo(c.To) >= 0:
		return Refused("call_open", Say("对该单位的呼叫尚未答复", "a call to this organisation is open already"))
	case wordingText(wantsWords, string(c.Wants)) == Text{}:
		return missing("wants", Say("请选择需要什么：协助、决定或转办", "choose what is needed: help, a decision or a transfer"))
	case utf8.RuneCountInString(strings.TrimSpace(s.Note)) < reasonLength:
		return needReason(i, s, time.Time{})
	}
	return nil
}

// mayRespond lets an org that was called answer.
func mayRespond(i *Issue, s *Step, by *Actor) error {
	switch {
	case i.callTo(by.As.Appointment.Org) < 0:
		return Refused("no_call", Say("没有待本单位答复的呼叫", "no call waits for your organisation's answer"))
	case wordingText(replyWords, string(s.Reply)) == Text{}:
		return missing("reply", Say("请选择答复：给予协助、作出决定、同意转办或不予支持", "choose the answer: help, a decision, a transfer or no"))
	case s.Reply == ReplyNo:
		return needReason(i, s, time.Time{})
	}
	return needNote(i, s, time.Time{})
}

func needLateCall(i *Issue, _ *Step, at time.Time) error {
	if i.lateCall(DayOf(at)) < 0 {
		return Refused("no_late_call", Say("没有逾期未答复且可升级的呼叫", "no call is late that could climb"))
	}
	return nil
}

func call(i *Issue, s *Step, by *Actor, at time.Time) {
	i.Calls = append(slices.Clip(i.Calls), CallFor{From: i.Responsible, To: s.Call.To, Wants: s.Call.Wants, Text: s.Note, By: by.Person, ByFor: by.As.Appointment.For, On: DayOf(at)})
}

func respond(i *Issue, s *Step, by *Actor, at time.Time) {
	i.Calls = slices.Clone(i.Calls)
	c := &i.Calls[i.callTo(by.As.Appointment.Org)]
	c.Reply, c.Said, c.RepliedBy, c.RepliedFor, c.RepliedOn = s.Reply, s.Note, by.Person, by.As.Appointment.For, DayOf(at)
}

// climb passes the late call to the org above; its clock starts again.
func climb(i *Issue, at time.Time) {
	i.Calls = slices.Clone(i.Calls)
	c := &i.Calls[i.lateCall(DayOf(at))]
	up := i.higher(c.To)
	c.Climbed = append(slices.Clip(c.Climbed), c.To)
	c.To, c.Since, c.Until, c.Under = up, DayOf(at), "", ""
}

// lapse ends the calls of a unit that the issue has left.
func lapse(i *Issue, at time.Time) {
	if !slices.ContainsFunc(i.Calls, func(c CallFor) bool { return c.Open() }) {
		return
	}
	i.Calls = slices.Clone(i.Calls)
	for n := range i.Calls {
		if i.Calls[n].Open() {
			i.Calls[n].Reply, i.Calls[n].RepliedOn = ReplyLapsed, DayOf(at)
		}
	}
}
