package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
)

const (
	inspectionList = "01-巡察反馈任务清单.xlsx"
	selfCheckList  = "02-支部自查台账.xlsx"
	auditPair      = "03-审计整改两表.xlsx"
	english        = "lang=en"
)

// see shows a page in both languages and returns it in Chinese.
func (o *office) see(account, path string) answer {
	o.t.Helper()
	a := o.call(account, "GET", path, "", "Cookie", english)
	require.Equal(o.t, http.StatusOK, a.status, a.body)
	require.Contains(o.t, a.body, `lang="en"`)
	a = o.call(account, "GET", path, "")
	require.Equal(o.t, http.StatusOK, a.status, a.body)
	return a
}

// fillIn sends the form of a page.
func (o *office) fillIn(account, path string, pairs ...string) answer {
	o.t.Helper()
	values := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		values.Add(pairs[n], pairs[n+1])
	}
	return o.call(account, "POST", path, values.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// sentIn uploads a sample checklist and returns the address of what was understood.
func (o *office) sentIn(account, file, source string, pairs ...string) string {
	o.t.Helper()
	a := o.upload(account, importPage, sample(o.t, file), append([]string{"@file", file, "source", source}, pairs...)...)
	require.Equal(o.t, http.StatusSeeOther, a.status, a.body)
	return a.header.Get("Location")
}

// takeIt sends the form of what was understood and follows to what became of it.
func (o *office) takeIt(account, understood, mode string) answer {
	o.t.Helper()
	path, query, _ := strings.Cut(understood, "?")
	a := o.call(account, "POST", path, query+"&mode="+mode, "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(o.t, http.StatusSeeOther, a.status, a.body)
	job := a.header.Get("Location")
	for {
		a = o.see(account, job)
		if a.header.Get("Refresh") == "" {
			return a
		}
	}
}

func TestChecklistsAreImportedByPages(t *testing.T) {
	for _, x := range []struct{ account, file, source string }{{"xuning", inspectionList, "inspection"}, {"hejing", selfCheckList, "self_check"}, {"panliang", auditPair, "audit"}} {
		t.Run(x.file, func(t *testing.T) {
			o := newOffice(t)
			require.Contains(t, o.see(x.account, importPage).body, `type="file"`)
			understood := o.sentIn(x.account, x.file, x.source, "title", "某某清单")
			by, err := o.Engine.ActorNamed(t.Context(), x.account)
			require.NoError(t, err)
			want, err := o.Engine.ImportChecklist(t.Context(), by, o.book(x.file), engine.ImportOptions{Source: "inspection", Mode: engine.ModeCheck})
			require.NoError(t, err)

			page := o.see(x.account, understood).body
			require.Contains(t, page, "某某清单")
			require.Contains(t, page, "读到 "+digits(want.Read)+" 行")
			require.Contains(t, page, "可导入 "+digits(want.Taken))
			require.Equal(t, len(want.Columns), strings.Count(page, `name="field"`), "a choice for every column")
			if len(want.Doubtful) > 0 {
				require.Regexp(t, `class="tally soon chosen"`, page, "the doubtful ones come first")
			}
			done := o.takeIt(x.account, understood, "good").body
			require.Contains(t, done, `<b class="num">`+digits(want.Taken)+`</b> 导入`)
			lists := o.see(x.account, checklistsPage).body
			require.Contains(t, lists, "某某清单")
			path := regexp.MustCompile(`/issues\?checklist=\d+`).FindString(lists)
			require.NotEmpty(t, path)
			require.Contains(t, o.see(x.account, path).body, "共 "+digits(want.Taken)+" 件")

			again := o.see(x.account, understood).body
			require.Contains(t, again, "已有 "+digits(want.Taken))
			require.NotContains(t, again, `value="good"`, "nothing is left to take")
		})
	}
}

func digits(n int) string { return id(int64(n)) + strings.Repeat("0", b2i(n == 0)) }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestAllOrNothingByPages(t *testing.T) {
	o := newOffice(t)
	done := o.takeIt("xuning", o.sentIn("xuning", inspectionList, "inspection"), "all").body
	require.Contains(t, done, "查看这份清单")
	// with a refused row nothing is written, whatever the form says
	o = newOffice(t)
	mixed := written(t, "序号,存在问题,责任单位,整改时限", "1,学习不深入,办公室党支部,2026-12-31", "2,台账不全,没有这个支部,2026-12-31")
	a := o.upload("xuning", importPage, mixed, "@file", "表.xlsx", "source", "self_check")
	understood := a.header.Get("Location")
	page := o.see("xuning", understood).body
	require.Contains(t, page, "可导入 1")
	require.Contains(t, page, "退回 1")
	require.NotContains(t, page, `value="all"`)
	require.Contains(t, o.see("xuning", understood+"&show=refused").body, "没有这个支部")
	path, query, _ := strings.Cut(understood, "?")
	book := o.call("xuning", "GET", path+"/rejects?"+query, "")
	require.Equal(t, 200, book.status)
	read, err := engine.ReadBook(t.Context(), strings.NewReader(book.body), "rejects.xlsx")
	require.NoError(t, err)
	list, err := sheet.ReadChecklist(read, sheet.Options{})
	require.NoError(t, err)
	require.Len(t, list.Rows, 1)
	done = o.takeIt("xuning", understood, "all").body
	require.Contains(t, done, `<b class="num">0</b> 导入`)
	require.NotContains(t, o.see("xuning", checklistsPage).body, "checklist=")
}

func TestAnUploadThatFailsKeepsWhatWasTyped(t *testing.T) {
	o := newOffice(t)
	a := o.upload("xuning", importPage, nil, "source", "audit", "title", "我的清单")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, "请选择要导入的表格")
	require.Contains(t, a.body, "我的清单")
	require.Contains(t, a.body, `value="audit" selected`)

	a = o.upload("xuning", importPage, map[string][]byte{"x.txt": []byte("不是表格")}, "@file", "x.txt", "source", "audit", "title", "我的清单")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `id="f-file-fault"`, "beside the file")
	require.Contains(t, a.body, "我的清单")

	a = o.upload("xuning", importPage, sample(t, auditPair), "@file", auditPair, "title", "我的清单")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, "请选择问题来源")
	require.Contains(t, a.body, `id="f-source-fault"`)
	kept := regexp.MustCompile(`name="kept" value="([0-9a-f]{64} [^"]+)"`).FindStringSubmatch(a.body)
	require.Len(t, kept, 2, "the file need not be sent again")
	a = o.upload("xuning", importPage, nil, "kept", kept[1], "source", "audit")
	require.Equal(t, http.StatusSeeOther, a.status, a.body)
	require.Contains(t, o.see("xuning", a.header.Get("Location")).body, "读到 6 行")

	a = o.upload("yeqing", importPage, nil, "kept", kept[1], "source", "audit")
	require.Equal(t, http.StatusNotFound, a.status, "another's file is not taken by its name")
}

