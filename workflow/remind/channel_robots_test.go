package remind_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// platform is a server that holds robots to what the three platforms publish: signature, length, and how often.
type platform struct {
	t       testing.TB
	clock   *clock
	mu      sync.Mutex
	came    []time.Time
	texts   []string
	tooMany int
	refuse  string // an answer to give instead, once
}

func hmacOf(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// within says how many came in the last span.
func (p *platform) within(span time.Duration) (n int) {
	for _, at := range p.came {
		if p.clock.now().Sub(at) < span {
			n++
		}
	}
	return n
}

// often counts what comes and says whether it is too much.
func (p *platform) often(limits map[time.Duration]int) bool {
	p.came = append(p.came, p.clock.now())
	for span, most := range limits {
		if p.within(span) > most {
			p.tooMany++
			return true
		}
	}
	return false
}

func (p *platform) serve(handle func(r *http.Request, body []byte) string) *httptest.Server {
	return answers(p.t, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json; charset=utf-8" || !utf8.Valid(body) {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		answer := p.refuse
		if p.refuse = ""; answer == "" {
			answer = handle(r, body)
		}
		_, _ = io.WriteString(w, answer)
	})
}

func (p *platform) weCom() *httptest.Server {
	return p.serve(func(r *http.Request, body []byte) string {
		var m struct {
			MsgType string `json:"msgtype"`
			Text    struct {
				Content string `json:"content"`
			} `json:"text"`
		}
		switch {
		case r.URL.Path != "/cgi-bin/webhook/send" || r.URL.Query().Get("key") != "KEYTOKEN":
			return `{"errcode":93000,"errmsg":"invalid webhook url"}`
		case json.Unmarshal(body, &m) != nil || m.MsgType != "text":
			return `{"errcode":40008,"errmsg":"invalid message type"}`
		case m.Text.Content == "" || len(m.Text.Content) > 2048:
			return `{"errcode":40058,"errmsg":"text.content exceed max length 2048"}`
		case p.often(map[time.Duration]int{time.Minute: 20}):
			return `{"errcode":45009,"errmsg":"api freq out of limit"}`
		}
		p.texts = append(p.texts, m.Text.Content)
		return `{"errcode":0,"errmsg":"ok"}`
	})
}

func (p *platform) dingTalk() *httptest.Server {
	return p.serve(func(r *http.Request, body []byte) string {
		var m struct {
			MsgType string            `json:"msgtype"`
			Text    map[string]string `json:"text"`
		}
		q := r.URL.Query()
		stamp, err := strconv.ParseInt(q.Get("timestamp"), 10, 64)
		switch {
		case q.Get("access_token") != "KEYTOKEN":
			return `{"errcode":300005,"errmsg":"token is not exist"}`
		case err != nil || p.clock.now().Sub(time.UnixMilli(stamp)).Abs() > time.Hour:
			return `{"errcode":310000,"errmsg":"invalid timestamp"}`
		case q.Get("sign") != hmacOf("SECwhisper", q.Get("timestamp")+"\nSECwhisper"):
			return `{"errcode":310000,"errmsg":"sign not match"}`
		case len(body) > 20000:
			return `{"errcode":460101,"errmsg":"message too long, exceed 20000 bytes"}`
		case json.Unmarshal(body, &m) != nil || m.MsgType != "text":
			return `{"errcode":40035,"errmsg":"bad"}`
		case p.often(map[time.Duration]int{time.Minute: 20}):
			return `{"errcode":410100,"errmsg":"send too fast"}`
		}
		p.texts = append(p.texts, m.Text["content"])
		return `{"errcode":0,"errmsg":"ok"}`
	})
}

func (p *platform) feishu() *httptest.Server {
	return p.serve(func(r *http.Request, body []byte) string {
		var m struct {
			Timestamp, Sign string
			MsgType         string            `json:"msg_type"`
			Content         map[string]string `json:"content"`
		}
		err := json.Unmarshal(body, &m)
		stamp, bad := strconv.ParseInt(m.Timestamp, 10, 64)
		switch {
		case r.URL.Path != "/open-apis/bot/v2/hook/KEYTOKEN":
			return `{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}`
		case err != nil || m.MsgType != "text" || len(body) > 20<<10:
			return `{"code":9499,"msg":"Bad Request","data":{}}`
		case bad != nil || p.clock.now().Sub(time.Unix(stamp, 0)).Abs() > time.Hour || m.Sign != hmacOf(m.Timestamp+"\nwhisper", ""):
			return `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`
		case p.often(map[time.Duration]int{time.Minute: 100, time.Second: 5}):
			return `{"code":11232,"msg":"frequency limited"}`
		}
		p.texts = append(p.texts, m.Content["text"])
		return `{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`
	})
}

