package definitions

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"rectify/workflow"
)

// longest is the most that a clock may count, in its own unit.
const longest = 1000

// units are the ways in which a clock counts.
func units() []string { return []string{"working", "calendar", "month"} }

// stateWords, actionWords and the others are the vocabulary as files write it.
func stateWords() (all []workflow.State) {
	for _, rule := range workflow.States() {
		all = append(all, rule.State)
	}
	return all
}

func actionWords() (all []workflow.Action) {
	for _, rule := range workflow.Actions() {
		if rule.Step {
			all = append(all, rule.Action)
		}
	}
	return all
}

func requestWords() (all []workflow.RequestKind) {
	for _, w := range workflow.RequestKinds() {
		all = append(all, workflow.RequestKind(w.Word))
	}
	return all
}

// spelled is the vocabulary of numbered words, as text.
func spelled[T interface{ String() string }](values []T) (all []string) {
	for _, v := range values {
		all = append(all, v.String())
	}
	return all
}

// definition reads the parts of the file; the arrows are looked at afterwards.
func (r *reading) definition(root *yaml.Node) workflow.Definition {
	f := r.fields(root, []string{"machine", "title", "verify", "close", "clocks", "states", "actions"}, []string{"closer_verifies"})
	var d workflow.Definition
	d.Machine, _ = word(r, f["machine"], workflow.Say("流程", "machines"), names())
	d.Title = r.bilingual(f["title"])
	if node := f["closer_verifies"]; node != nil {
		yes, _ := word(r, node, workflow.Say("是否", "yes or no"), []string{"true", "false"})
		d.CloserVerifies = yes == "true"
	}
	d.VerifyAt, d.CloseAt = r.levels(f["verify"]), r.levels(f["close"])
	r.compareLevels(&d, f["close"])
	d.Clocks = r.clockRules(f["clocks"])
	for _, node := range r.items(f["states"]) {
		state, ok := word(r, node, workflow.Say("状态", "states"), stateWords())
		if ok && r.uses[state] != 0 {
			r.complain(node.Line, "double_state", workflow.Say("状态“%s”写了两次", "the state %q is written twice", state), workflow.Say("只留一处", "keep one"))
		} else if ok {
			r.uses[state] = node.Line
			d.Uses = append(d.Uses, state)
		}
	}
	for _, node := range r.items(f["actions"]) {
		if arrow, ok := r.arrow(node); ok {
			d.Arrows = append(d.Arrows, arrow)
			r.lines = append(r.lines, node.Line)
		}
	}
	return d
}

// levels reads at which level an issue of each grade is judged.
func (r *reading) levels(node *yaml.Node) map[workflow.Grade]workflow.Level {
	if node == nil {
		return nil
	}
	f := r.fields(node, spelled(workflow.Grades()), nil)
	at := make(map[workflow.Grade]workflow.Level)
	for _, grade := range workflow.Grades() {
		name, ok := word(r, f[grade.String()], workflow.Say("层级", "levels"), spelled(workflow.Levels()))
		if ok {
			at[grade] = workflow.Levels()[slices.Index(spelled(workflow.Levels()), name)]
		}
	}
	return at
}

// compareLevels refuses a table by which an issue would be closed lower than it is verified.
func (r *reading) compareLevels(d *workflow.Definition, node *yaml.Node) {
	for _, grade := range workflow.Grades() {
		verify, closing := d.VerifyAt[grade], d.CloseAt[grade]
		switch {
		case verify == workflow.NoLevel || closing == workflow.NoLevel:
		case closing < verify:
			r.complain(node.Line, "level_order", workflow.Say("%s问题的销号层级（%s）低于验收层级（%s）", "issues of grade %s are closed at %s, lower than they are verified (%s)", grade.Text(), closing.Text(), verify.Text()),
				workflow.Say("销号层级不低于验收层级", "close at the level of verifying or higher"))
		case d.CloserVerifies && closing != verify:
			r.complain(node.Line, "level_order", workflow.Say("closer_verifies 的流程由销号单位验收，但%s问题两个层级不同", "with closer_verifies the closing organisation verifies, but the levels of grade %s differ", grade.Text()),
				workflow.Say("verify 与 close 写同一层级", "write the same level in verify and close"))
		}
	}
}

func (r *reading) clockRules(node *yaml.Node) []workflow.ClockRule {
	if node == nil {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		r.complain(node.Line, "wrong_shape", workflow.Say("clocks 应写成“名称：期限”", "clocks is a mapping of names to time limits"), workflow.Say("没有期限则写 {}", "write {} for none"))
		return nil
	}
	var rules []workflow.ClockRule
	for n := 0; n+1 < len(node.Content); n += 2 {
		key, value := node.Content[n], node.Content[n+1]
		name := r.text(key)
		if r.clocks[name] != 0 {
			r.complain(key.Line, "double_key", workflow.Say("期限“%s”写了两次", "the clock %q is written twice", name), workflow.Say("只留一处", "keep one"))
			continue
		}
		r.clocks[name] = key.Line
		f := r.fields(value, []string{"n", "unit", "basis"}, nil)
		unit, _ := word(r, f["unit"], workflow.Say("期限单位", "units"), units())
		rules = append(rules, workflow.ClockRule{Name: name, Span: workflow.Span{N: r.number(f["n"]), Unit: unit}, Basis: r.bilingual(f["basis"])})
	}
	return rules
}

func (r *reading) number(node *yaml.Node) int {
	if node == nil {
		return 0
	}
	n, err := strconv.Atoi(node.Value)
	if node.Kind != yaml.ScalarNode || err != nil || n < 1 || n > longest {
		r.complain(node.Line, "bad_number", workflow.Say("期限“%s”不是1到%d的整数", "%q is no whole number from 1 to %d", node.Value, longest), workflow.Say("改成天数或月数", "give the number of days or months"))
	}
	return n
}

// arrow reads one line of the machine; ok is false when its words are not known.
func (r *reading) arrow(node *yaml.Node) (arrow workflow.Arrow, ok bool) {
	f := r.fields(node, []string{"do", "from", "to", "needs"}, []string{"of", "clock", "tell"})
	found := len(r.faults)
	arrow.Do, _ = word(r, f["do"], workflow.Say("动作", "actions"), actionWords())
	arrow.Of, _ = word(r, f["of"], workflow.Say("申请", "requests"), requestWords())
	for _, n := range r.items(f["from"]) {
		state, _ := word(r, n, workflow.Say("状态", "states"), stateWords())
		arrow.From = append(arrow.From, state)
	}
	arrow.To, _ = word(r, f["to"], workflow.Say("状态", "states"), append(stateWords(), workflow.Same, workflow.Before))
	for _, n := range r.items(f["needs"]) {
		need, _ := word(r, n, workflow.Say("条件", "needs"), workflow.Needs())
		arrow.Needs = append(arrow.Needs, need)
	}
	if f["clock"] != nil {
		arrow.Clock = r.text(f["clock"])
	}
	for _, n := range r.items(f["tell"]) {
		if name, known := word(r, n, workflow.Say("关系", "relations"), spelled(workflow.AllRelations())); known {
			arrow.Tell = append(arrow.Tell, workflow.AllRelations()[slices.Index(spelled(workflow.AllRelations()), name)])
		}
	}
	if f["from"] != nil && len(arrow.From) == 0 && found == len(r.faults) {
		r.complain(node.Line, "missing_part", workflow.Say("from 里没有状态", "from names no state"), workflow.Say("写明从哪些状态可以办", "name the states in which it is possible"))
	}
	return arrow, found == len(r.faults) && len(arrow.From) > 0 && arrow.Do != "" && arrow.To != ""
}
