package remind_test

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// signed checks a request as the Standard Webhooks specification tells receivers to, and returns its id.
func signed(t testing.TB, r *http.Request, now time.Time) (id string, body []byte) {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	id, stamp := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	seconds, bad := strconv.ParseInt(stamp, 10, 64)
	key, odd := base64.StdEncoding.DecodeString(strings.TrimPrefix(webhookSecret, "whsec_"))
	want := "v1," + hmacOf(string(key), id+"."+stamp+"."+string(body))
	switch {
	case errors.Join(err, bad, odd) != nil:
		t.Error(errors.Join(err, bad, odd))
	case id == "" || strings.Contains(id, "."):
		t.Errorf("id %q", id)
	case now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute:
		t.Errorf("timestamp %s", stamp)
	case !hmac.Equal([]byte(want), []byte(r.Header.Get("webhook-signature"))):
		t.Errorf("signature %s", r.Header.Get("webhook-signature"))
	}
	return id, body
}

func sendTo(t testing.TB, r remind.Reach, robot store.Robot) error {
	t.Helper()
	return sendWithin(t, time.Minute, r, robot)
}

// sendWithin is sendTo with the patience given.
func sendWithin(t testing.TB, patience time.Duration, r remind.Reach, robot store.Robot) error {
	t.Helper()
	c := named(t, channels(t, remind.ChannelSettings{Reach: r}), store.Webhook)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return c.Send(ctx, remind.Delivery{Message: to(1, store.Webhook, "9"), Robot: robot, At: morning})
}

func isFinal(t testing.TB, err error) bool {
	t.Helper()
	var failure *remind.Failure
	require.Error(t, err)
	require.NotContains(t, err.Error(), "KEYTOKEN")
	return errors.As(err, &failure) && failure.Final
}

func TestWebhookIsSigned(t *testing.T) {
	var ids, types []string
	var last []byte
	server := answers(t, func(w http.ResponseWriter, r *http.Request) {
		id, body := signed(t, r, morning)
		ids, types, last = append(ids, id), append(types, r.Header.Get("Content-Type")), body
		w.WriteHeader(http.StatusAccepted)
	})
	robot := robotOf(9, store.Webhook, server)
	require.NoError(t, sendTo(t, reach(server), robot))
	require.NoError(t, sendTo(t, reach(server), robot))
	require.Equal(t, []string{"application/json; charset=utf-8", "application/json; charset=utf-8"}, types)
	require.JSONEq(t, `{"type":"reminder.digest","timestamp":"2026-03-31T01:00:00Z","data":{"key":"digest/2026-03-31/webhook/9/1",
		"org":"3","day":"2026-03-31","subject":"今日整改提醒（2 件）","body":"XC-0101-2026-0017 将于 4 月 10 日到期\nXC-0101-2026-0018 已逾期 3 天"}}`, string(last))
	require.Equal(t, ids[0], ids[1], "by it the receiver knows the message again")
	robot.Secret = "whsec_c2hvcnQ="
	require.True(t, isFinal(t, sendTo(t, reach(server), robot)), "a secret that is none signs nothing")
	require.Len(t, ids, 2)
}

