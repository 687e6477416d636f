package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
)

func TestCountsAreProved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Equal(t, ran{0, "0 个问题、0 个计数器：全部一致\n", ""}, o.run("counts"))
	o.inspection(0)
	got := o.run("counts", "--json", "--rebuild")
	require.Zero(t, got.code, got)
	var answer struct {
		OK               bool
		Issues, Counters int
		Wrong            []any
	}
	require.NoError(t, json.Unmarshal([]byte(got.out), &answer))
	require.True(t, answer.OK)
	require.Positive(t, answer.Issues)
	require.Positive(t, answer.Counters, "what was owed is counted")
	require.Empty(t, answer.Wrong)
}

// A counter that does not agree is named by its organisation, with what it holds and what it should.
func TestACounterThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var out bytes.Buffer
	p := &program{ctx: t.Context(), out: &out, now: time.Now, flags: &flags{Data: o.folder, Lang: "zh"}}
	require.NoError(t, p.with(false, func(ctx context.Context, opened *opened) error {
		org, err := opened.db.OrgByCode(ctx, "0101")
		require.NoError(t, err)
		r := store.Recount{Issues: 3, Counters: 9, Uncounted: []workflow.IssueID{7}, Wrong: []store.Miscount{
			{Org: org.ID, Of: "state=found source=audit", Holds: []int64{4, 100, 0}, Should: []int64{3, 50, 0}},
		}}
		wrong, err := miscounts(ctx, opened.db, r)
		require.NoError(t, err)
		require.Equal(t, exit(exitPartly), (&countsCommand{}).tell(p, r, wrong))
		return nil
	}))
	lines := strings.Split(out.String(), "\n")
	require.Contains(t, lines[0], "0101 ")
	require.Contains(t, lines[0], "（state=found source=audit）：计数 4/100/0，应为 3/50/0")
	require.Equal(t, "问题 7 未按现状计数", lines[1])
	require.Equal(t, "不一致 2 处；可用 --rebuild 改正", lines[2])
}
