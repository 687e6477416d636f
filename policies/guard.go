package policies

import (
	"crypto/sha256"
	_ "embed" // the shipped files
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"

	"rectify/workflow"
)

//go:embed model.conf
var shippedModel []byte

//go:embed policy.csv
var shippedPolicy []byte

// Guard is a policy in force. It does not change; a new policy is a new Guard.
type Guard struct {
	rules  []Rule
	table  table
	full   *casbin.Enforcer
	conf   string
	policy string
}

// Shipped is the policy that comes with the program.
func Shipped() (*Guard, error) { return New(shippedModel, "policy.csv", shippedPolicy) }

// Load reads an office's own model.conf and policy.csv from a folder; where one is missing, the shipped one stands.
func Load(dir string) (*Guard, error) {
	files := os.DirFS(dir)
	read := func(name string, shipped []byte) ([]byte, error) {
		body, err := fs.ReadFile(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			return shipped, nil
		}
		return body, err
	}
	conf, err := read("model.conf", shippedModel)
	if err != nil {
		return nil, err
	}
	policy, err := read("policy.csv", shippedPolicy)
	if err != nil {
		return nil, err
	}
	return New(conf, "policy.csv", policy)
}

// New makes a guard of a Casbin model and a policy. It returns ErrInvalid, with every line that is wrong, for files that it does not
// understand.
func New(conf []byte, file string, policy []byte) (*Guard, error) {
	rules, err := readRules(file, policy)
	if err != nil {
		return nil, err
	}
	g := &Guard{rules: rules, conf: string(conf), policy: string(policy)}
	if g.full, err = newEnforcer(conf, rules); err != nil {
		return nil, err
	}
	whole := asked{Enforcer: g.full}
	ask := func(workflow.Post, workflow.Action) (asked, error) { return whole, nil }
	if string(conf) == string(shippedModel) {
		ask = byPostAndAction(conf, rules)
	}
	g.table, err = compile(rules, ask)
	return g, err
}

// asked is Casbin with the lines that can match; none where there are no such lines, so that the answer is no.
type asked struct {
	*casbin.Enforcer
	none bool
}

// byPostAndAction asks of the lines of the post that name the action alone: the shipped model never matches another one. A test asks
// the whole policy about every cell and compares.
func byPostAndAction(conf []byte, rules []Rule) func(workflow.Post, workflow.Action) (asked, error) {
	known := make(map[string]asked) // by the lines
	return func(post workflow.Post, action workflow.Action) (asked, error) {
		var own []Rule
		var key strings.Builder
		for n := range rules {
			if rules[n].Post == post && slices.Contains(rules[n].Actions, action) {
				own = append(own, rules[n])
				fmt.Fprint(&key, n, " ")
			}
		}
		if a, ok := known[key.String()]; ok || len(own) == 0 {
			return asked{a.Enforcer, !ok}, nil
		}
		e, err := newEnforcer(conf, own)
		known[key.String()] = asked{Enforcer: e}
		return known[key.String()], err
	}
}

func newEnforcer(conf []byte, rules []Rule) (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(string(conf))
	if err != nil {
		return nil, bad("model.conf 有误：%v", "model.conf: %v", err)
	}
	for n := range rules {
		if err := m.AddPolicy("p", "p", rules[n].fields); err != nil {
			return nil, fmt.Errorf("%s: %w", rules[n].Place(), err)
		}
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, bad("model.conf 有误：%v", "model.conf: %v", err)
	}
	e.AddFunction("among", among)
	e.AddFunction("upto", upTo)
	return e, nil
}

// among says whether the first word is one of the words of the second argument; * is every word.
func among(args ...any) (any, error) {
	word, words, err := twoTexts(args)
	if err != nil || words == "*" {
		return err == nil, err
	}
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true, nil
		}
	}
	return false, nil
}

// upTo says whether the first grade is not above the second.
func upTo(args ...any) (any, error) {
	is, limit, err := twoTexts(args)
	if err != nil {
		return false, err
	}
	var a, b workflow.Grade
	if err := errors.Join(a.UnmarshalText([]byte(is)), b.UnmarshalText([]byte(limit))); err != nil {
		return false, err
	}
	return a <= b, nil
}

func twoTexts(args []any) (a, b string, err error) {
	if len(args) != 2 {
		return "", "", fmt.Errorf("two arguments wanted, %d given", len(args))
	}
	a, okA := args[0].(string)
	b, okB := args[1].(string)
	if !okA || !okB {
		return "", "", fmt.Errorf("texts wanted, %T and %T given", args[0], args[1])
	}
	return a, b, nil
}

// Texts are the two files that the guard was made of: the Casbin model and the policy.
func (g *Guard) Texts() (model, policy string) { return g.conf, g.policy }

// With is another policy under the same model; file stands for it in complaints. Errors as New.
func (g *Guard) With(file string, policy []byte) (*Guard, error) {
	return New([]byte(g.conf), file, policy)
}

// Digest is the SHA-256 of the model and the policy in hexadecimal: two guards with one digest answer alike.
func (g *Guard) Digest() string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d\n", len(g.conf)) // a hash never fails to write
	sum.Write([]byte(g.conf))
	sum.Write([]byte(g.policy))
	return hex.EncodeToString(sum.Sum(nil))
}

