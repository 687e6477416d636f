package api

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"rectify/api/page"
	"rectify/workflow"
)

// names are those that a history needs.
type names struct {
	orgs   map[workflow.OrgID]string
	people map[workflow.PersonID]string
}

// field is a part of an issue as a history shows it.
type field struct {
	name  string // in the line
	label workflow.Text
	value func(*names, *workflow.Issue) workflow.Text
}

func same(s string) workflow.Text { return workflow.Text{Zh: s, En: s} }

func orgField(name string, label workflow.Text, of func(*workflow.Issue) workflow.OrgID) field {
	return field{name, label, func(n *names, i *workflow.Issue) workflow.Text { return same(n.orgs[of(i)]) }}
}

func textField(name string, label workflow.Text, of func(*workflow.Issue) string) field {
	return field{name, label, func(_ *names, i *workflow.Issue) workflow.Text { return same(of(i)) }}
}

func yesField(name string, label workflow.Text, of func(*workflow.Issue) bool) field {
	return field{name, label, func(_ *names, i *workflow.Issue) workflow.Text { return yes(of(i)) }}
}

func yes(is bool) workflow.Text {
	if is {
		return workflow.Say("是", "yes")
	}
	return workflow.Say("否", "no")
}

// unshown are fields that are the shadow of others, or say what the head of a line says.
var unshown = []string{"id", "version", "machine", "definition", "state", "since", "finder_line", "line", "before", "before_clock", "deeds", "found_by", "round", "warn", "return_by", "pause"}

