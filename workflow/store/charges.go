package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// ChargeCount counts what orgs of a level answer for.
type ChargeCount struct {
	Level  workflow.Level
	Charge workflow.Charge
	Open   int // waits for them
	Late   int // of those, past the day
}

// MetCount counts what orgs of a level did in a period, by post.
type MetCount struct {
	Level  workflow.Level
	Post   workflow.Post
	Charge workflow.Charge
	Done   int
	Late   int // of those, after the day
}

// AccountCount counts what was done about responsibility in a period.
type AccountCount struct {
	Letters  map[workflow.Rung]int // sent to the orgs
	Unsigned int                   // of those, not signed for
	Outcomes map[workflow.OutcomeKind]int
}

// Among says of which orgs charges are counted: one alone, or it and those below it.
type Among struct {
	Org   workflow.OrgID
	Under workflow.Lineage // "" for the one org alone
}

// orgs is the condition on the row o of an org.
func (a *Among) orgs() condition {
	c := below(a.Under)
	if c.sql == "" {
		return condition{"o.id = ?", []any{int64(a.Org)}}
	}
	c.sql = "o." + c.sql
	return c
}

// openCharges are what orgs answer for, each as a table x joined to the orgs o, and the day of x before which it is late, "" for none.
var openCharges = []struct{ charge, join, where, by string }{
	{"i.state", "issues i ON i.turn = o.id", "i.state <> 'closed'", "i.step_by"},
	{"'look_back'", "issues i ON i.turn = o.id", "i.state = 'closed'", "i.step_by"},
	{"'request'", "issues i ON i.decider = o.id", "", ""},
	{"'review'", "issue_waits w ON w.org_id = o.id JOIN issues i ON i.id = w.issue_id AND i.verifier = o.id", "i.state = 'lasting'", "i.due"},
	{"'call'", "issue_calls c ON c.to_org = o.id", "c.waiting = 1", "c.until_day"},
	{"'letter'", "issue_letters l ON l.to_org = o.id", "l.signed_on IS NULL", ""},
}

// OpenCharges counts what waits for orgs today, by their level. It reads indexes alone, but for what is lasting.
func (db *DB) OpenCharges(ctx context.Context, a Among, today workflow.Day) (out []ChargeCount, err error) {
	o := a.orgs()
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = out[:0]
		for _, q := range openCharges {
			late, args := "0", []any{}
			if q.by != "" {
				late, args = "SUM(CASE WHEN "+q.by+" < ? THEN 1 ELSE 0 END)", []any{string(max(today, firstDay))}
			}
			where := and(o, condition{sql: q.where})
			query := "SELECT o.level, " + q.charge + " AS charge, COUNT(*), " + late + " FROM orgs o JOIN " + q.join + " WHERE " + where.sql + " GROUP BY o.level, charge"
			err := each(tx, func(scan func(...any) error) error {
				var c ChargeCount
				err := scan(&c.Level, &c.Charge, &c.Open, &c.Late)
				out = append(out, c)
				return err
			}, query, append(args, where.args...)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// MetCharges counts what orgs did from a day to a day, by their level and the post that did it. It reads indexes alone.
func (db *DB) MetCharges(ctx context.Context, a Among, from, to workflow.Day) (out []MetCount, err error) {
	o := a.orgs()
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = out[:0]
		return each(tx, func(scan func(...any) error) error {
			var c MetCount
			err := scan(&c.Level, &c.Post, &c.Charge, &c.Done, &c.Late)
			out = append(out, c)
			return err
		}, "SELECT o.level, d.post, d.duty, COUNT(*), SUM(d.late) FROM orgs o JOIN duties_done d ON d.org = o.id WHERE "+o.sql+
			" AND d.on_day >= ? AND d.on_day <= ? GROUP BY o.level, d.post, d.duty", append(o.args[:len(o.args):len(o.args)], string(from), string(to))...)
	})
	return out, err
}

// Accounts counts letters sent to orgs and outcomes about their issues from a day to a day.
func (db *DB) Accounts(ctx context.Context, a Among, from, to workflow.Day) (out AccountCount, err error) {
	o := a.orgs()
	args := slices.Concat(o.args, []any{string(from), string(to)})
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = AccountCount{Letters: map[workflow.Rung]int{}, Outcomes: map[workflow.OutcomeKind]int{}}
		err := each(tx, func(scan func(...any) error) error {
			var rung workflow.Rung
			var n, unsigned int
			err := scan(&rung, &n, &unsigned)
			out.Letters[rung] += n
			out.Unsigned += unsigned
			return err
		}, "SELECT l.rung, COUNT(*), SUM(CASE WHEN l.signed_on IS NULL THEN 1 ELSE 0 END) FROM orgs o JOIN issue_letters l ON l.to_org = o.id WHERE "+o.sql+
			" AND l.sent_on >= ? AND l.sent_on <= ? GROUP BY l.rung", args...)
		if err != nil {
			return err
		}
		err = each(tx, func(scan func(...any) error) error {
			var kind workflow.OutcomeKind
			var n int
			err := scan(&kind, &n)
			out.Outcomes[kind] += n
			return err
		}, "SELECT x.kind, SUM(x.persons) FROM orgs o JOIN issue_outcomes x ON x.org = o.id WHERE "+o.sql+" AND x.on_day >= ? AND x.on_day <= ? GROUP BY x.kind", args...)
		return err
	})
	return out, err
}

// HeldBy lists the issues in which a person is the responsible one or has a measure that is not done, in the order of their ids, at most
// limit of them.
func (db *DB) HeldBy(ctx context.Context, person workflow.PersonID, limit int) (out []workflow.Issue, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = out[:0]
		return each(tx, func(scan func(...any) error) error {
			i, err := scanIssue(scan)
			out = append(out, i)
			return err
		}, "SELECT i.doc FROM issue_people p JOIN issues i ON i.id = p.issue_id WHERE p.person_id = ? ORDER BY p.issue_id LIMIT ?", int64(person), limit)
	})
	return out, err
}

// Commanded finds what a command with the key did before, one after the other, at most so many; none where it is new.
func (db *DB) Commanded(ctx context.Context, k Key, most int) (out []Earlier, err error) {
	commands, requests := make([][]byte, most), make([][32]byte, most)
	for n := range commands {
		commands[n], requests[n] = k.digest(n), k.Request
	}
	err = db.read(ctx, func(tx *gorm.DB) error {
		found, err := earlier(tx, commands, requests)
		out = out[:0]
		for _, e := range found {
			if e != nil {
				out = append(out, *e)
			}
		}
		return err
	})
	return out, err
}
