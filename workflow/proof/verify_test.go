package proof

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

func encodeDoc(i *workflow.Issue) (string, error) {
	doc, err := json.Marshal(i)
	return string(doc), err
}

// codes are those of what is wrong.
func codes(r Report) (out []string) {
	for _, f := range r.Wrong {
		out = append(out, f.Code)
	}
	return out
}

func threeIssues(t testing.TB) *office {
	o := newOffice(t)
	o.life(101)
	o.life(102)
	o.life(103)
	return o
}

func TestAGenuineBundleIsWhole(t *testing.T) {
	o := threeIssues(t)
	for name, bundle := range map[string][]byte{
		"issue":     o.bundle(o.issue(102), false, true),
		"no files":  o.bundle(o.issue(102), false, false),
		"checklist": o.bundle(What{Checklist: 7, Title: "第一轮巡察反馈"}, false, true),
		"all":       o.bundle(o.whole(), true, true),
		"proofs":    o.bundle(o.whole(), false, false),
		"span":      o.bundle(What{All: true, From: "2026-03-04", To: "2026-03-06", First: o.day(2).Size, Last: o.day(5).Size}, true, false),
	} {
		for _, held := range [][]string{nil, o.notes[3:4], {o.day(2).ShortCode()}} {
			r := Verify(bytes.NewReader(bundle), Options{Held: held})
			require.Empty(t, r.Wrong, name)
			require.Equal(t, Whole, r.Outcome, name)
			require.Equal(t, held == nil, hasCode(r.Open, "no_held"), name)
			require.Equal(t, held != nil, hasCode(r.Checked, "held"), name)
			require.Contains(t, r.Print("zh"), "核验通过")
			require.Contains(t, r.Print("en"), "Whole")
		}
	}
	r := Verify(bytes.NewReader(o.bundle(o.issue(102), false, true)), Options{Keys: o.keys.Public})
	require.Equal(t, Whole, r.Outcome)
	require.EqualValues(t, 9, r.Lines)
	require.EqualValues(t, 1, r.Issues)
	require.EqualValues(t, 1, r.Files)
	require.False(t, hasCode(r.Open, "own_keys"))
	require.Equal(t, "问题XC-0101-2026-0102的证明包，巡察员（市委巡察办）取，2026-03-12 12:09。", r.About.Zh)
}

func hasCode(all []Finding, code string) bool {
	for _, f := range all {
		if f.Code == code {
			return true
		}
	}
	return false
}

func TestWhatIsNoBundleIsSaidToBeNone(t *testing.T) {
	for _, text := range []string{"", "hello", "{}", "{}\n{}\n", `{"is":"line"}`, "\x00\xff\n"} {
		r := Verify(bytes.NewReader([]byte(text)), Options{})
		require.Equal(t, Unreadable, r.Outcome, text)
		require.NotEmpty(t, r.Wrong, text)
	}
}
