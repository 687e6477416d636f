package engine_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// withChannels gives the office another engine, with ways out.
func (o *office) withChannels(s remind.ChannelSettings) {
	channels, err := remind.NewChannels(s)
	require.NoError(o.t, err)
	defs, err := definitions.Shipped()
	require.NoError(o.t, err)
	o.Engine = newOffice(o.t, o.db, defs, func(c *engine.Config) {
		c.Channels, c.Now = channels, func() time.Time { return o.now }
	}).Engine
}

// withMail lets the office send mail.
func (o *office) withMail() *office {
	mail, err := remind.ParseMail("smtp+plain://127.0.0.1:25/?from=rectify@example.org")
	require.NoError(o.t, err)
	o.withChannels(remind.ChannelSettings{Mail: &mail, Reach: remind.Reach{Hosts: []string{"hook.example.org", "https://10.1.2.3"}}})
	return o
}

// claimed takes the messages of a channel that wait now.
func (o *office) claimed(channel string) []store.Message {
	o.t.Helper()
	all, err := o.db.ClaimMessages(o.ctx, "test", o.now, time.Hour, channel, 100)
	require.NoError(o.t, err)
	return all
}

const signed = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// A person chooses for themselves, on record; what cannot be is refused beside its field.
func TestOwnChannels(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		by := o.actor("gaofeng")
		own := engine.OwnChannels{Lang: "zh", MailOn: true, Mail: " gaofeng@example.org "}
		fault(t, o.ChooseChannels(o.ctx, by, own), workflow.ErrInvalid, "no_mail")
		o.withMail()
		before, err := o.OwnChannels(o.ctx, by)
		require.NoError(t, err)
		require.Equal(t, engine.OwnChannels{Lang: "zh", MailOffered: true}, before)
		_, err = o.TryMail(o.ctx, by)
		fault(t, err, workflow.ErrRefused, "mail_off")
		for _, quiet := range [][2]int{{-1, 60}, {0, 24 * 60}, {7 * 60, 23*60 + 30}, {8 * 60, 7 * 60}} {
			bad := own
			bad.QuietFrom, bad.QuietUntil = quiet[0], quiet[1]
			fault(t, o.ChooseChannels(o.ctx, by, bad), workflow.ErrInvalid, "bad_quiet_hours")
		}
		bad := own
		bad.Mail = "高峰"
		fault(t, o.ChooseChannels(o.ctx, by, bad), workflow.ErrInvalid, "bad_address")

		own.QuietFrom, own.QuietUntil = 22*60, 7*60+30
		require.NoError(t, o.ChooseChannels(o.ctx, by, own))
		require.NoError(t, o.ChooseChannels(o.ctx, by, own), "the same again is nothing new")
		now, err := o.OwnChannels(o.ctx, by)
		require.NoError(t, err)
		require.Equal(t, engine.OwnChannels{Lang: "zh", MailOffered: true, MailOn: true, Mail: "gaofeng@example.org", QuietFrom: 1320, QuietUntil: 450}, now)
		record, err := o.Audit(o.ctx, o.actor("jianghe"), engine.KindAccount, int64(by.Person), 0, 10)
		require.NoError(t, err)
		require.Equal(t, []string{"channel_chosen", "邮件提醒 开 gaofeng@example.org 免打扰 22:00—07:30"}, []string{record.Lines[0].Action, record.Lines[0].Note})
		require.NotEqual(t, "channel_chosen", record.Lines[1].Action)

		until, err := o.TryMail(o.ctx, by)
		require.NoError(t, err)
		require.Zero(t, until)
		_, err = o.TryMail(o.ctx, by)
		fault(t, err, workflow.ErrRefused, "tried_just_now")
		sent := o.claimed(store.Mail)
		require.Len(t, sent, 1)
		require.Equal(t, []any{by.Person, "gaofeng@example.org"}, []any{sent[0].Person, sent[0].Address})
		require.NoError(t, o.db.Sent(o.ctx, sent[0], o.now))
		now, err = o.OwnChannels(o.ctx, by)
		require.NoError(t, err)
		require.True(t, now.LastTry.Sent.Equal(o.now))

		o.now = at("2026-11-03", 23)
		until, err = o.TryMail(o.ctx, by)
		require.NoError(t, err)
		require.True(t, until.Equal(at("2026-11-04", 7).Add(30*time.Minute)), "it waits for the end of the quiet hours")
		others, err := o.OwnChannels(o.ctx, o.actor("mali"))
		require.NoError(t, err)
		require.Equal(t, engine.OwnChannels{Lang: "zh", MailOffered: true}, others)
	})
}

