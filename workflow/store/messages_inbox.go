package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// inbox is what a person can read in the program.
const inbox = "person = ? AND channel = '" + InApp + "' AND state = 'sent'"

// Inbox reads what a person was told in the program, the newest first. Before is the id of the last one of the page before, 0 for the
// first.
func (db *DB) Inbox(ctx context.Context, person workflow.PersonID, before int64, limit int) ([]Message, error) {
	where, args := inbox, []any{int64(person)}
	if before > 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	return db.messagesWhere(ctx, where+" ORDER BY id DESC LIMIT ?", append(args, max(1, min(limit, maxPage)))...)
}

// Unread counts what a person was told in the program and has not seen.
func (db *DB) Unread(ctx context.Context, person workflow.PersonID) (n int, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error { return scan(&n) },
			"SELECT COUNT(*) FROM messages WHERE "+inbox+" AND seen_at = 0", int64(person))
	})
	return n, err
}

// Seen says that a person has seen what they were told in the program up to the message with the id upTo. What was seen stays seen at
// the moment when it first was.
func (db *DB) Seen(ctx context.Context, person workflow.PersonID, upTo int64, at time.Time) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		_, err := exec(tx, "UPDATE messages SET seen_at = ? WHERE "+inbox+" AND seen_at = 0 AND id <= ?", millis(at), int64(person), upTo)
		return err
	})
}

// SweepMessages takes away what was sent or skipped and made before a moment, and returns how many that were. With a message goes the
// memory of its key, so the moment must be so long ago that nothing made today is owed under the same key. Dead letters stay.
func (db *DB) SweepMessages(ctx context.Context, before time.Time) (n int, err error) {
	for _, state := range []MessageState{MessageSent, MessageSkipped} {
		for after := int64(0); ; {
			var ids []int64
			last := after
			err := db.read(ctx, func(tx *gorm.DB) error {
				ids, last = nil, after
				return each(tx, func(scan func(...any) error) error {
					var created int64
					err := scan(&last, &created)
					if created < millis(before) {
						ids = append(ids, last)
					}
					return err
				}, "SELECT id, created_at FROM messages WHERE state = ? AND id > ? ORDER BY id LIMIT ?", string(state), after, messagesAtOnce)
			})
			if err != nil {
				return n, err
			}
			if len(ids) == 0 { // ids are given in the order of time: behind this page all are newer
				break
			}
			if err := db.deleteMessages(ctx, ids); err != nil {
				return n, err
			}
			n, after = n+len(ids), last
		}
	}
	return n, nil
}

func (db *DB) deleteMessages(ctx context.Context, ids []int64) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		return inBatches(ids, func(marks string, args []any) error {
			_, err := exec(tx, "DELETE FROM messages WHERE id IN ("+marks+")", args...)
			return err
		})
	})
}
