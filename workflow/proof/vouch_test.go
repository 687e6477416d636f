package proof

import (
	"bytes"
	"crypto/rand"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever has the public key of the first day verifies what was signed after the keys were rotated, twice, and by SM2 as well; a key that
// was put in between is named in words of its own, and whoever has no key of the log at all is told so.
func TestTheFirstKeyVouchesForLaterOnes(t *testing.T) {
	for _, sm2 := range []bool{false, true} {
		o := newOffice(t)
		first := slices.Clone(o.keys.Public)
		o.life(101)
		for range 2 {
			keys, err := RotateKeys(o.keysIn, rand.Reader, o.now, sm2)
			require.NoError(t, err)
			o.keys = keys
			o.life(int64(101 + len(keys.Public)))
		}
		parsed, err := ParseKeys(FormatKeys(o.keys.Public))
		require.NoError(t, err)
		require.Len(t, o.keys.Public[1].By, 1)
		require.Equal(t, o.keys.Public[1:], parsed[1:])
		bundle := func() *bytes.Reader { return bytes.NewReader(o.bundle(o.issue(101), false, true)) }
		r := Verify(bundle(), Options{Keys: first})
		require.Equal(t, Whole, r.Outcome, r.Print("zh"))
		require.Contains(t, r.Print("zh"), "由旧密钥一把接一把签过")
		r = Verify(bundle(), Options{Keys: first, Held: []string{o.notes[len(o.notes)-1]}})
		require.Equal(t, Whole, r.Outcome, r.Print("zh"))

		last := &o.keys.Public[len(o.keys.Public)-1]
		was := last.By
		later := last.From.Add(1)
		for name, spoil := range map[string]func(){"not signed": func() { last.By = nil }, "signed for another": func() { last.By = o.keys.Public[1].By }, "another moment": func() { last.From = later.Add(1e9) }} {
			from := last.From
			spoil()
			r = Verify(bundle(), Options{Keys: first})
			require.Equal(t, Altered, r.Outcome, name)
			require.Equal(t, []string{"keys"}, codes(r), "%s: %s", name, r.Print("zh"))
			require.Contains(t, r.Wrong[0].Text.Zh, "没有您手里的公钥的签名")
			require.Contains(t, r.Wrong[0].Text.Zh, last.Fingerprint())
			last.By, last.From = was, from
		}
		require.Contains(t, codes(Verify(bundle(), Options{Keys: newOffice(t).keys.Public})), "checkpoint")
	}
}
