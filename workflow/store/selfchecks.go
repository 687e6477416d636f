package store

import (
	"context"
	"encoding/json"
	"errors"

	"gorm.io/gorm"

	"rectify/workflow"
)

const selfCheckColumns = `id, issue_id, org, text, due, asked_at, asked_by, asked_for, answer, answered_at, answered_by, note, made_issue`

// saveChecks keeps the self-checks that changes ask for, each with the first line of its history: who asked is who took the step.
func saveChecks(tx *gorm.DB, all []kept) error {
	var rows [][]any
	var lines []workflow.Line
	for n := range all {
		for _, c := range all[n].change.Checks {
			if c.ID == 0 {
				return errors.New("a self-check has no id")
			}
			rows = append(rows, []any{int64(c.ID), int64(c.Issue), int64(c.Org), c.Text, string(c.Due), millis(c.AskedAt), int64(c.AskedBy), int64(c.AskedFor),
				string(c.Answer), millis(c.AnsweredAt), int64(c.AnsweredBy), c.Note, int64(c.Made)})
			line, err := checkLine(all[n].change.Line, "asked", &c)
			if err != nil {
				return err
			}
			lines = append(lines, line)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := insertAll(tx, "INSERT INTO self_checks ("+selfCheckColumns+") VALUES ", rows); err != nil {
		return err
	}
	return appendLines(tx, lines)
}

// checkLine is a line about a self-check, by who and when as in another line of the same act.
func checkLine(of workflow.Line, action string, c *workflow.SelfCheck) (workflow.Line, error) {
	data, err := json.Marshal(c)
	return workflow.Line{Kind: KindSelfCheck, Subject: int64(c.ID), At: of.At, Action: action, Person: of.Person, Name: of.Name, For: of.For, Post: of.Post,
		Org: of.Org, OrgName: of.OrgName, Relation: of.Relation, Rule: of.Rule, OSUser: of.OSUser, Note: c.Note, Data: data}, err
}

// CheckAnswered is what comes of answering a self-check: the self-check as it is then, who answered it in which post, and the issue that
// it became, if it did.
type CheckAnswered struct {
	Check workflow.SelfCheck
	Line  workflow.Line
	Issue *workflow.Change
}

// AnswerSelfCheck answers a self-check in one transaction with the issue that it becomes. decide gets the self-check as it is and the
// number that an issue would have, which is prefix and a serial; it may be called several times and must do nothing but decide. prefix is
// "" where no issue can come of it; a number that is not used is not taken. With ErrReplay it gives the self-check as it is.
//
// Errors: ErrNotFound with the code no_such_self_check, what decide returns, and those of the database.
func (db *DB) AnswerSelfCheck(ctx context.Context, id workflow.SelfCheckID, prefix string, decide func(c workflow.SelfCheck, number string) (CheckAnswered, error)) (workflow.SelfCheck, error) {
	var out workflow.SelfCheck
	err := db.write(ctx, func(tx *gorm.DB) error {
		all, err := selfChecksWhere(tx, "id = ?"+forUpdate(tx), int64(id))
		if err == nil && len(all) == 0 {
			err = noSelfCheck()
		}
		if err != nil {
			return err
		}
		number := ""
		if prefix != "" && all[0].Answer == "" {
			numbers, err := reserve(tx, []NewIssue{{Prefix: prefix}}, []*Earlier{nil})
			if err != nil {
				return err
			}
			number = numbers[0]
		}
		done, err := decide(all[0], number)
		if errors.Is(err, ErrReplay) {
			out = all[0]
			return nil
		}
		if err != nil {
			return err
		}
		out = done.Check
		return keepAnswer(tx, done)
	})
	return out, err
}

func keepAnswer(tx *gorm.DB, done CheckAnswered) error {
	c := &done.Check
	if done.Issue != nil {
		if err := save(tx, []kept{{change: *done.Issue}}); err != nil {
			return err
		}
	}
	err := changeOne(tx, "UPDATE self_checks SET answer = ?, answered_at = ?, answered_by = ?, note = ?, made_issue = ? WHERE id = ? AND answer = ''",
		string(c.Answer), millis(c.AnsweredAt), int64(c.AnsweredBy), c.Note, int64(c.Made), int64(c.ID))
	if err != nil {
		return err
	}
	line, err := checkLine(done.Line, string(c.Answer), c)
	if err != nil {
		return err
	}
	return appendLines(tx, []workflow.Line{line})
}

func noSelfCheck() error {
	return workflow.NotFound("no_such_self_check", workflow.Say("没有这项自查", "there is no such self-check"))
}

// SelfCheck reads a self-check. ErrNotFound with the code no_such_self_check.
func (db *DB) SelfCheck(ctx context.Context, id workflow.SelfCheckID) (workflow.SelfCheck, error) {
	all, err := db.selfChecks(ctx, "id = ?", int64(id))
	if err == nil && len(all) == 0 {
		err = noSelfCheck()
	}
	if err != nil {
		return workflow.SelfCheck{}, err
	}
	return all[0], nil
}

// SelfChecksOf lists the self-checks that one of the orgs was asked: those without an answer by their last day, or the answered ones, the
// latest first. At most limit.
func (db *DB) SelfChecksOf(ctx context.Context, orgs []workflow.OrgID, answered bool, limit int) ([]workflow.SelfCheck, error) {
	if len(orgs) == 0 {
		return nil, nil
	}
	asked := among("org", orgs, idParam)
	answer := " AND answer = '' ORDER BY due, id LIMIT ?"
	if answered {
		answer = " AND answer IN ('have', 'have_not') ORDER BY id DESC LIMIT ?"
	}
	return db.selfChecks(ctx, asked.sql+answer, append(asked.args, limit)...)
}

// SelfChecksFrom lists the self-checks that an issue asked for, in the order in which they were asked.
func (db *DB) SelfChecksFrom(ctx context.Context, issue workflow.IssueID) ([]workflow.SelfCheck, error) {
	return db.selfChecks(ctx, "issue_id = ? ORDER BY id", int64(issue))
}

// LatestSelfChecks lists self-checks, the latest first.
func (db *DB) LatestSelfChecks(ctx context.Context, limit int) ([]workflow.SelfCheck, error) {
	return db.selfChecks(ctx, "id > 0 ORDER BY id DESC LIMIT ?", limit)
}

// OpenSelfChecks lists self-checks without an answer behind one, in the order of their ids.
func (db *DB) OpenSelfChecks(ctx context.Context, after workflow.SelfCheckID, limit int) ([]workflow.SelfCheck, error) {
	return db.selfChecks(ctx, "id > ? AND answer = '' ORDER BY id LIMIT ?", int64(after), limit)
}

func (db *DB) selfChecks(ctx context.Context, where string, args ...any) (out []workflow.SelfCheck, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out, err = selfChecksWhere(tx, where, args...)
		return err
	})
	return out, err
}

