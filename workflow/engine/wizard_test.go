package engine_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// fates counts the rows of a report by what becomes of them.
func fates(r engine.Report) map[engine.Fate]int {
	out := map[engine.Fate]int{}
	for _, row := range r.Rows {
		out[row.Fate]++
	}
	return out
}

func TestEveryRowHasItsFate(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.importList("xuning", inspectionList, "inspection", engine.ModeCheck)
		got := fates(r)
		require.Len(t, r.Rows, r.Read)
		require.Equal(t, r.RefusedRows, got[engine.FateRefused])
		require.Equal(t, r.Taken, got[engine.FateTaken]+got[engine.FateDoubtful])
		require.Positive(t, got[engine.FateDoubtful])
		require.Zero(t, got[engine.FateKnown])
		for _, row := range r.Rows {
			require.NotEmpty(t, row.Responsible)
		}

		o.importList("xuning", inspectionList, "inspection", engine.ModeGood)
		again := o.importList("xuning", inspectionList, "inspection", engine.ModeCheck)
		require.Equal(t, r.Taken, fates(again)[engine.FateKnown])
		require.Equal(t, r.RefusedRows, fates(again)[engine.FateRefused])
	})
}

func TestAKeptWorkbookIsReadAgain(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		_, err := o.OpenBook(o.ctx, "no-hash", "x.xlsx")
		require.ErrorIs(t, err, workflow.ErrNotFound)
		f, err := o.PutFile(o.ctx, o.actor("xuning"), "名单.txt", bytes.NewReader([]byte("不是表格")))
		require.NoError(t, err)
		_, err = o.OpenBook(o.ctx, f.Hash, f.Name)
		require.ErrorIs(t, err, workflow.ErrInvalid)
	})
}

func TestUnitsToImportFor(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for account, want := range map[string][]string{"xuning": {"0100"}, "huzq": {"0102", "0100"}, "sunli": nil, "dingyi": nil} {
			units, err := o.Units(o.ctx, o.actor(account), workflow.Import)
			require.NoError(t, err)
			var codes []string
			for _, u := range units {
				codes = append(codes, u.Code)
			}
			require.ElementsMatch(t, want, codes, account)
		}
		by := o.actor("dingyi")
		orgs, people := engine.MayImportTables(&by)
		require.True(t, orgs && people)
		by = o.actor("renan")
		orgs, people = engine.MayImportTables(&by)
		require.True(t, !orgs && people)
	})
}

func TestOfferedOfAList(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.importList("xuning", inspectionList, "inspection", engine.ModeGood)
		page, err := o.Issues(o.ctx, o.actor("xuning"), engine.Filter{}, 0, "", 50)
		require.NoError(t, err)
		ids := []workflow.IssueID{1}
		for _, row := range page.Rows {
			ids = append(ids, row.ID)
		}
		found, err := o.Offered(o.ctx, o.actor("xuning"), ids)
		require.NoError(t, err)
		require.Len(t, found, len(page.Rows), "what is not there is left out")
		for _, f := range found {
			view, err := o.Issue(o.ctx, o.actor("xuning"), f.Issue.ID)
			require.NoError(t, err)
			require.Equal(t, view.Offers, f.Offers)
		}
	})
}
