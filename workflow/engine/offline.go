package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rectify/workflow"
	"rectify/workflow/pack"
	"rectify/workflow/store"
)

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
	if rehearse {
		return e.rehearsed(ctx, by, f, row.Already)
	}
	i, err := e.find(ctx, by, k, f)
	row.Issue, row.Number = i.ID, i.Number
	return err
}

// rehearsed says what would stand in the way of a finding.
func (e *Engine) rehearsed(ctx context.Context, by workflow.Actor, f Finding, already bool) error {
	if already {
		return nil
	}
	places, err := e.places(ctx, &by, &f)
	if err != nil {
		return err
	}
	if _, err := e.allowAt(&by, workflow.Find, places); err != nil {
		return err
	}
	i := issueOf(f, places)
	return i.Sound()
}

// Desk is where an inspector writes findings down on a stand-alone computer. They are kept beside the pack, encrypted, whenever one is
// written.
type Desk struct {
	Head   pack.Head
	Report ProofReport // what Check found when the pack was opened

	dir  string // into which it was opened
	file string
	e    *Engine
}

// OfflineFinding is what an inspector wrote down.
type OfflineFinding = pack.Finding

// NewDesk makes the desk of a pack that was opened into a folder, with what was kept beside it before.
func (e *Engine) NewDesk(h pack.Head, dir, file string) *Desk {
	return &Desk{Head: h, dir: dir, file: file, e: e}
}

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
