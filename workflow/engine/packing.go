package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rectify/workflow"
	"rectify/workflow/pack"
	"rectify/workflow/store"
)

// PackPlan says what a pack is made of.
type PackPlan struct {
	Mandate    workflow.MandateID
	Passphrase string
	Files      bool // with the files of evidence
}

// Pack writes the offline pack of an inspector: what they may see under one mandate, encrypted to a passphrase, see package pack. It is put
// on record before a byte of it leaves.
//
// Errors: ErrForbidden for who is no inspector of it, has not declared their ties or has no authority any more; ErrInvalid for a weak
// passphrase.
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
	h, files, err := e.gather(ctx, &by, &m, dir)
	if err == nil {
		err = e.packed(ctx, &by, &m, &h)
	}
	if err == nil {
		if !p.Files {
			files = nil
		}
		err = e.writePack(w, p.Passphrase, h, filepath.Join(dir, pack.Database), files)
	}
	return h, errors.Join(err, os.RemoveAll(dir))
}

// gather copies what the actor may see into a database of its own, and lists the files of evidence.
func (e *Engine) gather(ctx context.Context, by *workflow.Actor, m *Mandate, dir string) (h pack.Head, files []string, err error) {
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
		d, err := e.dossier(ctx, i)
		if err != nil {
			return err
		}
		x.Issues, files = append(x.Issues, i.ID), append(files, evidenceOf(&i)...)
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
	})
	if err != nil {
		return h, nil, err
	}
	h.Issues = len(x.Issues)
	slices.Sort(files)
	return h, slices.Compact(files), e.extract(ctx, filepath.Join(dir, pack.Database), x)
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

