package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// OwedKey is what makes a reminder the same one: with the same key a person is told once.
type OwedKey struct {
	Issue  int64 // the id of an issue, or of the org of a prompt
	Round  int
	What   string // at most 32 characters
	Date   workflow.Day
	Rung   string // at most 32 characters
	Person workflow.PersonID
}

// Owed is a reminder that somebody is owed.
type Owed struct {
	OwedKey
	On workflow.Day // when it was found to be owed
}

const owedColumns = "issue, round, what, date, rung, person, owed"

func scanOwed(scan func(...any) error) (o Owed, err error) {
	var date, on dayColumn
	err = scan(&o.Issue, &o.Round, &o.What, &date, &o.Rung, &o.Person, &on)
	o.Date, o.On = date.day, on.day
	return o, err
}

// PutOwed keeps the reminders that are not there yet and returns them. Each of them needs a date.
func (db *DB) PutOwed(ctx context.Context, all []Owed) (fresh []Owed, err error) {
	err = db.write(ctx, func(tx *gorm.DB) error {
		known, err := knownOwed(tx, all)
		if err != nil {
			return err
		}
		fresh = fresh[:0]
		var rows [][]any
		for _, o := range all {
			if known[o.OwedKey] {
				continue
			}
			known[o.OwedKey] = true
			fresh = append(fresh, o)
			rows = append(rows, []any{o.Issue, o.Round, o.What, string(o.Date), o.Rung, int64(o.Person), string(o.On), noDue})
		}
		return raceLost(insertAll(tx, "INSERT INTO reminders ("+owedColumns+", told) VALUES ", rows), "PRIMARY")
	})
	if err != nil {
		return nil, err
	}
	return fresh, nil
}

// KnownOwed says which of the reminders are there already.
func (db *DB) KnownOwed(ctx context.Context, all []Owed) (known map[OwedKey]bool, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		known, err = knownOwed(tx, all)
		return err
	})
	return known, err
}

func knownOwed(tx *gorm.DB, all []Owed) (map[OwedKey]bool, error) {
	ids := make([]int64, len(all))
	for n := range all {
		ids[n] = all[n].Issue
	}
	known := make(map[OwedKey]bool)
	err := inBatches(once(ids), func(marks string, args []any) error {
		return each(tx, func(scan func(...any) error) error {
			o, err := scanOwed(scan)
			known[o.OwedKey] = true
			return err
		}, "SELECT "+owedColumns+" FROM reminders WHERE issue IN ("+marks+")", args...)
	})
	return known, err
}

// Untold lists people who are owed something that no digest has told them, in the order of their ids behind one (0 for the first), with
// all of it.
func (db *DB) Untold(ctx context.Context, after workflow.PersonID, limit int) (people []workflow.PersonID, owed map[workflow.PersonID][]Owed, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		people, owed = nil, make(map[workflow.PersonID][]Owed)
		err := each(tx, func(scan func(...any) error) error {
			var person workflow.PersonID
			err := scan(&person)
			people = append(people, person)
			return err
		}, "SELECT DISTINCT person FROM reminders WHERE told = ? AND person > ? ORDER BY person LIMIT ?", noDue, int64(after), limit)
		if err != nil {
			return err
		}
		return inBatches(numbers(people), func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				o, err := scanOwed(scan)
				owed[o.Person] = append(owed[o.Person], o)
				return err
			}, "SELECT "+owedColumns+" FROM reminders WHERE told = ? AND person IN ("+marks+") ORDER BY person, issue, round, what, date, rung", append([]any{noDue}, args...)...)
		})
	})
	return people, owed, err
}

// CountUntold counts the people of Untold.
func (db *DB) CountUntold(ctx context.Context) (n int, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error { return scan(&n) }, "SELECT COUNT(DISTINCT person) FROM reminders WHERE told = ?", noDue)
	})
	return n, err
}

// Digest is what one person is told on one day.
type Digest struct {
	Person   workflow.PersonID
	Day      workflow.Day
	Owed     int // how many reminders it was made of: all that the person was owed
	Lines    int
	At       time.Time
	Messages []Message // none where there is nothing to say after all
}

// ErrOwedMore says that the person is owed other reminders by now than those of which the digest was made.
var ErrOwedMore = errors.New("another reminder came in between")

