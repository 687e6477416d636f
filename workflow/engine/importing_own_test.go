package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ownList has other names of columns in another order, begins on the fourth row, and has a second block with its own header.
func ownList(t testing.TB) *excelize.File {
	return workbook(t,
		[]any{"市直机关问题整改台账(2026年)"},
		[]any{"填报单位(盖章):市水务局机关党委   检查日期:2026.1.5   金额单位:元"},
		[]any{},
		[]any{"所在支部", "办结期限", "项次", "查摆出的问题", "问题来源", "整改\n举措", "承办人", "整改结果", "涉及金额", "严重程度"},
		[]any{"人事科党支部", "6月底前", "1", "学习不经常", "支部自查", "立即改正", "", "整改到位", "1,234.5", "较大"},
		[]any{"办公室党支部", "半年内", "2", "台账不全", "审计", "① 补记;② 公示", "唐伟", "推进中", "3万元", "严重"},
		[]any{"(二)纪律建设方面"},
		[]any{"水务局办公室支部", "20260930", "3", "请假手续不全", "信访", "", "", "", "/", ""},
		[]any{"小计", "", "", "3个", "", "", "", "", "31234.5", ""},
		[]any{},
		[]any{"序号", "具体问题", "类别", "责任单位", "计划完成时间", "发现日期"},
		[]any{1, "会议记录缺页", "组织建设", "水务局业务一科党支部、水务局业务二科党支部", "两周内", "2026-03-01"},
		[]any{2, "党费迟交", "", "文旅局办公室党支部", "2026-04-01", "2026-03-01"},
		[]any{"填表人:丙"},
	)
}

func TestAWorkbookOfAnotherLayout(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		opt := engine.ImportOptions{Source: "supervision", File: "自有.xlsx"}
		r := o.importBook("hanbing", asBook(t, ownList(t)), opt)
		require.Equal(t, []int{5, 4, 1, 3}, []int{r.Read, r.Taken, r.RefusedRows, r.Skipped})
		require.Equal(t, "市直机关问题整改台账(2026年)", r.Title)
		require.Equal(t, "文旅局办公室党支部", finding(r.Refused, 13, "out_of_reach").Value)
		by := map[string]workflow.Issue{}
		for _, i := range o.all("hanbing", engine.Filter{}) {
			by[i.Detail] = i
		}
		first := by["学习不经常"]
		require.Equal(t, o.org("0202").ID, first.Responsible, "人事科党支部 is that of the unit on the sheet")
		require.Equal(t, []any{workflow.Day("2026-06-30"), workflow.Serious, int64(1234_50), true}, []any{first.Due, first.Grade, first.Amount, first.Reported})
		second := by["台账不全"]
		require.Equal(t, []any{o.actor("tangwei").Person, workflow.Day("2026-07-05"), workflow.Major, 2}, []any{second.Person, second.Due, second.Grade, len(second.Measures)})
		third := by["请假手续不全"]
		require.Equal(t, []any{o.org("0201").ID, "(二)纪律建设方面"}, []any{third.Responsible, third.Aspect})
		below := by["会议记录缺页"]
		require.Equal(t, []workflow.OrgID{o.org("0204").ID}, below.Assisting)
		require.Equal(t, workflow.Day("2026-03-15"), below.Due)
		again := o.importBook("hanbing", asBook(t, ownList(t)), opt)
		require.Equal(t, []int{0, 4}, []int{again.Taken, again.Already})
	})
}

// A row that names its own source has it; the one given for the file is for the others.
func TestTheRowsOwnSourceGoesFirst(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.importBook("hanbing", asBook(t, ownList(t)), engine.ImportOptions{Source: "supervision"})
		sources := map[string]workflow.Source{}
		for _, i := range o.all("hanbing", engine.Filter{}) {
			sources[i.Detail] = i.Source
			rule, _ := i.Source.Rule()
			require.Equal(t, rule.Letters, i.Number[:2])
		}
		require.Equal(t, map[string]workflow.Source{"学习不经常": "self_check", "台账不全": "audit", "请假手续不全": "petition", "会议记录缺页": "supervision"}, sources)
	})
}

// The same text in another organisation is another issue; the same text twice in one is not.
func TestRowsWithoutNumbersAreKnownByText(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		rows := [][]any{{"存在问题", "责任单位", "整改时限"}, {"会议记录缺页", "0101", "2026-12-01"}, {"会议记录缺页", "0102", "2026-12-01"}, {"会议记录缺页 ", "0101", "2026-12-31"}}
		opt := engine.ImportOptions{Source: "self_check", Title: "甲"}
		r := o.importBook("zhenglan", asBook(t, workbook(t, rows...)), opt)
		require.Equal(t, []int{2, 1}, []int{r.Taken, r.Already})
		opt.Title = "乙"
		r = o.importBook("zhenglan", asBook(t, workbook(t, rows...)), opt)
		require.Equal(t, []int{0, 3}, []int{r.Taken, r.Already}, "under another title it is still the same problem of the same branch")
	})
}

// A known number with another text is told, and the issue is left as it is.
func TestAKnownNumberWithAnotherText(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		list := func(text string) engine.Report {
			f := workbook(t, []any{"序号", "存在问题", "责任单位", "整改时限"}, []any{"7", text, "文旅局办公室党支部", "2026-12-01"})
			return o.importBook("zhenglan", asBook(t, f), engine.ImportOptions{Source: "audit", Title: "审计"})
		}
		require.Equal(t, 1, list("合同未备案").Taken)
		r := list("合同未备案,涉及3份")
		require.Equal(t, []int{0, 1}, []int{r.Taken, r.Already})
		issue := o.all("zhenglan", engine.Filter{})[0]
		require.Equal(t, issue.Number, finding(r.Doubtful, 2, "known_number").Understood)
		require.Equal(t, "合同未备案", issue.Detail)
	})
}

// An assisting organisation and a person who cannot be found make a row doubtful and no more.
func TestWhoIsNotFoundIsLeftOutAndTold(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		f := workbook(t, []any{"存在问题", "责任单位", "配合单位", "责任人", "整改时限"},
			[]any{"合同未备案", "文旅局办公室党支部", "档案馆党支部、文旅局人事科党支部", "查无此人", "2026-12-01"})
		r := o.importBook("zhenglan", asBook(t, f), engine.ImportOptions{Source: "audit"})
		require.Equal(t, 1, r.Taken)
		require.Equal(t, "档案馆党支部", finding(r.Doubtful, 2, "unknown_assisting").Value)
		require.Equal(t, "查无此人", finding(r.Doubtful, 2, "unknown_person").Value)
		issue := o.all("zhenglan", engine.Filter{})[0]
		require.Equal(t, []workflow.OrgID{o.org("0102").ID}, issue.Assisting)
		require.Zero(t, issue.Person)
		require.Equal(t, "查无此人", issue.Extra["责任人"], "the name is kept as it was written")
	})
}
