package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// runToday lets the daily run be done.
func (o *office) runToday() {
	o.t.Helper()
	_, err := o.Engine.RunDay(o.t.Context(), o.Engine.Today())
	require.NoError(o.t, err)
}

// Everybody reads the rules; only the system administrator sees the lists and the runs, rehearses other rules and switches them on.
func TestChangingRemindersByForm(t *testing.T) {
	o := newOffice(t)
	o.takeIt("xuning", o.sentIn("xuning", inspectionList, "inspection"), "good")
	officer := o.signedIn(t, "gaofeng")
	body := officer.see(remindersPage)
	require.Contains(t, body, "期限前20天：责任人")
	require.Contains(t, body, "期限后1天起每7天：责任人、责任单位经办人、责任单位书记")
	require.NotContains(t, body, "每日运行</h2>")
	require.Equal(t, http.StatusForbidden, officer.get(remindersPage+"/default").status)
	require.Equal(t, http.StatusForbidden, officer.post(remindersPage+"/default", map[string][]string{"body": {"on: true"}, "rev": {"0"}, "take": {"yes"}}).status)
	require.Equal(t, http.StatusForbidden, officer.post(remindersPage+"/runs/2026-11-02", nil).status)

	admin := o.signedIn(t, "dingyi")
	require.Contains(t, admin.see("/settings"), "提醒规则与每日运行")
	list := admin.see(remindersPage)
	require.Contains(t, list, "每日运行")
	require.Contains(t, list, "默认（没有单独规定的清单）")
	path := remindersPage + "/default"
	page := admin.see(path)
	require.Contains(t, page, "soon: 10")
	values := admin.form(page, path)
	values["body"] = []string{strings.Replace(values["body"][0], "soon: 10", "soon: 99", 1)}
	wrong := admin.post(path, values)
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.body, "rules.yaml:5 “99”不是0到60之间的整数")
	require.Contains(t, wrong.body, "soon: 99", "what was typed is kept")
	values["body"] = []string{strings.Replace(values["body"][0], "soon: 99", "soon: 30", 1)}
	tried := admin.post(path, values)
	require.Equal(t, 200, tried.status)
	require.Regexp(t, `启用后，2026-\d\d-\d\d 将发出 \d+ 份提醒给 \d+ 人`, tried.body)
	require.Regexp(t, `\d+ 个问题的“临期”日期将改变`, tried.body)
	require.Contains(t, admin.see(path), "soon: 10", "nothing is taken yet")
	take := map[string][]string{"body": values["body"], "rev": {"0"}, "take": {"yes"}}
	done := admin.post(path, take)
	require.Equal(t, http.StatusSeeOther, done.status, done.body)
	require.Contains(t, admin.see(path), "到期前 30 天起亮“临期”")
	o.now = o.now.Add(time.Minute)
	stale := admin.post(path, take)
	require.Equal(t, http.StatusConflict, stale.status)
	require.Contains(t, stale.body, "已被别人修改")
	require.Contains(t, admin.see("/settings"), "丁一")
}

// A held run is released on the page.
func TestReleasingARunByForm(t *testing.T) {
	o := newOffice(t)
	o.rectifying()
	admin := o.signedIn(t, "dingyi")
	path := remindersPage + "/default"
	values := admin.form(admin.see(path), path)
	values["body"] = []string{strings.Replace(values["body"][0], "most: 5000", "most: 1", 1)}
	values["take"] = []string{"yes"}
	require.Equal(t, http.StatusSeeOther, admin.post(path, values).status)
	o.now = o.now.Add(2 * time.Minute)
	o.runToday()
	held := admin.see(remindersPage)
	require.Contains(t, held, "已暂停，待放行")
	require.Contains(t, held, "人数远多于平时或超过上限")
	release := remindersPage + "/runs/" + string(o.Engine.Today())
	require.Equal(t, http.StatusSeeOther, admin.post(release, admin.form(held, release)).status)
	require.Equal(t, http.StatusConflict, admin.post(release, nil).status)
	require.Contains(t, admin.see(remindersPage), "正在发送")
	o.runToday()
	require.Contains(t, admin.see(remindersPage), "已完成")
}

