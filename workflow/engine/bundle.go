package engine

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// sealSlack is how old a line may be that is not sealed yet.
const sealSlack = 10 * time.Minute

// BundleWhat says what a bundle is to be of: one of Issue, Checklist, or From and To.
type BundleWhat struct {
	Issue     workflow.IssueID
	Checklist workflow.ChecklistID
	From, To  workflow.Day // days of sealing
	Files     bool         // with the files of evidence
	Held      []string     // checkpoints that it is to be comparable with: signed texts or short codes, as proof.Kept reads them
}

// Bundle is a bundle that may be taken; Write writes it.
type Bundle struct {
	Name string // of a file

	e        *Engine
	what     BundleWhat
	header   proof.Header
	newest   Checkpoint
	held     []proof.Checkpoint
	subjects []bundled
	leaves   []int64         // of the lines of subjects, sorted
	hashes   *store.Hashes   // of the log
	uses     map[string]bool // hashes of definitions
}

// bundled is a subject whose lines are in a bundle.
type bundled struct {
	kind string
	id   int64
	from int // after this line
	upTo int // to this one
	row  *store.ProofRow
}

// Bundle prepares a bundle: it looks whether the actor may have it, puts on record that it was taken, and seals what there is. What the
// actor may see, they may take; every line of a span, whatever it is about, may only be taken by the audit administrator or an inspector
// of the whole tree. Other inspectors get the issues of their mandate.
//
// Errors: ErrNotFound for what the actor may not see, ErrForbidden, ErrInvalid for a span that is none or a held text that is no checkpoint,
// ErrRefused with the code no_such_checkpoint for a short code that no checkpoint of the database has, and those of Seal.
func (e *Engine) Bundle(ctx context.Context, by workflow.Actor, what BundleWhat) (*Bundle, error) {
	b := &Bundle{e: e, what: what, uses: make(map[string]bool)}
	b.header.By, b.header.Account = actorTitle(&by), by.Account
	b.header.Files = what.Files
	var err error
	switch {
	case what.Issue != 0:
		err = b.ofIssue(ctx, &by)
	case what.Checklist != 0:
		err = b.ofChecklist(ctx, &by)
	default:
		err = b.ofSpan(ctx, &by)
	}
	if err != nil {
		return nil, err
	}
	if err := b.hold(ctx); err != nil {
		return nil, err
	}
	if err := e.bundleTaken(ctx, &by, what, b.Name); err != nil {
		return nil, err
	}
	if err := b.sealed(ctx); err != nil {
		return nil, err
	}
	if err := b.inSpan(ctx, &by); err != nil {
		return nil, err
	}
	return b, b.survey(ctx)
}

// sealed seals what there is: the bundle is of the log as it is then.
func (b *Bundle) sealed(ctx context.Context) (err error) {
	if _, b.newest, err = b.e.Seal(ctx); err != nil {
		return err
	}
	b.header.Origin, b.header.Size, b.header.At = b.newest.Origin, b.newest.Size, proof.Stamp(b.e.moment())
	b.hashes = b.e.db.Hashes(ctx)
	return nil
}

// actorTitle is who takes a bundle, for people.
func actorTitle(by *workflow.Actor) string {
	for n := range by.Appointments {
		a := &by.Appointments[n]
		rule, _ := workflow.PostNamed(string(a.Post))
		return by.Name + "（" + a.OrgName + rule.Text.Zh + "）"
	}
	return by.Name
}

// bundleTaken puts on record that a bundle was taken, whoever took it; an inspector does so under their mandate as well.
func (e *Engine) bundleTaken(ctx context.Context, by *workflow.Actor, what BundleWhat, name string) error {
	if err := e.took(ctx, by, "bundle", what.Issue, name); err != nil {
		return err
	}
	if by.As.Appointment.ID == 0 && len(by.Appointments) > 0 {
		by.As.Appointment = by.Appointments[0]
	}
	return e.db.Note(ctx, e.note(by, KindAccount, int64(by.Person), "bundle", name, nil))
}

func (b *Bundle) ofIssue(ctx context.Context, by *workflow.Actor) error {
	i, err := b.e.see(ctx, by, b.what.Issue)
	if err != nil {
		return err
	}
	b.Name = "proof-" + i.ShownNumber()
	b.header.What = proof.What{Issue: int64(i.ID), Number: i.Number}
	return b.add(ctx, i.ID)
}

