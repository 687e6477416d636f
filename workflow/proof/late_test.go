package proof

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// How long after its time a line was sealed is told as it is: in this office the lines of a day wait for the evening.
func TestLinesThatWereSealedLateAreCounted(t *testing.T) {
	o := newOffice(t)
	o.life(101)
	r := Verify(bytes.NewReader(o.bundle(o.issue(101), false, true)), Options{})
	require.Equal(t, Whole, r.Outcome, "that is no fault")
	require.EqualValues(t, 5, r.Late, r.Print("zh"))
	require.EqualValues(t, 21*60, r.Longest)
	require.True(t, hasCode(r.Open, "late"))
	require.Contains(t, r.Print("zh"), "最长21分钟")
	require.NotContains(t, r.Print("zh"), "与封存的先后相符")

	early := newOffice(t)
	early.night()
	r = Verify(bytes.NewReader(early.bundle(What{All: true, Last: 1}, true, false)), Options{})
	require.Zero(t, r.Late)
	require.False(t, hasCode(r.Open, "late"))
}
