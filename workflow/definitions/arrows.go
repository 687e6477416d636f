package definitions

import (
	"slices"
	"strings"

	"rectify/workflow"
)

// arrows looks at each arrow by itself: whether it may stand there, and whether it has what it may not be without.
func (r *reading) arrows(d *workflow.Definition) {
	seen := make(map[string]int)
	used := make(map[string]bool)
	for n := range d.Arrows {
		arrow, line := &d.Arrows[n], r.lines[n]
		r.double(seen, arrow, line)
		r.declared(arrow, line)
		r.placed(d, arrow, line)
		r.needed(d, arrow, line)
		r.clockOf(arrow, line)
		used[arrow.Clock] = true
	}
	for _, clock := range d.Clocks {
		if !used[clock.Name] {
			r.complain(r.clocks[clock.Name], "unused_clock", workflow.Say("期限“%s”没有动作使用", "no action starts the clock %q", clock.Name), workflow.Say("删去，或在动作里写 clock", "remove it, or name it as the clock of an action"))
		}
	}
}

// double refuses two arrows for the same thing in the same state.
func (r *reading) double(seen map[string]int, arrow *workflow.Arrow, line int) {
	for _, from := range arrow.From {
		key := strings.Join([]string{string(from), string(arrow.Do), string(arrow.Of)}, "|")
		if before := seen[key]; before != 0 {
			r.complain(line, "double_arrow", workflow.Say("状态“%s”里的“%s”在第%d行已经写过", "%q: %q is written in line %d already", from.Text(), arrow.Do.Text(), before),
				workflow.Say("每个状态的每个动作只写一次", "write each action of a state once"))
			continue
		}
		seen[key] = line
	}
}

// declared wants every state of an arrow in the list of states.
func (r *reading) declared(arrow *workflow.Arrow, line int) {
	for _, state := range append(slices.Clone(arrow.From), arrow.To) {
		if state != workflow.Same && state != workflow.Before && r.uses[state] == 0 {
			r.complain(line, "undeclared_state", workflow.Say("状态“%s”不在 states 里", "the state %q is not in the list of states", state), workflow.Say("在 states 里加上，或从这里去掉", "add it to states, or take it out here"))
		}
	}
}

// placed refuses an action where it may not stand.
func (r *reading) placed(d *workflow.Definition, arrow *workflow.Arrow, line int) {
	p, ok := placeOf(arrow.Do, arrow.Of)
	if !ok {
		r.complain(line, "out_of_place", workflow.Say("动作“%s”与 of 不相配", "the action %q does not go with this of", arrow.Do), workflow.Say("只有 request、grant、deny 写 of，而且必须写", "request, grant and deny need an of, no other action has one"))
		return
	}
	for _, from := range arrow.From {
		switch {
		case slices.Contains(p.from, from):
		case from.End():
			r.complain(line, "end_state", workflow.Say("“%s”是终点，不能再%s", "%q is an end, from which there is no %q", from.Text(), arrow.Do.Text()),
				workflow.Say("终点只能 reopen（已销号）或 unmerge（已并案）", "from an end there is only reopen (closed) or unmerge (merged)"))
		default:
			r.complain(line, "out_of_place", workflow.Say("“%s”不能放在“%s”", "%q cannot stand in %q", arrow.Do.Text(), from.Text()), workflow.Say("可放在：%s", "it can stand in: %s", join(p.from)))
		}
	}
	to := p.to
	if arrow.Do == workflow.Pass {
		to = states{workflow.Closing}
		if d.CloserVerifies {
			to = states{workflow.Closed}
		}
	}
	if !slices.Contains(to, arrow.To) {
		r.complain(line, "out_of_place", workflow.Say("“%s”不能通到“%s”", "%q cannot lead to %q", arrow.Do.Text(), arrow.To), workflow.Say("可通到：%s", "it can lead to: %s", join(to)))
	}
}

