package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// Do takes one step on an issue. version is the one that the actor saw (0 is refused, but for a comment); key makes the command
// idempotent ("" for none): the same key with the same step gives the stored outcome again.
//
// Errors, asked in this order: ErrNotFound when the actor may not see the issue, ErrInvalid when the key was used for something else,
// ErrForbidden when they may not do it, ErrConflict when somebody changed the issue since, ErrRefused or ErrInvalid when the step is not
// possible or lacks something.
func (e *Engine) Do(ctx context.Context, by workflow.Actor, id workflow.IssueID, version int, key string, s workflow.Step) (workflow.Issue, error) {
	if rule, ok := s.Action.Rule(); !ok || !rule.Step {
		return workflow.Issue{}, workflow.Invalid("unknown_action", "action", workflow.Say("没有“%s”这个动作", "there is no action %q", string(s.Action)))
	}
	k, err := command(by, key, struct {
		ID      workflow.IssueID
		Version int
		Step    workflow.Step
	}{id, version, s})
	if err != nil {
		return workflow.Issue{}, err
	}
	a := asked{by: by, version: version, at: e.moment()}
	if a.step, a.lacking, err = e.completed(ctx, s); err != nil {
		return workflow.Issue{}, err
	}
	if s.Action == workflow.Merge || s.Action == workflow.Unmerge {
		return e.merge(ctx, a, id, k)
	}
	var issue workflow.Issue
	err = e.withDefinitions(ctx, func() (err error) {
		issue, err = e.db.Transition(ctx, id, k, refs(&s), func(l store.Loaded) (workflow.Change, error) {
			return e.decide(l, a)
		})
		return err
	})
	return issue, e.who(ctx, id, err)
}

// asked is a step as somebody asked for it.
type asked struct {
	by      workflow.Actor
	version int // that the actor saw
	step    workflow.Step
	lacking error // why a file, a person or an org that it names cannot be taken
	at      time.Time
}

// refs names what the step refers to, for the store to read in the same transaction.
func refs(s *workflow.Step) store.Refs {
	if s.Action == workflow.Assign || s.Action == workflow.Transfer {
		return store.Refs{Org: s.Responsible}
	}
	return store.Refs{}
}

// command makes the key of a command: unique for the actor, with the digest of what was asked.
func command(by workflow.Actor, key string, asked any) (store.Key, error) {
	if key == "" {
		return store.Key{}, nil
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return store.Key{}, err
	}
	return store.Key{Command: commandName(by.Person, key), Request: sha256.Sum256(body)}, nil
}

// commandName is the name of a command in history: two people who choose the same key do not meet.
func commandName(person workflow.PersonID, key string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s", person, key))
	return hex.EncodeToString(sum[:])
}

// decide decides a step on an issue as it was just read. It may run more than once and has no effect of its own.
func (e *Engine) decide(l store.Loaded, a asked) (workflow.Change, error) {
	i, by, s := &l.Issue, a.by, a.step
	if _, ok := e.guard.Allow(&by, workflow.View, i, i.Grade); !ok {
		return workflow.Change{}, noIssue()
	}
	if err := answered(l.Earlier); err != nil {
		return workflow.Change{}, err
	}
	if err := e.permit(&by, i, &s); err != nil {
		return workflow.Change{}, err
	}
	if err := unchanged(i, &s, a.version); err != nil {
		return workflow.Change{}, err
	}
	if a.lacking != nil {
		return workflow.Change{}, a.lacking
	}
	d, err := e.definitionFor(i, &s)
	if err != nil {
		return workflow.Change{}, err
	}
	if l.Org != nil {
		s.Facts.Line = l.Org.Line
	}
	s.Facts.Other, s.Facts.Mute = l.Other, e.mute(d, i, &s)
	if err := e.datesAgain(d, i, &s); err != nil {
		return workflow.Change{}, err
	}
	c, err := workflow.Apply(d, *i, s, by, a.at)
	if err != nil {
		return workflow.Change{}, err
	}
	if err := e.wind(d, &c); err != nil {
		return workflow.Change{}, err
	}
	if s.Action == workflow.Reclock && onlyWarn(i.Dates(), s.Facts.Dates) {
		c.Tell = nil // the light alone: nobody has another limit to keep
	}
	for n := range c.Checks {
		c.Checks[n].ID = workflow.SelfCheckID(e.newID())
	}
	return c, nil
}

// datesAgain works out what a step that sets dates anew sets.
func (e *Engine) datesAgain(d *workflow.Definition, i *workflow.Issue, s *workflow.Step) (err error) {
	if s.Action != workflow.Reclock {
		return nil
	}
	if s.Facts.Dates, err = e.reckoned(e.calendar.Load(), e.book.Load(), d, i); err == nil {
		s.Note = reckonedNote(i.Dates(), s.Facts.Dates)
	}
	return err
}

// noSuchIssue is the code of an issue that is not there, in this package and in the store.
const noSuchIssue = "no_such_issue"

func noIssue() error {
	return workflow.NotFound(noSuchIssue, workflow.Say("没有这个问题，或您无权查看", "there is no such issue, or you may not see it"))
}

