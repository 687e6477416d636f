package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Event is a step that others are to hear of.
type Event struct {
	Issue   workflow.IssueID
	Seq     int
	At      time.Time
	Action  workflow.Action
	Tell    string // the relations of those who are to hear of it, with a space between
	Name    string // who did it, as it was then
	OrgName string
	Note    string
	Title   string // of the issue, as lists show it
}

// Told says which events somebody may be among those to hear of.
type Told struct {
	By     workflow.PersonID   // what they did themselves is left out
	Orgs   []workflow.OrgID    // in which they hold a post
	People []workflow.PersonID // they and whom they stand in for
	Since  time.Time
}

// NewestSince says from when on there are at most so many steps: since, or, where there are more, a later moment.
func (db *DB) NewestSince(ctx context.Context, since time.Time, most int) (from time.Time, cut bool, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		from, cut = since, false
		return each(tx, func(scan func(...any) error) error {
			var ms int64
			err := scan(&ms)
			from, cut = moment(ms), true
			return err
		}, "SELECT at FROM outbox WHERE at > ? ORDER BY at DESC LIMIT 1 OFFSET ?", millis(since), most)
	})
	return from, cut, err
}

// Events reads what happened to the issues of a scope, the latest first, at most limit of it. An event told to those assisting, to a
// party, to a decider or to who has a measure is there whoever that is: the caller looks closer. After is the Cursor of the last event before, "" for
// the first page. ErrInvalid with the code bad_cursor.
func (db *DB) Events(ctx context.Context, s Scope, t Told, after string, limit int) (out []Event, err error) {
	older, err := eventsAfter(after)
	if err != nil {
		return nil, err
	}
	inside := s.holds(workflow.Lineage{})
	if inside.sql != "" {
		inside.sql = "EXISTS (SELECT 1 FROM issues WHERE issues.id = o.subject AND " + inside.sql + ")"
	}
	limit = max(1, min(limit, maxPage))
	c := and(condition{"+o.kind = ? AND o.at > ? AND o.tell <> '' AND h.person <> ?", []any{workflow.KindIssue, millis(t.Since), int64(t.By)}}, older, t.among(), inside)
	// The order of the join is that of time, and the plus has SQLite go by it: what is asked for is what is new.
	query := `SELECT o.subject, o.seq, o.at, o.topic, o.tell, h.name, h.org_name, h.note, i.title FROM outbox o CROSS JOIN issues i ON i.id = o.subject
CROSS JOIN history h ON h.kind = o.kind AND h.subject = o.subject AND h.seq = o.seq WHERE ` + c.sql + ` ORDER BY o.at DESC, o.subject DESC, o.seq DESC LIMIT ?`
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make([]Event, 0, limit)
		return each(tx, func(scan func(...any) error) error {
			var e Event
			var at int64
			err := scan(&e.Issue, &e.Seq, &at, &e.Action, &e.Tell, &e.Name, &e.OrgName, &e.Note, &e.Title)
			e.At = moment(at)
			out = append(out, e)
			return err
		}, query, append(slices.Clip(c.args), limit)...)
	})
	return out, err
}

// among is what the rows say about who hears of an event.
func (t *Told) among() condition {
	all := []condition{{sql: "o.tell LIKE '%assisting%'"}, {sql: "o.tell LIKE '%party%'"}, {sql: "o.tell LIKE '%decider%'"}}
	for _, column := range []string{"responsible", "finder", "assigner", "verifier", "closer"} {
		if c := among("i."+column, t.Orgs, idParam); c.sql != "" {
			all = append(all, condition{"(o.tell LIKE '%" + column + "%' AND " + c.sql + ")", c.args})
		}
	}
	if c := among("i.person", t.People, idParam); c.sql != "" {
		for _, p := range t.People { // or of one of its measures; where else the person stands, the caller sees
			c = or(c, condition{"INSTR(i.doc, ?) > 0", []any{fmt.Sprintf(`"person":"%d"`, int64(p))}})
		}
		all = append(all, condition{"(o.tell LIKE '%person%' AND " + c.sql + ")", c.args})
	}
	return or(all...)
}

// Cursor is what Events takes as after to go on behind the event.
func (e *Event) Cursor() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %d", millis(e.At), int64(e.Issue), e.Seq))
}

func eventsAfter(text string) (condition, error) {
	if text == "" {
		return condition{}, nil
	}
	var at, id, seq int64
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if n, bad := fmt.Sscanf(string(raw), "%d %d %d", &at, &id, &seq); err != nil || bad != nil || n != 3 {
		return condition{}, workflow.Invalid("bad_cursor", "after", workflow.Say("翻页标记无效，请从第一页重新开始", "this is not the end of a page; start again from the first page"))
	}
	return condition{"o.at <= ? AND (o.at < ? OR o.subject < ? OR o.subject = ? AND o.seq < ?)", []any{at, at, id, id, seq}}, nil
}

// NoticesSeen reads up to when somebody has read what they were told, the zero time if never.
func (db *DB) NoticesSeen(ctx context.Context, person workflow.PersonID) (at time.Time, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		at = time.Time{}
		return each(tx, func(scan func(...any) error) error {
			var ms int64
			err := scan(&ms)
			at = moment(ms)
			return err
		}, "SELECT at FROM notices_seen WHERE person = ?", int64(person))
	})
	return at, err
}

// SeeNotices keeps up to when somebody has read what they were told. It never goes back.
func (db *DB) SeeNotices(ctx context.Context, person workflow.PersonID, at time.Time) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		done := tx.Exec("DELETE FROM notices_seen WHERE person = ? AND at <= ?", int64(person), millis(at))
		if done.Error != nil {
			return done.Error
		}
		later := false
		err := each(tx, func(scan func(...any) error) error { return scan(&later) }, "SELECT COUNT(*) > 0 FROM notices_seen WHERE person = ?", int64(person))
		if err != nil || later {
			return err
		}
		return tx.Exec("INSERT INTO notices_seen (person, at) VALUES (?, ?)", int64(person), millis(at)).Error
	})
}
