package store_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// A database from before gets what the issues in it are waited for by now: the party that has not signed, the unit with a measure.
func TestRowsFromBeforeAreBroughtUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		city(t, db)
		for id, do := range map[workflow.IssueID]func(*workflow.Issue){
			10: func(i *workflow.Issue) { i.State, i.Signs = workflow.Verifying, []workflow.Sign{{Org: 5, Person: 8}} },
			11: func(i *workflow.Issue) { i.State, i.Signs = workflow.PlanReview, []workflow.Sign{{Org: 6, Person: 8}} },
			12: func(i *workflow.Issue) {
				i.State, i.Signs = workflow.PlanReview, []workflow.Sign{{Org: 6, Person: 8}, {Org: 5, Person: 9}}
			},
			13: func(i *workflow.Issue) {
				i.State, i.Measures = workflow.Rectifying, []workflow.Measure{{Text: "一"}, {Text: "二", Org: 6}, {Text: "三", Org: 4, Done: true}, {Text: "四", Org: 3}}
			},
			14: func(i *workflow.Issue) { i.State, i.Parties = workflow.Verifying, nil },
		} {
			create(t, db, found(id))
			must(db.Transition(t.Context(), id, store.Key{}, store.Refs{}, stepTo(0, func(i *workflow.Issue) {
				i.Verifier, i.Parties = 5, []workflow.OrgID{6, 4}
				do(i)
			})))
		}
		require.Empty(t, differences(t, db))
		run(t, db, "UPDATE issues SET turn = 5 WHERE id IN (10, 11, 12, 14)")
		run(t, db, "DELETE FROM issue_waits WHERE issue_id = 13")
		require.Len(t, differences(t, db), 3, "of 11 the verifier has not signed")
		for range 2 { // a file that broke off is run again
			for _, file := range []string{"0024_turn_to_sign.sql", "0025_measures_awaited.sql"} {
				text, err := fs.ReadFile(store.Migrations, "migrations/"+strings.ToLower(db.Dialect())+"/"+file)
				require.NoError(t, err)
				run(t, db, string(text))
			}
			require.Empty(t, differences(t, db))
		}
	})
}
