package api

import (
	"slices"
	"strings"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// toward are the fields about other organisations: whom to call and for what, how to answer, who is asked for the same kind.
func (b *formBuilder) toward(name string) page.Field {
	switch name {
	case "wants":
		return page.Field{Kind: page.Radio, Label: workflow.Say("需要什么", "What is needed"), Options: wordOptions(workflow.AllWants())}
	case "reply":
		return page.Field{Kind: page.Radio, Label: workflow.Say("答复", "Answer"), Options: wordOptions(workflow.Replies())}
	case "orgs":
		return b.siblings()
	}
	return b.callees()
}

func wordOptions(words []workflow.Wording) []page.Option {
	return each(words, func(w workflow.Wording) page.Option { return page.Option{Value: w.Word, Text: w.Text} })
}

// callees are the organisations that can be called: those above on the way first, the nearest chosen, then the others. One whose answer is
// still open cannot be called again.
func (b *formBuilder) callees() page.Field {
	i := &b.view.Issue
	var above []page.Option
	var line, names []string
	for n := i.Line.Depth() - 1; n >= 0; n-- {
		org := b.view.Orgs[i.Line[n].Org]
		if line = append(line, id(org.ID)); n < i.Line.Depth()-1 && !b.calling(id(org.ID)) {
			names = append(names, org.Name)
			above = append(above, page.Option{Value: id(org.ID), Text: workflow.Say("%s（上级）", "%s (above)", org.Shown()), Chosen: len(above) == 0})
		}
	}
	others, err := b.server.orgOptions(b.ctx, i.Line[0].Org)
	b.fault(err)
	others = slices.DeleteFunc(others, func(o page.Option) bool { return slices.Contains(line, o.Value) || b.calling(o.Value) })
	f := page.Field{Kind: page.Select, Label: workflow.Say("呼叫哪个单位", "Whom to call"), Options: slices.Concat(above, others)}
	if len(f.Options) > orgsToChoose {
		f.Kind, f.Options, f.Value = page.OrgName, above, at(names, 0)
		for n := range above {
			above[n].Value = names[n]
		}
		f.Help = workflow.Say("上级组织可直接选，其他单位请输入名称或编码", "an organisation above is offered; of another write the name or code")
	}
	return f
}

func (b *formBuilder) calling(org string) bool {
	return slices.ContainsFunc(b.view.Issue.Calls, func(c workflow.CallFor) bool { return c.Open() && id(c.To) == org })
}

// siblings are the organisations that may be asked for the same kind.
func (b *formBuilder) siblings() page.Field {
	f := page.Field{Kind: page.Many, Label: workflow.Say("请哪些单位对照自查", "Who is asked to look for the same"),
		Help: workflow.Say("下级单位和同级单位；责任单位自己和已发过的不再列出", "organisations below and beside yours; the responsible one itself and who was asked before are left out")}
	orgs, narrowed, err := b.server.Engine.Askable(b.ctx, actorOf(b.ctx), &b.view.Issue, orgsToChoose)
	b.fault(err)
	if narrowed {
		f.Help = workflow.Say("可要求的单位很多，这里只列责任单位的同级单位及其下级；已发过的不再列出", "of many, those beside the responsible one and below them are listed; who was asked before is left out")
	}
	f.Options = optionsOf(orgs)
	return f
}

// parties are the organisations that may countersign: the top one and those below, but where by the policy nobody could, and the one that
// is to be responsible. An issue that is countersigned may get others when it goes to another organisation.
func (b *formBuilder) parties(under workflow.OrgID) page.Field {
	i, moves := &b.view.Issue, b.offer.Action == workflow.Transfer
	if moves && len(i.Parties) == 0 {
		return page.Field{}
	}
	signs := func(o *engine.Org) bool { return b.server.Engine.MaySign(o.Level) && (moves || o.ID != i.Responsible) }
	orgs, err := b.server.orgOptionsOf(b.ctx, under, signs)
	b.fault(err)
	if top := i.Line[0].Org; top != under && top != 0 {
		org, err := b.server.Engine.Org(b.ctx, top)
		b.fault(err)
		if signs(&org) {
			orgs = append(optionsOf([]engine.Org{org}), orgs...)
		}
	}
	return page.Field{Kind: page.Many, Label: workflow.Say("会签单位（重大问题须指定）", "Parties that countersign (needed for a major issue)"),
		Help:    workflow.Say("验收单位之外另选；连同验收单位2至5家", "beside the verifier; two to five with it"),
		Options: chosen(orgs, each(i.Parties, id[workflow.OrgID])...)}
}

// letter are the fields of a supervision letter, and who decided a step.
func (b *formBuilder) letter(name string) page.Field {
	switch name {
	case "rung":
		f := page.Field{Kind: page.Radio, Label: workflow.Say("督办层次", "Rung"), Options: wordOptions(b.view.Issue.OpenRungs()),
			Help: workflow.Say("逐级发出，不能越级，也不能退回较轻的层次", "no rung is skipped, and none milder than the last follows")}
		if len(f.Options) == 1 {
			f.Options[0].Chosen = true
		}
		return f
	case "grounds":
		return page.Field{Kind: page.Area, Label: workflow.Say("督办依据", "Grounds"), Help: workflow.Say("不少于10个字：依据什么规定、因什么情况", "ten characters at least: which rule, and what happened")}
	case "asked":
		return page.Field{Kind: page.Area, Label: workflow.Say("督办要求", "What is asked for")}
	case "limit":
		return page.Field{Kind: page.Date, Label: workflow.Say("办理时限", "Limit")}
	}
	f := page.Field{Kind: page.Line, Label: workflow.Say("由谁决定（会议或领导）", "Who decided it: a meeting or a leader")}
	if b.offer.Action == workflow.SendLetter {
		rungs := b.view.Issue.OpenRungs()
		f.Label = workflow.Say("由谁决定（问责建议须写明决定机关和文号）", "Who decided it (for accountability: the competent body and its document)")
		f.Required = len(rungs) == 1 && rungs[0].Word == string(workflow.RungAccountability)
	}
	return f
}

// judged are the fields of who judges a plan, and of what came of the issue.
func (b *formBuilder) judged(name string) page.Field {
	i := &b.view.Issue
	switch name {
	case "mark":
		return page.Field{Kind: page.Radio, Label: workflow.Say("对方案的评价", "Mark of the plan"), Options: wordOptions(workflow.PlanMarks()), Help: workflow.Say("可不填", "may be left out")}
	case "remarks":
		f := page.Field{Kind: page.Remarks, Label: workflow.Say("逐条意见（可不填）", "Remarks, line by line (may be left out)")}
		for n, m := range i.Measures {
			f.Notes = append(f.Notes, page.NoteRow{N: n + 1, About: m.Text})
		}
		f.Notes = append(f.Notes, page.NoteRow{})
		return f
	case "systems":
		return page.Field{Kind: page.Grid, Label: workflow.Say("建立的制度", "Rules that were made"), Cells: cellRows(systemColumns(), nil, 2)}
	}
	return page.Field{Kind: page.Grid, Label: workflow.Say("追责问责（有权机关已作出的决定，只记人数）", "Accountability (as decided by the competent body; numbers only)"),
		Cells: cellRows(outcomeColumns(), nil, 2)}
}

func systemColumns() []page.Cell {
	return []page.Cell{
		{Name: "system_name", Kind: page.Line, Label: workflow.Say("制度名称", "name")}, {Name: "system_number", Kind: page.Line, Label: workflow.Say("文号", "number")},
		{Name: "system_on", Kind: page.Date, Label: workflow.Say("印发日期", "issued on")},
	}
}

func outcomeColumns() []page.Cell {
	return []page.Cell{
		{Name: "outcome_kind", Kind: page.Select, Label: workflow.Say("种类", "kind"), Options: wordOptions(workflow.OutcomeKinds())},
		{Name: "outcome_count", Kind: page.Number, Label: workflow.Say("人数", "persons")},
		{Name: "outcome_body", Kind: page.Line, Label: workflow.Say("决定机关", "decided by")},
		{Name: "outcome_number", Kind: page.Line, Label: workflow.Say("文号", "number")},
	}
}

// said shows what the step answers: the letter that is signed for, the call, the goal of the stage, what was put right.
func (b *formBuilder) said() page.Field {
	i := &b.view.Issue
	f := page.Field{Kind: page.Said}
	add := func(text string) { f.Value = strings.TrimLeft(f.Value+"\n"+text, "\n") }
	switch b.offer.Action {
	case workflow.SignLetter:
		if l, ok := i.UnsignedLetter(); ok {
			f.Label = workflow.Say("%s　%s", "%s %s", l.Rung.Text(), l.Number)
			add(l.Grounds)
			add(l.Asked)
			add(string(l.Limit))
		}
	case workflow.Respond:
		if c, ok := i.CallWaiting(b.offer.Grant.Appointment.Org); ok {
			from := b.view.Orgs[c.From]
			f.Label = workflow.Say("%s：%s", "%s asks for %s", from.Shown(), c.Wants.Text())
			add(c.Text)
		}
	case workflow.Review:
		f.Label = workflow.Say("现在的阶段目标", "Goal of this stage")
		add(i.StageGoal)
	case workflow.LookBackAt:
		f.Label = workflow.Say("整改措施和结果", "Measures and results")
		for _, m := range i.Measures {
			add(strings.TrimSuffix(m.Text+"："+m.Result, "："))
		}
	}
	if f.Value == "" {
		return page.Field{}
	}
	return f
}

// handover are the fields with which somebody else takes over.
func (b *formBuilder) handover(name string) page.Field {
	i := &b.view.Issue
	held := i.HoldersFor(b.offer.Grant)
	if name == "from" {
		if len(held) < 2 {
			return page.Field{Kind: page.Hidden, Value: strings.Join(each(held, id[workflow.PersonID]), "")}
		}
		options := each(held, func(p workflow.PersonID) page.Option {
			return page.Option{Value: id(p), Text: workflow.Text{Zh: b.view.People[p]}}
		})
		return page.Field{Kind: page.Select, Label: workflow.Say("由谁移交", "Who hands over"), Options: chosen(options, id(held[0])), Required: true}
	}
	return page.Field{Kind: page.Select, Label: workflow.Say("由谁接手", "Who takes over"), Options: b.takers(held),
		Help: workflow.Say("连同其名下未完成的措施一并移交", "with the measures that are not done yet")}
}

// takers are who can take over: people of the units that put the issue right, and where nobody else holds a post in them, of the nearest
// organisation above. Who judged in this round, and the only one who has something to hand over, cannot.
func (b *formBuilder) takers(held []workflow.PersonID) []page.Option {
	i := &b.view.Issue
	from := append([]workflow.OrgID{i.Responsible}, i.Assisting...)
	if b.offer.Grant.Relation == workflow.Assisting {
		from = []workflow.OrgID{b.offer.Grant.Appointment.Org}
	}
	for orgs := from; orgs[0] != 0; orgs = []workflow.OrgID{i.Line.Above(orgs[0])} {
		people, err := b.server.memberOptions(b.ctx, orgs...)
		b.fault(err)
		people = slices.DeleteFunc(people, func(o page.Option) bool {
			judged := slices.ContainsFunc(i.Deeds, func(d workflow.Deed) bool { return d.Duty != workflow.DutyRectify && id(d.Person) == o.Value })
			return judged || len(held) == 1 && id(held[0]) == o.Value
		})
		if len(people) > 0 {
			return people
		}
	}
	return nil
}

// sharers are the organisations that can carry a measure: none to choose from where the responsible one is alone.
func (b *formBuilder) sharers() []page.Option {
	i := &b.view.Issue
	if len(i.Assisting) == 0 {
		return nil
	}
	main := b.view.Orgs[i.Responsible]
	out := []page.Option{{Value: "", Text: workflow.Say("%s（主办）", "%s (main)", main.Shown())}}
	for _, org := range i.Assisting {
		x := b.view.Orgs[org]
		out = append(out, page.Option{Value: id(org), Text: workflow.Say("%s（协办）", "%s (assisting)", x.Shown())})
	}
	return out
}

// cellRows are rows of small fields: as they were typed, and as many empty ones.
func cellRows(columns []page.Cell, typed func(name string, n int) (string, bool), empty int) (rows [][]page.Cell) {
	for n := 0; typed != nil; n++ {
		row, some := make([]page.Cell, len(columns)), false
		for at, c := range columns {
			value, ok := typed(c.Name, n)
			some = some || ok
			c.Value, c.Options = value, chosen(c.Options, value)
			row[at] = c
		}
		if !some {
			break
		}
		rows = append(rows, row)
	}
	for range empty {
		rows = append(rows, slices.Clone(columns))
	}
	return rows
}
