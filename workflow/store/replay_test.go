package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// differences replays everything.
func differences(t *testing.T, db *store.DB) (out []store.Difference) {
	t.Helper()
	_, err := db.Replay(t.Context(), func(store.Replayed) {}, func(d store.Difference) error {
		out = append(out, d)
		return nil
	})
	require.NoError(t, err)
	return out
}

// Whatever offices do, organisations moved about included, the issues are what their histories say.
func TestHistoriesGiveTheIssues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := newCrowd(t, open())
		must(c.db.Create(t.Context(), store.Key{}, "P", c.creation(c.issue())))
		for range rounds(150) {
			require.NoError(t, c.act())
		}
		told := 0
		done, err := c.db.Replay(t.Context(), func(r store.Replayed) { told = r.Issues }, func(d store.Difference) error {
			return fmt.Errorf("%+v", d)
		})
		require.NoError(t, err)
		require.Equal(t, []int{len(c.ids), len(c.ids), 0}, []int{done.Issues, told, done.Differences})
		require.Greater(t, done.Lines, len(c.ids))
	})
}

// Whatever is altered behind the back of the program is named: the issue, the place, what history says and what there is.
func TestReplayNamesWhatWasAltered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		city(t, db)
		for id := workflow.IssueID(10); id < 14; id++ {
			create(t, db, found(id))
			must(db.Transition(t.Context(), id, store.Key{}, store.Refs{}, stepTo(0, func(i *workflow.Issue) {
				i.State, i.Assisting, i.Verifier, i.Person = workflow.Rectifying, []workflow.OrgID{6}, 5, 77
				i.Evidence = []workflow.Evidence{{Round: 1, Hash: "f00d", Name: "记录.pdf"}}
				i.Calls = []workflow.CallFor{{From: 3, To: 6, Wants: "approval", On: "2026-04-01", Until: "2026-04-08"}}
			})))
		}
		require.Empty(t, differences(t, db))
		doc := "(SELECT doc FROM (SELECT doc FROM issues WHERE id = 12) AS other)"
		for _, x := range []struct {
			sql, undo string
			place     string
			says, is  string
			line      int
		}{
			{"UPDATE issues SET state = 'closed' WHERE id = 11", "UPDATE issues SET state = 'rectifying' WHERE id = 11", "issues.state", "rectifying", "closed", 0},
			{"UPDATE issues SET due = '2027-01-01' WHERE id = 11", "UPDATE issues SET due = '2026-06-30' WHERE id = 11", "issues.due", "2026-06-30", "2027-01-01", 0},
			{"UPDATE issues SET doc = REPLACE(doc, '三会一课', '两会一课') WHERE id = 11", "UPDATE issues SET doc = REPLACE(doc, '两会一课', '三会一课') WHERE id = 11", "doc.detail",
				`"支部“三会一课”记录不全 a_100%"`, `"支部“两会一课”记录不全 a_100%"`, 0},
			{"UPDATE issues SET number = 'XC-9' WHERE id = 11", "UPDATE issues SET number = 'XC-0101-2026-0002' WHERE id = 11", "issues.number", "XC-0101-2026-0002", "XC-9", 0},
			{"UPDATE issues SET a2 = 4 WHERE id = 11", "UPDATE issues SET a2 = 2 WHERE id = 11", "issues.a2", "2", "4", 0},
			{"UPDATE issues SET seq = 7 WHERE id = 11", "UPDATE issues SET seq = 2 WHERE id = 11", "issues.seq", "2", "7", 0},
			{"UPDATE issues SET updated_at = 7 WHERE id = 11", fmt.Sprintf("UPDATE issues SET updated_at = %d WHERE id = 11", at.UnixMilli()), "issues.updated_at", fmt.Sprint(at.UnixMilli()), "7", 0},
			{"DELETE FROM issue_orgs WHERE issue_id = 11 AND org_id = 6", "INSERT INTO issue_orgs (org_id, issue_id) VALUES (6, 11)", "issue_orgs", "6", "", 0},
			{"INSERT INTO issue_orgs (org_id, issue_id) VALUES (7, 11)", "DELETE FROM issue_orgs WHERE org_id = 7", "issue_orgs", "", "7", 0},
			{"DELETE FROM issue_people WHERE issue_id = 11", "INSERT INTO issue_people (person_id, issue_id) VALUES (77, 11)", "issue_people", "77", "", 0},
			{"INSERT INTO issue_waits (org_id, issue_id) VALUES (2, 11)", "DELETE FROM issue_waits WHERE org_id = 2", "issue_waits", "", "2", 0},
			{"DELETE FROM file_refs WHERE issue_id = 11", "INSERT INTO file_refs (hash, issue_id) VALUES ('f00d', 11)", "file_refs", "f00d", "", 0},
			{"UPDATE history SET note = 'anders' WHERE subject = 11 AND kind = 'issue' AND seq = 2", "UPDATE history SET note = '说明' WHERE subject = 11 AND kind = 'issue'", "history.digest", "*", "*", 2},
			{"UPDATE history SET data = REPLACE(data, 'f00d', 'feed') WHERE subject = 11 AND kind = 'issue' AND seq = 2",
				"UPDATE history SET data = REPLACE(data, 'feed', 'f00d') WHERE subject = 11 AND kind = 'issue'", "history.digest", "*", "*", 2},
			{"UPDATE history SET seq = 5 WHERE subject = 11 AND kind = 'issue' AND seq = 2", "UPDATE history SET seq = 2 WHERE subject = 11 AND kind = 'issue' AND seq = 5", "history", "there", "missing", 2},
			{"UPDATE history SET subject = 99 WHERE subject = 11 AND kind = 'issue' AND seq = 1", "UPDATE history SET subject = 11 WHERE subject = 99 AND kind = 'issue'", "history", "there", "missing", 1},
			{"UPDATE issues SET doc = " + doc + " WHERE id = 11", "", "doc.id", `"11"`, `"12"`, 0},
		} {
			require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return tx.Exec(x.sql).Error }), x.sql)
			all := differences(t, db)
			require.NotEmpty(t, all, x.sql)
			var named bool
			for _, d := range all {
				right := d.Place == x.place && d.Issue == 11 && (x.says == "*" || d.History == x.says && d.Row == x.is) && d.Line == x.line
				named = named || right
				require.Contains(t, []workflow.IssueID{11, 99}, d.Issue, x.sql)
			}
			require.True(t, named, "%s: %+v", x.sql, all)
			if x.undo != "" {
				require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return tx.Exec(x.undo).Error }), x.undo)
				require.Empty(t, differences(t, db), x.undo)
			}
		}
		require.NoError(t, db.Write(t.Context(), func(tx *gorm.DB) error { return tx.Exec("DELETE FROM issues WHERE id = 12").Error }))
		all := differences(t, db)
		require.Equal(t, store.Difference{Issue: 12, Place: "issues", History: "there", Row: "not there"}, all[len(all)-1])
	})
}
