package store_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

func message(id int64, channel string) store.Message {
	return store.Message{
		ID: id, Key: fmt.Sprint("digest/2026-03-31/", id), Person: 7, Org: 3, Channel: channel, Address: "zhang@example.org",
		Day: "2026-03-31", Topic: "digest", Subject: "今日提醒", Body: "两件问题将到期", Created: at,
	}
}

// What is owed under one key is kept once, however often and by however many it is put, and exactly one of them is told that it is new.
func TestMessageIsKeptOncePerKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var all []store.Message
		for id := range 450 {
			all = append(all, message(int64(id+1), store.Mail))
		}
		fresh := make([][]store.Message, 4)
		var wg sync.WaitGroup
		for n := range fresh {
			wg.Go(func() {
				mine := make([]store.Message, len(all))
				for at, m := range all {
					m.ID += int64(1000 * (n + 1))
					mine[(at*7+n)%len(all)] = m
				}
				var err error
				fresh[n], err = db.PutMessages(t.Context(), mine)
				require.NoError(t, err)
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		slices.SortFunc(fresh, func(a, b []store.Message) int { return len(b) - len(a) })
		for _, some := range fresh {
			for _, m := range some {
				require.False(t, seen[m.Key], m.Key)
				seen[m.Key] = true
			}
		}
		require.Len(t, seen, len(all))
		again, err := db.PutMessages(t.Context(), all)
		require.NoError(t, err)
		require.Empty(t, again)
		lost := must(db.PutMessages(t.Context(), fresh[0][:1]))
		require.Equal(t, fresh[0][:1], lost, "whoever put it and never heard so asks again")

		long := message(9, store.Mail)
		long.Key = strings.Repeat("长", 192)
		for _, bad := range []store.Message{long, {ID: 9}, {Key: "k"}} {
			_, err = db.PutMessages(t.Context(), []store.Message{bad})
			asFault(t, err, "bad_message")
		}
	})
}

func TestClaimIsExclusiveUntilTheLeaseEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		later, other := message(3, store.Mail), message(4, store.Feishu)
		later.NextAt = at.Add(time.Hour)
		_, err := db.PutMessages(t.Context(), []store.Message{message(1, store.Mail), message(2, store.Mail), later, other})
		require.NoError(t, err)
		claim := func(owner string, now time.Time, limit int) []store.Message {
			t.Helper()
			return must(db.ClaimMessages(t.Context(), owner, now, time.Minute, store.Mail, limit))
		}
		require.Empty(t, claim("a", at.Add(-time.Second), 9), "not due yet")
		first := claim("a", at, 1)
		require.Len(t, first, 1)
		require.Equal(t, store.Message{
			ID: 1, Key: "digest/2026-03-31/1", Person: 7, Org: 3, Channel: store.Mail, Address: "zhang@example.org", Day: "2026-03-31",
			Topic: "digest", Subject: "今日提醒", Body: "两件问题将到期", State: store.MessageWaiting, Attempts: 1, NextAt: at, Owner: "a",
			Until: at.Add(time.Minute), Created: at,
		}, first[0])
		second := claim("b", at, 9)
		require.Len(t, second, 1, "what a has is not given to b, what is another channel's or not due neither")
		require.Equal(t, int64(2), second[0].ID)
		taken := claim("b", at.Add(time.Minute), 9)
		require.Len(t, taken, 2, "the lease is over")

		// a comes back late: it cannot fail, hold, bury or skip what is b's, but sent is sent.
		state := func() (state string) {
			t.Helper()
			require.NoError(t, db.Conns().QueryRowContext(t.Context(), "SELECT state FROM messages WHERE id = 1").Scan(&state))
			return state
		}
		for _, late := range []func() error{
			func() error { return db.Failed(t.Context(), first[0], at, at, "late") },
			func() error { return db.Held(t.Context(), first[0], at, "late") },
			func() error { return db.Dead(t.Context(), first[0], at, "late") },
			func() error { return db.Skipped(t.Context(), first[0], "late") },
		} {
			require.NoError(t, late())
			require.Equal(t, "waiting", state())
			require.Empty(t, claim("c", at.Add(90*time.Second), 9))
		}
		require.NoError(t, db.Sent(t.Context(), first[0], at))
		require.Equal(t, "sent", state())
		left := claim("c", at.Add(2*time.Minute), 9)
		require.Len(t, left, 1)
		require.Equal(t, 3, left[0].Attempts)
		require.Empty(t, left[0].Error)
	})
}

