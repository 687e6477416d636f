package main

import (
	"crypto/rand"
	_ "embed" // the reminder rules of one list
	"errors"
	"log/slog"
	randv2 "math/rand/v2"
	"time"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
)

// demoStrict are the reminder rules of the list of the inspection.
//
//go:embed demo/reminders.yaml
var demoStrict string

const (
	demoLastRun = 159           // the working day before today or the last one; the run of today is that of the program itself
	demoDaily   = 24            // so many of the last days have a run each; before, one a week, so that the demonstration is ready soon
	demoWeek    = 5             // working days
	demoRunAt   = 8 * time.Hour // of the day, in China
)

// planDays is what happens on its days rather than to one issue: the daily runs, reminder rules, a hand-over, a stand-in and two draws.
func (c *city) planDays() {
	for day := 1; day <= demoLastRun; day++ {
		if day%demoWeek == 0 || day > demoLastRun-demoDaily {
			c.on(day, "daily run", c.run)
		}
	}
	c.on(inspectionDay+1, "reminder rules", c.strict)
	c.on(demoHandover, "hand-over", c.handOver)
	c.on(101, "recusal", c.declare)
	c.on(153, "stand-in", c.standIn)
	var draw int64
	c.on(142, "draw announced", func() (err error) {
		draw, err = c.announce("zoujie", engine.DrawPlan{Org: c.orgs["0100"], From: c.day(70), To: c.day(140), Size: 2, On: c.day(144)})
		return err
	})
	c.on(144, "draw", func() error { return c.draw("zoujie", draw) })
	c.on(150, "look-back", func() error { return c.lookBack(draw) })
	c.planTold()
	c.on(157, "all is read", c.read)
	c.on(157, "draw to come", func() error {
		_, err := c.announce("mengzhao", engine.DrawPlan{Org: c.orgs["00"], From: c.day(20), To: c.day(156), Size: 3, On: c.day(170)})
		return err
	})
}

// run is the daily run of the program; what it says is delivered within the program.
func (c *city) run() error {
	c.clock.now = workflow.DayOf(c.clock.now).Time().Add(demoRunAt)
	if _, err := c.o.engine.RunDay(c.ctx, workflow.DayOf(c.clock.now)); err != nil {
		return err
	}
	_, err := c.deliverer.Deliver(c.ctx, c.clock.now)
	return err
}

// demoDeliverer delivers what is said in the story; what would leave the program is given up, so that the page of such messages shows some.
func demoDeliverer(o *opened, now func() time.Time) (*remind.Deliverer, error) {
	var none *remind.Channels
	return remind.NewDeliverer(remind.DelivererConfig{DB: o.db, Channels: none.Inside(), Owner: rand.Text(), Now: now, Rand: randv2.Float64,
		Log: slog.New(slog.DiscardHandler)})
}

// read lets everybody have read what they were told.
func (c *city) read() error {
	for account := range c.people {
		by, err := c.o.engine.ActorNamed(c.ctx, account)
		if err != nil {
			return err
		}
		inbox, err := c.o.engine.Inbox(c.ctx, by, 0, 1)
		if err == nil && len(inbox) == 1 {
			err = c.o.engine.InboxSeen(c.ctx, by, inbox[0].ID)
		}
		if err = errors.Join(err, c.o.engine.NoticesSeen(c.ctx, by, c.clock.now)); err != nil {
			return err
		}
	}
	return nil
}

// strict gives the list of the inspection reminder rules of its own: the light turns earlier, and the leader hears earlier.
func (c *city) strict() error {
	by, err := c.o.engine.ActorNamed(c.ctx, "chenglang")
	if err != nil {
		return err
	}
	if _, err := c.o.engine.ChangeReminderRules(c.ctx, by, c.lists["I"], demoStrict, engine.AnyRev, false); err != nil {
		return err
	}
	_, err = c.o.engine.Reckon(c.ctx)
	return err
}

// handOver gives what the secretary who retires holds to the new one, in one act.
func (c *city) handOver() error {
	by, err := c.o.engine.ActorNamed(c.ctx, "handong")
	if err != nil {
		return err
	}
	done, err := c.o.engine.HandOver(c.ctx, by, "", engine.HandOver{From: c.people["gongping"], To: c.people["caoyang"], Org: c.orgs["0203"],
		Note: "龚平同志退休，名下问题移交曹阳同志"})
	if err == nil && !done.Done {
		err = errors.New("nothing was handed over")
	}
	return err
}

// declare has the inspector say that she has no ties with those whom she is to look at: before that she sees nothing.
func (c *city) declare() error {
	by, err := c.o.engine.ActorNamed(c.ctx, "wenlan")
	if err != nil {
		return err
	}
	all, err := c.o.engine.Mandates(c.ctx, by, 0, 1)
	for _, m := range all {
		_, err = c.o.engine.Declare(c.ctx, by, m.ID, engine.Declaration{None: true})
	}
	return err
}

// standIn lets an officer stand in for the deputy secretary, who is away for a course.
func (c *city) standIn() error {
	by, err := c.o.engine.ActorNamed(c.ctx, "gusen")
	if err != nil {
		return err
	}
	_, err = c.o.engine.Appoint(c.ctx, by, engine.Appointment{Account: "tangyue", Org: c.orgs["0200"], Post: "committee_deputy", From: c.day(155),
		Until: c.day(166), StandInFor: "handong"})
	return err
}

func (c *city) announce(who string, plan engine.DrawPlan) (int64, error) {
	by, err := c.o.engine.ActorNamed(c.ctx, who)
	if err != nil {
		return 0, err
	}
	d, err := c.o.engine.AnnounceDraw(c.ctx, by, plan)
	return d.ID, err
}

func (c *city) draw(who string, id int64) error {
	by, err := c.o.engine.ActorNamed(c.ctx, who)
	if err == nil {
		_, err = c.o.engine.HoldDraw(c.ctx, by, id)
	}
	return err
}

// lookBack finds that the first issue of a draw has kept; the others are still to be looked at.
func (c *city) lookBack(draw int64) error {
	drawn, err := c.o.engine.DrawProof(c.ctx, draw)
	if err != nil {
		return err
	}
	by, err := c.o.engine.ActorNamed(c.ctx, "fangyi")
	if err != nil {
		return err
	}
	view, err := c.o.engine.IssueNumbered(c.ctx, by, drawn.Drawn[0])
	if err != nil {
		return err
	}
	i := &view.Issue
	if by, err = c.o.engine.ActorNamed(c.ctx, castOf(c.units[i.Responsible], i.Grade).closer); err != nil {
		return err
	}
	_, err = c.o.engine.Do(c.ctx, by, i.ID, i.Version, "", workflow.Step{Action: workflow.LookBackAt,
		Note: "查阅近两个月资料并现场询问，制度在执行，没有反弹"})
	return err
}
