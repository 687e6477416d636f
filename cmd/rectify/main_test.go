package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow/engine"
)

const samples = "../../workflow/sheet/testdata/"

// ran is what one run of the program did.
type ran struct {
	code     int
	out, err string
}

// office is a data folder on which commands are run.
type office struct {
	t      *testing.T
	folder string
}

func (o office) run(args ...string) ran {
	o.t.Helper()
	return rectify(o.t, []string{"RECTIFY_DATA=" + o.folder}, args...)
}

func rectify(t *testing.T, environ []string, args ...string) ran {
	t.Helper()
	var out, err bytes.Buffer
	code := run(t.Context(), args, environ, strings.NewReader(""), &out, &err)
	require.NotContains(t, err.String(), "goroutine ", "no stack is shown")
	return ran{code, out.String(), err.String()}
}

// newOffice has the organisations and people of the samples. They are imported once and copied for each test.
func newOffice(t *testing.T) office {
	t.Helper()
	o := office{t, filepath.Join(t.TempDir(), "data")}
	require.NoError(t, os.CopyFS(o.folder, os.DirFS(prepared)))
	return o
}

// prepared is a data folder that no test changes.
var prepared string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "rectify-office-")
	if err != nil {
		panic(err)
	}
	prepared = filepath.Join(folder, "data")
	for _, args := range [][]string{{"orgs", samples + "组织架构.xlsx"}, {"people", samples + "人员任职.xlsx"}} {
		var said bytes.Buffer
		if run(context.Background(), append([]string{"import", "--data", prepared}, args...), nil, nil, &said, &said) != exitDone {
			panic(said.String())
		}
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func TestTheFirstImportsNeedNobodyToNameThem(t *testing.T) {
	t.Parallel()
	o := office{t, filepath.Join(t.TempDir(), "data")}
	require.Equal(t, ran{0, "读到 26 行：导入 26，已有 0，略过 0，拒收 0\n", ""}, o.run("import", "orgs", samples+"组织架构.xlsx"))
	require.Equal(t, ran{0, "读到 32 行：导入 32，已有 0，略过 0，拒收 0\n", ""}, o.run("import", "people", samples+"人员任职.xlsx"))
	require.Equal(t, ran{0, "读到 32 行：导入 0，已有 32，略过 0，拒收 0\n", ""}, o.run("import", "people", samples+"人员任职.xlsx", "--by", "dingyi"))
}

// report runs an import and reads its object.
func (o office) report(code int, args ...string) reportJSON {
	o.t.Helper()
	got := o.run(append([]string{"import"}, append(args, "--json")...)...)
	require.Equal(o.t, code, got.code, got)
	in := json.NewDecoder(strings.NewReader(got.out))
	var r reportJSON
	require.NoError(o.t, in.Decode(&r))
	_, err := in.Token()
	require.ErrorIs(o.t, err, io.EOF, "exactly one object")
	return r
}

func (o office) inspection(code int, more ...string) reportJSON {
	return o.report(code, append([]string{"checklist", samples + "01-巡察反馈任务清单.xlsx", "--source", "inspection", "--by", "zhenglan"}, more...)...)
}

func (o office) selfCheck(code int, more ...string) reportJSON {
	return o.report(code, append([]string{"checklist", samples + "02-支部自查台账.xlsx", "--source", "self_check", "--by", "hejing"}, more...)...)
}

func TestInspectionIsTakenOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.inspection(0)
	require.Equal(t, []int{25, 25, 0, 1, 19}, []int{r.Read, r.Taken, r.Already, r.Skipped, r.ReportedDone})
	require.Empty(t, r.Refused)
	understood := map[string]string{}
	for _, d := range r.Doubtful {
		understood[d.Value] = d.Understood
	}
	require.Equal(t, "2026-04-17", understood["3个月内"], "counted from the day of the feedback")
	require.Equal(t, "2026-06-30", understood["2026年上半年"])
	require.Equal(t, "2026-04-30", understood["2026年4月"])

	again := o.inspection(0)
	require.Equal(t, []int{25, 0, 25}, []int{again.Read, again.Taken, again.Already})
	lines := o.run("history", "XC-0101-"+year()+"-0001", "--by", "zhenglan", "--json")
	require.Zero(t, lines.code, lines)
	require.Contains(t, lines.out, `"state": "found"`, "reported done is not closed")
	require.Contains(t, lines.out, `"os_user"`)
}

