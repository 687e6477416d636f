package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"rectify/workflow"
	"rectify/workflow/pack"
)

// Desk is where an inspector writes findings down on a stand-alone computer. They are kept beside the pack, encrypted, whenever one is
// written.
type Desk struct {
	Head   pack.Head
	Report ProofReport // what Check found when the pack was opened

	dir  string // into which it was opened
	file string
	e    *Engine

	mu      sync.Mutex // around what is in the file
	opening int64
	seen    int // looks of this opening that are kept
}

// OfflineFinding is what an inspector wrote down.
type OfflineFinding = pack.Finding

// NewDesk makes the desk of a pack that was opened into a folder, with what was kept beside it before.
func (e *Engine) NewDesk(h pack.Head, dir, file string) *Desk {
	return &Desk{Head: h, dir: dir, file: file, e: e, opening: e.newID()}
}

// Findings are those written down so far, the first one first.
func (d *Desk) Findings() ([]OfflineFinding, error) {
	n, err := d.Head.Kept(d.file)
	return n.Findings, err
}

// change keeps what fn makes of the notes.
func (d *Desk) change(fn func(*pack.Notes)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.Head.Kept(d.file)
	if err != nil {
		return err
	}
	fn(&n)
	return d.Head.Keep(d.file, &n)
}

// Looked keeps beside the pack what was looked at in it since it was asked last, for the record at home; the first time also that it was
// opened.
func (d *Desk) Looked(ctx context.Context) error {
	d.mu.Lock()
	from := d.seen
	d.mu.Unlock()
	lines, err := d.e.db.History(ctx, KindLook, int64(d.Head.Person), max(from-1, 0), PageLimit)
	if err != nil || from > 0 && len(lines) == 0 {
		return err
	}
	return d.change(func(n *pack.Notes) {
		if d.seen == 0 {
			n.Looks = append(n.Looks, pack.Look{Opening: d.opening, At: d.e.moment(), Action: "pack_opened"})
			d.seen = 1
		}
		for i := range lines {
			if l := &lines[i]; l.Seq == d.seen {
				n.Looks = append(n.Looks, pack.Look{Opening: d.opening, Seq: l.Seq, At: l.At, Action: l.Action, Note: l.Note})
				d.seen++
			}
		}
	})
}

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
	if f.ID == "" {
		f.ID = fmt.Sprint(d.e.newID())
	}
	return d.change(func(n *pack.Notes) {
		if at := slices.IndexFunc(n.Findings, func(x OfflineFinding) bool { return x.ID == f.ID }); at >= 0 {
			n.Findings[at] = f
		} else {
			n.Findings = append(n.Findings, f)
		}
	})
}

// Remove takes a finding away again.
func (d *Desk) Remove(id string) error {
	return d.change(func(n *pack.Notes) {
		n.Findings = slices.DeleteFunc(n.Findings, func(x OfflineFinding) bool { return x.ID == id })
	})
}

// Export is the signed change set of what was written down and looked at.
func (d *Desk) Export() ([]byte, error) {
	n, err := d.Head.Kept(d.file)
	if err != nil {
		return nil, err
	}
	return d.Head.Sign(&n, d.e.moment())
}

// OneText is a text that goes with a finding.
func OneText(name, text string) []pack.Text { return []pack.Text{{Name: name, Text: text}} }
