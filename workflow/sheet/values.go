package sheet

import (
	"regexp"
	"strings"
)

// blank says whether a text stands for nothing: a dash, a slash, 无.
func blank(s string) bool {
	switch strings.Trim(narrow(s), " 。.") {
	case "", "/", "\\", "-", "--", "—", "——", "无", "暂无", "N/A", "n/a", "#N/A":
		return true
	}
	return false
}

// measureMark is the number before a measure: 1. 1、 (1) ① 一、 in half-width or full-width marks, but not the number of 1.5万元.
var measureMark = regexp.MustCompile(`^(?:(\d{1,2}[.\x{FF0E}])(?:\D|$)|(\d{1,2}[、)\x{FF09}]|[(\x{FF08}]\d{1,2}[)\x{FF09}]|[①-⑳]|[一二三四五六七八九十]{1,3}[、是]|[(\x{FF08}][一二三四五六七八九十]{1,3}[)\x{FF09}]))`)

// inlineMark is where a numbered measure begins within a line: behind the mark that ends the one before.
var inlineMark = regexp.MustCompile(`([;\x{FF1B}。])\s*((?:[(\x{FF08}]\d{1,2}[)\x{FF09}]|\d{1,2}[、.\x{FF0E})\x{FF09}]|[①-⑳]|[二三四五六七八九十]{1,2}[、是])\D)`)

// splitMeasures takes apart "1.…;\n2.…". Lines without a number go on with the numbered one above; if no line has a number, each is
// a measure.
func splitMeasures(text string) []string {
	var measures []string
	numbered := false
	for _, line := range strings.Split(inlineMark.ReplaceAllString(text, "$1\n$2"), "\n") {
		line, marked := cutMark(strings.TrimSpace(line))
		line = strings.TrimRight(line, ";\uff1b ")
		switch {
		case blank(line):
		case !marked && numbered:
			measures[len(measures)-1] += line
		default:
			numbered = numbered || marked
			measures = append(measures, line)
		}
	}
	return measures
}

// cutMark removes the number before a measure.
func cutMark(line string) (string, bool) {
	at := measureMark.FindStringSubmatchIndex(line)
	if at == nil {
		return line, false
	}
	return strings.TrimSpace(line[max(at[3], at[5]):]), true
}

// splitNames takes apart a list of organisations.
func splitNames(text string) []string {
	var names []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、,\uff0c;\uff1b/\n ", r) }) {
		if !blank(s) {
			names = append(names, s)
		}
	}
	return names
}

// partyOrg is how the name of a party organisation ends.
var partyOrg = regexp.MustCompile(`(支部|总支|党委|党组|工委|委员会)$`)

// splitResponsible takes apart a column of responsible organisations that holds several. A mark within one name (办公室、人事科联合党支部)
// does not split it: every part must be named like a party organisation, or stand on a line of its own.
func splitResponsible(text string) (first string, others []string) {
	names := splitNames(text)
	if len(names) < 2 {
		return strings.Join(names, ""), nil
	}
	for _, name := range names {
		if !partyOrg.MatchString(name) {
			lines := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";\uff1b\n", r) })
			return strings.TrimSpace(lines[0]), lines[1:]
		}
	}
	return names[0], names[1:]
}

// readGrade understands the grade of a problem; exact is false when the word is not one of the three that the program shows.
func readGrade(s string) (grade string, exact bool) {
	switch strings.TrimSuffix(strings.TrimSuffix(s, "问题"), "风险") {
	case "一般", "ordinary":
		return "ordinary", true
	case "较大", "serious":
		return "serious", true
	case "重大", "major":
		return "major", true
	case "轻微", "较轻", "低":
		return "ordinary", false
	case "较重", "比较严重", "突出", "中", "中等":
		return "serious", false
	case "严重", "特别重大", "特别严重", "高":
		return "major", false
	}
	return "", false
}

// readKind understands the kind of rectification.
func readKind(s string) (kind string, exact bool) {
	switch s = strings.Join(strings.Fields(s), ""); s {
	case "立行立改", "immediate":
		return "immediate", true
	case "限期整改", "timed":
		return "timed", true
	case "长期坚持", "lasting":
		return "lasting", true
	}
	if kind := kindOf(s); kind != "" {
		return kind, false
	}
	return dayReader{}.text(strings.TrimSuffix(s, "类")).kind, false
}

// wordNames are the words of the program as people read them.
var wordNames = map[string]string{
	"ordinary": "一般", "serious": "较大", "major": "重大", "immediate": "立行立改", "timed": "限期整改", "lasting": "长期坚持",
	"blind_spot": "灯下黑", "study": "学习教育检视", "case_lesson": "以案促改", "inspection": "巡视巡察反馈", "integrity_risk": "廉政风险排查",
	"audit": "审计", "supervision": "督查", "environment": "环保督察", "petition": "信访", "superior": "上级交办", "self_check": "自查",
}

// sourceCodes are the eleven sources by their Chinese names.
var sourceCodes = map[string]string{
	"灯下黑": "blind_spot", "学习教育检视": "study", "以案促改": "case_lesson", "巡视巡察反馈": "inspection", "廉政风险排查": "integrity_risk",
	"审计": "audit", "督查": "supervision", "环保督察": "environment", "信访": "petition", "上级交办": "superior", "自查": "self_check",
}

// sourceWords are other words for them.
var sourceWords = map[string]string{
	"灯下黑问题": "blind_spot", "学习教育": "study", "主题教育检视": "study", "巡察反馈": "inspection", "巡视反馈": "inspection", "巡察": "inspection", "巡视": "inspection",
	"廉政风险": "integrity_risk", "审计反馈": "audit", "审计查出": "audit", "督查反馈": "supervision", "督查检查": "supervision", "督导检查": "supervision",
	"环保督察反馈": "environment", "信访举报": "petition", "支部自查": "self_check", "自查自纠": "self_check", "自查发现": "self_check",
}

// readSource understands the source of a problem.
func readSource(s string) (code string, exact bool) {
	s = strings.Join(strings.Fields(s), "")
	for name, code := range sourceCodes {
		if s == name || s == code {
			return code, true
		}
	}
	return sourceWords[s], false
}

var (
	doneWords = regexp.MustCompile(`^(已|均已|已经|全部|已全部)?(完成|整改|整改完成|完成整改|整改到位|办结|销号|落实|解决|整改完毕|完毕|整改办结)(到位|完成|完毕)?$|^(100%|√|✓|✔|是|已完成销号)$`)
	doneStart = regexp.MustCompile(`^(已|均已|已经|全部|已全部)(完成|整改|办结|销号|解决)`)
	notDone   = regexp.MustCompile(`未|尚|部分|基本|正在|推进|持续|计划|拟|待|中$|[1-9]?\d%`)
)

// readDone says whether a status reports completion. It is sure when the status says nothing else.
func readDone(s string) (done, sure bool) {
	s = strings.Trim(strings.Join(strings.Fields(narrow(s)), ""), "。.;,")
	if doneWords.MatchString(s) {
		return s != "整改" && s != "落实" && s != "解决", true
	}
	return doneStart.MatchString(s) && !notDone.MatchString(s), false
}

// elsewhere matches a text that states no problem but says where to find it: 详见底稿第3页, 见附件2.
var elsewhere = regexp.MustCompile(`^(详见|见|参见|同上|详情见|具体见|详|另见)[^,\x{FF0C}。;\x{FF1B}]{0,20}。?$`)
