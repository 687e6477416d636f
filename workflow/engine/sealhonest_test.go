package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/proof"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// honest sees that a check of the log accuses nobody.
func (o *office) honest(held ...string) {
	o.t.Helper()
	r, err := o.CheckSeal(o.ctx, held, func(int64) {})
	require.NoError(o.t, err)
	require.Empty(o.t, r.Wrong)
}

// busy has somebody report on an issue over and over, seal now and then, and change the keys, until stop is called.
func (o *office) busy(i workflow.Issue) (stop func()) {
	ctx, cancel := context.WithCancel(o.ctx)
	ended := make(chan error, 2)
	loop := func(fn func(n int) error) {
		for n := 0; ctx.Err() == nil; n++ {
			if err := fn(n); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}
	by, admin, version := o.actor("gaofeng"), o.actor("dingyi"), i.Version
	go loop(func(n int) error {
		_, err := o.Do(o.ctx, by, i.ID, version, "", workflow.Step{Action: workflow.Report, Note: "进展正常"})
		version++
		if err == nil && n%3 == 0 {
			_, _, err = o.Seal(o.ctx)
		}
		return err
	})
	go loop(func(int) error {
		_, err := o.RotateSealKeys(o.ctx, admin, false)
		time.Sleep(5 * time.Millisecond)
		return err
	})
	return func() {
		cancel()
		require.NoError(o.t, <-ended)
		require.NoError(o.t, <-ended)
	}
}

// Steps are taken, lines sealed and keys changed while a check looks, bundles are taken and checkpoints asked for: nobody is accused.
func TestNobodyIsAccusedWhileThingsGoOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		o := sealedOffice(t, open(), filepath.Join(t.TempDir(), "keys")).staffed()
		book := o.book("01-巡察反馈任务清单.xlsx")
		report, err := o.ImportChecklist(o.ctx, o.actor("zhenglan"), book, engine.ImportOptions{Source: "inspection", File: "a.xlsx"})
		require.NoError(t, err)
		i, other := o.rectifying(workflow.Ordinary), o.rectifying(workflow.Ordinary)
		_, first := o.seal()
		day := workflow.DayOf(o.now)
		stop := o.busy(other)
		for range 3 {
			o.honest(first.Note)
			for account, what := range map[string][]engine.BundleWhat{
				"gaofeng":  {{Issue: i.ID}, {Issue: other.ID}},
				"zhenglan": {{Checklist: report.Checklist}},
				"jianghe":  {{From: day, To: day}, {From: "2020-01-01", To: day}},
			} {
				for _, w := range what {
					w.Held = []string{first.Note}
					b, err := o.Bundle(o.ctx, o.actor(account), w)
					require.NoError(t, err)
					_, meanwhile, err := o.Seal(o.ctx)
					require.NoError(t, err)
					var out bytes.Buffer
					require.NoError(t, b.Write(o.ctx, &out))
					r := o.VerifyBundle(&out, []string{first.Note, meanwhile.Note})
					require.Empty(t, r.Wrong, "%+v", w)
				}
			}
		}
		stop()
		o.honest(first.Note)
	})
}

// Who seals may be killed between any two things that they write. Nothing is taken for an attack afterwards, and the next one mends it.
func TestWhatAKilledSealerLeavesAccusesNobody(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		keys := filepath.Join(t.TempDir(), "keys")
		o := sealedOffice(t, storetest.Open(t, dsn), keys)
		o.honest()
		o.staffed()
		o.honest()
		i := o.rectifying(workflow.Ordinary)
		_, first := o.seal()
		o.now = o.now.Add(time.Hour)
		o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
		_, _, err := o.db.Seal(o.ctx, 1)
		require.NoError(t, err)
		o.honest() // sealed, and nothing signed

		_, second := o.seal()
		require.NoError(t, proof.KeepLast(keys, first.Note))
		o.honest() // signed, and not kept beside the keys
		o.seal()
		last, err := proof.ReadLast(keys)
		require.NoError(t, err)
		require.Equal(t, second.Note, last, "the next one mends it")

		_, err = connect(t, dsn).ExecContext(o.ctx, "DELETE FROM checkpoints WHERE size = ?", second.Size)
		require.NoError(t, err)
		o.honest() // kept beside the keys, and not in the database
		_, third := o.seal()
		require.Equal(t, second.Size, third.Size)
		o.honest(first.Note, second.Note, third.Note)
	})
}

