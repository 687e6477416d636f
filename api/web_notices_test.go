package api

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who is told of a step sees it beside the navigation and on the page of notices until it is marked as read; who took it does not.
func TestNoticesPage(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	b := o.signedIn(t, "gaofeng")
	require.Contains(t, b.see("/issues"), `class="nav-count"`)
	body := b.see("/notices")
	require.Contains(t, body, `href="/issues/`+issue+`"`)
	require.Contains(t, body, `class="unread"`)
	require.Contains(t, body, "您是责任单位")
	found, _ := o.call("gaofeng", "GET", "/api/v1/notices?limit=1", "").json(t)["notices"].([]any)
	require.Len(t, found, 1)
	require.Subset(t, found[0], map[string]any{"issue": issue, "action": "approve_plan", "as": "responsible", "unread": true, "name": "郑岚"})
	require.Equal(t, 422, o.call("gaofeng", "GET", "/api/v1/notices?after=x", "").status)
	form := b.form(body, "/notices")
	require.Equal(t, 303, b.post("/notices", form).status)
	body = b.see("/notices")
	require.Contains(t, body, `href="/issues/`+issue+`"`, "what was read stays")
	require.NotContains(t, body, `class="unread"`)
	require.NotContains(t, body, `class="nav-count"`)
	require.Equal(t, 422, b.post("/notices", url.Values{"upto": {"soon"}}).status)
	require.Equal(t, 422, b.get("/notices?after=x").status)
	require.Contains(t, o.signedIn(t, "dingyi").see("/notices"), "近30天没有通知")
}

// Administrators find the tables that they import beside the organisations and the people; nobody else does.
func TestTablesBesideOrganisations(t *testing.T) {
	o := newOffice(t)
	for account, sees := range map[string]bool{"dingyi": true, "gaofeng": false} {
		b := o.signedIn(t, account)
		for _, path := range []string{"/orgs", "/orgs/people"} {
			if body := b.see(path); sees {
				require.Contains(t, body, `href="`+passwordsPage+`"`)
			} else {
				require.NotContains(t, body, passwordsPage)
			}
		}
	}
}
