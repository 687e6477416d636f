package store

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

// OrgsBelow reads the organisations directly below one (0: the roots) in the order of their codes, at most limit with a code after the
// one given ("" for the first).
func (db *DB) OrgsBelow(ctx context.Context, parent workflow.OrgID, after string, limit int) ([]Org, error) {
	if parent == 0 {
		return db.orgs(ctx, "parent = ? AND code > ? ORDER BY code LIMIT ?", 0, after, limit)
	}
	top, err := db.Org(ctx, parent)
	if err != nil {
		return nil, err
	}
	c := below(top.Line)
	return db.orgs(ctx, c.sql+" AND parent = ? AND code > ? ORDER BY code LIMIT ?", append(c.args, int64(parent), after, limit)...)
}

// CountBelow counts the organisations directly below each of some; one with none is missing in the map.
func (db *DB) CountBelow(ctx context.Context, orgs []workflow.OrgID) (map[workflow.OrgID]int, error) {
	out := make(map[workflow.OrgID]int)
	err := db.read(ctx, func(tx *gorm.DB) error {
		return inBatches(orgs, func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var parent workflow.OrgID
				var n int
				err := scan(&parent, &n)
				out[parent] = n
				return err
			}, "SELECT parent, COUNT(*) FROM orgs WHERE parent IN ("+marks+") GROUP BY parent", args...)
		})
	})
	return out, err
}

// OrgsLike reads the organisations whose code is the text or whose name holds it, in the order of their codes.
func (db *DB) OrgsLike(ctx context.Context, text string, limit int) ([]Org, error) {
	like := part(text)
	return db.orgs(ctx, "code = ? OR name LIKE ? ESCAPE '!' OR short LIKE ? ESCAPE '!' ORDER BY code LIMIT ?", text, like, like, limit)
}

// PersonsLike reads the people whose account or name holds the text, as Persons.
func (db *DB) PersonsLike(ctx context.Context, text, after string, limit int) ([]Person, error) {
	like := part(text)
	return db.people(ctx, "account > ? AND (account LIKE ? ESCAPE '!' OR name LIKE ? ESCAPE '!') ORDER BY account LIMIT ?", after, like, like, limit)
}

// part is the pattern of whatever holds the text.
func part(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}

// AppointmentsIn reads who is, was and will be what in some organisations. For a day it reads those in force on it.
func (db *DB) AppointmentsIn(ctx context.Context, orgs []workflow.OrgID, day workflow.Day) ([]Appointed, error) {
	return db.appointedAmong(ctx, "a.org", numbers(orgs), day)
}

// AppointmentsHeld reads what some people are, as AppointmentsIn.
func (db *DB) AppointmentsHeld(ctx context.Context, people []workflow.PersonID, day workflow.Day) ([]Appointed, error) {
	return db.appointedAmong(ctx, "a.person", numbers(people), day)
}

func numbers[T ~int64](ids []T) []int64 {
	out := make([]int64, len(ids))
	for n, v := range ids {
		out[n] = int64(v)
	}
	return out
}

func (db *DB) appointedAmong(ctx context.Context, column string, ids []int64, day workflow.Day) (out []Appointed, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return inBatches(ids, func(marks string, args []any) error {
			where := column + " IN (" + marks + ")"
			if day != "" {
				where, args = where+" AND a.first_day <= ? AND a.last_day >= ?", append(args, string(day), string(day))
			}
			found, err := appointedWhere(tx, where+" ORDER BY a.id", args...)
			out = append(out, found...)
			return err
		})
	})
	return out, err
}