// shownFields are the fields of an issue that a history shows, in their order.
var shownFields = []field{
	textField("number", workflow.Say("编号", "number"), func(i *workflow.Issue) string { return i.Number }),
	textField("own_number", workflow.Say("来源编号", "number of the source"), func(i *workflow.Issue) string { return i.OwnNumber }),
	{"source", workflow.Say("问题来源", "source"), func(_ *names, i *workflow.Issue) workflow.Text { r, _ := i.Source.Rule(); return r.Text }},
	textField("aspect", workflow.Say("方面", "aspect"), func(i *workflow.Issue) string { return i.Aspect }),
	textField("detail", workflow.Say("存在的问题", "problem"), func(i *workflow.Issue) string { return i.Detail }),
	textField("goal", workflow.Say("整改目标", "goal"), func(i *workflow.Issue) string { return i.Goal }),
	textField("found_on", workflow.Say("发现日期", "found on"), func(i *workflow.Issue) string { return string(i.FoundOn) }),
	{"extra", workflow.Say("其他栏目", "other columns"), func(_ *names, i *workflow.Issue) workflow.Text { return extraText(i.Extra) }},
	{"kind", workflow.Say("整改类型", "kind"), func(_ *names, i *workflow.Issue) workflow.Text { return kindWord(i.Kind) }},
	{"grade", workflow.Say("等级", "grade"), func(_ *names, i *workflow.Issue) workflow.Text { return i.Grade.Text() }},
	textField("due", workflow.Say("整改时限", "due"), func(i *workflow.Issue) string { return string(i.Due) }),
	textField("amount", workflow.Say("涉及金额（元）", "amount (yuan)"), func(i *workflow.Issue) string { return yuanText(i.Amount) }),
	textField("recovered", workflow.Say("已追缴（元）", "recovered (yuan)"), func(i *workflow.Issue) string { return yuanText(i.Recovered) }),
	orgField("finder", workflow.Say("发现单位", "finder"), func(i *workflow.Issue) workflow.OrgID { return i.Finder }),
	orgField("responsible", workflow.Say("责任单位", "responsible"), func(i *workflow.Issue) workflow.OrgID { return i.Responsible }),
	{"person", workflow.Say("责任人", "responsible person"), func(n *names, i *workflow.Issue) workflow.Text { return same(n.people[i.Person]) }},
	textField("leader", workflow.Say("责任领导", "leader"), func(i *workflow.Issue) string { return i.Leader }),
	{"assisting", workflow.Say("配合单位", "assisting"), func(n *names, i *workflow.Issue) workflow.Text { return same(n.orgList(i.Assisting)) }},
	orgField("assigner", workflow.Say("交办单位", "assigner"), func(i *workflow.Issue) workflow.OrgID { return i.Assigner }),
	orgField("verifier", workflow.Say("验收单位", "verifier"), func(i *workflow.Issue) workflow.OrgID { return i.Verifier }),
	orgField("closer", workflow.Say("销号单位", "closer"), func(i *workflow.Issue) workflow.OrgID { return i.Closer }),
	{"parties", workflow.Say("会签单位", "countersigning parties"), func(n *names, i *workflow.Issue) workflow.Text { return same(n.orgList(i.Parties)) }},
	{"measures", workflow.Say("整改措施", "measures"), (*names).measures},
	{"evidence", workflow.Say("佐证材料", "evidence"), func(_ *names, i *workflow.Issue) workflow.Text { return evidenceText(i.Evidence) }},
	{"signs", workflow.Say("会签", "countersign"), (*names).signs},
	{"request", workflow.Say("申请", "request"), (*names).request},
	textField("extensions", workflow.Say("已延期次数", "extensions"), func(i *workflow.Issue) string { return strconv.Itoa(i.Extensions) }),
	{"criteria", workflow.Say("验收五项标准", "the five criteria"), func(_ *names, i *workflow.Issue) workflow.Text { return criteriaText(i.Criteria) }},
	{"clock", workflow.Say("办理期限", "clock"), func(_ *names, i *workflow.Issue) workflow.Text { return clockText(i.Clock) }},
	yesField("endorsed", workflow.Say("主要负责人签批", "endorsed"), func(i *workflow.Issue) bool { return i.Endorsed }),
	textField("objection", workflow.Say("异议", "objection"), func(i *workflow.Issue) string { return i.Objection }),
	yesField("reported", workflow.Say("单位自报完成", "reported done"), func(i *workflow.Issue) bool { return i.Reported }),
	textField("paused_on", workflow.Say("挂账日期", "suspended on"), func(i *workflow.Issue) string { return string(i.PausedOn) }),
	{"remarks", workflow.Say("方案意见", "remarks on the plan"), (*names).remarks},
	{"letters", workflow.Say("督办函", "letters"), (*names).letters},
	{"calls", workflow.Say("呼叫", "calls"), (*names).calls},
	{"results", workflow.Say("整改成果", "results"), func(_ *names, i *workflow.Issue) workflow.Text { return resultsText(i.Results) }},
	{"look_back", workflow.Say("回头看", "look-back"), func(_ *names, i *workflow.Issue) workflow.Text { return lookBackText(i.LookBack) }},
	{"spread", workflow.Say("要求自查的单位", "organisations asked"), func(n *names, i *workflow.Issue) workflow.Text { return same(n.orgList(i.Spread)) }},
	yesField("self_check", workflow.Say("自查发现", "found by the unit itself when asked"), (*workflow.Issue).Prompted),
	yesField("supervised", workflow.Say("挂牌督办", "supervised"), func(i *workflow.Issue) bool { return i.Supervised }),
	yesField("escalated", workflow.Say("提级办理", "escalated"), func(i *workflow.Issue) bool { return i.Escalated }),
	textField("stage_goal", workflow.Say("阶段目标", "stage goal"), func(i *workflow.Issue) string { return i.StageGoal }),
	textField("next_review", workflow.Say("下次复核", "next review"), func(i *workflow.Issue) string { return string(i.NextReview) }),
	textField("condition", workflow.Say("挂账条件", "condition"), func(i *workflow.Issue) string { return i.Condition }),
	textField("closed_on", workflow.Say("销号日期", "closed on"), func(i *workflow.Issue) string { return string(i.ClosedOn) }),
	textField("document", workflow.Say("外部文件", "outside document"), func(i *workflow.Issue) string { return i.Document.Number }),
	textField("checklist", workflow.Say("问题清单", "checklist"), func(i *workflow.Issue) string { return id(i.Checklist) }),
	textField("merged_into", workflow.Say("并入", "merged into"), func(i *workflow.Issue) string { return id(i.MergedInto) }),
	{"absorbed", workflow.Say("并入本问题的", "absorbed"), func(_ *names, i *workflow.Issue) workflow.Text { return absorbedText(i.Absorbed) }},
}

// changes says, field by field, what a line changed.
func (n *names) changes(data json.RawMessage, before, after *workflow.Issue) (out []page.Change) {
	var changed map[string]json.RawMessage
	if json.Unmarshal(data, &changed) != nil {
		return nil
	}
	dash := same("—")
	for _, f := range shownFields {
		if _, ok := changed[f.name]; !ok {
			continue
		}
		was, now := first(f.value(n, before), dash), first(f.value(n, after), dash)
		if before.ID == 0 {
			was = dash
		}
		if was != now {
			out = append(out, page.Change{Field: f.label, Was: was, Now: now})
		}
	}
	return out
}