// answered handles a key that was used before.
func answered(earlier *store.Earlier) error {
	switch {
	case earlier == nil:
		return nil
	case !earlier.Same:
		return workflow.Invalid("key_reused", "Idempotency-Key", workflow.Say("这个幂等键已用于另一项操作，请换一个",
			"this idempotency key was used for something else; take another"))
	}
	return store.ErrReplay
}

// permit asks the policy and the rule of persons kept apart, and writes into the actor what was granted.
func (e *Engine) permit(by *workflow.Actor, i *workflow.Issue, s *workflow.Step) error {
	grade := i.Grade
	if s.Grade != workflow.NoGrade && (s.Action == workflow.Assign || s.Action == workflow.Edit) {
		grade = max(grade, s.Grade)
	}
	grant, ok := e.guard.Allow(by, s.Action, i, grade)
	if !ok {
		return e.notPermitted(s.Action, grade)
	}
	by.As = grant
	return workflow.KeptApart(i, s, by)
}

func (e *Engine) notPermitted(a workflow.Action, grade workflow.Grade) error {
	return workflow.Forbidden("not_permitted", workflow.Say("您现任的职务不能对这个问题%s；可由这些职务办理：%s",
		"none of your posts may do this to the issue (%s); it is done by: %s", a.Text(), e.guard.Who(a, grade)))
}

func unchanged(i *workflow.Issue, s *workflow.Step, version int) error {
	switch {
	case !s.Action.NeedsVersion() || version == i.Version:
		return nil
	case version == 0:
		return workflow.Invalid("missing_version", "If-Match", workflow.Say("请带上您看到的版本号", "say which version you saw"))
	}
	return workflow.Conflict("stale_version", workflow.Say("问题%s在您打开之后已被更新（您看到的是第%d版，现在是第%d版，处于“%s”），请重新查看后再办",
		"issue %s was changed since you opened it (you saw version %d, it is at %d, %s); look again", i.ShownNumber(), version, i.Version, i.State.Text()))
}

// definitionFor is the definition that decides the step: the one the issue is pinned to, or the one in force where the step starts a
// round or settles kind and grade.
func (e *Engine) definitionFor(i *workflow.Issue, s *workflow.Step) (*workflow.Definition, error) {
	switch s.Action {
	case workflow.Assign:
		grade, kind := i.Grade, i.Kind
		if s.Grade != workflow.NoGrade {
			grade = s.Grade
		}
		if s.Kind != "" {
			kind = s.Kind
		}
		return e.current.For(grade, kind), nil
	case workflow.Reopen:
		return e.current.For(i.Grade, i.Kind), nil
	}
	return e.definition(i.Definition)
}

// merge takes the steps that change two issues: the one that leaves and the one that stays.
func (e *Engine) merge(ctx context.Context, a asked, id workflow.IssueID, k store.Key) (workflow.Issue, error) {
	s := &a.step
	if s.Action == workflow.Unmerge {
		i, err := e.db.Issue(ctx, id)
		if err != nil {
			return workflow.Issue{}, e.who(ctx, id, err)
		}
		s.Other = i.MergedInto
	}
	ids := []workflow.IssueID{id, s.Other}
	if s.Other == 0 || s.Other == id {
		ids = ids[:1]
	}
	var issues []workflow.Issue
	err := e.withDefinitions(ctx, func() (err error) {
		issues, err = e.db.TransitionAll(ctx, ids, k, func(l []store.Loaded) ([]workflow.Change, error) {
			return e.decideMerge(l, a)
		})
		return err
	})
	if err != nil {
		return workflow.Issue{}, e.who(ctx, id, err)
	}
	return issues[0], nil
}

func (e *Engine) decideMerge(l []store.Loaded, a asked) ([]workflow.Change, error) {
	leaving := l[0]
	if len(l) > 1 {
		leaving.Other = &l[1].Issue
	}
	c, err := e.decide(leaving, a)
	if err != nil {
		return nil, err
	}
	by, s, staying := a.by, a.step, &l[1].Issue
	if _, ok := e.guard.Allow(&by, workflow.View, staying, staying.Grade); !ok {
		return nil, noIssue()
	}
	if err := e.permit(&by, staying, &s); err != nil {
		return nil, err
	}
	return []workflow.Change{c, workflow.Absorb(*staying, &c.Issue, s.Action == workflow.Unmerge, by, a.at)}, nil
}

// who adds to a conflict who made the change in between, and lets nobody tell what is not there from what they may not see.
func (e *Engine) who(ctx context.Context, id workflow.IssueID, err error) error {
	fault, ok := errors.AsType[*workflow.Fault](err)
	if !ok {
		return err
	}
	if fault.Code == noSuchIssue {
		return noIssue()
	}
	if fault.Code != "stale_version" {
		return err
	}
	last, lookup := e.db.LastLine(ctx, workflow.KindIssue, int64(id))
	if lookup != nil {
		return err
	}
	with := *fault
	with.Text = workflow.Say("%s。最近一次：%s %s，%s", "%s. Last: %s, %s, %s", fault.Text, last.Name, workflow.Action(last.Action).Text(),
		last.At.In(workflow.China).Format("2006-01-02 15:04"))
	return &with
}
