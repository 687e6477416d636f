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
	for _, org := range outsiders(&i) {
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