func year() string { return time.Now().In(time.FixedZone("", 8*3600)).Format("2006") }

func TestSelfCheckRefusesFiveRows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.selfCheck(1)
	require.Equal(t, []int{40, 35, 0}, []int{r.Read, r.Taken, r.Already})
	reasons := map[int]string{}
	for _, f := range r.Refused {
		require.NotEmpty(t, f.Reason)
		require.Equal(t, "Sheet1", f.Sheet)
		reasons[f.Row] = f.Code
	}
	require.Equal(t, map[int]string{7: "no_problem", 13: "no_such_day", 19: "unknown_organisation", 25: "due_before_found", 37: "no_organisation"}, reasons)
	require.Len(t, r.Refused, 5)
	again := o.selfCheck(1)
	require.Equal(t, []int{0, 35}, []int{again.Taken, again.Already})
}

func TestAuditPairBringsItsMoney(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.report(0, "checklist", samples+"03-审计整改两表.xlsx", "--source", "audit", "--by", "hanbing")
	require.Equal(t, []int{6, 6}, []int{r.Read, r.Taken})
	p := at(t, o.folder)
	require.NoError(t, p.with(false, func(ctx context.Context, opened *opened) error {
		by, err := opened.engine.ActorNamed(ctx, "hanbing")
		require.NoError(t, err)
		counts, err := opened.engine.Counts(ctx, by, engine.Filter{}, 0)
		require.Equal(t, int64(51_023_54)*10_000, counts.Amount, "51,023.54 万元 in fen")
		require.Equal(t, int64(45_587_84)*10_000, counts.Recovered, "45,587.84 万元 in fen")
		return err
	}))
}

func TestNobodyImportsBeyondTheirReach(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.report(2, "checklist", samples+"03-审计整改两表.xlsx", "--source", "audit", "--by", "zhenglan")
	require.Len(t, r.Refused, 6)
	require.Equal(t, "out_of_reach", r.Refused[0].Code)
	require.Contains(t, r.Refused[0].Reason, "水务局办公室党支部")
	require.Zero(t, r.Taken)
}

func TestModesCheckAndAllWriteNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Equal(t, 25, o.inspection(0, "--mode", "check").Taken)
	require.Equal(t, 25, o.inspection(0).Taken, "the check wrote nothing")
	require.Equal(t, 0, o.selfCheck(2, "--mode", "all").Taken)
	require.Equal(t, 35, o.selfCheck(1).Taken, "all or nothing was nothing")
}

// Rows that were refused come back mended and join the checklist that they belong to.
func TestRejectsAreMendedAndImported(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rejects := filepath.Join(t.TempDir(), "退回.xlsx")
	first := o.selfCheck(1, "--rejects", rejects)
	book, err := excelize.OpenFile(rejects)
	require.NoError(t, err)
	sheet := book.GetSheetList()[0]
	rows, err := book.GetRows(sheet)
	require.NoError(t, err)
	head := -1
	for n, row := range rows {
		for column, header := range row {
			if header == "具体表现" {
				head = n
			}
			if head < 0 {
				continue
			}
			mended := map[string]string{"具体表现": "补充写明的问题", "整改时限": "2026-12-31", "牵头单位": "文旅局办公室党支部"}[header]
			for r := head + 2; mended != "" && r <= len(rows); r++ {
				cell, err := excelize.CoordinatesToCellName(column+1, r)
				require.NoError(t, err)
				value := mended
				if header == "具体表现" {
					value += cell
				}
				require.NoError(t, book.SetCellStr(sheet, cell, value))
			}
		}
		if head >= 0 {
			break
		}
	}
	require.GreaterOrEqual(t, head, 0)
	require.NoError(t, book.Save())
	mended := o.report(0, "checklist", rejects, "--source", "self_check", "--by", "hejing")
	require.Equal(t, 5, mended.Taken)
	require.Equal(t, first.Checklist, mended.Checklist)
}

