package remind

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rectify/workflow"
	"rectify/workflow/store"
)

// Whatever the text, what is sent is within the limit, whole characters, and says so when something is missing.
func TestClipKeepsWithinTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("整改期限a\"\\\n\t\u2028\x01😀"))).Draw(t, "text")
		room := rapid.IntRange(len(andMore)+2, 200).Draw(t, "room")
		short := clip(text, room, bytesOf)
		require.LessOrEqual(t, len(short), room)
		require.True(t, utf8.ValidString(short))
		if short != text {
			require.Greater(t, len(text), room)
			head, whole := strings.CutSuffix(short, "\n"+andMore)
			require.True(t, whole)
			require.True(t, strings.HasPrefix(text, head))
		}
		quoted, err := toJSON(clip(text, room, jsonBytesOf))
		require.NoError(t, err)
		require.LessOrEqual(t, len(quoted)-2, room)
		require.True(t, json.Valid(quoted))
	})
	require.Equal(t, "第一行\n第二行\n"+andMore, clip("第一行\n第二行\n第三行太长了装不下怎么办呢", 50, bytesOf), "at the end of a line")
}

func TestInsideAddresses(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.100.100.200",
		"198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "64:ff9b::7f00:1",
		"2002:7f00:1::1", "2001:0:1::1", "::127.0.0.1",
	} {
		require.True(t, inside(netip.MustParseAddr(text)), text)
	}
	for _, text := range []string{"8.8.8.8", "101.226.103.106", "172.32.0.1", "100.63.0.1", "2400:3200::1"} {
		require.False(t, inside(netip.MustParseAddr(text)), text)
	}
	p := &poster{}
	require.Error(t, p.control("tcp", "[::ffff:100.64.0.1]:80", nil), "an address of the old kind in the clothes of the new")
	require.Error(t, p.control("tcp", "[fe80::1%eth0]:80", nil))
	require.NoError(t, p.control("tcp", "8.8.8.8:443", nil))
}

// Eight attempts with pauses from a minute to six hours, and two that failed together do not come back together.
func TestBackoff(t *testing.T) {
	total, last := time.Duration(0), time.Duration(0)
	for n := 1; n < maxAttempts; n++ {
		early, late := backoff(n, 0), backoff(n, 0.999)
		require.GreaterOrEqual(t, early, firstPause)
		require.LessOrEqual(t, late, longestWait)
		require.Less(t, early, late)
		require.Greater(t, early, last)
		total, last = total+backoff(n, 0.5), early
	}
	require.Equal(t, firstPause, backoff(1, 0.5))
	require.InDelta(t, longestWait.Hours(), backoff(maxAttempts-1, 0.5).Hours(), 0.001)
	require.InDelta(t, 9.6, total.Hours(), 0.1)
}

func TestQuietHours(t *testing.T) {
	at := func(clock string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", "2026-03-31 "+clock, workflow.China)
		require.NoError(t, err)
		return moment
	}
	over := store.Choice{QuietFrom: 22 * 60, QuietUntil: 8 * 60}
	noon := store.Choice{QuietFrom: 12 * 60, QuietUntil: 14 * 60}
	require.Equal(t, at("08:00"), QuietUntil(over, at("07:59")))
	require.Equal(t, at("08:00").AddDate(0, 0, 1), QuietUntil(over, at("22:00").UTC()))
	require.Zero(t, QuietUntil(over, at("08:00")))
	require.Zero(t, QuietUntil(over, at("21:59")))
	require.Equal(t, at("14:00"), QuietUntil(noon, at("12:00")))
	require.Zero(t, QuietUntil(noon, at("14:00")))
	require.Zero(t, QuietUntil(store.Choice{}, at("00:00")), "none were chosen")
	require.Equal(t, at("00:00").AddDate(0, 0, 1), QuietUntil(store.Choice{QuietFrom: 0, QuietUntil: 24 * 60}, at("10:00")))
}