func (n *names) orgList(orgs []workflow.OrgID) string {
	return strings.Join(each(orgs, func(o workflow.OrgID) string { return n.orgs[o] }), "、")
}

func kindWord(k workflow.Kind) workflow.Text {
	for _, w := range workflow.Kinds() {
		if w.Word == string(k) {
			return w.Text
		}
	}
	return workflow.Text{}
}

func yuanText(fen int64) string {
	if fen == 0 {
		return ""
	}
	return page.Yuan(fen)
}

func extraText(extra map[string]string) workflow.Text {
	keys := make([]string, 0, len(extra))
	for k := range extra {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return same(strings.Join(each(keys, func(k string) string { return k + ":" + extra[k] }), "\n"))
}

// stack puts texts below each other.
func stack(all []workflow.Text) (out workflow.Text) {
	for n, t := range all {
		if n > 0 {
			out.Zh, out.En = out.Zh+"\n", out.En+"\n"
		}
		out.Zh, out.En = out.Zh+t.Zh, out.En+t.In("en")
	}
	return out
}

func (n *names) measures(i *workflow.Issue) workflow.Text {
	all := make([]workflow.Text, len(i.Measures))
	for at, m := range i.Measures {
		who := strings.Join(slices.DeleteFunc([]string{n.orgs[m.Org], m.Leader, n.people[m.Person]}, func(s string) bool { return s == "" }), " ")
		all[at] = workflow.Say("%d. %s（%s，%s）", "%d. %s (%s, %s)", at+1, m.Text, who, m.Due)
		if m.Done {
			all[at] = workflow.Say("%s ✓ %s完成 %s", "%s ✓ done %s %s", all[at], m.DoneOn, m.Result)
		}
	}
	return stack(all)
}

func evidenceText(all []workflow.Evidence) workflow.Text {
	return stack(each(all, func(e workflow.Evidence) workflow.Text {
		if e.Hash == "" {
			return workflow.Say("第%d轮 文字：%s", "round %d, text: %s", e.Round, e.Text)
		}
		return workflow.Say("第%d轮 %s（SHA-256 %s…）", "round %d, %s (SHA-256 %s…)", e.Round, e.Name, e.Hash[:min(16, len(e.Hash))])
	}))
}

func (n *names) signs(i *workflow.Issue) workflow.Text {
	return stack(each(i.Signs, func(s workflow.Sign) workflow.Text {
		return workflow.Say("%s %s同意 %s", "%s %s: yes %s", n.orgs[s.Org], actedBy(n.people, s.Person, s.For), s.Note)
	}))
}

func (n *names) request(i *workflow.Issue) workflow.Text {
	r := i.Request
	if !r.Open() {
		return workflow.Text{}
	}
	kind := same(string(r.Kind))
	for _, w := range workflow.RequestKinds() {
		if w.Word == string(r.Kind) {
			kind = w.Text
		}
	}
	out := workflow.Say("%s：%s（由%s审批）", "%s: %s (decided by %s)", kind, r.Reason, n.orgs[r.Decider])
	for _, more := range []string{string(r.Due), r.StageGoal, string(r.NextReview), r.Condition} {
		if more != "" {
			out.Zh, out.En = out.Zh+"\n"+more, out.En+"\n"+more
		}
	}
	return out
}

func criteriaText(c workflow.Criteria) workflow.Text {
	return stack([]workflow.Text{
		workflow.Say("措施全部完成：%s", "all measures done: %s", yes(c.MeasuresDone)), workflow.Say("违规问题处理到位：%s", "violations dealt with: %s", yes(c.ViolationsDone)),
		workflow.Say("整改效果达标：%s", "effect up to standard: %s", yes(c.EffectReached)), workflow.Say("同类问题已排查：%s", "same kind looked for: %s", yes(c.SameKindSought)),
		workflow.Say("长效机制已建立：%s", "lasting mechanism in place: %s", yes(c.MechanismBuilt)),
	})
}

func clockText(c workflow.Clock) workflow.Text {
	if c.Until == "" {
		return workflow.Text{}
	}
	if c.Provisional {
		return workflow.Say("%s 至 %s（暂定）", "%s to %s (provisional)", c.From, c.Until)
	}
	return workflow.Say("%s 至 %s", "%s to %s", c.From, c.Until)
}

func absorbedText(all []workflow.Absorbed) workflow.Text {
	return same(strings.Join(each(all, func(a workflow.Absorbed) string { return a.Number }), "、"))
}
