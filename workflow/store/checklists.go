package store

import (
	"context"
	"math"
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

const checklistColumns = "c.id, c.title, c.source, c.unit, c.found_on, c.by_person, c.at, c.digest"

// PutChecklist writes a checklist with its line of history and returns it. One of the same unit, source and title is there already
// when the list is imported again: then that one is returned, as it is, and nothing is written.
func (db *DB) PutChecklist(ctx context.Context, c Checklist, line workflow.Line) (out Checklist, err error) {
	line.Kind, line.Subject = KindChecklist, int64(c.ID)
	err = db.write(ctx, func(tx *gorm.DB) error {
		known, err := checklistsWhere(tx, knownChecklist, int64(c.Unit), string(c.Source), c.Title)
		if err != nil {
			return err
		}
		if len(known) > 0 {
			out = known[0]
			return nil
		}
		out = c
		row := []any{int64(c.ID), c.Title, string(c.Source), int64(c.Unit), dayParam(c.FoundOn), int64(c.By), millis(c.At), c.Digest[:]}
		into := "INSERT INTO checklists (" + strings.ReplaceAll(checklistColumns, "c.", "") + ") VALUES "
		if err := insertAll(tx, into, [][]any{row}); err != nil {
			return raceLost(err, "checklists_known")
		}
		return appendLines(tx, []workflow.Line{line})
	})
	return out, err
}

const knownChecklist = "c.unit = ? AND c.source = ? AND c.title = ?"

// Checklist reads a checklist. ErrNotFound with the code no_such_checklist.
func (db *DB) Checklist(ctx context.Context, id workflow.ChecklistID) (Checklist, error) {
	return db.oneChecklist(ctx, "c.id = ?", int64(id))
}

// ChecklistNamed reads the checklist of a unit by its title and source. Errors as Checklist.
func (db *DB) ChecklistNamed(ctx context.Context, unit workflow.OrgID, title string, source workflow.Source) (Checklist, error) {
	return db.oneChecklist(ctx, knownChecklist, int64(unit), string(source), title)
}

func (db *DB) oneChecklist(ctx context.Context, where string, args ...any) (Checklist, error) {
	all, err := db.checklists(ctx, where, args...)
	if err == nil && len(all) == 0 {
		err = workflow.NotFound("no_such_checklist", workflow.Say("没有这份问题清单", "there is no such checklist"))
	}
	if err != nil {
		return Checklist{}, err
	}
	return all[0], nil
}

// Checklists reads the checklists of the units in a scope (or named in its Orgs), the newest first, at most limit with an id before
// the one given (0 for the first).
func (db *DB) Checklists(ctx context.Context, s Scope, before workflow.ChecklistID, limit int) ([]Checklist, error) {
	var parts []condition
	for _, l := range s.trees(workflow.Lineage{}) {
		c := below(l)
		parts = append(parts, condition{"o." + c.sql, c.args})
	}
	for n := range s.Mandated {
		parts = append(parts, s.Mandated[n].place("o."))
	}
	if len(s.Orgs) > 0 {
		parts = append(parts, among("c.unit", s.Orgs, idParam))
	}
	scope := or(parts...)
	if s.All {
		scope = condition{}
	}
	if before == 0 {
		before = math.MaxInt64
	}
	c := and(scope, condition{"c.id < ?", []any{int64(before)}})
	return db.checklists(ctx, c.sql+" ORDER BY c.id DESC LIMIT ?", append(c.args, limit)...)
}

func (db *DB) checklists(ctx context.Context, where string, args ...any) (all []Checklist, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		all, err = checklistsWhere(tx, where, args...)
		return err
	})
	return all, err
}

func checklistsWhere(tx *gorm.DB, where string, args ...any) (all []Checklist, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var c Checklist
		var found dayColumn
		var at int64
		err := scan(&c.ID, &c.Title, &c.Source, &c.Unit, &found, &c.By, &at, (*digestColumn)(&c.Digest))
		c.FoundOn, c.At = found.day, moment(at)
		all = append(all, c)
		return err
	}, "SELECT "+checklistColumns+" FROM checklists c LEFT JOIN orgs o ON o.id = c.unit WHERE "+where, args...)
	return all, err
}

// KnownRows finds the issues that the unit has found already with one of the numbers or texts of keys. A number of the source's own
// says something only within its checklist, so the caller compares KnownRow.Checklist.
func (db *DB) KnownRows(ctx context.Context, unit workflow.OrgID, keys []RowKey) ([]KnownRow, error) {
	var numbers, texts []any
	for _, k := range keys {
		if k.OwnNumber != "" {
			numbers = append(numbers, k.OwnNumber)
		}
		if k.Text != ([32]byte{}) {
			texts = append(texts, k.Text[:])
		}
	}
	found := make(map[workflow.IssueID]KnownRow)
	err := db.read(ctx, func(tx *gorm.DB) error {
		look := func(column string, values []any) error {
			return inBatches(values, func(marks string, args []any) error {
				return each(tx, func(scan func(...any) error) error {
					var r KnownRow
					err := scan(&r.Issue, &r.Number, &r.Checklist, &r.OwnNumber, (*digestColumn)(&r.Text))
					found[r.Issue] = r
					return err
				}, "SELECT id, number, checklist, own_number, text_key FROM issues WHERE finder = ? AND "+column+" IN ("+marks+")",
					append([]any{int64(unit)}, args...)...)
			})
		}
		if err := look("own_number", numbers); err != nil {
			return err
		}
		return look("text_key", texts)
	})
	out := make([]KnownRow, 0, len(found))
	for _, r := range found {
		out = append(out, r)
	}
	return out, err
}
