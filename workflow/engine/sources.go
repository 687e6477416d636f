package engine

import (
	"context"
	"io"
	"strings"

	"rectify/workflow"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
)

// SourceSum reconciles what came in with what there is: Items = Merged + Cancelled + Issues.
type SourceSum struct {
	Items     int // that the source handed over; drafts are none
	Merged    int // into another issue, under whose measures they are put right
	Cancelled int
	Issues    int // problems that there are, each once
	Closed    int // of Issues
	Reported  int // of Issues: reported done by the unit and not closed
}

func (s SourceSum) plus(t SourceSum) SourceSum {
	return SourceSum{s.Items + t.Items, s.Merged + t.Merged, s.Cancelled + t.Cancelled, s.Issues + t.Issues, s.Closed + t.Closed, s.Reported + t.Reported}
}

// Line is the sum as a sentence; whose says of what.
func (s SourceSum) Line(whose workflow.Text) workflow.Text {
	zh, en := "", ""
	if s.Cancelled > 0 {
		gone := workflow.Say("，撤销%d条", ", %d cancelled", s.Cancelled)
		zh, en = gone.Zh, gone.En
	}
	return workflow.Say("%s共%d条，并案%d条%s，实有问题%d个", "%s: %d items, %d merged%s, %d problems", whose, s.Items, s.Merged, workflow.Text{Zh: zh, En: en}, s.Issues)
}

// OneSource is the sum of one source.
type OneSource struct {
	Rule workflow.SourceRule
	SourceSum
}

// Sources is one unit's or one checklist's problems by source (五改合一): the five, the others, and what both come to.
type Sources struct {
	Five, Other         []OneSource
	FiveSum, Sum        SourceSum
	Org                 Org       // the unit, if one was named
	List                Checklist // the checklist, if one was named
	FiveLine, WholeLine workflow.Text
	On                  workflow.Day // the past day at whose end they were so, "" for now
}

// SourceQuery says of which unit and below, and of which checklist; 0 for all that the actor may see.
type SourceQuery struct {
	Under     workflow.OrgID
	Checklist workflow.ChecklistID
	On        workflow.Day // the past day at whose end they are meant, "" for now
}

// itemStates are the states of what a source handed over: all but drafts.
func itemStates() (out []workflow.State) {
	for _, s := range workflow.States() {
		if s.State != workflow.Draft {
			out = append(out, s.State)
		}
	}
	return out
}

// sourced is the filter of a query, with what it names.
func (e *Engine) sourced(ctx context.Context, q SourceQuery) (f Filter, out Sources, err error) {
	if f, err = e.narrow(ctx, Filter{States: itemStates(), Checklist: q.Checklist, On: q.On}, q.Under); err != nil {
		return f, out, err
	}
	if q.Under != 0 {
		if out.Org, err = e.db.Org(ctx, q.Under); err != nil {
			return f, out, err
		}
	}
	if q.Checklist != 0 {
		out.List, err = e.db.Checklist(ctx, q.Checklist)
	}
	return f, out, err
}

// Sources sums up the issues that the actor may see by their source. ErrNotFound when the org or the checklist is not there.
func (e *Engine) Sources(ctx context.Context, by workflow.Actor, q SourceQuery) (Sources, error) {
	f, out, err := e.sourced(ctx, q)
	if err != nil {
		return out, err
	}
	if err := e.took(ctx, &by, "sources", 0, saidOf(&f, -1)); err != nil {
		return out, err
	}
	out.On = f.On
	counts, err := e.db.SourceCounts(ctx, e.scope(&by), f)
	if err != nil {
		return out, err
	}
	if len(counts) == 0 {
		out.List = Checklist{} // nothing of it is the actor's to know, its name neither
	}
	sums := make(map[workflow.Source]SourceSum)
	for _, n := range counts {
		sums[n.Source] = sums[n.Source].plus(sumOf(n))
	}
	for _, rule := range workflow.Sources() {
		one := OneSource{rule, sums[rule.Source]}
		out.Sum = out.Sum.plus(one.SourceSum)
		if rule.FiveIn {
			out.Five, out.FiveSum = append(out.Five, one), out.FiveSum.plus(one.SourceSum)
			continue
		}
		out.Other = append(out.Other, one)
	}
	out.FiveLine = out.FiveSum.Line(workflow.Say("五个来源", "the five sources"))
	out.WholeLine = out.Sum.Line(workflow.Say("全部来源", "all sources"))
	return out, nil
}

