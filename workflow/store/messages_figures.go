package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// MessageFigure counts the messages of one channel in one state.
type MessageFigure struct {
	Channel string
	State   MessageState
	N       int
	Oldest  time.Time // of those that wait: when the first of them was due, or is
}

// channels are all by which a message can go.
var channels = [...]string{InApp, Mail, WeCom, DingTalk, Feishu, Webhook}

// MessageFigures counts all messages that wait or were given up, and those that were due after a moment and were sent or skipped, by
// channel and state.
func (db *DB) MessageFigures(ctx context.Context, since time.Time) (out []MessageFigure, err error) {
	const count = "SELECT channel, state, COUNT(*), MIN(next_at) FROM messages WHERE channel IN (?, ?, ?, ?, ?, ?) AND "
	names := make([]any, len(channels))
	for n, channel := range channels {
		names[n] = channel
	}
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		scan := func(scan func(...any) error) error {
			var f MessageFigure
			var oldest int64
			err := scan(&f.Channel, &f.State, &f.N, &oldest)
			if f.State == MessageWaiting {
				f.Oldest = moment(oldest)
			}
			out = append(out, f)
			return err
		}
		if err := each(tx, scan, count+"state IN ('waiting', 'dead') GROUP BY channel, state", names...); err != nil {
			return err
		}
		return each(tx, scan, count+"state IN ('sent', 'skipped') AND next_at >= ? GROUP BY channel, state", append(names, millis(since))...)
	})
	return out, err
}

// LastKeyed reads the message with the last key that begins with a text; ok is false if there is none. Keys are in the order of their
// bytes.
func (db *DB) LastKeyed(ctx context.Context, begin string) (m Message, ok bool, err error) {
	found, err := db.messagesWhere(ctx, "dedupe > ? AND dedupe < ? ORDER BY dedupe DESC LIMIT 1", begin, begin+"\x7f")
	if err != nil || len(found) == 0 {
		return m, false, err
	}
	return found[0], true, nil
}
