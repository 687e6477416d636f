package api

import (
	"context"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListWords gives the whole vocabulary in both languages.
func (s *Server) ListWords(context.Context, ListWordsRequestObject) (ListWordsResponseObject, error) {
	entry := func(word string, t workflow.Text, of string) Word { return Word{Word: word, Text: textOut(t), Of: of} }
	wording := func(w workflow.Wording) Word { return entry(w.Word, w.Text, "") }
	phases := []workflow.Phase{workflow.PhaseFind, workflow.PhaseAssign, workflow.PhaseRectify, workflow.PhaseVerify, workflow.PhaseClose, workflow.PhaseEnd}
	lights := []workflow.Light{workflow.LightNone, workflow.LightInTime, workflow.LightSoon, workflow.LightOverdue}
	return ListWords200JSONResponse{
		Phases:    each(phases, func(p workflow.Phase) Word { return entry(string(p), workflow.PhaseText(p), "") }),
		States:    each(workflow.States(), func(r workflow.StateRule) Word { return entry(string(r.State), r.Text, string(r.Phase)) }),
		Actions:   each(workflow.Actions(), func(r workflow.ActionRule) Word { return entry(string(r.Action), r.Text, "") }),
		Requests:  each(workflow.RequestKinds(), wording),
		Needs:     each(workflow.Needs(), func(n workflow.Need) Word { return entry(string(n), needText(n), "") }),
		Kinds:     each(workflow.Kinds(), wording),
		Grades:    each(workflow.Grades(), func(g workflow.Grade) Word { return entry(g.String(), g.Text(), "") }),
		Lights:    each(lights, func(l workflow.Light) Word { return entry(string(l), l.Text(), "") }),
		Sources:   each(workflow.Sources(), func(r workflow.SourceRule) Word { return entry(string(r.Source), r.Text, r.Letters) }),
		Levels:    each(workflow.Levels(), func(l workflow.Level) Word { return entry(l.String(), l.Text(), "") }),
		Posts:     each(workflow.Posts(), func(r workflow.PostRule) Word { return entry(string(r.Post), r.Text, "") }),
		Relations: each(workflow.AllRelations(), func(r workflow.Relation) Word { return entry(r.String(), r.Text(), "") }),
		Rungs:     each(workflow.Rungs(), wording), Wants: each(workflow.AllWants(), wording), Replies: each(workflow.Replies(), wording),
		PlanMarks: each(workflow.PlanMarks(), wording), Outcomes: each(workflow.OutcomeKinds(), wording),
	}, nil
}

// needText says what a need asks for.
func needText(n workflow.Need) workflow.Text {
	texts := map[workflow.Need]workflow.Text{
		workflow.NeedDetail: {Zh: "写明问题", En: "the problem"}, workflow.NeedSource: {Zh: "问题来源", En: "the source"},
		workflow.NeedResponsible: {Zh: "责任单位", En: "the responsible organisation"}, workflow.NeedDue: {Zh: "整改时限，不早于今天", En: "a due day, not before today"},
		workflow.NeedKind: {Zh: "整改类型", En: "the kind"}, workflow.NeedGrade: {Zh: "等级", En: "the grade"},
		workflow.NeedParties: {Zh: "会签单位", En: "organisations that countersign"}, workflow.NeedNote: {Zh: "说明", En: "a note"},
		workflow.NeedReason: {Zh: "理由（至少十个字）", En: "a reason of ten characters"}, workflow.NeedBasis: {Zh: "依据", En: "the basis"},
		workflow.NeedMeasures:     {Zh: "整改措施，每条有责任人和时限", En: "measures, each with person and due day"},
		workflow.NeedMeasuresDone: {Zh: "措施全部完成", En: "all measures done"}, workflow.NeedMeasure: {Zh: "哪一条未完成的措施", En: "which open measure"},
		workflow.NeedEvidence: {Zh: "本轮至少一份佐证材料", En: "evidence of this round"}, workflow.NeedAttachment: {Zh: "佐证材料", En: "evidence with the step"},
		workflow.NeedCountersign: {Zh: "各会签单位都同意", En: "every party says yes"}, workflow.NeedUntouched: {Zh: "尚无人办理", En: "nobody acted on it yet"},
		workflow.NeedCriteria: {Zh: "验收五项标准全部达到", En: "the five criteria are met"}, workflow.NeedOther: {Zh: "另一个在办的问题", En: "another issue under way"},
		workflow.NeedRequest: {Zh: "申请内容完整", En: "a complete request"}, workflow.NeedOpenRequest: {Zh: "有待审批的申请", En: "an open request"},
		workflow.NeedClockOver: {Zh: "期限已满", En: "the time is over"}, workflow.NeedNoObjection: {Zh: "没有未答复的异议", En: "no open objection"},
		workflow.NeedOpenObjection: {Zh: "有未答复的异议", En: "an open objection"}, workflow.NeedEndorsement: {Zh: "销号单位主要负责人已签批", En: "endorsed by the head of the closing organisation"},
		workflow.NeedDocument: {Zh: "外部文件的文号和文件", En: "number and file of the outside document"}, workflow.NeedNoSuperior: {Zh: "上面再无可办理的组织", En: "no organisation is left above"},
		workflow.NeedNothingAsked: {Zh: "没有待审批的申请", En: "no open request"},
		workflow.NeedReturnable:   {Zh: "退回期限未过", En: "the time to return it is not over"}, workflow.NeedDecided: {Zh: "由谁决定", En: "who decided it"},
		workflow.NeedLetter: {Zh: "督办层次、依据、要求和时限", En: "rung, grounds, what is asked, and a limit"}, workflow.NeedUnsigned: {Zh: "有待签收的督办函", En: "a letter to sign for"},
		workflow.NeedCall: {Zh: "呼叫谁、需要什么", En: "whom to call, and for what"}, workflow.NeedOpenCall: {Zh: "有待本单位答复的呼叫", En: "a call that waits for the organisation"},
		workflow.NeedLateCall: {Zh: "呼叫逾期未答复", En: "a call not answered in time"}, workflow.NeedNextReview: {Zh: "下次复核日期", En: "the day of the next review"},
		workflow.NeedPerson: {Zh: "接手的人", En: "who takes over"}, workflow.NeedUnpicked: {Zh: "尚未列入回头看，并写明时限", En: "not picked yet, and a day for it"},
		workflow.NeedOrgs: {Zh: "要求自查的单位和答复时限", En: "the organisations that are asked, and by when"}, workflow.NeedStaleDates: {Zh: "时限有变化", En: "dates that have changed"},
	}
	return texts[n]
}

// ListDefinitions gives the machines in force.
func (s *Server) ListDefinitions(context.Context, ListDefinitionsRequestObject) (ListDefinitionsResponseObject, error) {
	return ListDefinitions200JSONResponse{Machines: each(s.Engine.Machines(), machineOut)}, nil
}

func machineOut(d *workflow.Definition) Machine {
	m := Machine{
		Machine: d.Machine, Title: textOut(d.Title), Hash: d.Hash, States: each(d.Uses, word[workflow.State]), VerifyAt: map[string]string{},
		CloseAt: map[string]string{}, Arrows: each(d.Arrows, arrowOut), Clocks: make([]ClockRule, len(d.Clocks)),
	}
	for g, l := range d.VerifyAt {
		m.VerifyAt[g.String()] = l.String()
	}
	for g, l := range d.CloseAt {
		m.CloseAt[g.String()] = l.String()
	}
	for n, c := range d.Clocks {
		m.Clocks[n] = ClockRule{Name: c.Name, N: c.Span.N, Unit: c.Span.Unit, Basis: textOut(c.Basis)}
	}
	return m
}

func arrowOut(a workflow.Arrow) Arrow {
	return Arrow{Do: string(a.Do), Of: string(a.Of), From: each(a.From, word[workflow.State]), To: string(a.To),
		Needs: each(a.Needs, word[workflow.Need]), Clock: a.Clock, Tell: some(a.Tell, named[workflow.Relation])}
}

// ListPolicy gives the policy in force.
func (s *Server) ListPolicy(context.Context, ListPolicyRequestObject) (ListPolicyResponseObject, error) {
	return ListPolicy200JSONResponse{Lines: each(s.Engine.Policy(), policyOut)}, nil
}

func policyOut(r engine.PolicyRule) PolicyLine {
	return PolicyLine{Place: r.Place(), Post: string(r.Post), Levels: each(r.Levels, named[workflow.Level]),
		Relations: each(r.Relations, named[workflow.Relation]), Actions: each(r.Actions, word[workflow.Action]), UpTo: r.UpTo.String()}
}
