package sheet

import (
	"slices"
	"strings"

	"rectify/workflow"
)

// FieldWord is something that a column of a checklist can hold.
type FieldWord struct {
	Field string // the word of Column.Field
	Text  workflow.Text
}

// Fields are what a column of a checklist can be understood as, in the order in which a choice shows them. The empty word stands for a
// column that is kept by its header.
func Fields() []FieldWord {
	word := func(f field, zh, en string) FieldWord {
		return FieldWord{Field: string(f), Text: workflow.Text{Zh: zh, En: en}}
	}
	return []FieldWord{
		word("", "按列名保留(附加信息)", "kept by its header"), word(fNumber, "编号", "its own number"), word(fDetail, "存在的问题", "the problem"),
		word(fSummary, "问题概述(作为方面)", "summary of the problem (as its aspect)"), word(fAspect, "方面", "aspect"), word(fGoal, "整改目标", "goal"),
		word(fMeasures, "整改措施", "measures"), word(fLeader, "责任领导", "leader"), word(fResponsible, "责任单位", "responsible organisation"),
		word(fAssisting, "配合单位", "assisting organisations"), word(fPerson, "责任人", "person responsible"), word(fFinder, "检查人", "who found it"),
		word(fFound, "发现日期", "day found"), word(fSource, "问题来源", "source"), word(fKind, "整改类型", "kind"), word(fGrade, "问题等级", "grade"),
		word(fDue, "整改时限", "due day"), word(fStatus, "完成情况", "status"), word(fAmount, "问题金额", "amount"),
		word(fRecovered, "已整改金额", "amount recovered"), word(fOrigin, "不读(退回表的附注)", "not read (a remark of a returned list)"),
	}
}

// override understands the columns of all tables as asked, in the order in which Checklist.Columns lists them. Nothing asked leaves them
// as they were recognised.
func override(tables []*block, asked []string) error {
	if len(asked) == 0 {
		return nil
	}
	words := Fields()
	for _, t := range tables {
		holder := map[field]string{}
		for n := range t.columns {
			if len(asked) == 0 {
				return otherColumns()
			}
			c, want := &t.columns[n], field(asked[0])
			asked = asked[1:]
			at := slices.IndexFunc(words, func(w FieldWord) bool { return w.Field == string(want) })
			if at < 0 {
				return workflow.Invalid("unknown_column", "field", workflow.Say("没有“%s”这种列", "no column holds %q", string(want)))
			}
			letter := t.place(t.top, c.col).Column
			if earlier := holder[want]; earlier != "" && want != "" && want != fOrigin {
				return workflow.Invalid("column_twice", "field", workflow.Say("表“%s”中 %s 列和 %s 列都作为“%s”,只能有一列;另一列请选“按列名保留”",
					"in the sheet %q the columns %s and %s are both taken as %s; one can be, keep the other by its header", t.place(t.top, 0).Sheet, earlier, letter, words[at].Text))
			}
			holder[want] = letter
			c.become(want)
		}
	}
	if len(asked) > 0 {
		return otherColumns()
	}
	return nil
}

func otherColumns() error {
	return workflow.Invalid("other_columns", "field", workflow.Say("列的数目与表格不符,请重新打开本页再选", "there are not as many columns as in the workbook; open the page again and choose anew"))
}

// become makes the column one that holds f.
func (c *column) become(f field) {
	if f == "" {
		f = fExtra
	}
	if f == fNumber && c.key == "" {
		parts := strings.Split(c.header, "/")
		c.key, _ = stripHeader(parts[len(parts)-1])
	}
	c.field, c.known = f, true
}
