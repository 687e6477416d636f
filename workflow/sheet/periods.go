package sheet

import (
	"regexp"
	"strings"
	"time"

	"rectify/workflow"
)

var (
	namedStart  = regexp.MustCompile(`^[自从](\d{4}[-./年].{3,7}?)(?:之日)?起(.+)$`)
	periodStart = regexp.MustCompile(`^(自|从)?[^\d]{0,20}?(之日起|日起|起|之日后|后|以后|之后)`)
	period      = regexp.MustCompile(`^(\d{1,4}|[零一二两三四五六七八九十百半]{1,5})个?(工作日|工作天|月|日|天|周|星期|季度|年)(半)?(内|以内|之内|完成|内完成)?$`)
)

// relative understands 3个月内, 半年内, 30日内, 自反馈之日起两周内. Working days are another calendar's affair and are refused.
func (r dayReader) relative(s string) (moment, bool) {
	if m := namedStart.FindStringSubmatch(s); m != nil { // 自2026年1月20日起3个月内
		from, ok := r.whole(m[1])
		r.from = from.day
		if s = m[2]; !ok || from.day == "" {
			return moment{}, false
		}
	}
	m := period.FindStringSubmatch(periodStart.ReplaceAllString(s, ""))
	if m == nil {
		return moment{}, false
	}
	if strings.HasPrefix(m[2], "工作") {
		return unclear("working_days", workflow.Say("“%s”按工作日计算，请写明到期的日期，如 2026-03-31", "%q counts working days; write the day itself, as 2026-03-31.", s)), true
	}
	if r.from == "" {
		return unclear("no_start", workflow.Say("“%s”不知从哪一天起算：该行没有发现日期，表中也没有反馈日期", "%q: from which day? Neither the row nor the sheet says when it was found.", s)), true
	}
	day, ok := r.after(m[1], m[2], m[3] != "")
	if !ok {
		return noSuchDay(s), true
	}
	return moment{day: day, doubt: note{"counted", workflow.Say("从 %s 起算", "counted from %s", r.from)}}, true
}

// after adds n units to the day it counts from. Months are added by the calendar: a month after 31 January is the last of February.
func (r dayReader) after(count, unit string, andHalf bool) (workflow.Day, bool) {
	months := map[string]int{"月": 1, "季度": 3, "年": 12}[unit]
	if months > 0 {
		n := chineseNumber(count) * months
		if count == "半" {
			n = months / 2
		}
		if andHalf {
			n += months / 2
		}
		if count == "半" && unit == "月" {
			return r.from.Add(15), true
		}
		return addMonths(r.from, n), n > 0 && n <= 1200
	}
	n := chineseNumber(count) * map[string]int{"日": 1, "天": 1, "周": 7, "星期": 7}[unit]
	return r.from.Add(n), n > 0
}

func addMonths(d workflow.Day, n int) workflow.Day {
	from := d.Time()
	first := time.Date(from.Year(), from.Month()+time.Month(n), 1, 0, 0, 0, 0, workflow.China)
	last := first.AddDate(0, 1, -1).Day()
	return workflow.DayOf(first.AddDate(0, 0, min(from.Day(), last)-1))
}

// chineseNumber reads 3, 三, 十二, 二十, 一百; 0 when it is none.
func chineseNumber(s string) int {
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		return atoi(s)
	}
	total, digit := 0, 0
	for _, r := range s {
		switch n := strings.IndexRune("零一二三四五六七八九", r); {
		case n >= 0:
			digit = n / len("零")
		case r == '两':
			digit = 2
		case r == '十':
			total += max(digit, 1) * 10
			digit = 0
		case r == '百':
			total += max(digit, 1) * 100
			digit = 0
		default:
			return 0
		}
	}
	return total + digit
}

// narrow turns full-width letters, digits and marks into half-width ones.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\uff01' && r <= '\uff5e':
			return r - '\uff01' + '!'
		case r == '\u3000' || r == '\u00a0':
			return ' '
		case r == '\uffe5':
			return '¥'
		case r == '〇':
			return '零'
		}
		return r
	}, s)
}