// Rules lists the lines of the policy.
func (g *Guard) Rules() []Rule { return slices.Clone(g.rules) }

// May answers for one cell, with the line that decides.
func (g *Guard) May(post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, grade workflow.Grade) (*Rule, bool) {
	n := g.table.at(post, level, r, a, grade)
	if n == 0 {
		return nil, false
	}
	return &g.rules[n-1], true
}

// Could says whether any post at the level may do the action to an issue of the grade to which its organisation stands in the relation.
func (g *Guard) Could(level workflow.Level, r workflow.Relation, a workflow.Action, grade workflow.Grade) bool {
	return slices.ContainsFunc(workflow.Posts(), func(p workflow.PostRule) bool {
		_, ok := g.May(p.Post, level, r, a, grade)
		return ok
	})
}

// Allow says whether the actor may do the action to the issue, as one of the grade, and by which appointment, relation and line.
// An issue without a grade counts as ordinary. Only the actor's appointments are looked at; those in force is the caller's concern.
func (g *Guard) Allow(by *workflow.Actor, a workflow.Action, i *workflow.Issue, grade workflow.Grade) (workflow.Grant, bool) {
	var assists workflow.Grant // with which less may be done: another post counts first
	for n := range by.Appointments {
		as := &by.Appointments[n]
		grant, ok := g.allow(as, standing(by, as, i), a, grade)
		switch {
		case ok && grant.Relation != workflow.Assisting:
			return grant, true
		case ok && assists.Rule == "":
			assists = grant
		}
	}
	return assists, assists.Rule != ""
}

// AllowAt says whether the actor may do something that is not about an issue (find, import) in the org at the end of the line.
func (g *Guard) AllowAt(by *workflow.Actor, a workflow.Action, line *workflow.Lineage) (workflow.Grant, bool) {
	for n := range by.Appointments {
		as := &by.Appointments[n]
		if !as.Reaches(line) {
			continue
		}
		if grant, ok := g.allow(as, workflow.Relations(0).With(workflow.Within), a, workflow.Ordinary); ok {
			return grant, true
		}
	}
	return workflow.Grant{}, false
}

func (g *Guard) allow(as *workflow.Appointment, rs workflow.Relations, a workflow.Action, grade workflow.Grade) (workflow.Grant, bool) {
	cells, ok := g.table.row(as.Post, as.Level(), a, grade)
	if !ok {
		return workflow.Grant{}, false
	}
	for r := workflow.Finder; r <= workflow.Within; r++ {
		if rs.Has(r) && cells.at(r) != 0 {
			return workflow.Grant{Appointment: *as, Relation: r, Rule: g.table.places[cells.at(r)-1]}, true
		}
	}
	return workflow.Grant{}, false
}

// standing is every relation that the post gives the actor to the issue.
func standing(by *workflow.Actor, as *workflow.Appointment, i *workflow.Issue) workflow.Relations {
	if as.Post == workflow.Inspector {
		if as.Inspects(i) {
			return i.Relations(as.Org, by.Person, true)
		}
		return 0
	}
	person := by.Person
	if as.For != 0 && i.Person == as.For {
		person = as.For
	}
	return i.Relations(as.Org, person, false)
}

// Scope is what an actor may look at, for lists: the same answer as Allow with View, for many issues at once.
type Scope struct {
	Subtrees []workflow.Lineage  // everything at or below these orgs
	Orgs     []workflow.OrgID    // and issues in which these orgs have a part
	People   []workflow.PersonID // and issues for which these are responsible: the actor and whom they stand in for
	Mandated []Mandated          // and what inspectors may look at who declared ties; without ties it is one of Subtrees
}

// Mandated is a subtree without what the ties of an inspector keep from them.
type Mandated struct {
	Line workflow.Lineage
	Ties workflow.Ties
}

// Scope works out what the actor may look at.
func (g *Guard) Scope(by *workflow.Actor) Scope {
	var s Scope
	for n := range by.Appointments {
		as := &by.Appointments[n]
		may := func(r workflow.Relation) bool {
			_, ok := g.May(as.Post, as.Level(), r, workflow.View, workflow.Ordinary)
			return ok
		}
		if as.Post == workflow.Inspector {
			switch m := &as.Mandate; {
			case !m.Open() || !may(workflow.Inspecting):
			case m.Ties.None():
				s.Subtrees = append(s.Subtrees, as.Line)
			default:
				s.Mandated = append(s.Mandated, Mandated{as.Line, m.Ties})
			}
			continue
		}
		if may(workflow.Involved) {
			s.Subtrees = append(s.Subtrees, as.Line)
			s.Orgs = append(s.Orgs, as.Org)
		}
		if may(workflow.Person) {
			s.People = addPerson(addPerson(s.People, by.Person), as.For)
		}
	}
	return s
}

func addPerson(people []workflow.PersonID, p workflow.PersonID) []workflow.PersonID {
	if p == 0 || slices.Contains(people, p) {
		return people
	}
	return append(people, p)
}