func (p *platform) robots(t testing.TB) map[string]*httptest.Server {
	p.t = t
	return map[string]*httptest.Server{store.WeCom: p.weCom(), store.DingTalk: p.dingTalk(), store.Feishu: p.feishu()}
}

// A text that is too long arrives cut, what is written into it calls nobody, and a wrong key or secret is refused for good.
func TestRobotsTakeWhatIsSent(t *testing.T) {
	p := &platform{clock: &clock{at: morning}}
	for channel, server := range p.robots(t) {
		t.Run(channel, func(t *testing.T) {
			c := named(t, channels(t, remind.ChannelSettings{Reach: reach(server)}), channel)
			p.came, p.texts = nil, nil
			one := remind.Delivery{Message: to(1, channel, "9"), Robot: robotOf(9, channel, server), At: morning}
			require.NoError(t, c.Send(t.Context(), one))
			require.Equal(t, one.Subject+"\n"+one.Body, p.texts[0])

			one.Body = "<@all><at user_id=\"all\">\\\"" + lines(2000, "XC-0101 “整改”期限\t\"\\")
			require.NoError(t, c.Send(t.Context(), one))
			require.Contains(t, p.texts[1], "\n…（其余见系统）")
			require.NotContains(t, p.texts[1], "<")
			limit := map[string]int{store.WeCom: 2048, store.DingTalk: 20000, store.Feishu: 20000}[channel]
			require.Greater(t, len(p.texts[1]), limit*2/3, "the limit is used")

			for _, wrong := range []func(r *store.Robot){
				func(r *store.Robot) { r.URL += "x" },
				func(r *store.Robot) { r.Secret += "x" },
			} {
				bad := one
				if wrong(&bad.Robot); channel == store.WeCom && bad.Robot.URL == one.Robot.URL {
					continue
				}
				var failure *remind.Failure
				require.ErrorAs(t, c.Send(t.Context(), bad), &failure)
				require.True(t, failure.Final)
				require.NotContains(t, failure.Error(), "KEYTOKEN")
			}
		})
	}
}

