package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// showsSigns says that the demonstration shows the work committee each sign of paper rectification once: of which organisation, and how many
// issues are behind it.
func showsSigns(t *testing.T, o *opened, by workflow.Actor) {
	t.Helper()
	places, err := o.engine.SignPlaces(t.Context(), by)
	require.NoError(t, err)
	type found struct {
		org    string
		issues []string
	}
	got := map[workflow.PaperSign]found{}
	today := o.engine.Today()
	for _, sign := range workflow.PaperSigns() {
		page, err := o.engine.Signs(t.Context(), by, engine.SignQuery{Under: places[0].ID, From: today.Add(-364), To: today}, sign.Sign)
		require.NoError(t, err)
		require.Len(t, page.Sheets[0].Findings, 1, sign.Sign)
		f := page.Sheets[0].Findings[0]
		one := found{org: f.Org.Code}
		for _, i := range f.Issues {
			one.issues = append(one.issues, i.OwnNumber)
		}
		if sign.Sign == workflow.PaperBunched { // on some days a closure falls into the last days of a quarter besides
			require.Subset(t, one.issues, []string{"1", "2", "3"})
			one.issues = nil
		}
		got[sign.Sign] = one
	}
	require.Equal(t, map[workflow.PaperSign]found{
		workflow.PaperSameFile: {"", []string{"审-09", "审-10"}}, workflow.PaperAlikeText: {"", []string{"3", "1"}}, workflow.PaperBunched: {"01", nil},
		workflow.PaperExtended: {"01", []string{"14"}}, workflow.PaperToAndFro: {"0300", []string{"4"}}, workflow.PaperQuick: {"0300", []string{"2"}},
		workflow.PaperGap: {"02", []string{"审-05", "审-09", "审-10"}},
	}, got)
}
