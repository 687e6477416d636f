package api

import (
	"context"
	"slices"
	"strconv"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// fieldOrder is the order in which the fields of every form stand.
var fieldOrder = []string{"said", "detail", "aspect", "goal", "source", "responsible", "from", "person", "assisting", "parties", "orgs", "call_to", "wants",
	"reply", "rung", "grounds", "asked", "limit", "kind", "grade", "due", "measure", "measures", "criteria", "mark", "remarks", "other", "stage_goal",
	"next_review", "condition", "document", "basis", "decided", "note", "recovered", "evidence", "systems", "outcomes"}

// needFields says which fields a need asks for. A need that is not here is met by how things stand and asks for nothing.
var needFields = map[workflow.Need][]string{
	workflow.NeedDetail: {"detail"}, workflow.NeedSource: {"source"}, workflow.NeedResponsible: {"responsible"}, workflow.NeedDue: {"due"},
	workflow.NeedKind: {"kind"}, workflow.NeedGrade: {"grade"}, workflow.NeedParties: {"parties"}, workflow.NeedNote: {"note"}, workflow.NeedReason: {"note"},
	workflow.NeedBasis: {"basis"}, workflow.NeedMeasures: {"measures"}, workflow.NeedMeasure: {"measure"}, workflow.NeedAttachment: {"evidence"},
	workflow.NeedEvidence: {"evidence"}, workflow.NeedCriteria: {"criteria"}, workflow.NeedOther: {"other"}, workflow.NeedDocument: {"document", "evidence"},
	workflow.NeedRequest: {"note"}, workflow.NeedDecided: {"decided"}, workflow.NeedPerson: {"person"}, workflow.NeedNextReview: {"next_review"},
	workflow.NeedLetter: {"rung", "grounds", "asked", "limit"}, workflow.NeedCall: {"call_to", "wants", "note"}, workflow.NeedOpenCall: {"reply", "note"},
	workflow.NeedUnpicked: {"due"}, workflow.NeedOrgs: {"orgs", "due"},
}

// requestFields are what a request asks for beside its reason.
var requestFields = map[workflow.RequestKind][]string{
	workflow.Extension: {"due"}, workflow.LastingForm: {"stage_goal", "next_review"}, workflow.Suspension: {"condition"},
}

// extraFields are what a step may bring and need not. Every step may bring a note.
var extraFields = map[workflow.Action][]string{
	workflow.Edit:   {"detail", "aspect", "goal", "source", "person", "kind", "grade", "due"},
	workflow.Assign: {"person", "assisting", "parties"}, workflow.Transfer: {"parties"}, workflow.Plan: {"goal"}, workflow.Report: {"evidence", "recovered"},
	workflow.Finish: {"evidence"}, workflow.Submit: {"evidence", "recovered", "systems", "outcomes"}, workflow.Reopen: {"due"}, workflow.Supervise: {"note"},
	workflow.Pass: {"systems", "outcomes"}, workflow.Close: {"systems", "outcomes"}, workflow.Record: {"systems", "outcomes"},
	workflow.ApprovePlan: {"mark", "remarks"}, workflow.RejectPlan: {"remarks"}, workflow.SendLetter: {"decided"}, workflow.SignLetter: {"said"},
	workflow.Respond: {"said"}, workflow.Review: {"said", "stage_goal"}, workflow.LookBackAt: {"said"}, workflow.Entrust: {"from"}, workflow.Spread: {"detail"},
}

// foldedFields stand behind a fold: they are for what comes up now and then.
var foldedFields = []string{"systems", "outcomes"}

// stepForm is the form that a step asks for, as the offer says, with what the issue has already.
func (s *Server) stepForm(ctx context.Context, v *engine.View, o *engine.Offer) (page.Form, error) {
	wanted := map[string]bool{"note": false}
	for _, name := range extraFields[o.Action] {
		wanted[name] = false
	}
	if o.Action == workflow.Ask {
		for _, name := range requestFields[o.Request] {
			wanted[name] = true
		}
	}
	for _, need := range o.Needs {
		for _, name := range needFields[need] {
			wanted[name] = wanted[name] || need != workflow.NeedEvidence || !evidenceOfRound(&v.Issue)
		}
	}
	b := formBuilder{server: s, ctx: ctx, view: v, offer: o}
	form := page.Form{Action: stepPath(v.Issue.ID, o.Action, o.Request), Key: newKey(), Version: v.Issue.Version, Submit: stepText(o.Action, o.Request),
		Danger: slices.Contains(hardActions, o.Action), Files: true, Most: s.Limits.Files,
		Fold: workflow.Say("整改成果：建立的制度、追责问责（可不填）", "Results: rules that were made, accountability (may be left out)")}
	for _, name := range fieldOrder {
		if required, ok := wanted[name]; ok {
			f := b.field(name)
			if f.Kind == "" {
				continue
			}
			f.Name, f.Required, f.More = name, required || f.Required, slices.Contains(foldedFields, name)
			form.Fields = append(form.Fields, f)
		}
	}
	return form, b.err
}

func evidenceOfRound(i *workflow.Issue) bool {
	return slices.ContainsFunc(i.Evidence, func(e workflow.Evidence) bool { return e.Round == i.Round })
}

// formBuilder makes the fields of a step's form. The first error counts.
type formBuilder struct {
	server *Server
	ctx    context.Context //nolint:containedctx // it lives no longer than the form takes to build
	view   *engine.View
	offer  *engine.Offer
	err    error
}

func (b *formBuilder) field(name string) page.Field {
	i := &b.view.Issue
	switch name {
	case "detail":
		if b.offer.Action == workflow.Spread {
			return page.Field{Kind: page.Area, Label: workflow.Say("请对方自查什么", "What they are asked to look for"), Value: i.Detail,
				Help: workflow.Say("对方只看到这段话和由谁要求，看不到本问题；不宜点名的请改写", "they see these words and who asks, and nothing of the issue: reword what names somebody")}
		}
		return page.Field{Kind: page.Area, Label: workflow.Say("存在的问题", "Problem"), Value: i.Detail}
	case "aspect":
		return page.Field{Kind: page.Line, Label: workflow.Say("方面", "Aspect"), Value: i.Aspect}
	case "goal":
		return page.Field{Kind: page.Area, Label: workflow.Say("整改目标", "Goal"), Value: i.Goal}
	case "source":
		return page.Field{Kind: page.Select, Label: workflow.Say("问题来源", "Source"), Options: chosen(sourceOptions(), string(i.Source))}
	case "kind":
		return page.Field{Kind: page.Radio, Label: workflow.Say("整改类型", "Kind"), Options: chosen(kindOptions(), string(i.Kind))}
	case "grade":
		return page.Field{Kind: page.Radio, Label: workflow.Say("问题等级", "Grade"), Options: chosen(gradeOptions(), i.Grade.String())}
	case "responsible", "person", "from", "assisting", "parties":
		return b.whose(name)
	case "measure", "measures":
		return b.measures(name)
	case "due", "next_review":
		return b.when(name)
	case "criteria":
		return page.Field{Kind: page.Checks, Label: workflow.Say("验收五项标准（须全部达到）", "The five criteria (all must be met)"), Options: criteriaOptions()}
	case "evidence":
		return b.evidence()
	case "call_to", "wants", "reply", "orgs":
		return b.toward(name)
	case "rung", "grounds", "asked", "limit", "decided":
		return b.letter(name)
	case "mark", "remarks", "systems", "outcomes":
		return b.judged(name)
	case "said":
		return b.said()
	}
	return b.text(name)
}

// text are the fields for writing.
func (b *formBuilder) text(name string) page.Field {
	line := func(kind page.Kind, zh, en string) page.Field {
		return page.Field{Kind: kind, Label: workflow.Text{Zh: zh, En: en}}
	}
	switch name {
	case "other":
		f := line(page.Line, "并入哪个问题（编号）", "Into which issue (its number)")
		f.Help = workflow.Say("须是尚未办结、您也有权并案的问题", "one that is under way and that you may merge as well")
		if b.offer.Action == workflow.Unmerge {
			f = page.Field{Kind: page.Hidden, Value: id(b.view.Issue.MergedInto)}
		}
		return f
	case "stage_goal":
		return line(page.Area, "阶段目标", "Goal of this stage")
	case "condition":
		return line(page.Area, "具备什么条件后恢复整改", "What must come about before it goes on")
	case "document":
		return line(page.Line, "上级文件的文号", "Number of the superior's document")
	case "basis":
		return line(page.Area, "依据（文件、会议或复查记录）", "Basis: a document, a meeting or the record of a check")
	case "recovered":
		f := line(page.Number, "累计已追回金额（元）", "Recovered so far (yuan)")
		if b.view.Issue.Recovered > 0 {
			f.Value = strconv.FormatFloat(float64(b.view.Issue.Recovered)/100, 'f', 2, 64)
		}
		return f
	}
	return b.note()
}

func (b *formBuilder) note() page.Field {
	f := page.Field{Kind: page.Area, Label: workflow.Say("说明", "Note")}
	switch {
	case slices.Contains(b.offer.Needs, workflow.NeedReason) || slices.Contains(b.offer.Needs, workflow.NeedRequest):
		f.Label, f.Help = workflow.Say("理由", "Reason"), workflow.Say("不少于10个字", "ten characters at least")
	case b.offer.Action == workflow.Report:
		f.Label = workflow.Say("进展情况", "Progress")
	case b.offer.Action == workflow.Finish:
		f.Label = workflow.Say("完成情况", "What was done")
	case b.offer.Action == workflow.Comment:
		f.Label = workflow.Say("批注", "Comment")
	case b.offer.Action == workflow.Call:
		f.Label, f.Help = workflow.Say("需要什么、为什么自己办不了", "What is needed, and why it cannot be done alone"), workflow.Say("不少于10个字", "ten characters at least")
	case b.offer.Action == workflow.Respond:
		f.Label, f.Help = workflow.Say("答复意见", "Answer"), workflow.Say("不予支持的，写明理由，不少于10个字", "with no, give the reason in ten characters at least")
	case b.offer.Action == workflow.Review:
		f.Label = workflow.Say("复核情况", "How it stands")
	case b.offer.Action == workflow.LookBackAt:
		f.Label, f.Help = workflow.Say("回头看情况", "What was seen"),
			workflow.Say("确认没有反弹时填写；如有反弹，请返回办理“重启”", "for what has kept; if it has not, go back and reopen it")
	}
	return f
}

func (b *formBuilder) when(name string) page.Field {
	if name == "next_review" {
		return page.Field{Kind: page.Date, Label: workflow.Say("下次复核日期", "Next review on")}
	}
	f := page.Field{Kind: page.Date, Label: workflow.Say("整改时限", "Due day"), Value: string(b.view.Issue.Due)}
	switch b.offer.Action {
	case workflow.Pick:
		f.Label, f.Value = workflow.Say("回头看时限", "To be looked at by"), string(b.view.Issue.Clock.Until)
	case workflow.Spread:
		f.Label, f.Value = workflow.Say("答复时限", "To be answered by"), ""
	case workflow.Ask:
		f.Label, f.Value, f.Help = workflow.Say("申请延至", "Extend to"), "", workflow.Say("现在的时限是%s", "it is due on %s now", b.view.Issue.Due)
	}
	return f
}

func (b *formBuilder) evidence() page.Field {
	f := page.Field{Kind: page.Files, Label: workflow.Say("佐证材料", "Evidence"),
		Help: workflow.Say("图片、PDF、OFD、Word、Excel、WPS等，单个不超过50MB", "pictures, PDF, OFD, Word, Excel, WPS and others, 50 MB each at most")}
	if b.offer.Action == workflow.Record {
		f.Label = workflow.Say("上级文件", "The superior's document")
	}
	return f
}

// whose are the fields that name an organisation or a person.
func (b *formBuilder) whose(name string) page.Field {
	i := &b.view.Issue
	if b.offer.Action == workflow.Entrust {
		return b.handover(name)
	}
	if name == "person" {
		people, err := b.server.memberOptions(b.ctx, i.Responsible)
		b.fault(err)
		return page.Field{Kind: page.Select, Label: workflow.Say("责任人", "Responsible person"), Options: chosen(people, id(i.Person)),
			Help: workflow.Say("可暂不指定", "may be named later")}
	}
	under := b.offer.Grant.Appointment.Org
	if name != "responsible" {
		under = i.Line[min(1, max(i.Line.Depth()-1, 0))].Org
	}
	if name == "parties" {
		return b.parties(under)
	}
	orgs, err := b.server.orgOptions(b.ctx, under)
	b.fault(err)
	if name == "responsible" {
		return orgChoice(page.Field{Kind: page.Select, Label: workflow.Say("责任单位", "Responsible organisation"), Options: chosen(orgs, id(i.Responsible))})
	}
	return page.Field{Kind: page.Many, Label: workflow.Say("配合单位", "Assisting organisations"), Options: chosen(orgs, each(i.Assisting, id[workflow.OrgID])...)}
}

func (b *formBuilder) measures(name string) page.Field {
	i := &b.view.Issue
	if name == "measure" {
		f := page.Field{Kind: page.Radio, Label: workflow.Say("哪一条措施", "Which measure")}
		for _, n := range i.OpenMeasures(b.offer.Grant) {
			text := strconv.Itoa(n) + ". " + i.Measures[n-1].Text
			f.Options = append(f.Options, page.Option{Value: strconv.Itoa(n), Text: workflow.Text{Zh: text}, Chosen: len(f.Options) == 0})
		}
		return f
	}
	people, err := b.server.memberOptions(b.ctx, append([]workflow.OrgID{i.Responsible}, i.Assisting...)...)
	b.fault(err)
	f := page.Field{Kind: page.Measures, Label: workflow.Say("整改措施（每条写明内容、责任人、时限）", "Measures, each with what, who and until when"),
		Help: workflow.Say("空行不计", "empty rows do not count")}
	orgs := b.sharers()
	for _, m := range i.Measures {
		f.Rows = append(f.Rows, page.MeasureRow{Text: m.Text, Leader: m.Leader, Due: string(m.Due), People: chosen(people, id(m.Person)), Orgs: chosen(orgs, id(m.Org))})
	}
	for range max(1, 3-len(f.Rows)) {
		f.Rows = append(f.Rows, page.MeasureRow{Leader: i.Leader, Due: string(i.Due), People: chosen(people, id(i.Person)), Orgs: orgs})
	}
	return f
}

func (b *formBuilder) fault(err error) {
	if b.err == nil {
		b.err = err
	}
}

func criteriaOptions() []page.Option {
	return []page.Option{
		{Value: "measures_done", Text: workflow.Say("措施全部完成", "all measures are done")},
		{Value: "violations_done", Text: workflow.Say("违规问题已处理", "violations are dealt with")},
		{Value: "effect_reached", Text: workflow.Say("整改成效达标", "the effect is up to standard")},
		{Value: "same_kind", Text: workflow.Say("同类问题已排查", "problems of the same kind were looked for")},
		{Value: "mechanism", Text: workflow.Say("长效机制已建立", "a lasting mechanism is in place")},
	}
}
