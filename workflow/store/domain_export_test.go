package store

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Raw is the row of an issue beside what it ought to be.
type Raw struct {
	Seq                 int
	Head                []byte
	Want, Got           map[string]string
	WantOrgs, GotOrgs   []int64
	WantFiles, GotFiles []string
	Owed                int
}

// RawIssue reads the row of an issue and what belongs to it.
func RawIssue(t testing.TB, db *DB, id workflow.IssueID) Raw {
	t.Helper()
	r := Raw{Want: map[string]string{}, Got: map[string]string{}}
	i, err := db.Issue(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.FieldsFunc(derivedColumns, func(c rune) bool { return c == ',' || c == ' ' || c == '\n' })
	want, err := derived(&i)
	if err != nil || len(want) != len(names) || derivedSet != strings.Join(strings.Split(derivedSet, "\n"), "\n") {
		t.Fatal(err, len(want), len(names))
	}
	for n, name := range names {
		r.Want[name] = fmt.Sprint(want[n])
		if want[n] == nil {
			r.Want[name] = ""
		}
	}
	r.Want["number"] = i.Number
	for _, org := range i.Outsiders() {
		r.WantOrgs = append(r.WantOrgs, int64(org))
	}
	r.WantFiles = filesOf(&i)
	names = append(names, "number")
	err = db.read(t.Context(), func(tx *gorm.DB) error {
		err := each(tx, func(scan func(...any) error) error {
			into := []any{&r.Seq, &r.Head}
			texts := make([]any, len(names))
			for n := range names {
				into = append(into, &texts[n])
			}
			err := scan(into...)
			for n, name := range names {
				switch v := texts[n].(type) {
				case nil:
					r.Got[name] = ""
				case []byte:
					r.Got[name] = string(v)
				case int64:
					r.Got[name] = fmt.Sprint(v)
				case string:
					r.Got[name] = v
				default:
					var d dayColumn
					if err := d.Scan(v); err != nil {
						return err
					}
					if r.Got[name] = string(d.day); d.day == "" {
						r.Got[name] = noDue
					}
				}
			}
			return err
		}, "SELECT seq, head, "+strings.Join(names, ", ")+" FROM issues WHERE id = ?", int64(id))
		if err != nil {
			return err
		}
		if err := tx.Raw("SELECT org_id FROM issue_orgs WHERE issue_id = ?", int64(id)).Scan(&r.GotOrgs).Error; err != nil {
			return err
		}
		if err := tx.Raw("SELECT hash FROM file_refs WHERE issue_id = ?", int64(id)).Scan(&r.GotFiles).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT COUNT(*) FROM outbox WHERE kind = 'issue' AND subject = ?", int64(id)).Scan(&r.Owed).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// StepSQL are the statements of a step, and StepArgs what they are given for the nth step on an issue.
func StepSQL() [4]string {
	return [4]string{issueLoad, issueUpdate, lineInsert + "(" + marks(25) + ")", outboxInsert + "(" + marks(6) + "), (" + marks(6) + ")"}
}

// StepArgs are the arguments of StepSQL for a change of an issue that was loaded with rev and seq.
func StepArgs(c workflow.Change, rev, seq int, head [32]byte, command string) (args [4][]any, err error) {
	k := kept{change: c, row: issueRow{issue: c.Before, rev: rev, seq: seq, head: head}, command: Key{Command: command}.digest(0)}
	l, err := k.seal()
	if err != nil {
		return args, err
	}
	columns, err := derived(&c.Issue)
	if err != nil {
		return args, err
	}
	args[0] = []any{k.command, int64(c.Issue.ID)}
	args[1] = append(append([]any{l.Seq, l.Digest[:], millis(l.At)}, columns...), int64(c.Issue.ID), rev)
	args[2] = []any{
		l.Kind, l.Subject, l.Seq, millis(l.At), l.Action, int64(l.Person), l.Name, int64(l.For), string(l.Post), int64(l.Org), l.OrgName,
		l.Relation, l.Rule, l.OSUser, l.Round, l.Version, string(l.From), string(l.To), l.Note, l.Definition, string(l.Data), l.Prev[:],
		l.Digest[:], l.command, l.request,
	}
	args[3] = append([]any{l.Kind, l.Subject, l.Seq, l.Action, l.tell, millis(l.At)}, owedToSeal(l.Kind, l.Subject, l.Seq)...)
	return args, nil
}

// ListSQL is the statement of the first page of a list.
func ListSQL(s Scope, f Filter, limit int) (string, []any) {
	return pageQuery(s, f, cursor{due: firstDay}, limit)
}

// Asked is the one number that a query gives.
func Asked(t testing.TB, db *DB, query string) (n int) {
	t.Helper()
	if err := db.reads.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