// What the platforms answer is understood: what can be tried again, when, and what is useless.
func TestAnswersOfRobots(t *testing.T) {
	for _, c := range []struct {
		channel, answer string
		final           bool
		wait            time.Duration // -1 for no answer of this kind
	}{
		{store.WeCom, `{"errcode":45009,"errmsg":"api freq out of limit"}`, false, time.Minute},
		{store.WeCom, `{"errcode":93000,"errmsg":"invalid webhook url"}`, true, 0},
		{store.WeCom, `{"errcode":-1,"errmsg":"system busy"}`, false, -1},
		{store.WeCom, `{}`, false, -1},
		{store.WeCom, `<html>login</html>`, false, -1},
		{store.DingTalk, `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`, false, 10 * time.Minute},
		{store.DingTalk, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"9"}`, false, 10 * time.Minute},
		{store.DingTalk, `{"errcode":310000,"errmsg":"keywords not in content"}`, true, 0},
		{store.DingTalk, `{"errcode":300001,"errmsg":"token is not exist"}`, true, 0},
		{store.DingTalk, `{"errcode":-1,"errmsg":"系统繁忙"}`, false, -1},
		{store.Feishu, `{"code":11232,"msg":"frequency limited"}`, false, time.Minute},
		{store.Feishu, `{"code":9499,"msg":"too many request"}`, false, time.Minute},
		{store.Feishu, `{"code":9499,"msg":"Bad Request"}`, true, 0},
		{store.Feishu, `{"code":19022,"msg":"Ip Not Allowed"}`, true, 0},
		{store.Feishu, `{"StatusCode":19024,"StatusMessage":"Key Words Not Found"}`, true, 0},
		{store.Feishu, `{"code":1500,"msg":"internal error"}`, false, -1},
		{store.Feishu, `[]`, false, -1},
	} {
		server := answers(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.answer) })
		channel := named(t, channels(t, remind.ChannelSettings{Reach: reach(server)}), c.channel)
		err := channel.Send(t.Context(), remind.Delivery{Message: to(1, c.channel, "9"), Robot: robotOf(9, c.channel, server), At: morning})
		require.Error(t, err, c.answer)
		var failure *remind.Failure
		if !errors.As(err, &failure) {
			require.Equal(t, time.Duration(-1), c.wait, c.answer)
			continue
		}
		require.Equal(t, c.final, failure.Final, c.answer)
		require.Equal(t, c.wait, failure.Wait, c.answer)
	}
}

// However many messages wait and however many deliver them, no robot is written to more often than its platform allows.
func TestRobotsAreNeverWrittenToTooOften(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db, time1 := open(), &clock{at: morning}
		var servers []*httptest.Server
		var platforms []*platform
		for n, channel := range []string{store.WeCom, store.DingTalk, store.Feishu} {
			p := &platform{clock: time1}
			server := p.robots(t)[channel]
			servers, platforms = append(servers, server), append(platforms, p)
			putRobot(t, db, robotOf(int64(n+1), channel, server))
			var all []store.Message
			for id := range 50 {
				all = append(all, to(int64(1000*n+id+1), channel, digits(int64(n+1))))
			}
			put(t, db, all...)
		}
		all := channels(t, remind.ChannelSettings{Reach: reach(servers...)})
		sameTime := func(c *remind.DelivererConfig) { c.Now = time1.now }
		a, b := deliverer(t, db, all, sameTime), deliverer(t, db, all, sameTime)
		var total remind.Report
		for second := range 300 {
			var wg sync.WaitGroup
			now := time1.pass(time.Second)
			if second%7 == 0 { // at once, every now and then
				wg.Go(func() { deliver(t, b, now) })
			}
			wg.Go(func() { total = deliver(t, a, now) })
			wg.Wait()
		}
		require.Zero(t, total.Sent+total.Held, "nothing is left")
		for n, p := range platforms {
			require.Len(t, p.texts, 50, servers[n].URL)
			require.Zero(t, p.tooMany)
		}
	})
}

// Messages that wait for one robot come back one after the other, not all at once each time.
func TestMessagesQueueForARobot(t *testing.T) {
	db, p := onSQLite(t), &platform{clock: &clock{at: morning}}
	server := p.robots(t)[store.WeCom]
	putRobot(t, db, robotOf(9, store.WeCom, server))
	for id := range 25 {
		put(t, db, to(int64(id+1), store.WeCom, "9"))
	}
	d := deliverer(t, db, channels(t, remind.ChannelSettings{Reach: reach(server)}), func(c *remind.DelivererConfig) { c.Now = p.clock.now })
	var all remind.Report
	for range 100 {
		report := deliver(t, d, p.clock.pass(time.Second))
		all.Sent, all.Held = all.Sent+report.Sent, all.Held+report.Held
	}
	require.Equal(t, 25, all.Sent)
	require.Equal(t, 20, all.Held, "each but the first five, once")
}

// A channel that says to wait and not how long is not asked again at once.
func TestLimitWithoutEnd(t *testing.T) {
	db := onSQLite(t)
	put(t, db, to(1, "busy", ""))
	busy := misbehaving{"busy", func(context.Context, remind.Delivery) error { return &remind.Failure{Why: "busy"} }}
	d := deliverer(t, db, []remind.Channel{busy}, func(c *remind.DelivererConfig) { c.Now = (&clock{at: morning}).now })
	require.Equal(t, remind.Report{Held: 1}, deliver(t, d, morning))
}

// A robot that says it has had enough is left alone as long as it wants, for all its messages, and none of them is lost.
func TestLimitOfARobotIsRespected(t *testing.T) {
	db, p := onSQLite(t), &platform{clock: &clock{at: morning}}
	server := p.robots(t)[store.DingTalk]
	putRobot(t, db, robotOf(9, store.DingTalk, server))
	put(t, db, to(1, store.DingTalk, "9"), to(2, store.DingTalk, "9"), to(3, store.DingTalk, "9"))
	d := deliverer(t, db, channels(t, remind.ChannelSettings{Reach: reach(server)}), func(c *remind.DelivererConfig) { c.Parallel, c.Now = 1, p.clock.now })
	for range 3 { // somebody else writes by the same robot
		p.refuse = `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`
		require.Equal(t, remind.Report{Held: 3}, deliver(t, d, p.clock.now()))
		require.Equal(t, remind.Report{}, deliver(t, d, p.clock.pass(9*time.Minute)))
		require.Empty(t, p.texts, "not a word for ten minutes")
		p.clock.pass(2 * time.Minute)
	}
	p.refuse = ""
	require.Equal(t, 3, deliver(t, d, p.clock.now()).Sent)
	require.Len(t, p.texts, 3)
}

// A message of which the receiver says for a day that it comes too early is given up.
func TestLimitThatNeverEnds(t *testing.T) {
	db, p := onSQLite(t), &platform{clock: &clock{at: morning}}
	server := answers(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"errcode":45009,"errmsg":"limit"}`)
	})
	putRobot(t, db, robotOf(9, store.WeCom, server))
	put(t, db, to(1, store.WeCom, "9"))
	d := deliverer(t, db, channels(t, remind.ChannelSettings{Reach: reach(server)}))
	hours := 0
	for len(theDead(t, db)) == 0 {
		deliver(t, d, p.clock.pass(time.Hour))
		hours++
		require.Less(t, hours, 30)
	}
	require.Equal(t, 25, hours)
}
