package sheet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

// Other names of columns, another order, another start row, a second block with its own header, a second sheet, headings between rows.
func TestAnotherLayout(t *testing.T) {
	list := checklist(t, read(t, workbook(t,
		tab{"一季度", [][]any{
			{}, {"市直机关问题整改台账(2026年)"}, {"填报单位(盖章):水务局机关党委   检查日期:2026.1.5   金额单位:元"}, {},
			{"所在支部", "办结期限", "项次", "查摆出的问题", "问题来源", "整改\n举措", "承办人", "整改结果", "涉及金额", "严重程度"},
			{"水务局人事科党支部", "6月底前", "1", "学习不经常", "支部自查", "立即改正", "甲", "整改到位", "1,234.5", "较大"},
			{"水务局办公室党支部", "半年内", "2", "台账不全", "audit", "① 补记;② 公示", "乙", "推进中", "3万元", "严重"},
			{"(二)纪律建设方面"},
			{"水务局办公室党支部", "20260930", "3", "请假手续不全", "信访", "", "", "", "/", ""},
			{"小计", "", "", "3个", "", "", "", "", "31234.5", ""},
			{},
			{"序号", "具体问题", "类别", "责任单位", "计划完成时间", "发现日期", "情况"},
			{1, "会议记录缺页", "组织建设", "水务局业务一科党支部、水务局业务二科党支部", "两周内", "2026-03-01", "多"},
			{2, "党费迟交", "", "水务局业务一科党支部", "10个工作日内", "2026-03-01", ""},
			{"填表人:丙"},
		}, nil},
		tab{"二季度", [][]any{
			{"排查问题", "责任党组织", "完成时限"},
			{"公开栏未更新", "水务局离退休党支部", "2026年二季度"},
		}, nil},
		tab{"说明", [][]any{{"本表由各支部填报"}, {"每月报送"}}, nil},
	)))
	require.Equal(t, "市直机关问题整改台账(2026年)", list.Title)
	require.Equal(t, "水务局机关党委", list.Unit)
	require.Equal(t, workflow.Day("2026-01-05"), list.FoundOn)
	require.Len(t, list.Rows, 6)
	require.Equal(t, 3, list.Skipped, "heading, subtotal, signature")

	r := list.Rows
	require.Equal(t, []workflow.Day{"2026-06-30", "2026-07-05", "2026-09-30", "2026-03-15", "", "2026-06-30"},
		[]workflow.Day{r[0].Due, r[1].Due, r[2].Due, r[3].Due, r[4].Due, r[5].Due})
	require.Equal(t, []string{"self_check", "audit", "petition"}, []string{r[0].SourceCode, r[1].SourceCode, r[2].SourceCode})
	require.Equal(t, int64(123450), r[0].AmountFen)
	require.Equal(t, int64(3_000_000), r[1].AmountFen)
	require.True(t, r[0].ReportedDone)
	require.False(t, r[1].ReportedDone)
	require.Equal(t, []string{"补记", "公示"}, r[1].Measures)
	require.Equal(t, []string{"serious", "major"}, []string{r[0].Grade, r[1].Grade})
	require.Equal(t, "(二)纪律建设方面", r[2].Aspect)
	require.Equal(t, "水务局业务一科党支部", r[3].Responsible)
	require.Equal(t, []string{"水务局业务二科党支部"}, r[3].Assisting)
	require.Equal(t, "组织建设", r[4].Aspect, "filled down")
	require.Equal(t, "多", r[3].Extra["情况"])
	require.Equal(t, []string{"E working_days"}, codes(r[4].Refused))
	require.Equal(t, []string{"1", "2", "3", "", "", ""}, []string{r[0].Number, r[1].Number, r[2].Number, r[3].Number, r[4].Number, r[5].Number},
		"the second block counts from 1 again: its numbers do not tell its rows from those above")
	require.Contains(t, codes(r[3].Doubtful), "A number_repeated")
}

