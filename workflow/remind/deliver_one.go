package remind

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// The reasons for which a message is not sent, beside a *Failure and other errors of channels.
type (
	held struct { // it waits
		until time.Time
		why   string
	}
	skipped struct{ why string } // it is not wanted
)

// Error says why it waits.
func (h *held) Error() string { return h.why }

// Error says why it is not wanted.
func (s *skipped) Error() string { return s.why }

// errArrived is what became of a message that the other side has taken.
var errArrived = errors.New("arrived")

// receivers is what is known of those whom some messages are for.
type receivers struct {
	channel string
	site    string
	choices map[workflow.PersonID]store.Choice
	robots  map[int64]store.Robot
}

func (d *Deliverer) receivers(ctx context.Context, channel string, all []store.Message) (r receivers, err error) {
	r.channel, r.site = channel, d.Site
	var people []workflow.PersonID
	var robots []int64
	for n := range all {
		people = append(people, all[n].Person)
		if id, err := strconv.ParseInt(all[n].Address, 10, 64); err == nil && byRobot(channel) {
			robots = append(robots, id)
		}
	}
	if channel == store.InApp { // it is heard by nobody who does not look: there are no quiet hours for it, and it is never off
		return r, nil
	}
	if r.choices, err = d.DB.ChoicesFor(ctx, people, channel); err != nil {
		return r, err
	}
	r.robots, err = d.DB.RobotsByID(ctx, robots)
	return r, err
}

// byRobot says whether a channel writes to what an org set up, and not to a person.
func byRobot(channel string) bool {
	switch channel {
	case store.WeCom, store.DingTalk, store.Feishu, store.Webhook:
		return true
	}
	return false
}

// address is the message with where it goes now, or why it does not go.
func (r *receivers) address(m store.Message, at time.Time) (Delivery, error) {
	d := Delivery{Message: m, At: at}
	if r.channel != store.InApp {
		d.Body = withSite(r.site, d.Body)
	}
	if c, chosen := r.choices[m.Person]; chosen {
		if !c.On {
			return d, &skipped{"本人已关闭此渠道 turned off by the receiver"}
		}
		if c.Address != "" {
			d.Address = c.Address
		}
		if until := QuietUntil(c, at); !until.IsZero() {
			return d, &held{until, "免打扰时间 quiet hours"}
		}
	}
	switch {
	case byRobot(r.channel):
		id, err := strconv.ParseInt(m.Address, 10, 64)
		robot, there := r.robots[id]
		if err != nil || !there || !robot.Active || robot.Channel != r.channel {
			return d, &skipped{"机器人已停用或删除 the robot is gone"}
		}
		d.Robot = robot
	case r.channel == store.Mail && d.Address == "":
		return d, &skipped{"没有邮箱地址 no mail address"}
	}
	return d, nil
}

// turn waits for the turn of a robot, in the first result. Those that wait for the same one come back one after the other.
func (d *Deliverer) turn(ctx context.Context, channel string, one *Delivery, waiting map[int64]int) (put, err error) {
	p := paceOf(channel)
	var wait time.Duration
	err = d.DB.PaceRobot(ctx, one.Robot.ID, func(free time.Time) (next time.Time) {
		next, wait = p.turn(free, one.At)
		return next
	})
	if err != nil || wait == 0 {
		return nil, err
	}
	wait += time.Duration(waiting[one.Robot.ID]) * p.every
	waiting[one.Robot.ID]++
	return &held{one.At.Add(wait), "排队等候机器人的发送频次 waits for its turn"}, nil
}

// send gives a message to the channel and waits for it as long as the patience lasts. When the channel does not come back it keeps its
// place.
func (d *Deliverer) send(ctx context.Context, l *lane, one Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, d.Patience)
	defer cancel()
	answer := make(chan error, 1)
	select {
	case l.places <- struct{}{}:
	case <-ctx.Done():
		return errors.New("渠道没有空位 the channel has no place")
	}
	go func() {
		err := d.hand(ctx, l, one)
		<-l.places // before the answer: whoever hears that all have come back must not find places taken
		answer <- err
	}()
	var err error
	select {
	case err = <-answer:
	case <-ctx.Done():
		err = fmt.Errorf("没有回音 no answer within %v", d.Patience)
	}
	if err == nil {
		return errArrived
	}
	return err
}

// hand hands a message to the channel. When that panics it is an error.
func (d *Deliverer) hand(ctx context.Context, l *lane, one Delivery) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			d.Log.ErrorContext(ctx, "channel panicked", "channel", l.name, "message", one.Message.ID, "stack", string(debug.Stack()))
			err = errors.New("程序出错 fault of the program")
		}
	}()
	return l.Send(ctx, one)
}

// settle writes down what became of a message.
func (d *Deliverer) settle(ctx context.Context, channel string, one Delivery, put error) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, settleIn)
	defer cancel()
	m, at := one.Message, one.At
	var wait *held
	var unwanted *skipped
	var failure *Failure
	switch {
	case errors.Is(put, errArrived):
		return Report{Sent: 1}, d.DB.Sent(ctx, m, at)
	case errors.As(put, &wait):
		return Report{Held: 1}, d.DB.Held(ctx, m, wait.until, wait.why)
	case errors.As(put, &unwanted):
		return Report{Skipped: 1}, d.DB.Skipped(ctx, m, unwanted.why)
	case errors.As(put, &failure) && !failure.Final && (m.Tried.IsZero() || at.Sub(m.Tried) < maxTrying):
		return Report{Held: 1}, d.limited(ctx, channel, one, failure)
	case errors.As(put, &failure), m.Attempts >= maxAttempts:
		d.Log.WarnContext(ctx, "message given up", "channel", channel, "message", m.ID, "attempts", m.Attempts, "error", put)
		return Report{Dead: 1}, d.DB.Dead(ctx, m, at, put.Error())
	}
	return Report{Failed: 1}, d.DB.Failed(ctx, m, at, at.Add(backoff(m.Attempts, d.Rand())), put.Error())
}

// limited puts a message back until its receiver takes messages again, and leaves a robot alone until then.
func (d *Deliverer) limited(ctx context.Context, channel string, one Delivery, f *Failure) error {
	m, until := one.Message, one.At.Add(max(f.Wait, time.Second))
	if m.Tried.IsZero() {
		m.Tried = one.At // it may not go on like this for ever
	}
	if one.Robot.ID != 0 {
		p := paceOf(channel)
		err := d.DB.PaceRobot(ctx, one.Robot.ID, func(free time.Time) time.Time { return p.silence(free, until) })
		if err != nil {
			return err
		}
	}
	return d.DB.Held(ctx, m, until, f.Why)
}
