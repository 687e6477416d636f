package store

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"rectify/workflow"
)

// orgsThen are the orgs of which charges are counted, by how they lay at the end of a past day.
type orgsThen struct {
	levels map[workflow.OrgID]workflow.Level
	orgs   condition // on the row o of an org; it holds for all of them
}

// in is a condition on a column with orgs.
func (o *orgsThen) in(column string) condition {
	return condition{column + " IN (SELECT o.id FROM orgs o WHERE " + o.orgs.sql + ")", o.orgs.args}
}

// orgs finds the orgs of which is asked.
func (b *both) orgs(a Among) (o orgsThen, err error) {
	o = orgsThen{make(map[workflow.OrgID]workflow.Level), a.orgs()}
	if a.Under.Depth() > 0 && len(b.day.roots) > 0 { // what was moved may have been there
		all := []condition{o.orgs}
		for _, column := range placeColumns {
			all = append(all, among("o."+column, b.day.roots, idParam))
		}
		o.orgs = or(all...)
	}
	err = each(b.now, func(scan func(...any) error) error {
		var id workflow.OrgID
		var path string
		if err := scan(&id, &path); err != nil {
			return err
		}
		line, err := parsePath(path)
		if line = b.day.moves.before(line); a.Under.Depth() == 0 || line.Passes(a.Org) {
			o.levels[id] = line.Last().Level
		}
		return err
	}, "SELECT o.id, o.line FROM orgs o WHERE "+o.orgs.sql, o.orgs.args...)
	return o, err
}

// countedAs is what charges are counted by.
type countedAs struct {
	level  workflow.Level
	post   workflow.Post // "" for what is open
	charge workflow.Charge
}

// openOn is OpenCharges at the end of a past day.
func (db *DB) openOn(ctx context.Context, a Among, today workflow.Day) (out []ChargeCount, err error) {
	err = db.onDay(ctx, a.On, func(b both) error {
		all := make(map[countedAs]ChargeCount)
		o, err := b.orgs(a)
		if err != nil {
			return err
		}
		checks, err := b.ownIssues(&o)
		if err != nil {
			return err
		}
		err = b.each(Scope{All: true}, Filter{}, func(tx *gorm.DB, _ Scope, f Filter) error {
			if err := o.openIn(tx, f.still, today, all); err != nil {
				return err
			}
			if err := o.signsIn(tx, f.still, today, all); err != nil {
				return err
			}
			return o.ownIn(tx, f.still, today, checks, all)
		})
		out = make([]ChargeCount, 0, len(all))
		for as, c := range all {
			c.Level, c.Charge = as.level, as.charge
			out = append(out, c)
		}
		return err
	})
	return out, err
}

