package definitions

import (
	"slices"

	"rectify/workflow"
)

// edge is an arrow between two states; n counts the arrows of the definition.
type edge struct {
	from, to workflow.State
	n        int
}

// edges lists where every arrow leads from each of its states. Undoing a merge leads back to wherever a merge is possible.
func edges(d *workflow.Definition) []edge {
	var all []edge
	for n, arrow := range d.Arrows {
		for _, from := range arrow.From {
			switch arrow.To {
			case workflow.Same:
				all = append(all, edge{from, from, n})
			case workflow.Before:
				for _, merge := range d.Arrows {
					if merge.Do == workflow.Merge {
						for _, before := range merge.From {
							all = append(all, edge{from, before, n})
						}
					}
				}
			default:
				all = append(all, edge{from, arrow.To, n})
			}
		}
	}
	return all
}

// graph looks at the machine as a whole.
func (r *reading) graph(d *workflow.Definition) {
	all := edges(d)
	r.indispensable(d)
	r.reachable(d, all)
	r.ending(d, all)
	r.decided(d, all)
	r.clocksRun(d, all)
}

// indispensable: without these a machine cannot take an issue in or close it.
func (r *reading) indispensable(d *workflow.Definition) {
	for _, do := range []workflow.Action{workflow.Register, workflow.Assign, workflow.Submit, workflow.Pass} {
		if !hasAction(d, do) {
			r.complain(1, "missing_part", workflow.Say("流程里没有动作“%s”（%s）", "the machine has no action %q (%s)", do.Text(), string(do)), workflow.Say("加上这个动作", "add it"))
		}
	}
}

// reachable: every state that is declared can be come to from a draft.
func (r *reading) reachable(d *workflow.Definition, all []edge) {
	reached := map[workflow.State]bool{workflow.Draft: true}
	spread(reached, all, func(e edge) (from, to workflow.State) { return e.from, e.to })
	for _, state := range d.Uses {
		if !reached[state] {
			r.complain(r.uses[state], "unreachable_state", workflow.Say("从“草稿”走不到状态“%s”（%s）", "the state %q (%s) cannot be reached from draft", state.Text(), string(state)),
				workflow.Say("加上通到它的动作，或从 states 里去掉", "add an action that leads there, or take it out of states"))
		}
	}
}

// ending: from every state that is no end an issue can be brought to closed.
func (r *reading) ending(d *workflow.Definition, all []edge) {
	leads := map[workflow.State]bool{workflow.Closed: true}
	spread(leads, all, func(e edge) (from, to workflow.State) { return e.to, e.from })
	for _, state := range d.Uses {
		if !state.End() && !leads[state] {
			r.complain(r.uses[state], "dead_end", workflow.Say("从状态“%s”（%s）走不到“已销号”", "from the state %q (%s) there is no way to closed", state.Text(), string(state)),
				workflow.Say("加上从它出发的动作", "add an action that leads out of it"))
		}
	}
}

// spread marks every state that can be come to from one that is marked.
func spread(marked map[workflow.State]bool, all []edge, way func(edge) (from, to workflow.State)) {
	for grown := true; grown; {
		grown = false
		for _, e := range all {
			if from, to := way(e); marked[from] && !marked[to] {
				marked[to], grown = true, true
			}
		}
	}
}

// asked is a state in which a request of a kind is open.
type asked struct {
	state workflow.State
	of    workflow.RequestKind
}

// decided: wherever an issue can come while a request is open, the request can be granted and denied.
func (r *reading) decided(d *workflow.Definition, all []edge) {
	var open []asked
	by := make(map[asked]int) // the arrow that leads there
	mark := func(at asked, n int) {
		if _, known := by[at]; !known {
			by[at] = n
			open = append(open, at)
		}
	}
	for n, arrow := range d.Arrows {
		if arrow.Do == workflow.Ask {
			for _, from := range arrow.From {
				mark(asked{from, arrow.Of}, n)
			}
		}
	}
	for next := 0; next < len(open); next++ {
		at := open[next]
		for _, e := range all {
			if e.from == at.state && !closes(&d.Arrows[e.n]) {
				mark(asked{e.to, at.of}, e.n)
			}
		}
	}
	for _, at := range open {
		r.decidedAt(d, at, by[at])
	}
}

// closes says whether an arrow cannot be taken while a request is open, or decides it.
func closes(arrow *workflow.Arrow) bool {
	return arrow.Do == workflow.Ask || arrow.Do == workflow.GrantIt || arrow.Do == workflow.Deny || has(arrow, workflow.NeedNothingAsked)
}

func (r *reading) decidedAt(d *workflow.Definition, at asked, n int) {
	if at.state.End() {
		r.complain(r.lines[n], "request_undecided", workflow.Say("“%s”会了结一个还有未决申请（%s）的问题", "%q would end an issue with a request open (%s)", d.Arrows[n].Do.Text(), string(at.of)),
			workflow.Say("在 needs 里加上 no_open_request", "add no_open_request to needs"))
		return
	}
	for _, do := range []workflow.Action{workflow.GrantIt, workflow.Deny} {
		if !slices.ContainsFunc(d.Arrows, func(a workflow.Arrow) bool { return a.Do == do && a.Of == at.of && slices.Contains(a.From, at.state) }) {
			r.complain(r.lines[n], "request_undecided", workflow.Say("“%s”之后，未决的申请（%s）在状态“%s”里不能“%s”", "after %q an open request (%s) in the state %q cannot be decided by %q", d.Arrows[n].Do.Text(), string(at.of), at.state.Text(), do.Text()),
				workflow.Say("在 %s 的 from 里加上这个状态，或要求 no_open_request", "add the state to the from of %s, or need no_open_request", string(do)))
		}
	}
}

// clocksRun: where a step waits for a clock to run out, every way into the state starts one.
func (r *reading) clocksRun(d *workflow.Definition, all []edge) {
	for n, arrow := range d.Arrows {
		if !has(&arrow, workflow.NeedClockOver) {
			continue
		}
		for _, e := range all {
			into := &d.Arrows[e.n]
			if slices.Contains(arrow.From, e.to) && into.To != workflow.Same && into.To != workflow.Before && into.Clock == "" {
				r.complain(r.lines[n], "clock_never_runs", workflow.Say("“%s”要等期限届满，但第%d行进入“%s”时没有启动期限", "%q waits for a clock, but line %d leads to %q without starting one", arrow.Do.Text(), r.lines[e.n], e.to.Text()),
					workflow.Say("在第%d行写上 clock", "name a clock in line %d", r.lines[e.n]))
			}
		}
	}
}