// A header of two rows whose groups are not merged.
func TestHeaderWithoutMerges(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{
		{"序号", "存在问题", "责任分工", "", "", "检查", "", "整改时限"},
		{"", "", "责任领导", "牵头单位", "责任人", "时间", "人", ""},
		{1, "甲问题", "张", "甲支部", "李", "2026-01-02", "王", "2026-02-01"},
	}, nil})))
	require.Len(t, list.Rows, 1)
	row := list.Rows[0]
	require.Equal(t, []string{"甲问题", "张", "甲支部", "李"}, []string{row.Detail, row.Leader, row.Responsible, row.Person})
	require.Equal(t, workflow.Day("2026-01-02"), row.FoundOn)
	require.Equal(t, "王", row.Finder)
	require.Equal(t, 3, row.Row)
}

// One problem merged over several rows, each with a measure of its own, is one problem.
func TestMeasuresInRows(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{
		{"序号", "存在问题", "整改措施", "责任单位", "整改时限"},
		{1, "甲问题", "修订制度", "甲支部", "2026-03-01"},
		{"", "", "开展培训", "乙支部", "2026-05-01"},
		{2, "乙问题", "清理账目", "乙支部", "2026-05-01"},
	}, [][2]string{{"A2", "A3"}, {"B2", "B3"}}})))
	require.Len(t, list.Rows, 2)
	require.Equal(t, []string{"修订制度", "开展培训"}, list.Rows[0].Measures)
	require.Equal(t, "甲支部", list.Rows[0].Responsible)
	require.Equal(t, []string{"乙支部"}, list.Rows[0].Assisting)
	require.Equal(t, workflow.Day("2026-05-01"), list.Rows[0].Due)
	require.Equal(t, []string{"D several_organisations", "E latest_due"}, codes(list.Rows[0].Doubtful))
}

// A note merged across the table is no value of its columns, and no problem.
func TestNoteAcross(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{
		{"存在问题", "责任单位", "整改时限"},
		{"一、组织建设方面"},
		{"甲问题", "甲支部", "2026-03-01"},
		{"作风建设方面"},
		{"乙问题", "甲支部", "2026-03-01"},
		{"注:一式三份"},
		{"单位负责人(签字):"},
		{"合 计", "共1个", ""},
	}, [][2]string{{"A2", "C2"}, {"A4", "C4"}, {"A6", "C6"}}})))
	require.Len(t, list.Rows, 2)
	require.Equal(t, []string{"一、组织建设方面", "作风建设方面"}, []string{list.Rows[0].Aspect, list.Rows[1].Aspect})
	require.Equal(t, 5, list.Skipped)
}

// A heading between the rows ends the aspect above it.
func TestHeadingAfterAspect(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{
		{"方面", "存在问题", "责任单位"}, {"学习方面", "学习不经常", "甲支部"}, {"(二)纪律建设方面"}, {"", "请假手续不全", "甲支部"}, {"作风方面", "下沉不够", "甲支部"}, {"", "调研不深", "甲支部"},
	}, nil})))
	var aspects []string
	for _, row := range list.Rows {
		aspects = append(aspects, row.Aspect)
	}
	require.Equal(t, []string{"学习方面", "(二)纪律建设方面", "作风方面", "作风方面"}, aspects)
}

// Whoever takes the rows adds findings at the cell they are about, whichever of two joined sheets it stands in.
func TestFindingsOfOthers(t *testing.T) {
	row := checklist(t, sample(t, "03-审计整改两表.xlsx")).Rows[0]
	row.Refuse("responsible", "", "unknown_org", workflow.Say("没有这个组织", "No such organisation."))
	row.Doubt("person", "唐伟", "", "unknown_person", workflow.Say("没有这个人", "No such person."))
	row.Refuse("", "", "whole", workflow.Say("整行", "The row."))
	require.Equal(t, sheet.Finding{Place: sheet.Place{Sheet: "整改情况(表二)", Row: 2, Column: "D"}, Value: "水务局办公室党支部",
		Reason: workflow.Say("没有这个组织", "No such organisation."), Code: "unknown_org"}, row.Refused[0])
	require.Equal(t, sheet.Place{Sheet: "整改情况(表二)", Row: 2, Column: "E"}, row.Doubtful[len(row.Doubtful)-1].Place)
	require.Equal(t, row.Place, row.Refused[1].Place)
}

