package store_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// A setting is changed only by who saw the one before, and history tells every one that there was.
func TestSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		never := must(db.Setting(t.Context(), "calendar"))
		require.Equal(t, store.Setting{Name: "calendar"}, never)
		require.Empty(t, must(db.SettingRevs(t.Context())))
		line := workflow.Line{At: at, Action: "setting_changed", Person: 9, Name: "张三", Note: "载入2027年"}

		one, err := db.PutSetting(t.Context(), store.Setting{Name: "calendar", Body: "一", At: at, By: 9}, line)
		require.NoError(t, err)
		require.Equal(t, store.Setting{Name: "calendar", Body: "一", Rev: 1, At: at, By: 9}, one)
		require.Equal(t, one, must(db.Setting(t.Context(), "calendar")))
		_, err = db.PutSetting(t.Context(), store.Setting{Name: "calendar", Body: "二", At: at, By: 8}, line)
		asFault(t, err, "stale_setting")
		two, err := db.PutSetting(t.Context(), store.Setting{Name: "calendar", Body: "二", Rev: 1, At: at, By: 8}, line)
		require.NoError(t, err)
		_, err = db.PutSetting(t.Context(), store.Setting{Name: "calendar", Body: "三", Rev: 1, At: at, By: 8}, line)
		asFault(t, err, "stale_setting")
		other, err := db.PutSetting(t.Context(), store.Setting{Name: "budget", At: at, By: 8}, line)
		require.NoError(t, err)

		require.Equal(t, map[string]int{"budget": 1, "calendar": 2}, must(db.SettingRevs(t.Context())))
		require.Equal(t, []store.Setting{other, two}, must(db.Settings(t.Context())))
		lines := must(db.History(t.Context(), store.KindSetting, store.SettingSubject("calendar"), 0, 10))
		require.Len(t, lines, 2, "what was refused leaves no line")
		require.JSONEq(t, `{"name":"calendar","rev":1,"body":"一"}`, string(lines[0].Data))
		require.JSONEq(t, `{"name":"calendar","rev":2,"body":"二"}`, string(lines[1].Data))
		require.Equal(t, lines[0].Digest, lines[1].Prev)
	})
}

func TestOneOfManyChangesASetting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for rev := range 2 {
			var kept atomic.Int32
			var wg sync.WaitGroup
			for n := range 8 {
				wg.Go(func() {
					s := store.Setting{Name: "calendar", Body: string(rune('a' + n)), Rev: rev, At: at, By: workflow.PersonID(n + 1)}
					if _, err := db.PutSetting(t.Context(), s, workflow.Line{At: at, Action: "setting_changed"}); err == nil {
						kept.Add(1)
					}
				})
			}
			wg.Wait()
			require.EqualValues(t, 1, kept.Load())
		}
		require.Len(t, must(db.History(t.Context(), store.KindSetting, store.SettingSubject("calendar"), 0, 10)), 2)
	})
}
