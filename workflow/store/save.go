package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// kept is a change on its way into the tables.
type kept struct {
	change  workflow.Change
	row     issueRow // as it was loaded; empty for a new issue
	command []byte
	request [32]byte
}

// save keeps changes: the issues, their lines of history, what is owed to others, and the references to orgs and files. All doors
// end here. errAgain if somebody else changed one of the issues since it was loaded.
func save(tx *gorm.DB, all []kept) error {
	if err := checkPlaces(tx, all); err != nil {
		return err
	}
	lines := make([]entry, len(all))
	var fresh [][]any
	for n := range all {
		k := &all[n]
		line, err := k.seal()
		if err != nil {
			return err
		}
		lines[n] = line
		columns, err := derived(&k.change.Issue)
		if err != nil {
			return err
		}
		if k.row.seq == 0 {
			fresh = append(fresh, k.newRow(&line.Line, columns))
			continue
		}
		if err := k.update(tx, &line.Line, columns); err != nil {
			return err
		}
	}
	if err := insertAll(tx, issueInsert, fresh); err != nil {
		return err
	}
	if err := writeLines(tx, lines); err != nil {
		return err
	}
	if err := saveChecks(tx, all); err != nil {
		return err
	}
	if err := saveMet(tx, all, lines); err != nil {
		return err
	}
	return saveRefs(tx, all)
}

// seal makes the line of history complete: what changed, its place in the chain, the key of the command.
func (k *kept) seal() (entry, error) {
	c := &k.change
	if c.Issue.ID == 0 || c.Before.ID != k.row.issue.ID || (k.row.seq > 0 && c.Issue.ID != c.Before.ID) {
		return entry{}, errors.New("the change is about another issue than the one that was loaded")
	}
	e := entry{Line: c.Line, command: k.command, tell: tellWords(c.Tell)}
	if k.row.rev == 0 || countedOf(&k.row.issue) != countedOf(&c.Issue) {
		e.rev = k.row.rev + 1
	}
	if k.command != nil {
		e.request = k.request[:]
	}
	var err error
	e.Kind, e.Subject = workflow.KindIssue, int64(c.Issue.ID)
	if e.Data, err = workflow.Diff(&c.Before, &c.Issue); err != nil {
		return entry{}, fmt.Errorf("issue %s: %w", c.Issue.Number, err)
	}
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.Seal(k.row.seq+1, k.row.head)
	return e, nil
}

func tellWords(tell []workflow.Relation) string {
	words := make([]string, len(tell))
	for n, r := range tell {
		words[n] = r.String()
	}
	return strings.Join(words, " ")
}

// newRow is the row of a new issue, in the order of issueInsert.
func (k *kept) newRow(l *workflow.Line, columns []any) []any {
	i := &k.change.Issue
	text := TextKey(i.Detail, i.Responsible)
	return append([]any{int64(i.ID), i.Number, 1, l.Seq, l.Digest[:], millis(l.At), millis(l.At), text[:]}, columns...)
}

func (k *kept) update(tx *gorm.DB, l *workflow.Line, columns []any) error {
	args := make([]any, 0, len(columns)+5)
	args = append(args, l.Seq, l.Digest[:], millis(l.At))
	args = append(args, columns...)
	return changeOne(tx, issueUpdate, append(args, int64(k.change.Issue.ID), k.row.rev)...)
}

// saveRefs keeps issue_orgs, issue_waits, likenesses, file_refs and what is around the issues in step with the issues.
func saveRefs(tx *gorm.DB, all []kept) error {
	if err := saveLikenesses(tx, all); err != nil {
		return err
	}
	if err := saveIDs(tx, "issue_orgs", "org_id", all, (*workflow.Issue).Outsiders); err != nil {
		return err
	}
	if err := saveIDs(tx, "issue_waits", "org_id", all, (*workflow.Issue).Awaited); err != nil {
		return err
	}
	if err := saveAround(tx, all); err != nil {
		return err
	}
	var files [][]any
	for n := range all {
		before, after := &all[n].row.issue, &all[n].change.Issue
		fresh, err := freshFiles(tx, before, after)
		if err != nil {
			return err
		}
		for _, hash := range fresh {
			files = append(files, []any{hash, int64(after.ID)})
		}
	}
	return insertAll(tx, "INSERT INTO file_refs (hash, issue_id) VALUES ", files)
}

// saveIDs keeps a table of this package, of orgs or persons with their issues, in step with the issues.
func saveIDs[T ~int64](tx *gorm.DB, table, column string, all []kept, of func(*workflow.Issue) []T) error {
	var fresh [][]any
	for n := range all {
		issue := &all[n].change.Issue
		was, is := of(&all[n].row.issue), of(issue)
		for _, id := range without(was, is) {
			if err := tx.Exec("DELETE FROM "+table+" WHERE "+column+" = ? AND issue_id = ?", int64(id), int64(issue.ID)).Error; err != nil {
				return err
			}
		}
		for _, id := range without(is, was) {
			fresh = append(fresh, []any{int64(id), int64(issue.ID)})
		}
	}
	return insertAll(tx, "INSERT INTO "+table+" ("+column+", issue_id) VALUES ", fresh)
}

// without is what is in a and not in b.
func without[T comparable](a, b []T) []T {
	var out []T
	for _, v := range a {
		if !slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}

// filesOf are the hashes of the files that the issue refers to, each once.
func filesOf(i *workflow.Issue) []string {
	var out []string
	for n := range i.Evidence {
		if h := i.Evidence[n].Hash; h != "" && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	if h := i.Document.File; h != "" && !slices.Contains(out, h) {
		out = append(out, h)
	}
	return out
}

// freshFiles are the files that the issue refers to for the first time. A reference is never taken back: history still has it.
func freshFiles(tx *gorm.DB, before, after *workflow.Issue) ([]string, error) {
	fresh := without(filesOf(after), filesOf(before))
	if len(fresh) == 0 || before.ID == 0 {
		return fresh, nil
	}
	var known []string
	err := inBatches(fresh, func(marks string, args []any) error {
		return each(tx, func(scan func(...any) error) error {
			var hash string
			err := scan(&hash)
			known = append(known, hash)
			return err
		}, "SELECT hash FROM file_refs WHERE hash IN ("+marks+") AND issue_id = ?", append(args, int64(after.ID))...)
	})
	return without(fresh, known), err
}
