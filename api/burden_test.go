package api

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// Everybody sees what was asked of their organisations and what the machines ask; the system administrator alone changes the budget.
func TestTheBurdenInTheBrowserAndOverTheAPI(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn(t, "wuhai")
	body := b.see(burdenPage)
	require.Contains(t, body, "提交方案 3+0")
	require.NotContains(t, body, `id="budget"`)
	require.Contains(t, b.see(burdenPage+"?org="+o.orgs["0100"]+"&month=nie"), "月份应写作 2026-11")

	here := "/api/v1/burden?month=2026-11&org="
	require.Equal(t, http.StatusOK, o.call("gaofeng", "GET", here+o.orgs["0101"], "").status)
	require.Equal(t, http.StatusForbidden, o.call("gaofeng", "GET", here+o.orgs["0103"], "").status, "a branch beside")
	require.Equal(t, http.StatusForbidden, b.get(burdenPage+"?org="+o.orgs["0300"]).status)

	typed := url.Values{"issue_fields": {"3"}, "issue_files": {"1"}, "month_fields": {"100"}, "month_files": {"20"}, "rev": {"0"}}
	require.Equal(t, http.StatusForbidden, b.post(burdenPage, typed).status)
	admin := o.signedIn(t, "dingyi")
	require.Contains(t, admin.see(burdenPage), `id="budget"`)
	refused := admin.post(burdenPage, typed)
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.body, "超过负担预算3项、1件")
	require.Contains(t, refused.body, `value="3"`, "what was typed stays")
	typed.Set("issue_fields", "9")
	require.Equal(t, http.StatusSeeOther, admin.post(burdenPage, typed).status)
	got := o.call("gaofeng", "GET", here+o.orgs["0101"], "").json(t)
	require.EqualValues(t, 9, got["budget"].(map[string]any)["issue"].(map[string]any)["fields"])
	stale := `{"issue":{"fields":8,"files":1},"month":{"fields":1,"files":1}}`
	require.Equal(t, http.StatusConflict, o.call("dingyi", "PUT", "/api/v1/burden?rev=0", stale).status)
	require.Equal(t, http.StatusOK, o.call("dingyi", "PUT", "/api/v1/burden?rev=1", stale).status)
	require.Contains(t, o.signedIn(t, "jianghe").see("/records/audit?what=setting"), "burden", "the audit administrator reads what was changed")
}
