package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Pack is an offline pack that was made under a mandate.
type Pack struct {
	ID        int64
	Mandate   workflow.MandateID
	Person    workflow.PersonID
	At        time.Time
	Issues    int
	PublicKey string // of the key by which what comes back is signed
}

// KeepPack keeps that a pack was made, with the line of history.
func (db *DB) KeepPack(ctx context.Context, p Pack, line workflow.Line) error {
	line.Kind, line.Subject = KindMandate, int64(p.Mandate)
	return db.write(ctx, func(tx *gorm.DB) error {
		row := []any{p.ID, int64(p.Mandate), int64(p.Person), millis(p.At), p.Issues, p.PublicKey}
		if err := insertAll(tx, "INSERT INTO mandate_packs (id, mandate, person, at, issues, public_key) VALUES ", [][]any{row}); err != nil {
			return raceLost(err, "PRIMARY")
		}
		return appendLines(tx, []workflow.Line{line})
	})
}

// Pack reads a pack. ErrNotFound with the code no_such_pack.
func (db *DB) Pack(ctx context.Context, id int64) (p Pack, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		p = Pack{}
		return each(tx, func(scan func(...any) error) error {
			var at int64
			err := scan(&p.ID, &p.Mandate, &p.Person, &at, &p.Issues, &p.PublicKey)
			p.At = moment(at)
			return err
		}, "SELECT id, mandate, person, at, issues, public_key FROM mandate_packs WHERE id = ?", id)
	})
	if err == nil && p.ID == 0 {
		err = workflow.NotFound("no_such_pack", workflow.Say("本系统没有制作过这个数据包", "this pack was not made here"))
	}
	return p, err
}

// PackLooks says of each time that a pack was opened up to which look it is on record what was looked at.
func (db *DB) PackLooks(ctx context.Context, pack int64) (seqs map[int64]int, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		seqs = make(map[int64]int)
		return each(tx, func(scan func(...any) error) error {
			var opening int64
			var seq int
			err := scan(&opening, &seq)
			seqs[opening] = seq
			return err
		}, "SELECT opening, seq FROM pack_looks WHERE pack = ?", pack)
	})
	return seqs, err
}

// PackLook is a look in an offline pack with its line of history.
type PackLook struct {
	Opening int64
	Seq     int
	Line    workflow.Line
}

// PutPackLooks puts the looks on record that are not yet, and says how many those are. They are in the order of their openings and seqs.
func (db *DB) PutPackLooks(ctx context.Context, pack int64, looks []PackLook) (fresh int, err error) {
	err = db.write(ctx, func(tx *gorm.DB) error {
		var lines []workflow.Line
		known := make(map[int64]int)
		for n := range looks {
			l := &looks[n]
			if _, read := known[l.Opening]; !read {
				if known[l.Opening], err = lastLook(tx, pack, l.Opening); err != nil {
					return err
				}
			}
			if l.Seq > known[l.Opening] {
				known[l.Opening], lines = l.Seq, append(lines, l.Line)
			}
		}
		if fresh = len(lines); fresh == 0 {
			return nil
		}
		for opening, seq := range known {
			if _, err := exec(tx, "DELETE FROM pack_looks WHERE pack = ? AND opening = ?", pack, opening); err != nil {
				return err
			}
			if err := insertAll(tx, "INSERT INTO pack_looks (pack, opening, seq) VALUES ", [][]any{{pack, opening, seq}}); err != nil {
				return raceLost(err, "PRIMARY")
			}
		}
		return appendLines(tx, lines)
	})
	return fresh, err
}

func lastLook(tx *gorm.DB, pack, opening int64) (int, error) {
	seq := -1
	err := each(tx, func(scan func(...any) error) error { return scan(&seq) }, "SELECT seq FROM pack_looks WHERE pack = ? AND opening = ?"+forUpdate(tx), pack, opening)
	return seq, err
}