func selfChecksWhere(tx *gorm.DB, where string, args ...any) (out []workflow.SelfCheck, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var c workflow.SelfCheck
		var due dayColumn
		var asked, answered int64
		err := scan(&c.ID, &c.Issue, &c.Org, &c.Text, &due, &asked, &c.AskedBy, &c.AskedFor, &c.Answer, &answered, &c.AnsweredBy, &c.Note, &c.Made)
		c.Due, c.AskedAt, c.AnsweredAt = due.day, moment(asked), moment(answered)
		out = append(out, c)
		return err
	}, "SELECT "+selfCheckColumns+" FROM self_checks WHERE "+where, args...)
	return out, err
}

// CheckTally is how the self-checks that an issue asked for stand.
type CheckTally struct {
	Issue                             workflow.IssueID
	AskedFor                          workflow.OrgID
	Text                              string // of one of them
	Due                               workflow.Day
	Asked, Answered, Have, None, Late int
}

// CheckTallies counts the self-checks that the orgs asked for, by issue, the latest first, at most limit of them. Late are those without an
// answer after their last day.
func (db *DB) CheckTallies(ctx context.Context, orgs []workflow.OrgID, today workflow.Day, limit int) (out []CheckTally, err error) {
	if len(orgs) == 0 {
		return nil, nil
	}
	from := among("asked_for", orgs, idParam)
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var t CheckTally
			var due dayColumn
			err := scan(&t.Issue, &t.AskedFor, &t.Text, &due, &t.Asked, &t.Have, &t.None, &t.Late)
			t.Due, t.Answered = due.day, t.Have+t.None
			out = append(out, t)
			return err
		}, `SELECT issue_id, asked_for, MAX(text), MAX(due), COUNT(*), SUM(CASE WHEN answer = 'have' THEN 1 ELSE 0 END),
SUM(CASE WHEN answer = 'have_not' THEN 1 ELSE 0 END), SUM(CASE WHEN answer = '' AND due < ? THEN 1 ELSE 0 END)
FROM self_checks WHERE `+from.sql+" GROUP BY issue_id, asked_for ORDER BY MAX(id) DESC LIMIT ?", append(append([]any{string(today)}, from.args...), limit)...)
	})
	return out, err
}
