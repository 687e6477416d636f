package store

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"rectify/workflow"
)

const (
	alikeLooked = 500  // candidates whose place is looked at
	alikePairs  = 8    // pairs that are looked for where no unit narrows the search
	alikeEach   = 1000 // candidates of one such pair
)

// unitOf is the org below the root in whose subtree the issue is, the root for its own.
func unitOf(l *workflow.Lineage) workflow.OrgID { return l[min(1, max(l.Depth()-1, 0))].Org }

// saveLikenesses keeps the pairs by which open issues are found in step with the issues. Most steps change none of it.
func saveLikenesses(tx *gorm.DB, all []kept) error {
	var fresh [][]any
	for n := range all {
		before, after := &all[n].row.issue, &all[n].change.Issue
		from, to := unitOf(&before.Line), unitOf(&after.Line)
		if before.Open() == after.Open() && before.Detail == after.Detail && from == to {
			continue
		}
		if before.Open() {
			if err := forgetLikeness(tx, before, from); err != nil {
				return err
			}
		}
		if after.Open() {
			for _, pair := range workflow.Gist(after.Detail) {
				fresh = append(fresh, []any{int64(pair), int64(to), int64(after.ID)})
			}
		}
	}
	return insertAll(tx, "INSERT INTO likenesses (gram, unit, issue_id) VALUES ", fresh)
}

func forgetLikeness(tx *gorm.DB, i *workflow.Issue, unit workflow.OrgID) error {
	return inBatches(workflow.Gist(i.Detail), func(marks string, args []any) error {
		_, err := exec(tx, "DELETE FROM likenesses WHERE gram IN ("+marks+") AND unit = ? AND issue_id = ?", append(args, int64(unit), int64(i.ID))...)
		return err
	})
}

// Alike finds the open issues of a scope that share the most of the pairs of a text with it, the best first: candidates, which the caller
// compares. With a place it looks in the unit of that place and among the root's own, without one everywhere; there it looks at a bounded
// number of issues for each pair.
func (db *DB) Alike(ctx context.Context, s Scope, near workflow.Lineage, text string, limit int) ([]workflow.Issue, error) {
	pairs := workflow.Pairs(text)
	if len(pairs) == 0 {
		return nil, nil
	}
	found, args := alikeAnywhere(pairs)
	if near.Depth() > 1 {
		found, args = alikeNear(pairs, near)
	}
	query := "SELECT i.id FROM (" + found + ") AS c JOIN issues i ON i.id = c.issue_id"
	if c := s.holds(workflow.Lineage{}); c.sql != "" {
		query, args = query+" WHERE "+c.sql, append(args, c.args...)
	}
	query += " ORDER BY c.n DESC, c.issue_id DESC LIMIT ?"
	var ids []workflow.IssueID
	err := db.read(ctx, func(tx *gorm.DB) error {
		ids = nil
		return each(tx, func(scan func(...any) error) error {
			var id workflow.IssueID
			err := scan(&id)
			ids = append(ids, id)
			return err
		}, query, append(args, limit)...)
	})
	if err != nil {
		return nil, err
	}
	issues, err := db.IssuesByID(ctx, ids)
	out := make([]workflow.Issue, 0, len(ids))
	for _, id := range ids {
		if i, ok := issues[id]; ok {
			out = append(out, i)
		}
	}
	return out, err
}

const alikeBest = " GROUP BY issue_id ORDER BY n DESC, issue_id DESC LIMIT ?"

func alikeNear(pairs []uint32, near workflow.Lineage) (query string, args []any) {
	for _, pair := range pairs {
		args = append(args, int64(pair))
	}
	return "SELECT issue_id, COUNT(*) AS n FROM likenesses WHERE gram IN (" + marks(len(pairs)) + ") AND unit IN (?, ?)" + alikeBest,
		append(args, int64(near[0].Org), int64(near[1].Org), alikeLooked)
}

func alikeAnywhere(pairs []uint32) (query string, args []any) {
	pairs = pairs[:min(len(pairs), alikePairs)]
	for _, pair := range pairs {
		args = append(args, int64(pair), alikeEach)
	}
	one := "SELECT issue_id FROM (SELECT issue_id FROM likenesses WHERE gram = ? LIMIT ?) AS g"
	return "SELECT issue_id, COUNT(*) AS n FROM (" + one + strings.Repeat(" UNION ALL "+one, len(pairs)-1) + ") AS u" + alikeBest, append(args, alikeLooked)
}