func TestExport(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.selfCheck(1)
	file := filepath.Join(t.TempDir(), "台账.xlsx")
	require.Equal(t, ran{}, o.run("export", "--by", "hejing", "-o", file, "--grade", "serious,major", "--title", "自查台账"))
	book, err := excelize.OpenFile(file)
	require.NoError(t, err)
	rows, err := book.GetRows(book.GetSheetList()[0])
	require.NoError(t, err)
	require.Equal(t, "自查台账", rows[0][0])
	require.NotContains(t, joined(rows), "一般")
	require.Equal(t, 2, o.run("export", "--by", "hejing", "-o", file, "--state", "opened").code, "an unknown word is no filter")

	all := filepath.Join(t.TempDir(), "all.xlsx")
	require.Zero(t, o.run("export", "--by", "hejing", "-o", all).code)
	book, err = excelize.OpenFile(all)
	require.NoError(t, err)
	name := book.GetSheetList()[0]
	rows, err = book.GetRows(name)
	require.NoError(t, err)
	require.Contains(t, joined(rows), "'=HYPERLINK(", "what looks like a formula is text")
	for r, row := range rows {
		for c := range row {
			cell, err := excelize.CoordinatesToCellName(c+1, r+1)
			require.NoError(t, err)
			formula, err := book.GetCellFormula(name, cell)
			require.NoError(t, err)
			require.Empty(t, formula)
		}
	}
}

func joined(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.Join(row, "\t") + "\n")
	}
	return b.String()
}

func TestWhatIsWrongIsSaidInTheLanguageOfTheUser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	broken := filepath.Join(t.TempDir(), "坏.xlsx")
	require.NoError(t, os.WriteFile(broken, []byte("PK\x03\x04 not a workbook"), 0o600))
	for name, c := range map[string]struct {
		args   []string
		zh, en string
	}{
		"command":  {[]string{"improt"}, "命令行有误", "the command line is wrong"},
		"by":       {[]string{"export", "-o", "x.xlsx"}, "请用 --by 账号", "say with --by ACCOUNT"},
		"account":  {[]string{"export", "-o", "x.xlsx", "--by", "nobody"}, "nobody", "nobody"},
		"file":     {[]string{"import", "orgs", "missing.xlsx"}, "打不开 missing.xlsx", "missing.xlsx cannot be opened"},
		"workbook": {[]string{"import", "checklist", broken, "--by", "hejing", "--source", "audit"}, "表格已损坏", "workbook"},
		"source":   {[]string{"import", "checklist", samples + "03-审计整改两表.xlsx", "--by", "hanbing", "--source", "rumour"}, "没有“rumour”这个问题来源", `there is no source "rumour"`},
		"database": {[]string{"export", "-o", "x.xlsx", "--by", "hejing", "--db", "mysql://u:s3cret@127.0.0.1:1/rectify"}, "数据库", "database"},
		"number":   {[]string{"history", "XC-0-2000-0001", "--by", "hejing"}, "没有这个问题", "there is no such issue"},
		"policies": {[]string{"check", "--policies", "not-there"}, "读不到权限文件夹", "the folder of policies not-there cannot be read"},
		"proxy":    {[]string{"serve", "--trusted-proxy", "10.0.0.5"}, "网段", "network"},
		"again":    {[]string{"import", "people", samples + "人员任职.xlsx"}, "请用 --by 账号", "say with --by"},
	} {
		t.Run(name, func(t *testing.T) {
			for lang, want := range map[string]string{"zh": c.zh, "en": c.en} {
				got := o.run(append(c.args, "--lang", lang)...)
				require.Equal(t, 2, got.code, got)
				require.Contains(t, got.err, want)
				require.NotContains(t, got.err+got.out, "s3cret")
			}
		})
	}
}

func TestABrokenWorkbookStillPrintsOneObject(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	broken := filepath.Join(t.TempDir(), "坏.xlsx")
	require.NoError(t, os.WriteFile(broken, []byte("not a workbook"), 0o600))
	r := o.report(2, "checklist", broken, "--source", "audit", "--by", "hejing")
	require.NotEmpty(t, r.Error)
	require.Zero(t, r.Read)
	require.NotNil(t, r.Refused, "an empty list, not null")
}

func TestNothingIsSetUpByLooking(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	got := office{t, folder}.run("history", "XC-0101-2026-0001", "--by", "hejing")
	require.Equal(t, 2, got.code)
	require.NoDirExists(t, folder)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.inspection(0)
	ask := []string{"explain", "--by", "zhenglan", "--issue", "XC-0101-" + year() + "-0001", "--action", "assign"}
	yes := o.run(append(ask, "--json")...)
	require.Zero(t, yes.code, yes)
	require.Contains(t, yes.out, `"allowed": true`)
	require.Contains(t, yes.out, `"rule": "policy.csv:`)
	no := o.run(append(ask, "--account", "gaofeng")...)
	require.Contains(t, no.out, "高峰：不能")
	require.Contains(t, no.out, "可由这些职务办理：")
}