// A process that takes steps and seals is killed over and over.
func TestAKilledSealerAccusesNobody(t *testing.T) {
	if dsn := os.Getenv("ENGINE_TEST_SEALER"); dsn != "" {
		o := sealedOffice(t, storetest.Open(t, dsn), os.Getenv("ENGINE_TEST_KEYS"))
		for n := 0; ; n++ {
			require.NoError(t, o.db.Note(o.ctx, workflow.Line{Kind: engine.KindSeal, Subject: 100, At: o.now, Action: "noted"}))
			_, c, err := o.Seal(o.ctx)
			require.NoError(t, err)
			fmt.Println("sealed", c.Size)
		}
	}
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		keys := filepath.Join(t.TempDir(), "keys")
		o := sealedOffice(t, storetest.Open(t, dsn), keys)
		o.seal()
		for round := range 6 {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAKilledSealerAccusesNobody$")
			cmd.Env = append(os.Environ(), "ENGINE_TEST_SEALER="+dsn, "ENGINE_TEST_KEYS="+keys)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			n, lines := 0, bufio.NewScanner(out)
			for lines.Scan() {
				require.NotContains(t, lines.Text(), "FAIL")
				if n++; n == 3+2*round {
					time.Sleep(time.Duration(round) * time.Millisecond)
					require.NoError(t, cmd.Process.Kill())
				}
			}
			require.Error(t, cmd.Wait(), "it was killed")
			o.honest()
		}
		_, c := o.seal()
		require.Greater(t, c.Size, int64(10))
		o.honest(c.Note)
	})
}

// Two replicas with clocks nine minutes apart take steps, seal, and change the keys in turn.
func TestReplicasWithOtherClocksAccuseNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		keys := filepath.Join(t.TempDir(), "keys")
		fast := sealedOffice(t, open(), keys).staffed()
		slow := sealedOffice(t, open(), keys)
		i := fast.rectifying(workflow.Ordinary)
		var held []string
		for n := range 12 {
			slow.now = fast.now.Add(-9 * time.Minute)
			at, other := fast, slow
			if n%2 == 0 {
				at, other = slow, fast
			}
			at.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
			_, c := other.seal()
			held = append(held, c.Note)
			at.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
			if n%4 > 1 {
				_, err := other.RotateSealKeys(other.ctx, other.actor("dingyi"), false)
				require.NoError(t, err)
			}
			_, c = at.seal()
			held = append(held, c.Note)
			fast.now = fast.now.Add(time.Duration(n) * time.Minute)
		}
		slow.now = fast.now.Add(-9 * time.Minute)
		slow.honest(held...)
		for _, o := range []*office{fast, slow} {
			require.Empty(t, o.bundle("gaofeng", engine.BundleWhat{Issue: i.ID, Held: held}).Wrong)
			require.Empty(t, o.bundle("jianghe", engine.BundleWhat{From: "2026-01-01", To: workflow.DayOf(o.now), Held: held}).Wrong)
		}
	})
}

// There is so much to seal that it takes long. What was written meanwhile, and is sealed with the rest, is not from the future.
func TestLongSealingAccusesNobody(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	keys := filepath.Join(t.TempDir(), "keys")
	now, begun, long := workflow.Day("2026-11-02").Time().Add(9*time.Hour), time.Time{}, false
	o := newOffice(t, db, defs, func(c *engine.Config) {
		c.Keys = keys
		c.Now = func() time.Time {
			if !long {
				return now
			}
			long, begun, now = false, now, now.Add(16*time.Minute) // when all is sealed
			line := workflow.Line{Kind: engine.KindSeal, Subject: 100, At: begun.Add(15 * time.Minute).UTC(), Action: "noted"}
			require.NoError(t, db.Note(t.Context(), line))
			return begun
		}
	})
	o.staffed()
	o.seal()
	long = true
	_, c := o.seal()
	require.True(t, c.At.After(begun.Add(15*time.Minute)))
	o.honest()
	require.Empty(t, o.bundle("jianghe", engine.BundleWhat{From: "2026-01-01", To: "2026-11-02"}).Wrong)
}

// The bundle of a past span of days has the policy of today beside the lines of then.
func TestABundleOfAPastSpanHasThePolicyOfToday(t *testing.T) {
	db, keys := storetest.Open(t, storetest.SQLite(t)), filepath.Join(t.TempDir(), "keys")
	o := sealedOffice(t, db, keys).staffed()
	i := o.rectifying(workflow.Ordinary)
	o.seal()
	day := workflow.DayOf(o.now)
	shipped, err := compiled()
	require.NoError(t, err)
	model, policy := shipped.Texts()
	guard, err := policies.New([]byte(model), "policy.csv", []byte(policy+"\n# 今年修订\n"))
	require.NoError(t, err)
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	later := newOffice(t, db, defs, func(c *engine.Config) { c.Keys, c.Guard = keys, guard })
	later.now = o.now.AddDate(0, 0, 20)
	later.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
	for _, what := range []engine.BundleWhat{{From: day, To: day}, {From: day, To: workflow.DayOf(later.now)}, {From: workflow.DayOf(later.now), To: workflow.DayOf(later.now)}} {
		require.Empty(t, later.bundle("jianghe", what).Wrong, "%+v", what)
	}
	require.Empty(t, later.bundle("gaofeng", engine.BundleWhat{Issue: i.ID}).Wrong)
}

