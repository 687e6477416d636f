package sheet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

// due reads one text in a due column, in a sheet whose feedback was on the day given ("" for none).
func due(t *testing.T, text string, feedback string) sheet.Row {
	t.Helper()
	rows := [][]any{{"存在问题", "责任单位", "整改时限"}, {"问题", "支部", text}}
	if feedback != "" {
		rows = append([][]any{{"反馈日期:" + feedback}}, rows...)
	}
	return checklist(t, read(t, workbook(t, tab{"表", rows, nil}))).Rows[0]
}

func TestDays(t *testing.T) {
	plain := map[string]workflow.Day{
		"2026-06-30": "2026-06-30", "2026.3.31": "2026-03-31", "2026/6/30": "2026-06-30", "20260930": "2026-09-30", "2026年3月31日": "2026-03-31",
		"2026年3月31号": "2026-03-31", "2026-06-30 00:00:00": "2026-06-30", "\uff12\uff10\uff12\uff16年\uff19月\uff13\uff10日": "2026-09-30", " 2026 年 9 月 30 日 ": "2026-09-30",
	}
	for text, want := range plain {
		row := due(t, text, "2026年1月17日")
		require.Empty(t, row.Refused, text)
		require.Empty(t, row.Doubtful, text)
		require.Equal(t, want, row.Due, text)
	}
	understood := map[string]workflow.Day{
		"2026年6月底前": "2026-06-30", "2026年6月底": "2026-06-30", "6月底前": "2026-06-30", "2026年4月": "2026-04-30", "2026年2月份": "2026-02-28", "2028年2月": "2028-02-29",
		"2026年上半年": "2026-06-30", "2026年下半年": "2026-12-31", "2026年一季度": "2026-03-31", "2026年第二季度": "2026-06-30", "2026年三季度末": "2026-09-30", "2026年4季度": "2026-12-31",
		"2026年底前": "2026-12-31", "2026年年底": "2026-12-31", "年底前": "2026-12-31", "上半年": "2026-06-30", "今年底": "2026-12-31", "明年3月底": "2027-03-31", "2026年": "2026-12-31",
		"3个月内": "2026-04-17", "三个月内": "2026-04-17", "3个月": "2026-04-17", "30日内": "2026-02-16", "半年内": "2026-07-17", "一年内": "2027-01-17", "十五日内": "2026-02-01",
		"两周内": "2026-01-31", "自反馈之日起3个月内": "2026-04-17", "半个月内": "2026-02-01", "2026年6月30日前": "2026-06-30", "6月30日前": "2026-06-30", "6/30": "2026-06-30", "26.6.30": "2026-06-30",
		"2026.6": "2026-06-30", "2026年5月中旬": "2026-05-20", "2026年3月至6月": "2026-06-30", "2026年3月1日至2026年6月15日": "2026-06-15", "46203": "2026-06-30", "\uff13个月内": "2026-04-17", "\uff12\uff10\uff12\uff16年\uff16月底前": "2026-06-30",
		"2026年6月底前\uff0c长期坚持": "2026-06-30", "1月10日": "2027-01-10",
		"拟于2026年6月底前完成": "2026-06-30", "3个月内完成整改": "2026-04-17", "2026.3.1-2026.6.30": "2026-06-30", "2026年6-8月": "2026-08-31", "202606": "2026-06-30", "自2026年1月20日起3个月内": "2026-04-20",
		"2026年6月底前\uff08已完成\uff09": "2026-06-30",
	}
	for text, want := range understood {
		row := due(t, text, "2026年1月17日")
		require.Empty(t, row.Refused, text)
		require.Len(t, row.Doubtful, 1, text)
		require.Equal(t, want, row.Due, text)
		require.Equal(t, string(want), row.Doubtful[0].Understood)
		require.Equal(t, sheet.Place{Sheet: "表", Row: 3, Column: "C"}, row.Doubtful[0].Place)
	}
	refused := map[string]string{
		"2026-02-30": "no_such_day", "2026年13月": "no_such_day", "20261301": "no_such_day", "2026年6月31日": "no_such_day", "尽快": "day_not_understood", "10个工作日内": "working_days",
		"2026-03-01,2026-04-01": "day_not_understood", "2025-12-31": "due_before_found", "已完成": "day_not_understood", "0个月内": "no_such_day",
	}
	for text, want := range refused {
		row := due(t, text, "2026年1月17日")
		require.Equal(t, []string{"C " + want}, codes(row.Refused), text)
		require.Equal(t, text, row.Refused[0].Value)
	}
}

func TestKindInsteadOfDay(t *testing.T) {
	for text, want := range map[string]string{"立行立改": "immediate", "立即整改": "immediate", "长期坚持": "lasting", "持续推进": "lasting", "长期": "lasting", "分阶段": "timed", "立行立改\uff0c已完成": "immediate"} {
		row := due(t, text, "")
		require.Empty(t, row.Refused, text)
		require.Empty(t, row.Due, text)
		require.Equal(t, want, row.Kind, text)
		require.Equal(t, []string{"C kind_for_day"}, codes(row.Doubtful), text)
	}
}

// Without a day to count from nothing is guessed; what the caller knows helps.
func TestDaysWithoutFeedback(t *testing.T) {
	require.Equal(t, []string{"C no_start"}, codes(due(t, "3个月内", "").Refused))
	require.Equal(t, []string{"C year_unknown"}, codes(due(t, "6月底前", "").Refused))

	book := read(t, workbook(t, tab{"表", [][]any{{"存在问题", "责任单位", "整改时限"}, {"问题", "支部", "1个月内"}, {"问题", "支部", "6月底前"}}, nil}))
	list, err := sheet.ReadChecklist(book, sheet.Options{FoundOn: "2026-01-31"})
	require.NoError(t, err)
	require.Equal(t, workflow.Day("2026-02-28"), list.Rows[0].Due)
	require.Equal(t, workflow.Day("2026-06-30"), list.Rows[1].Due)
	list, err = sheet.ReadChecklist(book, sheet.Options{Today: "2027-01-31"})
	require.NoError(t, err)
	require.Equal(t, workflow.Day("2027-06-30"), list.Rows[1].Due)
}

// A period counts from the day that the row itself was found, before that of the sheet.
func TestPeriodFromOwnDay(t *testing.T) {
	list := checklist(t, read(t, workbook(t, tab{"表", [][]any{{"反馈日期:2026年1月17日"}, {"存在问题", "责任单位", "整改时限", "发现时间"},
		{"问题", "支部", "1个月内", "2026年3月5日"}, {"问题", "支部", "2026-03-31", "2026年3月"}, {"问题", "支部", "2026-03-31", "不详"}, {"问题", "支部", 2026.1, ""}}, nil})))
	require.Equal(t, workflow.Day("2026-04-05"), list.Rows[0].Due)
	require.Equal(t, workflow.Day("2026-03-01"), list.Rows[1].FoundOn, "a month in which it was found begins on its first day")
	require.Equal(t, []string{"D day_not_understood"}, codes(list.Rows[2].Refused))
	require.Equal(t, []string{"C ambiguous_month"}, codes(list.Rows[3].Refused), "2026.1 may be 2026.10")
}
