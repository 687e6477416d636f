package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// readRows reads the issues after an id.
func (r *replayed) readRows(tx *gorm.DB, after int64) error {
	names := append([]string{"number", "created_at", "updated_at", "text_key"}, columnNames(derivedColumns)...)
	return each(tx, func(scan func(...any) error) error {
		row := foldedRow{columns: make(map[string]string, len(names))}
		values := make([]any, len(names))
		into := []any{&row.id, &row.seq, (*digestColumn)(&row.head)}
		for n := range values {
			into = append(into, &values[n])
		}
		if err := scan(into...); err != nil {
			return err
		}
		for n, name := range names {
			row.columns[name] = columnText(values[n])
		}
		row.number = row.columns["number"]
		r.at[row.id] = len(r.rows)
		r.rows = append(r.rows, row)
		return nil
	}, "SELECT id, seq, head, "+strings.Join(names, ", ")+" FROM issues WHERE id > ? ORDER BY id LIMIT ?", after, replayAtOne)
}

func columnNames(list string) []string {
	return strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' || c == '\n' })
}

// columnText is the value of a column as text, the same for every driver and for what was written.
func columnText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return string(v)
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return fmt.Sprint(v)
}

// compare holds a row against what its history tells.
func (r *replayed) compare(row *foldedRow) error {
	t := row.history
	switch {
	case row.broken:
		return nil
	case t.seq == 0:
		r.note(row, 0, "history", "nothing", "there")
	case row.seq != t.seq:
		r.note(row, 0, "issues.seq", t.seq, row.seq)
	case row.head != t.digest:
		r.note(row, 0, "issues.head", hexDigest(t.digest), hexDigest(row.head))
	}
	if row.broken = t.seq == 0; row.broken {
		return nil
	}
	i := t.placed(math.MaxInt64)
	columns, err := derived(&i)
	if err != nil {
		return err
	}
	names := columnNames(derivedColumns)
	for n, name := range names[:len(names)-1] { // the last is the document
		if says := columnText(columns[n]); says != row.columns[name] {
			r.note(row, 0, "issues."+name, says, row.columns[name])
		}
	}
	for _, x := range [...]struct{ name, says string }{{"number", i.Number}, {"created_at", columnText(millis(t.first))}, {"updated_at", columnText(millis(t.last))}} {
		if x.says != row.columns[x.name] {
			r.note(row, 0, "issues."+x.name, x.says, row.columns[x.name])
		}
	}
	if is := row.columns["text_key"]; is != string(t.text[:]) {
		r.note(row, 0, "issues.text_key", hexDigest(t.text), hex.EncodeToString([]byte(is)))
	}
	if i.ID != workflow.IssueID(row.id) {
		r.note(row, 0, "issues.id", int64(i.ID), row.id)
	}
	for _, table := range followingTables() {
		row.expected[table.name] = table.of(&i)
	}
	return r.compareDocument(row, &i)
}

// compareDocument holds the whole issue against its history, field by field.
func (r *replayed) compareDocument(row *foldedRow, i *workflow.Issue) error {
	is, err := decodeIssue([]byte(row.columns["doc"]))
	if err != nil {
		r.note(row, 0, "issues.doc", "an issue", err)
		return nil
	}
	a, err := fieldsOf(i)
	if err != nil {
		return err
	}
	b, err := fieldsOf(&is)
	if err != nil {
		return err
	}
	for _, name := range fieldNames(a, b) {
		if string(a[name]) != string(b[name]) {
			r.note(row, 0, "doc."+name, string(a[name]), string(b[name]))
		}
	}
	return nil
}

func fieldsOf(i *workflow.Issue) (out map[string]json.RawMessage, err error) {
	doc, err := json.Marshal(i)
	if err == nil {
		err = json.Unmarshal(doc, &out)
	}
	return out, err
}

// fieldNames are the names of both, each once, in order.
func fieldNames(a, b map[string]json.RawMessage) []string {
	names := make([]string, 0, len(a))
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// rows are those of one issue in a table, as text, in any order.
type rows []string

func rowText(columns []any) string {
	texts := make([]string, len(columns))
	for n, c := range columns {
		texts[n] = columnText(c)
	}
	return strings.Join(texts, " ")
}

func idRows[T ~int64](ids []T) (out rows) {
	for _, id := range ids {
		out = append(out, columnText(int64(id)))
	}
	return out
}

// followingTable is a table whose rows follow from the issue as it is; others are filled by the lines that brought them.
type followingTable struct {
	name string
	of   func(*workflow.Issue) rows
}

func followingTables() []followingTable {
	out := []followingTable{
		{"issue_orgs", func(i *workflow.Issue) rows { return idRows((*workflow.Issue).Outsiders(i)) }},
		{"issue_waits", func(i *workflow.Issue) rows { return idRows(i.Awaited()) }},
		{"issue_people", func(i *workflow.Issue) rows { return idRows((*workflow.Issue).InHand(i)) }},
	}
	for _, d := range derivedTables() {
		out = append(out, followingTable{d.name, func(i *workflow.Issue) (out rows) {
			for n, row := range d.rows(i) {
				out = append(out, rowText(append([]any{n + 1}, row...)))
			}
			return out
		}})
	}
	return out
}

// brought adds the rows that a step brought to tables which keep what ever was.
func brought(c *workflow.Change, beside map[string]rows) {
	for _, hash := range filesOf(&c.Issue) {
		if !slices.Contains(beside["file_refs"], hash) {
			beside["file_refs"] = append(beside["file_refs"], hash)
		}
	}
	met, outcomes, signs := metRows(c, &c.Line)
	for _, row := range met {
		beside["duties_done"] = append(beside["duties_done"], rowText(row[1:]))
	}
	for _, row := range outcomes {
		beside["issue_outcomes"] = append(beside["issue_outcomes"], rowText(row[1:]))
	}
	for _, row := range signs {
		beside["sign_steps"] = append(beside["sign_steps"], rowText(row[1:]))
	}
}
