package api

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Nothing that hangs on an issue comes to who may not see the issue, by whatever address; nor does it through another issue.
func TestWhatHangsOnAnIssueIsGuarded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.rectifying()
	owner, stranger := o.signedIn(t, "gaofeng"), o.signedIn(t, "yeqing")
	owner.do(issue, "attest", map[string][]byte{"现场.png": picture(t)})
	hash := regexp.MustCompile(`/thumbnails/([0-9a-f]{64})`).FindStringSubmatch(owner.see("/issues/" + issue))[1]
	own := o.foundBy("yeqing", "0202")
	for _, kind := range []string{"/files/", "/pictures/", "/thumbnails/"} {
		require.Equal(t, 200, owner.get("/issues/"+issue+kind+hash).status)
		require.Equal(t, 404, stranger.get("/issues/"+issue+kind+hash).status, kind)
		require.Equal(t, 404, stranger.get("/issues/"+own+kind+hash).status, "not by way of one's own issue either: %s", kind)
	}
	for _, path := range []string{"/issues/" + issue, "/issues/" + issue + "/why", "/issues/" + issue + "/do/report", "/records/" + issue, "/rules/machines/" + issue} {
		require.Equal(t, 404, stranger.get(path).status, path)
	}
	a := stranger.sendForm("/issues/"+issue+"/do/comment", url.Values{"version": {"6"}, "note": {"别人的问题"}}, nil)
	require.Equal(t, 404, a.status)
	require.NotContains(t, owner.see("/issues/"+issue), "别人的问题")
	for _, path := range []string{"/issues", "/issues?text=%E4%B8%89%E4%BC%9A%E4%B8%80%E8%AF%BE", "/issues/bulk?do=comment", "/notices", "/records?asked=yes"} {
		require.NotContains(t, stranger.see(path), "三会一课记录", path)
	}
}

// An export and the list of checklists hold what their reader may see, and no more.
func TestAnExportIsGuarded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.found()
	o.foundBy("yeqing", "0202")
	rows := func(account string) string {
		a := o.call(account, "GET", "/issues/export", "")
		require.Equal(t, 200, a.status)
		return o.cells(a.body)
	}
	require.Contains(t, rows("gaofeng"), "三会一课")
	require.NotContains(t, rows("gaofeng"), "台账缺页")
	require.Contains(t, rows("yeqing"), "台账缺页")
	require.NotContains(t, rows("yeqing"), "三会一课")

	o.takeIt("xuning", o.sentIn("xuning", inspectionList, "inspection", "title", "巡察反馈清单甲"), "good")
	require.Contains(t, o.see("xuning", checklistsPage).body, "巡察反馈清单甲")
	require.NotContains(t, o.see("yeqing", checklistsPage).body, "巡察反馈清单甲")
}

// Steps on many issues pass the same guards as one step: what the sender cannot see or may not do stops all.
func TestManyStepsAreGuarded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	theirs, own := o.found(), o.foundBy("yeqing", "0202")
	b := o.signedIn(t, "yeqing")
	for _, one := range []url.Values{{"issue": {theirs + ":1"}}, {"issue": {own + ":1", theirs + ":1"}}} {
		one.Set("note", "一并批注一下")
		one.Set("key", newKey())
		a := b.post("/issues/bulk?do=comment", one)
		require.Contains(t, []int{404, 409, 422}, a.status)
		require.NotContains(t, a.body, "三会一课")
	}
	a := o.signedIn(t, "gaofeng").post("/issues/bulk?do=assign", url.Values{"issue": {theirs + ":1"}, "responsible": {o.orgs["0101"]}, "due": {"2026-12-20"}, "kind": {"timed"}, "grade": {"ordinary"}, "key": {newKey()}})
	require.Contains(t, []int{403, 409, 422}, a.status, "what may not be done to one is not done to many")
	for account, issue := range map[string]string{"gaofeng": theirs, "yeqing": own} {
		require.NotContains(t, o.signedIn(t, account).see("/issues/"+issue), "一并批注一下")
		require.Contains(t, o.call(account, "GET", "/api/v1/issues/"+issue, "").body, `"state":"found"`)
	}
}

// What somebody keeps, sent in or started is theirs alone: views, workbooks on their way in, imports under way, sessions.
func TestOnesOwnIsGuarded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	owner, other := o.signedIn(t, "zhenglan"), o.signedIn(t, "xuning")
	require.Equal(t, 303, owner.post("/views", url.Values{"name": {"我的重大"}, "query": {"grade=major"}}).status)
	require.NotContains(t, other.see("/issues"), "我的重大")
	other.post("/views/delete", url.Values{"name": {"我的重大"}})
	require.Contains(t, owner.see("/issues"), "我的重大")

	understood := o.sentIn("xuning", auditPair, "audit")
	path, query, _ := strings.Cut(understood, "?")
	require.Equal(t, 200, other.get(understood).status)
	require.Equal(t, 404, owner.get(understood).status)
	require.Equal(t, 404, owner.get(path+"/rejects?"+query).status)
	values, err := url.ParseQuery(query)
	require.NoError(t, err)
	values.Set("mode", "good")
	require.Equal(t, 404, owner.post(path, values).status)
	require.NotContains(t, owner.see(checklistsPage), "checklist=")

	for table, file := range map[string]string{"/orgs/import": "组织架构.xlsx", "/people/import": "人员任职.xlsx"} {
		a := o.upload("dingyi", table, sample(t, file), "@file", file)
		require.Equal(t, 303, a.status, a.body)
		check, _, _ := strings.Cut(a.header.Get("Location"), "?")
		require.Equal(t, 200, o.call("dingyi", "GET", check, "").status)
		for _, account := range []string{"zhenglan", "renan", "xuning"} {
			require.Contains(t, []int{403, 404}, o.call(account, "GET", check, "").status, account)
			require.Contains(t, []int{403, 404}, o.fillIn(account, check, "name", file).status, account)
		}
	}
	require.Equal(t, 403, owner.get(passwordsPage).status)
	require.Equal(t, 403, owner.post(passwordsPage, url.Values{"accounts": {"gaofeng"}}).status)

	session := regexp.MustCompile(`name="session" value="([^"]+)"`)
	o.tokens["zhenglan"] = ""
	second := o.signedIn(t, "zhenglan")
	handle := session.FindStringSubmatch(second.see("/me"))
	require.NotNil(t, handle)
	other.post("/me/sessions", url.Values{"session": {handle[1]}})
	require.Equal(t, 200, owner.get("/me").status, "nobody ends another's session")
	require.Equal(t, 303, second.post("/me/sessions", url.Values{"session": {handle[1]}}).status)
	require.Equal(t, 303, owner.get("/me").status)
}