func (e *Engine) extract(ctx context.Context, name string, x store.Extraction) error {
	to, err := store.Open(ctx, store.Config{DSN: "sqlite:" + name, Setup: true, Now: e.now, Log: e.log})
	if err != nil {
		return err
	}
	return errors.Join(e.db.Extract(ctx, to, x), to.Close())
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

func (e *Engine) writePack(w io.Writer, passphrase string, h pack.Head, database string, files []string) error {
	out, err := pack.NewWriter(w, passphrase, h)
	if err != nil {
		return err
	}
	add := func(name string, f *os.File) error {
		info, err := f.Stat()
		if err == nil {
			err = out.Add(name, info.Size(), f)
		}
		return errors.Join(err, f.Close())
	}
	f, err := os.Open(database)
	if err == nil {
		err = add(pack.Database, f)
	}
	for _, hash := range files {
		if err != nil {
			return err
		}
		if f, err = e.files.Open(hash); err == nil {
			err = add(pack.FileName(hash), f)
		}
	}
	if err != nil {
		return err
	}
	return out.Close()
}

// Applied is what became of the findings of a change set.
type Applied struct {
	Set  pack.Set
	Rows []AppliedRow
	New  int // logged now, or would be
}

// AppliedRow is one finding.
type AppliedRow struct {
	pack.Finding
	Issue   workflow.IssueID
	Number  string        // of the issue that it became
	Already bool          // it was applied before
	Refused workflow.Text // why it cannot be taken
}

// ApplyFindings takes in what an inspector wrote down offline: each finding becomes an issue, once. Who applies it must be allowed to find in
// the organisation named (0 for their only one) and in the responsible one: an inspector reads, and writes nothing. With rehearse nothing
// is written and the rows say what would come.
//
// Errors: ErrInvalid for what is no change set; ErrRefused where the signature does not hold or the set is of another mandate or person than
// the pack; ErrNotFound for a pack that was not made here.
func (e *Engine) ApplyFindings(ctx context.Context, by workflow.Actor, data []byte, org workflow.OrgID, rehearse bool) (Applied, error) {
	var kept store.Pack
	set, err := pack.OpenSet(data, func(id int64) (string, error) {
		var err error
		kept, err = e.db.Pack(ctx, id)
		return kept.PublicKey, err
	})
	if err != nil {
		return Applied{}, err
	}
	m, err := e.db.Mandate(ctx, kept.Mandate)
	if err != nil {
		return Applied{}, err
	}
	if set.Mandate != m.ID || set.Number != m.Number {
		return Applied{}, workflow.Refused("other_mandate", workflow.Say("变更集写的授权与数据包的授权不一致", "the change set names another mandate than that of its pack"))
	}
	who, err := e.db.Person(ctx, kept.Person)
	if err != nil {
		return Applied{}, err
	}
	a := Applied{Set: set}
	for _, f := range set.Findings {
		row := AppliedRow{Finding: f}
		err := e.applyFinding(ctx, by, &m, &kept, who.Name, org, &row, rehearse)
		if fault, ok := errors.AsType[*workflow.Fault](err); ok {
			row.Refused, err = fault.Text, nil
		}
		if err != nil {
			return a, err
		}
		if !row.Already && row.Refused == (workflow.Text{}) {
			a.New++
		}
		a.Rows = append(a.Rows, row)
	}
	if rehearse {
		return a, nil
	}
	said := fmt.Sprintf("%s 离线数据包%d 带回%d条，登记%d条", m.Number, kept.ID, len(a.Rows), a.New)
	return a, e.db.Note(ctx, e.note(&by, KindMandate, int64(m.ID), "mandate_applied", said, nil))
}

func (e *Engine) applyFinding(ctx context.Context, by workflow.Actor, m *Mandate, p *store.Pack, inspector string, org workflow.OrgID, row *AppliedRow, rehearse bool) error {
	last := m.Until
	if !m.EndedAt.IsZero() {
		last = min(last, workflow.DayOf(m.EndedAt))
	}
	if row.FoundOn < m.From || row.FoundOn > last {
		return workflow.Invalid("outside_mandate", "found_on", workflow.Say("发现日期%s不在授权期内（%s至%s）", "it was found on %s, outside of the mandate (%s to %s)", string(row.FoundOn), string(m.From), string(last)))
	}
	responsible, err := e.db.OrgByCode(ctx, row.OrgCode)
	if err != nil {
		return err
	}
	if !responsible.Line.Passes(m.Org) {
		return workflow.Invalid("outside_mandate", "org", workflow.Say("%s不在授权范围内", "%s is not within the mandate", responsible.Shown()))
	}
	extra := map[string]string{"巡察授权": m.Number, "巡察员": inspector, "发现依据": row.Basis}
	for _, t := range row.Texts {
		extra["材料："+t.Name] = t.Text
	}
	f := Finding{Org: org, Source: "inspection", OwnNumber: m.Number + "/" + row.ID, Detail: row.Detail, FoundOn: row.FoundOn, Responsible: responsible.ID, Extra: extra,
		Note: "巡察授权" + m.Number + "，巡察员" + inspector + "离线发现"}
	k, err := command(workflow.Actor{}, fmt.Sprintf("finding %d %s", p.ID, row.ID), row.Finding) // whoever applies it, it is one command
	if err != nil {
		return err
	}
	if row.Already, err = e.db.Answered(ctx, k); err != nil {
		return err
	}
	if rehearse && !row.Already {
		places, err := e.places(ctx, &by, &f)
		if err == nil {
			_, err = e.allowAt(&by, workflow.Find, places)
		}
		if err == nil {
			i := issueOf(f, places)
			err = i.Sound()
		}
		return err
	}
	if rehearse {
		return nil
	}
	i, err := e.find(ctx, by, k, f)
	row.Issue, row.Number = i.ID, i.Number
	return err
}

// Desk is where an inspector writes findings down on a stand-alone computer. They are kept beside the pack, encrypted, whenever one is
// written.
type Desk struct {
	Head pack.Head
	file string
	e    *Engine
}

// OfflineFinding is what an inspector wrote down.
type OfflineFinding = pack.Finding

// NewDesk makes the desk of a pack that was opened, with what was kept beside it before.
func (e *Engine) NewDesk(h pack.Head, file string) *Desk { return &Desk{Head: h, file: file, e: e} }

// Findings are those written down so far, the first one first.
func (d *Desk) Findings() ([]OfflineFinding, error) { return d.Head.Kept(d.file) }

// Write keeps a finding: a new one, or another text of one that is there. ErrInvalid for one without a problem, a basis, a unit within the
// mandate or a day within it.
func (d *Desk) Write(ctx context.Context, f OfflineFinding, unit string) error {
	org, err := d.e.FindOrg(ctx, unit)
	if err != nil {
		return err
	}
	f.Detail, f.Basis = strings.TrimSpace(f.Detail), strings.TrimSpace(f.Basis)
	f.OrgCode, f.OrgName, f.At = org.Code, org.Shown(), d.e.moment()
	switch {
	case f.Detail == "" || len([]rune(f.Detail)) > 5000:
		return workflow.Invalid("no_detail", "detail", workflow.Say("请写明问题，5000字以内", "write down the problem, in at most 5000 characters"))
	case f.Basis == "" || len([]rune(f.Basis)) > 1000:
		return workflow.Invalid("no_basis", "basis", workflow.Say("请写明发现依据（看了什么、依据哪条规定），1000字以内", "say on what it rests, in at most 1000 characters"))
	case !org.Line.Passes(d.Head.Org):
		return workflow.Invalid("outside_mandate", "org", workflow.Say("%s不在授权范围内", "%s is not within the mandate", org.Shown()))
	case f.FoundOn < d.Head.From || f.FoundOn > d.Head.Until:
		return workflow.Invalid("outside_mandate", "found_on", workflow.Say("发现日期须在授权期内（%s至%s）", "the day is within the mandate (%s to %s)", string(d.Head.From), string(d.Head.Until)))
	}
	all, err := d.Findings()
	if err != nil {
		return err
	}
	if f.ID == "" {
		f.ID = fmt.Sprint(d.e.newID())
	}
	if at := slices.IndexFunc(all, func(x OfflineFinding) bool { return x.ID == f.ID }); at >= 0 {
		all[at] = f
	} else {
		all = append(all, f)
	}
	return d.Head.Keep(d.file, all)
}

// Remove takes a finding away again.
func (d *Desk) Remove(id string) error {
	all, err := d.Findings()
	if err != nil {
		return err
	}
	return d.Head.Keep(d.file, slices.DeleteFunc(all, func(x OfflineFinding) bool { return x.ID == id }))
}

// Export is the signed change set of what was written down.
func (d *Desk) Export() ([]byte, error) {
	all, err := d.Findings()
	if err != nil {
		return nil, err
	}
	return d.Head.Sign(all, d.e.moment())
}

// OneText is a text that goes with a finding.
func OneText(name, text string) []pack.Text { return []pack.Text{{Name: name, Text: text}} }
