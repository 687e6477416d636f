package sheet_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

// sample reads a workbook of testdata.
func sample(t testing.TB, name string) *sheet.Book {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return read(t, data)
}

func read(t testing.TB, data []byte) *sheet.Book {
	t.Helper()
	book, err := sheet.Read(t.Context(), bytes.NewReader(data), "list.xlsx", sheet.DefaultLimits())
	require.NoError(t, err)
	return book
}

func checklist(t testing.TB, b *sheet.Book) sheet.Checklist {
	t.Helper()
	list, err := sheet.ReadChecklist(b, sheet.Options{})
	require.NoError(t, err)
	return list
}

// tab is a sheet of a workbook that a test builds: its rows, and ranges to merge.
type tab struct {
	name   string
	rows   [][]any
	merges [][2]string
}

func workbook(t testing.TB, tabs ...tab) []byte {
	t.Helper()
	f := excelize.NewFile()
	for n, s := range tabs {
		if n == 0 {
			require.NoError(t, f.SetSheetName("Sheet1", s.name))
		} else {
			_, err := f.NewSheet(s.name)
			require.NoError(t, err)
		}
		for r := range s.rows {
			at, err := excelize.CoordinatesToCellName(1, r+1)
			require.NoError(t, err)
			require.NoError(t, f.SetSheetRow(s.name, at, &s.rows[r]))
		}
		for _, m := range s.merges {
			require.NoError(t, f.MergeCell(s.name, m[0], m[1]))
		}
	}
	return written(t, f)
}

func written(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	return out.Bytes()
}

// codes lists the codes of findings, with the column of each.
func codes(findings []sheet.Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, f.Column+" "+f.Code)
	}
	return list
}

func dues(list sheet.Checklist) map[string]workflow.Day {
	days := map[string]workflow.Day{}
	for _, row := range list.Rows {
		days[row.Number] = row.Due
	}
	return days
}

func TestInspectionFeedback(t *testing.T) {
	list := checklist(t, sample(t, "01-巡察反馈任务清单.xlsx"))
	require.Equal(t, "市委第二巡察组反馈意见整改任务清单", list.Title)
	require.Equal(t, "临江市文化旅游局党组", list.Unit)
	require.Equal(t, workflow.Day("2026-01-17"), list.FoundOn)
	require.Len(t, list.Rows, 25)
	require.Equal(t, 1, list.Skipped, "the total at the foot")

	done := 0
	kinds := map[string]int{}
	for _, row := range list.Rows {
		require.Empty(t, row.Refused, "row %d", row.Row)
		require.Len(t, row.Measures, 3)
		kinds[row.Kind]++
		if row.ReportedDone {
			done++
		}
	}
	require.Equal(t, 19, done)
	require.Equal(t, map[string]int{"timed": 19, "immediate": 3, "lasting": 3}, kinds)

	first := list.Rows[0]
	require.Equal(t, "一、聚焦党的理论学习和政治建设方面", first.Aspect)
	require.Equal(t, "中心组学习研讨发言材料雷同,涉及1个支部2份材料。", first.Detail)
	require.Equal(t, []string{"由牵头单位于10日内完成自查", "修订中心组学相关制度", "每季度抽查一次并通报。"}, first.Measures)
	require.Equal(t, "陈国栋", first.Leader)
	require.Equal(t, "文旅局办公室党支部", first.Responsible)
	require.Equal(t, "高峰", first.Person)
	require.Equal(t, []string{"人事科党支部", "业务一科党支部"}, list.Rows[2].Assisting)
	require.Equal(t, first.Aspect, list.Rows[8].Aspect, "one aspect over many rows")
	require.Equal(t, "三、聚焦基层党组织建设方面", list.Rows[24].Aspect)

	due := dues(list)
	require.Equal(t, workflow.Day("2026-06-30"), due["1"], "2026年6月底前")
	require.Equal(t, workflow.Day("2026-05-31"), due["2"], "a serial number in a date style")
	require.Equal(t, workflow.Day("2026-03-31"), due["3"], "2026.3.31")
	require.Equal(t, workflow.Day(""), due["4"], "立行立改")
	require.Equal(t, workflow.Day("2026-04-30"), due["6"], "2026年4月")
	require.Equal(t, workflow.Day("2026-06-30"), due["8"], "2026年上半年")
	require.Equal(t, workflow.Day("2026-04-17"), due["9"], "3个月内, from the feedback")
	require.Equal(t, []string{"K day_understood"}, codes(list.Rows[7].Doubtful))
	require.Equal(t, "2026-06-30", list.Rows[7].Doubtful[0].Understood)
	require.Equal(t, "2026年上半年", list.Rows[7].Doubtful[0].Value)
	require.Equal(t, sheet.Place{Sheet: "任务清单", Row: 12, Column: "K"}, list.Rows[7].Doubtful[0].Place)
	require.Equal(t, "从 2026-01-17 起算", list.Rows[8].Doubtful[0].Reason.Zh)
}

