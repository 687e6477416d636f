package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/pack"
	"rectify/workflow/store"
)

// Applied is what became of the findings of a change set.
type Applied struct {
	Set      pack.Set
	Rows     []AppliedRow
	New      int // logged now, or would be
	NewLooks int // of what was looked at in the pack: put on record now, or would be
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
	if a.NewLooks, err = e.takeLooks(ctx, &by, &kept, &m, who.Name, &set, rehearse); err != nil || rehearse {
		return a, err
	}
	said := fmt.Sprintf("%s 离线数据包%d 带回%d条，登记%d条；查阅记录%d条，新入档%d条", m.Number, kept.ID, len(a.Rows), a.New, len(set.Looks), a.NewLooks)
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

const looksAtOnce = 500 // put on record

// takeLooks puts on record, each once, what was looked at in the pack; with rehearse it counts them. The line is theirs who brought it
// back; its note says who looked, and when by the clock of that computer.
func (e *Engine) takeLooks(ctx context.Context, by *workflow.Actor, p *store.Pack, m *Mandate, inspector string, set *pack.Set, rehearse bool) (fresh int, err error) {
	if rehearse {
		known, err := e.db.PackLooks(ctx, p.ID)
		for _, l := range set.Looks {
			if seq, opened := known[l.Opening]; !opened || l.Seq > seq {
				fresh++
			}
		}
		return fresh, err
	}
	data, err := json.Marshal(lookData{m.ID})
	if err != nil {
		return 0, err
	}
	looks := slices.Clone(set.Looks)
	slices.SortStableFunc(looks, func(a, b pack.Look) int { return cmp.Or(cmp.Compare(a.Opening, b.Opening), cmp.Compare(a.Seq, b.Seq)) })
	for some := range slices.Chunk(looks, looksAtOnce) {
		rows := make([]store.PackLook, len(some))
		for n, l := range some {
			text := fmt.Sprintf("%s在离线数据包%d里 %s %s", inspector, p.ID, l.At.In(workflow.China).Format(time.DateTime), l.Note)
			rows[n] = store.PackLook{Opening: l.Opening, Seq: l.Seq, Line: e.note(by, KindLook, int64(p.Person), l.Action, strings.TrimSpace(text), data)}
		}
		n, err := e.db.PutPackLooks(ctx, p.ID, rows)
		if fresh += n; err != nil {
			return fresh, err
		}
	}
	return fresh, nil
}
