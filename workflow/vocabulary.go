package workflow

import "slices"

// Post is what a person is in an organisation (职务).
type Post string

// PostRule says at which levels a post exists and how it is written in lists of people.
type PostRule struct {
	Post   Post
	Text   Text
	Levels []Level
	Also   []string // other Chinese names that lists use for it
	Head   bool     // the head (一把手) of the org, who endorses
	Admin  bool     // one of the three administrators (三员), who hold no business rights
	Auto   bool     // the program itself: nobody is appointed to it
}

// ProgramPost is the post in which the program does what comes round by itself. The policy says what it may do, as of any other post.
const ProgramPost Post = "program"

// Posts are the posts of the program, in the order in which they are shown.
func Posts() []PostRule {
	one := func(l Level) []Level { return []Level{l} }
	return []PostRule{
		{Post: "work_secretary", Text: Text{"工委书记", "work committee secretary"}, Levels: one(WorkCommittee), Also: []string{"机关工委书记"}, Head: true},
		{Post: "work_supervisor", Text: Text{"工委督查员", "work committee supervisor"}, Levels: one(WorkCommittee), Also: []string{"督查员"}},
		{Post: "group_secretary", Text: Text{"党组书记", "Party group secretary"}, Levels: one(PartyGroup), Head: true},
		{Post: "group_member", Text: Text{"党组成员", "Party group member"}, Levels: one(PartyGroup), Also: []string{"党组副书记"}},
		{Post: "committee_secretary", Text: Text{"机关党委书记", "organ committee secretary"}, Levels: one(OrganCommittee), Head: true},
		{Post: "committee_deputy", Text: Text{"专职副书记", "full-time deputy secretary"}, Levels: one(OrganCommittee), Also: []string{"机关党委专职副书记", "机关党委副书记"}},
		{Post: "committee_officer", Text: Text{"党务干部", "Party affairs officer"}, Levels: one(OrganCommittee)},
		{Post: "general_secretary", Text: Text{"总支书记", "general branch secretary"}, Levels: one(GeneralBranch), Also: []string{"党总支书记"}, Head: true},
		{Post: "branch_secretary", Text: Text{"支部书记", "branch secretary"}, Levels: one(Branch), Also: []string{"党支部书记"}, Head: true},
		{Post: "branch_officer", Text: Text{"联络员", "branch officer"}, Levels: []Level{Branch, GeneralBranch}, Also: []string{"支部委员", "支部联络员"}},
		{Post: "inspector", Text: Text{"巡察员", "inspector"}, Levels: Levels(), Also: []string{"巡视员", "督查巡察员"}},
		{Post: "system_admin", Text: Text{"系统管理员", "system administrator"}, Levels: Levels(), Admin: true},
		{Post: "security_admin", Text: Text{"安全保密管理员", "security administrator"}, Levels: Levels(), Also: []string{"安全管理员"}, Admin: true},
		{Post: "audit_admin", Text: Text{"安全审计员", "audit administrator"}, Levels: Levels(), Also: []string{"审计管理员"}, Admin: true},
		{Post: ProgramPost, Text: Text{"系统自动", "the program"}, Levels: Levels(), Auto: true},
	}
}

// PostNamed finds a post by its word or one of its Chinese names.
func PostNamed(name string) (PostRule, bool) {
	for _, p := range Posts() {
		if string(p.Post) == name || p.Text.Zh == name {
			return p, true
		}
		for _, also := range p.Also {
			if also == name {
				return p, true
			}
		}
	}
	return PostRule{}, false
}

// Phase is one of the five phases that a page shows.
type Phase string

// The five phases.
const (
	PhaseFind    Phase = "find"
	PhaseAssign  Phase = "assign"
	PhaseRectify Phase = "rectify"
	PhaseVerify  Phase = "verify"
	PhaseClose   Phase = "close"
	PhaseEnd     Phase = "end" // merged or cancelled: left the five phases
)

// State is where an issue stands in its machine.
type State string

// The states. A definition may use some of them and no others.
const (
	Draft      State = "draft"
	Found      State = "found"
	Assigned   State = "assigned"
	Planning   State = "planning"
	PlanReview State = "plan_review"
	Rectifying State = "rectifying"
	Lasting    State = "lasting"
	Suspended  State = "suspended"
	Verifying  State = "verifying"
	Closing    State = "closing"
	Publicized State = "publicized"
	Closed     State = "closed"
	Merged     State = "merged"
	Cancelled  State = "cancelled"
)

// StateRule says what a state is called and to which phase it belongs.
type StateRule struct {
	State State
	Phase Phase
	Text  Text
	End   bool
}