// Digests go by mail to who wants them, also when another wants none; without a mail server they wait for none.
func TestDigestsGoByTheChannelsThatWereChosen(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.withMail()
		o.now = at("2026-11-02", 9)
		require.NoError(t, o.ChooseChannels(o.ctx, o.actor("gaofeng"), engine.OwnChannels{MailOn: true, Mail: "gaofeng@example.org"}))
		require.NoError(t, o.ChooseChannels(o.ctx, o.actor("mali"), engine.OwnChannels{Mail: "mali@example.org"}))
		o.rectifying(workflow.Ordinary)
		o.runOn("2026-11-03")
		mails := o.claimed(store.Mail)
		require.Len(t, mails, 1)
		require.NoError(t, o.db.Sent(o.ctx, mails[0], o.now))
		require.Equal(t, "gaofeng@example.org", mails[0].Address)
		inside := o.claimed(store.InApp)
		require.Greater(t, len(inside), 1)
		for _, m := range inside {
			require.NoError(t, o.db.Sent(o.ctx, m, o.now))
		}
		for _, account := range []string{"gaofeng", "mali"} { // each reads their own and no other's
			by := o.actor(account)
			mine, err := o.Inbox(o.ctx, by, 0, 10)
			require.NoError(t, err)
			require.Len(t, mine, 1)
			require.Contains(t, mine[0].Body, by.Name+"：")
			n, err := o.InboxUnread(o.ctx, by)
			require.NoError(t, err)
			require.Equal(t, 1, n)
		}
		mine, err := o.Inbox(o.ctx, o.actor("gaofeng"), 0, 10)
		require.NoError(t, err)
		require.NoError(t, o.InboxSeen(o.ctx, o.actor("mali"), mine[0].ID+1<<40))
		for account, unread := range map[string]int{"gaofeng": 1, "mali": 0} {
			n, err := o.InboxUnread(o.ctx, o.actor(account))
			require.NoError(t, err)
			require.Equal(t, unread, n, account)
		}
		o.withChannels(remind.ChannelSettings{})
		o.do("mali", o.rectifying(workflow.Ordinary).ID, workflow.Step{Action: workflow.Report, Note: "正在补齐"})
		require.NotZero(t, o.runOn("2026-11-04").Digests)
		require.Empty(t, o.claimed(store.Mail))
	})
}

