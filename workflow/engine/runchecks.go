package engine

import (
	"context"
	"errors"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// checkRungs are the days on which an org hears of a self-check that it has not answered, counted from the last day for the answer; before
// the first, it hears when it is asked. They are this program's own choice.
var checkRungs = [...]int{-3, 1}

// checks puts down who is told of self-checks that wait for an answer: the officers of the org that is asked, its head where it has none.
func (d *dayRun) checks(ctx context.Context) error {
	book := d.e.book.Load()
	for after := workflow.SelfCheckID(0); book.Default.On; {
		open, err := d.e.db.OpenSelfChecks(ctx, after, reckonAtOnce)
		if err != nil {
			return err
		}
		owed, err := d.owedChecks(ctx, book.Default, open)
		if err != nil {
			return err
		}
		fresh, err := d.e.db.PutOwed(ctx, owed)
		if err != nil {
			return err
		}
		d.report.Fresh += len(fresh)
		if len(open) < reckonAtOnce {
			break
		}
		after = open[len(open)-1].ID
	}
	return nil
}

func (d *dayRun) owedChecks(ctx context.Context, rules *remind.Rules, open []workflow.SelfCheck) (out []store.Owed, err error) {
	var orgs []workflow.OrgID
	for n := range open {
		orgs = append(orgs, open[n].Org)
	}
	if err := d.roster.look(ctx, orgs, nil); err != nil {
		return nil, err
	}
	for n := range open {
		c := &open[n]
		rung := c.Due.Until(d.run.Day)
		for at := len(checkRungs) - 1; at >= 0; at-- {
			if rung >= checkRungs[at] {
				rung = checkRungs[at]
				break
			}
		}
		if rung < checkRungs[0] {
			rung = -workflow.DayOf(c.AskedAt).Until(c.Due) // on being asked: the same on every day until the next rung
		}
		to := remind.Address{Org: c.Org, Group: remind.Officers}
		for _, person := range d.roster.meant(rules, &workflow.Issue{}, &to) {
			out = append(out, store.Owed{On: d.run.Day, OwedKey: store.OwedKey{Issue: int64(c.ID), What: whatCheck, Date: c.Due, Rung: strconv.Itoa(rung), Person: person}})
		}
	}
	return out, nil
}

// checkSaid says a self-check to somebody who may still answer it; ok is false for who may not, and for one that was answered.
func (d *dayRun) checkSaid(ctx context.Context, by *workflow.Actor, o *store.Owed) (said remind.Said, ok bool, err error) {
	c, org, _, err := d.e.ownCheck(ctx, by, workflow.SelfCheckID(o.Issue))
	if errors.Is(err, workflow.ErrNotFound) || err == nil && c.Answer != "" {
		return said, false, nil
	}
	asker, failed := d.e.db.Org(ctx, c.AskedFor)
	said = remind.Said{Number: org.Shown(), Title: remind.TitleOf(c.Text), Path: "/self-checks", Late: c.Due.Until(d.run.Day),
		Text: workflow.Say("%s请你单位对照自查，%s前答复有没有", "%s asks whether you have this too; to be answered by %s", asker.Shown(), string(c.Due))}
	return said, true, errors.Join(err, failed)
}
