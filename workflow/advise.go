package workflow

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Advice is what a reader would say of a plan at first sight. It refuses nothing: whoever makes or reviews the plan decides.
type Advice struct {
	Measure int // counted from 1; 0 for the plan as a whole
	Code    string
	Text    Text
}

// The codes of advice.
const (
	AdviceTalk      = "talk_only"  // it holds meetings or issues papers and does nothing else
	AdviceNoResult  = "no_result"  // nothing by which it could be checked
	AdviceSameDay   = "same_day"   // every measure ends on one day
	AdviceAfterDue  = "after_due"  // it ends after the issue is due
	AdviceTooLong   = "too_long"   // the time that its text names is more than it has
	AdviceSameWords = "same_words" // it says what an earlier one says
)

// fewForOneDay is from how many measures on it is odd that all end on one day.
const fewForOneDay = 3

// Advise looks through the measures of a plan for what feedback on plans says most often: meetings and papers instead of deeds, all dates
// on one day, no result that can be checked. It judges Chinese texts; of others it looks at the dates alone.
func Advise(i *Issue) []Advice {
	var out []Advice
	add := func(measure int, code string, text Text) { out = append(out, Advice{measure, code, text}) }
	said := map[string]int{}
	for n := range i.Measures {
		m, at := &i.Measures[n], n+1
		words := bare(m.Text)
		if earlier := said[words]; earlier > 0 {
			add(at, AdviceSameWords, Say("第%d条与第%d条相同", "measure %d says what measure %d says", at, earlier))
		} else {
			said[words] = at
			if code, text := adviseWords(at, words); code != "" {
				add(at, code, text)
			}
		}
		if i.Due != "" && m.Due > i.Due {
			add(at, AdviceAfterDue, Say("第%d条的时限（%s）晚于问题的整改时限（%s）", "measure %d is due on %s, after the issue itself (%s)", at, m.Due, i.Due))
		}
		if span, days := longest(m.Text); days > 0 && m.Due != "" && i.Since != "" && i.Since.Add(days) > m.Due {
			add(at, AdviceTooLong, Say("第%d条写的是“%s”，而到时限（%s）不足这么久", "measure %d speaks of “%s”, and there is less time until it is due (%s)", at, span, m.Due))
		}
	}
	if day := onlyDay(i.Measures); day != "" {
		add(0, AdviceSameDay, Say("各条措施都定在%s完成，没有先后；建议按实际进度分步安排", "every measure ends on %s; set dates as the work goes on", day))
	}
	return out
}

