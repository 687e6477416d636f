package store

import (
	"slices"
	"strings"

	"rectify/workflow"
)

const lastDue = "9999-12-30" // the last day that can be a due day

// condition is a piece of SQL from this package with the values of its question marks.
type condition struct {
	sql  string
	args []any
}

// and joins conditions; one that is empty holds always.
func and(all ...condition) condition { return join(" AND ", all) }

// or joins conditions of which none is empty. Of none at all it is never true.
func or(all ...condition) condition {
	if len(all) == 0 {
		return condition{sql: "1 = 0"}
	}
	c := join(" OR ", all)
	c.sql = "(" + c.sql + ")"
	return c
}

func join(with string, all []condition) (out condition) {
	var parts []string
	for _, c := range all {
		if c.sql != "" {
			parts = append(parts, c.sql)
			out.args = append(out.args, c.args...)
		}
	}
	out.sql = strings.Join(parts, with)
	return out
}

// among is column IN (values), nothing for no values. The column is a word of this package.
func among[T any](column string, values []T, param func(T) any) condition {
	if len(values) == 0 {
		return condition{}
	}
	args := make([]any, len(values))
	for n, v := range values {
		args[n] = param(v)
	}
	return condition{column + " IN (" + marks(len(args)) + ")", args}
}

func wordParam[T ~string](v T) any { return string(v) }

func idParam[T ~int64](v T) any { return int64(v) }

// below holds for issues of the org at the end of the way and of those below it; nothing for no org.
func below(l workflow.Lineage) condition {
	columns := [...]string{"", "a1 = ?", "a2 = ?", "a3 = ?", "a4 = ?", "a5 = ?"}
	if l.Depth() == 0 {
		return condition{}
	}
	return condition{columns[l.Depth()], []any{int64(l.Last().Org)}}
}

// branch is one part of a scope. The issues of a tree are found in the order of lists by an index; other parts are small.
type branch struct {
	condition
	tree bool
	org  workflow.OrgID // whose tree it is, 0 for everywhere
}

// branches are the parts of a scope below an org (of everywhere if under is empty). All the queries for lists, counts, exports and
// single issues use them.
func (s *Scope) branches(under workflow.Lineage) []branch {
	inside := below(under)
	if s.All {
		return []branch{{inside, true, under.Last().Org}}
	}
	var out []branch
	for _, l := range s.trees(under) {
		out = append(out, branch{below(l), true, l.Last().Org})
	}
	if inside.sql != "" {
		inside.sql = "+" + inside.sql // the small parts are found by what makes them small, not by the subtree
	}
	if len(s.People) > 0 {
		out = append(out, branch{and(among("person", s.People, idParam), inside), false, 0})
	}
	for n := range s.Mandated {
		out = append(out, branch{and(s.Mandated[n].holds("id"), inside), false, 0})
	}
	if len(s.Orgs) > 0 {
		orgs := among("org_id", s.Orgs, idParam)
		orgs.sql = "id IN (SELECT issue_id FROM issue_orgs WHERE " + orgs.sql + ")"
		out = append(out, branch{and(orgs, inside), false, 0})
	}
	return out
}

// holds is what the mandate lets be seen, as workflow.Ties.Touch says it; column is that with the id of the issue.
func (m *Mandated) holds(column string) condition {
	all := []condition{m.place("")}
	if len(m.Ties.Orgs) > 0 {
		c := among("org_id", m.Ties.Orgs, idParam)
		all = append(all, condition{column + " NOT IN (SELECT issue_id FROM issue_orgs WHERE " + c.sql + ")", c.args})
	}
	if len(m.Ties.People) > 0 {
		c, d := among("person", m.Ties.People, idParam), among("person_id", m.Ties.People, idParam)
		all = append(all, condition{column + " NOT IN (SELECT id FROM issues WHERE " + c.sql + ")", c.args},
			condition{column + " NOT IN (SELECT issue_id FROM issue_people WHERE " + d.sql + ")", d.args})
	}
	return and(all...)
}

// place is the subtree without those of the orgs that are tied; table stands before the columns.
func (m *Mandated) place(table string) condition {
	c := below(m.Line)
	if c.sql == "" {
		return condition{sql: "1 = 0"} // a mandate without an org is none
	}
	all := []condition{{table + c.sql, c.args}}
	for _, org := range m.Ties.Orgs {
		all = append(all, condition{strings.ReplaceAll("? NOT IN (@a1, @a2, @a3, @a4, @a5)", "@", table), []any{int64(org)}})
	}
	return and(all...)
}

