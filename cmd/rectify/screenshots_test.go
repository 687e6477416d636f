//go:build browser

package main

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestScreenshots takes the pictures of the README from the demonstration: `make screenshots`. It is no test of the pages.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("RECTIFY_SCREENSHOTS")
	if folder == "" {
		t.Skip("RECTIFY_SCREENSHOTS names no folder")
	}
	base, stop := office{t, filepath.Join(t.TempDir(), "data")}.serving("--demo")
	defer stop()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.DisableGPU, chromedp.Flag("disable-component-update", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)))
	for _, x := range []struct{ name, account, path string }{
		{"work", "yuanmeng", "/"}, {"issue", "handong", "/issues/SJ-0203-" + year() + "-0003"}, {"matrix", "mengzhao", "/rules/policy"},
	} {
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(base+"/sign-in")))
		_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("button[name=demo][value="+x.account+"]")))
		require.NoError(t, err)
		r, err := chromedp.RunResponse(ctx, chromedp.Navigate(base+x.path))
		require.NoError(t, err)
		require.EqualValues(t, 200, r.Status, x.path)
		shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		small := fewColours(t, shot)
		t.Log(x.name, len(shot), len(small))
		require.Less(t, len(small), 200<<10, x.name+" is too large for a README")
		require.NoError(t, os.WriteFile(filepath.Join(folder, x.name+".png"), small, 0o644))
	}
}

// fewColours writes a picture in its 256 most frequent colours, which makes it small.
func fewColours(t *testing.T, shot []byte) []byte {
	t.Helper()
	from, err := png.Decode(bytes.NewReader(shot))
	require.NoError(t, err)
	count, area := map[color.Color]int{}, from.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[from.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	palette, nearest := color.Palette(colours[:min(256, len(colours))]), map[color.Color]uint8{}
	for _, c := range colours {
		nearest[c] = uint8(palette.Index(c))
	}
	to := image.NewPaletted(area, palette)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			to.SetColorIndex(x, y, nearest[from.At(x, y)])
		}
	}
	var out bytes.Buffer
	require.NoError(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to))
	return out.Bytes()
}
