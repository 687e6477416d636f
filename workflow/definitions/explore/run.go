package explore

import (
	"context"
	"slices"

	"rectify/workflow"
)

// run is one exploring: a machine and a grade, a place in the tree, and what is looked at.
type run struct {
	*Rules
	d     *workflow.Definition
	grade workflow.Grade
	kind  workflow.Kind
	at    setting
	focus focus

	lines   [orgs + 1]workflow.Lineage
	other   *workflow.Issue // into which the issue may be merged
	posts   map[workflow.Level][]numbered
	arrows  map[workflow.State][]int
	numbers map[workflow.State]uint8

	nodes []node
	seen  map[key]int32
	found map[Claim]int32 // the first node, or the step from it, that shows that a claim does not hold
	count int             // that were taken
	able  map[able]bool
	taken map[crossing]bool
}

// numbered is a post with its place in the list of all.
type numbered struct {
	workflow.PostRule
	n uint8
}

// able is an Ability in this run, in few bytes.
type able struct {
	post     uint8
	level    workflow.Level
	relation workflow.Relation
	arrow    uint8
	state    uint8
}

// crossing is an arrow of the machine in one of its states.
type crossing struct {
	arrow int
	from  workflow.State
}

// node is a state that was reached, by the shortest way.
type node struct {
	issue  *workflow.Issue // nil once it was looked at
	parts  parts
	parent int32
	did    did
	state  workflow.State
	open   workflow.RequestKind
	next   []int32 // where strangers can take it
	grants bool    // a stranger can grant what is asked
	denies bool
	broken bool // something happened that may not: nothing that follows is of interest
}

// did is the step that led to a node.
type did struct {
	action workflow.Action
	of     workflow.RequestKind
	by     workflow.PersonID
	place  workflow.PersonID // in whose place
	stands bool              // they stand in for another meanwhile
	org    workflow.OrgID
	also   workflow.OrgID // where they hold a post as well
	post   workflow.Post
	named  workflow.PersonID
	rule   string
}

const (
	issueID workflow.IssueID = 1
	otherID workflow.IssueID = 2
)

func newRun(rules *Rules, d *workflow.Definition, grade workflow.Grade, at setting, f focus) *run {
	r := &run{
		Rules: rules, d: d, grade: grade, kind: kindOf(d, grade), at: at, focus: f, lines: lines(),
		other: &workflow.Issue{ID: otherID, Number: "XC-2", Round: 1, State: workflow.Rectifying},
		posts: make(map[workflow.Level][]numbered), arrows: make(map[workflow.State][]int), numbers: make(map[workflow.State]uint8),
		seen: make(map[key]int32), found: make(map[Claim]int32), able: make(map[able]bool), taken: make(map[crossing]bool),
	}
	for n, s := range workflow.States() {
		r.numbers[s.State] = uint8(n + 1) //nolint:gosec // there are fourteen
	}
	for n, post := range workflow.Posts() {
		for _, level := range post.Levels {
			if !post.Admin {
				r.posts[level] = append(r.posts[level], numbered{post, uint8(n)}) //nolint:gosec // there are some twenty
			}
		}
	}
	for n := range d.Arrows {
		for _, from := range d.Arrows[n].From {
			r.arrows[from] = append(r.arrows[from], n)
		}
	}
	return r
}

func kindOf(d *workflow.Definition, grade workflow.Grade) workflow.Kind {
	for _, kind := range workflow.Kinds() {
		if k := workflow.Kind(kind.Word); workflow.MachineFor(grade, k) == d.Machine {
			return k
		}
	}
	return ""
}

