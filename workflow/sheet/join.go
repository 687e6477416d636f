package sheet

import (
	"strings"

	"rectify/workflow"
)

// measureTable is a table without problems, whose rows belong to problems of another table by a number that both have.
type measureTable struct {
	*block
	rows   []int                    // that say something
	byKey  map[int]map[string][]int // by the column of the number: its values, with the rows that have it
	joined map[int]bool
}

// readMeasures finds the rows that say something.
func (b *block) readMeasures() (t *measureTable, skipped int) {
	t = &measureTable{block: b, byKey: map[int]map[string][]int{}, joined: map[int]bool{}}
	for n := b.first; n < b.end; n++ {
		r := b.read(n)
		_, numbered := r.cells[fNumber]
		if r.idle() && (r.text(fMeasures)+r.text(fStatus) == "" || !numbered || r.text(fNumber) == "" || footing(r.line())) {
			b.notes.note(r.line())
			if !b.emptyRow(n) {
				skipped++
			}
			continue
		}
		t.rows = append(t.rows, n)
	}
	return t, skipped
}

// joinTo adds to the problem r, in row n of its table, the rows here that have its number. The number is the best that both tables
// have under the same header; if no header is the same, each table's own.
func (t *measureTable) joinTo(r *reading, problems *block, n int) {
	here, there := keyColumns(t.block, problems)
	key := joinKey(problems.at(n, there).text)
	if here < 0 || there < 0 || key == "" {
		return
	}
	for _, row := range t.index(here)[key] {
		t.joined[row] = true
		measures := t.read(row)
		if len(r.more) == 0 && !r.joined {
			r.joined = true
			r.take(measures)
			continue
		}
		r.more = append(r.more, measures)
	}
}

// index groups the rows by the number in a column.
func (t *measureTable) index(col int) map[string][]int {
	if t.byKey[col] == nil {
		t.byKey[col] = map[string][]int{}
		for _, row := range t.rows {
			key := joinKey(t.at(row, col).text)
			t.byKey[col][key] = append(t.byKey[col][key], row)
		}
	}
	return t.byKey[col]
}

// joinKey is a number without the differences that people do not see.
func joinKey(s string) string {
	return strings.NewReplacer("[", "〔", "]", "〕", "【", "〔", "】", "〕").Replace(strings.ToLower(strings.Join(strings.Fields(narrow(s)), "")))
}

// keyColumns finds the columns by which two tables are joined, -1 if there are none.
func keyColumns(a, b *block) (inA, inB int) {
	inA, inB = -1, -1
	best := 1 << 20
	for _, x := range a.columns {
		for _, y := range b.columns {
			if x.key != "" && x.key == y.key && x.rank < best {
				inA, inB, best = x.col, y.col, x.rank
			}
		}
	}
	if inA >= 0 {
		return inA, inB
	}
	return a.numberColumn(), b.numberColumn()
}

func (b *block) numberColumn() int {
	for _, c := range b.columns {
		if c.field == fNumber {
			return c.col
		}
	}
	return -1
}

// take adds the fields of a joined row. Where both say something, the more specific header has the field (责任部门 before 被审计单位)
// and the other value is kept by its header.
func (r *reading) take(from reading) {
	for f, s := range from.cells {
		old, ok := r.cells[f]
		switch {
		case f == fNumber || blank(s.text) && ok:
		case !ok || blank(old.text):
			r.cells[f] = s
		case s.rank < old.rank:
			r.cells[f] = s
			r.keep(old.header, old.text)
		case s.text != old.text:
			r.keep(s.header, s.text)
		}
	}
	for header, text := range from.extra {
		r.keep(header, text)
	}
}

// orphans are the rows whose number no problem has; they are refused.
func (t *measureTable) orphans() []reading {
	var left []reading
	for _, row := range t.rows {
		if t.joined[row] {
			continue
		}
		r := t.read(row)
		r.fault = note{"no_problem_for_number", workflow.Say("问题清单中没有编号为“%s”的问题", "No problem in the list has the number %q.", r.text(fNumber))}
		left = append(left, r)
	}
	return left
}
