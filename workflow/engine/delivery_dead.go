package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// againAtOnce is how many dead letters are put back in one transaction.
const againAtOnce = 100

// DeliveryFigure is what became of the messages of one channel.
type DeliveryFigure struct {
	Channel string
	Offered bool // the program can send by it
	Waiting int
	Oldest  time.Time // when the first of those that wait was due, or is; zero for none
	Sent    int       // of those that were due today
	Skipped int       // likewise: turned off by the receiver
	Dead    int       // all that are given up
}

// DeadLetter is a message that was given up, without what it says.
type DeadLetter struct {
	ID       int64
	Channel  string
	Topic    workflow.Text
	Day      workflow.Day
	To       string // the name of the person, or of the robot and its org
	Address  string // of a mail
	Attempts int
	Error    string // in both languages
	Created  time.Time
	Tried    time.Time // first
}

// Delivery says how the delivery of messages stands, by channel in their order. Only the system administrator may.
func (e *Engine) Delivery(ctx context.Context, by workflow.Actor) ([]DeliveryFigure, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return nil, err
	}
	found, err := e.db.MessageFigures(ctx, e.Today().Time())
	if err != nil {
		return nil, err
	}
	out := make([]DeliveryFigure, 0, 6)
	for _, channel := range []string{store.InApp, store.Mail, store.WeCom, store.DingTalk, store.Feishu, store.Webhook} {
		f := DeliveryFigure{Channel: channel, Offered: channel != store.Mail || e.reachesPeople(store.Mail)}
		for _, x := range found {
			if x.Channel != channel {
				continue
			}
			switch x.State {
			case store.MessageWaiting:
				f.Waiting, f.Oldest = x.N, x.Oldest
			case store.MessageSent:
				f.Sent = x.N
			case store.MessageSkipped:
				f.Skipped = x.N
			case store.MessageDead:
				f.Dead = x.N
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// DeadLetters lists messages that were given up, the newest first, of one channel or ("") of all. Before is the id of the last one of the
// page before, 0 for the first. Only the system administrator may, and is not shown what they say.
func (e *Engine) DeadLetters(ctx context.Context, by workflow.Actor, channel string, before int64, limit int) ([]DeadLetter, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return nil, err
	}
	if limit < 1 || limit > PageLimit {
		return nil, badLimit()
	}
	found, err := e.db.DeadLetters(ctx, channel, before, limit)
	if err != nil {
		return nil, err
	}
	to, err := e.receivers(ctx, found)
	if err != nil {
		return nil, err
	}
	out := make([]DeadLetter, len(found))
	for n := range found {
		m := &found[n]
		out[n] = DeadLetter{ID: m.ID, Channel: m.Channel, Topic: topicText(m.Topic), Day: m.Day, To: to[n], Attempts: m.Attempts, Error: m.Error,
			Created: m.Created, Tried: m.Tried}
		if m.Channel == store.Mail {
			out[n].Address = m.Address
		}
	}
	return out, nil
}

// receivers names those whom some messages are for.
func (e *Engine) receivers(ctx context.Context, all []store.Message) ([]string, error) {
	var people []workflow.PersonID
	var orgs []workflow.OrgID
	var robots []int64
	for n := range all {
		people, orgs = append(people, all[n].Person), append(orgs, all[n].Org)
		if id, err := strconv.ParseInt(all[n].Address, 10, 64); err == nil {
			robots = append(robots, id)
		}
	}
	names, err := e.names(ctx, people)
	if err != nil {
		return nil, err
	}
	in, err := e.db.OrgsByID(ctx, orgs)
	if err != nil {
		return nil, err
	}
	known, err := e.db.RobotsByID(ctx, robots)
	out := make([]string, len(all))
	for n := range all {
		if out[n] = names[all[n].Person]; all[n].Person == 0 {
			id, _ := strconv.ParseInt(all[n].Address, 10, 64)
			org := in[all[n].Org]
			out[n] = org.Shown() + " " + known[id].Title
		}
	}
	return out, err
}

// topicText says what a message is about.
func topicText(topic string) workflow.Text {
	switch topic {
	case topicDigest:
		return workflow.Say("每日提醒", "daily digest")
	case topicUnit:
		return workflow.Say("单位每日提醒", "daily digest of a unit")
	case topicTry:
		return workflow.Say("试发", "test message")
	}
	return workflow.Text{Zh: topic, En: topic}
}

// SendAgain puts dead letters back, to be sent as if they were never tried, with a line of history each, and one about who did it. Only the system administrator may.
//
// Errors: ErrForbidden; ErrNotFound with the code no_dead_letter when none of them is one by now.
func (e *Engine) SendAgain(ctx context.Context, by workflow.Actor, ids []int64) error {
	as, err := administers(&by, "system_admin")
	if err != nil {
		return err
	}
	by.As.Appointment = as
	at := e.moment()
	err = e.db.Again(ctx, ids, at, func(m store.Message) workflow.Line {
		return e.note(&by, store.KindMessage, m.ID, "sent_again", m.Channel+" "+m.Error, nil)
	})
	if err != nil {
		return err
	}
	return e.db.Note(ctx, e.note(&by, KindAccount, int64(by.Person), "sent_again", fmt.Sprintf("未送达的消息%d条", len(ids)), nil))
}

// SendAllAgain puts all dead letters of a channel, or ("") of all, back, as SendAgain, and returns how many. It may be broken off and
// called again.
func (e *Engine) SendAllAgain(ctx context.Context, by workflow.Actor, channel string) (n int, err error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return 0, err
	}
	for before := int64(0); ; {
		found, err := e.db.DeadLetters(ctx, channel, before, againAtOnce)
		if err != nil || len(found) == 0 {
			return n, err
		}
		ids := make([]int64, len(found))
		for at := range found {
			ids[at] = found[at].ID
		}
		err = e.SendAgain(ctx, by, ids)
		if err != nil && !errors.Is(err, workflow.ErrNotFound) { // somebody else has put all of these back
			return n, err
		}
		if err == nil {
			n += len(ids)
		}
		before = slices.Min(ids)
	}
}