// explore goes through every state that can be reached, the nearest first.
func (r *run) explore(ctx context.Context) error {
	first, err := r.start()
	if err != nil {
		return err
	}
	r.nodes = append(r.nodes, node{issue: first, parent: -1, state: first.State})
	r.seen[r.keyOf(first, &parts{})] = 0
	for n := 0; n < len(r.nodes); n++ {
		if n%64 == 0 && (ctx.Err() != nil || r.enough()) {
			return ctx.Err()
		}
		if !r.nodes[n].broken {
			r.expand(int32(n)) //nolint:gosec // memory ends before
		}
		r.nodes[n].issue = nil
	}
	r.judge()
	return nil
}

func (r *run) start() (*workflow.Issue, error) {
	by := r.actor(stranger, workflow.Find, &workflow.Issue{}, r.at.finder)
	facts := workflow.Issue{Source: "audit", Detail: reason, Finder: r.at.finder, FinderLine: r.lines[r.at.finder], Grade: r.grade, Kind: r.kind}
	c, err := workflow.NewIssue(r.d, workflow.Finding{ID: issueID, Number: "XC-1", Issue: facts, Draft: true}, by, noon)
	if err != nil {
		return nil, err
	}
	r.settled(&c.Issue)
	return &c.Issue, nil
}

// expand takes every step that is possible in a node.
func (r *run) expand(at int32) {
	i := r.nodes[at].issue
	for _, n := range r.arrows[i.State] {
		arrow := &r.d.Arrows[n]
		if !r.focus.tried(arrow.Do) {
			continue
		}
		for _, s := range r.steps(i, arrow) {
			for _, m := range r.focus.modes {
				if r.focus.by(m, arrow.Do, i) {
					r.everywhere(at, n, &s, m)
				}
			}
		}
	}
}

// everywhere tries a step from every organisation, by every kind of post that the policy lets take it there. Where the outcome is the
// same from whatever organisation it is asked, it is asked from one, and from others as long as a post has not been seen to do it.
func (r *run) everywhere(at int32, arrow int, s *workflow.Step, m mode) {
	i := r.nodes[at].issue
	grade := gradeOf(i, s)
	done, same := false, alike(s.Action)
	for org := root; int(org) <= orgs; org++ {
		standing := i.Relations(org, 0, false)
		if i.Person != 0 {
			standing = standing.With(workflow.Person)
		}
		if standing&r.may[seat{r.lines[org].Last().Level, s.Action, grade}] == 0 {
			continue
		}
		by := r.actor(m, s.Action, i, org)
		held := &by.Appointments[0]
		var tried []class
		for _, post := range r.posts[held.Level()] {
			held.Post = post.Post
			grant, ok := r.Allow(&by, s.Action, i, grade)
			if !ok || grant.Appointment.Org != org || grant.Appointment.Post != post.Post || grant.Appointment.For != held.For {
				continue
			}
			can := able{post.n, held.Level(), grant.Relation, uint8(arrow), r.numbers[i.State]} //nolint:gosec // a machine has some sixty arrows
			if done && same && (m != stranger || r.able[can]) {
				continue
			}
			if _, sees := r.Allow(&by, workflow.View, i, i.Grade); !sees && m == stranger {
				continue
			}
			by.As = grant
			kind := class{head: post.Head, assisting: grant.Relation == workflow.Assisting, auto: post.Auto}
			k := slices.IndexFunc(tried, func(c class) bool { c.taken = false; return c == kind })
			if k < 0 {
				kind.taken = r.take(at, arrow, s, &by, m)
				tried, k = append(tried, kind), len(tried)
			}
			if tried[k].taken {
				done = true
				r.able[can] = true
			}
		}
	}
}

// alike says whether the outcome of an action does not depend on the organisation from which it is taken.
func alike(a workflow.Action) bool {
	switch a {
	case workflow.Assign, workflow.Transfer, workflow.Pass, workflow.ApprovePlan, workflow.Close, workflow.Record, workflow.Endorse, workflow.Respond, workflow.Spread:
		return false
	}
	return true
}

// seat is a level from which an action is asked for.
type seat struct {
	level  workflow.Level
	action workflow.Action
	grade  workflow.Grade
}

