package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// showsDelivery is about how people and groups are told, and about what does not arrive: a demonstration sends nothing out, and says so.
func showsDelivery(t *testing.T, o *opened, as func(string) workflow.Actor) {
	t.Helper()
	own, err := o.engine.OwnChannels(t.Context(), as("songjia"))
	require.NoError(t, err)
	require.True(t, own.MailOffered && own.MailOn)
	require.Equal(t, "20:00 07:30", engine.ClockTime(own.QuietFrom)+" "+engine.ClockTime(own.QuietUntil))
	own, err = o.engine.OwnChannels(t.Context(), as("panlei"))
	require.NoError(t, err)
	require.False(t, own.MailOn)
	require.NotEmpty(t, own.Mail, "an address that is kept for later")

	robots, err := o.engine.Robots(t.Context(), as("chenglang"))
	require.NoError(t, err)
	channels := map[string]bool{}
	for _, r := range robots {
		channels[r.Channel] = r.Active
	}
	require.Equal(t, map[string]bool{engine.ByWeCom: true, engine.ByDingTalk: true}, channels)

	dead, err := o.engine.DeadLetters(t.Context(), as("chenglang"), "", 0, engine.PageLimit)
	require.NoError(t, err)
	by := map[string]int{}
	for _, m := range dead {
		by[m.Channel]++
		require.Contains(t, m.Error, "演示环境不向外发送")
		require.NotEmpty(t, m.To)
	}
	require.Len(t, by, 3, "mail and both robots")
	figures, err := o.engine.Delivery(t.Context(), as("chenglang"))
	require.NoError(t, err)
	for _, f := range figures {
		require.Equal(t, by[f.Channel], f.Dead, f.Channel)
	}
}

// A rehearsal says what other rules would send; the one of the rules that differ was put on record.
func showsRehearsal(t *testing.T, o *opened, as func(string) workflow.Actor) {
	t.Helper()
	heard, err := o.engine.ChangeReminderRules(t.Context(), as("chenglang"), 0, demoStrict, engine.AnyRev, true)
	require.ErrorIs(t, err, workflow.ErrInvalid, "the default needs a daily run")
	require.Zero(t, heard)
	lists, err := o.engine.Checklists(t.Context(), as("fangyi"), 0, engine.PageLimit)
	require.NoError(t, err)
	moved := 0
	for _, list := range lists {
		heard, err := o.engine.ChangeReminderRules(t.Context(), as("chenglang"), list.ID, demoStrict, engine.AnyRev, true)
		require.NoError(t, err)
		require.False(t, heard.Taken)
		require.NotZero(t, heard.Then.Digests, list.Title)
		moved += heard.Moved
	}
	require.NotZero(t, moved, "the light of some would turn earlier")
	rules, err := o.engine.AllReminderRules(t.Context(), as("chenglang"))
	require.NoError(t, err)
	for _, r := range rules {
		if !r.Own {
			continue
		}
		audit, err := o.engine.Audit(t.Context(), as("lujin"), engine.KindSetting, engine.SettingSubject(r.Setting.Name), 0, 10)
		require.NoError(t, err)
		require.Contains(t, audit.Lines[0].Note, "预演")
	}
}

// Each of the five sources has an item of its own in the one problem that they share, under its own number, and a report of its own.
func showsSources(t *testing.T, o *opened, as func(string) workflow.Actor) {
	t.Helper()
	numbers := map[string]bool{}
	for _, source := range workflow.Sources() {
		if !source.FiveIn {
			continue
		}
		items, err := o.engine.SourceItems(t.Context(), as("zoujie"), source.Source, engine.SourceQuery{}, "", engine.PageLimit)
		require.NoError(t, err)
		shared := 0
		for n := range items.Items {
			if whole := items.Items[n].Whole(); whole.Source == "inspection" && whole.OwnNumber == "4" {
				shared++
				numbers[items.Items[n].Issue.Number] = true
				require.Equal(t, workflow.Closed, whole.State)
			}
		}
		require.Equal(t, 1, shared, source.Source)
		require.Greater(t, len(items.Items), 1, source.Source)
	}
	require.Len(t, numbers, 5, "each keeps a number of its own")
}