// Who sees an organisation's issues sees its prompt, printed without the navigation; the others see that there is none.
func TestPromptPage(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	officer := o.signedIn(t, "gaofeng")
	body := officer.see(promptsPage)
	require.Contains(t, body, workflow.Text{Zh: "截至今天", En: ""}.Zh)
	require.Regexp(t, `在办</dt><dd class="figs">1`, body)
	committee := o.signedIn(t, "zhenglan")
	pack := committee.see(promptsPage + "?org=" + o.orgs["0100"] + "&period=quarter")
	require.Contains(t, pack, "季度督导")
	require.Contains(t, pack, "各单位")
	require.Equal(t, 404, officer.get(promptsPage+"?org="+o.orgs["0100"]).status)
	require.Equal(t, 404, officer.get(promptsPage+"?org="+o.orgs["0101"]+"&period=2020-01").status)
	require.Contains(t, o.signedIn(t, "dingyi").see(promptsPage), "因此没有提示")
	o.now = o.now.Add(2 * time.Minute)
	o.runToday()
	month := string(o.Engine.Today())[:7]
	made := officer.see(promptsPage + "?org=" + o.orgs["0101"] + "&period=" + month)
	require.Contains(t, made, month+"月提示")
	require.NotContains(t, made, "尚未定稿")
	require.Contains(t, officer.see(promptsPage), ">"+month+"</a>")
	_ = issue
}

// The same through the API.
func TestRemindersByAPI(t *testing.T) {
	o := newOffice(t)
	o.rectifying()
	for _, account := range []string{"mali", "renan", "jianghe", "zhouqm"} {
		for _, path := range []string{"/api/v1/reminder-rules", "/api/v1/reminder-rules/default", "/api/v1/reminder-runs"} {
			require.Equal(t, http.StatusForbidden, o.call(account, "GET", path, "").status, account+path)
		}
		require.Contains(t, o.call(account, "PUT", "/api/v1/reminder-rules/default", `{"body":""}`).body, "not_administrator")
		require.Contains(t, o.call(account, "POST", "/api/v1/reminder-runs/2026-11-02/release", "").body, "not_administrator")
	}
	rules := o.call("dingyi", "GET", "/api/v1/reminder-rules/default", "").json(t)
	require.Equal(t, []any{"default", false, true, 10.0, 0.0}, []any{rules["list"], rules["own"], rules["on"], rules["soon"], rules["rev"]})
	text, _ := rules["body"].(string)
	file, err := json.Marshal(map[string]string{"body": strings.Replace(strings.Replace(text, "soon: 10", "soon: 60", 1), "most: 5000", "most: 1", 1)})
	require.NoError(t, err)
	trial := o.call("dingyi", "PUT", "/api/v1/reminder-rules/default?check=true", string(file)).json(t)
	require.Equal(t, []any{false, 1.0}, []any{trial["taken"], trial["moved"]})
	require.Contains(t, o.call("dingyi", "PUT", "/api/v1/reminder-rules/default?rev=3", string(file)).body, "stale_setting")
	bad := o.call("dingyi", "PUT", "/api/v1/reminder-rules/default", `{"body":"on: 3"}`)
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	require.Contains(t, bad.body, "rules.yaml:1")
	require.Equal(t, 404, o.call("dingyi", "GET", "/api/v1/reminder-rules/404", "").status)
	taken := o.call("dingyi", "PUT", "/api/v1/reminder-rules/default?rev=0", string(file)).json(t)
	require.Equal(t, []any{true, 1.0}, []any{taken["taken"], taken["rev"]})
	require.Contains(t, o.call("dingyi", "GET", "/api/v1/reminder-rules", "").body, `"soon":60`)

	o.now = o.now.Add(2 * time.Minute)
	o.runToday()
	today := string(o.Engine.Today())
	require.Contains(t, o.call("dingyi", "GET", "/api/v1/reminder-runs", "").body, `"stage":"held"`)
	require.Equal(t, 204, o.call("dingyi", "POST", "/api/v1/reminder-runs/"+today+"/release", "").status)
	require.Contains(t, o.call("dingyi", "POST", "/api/v1/reminder-runs/"+today+"/release", "").body, "not_held")

	live := o.call("gaofeng", "GET", "/api/v1/prompts", "").json(t)
	require.Equal(t, []any{false, 1.0, o.orgs["0101"]}, []any{live["fixed"], live["open"], live["org"]})
	made := o.call("gaofeng", "GET", "/api/v1/prompts?period="+today[:7]+"&org="+o.orgs["0101"], "").json(t)
	require.Equal(t, []any{true, 1.0}, []any{made["fixed"], made["open"]})
	require.Contains(t, o.call("gaofeng", "GET", "/api/v1/prompts?org="+o.orgs["0100"], "").body, "no_such_org")
	require.Equal(t, 404, o.call("dingyi", "GET", "/api/v1/prompts", "").status)
}
