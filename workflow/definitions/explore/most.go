package explore

import (
	"slices"

	"rectify/workflow"
)

// Reach is the most that a post at a level can do.
type Reach struct {
	Post  workflow.PostRule
	Level workflow.Level
	Most  []Most
}

// Most is an action with the heaviest grade to whose issues a post was seen to do it.
type Most struct {
	Action workflow.Action
	Of     workflow.RequestKind
	UpTo   workflow.Grade
}

// Reaches says of each post what it can do at most, in the order of posts and of the life of an issue.
func (v *Verdict) Reaches() (all []Reach) {
	for _, post := range workflow.Posts() {
		for _, level := range post.Levels {
			r := Reach{Post: post, Level: level}
			for n := range v.Able {
				if a := &v.Able[n]; a.Post == post.Post && a.Level == level {
					r.add(a)
				}
			}
			if len(r.Most) > 0 {
				r.sort()
				all = append(all, r)
			}
		}
	}
	return all
}

func (r *Reach) add(a *Ability) {
	n := slices.IndexFunc(r.Most, func(m Most) bool { return m.Action == a.Action && m.Of == a.Of })
	if n < 0 {
		r.Most, n = append(r.Most, Most{Action: a.Action, Of: a.Of}), len(r.Most)
	}
	r.Most[n].UpTo = max(r.Most[n].UpTo, a.Grade)
}

func (r *Reach) sort() {
	order := make(map[workflow.Action]int)
	for n, a := range workflow.Actions() {
		order[a.Action] = n
	}
	slices.SortStableFunc(r.Most, func(a, b Most) int { return order[a.Action] - order[b.Action] })
}

// Text is the action as people read it.
func (m *Most) Text() workflow.Text { return actionText(m.Action, m.Of) }

// Text says in a sentence what nobody could do.
func (c *Crossing) Text() workflow.Text {
	return workflow.Say("%s问题处于“%s”时，没有人能“%s”", "when an issue of grade %s is “%s”, nobody can “%s”", c.Grade.Text(), c.State.Text(), actionText(c.Action, c.Of))
}

func actionText(a workflow.Action, of workflow.RequestKind) workflow.Text {
	for _, w := range workflow.RequestKinds() {
		if of != "" && w.Word == string(of) {
			return workflow.Say("%s（%s）", "%s (%s)", a.Text(), w.Text)
		}
	}
	return a.Text()
}