func TestWhoMayNotImportIsToldAtOnce(t *testing.T) {
	o := newOffice(t)
	require.Equal(t, http.StatusForbidden, o.call("sunli", "GET", importPage, "").status)
	require.Equal(t, http.StatusForbidden, o.upload("sunli", importPage, sample(t, auditPair), "@file", auditPair, "source", "audit").status)
	require.NotContains(t, o.see("sunli", checklistsPage).body, importPage)
	understood := o.sentIn("xuning", auditPair, "audit")
	require.Equal(t, http.StatusNotFound, o.call("yeqing", "GET", understood, "").status, "who did not send it in does not see it")
	require.Contains(t, o.see("huzq", importPage).body, `name="org"`, "two posts, two units")
}

func TestColumnsAreChangedByThePage(t *testing.T) {
	o := newOffice(t)
	understood := o.sentIn("hejing", selfCheckList, "self_check")
	page := o.see("hejing", understood).body
	fields := regexp.MustCompile(`(?s)<select[^>]*name="field".*?</select>`).FindAllString(page, -1)
	words := make([]string, len(fields))
	for n, f := range fields {
		words[n] = regexp.MustCompile(`value="([a-z]*)" selected`).FindStringSubmatch(f)[1]
	}
	with := func() string { return understood + "&field=" + strings.Join(words, "&field=") }
	require.Contains(t, o.see("hejing", with()).body, `value="good"`, "as recognised")
	for n, word := range words {
		if word == "responsible" {
			words[n] = ""
		}
	}
	require.Contains(t, o.see("hejing", with()).body, "退回")
	require.NotContains(t, o.see("hejing", with()).body, `value="good"`, "without responsible organisations nothing can be taken")
	words[0], words[1] = "due", "due"
	a := o.call("hejing", "GET", with(), "")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, "只能有一列")
	require.NotContains(t, a.body, `name="mode"`, "nothing is taken of what was not understood")
}

