package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// The kinds of subject beside issues whose history is kept, as PutOrgs, PutPeople and PutSetting write it.
const (
	KindOrg       = "org"
	KindAccount   = "account"
	KindChecklist = "checklist"
	KindSetting   = "setting"
	KindSelfCheck = "self_check"
)

const (
	lineColumns = `kind, subject, seq, at, action, person, name, for_person, post, org, org_name, relation, rule, os_user, round, version,
from_state, to_state, note, definition, data, prev, digest`
	lineInsert   = "INSERT INTO history (" + lineColumns + ", command, request) VALUES "
	outboxInsert = "INSERT INTO outbox (kind, subject, seq, topic, tell, at) VALUES "
)

// entry is a sealed line of history with what only its row has.
type entry struct {
	workflow.Line
	command, request []byte // nil for none
	tell             string // who is to hear of it
	rev              int    // of the row of the issue, where something changed that is counted
}

// writeLines is the one writer of history. Every line is owed to others as well: it is told, counted and sealed from the outbox.
// errAgain if another line took the place, or another command with the same key was quicker.
func writeLines(tx *gorm.DB, lines []entry) error {
	rows, owed := make([][]any, len(lines)), make([][]any, 0, 3*len(lines))
	for n := range lines {
		l := &lines[n]
		rows[n] = []any{
			l.Kind, l.Subject, l.Seq, millis(l.At), l.Action, int64(l.Person), l.Name, int64(l.For), string(l.Post), int64(l.Org), l.OrgName,
			l.Relation, l.Rule, l.OSUser, l.Round, l.Version, string(l.From), string(l.To), l.Note, l.Definition, string(l.Data), l.Prev[:],
			l.Digest[:], orNull(l.command), orNull(l.request),
		}
		owed = append(owed, []any{l.Kind, l.Subject, l.Seq, l.Action, l.tell, millis(l.At)}, owedToSeal(l.Kind, l.Subject, l.Seq))
		if l.rev != 0 {
			owed = append(owed, owedToCounters(l.Subject, l.rev))
		}
	}
	if err := insertAll(tx, lineInsert, rows); err != nil {
		return raceLost(err, "PRIMARY", "history_command")
	}
	return insertAll(tx, outboxInsert, owed)
}

// orNull is NULL for nil, which a driver may take for no bytes.
func orNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// Note writes lines of history about subjects other than issues, in one transaction. Their Seq and chain are set here; a line has
// its own At, Kind and Subject. Errors: those of the database.
func (db *DB) Note(ctx context.Context, lines ...workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error { return appendLines(tx, lines) })
}

type subject struct {
	kind string
	id   int64
}

type head struct {
	seq    int
	digest [32]byte
}

// appendLines chains lines to the ends of the histories of their subjects, in the order given.
func appendLines(tx *gorm.DB, lines []workflow.Line) error {
	heads, err := readHeads(tx, lines)
	if err != nil {
		return err
	}
	ends := make(map[subject]head, len(lines))
	entries := make([]entry, len(lines))
	for n, l := range lines {
		if l.Kind == "" || l.Kind == workflow.KindIssue {
			return fmt.Errorf("a line about %q %d is not written like this", l.Kind, l.Subject)
		}
		of := subject{l.Kind, l.Subject}
		end, ok := ends[of]
		if !ok {
			end = heads[of]
		}
		l.At = l.At.UTC().Truncate(time.Millisecond)
		l.Seal(end.seq+1, end.digest)
		ends[of] = head{l.Seq, l.Digest}
		entries[n] = entry{Line: l}
	}
	if err := writeHeads(tx, heads, ends); err != nil {
		return err
	}
	return writeLines(tx, entries)
}

func readHeads(tx *gorm.DB, lines []workflow.Line) (map[subject]head, error) {
	ids := make(map[string][]int64)
	for n := range lines {
		ids[lines[n].Kind] = append(ids[lines[n].Kind], lines[n].Subject)
	}
	heads := make(map[subject]head)
	for kind, all := range ids {
		slices.Sort(all)
		err := inBatches(slices.Compact(all), func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var id int64
				var h head
				err := scan(&id, &h.seq, (*digestColumn)(&h.digest))
				heads[subject{kind, id}] = h
				return err
			}, "SELECT subject, seq, digest FROM heads WHERE kind = ? AND subject IN ("+marks+")", append([]any{kind}, args...)...)
		})
		if err != nil {
			return nil, err
		}
	}
	return heads, nil
}

