package sheet

import (
	"regexp"
	"strings"

	"rectify/workflow"
)

// sheetNotes is what the lines of a sheet outside its tables say about all of it.
type sheetNotes struct {
	title, unit string
	foundOn     workflow.Day
	money       string // unit of money
	year        int    // in the title, 0 if none
}

var (
	unitNote  = regexp.MustCompile(`(?:填报单位|被审计单位|被巡察单位|被巡视单位|被督查单位|报送单位|整改单位|填报部门|单位名称|单位)(?:\(.{0,8}\))?:\s*(\S+)`)
	foundNote = regexp.MustCompile(`(?:反馈日期|反馈时间|检查日期|检查时间|发现日期|查摆日期|查摆时间|巡察反馈时间|通报日期):\s*([^\s,;。]+)`)
	moneyNote = regexp.MustCompile(`(?:金额)?单位:\s*(?:人民币)?((?:千万|百万|亿|万|千)?元)`)
)

// note takes what a line outside the tables says. The first to say a thing is believed.
func (n *sheetNotes) note(text string) {
	text = narrow(text)
	if m := moneyNote.FindStringSubmatch(text); m != nil && n.money == "" {
		n.money = m[1]
	}
	for _, m := range unitNote.FindAllStringSubmatch(text, -1) {
		if n.unit == "" && moneyUnit(m[1]) == "" {
			n.unit = m[1]
		}
	}
	if m := foundNote.FindStringSubmatch(text); m != nil && n.foundOn == "" {
		n.foundOn = dayReader{}.text(m[1]).day
	}
}

// rowAbove takes a row above the first header: the title, or a note.
func (n *sheetNotes) rowAbove(cells []cell) {
	var texts []string
	for _, c := range cells {
		if c.text != "" && !c.filled {
			texts = append(texts, c.text)
		}
	}
	all := strings.Join(texts, " ")
	if len(texts) == 1 && n.title == "" && !strings.ContainsAny(narrow(all), ":") {
		n.title = strings.Join(strings.Fields(all), "")
		n.year = atoi(anyYear.FindString(n.title))
		return
	}
	n.note(all)
}

// unitColumns are the columns that may name the unit of the whole list.
var unitColumns = []string{"被审计单位", "被巡察单位", "被巡视单位", "被督查单位", "填报单位", "上报单位"}

// unitOf returns the unit that every row of the blocks names in one of those columns, "" if they differ.
func unitOf(blocks []*block) string {
	unit := ""
	for _, b := range blocks {
		for _, c := range b.columns {
			if !isUnitColumn(c.header) {
				continue
			}
			for row := b.first; row < b.end; row++ {
				switch text := b.at(row, c.col).text; {
				case text == "" || text == unit || footing(text):
				case unit == "":
					unit = text
				default:
					return ""
				}
			}
		}
	}
	return unit
}

func isUnitColumn(header string) bool {
	name, _ := stripHeader(header)
	for _, u := range unitColumns {
		if name == u {
			return true
		}
	}
	return false
}

// firstDay returns the first day that is known.
func firstDay(days ...workflow.Day) workflow.Day {
	for _, d := range days {
		if d != "" {
			return d
		}
	}
	return ""
}