// Robots belong to the system administrator; addresses inside the network or at hosts that nobody allowed are refused with a clear
// sentence, and secrets show nowhere.
func TestRobots(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.withMail()
		admin := o.actor("dingyi")
		plan := engine.RobotPlan{Org: o.org("0101").ID, Channel: engine.ByWebhook, Title: " 支部工作群 ", URL: "https://hook.example.org/TOKEN", Secret: signed, Active: true}
		for _, account := range []string{"gaofeng", "renan", "jianghe", "zhouqm"} {
			by := o.actor(account)
			_, err := o.PutRobot(o.ctx, by, plan)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
			_, err = o.Robots(o.ctx, by)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
			fault(t, o.DeleteRobot(o.ctx, by, 1), workflow.ErrForbidden, "not_administrator")
			fault(t, o.TryRobot(o.ctx, by, 1), workflow.ErrForbidden, "not_administrator")
			_, err = o.DeadLetters(o.ctx, by, "", 0, 10)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
			fault(t, o.SendAgain(o.ctx, by, []int64{1}), workflow.ErrForbidden, "not_administrator")
			_, err = o.SendAllAgain(o.ctx, by, "")
			fault(t, err, workflow.ErrForbidden, "not_administrator")
			_, err = o.Delivery(o.ctx, by)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
		}
		for url, says := range map[string]string{
			"https://10.0.0.8/hook": "“10.0.0.8”是内部网络的地址", "https://[::1]/": "“::1”是内部网络的地址", "https://169.254.169.254/latest": "内部网络", "https://10.1.2.3/": "内部网络",
			"https://intern.example.org/": "主机“intern.example.org”不在允许之列", "http://hook.example.org/": "不在允许之列", "": "机器人地址不可用", "x": "机器人地址不可用",
		} {
			bad := plan
			bad.URL = url
			_, err := o.PutRobot(o.ctx, admin, bad)
			fault(t, err, workflow.ErrInvalid, "bad_robot_url")
			require.ErrorContains(t, err, says)
		}
		for code, change := range map[string]func(*engine.RobotPlan){
			"no_such_org": func(p *engine.RobotPlan) { p.Org = 0 }, "missing": func(p *engine.RobotPlan) { p.Title = " " },
			"bad_channel": func(p *engine.RobotPlan) { p.Channel = "pigeon" }, "bad_secret": func(p *engine.RobotPlan) { p.Secret = "x" },
		} {
			bad := plan
			change(&bad)
			_, err := o.PutRobot(o.ctx, admin, bad)
			fault(t, err, workflow.ErrInvalid, code)
		}
		id, err := o.PutRobot(o.ctx, admin, plan)
		require.NoError(t, err)
		_, err = o.PutRobot(o.ctx, admin, engine.RobotPlan{ID: id, Org: plan.Org, Channel: engine.ByFeishu, Title: "群"})
		fault(t, err, workflow.ErrInvalid, "channel_fixed")
		_, err = o.PutRobot(o.ctx, admin, engine.RobotPlan{ID: id, Org: plan.Org, Channel: plan.Channel, Title: "群", Active: true})
		require.NoError(t, err)
		is, err := o.db.Robot(o.ctx, id)
		require.NoError(t, err)
		require.Equal(t, []any{store.Secret(plan.URL), store.Secret(signed), "群"}, []any{is.URL, is.Secret, is.Title}, "what is not given stays")
		require.NoError(t, o.TryRobot(o.ctx, admin, id))
		fault(t, o.TryRobot(o.ctx, admin, id), workflow.ErrRefused, "tried_just_now")
		require.Len(t, o.claimed(store.Webhook), 1)
		all, err := o.Robots(o.ctx, admin)
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.Equal(t, []any{"https://hook.example.org", true, true}, []any{all[0].Host, all[0].Signed, all[0].LastTry.At.Equal(o.now)})

		require.NoError(t, o.DeleteRobot(o.ctx, admin, id))
		fault(t, o.DeleteRobot(o.ctx, admin, id), workflow.ErrNotFound, "no_such_robot")
		record, err := o.Audit(o.ctx, o.actor("jianghe"), engine.KindRobot, id, 0, 10)
		require.NoError(t, err)
		require.Equal(t, []string{"robot_deleted", "robot_changed", "robot_added"}, []string{record.Lines[0].Action, record.Lines[1].Action, record.Lines[2].Action})
		text := fmt.Sprintf("%+v", all)
		for n := range record.Lines {
			text += record.Lines[n].Note + string(record.Lines[n].Data)
		}
		for _, secret := range []string{"TOKEN", base64.StdEncoding.EncodeToString([]byte("TOKEN")), strings.TrimPrefix(signed, "whsec_")} {
			require.NotContains(t, text, secret)
		}
	})
}

