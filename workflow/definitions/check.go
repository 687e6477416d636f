package definitions

import (
	"slices"
	"strings"

	"rectify/workflow"
)

// May answers whether the policy lets a post, held at a level, in a relation, do an action to an issue of a grade.
type May func(post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, g workflow.Grade) bool

// Complaint is a line of a machine that nobody may do.
type Complaint struct {
	File    string
	Line    int
	Machine string
	Action  workflow.Action
	Of      workflow.RequestKind
	States  []workflow.State // from which nobody may do it
	Grade   workflow.Grade
	Text    workflow.Text // file, line and reason, in a sentence
}

// Actions asks of every line of every machine whether somebody may do it: in each of its states and for each grade that follows the
// machine, a post at a level where it exists, in a relation that can occur there. It returns the lines for which there is nobody; none
// for a policy and machines that agree.
func Actions(s *Set, may May) []Complaint {
	var all []Complaint
	for _, m := range s.machines {
		for n := range m.Arrows {
			for _, grade := range serves(m.Machine) {
				var nobody []workflow.State
				for _, from := range m.Arrows[n].From {
					if !anybody(m.Definition, &m.Arrows[n], from, grade, may) {
						nobody = append(nobody, from)
					}
				}
				if len(nobody) > 0 {
					all = append(all, m.complaint(n, nobody, grade))
				}
			}
		}
	}
	return all
}

func (m *machine) complaint(n int, from []workflow.State, grade workflow.Grade) Complaint {
	arrow := &m.Arrows[n]
	zh, en := make([]string, 0, len(from)), make([]string, 0, len(from))
	for _, state := range from {
		zh, en = append(zh, state.Text().Zh), append(en, state.Text().En)
	}
	what := arrow.Do.Text()
	if arrow.Of != "" {
		what = workflow.Say("%s(%s)", "%s (%s)", what, string(arrow.Of))
	}
	return Complaint{
		File: m.file, Line: m.lines[n], Machine: m.Machine, Action: arrow.Do, Of: arrow.Of, States: from, Grade: grade,
		Text: workflow.Say("%s：%d %s问题处于“%s”时，没有任何职务可以“%s” / 在 policy.csv 里给一个职务写上 %s",
			"%s:%d when an issue of grade %s is “%s”, no post may “%s” / give a post %s in policy.csv", m.file, m.lines[n], grade.Text(),
			workflow.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}, what, string(arrow.Do)),
	}
}

// serves lists the grades whose issues can follow a machine.
func serves(name string) []workflow.Grade {
	var grades []workflow.Grade
	for _, grade := range workflow.Grades() {
		for _, kind := range workflow.Kinds() {
			if workflow.MachineFor(grade, workflow.Kind(kind.Word)) == name {
				grades = append(grades, grade)
				break
			}
		}
	}
	return grades
}

// inspector is the post that reads and does nothing else.
const inspector workflow.Post = "inspector"

// anybody looks for a post that may; the administrators and inspectors hold no business rights and do not count.
func anybody(d *workflow.Definition, arrow *workflow.Arrow, from workflow.State, grade workflow.Grade, may May) bool {
	for _, post := range workflow.Posts() {
		if post.Admin || post.Post == inspector {
			continue
		}
		for _, level := range post.Levels {
			for _, r := range workflow.AllRelations() {
				if occurs(d, arrow, from, r, level, grade) && may(post.Post, level, r, arrow.Do, grade) {
					return true
				}
			}
		}
	}
	return false
}

// occurs says whether somebody at the level can stand in the relation to an issue in the state, and take the step in it.
func occurs(d *workflow.Definition, arrow *workflow.Arrow, from workflow.State, r workflow.Relation, level workflow.Level, grade workflow.Grade) bool {
	assigned := from != workflow.Draft && from != workflow.Found
	verifies, closing := d.VerifyAt[grade], d.CloseAt[grade]
	if d.CloserVerifies {
		verifies = closing
	}
	if has(arrow, workflow.NeedCountersign) { // the verifying org must sign, whoever else does
		return level >= verifies && (r == workflow.Verifier || r == workflow.Supervising || r == workflow.Involved)
	}
	switch r {
	case workflow.Responsible, workflow.Person:
		return !keptFrom(arrow.Do, r)
	case workflow.Assigner, workflow.Party:
		return assigned
	case workflow.Verifier:
		return assigned && level >= verifies && (from != workflow.Verifying || !has(arrow, workflow.NeedNoSuperior))
	case workflow.Closer:
		return assigned && level >= closing && !has(arrow, workflow.NeedNoSuperior)
	case workflow.Decider:
		return arrow.Of != "" && arrow.Do != workflow.Ask && level >= decides(arrow.Of, assigned, verifies, closing)
	case workflow.Supervising:
		return level > workflow.Branch
	case workflow.Inspecting, workflow.Within:
		return false // inspectors read; and to be within reach is about an org and not about an issue
	}
	return true
}

// decides is the lowest level at which a request is decided.
func decides(of workflow.RequestKind, assigned bool, verifies, closing workflow.Level) workflow.Level {
	switch {
	case !assigned:
		return workflow.OrganCommittee
	case of == workflow.Extension:
		return verifies
	}
	return closing
}

// keptFrom asks the rules of workflow whether who is responsible, as an org or in person, is kept from an action.
func keptFrom(do workflow.Action, r workflow.Relation) bool {
	const org, person = 1, 1
	i := workflow.Issue{Responsible: org, Verifier: org + 1}
	by := workflow.Actor{Person: person}
	if r == workflow.Person {
		i.Person = person
	} else {
		by.As.Appointment.Org = org
	}
	return workflow.KeptApart(&i, &workflow.Step{Action: do}, &by) != nil
}

func has(arrow *workflow.Arrow, need workflow.Need) bool { return slices.Contains(arrow.Needs, need) }
