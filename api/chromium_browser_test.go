//go:build browser

package api

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience is how long a page may take to come.
const patience = 20 * time.Second

// chromium is a real browser, before the whole program.
type chromium struct {
	t    *testing.T
	o    *office
	ctx  context.Context //nolint:containedctx // the browser is the context
	base string
}

// chromium starts a browser and serves the office to it. Without a browser the test is left out, unless it was said that all must be there.
func (o *office) chromium(t *testing.T) *chromium {
	t.Helper()
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	return &chromium{t, o, newChromium(t), server.URL}
}

func newChromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		if os.Getenv("RECTIFY_TEST_REQUIRE") == "1" {
			t.Fatal("no Chromium")
		}
		t.Skip("no Chromium: scripts/setup.sh says what to install")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.Flag("disable-component-update", true),
		chromedp.WindowSize(1440, 1000))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// tab is somebody at the browser, in a session of their own.
type tab struct {
	t       *testing.T
	ctx     context.Context //nolint:containedctx // the tab is the context
	base    string
	noJS    bool
	mu      sync.Mutex
	strange []string // requests to other hosts, and what the console complained of
}

// tab opens a tab that shares nothing with the others, with or without JavaScript.
func (c *chromium) tab(script bool) *tab {
	c.t.Helper()
	b := &tab{t: c.t, base: c.base, noJS: !script}
	ctx, cancel := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.hear))
	c.t.Cleanup(cancel)
	b.ctx = ctx
	require.NoError(c.t, chromedp.Do(ctx)) // a tab lives as long as the context that opens it
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{})
		return err
	}))
	c.t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		require.Empty(c.t, b.strange, "requests to other hosts")
	})
	return b
}

// hear notes what the tab asks of hosts that are not ours.
func (b *tab) hear(ev any) {
	if r, ok := ev.(*network.EventRequestWillBeSent); ok && r.Request != nil {
		if u := r.Request.URL; !strings.HasPrefix(u, b.base+"/") && !strings.HasPrefix(u, "data:") && u != "about:blank" {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.strange = append(b.strange, u)
		}
	}
}

// as is a tab in which the account signed in by the page.
func (c *chromium) as(account string, script bool) *tab {
	c.t.Helper()
	b := c.tab(script)
	b.open("/sign-in")
	b.fill("form.form", "account", account, "password", password)
	b.send("form.form")
	require.Contains(b.t, b.text(), "退出")
	return b
}

// known is a tab in which the account is signed in already.
func (c *chromium) known(account string) *tab {
	c.t.Helper()
	b := c.tab(true)
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: cookieName, Value: c.o.token(account), URL: c.base})
		return err
	}))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		require.NoError(b.t, err, "at %s", ask[string](b, "location.href"))
	}
}

// ask evaluates an expression in the page.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return v
}

// open goes to a page, which must be there.
func (b *tab) open(path string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	r, err := chromedp.Run(ctx, chromedp.NavigateResponse(b.base+path))
	require.NoError(b.t, err, path)
	require.NotNil(b.t, r, path)
	require.EqualValues(b.t, 200, r.Status, path)
}

func (b *tab) text() string { return ask[string](b, "document.body.innerText") }

// path is where the tab is.
func (b *tab) path() string { return ask[string](b, "location.pathname") }

// there says whether an element is on the page.
func (b *tab) there(css string) bool {
	return ask[bool](b, fmt.Sprintf("document.querySelector(%q) !== null", css))
}

// press clicks what leads to another page, and waits for it.
func (b *tab) press(css string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void]("document.querySelector('main').setAttribute('data-old', '')"))
	b.do(chromedp.Click(chromedp.CSS(css)))
	begin := time.Now()
	for {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		done, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.querySelector('main:not([data-old])') !== null && document.readyState === 'complete'"))
		cancel()
		if err == nil && done {
			return
		}
		require.Less(b.t, time.Since(begin), patience, "%s leads nowhere", css)
		time.Sleep(20 * time.Millisecond)
	}
}

// send sends a form.
func (b *tab) send(form string) {
	b.t.Helper()
	b.press(form + " [type=submit]")
}

// fill types into the fields of a form: pairs of name and value. "yes" ticks a box; "@" and a path choose a file.
func (b *tab) fill(form string, pairs ...string) {
	b.t.Helper()
	for n := 0; n < len(pairs); n += 2 {
		name, value := pairs[n], pairs[n+1]
		field := fmt.Sprintf("%s [name=%q]", form, name)
		kind := ask[string](b, fmt.Sprintf("document.querySelector(%q).type", field))
		switch {
		case kind == "file":
			b.do(chromedp.SetUploadFiles(chromedp.CSS(field), strings.Split(value, "\n")))
		case kind == "radio":
			b.do(chromedp.Click(chromedp.CSS(fmt.Sprintf("%s[value=%q]", field, value))))
		case kind == "checkbox":
			b.do(chromedp.Click(chromedp.CSS(field)))
		case kind == "date" || strings.HasPrefix(kind, "select"):
			b.do(chromedp.SetValue(chromedp.CSS(field), value))
		default:
			b.do(chromedp.Focus(chromedp.CSS(field)), chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).select()", field)), typedText(value))
		}
	}
}

// typedText types a text into what has the focus.
func typedText(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// keep writes a file that can be chosen.
func keep(t *testing.T, name string, content []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func absolute(t *testing.T, name string) string {
	path, err := filepath.Abs(filepath.Join(samples, name))
	require.NoError(t, err)
	return path
}

// step opens the form of a step by its button, fills it in and sends it.
func (b *tab) step(issue, action string, pairs ...string) string {
	b.t.Helper()
	b.open(issue)
	button := fmt.Sprintf("a[href=%q]", issue+"/do/"+action)
	require.True(b.t, b.there(button), "no button for %s:\n%s", action, b.text())
	if b.there("details.beside " + button) {
		b.do(chromedp.Click(chromedp.CSS("details.beside summary")))
	}
	if b.noJS {
		b.press(button)
	} else {
		b.do(chromedp.Click(chromedp.CSS(button)), chromedp.WaitVisible(chromedp.CSS("#work form")))
	}
	const form = "form.form"
	b.fill(form, pairs...)
	b.send(form)
	return b.text()
}

// takes takes a step that is accepted.
func (b *tab) takes(issue, action string, pairs ...string) string {
	b.t.Helper()
	text := b.step(issue, action, pairs...)
	require.Equal(b.t, issue, b.path(), text)
	require.True(b.t, b.there(".alert-success"), text)
	return text
}
