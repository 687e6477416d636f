package store

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

// derivedTable is a table of this package whose rows follow from an issue and are counted from 1 within it: rows are never taken away.
type derivedTable struct {
	name    string
	columns []string // after issue_id and no, before the place of the issue
	rows    func(*workflow.Issue) [][]any
}

var placeColumns = []string{"a1", "a2", "a3", "a4", "a5"}

// derivedTables are the letters and the calls of issues, so that they can be listed by themselves.
func derivedTables() []derivedTable {
	return []derivedTable{
		{"issue_letters", []string{"number", "rung", "org", "to_org", "limit_day", "sent_on", "signed_on", "pending"}, letterRows},
		{"issue_calls", []string{"from_org", "to_org", "wants", "called_on", "until_day", "waiting", "reply", "replied_on", "climbed"}, callRows},
	}
}

func letterRows(i *workflow.Issue) [][]any {
	out := make([][]any, len(i.Letters))
	for n := range i.Letters {
		l := &i.Letters[n]
		signed := workflow.Day("")
		if l.Signed() {
			signed = workflow.DayOf(l.SignedAt)
		}
		out[n] = append([]any{l.Number, string(l.Rung), int64(l.Org), int64(l.To), orNever(l.Limit), orNever(l.On), dayParam(signed), flag(i.Pending(n))}, lies(i)...)
	}
	return out
}

func callRows(i *workflow.Issue) [][]any {
	out := make([][]any, len(i.Calls))
	for n := range i.Calls {
		c := &i.Calls[n]
		out[n] = append([]any{int64(c.From), int64(c.To), string(c.Wants), orNever(c.On), orNever(c.Until), flag(c.Open()), string(c.Reply),
			dayParam(c.RepliedOn), len(c.Climbed)}, lies(i)...)
	}
	return out
}

// lies is where an issue lies in the tree, as columns.
func lies(i *workflow.Issue) []any {
	out := make([]any, workflow.MaxDepth)
	for n, org := range ancestors(i.Line) {
		out[n] = org
	}
	return out
}

// save keeps the table in step with the issues: a row that is new is added, one that changed is written again.
func (d *derivedTable) save(tx *gorm.DB, all []kept) error {
	columns := append(slices.Clone(d.columns), placeColumns...)
	update := "UPDATE " + d.name + " SET " + strings.Join(columns, " = ?, ") + " = ? WHERE issue_id = ? AND no = ?"
	var fresh [][]any
	for n := range all {
		issue := &all[n].change.Issue
		was, is := d.rows(&all[n].row.issue), d.rows(issue)
		for no, row := range is {
			switch {
			case no >= len(was):
				fresh = append(fresh, append([]any{int64(issue.ID), no + 1}, row...))
			case !slices.Equal(was[no], row):
				if _, err := exec(tx, update, append(row, int64(issue.ID), no+1)...); err != nil {
					return err
				}
			}
		}
	}
	return insertAll(tx, "INSERT INTO "+d.name+" (issue_id, no, "+strings.Join(columns, ", ")+") VALUES ", fresh)
}

// saveAround keeps what lists and counts beside the issues are read from: letters, calls, and who holds what.
func saveAround(tx *gorm.DB, all []kept) error {
	for _, d := range derivedTables() {
		if err := d.save(tx, all); err != nil {
			return err
		}
	}
	return saveIDs(tx, "issue_people", "person_id", all, (*workflow.Issue).InHand)
}

// The columns of what steps met and brought, after the issue.
const (
	metColumns     = "seq, org, post, duty, on_day, month, late"
	outcomeColumns = "seq, no, org, kind, persons, on_day"
	signColumns    = "seq, action, at, round, to_state"
)

// saveMet keeps which charges the steps met, which outcomes they brought, and those by which signs of paper rectification are found. All
// follow from history, and are never changed.
func saveMet(tx *gorm.DB, all []kept, lines []entry) error {
	var met, outcomes, signs [][]any
	for n := range all {
		m, o, s := metRows(&all[n].change, &lines[n].Line)
		met, outcomes, signs = append(met, m...), append(outcomes, o...), append(signs, s...)
	}
	if err := insertAll(tx, "INSERT INTO duties_done (issue_id, "+metColumns+") VALUES ", met); err != nil {
		return err
	}
	if err := insertAll(tx, "INSERT INTO sign_steps (issue_id, "+signColumns+") VALUES ", signs); err != nil {
		return err
	}
	return insertAll(tx, "INSERT INTO issue_outcomes (issue_id, "+outcomeColumns+") VALUES ", outcomes)
}

// metRows are the charge that a step met, the outcomes that it brought, and the step itself where signs are found by it, as rows; l is its
// line as it is kept.
func metRows(c *workflow.Change, l *workflow.Line) (met, outcomes, signs [][]any) {
	if workflow.Action(l.Action).Signs() {
		signs = append(signs, []any{l.Subject, l.Seq, l.Action, millis(l.At), l.Round, string(l.To)})
	}
	if m, ok := c.Met(); ok {
		met = append(met, []any{l.Subject, l.Seq, int64(m.Org), string(m.Post), string(m.Charge), string(m.On), month(m.On), flag(m.Late)})
	}
	before := c.Before.Results.Outcomes
	if c.Before.Round != c.Issue.Round {
		before = nil
	}
	for no := len(before); no < len(c.Issue.Results.Outcomes); no++ {
		o := &c.Issue.Results.Outcomes[no]
		outcomes = append(outcomes, []any{l.Subject, l.Seq, no, int64(c.Issue.Responsible), string(o.Kind), o.Count, string(workflow.DayOf(l.At))})
	}
	return met, outcomes, signs
}
