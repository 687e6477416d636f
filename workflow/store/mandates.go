package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// KindMandate is the kind of subject of lines about a mandate.
const KindMandate = "mandate"

// Mandate lets inspectors look at the issues of a subtree in a span of days (一次一授权).
type Mandate struct {
	ID         workflow.MandateID
	Number     string // unique
	Basis      string // the document that it rests on
	Org        workflow.OrgID
	From       workflow.Day
	Until      workflow.Day // the last day
	By         workflow.PersonID
	At         time.Time
	EndedAt    time.Time // none unless it was ended before its last day
	EndedBy    workflow.PersonID
	EndedWhy   string
	Inspectors []MandateInspector
}

// MandateInspector is one of those whom a mandate lets look.
type MandateInspector struct {
	Appointment workflow.AppointmentID
	Person      workflow.PersonID
	DeclaredAt  time.Time // none before the declaration of recusal
	Ties        workflow.Ties
}

const mandateColumns = "id, number, basis, org, first_day, last_day, by_person, at, ended_at, ended_by, ended_why"

func parseTies(text string) (t workflow.Ties, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &t)
	}
	return t, err
}

// Granting is a mandate with the appointments that it gives and its line of history.
type Granting struct {
	Mandate
	Posts []Appointed
	Line  workflow.Line
}

// GrantMandate keeps a mandate and its appointments with the lines of history; appointed makes those of the appointments. ErrInvalid with
// the code number_taken where the number is that of another mandate.
func (db *DB) GrantMandate(ctx context.Context, g Granting, appointed func(Appointed) workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		lines, err := grant(tx, g, appointed)
		if err != nil {
			return err
		}
		return appendLines(tx, lines)
	})
}

// grant writes a mandate and its appointments. One without a number is given the next of the year.
func grant(tx *gorm.DB, g Granting, appointed func(Appointed) workflow.Line) ([]workflow.Line, error) {
	m, posts, line := g.Mandate, g.Posts, g.Line
	if m.Number == "" {
		prefix := "SQ-" + m.At.In(workflow.China).Format("2006")
		serial, err := takeSerials(tx, prefix, 1)
		if err != nil {
			return nil, err
		}
		m.Number = fmt.Sprintf("%s-%d", prefix, serial)
		line.Note = m.Number + " " + line.Note
	}
	known, err := mandatesWhere(tx, "number = ?", m.Number)
	if err != nil {
		return nil, err
	}
	if len(known) > 0 {
		return nil, workflow.Invalid("number_taken", "number", workflow.Say("授权编号“%s”已经用过", "there is a mandate %q already", m.Number))
	}
	row := []any{int64(m.ID), m.Number, m.Basis, int64(m.Org), string(m.From), string(m.Until), int64(m.By), millis(m.At), int64(0), int64(0), ""}
	if err := insertAll(tx, "INSERT INTO mandates ("+mandateColumns+") VALUES ", [][]any{row}); err != nil {
		return nil, raceLost(err, "mandates_number")
	}
	lines, err := appoint(tx, posts, appointed)
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for _, p := range posts {
		rows = append(rows, []any{int64(p.ID), int64(m.ID), int64(p.Person), int64(0), "{}"})
	}
	line.Kind, line.Subject = KindMandate, int64(m.ID)
	err = insertAll(tx, "INSERT INTO mandate_inspectors (appointment, mandate, person, declared_at, ties) VALUES ", rows)
	return append([]workflow.Line{line}, lines...), raceLost(err, "PRIMARY")
}

// DeclareTies keeps what an inspector declared, added to what they declared before, with the line of history. ErrNotFound with the code
// no_such_mandate for who is no inspector of it.
func (db *DB) DeclareTies(ctx context.Context, m workflow.MandateID, person workflow.PersonID, ties workflow.Ties, line workflow.Line) error {
	line.Kind, line.Subject = KindMandate, int64(m)
	return db.write(ctx, func(tx *gorm.DB) error {
		known, there := workflow.Ties{}, false
		err := each(tx, func(scan func(...any) error) error {
			var text string
			if err := scan(&text); err != nil {
				return err
			}
			var err error
			there = true
			known, err = parseTies(text)
			return err
		}, "SELECT ties FROM mandate_inspectors WHERE mandate = ? AND person = ?"+forUpdate(tx), int64(m), int64(person))
		if err == nil && !there {
			_, err = oneMandate(nil, nil)
		}
		if err != nil {
			return err
		}
		text, err := json.Marshal(known.With(ties))
		if err != nil {
			return err
		}
		_, err = exec(tx, "UPDATE mandate_inspectors SET declared_at = ?, ties = ? WHERE mandate = ? AND person = ?", millis(line.At), string(text), int64(m), int64(person))
		if err != nil {
			return err
		}
		return appendLines(tx, []workflow.Line{line})
	})
}

