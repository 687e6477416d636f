package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// ChargeCount counts what orgs of a level answer for.
type ChargeCount struct {
	Level   workflow.Level
	Charge  workflow.Charge
	Open    int // waits for them
	Late    int // of those, past the day; without Own
	Own     int // of Open: what the orgs found by themselves when they were asked to look
	OwnLate int // of Own, past the day
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
	Unsigned int                   // of those, still to be signed for
	Outcomes map[workflow.OutcomeKind]int
}

// Among says of which orgs charges are counted: one alone, or it and those below it.
type Among struct {
	Org   workflow.OrgID
	Under workflow.Lineage // "" for the one org alone
	On    workflow.Day     // as it was at the end of a past day; "" for now
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

// openCharges are what orgs answer for, each counted by an org of a table and a word: the day before which it is late is "" for none, and
// own says by 1 or 0 whether it is about what the org found by itself when it was asked to look.
var openCharges = []struct{ issue, org, word, from, where, by, own string }{
	{"id", "turn", "state", "issues", "", "step_by", "0"}, // its own are in ownCharges
	{"id", "decider", "'request'", "issues", "", "", "0"},
	{"i.id", "w.org_id", "'review'", "issue_waits w JOIN issues i ON i.id = w.issue_id AND i.verifier = w.org_id", "i.state = 'lasting'", "i.due", "0"},
	{"issue_id", "to_org", "'call'", "issue_calls", "waiting = 1", "until_day", "0"},
	{"l.issue_id", "l.to_org", "'letter'", "issue_letters l JOIN issues i ON i.id = l.issue_id", toBeSigned, "l.limit_day", "i.prompted"},
}

// OpenCharges counts what waits for orgs today, or waited at the end of a past day, which today is then: one row for each level and charge. It reads indexes alone, but for what is lasting, for
// letters and for what several sign.
func (db *DB) OpenCharges(ctx context.Context, a Among, today workflow.Day) (out []ChargeCount, err error) {
	if a.On != "" {
		return db.openOn(ctx, a, today)
	}
	o := a.orgs()
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = out[:0]
		for _, q := range openCharges {
			late, args := "0", []any{}
			if q.by != "" {
				day := string(max(today, firstDay))
				late, args = "CASE WHEN "+q.by+" < ? THEN 1 ELSE 0 END", []any{day, day}
			}
			where := and(condition{q.org + " IN (SELECT o.id FROM orgs o WHERE " + o.sql + ")", o.args}, condition{sql: q.where})
			query := "SELECT o.level, x.charge, SUM(x.n), SUM(x.late - x.own_late), SUM(x.own), SUM(x.own_late) FROM (SELECT " + q.org + " AS org, " + q.word +
				" AS charge, COUNT(*) AS n, SUM(" + late + ") AS late, SUM(" + q.own + ") AS own, SUM(" + late + " * " + q.own + ") AS own_late FROM " + q.from +
				" WHERE " + where.sql + " GROUP BY " + q.org + ", charge) AS x JOIN orgs o ON o.id = x.org GROUP BY o.level, x.charge"
			err := each(tx, func(scan func(...any) error) error {
				var c ChargeCount
				err := scan(&c.Level, &c.Charge, &c.Open, &c.Late, &c.Own, &c.OwnLate)
				if c.Charge == workflow.Charge(workflow.Closed) {
					c.Charge = workflow.ChargeLookBack
				}
				out = append(out, c)
				return err
			}, query, append(args, where.args...)...)
			if err != nil {
				return err
			}
		}
		own, err := ownCharges(tx, a, today)
		for n := range out {
			for _, c := range own {
				if out[n].Level == c.Level && out[n].Charge == c.Charge {
					out[n].Own, out[n].OwnLate, out[n].Late = c.Own, c.OwnLate, out[n].Late-c.OwnLate
				}
			}
		}
		if err == nil {
			out, err = withSigns(tx, out, a, today)
		}
		return err
	})
	return out, err
}

// withSigns adds what waits for the yes of orgs while it is the turn of another that has not signed either.
func withSigns(tx *gorm.DB, out []ChargeCount, a Among, today workflow.Day) ([]ChargeCount, error) {
	o := a.orgs()
	err := each(tx, func(scan func(...any) error) error {
		c := ChargeCount{Open: 1}
		var org workflow.OrgID
		var doc []byte
		if err := scan(&c.Level, &org, &doc); err != nil {
			return err
		}
		state, late, err := toSign(doc, org, today)
		if err != nil || state == "" {
			return err
		}
		c.Charge, c.Late = workflow.Charge(state), late
		n := slices.IndexFunc(out, func(x ChargeCount) bool { return x.Level == c.Level && x.Charge == c.Charge })
		if n < 0 {
			out = append(out, c)
			return nil
		}
		out[n].Open, out[n].Late = out[n].Open+c.Open, out[n].Late+c.Late
		return nil
	}, "SELECT o.level, o.id, i.doc FROM orgs o JOIN issue_waits w ON w.org_id = o.id JOIN issues i ON i.id = w.issue_id AND i.turn <> w.org_id WHERE "+o.sql+
		" AND i.state IN (?, ?)", append(slices.Clone(o.args), string(workflow.PlanReview), string(workflow.Verifying))...)
	return out, err
}

