package engine

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"rectify/workflow"
	"rectify/workflow/pack"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// PackPlan says what a pack is made of.
type PackPlan struct {
	Mandate    workflow.MandateID
	Passphrase string
	Files      bool     // with the files of evidence
	Held       []string // checkpoints that its proof is to be comparable with, as those of BundleWhat
}

// Pack writes the offline pack of an inspector: what they may see under one mandate, with the proof of it, encrypted to a passphrase, see
// package pack. It is put on record before a byte of it leaves.
//
// Errors: ErrForbidden for who is no inspector of it, has not declared their ties or has no authority any more; ErrInvalid for a weak
// passphrase; and those of Seal.
func (e *Engine) Pack(ctx context.Context, by workflow.Actor, p PackPlan, w io.Writer) (pack.Head, error) {
	if err := pack.Strong(p.Passphrase); err != nil {
		return pack.Head{}, err
	}
	at := slices.IndexFunc(by.Appointments, func(a workflow.Appointment) bool {
		return a.Post == workflow.Inspector && a.Mandate.ID == p.Mandate && a.Mandate.Open()
	})
	if at < 0 {
		return pack.Head{}, workflow.Forbidden("no_mandate", workflow.Say("只有本次授权的巡察员，在授权期内、作出回避声明后，可以制作数据包", "a pack is made by an inspector of the mandate, within its days and after the declaration"))
	}
	by.Appointments = by.Appointments[at : at+1]
	by.As.Appointment = by.Appointments[0]
	m, err := e.db.Mandate(ctx, p.Mandate)
	if err != nil {
		return pack.Head{}, err
	}
	dir, err := os.MkdirTemp("", "rectify-packing-")
	if err != nil {
		return pack.Head{}, err
	}
	h, files, err := e.gather(ctx, &by, &m, &p, dir)
	if err == nil {
		err = e.packed(ctx, &by, &m, &h)
	}
	if err == nil {
		if h.Files = p.Files; !h.Files {
			files = nil
		}
		err = e.writePack(ctx, w, p.Passphrase, h, dir, files)
	}
	return h, errors.Join(err, os.RemoveAll(dir))
}

// gather copies what the actor may see into a database of its own, proves it, and lists the files of evidence.
func (e *Engine) gather(ctx context.Context, by *workflow.Actor, m *Mandate, p *PackPlan, dir string) (h pack.Head, files []string, err error) {
	org, err := e.db.Org(ctx, m.Org)
	if err != nil {
		return h, nil, err
	}
	h = pack.Head{Format: pack.Format, ID: e.newID(), Mandate: m.ID, Number: m.Number, Basis: m.Basis, Org: m.Org, OrgName: org.Shown(), From: m.From, Until: m.Until,
		Person: by.Person, Account: by.Account, Name: by.Name, At: e.moment()}
	x := store.Extraction{Person: by.Person, Mandate: m.ID}
	for _, l := range org.Line {
		x.Orgs = append(x.Orgs, l.Org)
	}
	all, err := e.db.Orgs(ctx)
	if err != nil {
		return h, nil, err
	}
	for n := range all {
		if all[n].Line.Passes(m.Org) && !tied(by, all[n].Line) {
			x.Orgs = append(x.Orgs, all[n].ID)
		}
	}
	err = e.db.EachIssue(ctx, e.scope(by), Filter{Today: e.Today()}, func(i workflow.Issue) error {
		files = append(files, evidenceOf(&i)...)
		return e.occurring(ctx, &x, i)
	})
	if err != nil {
		return h, nil, err
	}
	h.Issues = len(x.Issues)
	slices.Sort(files)
	b := &Bundle{e: e, what: BundleWhat{Held: p.Held}, uses: make(map[string]bool)}
	b.header.By, b.header.Account = actorTitle(by), by.Account
	b.header.What = proof.What{Mandate: m.Number, Title: h.OrgName}
	if err := errors.Join(b.hold(ctx), b.extract(ctx, filepath.Join(dir, pack.Database), x)); err != nil {
		return h, nil, err
	}
	return h, slices.Compact(files), b.file(ctx, filepath.Join(dir, pack.Proof))
}

