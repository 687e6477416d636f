package policies

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rectify/workflow"
)

// Rule is one line of the policy.
type Rule struct {
	File      string
	Line      int // counted from 1
	Post      workflow.Post
	Levels    []workflow.Level
	Relations []workflow.Relation
	Actions   []workflow.Action
	UpTo      workflow.Grade
	fields    []string // as Casbin has them
}

// Place names the line, as "policy.csv:12".
func (r *Rule) Place() string { return fmt.Sprintf("%s:%d", r.File, r.Line) }

// allows says whether the line names the action for issues of the grade.
func (r *Rule) allows(a workflow.Action, g workflow.Grade) bool {
	return slices.Contains(r.Actions, a) && g <= r.UpTo
}

// readRules reads a policy and complains of every line that it does not understand.
func readRules(file string, policy []byte) ([]Rule, error) {
	reader := csv.NewReader(bytes.NewReader(policy))
	reader.Comment, reader.TrimLeadingSpace, reader.FieldsPerRecord = '#', true, -1
	var rules []Rule
	var faults []error
	for {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, workflow.Invalid("bad_policy", "", workflow.Say("策略文件%s不是合格的CSV：%v", "%s is not well-formed CSV: %v", file, err))
		}
		line, _ := reader.FieldPos(0)
		rule, err := readRule(fields)
		if err != nil {
			faults = append(faults, workflow.Invalid("bad_policy", "", workflow.Say("%s第%d行：%v", "%s:%d: %v", file, line, faultText(err))))
			continue
		}
		rule.File, rule.Line = file, line
		rules = append(rules, rule)
	}
	if len(rules) == 0 && len(faults) == 0 {
		return nil, workflow.Invalid("bad_policy", "", workflow.Say("策略文件%s里没有任何规则，那样谁也不能做任何事", "%s holds no line, so nobody could do anything", file))
	}
	return rules, errors.Join(append(faults, checkViews(rules))...)
}

func faultText(err error) workflow.Text {
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		return fault.Text
	}
	return workflow.Text{Zh: err.Error(), En: err.Error()}
}

func bad(zh, en string, args ...any) error {
	return workflow.Invalid("bad_policy", "", workflow.Say(zh, en, args...))
}

func readRule(fields []string) (Rule, error) {
	for n := range fields {
		fields[n] = strings.Join(strings.Fields(fields[n]), " ")
	}
	if len(fields) != 6 || fields[0] != "p" {
		return Rule{}, bad("应写作:p, 职务, 层级, 关系, 动作, 等级", "a line reads: p, post, level, relation, action, grade")
	}
	rule := Rule{fields: fields[1:]}
	post, ok := workflow.PostNamed(fields[1])
	if !ok || string(post.Post) != fields[1] {
		return Rule{}, bad("没有“%s”这个职务", "there is no post %q", fields[1])
	}
	if post.Admin {
		return Rule{}, bad("%s是三员之一，不得有业务权限", "%s is one of the three administrators, who hold no business rights", post.Text)
	}
	rule.Post = post.Post
	if err := rule.readLevels(post, fields[2]); err != nil {
		return Rule{}, err
	}
	for word := range strings.FieldsSeq(fields[3]) {
		var r workflow.Relation
		if err := r.UnmarshalText([]byte(word)); err != nil || r.String() != word {
			return Rule{}, bad("没有“%s”这种关系", "there is no relation %q", word)
		}
		rule.Relations = append(rule.Relations, r)
	}
	for word := range strings.FieldsSeq(fields[4]) {
		if _, ok := workflow.Action(word).Rule(); !ok {
			return Rule{}, bad("没有“%s”这个动作", "there is no action %q", word)
		}
		rule.Actions = append(rule.Actions, workflow.Action(word))
	}
	if err := rule.UpTo.UnmarshalText([]byte(fields[5])); err != nil || rule.UpTo.String() != fields[5] || rule.UpTo == workflow.NoGrade {
		return Rule{}, bad("没有“%s”这个等级", "there is no grade %q", fields[5])
	}
	return rule, rule.check()
}