func TestAnswersOfWebhooks(t *testing.T) {
	for status, final := range map[int]bool{
		http.StatusUnauthorized: true, http.StatusForbidden: true, http.StatusNotFound: true, http.StatusGone: true,
		http.StatusBadRequest: false, http.StatusInternalServerError: false, http.StatusServiceUnavailable: false,
	} {
		server := answers(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		require.Equal(t, final, isFinal(t, sendTo(t, reach(server), robotOf(9, store.Webhook, server))), status)
	}
	later := answers(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "300")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	var failure *remind.Failure
	require.ErrorAs(t, sendTo(t, reach(later), robotOf(9, store.Webhook, later)), &failure)
	require.Equal(t, remind.Failure{Wait: 5 * time.Minute, Why: failure.Why}, *failure)
	for after, wait := range map[string]time.Duration{"120": 2 * time.Minute, "999999999999": 6 * time.Hour, "soon": time.Minute, "-1": time.Minute} {
		server := answers(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		require.ErrorAs(t, sendTo(t, reach(server), robotOf(9, store.Webhook, server)), &failure)
		require.False(t, failure.Final)
		require.Equal(t, wait, failure.Wait, after)
	}
}

// Nothing is sent but to hosts that are allowed, at the addresses that they are allowed to have, and nobody is followed elsewhere.
func TestWebhookGoesNowhereElse(t *testing.T) {
	var came, followed int
	elsewhere := answers(t, func(http.ResponseWriter, *http.Request) { followed++ })
	server := answers(t, func(w http.ResponseWriter, r *http.Request) {
		came++
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	robot := robotOf(9, store.Webhook, server)
	require.False(t, isFinal(t, sendTo(t, reach(server, elsewhere), robot)), "a redirect is no answer")
	require.Equal(t, 1, came)
	require.Zero(t, followed)

	require.True(t, isFinal(t, sendTo(t, remind.Reach{Networks: loopback()}, robot)), "a host that nobody allowed")
	inside := sendTo(t, remind.Reach{Hosts: []string{server.URL}}, robot)
	require.True(t, isFinal(t, inside), "an inside address that nobody allowed")
	require.Contains(t, inside.Error(), "127.0.0.1")
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	byName := robot
	byName.URL = store.Secret("http://localhost" + port + "/hook/KEYTOKEN")
	require.True(t, isFinal(t, sendTo(t, remind.Reach{Hosts: []string{"http://localhost" + port}}, byName)), "a name that leads inside")
	for _, url := range []string{
		"https" + strings.TrimPrefix(string(robot.URL), "http"), "http://user:KEYTOKEN@127.0.0.1" + port, "http://127.0.0.1:1/KEYTOKEN",
		"ftp://127.0.0.1" + port, "file:///etc/passwd", "", "://KEYTOKEN", "http://127.0.0.1" + port + ".example.org/KEYTOKEN",
	} {
		other := robot
		other.URL = store.Secret(url)
		require.True(t, isFinal(t, sendTo(t, reach(server), other)), url)
	}
	require.Equal(t, 1, came)
	for _, bad := range []string{"", "http://", "https://a/b", "ftp://a", "a b", "user@host"} {
		_, err := remind.NewChannels(remind.ChannelSettings{Reach: remind.Reach{Hosts: []string{bad}}})
		require.Error(t, err, bad)
	}
}

// A receiver that answers slowly, or without end, costs no more than it may.
func TestWebhookIsBounded(t *testing.T) {
	over := make(chan struct{})
	slow := answers(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(over) })
	began := time.Now()
	require.False(t, isFinal(t, sendWithin(t, 300*time.Millisecond, reach(slow), robotOf(9, store.Webhook, slow))))
	require.Less(t, time.Since(began), 30*time.Second)

	written := make(chan int, 1)
	endless := answers(t, func(w http.ResponseWriter, _ *http.Request) {
		n, chunk := 0, make([]byte, 1<<16)
		for n < 1<<30 {
			some, err := w.Write(chunk)
			n += some
			if err != nil {
				break
			}
		}
		written <- n
	})
	require.NoError(t, sendTo(t, reach(endless), robotOf(9, store.Webhook, endless)), "it said 200 and that was all that was asked")
	require.Less(t, <-written, 1<<28)
}

// A private deployment has certificates of its own.
func TestWebhookOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { signed(t, r, morning) }))
	t.Cleanup(server.Close)
	robot, r := robotOf(9, store.Webhook, server), reach(server)
	require.False(t, isFinal(t, sendTo(t, r, robot)), "nobody vouches for it")
	r.CAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	require.NoError(t, sendTo(t, r, robot))
}

func TestCheckRobotAndAddress(t *testing.T) {
	c, err := remind.NewChannels(remind.ChannelSettings{Reach: remind.Reach{Hosts: []string{"hooks.example.gov.cn", "im.example.gov.cn:8443"}}})
	require.NoError(t, err)
	require.Equal(t, []string{store.InApp}, c.ForPeople(), "mail is not set up")
	good := []store.Robot{
		{Channel: store.WeCom, URL: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"},
		{Channel: store.WeCom, URL: "https://IM.example.gov.cn:8443/cgi-bin/webhook/send?key=k"},
		{Channel: store.DingTalk, URL: "https://oapi.dingtalk.com/robot/send?access_token=k", Secret: "SEC1"},
		{Channel: store.Feishu, URL: "https://open.feishu.cn:443/open-apis/bot/v2/hook/k", Secret: "s"},
		{Channel: store.Webhook, URL: "https://hooks.example.gov.cn/x", Secret: webhookSecret},
	}
	for _, r := range good {
		require.NoError(t, c.CheckRobot(r), r.Channel)
	}
	for code, all := range map[string][]store.Robot{
		"bad_channel": {{Channel: "pager"}, {Channel: store.Mail}},
		"bad_robot_url": {
			{Channel: store.WeCom, URL: "http://qyapi.weixin.qq.com/x"}, {Channel: store.WeCom, URL: "https://oapi.dingtalk.com/x"},
			{Channel: store.Webhook, URL: "https://qyapi.weixin.qq.com/x", Secret: webhookSecret}, {Channel: store.Webhook, URL: "https://hooks.example.gov.cn:8443/x"},
			{Channel: store.WeCom, URL: "https://qyapi.weixin.qq.com.example.org/x"}, {Channel: store.WeCom},
		},
		"bad_secret": {
			{Channel: store.DingTalk, URL: good[2].URL}, {Channel: store.WeCom, URL: good[0].URL, Secret: "s"},
			{Channel: store.Webhook, URL: good[4].URL, Secret: "whsec_c2hvcnQ="}, {Channel: store.Webhook, URL: good[4].URL},
		},
	} {
		for _, r := range all {
			requireCode(t, c.CheckRobot(r), code)
		}
	}
	require.NoError(t, remind.CheckAddress(store.InApp, ""))
	require.NoError(t, remind.CheckAddress(store.Mail, "zhang.san@example.gov.cn"))
	for _, bad := range []string{"", "zhang", "张三 <a@b.cn>", "a@b.cn\r\nBcc: c@d.cn", "a@b.cn, c@d.cn"} {
		requireCode(t, remind.CheckAddress(store.Mail, bad), "bad_address")
	}
}
