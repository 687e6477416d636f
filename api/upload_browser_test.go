//go:build browser

package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// throttle is the command that browsers of all ages know.
var throttle = cdp.Command[network.Conditions, cdp.Empty]{Method: "Network.emulateNetworkConditions"}

// slowly lets the tab send so many bytes a second, 0 for as many as it can.
func (b *tab) slowly(bytes float64) {
	b.t.Helper()
	if bytes == 0 {
		bytes = -1
	}
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, throttle, network.Conditions{DownloadThroughput: -1, UploadThroughput: bytes})
		return err
	}))
}

// progresses presses the button of a form and sees the progress of its upload, which comes to an end on another page.
func (b *tab) progresses(form string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void]("document.querySelector('main').setAttribute('data-old', '')"))
	b.do(chromedp.Click(chromedp.CSS(form + " [type=submit]")))
	part := "(() => { const p = document.querySelector('main[data-old] .upload-progress'); return p && !p.hidden ? p.querySelector('progress').value : -1 })()"
	require.Eventually(b.t, func() bool { v := ask[float64](b, part); return v > 0 && v < 100 }, patience, 5*time.Millisecond, "a part of it is seen")
	require.Contains(b.t, ask[string](b, "document.querySelector('.upload-progress output').textContent"), "%")
	b.slowly(0)
	require.Eventually(b.t, func() bool { return b.there("main:not([data-old])") }, patience, 20*time.Millisecond, "%s leads nowhere", form)
}

// Who uploads something large sees how far it is: evidence, and a workbook.
func TestBrowserUploadsShowTheirProgress(t *testing.T) {
	o := newOffice(t)
	issue := "/issues/" + o.rectifying()
	c := o.chromium(t)

	officer := c.known("gaofeng")
	officer.open(issue + "/do/attest")
	var text bytes.Buffer
	for text.Len() < 3<<20 {
		text.WriteString(rand.Text() + "\n")
	}
	officer.fill("form.form", "file", keep(t, "说明.txt", text.Bytes()))
	officer.slowly(1 << 20)
	officer.progresses("form.form")
	require.Equal(t, issue, officer.path())
	require.Contains(t, officer.text(), "说明.txt")

	importer := c.known("xuning")
	var rows []string
	for n := range 1500 {
		rows = append(rows, fmt.Sprintf("%d,第%d个问题%s%s%s,办公室党支部,2026-12-31", n+1, n+1, rand.Text(), rand.Text(), rand.Text()))
	}
	book := written(t, "序号,存在问题,责任单位,整改时限", rows...)
	importer.open(importPage)
	for _, content := range book {
		importer.fill("form.form", "file", keep(t, "清单.xlsx", content), "source", "self_check")
	}
	importer.slowly(60 << 10)
	importer.progresses("form.form")
	require.Contains(t, importer.text(), "每一行的去向")
}
