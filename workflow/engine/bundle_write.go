package engine

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// writeCheckpoints writes the checkpoints that tell when lines were sealed: those before and after each line, the last of each day on
// which something was sealed, those that the taker holds, and the newest.
func (b *Bundle) writeCheckpoints(ctx context.Context, w *proof.Writer) error {
	notes, err := b.checkpoints(ctx)
	if err != nil {
		return err
	}
	for _, size := range slices.Sorted(maps.Keys(notes)) {
		var grown []tlog.Hash
		if !b.header.Leaves && size > 0 && size < b.newest.Size {
			if grown, err = tlog.ProveTree(b.newest.Size, size, b.hashes); err != nil {
				return err
			}
		}
		if err := w.Checkpoint(notes[size], grown); err != nil {
			return err
		}
	}
	return b.writeRoots(w, notes)
}

func (b *Bundle) checkpoints(ctx context.Context) (map[int64]string, error) {
	notes := make(map[int64]string)
	for _, c := range b.held {
		row, err := b.e.db.CheckpointOf(ctx, c.Size)
		switch {
		case err == nil:
			notes[row.Size] = row.Note
		case !errors.Is(err, workflow.ErrNotFound):
			return nil, err
		}
	}
	fine := maps.Clone(notes)
	err := b.eachCheckpoint(ctx, func(row store.CheckpointRow) bool {
		fine[row.Size] = row.Note
		return b.header.What.Mandate == "" || len(fine) <= fineMost
	})
	if len(fine) <= fineMost || b.header.What.Mandate == "" {
		notes = fine
	} else if err == nil {
		err = b.daily(ctx, func(row store.CheckpointRow) bool { notes[row.Size] = row.Note; return true })
	}
	for size := range notes {
		if size > b.newest.Size {
			delete(notes, size)
		}
	}
	notes[b.newest.Size] = b.newest.Note
	return notes, err
}

// fineMost is how many checkpoints an offline pack has: one that would have more has the last of each day alone.
const fineMost = 10_000

// daily calls fn with the last checkpoint of each day.
func (b *Bundle) daily(ctx context.Context, fn func(store.CheckpointRow) bool) error {
	daily, err := b.e.db.DailyCheckpoints(ctx, time.UnixMilli(0), b.newest.At)
	for _, row := range daily {
		fn(row)
	}
	return err
}

// eachCheckpoint calls fn with the checkpoints that matter for the lines, as long as it wants more.
func (b *Bundle) eachCheckpoint(ctx context.Context, fn func(store.CheckpointRow) bool) error {
	db := b.e.db
	if b.header.What.All {
		if err := b.daily(ctx, fn); err != nil || b.what.From.Until(b.what.To) > fineDays {
			return err
		}
		return b.within(ctx, b.header.What.First, b.header.What.Last, fn)
	}
	covered := int64(-1) // up to here the checkpoint after is known
	for _, leaf := range b.leaves {
		if leaf < covered || leaf < 0 {
			continue
		}
		before, err := db.Checkpoints(ctx, leaf+1, 1)
		if err != nil {
			return err
		}
		after, err := db.CheckpointsFrom(ctx, leaf+1, 1)
		if err != nil {
			return err
		}
		for _, row := range append(before, after...) {
			if !fn(row) {
				return nil
			}
			covered = row.Size
		}
	}
	return nil
}

// fineDays is how long a span may be for the bundle to have every checkpoint in it and not the last of each day alone.
const fineDays = 31

func (b *Bundle) within(ctx context.Context, first, last int64, fn func(store.CheckpointRow) bool) error {
	for from := first; ; {
		rows, err := b.e.db.CheckpointsFrom(ctx, from, proofsAtOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if row.Size > last || !fn(row) {
				return nil
			}
		}
		from = rows[len(rows)-1].Size + 1
	}
}

// writeLeaves writes the hashes of all lines of the log, where proofs would be longer.
func (b *Bundle) writeLeaves(w *proof.Writer) error {
	if !b.header.Leaves {
		return nil
	}
	const atOnce = 8192
	for first := int64(0); first < b.newest.Size; first += atOnce {
		indexes := make([]int64, 0, atOnce)
		for leaf := first; leaf < min(first+atOnce, b.newest.Size); leaf++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, leaf))
		}
		hashes, err := b.hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		if err := w.Leaves(first, hashes); err != nil {
			return err
		}
	}
	return nil
}

