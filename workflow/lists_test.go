package workflow

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The responsible org comes first and answers for every measure that names no other; who carries one measure answers for that.
func TestWhoAnswersForWhat(t *testing.T) {
	t.Parallel()
	i := Issue{Responsible: 1, Leader: "甲", Person: 10, Assisting: []OrgID{2, 3}, Due: "2026-12-31", Measures: []Measure{
		{Text: "一", Person: 11, Due: "2026-12-01", Done: true}, {Text: "二", Org: 2, Leader: "乙", Person: 20, Due: "2026-12-10"},
		{Text: "三", Org: 1, Person: 10, Due: "2026-12-20"}, {Text: "四", Org: 4, Person: 40, Due: "2026-11-20"}}}
	require.Equal(t, []Answerable{
		{Org: 1, Main: true, Leader: "甲", People: []PersonID{10, 11}, Measures: []int{1, 3}, Done: 1, Due: "2026-12-20"},
		{Org: 2, Leader: "乙", People: []PersonID{20}, Measures: []int{2}, Due: "2026-12-10"},
		{Org: 3, Due: "2026-12-31"},
		{Org: 4, People: []PersonID{40}, Measures: []int{4}, Due: "2026-11-20"},
	}, i.Answerables())
	i.Responsible = 0
	require.Empty(t, i.Answerables())
}