// The group of an org hears once a day how much is late, of its own and of those below it, without a name or a word of a problem; with
// nothing late or soon it hears nothing.
func TestTheGroupOfAnOrgHearsFigures(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.withMail()
		o.now = at("2026-11-02", 9)
		for _, code := range []string{"0100", "0102"} {
			_, err := o.PutRobot(o.ctx, o.actor("dingyi"), engine.RobotPlan{Org: o.org(code).ID, Channel: engine.ByWebhook, Title: "群", URL: "https://hook.example.org/" + code, Secret: signed, Active: true})
			require.NoError(t, err)
		}
		i := o.rectifying(workflow.Ordinary)
		o.runOn("2026-11-03")
		require.Empty(t, o.claimed(store.Webhook), "it is due on the last day of the year")
		o.runOn("2026-11-30")
		require.Empty(t, o.claimed(store.Webhook), "nor is it soon")
		o.runOn("2026-12-25")
		o.runOn("2026-12-25")
		told := o.claimed(store.Webhook)
		require.Len(t, told, 1, "0102 has nothing")
		require.Equal(t, o.org("0100").ID, told[0].Org)
		require.Contains(t, told[0].Subject, "超期0项、临期1项")
		require.Contains(t, told[0].Body, "/issues?light=soon&under=")
		for _, hidden := range []string{i.Number, "台账", "高峰", "马丽"} {
			require.NotContains(t, told[0].Subject+told[0].Body, hidden)
		}
	})
}

// What could not be delivered is listed with its reason and without its text, and goes out again, one or all, on record.
func TestDeadLetters(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.withMail()
		admin, gao := o.actor("dingyi"), o.actor("gaofeng")
		var all []store.Message
		for id := range int64(250) {
			all = append(all, store.Message{ID: id + 1, Key: "k" + time.Unix(id, 0).UTC().Format("150405"), Person: gao.Person, Channel: store.Mail, Address: "gaofeng@example.org",
				Day: "2026-11-02", Topic: "digest", Subject: "整改提醒", Body: "保密的内容", Created: o.now})
		}
		_, err := o.db.PutMessages(o.ctx, all)
		require.NoError(t, err)
		fault(t, o.SendAgain(o.ctx, admin, []int64{1}), workflow.ErrNotFound, "no_dead_letter")
		for range 3 {
			for _, m := range o.claimed(store.Mail) {
				require.NoError(t, o.db.Dead(o.ctx, m, o.now, "没有这个邮箱 no such mailbox"))
			}
		}
		dead, err := o.DeadLetters(o.ctx, admin, store.Mail, 0, 2)
		require.NoError(t, err)
		require.Len(t, dead, 2)
		require.Equal(t, engine.DeadLetter{ID: 250, Channel: store.Mail, Topic: workflow.Text{Zh: "每日提醒", En: "daily digest"}, Day: "2026-11-02", To: "高峰", Address: "gaofeng@example.org",
			Attempts: 1, Error: "没有这个邮箱 no such mailbox", Created: dead[0].Created, Tried: dead[0].Tried}, dead[0])
		none, err := o.DeadLetters(o.ctx, admin, store.Feishu, 0, 2)
		require.NoError(t, err)
		require.Empty(t, none)
		figure := func() engine.DeliveryFigure {
			all, err := o.Delivery(o.ctx, admin)
			require.NoError(t, err)
			require.Len(t, all, 6)
			return all[1]
		}
		require.Equal(t, engine.DeliveryFigure{Channel: store.Mail, Offered: true, Dead: 250}, figure())
		require.NoError(t, o.SendAgain(o.ctx, admin, []int64{250}))
		again := o.claimed(store.Mail)
		require.Len(t, again, 1)
		require.NoError(t, o.db.Sent(o.ctx, again[0], o.now))
		require.Equal(t, engine.DeliveryFigure{Channel: store.Mail, Offered: true, Dead: 249, Sent: 1}, figure())
		n, err := o.SendAllAgain(o.ctx, admin, "")
		require.NoError(t, err)
		require.Equal(t, 249, n)
		waits := figure()
		require.Equal(t, []any{249, 0, true}, []any{waits.Waiting, waits.Dead, waits.Oldest.Equal(o.now)})
		record, err := o.Audit(o.ctx, o.actor("jianghe"), store.KindMessage, 7, 0, 10)
		require.NoError(t, err)
		require.Equal(t, []string{"sent_again", "丁一"}, []string{record.Lines[0].Action, record.Lines[0].Name})
	})
}