// writeRules writes the definitions that the lines follow, those in force, and the policy.
func (b *Bundle) writeRules(ctx context.Context, w *proof.Writer) error {
	rules := b.e.rulesInForce()
	inForce := make(map[string]bool)
	for _, m := range rules.Machines {
		b.uses[m.Hash], inForce[m.Hash] = true, true
	}
	for _, hash := range slices.Sorted(maps.Keys(b.uses)) {
		machine, body, err := b.e.db.Definition(ctx, hash)
		if errors.Is(err, workflow.ErrNotFound) {
			continue // whoever verifies will miss it
		}
		if err == nil {
			err = w.Definition(hash, machine, body, inForce[hash])
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(w.Policy("model.conf", []byte(rules.Policy.Model)), w.Policy("policy.csv", []byte(rules.Policy.Policy)))
}

// writeSubject writes the lines of a subject, the row, and the files that the lines name.
func (b *Bundle) writeSubject(ctx context.Context, w *proof.Writer, s bundled) error {
	var files []string
	last := 0
	err := b.lines(ctx, s, func(l *workflow.Line, leaf int64) error {
		if s.kind == workflow.KindIssue && b.what.Files {
			for _, hash := range proof.FilesNamed(l) {
				if !slices.Contains(files, hash) {
					files = append(files, hash)
				}
			}
		}
		last = l.Seq
		grown, err := b.proofOf(leaf)
		if err != nil {
			return err
		}
		return w.Line(l, leaf, grown)
	})
	if err != nil || s.kind != workflow.KindIssue {
		return err
	}
	if err := b.writeRow(ctx, w, s, last); err != nil {
		return err
	}
	for _, hash := range files {
		if err := b.writeFile(w, hash); err != nil {
			return err
		}
	}
	return nil
}

// writeRow writes the row of an issue; of a span of the log only where it begins and ends with what the bundle has.
func (b *Bundle) writeRow(ctx context.Context, w *proof.Writer, s bundled, last int) error {
	row := s.row
	if row == nil {
		if s.from > 0 || last == 0 {
			return nil
		}
		now, err := b.e.db.ProofRow(ctx, workflow.IssueID(s.id))
		if errors.Is(err, workflow.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		row = &now
	}
	return w.Row(proof.Row{Subject: s.id, Seq: row.Seq, Head: row.Head, Columns: columnsOf(&row.Row), Doc: string(row.Doc)})
}

// columnsOf are the columns of a row as proof.Columns names them.
func columnsOf(r *store.Row) map[string]string {
	return map[string]string{
		"number": r.Number, "round": strconv.Itoa(r.Round), "version": strconv.Itoa(r.Version), "state": string(r.State), "since": string(r.Since),
		"source": string(r.Source), "kind": string(r.Kind), "grade": r.Grade.String(), "due": string(r.Due), "found_on": string(r.FoundOn),
		"finder": strconv.FormatInt(int64(r.Finder), 10), "responsible": strconv.FormatInt(int64(r.Responsible), 10),
		"person": strconv.FormatInt(int64(r.Person), 10), "reported": strconv.FormatBool(r.Reported), "supervised": strconv.FormatBool(r.Supervised),
	}
}

// writeFile writes a file of evidence as it is in the store, whatever became of it.
func (b *Bundle) writeFile(w *proof.Writer, hash string) (err error) {
	f, err := b.e.files.Open(hash)
	if errors.Is(err, workflow.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return w.File(hash, nil)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return w.File(hash, f)
}

// ProofReport is what was found in a bundle.
type ProofReport = proof.Report

// ProofFinding is one sentence of a report.
type ProofFinding = proof.Finding

// TakesSpans says whether the actor may take a bundle of a span of days.
func TakesSpans(by *workflow.Actor) bool {
	return Administers(by, "audit_admin") || slices.ContainsFunc(by.Appointments, func(a workflow.Appointment) bool {
		return a.Post == workflow.Inspector && a.Mandate.Open()
	})
}

// VerifyBundle reads a bundle and says what was checked, what is wrong and what it cannot tell. held are checkpoints that somebody kept.
func (e *Engine) VerifyBundle(r io.Reader, held []string) proof.Report {
	return proof.Verify(r, proof.Options{Held: held, Witnesses: e.witnesses})
}
