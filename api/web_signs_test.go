package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Signs are read on a page and by the API, each opens to its issues, and nobody's name stands on it.
func TestSignsOpenToTheirIssues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	helper, verifier, officer := o.signedIn(t, "mali"), o.signedIn(t, "xuning"), o.signedIn(t, "gaofeng")
	same := map[string][]byte{"现场.png": picture(t)}
	var issues []string
	for range 2 {
		issue := o.rectifying()
		helper.do(issue, "finish", same, "measure", "1", "note", "已补齐")
		officer.do(issue, "submit", nil, "note", "提请验收")
		issues = append(issues, issue)
	}
	verifier.do(issues[0], "pass", nil, "measures_done", "yes", "violations_done", "yes", "effect_reached", "yes", "same_kind", "yes", "mechanism", "yes")

	committee := o.signedIn(t, "zhenglan")
	page := committee.see("/signs")
	require.Contains(t, page, "这些是提示，不是结论，更不是给谁打分")
	require.Contains(t, page, "也可能是")
	file := committee.see("/signs/same_file")
	require.Contains(t, file, "文件“<span lang=\"zh\">现场.png</span>”是2个问题的佐证，涉及1个责任单位")
	for _, issue := range issues {
		require.Contains(t, file, `href="/issues/`+issue+`"`)
	}
	quick := committee.see("/signs/quick")
	require.Contains(t, quick, "0分钟后通过；看一遍约需2分钟")
	require.Contains(t, quick, `href="/issues/`+issues[0]+`"`)
	require.NotContains(t, quick, `href="/issues/`+issues[1]+`"`)
	require.Contains(t, committee.see("/signs/gap"), "这个期间没有这种线索")
	for _, name := range []string{"高峰", "马丽", "许宁"} {
		require.NotContains(t, file+quick, name, "a sign is about issues, not about persons")
	}
	require.Contains(t, helper.see("/signs"), "没有可查看的组织")
	require.Contains(t, o.signedIn(t, "jianghe").see("/signs"), "没有可查看的组织", "the auditor has no business rights")
	require.Equal(t, 404, committee.get("/signs/score").status)
	require.Equal(t, 403, committee.get("/signs?org="+o.orgs["00"]).status)
	require.Contains(t, committee.get("/signs?from=2026-12-01&to=2026-01-01").body, "起止日期须有先后")

	query := "?org=" + o.orgs["0100"] + "&from=2026-01-01&to=2026-12-31"
	all := o.call("zhenglan", "GET", "/api/v1/signs"+query, "").json(t)
	require.Len(t, all["signs"], 7)
	require.Equal(t, "same_file", from(all, "signs", 0, "sign"))
	require.EqualValues(t, 1, from(all, "signs", 0, "found"))
	one := o.call("zhenglan", "GET", "/api/v1/signs/same_file"+query, "").json(t)
	require.Equal(t, issues[0], from(one, "findings", 0, "issues", 0, "issue"))
	require.Empty(t, o.call("zhenglan", "GET", "/api/v1/signs/gap"+query, "").json(t)["findings"])
	require.Equal(t, 403, o.call("gaofeng", "GET", "/api/v1/signs"+query, "").status)
	require.Equal(t, 422, o.call("zhenglan", "GET", "/api/v1/signs?org="+o.orgs["0100"]+"&from=2026-02-01&to=2026-01-01", "").status)
}

// The system administrator changes the numbers, by page and by API; everybody may read them.
func TestNumbersOfSignsAreChanged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.NotContains(t, o.signedIn(t, "mali").see("/rules/signs"), "<form class=\"form\"")
	admin := o.signedIn(t, "dingyi")
	require.Contains(t, admin.see("/settings"), `href="/rules/signs"`)
	numbers := admin.form(admin.see("/rules/signs"), "/rules/signs")
	require.Equal(t, "2", numbers.Get("returns"))
	numbers.Set("returns", "9")
	a := admin.post("/rules/signs", numbers)
	require.Equal(t, 303, a.status, a.body)
	require.Contains(t, admin.see("/rules/signs"), "9次以上")
	numbers.Set("late_days", "many")
	a = admin.post("/rules/signs", numbers)
	require.Equal(t, 422, a.status)
	require.Contains(t, a.body, "请填写一个数")

	rules := o.call("mali", "GET", "/api/v1/sign-rules", "").json(t)
	require.EqualValues(t, 9, rules["returns"])
	body := `{"last_days":5,"bunch_least":5,"bunch_share":50,"late_days":3,"requests":2,"returns":4,"chars_per_minute":500,"minutes_per_file":1,"alike":90,"alike_least":30,"gap_least":3}`
	require.Equal(t, 403, o.call("mali", "PUT", "/api/v1/sign-rules", body).status)
	require.Equal(t, 409, o.call("dingyi", "PUT", "/api/v1/sign-rules?rev=0", body).status)
	set := o.call("dingyi", "PUT", "/api/v1/sign-rules?rev=1", body)
	require.Equal(t, 200, set.status, set.body)
	require.EqualValues(t, 2, set.json(t)["rev"])
}
