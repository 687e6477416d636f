package api

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// withMail is an office whose program sends mail, to a server that is not there.
func withMail(t *testing.T) *office {
	t.Helper()
	mail, err := remind.ParseMail("smtp+plain://127.0.0.1:1/?from=rectify@example.org")
	require.NoError(t, err)
	channels, err := remind.NewChannels(remind.ChannelSettings{Mail: &mail, Reach: remind.Reach{Hosts: []string{"hook.example.org"}}})
	require.NoError(t, err)
	o := newOffice(t)
	base, err := prepared()
	require.NoError(t, err)
	files, err := store.OpenFiles(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	o.Engine, err = engineOn(t.Context(), o.db, files, base.guard, func() time.Time { return o.now }, o.Log, filepath.Join(t.TempDir(), "keys"), channels)
	require.NoError(t, err)
	return o
}

// told runs the reminders of the next morning, after something has happened, and delivers what stays in the program.
func (o *office) told() {
	o.t.Helper()
	o.rectifying()
	o.now = opening().Add(24 * time.Hour)
	o.tokens = map[string]string{}
	report, err := o.Engine.RunDay(o.t.Context(), workflow.DayOf(o.now))
	require.NoError(o.t, err)
	require.NotZero(o.t, report.Digests)
	for _, m := range o.claimed(store.InApp) {
		require.NoError(o.t, o.db.Sent(o.t.Context(), m, o.now))
	}
}

func (o *office) claimed(channel string) []store.Message {
	o.t.Helper()
	all, err := o.db.ClaimMessages(o.t.Context(), "test", o.now, time.Hour, channel, 100)
	require.NoError(o.t, err)
	return all
}

// delivering is what an office has where messages are delivered: a robot, a digest that was read in the program, a mail that nobody took.
func (o *office) delivering() {
	o.t.Helper()
	a := o.call("dingyi", "POST", "/api/v1/robots", `{"org":"`+o.orgs["0101"]+`","channel":"wecom","title":"支部工作群","url":"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY"}`)
	require.Equal(o.t, 200, a.status, a.body)
	by, err := o.Engine.ActorNamed(o.t.Context(), "gaofeng")
	require.NoError(o.t, err)
	at := o.now.UTC()
	_, err = o.db.PutMessages(o.t.Context(), []store.Message{
		{ID: 1, Key: "a", Person: by.Person, Channel: store.InApp, Day: "2026-11-02", Topic: "digest", Subject: "整改提醒", Body: "1. 台账不全\n   /issues\n", Created: at},
		{ID: 2, Key: "b", Person: by.Person, Channel: store.Mail, Address: "gaofeng@example.org", Day: "2026-11-02", Topic: "digest", Subject: "整改提醒", Created: at}})
	require.NoError(o.t, err)
	for _, m := range o.claimed(store.InApp) {
		require.NoError(o.t, o.db.Sent(o.t.Context(), m, at))
	}
	for _, m := range o.claimed(store.Mail) {
		require.NoError(o.t, o.db.Dead(o.t.Context(), m, at, "拒收 refused"))
	}
}

// The digest of the day stands beside what happened, with links, counted among the unread until all is marked as read; each sees their own.
func TestDigestsAmongTheNotices(t *testing.T) {
	o := newOffice(t)
	o.told()
	b := o.signedIn(t, "gaofeng")
	body := b.see("/notices")
	require.Contains(t, body, "整改提醒 2026-11-03")
	require.Contains(t, body, "高峰：2026-11-03的整改提醒")
	require.Regexp(t, `<a href="/issues/\d+">1. XC-0101-2026-0001`, body)
	require.NotContains(t, body, "马丽：")
	require.Regexp(t, `class="nav-count"`, body)
	by, err := o.Engine.ActorNamed(t.Context(), "gaofeng")
	require.NoError(t, err)
	n, more, err := o.Engine.NoticesUnread(t.Context(), by, 10)
	require.NoError(t, err)
	require.False(t, more)
	require.Contains(t, body, fmt.Sprintf(`title="%d条未读"`, n+1), "steps and digest together")
	require.Contains(t, b.see(digestsPage), "整改提醒 2026-11-03")

	list := o.call("gaofeng", "GET", "/api/v1/messages", "").json(t)
	require.EqualValues(t, 1, list["unread"])
	all, _ := list["messages"].([]any)
	require.Len(t, all, 1)
	mine, _ := all[0].(map[string]any)
	require.Contains(t, mine["body"], "高峰：")
	upto, _ := mine["id"].(string)
	require.Equal(t, 204, o.call("mali", "POST", "/api/v1/messages/seen", `{"upto":"`+upto+`9"}`).status, "another's are not touched")
	require.EqualValues(t, 1, o.call("gaofeng", "GET", "/api/v1/messages", "").json(t)["unread"])
	require.Equal(t, 422, o.call("gaofeng", "POST", "/api/v1/messages/seen", `{"upto":"x"}`).status)

	require.Equal(t, 303, b.post("/notices", b.form(body, "/notices")).status)
	body = b.see("/notices")
	require.NotContains(t, body, `class="nav-count"`)
	require.NotContains(t, body, `class="unread"`)
	require.Contains(t, body, "整改提醒 2026-11-03", "what was read stays")
	require.EqualValues(t, 0, o.call("gaofeng", "GET", "/api/v1/messages", "").json(t)["unread"])
	require.Equal(t, 204, o.call("gaofeng", "POST", "/api/v1/messages/seen", `{"upto":"`+upto+`"}`).status)
}

// A person turns mail on, by form and over the API; what is wrong is said beside the field, and what was typed stays. In quiet hours the
// mail waits.
func TestOwnChannelsOverBothFaces(t *testing.T) {
	without := newOffice(t)
	plain := without.signedIn(t, "gaofeng")
	body := plain.see(channelsPage)
	require.Contains(t, body, "没有设置邮件服务器")
	values := plain.form(body, channelsPage)
	values.Set("lang", "en")
	require.Equal(t, 303, plain.post(channelsPage, values).status)
	require.Contains(t, plain.see(channelsPage), `<option value="en" selected>`)
	require.Contains(t, without.call("gaofeng", "GET", "/api/v1/me/channels", "").body, `"lang":"en"`)
	require.Equal(t, 200, without.call("gaofeng", "PUT", "/api/v1/me/channels", `{"mail_on":false,"lang":"zh"}`).status)
	require.Contains(t, without.signedIn(t, "jianghe").see("/records/audit?account=gaofeng"), "提醒的语言 zh")
	o := withMail(t)
	b := o.signedIn(t, "gaofeng")
	require.Contains(t, b.see("/me"), `href="/me/channels"`)
	values = b.form(b.see(channelsPage), channelsPage)
	values.Set("mail_on", "yes")
	values.Set("mail", "高峰")
	wrong := b.post(channelsPage, values)
	require.Equal(t, 422, wrong.status)
	require.Contains(t, wrong.body, "“高峰”不是一个邮箱地址")
	require.Contains(t, wrong.body, `value="高峰"`)
	values.Set("mail", "gaofeng@example.org")
	values.Set("quiet_from", "22:00")
	half := b.post(channelsPage, values)
	require.Contains(t, half.body, "要么都选，要么都不选")
	require.Contains(t, half.body, `<option value="22:00" selected>`)
	values.Set("quiet_until", "07:30")
	require.Equal(t, 303, b.post(channelsPage, values).status)
	body = b.see(channelsPage)
	for _, kept := range []string{`value="gaofeng@example.org"`, `<option value="22:00" selected>`, `<option value="07:30" selected>`, "发一条试试"} {
		require.Contains(t, body, kept)
	}
	require.JSONEq(t, `{"lang":"zh","mail_offered":true,"mail_on":true,"mail":"gaofeng@example.org","quiet_from":"22:00","quiet_until":"07:30"}`,
		o.call("gaofeng", "GET", "/api/v1/me/channels", "").body)
	require.Contains(t, o.call("mali", "GET", "/api/v1/me/channels", "").body, `"mail_on":false`)
	require.Contains(t, o.signedIn(t, "jianghe").see("/records/audit?account=gaofeng"), "邮件提醒 开 gaofeng@example.org 免打扰 22:00—07:30")

	require.Equal(t, 303, b.post(channelsPage+"/try", nil).status)
	again := b.post(channelsPage+"/try", nil)
	require.Equal(t, http.StatusConflict, again.status)
	require.Contains(t, again.body, "一分钟内只能试发一次")
	require.Len(t, o.claimed(store.Mail), 1)
	o.now = opening().Add(14*time.Hour + 10*time.Minute)
	o.tokens = map[string]string{}
	b = o.signedIn(t, "gaofeng")
	require.Equal(t, 303, b.post(channelsPage+"/try", nil).status)
	require.Contains(t, b.see(channelsPage), "11-03 07:30以后送出")
	sender := o.deliverer()
	report, err := sender.Deliver(t.Context(), o.now)
	require.NoError(t, err)
	require.Equal(t, remind.Report{Held: 2}, report, "quiet hours, for both")

	o.tokens = map[string]string{}
	for body, code := range map[string]string{`{"mail_on":true,"mail":"x"}`: "bad_address", `{"mail_on":false,"quiet_from":"00:00","quiet_until":"23:00"}`: "bad_quiet_hours", `{"mail_on":true,"quiet_from":"7"}`: ""} {
		a := o.call("gaofeng", "PUT", "/api/v1/me/channels", body)
		require.Equal(t, 422, a.status, body)
		require.Contains(t, a.body, code)
	}
	require.Equal(t, 200, o.call("gaofeng", "PUT", "/api/v1/me/channels", `{"mail_on":false}`).status)
	require.Contains(t, o.call("gaofeng", "POST", "/api/v1/me/channels/try", "").body, "mail_off")
	require.NotContains(t, o.signedIn(t, "gaofeng").see(channelsPage), channelsPage+"/try")
}

// deliverer sends the mail of the office.
func (o *office) deliverer() *remind.Deliverer {
	mail, err := remind.ParseMail("smtp+plain://127.0.0.1:1/?from=rectify@example.org")
	require.NoError(o.t, err)
	channels, err := remind.NewChannels(remind.ChannelSettings{Mail: &mail})
	require.NoError(o.t, err)
	d, err := remind.NewDeliverer(remind.DelivererConfig{DB: o.db, Channels: channels.All(), Owner: "other", Now: func() time.Time { return o.now }, Rand: func() float64 { return 0 }, Log: o.Log})
	require.NoError(o.t, err)
	o.now = o.now.Add(time.Hour) // what the test has claimed is free again
	return d
}

const webhookSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// The system administrator sets a robot up in the browser; its address and secret are never shown again, and nobody else sees anything.
func TestRobotsInTheBrowser(t *testing.T) {
	o := withMail(t)
	admin := o.signedIn(t, "dingyi")
	require.Contains(t, admin.see(settingsPage), `href="`+robotsPage+`"`)
	values := url.Values{"org": {"0101"}, "title": {"支部工作群"}, "channel": {engine.ByWebhook}, "url": {"https://10.0.0.8/TOKEN"}, "secret": {webhookSecret}}
	inside := admin.post(robotsPage, values)
	require.Equal(t, 422, inside.status)
	require.Contains(t, inside.body, "“10.0.0.8”是内部网络的地址，不能发往")
	require.Contains(t, inside.body, `value="支部工作群"`, "what was typed stays")
	require.NotContains(t, inside.body, webhookSecret, "but for the secret")
	values.Set("url", "https://hook.example.org/TOKEN")
	values.Set("org", "没有的组织")
	require.Equal(t, 422, admin.post(robotsPage, values).status)
	values.Set("org", "0101")
	done := admin.post(robotsPage, values)
	require.Equal(t, 303, done.status, done.body)
	path := done.header.Get("Location")
	for _, page := range []string{admin.see(robotsPage), admin.see(path)} {
		require.Contains(t, page, "https://hook.example.org")
		require.NotContains(t, page, "TOKEN")
		require.NotContains(t, page, webhookSecret)
	}
	require.Contains(t, admin.see(path), "已设置；不填则不变")
	require.Equal(t, 303, admin.post(path+"/try", nil).status)
	require.Contains(t, admin.see(path), "上次试发")
	require.Len(t, o.claimed(store.Webhook), 1)
	change := admin.form(admin.see(path), path)
	change.Del("active")
	change.Set("title", "")
	missing := admin.post(path, change)
	require.Equal(t, 422, missing.status)
	require.Contains(t, missing.body, "请填写名称")
	change.Set("title", "支部大群")
	require.Equal(t, 303, admin.post(path, change).status)
	require.Contains(t, admin.see(robotsPage), "支部大群")
	require.Contains(t, admin.see(robotsPage), "停用")
	require.Contains(t, admin.post(path+"/try", nil).body, "已停用，请先启用")

	auditor := o.signedIn(t, "jianghe")
	number := path[strings.LastIndex(path, "/")+1:]
	require.Contains(t, auditor.see("/records/audit"), `value="robot-`+number+`"`)
	history := auditor.see("/records/audit?setting=robot-" + number)
	require.Contains(t, history, "添加群机器人")
	require.NotContains(t, history, "TOKEN")
	for _, account := range []string{"gaofeng", "zhenglan", "renan", "jianghe"} {
		for _, p := range []string{robotsPage, path, deliveryPage} {
			require.Equal(t, 403, o.signedIn(t, account).get(p).status, "%s %s", account, p)
		}
		for _, p := range []string{path + "/delete", path + "/try", path, robotsPage, deliveryPage} {
			a := o.signedIn(t, account).post(p, url.Values{"id": {"1"}, "org": {"0101"}})
			require.Equal(t, 403, a.status, "%s %s", account, p)
		}
	}
	require.Equal(t, 303, admin.post(path+"/delete", nil).status)
	require.Equal(t, 404, admin.get(path).status)
	require.Contains(t, auditor.see("/records/audit?setting=robot-"+number), "删除群机器人")
}

// The same over the API.
func TestRobotsOverTheAPI(t *testing.T) {
	o := withMail(t)
	robot := `{"org":"` + o.orgs["0101"] + `","channel":"webhook","title":"群","url":"https://hook.example.org/TOKEN","secret":"` + webhookSecret + `"}`
	for _, account := range []string{"gaofeng", "renan", "jianghe"} {
		for _, r := range [][3]string{{"GET", "/api/v1/robots"}, {"POST", "/api/v1/robots", robot}, {"DELETE", "/api/v1/robots/1"}, {"POST", "/api/v1/robots/1/try"}, {"GET", "/api/v1/delivery"},
			{"PUT", "/api/v1/robots/1", `{"org":"1","title":"x","active":true}`}, {"GET", "/api/v1/dead-letters"}, {"POST", "/api/v1/dead-letters/again", `{"all":true}`}, {"POST", "/api/v1/dead-letters/again", `{"ids":["1"]}`}} {
			a := o.call(account, r[0], r[1], r[2])
			require.Equal(t, 403, a.status, "%s %v", account, r)
			require.Contains(t, a.body, "not_administrator")
		}
	}
	bad := o.call("dingyi", "POST", "/api/v1/robots", strings.Replace(robot, "hook.example.org", "192.168.1.1", 1))
	require.Equal(t, 422, bad.status)
	require.Contains(t, bad.body, "bad_robot_url")
	made := o.call("dingyi", "POST", "/api/v1/robots", robot)
	require.Equal(t, 200, made.status, made.body)
	path, _ := made.json(t)["id"].(string)
	path = "/api/v1/robots/" + path
	list := o.call("dingyi", "GET", "/api/v1/robots", "").body
	require.Contains(t, list, `"host":"https://hook.example.org","signed":true`[:35])
	require.NotContains(t, list, "TOKEN")
	require.NotContains(t, list, webhookSecret)
	require.Equal(t, 204, o.call("dingyi", "POST", path+"/try", "").status)
	require.Equal(t, 409, o.call("dingyi", "POST", path+"/try", "").status)
	require.Equal(t, 204, o.call("dingyi", "PUT", path, `{"org":"`+o.orgs["0101"]+`","title":"新名","active":false}`).status)
	require.Contains(t, o.call("dingyi", "GET", "/api/v1/robots", "").body, `"title":"新名"`)
	require.Equal(t, 204, o.call("dingyi", "DELETE", path, "").status)
	require.Equal(t, 404, o.call("dingyi", "DELETE", path, "").status)
	require.Equal(t, 404, o.call("dingyi", "PUT", path, `{"org":"1","title":"x","active":true}`).status)
}

// What could not be delivered is found with its reason and goes out again, in the browser and over the API.
func TestDeadLettersOverBothFaces(t *testing.T) {
	o := withMail(t)
	require.Equal(t, 200, o.call("gaofeng", "PUT", "/api/v1/me/channels", `{"mail_on":true,"mail":"gaofeng@example.org"}`).status)
	o.told()
	bury := func() {
		for _, m := range o.claimed(store.Mail) {
			require.NoError(t, o.db.Dead(t.Context(), m, o.now, "邮件服务器拒收 refused by the mail server: 550"))
		}
	}
	bury()
	admin := o.signedIn(t, "dingyi")
	body := admin.see(deliveryPage)
	for _, shown := range []string{"高峰", "gaofeng@example.org", "邮件服务器拒收 refused by the mail server: 550", "每日提醒", "全部再发（1条）"} {
		require.Contains(t, body, shown)
	}
	require.NotContains(t, body, "新动态", "not what it says")
	require.NotContains(t, admin.see(deliveryPage+"?channel=feishu"), "高峰")
	require.Equal(t, 303, admin.post(deliveryPage, url.Values{"id": {id(o.dead(t)[0].ID)}}).status)
	require.Contains(t, admin.see(deliveryPage), "没有未送达的消息")
	bury()
	require.Equal(t, 303, admin.post(deliveryPage, url.Values{"all": {"yes"}, "channel": {"mail"}}).status)
	require.Contains(t, admin.see(deliveryPage), "1条已重新排队")
	bury()
	require.Contains(t, o.call("dingyi", "GET", "/api/v1/dead-letters?channel=mail", "").body, `"to":"高峰"`)
	require.Equal(t, 422, o.call("dingyi", "GET", "/api/v1/dead-letters?channel=pigeon", "").status)
	require.Contains(t, o.call("dingyi", "GET", "/api/v1/delivery", "").body, `"dead":1`)
	number := id(o.dead(t)[0].ID)
	require.JSONEq(t, `{"again":1}`, o.call("dingyi", "POST", "/api/v1/dead-letters/again", `{"ids":["`+number+`"]}`).body)
	require.Equal(t, 404, o.call("dingyi", "POST", "/api/v1/dead-letters/again", `{"ids":["`+number+`"]}`).status)
	bury()
	require.JSONEq(t, `{"again":1}`, o.call("dingyi", "POST", "/api/v1/dead-letters/again", `{"all":true}`).body)
	require.JSONEq(t, `{"again":0}`, o.call("dingyi", "POST", "/api/v1/dead-letters/again", `{"all":true,"channel":"mail"}`).body)
	require.Contains(t, o.signedIn(t, "jianghe").see("/records/audit?account=dingyi"), "再发未送达的消息")
}

func (o *office) dead(t *testing.T) []store.Message {
	t.Helper()
	all, err := o.db.DeadLetters(t.Context(), "", 0, 10)
	require.NoError(t, err)
	return all
}
