package main

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// alter changes the database behind the back of the program.
func (o office) alter(statement string) {
	o.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(o.folder, "rectify.db"))
	require.NoError(o.t, err)
	defer db.Close()
	done, err := db.ExecContext(o.t.Context(), statement)
	require.NoError(o.t, err)
	n, err := done.RowsAffected()
	require.NoError(o.t, err)
	require.Equal(o.t, int64(1), n)
}

func TestReplayProvesTheIssues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Equal(t, ran{0, "0 个问题、0 条记录：逐条重放，与现状完全一致\n", ""}, o.run("replay"))
	o.inspection(0)
	got := o.run("replay")
	require.Equal(t, ran{0, "25 个问题、25 条记录：逐条重放，与现状完全一致\n", ""}, got)

	o.alter("UPDATE issues SET state = 'closed' WHERE id = (SELECT MIN(id) FROM issues)")
	o.alter("UPDATE history SET note = '补记' WHERE kind = 'issue' AND subject = (SELECT MAX(id) FROM issues)")
	got = o.run("replay")
	require.Equal(t, 1, got.code)
	require.Equal(t, "问题 XC-0101-"+year()+"-0001 issues.state：历史记录为“found”，现为“closed”\n到此为止；--all 列出全部\n", got.out, "the first is named")
	got = o.run("replay", "--all", "--lang", "en")
	require.Contains(t, got.out, ", line 1, history.digest: should be")
	require.True(t, strings.HasSuffix(got.out, " differences\n"))

	got = o.run("replay", "--all", "--json")
	require.Equal(t, 1, got.code)
	var answer struct {
		OK          bool
		Issues      int
		Differences []differenceJSON
	}
	require.NoError(t, json.Unmarshal([]byte(got.out), &answer))
	require.False(t, answer.OK)
	require.Equal(t, 25, answer.Issues)
	require.Equal(t, "closed", answer.Differences[0].Row)
}
