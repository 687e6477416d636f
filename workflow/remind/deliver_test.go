package remind_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// A person reads in the program what was sent there, whatever hour it is; by mail they get it at the address of their choice, outside
// of their quiet hours; and not at all when they do not want it.
func TestChoicesAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db, p := open(), mailServer(t, remind.MailPlain)
		d := deliverer(t, db, channels(t, remind.ChannelSettings{Mail: p.settings(remind.MailPlain)}))
		choose := func(c store.Choice) {
			c.Person, c.Channel = 7, store.Mail
			require.NoError(t, db.PutChoice(t.Context(), c, workflow.Line{At: morning, Action: "choose_channel"}))
		}
		put(t, db, to(1, store.InApp, ""), to(2, store.Mail, "old@example.gov.cn"), to(3, store.Mail, ""))
		choose(store.Choice{On: true, Address: "new@example.gov.cn", QuietFrom: 12 * 60, QuietUntil: 10 * 60})
		require.Equal(t, remind.Report{Sent: 1, Held: 2}, deliver(t, d, morning))
		unread, err := db.Unread(t.Context(), 7)
		require.NoError(t, err)
		require.Equal(t, 1, unread)
		require.Equal(t, remind.Report{}, deliver(t, d, morning.Add(59*time.Minute)))
		require.Equal(t, remind.Report{Sent: 2}, deliver(t, d, morning.Add(61*time.Minute)), "at ten")
		require.Equal(t, "<new@example.gov.cn>", p.letters[0].Header.Get("To"))
		require.Equal(t, remind.Report{}, deliver(t, d, morning.Add(62*time.Minute)), "once")

		choose(store.Choice{On: false, Address: "new@example.gov.cn"})
		nowhere := to(5, store.Mail, "")
		nowhere.Person = 8
		put(t, db, to(4, store.Mail, "old@example.gov.cn"), nowhere)
		require.Equal(t, remind.Report{Skipped: 2}, deliver(t, d, morning))
		require.Len(t, p.letters, 2)
	})
}

// Days on which nothing ran are no attempts: what failed before them is tried as often as anything else.
func TestAWeekendIsNoAttempt(t *testing.T) {
	var came atomic.Int64
	db := onSQLite(t)
	server := answers(t, func(w http.ResponseWriter, _ *http.Request) {
		if came.Add(1) < 4 {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	putRobot(t, db, robotOf(9, store.Webhook, server))
	put(t, db, to(1, store.Webhook, "9"))
	d := deliverer(t, db, channels(t, remind.ChannelSettings{Reach: reach(server)}))
	for n, days := range []int{0, 3, 6, 9} {
		report := deliver(t, d, morning.AddDate(0, 0, days))
		require.Equal(t, remind.Report{Failed: min(1, 3-n), Sent: n / 3}, report, "day %d", days)
	}
	require.Empty(t, theDead(t, db))
}

func TestRobotThatIsGoneIsSkipped(t *testing.T) {
	db, p := onSQLite(t), &platform{clock: &clock{at: morning}}
	server := p.robots(t)[store.WeCom]
	off, other := robotOf(8, store.WeCom, server), robotOf(9, store.Feishu, server)
	off.Active = false
	putRobot(t, db, off)
	putRobot(t, db, other)
	put(t, db, to(1, store.WeCom, "8"), to(2, store.WeCom, "9"), to(3, store.WeCom, "10"), to(4, store.WeCom, "x"))
	d := deliverer(t, db, channels(t, remind.ChannelSettings{Reach: reach(server)}))
	require.Equal(t, remind.Report{Skipped: 4}, deliver(t, d, morning))
	require.Empty(t, p.came)
}

// A receiver that is down is tried again, later each time, eight times at most; then the message is a dead letter, which a person puts
// back when the receiver is up. A bad key is not tried again at all.
func TestRetriesAndDeadLetters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		var up atomic.Bool
		var came []time.Time
		db, time1 := open(), &clock{at: morning}
		server := answers(t, func(w http.ResponseWriter, r *http.Request) {
			came = append(came, time1.now())
			if !up.Load() {
				w.WriteHeader(http.StatusBadGateway)
			}
		})
		putRobot(t, db, robotOf(9, store.Webhook, server))
		put(t, db, to(1, store.Webhook, "9"))
		d := deliverer(t, db, channels(t, remind.ChannelSettings{Reach: reach(server)}))
		for len(theDead(t, db)) == 0 {
			deliver(t, d, time1.pass(time.Minute))
			require.Less(t, time1.now().Sub(morning), 25*time.Hour)
		}
		require.Len(t, came, 8)
		last := time.Duration(0)
		for n := 1; n < len(came); n++ {
			gap := came[n].Sub(came[n-1])
			require.Greater(t, gap, last)
			require.LessOrEqual(t, gap, 6*time.Hour+2*time.Minute)
			last = gap
		}
		require.Contains(t, theDead(t, db)[0], "502")

		up.Store(true)
		require.Equal(t, remind.Report{}, deliver(t, d, time1.pass(24*time.Hour)), "a dead letter stays where it is")
		line := func(store.Message) workflow.Line { return workflow.Line{At: time1.now(), Action: "again", Person: 5} }
		require.NoError(t, db.Again(t.Context(), []int64{1}, time1.now(), line))
		require.Equal(t, remind.Report{Sent: 1}, deliver(t, d, time1.now()))

		bad := robotOf(10, store.Webhook, server)
		bad.Secret = "whsec_c2hvcnQ="
		putRobot(t, db, bad)
		put(t, db, to(2, store.Webhook, "10"))
		require.Equal(t, remind.Report{Dead: 1}, deliver(t, d, time1.now()))
	})
}

