package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/definitions/explore"
)

// What the checker found, as explore has it.
type (
	// Verdict is what was proven of rules, and what was not.
	Verdict = explore.Verdict
	// Proof is a claim, with the story that breaks it.
	Proof = explore.Proof
	// Story is the shortest way to something that may not happen.
	Story = explore.Story
	// StoryStep is one step of a story.
	StoryStep = explore.StoryStep
	// PostReach is the most that a post can do.
	PostReach = explore.Reach
)

// RuleFiles are rules that are to be looked at before they are put in force. What is missing stands as it is in force.
type RuleFiles struct {
	Policy   []byte // a policy.csv
	Machines []MachineFile
}

// MachineFile is a definition in YAML with the name that stands for it in complaints.
type MachineFile struct {
	Name string
	Body []byte
}

// RuleCheck is the outcome of a check of rules.
type RuleCheck struct {
	InForce  bool // they are those in force
	Digest   string
	Machines []*workflow.Definition
	Lines    int // of the policy
	Nobody   []workflow.Text
	Verdict  Verdict
	At       time.Time
}

// Whole says whether everything was proven.
func (c *RuleCheck) Whole() bool { return len(c.Nobody) == 0 && c.Verdict.Whole() }

// verdicts keeps what was found, by the digest of the rules, and lets one check run at a time.
type verdicts struct {
	sync.Mutex
	running bool
	found   map[string]RuleCheck
	order   []string // the oldest first
}

// checksKept is how many verdicts are kept in memory.
const checksKept = 8

// CheckedRules is what was found of the rules in force; ok is false while nobody had them checked since the program started.
func (e *Engine) CheckedRules() (c RuleCheck, ok bool) {
	e.verdicts.Lock()
	defer e.verdicts.Unlock()
	c, ok = e.verdicts.found[RulesDigest(e.guard, e.current)]
	c.InForce = true
	return c, ok
}

// CheckRules goes through everything that can happen under the rules in force, with the files of the caller laid over them, and says what
// is proven. Nothing is put in force. It takes some seconds; rules that were checked before are answered at once.
//
// Errors: ErrForbidden for who is neither system nor security administrator, ErrInvalid with every line that cannot be understood,
// ErrRefused while another check runs.
func (e *Engine) CheckRules(ctx context.Context, by workflow.Actor, files RuleFiles) (RuleCheck, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		if _, err := administers(&by, "security_admin"); err != nil {
			return RuleCheck{}, err
		}
	}
	guard, set, err := e.laidOver(files)
	if err != nil {
		return RuleCheck{}, err
	}
	digest, inForce := RulesDigest(guard, set), RulesDigest(e.guard, e.current)
	if c, ok := e.verdicts.begin(digest); ok {
		c.InForce = digest == inForce
		return c, nil
	} else if c.Digest == "" {
		return RuleCheck{}, workflow.Refused("check_running", workflow.Say("另一项检查正在进行，请稍后再试", "another check is under way; try again in a moment"))
	}
	c, err := CheckOf(ctx, guard, set)
	c.Digest, c.At = digest, e.moment()
	e.verdicts.end(&c, err)
	c.InForce = digest == inForce
	return c, err
}

// CheckOf checks a policy and machines without an engine.
func CheckOf(ctx context.Context, guard *policies.Guard, set *definitions.Set) (RuleCheck, error) {
	may := func(post workflow.Post, level workflow.Level, r workflow.Relation, a workflow.Action, g workflow.Grade) bool {
		_, ok := guard.May(post, level, r, a, g)
		return ok
	}
	c := RuleCheck{Machines: set.Machines(), Lines: len(guard.Rules()), Digest: RulesDigest(guard, set)}
	v, err := explore.Check(ctx, explore.Rules{Machines: c.Machines, Allow: guard.Allow, May: may})
	c.Verdict = v
	for n := range v.Nobody {
		x := &v.Nobody[n]
		c.Nobody = append(c.Nobody, workflow.Say("%s %s", "%s %s", set.Place(x.Machine, x.Arrow), x.Text()))
	}
	return c, err
}

func (e *Engine) laidOver(files RuleFiles) (guard *policies.Guard, set *definitions.Set, err error) {
	guard, set = e.guard, e.current
	if len(files.Policy) > 0 {
		if guard, err = guard.With("policy.csv", files.Policy); err != nil {
			return nil, nil, err
		}
	}
	for _, f := range files.Machines {
		if set, err = set.With(f.Name, f.Body); err != nil {
			return nil, nil, err
		}
	}
	return guard, set, nil
}

// RulesDigest is the SHA-256 of a policy and machines in hexadecimal: what was found of them holds for all with the same one.
func RulesDigest(guard *policies.Guard, set *definitions.Set) string {
	sum := sha256.New()
	sum.Write([]byte(guard.Digest()))
	for _, d := range set.Machines() {
		sum.Write([]byte(d.Hash))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// begin finds what was found before. Else it takes the turn, and gives a check with the digest alone; none where another has the turn.
func (c *verdicts) begin(digest string) (RuleCheck, bool) {
	c.Lock()
	defer c.Unlock()
	if found, ok := c.found[digest]; ok {
		return found, true
	}
	if c.running {
		return RuleCheck{}, false
	}
	c.running = true
	return RuleCheck{Digest: digest}, false
}

// end gives the turn back and keeps what was found.
func (c *verdicts) end(found *RuleCheck, err error) {
	c.Lock()
	defer c.Unlock()
	c.running = false
	if err != nil {
		return
	}
	if c.found == nil {
		c.found = make(map[string]RuleCheck)
	}
	c.found[found.Digest] = *found
	if c.order = append(c.order, found.Digest); len(c.order) > checksKept {
		delete(c.found, c.order[0])
		c.order = slices.Delete(c.order, 0, 1)
	}
}
