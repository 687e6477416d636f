package store

import (
	"context"
	"encoding/json"

	"gorm.io/gorm"

	"rectify/workflow"
)

const appointedQuery = `SELECT a.id, a.person, a.org, a.post, a.first_day, a.last_day, a.for_person, a.asked_until, o.name, o.line,
COALESCE(m.id, 0), COALESCE(m.number, ''), COALESCE(m.ended_at, 0), COALESCE(mi.declared_at, 0), COALESCE(mi.ties, '')
FROM appointments a JOIN orgs o ON o.id = a.org LEFT JOIN mandate_inspectors mi ON mi.appointment = a.id LEFT JOIN mandates m ON m.id = mi.mandate WHERE `

func scanAppointed(scan func(...any) error) (a Appointed, err error) {
	var from, until, asked dayColumn
	var line, ties string
	var ended, declared int64
	m := &a.Mandate
	if err := scan(&a.ID, &a.Person, &a.Org, &a.Post, &from, &until, &a.For, &asked, &a.OrgName, &line, &m.ID, &m.Number, &ended, &declared, &ties); err != nil {
		return a, err
	}
	m.Ended, m.Declared = ended != 0, declared != 0
	if m.Ties, err = parseTies(ties); err != nil {
		return a, err
	}
	a.From, a.Until, a.AskedUntil = from.day, until.day, asked.day
	a.Line, err = parsePath(line)
	return a, err
}

func appointedWhere(tx *gorm.DB, where string, args ...any) (out []Appointed, err error) {
	err = each(tx, func(scan func(...any) error) error {
		a, err := scanAppointed(scan)
		out = append(out, a)
		return err
	}, appointedQuery+where, args...)
	return out, err
}

func (db *DB) appointed(ctx context.Context, where string, args ...any) (out []Appointed, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out, err = appointedWhere(tx, where, args...)
		return err
	})
	return out, err
}

// Appointments reads what a person is on a day, with the name and place of each organisation. For no day it reads all that the
// person was, is and will be.
func (db *DB) Appointments(ctx context.Context, person workflow.PersonID, day workflow.Day) ([]workflow.Appointment, error) {
	where, args := "a.person = ?", []any{int64(person)}
	if day != "" {
		where, args = where+" AND a.first_day <= ? AND a.last_day >= ?", append(args, string(day), string(day))
	}
	all, err := db.appointed(ctx, where+" ORDER BY a.id", args...)
	out := make([]workflow.Appointment, len(all))
	for n := range all {
		out[n] = all[n].Appointment
	}
	return out, err
}

// AppointmentsOf reads who is, was and will be what in an organisation.
func (db *DB) AppointmentsOf(ctx context.Context, org workflow.OrgID) ([]Appointed, error) {
	return db.appointed(ctx, "a.org = ? ORDER BY a.id", int64(org))
}

// StandInsFor reads who stands in for a person on a day or later.
func (db *DB) StandInsFor(ctx context.Context, person workflow.PersonID, day workflow.Day) ([]Appointed, error) {
	return db.appointed(ctx, "a.for_person = ? AND a.last_day >= ? ORDER BY a.first_day, a.id", int64(person), string(day))
}

// Appoint writes an appointment with its line of history, about the account. One that is there already gets the last day given.
func (db *DB) Appoint(ctx context.Context, a Appointed, line workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		lines, err := appoint(tx, []Appointed{a}, func(Appointed) workflow.Line { return line })
		if err != nil {
			return err
		}
		return appendLines(tx, lines)
	})
}

// EndAppointment sets the last day of an appointment, with its line of history about the account. ErrNotFound with the code
// no_such_appointment.
func (db *DB) EndAppointment(ctx context.Context, id workflow.AppointmentID, last workflow.Day, line workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		found, err := appointedWhere(tx, "a.id = ?", int64(id))
		switch {
		case err != nil:
			return err
		case len(found) == 0:
			return workflow.NotFound("no_such_appointment", workflow.Say("没有这项任职", "there is no such appointment"))
		}
		a := found[0]
		a.Until = last
		lines, err := appoint(tx, []Appointed{a}, func(Appointed) workflow.Line { return line })
		if err != nil {
			return err
		}
		return appendLines(tx, lines)
	})
}

// AskEnd keeps that the posts of a person in an organisation are asked to end on a day, with the line of history about the account that
// says so. Nothing is written where the same was asked before or nothing would end earlier; the posts stay until they are ended.
func (db *DB) AskEnd(ctx context.Context, person workflow.PersonID, org workflow.OrgID, last workflow.Day, line workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		asked, err := exec(tx, "UPDATE appointments SET asked_until = ? WHERE person = ? AND org = ? AND first_day <= ? AND last_day > ? AND asked_until <> ?",
			string(last), int64(person), int64(org), string(last), string(last), string(last))
		if err != nil || asked == 0 {
			return err
		}
		return appendLines(tx, []workflow.Line{line})
	})
}

// held is what makes two appointments the same one.
type held struct {
	person, stoodFor workflow.PersonID
	org              workflow.OrgID
	post             workflow.Post
	from             workflow.Day
}

func heldAs(a *Appointed) held { return held{a.Person, a.For, a.Org, a.Post, a.From} }

// appoint writes appointments and returns the lines of those that are new or changed.
func appoint(tx *gorm.DB, all []Appointed, line func(Appointed) workflow.Line) ([]workflow.Line, error) {
	known, err := knownAppointments(tx, all)
	if err != nil {
		return nil, err
	}
	var fresh [][]any
	var lines []workflow.Line
	for _, a := range all {
		last := string(a.Until)
		if last == "" {
			last = noDue
		}
		old, there := known[heldAs(&a)]
		switch {
		case there && old.Until == a.Until:
			continue
		case there:
			a.ID = old.ID
			if err := tx.Exec("UPDATE appointments SET last_day = ? WHERE id = ?", last, int64(a.ID)).Error; err != nil {
				return nil, err
			}
		default:
			first := max(string(a.From), firstDay)
			fresh = append(fresh, []any{int64(a.ID), int64(a.Person), int64(a.Org), string(a.Post), first, last, int64(a.For), noDue})
		}
		known[heldAs(&a)] = a
		l := line(a)
		l.Kind, l.Subject = KindAccount, int64(a.Person)
		if l.Data, err = json.Marshal(appointmentSaid{appointmentOf(&a)}); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	err = insertAll(tx, "INSERT INTO appointments (id, person, org, post, first_day, last_day, for_person, asked_until) VALUES ", fresh)
	return lines, raceLost(err, "appointments_held")
}

func knownAppointments(tx *gorm.DB, all []Appointed) (map[held]Appointed, error) {
	people := make([]int64, len(all))
	for n := range all {
		people[n] = int64(all[n].Person)
	}
	known := make(map[held]Appointed, len(all))
	err := inBatches(people, func(marks string, args []any) error {
		found, err := appointedWhere(tx, "a.person IN ("+marks+")", args...)
		for _, a := range found {
			known[heldAs(&a)] = a
		}
		return err
	})
	return known, err
}