// Many claim at once: each message goes to one of them.
func TestRacingClaims(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var all []store.Message
		for id := range 60 {
			all = append(all, message(int64(id+1), store.Mail))
		}
		_, err := db.PutMessages(t.Context(), all)
		require.NoError(t, err)
		var mu sync.Mutex
		var wg sync.WaitGroup
		got := map[int64]int{}
		for n := range 8 {
			wg.Go(func() {
				for range 12 {
					mine, err := db.ClaimMessages(t.Context(), fmt.Sprint("owner", n), at, time.Minute, store.Mail, 7)
					require.NoError(t, err)
					mu.Lock()
					for _, m := range mine {
						got[m.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		require.Len(t, got, 60)
		for id, n := range got {
			require.Equal(t, 1, n, id)
		}
	})
}

func TestLifeOfAMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		_, err := db.PutMessages(t.Context(), []store.Message{message(1, store.Mail)})
		require.NoError(t, err)
		claim := func(now time.Time) store.Message {
			t.Helper()
			got := must(db.ClaimMessages(t.Context(), "a", now, time.Minute, store.Mail, 9))
			require.Len(t, got, 1)
			return got[0]
		}
		require.NoError(t, db.Held(t.Context(), claim(at), at.Add(time.Hour), "quiet"))
		m := claim(at.Add(time.Hour))
		require.Equal(t, 1, m.Attempts, "waiting is no attempt")
		require.True(t, m.Tried.IsZero())
		require.NoError(t, db.Failed(t.Context(), m, at.Add(time.Hour), at.Add(2*time.Hour), strings.Repeat("错", 600)))
		require.Empty(t, must(db.ClaimMessages(t.Context(), "a", at.Add(119*time.Minute), time.Minute, store.Mail, 9)))
		m = claim(at.Add(2 * time.Hour))
		require.Equal(t, 2, m.Attempts)
		require.True(t, m.Tried.Equal(at.Add(time.Hour)), "the first attempt is remembered")
		require.Len(t, []rune(m.Error), 500)
		require.NoError(t, db.Dead(t.Context(), m, at, "no such user"))
		require.Empty(t, must(db.DeadLetters(t.Context(), store.Feishu, 0, 10)))
		dead := must(db.DeadLetters(t.Context(), "", 0, 10))
		require.Len(t, dead, 1)
		require.Equal(t, "no such user", dead[0].Error)
		require.Empty(t, dead[0].Body, "who minds the delivery need not read it")
		require.Empty(t, must(db.DeadLetters(t.Context(), store.Mail, 1, 10)), "the page before ended here")

		line := func(m store.Message) workflow.Line {
			return workflow.Line{At: at, Action: "again", Person: 5, Note: m.Subject}
		}
		asFault(t, db.Again(t.Context(), []int64{2}, at, line), "no_dead_letter")
		require.NoError(t, db.Again(t.Context(), []int64{1, 2, 1}, at, line))
		history := must(db.History(t.Context(), store.KindMessage, 1, 0, 9))
		require.Len(t, history, 1)
		require.Equal(t, "again", history[0].Action)
		asFault(t, db.Again(t.Context(), []int64{1}, at, line), "no_dead_letter")
		m = claim(at)
		require.Equal(t, 1, m.Attempts)
		require.True(t, m.Tried.IsZero(), "it begins anew")
		require.NoError(t, db.Sent(t.Context(), m, at))
		require.NoError(t, db.Dead(t.Context(), m, at, "late"))
		require.Empty(t, must(db.DeadLetters(t.Context(), "", 0, 10)), "what was sent stays sent")
	})
}

func TestInboxHoldsWhatWasSentInTheProgram(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		others := message(4, store.InApp)
		others.Person = 8
		_, err := db.PutMessages(t.Context(), []store.Message{message(1, store.InApp), message(2, store.InApp), message(3, store.Mail), others, message(5, store.InApp)})
		require.NoError(t, err)
		for _, channel := range []string{store.InApp, store.Mail} {
			for _, m := range must(db.ClaimMessages(t.Context(), "a", at, time.Minute, channel, 9)) {
				if m.ID != 5 {
					require.NoError(t, db.Sent(t.Context(), m, at))
				}
			}
		}
		ids := func(before int64, limit int) (out []int64) {
			for _, m := range must(db.Inbox(t.Context(), 7, before, limit)) {
				out = append(out, m.ID)
			}
			return out
		}
		require.Equal(t, []int64{2, 1}, ids(0, 9))
		require.Equal(t, []int64{1}, ids(2, 9))
		require.Equal(t, 2, must(db.Unread(t.Context(), 7)))
		require.NoError(t, db.Seen(t.Context(), 7, 1, at))
		require.NoError(t, db.Seen(t.Context(), 7, 9, at.Add(time.Hour)))
		require.Zero(t, must(db.Unread(t.Context(), 7)))
		require.Equal(t, 1, must(db.Unread(t.Context(), 8)), "another's is another's")
		all := must(db.Inbox(t.Context(), 7, 0, 9))
		require.True(t, all[1].Seen.Equal(at), "when it first was")
		require.True(t, all[0].Seen.Equal(at.Add(time.Hour)))

		require.Zero(t, must(db.SweepMessages(t.Context(), at)))
		require.Equal(t, 4, must(db.SweepMessages(t.Context(), at.Add(time.Second))), "what waits stays")
		require.Empty(t, ids(0, 9))
	})
}

