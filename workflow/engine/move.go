package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"rectify/workflow"
	"rectify/workflow/store"
)

// MoveLimit is how many issues one act moves to another definition.
const MoveLimit = 1000

// Moving asks that the issues under way that follow an earlier version of a machine go on under the one in force (换流程).
type Moving struct {
	Machine string
	States  workflow.Mapping // where the issues of a state go on; a state that is not in it stays, if the machine in force has it
	Note    string           // why
}

// MovingRow is an issue that is to be moved.
type MovingRow struct {
	Issue workflow.Issue
	To    workflow.State
	Err   error // why it cannot be, nil if it can
}

// MoveRehearsal says what a move would do. Digest stands for all of it: what is carried out is what was rehearsed, or nothing.
type MoveRehearsal struct {
	To     *workflow.Definition
	Rows   []MovingRow
	More   bool // there are more than MoveLimit; they are moved by the next act
	Digest string
	Done   bool
}

// Ready says whether every issue can be moved.
func (r *MoveRehearsal) Ready() bool {
	return len(r.Rows) > 0 && !slices.ContainsFunc(r.Rows, func(x MovingRow) bool { return x.Err != nil })
}

// RehearseMove looks which issues would be moved, where each would go on, and which could not: nothing is changed. Only what the actor may
// look at and may move is in it.
//
// Errors: ErrNotFound for a machine that is not there, ErrForbidden for who may move nothing, ErrInvalid without a note.
func (e *Engine) RehearseMove(ctx context.Context, by workflow.Actor, m Moving) (MoveRehearsal, error) {
	to, ok := e.current.Machine(m.Machine)
	if !ok {
		return MoveRehearsal{}, workflow.NotFound("no_such_machine", workflow.Say("没有流程“%s”", "there is no machine %q", m.Machine))
	}
	if err := e.mayMove(&by); err != nil {
		return MoveRehearsal{}, err
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(m.Note)); n == 0 || n > noteLimit {
		return MoveRehearsal{}, workflow.Invalid("missing_note", "note", workflow.Say("请写明换流程的原因，不超过%d个字", "say why, in %d characters at most", noteLimit))
	}
	out := MoveRehearsal{To: to}
	err := e.db.EachIssue(ctx, e.scope(&by), Filter{}, func(i workflow.Issue) error {
		if i.State.End() || i.Definition == to.Hash || workflow.MachineFor(i.Grade, i.Kind) != to.Machine {
			return nil
		}
		if out.More = len(out.Rows) == MoveLimit; out.More {
			return errEnough
		}
		row := MovingRow{Issue: i}
		row.To, _ = m.States.Target(to, i.State)
		_, row.Err = e.moved(&by, &i, to, m)
		out.Rows = append(out.Rows, row)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return out, err
	}
	out.Digest, err = rehearsed(&out, m)
	return out, err
}

// MoveIssues carries out what was rehearsed: all of it in one transaction, each issue with a step of its own in its history, which names
// the digest. If anything changed since the rehearsal nothing is done.
//
// Errors as RehearseMove, ErrConflict where the digest is not that of what would be done now, ErrRefused where an issue cannot be moved.
func (e *Engine) MoveIssues(ctx context.Context, by workflow.Actor, m Moving, digest string) (MoveRehearsal, error) {
	out, err := e.RehearseMove(ctx, by, m)
	if err != nil {
		return out, err
	}
	if out.Digest != digest {
		return out, workflow.Conflict("not_rehearsed", workflow.Say("与演练时不同（问题或规则已有变化），请重新演练", "this is not what was rehearsed: issues or rules have changed; rehearse again"))
	}
	if !out.Ready() {
		return out, workflow.Refused("not_movable", workflow.Say("有问题不能换流程，或没有要换的，什么也没有做", "some issue cannot be moved, or there is none: nothing was done"))
	}
	m.Note += "（演练摘要：" + digest + "）"
	ids := make([]workflow.IssueID, len(out.Rows))
	for n := range out.Rows {
		ids[n] = out.Rows[n].Issue.ID
	}
	issues, err := e.db.TransitionAll(ctx, ids, store.Key{}, func(all []store.Loaded) ([]workflow.Change, error) {
		changes := make([]workflow.Change, len(all))
		for n := range all {
			i := &all[n].Issue
			err := unchanged(i, &workflow.Step{Action: workflow.Move}, out.Rows[n].Issue.Version)
			if err == nil {
				changes[n], err = e.moved(&by, i, out.To, m)
			}
			if err != nil {
				return nil, err
			}
		}
		return changes, nil
	})
	if err != nil {
		return out, err
	}
	for n := range issues {
		out.Rows[n].Issue = issues[n]
	}
	out.Done = true
	return out, nil
}

// moved decides the step of one issue.
func (e *Engine) moved(by *workflow.Actor, i *workflow.Issue, to *workflow.Definition, m Moving) (workflow.Change, error) {
	who := *by
	if _, ok := e.guard.Allow(&who, workflow.View, i, i.Grade); !ok {
		return workflow.Change{}, noIssue()
	}
	grant, ok := e.guard.Allow(&who, workflow.Move, i, i.Grade)
	if !ok {
		return workflow.Change{}, e.notPermitted(workflow.Move, i.Grade)
	}
	who.As = grant
	c, err := workflow.MoveTo(to, *i, m.States, m.Note, who, e.moment())
	if err == nil {
		err = e.wind(to, &c)
	}
	return c, err
}

// mayMove refuses who has no post by which anything is moved.
func (e *Engine) mayMove(by *workflow.Actor) error {
	for n := range by.Appointments {
		a := &by.Appointments[n]
		for _, r := range workflow.AllRelations() {
			if _, ok := e.guard.May(a.Post, a.Level(), r, workflow.Move, workflow.Ordinary); ok {
				return nil
			}
		}
	}
	return e.notPermitted(workflow.Move, workflow.Ordinary)
}

// rehearsed is the digest of what would be done: the definition, where each state goes on, and every issue as it stands.
func rehearsed(r *MoveRehearsal, m Moving) (string, error) {
	type row struct {
		ID      workflow.IssueID
		Version int
		To      workflow.State
	}
	rows := make([]row, len(r.Rows))
	for n := range r.Rows {
		rows[n] = row{r.Rows[n].Issue.ID, r.Rows[n].Issue.Version, r.Rows[n].To}
	}
	body, err := json.Marshal(struct {
		Definition string
		States     workflow.Mapping
		Note       string
		Rows       []row
	}{r.To.Hash, m.States, m.Note, rows})
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), err
}

// Reason is why something was refused, in words for people; the text of the error where it is none of the program's own.
func Reason(err error) workflow.Text {
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		return fault.Text
	}
	return workflow.Text{Zh: err.Error(), En: err.Error()}
}
