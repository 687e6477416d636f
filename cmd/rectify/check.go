package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
)

// checkCommand checks the files of rules, and on request whether the posts are filled.
type checkCommand struct {
	People bool `help:"再查数据：哪些组织缺人，问题将无法整改、验收或销号 look into the data as well: where issues could not be rectified, verified or closed for want of people."`
	Quick  bool `help:"只查文件能否读懂、每个动作有没有职务可办，不逐一走遍各种情形 only whether the files can be read and every action has a post, without going through everything that can happen."`
	jsonFlag
}

// complaintJSON is one thing that is wrong, for programs.
type complaintJSON struct {
	Place  string `json:"place"` // file and line, or the code of an organisation
	Reason string `json:"reason"`
}

// Run checks. It ends with 1 when something is wrong and with 2 when the files cannot be understood at all.
func (c *checkCommand) Run(p *program) error {
	r, err := p.readRules()
	if err != nil {
		return err
	}
	wrong := []complaintJSON{}
	for _, complaint := range definitions.Actions(r.definitions, r.may) {
		wrong = append(wrong, complaintJSON{fmt.Sprintf("%s:%d", complaint.File, complaint.Line), p.say(complaint.Text)})
	}
	var full engine.RuleCheck
	if len(wrong) == 0 && !c.Quick {
		if full, err = checkedRules(p.ctx, &r); err != nil {
			return err
		}
		wrong = append(wrong, p.unproven(&full)...)
	}
	if c.People && len(wrong) == 0 {
		err = p.with(false, func(ctx context.Context, o *opened) error {
			vacancies, err := o.engine.Vacancies(ctx)
			for _, v := range vacancies {
				wrong = append(wrong, complaintJSON{v.Org.Code, p.say(v.Text)})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return c.tell(p, r, &full, wrong)
}

func (c *checkCommand) tell(p *program, r rules, full *engine.RuleCheck, wrong []complaintJSON) error {
	switch {
	case c.JSON:
		if err := p.printJSON(map[string]any{"ok": len(wrong) == 0, "wrong": wrong, "states": full.Verdict.States, "steps": full.Verdict.Steps, "posts": p.reaches(full)}); err != nil {
			return err
		}
	case len(wrong) == 0:
		p.print(workflow.Say("流程 %d 个、权限 %d 条：都能读，彼此一致", "%d machines and %d lines of policy: read, and they agree", len(r.definitions.Machines()), len(r.guard.Rules())))
		if v := &full.Verdict; v.States > 0 {
			p.print(workflow.Say("走遍 %d 个状态、%d 步，下列各条都成立：", "%d states and %d steps were gone through, and all of this holds:", v.States, v.Steps))
			for _, proof := range v.Proofs {
				p.print(workflow.Say("  · %s", "  · %s", proof.Claim.Text()))
			}
			p.print(workflow.Say("各职务最多能办到什么等级：", "What each post can reach at most:"))
			for _, r := range p.reaches(full) {
				fmt.Fprintf(p.out, "  · %s\n", r.Text)
			}
		}
	default:
		for _, w := range wrong {
			fmt.Fprintln(p.out, w.Reason)
		}
	}
	if len(wrong) > 0 {
		return exit(exitPartly)
	}
	return nil
}

// reachJSON is the most that a post can do, for programs.
type reachJSON struct {
	Post  string            `json:"post"`
	Level string            `json:"level"`
	Most  map[string]string `json:"most"` // the heaviest grade, by action
	Text  string            `json:"text"`
}

// reaches tells what each post can reach at most, the heaviest grade first.
func (p *program) reaches(c *engine.RuleCheck) []reachJSON {
	out := []reachJSON{}
	for _, r := range c.Verdict.Reaches() {
		one := reachJSON{Post: string(r.Post.Post), Level: r.Level.String(), Most: make(map[string]string)}
		var grades []string
		for _, g := range []workflow.Grade{workflow.Major, workflow.Serious, workflow.Ordinary} {
			var actions []string
			for n := range r.Most {
				if m := &r.Most[n]; m.UpTo == g {
					one.Most[strings.TrimSuffix(string(m.Action)+"."+string(m.Of), ".")] = g.String()
					actions = append(actions, p.say(m.Text()))
				}
			}
			if len(actions) > 0 {
				grades = append(grades, p.say(workflow.Say("%s：%s", "%s: %s", g.Text(), strings.Join(actions, p.say(workflow.Say("、", ", "))))))
			}
		}
		one.Text = p.say(workflow.Say("%s（%s）——%s", "%s (%s) — %s", r.Post.Text, r.Level.Text(), strings.Join(grades, p.say(workflow.Say("；", "; ")))))
		out = append(out, one)
	}
	return out
}

// shippedCheck checks the shipped rules once, however often it is asked for.
var shippedCheck = sync.OnceValues(func() (engine.RuleCheck, error) {
	guard, err := shippedPolicy()
	if err != nil {
		return engine.RuleCheck{}, err
	}
	set, err := definitions.Shipped()
	if err != nil {
		return engine.RuleCheck{}, err
	}
	return engine.CheckOf(context.Background(), guard, set)
})

func checkedRules(ctx context.Context, r *rules) (engine.RuleCheck, error) {
	if r.shipped {
		return shippedCheck()
	}
	return engine.CheckOf(ctx, r.guard, r.definitions)
}

// unproven tells what does not hold: what nobody can do, and the shortest stories.
func (p *program) unproven(c *engine.RuleCheck) (wrong []complaintJSON) {
	for _, text := range c.Nobody {
		wrong = append(wrong, complaintJSON{"", p.say(text)})
	}
	for _, proof := range c.Verdict.Proofs {
		if proof.Story == nil {
			continue
		}
		told := p.say(proof.Story.Text())
		for n, step := range proof.Story.Steps {
			told += fmt.Sprintf("\n  %d. %s  %s", n+1, p.say(step.Text), step.Rule)
		}
		wrong = append(wrong, complaintJSON{p.say(proof.Claim.Text()), told})
	}
	return wrong
}

// proveRules goes through everything that can happen under rules of an office's own before they are served, and refuses to serve those of
// which not all is proven. What was proven is kept in the folder of data with the fingerprint of the program that proved it, so that the next
// start is quick, and another version proves it anew. The rules that come with the program are proven by its tests.
func (p *program) proveRules(r *rules) error {
	if r.shipped {
		return nil
	}
	self, err := fingerprint()
	if err != nil {
		return err
	}
	known := filepath.Join(p.flags.Data, "checked", engine.RulesDigest(r.guard, r.definitions))
	if by, err := os.ReadFile(known); err == nil && string(by) == self {
		return nil
	}
	p.log.Info("proving the rules, which takes about half a minute")
	found, err := checkedRules(p.ctx, r)
	if err != nil {
		return err
	}
	if err := refusedRules(&found); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(known), 0o750); err != nil {
		return unreadableFile(p.flags.Data, err)
	}
	return os.WriteFile(known, []byte(self), 0o600)
}

// refusedRules says what does not hold, nil when everything does.
func refusedRules(found *engine.RuleCheck) error {
	var faults []error
	for _, text := range found.Nobody {
		faults = append(faults, workflow.Refused("not_proven", text))
	}
	for _, proof := range found.Verdict.Proofs {
		if proof.Story != nil {
			faults = append(faults, workflow.Refused("not_proven", workflow.Say("%s（rectify check 有全文）", "%s (rectify check tells all of it)", proof.Story.Text())))
		}
	}
	return errors.Join(faults...)
}

// fingerprint is the SHA-256 of this program's own file, in hexadecimal.
func fingerprint() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
