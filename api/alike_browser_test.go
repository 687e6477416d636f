//go:build browser

package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What reads like a problem comes up below it while it is typed, nothing that was typed is lost, and without scripts the form is as it was.
func TestBrowserAlikeWhileTyping(t *testing.T) {
	o := newOffice(t).withPasswords("zhenglan")
	there := o.logged("zhenglan", "inspection", "党费收缴不及时，涉及3个支部", "巡-15")
	c := o.chromium(t)
	b := c.as("zhenglan", true)
	b.open("/find")
	b.fill("form.form", "detail", "支部党费收缴不及时，有的党员跨季度缴纳")
	require.Eventually(t, func() bool { return b.there("#f-detail-live a[href='/issues/" + there + "']") }, patience, patience/100)
	require.Contains(t, b.text(), "文字相似")
	require.Equal(t, "/find", b.path())
	b.fill("form.form", "detail", "值班室电话无人接听两次")
	require.Eventually(t, func() bool { return strings.Contains(b.text(), "没有文字相近的在办问题") }, patience, patience/100)
	require.Equal(t, 1, ask[int](b, "document.querySelectorAll('h1').length"), "a piece comes, and not a page in the page")
	b.send("form.form")
	require.Regexp(t, `^/issues/\d+$`, b.path())

	plain := c.as("zhenglan", false)
	plain.open("/find")
	plain.fill("form.form", "detail", "党费收缴不及时，有3名党员跨季度缴纳")
	plain.send("form.form")
	require.Contains(t, plain.text(), "已登记；可能是同一问题")
}
