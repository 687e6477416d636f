package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// KindDraw is the kind of subject of lines about a draw. The first of them is its announcement.
const KindDraw = "draw"

const linesAtOnce = 5000 // digests of history that are read at once

// Draw is a sample of closed issues that are looked at again (回头看抽查): announced first, drawn on its day.
type Draw struct {
	ID     int64
	Number string // HT-2026-1
	Org    workflow.OrgID
	From   workflow.Day // issues closed from this day
	To     workflow.Day // to this one, both included
	Size   int
	On     workflow.Day
	By     workflow.PersonID
	At     time.Time

	DrawnAt time.Time // none before it is drawn
	Head    [32]byte  // of all history before On
	Drawn   []string  // the numbers of the issues, in the order of the draw
}

const drawColumns = "id, number, org, closed_from, closed_to, size, on_day, by_person, at, drawn_at, head, drawn"

// AnnounceDraw keeps an announcement with its line of history and returns it with its number.
func (db *DB) AnnounceDraw(ctx context.Context, d Draw, line workflow.Line) (Draw, error) {
	d.At = d.At.UTC().Truncate(time.Millisecond)
	line.Kind, line.Subject, line.At = KindDraw, d.ID, d.At
	err := db.write(ctx, func(tx *gorm.DB) error {
		prefix := "HT-" + d.At.In(workflow.China).Format("2006")
		serial, err := takeSerials(tx, prefix, 1)
		if err != nil {
			return err
		}
		d.Number = fmt.Sprintf("%s-%d", prefix, serial)
		line.Note = d.Number + " " + line.Note
		row := []any{d.ID, d.Number, int64(d.Org), string(d.From), string(d.To), d.Size, string(d.On), int64(d.By), millis(d.At), int64(0), make([]byte, 32), "[]"}
		if err := insertAll(tx, "INSERT INTO draws ("+drawColumns+") VALUES ", [][]any{row}); err != nil {
			return err
		}
		return appendLines(tx, []workflow.Line{line})
	})
	return d, err
}

// KeepDraw keeps what was drawn with its line of history. Of two at once one keeps it; the other, and whoever comes later, gets false
// and changes nothing.
func (db *DB) KeepDraw(ctx context.Context, d Draw, line workflow.Line) (kept bool, err error) {
	numbers, err := json.Marshal(d.Drawn)
	if err != nil {
		return false, err
	}
	line.Kind, line.Subject = KindDraw, d.ID
	err = db.write(ctx, func(tx *gorm.DB) error {
		changed, err := exec(tx, "UPDATE draws SET drawn_at = ?, head = ?, drawn = ? WHERE id = ? AND drawn_at = 0",
			millis(d.DrawnAt), d.Head[:], string(numbers), d.ID)
		if kept = changed == 1; err != nil || !kept {
			return err
		}
		return appendLines(tx, []workflow.Line{line})
	})
	return kept, err
}

// Draws reads the draws before one of them, 0 to begin, the latest first.
func (db *DB) Draws(ctx context.Context, before int64, limit int) ([]Draw, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return db.draws(ctx, "id < ? ORDER BY id DESC LIMIT ?", before, limit)
}

// DrawsDue reads the draws whose day has come and that are not drawn, and those drawn since a moment, the earliest first.
func (db *DB) DrawsDue(ctx context.Context, today workflow.Day, since time.Time) ([]Draw, error) {
	return db.draws(ctx, "drawn_at = 0 AND on_day <= ? OR drawn_at >= ? ORDER BY on_day, id", string(today), max(1, millis(since)))
}

// Draw reads one. ErrNotFound with the code no_such_draw.
func (db *DB) Draw(ctx context.Context, id int64) (Draw, error) {
	all, err := db.draws(ctx, "id = ?", id)
	if err == nil && len(all) == 0 {
		err = workflow.NotFound("no_such_draw", workflow.Say("没有这次抽查", "there is no such draw"))
	}
	if err != nil {
		return Draw{}, err
	}
	return all[0], nil
}

func (db *DB) draws(ctx context.Context, where string, args ...any) (out []Draw, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			d, err := scanDraw(scan)
			out = append(out, d)
			return err
		}, "SELECT "+drawColumns+" FROM draws WHERE "+where, args...)
	})
	return out, err
}

func scanDraw(scan func(...any) error) (d Draw, err error) {
	var from, to, on dayColumn
	var at, drawnAt int64
	var numbers []byte
	err = scan(&d.ID, &d.Number, &d.Org, &from, &to, &d.Size, &on, &d.By, &at, &drawnAt, (*digestColumn)(&d.Head), &numbers)
	d.From, d.To, d.On, d.At, d.DrawnAt = from.day, to.day, on.day, moment(at), moment(drawnAt)
	return d, errors.Join(err, json.Unmarshal(numbers, &d.Drawn))
}

// HeadBefore is the SHA-256 of the digests of all lines of history that were written before a moment, in the order of kind, subject and
// place. It reads them all.
func (db *DB) HeadBefore(ctx context.Context, before time.Time) (head [32]byte, err error) {
	sum := sha256.New()
	last := place{}
	for {
		next, digests, err := db.digestsAfter(ctx, last, before)
		if err != nil {
			return head, err
		}
		sum.Write(digests)
		if len(digests) < linesAtOnce*len(head) {
			break
		}
		last = next
	}
	sum.Sum(head[:0])
	return head, nil
}

// place is where a line stands in the whole of history.
type place struct {
	kind    string
	subject int64
	seq     int
}

// digestsAfter reads the digests of some lines behind a place, one after the other, and where the last of them stands.
func (db *DB) digestsAfter(ctx context.Context, from place, before time.Time) (last place, digests []byte, err error) {
	query, args := behind("kind, subject, seq, digest", "history", condition{" AND at < ?", []any{millis(before)}}, LineAt{from.kind, from.subject, from.seq}, linesAtOnce)
	err = db.read(ctx, func(tx *gorm.DB) error {
		last, digests = from, nil
		return each(tx, func(scan func(...any) error) error {
			var digest digestColumn
			err := scan(&last.kind, &last.subject, &last.seq, &digest)
			digests = append(digests, digest[:]...)
			return err
		}, query, args...)
	})
	return last, digests, err
}