// The first column is a date, so notes, totals and signatures stand in it; measures are counted 一是, 二是.
func TestDateFirst(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{
		{"整改时限", "整改责任", "", "问题", "", "措施", "整改进度"},
		{"", "责任领导", "责任部门", "类别", "问题具体表现", "", ""},
		{"立行立改\uff0c长期坚持", "张", "甲支部", "党建", "问题一", "一是学习;二是整改", "√"},
		{"2026年6月30日前完成并长期坚持", "张", "甲支部", "", "问题二", "(1)甲\n(2)乙", "完成80%"},
		{"以上2个问题须于3月内报送"},
		{"填报人:A      审核人:B      填报日期:2026.3.1"},
	}, [][2]string{{"A1", "A2"}, {"B1", "C1"}, {"D1", "E1"}, {"F1", "F2"}, {"G1", "G2"}, {"A5", "G5"}}})))
	r := list.Rows
	require.Len(t, r, 2)
	require.Equal(t, 2, list.Skipped)
	require.Equal(t, []string{"immediate", "lasting"}, []string{r[0].Kind, r[1].Kind})
	require.Equal(t, []workflow.Day{"", "2026-06-30"}, []workflow.Day{r[0].Due, r[1].Due})
	require.Equal(t, []string{"A several_kinds"}, codes(r[0].Doubtful))
	require.Equal(t, []string{"A day_and_kind"}, codes(r[1].Doubtful))
	require.Equal(t, [][]string{{"学习", "整改"}, {"甲", "乙"}}, [][]string{r[0].Measures, r[1].Measures})
	require.Equal(t, []bool{true, false}, []bool{r[0].ReportedDone, r[1].ReportedDone})
	require.Equal(t, "党建", r[1].Aspect)
}

func TestJoinedSheets(t *testing.T) {
	list := checklist(t, read(t, workbook(t,
		tab{"措施", [][]any{{"问题编号", "责任单位", "整改措施", "完成时间"}, {"A-2", "乙支部", "二", "2026-04-01"}, {"a-1", "甲支部", "一", "2026-03-01"},
			{"A-1", "丙支部", "三", "2026-03-01"}, {"A-9", "甲支部", "九", "2026-03-01"}}, nil},
		tab{"问题", [][]any{{"序号", "问题编号", "问题描述"}, {1, "A-1", "甲问题"}, {2, "A-2", "乙问题"}, {3, "A-3", "丙问题"}}, nil},
	)))
	require.Len(t, list.Rows, 4)
	require.Equal(t, []string{"一", "三"}, list.Rows[0].Measures)
	require.Equal(t, []string{"丙支部"}, list.Rows[0].Assisting)
	require.Equal(t, "乙支部", list.Rows[1].Responsible)
	require.Equal(t, []string{" no_organisation"}, codes(list.Rows[2].Refused))
	require.Equal(t, []string{"A no_problem_for_number"}, codes(list.Rows[3].Refused))
	require.Equal(t, "A-9", list.Rows[3].Refused[0].Value)
}

func TestProblemOrAspect(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{
		{"问题摘要", "问题描述", "责任单位"},
		{"账务不清", "三笔支出没有凭证", "甲支部"},
		{"账务不清", "见附件2", "甲支部"},
		{"", "详见底稿第3页", "甲支部"},
		{"台账缺失", "", "甲支部"},
		{"", "无", "甲支部"},
	}, nil})))
	r := list.Rows
	require.Len(t, r, 5)
	require.Equal(t, []string{"账务不清", "三笔支出没有凭证"}, []string{r[0].Aspect, r[0].Detail})
	require.Equal(t, []string{"", "账务不清", "见附件2"}, []string{r[1].Aspect, r[1].Detail, r[1].Extra["问题描述"]})
	require.Equal(t, []string{"B no_problem"}, codes(r[2].Refused), "neither does the row say what, nor may the aspect above stand for it")
	require.Equal(t, []string{"", "台账缺失"}, []string{r[3].Aspect, r[3].Detail})
	require.Equal(t, []string{"B no_problem"}, codes(r[4].Refused))
}

func TestNoHeader(t *testing.T) {
	_, err := sheet.ReadChecklist(read(t, workbook(t, tab{"表", [][]any{{"姓名", "电话"}, {"甲", "1"}}, nil})), sheet.Options{})
	var fault *workflow.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, "workbook_no_header", fault.Code)
	require.Contains(t, fault.Text.Zh, "存在问题")
}