func TestFirstPasswordsAreASheetForTheirOwners(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	file := filepath.Join(t.TempDir(), "密码.xlsx")
	require.Equal(t, 2, o.run("user", "passwords", "--by", "hejing", "-o", file).code, "only the system administrator")
	require.NoFileExists(t, file)
	done := o.run("user", "passwords", "--by", "dingyi", "--account", "gaofeng", "--account", "mali", "-o", file)
	require.Zero(t, done.code, done)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	book, err := excelize.OpenFile(file)
	require.NoError(t, err)
	rows, err := book.GetRows("Sheet1")
	require.NoError(t, err)
	require.Equal(t, []string{"高峰", "gaofeng"}, rows[2][:2])
	require.Len(t, rows[2][2], 12)
	require.NotContains(t, done.out, rows[2][2], "a password is not shown on the screen")
	require.Equal(t, 2, o.run("user", "passwords", "--by", "dingyi", "--account", "gaofeng", "-o", file).code, "the sheet that is there is kept")

	people := o.run("user", "list", "--by", "dingyi")
	require.Contains(t, people.out, "huzq")
	require.Contains(t, people.out, "支部书记；中共临江市文化旅游局机关委员会 党务干部")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	whole := o.run("check")
	require.Zero(t, whole.code, whole.err)
	require.Regexp(t, `^流程 3 个、权限 112 条：都能读，彼此一致\n走遍 \d{5,} 个状态、\d{6,} 步，下列各条都成立：\n`, whole.out)
	require.Contains(t, whole.out, "同一轮里，谁也不能既整改又验收")
	require.Regexp(t, `党务干部（机关党委）——重大：.*；较大：交办、`, whole.out, "what each post can reach at most")
	require.Regexp(t, `^流程 3 个、权限 112 条：都能读，彼此一致\n$`, o.run("check", "--quick").out)
	require.Zero(t, o.run("check", "--definitions", "../../examples/definitions").code)

	people := o.run("check", "--people", "--json")
	require.Equal(t, 1, people.code)
	require.Contains(t, people.out, "执法支队第二党支部没有可以提请验收的人")
	require.NotContains(t, people.out, `"place": "0101"`)
	require.Contains(t, people.out, `"close": "major"`)

	own := t.TempDir()
	shipped, err := os.ReadFile("../../workflow/definitions/standard.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(own, "standard.yaml"), bytes.Replace(shipped, []byte("to: closing"), []byte("to: nowhere"), 1), 0o600))
	bad := o.run("check", "--definitions", own)
	require.Equal(t, 2, bad.code)
	require.Contains(t, bad.err, "standard.yaml:")
	require.Contains(t, bad.err, "nowhere")

	require.NoError(t, os.WriteFile(filepath.Join(own, "policy.csv"), []byte("p, branch_secretary, branch, responsible, acept, major\n"), 0o600))
	bad = o.run("check", "--policies", own)
	require.Equal(t, 2, bad.code)
	require.Contains(t, bad.err, "acept")

	require.NoError(t, os.WriteFile(filepath.Join(own, "policy.csv"), []byte("p, branch_secretary, branch, responsible, accept, major\n"), 0o600))
	require.Equal(t, 1, o.run("check", "--policies", own).code, "steps that nobody may take are named")
	require.Equal(t, 2, o.run("export", "--policies", own, "--by", "hejing", "-o", "x.xlsx").code, "and nothing starts with them")
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	o := office{t, filepath.Join(t.TempDir(), "data")}
	require.Contains(t, o.run("migrate").out, "0001_meta.sql")
	require.Equal(t, "表结构已是最新\n", o.run("migrate").out)
	require.Contains(t, o.run("migrate", "--status", "--lang", "en").out, "the tables are at version")
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	help := rectify(t, nil)
	require.Zero(t, help.code)
	for _, command := range []string{"serve", "import checklist", "export", "history", "explain", "check", "migrate", "user passwords", "version"} {
		require.Contains(t, help.out, "  "+command)
	}
	require.Contains(t, rectify(t, nil, "version").out, "rectify unknown")
	require.Contains(t, rectify(t, []string{"RECTIFY_JSON=true"}, "version").out, `"version": "unknown"`, "every flag by the environment")
}
