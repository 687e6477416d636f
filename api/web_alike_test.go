package api

import (
	"encoding/json"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// logged writes a problem of 0101 down and gives its id.
func (o *office) logged(account, source, detail, number string) string {
	o.t.Helper()
	a := o.call(account, "POST", "/api/v1/issues", `{"org":"`+o.orgs["0100"]+`","responsible":"`+o.orgs["0101"]+`","source":"`+source+`","detail":"`+detail+`","own_number":"`+number+`"}`)
	require.Equal(o.t, 201, a.status, a.body)
	out, _ := a.json(o.t)["id"].(string)
	return out
}

// Who logs a problem that reads like another is shown that one, merges with one link and a form, and sees both sources' numbers.
func TestLoggedAndPerhapsTheSame(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stays := o.logged("zhenglan", "inspection", "党费收缴不及时，涉及3个支部", "巡-15")
	b := o.signedIn(t, "zhenglan")
	a := b.post("/find", url.Values{"detail": {"支部党费收缴不及时，有的党员跨季度缴纳"}, "source": {"audit"}, "found_on": {"2026-11-02"}, "responsible": {o.orgs["0101"]}, "own_number": {"审-3"}, "org": {o.orgs["0100"]}})
	require.Equal(t, 303, a.status, a.body)
	to := a.header.Get("Location")
	require.Regexp(t, `^/issues/\d+/similar\?logged=1$`, to)
	body := b.see(to)
	require.Contains(t, body, "已登记；可能是同一问题")
	require.Contains(t, body, "同一责任单位")
	require.Regexp(t, `文字相似\d+%：“党费收缴不及时…”`, body)
	merge := regexp.MustCompile(`href="(/issues/\d+/do/merge\?other=[^"]+)"`).FindStringSubmatch(body)
	require.Len(t, merge, 2)
	form := b.see(merge[1])
	number := regexp.MustCompile(`name="other"[^>]*value="([^"]+)"`).FindStringSubmatch(form)
	require.Len(t, number, 2, "the other one stands in the form already")
	issue := regexp.MustCompile(`^/issues/(\d+)/`).FindStringSubmatch(to)[1]
	require.Equal(t, 200, o.call("zhenglan", "POST", "/api/v1/issues/"+issue+"/steps", `{"action":"merge","other":"`+stays+`"}`, "If-Match", `"1"`).status)

	page := b.see("/issues/" + stays)
	require.Contains(t, page, "并入本问题的")
	require.Contains(t, page, "审-3")
	require.Contains(t, b.see("/sources"), "五个来源共1条，并案0条，实有问题1个")
	require.Contains(t, b.see("/sources"), "全部来源共2条，并案1条，实有问题1个")
	report := b.see("/sources/audit")
	require.Contains(t, report, "本来源共1条，并案1条，实有问题0个")
	require.Contains(t, report, "审-3")
	export := b.get("/sources/audit/export")
	require.Equal(t, 200, export.status)
	require.Contains(t, cellsOf(t, export.body), "审-3")
	require.Equal(t, 404, b.get("/sources/rumour").status)
	require.Equal(t, 404, b.get("/sources/rumour/export").status)
	quiet := b.post("/find", url.Values{"detail": {"值班脱岗一次"}, "source": {"audit"}, "found_on": {"2026-11-02"}, "org": {o.orgs["0100"]}})
	require.Regexp(t, `^/issues/\d+$`, quiet.header.Get("Location"), "nothing is like it")
}

// asked is a closed issue of 0101 that asked 0103 whether they have the same.
func (o *office) asked() string {
	o.t.Helper()
	issue := o.rectifying()
	o.step("gaofeng", issue, "5", `{"action":"finish","measure":1,"note":"已补齐"}`)
	o.step("gaofeng", issue, "6", `{"action":"submit","note":"提请验收","evidence":[{"text":"补齐的记录"}]}`)
	o.step("xuning", issue, "7", `{"action":"pass","criteria":{"measures_done":true,"violations_done":true,"effect_reached":true,"same_kind":true,"mechanism":true}}`)
	o.step("zhenglan", issue, "8", `{"action":"close"}`)
	o.step("zhenglan", issue, "9", `{"action":"spread","orgs":["`+o.orgs["0103"]+`","`+o.orgs["0102"]+`"],"due":"2026-11-20"}`)
	return issue
}

func TestSelfChecksOnPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.asked()
	b := o.signedIn(t, "luomin")
	require.Contains(t, b.see("/"), "待我单位自查 1 项")
	require.Regexp(t, `通知<span class="nav-count"[^>]*>1<`, b.see("/"), "it counts among what is new")
	require.Contains(t, b.see("/notices"), "举一反三自查")
	body := b.see("/self-checks")
	require.Contains(t, body, "三会一课记录不完整")
	require.NotContains(t, body, issue, "the other unit's issue is not named")
	require.Equal(t, 404, b.get("/issues/"+issue).status)
	action := regexp.MustCompile(`action="(/self-checks/\d+)"`).FindStringSubmatch(body)
	require.Len(t, action, 2)
	require.Equal(t, 404, o.signedIn(t, "gaofeng").post(action[1], url.Values{"answer": {"have_not"}}).status, "it is not theirs to answer")
	require.Equal(t, 422, b.post(action[1], url.Values{"answer": {"perhaps"}}).status)
	done := b.post(action[1], url.Values{"answer": {"have"}, "detail": {"三季度三会一课记录缺两次"}})
	require.Equal(t, 303, done.status, done.body)
	made := b.see(done.header.Get("Location"))
	require.Contains(t, made, "自查发现")
	require.Contains(t, made, "三季度三会一课记录缺两次")
	require.Equal(t, 409, b.post(action[1], url.Values{"answer": {"have_not"}}).status)
	require.NotContains(t, b.see("/"), "待我单位自查")

	asker := o.signedIn(t, "zhenglan")
	require.Regexp(t, `发出">2</td><td class="num" data-label="已答复">1</td><td class="num" data-label="有">1`, asker.see("/self-checks"))
	require.Contains(t, asker.see("/issues/"+issue), "举一反三自查")
	require.NotContains(t, o.signedIn(t, "gaofeng").see("/issues/"+issue), "举一反三自查", "whose problem it was does not read the answers of others")
}

