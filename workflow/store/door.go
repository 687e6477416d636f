package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Key makes a command idempotent. Command is "" for a command without key, else unique for the actor and the command; Request is
// the digest of what was asked.
type Key struct {
	Command string
	Request [32]byte
}

// digest is what the nth line that the command writes is found by; nil for a command without key.
func (k Key) digest(nth int) []byte {
	if k.Command == "" {
		return nil
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", nth, k.Command))
	return sum[:]
}

// Earlier is what an earlier command with the same key did.
type Earlier struct {
	Subject int64 // the issue it changed
	Seq     int   // the line of history it wrote
	Same    bool  // it asked for the same
}

// ErrReplay is returned by decide to say: the earlier command stands, give its outcome again.
var ErrReplay = errors.New("give the outcome of the earlier command again")

// Refs names what a step refers to beside its issue, so that it is read in the same transaction.
type Refs struct {
	Org   workflow.OrgID
	Other workflow.IssueID
}

// Loaded is what a step is decided on. Org and Other are nil when they were not named or are not there, Earlier when the key is new.
type Loaded struct {
	Issue   workflow.Issue
	Other   *workflow.Issue
	Org     *Org
	Earlier *Earlier
}

// Transition changes one issue: it loads it, calls decide and keeps the change, with its line of history and what is owed to
// others, in one transaction. decide may be called several times and must do nothing but decide; its error comes back as it is,
// and ErrReplay gives the issue as the earlier command left it.
//
// Errors: ErrNotFound with the code no_such_issue, and those of the database.
func (db *DB) Transition(ctx context.Context, id workflow.IssueID, k Key, refs Refs, decide func(Loaded) (workflow.Change, error)) (workflow.Issue, error) {
	var out workflow.Issue
	var tried bool
	err := db.write(ctx, func(tx *gorm.DB) error {
		row, earlier, err := load(tx, id, k.digest(0), k.Request, tried)
		tried = true
		if err != nil {
			return err
		}
		l := Loaded{Issue: row.issue, Earlier: earlier}
		if err := refer(tx, refs, &l); err != nil {
			return err
		}
		c, err := decide(l)
		if errors.Is(err, ErrReplay) {
			out, err = replay(tx, earlier)
			return err
		}
		if err != nil {
			return err
		}
		out = c.Issue
		return save(tx, []kept{{change: c, row: row, command: k.digest(0), request: k.Request}})
	})
	return out, err
}

// TransitionAll changes several issues in one transaction, all or none; see Transition. decide gets them in the order of ids, and
// returns as many changes in the same order; so are the issues returned.
func (db *DB) TransitionAll(ctx context.Context, ids []workflow.IssueID, k Key, decide func([]Loaded) ([]workflow.Change, error)) ([]workflow.Issue, error) {
	order, err := byID(ids)
	if err != nil {
		return nil, err
	}
	var out []workflow.Issue
	var tried bool
	err = db.write(ctx, func(tx *gorm.DB) error {
		rows, loaded := make([]issueRow, len(ids)), make([]Loaded, len(ids))
		for _, n := range order {
			rows[n], loaded[n].Earlier, err = load(tx, ids[n], k.digest(n), k.Request, tried)
			if err != nil {
				return err
			}
			loaded[n].Issue = rows[n].issue
		}
		tried = true
		changes, err := decide(loaded)
		if errors.Is(err, ErrReplay) {
			out, err = replayAll(tx, loaded)
			return err
		}
		if err != nil {
			return err
		}
		if len(changes) != len(ids) {
			return fmt.Errorf("%d changes for %d issues", len(changes), len(ids))
		}
		out = make([]workflow.Issue, len(ids))
		all := make([]kept, len(ids))
		for at, n := range order {
			out[n] = changes[n].Issue
			all[at] = kept{change: changes[n], row: rows[n], command: k.digest(n), request: k.Request}
		}
		return save(tx, all)
	})
	return out, err
}

// byID lists the places of ids in the order in which issues are locked.
func byID(ids []workflow.IssueID) ([]int, error) {
	order := make([]int, len(ids))
	for n := range order {
		order[n] = n
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(ids[a], ids[b]) })
	for n := 1; n < len(order); n++ {
		if ids[order[n-1]] == ids[order[n]] {
			return nil, workflow.Invalid("same_issue", "other", workflow.Say("同一个问题不能出现两次", "the same issue is named twice"))
		}
	}
	return order, nil
}

