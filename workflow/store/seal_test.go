package store_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// sealedTree reads the whole sealed log: it must hold every line of history once, each behind the one before it of its subject, and the
// hashes of the database must be those of a tree that is built anew.
func sealedTree(t *testing.T, db *store.DB) (tree tlog.Hash, size int64) {
	t.Helper()
	ctx := t.Context()
	size = must(db.SealedSize(ctx))
	require.EqualValues(t, store.Asked(t, db, "SELECT COUNT(*) FROM leaves"), size)
	lines := must(db.Sealed(ctx, 0, int(size)))
	require.Len(t, lines, int(size))
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, n := range indexes {
			out = append(out, stored[n])
		}
		return out, nil
	})
	last := map[[2]any]int{}
	for n, at := range lines {
		of := [2]any{at.Kind, at.Subject}
		require.Equal(t, last[of]+1, at.Seq, "a line is sealed behind the one before it")
		last[of] = at.Seq
		line := must(db.History(ctx, at.Kind, at.Subject, at.Seq-1, 1))[0]
		stored = append(stored, must(tlog.StoredHashesForRecordHash(int64(n), tlog.RecordHash(line.Digest[:]), reader))...)
	}
	want := must(tlog.TreeHash(size, reader))
	require.Equal(t, want, must(tlog.TreeHash(size, db.Hashes(ctx))))
	return want, size
}

// seal seals what is owed and says how many lines that were.
func seal(t *testing.T, db *store.DB) int {
	t.Helper()
	n, _, err := db.Seal(t.Context(), 1)
	require.NoError(t, err)
	return n
}

// Whatever is done and whenever it is sealed: every line is a leaf, the tree only grows, and each earlier one is proven to be its beginning.
func TestEveryLineIsSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := newCrowd(t, open())
		require.Positive(t, seal(t, c.db), "the organisations")
		var items []store.NewIssue
		for range 700 {
			items = append(items, store.NewIssue{Prefix: "I", Decide: creation(c.issue())})
		}
		must(c.db.CreateAll(t.Context(), items))
		type held struct {
			tree tlog.Hash
			size int64
		}
		var all []held
		for n := range rounds(60) {
			require.NoError(t, c.act())
			if n%10 == 0 {
				seal(t, c.db)
				tree, size := sealedTree(t, c.db)
				all = append(all, held{tree, size})
			}
		}
		seal(t, c.db)
		tree, size := sealedTree(t, c.db)
		require.EqualValues(t, store.Asked(t, c.db, "SELECT COUNT(*) FROM history"), size)
		require.Zero(t, store.Asked(t, c.db, "SELECT COUNT(*) FROM outbox WHERE kind LIKE 'seal/%'"), "nothing is owed")
		require.Zero(t, seal(t, c.db), "nothing is sealed twice")
		hashes := c.db.Hashes(t.Context())
		for _, h := range all {
			require.NoError(t, tlog.CheckTree(must(tlog.ProveTree(size, h.size, hashes)), size, tree, h.size, h.tree))
		}
		line := must(c.db.History(t.Context(), workflow.KindIssue, 5, 0, 1))[0]
		leaf := must(c.db.Leaves(t.Context(), workflow.KindIssue, 5, 0, 1))[1]
		require.NoError(t, tlog.CheckRecord(must(tlog.ProveRecord(size, leaf, hashes)), size, tree, leaf, tlog.RecordHash(line.Digest[:])))
	})
}

// Lines that were written before there was a log owe themselves to nobody: they are found, while new ones come.
func TestLinesFromBeforeTheLogAreSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := newCrowd(t, open())
		var items []store.NewIssue
		for range 1100 {
			items = append(items, store.NewIssue{Prefix: "I", Decide: creation(c.issue())})
		}
		must(c.db.CreateAll(t.Context(), items))
		run(t, c.db, "DELETE FROM outbox WHERE kind LIKE 'seal/%'")
		var wg sync.WaitGroup
		wg.Go(func() {
			for range 30 {
				if err := c.act(); err != nil {
					t.Error(err)
				}
			}
		})
		seal(t, c.db)
		wg.Wait()
		seal(t, c.db)
		_, size := sealedTree(t, c.db)
		require.EqualValues(t, store.Asked(t, c.db, "SELECT COUNT(*) FROM history"), size)
	})
}

