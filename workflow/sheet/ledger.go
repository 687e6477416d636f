package sheet

import (
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"rectify/workflow"
)

// LedgerHead is what stands above a ledger.
type LedgerHead struct {
	Title   string
	Unit    string       // 填报单位
	FoundOn workflow.Day // 反馈日期, "" when the ledger has none in common
	Made    workflow.Day // 填报日期
}

// LedgerRow is one issue in a ledger; every text as it is to be shown.
type LedgerRow struct {
	Number                      string // 编号
	Source, Grade, State        string
	Aspect, Detail, Goal        string
	Measures                    []string
	Leader, Responsible, Person string
	Assisting                   []string
	Kind                        string
	Due                         workflow.Day
	Provisional                 bool   // the holidays of the year of the due day are not known
	Progress                    string // 完成情况
}

// ledgerColumns are the columns of a ledger: the upper label, the lower one (the same where the two are merged), the width.
var ledgerColumns = []struct {
	upper, lower string
	width        float64
}{
	{"序号", "序号", 6}, {"反馈问题", "反馈问题", 24}, {"具体表现", "具体表现", 40}, {"整改目标", "整改目标", 24}, {"整改措施", "整改措施", 40},
	{"责任分工", "责任领导", 10}, {"责任分工", "牵头单位", 20}, {"责任分工", "配合单位", 20}, {"责任分工", "责任人", 10},
	{"整改类型", "整改类型", 10}, {"整改时限", "整改时限", 12}, {"完成情况", "完成情况", 16},
	{"编号", "编号", 22}, {"问题来源", "问题来源", 14}, {"等级", "等级", 8}, {"状态", "状态", 10},
	{colDueNote, colDueNote, 12},
}

// WriteLedger writes a ledger row by row, in the layout that ReadChecklist reads. An error among rows ends it, is returned, and
// nothing is written to w.
func WriteLedger(w io.Writer, head LedgerHead, rows iter.Seq2[LedgerRow, error]) error {
	widths := make([]float64, len(ledgerColumns))
	for n, c := range ledgerColumns {
		widths[n] = c.width
	}
	out := newWriter("整改台账", widths)
	out.title(out.banner, head.Title, len(widths))
	out.title(0, headLine(head), len(widths))
	out.ledgerHeader()
	n := 0
	for row, err := range rows {
		if err != nil {
			out.err = err
		}
		if out.err != nil {
			break
		}
		n++
		out.line(out.body, strconv.Itoa(n), row.Aspect, row.Detail, row.Goal, joinMeasures(row.Measures), row.Leader, row.Responsible,
			strings.Join(row.Assisting, "、"), row.Person, row.Kind, string(row.Due), row.Progress, row.Number, row.Source, row.Grade, row.State, dueNote(&row))
	}
	return out.send(w)
}

// dueNote says what is to be said of the due day.
func dueNote(row *LedgerRow) string {
	if row.Provisional {
		return "暂定（" + string(row.Due[:4]) + "年放假安排未公布）"
	}
	return ""
}

// headLine is the line of notes under the title.
func headLine(head LedgerHead) string {
	var parts []string
	if head.Unit != "" {
		parts = append(parts, "填报单位:"+head.Unit)
	}
	if head.FoundOn != "" {
		parts = append(parts, "反馈日期:"+chineseDay(head.FoundOn))
	}
	if head.Made != "" {
		parts = append(parts, "填报日期:"+chineseDay(head.Made))
	}
	return strings.Join(parts, "        ")
}

func chineseDay(d workflow.Day) string { return d.Time().Format("2006年1月2日") }

// ledgerHeader writes the header of two rows: groups merged across, single columns merged down.
func (w *writer) ledgerHeader() {
	upper, lower := make([]string, len(ledgerColumns)), make([]string, len(ledgerColumns))
	top, group := w.row+1, 0
	for n, c := range ledgerColumns {
		if n == 0 || ledgerColumns[n-1].upper != c.upper {
			upper[n], group = c.upper, n
		}
		if c.upper != c.lower {
			lower[n] = c.lower
		} else {
			w.merge(n+1, top, n+1, top+1)
		}
		if last := n == len(ledgerColumns)-1 || ledgerColumns[n+1].upper != c.upper; last && n > group {
			w.merge(group+1, top, n+1, top)
		}
	}
	w.line(w.head, upper...)
	w.line(w.head, lower...)
}

// joinMeasures writes measures as ReadChecklist takes them apart.
func joinMeasures(measures []string) string {
	if len(measures) < 2 {
		return strings.Join(measures, "")
	}
	var b strings.Builder
	for n, m := range measures {
		fmt.Fprintf(&b, "%d.%s", n+1, m)
		switch {
		case n == len(measures)-1:
		case strings.HasSuffix(m, "。") || strings.HasSuffix(m, ";"):
			b.WriteString("\n")
		default:
			b.WriteString(";\n")
		}
	}
	return b.String()
}