// A channel that panics, and one that hangs, cost the others nothing; the one that hangs is asked no more than it has places.
func TestOneBadChannelStopsNoOther(t *testing.T) {
	db := onSQLite(t)
	over := make(chan struct{})
	var hanging atomic.Int64
	all := append(channels(t, remind.ChannelSettings{}),
		misbehaving{"panics", func(context.Context, remind.Delivery) error { panic("KEYTOKEN") }},
		misbehaving{"hangs", func(context.Context, remind.Delivery) error {
			hanging.Add(1)
			<-over
			return errors.New("late")
		}})
	var messages []store.Message
	for id := range 9 {
		messages = append(messages, to(int64(3*id+1), store.InApp, ""), to(int64(3*id+2), "panics", ""), to(int64(3*id+3), "hangs", ""))
	}
	put(t, db, messages...)
	d := deliverer(t, db, all, func(c *remind.DelivererConfig) { c.Patience, c.Parallel = 500*time.Millisecond, 3 })
	began := time.Now()
	report := deliver(t, d, morning)
	require.Less(t, time.Since(began), time.Minute)
	require.Equal(t, remind.Report{Sent: 9, Failed: 9 + 3, Stuck: []string{"hangs"}}, report)
	require.Equal(t, int64(3), hanging.Load())

	ctx, stop := context.WithCancel(t.Context())
	d2 := deliverer(t, db, all, func(c *remind.DelivererConfig) {
		c.Patience, c.Parallel, c.Every = 500*time.Millisecond, 3, 10*time.Millisecond
	})
	var running sync.WaitGroup
	running.Go(func() { d2.Run(ctx) })
	put(t, db, to(100, store.InApp, ""))
	require.Eventually(t, func() bool {
		n, err := db.Unread(t.Context(), 7)
		return err == nil && n == 10
	}, time.Minute, 10*time.Millisecond, "while the other hangs")
	stop()
	running.Wait()
	close(over)
	require.Eventually(t, func() bool { return len(deliver(t, d, morning).Stuck) == 0 }, time.Minute, 10*time.Millisecond, "it comes back")
}

// Who has one place sends one after the other, as many as there are: a message that has arrived leaves its place before the next is due.
func TestWhatHasArrivedTakesNoPlace(t *testing.T) {
	db := onSQLite(t)
	var messages []store.Message
	for id := range 200 {
		messages = append(messages, to(int64(id+1), store.InApp, ""))
	}
	put(t, db, messages...)
	d := deliverer(t, db, channels(t, remind.ChannelSettings{}), func(c *remind.DelivererConfig) { c.Parallel = 1 })
	require.Equal(t, remind.Report{Sent: 200}, deliver(t, d, morning))
}