const issueLoad = `SELECT i.rev, i.seq, i.head, i.doc, h.subject, h.seq, h.request
FROM issues i LEFT JOIN history h ON h.command = ? WHERE i.id = ?`

// load reads an issue and what the key did before, with one statement. Where another was quicker the row is locked the next time,
// so that those who wait take turns; what is read then is what the other left.
func load(tx *gorm.DB, id workflow.IssueID, command []byte, request [32]byte, lock bool) (row issueRow, e *Earlier, err error) {
	const bare = "SELECT rev, seq, head, doc, NULL, NULL, NULL FROM issues WHERE id = ?"
	query, args := issueLoad, []any{command, int64(id)}
	alone := lock || command == nil
	if alone {
		query, args = bare, args[1:]
	}
	if lock {
		query += forUpdate(tx)
	}
	found := false
	err = each(tx, func(scan func(...any) error) error {
		found = true
		row, e, err = scanLoaded(scan, request)
		return err
	}, query, args...)
	if err == nil && !found {
		err = noIssue()
	}
	if err != nil || !alone || command == nil {
		return row, e, err
	}
	known, err := earlier(tx, [][]byte{command}, [][32]byte{request})
	return row, known[0], err
}

func noIssue() error {
	return workflow.NotFound("no_such_issue", workflow.Say("没有这个问题", "there is no such issue"))
}

func scanLoaded(scan func(...any) error, request [32]byte) (row issueRow, e *Earlier, err error) {
	var doc []byte
	var subject, seq *int64
	var asked digestColumn
	if err := scan(&row.rev, &row.seq, (*digestColumn)(&row.head), &doc, &subject, &seq, &asked); err != nil {
		return row, nil, err
	}
	if subject != nil && seq != nil {
		e = &Earlier{Subject: *subject, Seq: int(*seq), Same: asked == request}
	}
	row.issue, err = decodeIssue(doc)
	return row, e, err
}

// refer reads what the step refers to.
func refer(tx *gorm.DB, refs Refs, l *Loaded) error {
	if refs.Org != 0 {
		orgs, err := orgsWhere(tx, "id = ?", int64(refs.Org))
		if err != nil {
			return err
		}
		if len(orgs) > 0 {
			l.Org = &orgs[0]
		}
	}
	if refs.Other == 0 {
		return nil
	}
	other, err := issueWhere(tx, "id = ?", int64(refs.Other))
	if errors.Is(err, workflow.ErrNotFound) {
		return nil
	}
	l.Other = &other
	return err
}

// replay gives an issue as the earlier command left it.
func replay(tx *gorm.DB, e *Earlier) (workflow.Issue, error) {
	if e == nil {
		return workflow.Issue{}, errors.New("there is no earlier command with this key")
	}
	lines, err := historyOf(tx, workflow.KindIssue, e.Subject, 0, e.Seq)
	if err != nil {
		return workflow.Issue{}, err
	}
	return Fold(lines)
}

func replayAll(tx *gorm.DB, loaded []Loaded) ([]workflow.Issue, error) {
	out := make([]workflow.Issue, len(loaded))
	var err error
	for n := range loaded {
		if out[n], err = replay(tx, loaded[n].Earlier); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// earlier looks up what keys did before: nil for one that is new.
func earlier(tx *gorm.DB, commands [][]byte, requests [][32]byte) ([]*Earlier, error) {
	out := make([]*Earlier, len(commands))
	at := make(map[digestColumn]int, len(commands))
	var asked []any
	for n, c := range commands {
		if c != nil {
			at[digestColumn(c)] = n
			asked = append(asked, c)
		}
	}
	err := inBatches(asked, func(marks string, args []any) error {
		return each(tx, func(scan func(...any) error) error {
			var command, request digestColumn
			var e Earlier
			if err := scan(&command, &e.Subject, &e.Seq, &request); err != nil {
				return err
			}
			n := at[command]
			e.Same = request == requests[n]
			out[n] = &e
			return nil
		}, "SELECT command, subject, seq, request FROM history WHERE command IN ("+marks+")", args...)
	})
	return out, err
}

// Answered says whether a command with the key was carried out before.
func (db *DB) Answered(ctx context.Context, k Key) (bool, error) {
	var found []*Earlier
	err := db.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = earlier(tx, [][]byte{k.digest(0)}, [][32]byte{k.Request})
		return err
	})
	return err == nil && found[0] != nil, err
}
