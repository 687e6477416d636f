package store

import (
	"errors"

	"gorm.io/gorm"

	"rectify/workflow"
)

// checkPlaces holds the lineages that changes write against the tree, and keeps them from being moved until the end of the
// transaction: an issue must not come to lie where its org was a moment ago. A step is decided again on the new place; a new
// issue, whose place was looked up before, is refused.
func checkPlaces(tx *gorm.DB, all []kept) error {
	written := make(map[workflow.OrgID]workflow.Lineage)
	fresh := false
	for n := range all {
		before, after := &all[n].row.issue, &all[n].change.Issue
		for _, line := range [][2]workflow.Lineage{{before.Line, after.Line}, {before.FinderLine, after.FinderLine}} {
			if line[0] != line[1] && line[1].Depth() > 0 {
				written[line[1].Last().Org] = line[1]
				fresh = fresh || all[n].row.seq == 0
			}
		}
	}
	err := placesHold(tx, written)
	if fresh && errors.Is(err, errAgain) {
		return workflow.Conflict("org_moved", workflow.Say("组织架构刚刚调整过，请重新提交", "an organisation was moved a moment ago; submit it again"))
	}
	return err
}

// placesHold is errAgain if an org is elsewhere now.
func placesHold(tx *gorm.DB, written map[workflow.OrgID]workflow.Lineage) error {
	ids := make([]int64, 0, len(written))
	for org := range written {
		ids = append(ids, int64(org))
	}
	return inBatches(ids, func(marks string, args []any) error {
		orgs, err := orgsWhere(tx, "id IN ("+marks+") ORDER BY id"+forUpdate(tx), args...)
		for _, o := range orgs {
			if written[o.ID] != o.Line {
				return errAgain
			}
		}
		return err
	})
}

// forUpdate at the end of a query makes the rows that it found stay as they are until the end of the transaction. On SQLite they do.
func forUpdate(tx *gorm.DB) string {
	if tx.Name() == MySQL {
		return " FOR UPDATE"
	}
	return ""
}
