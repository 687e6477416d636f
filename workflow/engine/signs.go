package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

const (
	signSteps  = 50000 // steps that are read for one sign
	signIssues = 10000 // issues whose texts are held against each other
	signChunk  = 500   // issues that are in memory at once
	signFound  = 100   // findings of a sign that are shown
	signRows   = 50    // issues of a finding that are shown
)

// SignQuery says of which organisation and all below it, and of which days, signs of paper rectification are looked for.
type SignQuery struct {
	Under    workflow.OrgID
	From, To workflow.Day // both included
}

// SignIssue is an issue behind a finding.
type SignIssue struct {
	Row
	Org  string
	Note workflow.Text // what was found of it
}

// SignFinding is what was found of one organisation, or of one file or text that several use.
type SignFinding struct {
	Org    Org // its zero value where it is about several
	Text   workflow.Text
	Issues []SignIssue
	More   int // issues that are not shown
}

// SignSheet is one sign with what was found. It is no score: nothing is added up over signs or organisations.
type SignSheet struct {
	workflow.PaperSignRule
	Looks    workflow.Text
	N        int           // findings
	Findings []SignFinding // for one sign alone; a hundred at most, by the codes of the organisations
	Cut      bool          // there was more to look at than is looked at once
}

// SignPage are the signs of an organisation.
type SignPage struct {
	Org      Org
	From, To workflow.Day
	Sheets   []SignSheet
	Today    workflow.Day
}

// Signs looks for signs of paper rectification (纸面整改线索): with no sign named for all of them, counting what was found; with one named
// for that, with the issues behind it. They are advice to whoever goes and looks, never a score. That an inspector looked is on record.
//
// Errors: ErrForbidden for who may not read signs of the org, ErrInvalid for a span that is none, ErrNotFound for an org or a sign that is
// not there.
func (e *Engine) Signs(ctx context.Context, by workflow.Actor, q SignQuery, only workflow.PaperSign) (SignPage, error) {
	look, err := e.signLook(ctx, &by, q)
	if err != nil {
		return SignPage{}, err
	}
	rules := workflow.PaperSigns()
	if only != "" {
		rule, ok := only.Rule()
		if !ok {
			return SignPage{}, workflow.NotFound("no_such_sign", workflow.Say("没有这种线索", "there is no such sign"))
		}
		rules = []workflow.PaperSignRule{rule}
	}
	p := SignPage{Org: look.org, From: q.From, To: q.To, Today: e.Today()}
	what := workflow.Say("纸面整改线索 %s %s至%s %s", "", look.org.Shown(), q.From, q.To, only).Zh
	if err := e.took(ctx, &by, "view_signs", 0, what); err != nil {
		return SignPage{}, err
	}
	for _, rule := range rules {
		clues, err := look.clues(ctx, rule.Sign)
		if err != nil {
			return SignPage{}, err
		}
		s := SignSheet{PaperSignRule: rule, Looks: look.rules.Looks(rule.Sign), N: len(clues), Cut: look.cut}
		if only != "" {
			s.Findings, err = look.findings(ctx, clues)
		}
		if err != nil {
			return SignPage{}, err
		}
		p.Sheets = append(p.Sheets, s)
	}
	return p, nil
}

// SignPlaces are the organisations with all below of which the actor may read signs.
func (e *Engine) SignPlaces(ctx context.Context, by workflow.Actor) ([]Org, error) {
	return e.Units(ctx, by, workflow.ReadSigns)
}

// signLook is one look for signs under way.
type signLook struct {
	e     *Engine
	org   Org
	span  store.SignSpan
	rules workflow.PaperRules
	cut   bool // for the sign that is looked for now
}

func (e *Engine) signLook(ctx context.Context, by *workflow.Actor, q SignQuery) (*signLook, error) {
	org, err := e.Org(ctx, q.Under)
	if err != nil {
		return nil, err
	}
	grant, ok := e.guard.AllowAt(by, workflow.ReadSigns, &org.Line)
	if !ok {
		return nil, e.outOfReach(workflow.ReadSigns, org)
	}
	by.As = grant
	if q.From == "" || q.To < q.From {
		return nil, workflow.Invalid("bad_span", "to", workflow.Say("起止日期须有先后", "give two days, the first before the last"))
	}
	rules, err := e.SignRules(ctx)
	midnight := func(d workflow.Day) time.Time { return d.Time().Add(-8 * time.Hour) } // in China
	reach := e.scope(by)
	span := store.SignSpan{Scope: store.Scope{Subtrees: reach.Subtrees, Mandated: reach.Mandated}, Under: org.Line, From: midnight(q.From), Until: midnight(q.To.Add(1)), Most: signSteps}
	return &signLook{e: e, org: org, span: span, rules: rules.PaperRules}, err
}

