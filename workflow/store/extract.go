package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Extraction says what of a database is copied into another: some issues with all that belongs to them, one inspector with a mandate, and
// the organisations and people that occur.
type Extraction struct {
	Issues  []workflow.IssueID
	Orgs    []workflow.OrgID
	People  []workflow.PersonID // by name alone: no account, no telephone number
	Person  workflow.PersonID   // the inspector
	Mandate workflow.MandateID
}

// extracted is a table of this package of which rows are copied: those with one of the ids in the column.
type extracted struct {
	table, column, more string
	ids                 []int64
}

func (x *Extraction) tables() []extracted {
	issues, mandate := numbers(x.Issues), []int64{int64(x.Mandate)}
	out := []extracted{
		{table: "history", column: "subject", more: "kind = 'issue' AND ", ids: issues},
		{table: "history", column: "subject", more: "kind = 'org' AND data LIKE '%\"line_before\"%' AND ", ids: numbers(x.Orgs)},
		{table: "orgs", column: "id", ids: numbers(x.Orgs)},
		{table: "people", column: "id", ids: numbers(append(x.People, x.Person))},
		{table: "mandates", column: "id", ids: mandate},
		{table: "mandate_inspectors", column: "mandate", more: "person = " + strconv.FormatInt(int64(x.Person), 10) + " AND ", ids: mandate},
		{table: "issues", column: "id", ids: issues},
	}
	for _, name := range []string{"issue_orgs", "issue_waits", "issue_people", "issue_letters", "issue_calls", "file_refs", "likenesses", "sign_steps", "duties_done", "issue_outcomes"} {
		out = append(out, extracted{table: name, column: "issue_id", ids: issues})
	}
	return out
}

// Extract copies a part of the database, as it is at one moment, into an empty one, which is SQLite, and counts there. Credentials, sessions,
// settings, messages and the histories of accounts stay behind; of the histories of organisations there is where they were moved, because
// issues were placed by it.
func (db *DB) Extract(ctx context.Context, to *DB, x Extraction) error {
	err := db.snapshot(ctx, func(tx *gorm.DB) error { return copying{ctx, tx, to}.all(&x) })
	if err != nil {
		return err
	}
	if err := to.hideAccounts(ctx, x.Person); err != nil {
		return err
	}
	_, err = to.Recount(ctx, true)
	return err
}

// copying copies rows of a database, at one moment, into another.
type copying struct {
	ctx  context.Context //nolint:containedctx // it lives as long as the call
	from *gorm.DB
	to   *DB
}

// all copies what belongs to an extraction. It may run several times.
func (c copying) all(x *Extraction) error {
	for _, t := range x.tables() {
		if err := c.empty(t.table); err != nil {
			return err
		}
	}
	for _, t := range x.tables() {
		if err := c.rows(t); err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
	}
	for _, table := range []string{"definitions", "appointments", "checklists"} {
		if err := c.empty(table); err != nil {
			return err
		}
	}
	if err := c.where("definitions", "1 = 1", nil); err != nil {
		return err
	}
	appointments := "id IN (SELECT appointment FROM mandate_inspectors WHERE mandate = ? AND person = ?)"
	if err := c.where("appointments", appointments, []any{int64(x.Mandate), int64(x.Person)}); err != nil {
		return err
	}
	return c.checklists(x)
}

// checklists copies those that the issues are from, each once.
func (c copying) checklists(x *Extraction) error {
	lists, seen := "id IN (SELECT checklist FROM issues WHERE id IN (", map[string]bool{}
	return inBatches(numbers(x.Issues), func(marks string, args []any) error {
		rows, err := c.read("checklists", lists+marks+"))", args)
		fresh := rows.values[:0]
		for _, r := range rows.values {
			if id := fmt.Sprint(r[0]); !seen[id] {
				seen[id], fresh = true, append(fresh, r)
			}
		}
		rows.values = fresh
		if err != nil {
			return err
		}
		return c.insert("checklists", rows)
	})
}

// empty takes away what an attempt before this one copied.
func (c copying) empty(table string) error {
	return c.to.write(c.ctx, func(tx *gorm.DB) error { return tx.Exec("DELETE FROM " + table).Error })
}

// hideAccounts leaves of everybody but one the name alone.
func (db *DB) hideAccounts(ctx context.Context, but workflow.PersonID) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE people SET account = 'p' || id, mobile = '', active = 0 WHERE id <> ?", int64(but)).Error
	})
}

// tableRows are rows of a table in the order of its columns.
type tableRows struct {
	columns []string
	values  [][]any
}

func (c copying) rows(t extracted) error {
	return inBatches(distinct(t.ids), func(marks string, args []any) error {
		return c.where(t.table, t.more+t.column+" IN ("+marks+")", args)
	})
}

func distinct(ids []int64) []int64 {
	seen, out := make(map[int64]bool, len(ids)), ids[:0:0]
	for _, id := range ids {
		if !seen[id] {
			seen[id], out = true, append(out, id)
		}
	}
	return out
}

func (c copying) where(table, where string, args []any) error {
	rows, err := c.read(table, where, args)
	if err != nil {
		return err
	}
	return c.insert(table, rows)
}

func (c copying) insert(table string, rows tableRows) error {
	if len(rows.values) == 0 {
		return nil
	}
	return c.to.write(c.ctx, func(tx *gorm.DB) error {
		return insertAll(tx, "INSERT INTO "+table+" ("+strings.Join(rows.columns, ", ")+") VALUES ", rows.values)
	})
}

// read reads rows as the other database, which is SQLite, wants them: drivers do not agree on what a text or a day is.
func (c copying) read(table, where string, args []any) (out tableRows, err error) {
	var types []string
	err = c.to.read(c.ctx, func(tx *gorm.DB) error {
		out.columns, types = nil, nil
		return each(tx, func(scan func(...any) error) error {
			var name, kind string
			err := scan(&name, &kind)
			out.columns, types = append(out.columns, name), append(types, kind)
			return err
		}, "SELECT name, type FROM pragma_table_info(?)", table)
	})
	if err != nil {
		return out, err
	}
	err = each(c.from, func(scan func(...any) error) error {
		row, into := make([]any, len(types)), make([]any, len(types))
		for n := range row {
			into[n] = &row[n]
		}
		if err := scan(into...); err != nil {
			return err
		}
		for n := range row {
			if row[n], err = asType(row[n], types[n]); err != nil {
				return err
			}
		}
		out.values = append(out.values, row)
		return nil
	}, "SELECT "+strings.Join(out.columns, ", ")+" FROM "+table+" WHERE "+where, args...)
	return out, err
}

// asType makes a value fit a column of the type.
func asType(v any, kind string) (any, error) {
	switch x := v.(type) {
	case time.Time:
		return x.Format(time.DateOnly), nil
	case []byte:
		switch kind {
		case "TEXT":
			return string(x), nil
		case "INTEGER":
			return strconv.ParseInt(string(x), 10, 64)
		}
	case string:
		if kind == "BLOB" {
			return []byte(x), nil
		}
	}
	return v, nil
}
