package workflow

import (
	"slices"
	"time"
)

// Mapping says in which state of another definition an issue goes on, by the state in which it is. A state that is not in it stays as it
// is where the other definition has it.
type Mapping map[State]State

// Target is the state in which an issue in the state goes on; ok is false where that is not said and the definition has no such state.
func (m Mapping) Target(to *Definition, from State) (target State, ok bool) {
	if target, ok = m[from]; !ok {
		target = from
	}
	return target, slices.Contains(to.Uses, target)
}

// MoveTo is the step by which an issue that is under way goes on under another version of its machine. Nothing that was done is undone by
// it, and nothing is skipped: not a phase, not a countersign that is under way, not an open request, not a clock.
//
// A time limit that runs was told to somebody when it began. So while the issue stays in its state the limit runs on as the definition has
// it by which it began, also when the holidays become known later; so does that of an open call. Every limit that begins after the move is
// that of the new definition, beginning with that of the state where the issue goes on if that is another one.
//
// Errors: ErrRefused, with the reason, where the issue could not go on under the definition.
func MoveTo(to *Definition, i Issue, m Mapping, note string, by Actor, at time.Time) (Change, error) {
	target, err := movable(to, &i, m)
	if err != nil {
		return Change{}, err
	}
	c := Change{Before: i, Issue: i}
	after := &c.Issue
	after.Definition = to.Hash
	limitsRunOn(after, i.Definition)
	if target != i.State {
		goesTo(after, &i, to, target, at)
	}
	if i.Assigner != 0 {
		verifier, closer := to.Judges(after)
		judgedBy(after, verifier, closer)
	}
	if len(i.Signs) > 0 && after.Verifier != i.Verifier {
		return Change{}, Refused("signs_lost", Say("会签正在进行，而新流程改变了验收单位", "a countersign is under way, and the new definition has another organisation verify"))
	}
	if i.Verifier != 0 && after.Verifier == 0 || i.Closer != 0 && after.Closer == 0 {
		return Change{}, Refused("nobody_judges", Say("按新流程，上面没有可以验收或销号的组织", "under the new definition no organisation is left above that verifies or closes"))
	}
	after.Version++
	c.Line = newLine(&c, Step{Action: Move, Note: note}, by, at)
	c.Tell = []Relation{Responsible, Person}
	return c, nil
}

// limitsRunOn keeps the definition by which the limits that run began.
func limitsRunOn(i *Issue, began string) {
	if i.Clock.Name != "" {
		i.Clock.Under = first(i.Clock.Under, began)
	}
	i.Calls = slices.Clone(i.Calls)
	for n := range i.Calls {
		if c := &i.Calls[n]; c.Open() {
			c.Under = first(c.Under, began)
		}
	}
}

// goesTo puts the issue into another state, as if it had been sent back there: with the clock by which that state is entered, with nothing
// reported or endorsed that comes later, and with those who had it in hand as such.
func goesTo(i, before *Issue, to *Definition, target State, at time.Time) {
	entered := slices.IndexFunc(to.Arrows, func(a Arrow) bool { return a.To == target && a.Clock != "" })
	arrow := Arrow{To: target}
	if entered >= 0 {
		arrow.Clock = to.Arrows[entered].Clock
	}
	move(i, &arrow, at)
	i.Endorsed, i.Objection = false, ""
	if target.Phase() != PhaseVerify && target.Phase() != PhaseClose {
		i.Reported = false
	}
	if before.State == Suspended {
		i.Condition = ""
	}
	if !before.plans() {
		handedOver(i, before, i.plans())
	}
}

// movable finds the state in which the issue would go on.
func movable(to *Definition, i *Issue, m Mapping) (State, error) {
	switch {
	case i.State.End():
		return "", Refused("ended", Say("问题%s已是“%s”，不再换流程", "issue %s is %s: it is not moved any more", i.ShownNumber(), i.State.Text()))
	case i.Definition == to.Hash:
		return "", Refused("moved_already", Say("问题%s已按这个流程办理", "issue %s follows this definition already", i.ShownNumber()))
	case MachineFor(i.Grade, i.Kind) != to.Machine:
		return "", Refused("other_machine", Say("问题%s按等级和类型不走这个流程", "by its grade and kind issue %s does not follow this machine", i.ShownNumber()))
	}
	target, ok := m.Target(to, i.State)
	if !ok {
		return "", Refused("unmapped_state", Say("新流程没有状态“%s”，须写明转到哪个状态", "the new definition has no state %q; say where it goes on", i.State.Text()))
	}
	if target.End() || skips(to, i.State, target) {
		return "", Refused("phase_skipped", Say("不能从“%s”转到“%s”：会跳过环节", "an issue cannot go from %q to %q: something would be skipped", i.State.Text(), target.Text()))
	}
	return target, goesOn(to, i, target)
}

// skips says whether something would be left out on the way between two states: a later phase, the review of a plan, a publicity, the
// decision that a state is entered by (an assignment, a request that was granted).
func skips(to *Definition, from, target State) bool {
	if target != from && slices.Contains([]State{Draft, Found, Assigned, Lasting, Suspended}, target) {
		return true
	}
	place := func(s State) int { return slices.IndexFunc(stateRules, func(r StateRule) bool { return r.State == s }) }
	switch {
	case target == from, place(target) < place(from):
		return false
	case from.Phase() != target.Phase():
		return true
	case from == Planning || from == PlanReview:
		return slices.Contains(to.Uses, PlanReview) || target != Rectifying
	}
	return true
}

// goesOn looks whether what is open in the issue can be brought to its end in the state.
func goesOn(to *Definition, i *Issue, target State) error {
	if i.Request.Open() {
		for _, do := range []Action{GrantIt, Deny} {
			if _, ok := to.Arrow(target, do, i.Request.Kind); !ok {
				return Refused("request_undecided", Say("有一项申请待审批，新流程在“%s”不能“%s”", "a request is open, and in %q the new definition has no %q", target.Text(), do.Text()))
			}
		}
	}
	if len(i.Signs) > 0 && (target != i.State || !countersigned(to, target)) {
		return Refused("signs_lost", Say("会签正在进行，换流程会作废已签的意见", "a countersign is under way, and what was signed would be lost"))
	}
	if name := i.Clock.Name; name != "" && target == i.State {
		if _, ok := to.Clock(name); !ok {
			return Refused("clock_unknown", Say("正在计时的期限“%s”在新流程里没有", "the clock that runs, %q, is not in the new definition", name))
		}
	}
	for _, arrow := range to.Possible(target) {
		if slices.Contains(arrow.Needs, NeedClockOver) && i.Clock.Name == "" && target == i.State {
			return Refused("clock_never_runs", Say("新流程在“%s”要等期限届满，而这个问题没有在计时", "in %q the new definition waits for a clock, and none runs for this issue", target.Text()))
		}
	}
	for n := range i.Calls {
		if _, ok := to.Arrow(target, Respond, ""); i.Calls[n].Open() && !ok {
			return Refused("call_unanswered", Say("有一项呼叫待答复，新流程在“%s”不能应答", "a call is open, and in %q the new definition has no answer to it", target.Text()))
		}
	}
	return nil
}

func countersigned(to *Definition, state State) bool {
	return slices.ContainsFunc(to.Possible(state), func(a *Arrow) bool { return slices.Contains(a.Needs, NeedCountersign) })
}
