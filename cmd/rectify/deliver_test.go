package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// taken is what servers of the test were sent.
type taken struct {
	mu  sync.Mutex
	all []string
}

func (x *taken) put(text string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.all = append(x.all, text)
}

// Write takes a line that is printed.
func (x *taken) Write(line []byte) (int, error) {
	x.put(string(line))
	return len(line), nil
}

func (x *taken) list() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]string(nil), x.all...)
}

// postOffice is a mail server without secrets; it keeps receivers, subjects and texts.
func postOffice(t *testing.T) (address string, letters *taken) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	letters = &taken{}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go takeLetters(conn, letters)
		}
	}()
	return l.Addr().String(), letters
}

func takeLetters(conn net.Conn, letters *taken) {
	defer func() { _ = conn.Close() }()
	in := textproto.NewReader(bufio.NewReader(conn))
	say := func(text string) { _, _ = fmt.Fprint(conn, text+"\r\n") }
	say("220 mail.example.org ESMTP")
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); verb {
		case "DATA":
			say("354 go on")
			letter, err := mail.ReadMessage(in.DotReader())
			if err != nil {
				return
			}
			body, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, letter.Body))
			letters.put(letter.Header.Get("To") + "\n" + string(body))
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// TestTwoReplicasDeliverOnce: what happened yesterday comes to who wants mail as one mail of the day, and to the group of the organisation
// as one message, however many processes serve, and however often they start.
func TestTwoReplicasDeliverOnce(t *testing.T) {
	t.Parallel()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		folder := t.TempDir()
		for _, args := range [][]string{{"orgs", samples + "组织架构.xlsx"}, {"people", samples + "人员任职.xlsx"}} {
			got := rectify(t, []string{"RECTIFY_DATA=" + folder, "RECTIFY_DB=" + dsn}, append([]string{"import"}, args...)...)
			require.Zero(t, got.code, got)
		}
		address, letters := postOffice(t)
		group := &taken{}
		hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			group.put(string(body))
		}))
		t.Cleanup(hook.Close)
		c := serveCommand{Listen: "127.0.0.1:0", deliveryFlags: deliveryFlags{Mail: "smtp+plain://" + address + "/?from=rectify@example.org",
			Site: "https://zg.example.org/", ReachHost: []string{hook.URL}, ReachNetwork: []string{"127.0.0.0/8"}}}
		yesterday := workflow.Day("2026-11-02").Time().Add(9 * time.Hour)
		issue := somethingHappens(t, replica(t, folder, dsn, yesterday), &c, hook.URL)

		morning := yesterday.Add(23*time.Hour + 30*time.Minute)
		serve := func(until func() bool) {
			ctx, stop := context.WithCancel(t.Context())
			ended, said := make(chan error, 2), &taken{}
			for range cap(ended) {
				p := replica(t, folder, dsn, morning)
				p.ctx, p.out = ctx, said
				again := c
				go func() { ended <- again.Run(p) }()
			}
			require.Eventually(t, func() bool { return len(said.list()) == cap(ended) && until() }, 2*time.Minute, 50*time.Millisecond, "both serve")
			stop()
			require.NoError(t, <-ended)
			require.NoError(t, <-ended)
		}
		db := storetest.Open(t, dsn)
		settled := func() bool {
			runs, err := db.Runs(t.Context(), 1)
			waiting, _ := figures(t, db)
			return err == nil && len(runs) == 1 && runs[0].Stage == store.RunDone && waiting == 0
		}
		serve(settled)
		got := letters.list()
		require.Len(t, got, 1)
		require.Contains(t, got[0], "gaofeng@example.org")
		require.Contains(t, got[0], "高峰：2026-11-03的整改提醒")
		require.Contains(t, got[0], "   https://zg.example.org/issues/"+issue)
		require.Len(t, group.list(), 1)
		require.Contains(t, group.list()[0], "临期1项")
		require.Contains(t, group.list()[0], "https://zg.example.org/issues?light=soon&under=")
		require.NotContains(t, group.list()[0], "值班")
		_, sent := figures(t, db)

		var serving time.Time
		serve(func() bool {
			if serving.IsZero() {
				serving = time.Now()
			}
			return time.Since(serving) > time.Second
		})
		require.Len(t, letters.list(), 1, "started again, they change nothing")
		require.Len(t, group.list(), 1)
		_, after := figures(t, db)
		require.Equal(t, sent, after)
	})
}