// What is on its way when the program is told to stop arrives, and is known to have arrived.
func TestStoppingFinishesWhatIsOnItsWay(t *testing.T) {
	db := onSQLite(t)
	onItsWay, goOn := make(chan struct{}), make(chan struct{})
	slow := misbehaving{"slow", func(ctx context.Context, _ remind.Delivery) error {
		close(onItsWay)
		<-goOn
		return ctx.Err()
	}}
	put(t, db, to(1, "slow", ""))
	d := deliverer(t, db, []remind.Channel{slow}, func(c *remind.DelivererConfig) { c.Every = 10 * time.Millisecond })
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { d.Run(ctx) })
	select {
	case <-onItsWay:
	case <-time.After(time.Minute):
		t.Fatal("it was not sent")
	}
	stop()
	close(goOn)
	running.Wait()
	require.Equal(t, remind.Report{}, deliver(t, deliverer(t, db, []remind.Channel{slow}), time.Now().Add(time.Hour)))
}

// Who was killed with messages in hand leaves them to the next when its lease is over, and not before.
func TestLeaseOfTheKilledEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		put(t, db, to(1, store.InApp, ""), to(2, store.InApp, ""))
		_, err := db.ClaimMessages(t.Context(), "killed", morning, 2*time.Minute, store.InApp, 1)
		require.NoError(t, err)
		d := deliverer(t, db, channels(t, remind.ChannelSettings{}))
		require.Equal(t, remind.Report{Sent: 1}, deliver(t, d, morning))
		require.Equal(t, remind.Report{}, deliver(t, d, morning.Add(time.Minute)))
		require.Equal(t, remind.Report{Sent: 1}, deliver(t, d, morning.Add(2*time.Minute)))
	})
}

// A message that kills whoever sends it does so eight times and no more.
func TestPoisonComesToAnEnd(t *testing.T) {
	db := onSQLite(t)
	put(t, db, to(1, "poison", ""))
	now := morning
	for range 7 {
		claimed, err := db.ClaimMessages(t.Context(), "killed", now, time.Minute, "poison", 1)
		require.NoError(t, err)
		require.Len(t, claimed, 1)
		now = now.Add(time.Minute)
	}
	d := deliverer(t, db, []remind.Channel{misbehaving{"poison", func(context.Context, remind.Delivery) error { return errors.New("no") }}})
	require.Equal(t, remind.Report{Dead: 1}, deliver(t, d, now))
}

// Two deliver at once, and one of them is stopped and begun anew at random moments; the receiver fails now and then. Each message
// arrives, and is seen once by who knows it again by its id; in the program each is there once.
func TestTwoDeliverersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		const n = 150
		a, b := open(), open()
		var came, ids tally
		server := answers(t, func(w http.ResponseWriter, r *http.Request) {
			id, _ := signed(t, r, time.Now())
			if came.count(id); rand.IntN(10) == 0 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			ids.count(id)
		})
		putRobot(t, a, robotOf(9, store.Webhook, server))
		for id := range n {
			put(t, a, to(int64(2*id+1), store.Webhook, "9"), to(int64(2*id+2), store.InApp, ""))
		}
		all := channels(t, remind.ChannelSettings{Reach: reach(server)})
		hurry := func(c *remind.DelivererConfig) { c.Every = 5 * time.Millisecond }
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { deliverer(t, a, all, hurry).Run(ctx) })
		running.Go(func() {
			for ctx.Err() == nil {
				once, end := context.WithTimeout(ctx, time.Duration(rand.IntN(30))*time.Millisecond)
				deliverer(t, b, all, hurry).Run(once)
				end()
			}
		})
		require.Eventually(t, func() bool {
			unread, err := a.Unread(t.Context(), 7)
			return err == nil && unread == n && came.len() == n
		}, 2*time.Minute, 20*time.Millisecond)
		stop()
		running.Wait()
		later := time.Now()
		for ids.len() < n { // what failed has its pause behind it
			later = later.Add(10 * time.Minute)
			deliver(t, deliverer(t, a, []remind.Channel{justNow{named(t, all, store.Webhook)}}), later)
			require.Less(t, time.Until(later), 24*time.Hour)
		}
		for id, times := range ids.all {
			require.Equal(t, 1, times, "%s: nobody was killed, so nothing came twice", id)
		}
		inbox, err := a.Inbox(t.Context(), 7, 0, 500)
		require.NoError(t, err)
		require.Len(t, inbox, n)
		require.Empty(t, theDead(t, a))
	})
}

// justNow signs with the time of the clock on the wall, whatever time the pass is for.
type justNow struct{ remind.Channel }

func (j justNow) Send(ctx context.Context, d remind.Delivery) error {
	d.At = time.Now()
	return j.Channel.Send(ctx, d)
}
