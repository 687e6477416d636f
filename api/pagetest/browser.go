// Package pagetest uses the pages as people do, for tests: it follows links, fills in forms and presses their buttons without JavaScript,
// and says what is wrong with a page.
package pagetest

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Browser is somebody at a browser without JavaScript. It keeps cookies.
type Browser struct {
	t       testing.TB
	handler http.Handler
	cookies map[string]string
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// New is a browser in which nobody has signed in yet.
func New(t testing.TB, handler http.Handler) *Browser {
	return &Browser{t, handler, map[string]string{}}
}

// Bearing gives the browser a cookie.
func (b *Browser) Bearing(name, value string) *Browser {
	b.cookies[name] = value
	return b
}

// Send sends a request with the cookies. An answer of 500 and above fails the test.
func (b *Browser) Send(r *http.Request) Answer {
	b.t.Helper()
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	came := w.Result()
	for _, c := range came.Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	_ = came.Body.Close()
	require.Less(b.t, w.Code, 500, "%s %s: %s", r.Method, r.URL, w.Body)
	return Answer{w.Code, came.Header, w.Body.String()}
}

// Get asks for a page.
func (b *Browser) Get(path string) Answer {
	b.t.Helper()
	return b.Send(httptest.NewRequest(http.MethodGet, path, nil))
}

// Post sends a form without files.
func (b *Browser) Post(path string, values url.Values) Answer {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://"+r.Host)
	return b.Send(r)
}

// SendForm sends a form with files.
func (b *Browser) SendForm(path string, values url.Values, files map[string][]byte) Answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, all := range values {
		for _, v := range all {
			require.NoError(b.t, w.WriteField(name, v))
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile("file", name)
		require.NoError(b.t, err)
		_, err = part.Write(content)
		require.NoError(b.t, err)
	}
	require.NoError(b.t, w.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", "http://"+r.Host)
	return b.Send(r)
}

// Speaking chooses the language, "zh" or "en", by the button that every page has.
func (b *Browser) Speaking(lang string) *Browser {
	b.t.Helper()
	require.Equal(b.t, http.StatusSeeOther, b.Post("/language", url.Values{"lang": {lang}}).Status)
	return b
}
