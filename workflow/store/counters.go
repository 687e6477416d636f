package store

import (
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

// counters answers how many issues there are in the subtrees of a scope from the counters, see CountOwed, and in its small parts from
// the issues.
type counters struct {
	trees []branch
	small []condition // issues that are in none of the subtrees; one at most
	in    condition   // states; empty for all
	today string
}

// mostOwed is how many issues may be owed to the counters for them to be asked: to look at more takes longer than to count without them.
const mostOwed = 1000

// countersFor says whether the counters can answer, and how. They cannot when the filter names more than states and an org or a past
// day, nor while they are far behind, as after an import.
func countersFor(tx *gorm.DB, s Scope, f Filter) (c counters, ok bool, err error) {
	spans := f.spans()
	if f.Light != "" || f.DueFrom != "" || f.DueTo != "" || f.On != "" || f.rest().sql != "" || len(spans) == 0 {
		return c, false, nil
	}
	var small []condition
	for _, b := range s.branches(f.Under) {
		switch {
		case !b.tree:
			small = append(small, b.condition)
		case b.org == 0:
			return c, false, nil
		default:
			c.trees = append(c.trees, b)
		}
	}
	if len(c.trees) == 0 {
		return c, false, nil
	}
	if len(small) > 0 {
		c.small = []condition{smallParts(small, c.conditions())}
	}
	if len(spans) < len(workflow.States()) {
		c.in = among("+state", spans, func(p span) any { return string(p.state) }) // the plus: see pageQuery
	}
	c.today = string(max(f.Today, firstDay))
	owed := 0
	err = each(tx, func(scan func(...any) error) error { return scan(&owed) }, "SELECT COUNT(*) FROM ("+owedIssues+" LIMIT ?) AS p", mostOwed+1)
	return c, owed <= mostOwed, err
}

func (c *counters) conditions() []condition {
	var all []condition
	for _, b := range c.trees {
		all = append(all, b.condition)
	}
	return all
}

// Which rows are added up, and what one of them counts for, depends on where they are from.
const (
	owedNow  = "(" + owedIssues + ") AS p CROSS JOIN issues ON issues.id = p.subject"
	owedHeld = "(" + owedIssues + ") AS p CROSS JOIN counted ON counted.issue = p.subject"
)

// tallies are queries for state, number of issues and lights, as tallyQueries are.
func (c *counters) tallies() []condition {
	query := func(n, from string, where condition) condition {
		return c.query("SELECT state, SUM("+n+"), "+lights(n), from, where, " GROUP BY state")
	}
	return c.each(query, func(org condition) []condition { return []condition{query("n", "tallies", org)} })
}

// counts are queries in the form of countQuery.
func (c *counters) counts() []condition {
	return c.each(c.countQuery, func(org condition) []condition {
		return []condition{
			c.query("SELECT state, '' AS source, '' AS kind, 0 AS grade, 0 AS reported, 0, 0, 0, "+lights("n"), "tallies", org, " GROUP BY state"),
			c.query("SELECT state, source, kind, grade, reported, n, amount, recovered, 0, 0, 0", "totals", org, ""),
		}
	})
}

// each asks the counters of every subtree, sets right what is owed to them, and adds the small parts.
func (c *counters) each(rows func(n, from string, where condition) condition, held func(org condition) []condition) (queries []condition) {
	for _, b := range c.trees {
		org := []any{int64(b.org)}
		queries = append(queries, held(condition{"org = ?", org})...)
		queries = append(queries, rows("-1", owedHeld, condition{"? IN (a1, a2, a3, a4, a5)", org})) // it may have been at another depth
	}
	queries = append(queries, rows("1", owedNow, or(c.conditions()...)))
	for _, s := range c.small {
		queries = append(queries, rows("1", "issues", s))
	}
	return queries
}

// lights counts the issues that are overdue, due soon and without a due day; each row is n of them. It takes today three times.
func lights(n string) string {
	sum := func(when string) string { return "SUM(CASE WHEN " + when + " THEN " + n + " ELSE 0 END)" }
	return sum("due < ?") + ", " + sum("due >= ? AND warn <= ? AND due < '"+noDue+"'") + ", " + sum("due >= '"+noDue+"'")
}

// query is what begins with columns that take today as often as they have question marks.
func (c *counters) query(columns, from string, where condition, end string) condition {
	where = and(where, c.in)
	var args []any
	for range strings.Count(columns, "?") {
		args = append(args, c.today)
	}
	return condition{columns + " FROM " + from + " WHERE " + where.sql + end, append(args, where.args...)}
}

// countQuery counts issues by everything that Counts shows.
func (c *counters) countQuery(n, from string, where condition) condition {
	const by = "state, source, kind, grade, reported"
	return c.query("SELECT "+by+", SUM("+n+"), SUM("+n+" * amount), SUM("+n+" * recovered), "+lights(n), from, where, " GROUP BY "+by)
}