// EndMandate ends a mandate, and its appointments with it, with the line of history. False where it was ended before; then nothing is
// changed.
func (db *DB) EndMandate(ctx context.Context, m Mandate, today workflow.Day, line workflow.Line) (ended bool, err error) {
	line.Kind, line.Subject = KindMandate, int64(m.ID)
	err = db.write(ctx, func(tx *gorm.DB) error {
		changed, err := exec(tx, "UPDATE mandates SET ended_at = ?, ended_by = ?, ended_why = ? WHERE id = ? AND ended_at = 0",
			millis(m.EndedAt), int64(m.EndedBy), m.EndedWhy, int64(m.ID))
		if ended = changed == 1; err != nil || !ended {
			return err
		}
		const posts = "UPDATE appointments SET last_day = ? WHERE first_day <= ? AND last_day > ? AND id IN (SELECT appointment FROM mandate_inspectors WHERE mandate = ?)"
		if _, err := exec(tx, posts, string(today), string(today), string(today), int64(m.ID)); err != nil {
			return err
		}
		return appendLines(tx, []workflow.Line{line})
	})
	return ended, err
}

// Mandates reads the mandates before one of them, 0 to begin, the latest first: those of an inspector, 0 for all.
func (db *DB) Mandates(ctx context.Context, of workflow.PersonID, before workflow.MandateID, limit int) ([]Mandate, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	if of != 0 {
		return db.mandates(ctx, "id < ? AND id IN (SELECT mandate FROM mandate_inspectors WHERE person = ?) ORDER BY id DESC LIMIT ?", int64(before), int64(of), limit)
	}
	return db.mandates(ctx, "id < ? ORDER BY id DESC LIMIT ?", int64(before), limit)
}

// Mandate reads one. ErrNotFound with the code no_such_mandate.
func (db *DB) Mandate(ctx context.Context, id workflow.MandateID) (Mandate, error) {
	return oneMandate(db.mandates(ctx, "id = ?", int64(id)))
}

// MandateNumbered reads one by its number. Errors as Mandate.
func (db *DB) MandateNumbered(ctx context.Context, number string) (Mandate, error) {
	return oneMandate(db.mandates(ctx, "number = ?", number))
}

func oneMandate(all []Mandate, err error) (Mandate, error) {
	if err == nil && len(all) == 0 {
		err = workflow.NotFound("no_such_mandate", workflow.Say("没有这次授权，或不由您查看", "there is no such mandate, or it is not yours to see"))
	}
	if err != nil {
		return Mandate{}, err
	}
	return all[0], nil
}

func (db *DB) mandates(ctx context.Context, where string, args ...any) (out []Mandate, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out, err = mandatesWhere(tx, where, args...)
		return err
	})
	return out, err
}

func mandatesWhere(tx *gorm.DB, where string, args ...any) (out []Mandate, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var m Mandate
		var from, until dayColumn
		var at, ended int64
		err := scan(&m.ID, &m.Number, &m.Basis, &m.Org, &from, &until, &m.By, &at, &ended, &m.EndedBy, &m.EndedWhy)
		m.From, m.Until, m.At, m.EndedAt = from.day, until.day, moment(at), moment(ended)
		out = append(out, m)
		return err
	}, "SELECT "+mandateColumns+" FROM mandates WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	return out, inspectorsOf(tx, out)
}

// inspectorsOf reads who is in the mandates, in the order of their appointments.
func inspectorsOf(tx *gorm.DB, all []Mandate) error {
	at := make(map[workflow.MandateID]int, len(all))
	ids := make([]int64, len(all))
	for n := range all {
		at[all[n].ID], ids[n] = n, int64(all[n].ID)
	}
	return inBatches(ids, func(marks string, args []any) error {
		return each(tx, func(scan func(...any) error) error {
			var m workflow.MandateID
			var x MandateInspector
			var declared int64
			var ties string
			if err := scan(&m, &x.Appointment, &x.Person, &declared, &ties); err != nil {
				return err
			}
			var err error
			x.DeclaredAt = moment(declared)
			x.Ties, err = parseTies(ties)
			all[at[m]].Inspectors = append(all[at[m]].Inspectors, x)
			return err
		}, "SELECT mandate, appointment, person, declared_at, ties FROM mandate_inspectors WHERE mandate IN ("+marks+") ORDER BY appointment", args...)
	})
}