// class is what the rules of workflow distinguish between the posts of an organisation.
type class struct{ head, assisting, auto, taken bool }

// gradeOf is the grade of which the policy is asked, as the engine asks.
func gradeOf(i *workflow.Issue, s *workflow.Step) workflow.Grade {
	if s.Action == workflow.Assign || s.Action == workflow.Edit {
		return max(i.Grade, s.Grade)
	}
	return i.Grade
}

// take takes a step and says whether it was accepted.
func (r *run) take(at int32, arrow int, s *workflow.Step, by *workflow.Actor, m mode) bool {
	i := r.nodes[at].issue
	c, err := r.Apply(r.d, *i, *s, *by, noon)
	if err != nil {
		return false
	}
	r.count++
	r.taken[crossing{arrow, i.State}] = true
	p, wrong := r.nodes[at].parts.after(r.d, &c, s, by)
	is := c.Issue
	is.Deeds = slices.Clone(is.Deeds)
	r.settled(&is)
	next := node{issue: &is, parts: p, parent: at, did: r.record(s, by, m, i), state: is.State, open: is.Request.Kind, broken: len(wrong) > 0}
	to := r.add(next)
	for _, claim := range wrong {
		r.breaks(claim, to)
	}
	if m == stranger && len(wrong) == 0 {
		from := &r.nodes[at]
		if !slices.Contains(from.next, to) {
			from.next = append(from.next, to)
		}
		from.grants = from.grants || s.Action == workflow.GrantIt
		from.denies = from.denies || s.Action == workflow.Deny
	}
	return true
}

// add adds a node, or finds the one that is the same.
func (r *run) add(n node) int32 {
	if n.broken { // kept beside the others, so that its story can be told
		r.nodes = append(r.nodes, n)
		return int32(len(r.nodes) - 1) //nolint:gosec // as above
	}
	k := r.keyOf(n.issue, &n.parts)
	if at, known := r.seen[k]; known {
		return at
	}
	at := int32(len(r.nodes)) //nolint:gosec // as above
	r.seen[k] = at
	r.nodes = append(r.nodes, n)
	return at
}

func (r *run) record(s *workflow.Step, by *workflow.Actor, m mode, i *workflow.Issue) did {
	d := did{action: s.Action, of: s.Request, by: by.Person, place: by.As.Appointment.For, stands: m == standsIn, org: by.As.Appointment.Org, post: by.As.Appointment.Post, rule: by.As.Rule, named: s.Person}
	if m == two {
		d.also = i.Responsible
	}
	if len(s.Measures) > 0 {
		d.named = s.Measures[0].Person
	}
	return d
}

// judge looks at the whole of what was reached: who cannot come to an end, and what nobody but the asker could decide.
func (r *run) judge() {
	ends := make([]bool, len(r.nodes))
	back := make([][]int32, len(r.nodes))
	var queue []int32
	for n := range r.nodes {
		for _, to := range r.nodes[n].next {
			back[to] = append(back[to], int32(n)) //nolint:gosec // as above
		}
		if r.nodes[n].state == workflow.Closed {
			ends[n], queue = true, append(queue, int32(n)) //nolint:gosec // as above
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, from := range back[at] {
			if !ends[from] {
				ends[from], queue = true, append(queue, from)
			}
		}
	}
	for n := range r.nodes {
		x := &r.nodes[n]
		if x.broken {
			continue
		}
		if !ends[n] && !x.state.End() {
			r.breaks(NoEnd, int32(n)) //nolint:gosec // as above
		}
		if x.open != "" && !(x.grants && x.denies) {
			r.breaks(Undecided, int32(n)) //nolint:gosec // as above
		}
	}
}

// breaks keeps the first node that shows that a claim does not hold: as the nearest come first, it is at the end of a shortest way.
func (r *run) breaks(c Claim, at int32) {
	if _, known := r.found[c]; !known {
		r.found[c] = at
		r.broken.add(c)
	}
}
