package store

import (
	"context"
	"errors"
	"math"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// CheckpointRow is a signed checkpoint of the sealed log as it is kept.
type CheckpointRow struct {
	Size int64
	At   time.Time
	Root [32]byte
	Note string // the signed text
}

// ErrSignedElsewhere says that another has signed a checkpoint since the last one was read.
var ErrSignedElsewhere = errors.New("another has signed a checkpoint meanwhile")

// PutCheckpoint keeps a checkpoint that was signed when the newest had the size last, 0 for none: each is signed in the knowledge of the one
// before it, so neither their sizes nor their moments ever go back. ErrSignedElsewhere where there is a newer one than that.
func (db *DB) PutCheckpoint(ctx context.Context, last int64, c CheckpointRow) error {
	err := db.write(ctx, func(tx *gorm.DB) error {
		if _, err := exec(tx, "UPDATE seal_head SET size = size WHERE one = 1"); err != nil { // one at a time
			return err
		}
		newer, err := checkpointsWhere(tx, "size > ? LIMIT 1", last)
		if err != nil {
			return err
		}
		if len(newer) > 0 {
			return ErrSignedElsewhere
		}
		return insertAll(tx, "INSERT INTO checkpoints (size, at, root, note) VALUES ", [][]any{{c.Size, millis(c.At), c.Root[:], c.Note}})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = ErrSignedElsewhere
	}
	return err
}

// Cosign puts the text of a checkpoint with one more signature in the place of the text that was seen. ErrConflict with the code
// checkpoint_changed when another was quicker.
func (db *DB) Cosign(ctx context.Context, size int64, seen, note string) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		changed, err := exec(tx, "UPDATE checkpoints SET note = ? WHERE size = ? AND note = ?", note, size, seen)
		if err != nil || changed == 1 {
			return err
		}
		now, err := checkpointsWhere(tx, "size = ?", size)
		if err == nil && (len(now) == 0 || now[0].Note != note) {
			err = workflow.Conflict("checkpoint_changed", workflow.Say("这个检查点刚刚被别人联署，请再试一次", "somebody cosigned this checkpoint a moment ago; try again"))
		}
		return err
	})
}

// CheckpointOf reads the checkpoint of a size. ErrNotFound with the code no_such_checkpoint.
func (db *DB) CheckpointOf(ctx context.Context, size int64) (CheckpointRow, error) {
	return db.checkpoint(ctx, "size = ?", size)
}

// LastCheckpoint reads the newest. ErrNotFound as CheckpointOf when there is none.
func (db *DB) LastCheckpoint(ctx context.Context) (CheckpointRow, error) {
	return db.checkpoint(ctx, "size < ? ORDER BY size DESC LIMIT 1", int64(math.MaxInt64))
}

func (db *DB) checkpoint(ctx context.Context, where string, size int64) (CheckpointRow, error) {
	found, err := db.checkpoints(ctx, where, size)
	if err == nil && len(found) == 0 {
		err = workflow.NotFound("no_such_checkpoint", workflow.Say("没有这个检查点", "there is no such checkpoint"))
	}
	if err != nil {
		return CheckpointRow{}, err
	}
	return found[0], nil
}

// Checkpoints reads those smaller than a size, 0 for all, the newest first.
func (db *DB) Checkpoints(ctx context.Context, before int64, limit int) ([]CheckpointRow, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return db.checkpoints(ctx, "size < ? ORDER BY size DESC LIMIT ?", before, limit)
}

// CheckpointsFrom reads those of a size or larger, the smallest first.
func (db *DB) CheckpointsFrom(ctx context.Context, size int64, limit int) ([]CheckpointRow, error) {
	return db.checkpoints(ctx, "size >= ? ORDER BY size LIMIT ?", size, limit)
}

// DailyCheckpoints reads the last checkpoint of each day in China from a moment to another, the earliest first.
func (db *DB) DailyCheckpoints(ctx context.Context, from, to time.Time) ([]CheckpointRow, error) {
	const day = "at - (at + 28800000) % 86400000" // the beginning of the day, in milliseconds
	return db.checkpoints(ctx, "size IN (SELECT MAX(size) FROM checkpoints WHERE at >= ? AND at <= ? GROUP BY "+day+") ORDER BY size", millis(from), millis(to))
}

func (db *DB) checkpoints(ctx context.Context, where string, args ...any) (out []CheckpointRow, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out, err = checkpointsWhere(tx, where, args...)
		return err
	})
	return out, err
}

func checkpointsWhere(tx *gorm.DB, where string, args ...any) (out []CheckpointRow, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var c CheckpointRow
		var at int64
		err := scan(&c.Size, &at, (*digestColumn)(&c.Root), &c.Note)
		c.At = moment(at)
		out = append(out, c)
		return err
	}, "SELECT size, at, root, note FROM checkpoints WHERE "+where, args...)
	return out, err
}