// occurring adds an issue with the organisations and people that it and its history speak of.
func (e *Engine) occurring(ctx context.Context, x *store.Extraction, i workflow.Issue) error {
	d, err := e.dossier(ctx, i)
	if err != nil {
		return err
	}
	x.Issues = append(x.Issues, i.ID)
	for id := range d.Orgs {
		x.Orgs = append(x.Orgs, id)
	}
	for id := range d.People {
		x.People = append(x.People, id)
	}
	for n := range d.Lines {
		x.People, x.Orgs = append(x.People, d.Lines[n].Person), append(x.Orgs, d.Lines[n].Org)
	}
	return nil
}

// evidenceOf are the hashes of the files of an issue.
func evidenceOf(i *workflow.Issue) (out []string) {
	for n := range i.Evidence {
		if h := i.Evidence[n].Hash; h != "" {
			out = append(out, h)
		}
	}
	if i.Document.File != "" {
		out = append(out, i.Document.File)
	}
	return out
}

// extract copies into a new database, and takes the issues into the bundle as they are there.
func (b *Bundle) extract(ctx context.Context, name string, x store.Extraction) error {
	to, err := store.Open(ctx, store.Config{DSN: "sqlite:" + name, Setup: true, Now: b.e.now, Log: b.e.log})
	if err != nil {
		return err
	}
	err = b.e.db.Extract(ctx, to, x)
	for n := 0; err == nil && n < len(x.Issues); n++ {
		var row store.ProofRow
		row, err = to.ProofRow(ctx, x.Issues[n])
		b.subjects = append(b.subjects, bundled{kind: workflow.KindIssue, id: int64(x.Issues[n]), upTo: row.Seq, row: &row})
	}
	return errors.Join(err, to.Close())
}

// file seals what there is and writes the bundle into a file, compressed.
func (b *Bundle) file(ctx context.Context, name string) error {
	if err := b.sealed(ctx); err != nil {
		return err
	}
	if err := errors.Join(b.addLines(ctx, KindRules, rulesSubject), b.survey(ctx)); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	small := gzip.NewWriter(f)
	return errors.Join(b.Write(ctx, small), small.Close(), f.Close())
}

// packed makes the keys of a pack and puts it on record.
func (e *Engine) packed(ctx context.Context, by *workflow.Actor, m *Mandate, h *pack.Head) error {
	var public string
	var err error
	if h.SignWith, public, h.SealWith, err = pack.NewKeys(e.random, fmt.Sprintf("rectify-pack-%d", h.ID)); err != nil {
		return err
	}
	what := fmt.Sprintf("%s 离线数据包%d 含%d个问题", m.Number, h.ID, h.Issues)
	if err := e.took(ctx, by, "pack", 0, what); err != nil {
		return err
	}
	return e.db.KeepPack(ctx, store.Pack{ID: h.ID, Mandate: m.ID, Person: by.Person, At: h.At, Issues: h.Issues, PublicKey: public},
		e.note(by, KindMandate, int64(m.ID), "mandate_packed", what, nil))
}

func (e *Engine) writePack(ctx context.Context, w io.Writer, passphrase string, h pack.Head, dir string, files []string) error {
	out, err := e.newPack(ctx, w, passphrase, h)
	if err != nil {
		return err
	}
	add := func(name string, f *os.File, err error) error {
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err == nil {
			err = out.Add(name, info.Size(), f)
		}
		return errors.Join(err, f.Close())
	}
	for _, name := range []string{pack.Database, pack.Proof} {
		f, err := os.Open(filepath.Join(dir, name))
		if err := add(name, f, err); err != nil {
			return err
		}
	}
	for _, hash := range files {
		f, err := e.files.Open(hash)
		if err := add(pack.FileName(hash), f, err); err != nil {
			return err
		}
	}
	return out.Close()
}

// newPack begins to write. It waits for a place as passwords do: making a key of the passphrase takes 256 MiB for a moment.
func (e *Engine) newPack(ctx context.Context, w io.Writer, passphrase string, h pack.Head) (*pack.Writer, error) {
	if err := e.takePlace(ctx); err != nil {
		return nil, err
	}
	defer func() { <-e.hashing }()
	return pack.NewWriter(w, passphrase, h)
}