func TestAnImportTellsHowFarItIs(t *testing.T) {
	o := newOffice(t)
	by, err := o.Engine.ActorNamed(t.Context(), "xuning")
	require.NoError(t, err)
	release := make(chan struct{})
	name, err := o.jobs.start(&job{person: by.Person}, func(_ context.Context, progress func(int, int)) (engine.Report, error) {
		progress(500, 2000)
		<-release
		return engine.Report{Read: 2000, Taken: 2000, Checklist: 7}, nil
	})
	require.NoError(t, err)
	a := o.see("xuning", jobsPage+name)
	require.Equal(t, jobAgain, a.header.Get("Refresh"))
	require.Contains(t, a.body, "已写入 500 / 2000 行")
	require.Equal(t, http.StatusNotFound, o.call("yeqing", "GET", jobsPage+name, "").status)
	_, err = o.jobs.start(&job{person: by.Person}, nil)
	require.ErrorContains(t, err, "还在进行")
	close(release)
	a = o.see("xuning", jobsPage+name)
	require.Empty(t, a.header.Get("Refresh"))
	require.Contains(t, a.body, "/issues?checklist=7")

	for _, run := range []func() (engine.Report, error){func() (engine.Report, error) { panic("x") }, func() (engine.Report, error) { return engine.Report{}, errors.New("x") }} {
		name, err = o.jobs.start(&job{person: by.Person}, func(context.Context, func(int, int)) (engine.Report, error) { return run() })
		require.NoError(t, err)
		a = o.call("xuning", "GET", jobsPage+name, "")
		require.Equal(t, http.StatusInternalServerError, a.status)
		require.Contains(t, a.body, "服务器出错")
	}
	name, err = o.jobs.start(&job{person: by.Person}, func(ctx context.Context, _ func(int, int)) (engine.Report, error) {
		<-ctx.Done()
		return engine.Report{}, ctx.Err()
	})
	require.NoError(t, err)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	o.jobs.end(over)
	j, err := o.jobs.of(by.Person, name)
	require.NoError(t, err)
	require.ErrorIs(t, j.err, context.Canceled, "the program does not end before its imports")
	require.Equal(t, http.StatusNotFound, o.call("xuning", "GET", jobsPage+"none", "").status)
}

// written is a workbook of one table.
func written(t *testing.T, headers string, rows ...string) map[string][]byte {
	var b bytes.Buffer
	table := make([][]string, len(rows))
	for n, row := range rows {
		table[n] = strings.Split(row, ",")
	}
	require.NoError(t, sheet.WriteSheet(&b, "表", strings.Split(headers, ","), table))
	return map[string][]byte{"表.xlsx": b.Bytes()}
}