var stateRules = []StateRule{
	{Draft, PhaseFind, Text{"草稿", "draft"}, false}, {Found, PhaseFind, Text{"待交办", "found"}, false},
	{Assigned, PhaseAssign, Text{"待签收", "assigned"}, false},
	{Planning, PhaseRectify, Text{"制定方案", "planning"}, false}, {PlanReview, PhaseRectify, Text{"方案待审", "plan in review"}, false},
	{Rectifying, PhaseRectify, Text{"整改中", "rectifying"}, false}, {Lasting, PhaseRectify, Text{"长期整改", "lasting"}, false},
	{Suspended, PhaseRectify, Text{"挂账", "suspended"}, false},
	{Verifying, PhaseVerify, Text{"待验收", "verifying"}, false},
	{Closing, PhaseClose, Text{"待销号", "closing"}, false}, {Publicized, PhaseClose, Text{"公示中", "publicized"}, false},
	{Closed, PhaseClose, Text{"已销号", "closed"}, true},
	{Merged, PhaseEnd, Text{"已并案", "merged"}, true}, {Cancelled, PhaseEnd, Text{"已撤销", "cancelled"}, true},
}

// States lists the states in the order of the life of an issue.
func States() []StateRule { return slices.Clone(stateRules) }

// Rule returns what is known of the state; ok is false for an unknown word.
func (s State) Rule() (rule StateRule, ok bool) {
	for _, r := range stateRules {
		if r.State == s {
			return r, true
		}
	}
	return StateRule{}, false
}

// Text returns the state as people read it.
func (s State) Text() Text { r, _ := s.Rule(); return r.Text }

// Phase returns the phase that the state belongs to.
func (s State) Phase() Phase { r, _ := s.Rule(); return r.Phase }

// End says whether the state is an end: closed, merged or cancelled.
func (s State) End() bool { return s == Closed || s == Merged || s == Cancelled }

// PhaseText returns a phase as people read it.
func PhaseText(p Phase) Text {
	switch p {
	case PhaseFind:
		return Text{"发现", "find"}
	case PhaseAssign:
		return Text{"交办", "assign"}
	case PhaseRectify:
		return Text{"整改", "rectify"}
	case PhaseVerify:
		return Text{"验收", "verify"}
	case PhaseClose:
		return Text{"销号", "close"}
	case PhaseEnd:
		return Text{"已了结", "ended"}
	}
	return Text{}
}

// Kind is how an issue is to be put right.
type Kind string

// The kinds (整改类型).
const (
	KindImmediate Kind = "immediate" // 立行立改
	KindTimed     Kind = "timed"     // 限期整改
	KindLasting   Kind = "lasting"   // 长期坚持
)

var kindWords = []Wording{
	{string(KindImmediate), Text{"立行立改", "at once"}}, {string(KindTimed), Text{"限期整改", "within a time limit"}},
	{string(KindLasting), Text{"长期坚持", "lasting"}},
}

// Kinds lists the kinds with their texts.
func Kinds() []Wording { return slices.Clone(kindWords) }

// Source is where an issue comes from (问题来源).
type Source string

// SourceRule is an entry of the dictionary of sources.
type SourceRule struct {
	Source  Source
	Text    Text
	Letters string // the beginning of an issue's number
	FiveIn  bool   // one of the five of 五改合一
}

var sourceRules = []SourceRule{
	{"blind_spot", Text{"灯下黑", "blind spot"}, "DX", true}, {"study", Text{"学习教育检视", "study and reflection"}, "XX", true},
	{"case_lesson", Text{"以案促改", "lesson from a case"}, "YA", true}, {"inspection", Text{"巡视巡察反馈", "inspection feedback"}, "XC", true},
	{"integrity_risk", Text{"廉政风险排查", "integrity risk review"}, "LZ", true}, {"audit", Text{"审计", "audit"}, "SJ", false},
	{"supervision", Text{"督查", "supervision"}, "DC", false}, {"environment", Text{"环保督察", "environmental inspection"}, "HB", false},
	{"petition", Text{"信访", "petition"}, "XF", false}, {"superior", Text{"上级交办", "assigned from above"}, "JB", false},
	{"self_check", Text{"自查", "self-check"}, "ZC", false},
}

// Sources is the dictionary of sources.
func Sources() []SourceRule { return slices.Clone(sourceRules) }

// Rule returns the dictionary's entry; ok is false for an unknown word.
func (s Source) Rule() (rule SourceRule, ok bool) {
	for _, r := range sourceRules {
		if r.Source == s {
			return r, true
		}
	}
	return SourceRule{}, false
}