func sumOf(n store.SourceCount) SourceSum {
	s := SourceSum{Items: n.N}
	switch n.State {
	case workflow.Merged:
		s.Merged = n.N
		return s
	case workflow.Cancelled:
		s.Cancelled = n.N
		return s
	case workflow.Closed:
		s.Closed = n.N
	default:
		if n.Reported {
			s.Reported = n.N
		}
	}
	s.Issues = n.N
	return s
}

// SourceItem is one item as its source is told of it: under its own number, with what became of the problem. Into is the issue into which
// it was merged in the end, its zero value where it was not or where the actor may not see that.
type SourceItem struct {
	Issue, Into workflow.Issue
	Org         string
}

// Whole is the issue by which the item is put right.
func (x *SourceItem) Whole() *workflow.Issue {
	if x.Into.ID != 0 {
		return &x.Into
	}
	return &x.Issue
}

// Result is what was reached, in a sentence: what measures brought, and rules that were made.
func (x *SourceItem) Result() string {
	var parts []string
	i := x.Whole()
	for n := range i.Measures {
		if r := strings.TrimSpace(i.Measures[n].Result); r != "" {
			parts = append(parts, r)
		}
	}
	for _, s := range i.Results.Systems {
		parts = append(parts, "《"+s.Name+"》"+s.Number)
	}
	return strings.Join(parts, "；")
}

// SourceItems are a page of what one source is told. Next is where the following one starts, "" at the end.
type SourceItems struct {
	Items []SourceItem
	Next  string
}

// SourceItems lists what one source is told of its items.
func (e *Engine) SourceItems(ctx context.Context, by workflow.Actor, source workflow.Source, q SourceQuery, after string, limit int) (SourceItems, error) {
	if limit < 1 || limit > PageLimit {
		return SourceItems{}, badLimit()
	}
	f, _, err := e.sourced(ctx, q)
	if err == nil {
		err = knownSource(source)
	}
	if err != nil {
		return SourceItems{}, err
	}
	f.Sources = []workflow.Source{source}
	rows, err := e.db.Issues(ctx, e.scope(&by), f, after, limit)
	if err == nil {
		err = e.took(ctx, &by, "list", 0, saidOf(&f, len(rows.Rows)))
	}
	if err != nil {
		return SourceItems{}, err
	}
	ids := make([]workflow.IssueID, len(rows.Rows))
	for n := range rows.Rows {
		ids[n] = rows.Rows[n].ID
	}
	known, err := e.db.IssuesByIDOn(ctx, f.On, ids)
	if err != nil {
		return SourceItems{}, err
	}
	out := SourceItems{Next: rows.Next}
	for _, id := range ids {
		if i, ok := known[id]; ok {
			out.Items = append(out.Items, SourceItem{Issue: i})
		}
	}
	return out, e.complete(ctx, &by, f.On, out.Items)
}

func knownSource(source workflow.Source) error {
	if _, ok := source.Rule(); !ok {
		return workflow.NotFound("no_such_source", workflow.Say("没有这个问题来源", "there is no such source"))
	}
	return nil
}