// trees are the subtrees of the scope cut down to what is below under, none within another.
func (s *Scope) trees(under workflow.Lineage) []workflow.Lineage {
	var out []workflow.Lineage
	for n, l := range s.Subtrees {
		org := l.Last().Org
		within := func(m int) bool {
			o := s.Subtrees[m].Last().Org
			return m != n && l.Passes(o) && (o != org || m < n)
		}
		inner := false
		for m := range s.Subtrees {
			inner = inner || within(m)
		}
		switch {
		case org == 0 || inner:
		case under.Depth() == 0 || l.Passes(under.Last().Org):
			out = append(out, l)
		case under.Passes(org):
			return []workflow.Lineage{under}
		}
	}
	return out
}

// holds is the scope as one condition.
func (s *Scope) holds(under workflow.Lineage) condition {
	var all []condition
	for _, b := range s.branches(under) {
		if b.sql == "" {
			return condition{}
		}
		all = append(all, b.condition)
	}
	return or(all...)
}

// span is a state with the days between which the due day lies.
type span struct {
	state    workflow.State
	from, to string
}

// spans are the states that the filter lets through, each with its due days.
func (f *Filter) spans() []span {
	var out []span
	for _, rule := range workflow.States() {
		if len(f.States) > 0 && !slices.Contains(f.States, rule.State) || f.Phase != "" && f.Phase != rule.Phase {
			continue
		}
		s := span{rule.State, firstDay, noDue}
		lit := rule.State.Lit()
		switch today := max(f.Today, firstDay); f.Light {
		case workflow.LightInTime:
			s.from, s.to = string(today), lastDue
		case workflow.LightSoon:
			s.from, s.to = string(today), string(today.Add(workflow.MostSoonDays))
		case workflow.LightOverdue:
			s.to = string(today.Add(-1))
		case workflow.LightNone:
			if lit {
				s.from = noDue
			}
			lit = true
		default:
			lit = true
		}
		if s.narrow(f); lit && s.from <= s.to {
			out = append(out, s)
		}
	}
	return out
}

func (s *span) narrow(f *Filter) {
	if f.DueFrom == "" && f.DueTo == "" {
		return
	}
	s.from, s.to = max(s.from, string(f.DueFrom)), min(s.to, lastDue)
	if f.DueTo != "" {
		s.to = min(s.to, string(f.DueTo))
	}
}

// within is the spans as one condition.
func within(spans []span) condition {
	type days struct{ from, to string }
	var order []days
	states := make(map[days][]workflow.State)
	for _, s := range spans {
		d := days{s.from, s.to}
		if states[d] == nil {
			order = append(order, d)
		}
		states[d] = append(states[d], s.state)
	}
	var all []condition
	for _, d := range order {
		c := among("state", states[d], wordParam)
		all = append(all, condition{"(" + c.sql + " AND due >= ? AND due <= ?)", append(c.args, d.from, d.to)})
	}
	return or(all...)
}

// few says whether the filter asks for something that few issues are, and that has an index of its own.
func (f *Filter) few() bool { return f.Turn != 0 || f.Decider != 0 || f.Party != 0 }

// rest is what the filter asks beside states, due days and the subtree.
func (f *Filter) rest() condition {
	all := []condition{
		among("source", f.Sources, wordParam), among("kind", f.Kinds, wordParam),
		among("grade", f.Grades, func(g workflow.Grade) any { return int(g) }), f.still,
	}
	equal := func(column string, id int64) {
		if id != 0 {
			all = append(all, condition{column + " = ?", []any{id}})
		}
	}
	equal("responsible", int64(f.Responsible))
	equal("checklist", int64(f.Checklist))
	equal("person", int64(f.Person))
	equal("finder", int64(f.Finder))
	equal("verifier", int64(f.Verifier))
	equal("closer", int64(f.Closer))
	equal("turn", int64(f.Turn))
	equal("decider", int64(f.Decider))
	if f.Party != 0 {
		all = append(all, condition{"id IN (SELECT issue_id FROM issue_waits WHERE org_id = ?)", []any{int64(f.Party)}})
	}
	switch today := string(max(f.Today, firstDay)); f.Light { // spans knows the days, and warn parts those that are soon
	case workflow.LightSoon:
		all = append(all, condition{"warn <= ?", []any{today}})
	case workflow.LightInTime:
		all = append(all, condition{"warn > ?", []any{today}})
	}
	switch f.Mark {
	case workflow.MarkSupervised:
		all = append(all, condition{sql: "supervised = 1"})
	case workflow.MarkEscalated: // has no column; a quotation mark in a text is written otherwise
		all = append(all, condition{"doc LIKE ?", []any{`%"escalated":true%`}})
	}
	if f.Reported != nil {
		all = append(all, condition{"reported = ?", []any{flag(*f.Reported)}})
	}
	if f.Prompted != nil {
		all = append(all, condition{"prompted = ?", []any{flag(*f.Prompted)}})
	}
	if text := strings.ToLower(strings.TrimSpace(f.Text)); text != "" {
		text = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
		all = append(all, condition{"search LIKE ? ESCAPE '!'", []any{"%" + text + "%"}})
	}
	return and(all...)
}
