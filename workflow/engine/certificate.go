package engine

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"rectify/workflow"
	"rectify/workflow/certificate"
	"rectify/workflow/store"
)

// Paper is a file that the program made.
type Paper struct {
	Name string
	Body []byte
}

// Certificate makes the closure certificate (销号证明) of an issue: a PDF of what was found and done, who verified and who closed it, the
// line of history that closed it, and the newest checkpoint or, if size is not 0, the one of that size. The same record and checkpoint
// make the same bytes. That it was taken is on record.
//
// Errors: as Issue, and ErrRefused with the code not_closed; those of Seal but for no_keys, which leaves the checkpoint out; ErrNotFound
// when there is no checkpoint of the size.
func (e *Engine) Certificate(ctx context.Context, by workflow.Actor, id workflow.IssueID, size int64) (Paper, error) {
	i, err := e.see(ctx, &by, id)
	if err != nil {
		return Paper{}, err
	}
	if i.State != workflow.Closed {
		return Paper{}, workflow.Refused("not_closed", workflow.Say("问题尚未销号，没有销号证明", "the issue is not closed, so there is no certificate of its closure"))
	}
	c, err := e.certified(ctx, i)
	if err != nil {
		return Paper{}, err
	}
	if c.Checkpoint, err = e.certifiedAt(ctx, size); err != nil {
		return Paper{}, err
	}
	var out bytes.Buffer
	if err := certificate.Write(&out, &c); err != nil {
		return Paper{}, err
	}
	name := "销号证明 " + c.Number
	line := e.note(&by, KindAccount, int64(by.Person), "exported", name, nil)
	if err := errors.Join(e.db.Note(ctx, line), e.took(ctx, &by, "took_certificate", id, c.Number)); err != nil {
		return Paper{}, err
	}
	return Paper{name + ".pdf", out.Bytes()}, nil
}

func (e *Engine) certifiedAt(ctx context.Context, size int64) (certificate.Checkpoint, error) {
	var c Checkpoint
	var err error
	if size == 0 {
		c, err = e.Checkpoint(ctx)
	} else {
		c, err = e.CheckpointOf(ctx, size)
	}
	switch fault, ok := errors.AsType[*workflow.Fault](err); {
	case ok && fault.Code == "no_keys":
		return certificate.Checkpoint{}, nil
	case err != nil:
		return certificate.Checkpoint{}, err
	}
	return certificate.Checkpoint{Size: c.Size, At: c.At, ShortCode: c.ShortCode(), Note: c.Note}, nil
}

// certified is what the certificate of a closed issue says, as its history had it when it was closed: what was written later changes
// nothing.
func (e *Engine) certified(ctx context.Context, i workflow.Issue) (c certificate.Certificate, err error) {
	d, err := e.dossier(ctx, i)
	if err != nil {
		return c, err
	}
	last := len(d.Lines) - 1
	for last > 0 && (d.Lines[last].To != workflow.Closed || d.Lines[last].From == workflow.Closed) {
		last--
	}
	lines, closing := d.Lines[:last+1], &d.Lines[last]
	if i, err = store.Fold(lines); err != nil {
		return c, err
	}
	c = certificate.Certificate{Number: i.ShownNumber(), OwnNumber: i.OwnNumber, Grade: i.Grade.Text().Zh, Round: i.Round,
		Person: firstText(d.People[i.Person], i.Extra["责任人"]), FoundOn: i.FoundOn, Due: i.Due, ClosedOn: workflow.DayOf(closing.At), Detail: i.Detail, Document: i.Document.Number,
		Closed: deedOf(closing, &d), Line: certificate.Line{Seq: closing.Seq, Digest: closing.Digest}}
	source, _ := i.Source.Rule()
	c.Source = source.Text.Zh
	for _, k := range workflow.Kinds() {
		if k.Word == string(i.Kind) {
			c.Kind = k.Text.Zh
		}
	}
	for _, m := range i.Measures {
		c.Measures = append(c.Measures, certificate.Measure{Text: m.Text, Result: m.Result, DoneOn: m.DoneOn})
	}
	for _, x := range i.Evidence {
		if x.Round == i.Round {
			c.Evidence = append(c.Evidence, certificate.Evidence{Name: x.Name, Hash: x.Hash, Text: x.Text})
		}
	}
	c.Verified = verifiedBy(lines, &d)
	c.Responsible, err = e.wayTo(ctx, i.Line)
	return c, err
}

// wayTo names the organisations from the root down to the last.
func (e *Engine) wayTo(ctx context.Context, line workflow.Lineage) (string, error) {
	names, err := e.db.OrgsByID(ctx, orgsOf(line))
	var above []string
	for _, place := range line[:line.Depth()] {
		org := names[place.Org]
		above = append(above, org.Shown())
	}
	return strings.Join(above, " › "), err
}

// verifiedBy are those who passed the issue since it was submitted last, in the order in which they did.
func verifiedBy(lines []workflow.Line, d *Dossier) (out []certificate.Deed) {
	for n := len(lines) - 1; n >= 0 && lines[n].Action != string(workflow.Submit); n-- {
		if lines[n].Action == string(workflow.Pass) {
			out = append(out, deedOf(&lines[n], d))
		}
	}
	slices.Reverse(out)
	return out
}

func deedOf(l *workflow.Line, d *Dossier) certificate.Deed {
	post, _ := workflow.PostNamed(string(l.Post))
	return certificate.Deed{Org: l.OrgName, Post: post.Text.Zh, Name: l.Name, For: d.People[l.For], At: l.At, Note: l.Note}
}

// NewestCheckpoint is the newest checkpoint as it is, without sealing anything. ErrNotFound where there is none, or no keys to verify it.
func (e *Engine) NewestCheckpoint(ctx context.Context) (Checkpoint, error) {
	if e.keys == "" {
		return Checkpoint{}, noCheckpoint()
	}
	all, err := e.Checkpoints(ctx, 0, 1)
	if err == nil && len(all) == 0 {
		err = noCheckpoint()
	}
	if err != nil {
		return Checkpoint{}, err
	}
	return all[0], nil
}

func noCheckpoint() error {
	return workflow.NotFound("no_checkpoint", workflow.Say("还没有检查点", "there is no checkpoint yet"))
}

// CheckpointCode is the checkpoint of a size as a QR code, a PNG. ErrNotFound when there is none.
func (e *Engine) CheckpointCode(ctx context.Context, size int64) ([]byte, error) {
	if e.keys == "" {
		return nil, noCheckpoint()
	}
	c, err := e.CheckpointOf(ctx, size)
	if err != nil {
		return nil, err
	}
	return certificate.Code(c.Note)
}
