package policies

import (
	"strings"

	"github.com/casbin/casbin/v2"

	"rectify/workflow"
)

// table holds the answer of Casbin for every cell: 0 for no, else one more than the index of the line that allows it.
type table struct {
	posts   map[workflow.Post]int
	actions map[workflow.Action]int
	cells   []int16
	places  []string // of each rule
}

const (
	levels    = int(workflow.WorkCommittee) + 1
	grades    = int(workflow.Major) + 1
	relations = int(workflow.Within) + 1
)

// cells of one post, level, action and grade, by relation.
type cells []int16

func (c cells) at(r workflow.Relation) int16 { return c[r] }

func (t *table) offset(post, level, action, grade int) int {
	return (((post*levels+level)*len(t.actions)+action)*grades + grade) * relations
}

func (t *table) row(post workflow.Post, level workflow.Level, a workflow.Action, g workflow.Grade) (cells, bool) {
	p, okPost := t.posts[post]
	x, okAction := t.actions[a]
	if !okPost || !okAction || int(level) >= levels || int(g) >= grades {
		return nil, false
	}
	from := t.offset(p, int(level), x, int(g))
	return t.cells[from : from+relations], true
}

func (t *table) at(post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, g workflow.Grade) int16 {
	row, ok := t.row(post, level, a, g)
	if !ok || int(r) >= relations {
		return 0
	}
	return row.at(r)
}

// compile asks Casbin for every cell. An error of Casbin's is an error of the policy: it never becomes a yes or a silent no.
func compile(rules []Rule, ask func(workflow.Post, workflow.Action) (asked, error)) (table, error) {
	t := table{posts: make(map[workflow.Post]int), actions: make(map[workflow.Action]int)}
	lines := make(map[string]int16)
	for n := range rules {
		t.places = append(t.places, rules[n].Place())
		if key := lineKey(rules[n].fields); lines[key] == 0 {
			lines[key] = int16(n + 1) //nolint:gosec // a policy has about a hundred lines
		}
	}
	for n, post := range workflow.Posts() {
		t.posts[post.Post] = n
	}
	for n, action := range workflow.Actions() {
		t.actions[action.Action] = n
	}
	t.cells = make([]int16, len(t.posts)*levels*len(t.actions)*grades*relations)
	for _, post := range workflow.Posts() {
		if post.Admin {
			continue
		}
		for _, action := range workflow.Actions() {
			e, err := ask(post.Post, action.Action)
			if err == nil && !e.none {
				err = t.compileAction(e.Enforcer, post, action.Action, lines)
			}
			if err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

func (t *table) compileAction(e *casbin.Enforcer, post workflow.PostRule, a workflow.Action, lines map[string]int16) error {
	for _, level := range post.Levels {
		for _, r := range workflow.AllRelations() {
			if err := t.compileCell(e, post.Post, level, r, a, lines); err != nil {
				return err
			}
		}
	}
	return nil
}

// compileCell asks for the three grades; an issue without a grade yet is treated as ordinary.
func (t *table) compileCell(e *casbin.Enforcer, post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, lines map[string]int16) error {
	for _, g := range workflow.Grades() {
		ok, line, err := e.EnforceEx(string(post), level.String(), r.String(), string(a), g.String())
		if err != nil {
			return bad("策略无法判定：%v", "the policy cannot be decided: %v", err)
		}
		if !ok {
			continue
		}
		from := t.offset(t.posts[post], int(level), t.actions[a], int(g)) + int(r)
		t.cells[from] = lines[lineKey(line)]
		if g == workflow.Ordinary {
			t.cells[t.offset(t.posts[post], int(level), t.actions[a], int(workflow.NoGrade))+int(r)] = t.cells[from]
		}
	}
	return nil
}

func lineKey(fields []string) string {
	return strings.Join(fields, "\x00")
}
