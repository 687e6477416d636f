package api

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const signInBody = `{"account":"zhenglan","password":"` + password + `"}`

func sessionCookie(t *testing.T, a answer) *http.Cookie {
	t.Helper()
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == cookieName {
			return c
		}
	}
	require.Fail(t, "no cookie")
	return nil
}

func TestSignInGivesCookieAndToken(t *testing.T) {
	o := newOffice(t).withPasswords("zhenglan")
	a := o.call("", "POST", "/api/v1/session", signInBody)
	require.Equal(t, 200, a.status, a.body)
	c := sessionCookie(t, a)
	require.True(t, c.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, c.SameSite)
	require.False(t, c.Secure, "without TLS the browser would not send it back")
	require.Equal(t, a.json(t)["token"], c.Value, "the bearer token is the same session")
	require.Equal(t, 200, o.call("", "GET", "/api/v1/me", "", "Cookie", cookieName+"="+c.Value).status)
	require.Equal(t, 200, o.call("", "GET", "/api/v1/me", "", "Authorization", "bearer "+c.Value).status)

	again := o.call("", "POST", "/api/v1/session", signInBody, "Cookie", cookieName+"="+c.Value)
	require.NotEqual(t, c.Value, sessionCookie(t, again).Value, "a session is never taken over at sign-in")

	r := httptest.NewRequest("POST", "/api/v1/session", strings.NewReader(signInBody))
	r.Header.Set("Content-Type", "application/json")
	r.TLS = &tls.ConnectionState{}
	require.True(t, sessionCookie(t, o.send(r)).Secure)

	out := o.call("", "DELETE", "/api/v1/session", "", "Authorization", "Bearer "+c.Value)
	require.Equal(t, 204, out.status, out.body)
	require.Equal(t, 401, o.call("", "GET", "/api/v1/me", "", "Authorization", "Bearer "+c.Value).status, "the session is gone on the server")
	require.NotContains(t, o.log.String(), c.Value)
	require.NotContains(t, o.log.String(), password)
}

func TestSignInDoesNotTellWhetherAnAccountExists(t *testing.T) {
	o := newOffice(t).withPasswords("zhenglan")
	wrong := o.call("", "POST", "/api/v1/session", `{"account":"zhenglan","password":"x"}`)
	nobody := o.call("", "POST", "/api/v1/session", `{"account":"nobody","password":"x"}`)
	require.Equal(t, 401, wrong.status)
	require.Equal(t, 401, nobody.status)
	one, other := wrong.json(t), nobody.json(t)
	delete(one, "instance")
	delete(other, "instance")
	require.Equal(t, one, other)
}

func TestSessionEndsWhenIdleAndAfterItsTime(t *testing.T) {
	o := newOffice(t)
	token := o.token("zhenglan")
	me := func() int { return o.call("", "GET", "/api/v1/me", "", "Authorization", "Bearer "+token).status }
	o.now = o.now.Add(29 * time.Minute)
	require.Equal(t, 200, me(), "29 idle minutes")
	o.now = o.now.Add(28 * time.Minute)
	require.Equal(t, 200, me(), "a request keeps it alive")
	o.now = o.now.Add(31 * time.Minute)
	require.Equal(t, 401, me(), "31 idle minutes")

	delete(o.tokens, "zhenglan")
	token = o.token("zhenglan")
	for range 35 {
		o.now = o.now.Add(20 * time.Minute)
		require.Equal(t, 200, me())
	}
	o.now = o.now.Add(21 * time.Minute)
	require.Equal(t, 401, me(), "12 hours are the end, however busy")
}

func TestAnAppointmentThatEndedGivesNothingInAnOldSession(t *testing.T) {
	o := newOffice(t, func(c *Config) { c.Idle, c.Absolute = 10000*time.Hour, 10000*time.Hour })
	issue := o.found()
	require.Equal(t, 200, o.call("sunli", "GET", "/api/v1/issues/"+issue, "").status)
	o.now = time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC)
	require.Equal(t, 404, o.call("sunli", "GET", "/api/v1/issues/"+issue, "").status)
}