func TestTablesAreImportedByAdministrators(t *testing.T) {
	o := newOffice(t)
	for path, file := range map[string]string{"/orgs/import": "组织架构.xlsx", "/people/import": "人员任职.xlsx"} {
		require.Contains(t, o.see("dingyi", path).body, `type="file"`)
		require.Equal(t, http.StatusForbidden, o.call("xuning", "GET", path, "").status)
		require.Equal(t, http.StatusForbidden, o.upload("xuning", path, sample(t, file), "@file", file).status)
		a := o.upload("dingyi", path, sample(t, file), "@file", file)
		require.Equal(t, http.StatusSeeOther, a.status, a.body)
		require.Contains(t, o.see("dingyi", a.header.Get("Location")).body, "与现有内容相同")
		a = o.upload("dingyi", path, sample(t, auditPair), "@file", auditPair)
		require.Equal(t, http.StatusUnprocessableEntity, a.status)
		require.Contains(t, a.body, "没有认出表头")
	}
	require.Contains(t, o.see("dingyi", checklistsPage).body, `href="/orgs/import"`)
	require.NotContains(t, o.see("xuning", checklistsPage).body, `href="/orgs/import"`)
	headers := "组织编码,组织名称,简称,层级,上级组织编码"
	a := o.upload("dingyi", "/orgs/import", written(t, headers, "0199,新设支部,新支部,党支部,0100"), "@file", "表.xlsx")
	require.Equal(t, http.StatusSeeOther, a.status, a.body)
	check := a.header.Get("Location")
	require.Contains(t, o.see("dingyi", check).body, "写入 1 行")
	path, query, _ := strings.Cut(check, "?")
	a = o.call("dingyi", "POST", path, query, "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusSeeOther, a.status, a.body)
	require.Contains(t, o.see("dingyi", check).body, "与现有内容相同")

	a = o.upload("dingyi", "/orgs/import", written(t, headers, "0198,甲,,党支部,0100", "0197,乙,,党支部,9999"), "@file", "表.xlsx")
	wrong := o.see("dingyi", a.header.Get("Location")).body
	require.Contains(t, wrong, "没有编码为“9999”的上级组织")
	require.NotContains(t, wrong, "写入 ")
	path, query, _ = strings.Cut(a.header.Get("Location"), "?")
	require.Equal(t, http.StatusConflict, o.call("dingyi", "POST", path, query, "Content-Type", "application/x-www-form-urlencoded").status)
}

func TestFirstPasswordsAreSentOnce(t *testing.T) {
	o := newOffice(t)
	require.Contains(t, o.see("dingyi", passwordsPage).body, `name="accounts"`)
	require.Equal(t, http.StatusForbidden, o.call("xuning", "GET", passwordsPage, "").status)
	require.Equal(t, http.StatusForbidden, o.fillIn("xuning", passwordsPage, "accounts", "xuning").status)
	a := o.fillIn("dingyi", passwordsPage, "accounts", "nobody-here")
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.body, "nobody-here", "what was typed is kept")
	a = o.fillIn("dingyi", passwordsPage, "accounts", "xuning\r\nmali")
	require.Equal(t, http.StatusOK, a.status)
	require.True(t, strings.HasPrefix(a.body, "PK"))
	require.Contains(t, a.header.Get("Content-Disposition"), "attachment")
}

var pickable = regexp.MustCompile(`name="issue" value="(\d+:\d+)"`)

func TestManyAreAssignedAtOnce(t *testing.T) {
	o := newOffice(t)
	o.takeIt("xuning", o.sentIn("xuning", inspectionList, "inspection"), "good")
	path := "/issues/bulk?source=inspection&do=assign"
	require.Contains(t, o.see("xuning", "/issues").body, `href="/issues/bulk"`)
	require.Contains(t, o.see("xuning", "/issues?source=inspection").body, `href="/issues/bulk?source=inspection"`)
	body := o.see("xuning", path).body
	boxes := pickable.FindAllStringSubmatch(body, -1)
	require.Greater(t, len(boxes), 3)
	require.NotContains(t, body, " checked")
	require.Contains(t, o.see("xuning", path+"&all=yes").body, ` checked`)

	require.Regexp(t, `须逐件办理[^<]*并案`, body, "what is open and cannot be done here is said")

	a := o.fillIn("xuning", path, "key", "k1", "note", "请抓紧办理")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, "请先勾选")
	require.Contains(t, a.body, "请抓紧办理")
	a = o.fillIn("xuning", path, "key", "k1", "issue", boxes[0][1], "due", "31-12-2026")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `id="f-due-fault"`)

	stale := strings.Split(boxes[1][1], ":")[0] + ":99"
	good := []string{"key", "k2", "issue", boxes[0][1], "kind", "timed", "grade", "ordinary", "due", "2026-12-31", "note", "请抓紧办理"}
	a = o.fillIn("xuning", path, append(good, "issue", stale)...)
	require.Equal(t, http.StatusConflict, a.status)
	require.Contains(t, a.body, "一件也没有办")
	require.Equal(t, 1, strings.Count(a.body, `<p class="wrong">`), "beside the one that cannot")
	require.Contains(t, a.body, `value="`+boxes[0][1]+`" aria-label`)
	require.Contains(t, a.body, "请抓紧办理")

	a = o.fillIn("xuning", path, append(good, "issue", boxes[2][1])...)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Contains(t, a.body, "已办 2 件")
	again := o.fillIn("xuning", path, append(good, "issue", boxes[2][1])...)
	require.Contains(t, again.body, "已办 2 件", "sent twice, done once")
	v := o.call("xuning", "GET", "/api/v1/issues/"+strings.Split(boxes[0][1], ":")[0], "").json(t)
	issue, _ := v["issue"].(map[string]any)
	require.Equal(t, "assigned", issue["state"])
	require.Len(t, pickable.FindAllString(o.see("xuning", path).body, -1), len(boxes)-2)

	urge := "/issues/bulk?source=inspection&do=urge"
	ticked := pickable.FindAllStringSubmatch(o.see("xuning", urge).body, -1)
	require.NotEmpty(t, ticked)
	a = o.fillIn("xuning", urge, "key", "k3", "issue", ticked[0][1])
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `id="f-note-fault"`, "what is wrong with all is said once, beside the field")
	require.Equal(t, 1, strings.Count(a.body, `class="wrong"`))

	require.Contains(t, o.see("sunli", "/issues/bulk").body, "没有可以批量办理", "an inspector does nothing")
	require.NotContains(t, o.see("xuning", "/issues/bulk?do=plan").body, `class="bulk"`, "a plan is made one by one")
}