func (b *Bundle) ofChecklist(ctx context.Context, by *workflow.Actor) error {
	list, err := b.e.db.Checklist(ctx, b.what.Checklist)
	if err != nil {
		return err
	}
	all := 0
	err = b.e.db.EachIssue(ctx, store.Scope{All: true}, Filter{Checklist: list.ID}, func(i workflow.Issue) error {
		all++
		if _, err := b.e.seen(by, i); err != nil {
			return nil //nolint:nilerr // it is left out, and counted
		}
		return b.add(ctx, i.ID)
	})
	if err != nil {
		return err
	}
	if len(b.subjects) == 0 {
		return workflow.NotFound("no_such_checklist", workflow.Say("没有这份问题清单", "there is no such checklist"))
	}
	b.header.LeftOut = all - len(b.subjects)
	b.Name = "proof-checklist-" + string(list.FoundOn)
	b.header.What = proof.What{Checklist: int64(list.ID), Title: list.Title}
	return b.addLines(ctx, KindChecklist, int64(list.ID))
}

// ofSpan looks who asks for a span of days. What is in it is found when it is sealed.
func (b *Bundle) ofSpan(ctx context.Context, by *workflow.Actor) error {
	if b.what.From == "" || b.what.To == "" || b.what.To < b.what.From {
		return workflow.Invalid("bad_span", "to", workflow.Say("请给出起止日期，先早后晚", "give the first and the last day"))
	}
	b.Name = "proof-" + string(b.what.From) + "-" + string(b.what.To)
	b.header.What = proof.What{From: b.what.From, To: b.what.To, All: Administers(by, "audit_admin")}
	for n := range by.Appointments {
		if a := &by.Appointments[n]; a.Post == workflow.Inspector && a.Mandate.Open() {
			root := a.Line[1] == workflow.Place{} && a.Mandate.Ties.None()
			b.header.What.All, b.header.What.Title = b.header.What.All || root, a.OrgName
			return nil
		}
	}
	if !b.header.What.All {
		return workflow.Forbidden("not_yours", workflow.Say("一段时间的全部记录只有巡察员（授权范围内）和安全审计员可以取", "a span of days may be taken by inspectors, within their mandate, and by the audit administrator"))
	}
	return nil
}

// add takes an issue in, up to the line that is its last one now.
func (b *Bundle) add(ctx context.Context, id workflow.IssueID) error {
	row, err := b.e.db.ProofRow(ctx, id)
	b.subjects = append(b.subjects, bundled{kind: workflow.KindIssue, id: int64(id), upTo: row.Seq, row: &row})
	return err
}

// addLines takes in what is not about an issue.
func (b *Bundle) addLines(ctx context.Context, kind string, id int64) error {
	last, err := b.e.db.LastLine(ctx, kind, id)
	if errors.Is(err, workflow.ErrNotFound) {
		return nil
	}
	b.subjects = append(b.subjects, bundled{kind: kind, id: id, upTo: last.Seq})
	return err
}

// inSpan finds the subjects of a span of days: of the log itself, or the issues that the actor may see.
func (b *Bundle) inSpan(ctx context.Context, by *workflow.Actor) error {
	w := &b.header.What
	if w.From == "" {
		return b.addLines(ctx, KindRules, rulesSubject)
	}
	first, last, err := b.span(ctx)
	if err != nil {
		return err
	}
	found, err := b.sealedIn(ctx, first, last)
	if err != nil {
		return err
	}
	if w.All {
		w.First, w.Last = first, last
		b.subjects = found
		return nil
	}
	for _, s := range found {
		if s.kind != workflow.KindIssue {
			continue
		}
		i, err := b.e.see(ctx, by, workflow.IssueID(s.id))
		switch {
		case errors.Is(err, workflow.ErrNotFound):
			continue
		case err != nil:
			return err
		}
		if err := b.addSealed(ctx, i.ID); err != nil {
			return err
		}
	}
	return b.addLines(ctx, KindRules, rulesSubject)
}

// addSealed takes in an issue as far as the newest checkpoint has it, and its row if it did not go on since.
func (b *Bundle) addSealed(ctx context.Context, id workflow.IssueID) error {
	if err := b.add(ctx, id); err != nil {
		return err
	}
	s := &b.subjects[len(b.subjects)-1]
	leaves, err := b.e.db.Leaves(ctx, s.kind, s.id, 0, s.upTo)
	if err != nil {
		return err
	}
	if leaf, ok := leaves[s.upTo]; ok && leaf < b.newest.Size {
		return nil
	}
	if _, b.newest, err = b.e.Seal(ctx); err != nil { // it went on while the others were read
		return err
	}
	b.header.Size, b.hashes = b.newest.Size, b.e.db.Hashes(ctx)
	return nil
}

