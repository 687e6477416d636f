package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// A supervisor announces a draw in the browser and holds it on its day; everybody sees it and what decides it, nobody else can hold it.
func TestADrawInTheBrowserAndOverTheAPI(t *testing.T) {
	o := newOffice(t)
	now := o.now
	today := workflow.DayOf(now)
	b := o.signedIn(t, "wuhai")
	b.see(drawsPage)
	typed := url.Values{"org": {o.orgs["0100"]}, "from": {string(today.Add(-30))}, "to": {string(today)}, "size": {"3"}, "on": {string(today)}}
	early := b.post(drawsPage, typed)
	require.Equal(t, http.StatusUnprocessableEntity, early.status)
	require.Contains(t, early.body, "抽取须先公布、后进行")
	require.Contains(t, early.body, `value="3"`, "what was typed stays")
	typed.Set("on", string(today.Add(1)))
	done := b.post(drawsPage, typed)
	require.Equal(t, http.StatusSeeOther, done.status)
	path := done.header.Get("Location")
	require.Contains(t, b.see(path), "那时才能算出")
	require.NotContains(t, b.see(path), "现在抽取")

	require.NotContains(t, o.signedIn(t, "gaofeng").see(drawsPage), `id="announce"`)
	api := "/api/v1" + path
	require.Equal(t, http.StatusForbidden, o.call("gaofeng", "POST", api, "").status)
	require.Equal(t, http.StatusConflict, o.call("wuhai", "POST", api, "").status)
	require.Equal(t, http.StatusForbidden, o.call("gaofeng", "POST", "/api/v1/draws", `{"org":"`+o.orgs["0100"]+`","from":"2026-01-01","to":"2026-01-02","size":1,"on":"2027-01-01"}`).status)

	o.now = today.Add(1).Time().Add(9 * time.Hour)
	o.tokens = map[string]string{} // the sessions of yesterday are over
	held := o.call("wuhai", "POST", api, "")
	require.Equal(t, http.StatusOK, held.status, held.body)
	var d Draw
	require.NoError(t, json.Unmarshal([]byte(held.body), &d))
	require.NotEmpty(t, d.Seed)
	require.NotNil(t, d.Drawn)
	require.Empty(t, d.Population, "nothing was closed in this office")
	again := o.call("wuhai", "POST", api, "")
	require.JSONEq(t, held.body, again.body)
	listed := o.call("gaofeng", "GET", "/api/v1/draws", "")
	require.Contains(t, listed.body, d.Number)
	require.Contains(t, o.signedIn(t, "gaofeng").see(path), d.Seed)
	require.Equal(t, http.StatusNotFound, o.call("gaofeng", "GET", "/api/v1/draws/1", "").status)
}