func TestWhatIsShownIsExported(t *testing.T) {
	o := newOffice(t)
	o.takeIt("panliang", o.sentIn("panliang", auditPair, "audit"), "good")
	require.Contains(t, o.see("panliang", "/issues?source=audit").body, `href="/issues/export?source=audit"`)
	a := o.call("panliang", "GET", "/issues/export?source=audit", "")
	require.Equal(t, http.StatusOK, a.status)
	read, err := engine.ReadBook(t.Context(), strings.NewReader(a.body), "x.xlsx")
	require.NoError(t, err)
	list, err := sheet.ReadChecklist(read, sheet.Options{})
	require.NoError(t, err)
	require.Len(t, list.Rows, 6)
	require.Equal(t, http.StatusUnprocessableEntity, o.call("panliang", "GET", "/issues/export?due_from=x", "").status)
}

// The number in the heading of the ledger is that of the issues which match the whole filter.
func TestTheLedgerSaysHowManyMatch(t *testing.T) {
	o := newOffice(t)
	o.rectifying()
	require.Equal(t, http.StatusSeeOther, o.fillIn("gaofeng", "/find", "detail", "党费收缴台账不全", "source", "self_check").status)
	for query, n := range map[string]string{"": "2", "?light=in_time": "1", "?light=overdue": "0", "?phase=rectify": "1", "?phase=find&light=in_time": "0", "?phase=rectify&light=in_time": "1"} {
		require.Contains(t, o.see("zhenglan", "/issues"+query).body, "共 "+n+" 件", query)
	}
}

// The ledger, as a page and over the API, can be narrowed to what is supervised.
func TestTheLedgerShowsWhatIsSupervised(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()
	require.Contains(t, o.see("zhenglan", "/issues?mark=supervised").body, "共 0 件")
	o.take(t, "wuhai", issue, workflow.Step{Action: workflow.Supervise, Basis: "工委督办单第3号", Decided: "工委书记专题会"})
	page := o.see("zhenglan", "/issues?mark=supervised").body
	require.Contains(t, page, "共 1 件")
	require.Contains(t, page, `href="/issues/`+issue+`"`)
	require.Contains(t, o.see("zhenglan", "/issues?mark=escalated").body, "共 0 件")
	require.Contains(t, o.call("zhenglan", "GET", "/api/v1/issues?mark=supervised", "").body, issue)
	require.NotContains(t, o.call("zhenglan", "GET", "/api/v1/issues?mark=escalated", "").body, issue)
	require.NotContains(t, o.see("wuhai", "/issues/"+issue).body, "/do/supervise", "it is offered once")
}
