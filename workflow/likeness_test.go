package workflow_test

import (
	"encoding/csv"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// ledger is a problem as a sample ledger has it, and as another source might write it down.
type ledger struct{ text, reworded string }

func ledgers(t *testing.T) (out []ledger) {
	f, err := os.Open("testdata/reworded.csv")
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	for _, row := range rows {
		out = append(out, ledger{row[0], row[1]})
	}
	return out
}

// The least of what belongs together is above the most of what does not, with the line of Alike between them. What other ways of
// comparing reached on the same texts stands in docs/practice.md.
func TestPairsTellLedgersApart(t *testing.T) {
	t.Parallel()
	all := ledgers(t)
	require.Len(t, all, 25)
	var same, other []int
	for n, a := range all {
		for m, b := range all {
			if n == m {
				same = append(same, workflow.Likeness(a.text, b.reworded))
				continue
			}
			other = append(other, workflow.Likeness(a.text, b.reworded), workflow.Likeness(a.text, b.text), workflow.Likeness(a.reworded, b.reworded))
		}
	}
	t.Logf("same: from %d to %d percent; different: to %d percent", slices.Min(same), slices.Max(same), slices.Max(other))
	require.GreaterOrEqual(t, slices.Min(same), workflow.Alike)
	require.Less(t, slices.Max(other), workflow.Alike)
}

// Whatever is alike shares a pair of its gist with what is looked for, or it would not be found.
func TestAGistIsFoundByThePairs(t *testing.T) {
	t.Parallel()
	for _, l := range ledgers(t) {
		for _, x := range [][2]string{{l.text, l.reworded}, {l.reworded, l.text}} {
			pairs := workflow.Pairs(x[1])
			require.True(t, slices.ContainsFunc(workflow.Gist(x[0]), func(pair uint32) bool { return slices.Contains(pairs, pair) }), x[0])
		}
	}
}

func TestLikeness(t *testing.T) {
	t.Parallel()
	require.Equal(t, 100, workflow.Likeness("党费收缴不及时", "党费收缴不及时。"))
	require.Equal(t, 100, workflow.Likeness("第3次自查发现:会议记录缺少签到", "第11次自查发现:会议记录缺少签到"), "numbers and what they count say nothing")
	require.Zero(t, workflow.Likeness("", "党费"))
	require.Zero(t, workflow.Likeness("……", "党费"))
	require.Zero(t, workflow.Likeness("支部换届超期", "固定资产账实不符"))
	require.Equal(t, "党费收缴不及时", workflow.Shared("支部党费收缴不及时，有的党员跨季度缴纳", "党费收缴不及时,涉及3个支部44份材料。"))
	require.Empty(t, workflow.Shared("甲", "乙"))
	require.Len(t, workflow.Gist("中心组学习研讨发言材料雷同,涉及1个支部2份材料。"), 8)
}
