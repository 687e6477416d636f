package api

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow"
)

// twoUnits is an issue that the branch 0101 puts right with the branch 0102, each with a measure; that of 0102 is done.
func (o *office) twoUnits() string {
	o.t.Helper()
	issue := o.found()
	o.step("zhenglan", issue, "1", `{"action":"assign","assisting":["`+o.orgs["0102"]+`"],"person":"`+o.person("gaofeng")+`"}`)
	o.step("gaofeng", issue, "2", `{"action":"accept"}`)
	o.step("gaofeng", issue, "3", `{"action":"plan","measures":[{"text":"补齐会议记录","leader":"吴海","person":"`+o.person("mali")+`","due":"2026-11-10"},
		{"text":"=核对名册","org":"`+o.orgs["0102"]+`","person":"`+o.person("caoying")+`","due":"2026-12-12"}]}`)
	o.step("zhenglan", issue, "4", `{"action":"approve_plan"}`)
	o.step("caoying", issue, "5", `{"action":"finish","measure":2,"note":"名册已更正"}`)
	return issue
}

// The three lists are made of the record: a problem, its tasks, and who answers for what.
func TestThreeListsOfOneRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	issue := o.twoUnits()
	o.found() // nothing is to be done about it yet
	a := o.call("zhenglan", "GET", "/api/v1/lists", "")
	require.Equal(t, 200, a.status, a.body)
	lists := a.json(t)
	require.Len(t, lists["problems"], 2)
	require.Len(t, lists["tasks"], 2)
	require.Len(t, lists["duties"], 3, "two units answer for the first, one is proposed for the second")
	require.Equal(t, issue, from(lists, "tasks", 0, "issue"))
	require.Equal(t, o.orgs["0101"], from(lists, "tasks", 0, "org"), "a measure that names no unit is the responsible one's")
	require.Equal(t, o.orgs["0102"], from(lists, "tasks", 1, "org"))
	require.Equal(t, "2026-11-02", from(lists, "tasks", 1, "done_on"))
	require.Equal(t, true, from(lists, "duties", 0, "main"))
	require.Equal(t, []any{o.person("gaofeng"), o.person("mali")}, from(lists, "duties", 0, "people"))
	require.Equal(t, []any{2.0}, from(lists, "duties", 1, "measures"))
	require.EqualValues(t, 1, from(lists, "duties", 1, "done"))
	require.Equal(t, "曹颖", from(lists, "people", o.person("caoying")))

	page := o.signedIn(t, "zhenglan").see("/issues/lists?under=" + o.orgs["0101"])
	for _, text := range []string{"问题清单", "任务清单", "责任清单", "办公室党支部", "核对名册", "主办", "协办", "完成1/1", "吴海"} {
		require.Contains(t, page, text)
	}
	require.Contains(t, o.signedIn(t, "zhenglan").see("/issues?state=found"), `href="/issues/lists?state=found"`)
	require.Contains(t, o.signedIn(t, "zhenglan").see("/issues/lists?state=closed"), "没有符合条件的问题")
	o.now = o.now.AddDate(0, 0, 9)
	clear(o.tokens)
	require.Equal(t, true, from(o.call("zhenglan", "GET", "/api/v1/lists", "").json(t), "tasks", 0, "late"))
}

// The workbook has a sheet for each list, and that it was taken is on record.
func TestThreeListsAsAWorkbook(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.twoUnits()
	for _, path := range []string{"/issues/lists/export", "/api/v1/lists.xlsx"} {
		a := o.call("zhenglan", "GET", path+"?under="+o.orgs["0100"], "")
		require.Equal(t, 200, a.status, a.body)
		book, err := excelize.OpenReader(bytes.NewReader([]byte(a.body)))
		require.NoError(t, err)
		require.Equal(t, []string{"问题清单", "任务清单", "责任清单"}, book.GetSheetList())
		for name, want := range map[string]int{"问题清单": 1, "任务清单": 2, "责任清单": 2} {
			rows, err := book.GetRows(name)
			require.NoError(t, err)
			require.Len(t, rows, 3+want, name)
			require.Contains(t, rows[0][0], name)
		}
		tasks, err := book.GetRows("任务清单")
		require.NoError(t, err)
		require.Contains(t, tasks[4], "'=核对名册", "what begins like a formula cannot run")
		require.Contains(t, tasks[4], "已完成：名册已更正")
		require.NoError(t, book.Close())
	}
	lines := 0
	_, person := o.actor("zhenglan")
	history, err := o.db.History(context.Background(), "account", int64(person), 0, 100)
	require.NoError(t, err)
	for _, l := range history {
		if l.Action == "exported" && strings.HasSuffix(l.Note, "三张清单") {
			lines++
		}
	}
	require.Equal(t, 2, lines)
}

// The lists show what their reader may see, and the title of a checklist only to who sees something of it.
func TestThreeListsKeepToTheirReader(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.twoUnits()
	for _, path := range []string{"/issues/lists", "/api/v1/lists", "/api/v1/lists?under=" + o.orgs["0101"]} {
		require.NotContains(t, o.call("tangwei", "GET", path, "").body, "补齐会议记录", path)
	}
	a := o.call("tangwei", "GET", "/api/v1/lists.xlsx", "")
	book, err := excelize.OpenReader(bytes.NewReader([]byte(a.body)))
	require.NoError(t, err)
	rows, err := book.GetRows("任务清单")
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, http.StatusUnauthorized, o.call("", "GET", "/api/v1/lists", "").status)
}

func (o *office) actor(account string) (workflow.Actor, workflow.PersonID) {
	o.t.Helper()
	by, err := o.Engine.ActorNamed(o.t.Context(), account)
	require.NoError(o.t, err)
	return by, by.Person
}

// A day in a year whose holidays are not known is marked on each of the three lists.
func TestTheThreeListsMarkProvisionalDays(t *testing.T) {
	o := newOffice(t)
	issue := o.found()
	o.step("zhenglan", issue, "1", `{"action":"assign","due":"2027-03-01"}`)
	o.step("gaofeng", issue, "2", `{"action":"accept"}`)
	o.step("gaofeng", issue, "3", `{"action":"plan","measures":[{"text":"补齐会议记录","person":"`+o.person("mali")+`","due":"2027-02-01"}]}`)
	body := o.call("zhenglan", "GET", "/issues/lists", "").body
	require.Equal(t, 3, strings.Count(body, `class="provisional"`), "the problem, its task and who answers for it")
}
