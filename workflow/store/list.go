package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

const (
	maxPage     = 500
	exportAtOne = 200 // issues read at once for an export
)

const rowColumns = `i.id, i.number, i.round, i.version, i.own_number, i.checklist, i.source, i.kind, i.grade, i.state, i.due, i.warn, i.found_on,
i.since, i.reported, i.prompted, i.supervised, i.title, i.finder, i.responsible, i.person, i.amount, i.recovered, i.updated_at`

// Issues reads a page of a list, the earliest due day first and those without one last. After is the Next of the page before, ""
// for the first. Each issue is there once, however many parts of the scope it is in.
//
// Errors: ErrInvalid with the code bad_cursor.
func (db *DB) Issues(ctx context.Context, s Scope, f Filter, after string, limit int) (Page, error) {
	at, err := parseCursor(after)
	if err != nil {
		return Page{}, err
	}
	limit = max(1, min(limit, maxPage))
	if f.On != "" {
		return db.issuesOn(ctx, s, f, at, limit)
	}
	var page Page
	err = db.read(ctx, func(tx *gorm.DB) error {
		page, err = readPage(tx, s, f, at, limit)
		return err
	})
	return page, err
}

// readPage reads a page of a list behind a place.
func readPage(tx *gorm.DB, s Scope, f Filter, at cursor, limit int) (page Page, err error) {
	query, args := pageQuery(s, f, at, limit+1)
	if query == "" {
		return page, nil
	}
	page.Rows = make([]Row, 0, limit)
	err = each(tx, func(scan func(...any) error) error {
		if len(page.Rows) == limit {
			page.Next = cursorOf(&page.Rows[limit-1])
			return nil
		}
		row, err := scanRow(scan)
		page.Rows = append(page.Rows, row)
		return err
	}, query, args...)
	return page, err
}

func scanRow(scan func(...any) error) (r Row, err error) {
	var due, warn, found, since dayColumn
	var updated int64
	err = scan(&r.ID, &r.Number, &r.Round, &r.Version, &r.OwnNumber, &r.Checklist, &r.Source, &r.Kind, &r.Grade, &r.State, &due, &warn, &found,
		&since, &r.Reported, &r.Prompted, &r.Supervised, &r.Title, &r.Finder, &r.Responsible, &r.Person, &r.Amount, &r.Recovered, &updated)
	r.Due, r.Warn, r.FoundOn, r.Since, r.UpdatedAt = due.day, warn.day, found.day, since.day, moment(updated)
	return r, err
}

// pageQuery finds the page in one statement: for every subtree and state one search by an index that ends after limit rows, for
// the small parts of the scope one search each, their union, and only then the rows. "" if nothing can be in the list.
func pageQuery(s Scope, f Filter, at cursor, limit int) (query string, args []any) {
	spans, rest := f.spans(), f.rest()
	if len(spans) == 0 {
		return "", nil
	}
	next := condition{"(due > ? OR id > ?)", []any{at.due, at.id}}
	var parts []string
	add := func(c condition) {
		parts = append(parts, "SELECT id, due FROM issues WHERE "+c.sql+" ORDER BY due, id LIMIT ?")
		args = append(append(args, c.args...), limit)
	}
	branches := s.branches(f.Under)
	if f.few() && len(branches) > 0 { // what is few is walked through once, whichever part of the scope it is in
		all := s.holds(f.Under)
		if all.sql != "" {
			all.sql = "+(" + all.sql + ")"
		}
		branches = []branch{{condition: all}}
	}
	for _, b := range branches {
		if !b.tree {
			// The plus keeps a database that does not know how few these are from walking through a whole state in the order of days.
			days := within(spans)
			days.sql = strings.ReplaceAll(days.sql, "state IN", "+state IN")
			add(and(b.condition, days, condition{"due >= ?", []any{at.due}}, next, rest))
			continue
		}
		for _, p := range spans {
			days := condition{"state = ? AND due >= ? AND due <= ?", []any{string(p.state), max(p.from, at.due), p.to}}
			add(and(b.condition, days, next, rest))
		}
	}
	if len(parts) == 0 {
		return "", nil
	}
	found := parts[0]
	if len(parts) > 1 {
		for n, part := range parts {
			parts[n] = "SELECT id, due FROM (" + part + ") AS q" + strconv.Itoa(n)
		}
		found = "SELECT id, due FROM (" + strings.Join(parts, " UNION ") + ") AS u ORDER BY due, id LIMIT ?"
		args = append(args, limit)
	}
	return "SELECT " + rowColumns + " FROM (" + found + ") AS p JOIN issues i ON i.id = p.id ORDER BY p.due, p.id", args
}

// cursor is the end of a page: the due day and id of its last row.
type cursor struct {
	due string
	id  int64
}

// Cursor is what Issues takes as after to go on behind the row.
func (r *Row) Cursor() string { return cursorOf(r) }