// A backup was restored and that is on record: what there is now is whole, and what was kept before the backup still fits; the lost time is missed.
func TestARestoredBackupOnRecordAccusesNobody(t *testing.T) {
	keys, file := filepath.Join(t.TempDir(), "keys"), filepath.Join(t.TempDir(), "rectify.db")
	open := func() *office { return sealedOffice(t, storetest.Open(t, "sqlite:"+file), keys) }
	o := open().staffed()
	i := o.rectifying(workflow.Ordinary)
	_, early := o.seal()
	require.NoError(t, o.db.Close())
	backup, err := os.ReadFile(file)
	require.NoError(t, err)
	o = open()
	o.now = o.now.Add(time.Hour)
	o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
	_, lost := o.seal()
	require.NoError(t, o.db.Close())
	require.NoError(t, os.WriteFile(file, backup, 0o600))
	o = open()
	o.now = o.now.Add(2 * time.Hour)
	_, err = o.SealRestored(o.ctx, o.actor("dingyi"), "磁盘损坏，恢复了昨夜的备份")
	require.NoError(t, err)
	o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "重新填报"})
	o.seal()
	o.honest(early.Note)
	require.Empty(t, o.bundle("gaofeng", engine.BundleWhat{Issue: i.ID, Held: []string{early.Note}}).Wrong)
	r, err := o.CheckSeal(o.ctx, []string{lost.Note}, func(int64) {})
	require.NoError(t, err)
	require.Len(t, r.Wrong, 1)
	require.Contains(t, r.Wrong[0].Text.Zh, "恢复备份")
}

// The upper part of the tree is kept beside the leaves, and proofs rest on it.
func TestSealCheckFindsAnAlteredTree(t *testing.T) {
	dsn := storetest.SQLite(t)
	o := sealedOffice(t, storetest.Open(t, dsn), filepath.Join(t.TempDir(), "keys"))
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for range 150 {
				require.NoError(t, o.db.Note(o.ctx, workflow.Line{Kind: engine.KindSeal, Subject: int64(100 + n), At: o.now, Action: "noted"}))
			}
		})
	}
	wg.Wait()
	o.seal()
	o.honest()
	for _, spoil := range []string{"UPDATE tiles SET data = ZEROBLOB(LENGTH(data)) WHERE level = 1", "DELETE FROM tiles WHERE level = 1"} {
		_, err := connect(t, dsn).ExecContext(o.ctx, spoil)
		require.NoError(t, err)
		r, err := o.CheckSeal(o.ctx, nil, func(int64) {})
		require.NoError(t, err)
		require.Len(t, r.Wrong, 1)
		require.Equal(t, "tiles_altered", r.Wrong[0].Code)
	}
}

// While a bundle of a span is taken, others go on and seal: it ends with the checkpoint at which it was taken.
func TestABundleOfASpanEndsWhereItWasTaken(t *testing.T) {
	db, keys := storetest.Open(t, storetest.SQLite(t)), filepath.Join(t.TempDir(), "keys")
	other := sealedOffice(t, db, keys).staffed()
	other.seal()
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	meanwhile := 0
	o := newOffice(t, db, defs, func(c *engine.Config) {
		c.Keys = keys
		c.Now = func() time.Time { // when the time has been asked for so many times, somebody seals
			if meanwhile--; meanwhile == 0 {
				require.NoError(t, db.Note(t.Context(), workflow.Line{Kind: engine.KindSeal, Subject: 100, At: other.now, Action: "noted"}))
				other.seal()
			}
			return other.now
		}
	})
	by := o.actor("jianghe")
	for n := range 10 {
		meanwhile = n + 1
		b, err := o.Bundle(o.ctx, by, engine.BundleWhat{From: "2020-01-01", To: workflow.DayOf(other.now)})
		require.NoError(t, err)
		meanwhile = 0
		var out bytes.Buffer
		require.NoError(t, b.Write(o.ctx, &out))
		r := o.VerifyBundle(&out, nil)
		require.Empty(t, r.Wrong)
		require.Equal(t, r.Size, r.Lines)
	}
}
