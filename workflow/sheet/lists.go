package sheet

import (
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"rectify/workflow"
)

// ListsRow is one issue in the three lists (三张清单): as a problem, with its tasks and with who answers for it.
type ListsRow struct {
	Problem          LedgerRow
	OwnNumber        string // the number that the source gave it
	Tasks            []ListedTask
	Duties           []ListedDuty
	Verifier, Closer string
}

// ListedTask is a measure in the list of tasks.
type ListedTask struct {
	Text, Org, Leader, Person, Result string
	Due, DoneOn                       workflow.Day
	Done, Late                        bool
}

// ListedDuty is an organisation in the list of duties.
type ListedDuty struct {
	Main        bool
	Org, Leader string
	People      []string
	Measures    string // their numbers
	Done, Of    int    // measures
	Due         workflow.Day
}

// listed is a column of a plain list.
type listed struct {
	text  string
	width float64
}

var (
	problemColumns = []listed{{"序号", 6}, {"编号", 22}, {"来源", 14}, {"来源编号", 12}, {"反馈问题", 24}, {"具体问题", 44}, {"等级", 8}, {"整改类型", 10},
		{"责任单位", 24}, {"整改时限", 12}, {"状态", 10}, {"完成情况", 16}}
	taskColumns = []listed{{"序号", 6}, {"编号", 22}, {"具体问题", 36}, {"措施序号", 8}, {"整改措施", 48}, {"承担单位", 24}, {"牵头领导", 10}, {"责任人", 10},
		{"完成时限", 12}, {"完成日期", 12}, {"完成情况", 24}}
	dutyColumns = []listed{{"序号", 6}, {"编号", 22}, {"具体问题", 36}, {"责任", 8}, {"责任单位", 24}, {"责任领导", 10}, {"责任人", 16}, {"承担措施", 12},
		{"完成", 8}, {"时限", 12}, {"验收单位", 24}, {"销号单位", 24}}
)

// WriteLists writes the three lists as a workbook of three sheets, row by row. An error among rows ends it, is returned, and nothing is
// written to w.
func WriteLists(w io.Writer, head LedgerHead, rows iter.Seq2[ListsRow, error]) error {
	problems := newList(nil, "问题清单", head, problemColumns)
	tasks := newList(problems, "任务清单", head, taskColumns)
	duties := newList(problems, "责任清单", head, dutyColumns)
	n, of := 0, [2]int{}
	for row, err := range rows {
		if err != nil {
			problems.err = err
		}
		if problems.err != nil {
			break
		}
		n++
		p := &row.Problem
		problems.line(problems.body, strconv.Itoa(n), p.Number, p.Source, row.OwnNumber, p.Aspect, p.Detail, p.Grade, p.Kind, p.Responsible, string(p.Due), p.State, p.Progress)
		for at := range row.Tasks {
			of[0]++
			tasks.task(of[0], at+1, &row)
		}
		for at := range row.Duties {
			of[1]++
			duties.duty(of[1], &row.Duties[at], &row)
		}
	}
	for _, more := range []*writer{tasks, duties} {
		if problems.err == nil {
			problems.err = more.err
		}
		if problems.err == nil {
			problems.err = more.out.Flush()
		}
	}
	return problems.send(w)
}

// newList starts a sheet with a title, a line of notes and one header: of a workbook of its own, or beside another sheet.
func newList(beside *writer, name string, head LedgerHead, columns []listed) *writer {
	widths, headers := make([]float64, len(columns)), make([]string, len(columns))
	for n, c := range columns {
		widths[n], headers[n] = c.width, c.text
	}
	var w *writer
	if beside == nil {
		w = newWriter(name, widths)
	} else {
		w = beside.another(name, widths)
	}
	w.title(w.banner, head.Title+name, len(columns))
	w.title(0, headLine(head), len(columns))
	w.line(w.head, headers...)
	return w
}

func (w *writer) task(n, at int, row *ListsRow) {
	t := &row.Tasks[at-1]
	state := "未完成"
	switch {
	case t.Done:
		state = strings.TrimSuffix("已完成："+t.Result, "：")
	case t.Late:
		state = "未完成，已超期"
	}
	w.line(w.body, strconv.Itoa(n), row.Problem.Number, row.Problem.Detail, strconv.Itoa(at), t.Text, t.Org, t.Leader, t.Person, string(t.Due), string(t.DoneOn), state)
}

func (w *writer) duty(n int, d *ListedDuty, row *ListsRow) {
	as := "协办"
	if d.Main {
		as = "主办"
	}
	done := ""
	if d.Of > 0 {
		done = fmt.Sprintf("%d/%d", d.Done, d.Of)
	}
	w.line(w.body, strconv.Itoa(n), row.Problem.Number, row.Problem.Detail, as, d.Org, d.Leader, strings.Join(d.People, "、"), d.Measures, done, string(d.Due),
		row.Verifier, row.Closer)
}

// another starts a sheet in the workbook of w, with its styles. It is flushed before w is sent.
func (w *writer) another(name string, widths []float64) *writer {
	other := &writer{file: w.file, body: w.body, head: w.head, banner: w.banner, err: w.err}
	if other.err == nil {
		_, other.err = w.file.NewSheet(name)
	}
	if other.err == nil {
		other.out, other.err = w.file.NewStreamWriter(name)
	}
	other.widen(widths)
	return other
}
