//go:build browser

package api

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"rectify/api/pagetest"
)

// faultsByAxe lists what axe finds on the page: how bad, which rule, and the first places.
const faultsByAxe = `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v =>
	v.impact + ' ' + v.id + ': ' + v.help + ' | ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.any.map(a => a.message).join('; ').slice(0, 160)).join(' | ')))`

// examined looks at a page with axe and returns its serious faults.
func (b *tab) examined(axe string) (serious []string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](axe + ";undefined"))
	faults, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](faultsByAxe, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	for _, f := range faults {
		if strings.HasPrefix(f, "serious") || strings.HasPrefix(f, "critical") {
			serious = append(serious, f)
		} else {
			b.t.Log(b.path(), f)
		}
	}
	return serious
}

// oneOfEach are the pages that somebody comes to, one of each kind.
func (o *office) oneOfEach(t *testing.T, account string) (pages []string) {
	t.Helper()
	w := pagetest.Walk{Browser: pagetest.New(t, o).Bearing(cookieName, o.token(account)), Lang: "zh", Most: func(string) int { return 1 }}
	w.Go()
	slices.Sort(w.Read)
	return w.Read
}

// axe finds no serious fault on any page.
func TestBrowserAxeFindsNothingSerious(t *testing.T) {
	script, err := os.ReadFile("testdata/axe/axe.min.js")
	require.NoError(t, err)
	axe := string(script)
	o, issue := busy(t, func(c *Config) {
		c.Demo = []DemoPerson{{Account: "gaofeng", Name: "高峰", Org: "办公室党支部"}}
	})
	c := o.chromium(t)
	found := map[string]string{}
	examine := func(b *tab, page string) {
		for _, f := range b.examined(axe) {
			found[f] = page
		}
	}
	stranger := c.tab(true)
	stranger.open("/sign-in")
	examine(stranger, "/sign-in")

	looked := map[string]bool{}
	for _, account := range []string{"xuning", "gaofeng", "dingyi", "sunli"} {
		b := c.known(account)
		for _, path := range o.oneOfEach(t, account) {
			if kind := pagetest.KindOf(path); !looked[kind] || kind == "/" || kind == "/issues/#" || kind == "/issues" {
				looked[kind] = true
				b.open(path)
				examine(b, account+" "+path)
			}
		}
	}
	t.Log(len(looked), "kinds of pages")

	officer := c.known("zhenglan")
	officer.step("/issues/"+issue, "reject")
	require.True(t, officer.there("[aria-invalid=true]"))
	examine(officer, "a form that failed")
	b := c.known("xuning")
	b.open(importPage)
	b.fill("form.form", "file", absolute(t, selfCheckList), "source", "self_check")
	b.send("form.form")
	examine(b, "what was understood")
	b.press("[name=mode][value=good]")
	examine(b, "what became of it")
	for fault, page := range found {
		t.Errorf("%s: %s", page, fault)
	}
}