// Hidden sheets hold lists for choosing from, or what somebody left behind: they are named, not read.
func TestHiddenSheet(t *testing.T) {
	f := excelize.NewFile()
	for _, name := range []string{"Sheet1", "旧表"} {
		_, err := f.NewSheet(name)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow(name, "A1", &[]any{"问题", "责任单位"}))
		require.NoError(t, f.SetSheetRow(name, "A2", &[]any{name, "甲支部"}))
	}
	require.NoError(t, f.SetSheetVisible("旧表", false))
	list := checklist(t, read(t, written(t, f)))
	require.Len(t, list.Rows, 1)
	require.Equal(t, []string{"旧表"}, list.Hidden)
}

// How a cell is stored decides what it is: dates by their style, formulas by the value kept with them.
func TestStoredValues(t *testing.T) {
	f := excelize.NewFile()
	require.NoError(t, f.SetSheetRow("Sheet1", "A1", &[]any{"序号", "存在问题", "责任单位", "整改时限", "问题金额(万元)"}))
	month, chinese := `yyyy"年"m"月"`, `yyyy"年"m"月"d"日";@`
	for n, style := range []excelize.Style{{CustomNumFmt: &chinese}, {CustomNumFmt: &month}, {NumFmt: 57}, {NumFmt: 2}} {
		row := []string{"2", "3", "4", "5"}[n]
		id, err := f.NewStyle(&style)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Sheet1", "A"+row, &[]any{n + 1, "问题" + row, "甲支部", 46174}))
		require.NoError(t, f.SetCellStyle("Sheet1", "D"+row, "D"+row, id))
	}
	require.NoError(t, f.SetSheetRow("Sheet1", "A6", &[]any{5, "问题6", "甲支部", time.Date(2026, 6, 1, 15, 0, 0, 0, time.UTC), 0.1 + 0.2}))
	require.NoError(t, f.SetCellFormula("Sheet1", "B6", `HYPERLINK("http://127.0.0.1")`))
	list := checklist(t, read(t, written(t, f)))
	require.Equal(t, map[string]workflow.Day{"1": "2026-06-01", "2": "2026-06-30", "3": "2026-06-30", "4": "2026-06-01", "5": "2026-06-01"}, dues(list))
	require.Equal(t, int64(300_000), list.Rows[4].AmountFen, "0.30000000000000004 is 0.3 on every screen")
	require.Equal(t, []string{"D day_understood"}, codes(list.Rows[3].Doubtful), "a serial number without a date style")
	require.Empty(t, list.Rows[0].Doubtful)
}

func TestReportedDone(t *testing.T) {
	for status, want := range map[string]bool{"已完成": true, "完成": true, "已整改": true, "已销号。": true, "是": true, "100%": true, "已完成整改,建立制度2项": true,
		"正在整改": false, "未完成": false, "基本完成": false, "已完成6项,正在推进2项": false, "尚未整改": false, "整改": false, "否": false, "": false, "90%": false} {
		list := checklist(t, read(t, workbook(t, tab{"表", [][]any{{"存在问题", "责任单位", "完成情况"}, {"问题", "支部", status}}, nil})))
		require.Equal(t, want, list.Rows[0].ReportedDone, status)
	}
}

func TestResponsibleWithMarkInItsName(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{{"存在问题", "责任单位", "完成情况"}, {"问题", "办公室、人事科联合党支部", ""}}, nil})))
	require.Equal(t, "办公室、人事科联合党支部", list.Rows[0].Responsible)
	require.Empty(t, list.Rows[0].Assisting)
}

func TestMoney(t *testing.T) {
	for text, want := range map[string]int64{"1234.56": 123456, "12,345": 1234500, "¥1.5": 150, "2亿元": 20_000_000_000, "3万": 3_000_000, "0": 0, "5元": 500,
		"1.234": -1, "约3万元": -1, "-5": -1, "1,23": -1, "999999999999999亿": -1, strings.Repeat("9", 400): -1} {
		list := checklist(t, read(t, workbook(t, tab{"表", [][]any{{"存在问题", "责任单位", "问题金额(元)"}, {"问题", "支部", text}}, nil})))
		if want < 0 {
			require.Equal(t, []string{"C bad_amount"}, codes(list.Rows[0].Refused), text)
			continue
		}
		require.Empty(t, list.Rows[0].Refused, text)
		require.Equal(t, want, list.Rows[0].AmountFen, text)
	}
}
