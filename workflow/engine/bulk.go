package engine

import (
	"context"
	"errors"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/store"
)

// BulkLimit is how many steps one call may take.
const BulkLimit = 500

// Bulk is one step of many.
type Bulk struct {
	ID      workflow.IssueID
	Version int
	Step    workflow.Step
}

// BulkResult is what became of one of them.
type BulkResult struct {
	ID    workflow.IssueID
	Issue workflow.Issue
	Err   error
}

// DoAll checks every step first; if one would not be accepted, nothing is done and its Err says why. Otherwise it takes them one after
// the other, each in its own transaction, and done is true; a step that was overtaken in between has its Err.
func (e *Engine) DoAll(ctx context.Context, by workflow.Actor, key string, steps []Bulk) (done bool, results []BulkResult, err error) {
	if len(steps) == 0 || len(steps) > BulkLimit {
		return false, nil, workflow.Invalid("bad_bulk", "steps", workflow.Say("一次可办1至%d项，收到%d项", "one call takes 1 to %d steps, not %d", BulkLimit, len(steps)))
	}
	results = make([]BulkResult, len(steps))
	ok := true
	for n, b := range steps {
		results[n] = BulkResult{ID: b.ID}
		if results[n].Err, err = e.rehearse(ctx, by, b, bulkKey(key, n)); err != nil {
			return false, nil, err
		}
		ok = ok && results[n].Err == nil
	}
	if !ok {
		return false, results, nil
	}
	for n, b := range steps {
		results[n].Issue, results[n].Err = e.Do(ctx, by, b.ID, b.Version, bulkKey(key, n), b.Step)
	}
	return true, results, nil
}

func bulkKey(key string, n int) string {
	if key == "" {
		return ""
	}
	return key + "/" + strconv.Itoa(n)
}

// rehearse decides a step without taking it. refused is why it would not be accepted; a step that was taken under the key already is.
func (e *Engine) rehearse(ctx context.Context, by workflow.Actor, b Bulk, key string) (refused, err error) {
	if rule, ok := b.Step.Action.Rule(); !ok || !rule.Step || b.Step.Action == workflow.Merge || b.Step.Action == workflow.Unmerge {
		return workflow.Invalid("unknown_action", "action", workflow.Say("“%s”不能批量办理", "%q is not done in bulk", string(b.Step.Action))), nil
	}
	if key != "" {
		if taken, err := e.db.Answered(ctx, store.Key{Command: commandName(by.Person, key)}); err != nil || taken {
			return nil, err
		}
	}
	l, err := e.load(ctx, b.ID, refs(&b.Step).Org)
	if err == nil {
		a := asked{by: by, version: b.Version, at: e.moment()}
		if a.step, a.lacking, err = e.completed(ctx, b.Step); err != nil {
			return nil, err
		}
		err = e.withDefinitions(ctx, func() error {
			_, err := e.decide(l, a)
			return err
		})
	}
	if isFault(err) {
		return e.who(ctx, b.ID, err), nil
	}
	return nil, err
}

// load reads what a step is decided on, outside of a transaction.
func (e *Engine) load(ctx context.Context, id workflow.IssueID, org workflow.OrgID) (l store.Loaded, err error) {
	if l.Issue, err = e.db.Issue(ctx, id); err != nil || org == 0 {
		return l, err
	}
	found, err := e.db.OrgsByID(ctx, []workflow.OrgID{org})
	if o, ok := found[org]; ok {
		l.Org = &o
	}
	return l, err
}

func isFault(err error) bool {
	_, ok := errors.AsType[*workflow.Fault](err)
	return ok
}