// writeHeads moves the ends of histories, always in the same order of subjects.
func writeHeads(tx *gorm.DB, heads, ends map[subject]head) error {
	order := make([]subject, 0, len(ends))
	for of := range ends {
		order = append(order, of)
	}
	slices.SortFunc(order, func(a, b subject) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id)) })
	var fresh [][]any
	for _, of := range order {
		end := ends[of]
		was, old := heads[of]
		if !old {
			fresh = append(fresh, []any{of.kind, of.id, end.seq, end.digest[:]})
			continue
		}
		err := changeOne(tx, "UPDATE heads SET seq = ?, digest = ? WHERE kind = ? AND subject = ? AND seq = ?",
			end.seq, end.digest[:], of.kind, of.id, was.seq)
		if err != nil {
			return err
		}
	}
	return raceLost(insertAll(tx, "INSERT INTO heads (kind, subject, seq, digest) VALUES ", fresh), "PRIMARY")
}

// History reads lines of one subject after a place, at most limit of them, oldest first. Kind is workflow.KindIssue or another.
func (db *DB) History(ctx context.Context, kind string, subject int64, afterSeq, limit int) (lines []workflow.Line, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		lines, err = historyOf(tx, kind, subject, afterSeq, afterSeq+limit)
		return err
	})
	return lines, err
}

// LastLine reads the newest line of a subject. ErrNotFound when it has none.
func (db *DB) LastLine(ctx context.Context, kind string, subject int64) (line workflow.Line, err error) {
	found := false
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) (err error) {
			found = true
			line, err = scanLine(scan)
			return err
		}, "SELECT "+lineColumns+" FROM history WHERE kind = ? AND subject = ? ORDER BY seq DESC LIMIT 1", kind, subject)
	})
	if err == nil && !found {
		err = workflow.NotFound("no_history", workflow.Say("没有历史记录", "there is no history"))
	}
	return line, err
}

// Subjects lists the subjects of a kind that have history, in the order of their ids.
func (db *DB) Subjects(ctx context.Context, kind string, limit int) (out []int64, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var subject int64
			err := scan(&subject)
			out = append(out, subject)
			return err
		}, "SELECT DISTINCT subject FROM history WHERE kind = ? ORDER BY subject LIMIT ?", kind, limit)
	})
	return out, err
}

// historyOf reads the lines after one place up to another: the places of a subject have no gaps.
func historyOf(tx *gorm.DB, kind string, subject int64, after, upTo int) (lines []workflow.Line, err error) {
	err = each(tx, func(scan func(...any) error) error {
		l, err := scanLine(scan)
		lines = append(lines, l)
		return err
	}, "SELECT "+lineColumns+" FROM history WHERE kind = ? AND subject = ? AND seq > ? AND seq <= ? ORDER BY seq", kind, subject, after, upTo)
	return lines, err
}

func scanLine(scan func(...any) error) (l workflow.Line, err error) {
	var at int64
	var data []byte
	err = scan(&l.Kind, &l.Subject, &l.Seq, &at, &l.Action, &l.Person, &l.Name, &l.For, &l.Post, &l.Org, &l.OrgName, &l.Relation, &l.Rule,
		&l.OSUser, &l.Round, &l.Version, &l.From, &l.To, &l.Note, &l.Definition, &data, (*digestColumn)(&l.Prev), (*digestColumn)(&l.Digest))
	l.At, l.Data = time.UnixMilli(at).UTC(), data
	return l, err
}

// Fold lays the changes of lines over each other: the issue as the last of them left it. The lines begin with the first one.
// Where an org was moved in the tree, the issue has the lineage of its last step.
func Fold(lines []workflow.Line) (workflow.Issue, error) {
	fields := make(map[string]json.RawMessage)
	for n := range lines {
		if err := json.Unmarshal(lines[n].Data, &fields); err != nil {
			return workflow.Issue{}, fmt.Errorf("line %d of issue %d: %w", lines[n].Seq, lines[n].Subject, err)
		}
	}
	whole, err := json.Marshal(fields)
	if err != nil {
		return workflow.Issue{}, err
	}
	return decodeIssue(whole)
}

func decodeIssue(doc []byte) (i workflow.Issue, err error) {
	err = json.Unmarshal(doc, &i)
	return i, err
}