// clue is a finding before its names are looked up.
type clue struct {
	unit   workflow.OrgID // 0 for several
	text   workflow.Text
	issues []clueIssue
}

type clueIssue struct {
	id   workflow.IssueID
	note workflow.Text
}

func (l *signLook) clues(ctx context.Context, sign workflow.PaperSign) ([]clue, error) {
	l.cut = false
	switch sign {
	case workflow.PaperSameFile:
		return l.sameFile(ctx)
	case workflow.PaperAlikeText:
		return l.alikeText(ctx)
	case workflow.PaperBunched:
		return l.bunched(ctx)
	case workflow.PaperExtended:
		return l.extended(ctx)
	case workflow.PaperToAndFro:
		return l.toAndFro(ctx)
	case workflow.PaperQuick:
		return l.quick(ctx)
	}
	return l.gap(ctx)
}

// unitOf is the organisation that a finding is about: the one below the place that was asked of on the way to the issue, or that place.
func (l *signLook) unitOf(line []workflow.OrgID) workflow.OrgID {
	depth := max(l.span.Under.Depth(), 1)
	if depth < len(line) && line[depth] != 0 {
		return line[depth]
	}
	return line[depth-1]
}

func orgsOf(line workflow.Lineage) []workflow.OrgID {
	out := make([]workflow.OrgID, len(line))
	for n := range line {
		out[n] = line[n].Org
	}
	return out
}

// byUnit puts issues together by the organisation that they are about; text says of how many issues it is what.
func byUnit(of map[workflow.OrgID][]clueIssue, text func(n int) workflow.Text) []clue {
	out := make([]clue, 0, len(of))
	for unit, issues := range of {
		out = append(out, clue{unit, text(len(issues)), issues})
	}
	return out
}

// eachIssue calls fn with issues, a few hundred at a time.
func (l *signLook) eachIssue(ctx context.Context, ids []workflow.IssueID, fn func(*workflow.Issue)) error {
	for chunk := range slices.Chunk(ids, signChunk) {
		found, err := l.e.db.IssuesByID(ctx, chunk)
		if err != nil {
			return err
		}
		for _, id := range chunk {
			if i, ok := found[id]; ok {
				fn(&i)
			}
		}
	}
	return nil
}

// findings looks up the names and puts the findings into the order of the codes of their organisations, then of the issues' numbers.
func (l *signLook) findings(ctx context.Context, clues []clue) ([]SignFinding, error) {
	var units []workflow.OrgID
	for n := range clues {
		units = append(units, clues[n].unit)
	}
	orgs, err := l.e.db.OrgsByID(ctx, units)
	if err != nil {
		return nil, err
	}
	code := func(c *clue) string { org := orgs[c.unit]; return org.Code }
	slices.SortStableFunc(clues, func(a, b clue) int {
		return cmp.Or(cmp.Compare(code(&a), code(&b)), cmp.Compare(a.issues[0].id, b.issues[0].id))
	})
	clues = clues[:min(len(clues), signFound)]
	rows, names, err := l.rowsOf(ctx, clues)
	out := make([]SignFinding, len(clues))
	for n, c := range clues {
		out[n] = SignFinding{Org: orgs[c.unit], Text: c.text, More: max(0, len(c.issues)-signRows)}
		for _, x := range c.issues[:min(len(c.issues), signRows)] {
			if row, ok := rows[x.id]; ok {
				org := names[cmp.Or(row.Responsible, row.Finder)]
				out[n].Issues = append(out[n].Issues, SignIssue{row, org.Shown(), x.note})
			}
		}
	}
	return out, err
}

func (l *signLook) rowsOf(ctx context.Context, clues []clue) (rows map[workflow.IssueID]Row, names map[workflow.OrgID]Org, err error) {
	var ids []workflow.IssueID
	for _, c := range clues {
		slices.SortStableFunc(c.issues, func(a, b clueIssue) int { return cmp.Compare(a.id, b.id) })
		for _, x := range c.issues[:min(len(c.issues), signRows)] {
			ids = append(ids, x.id)
		}
	}
	if rows, err = l.e.db.RowsByID(ctx, ids); err != nil {
		return nil, nil, err
	}
	var orgs []workflow.OrgID
	for _, row := range rows {
		orgs = append(orgs, cmp.Or(row.Responsible, row.Finder))
	}
	names, err = l.e.db.OrgsByID(ctx, orgs)
	return rows, names, err
}