// needed looks for needs that are missing, doubled, out of place, or cannot be met together.
func (r *reading) needed(d *workflow.Definition, arrow *workflow.Arrow, line int) {
	p, _ := placeOf(arrow.Do, arrow.Of)
	must := p.needs
	if objects := hasAction(d, workflow.Object); objects && arrow.Do == workflow.Close {
		must = append(slices.Clone(must), workflow.NeedNoObjection)
	}
	for _, need := range must {
		if !slices.Contains(arrow.Needs, need) {
			r.complain(line, "missing_need", workflow.Say("“%s”不能没有条件 %s", "%q cannot be without the need %s", arrow.Do.Text(), need), workflow.Say("在 needs 里加上 %s", "add %s to needs", need))
		}
	}
	for n, need := range arrow.Needs {
		if slices.Contains(arrow.Needs[:n], need) {
			r.complain(line, "double_need", workflow.Say("条件 %s 写了两次", "the need %s is written twice", need), workflow.Say("只留一处", "keep one"))
		}
		if only := belongs(need); only != nil && !slices.Contains(only, arrow.Do) {
			r.complain(line, "out_of_place", workflow.Say("条件 %s 不能用于“%s”", "the need %s means nothing for %q", need, arrow.Do.Text()), workflow.Say("只用于：%s", "it goes with: %s", join(only)))
		}
		if arrow.Do == workflow.Register && !slices.Contains(registerable(), need) {
			r.complain(line, "out_of_place", workflow.Say("登记不能要求 %s", "registering cannot need %s", need), workflow.Say("只能要求：%s", "it can need: %s", join(registerable())))
		}
		if other := against(need); other != "" && slices.Contains(arrow.Needs, other) {
			r.complain(line, "needs_contradict", workflow.Say("条件 %s 与 %s 不能同时满足", "the needs %s and %s cannot both be met", need, other), workflow.Say("去掉一个", "remove one"))
		}
		if do := giver(need); do != "" && !hasAction(d, do) {
			r.complain(line, "need_unmeetable", workflow.Say("条件 %s 须先有动作“%s”，本流程没有", "the need %s wants the action %q, which this machine has not", need, do.Text()), workflow.Say("加上动作 %s，或去掉这个条件", "add the action %s, or remove the need", do))
		}
	}
}

// against is the need that cannot be met together with this one.
func against(need workflow.Need) workflow.Need {
	switch need {
	case workflow.NeedOpenRequest:
		return workflow.NeedNothingAsked
	case workflow.NeedRequest:
		return workflow.NeedOpenRequest
	case workflow.NeedOpenObjection:
		return workflow.NeedNoObjection
	}
	return ""
}

// giver is the action without which a need is never met.
func giver(need workflow.Need) workflow.Action {
	switch need {
	case workflow.NeedEndorsement:
		return workflow.Endorse
	case workflow.NeedOpenObjection:
		return workflow.Object
	case workflow.NeedMeasuresDone:
		return workflow.Finish
	}
	return ""
}

func (r *reading) clockOf(arrow *workflow.Arrow, line int) {
	switch {
	case arrow.Clock == "":
	case (arrow.To == workflow.Same || arrow.To == workflow.Before) && arrow.Do != workflow.Call && arrow.Do != workflow.Climb: // theirs is the call's
		r.complain(line, "clock_stays", workflow.Say("不换状态的动作不能启动期限“%s”", "an action that stays starts no clock, so not %q", arrow.Clock), workflow.Say("把 clock 写在进入状态的动作上", "name the clock on the action that leads into the state"))
	case r.clocks[arrow.Clock] == 0:
		r.complain(line, "undefined_clock", workflow.Say("clocks 里没有期限“%s”", "there is no %q among the clocks", arrow.Clock), workflow.Say("在 clocks 里写明期限和依据", "define it in clocks, with its basis"))
	}
}

func hasAction(d *workflow.Definition, do workflow.Action) bool {
	return slices.ContainsFunc(d.Arrows, func(a workflow.Arrow) bool { return a.Do == do })
}

func join[T ~string](words []T) string {
	all := make([]string, 0, len(words))
	for _, w := range words {
		all = append(all, string(w))
	}
	return strings.Join(all, ", ")
}
