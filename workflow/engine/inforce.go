package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"rectify/workflow"
)

// KindRules is the kind of subject of lines about the policy and the machines in force.
const KindRules = "rules"

const rulesSubject = 1

// RulesInForce is what a line about them says: the policy and the machines with which a process started, whole, so that whoever checks
// history later has what it was decided by.
type RulesInForce struct {
	Policy struct {
		Hash   string `json:"hash"` // SHA-256 of model and policy, one after the other
		Model  string `json:"model"`
		Policy string `json:"policy"`
	} `json:"policy"`
	Machines []MachineInForce `json:"machines"`
}

// MachineInForce is one machine of RulesInForce.
type MachineInForce struct {
	Machine string `json:"machine"`
	Hash    string `json:"hash"`
	Body    string `json:"body"`
}

// rulesInForce are those of this process.
func (e *Engine) rulesInForce() (r RulesInForce) {
	r.Policy.Model, r.Policy.Policy = e.guard.Texts()
	sum := sha256.Sum256([]byte(r.Policy.Model + r.Policy.Policy))
	r.Policy.Hash = hex.EncodeToString(sum[:])
	for _, name := range machines {
		if d, ok := e.current.Machine(name); ok {
			body, _ := e.current.Body(d.Hash)
			r.Machines = append(r.Machines, MachineInForce{name, d.Hash, string(body)})
		}
	}
	return r
}

// rulesOnRecord writes them into history where they are not those of the last line about them.
func (e *Engine) rulesOnRecord(ctx context.Context) error {
	r := e.rulesInForce()
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	last, err := e.db.LastLine(ctx, KindRules, rulesSubject)
	if err != nil && !errors.Is(err, workflow.ErrNotFound) {
		return err
	}
	if err == nil && string(last.Data) == string(data) {
		return nil
	}
	note := "权限 " + r.Policy.Hash[:12]
	for _, m := range r.Machines {
		note += "，" + m.Machine + " " + m.Hash[:12]
	}
	by := workflow.Actor{Name: programName()}
	return e.db.Note(ctx, e.note(&by, KindRules, rulesSubject, "rules_in_force", note, data))
}
