package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"
)

// The sealed log is one Merkle tree over the digests of all lines of history. Every line leaves a row in the outbox that is owed to it, in
// the statement that writes the others, so a step takes no lock for it. Seal makes leaves of such lines, in batches: what a batch needs is
// read beforehand, and it is kept only if the log still has the size it had then. So of two who seal at once one does the work.
const (
	owedSeal   = "seal/" // before the kind of a line: the kind of its row in the outbox
	owedEnd    = "seal0" // behind all of these
	sealAtOnce = 512     // lines in one transaction
	sealAgain  = 5 * time.Millisecond
)

// KindSeal is the kind of subject of lines about the sealed log itself: its keys.
const KindSeal = "seal"

// owedToSeal is the row of the outbox, see outboxInsert, that goes with a line.
func owedToSeal(kind string, subject int64, seq int) []any {
	return []any{owedSeal + kind, subject, seq, "", "", 0}
}

// errSealedElsewhere says that another was quicker to seal.
var errSealedElsewhere = errors.New("another has sealed meanwhile")

// LineAt is where a line stands in history.
type LineAt struct {
	Kind    string
	Subject int64
	Seq     int
}

// sealHead is how far the log has come.
type sealHead struct {
	size   int64
	from   LineAt // up to here history was looked through for lines from before the log
	looked bool   // to its end
	there  bool   // the row is
}

// batch is what is sealed in one transaction.
type batch struct {
	head, next sealHead
	lines      []LineAt
	last       LineAt // that was read
	tiles      []tileRow
}

// Seal makes leaves of every line of history that is owed to the log when it is called, and says how many it made and what the size of the
// log is then. It spends at most one part in share of the time on it, 1 for no pauses. Several processes may do so at once.
// Errors: those of the database; ErrRefused with the code seal_damaged when the tree in the database is not whole.
func (db *DB) Seal(ctx context.Context, share int) (sealed int, size int64, err error) {
	for from := (LineAt{}); ; {
		begun := db.session.NowFunc()
		b, more, err := db.nextBatch(ctx, from)
		if err != nil {
			return sealed, 0, err
		}
		if err = db.keepBatch(ctx, b); err != nil && !errors.Is(err, errSealedElsewhere) {
			return sealed, 0, err
		}
		pause := sealAgain
		if err == nil {
			sealed, pause = sealed+len(b.lines), time.Duration(share-1)*db.session.NowFunc().Sub(begun)
			if !more {
				return sealed, b.next.size, nil
			}
			if b.head.looked {
				from = b.last
			}
		}
		select {
		case <-ctx.Done():
			return sealed, 0, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// nextBatch reads what can be sealed next: first, once, lines from before the log in the order of history, then those that are owed to it
// after one of them. more is false when there is nothing behind it.
func (db *DB) nextBatch(ctx context.Context, after LineAt) (b batch, more bool, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		if b.head, err = readSealHead(tx); err != nil {
			return err
		}
		var digests [][32]byte
		b.lines, digests, b.last, more, err = readUnsealed(tx, b.head, after)
		if err != nil {
			return err
		}
		b.next = b.head
		b.next.size += int64(len(b.lines))
		if !b.head.looked {
			b.next.looked, more = !more, true
			if len(b.lines) > 0 {
				b.next.from = b.last
			}
		}
		g, err := readGrowth(tx, b.head.size)
		if err != nil {
			return err
		}
		for _, d := range digests {
			g.add(0, tlog.RecordHash(d[:]))
		}
		b.tiles = g.rows()
		return nil
	})
	return b, more, err
}

func readSealHead(tx *gorm.DB) (h sealHead, err error) {
	err = each(tx, func(scan func(...any) error) error {
		h.there = true
		return scan(&h.size, &h.from.Kind, &h.from.Subject, &h.from.Seq, &h.looked)
	}, "SELECT size, kind, subject, seq, looked FROM seal_head WHERE one = 1")
	return h, err
}

// readUnsealed reads lines with their digests, and up to where it looked. In one statement, so that no line is there without the one before
// it of its subject. A line that is owed and gone is passed over: it is for a check to find.
func readUnsealed(tx *gorm.DB, h sealHead, after LineAt) (lines []LineAt, digests [][32]byte, last LineAt, more bool, err error) {
	query, args := behind("kind, subject, seq, digest", "history", condition{}, h.from, sealAtOnce)
	if h.looked {
		query, args = behind("kind, subject, seq", "outbox", condition{" AND kind < ?", []any{owedEnd}}, LineAt{owedSeal + after.Kind, after.Subject, after.Seq}, sealAtOnce)
		query = "SELECT SUBSTR(o.kind, 6), o.subject, o.seq, h.digest FROM (" + query + `) AS o
LEFT JOIN history h ON h.kind = SUBSTR(o.kind, 6) AND h.subject = o.subject AND h.seq = o.seq ORDER BY o.kind, o.subject, o.seq`
	}
	read := 0
	err = each(tx, func(scan func(...any) error) error {
		read++
		var digest sql.RawBytes
		err := scan(&last.Kind, &last.Subject, &last.Seq, &digest)
		if err == nil && len(digest) > 0 {
			var d digestColumn
			err = d.Scan([]byte(digest))
			lines, digests = append(lines, last), append(digests, d)
		}
		return err
	}, query, args...)
	return lines, digests, last, read == sealAtOnce, err
}

// behind is a query for rows behind a place in a table whose key is kind, subject and seq, in that order: three ranges of the key, because
// neither dialect finds the place in it by one comparison of all three. also narrows it.
func behind(columns, table string, also condition, at LineAt, limit int) (query string, args []any) {
	var parts []string
	for n, c := range []condition{
		{"kind = ? AND subject = ? AND seq > ?", []any{at.Kind, at.Subject, at.Seq}},
		{"kind = ? AND subject > ?", []any{at.Kind, at.Subject}},
		{"kind > ?", []any{at.Kind}},
	} {
		parts = append(parts, fmt.Sprintf("SELECT * FROM (SELECT %s FROM %s WHERE %s%s ORDER BY kind, subject, seq LIMIT ?) AS r%d", columns, table, c.sql, also.sql, n))
		args = append(append(append(args, c.args...), also.args...), limit)
	}
	return strings.Join(parts, " UNION ALL ") + " ORDER BY kind, subject, seq LIMIT ?", append(args, limit)
}

// keepBatch keeps a batch, or nothing of it: errSealedElsewhere.
func (db *DB) keepBatch(ctx context.Context, b batch) error {
	if b.next == b.head {
		return db.stillAt(ctx, b.head)
	}
	return db.write(ctx, func(tx *gorm.DB) error {
		if err := moveSealHead(tx, b.head, b.next); err != nil {
			return err
		}
		rows := make([][]any, len(b.lines))
		for n, l := range b.lines {
			rows[n] = []any{b.head.size + int64(n), l.Kind, l.Subject, l.Seq}
		}
		if err := insertAll(tx, "INSERT INTO leaves (leaf, kind, subject, seq) VALUES ", rows); err != nil {
			return err
		}
		rows = rows[:0]
		for _, t := range b.tiles {
			rows = append(rows, []any{t.level, t.n, t.data})
		}
		if err := insertAll(tx, "REPLACE INTO tiles (level, n, data) VALUES ", rows); err != nil {
			return err
		}
		return settleOwed(tx, b.lines)
	})
}

// stillAt is errSealedElsewhere where the log went on since its head was read: then lines may be in neither, because they were sealed between
// that and the look for what is not.
func (db *DB) stillAt(ctx context.Context, head sealHead) error {
	size, err := db.SealedSize(ctx)
	if err == nil && size != head.size {
		err = errSealedElsewhere
	}
	return err
}

// moveSealHead is the guard of the log: it moves only from where the batch was read.
func moveSealHead(tx *gorm.DB, was, is sealHead) error {
	values := []any{is.size, is.from.Kind, is.from.Subject, is.from.Seq, flag(is.looked)}
	if !was.there {
		err := insertAll(tx, "INSERT INTO seal_head (size, kind, subject, seq, looked, one) VALUES ", [][]any{append(values, 1)})
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return errSealedElsewhere
		}
		return err
	}
	changed, err := exec(tx, "UPDATE seal_head SET size = ?, kind = ?, subject = ?, seq = ?, looked = ? WHERE one = 1 AND size = ? AND looked = ?",
		append(values, was.size, flag(was.looked))...)
	if err == nil && changed != 1 {
		err = errSealedElsewhere
	}
	return err
}

