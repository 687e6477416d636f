package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow"
	"rectify/workflow/engine"
)

const of2027 = `{"years": [{"year": 2027, "notice": "国办发明电〔2026〕99号", "issued": "2026-11-20", "source": "https://www.gov.cn/example",
	"holidays": [{"name": "元旦", "from": "2026-12-31", "to": "2027-01-02"}], "working": ["2026-12-27", "2027-01-03"]}]}`

// assignedAtTheEndOfTheYear is an issue whose clock to accept it runs into 2027. Sessions would not live so long, so it is not made by HTTP.
func (o *office) assignedAtTheEndOfTheYear() string {
	o.t.Helper()
	now := o.now
	defer func() { o.now = now }()
	o.now = workflow.Day("2026-12-30").Time()
	by, err := o.Engine.ActorNamed(o.t.Context(), "zhenglan")
	require.NoError(o.t, err)
	var in reading
	finder, responsible := idOf[workflow.OrgID](&in, "", o.orgs["0100"]), idOf[workflow.OrgID](&in, "", o.orgs["0101"])
	i, err := o.Engine.Find(o.t.Context(), by, "", engine.Finding{Org: finder, Detail: "台账不全", Source: "self_check"})
	require.NoError(o.t, err)
	i, err = o.Engine.Do(o.t.Context(), by, i.ID, i.Version, "", workflow.Step{Action: workflow.Assign, Responsible: responsible, Due: "2027-06-30",
		Kind: workflow.KindTimed, Grade: workflow.Ordinary})
	require.NoError(o.t, err)
	return id(i.ID)
}

// Everybody sees which days are off and which year is provisional; only the system administrator sees where to load a file, first sees
// what it would change, and takes it then.
func TestLoadingHolidaysByForm(t *testing.T) {
	o := newOffice(t)
	o.assignedAtTheEndOfTheYear()

	b := o.signedIn(t, "gaofeng")
	body := b.see(holidaysPage)
	require.Contains(t, body, "国办发明电〔2025〕7号")
	require.Contains(t, body, `<td class="off">16<i>休</i></td>`, "16 February 2026, in the Spring Festival")
	require.Contains(t, body, `<td>14<i>班</i></td>`, "14 February 2026, a Saturday that is worked")
	require.Regexp(t, `2027年 <span class="provisional">暂定`, body)
	require.NotContains(t, body, `id="load"`)
	require.NotContains(t, b.see("/"), `href="/settings"`)
	require.Equal(t, http.StatusForbidden, b.get("/settings").status)
	refused := b.sendForm(holidaysPage, map[string][]string{"rev": {"0"}, "text": {of2027}, "take": {"yes"}}, nil)
	require.Equal(t, http.StatusForbidden, refused.status)
	require.Contains(t, refused.body, "系统管理员")

	admin := o.signedIn(t, "dingyi")
	require.Contains(t, admin.see("/"), `href="/settings"`)
	require.Contains(t, admin.see("/settings"), "节假日与调休")
	values := admin.form(admin.see(holidaysPage), holidaysPage)
	empty := admin.sendForm(holidaysPage, values, nil)
	require.Equal(t, http.StatusUnprocessableEntity, empty.status)
	require.Contains(t, empty.body, "请选择文件")
	wrong := admin.sendForm(holidaysPage, values, map[string][]byte{"2027.json": []byte(strings.Replace(of2027, `"source": "https://www.gov.cn/example"`, `"source": ""`, 1))})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.body, "2027 年缺少出处")
	require.Contains(t, wrong.body, "国办发明电〔2026〕99号", "what was sent is kept")

	shown := admin.sendForm(holidaysPage, values, map[string][]byte{"2027.json": []byte(of2027)})
	require.Equal(t, 200, shown.status)
	require.Contains(t, shown.body, "改为放假（2天）")
	require.Contains(t, shown.body, "1 个在办问题的环节期限将重新推算")
	require.Contains(t, b.see(holidaysPage), "2027年 <span class=\"provisional\">", "nothing is taken yet")
	take := admin.form(shown.body, holidaysPage)
	done := admin.sendForm(holidaysPage, take, nil)
	require.Equal(t, http.StatusSeeOther, done.status, done.body)
	after := admin.see(holidaysPage)
	require.Contains(t, after, "管理员载入")
	require.Contains(t, after, "最近由丁一载入")
	require.Contains(t, after, "已载入；1 个在办问题")
	require.NotContains(t, after, "暂定：")
	require.Contains(t, admin.see("/settings"), "丁一")

	audit := o.signedIn(t, "jianghe").see("/records/audit?setting=holidays")
	require.Contains(t, audit, "修改设置")
	require.Contains(t, audit, "国办发明电〔2026〕99号")
	require.NotContains(t, admin.get("/records/audit?setting=holidays").body, "国办发明电")

	o.now = o.now.Add(time.Minute)
	stale := admin.sendForm(holidaysPage, take, nil)
	require.Equal(t, http.StatusConflict, stale.status)
	require.Contains(t, stale.body, "已被别人修改")
}