// adviseWords judges the text of one measure.
func adviseWords(at int, words string) (code string, text Text) {
	switch {
	case !strings.ContainsFunc(words, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || has(words, endWords) || counts(words) && !has(words, talkWords):
		return "", Text{}
	case has(words, talkWords) && !has(words, deedWords):
		return AdviceTalk, Say("第%d条只是开会、学习或发文，没有写做什么、改什么；建议写明实际要办的事", "measure %d only holds meetings or issues papers; say what is done", at)
	case has(words, thingWords) || counts(words):
		return "", Text{}
	}
	return AdviceNoResult, Say("第%d条没有可以检查的结果；建议写明数量、成果或做到什么程度", "measure %d has no result that can be checked: give a number, a product or how far it goes", at)
}

func has(words string, any []string) bool {
	for _, w := range any {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

var (
	// talkWords are those of meetings, papers and attitudes.
	talkWords = []string{"召开", "开会", "会议", "学习", "传达", "印发", "下发", "转发", "发文", "通知", "部署", "研讨", "座谈", "培训", "宣传", "动员", "强调", "组织", "领会",
		"提高认识", "思想认识", "提高站位", "高度重视", "加强", "强化", "深化", "统一思想", "压实责任", "安排"}
	// deedWords are those of things that are done.
	deedWords = []string{"核查", "核实", "核对", "检查", "抽查", "排查", "督查", "巡查", "审计", "盘点", "测试", "考试", "测评", "谈话", "约谈", "问责", "处理", "处分", "查处",
		"调整", "更换", "维修", "改造", "安装", "采购", "配备", "配齐", "选举", "换届", "走访", "慰问", "帮扶", "回访", "解决", "发放", "支付", "清理", "整治", "修订", "建立", "制定",
		"完善", "公示", "公开", "登记", "归档", "补", "收集", "查摆", "剖析", "对照", "审核", "重写", "退回", "答复", "转接"}
	// endWords say how far something goes, so that it can be checked.
	endWords = []string{"补齐", "补缴", "补录", "补签", "补办", "补开", "补选", "补报", "补交", "补课", "追回", "追缴", "收回", "清退", "退还", "退缴", "拆除", "清零", "办结", "腾退", "搬离",
		"配齐", "修复", "换届", "全覆盖", "销号", "归还", "上线", "废止", "撤销", "更正", "结清", "见底", "全部完成", "开通", "竣工", "验收", "投入使用", "不再", "停止", "取消"}
	// thingWords are what remains and can be looked at.
	thingWords = []string{"《", "记录", "台账", "清单", "制度", "报告", "凭证", "票据", "发票", "名册", "档案", "合同", "协议", "平台", "系统", "办法", "规定", "细则", "流程", "规程", "公示",
		"公开", "证明", "照片", "方案", "计划表", "明细", "账目", "台帐", "考勤", "通报", "结果", "意见书", "承诺书", "逐"}
)

var (
	dateWritten = regexp.MustCompile(`\d{4}年?[-/.]?(\d{1,2}[-/.月]?)?(\d{1,2}日?)?|\d{1,2}月(\d{1,2}日)?`)
	numberUnit  = regexp.MustCompile(`[0-9０-９]+|[一二三四五六七八九十百两半]+(次|个|名|项|份|条|期|场|轮|篇|件|户|人|元|万|台|处|部|套|堂|成)|百分之`)
	spanWritten = regexp.MustCompile(`([0-9]+|[一二两三四五六七八九十半]+)(个月|周|个季度|天|日|年)(内|以内|时间)?|每(季度|半年|年)|全年`)
)

// bare is a text without spaces, in which nothing but its words differs from another's.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '。' || r == '；' {
			return -1
		}
		return r
	}, text)
}

// counts says whether a number of something is named, which a date is not.
func counts(words string) bool {
	return numberUnit.MatchString(dateWritten.ReplaceAllString(words, ""))
}

// onlyDay is the day on which every measure ends, "" where they differ or are few.
func onlyDay(measures []Measure) Day {
	if len(measures) < fewForOneDay {
		return ""
	}
	for _, m := range measures {
		if m.Due != measures[0].Due {
			return ""
		}
	}
	return measures[0].Due
}

// longest is the longest time that a text names, as it stands there and in days; 0 for none.
func longest(text string) (span string, days int) {
	for _, m := range spanWritten.FindAllStringSubmatch(dateWritten.ReplaceAllString(text, ""), -1) {
		if d := spanDays(m[1], m[2], m[0]); d > days {
			span, days = m[0], d
		}
	}
	return span, days
}

func spanDays(number, unit, all string) int {
	switch all {
	case "每季度":
		return 90
	case "每半年":
		return 180
	case "每年", "全年":
		return 365
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		n = chineseNumber(number)
	}
	lengths := map[string]int{"天": 1, "日": 1, "周": 7, "个月": 30, "个季度": 90, "年": 365}
	if number == "半" {
		return lengths[unit] / 2
	}
	return n * lengths[unit]
}

// chineseNumber reads a number up to ninety-nine as it is written in words; 0 for what is none.
func chineseNumber(s string) int {
	digits := map[rune]int{'一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	n, ones := 0, 0
	for _, r := range s {
		if r == '十' {
			n, ones = max(ones, 1)*10, 0
			continue
		}
		ones = digits[r]
	}
	return n + ones
}