// Three seal at once while steps are taken: no line is sealed twice, none is left out, and no step is refused for it.
func TestSeveralWhoSealDoNotDouble(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := newCrowd(t, open())
		_, err := c.db.Create(t.Context(), store.Key{}, "P", creation(c.issue()))
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			db := open()
			wg.Go(func() {
				for ctx.Err() == nil {
					if _, _, err := db.Seal(ctx, 1); err != nil && ctx.Err() == nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for range rounds(150) {
			require.NoError(t, c.act())
			there := store.Asked(t, c.db, "SELECT COUNT(*) FROM history")
			_, size, err := c.db.Seal(t.Context(), 1)
			require.NoError(t, err)
			require.GreaterOrEqual(t, size, int64(there), "every line that was there is in it, whoever sealed it")
		}
		stop()
		wg.Wait()
		seal(t, c.db)
		_, size := sealedTree(t, c.db)
		require.EqualValues(t, store.Asked(t, c.db, "SELECT COUNT(*) FROM history"), size)
	})
}

// A tree that lacks a tile is not built upon.
func TestADamagedTreeIsNotBuiltUpon(t *testing.T) {
	c := newCrowd(t, storetest.Open(t, storetest.SQLite(t)))
	seal(t, c.db)
	for _, spoil := range []string{"UPDATE tiles SET data = SUBSTR(data, 1, 32)", "DELETE FROM tiles"} {
		run(t, c.db, spoil)
		_, err := c.db.Create(t.Context(), store.Key{}, "P", creation(c.issue()))
		require.NoError(t, err, "steps go on")
		_, _, err = c.db.Seal(t.Context(), 1)
		require.ErrorIs(t, err, workflow.ErrRefused)
		_, err = tlog.TreeHash(must(c.db.SealedSize(t.Context())), c.db.Hashes(t.Context()))
		require.ErrorIs(t, err, workflow.ErrRefused)
	}
}

// Checkpoints are kept one for each size; the last of each day is found.
func TestCheckpointsAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db, ctx := open(), t.Context()
		_, err := db.LastCheckpoint(ctx)
		require.ErrorIs(t, err, workflow.ErrNotFound)
		day := today.Time()
		for n, hours := range []int{1, 23, 25, 26, 49} {
			row := store.CheckpointRow{Size: int64(10 * (n + 1)), At: day.Add(time.Duration(hours) * time.Hour), Root: [32]byte{byte(n)}, Note: "note"}
			require.NoError(t, db.PutCheckpoint(ctx, int64(10*n), row))
		}
		for _, late := range [][2]int64{{0, 10}, {10, 60}, {40, 45}, {40, 50}} {
			require.ErrorIs(t, db.PutCheckpoint(ctx, late[0], store.CheckpointRow{Size: late[1], At: day, Note: "another"}), store.ErrSignedElsewhere, "the first one stays")
		}
		require.Equal(t, "note", must(db.CheckpointOf(ctx, 10)).Note)
		require.EqualValues(t, 50, must(db.LastCheckpoint(ctx)).Size)
		require.Equal(t, []int64{30, 20}, sizes(must(db.Checkpoints(ctx, 40, 2))))
		require.Equal(t, []int64{30, 40}, sizes(must(db.CheckpointsFrom(ctx, 25, 2))))
		require.Equal(t, []int64{20, 40, 50}, sizes(must(db.DailyCheckpoints(ctx, day, day.Add(time.Duration(100)*time.Hour)))))
		require.NoError(t, db.Cosign(ctx, 10, "note", "note and one more"))
		require.NoError(t, db.Cosign(ctx, 10, "note", "note and one more"), "the same again")
		require.ErrorIs(t, db.Cosign(ctx, 10, "note", "something else"), workflow.ErrConflict)
	})
}

func sizes(all []store.CheckpointRow) (out []int64) {
	for _, c := range all {
		out = append(out, c.Size)
	}
	return out
}

// Random sizes of batches give the tree that one at a time would.
func TestTilesGrowInAnySteps(t *testing.T) {
	c := newCrowd(t, storetest.Open(t, storetest.SQLite(t)))
	r := rand.New(rand.NewPCG(3, 4))
	for range 6 {
		var items []store.NewIssue
		for range 1 + r.IntN(400) {
			items = append(items, store.NewIssue{Prefix: "I", Decide: creation(c.issue())})
		}
		must(c.db.CreateAll(t.Context(), items))
		seal(t, c.db)
		sealedTree(t, c.db)
	}
}