// span is the piece of the log that was sealed from the first to the last day: between the last checkpoint before it and the last in it.
func (b *Bundle) span(ctx context.Context) (first, last int64, err error) {
	begin, end := b.what.From.Time(), b.what.To.Add(1).Time().Add(-time.Millisecond)
	before, err := b.e.db.DailyCheckpoints(ctx, time.UnixMilli(0), begin.Add(-time.Millisecond))
	if err != nil {
		return 0, 0, err
	}
	within, err := b.e.db.DailyCheckpoints(ctx, begin, end)
	if err != nil {
		return 0, 0, err
	}
	if len(before) > 0 {
		first = before[len(before)-1].Size
	}
	last = first
	if len(within) > 0 {
		last = within[len(within)-1].Size
	}
	return min(first, b.newest.Size), min(last, b.newest.Size), nil // what was signed since is not of this bundle
}

// sealedIn lists the subjects of the lines in a piece of the log, in the order of a bundle, with the places of those lines.
func (b *Bundle) sealedIn(ctx context.Context, first, last int64) ([]bundled, error) {
	of := make(map[store.LineAt]*bundled)
	for from := first; from < last; from += proofsAtOnce {
		lines, err := b.e.db.Sealed(ctx, from, int(min(proofsAtOnce, last-from)))
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			key := store.LineAt{Kind: l.Kind, Subject: l.Subject}
			s, ok := of[key]
			if !ok {
				s = &bundled{kind: l.Kind, id: l.Subject, from: l.Seq - 1, upTo: l.Seq}
				of[key] = s
			}
			s.from, s.upTo = min(s.from, l.Seq-1), max(s.upTo, l.Seq)
		}
	}
	out := make([]bundled, 0, len(of))
	for _, s := range of {
		out = append(out, *s)
	}
	return out, nil
}

const proofsAtOnce = 500 // lines read at once

// survey looks through the lines beforehand: where they stand in the log, and which definitions they follow.
func (b *Bundle) survey(ctx context.Context) error {
	slices.SortFunc(b.subjects, func(x, y bundled) int { return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.id, y.id)) })
	if b.header.What.All {
		b.header.Leaves = true
		return nil
	}
	lines := int64(0)
	for _, s := range b.subjects {
		err := b.lines(ctx, s, func(l *workflow.Line, leaf int64) error {
			if l.Definition != "" {
				b.uses[l.Definition] = true
			}
			b.leaves = append(b.leaves, leaf)
			lines++
			return nil
		})
		if err != nil {
			return err
		}
	}
	slices.Sort(b.leaves)
	b.header.Leaves = lines*proofLength > b.newest.Size
	return nil
}

const proofLength = 16 // hashes of a proof, about: where proofs would be longer than the log, the log goes in

// lines goes through the lines of a subject with their places in the log, -1 for one that should be sealed and is not.
func (b *Bundle) lines(ctx context.Context, s bundled, fn func(*workflow.Line, int64) error) error {
	end := b.newest.Size
	if b.header.What.All {
		s.upTo++ // where one was slipped in behind those that are sealed, it is named
		end = b.header.What.Last
	}
	for after := s.from; after < s.upTo; {
		limit := min(proofsAtOnce, s.upTo-after)
		lines, err := b.e.db.History(ctx, s.kind, s.id, after, limit)
		if err != nil {
			return err
		}
		leaves, err := b.e.db.Leaves(ctx, s.kind, s.id, after, after+limit)
		if err != nil {
			return err
		}
		for n := range lines {
			leaf, sealed := leaves[lines[n].Seq]
			switch {
			case !sealed && lines[n].At.Add(sealSlack).Before(b.newest.At):
				leaf = -1
			case !sealed || leaf >= end:
				continue
			}
			if err := fn(&lines[n], leaf); err != nil {
				return err
			}
		}
		after += limit
	}
	return nil
}

// proofOf proves that a line is in the log; nil where the bundle has the leaves.
func (b *Bundle) proofOf(leaf int64) ([]tlog.Hash, error) {
	if b.header.Leaves || leaf < 0 {
		return nil, nil
	}
	return tlog.ProveRecord(b.newest.Size, leaf, b.hashes)
}

// Write writes the bundle. When it fails what was written is no whole bundle, and whoever verifies it is told so.
func (b *Bundle) Write(ctx context.Context, out io.Writer) error {
	keys, err := proof.ReadKeys(b.e.keys, b.e.random)
	if err != nil {
		return err
	}
	w, err := proof.NewWriter(out, b.header)
	if err != nil {
		return err
	}
	if err := errors.Join(w.Keys(keys.Public), b.writeCheckpoints(ctx, w), b.writeLeaves(w), b.writeRules(ctx, w)); err != nil {
		return err
	}
	for _, s := range b.subjects {
		if err := b.writeSubject(ctx, w, s); err != nil {
			return err
		}
	}
	return w.Close(b.e.moment(), keys.Signers...)
}
