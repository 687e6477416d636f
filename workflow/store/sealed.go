package store

import (
	"context"
	"math"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"

	"rectify/workflow"
)

// SealedLine is a leaf of the log with the line of history that it stands for, as it is now.
type SealedLine struct {
	LineAt
	Leaf  int64
	Hash  tlog.Hash     // as it was sealed
	There bool          // the line is still there
	Line  workflow.Line // if it is
}

// SealedLines reads the leaves from one on, at most limit of them, and their lines. ErrRefused with the code seal_damaged when a hash is
// missing.
func (db *DB) SealedLines(ctx context.Context, from int64, limit int) (out []SealedLine, err error) {
	upTo := from + int64(limit)
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make([]SealedLine, 0, limit)
		return each(tx, func(scan func(...any) error) error {
			var l SealedLine
			err := scan(&l.Leaf, &l.Kind, &l.Subject, &l.Seq)
			out = append(out, l)
			return err
		}, "SELECT leaf, kind, subject, seq FROM leaves WHERE leaf >= ? AND leaf < ? ORDER BY leaf", from, upTo)
	})
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(out))
	indexes := make([]int64, len(out))
	for n := range out {
		at[out[n].Leaf], indexes[n] = n, tlog.StoredHashIndex(0, out[n].Leaf)
	}
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error {
			var leaf int64
			l, err := scanLine(func(into ...any) error { return scan(append(into, &leaf)...) })
			if n, known := at[leaf]; known {
				out[n].There, out[n].Line = true, l
			}
			return err
		}, "SELECT "+prefixed("h", lineColumns)+`, l.leaf FROM leaves l JOIN history h ON h.kind = l.kind AND h.subject = l.subject AND h.seq = l.seq
WHERE l.leaf >= ? AND l.leaf < ?`, from, upTo)
	})
	if err != nil {
		return nil, err
	}
	hashes, err := db.Hashes(ctx).ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	for n := range out {
		out[n].Hash = hashes[n]
	}
	return out, nil
}

// LineEnd is where the history of a subject ends by what is kept of it elsewhere: the row of an issue, or the table of ends.
type LineEnd struct {
	LineAt
	Digest [32]byte
}

// LineEnds reads the ends of the histories of a kind of subject behind one, in the order of the subjects. "" stands for every kind but issues.
func (db *DB) LineEnds(ctx context.Context, after LineAt, limit int) (out []LineEnd, err error) {
	query, args := "SELECT 'issue', id, seq, head FROM issues WHERE id > ? ORDER BY id LIMIT ?", []any{after.Subject, limit}
	if after.Kind != workflow.KindIssue {
		query, args = behind("kind, subject, seq, digest", "heads", condition{}, LineAt{after.Kind, after.Subject, math.MaxInt32}, limit)
	}
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var end LineEnd
			err := scan(&end.Kind, &end.Subject, &end.Seq, (*digestColumn)(&end.Digest))
			out = append(out, end)
			return err
		}, query, args...)
	})
	return out, err
}

// Unsealed finds, among some lines behind a place in the order of history, those that are neither sealed nor owed to the log, and says where
// it stopped; the same place at the end.
func (db *DB) Unsealed(ctx context.Context, after LineAt, limit int) (strays []LineAt, last LineAt, err error) {
	some, args := behind("kind, subject, seq", "history", condition{}, after, limit)
	err = db.read(ctx, func(tx *gorm.DB) error {
		strays, last = nil, after
		err := each(tx, func(scan func(...any) error) error {
			var l LineAt
			err := scan(&l.Kind, &l.Subject, &l.Seq)
			strays = append(strays, l)
			return err
		}, "SELECT h.kind, h.subject, h.seq FROM ("+some+`) AS h LEFT JOIN leaves l ON l.kind = h.kind AND l.subject = h.subject AND l.seq = h.seq
WHERE l.leaf IS NULL AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.kind = CONCAT('`+owedSeal+`', h.kind) AND o.subject = h.subject AND o.seq = h.seq)
ORDER BY h.kind, h.subject, h.seq`, args...)
		if err != nil {
			return err
		}
		return each(tx, func(scan func(...any) error) error { return scan(&last.Kind, &last.Subject, &last.Seq) },
			"SELECT kind, subject, seq FROM ("+some+") AS h ORDER BY kind DESC, subject DESC, seq DESC LIMIT 1", args...)
	})
	return strays, last, err
}

// OwedGone finds lines that are owed to the log and are not there.
func (db *DB) OwedGone(ctx context.Context, limit int) (gone []LineAt, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		gone = nil
		return each(tx, func(scan func(...any) error) error {
			var l LineAt
			err := scan(&l.Kind, &l.Subject, &l.Seq)
			gone = append(gone, l)
			return err
		}, `SELECT SUBSTR(o.kind, 6), o.subject, o.seq FROM outbox o WHERE o.kind >= ? AND o.kind < ?
AND NOT EXISTS (SELECT 1 FROM history h WHERE h.kind = SUBSTR(o.kind, 6) AND h.subject = o.subject AND h.seq = o.seq) ORDER BY o.kind, o.subject, o.seq LIMIT ?`,
			owedSeal, owedEnd, limit)
	})
	return gone, err
}

// LookedThrough says whether history from before the log is sealed.
func (db *DB) LookedThrough(ctx context.Context) (looked bool, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		h, err := readSealHead(tx)
		looked = h.looked
		return err
	})
	return looked, err
}

// prefixed puts the name of a table before columns.
func prefixed(table, columns string) string {
	var out []string
	for _, c := range strings.Split(columns, ",") {
		out = append(out, table+"."+strings.TrimSpace(c))
	}
	return strings.Join(out, ", ")
}
