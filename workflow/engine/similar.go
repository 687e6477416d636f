package engine

import (
	"cmp"
	"context"
	"slices"

	"rectify/workflow"
)

const (
	similarLooked = 30 // candidates that are compared word by word
	similarShown  = 10
	similarQuoted = 24  // characters of a common piece
	similarRows   = 300 // rows of a checklist that are held against what there is
)

// Likewise says what something similar is looked for: a text, the org that it is about (the responsible one, or who found it where none
// is named; 0 for anywhere), and an issue that is not meant.
type Likewise struct {
	Text   string
	Org    workflow.OrgID
	Except workflow.IssueID
}

// Similar is an open issue that may be the same problem.
type Similar struct {
	Issue    workflow.Issue
	Org      Org // the responsible one, or the finder while there is none
	Alike    int // percent
	Reasons  []workflow.Text
	MayMerge bool // the actor may have another merged into it
}

// Similar finds open issues that the actor may see and that may be the same problem, the most alike first: those of the same unit whose
// text is alike. ErrNotFound when the org is not there.
func (e *Engine) Similar(ctx context.Context, by workflow.Actor, q Likewise) ([]Similar, error) {
	var near workflow.Lineage
	if q.Org != 0 {
		org, err := e.db.Org(ctx, q.Org)
		if err != nil {
			return nil, err
		}
		near = org.Line
	}
	found, err := e.db.Alike(ctx, e.scope(&by), near, q.Text, similarLooked)
	if err != nil {
		return nil, err
	}
	if err := e.took(ctx, &by, "similar", q.Except, ""); err != nil {
		return nil, err
	}
	var out []Similar
	var orgs []workflow.OrgID
	for n := range found {
		i := &found[n]
		alike := workflow.Likeness(q.Text, i.Detail)
		if _, ok := e.guard.Allow(&by, workflow.View, i, i.Grade); !ok || i.ID == q.Except || alike < workflow.Alike {
			continue
		}
		_, may := e.guard.Allow(&by, workflow.Merge, i, i.Grade)
		s := Similar{Issue: *i, Alike: alike, MayMerge: may, Reasons: reasons(q, i, near, alike)}
		out, orgs = append(out, s), append(orgs, concerned(i))
	}
	slices.SortStableFunc(out, func(a, b Similar) int { return cmp.Compare(b.rank(q.Org), a.rank(q.Org)) })
	out = out[:min(len(out), similarShown)]
	known, err := e.db.OrgsByID(ctx, orgs)
	for n := range out {
		out[n].Org = known[concerned(&out[n].Issue)]
	}
	return out, err
}

// SimilarTo finds what may be the same problem as an issue. ErrNotFound when the actor may not see the issue.
func (e *Engine) SimilarTo(ctx context.Context, by workflow.Actor, id workflow.IssueID) ([]Similar, error) {
	i, err := e.see(ctx, &by, id)
	if err != nil {
		return nil, err
	}
	return e.Similar(ctx, by, Likewise{Text: i.Detail, Org: concerned(&i), Except: id})
}

// concerned is the org that an issue is about.
func concerned(i *workflow.Issue) workflow.OrgID {
	if i.Responsible != 0 {
		return i.Responsible
	}
	return i.Finder
}

// rank puts what is about the same org before what is about another one of its unit.
func (s *Similar) rank(org workflow.OrgID) int {
	if concerned(&s.Issue) == org {
		return s.Alike + 10
	}
	return s.Alike
}

// reasons say why an issue may be the same problem.
func reasons(q Likewise, i *workflow.Issue, near workflow.Lineage, alike int) (out []workflow.Text) {
	switch {
	case i.Responsible != 0 && i.Responsible == q.Org:
		out = append(out, workflow.Say("同一责任单位", "the same responsible organisation"))
	case near.Depth() > 1 && i.Line.Passes(near[1].Org):
		out = append(out, workflow.Say("同在一个单位", "in the same unit"))
	}
	piece := []rune(workflow.Shared(q.Text, i.Detail))
	quoted := string(piece[:min(len(piece), similarQuoted)])
	if len(piece) > similarQuoted || quoted != i.Detail {
		quoted += "…"
	}
	return append(out, workflow.Say("文字相似%d%%：“%s”", "the texts are alike by %d%%: “%s”", alike, quoted))
}

// doubtSimilar marks the rows of a checklist that read like an issue under way, when an import is looked at before it is made.
func (m *importer) doubtSimilar(ctx context.Context) error {
	for n := range m.take[:min(len(m.take), similarRows)] {
		c := &m.take[n]
		found, err := m.e.Similar(ctx, m.by, Likewise{Text: c.issue.Detail, Org: c.issue.Responsible})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			continue
		}
		first, before := &found[0], len(c.row.Doubtful)
		c.row.Doubt("detail", c.row.Detail, first.Issue.ShownNumber(), "similar_issue", workflow.Say("可能与%s是同一问题：%s；仍可导入，之后可并案",
			"may be the same problem as %s: %s; it can be imported and merged later", first.Issue.ShownNumber(), first.why()))
		m.report.Doubtful = append(m.report.Doubtful, c.row.Doubtful[before:]...)
	}
	return nil
}

// why are the reasons in one line.
func (s *Similar) why() workflow.Text {
	out := s.Reasons[0]
	for _, r := range s.Reasons[1:] {
		out = workflow.Say("%s；%s", "%s; %s", out, r)
	}
	return out
}