func TestBranchSelfCheck(t *testing.T) {
	list := checklist(t, sample(t, "02-支部自查台账.xlsx"))
	require.Len(t, list.Rows, 40)
	refused := map[int][]string{}
	for _, row := range list.Rows {
		if len(row.Refused) > 0 {
			refused[row.Row] = codes(row.Refused)
		}
	}
	require.Equal(t, map[int][]string{7: {"E no_problem"}, 13: {"G no_such_day"}, 25: {"G due_before_found"}, 37: {"L no_organisation"}}, refused)
	require.Equal(t, "2026-02-30", list.Rows[11].Refused[0].Value)
	require.Contains(t, list.Rows[11].Refused[0].Reason.Zh, "没有这一天")
	require.Equal(t, `=HYPERLINK("http://127.0.0.1/x","点击")`, list.Rows[29].Detail)
	require.Equal(t, "serious", list.Rows[1].Grade)
	require.Equal(t, workflow.Day("2026-02-02"), list.Rows[1].FoundOn)
	require.Equal(t, "郑岚", list.Rows[1].Finder)
}

func TestAuditPair(t *testing.T) {
	list := checklist(t, sample(t, "03-审计整改两表.xlsx"))
	require.Equal(t, "临江市水务局", list.Unit)
	require.Len(t, list.Rows, 6)
	var amount, recovered int64
	var kinds []string
	for _, row := range list.Rows {
		require.Empty(t, row.Refused)
		require.Equal(t, "水务局办公室党支部", row.Responsible, "not the audited unit")
		amount, recovered = amount+row.AmountFen, recovered+row.RecoveredFen
		kinds = append(kinds, row.Kind)
	}
	require.Equal(t, int64(51_023_540_000), amount, "51,023.54 万元")
	require.Equal(t, int64(45_587_840_000), recovered, "45,587.84 万元")
	require.Equal(t, []string{"immediate", "timed", "lasting", "immediate", "timed", "lasting"}, kinds)

	row := list.Rows[1]
	require.Equal(t, sheet.Place{Sheet: "问题清单(表一)", Row: 4}, row.Place)
	require.Equal(t, "合同未公开招标", row.Detail, "详见底稿第4页 states no problem")
	require.Empty(t, row.Aspect)
	require.Equal(t, "详见底稿第4页", row.Extra["问题描述"])
	require.Equal(t, "预算法及其实施条例", row.Extra["定性依据"])
	require.Equal(t, "记账凭证、会议纪要", row.Extra["证明材料"])
	require.Equal(t, "临审通〔2026〕2号", row.Number)
	require.Equal(t, []string{"E stated_elsewhere", "B kind_understood", "F unit_understood", "H unit_understood"}, codes(row.Doubtful))
	require.Equal(t, "80235400.00元", row.Doubtful[2].Understood)
}

func TestOrganisationsAndPosts(t *testing.T) {
	orgs, err := sheet.ReadOrgs(sample(t, "组织架构.xlsx"))
	require.NoError(t, err)
	require.Len(t, orgs, 26)
	require.Equal(t, sheet.OrgRow{Place: sheet.Place{Sheet: "组织架构", Row: 4}, Code: "0100", Name: "中共临江市文化旅游局机关委员会", Short: "文旅局机关党委",
		Level: "organ_committee", Parent: "01"}, orgs[2])

	posts, err := sheet.ReadPosts(sample(t, "人员任职.xlsx"))
	require.NoError(t, err)
	require.Len(t, posts, 32)
	require.Equal(t, sheet.PostRow{Place: sheet.Place{Sheet: "任职", Row: 4}, Name: "孙立", Account: "sunli", Mobile: "13800000003", OrgCode: "01",
		Post: "inspector", From: "2026-09-01", Until: "2026-12-31"}, posts[2])

	_, err = sheet.ReadOrgs(sample(t, "人员任职.xlsx"))
	require.ErrorIs(t, err, workflow.ErrInvalid)
}

func TestOrganisationsAndPostsRefused(t *testing.T) {
	orgs, err := sheet.ReadOrgs(read(t, workbook(t, tab{"表", [][]any{
		{"组织编码", "组织名称", "简称", "层级", "上级组织编码"}, {"", "甲局党组", "", "党组", ""}, {"02", "乙局", "", "处室", "01"}, {"备注:以上"}}, nil})))
	require.NoError(t, err)
	require.Len(t, orgs, 2)
	require.Equal(t, []string{"A missing"}, codes(orgs[0].Refused))
	require.Equal(t, []string{"D unknown_word"}, codes(orgs[1].Refused))

	posts, err := sheet.ReadPosts(read(t, workbook(t, tab{"表", [][]any{
		{"姓名", "账号", "任职组织编码", "职务", "起", "止"}, {"甲", "", "01", "局长", "2026-02-30", ""}, {"乙", "yi", "01", "党务干部", "2026-03-01", "2026-02-01"}}, nil})))
	require.NoError(t, err)
	require.Equal(t, []string{"D unknown_word", "E bad_day", "B missing"}, codes(posts[0].Refused))
	require.Equal(t, []string{"F ends_before_start"}, codes(posts[1].Refused))
}