// The same through the API.
func TestLoadingHolidaysByAPI(t *testing.T) {
	o := newOffice(t)
	h := o.call("mali", "GET", "/api/v1/holidays", "").json(t)
	require.Equal(t, []any{2027.0}, h["unknown"])
	require.Len(t, h["years"], 3)
	for _, account := range []string{"mali", "renan", "jianghe", "zhouqm"} {
		require.Contains(t, o.call(account, "POST", "/api/v1/holidays", of2027).body, "not_administrator", account)
		require.Equal(t, http.StatusForbidden, o.call(account, "GET", "/api/v1/settings", "").status, account)
	}
	checked := o.call("dingyi", "POST", "/api/v1/holidays?check=true", of2027).json(t)
	require.Equal(t, []any{false, 0.0}, []any{checked["taken"], checked["rev"]})
	require.Contains(t, o.call("dingyi", "POST", "/api/v1/holidays?rev=3", of2027).body, "stale_setting")
	bad := o.call("dingyi", "POST", "/api/v1/holidays", strings.Replace(of2027, "2027-01-02", "2027-02-30", 1))
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	require.Contains(t, bad.body, "2027-02-30")
	require.Contains(t, o.call("dingyi", "POST", "/api/v1/holidays", `{"years":[]}`).body, `"status":422`)
	taken := o.call("dingyi", "POST", "/api/v1/holidays?rev=0", of2027).json(t)
	require.Equal(t, []any{true, 1.0}, []any{taken["taken"], taken["rev"]})
	changes, err := json.Marshal(taken["changes"])
	require.NoError(t, err)
	require.JSONEq(t, `[{"year":2027,"notice":"国办发明电〔2026〕99号","new":true,"free":["2026-12-31","2027-01-01"],"worked":["2026-12-27","2027-01-03"]}]`, string(changes))
	h = o.call("mali", "GET", "/api/v1/holidays", "").json(t)
	require.Equal(t, []any{[]any{}, []any{2027.0}, "丁一"}, []any{h["unknown"], h["loaded"], h["loaded_by"]})
	require.Contains(t, o.call("dingyi", "GET", "/api/v1/settings", "").body, `"name":"holidays"`)
}