func TestChoices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		line := workflow.Line{At: at, Action: "choose_channel", Person: 7}
		mail := store.Choice{Person: 7, Channel: store.Mail, Address: "a@example.org", On: true, QuietFrom: 1320, QuietUntil: 480}
		require.NoError(t, db.PutChoice(t.Context(), store.Choice{Person: 7, Channel: store.Mail, Address: "old@example.org"}, line))
		require.NoError(t, db.PutChoice(t.Context(), mail, line))
		require.NoError(t, db.PutChoice(t.Context(), store.Choice{Person: 8, Channel: store.Mail}, line))
		require.Equal(t, map[string]store.Choice{store.Mail: mail}, must(db.Choices(t.Context(), 7)))
		require.Equal(t, map[workflow.PersonID]store.Choice{7: mail}, must(db.ChoicesFor(t.Context(), []workflow.PersonID{7, 9, 0}, store.Mail)))
		require.Len(t, must(db.History(t.Context(), store.KindAccount, 7, 0, 9)), 2)
		mail.QuietUntil = 1441
		asFault(t, db.PutChoice(t.Context(), mail, line), "bad_quiet_hours")
	})
}

func TestSecretsOfRobotsShowNowhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		r := store.Robot{ID: 9, Org: 3, Channel: store.DingTalk, Title: "支部群", URL: "https://oapi.dingtalk.com/robot/send?access_token=TOKEN", Secret: "SECwhisper", Active: true}
		require.NoError(t, db.PutRobot(t.Context(), r, workflow.Line{At: at, Action: "put_robot"}))
		require.Equal(t, r, must(db.Robot(t.Context(), 9)), "it is kept as it is")
		r.Title = "支部工作群"
		require.NoError(t, db.PutRobot(t.Context(), r, workflow.Line{At: at, Action: "put_robot"}))
		require.Equal(t, []store.Robot{r}, must(db.RobotsOf(t.Context(), []workflow.OrgID{3, 4})))

		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "robot", r, "url", r.URL)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "robot", r, "url", r.URL)
		shown := log.String() + fmt.Sprintf("%v %+v %#v %s %q", r, r, r, r.URL, r.Secret) + string(must(json.Marshal(r)))
		for _, l := range must(db.History(t.Context(), store.KindRobot, 9, 0, 9)) {
			shown += string(l.Data)
		}
		require.Contains(t, shown, "支部工作群")
		require.Contains(t, shown, "oapi.dingtalk.com")
		require.NotContains(t, shown, "TOKEN")
		require.NotContains(t, shown, "whisper")

		require.NoError(t, db.DeleteRobot(t.Context(), 9, workflow.Line{At: at, Action: "delete_robot"}))
		asFault(t, db.DeleteRobot(t.Context(), 9, workflow.Line{At: at}), "no_such_robot")
		_, err := db.Robot(t.Context(), 9)
		asFault(t, err, "no_such_robot")
		require.Len(t, must(db.History(t.Context(), store.KindRobot, 9, 0, 9)), 3)
	})
}

// All who deliver share one limit: of many who want the next moment at once each gets another one.
func TestRobotIsPacedForAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		require.NoError(t, db.PutRobot(t.Context(), store.Robot{ID: 9}, workflow.Line{At: at}))
		var mu sync.Mutex
		var wg sync.WaitGroup
		got := map[time.Time]int{}
		for range 20 {
			wg.Go(func() {
				var mine time.Time
				require.NoError(t, db.PaceRobot(t.Context(), 9, func(free time.Time) time.Time {
					mine = at
					if free.After(at) {
						mine = free
					}
					mine = mine.Add(time.Second)
					return mine
				}))
				mu.Lock()
				got[mine]++
				mu.Unlock()
			})
		}
		wg.Wait()
		require.Len(t, got, 20)
		require.NoError(t, db.PaceRobot(t.Context(), 10, func(time.Time) time.Time { return at }), "one that is gone has no limit")
	})
}
