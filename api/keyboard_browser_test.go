//go:build browser

package api

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// key presses a key.
func (b *tab) key(key string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(key))
}

// onward presses the tabulator until what is looked for has the focus. Whatever has it on the way shows that it has.
func (b *tab) onward(css string) {
	b.t.Helper()
	for range 80 {
		b.key(kb.Tab)
		seen := ask[string](b, `(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
			if (e === document.body) return '';
			const shown = s.outlineStyle !== 'none' || s.boxShadow !== 'none', large = r.width > 0 && r.height > 0 && r.right > 0;
			return shown && large ? '' : e.outerHTML.slice(0, 200) })()`)
		require.Empty(b.t, seen, "has the focus and does not show it")
		if ask[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", css)) {
			return
		}
	}
	require.Fail(b.t, "the keyboard does not come to "+css)
}

// The keyboard alone comes from the top of a page past the navigation to a button, fills in its form and sends it.
func TestBrowserTheKeyboardAlone(t *testing.T) {
	o := newOffice(t)
	issue := "/issues/" + o.rectifying()
	b := o.chromium(t).known("gaofeng")
	b.open(issue)
	require.True(t, ask[bool](b, "[...document.querySelectorAll('[tabindex]')].every(e => e.tabIndex <= 0)"), "the order is that of the page")
	b.onward("a.skip")
	b.key(kb.Enter)
	require.Equal(t, "main", ask[string](b, "document.activeElement.id"), "past the navigation")
	b.onward("a[href='" + issue + "/do/report']")
	b.key(kb.Enter)
	b.do(chromedp.WaitVisible(chromedp.CSS("#work form")))
	b.onward("#work textarea[name=note]")
	b.do(typedText("已召开支委会，补齐三月记录"))
	b.onward("#work [type=submit]")
	b.key(kb.Enter)
	b.do(chromedp.WaitVisible(chromedp.CSS(".alert-success")))
	require.Contains(t, b.text(), "已召开支委会，补齐三月记录")

	b.open("/")
	b.onward("form[action='/sign-out'] button")
}

// Someone else's change in between is explained where the form is, what was typed is kept, and sending it again goes through.
func TestBrowserSomeoneElseWasFaster(t *testing.T) {
	o := newOffice(t)
	number := o.rectifying()
	issue := "/issues/" + number
	b := o.chromium(t).known("gaofeng")
	b.open(issue)
	b.do(chromedp.Click(chromedp.CSS("a[href='"+issue+"/do/report']")), chromedp.WaitVisible(chromedp.CSS("#work form")))
	b.fill("form.form", "note", "高峰写了半天的进展")
	o.step("mali", number, "5", `{"action":"report","note":"马丽先报了一条"}`)
	b.send("form.form")
	require.Contains(t, b.text(), "马丽")
	require.Contains(t, b.text(), "您写的内容保留在下面")
	require.Equal(t, "高峰写了半天的进展", ask[string](b, "document.querySelector('form.form [name=note]').value"))
	b.send("form.form")
	require.Equal(t, issue, b.path())
	require.Contains(t, b.text(), "马丽先报了一条")
	require.Contains(t, b.text(), "高峰写了半天的进展")
}

// On paper an issue and the ledger are text alone: no navigation, no button, and nothing that is cut off.
func TestBrowserOnPaper(t *testing.T) {
	o := newOffice(t)
	issue := "/issues/" + o.rectifying()
	b := o.chromium(t).known("gaofeng")
	for path, holds := range map[string]string{issue: "补齐记录", "/issues": "三会一课记录不完整"} {
		b.open(path)
		b.do(chromedp.EmulateViewport(718, 1000), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			return err
		}))
		require.Contains(t, b.text(), holds)
		seen := ask[[]string](b, `[...document.querySelectorAll('nav, button, .btn, input, select, summary, .skip')].filter(e => e.getClientRects().length > 0).map(e => e.outerHTML.slice(0, 120))`)
		require.Empty(t, seen, path)
		cut := ask[[]string](b, `[...document.querySelectorAll('main *')].filter(e => e.scrollHeight > e.clientHeight + 2 && getComputedStyle(e).overflowY !== 'visible' && getComputedStyle(e).display !== 'inline').map(e => e.className)`)
		require.Empty(t, cut, path)
		require.LessOrEqual(t, ask[int](b, "document.documentElement.scrollWidth"), 718, path)
		torn := ask[[]string](b, `[...document.querySelectorAll('.number-cell a')].filter(e => e.getClientRects().length > 1).map(e => e.textContent)`)
		require.Empty(t, torn, "a number stands on one line")
	}
}
