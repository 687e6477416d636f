package remind_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// morning is when the tests begin: 09:00 on a Tuesday in China.
var morning = time.Date(2026, 3, 31, 1, 0, 0, 0, time.UTC)

const webhookSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// clock is the time that the servers of a test and those who deliver share.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	return c.at
}

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }

// reach allows the servers of the test.
func reach(servers ...*httptest.Server) remind.Reach {
	r := remind.Reach{Networks: loopback()}
	for _, s := range servers {
		r.Hosts = append(r.Hosts, s.URL)
	}
	return r
}

func channels(t testing.TB, s remind.ChannelSettings) []remind.Channel {
	t.Helper()
	c, err := remind.NewChannels(s)
	require.NoError(t, err)
	return c.All()
}

func named(t testing.TB, all []remind.Channel, name string) remind.Channel {
	t.Helper()
	for _, c := range all {
		if c.Name() == name {
			return c
		}
	}
	t.Fatalf("no channel %s", name)
	return nil
}

// robotOf is a robot that writes to a server of the test.
func robotOf(id int64, channel string, server *httptest.Server) store.Robot {
	r := store.Robot{ID: id, Org: 3, Channel: channel, Title: "支部群", Active: true}
	switch channel {
	case store.WeCom:
		r.URL = store.Secret(server.URL + "/cgi-bin/webhook/send?key=KEYTOKEN")
	case store.DingTalk:
		r.URL, r.Secret = store.Secret(server.URL+"/robot/send?access_token=KEYTOKEN"), "SECwhisper"
	case store.Feishu:
		r.URL, r.Secret = store.Secret(server.URL+"/open-apis/bot/v2/hook/KEYTOKEN"), "whisper"
	case store.Webhook:
		r.URL, r.Secret = store.Secret(server.URL+"/hook/KEYTOKEN"), webhookSecret
	}
	return r
}

func putRobot(t testing.TB, db *store.DB, r store.Robot) {
	t.Helper()
	require.NoError(t, db.PutRobot(t.Context(), r, workflow.Line{At: morning, Action: "put_robot"}))
}

// to is a message to a person, or to a robot.
func to(id int64, channel, address string) store.Message {
	m := store.Message{
		ID: id, Key: fmt.Sprint("digest/2026-03-31/", channel, "/", address, "/", id), Org: 3, Channel: channel, Address: address,
		Day: "2026-03-31", Topic: "digest", Subject: "今日整改提醒（2 件）", Body: "XC-0101-2026-0017 将于 4 月 10 日到期\nXC-0101-2026-0018 已逾期 3 天", Created: morning,
	}
	if channel == store.Mail || channel == store.InApp {
		m.Person = 7
	}
	return m
}

func put(t testing.TB, db *store.DB, all ...store.Message) {
	t.Helper()
	fresh, err := db.PutMessages(t.Context(), all)
	require.NoError(t, err)
	require.Len(t, fresh, len(all))
}

// deliverer is one with a name of its own.
func deliverer(t testing.TB, db *store.DB, all []remind.Channel, change ...func(*remind.DelivererConfig)) *remind.Deliverer {
	t.Helper()
	c := remind.DelivererConfig{
		DB: db, Channels: all, Owner: rand.Text(), Now: time.Now, Rand: func() float64 { return 0.5 }, Log: slog.New(slog.DiscardHandler),
	}
	for _, f := range change {
		f(&c)
	}
	d, err := remind.NewDeliverer(c)
	require.NoError(t, err)
	return d
}

func deliver(t testing.TB, d *remind.Deliverer, now time.Time) remind.Report {
	t.Helper()
	report, err := d.Deliver(t.Context(), now)
	require.NoError(t, err)
	return report
}

// theDead are the errors of the messages that were given up.
func theDead(t testing.TB, db *store.DB) (why []string) {
	t.Helper()
	all, err := db.DeadLetters(t.Context(), "", 0, 100)
	require.NoError(t, err)
	for _, m := range all {
		require.NotContains(t, m.Error, "KEYTOKEN", "the key of a robot shows nowhere")
		why = append(why, m.Error)
	}
	return why
}

// answers is a server that says the same to everybody and remembers what it was asked.
func answers(t testing.TB, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server
}

func onSQLite(t *testing.T) *store.DB { return storetest.Open(t, storetest.SQLite(t)) }

// tally counts how often each thing came.
type tally struct {
	mu  sync.Mutex
	all map[string]int
}

func (c *tally) count(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = make(map[string]int)
	}
	c.all[what]++
	return c.all[what]
}

func (c *tally) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.all)
}

// misbehaving is a channel that does what it is told to.
type misbehaving struct {
	name string
	send func(ctx context.Context, d remind.Delivery) error
}

func (m misbehaving) Name() string { return m.name }
func (m misbehaving) Send(ctx context.Context, d remind.Delivery) error {
	return m.send(ctx, d)
}

func digits(id int64) string { return strconv.FormatInt(id, 10) }

func lines(n int, line string) string { return strings.Repeat(line+"\n", n) }
