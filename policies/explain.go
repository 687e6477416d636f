package policies

import (
	"fmt"
	"slices"
	"strings"

	"rectify/workflow"
)

// Considered is one appointment of an actor with how it stands to an issue.
type Considered struct {
	Appointment workflow.Appointment
	Relations   []workflow.Relation
}

// Explanation answers why an actor may or may not do an action to an issue.
type Explanation struct {
	Allowed    bool
	Grant      workflow.Grant
	Considered []Considered
	Would      []Rule // every line that allows the action for the grade: what would have to be true
}

// Explain says which line decides, what of the actor was looked at, and which lines would allow it.
func (g *Guard) Explain(by *workflow.Actor, a workflow.Action, i *workflow.Issue, grade workflow.Grade) Explanation {
	var e Explanation
	e.Grant, e.Allowed = g.Allow(by, a, i, grade)
	for n := range by.Appointments {
		as := &by.Appointments[n]
		c := Considered{Appointment: *as}
		rs := standing(by, as, i)
		for _, r := range workflow.AllRelations() {
			if rs.Has(r) {
				c.Relations = append(c.Relations, r)
			}
		}
		e.Considered = append(e.Considered, c)
	}
	for n := range g.rules {
		if g.rules[n].allows(a, max(grade, workflow.Ordinary)) {
			e.Would = append(e.Would, g.rules[n])
		}
	}
	return e
}

// Who says in a sentence who may do the action to issues of the grade.
func (g *Guard) Who(a workflow.Action, grade workflow.Grade) workflow.Text {
	var zh, en []string
	for n := range g.rules {
		r := &g.rules[n]
		if !r.allows(a, max(grade, workflow.Ordinary)) {
			continue
		}
		post, _ := workflow.PostNamed(string(r.Post))
		rel := joinTexts(r.Relations)
		zh = append(zh, post.Text.Zh+"("+rel.Zh+")")
		en = append(en, post.Text.En+" ("+rel.En+")")
	}
	return workflow.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
}

// Relations says in which relations to an issue of the grade the action is allowed to any post.
func (g *Guard) Relations(a workflow.Action, grade workflow.Grade) workflow.Text {
	var all []workflow.Relation
	for n := range g.rules {
		if r := &g.rules[n]; r.allows(a, max(grade, workflow.Ordinary)) {
			for _, relation := range r.Relations {
				if !slices.Contains(all, relation) {
					all = append(all, relation)
				}
			}
		}
	}
	return joinTexts(all)
}

func joinTexts(rs []workflow.Relation) workflow.Text {
	var zh, en []string
	for _, r := range rs {
		zh, en = append(zh, r.Text().Zh), append(en, r.Text().En)
	}
	return workflow.Text{Zh: strings.Join(zh, "/"), En: strings.Join(en, "/")}
}

// Matrix prints the whole policy for people: for each post at each level, each action with the relations that allow it and up to which
// grade (一 ordinary, 较 serious, 重 major).
func (g *Guard) Matrix() string {
	var b strings.Builder
	letters := map[workflow.Grade]string{workflow.Ordinary: "一", workflow.Serious: "较", workflow.Major: "重"}
	for _, post := range workflow.Posts() {
		for _, level := range post.Levels {
			var lines []string
			for _, action := range workflow.Actions() {
				if line := g.matrixLine(post.Post, level, action, letters); line != "" {
					lines = append(lines, line)
				}
			}
			fmt.Fprintf(&b, "## %s %s @ %s %s\n", post.Post, post.Text.Zh, level, level.Text().Zh)
			if len(lines) == 0 {
				lines = []string{"(nothing 无)\n"}
			}
			b.WriteString(strings.Join(lines, "") + "\n")
		}
	}
	return b.String()
}

func (g *Guard) matrixLine(post workflow.Post, level workflow.Level, action workflow.ActionRule, letters map[workflow.Grade]string) string {
	var parts []string
	for _, r := range workflow.AllRelations() {
		var top workflow.Grade
		for _, grade := range workflow.Grades() {
			if _, ok := g.May(post, level, r, action.Action, grade); ok {
				top = grade
			}
		}
		if top != workflow.NoGrade {
			parts = append(parts, r.String()+"≤"+letters[top])
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("%-13s %s: %s\n", action.Action, action.Text.Zh, strings.Join(parts, " "))
}
