package workflow

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Sentences as they stand in plans: the good ones stay silent.
func TestAdviceOnTheWordsOfAMeasure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"召开专题会议，传达学习上级文件精神":          AdviceTalk,
		"组织全体党员学习党章党规，提高思想认识":        AdviceTalk,
		"印发关于进一步加强支部工作的通知":           AdviceTalk,
		"高度重视，进一步加强组织领导，压实责任":        AdviceTalk,
		"逐条学习传达上级会议精神":               AdviceTalk,
		"召开1次支委会，研究部署有关工作":           AdviceTalk,
		"认真整改，务求实效":                  AdviceNoResult,
		"进一步规范日常管理":                  AdviceNoResult,
		"2026年12月底前改进工作作风":           AdviceNoResult,
		"对相关人员进行提醒":                  AdviceNoResult,
		"补齐全年支部大会、支委会记录":             "",
		"召开专题组织生活会，逐人查摆问题并形成整改清单":    "",
		"组织开展重复报销专项核查，追回违规报销费用":      "",
		"修订《党费收缴管理办法》，按月公示收缴情况":      "",
		"逐笔核对2024年以来会议费支出，清退超标准报销款":  "",
		"每季度开展党员教育培训不少于1次，建立学习台账":    "",
		"完成3个支部换届选举":                 "",
		"对12名滞留党组织关系的党员逐一转接":         "",
		"拆除违规占用的办公用房隔断，腾退面积":         "",
		"重新组织研讨，逐人审核发言材料，不合格的退回重写":   "",
		"在办公楼大厅开通意见箱，收集意见并逐条答复":      "",
		"对照检查材料由支部书记逐份审核，雷同的重写":      "",
		"Repair the gate and report": "",
	} {
		code, _ := adviseWords(1, bare(text))
		require.Equal(t, want, code, text)
	}
}

func TestAdviceOnDates(t *testing.T) {
	t.Parallel()
	plan := func(due Day, measures ...Measure) []string {
		var codes []string
		for _, a := range Advise(&Issue{Since: "2026-11-02", Due: due, Measures: measures}) {
			require.NotEmpty(t, a.Text.Zh)
			require.NotEmpty(t, a.Text.En)
			codes = append(codes, a.Code)
		}
		return codes
	}
	good := func(text string, due Day) Measure { return Measure{Text: text, Due: due} }
	require.Empty(t, plan("2026-12-31", good("补齐记录", "2026-11-20"), good("公示3期收缴情况", "2026-12-10"), good("修订《党费管理办法》", "2026-12-20")))
	require.Empty(t, plan("2026-12-31", good("补齐记录", "2026-12-10"), good("公示3期收缴情况", "2026-12-10")), "two may end on one day")
	require.Equal(t, []string{AdviceSameDay},
		plan("2026-12-31", good("补齐记录", "2026-12-10"), good("公示3期收缴情况", "2026-12-10"), good("修订《党费管理办法》", "2026-12-10")))
	require.Equal(t, []string{AdviceAfterDue}, plan("2026-12-31", good("补齐记录", "2027-01-10")))
	require.Empty(t, plan("", good("补齐记录", "2027-01-10")), "an issue without a due day")
	require.Equal(t, []string{AdviceTooLong}, plan("2026-12-31", good("用三个月时间补齐记录", "2026-12-10")))
	require.Empty(t, plan("2027-03-31", good("用三个月时间补齐记录", "2027-03-01")))
	require.Equal(t, []string{AdviceTooLong}, plan("2026-12-31", good("每季度公示1次收缴情况", "2026-12-10")))
	require.Empty(t, plan("2026-12-31", good("补齐2023年3月至2025年12月的记录", "2026-11-20")), "a date is no span")
	require.Equal(t, []string{AdviceSameWords}, plan("2026-12-31", good("补齐记录。", "2026-11-20"), good("补齐 记录", "2026-12-01")))
	require.Empty(t, plan("2026-12-31"))
}