func TestSimilarSourcesAndSelfChecksOverHTTP(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.asked()
	find := o.call("zhenglan", "GET", "/api/v1/issues/similar?org="+o.orgs["0101"]+"&text=%E4%B8%89%E4%BC%9A%E4%B8%80%E8%AF%BE%E8%AE%B0%E5%BD%95%E4%B8%8D%E5%AE%8C%E6%95%B4", "")
	require.JSONEq(t, `{"similar":[]}`, find.body, "what is closed is not offered")
	first, second := o.found(), o.found()
	find = o.call("zhenglan", "GET", "/api/v1/issues/similar?issue="+first, "")
	require.Equal(t, 200, find.status, find.body)
	require.Contains(t, find.body, `"id":"`+second+`"`)
	require.NotContains(t, find.body, `"id":"`+first+`"`)
	require.Equal(t, 404, o.call("luomin", "GET", "/api/v1/issues/similar?issue="+first, "").status)

	var mine struct {
		Open []struct{ Id, Text string }
	}
	require.NoError(t, json.Unmarshal([]byte(o.call("luomin", "GET", "/api/v1/self-checks", "").body), &mine))
	require.Len(t, mine.Open, 1)
	path := "/api/v1/self-checks/" + mine.Open[0].Id + "/answer"
	require.Equal(t, 404, o.call("gaofeng", "POST", path, `{"answer":"have_not"}`).status)
	require.Equal(t, 422, o.call("luomin", "POST", path, `{"answer":"perhaps"}`).status)
	a := o.call("luomin", "POST", path, `{"answer":"have"}`)
	require.Equal(t, 200, a.status, a.body)
	require.Contains(t, a.body, `"issue_number":"ZC-0103-2026-0001"`)
	require.Contains(t, o.call("luomin", "GET", "/api/v1/issues?source=self_check", "").body, `"prompted":true`)
	require.Contains(t, o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/self-checks", "").body, `"answer":"have"`)
	require.JSONEq(t, `{"self_checks":[]}`, o.call("gaofeng", "GET", "/api/v1/issues/"+issue+"/self-checks", "").body)

	sums := o.call("zhenglan", "GET", "/api/v1/sources?under="+o.orgs["0100"], "")
	require.Contains(t, sums.body, `"zh":"五个来源共3条，并案0条，实有问题3个"`)
	require.Contains(t, o.call("zhenglan", "GET", "/api/v1/sources/inspection?limit=1", "").body, `"next":"`)
	require.Equal(t, 404, o.call("zhenglan", "GET", "/api/v1/sources/rumour", "").status)
	require.Equal(t, 404, o.call("zhenglan", "GET", "/api/v1/sources/rumour/report.xlsx", "").status)
	require.Equal(t, 200, o.call("zhenglan", "GET", "/api/v1/sources/inspection/report.xlsx", "").status)
}

// While a problem is being written down, what reads like it is shown to who may see that, with the reason, and to nobody else.
func TestAlikeWhileWriting(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	there := o.logged("zhenglan", "inspection", "党费收缴不及时，涉及3个支部", "巡-15")
	typed := func(detail string) url.Values {
		return url.Values{"detail": {detail}, "responsible": {o.orgs["0101"]}, "org": {o.orgs["0100"]}, "found_on": {"不是日期"}}
	}
	b := o.signedIn(t, "zhenglan")
	require.Contains(t, b.see("/find"), `hx-post="/find/alike"`)
	body := b.post("/find/alike", typed("支部党费收缴不及时，有的党员跨季度缴纳")).body
	require.Contains(t, body, `<a href="/issues/`+there+`" target="_blank"`)
	require.Contains(t, body, "同一责任单位")
	require.Regexp(t, `文字相似\d+%：“党费收缴不及时…”`, body)
	require.NotContains(t, body, "/do/merge", "nothing is there yet that could be merged")

	quiet := b.post("/find/alike", typed("值班室电话无人接听两次"))
	require.Equal(t, 200, quiet.status)
	require.Contains(t, quiet.body, "没有文字相近的在办问题")
	short := b.post("/find/alike", typed("党费")).body
	require.NotContains(t, short, "/issues/"+there)
	require.NotContains(t, short, "没有文字相近")
	half := typed("支部党费收缴不及时，有的党员跨季度缴纳")
	half.Set("responsible", "不存在的支部")
	require.Contains(t, b.post("/find/alike", half).body, "/issues/"+there, "a name that is not typed to its end is no fault")

	other := o.signedIn(t, "luomin").post("/find/alike", typed("支部党费收缴不及时，有的党员跨季度缴纳"))
	require.Equal(t, 200, other.status)
	require.NotContains(t, other.body, there, "another branch may not see it")
}