// PutDigest keeps a digest with its messages and marks what the person was owed as told, all or nothing. There is one a person a day:
// fresh is false when there is one already, and nothing is written. One without messages is none: it only marks.
//
// Errors: ErrOwedMore when it is to be made again.
func (db *DB) PutDigest(ctx context.Context, d Digest) (fresh bool, err error) {
	err = db.write(ctx, func(tx *gorm.DB) error {
		known := false
		fresh = false
		err := each(tx, func(scan func(...any) error) error { return scan(&known) }, "SELECT COUNT(*) > 0 FROM digests WHERE person = ? AND day = ?", int64(d.Person), string(d.Day))
		if err != nil || known {
			return err
		}
		if len(d.Messages) > 0 {
			fresh = true
			err = insertAll(tx, "INSERT INTO digests (person, day, line_count, at) VALUES ", [][]any{{int64(d.Person), string(d.Day), d.Lines, millis(d.At)}})
			if err := raceLost(err, "PRIMARY"); err != nil {
				return err
			}
		}
		told, err := exec(tx, "UPDATE reminders SET told = ? WHERE told = ? AND person = ?", string(d.Day), noDue, int64(d.Person))
		switch {
		case err != nil:
			return err
		case told != int64(d.Owed):
			return ErrOwedMore
		}
		return putMissing(tx, d.Messages)
	})
	return fresh && err == nil, err
}

// putMissing keeps the messages whose key is not there yet.
func putMissing(tx *gorm.DB, all []Message) error {
	known, err := knownMessages(tx, all)
	if err != nil {
		return err
	}
	var rows [][]any
	for n := range all {
		if _, there := known[all[n].Key]; !there {
			m := waiting(&all[n])
			rows = append(rows, messageRow(&m))
		}
	}
	return raceLost(insertAll(tx, messageInsert, rows), "messages_dedupe")
}

// CountDigests counts the digests of a day.
func (db *DB) CountDigests(ctx context.Context, day workflow.Day) (n int, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error { return scan(&n) }, "SELECT COUNT(*) FROM digests WHERE day = ?", string(day))
	})
	return n, err
}

// CountTold counts the reminders about dates of issues that digests of some days have told, the first and the last included.
func (db *DB) CountTold(ctx context.Context, from, to workflow.Day) (n int, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error { return scan(&n) },
			"SELECT COUNT(*) FROM reminders WHERE told >= ? AND told <= ? AND what NOT IN ('news', 'month', 'quarter')", string(from), string(to))
	})
	return n, err
}

// SweepOwed forgets the reminders that were told, and the digests that were sent, before a day. What is forgotten could be owed again, so
// the day must be long ago.
func (db *DB) SweepOwed(ctx context.Context, before workflow.Day) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		_, err := exec(tx, "DELETE FROM reminders WHERE told < ?", string(before))
		if err == nil {
			_, err = exec(tx, "DELETE FROM digests WHERE day < ?", string(before))
		}
		return err
	})
}

// ToldStep is a step of which somebody is to hear, with who took it.
type ToldStep struct {
	Event
	Person workflow.PersonID
	Round  int
}

// EventsBetween reads what happened after a moment up to another and is told to anybody, the earliest first; after is the last one of the
// page before, nil for the first.
func (db *DB) EventsBetween(ctx context.Context, since, upto time.Time, after *ToldStep, limit int) (out []ToldStep, err error) {
	c := condition{"o.at > ? AND o.at <= ?", []any{millis(since), millis(upto)}}
	if after != nil {
		at, issue := millis(after.At), int64(after.Issue)
		c = and(c, condition{"o.at >= ? AND (o.at > ? OR o.subject > ? OR o.subject = ? AND o.seq > ?)", []any{at, at, issue, issue, after.Seq}})
	}
	query := `SELECT o.subject, o.seq, o.at, o.topic, o.tell, h.name, h.org_name, h.note, h.person, h.round FROM outbox o
JOIN history h ON h.kind = o.kind AND h.subject = o.subject AND h.seq = o.seq
WHERE o.kind = ? AND o.tell <> '' AND ` + c.sql + " ORDER BY o.at, o.subject, o.seq LIMIT ?"
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var e ToldStep
			var at int64
			err := scan(&e.Issue, &e.Seq, &at, &e.Action, &e.Tell, &e.Name, &e.OrgName, &e.Note, &e.Person, &e.Round)
			e.At = moment(at)
			out = append(out, e)
			return err
		}, query, append(append([]any{workflow.KindIssue}, c.args...), limit)...)
	})
	return out, err
}