func cursorOf(r *Row) string {
	due := string(r.Due)
	if due == "" {
		due = noDue
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %d", due, int64(r.ID)))
}

func parseCursor(text string) (cursor, error) {
	if text == "" {
		return cursor{due: firstDay}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	due, digits, _ := strings.Cut(string(raw), " ")
	id, bad := strconv.ParseInt(digits, 10, 64)
	if _, wrong := time.Parse(time.DateOnly, due); err != nil || bad != nil || wrong != nil || id <= 0 || due < firstDay {
		return cursor{}, workflow.Invalid("bad_cursor", "after", workflow.Say("翻页标记无效，请从第一页重新开始", "this is not the end of a page; start again from the first page"))
	}
	return cursor{due, id}, nil
}

// where is scope and filter as one condition.
func where(s Scope, f Filter) condition { return and(s.holds(f.Under), within(f.spans()), f.rest()) }

// EachIssue calls fn with every issue of a list, in the order of their numbers. It reads a few hundred at a time, so what changes
// meanwhile may be there as it was or as it is. An error of fn ends it and comes back.
func (db *DB) EachIssue(ctx context.Context, s Scope, f Filter, fn func(workflow.Issue) error) error {
	for last := ""; ; {
		batch, err := db.someIssues(ctx, s, f, last)
		if err != nil {
			return err
		}
		for n := range batch {
			last = batch[n].Number
			if err := fn(batch[n]); err != nil {
				return err
			}
		}
		if len(batch) < exportAtOne {
			return nil
		}
	}
}

// someIssues reads the issues of a list that come after a number.
func (db *DB) someIssues(ctx context.Context, s Scope, f Filter, last string) (batch []workflow.Issue, err error) {
	if f.On != "" {
		return db.issuesAfterOn(ctx, s, f, last)
	}
	err = db.read(ctx, func(tx *gorm.DB) error {
		batch, err = issuesAfter(tx, where(s, f), last)
		return err
	})
	return batch, err
}

func issuesAfter(tx *gorm.DB, c condition, last string) (batch []workflow.Issue, err error) {
	err = each(tx, func(scan func(...any) error) error {
		i, err := scanIssue(scan)
		batch = append(batch, i)
		return err
	}, "SELECT doc FROM issues WHERE "+c.sql+" AND number > ? ORDER BY number LIMIT ?", append(slices.Clip(c.args), last, exportAtOne)...)
	return batch, err
}

// Issue reads one issue, whoever may see it. ErrNotFound with the code no_such_issue.
func (db *DB) Issue(ctx context.Context, id workflow.IssueID) (i workflow.Issue, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		i, err = issueWhere(tx, "id = ?", int64(id))
		return err
	})
	return i, err
}

// IssuesByID reads issues, whoever may see them; one that is not there is left out.
func (db *DB) IssuesByID(ctx context.Context, ids []workflow.IssueID) (out map[workflow.IssueID]workflow.Issue, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make(map[workflow.IssueID]workflow.Issue, len(ids))
		return inBatches(ids, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				i, err := scanIssue(scan)
				out[i.ID] = i
				return err
			}, "SELECT doc FROM issues WHERE id IN ("+marks+")", args...)
		})
	})
	return out, err
}

// OpenIssues reads issues that have not ended, and those closed since a day, in the order of their ids, at most limit with an id after the
// one given (0 for the first).
func (db *DB) OpenIssues(ctx context.Context, closedSince workflow.Day, after workflow.IssueID, limit int) (out []workflow.Issue, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make([]workflow.Issue, 0, limit)
		return each(tx, func(scan func(...any) error) error {
			i, err := scanIssue(scan)
			out = append(out, i)
			return err
		}, "SELECT doc FROM issues WHERE id > ? AND phase <> ? AND (state <> ? OR since >= ?) ORDER BY id LIMIT ?", int64(after), string(workflow.PhaseEnd),
			string(workflow.Closed), string(closedSince), limit)
	})
	return out, err
}

// IssueByNumber reads an issue by its number, with or without the round at its end (-R2); a round that it has not had yet is not
// found. Errors as Issue.
func (db *DB) IssueByNumber(ctx context.Context, number string) (i workflow.Issue, err error) {
	round := 1
	if at := strings.LastIndex(number, "-R"); at > 0 {
		if n, err := strconv.Atoi(number[at+2:]); err == nil && n > 1 {
			number, round = number[:at], n
		}
	}
	err = db.read(ctx, func(tx *gorm.DB) error {
		i, err = issueWhere(tx, "number = ?", number)
		return err
	})
	if err == nil && i.Round < round {
		return workflow.Issue{}, noIssue()
	}
	return i, err
}

// InScope says whether the issue is in the scope, by the same condition that lists have.
func (db *DB) InScope(ctx context.Context, s Scope, id workflow.IssueID) (in bool, err error) {
	c := and(condition{"id = ?", []any{int64(id)}}, s.holds(workflow.Lineage{}))
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error { return scan(&in) }, "SELECT COUNT(*) > 0 FROM issues WHERE "+c.sql, c.args...)
	})
	return in, err
}

// issueWhere reads one issue by a condition of this package.
func issueWhere(tx *gorm.DB, where string, arg any) (i workflow.Issue, err error) {
	found := false
	err = each(tx, func(scan func(...any) error) error {
		found = true
		i, err = scanIssue(scan)
		return err
	}, "SELECT doc FROM issues WHERE "+where, arg)
	if err == nil && !found {
		err = noIssue()
	}
	return i, err
}

func scanIssue(scan func(...any) error) (workflow.Issue, error) {
	var doc []byte
	if err := scan(&doc); err != nil {
		return workflow.Issue{}, err
	}
	return decodeIssue(doc)
}