// A process that seals while it takes steps is killed over and over: the log goes on from where it was, whole.
func TestKilledSealerLeavesALogThatGoesOn(t *testing.T) {
	if dsn := os.Getenv("STORE_TEST_SEALER"); dsn != "" {
		sealAndStep(t, dsn)
		return
	}
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		for id := range 4 {
			create(t, db, found(workflow.IssueID(id+1)))
		}
		last := int64(0)
		for round := range 4 {
			cmd := exec.Command(os.Args[0], "-test.run=^TestKilledSealerLeavesALogThatGoesOn$")
			cmd.Env = append(os.Environ(), "STORE_TEST_SEALER="+dsn)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			deadline := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
			lines := bufio.NewScanner(out)
			for n := 0; lines.Scan(); n++ {
				_, _ = fmt.Sscanf(lines.Text(), "sealed %d", &last)
				if n == 10+7*round {
					_ = cmd.Process.Kill()
				}
			}
			require.Error(t, cmd.Wait(), "it was killed")
			deadline.Stop()
			require.GreaterOrEqual(t, must(db.SealedSize(t.Context())), last, "what was said to be sealed is")
		}
		require.Greater(t, last, int64(10))
		seal(t, db)
		_, size := sealedTree(t, db)
		require.EqualValues(t, store.Asked(t, db, "SELECT COUNT(*) FROM history"), size)
	})
}

// sealAndStep takes steps and seals, as fast as it can, until it is killed.
func sealAndStep(t *testing.T, dsn string) {
	db := storetest.Open(t, dsn)
	for worker := range 2 {
		go func() {
			for n := 0; ; n++ {
				_, _ = db.Transition(context.Background(), workflow.IssueID(1+(worker+n)%4), store.Key{}, store.Refs{}, stepTo(0, func(i *workflow.Issue) { i.Amount++ }))
			}
		}()
	}
	for {
		_, size, err := db.Seal(context.Background(), 1)
		if err != nil {
			fmt.Println("failed", err)
			return
		}
		fmt.Println("sealed", size)
	}
}

// BenchmarkSealing compares steps a second while lines are sealed, as a server does it but every second and not every minute, with steps a
// second while nobody does. The two take turns, so that both meet the same noise. To reach: "ratio" above 0.9.
func BenchmarkSealing(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchSealing(b, storetest.SQLite(b)) })
	b.Run("mysql", func(b *testing.B) { benchSealing(b, storetest.MySQL(b)) })
}

func benchSealing(b *testing.B, dsn string) {
	db := storetest.Open(b, dsn)
	var items []store.NewIssue
	for c := range 4 * benchClients {
		items = append(items, store.NewIssue{Prefix: "I", Decide: creation(found(workflow.IssueID(c + 1)))})
	}
	must(db.CreateAll(b.Context(), items))
	var n atomic.Int64
	step := func(c int) error {
		id := workflow.IssueID(1 + c + benchClients*int(n.Add(1)%4))
		_, err := db.Transition(context.Background(), id, store.Key{}, store.Refs{}, stepTo(0, func(i *workflow.Issue) { i.Amount++ }))
		return err
	}
	var took [2]time.Duration
	const slice = 3000
	steps, sealed := 0, 0
	for b.Loop() {
		took[0] += race(b, slice, step)
		ctx, stop := context.WithCancel(b.Context())
		var sealing sync.WaitGroup
		sealing.Go(func() {
			for ctx.Err() == nil {
				lines, _, err := db.Seal(ctx, 20)
				if err != nil && ctx.Err() == nil {
					b.Error(err)
				}
				sealed += lines
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
			}
		})
		took[1] += race(b, slice, step)
		stop()
		sealing.Wait()
		steps += slice
	}
	b.ReportMetric(float64(steps)/took[0].Seconds(), "alone/s")
	b.ReportMetric(float64(steps)/took[1].Seconds(), "steps/s")
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "ratio")
	b.ReportMetric(float64(sealed), "sealed")
}