func TestFirstPasswordIsChangedBeforeAnythingElse(t *testing.T) {
	o := newOffice(t)
	made := o.call("dingyi", "POST", "/api/v1/people/passwords", `{"accounts":["luomin"]}`)
	require.Equal(t, 200, made.status, made.body)
	list, _ := made.json(t)["passwords"].([]any)
	given, _ := list[0].(map[string]any)["password"].(string)

	in := o.call("", "POST", "/api/v1/session", `{"account":"luomin","password":"`+given+`"}`)
	require.Contains(t, in.body, `"must_change_password":true`)
	token, _ := in.json(t)["token"].(string)
	as := func(method, path, body string) answer {
		return o.call("", method, path, body, "Authorization", "Bearer "+token)
	}
	refused := as("GET", "/api/v1/issues", "")
	require.Equal(t, 403, refused.status)
	require.Contains(t, refused.body, `"code":"must_change_password"`)
	require.Equal(t, 200, as("GET", "/api/v1/me", "").status)
	weak := as("PUT", "/api/v1/me/password", `{"old":"`+given+`","new":"short"}`)
	require.Equal(t, 422, weak.status)
	require.Contains(t, weak.body, `"code":"weak_password"`)

	other := o.call("", "POST", "/api/v1/session", `{"account":"luomin","password":"`+given+`"}`).json(t)["token"].(string)
	changed := as("PUT", "/api/v1/me/password", `{"old":"`+given+`","new":"Huan-le-2026"}`)
	require.Equal(t, 200, changed.status, changed.body)
	require.Equal(t, 401, as("GET", "/api/v1/me", "").status, "the old token ended")
	require.Equal(t, 401, o.call("", "GET", "/api/v1/me", "", "Authorization", "Bearer "+other).status, "so did the other session")
	token, _ = changed.json(t)["token"].(string)
	require.Equal(t, 200, as("GET", "/api/v1/issues", "").status)
}

func TestCookieRequestsFromOtherSitesAreRefused(t *testing.T) {
	o := newOffice(t).withPasswords("zhenglan")
	issue := o.found()
	cookie := cookieName + "=" + o.token("zhenglan")
	step := func(headers ...string) answer {
		return o.call("", "POST", "/api/v1/issues/"+issue+"/steps", `{"action":"comment","note":"批注"}`, headers...)
	}
	foreign := step("Cookie", cookie, "Sec-Fetch-Site", "cross-site")
	require.Equal(t, 403, foreign.status)
	require.Contains(t, foreign.body, `"code":"cross_origin"`)
	require.Equal(t, 403, step("Cookie", cookie, "Origin", "https://elsewhere.example").status)
	require.Equal(t, 200, step("Cookie", cookie, "Sec-Fetch-Site", "same-origin").status)
	require.Equal(t, 200, step("Authorization", "Bearer "+o.token("zhenglan"), "Origin", "https://elsewhere.example").status, "no browser adds a bearer token by itself")
	require.Equal(t, 403, o.call("", "POST", "/api/v1/session", signInBody, "Sec-Fetch-Site", "cross-site").status, "nor is anyone signed in from elsewhere")
}

func TestForwardedAddressIsBelievedFromATrustedProxyOnly(t *testing.T) {
	from := func(o *office) string {
		r := httptest.NewRequest("GET", "/healthz", nil)
		r.RemoteAddr = "10.1.2.3:5000"
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		o.send(r)
		return o.log.String()
	}
	require.Contains(t, from(newOffice(t)), "from=10.1.2.3")
	_, proxies, err := net.ParseCIDR("10.1.0.0/16")
	require.NoError(t, err)
	require.Contains(t, from(newOffice(t, func(c *Config) { c.Proxies = []*net.IPNet{proxies} })), "from=203.0.113.9")
}

func TestTooManySignInsFromOneAddressAreSlowedDown(t *testing.T) {
	o := newOffice(t)
	var last answer
	for range 70 {
		if last = o.call("", "POST", "/api/v1/session", `{}`); last.status == http.StatusTooManyRequests {
			break
		}
	}
	require.Equal(t, http.StatusTooManyRequests, last.status)
	require.Contains(t, last.body, `"code":"too_often"`)
}

func TestLockedAccount(t *testing.T) {
	o := newOffice(t).withPasswords("zhenglan")
	for range 5 {
		require.Equal(t, 401, o.call("", "POST", "/api/v1/session", `{"account":"zhenglan","password":"wrong"}`).status)
	}
	a := o.call("", "POST", "/api/v1/session", signInBody)
	require.NotEqual(t, 200, a.status, "the right password does not help while the account is shut")
}