func (r *Rule) readLevels(post workflow.PostRule, field string) error {
	if field == "*" {
		r.Levels = post.Levels
		return nil
	}
	for word := range strings.FieldsSeq(field) {
		var level workflow.Level
		if err := level.UnmarshalText([]byte(word)); err != nil || level.String() != word {
			return bad("没有“%s”这个层级", "there is no level %q", word)
		}
		if !slices.Contains(post.Levels, level) {
			return bad("%s层级没有“%s”这个职务", "at the level %s there is no post %s", level.Text(), post.Text)
		}
		r.Levels = append(r.Levels, level)
	}
	return nil
}

// check refuses a line that is written in known words and still makes no sense.
func (r *Rule) check() error {
	if len(r.Levels) == 0 || len(r.Relations) == 0 || len(r.Actions) == 0 {
		return bad("职务、层级、关系、动作、等级都不能为空", "no column may be empty")
	}
	looks := r.only(workflow.Inspecting, workflow.View) || r.only(workflow.Within, workflow.ReadSigns)
	if r.Post == "inspector" && !looks || r.Post != "inspector" && slices.Contains(r.Relations, workflow.Inspecting) {
		return bad("巡察员只能在授权范围内查看（inspecting，view；within，signs）", "an inspector may look within the mandate (inspecting, view; within, signs) and do nothing else")
	}
	if slices.Contains(r.Actions, workflow.View) && r.UpTo != workflow.Major {
		return bad("查看不分等级，请写 major", "looking does not depend on the grade: write major")
	}
	within := slices.Contains(r.Relations, workflow.Within)
	for _, a := range r.Actions {
		if about := slices.Contains(withinActions, a); about != within {
			return bad("“%s”与“%s”不能写在一行：find、import、draw、self_check、signs 只用 within，其他动作不用 within",
				"%q and %q do not go together: find, import, draw, self_check and signs take within, other actions do not", string(a), r.fields[2])
		}
	}
	return nil
}

// withinActions are about an organisation and what is below it, not about an issue.
var withinActions = []workflow.Action{workflow.Find, workflow.Import, workflow.Draw, workflow.SelfCheckIt, workflow.ReadSigns}

// only says whether the line names one relation and one action and no others.
func (r *Rule) only(relation workflow.Relation, action workflow.Action) bool {
	return slices.Equal(r.Relations, []workflow.Relation{relation}) && slices.Equal(r.Actions, []workflow.Action{action})
}

// checkViews holds lists and single looks together: whoever above the branches may look at what their org has a part in may look at
// everything below it too, so that a list is one subtree and not a search for every issue.
func checkViews(rules []Rule) error {
	type seat struct {
		post  workflow.Post
		level workflow.Level
	}
	views := make(map[seat]workflow.Relations)
	first := make(map[seat]*Rule)
	for n := range rules {
		r := &rules[n]
		if !slices.Contains(r.Actions, workflow.View) {
			continue
		}
		for _, level := range r.Levels {
			at := seat{r.Post, level}
			for _, rel := range r.Relations {
				views[at] = views[at].With(rel)
			}
			if first[at] == nil {
				first[at] = r
			}
		}
	}
	var faults []error
	for at, rs := range views {
		known := workflow.Relations(0).With(workflow.Involved).With(workflow.Supervising).With(workflow.Person).With(workflow.Inspecting)
		if rs&^known != 0 {
			faults = append(faults, bad("%s：查看只用 involved、supervising、person、inspecting 四种关系", "%s: view takes the relations involved, supervising, person and inspecting",
				first[at].Place()))
		}
		if at.level > workflow.Branch && rs.Has(workflow.Involved) != rs.Has(workflow.Supervising) {
			faults = append(faults, bad("%s：支部以上的职务，查看须同时写 involved 和 supervising", "%s: above the branches view takes involved and supervising together", first[at].Place()))
		}
	}
	return errors.Join(faults...)
}