// openIn adds what waits for the orgs in one part of a past day.
func (o *orgsThen) openIn(tx *gorm.DB, still condition, today workflow.Day, all map[countedAs]ChargeCount) error {
	for _, q := range openCharges {
		where := and(condition{sql: q.where}, ofIssues(q.issue, still))
		if still.sql != "" { // what is laid out is little, and without the orgs
			where = and(o.in(q.org), where)
		}
		late, args := "0", []any{}
		if q.by != "" {
			day := string(max(today, firstDay))
			late, args = "CASE WHEN "+q.by+" < ? THEN 1 ELSE 0 END", []any{day, day}
		}
		if where.sql == "" {
			where.sql = "1 = 1"
		}
		err := each(tx, func(scan func(...any) error) error {
			var org workflow.OrgID
			var c ChargeCount
			err := scan(&org, &c.Charge, &c.Open, &c.Late, &c.Own, &c.OwnLate)
			if c.Late -= c.OwnLate; c.Charge == workflow.Charge(workflow.Closed) {
				c.Charge = workflow.ChargeLookBack
			}
			o.add(all, org, c)
			return err
		}, "SELECT "+q.org+" AS org, "+q.word+" AS charge, COUNT(*), SUM("+late+"), SUM("+q.own+"), SUM("+late+" * "+q.own+") FROM "+q.from+" WHERE "+where.sql+" GROUP BY "+q.org+", charge",
			append(args, where.args...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// add adds what one org answers for, if it is one of them.
func (o *orgsThen) add(all map[countedAs]ChargeCount, org workflow.OrgID, c ChargeCount) {
	if level, ok := o.levels[org]; ok {
		as := countedAs{level, "", c.Charge}
		was := all[as]
		all[as] = ChargeCount{Open: was.Open + c.Open, Late: was.Late + c.Late, Own: was.Own + c.Own, OwnLate: was.OwnLate + c.OwnLate}
	}
}

// signsIn adds what waits for the yes of the orgs, in one part of a past day, while it is the turn of another.
func (o *orgsThen) signsIn(tx *gorm.DB, still condition, today workflow.Day, all map[countedAs]ChargeCount) error {
	where := and(condition{"i.state IN (?, ?)", []any{string(workflow.PlanReview), string(workflow.Verifying)}}, ofIssues("i.id", still))
	if still.sql != "" {
		where = and(o.in("w.org_id"), where)
	}
	return each(tx, func(scan func(...any) error) error {
		var org workflow.OrgID
		var doc []byte
		if err := scan(&org, &doc); err != nil {
			return err
		}
		state, late, err := toSign(doc, org, today)
		if state != "" {
			o.add(all, org, ChargeCount{Charge: workflow.Charge(state), Open: 1, Late: late})
		}
		return err
	}, "SELECT w.org_id, i.doc FROM issue_waits w JOIN issues i ON i.id = w.issue_id AND i.turn <> w.org_id WHERE "+where.sql, where.args...)
}

// ownIssues are the issues that the orgs found by themselves, up to the day, when they were asked to look.
func (b *both) ownIssues(o *orgsThen) (found map[int64]workflow.OrgID, err error) {
	found = make(map[int64]workflow.OrgID)
	in := o.in("org")
	err = each(b.now, func(scan func(...any) error) error {
		var id int64
		var org workflow.OrgID
		err := scan(&id, &org)
		found[id] = org
		return err
	}, "SELECT made_issue, org FROM self_checks WHERE "+in.sql+" AND answer = ? AND answered_at < ? AND made_issue > 0", append(in.args, string(workflow.CheckHave), b.day.end)...)
	return found, err
}

// ownIn marks which of what waits for the orgs in one part of a past day they found by themselves.
func (o *orgsThen) ownIn(tx *gorm.DB, still condition, today workflow.Day, found map[int64]workflow.OrgID, all map[countedAs]ChargeCount) error {
	return inBatches(slices.Sorted(maps.Keys(found)), func(marks string, args []any) error {
		c := and(condition{"id IN (" + marks + ") AND state <> ?", append(args, string(workflow.Closed))}, still)
		return each(tx, func(scan func(...any) error) error {
			var id int64
			var org workflow.OrgID
			var state workflow.State
			var late int
			err := scan(&id, &org, &state, &late)
			if found[id] == org {
				o.add(all, org, ChargeCount{Charge: workflow.Charge(state), Own: 1, OwnLate: late, Late: -late})
			}
			return err
		}, "SELECT id, turn, state, CASE WHEN step_by < ? THEN 1 ELSE 0 END FROM issues WHERE "+c.sql, append([]any{string(max(today, firstDay))}, c.args...)...)
	})
}

// metOn is MetCharges up to the end of a past day, for months of which those that were over then are summed up.
func (db *DB) metOn(ctx context.Context, a Among, all []string, whole func(month string) bool) (out []MetCount, err error) {
	err = db.onDay(ctx, a.On, func(b both) error {
		o, err := b.orgs(a)
		if err != nil {
			return err
		}
		sums := make(map[countedAs]MetCount)
		for _, m := range all {
			query, args := "SELECT org, post, duty, COUNT(*), SUM(late) FROM duties_done WHERE month = ? AND on_day <= ?", []any{m, string(a.On)}
			if whole(m) {
				query, args = "SELECT org, post, duty, SUM(done), SUM(late) FROM duty_months WHERE month = ?", []any{m}
			}
			in := o.in("org")
			err := each(b.now, func(scan func(...any) error) error {
				var org workflow.OrgID
				var c MetCount
				err := scan(&org, &c.Post, &c.Charge, &c.Done, &c.Late)
				if level, ok := o.levels[org]; ok {
					as := countedAs{level, c.Post, c.Charge}
					c.Level, c.Done, c.Late = level, c.Done+sums[as].Done, c.Late+sums[as].Late
					sums[as] = c
				}
				return err
			}, query+" AND "+in.sql+" GROUP BY org, post, duty", append(args, in.args...)...)
			if err != nil {
				return err
			}
		}
		out = make([]MetCount, 0, len(sums))
		for _, c := range sums {
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// accountsOn is Accounts as it was at the end of a past day.
func (db *DB) accountsOn(ctx context.Context, a Among, from, to workflow.Day) (out AccountCount, err error) {
	err = db.onDay(ctx, a.On, func(b both) error {
		out = AccountCount{Letters: map[workflow.Rung]int{}, Outcomes: map[workflow.OutcomeKind]int{}}
		o, err := b.orgs(a)
		if err != nil {
			return err
		}
		err = b.each(Scope{All: true}, Filter{}, func(tx *gorm.DB, _ Scope, f Filter) error {
			where := and(condition{"sent_on >= ? AND sent_on <= ?", []any{string(from), string(to)}}, ofIssues("l.issue_id", f.still))
			if f.still.sql != "" {
				where = and(where, o.in("l.to_org"))
			}
			return each(tx, func(scan func(...any) error) error {
				var org workflow.OrgID
				var rung workflow.Rung
				var n, unsigned int
				err := scan(&org, &rung, &n, &unsigned)
				if _, ok := o.levels[org]; ok {
					out.Letters[rung] += n
					out.Unsigned += unsigned
				}
				return err
			}, "SELECT l.to_org, l.rung, COUNT(*), SUM(CASE WHEN "+toBeSigned+" THEN 1 ELSE 0 END) FROM issue_letters l WHERE "+where.sql+" GROUP BY l.to_org, l.rung", where.args...)
		})
		if err != nil {
			return err
		}
		in := o.in("org")
		return each(b.now, func(scan func(...any) error) error {
			var org workflow.OrgID
			var kind workflow.OutcomeKind
			var n int
			err := scan(&org, &kind, &n)
			if _, ok := o.levels[org]; ok {
				out.Outcomes[kind] += n
			}
			return err
		}, "SELECT org, kind, SUM(persons) FROM issue_outcomes WHERE "+in.sql+" AND on_day >= ? AND on_day <= ? GROUP BY org, kind", append(in.args, string(from), string(min(to, a.On)))...)
	})
	return out, err
}