// complete finds into what the items were merged in the end, and the names of the orgs that are concerned.
func (e *Engine) complete(ctx context.Context, by *workflow.Actor, on workflow.Day, items []SourceItem) error {
	at := make(map[int]workflow.IssueID)
	for n := range items {
		if into := items[n].Issue.MergedInto; into != 0 {
			at[n] = into
		}
	}
	for len(at) > 0 { // merges make no circle, so this ends
		var ids []workflow.IssueID
		for _, id := range at {
			ids = append(ids, id)
		}
		found, err := e.db.IssuesByIDOn(ctx, on, ids)
		if err != nil {
			return err
		}
		for n, id := range at {
			i := found[id]
			if i.MergedInto != 0 {
				at[n] = i.MergedInto
				continue
			}
			delete(at, n)
			if _, ok := e.guard.Allow(by, workflow.View, &i, i.Grade); ok {
				items[n].Into = i
			}
		}
	}
	orgs := make([]workflow.OrgID, len(items))
	for n := range items {
		orgs[n] = concerned(&items[n].Issue)
	}
	known, err := e.db.OrgsByID(ctx, orgs)
	for n := range items {
		org := known[orgs[n]]
		items[n].Org = org.Shown()
	}
	return err
}

// sourceHeaders are the columns of a source's report.
var sourceHeaders = []string{"来源编号", "问题编号", "存在的问题", "责任单位", "整改措施", "整改结果", "整改状态", "整改时限", "并入问题"}

// ExportSource writes what one source is told as a workbook: every item under its own number, below the sentence that reconciles it with
// the whole. That it was taken is on record.
func (e *Engine) ExportSource(ctx context.Context, by workflow.Actor, source workflow.Source, q SourceQuery, w io.Writer) error {
	if err := knownSource(source); err != nil {
		return err
	}
	whole, err := e.Sources(ctx, by, q)
	if err != nil {
		return err
	}
	rows := func(yield func([]string, error) bool) {
		for after, more := "", true; more; more = after != "" {
			page, err := e.SourceItems(ctx, by, source, q, after, PageLimit)
			if err != nil {
				yield(nil, err)
				return
			}
			for n := range page.Items {
				if !yield(sourceRow(&page.Items[n]), nil) {
					return
				}
			}
			after = page.Next
		}
	}
	rule, _ := source.Rule()
	title := titled(rule.Text.Zh+"问题整改情况报告", whole.On)
	own := whole.Of(source).Line(workflow.Say("本来源", "this source"))
	if err := e.exported(ctx, &by, title, ""); err != nil { // before it leaves: who breaks it off has taken a part
		return err
	}
	return sheet.WriteReport(w, title, whole.Place().Zh+own.Zh+"。"+whole.FiveLine.Zh+"。", sourceHeaders, rows)
}

// Of is the sum of one source.
func (s *Sources) Of(source workflow.Source) SourceSum {
	for _, list := range [][]OneSource{s.Five, s.Other} {
		for _, one := range list {
			if one.Rule.Source == source {
				return one.SourceSum
			}
		}
	}
	return SourceSum{}
}

// Place names the unit and the checklist, if they were named.
func (s *Sources) Place() workflow.Text {
	var out workflow.Text
	add := func(more workflow.Text) { out = workflow.Text{Zh: out.Zh + more.Zh, En: out.En + more.En} }
	if s.Org.ID != 0 {
		add(workflow.Say("单位：%s。", "Organisation: %s. ", s.Org.Shown()))
	}
	if s.List.ID != 0 {
		add(workflow.Say("清单：%s。", "Checklist: %s. ", s.List.Title))
	}
	return out
}

func sourceRow(x *SourceItem) []string {
	i := x.Whole()
	var measures []string
	for n := range i.Measures {
		measures = append(measures, i.Measures[n].Text)
	}
	return []string{x.Issue.OwnNumber, x.Issue.ShownNumber(), x.Issue.Detail, x.Org, strings.Join(measures, "\n"), x.Result(), progress(i), string(i.Due), x.MergedNumber()}
}

// MergedNumber is the number of the issue into which the item was merged, "" where it was not, a dash where the actor may not see that.
func (x *SourceItem) MergedNumber() string {
	switch {
	case x.Into.ID != 0:
		return x.Into.ShownNumber()
	case x.Issue.MergedInto != 0:
		return "—"
	}
	return ""
}
