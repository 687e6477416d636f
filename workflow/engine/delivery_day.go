package engine

import (
	"context"
	"fmt"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// robots writes to the robots of each org how many issues below it are late or soon will be: one message a day at most, with no name of a
// person and no word of a problem, because a group may have members who may not see them. Put again, they are there already.
func (d *dayRun) robots(ctx context.Context) error {
	if !d.e.book.Load().Default.On {
		return nil
	}
	all, err := d.e.db.AllRobots(ctx)
	if err != nil {
		return err
	}
	told := make(map[workflow.OrgID]*remind.UnitDigest)
	var messages []store.Message
	for n := range all {
		r := &all[n]
		if !r.Active {
			continue
		}
		if told[r.Org] == nil {
			if told[r.Org], err = d.unit(ctx, r.Org); err != nil {
				return err
			}
		}
		u := told[r.Org]
		if u.Empty() {
			continue
		}
		m := toRobot(r, fmt.Sprintf("unit/%d/%s", r.ID, d.run.Day))
		m.ID, m.Day, m.Topic, m.Created = d.e.newID(), d.run.Day, topicUnit, d.e.moment()
		m.Subject, m.Body = u.Subject().Zh, u.Body().Zh
		messages = append(messages, m)
	}
	_, err = d.e.db.PutMessages(ctx, messages)
	return err
}

// unit counts what is open below an org.
func (d *dayRun) unit(ctx context.Context, id workflow.OrgID) (*remind.UnitDigest, error) {
	org, err := d.e.db.Org(ctx, id)
	if err != nil {
		return nil, err
	}
	counts, err := d.e.db.Tally(ctx, store.Scope{Subtrees: []workflow.Lineage{org.Line}}, Filter{Under: org.Line, Today: d.run.Day})
	if err != nil {
		return nil, err
	}
	u := &remind.UnitDigest{Name: org.Shown(), Org: id, Day: d.run.Day, Overdue: counts.ByLight[workflow.LightOverdue], Soon: counts.ByLight[workflow.LightSoon],
		Unsigned: counts.ByState[workflow.Assigned], Verifying: counts.ByState[workflow.Verifying]}
	u.Open = counts.Total - counts.ByPhase[workflow.PhaseEnd] - counts.ByState[workflow.Closed]
	return u, nil
}
