package explore

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"rectify/workflow"
)

// Rules are what is played against each other.
type Rules struct {
	Machines []*workflow.Definition
	// Allow is the policy: whether the actor may, and by which appointment.
	Allow func(by *workflow.Actor, a workflow.Action, i *workflow.Issue, g workflow.Grade) (workflow.Grant, bool)
	// May is the same for one cell of its table.
	May func(post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, g workflow.Grade) bool
	// Apply takes a step; workflow.Apply where it is nil.
	Apply func(d *workflow.Definition, i workflow.Issue, s workflow.Step, by workflow.Actor, at time.Time) (workflow.Change, error)

	// Until stops the exploring as soon as each of these claims is broken; it goes on to the end where it is empty.
	Until []Claim
	// Grades are those that are looked at, all of them where it is empty.
	Grades []workflow.Grade

	may    map[seat]workflow.Relations // in which relations some post of the level may
	broken *broken
}

// broken keeps which claims were seen to be broken, in all runs.
type broken struct {
	sync.Mutex
	claims map[Claim]bool
}

func (b *broken) add(c Claim) {
	b.Lock()
	defer b.Unlock()
	b.claims[c] = true
}

// enough says whether what was looked for is found.
func (r *Rules) enough() bool {
	if len(r.Until) == 0 {
		return false
	}
	r.broken.Lock()
	defer r.broken.Unlock()
	return !slices.ContainsFunc(r.Until, func(c Claim) bool { return !r.broken.claims[c] })
}

// tabulate asks the policy once for everything, so that where nobody may anything nobody is asked again.
func (r *Rules) tabulate() {
	r.may = make(map[seat]workflow.Relations)
	for _, post := range workflow.Posts() {
		if post.Admin {
			continue
		}
		for _, level := range post.Levels {
			for _, a := range workflow.Actions() {
				for _, g := range workflow.Grades() {
					for _, rel := range workflow.AllRelations() {
						if r.May(post.Post, level, rel, a.Action, g) {
							s := seat{level, a.Action, g}
							r.may[s] = r.may[s].With(rel)
						}
					}
				}
			}
		}
	}
}

// Verdict is what was found.
type Verdict struct {
	States int // that were reached
	Steps  int // that were accepted
	Proofs []Proof
	Nobody []Crossing // what a machine has and nobody could do
	Able   []Ability  // what each post was seen to do, and so the most that it can
}

// Proof is a claim with the shortest story that breaks it, none where it holds.
type Proof struct {
	Claim Claim
	Story *Story
}

// Crossing is an arrow of a machine in one of its states.
type Crossing struct {
	Machine string
	Arrow   int // counted from 0
	Grade   workflow.Grade
	State   workflow.State
	Action  workflow.Action
	Of      workflow.RequestKind
}

// Whole says whether every claim holds and every action has somebody.
func (v *Verdict) Whole() bool {
	return len(v.Nobody) == 0 && !slices.ContainsFunc(v.Proofs, func(p Proof) bool { return p.Story != nil })
}

// Check goes through everything that can happen under the rules. It returns an error where it was interrupted, or where a machine does
// not let a problem be written down at all.
func Check(ctx context.Context, rules Rules) (Verdict, error) {
	if rules.Apply == nil {
		rules.Apply = workflow.Apply
	}
	rules.tabulate()
	rules.broken = &broken{claims: make(map[Claim]bool)}
	runs := rules.runs()
	errs := make([]error, len(runs))
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(runs)) {
		wait.Go(func() {
			for n := range next {
				errs[n] = runs[n].explore(ctx)
			}
		})
	}
	for n := range runs {
		next <- n
	}
	close(next)
	wait.Wait()
	return sum(runs), cmp.Or(errs...)
}

// runs are the explorings that together are all of it: every machine and grade, place and focus. The look at what is done around the
// course of an issue, and at lateness, does not depend on the place but for who stands above.
func (r *Rules) runs() (all []*run) {
	for _, d := range r.Machines {
		for _, grade := range workflow.Grades() {
			if kindOf(d, grade) == "" || len(r.Grades) > 0 && !slices.Contains(r.Grades, grade) {
				continue
			}
			for _, f := range focuses() {
				if f.stands && kindOf(d, grade+1) == kindOf(d, grade) { // the next grade is closed higher, and otherwise the same
					continue
				}
				for _, n := range f.at {
					at := settings()[n]
					if f.one {
						at.responsible = at.responsible[:1]
					}
					all = append(all, newRun(r, d, grade, at, f))
				}
			}
		}
	}
	return all
}

// sum puts the runs together.
func sum(runs []*run) (v Verdict) {
	stories := make(map[Claim]*Story)
	able := make(map[Ability]bool)
	taken := make(map[Crossing]bool)
	for _, r := range runs {
		v.States += len(r.seen)
		v.Steps += r.count
		for claim, at := range r.found {
			if s := r.story(claim, at); stories[claim] == nil || len(s.Steps) < len(stories[claim].Steps) {
				stories[claim] = s
			}
		}
		for a := range r.able {
			able[r.ability(a)] = true
		}
		for c := range r.taken {
			taken[r.crossing(c)] = true
		}
	}
	for _, c := range Claims() {
		v.Proofs = append(v.Proofs, Proof{c, stories[c]})
	}
	v.Nobody = nobody(runs, taken)
	for a := range able {
		v.Able = append(v.Able, a)
	}
	slices.SortFunc(v.Able, compare)
	return v
}

func (r *run) crossing(c crossing) Crossing {
	arrow := &r.d.Arrows[c.arrow]
	return Crossing{r.d.Machine, c.arrow, r.grade, c.from, arrow.Do, arrow.Of}
}

func (r *run) ability(a able) Ability {
	arrow := &r.d.Arrows[a.arrow]
	return Ability{workflow.Posts()[a.post].Post, a.level, a.relation, arrow.Do, arrow.Of, workflow.States()[a.state-1].State, r.grade, r.d.Machine}
}

// nobody lists what the machines have and no run saw anybody do.
func nobody(runs []*run, taken map[Crossing]bool) (none []Crossing) {
	seen := make(map[Crossing]bool)
	for _, r := range runs {
		for n := range r.d.Arrows {
			for _, from := range r.d.Arrows[n].From {
				if c := r.crossing(crossing{n, from}); !taken[c] && !seen[c] {
					seen[c] = true
					none = append(none, c)
				}
			}
		}
	}
	return none
}

func compare(a, b Ability) int {
	return cmp.Or(cmp.Compare(a.Post, b.Post), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Action, b.Action), cmp.Compare(a.Of, b.Of),
		cmp.Compare(a.Grade, b.Grade), cmp.Compare(a.Machine, b.Machine), cmp.Compare(a.State, b.State), cmp.Compare(a.Relation, b.Relation))
}