// A date in a year whose holidays are not known is marked wherever it shows; and nowhere once they are.
func TestProvisionalDatesAreMarkedEverywhere(t *testing.T) {
	o := newOffice(t)
	issue := o.assignedAtTheEndOfTheYear()
	for _, known := range []bool{false, true} {
		if known {
			require.Equal(t, 200, o.call("dingyi", "POST", "/api/v1/holidays", of2027).status)
			n, err := o.Engine.Reckon(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, n)
			body := o.see("gaofeng", "/issues/"+issue).body
			require.Contains(t, body, "本环节期限因节假日安排公布由2027-01-01改为2027-01-04")
			require.Contains(t, body, "系统自动")
			require.NotContains(t, body, `class="provisional"`)
			require.Contains(t, o.see("sunli", "/records/"+issue).body, "2026-12-30 至 2027-01-04")
			issue = o.assignedAtTheEndOfTheYear()
		}
		marked := func(place, body, pattern string) {
			t.Helper()
			if known {
				require.NotRegexp(t, pattern, body, place)
			} else {
				require.Regexp(t, pattern, body, place)
			}
		}
		page := o.see("gaofeng", "/issues/"+issue).body
		marked("issue, due", page, `2027-06-30 <a class="provisional"`)
		if !known {
			require.Regexp(t, `2027-01-01 <a class="provisional"[^>]*>暂定</a><small class="basis">交办后2个工作日内签收`, page, "the clock and its basis")
			require.Regexp(t, `2027-01-01前办 <a class="provisional"`, o.see("gaofeng", "/").body, "what waits")
			require.Contains(t, page, "至 2027-01-01（暂定）", "history")
		}
		require.Regexp(t, `title="交办后2个工作日内签收"`, o.see("gaofeng", "/").body, "what waits has the basis")
		require.Contains(t, o.see("gaofeng", "/issues").body, "2027-06-30")
		marked("ledger", o.see("gaofeng", "/issues").body, `2027-06-30</span><a class="provisional"`)
		marked("what waits, due", o.see("gaofeng", "/").body, `2027-06-30</span><a class="provisional"`)

		view := o.call("gaofeng", "GET", "/api/v1/issues/"+issue, "").json(t)
		require.Equal(t, !known, view["due_provisional"] == true)
		inner, _ := view["issue"].(map[string]any)
		clock, _ := inner["clock"].(map[string]any)
		require.Equal(t, !known, clock["provisional"] == true)
		require.NotEmpty(t, view["clock_basis"])
		list := o.call("gaofeng", "GET", "/api/v1/issues", "").body
		require.Equal(t, !known, strings.Contains(list, `"due_provisional":true`))

		export := o.call("gaofeng", "GET", "/api/v1/ledger.xlsx", "")
		marked("export", cellsOf(t, export.body), `暂定（2027年放假安排未公布）`)
		require.Contains(t, cellsOf(t, export.body), "2027-06-30")
	}
}

// cellsOf are all cells of a workbook.
func cellsOf(t *testing.T, book string) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader([]byte(book)))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	var out strings.Builder
	for _, row := range rows {
		_, _ = io.WriteString(&out, strings.Join(row, "|")+"\n")
	}
	return out.String()
}

// A due day on a day off is taken, and the page and the API say which day would be better.
func TestADueDayOnADayOffIsAdvisedAgainst(t *testing.T) {
	o := newOffice(t)
	for due, advised := range map[string]string{"2026-12-20": "2026-12-21", "2026-12-21": ""} {
		a := o.call("zhenglan", "POST", "/api/v1/issues", `{"org":"`+o.orgs["0100"]+`","responsible":"`+o.orgs["0101"]+
			`","source":"inspection","detail":"三会一课记录不完整","kind":"timed","grade":"ordinary","due":"`+due+`"}`)
		require.Equal(t, 201, a.status, a.body)
		issue, _ := a.json(t)["id"].(string)
		page := o.see("zhenglan", "/issues/"+issue).body
		view := o.call("zhenglan", "GET", "/api/v1/issues/"+issue, "").json(t)
		advice, _ := view["due_advice"].(map[string]any)
		if advised == "" {
			require.NotContains(t, page, "这一天放假")
			require.Nil(t, advice)
			continue
		}
		require.Contains(t, page, due+`<small class="basis">这一天放假，建议改为其后的第一个工作日`+advised)
		require.Contains(t, advice["zh"], advised)
	}
}