// settleOwed takes the rows that lines owe to the log out of the outbox.
func settleOwed(tx *gorm.DB, lines []LineAt) error {
	return inBatches(lines, func(_ string, some []any) error {
		const one = "(kind = ? AND subject = ? AND seq = ?)" // a range of seq would keep the next step on the issue waiting
		args := make([]any, 0, 3*len(some))
		for _, l := range some {
			args = append(args, owedSeal+l.(LineAt).Kind, l.(LineAt).Subject, l.(LineAt).Seq)
		}
		_, err := exec(tx, "DELETE FROM outbox WHERE "+one+strings.Repeat(" OR "+one, len(some)-1), args...)
		return err
	})
}

// SealedSize is how many leaves the log has.
func (db *DB) SealedSize(ctx context.Context) (size int64, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		h, err := readSealHead(tx)
		size = h.size
		return err
	})
	return size, err
}

// Leaves finds where lines of one subject are in the log, those after a place up to another, by their seq. What is not sealed is not there.
func (db *DB) Leaves(ctx context.Context, kind string, subject int64, after, upTo int) (leaves map[int]int64, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		leaves = make(map[int]int64)
		return each(tx, func(scan func(...any) error) error {
			var seq int
			var leaf int64
			err := scan(&seq, &leaf)
			leaves[seq] = leaf
			return err
		}, "SELECT seq, leaf FROM leaves WHERE kind = ? AND subject = ? AND seq > ? AND seq <= ?", kind, subject, after, upTo)
	})
	return leaves, err
}

// Sealed reads where the lines stand that are leaves of the log from one on, at most limit of them.
func (db *DB) Sealed(ctx context.Context, from int64, limit int) (lines []LineAt, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		lines = make([]LineAt, 0, limit)
		return each(tx, func(scan func(...any) error) error {
			var l LineAt
			err := scan(&l.Kind, &l.Subject, &l.Seq)
			lines = append(lines, l)
			return err
		}, "SELECT kind, subject, seq FROM leaves WHERE leaf >= ? AND leaf < ? ORDER BY leaf", from, from+int64(limit))
	})
	return slices.Clip(lines), err
}