// replica is a process that begins at a moment.
func replica(t *testing.T, folder, dsn string, begin time.Time) *program {
	p := at(t, folder)
	p.flags.DB = dsn
	real := time.Now()
	p.now = func() time.Time { return begin.Add(time.Since(real)) }
	return p
}

// somethingHappens has an issue assigned to a branch whose officer wants mail and whose group has a webhook.
func somethingHappens(t *testing.T, p *program, c *serveCommand, hook string) (issue string) {
	t.Helper()
	var err error
	p.channels, err = c.channels()
	require.NoError(t, err)
	require.NoError(t, p.with(true, func(ctx context.Context, o *opened) error {
		actor := func(account string) workflow.Actor {
			by, err := o.engine.ActorNamed(ctx, account)
			require.NoError(t, err)
			return by
		}
		org := func(code string) workflow.OrgID {
			id, err := o.orgCoded(ctx, code)
			require.NoError(t, err)
			return id
		}
		require.NoError(t, o.engine.ChooseChannels(ctx, actor("gaofeng"), engine.OwnChannels{MailOn: true, Mail: "gaofeng@example.org"}))
		_, err := o.engine.PutRobot(ctx, actor("dingyi"), engine.RobotPlan{Org: org("0101"), Channel: engine.ByWebhook, Title: "支部工作群", URL: hook,
			Secret: "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32)), Active: true})
		require.NoError(t, err)
		i, err := o.engine.Find(ctx, actor("zhenglan"), "", engine.Finding{Org: org("0100"), Detail: "值班脱岗", Source: "self_check"})
		require.NoError(t, err)
		i, err = o.engine.Do(ctx, actor("zhenglan"), i.ID, i.Version, "", workflow.Step{Action: workflow.Assign, Responsible: org("0101"), Due: "2026-11-12",
			Kind: workflow.KindTimed, Grade: workflow.Ordinary})
		issue = fmt.Sprint(int64(i.ID))
		return err
	}))
	return issue
}

// figures counts the messages that wait and those that were sent.
func figures(t *testing.T, db *store.DB) (waiting, sent int) {
	all, err := db.MessageFigures(t.Context(), time.Time{})
	require.NoError(t, err)
	for _, f := range all {
		switch f.State {
		case store.MessageWaiting:
			waiting += f.N
		case store.MessageSent:
			sent += f.N
		default:
			require.Fail(t, "neither sent nor waiting", "%+v", f)
		}
	}
	return waiting, sent
}

// What cannot be used is refused at the start, with the flag that is wrong and without its password.
func TestDeliveryFlagsAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for flag, says := range map[string]string{
		"--mail=http://u:geheim@example.org": "邮件服务器应写作", "--reach-host=https://example.org/path": "不是主机名",
		"--reach-network=10.0.0.1": "--reach-network 应写成网段", "--site=zg.example.org": "--site 应写成网址",
	} {
		got := o.run("serve", "--listen", "127.0.0.1:0", flag)
		require.Equal(t, 2, got.code, flag)
		require.Contains(t, got.err, says)
		require.NotContains(t, got.err, "geheim")
	}
}

// A demonstration has every page of delivery, and writes to nobody outside.
func TestADemonstrationDeliversInsideAlone(t *testing.T) {
	t.Parallel()
	p := at(t, newOffice(t).folder)
	for _, demo := range []bool{true, false} {
		c := serveCommand{Demo: demo, deliveryFlags: deliveryFlags{Mail: "smtp+plain://127.0.0.1/?from=rectify@example.org"}}
		var err error
		p.channels, err = c.channels()
		require.NoError(t, err)
		require.NoError(t, p.with(false, func(_ context.Context, o *opened) error {
			d, err := c.deliverer(p, o)
			require.NoError(t, err)
			var names, open []string
			for _, channel := range d.Channels {
				names = append(names, channel.Name())
				var failure *remind.Failure
				if err := channelTried(t, channel, demo); errors.As(err, &failure) {
					require.True(t, failure.Final)
					require.Contains(t, failure.Why, "演示环境不向外发送")
					continue
				}
				open = append(open, channel.Name())
			}
			require.Equal(t, []string{store.InApp, store.Mail, store.WeCom, store.DingTalk, store.Feishu, store.Webhook}, names)
			if demo {
				require.Equal(t, []string{store.InApp}, open)
			}
			return nil
		}))
	}
}

// channelTried sends by a channel of a demonstration; others are left alone.
func channelTried(t *testing.T, c remind.Channel, demo bool) error {
	t.Helper()
	if !demo {
		return nil
	}
	return c.Send(t.Context(), remind.Delivery{})
}