// toSign is the state of an issue that waits for the yes of an org, "" if it is awaited for something else, and 1 if that is late.
func toSign(doc []byte, org workflow.OrgID, today workflow.Day) (state workflow.State, late int, err error) {
	i, err := decodeIssue(doc)
	if err != nil || !slices.Contains(i.Unsigned(), org) {
		return "", 0, err
	}
	if by := i.StepBy(); by != "" && by < today {
		late = 1
	}
	return i.State, late, nil
}

// ownCharges counts what orgs found by themselves when they were asked to look, and what of it waits for them.
func ownCharges(tx *gorm.DB, a Among, today workflow.Day) (out []ChargeCount, err error) {
	o := a.orgs()
	err = each(tx, func(scan func(...any) error) error {
		var c ChargeCount
		err := scan(&c.Level, &c.Charge, &c.Own, &c.OwnLate)
		out = append(out, c)
		return err
	}, "SELECT o.level, i.state, COUNT(*), SUM(CASE WHEN i.step_by < ? THEN 1 ELSE 0 END) FROM orgs o JOIN self_checks c ON c.org = o.id AND c.answer = ? "+
		"JOIN issues i ON i.id = c.made_issue AND i.turn = c.org WHERE "+o.sql+" AND i.state <> ? GROUP BY o.level, i.state",
		append(append([]any{string(max(today, firstDay)), string(workflow.CheckHave)}, o.args...), string(workflow.Closed))...)
	return out, err
}

// MetCharges counts what orgs did in the months from that of a day to that of another, by their level and the post that did it. A month
// that was over on the day before yesterday never changes: it is summed up once, when it is first asked for.
func (db *DB) MetCharges(ctx context.Context, a Among, from, to, today workflow.Day) (out []MetCount, err error) {
	o, all := a.orgs(), months(from, to)
	over := func(m string) bool { return m < month(today.Add(-2)) }
	for _, m := range all {
		if over(m) {
			if err := db.sumUp(ctx, m); err != nil {
				return nil, err
			}
		}
	}
	if a.On != "" {
		return db.metOn(ctx, a, all, over)
	}
	for _, m := range all {
		table, done, late := "duties_done", "COUNT(*)", "SUM(late)"
		if over(m) {
			table, done, late = "duty_months", "SUM(done)", "SUM(late)"
		}
		query := "SELECT o.level, x.post, x.duty, x.done, x.late FROM (SELECT org, duty, post, " + done + " AS done, " + late + " AS late FROM " + table +
			" WHERE month = ? AND org IN (SELECT o.id FROM orgs o WHERE " + o.sql + ") GROUP BY org, duty, post) AS x JOIN orgs o ON o.id = x.org"
		var found []MetCount
		err = db.read(ctx, func(tx *gorm.DB) error {
			found = found[:0]
			return each(tx, func(scan func(...any) error) error {
				var c MetCount
				err := scan(&c.Level, &c.Post, &c.Charge, &c.Done, &c.Late)
				found = append(found, c)
				return err
			}, query, append([]any{m}, o.args...)...)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// month is the month of a day, as 2026-11.
func month(d workflow.Day) string { return string(d)[:min(len(d), len("2026-11"))] }

// months are the months from that of a day to that of another.
func months(from, to workflow.Day) (out []string) {
	for t := from.Time(); month(workflow.DayOf(t)) <= month(to); t = t.AddDate(0, 1, 0) {
		out = append(out, month(workflow.DayOf(t)))
	}
	return out
}

// sumUp adds up what was done in a month that is over. Where another was quicker, or it was done before, nothing happens.
func (db *DB) sumUp(ctx context.Context, m string) error {
	const summed = "SELECT COUNT(*) FROM duty_months WHERE month = ? AND org = 0"
	known := 0
	err := db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error { return scan(&known) }, summed, m)
	})
	if err != nil || known > 0 {
		return err
	}
	return db.write(ctx, func(tx *gorm.DB) error {
		if err := each(tx, func(scan func(...any) error) error { return scan(&known) }, summed, m); err != nil || known > 0 {
			return err
		}
		if _, err := exec(tx, "INSERT INTO duty_months (month, org, duty, post, done, late) VALUES (?, 0, '', '', 0, 0)", m); err != nil {
			return raceLost(err, "PRIMARY")
		}
		_, err := exec(tx, "INSERT INTO duty_months (month, org, duty, post, done, late) SELECT month, org, duty, post, COUNT(*), SUM(late) FROM duties_done WHERE month = ? GROUP BY month, org, duty, post", m)
		return err
	})
}

// Accounts counts letters sent to orgs and outcomes about their issues from a day to a day.
func (db *DB) Accounts(ctx context.Context, a Among, from, to workflow.Day) (out AccountCount, err error) {
	if a.On != "" {
		return db.accountsOn(ctx, a, from, to)
	}
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
		}, "SELECT l.rung, COUNT(*), SUM(CASE WHEN "+toBeSigned+" THEN 1 ELSE 0 END) FROM orgs o JOIN issue_letters l ON l.to_org = o.id WHERE "+o.sql+
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
