package engine_test

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/store/storetest"
)

// Twenty take the same step at the same time: one wins, nineteen are told that they came late, history has one line more.
func TestTwentyRacersForOneStep(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Ordinary)
		accounts := []string{"gaofeng", "mali"}
		errs := make([]error, 20)
		actors := []workflow.Actor{o.actor(accounts[0]), o.actor(accounts[1])}
		var wg sync.WaitGroup
		start := make(chan struct{})
		for n := range errs {
			wg.Go(func() {
				<-start
				_, errs[n] = o.Do(o.ctx, actors[n%2], i.ID, i.Version, fmt.Sprint("racer ", n), simple(workflow.Report))
			})
		}
		close(start)
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			f := fault(t, err, workflow.ErrConflict, "stale_version")
			require.Contains(t, f.Zh, "填报进展", "it says what the other did")
		}
		require.Equal(t, 1, won)
		require.Len(t, o.chainHolds(i.ID), i.Version+1)
	})
}

// Twenty send the same command at the same time: it is carried out once and all get its outcome.
func TestTwentySendTheSameCommand(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Ordinary)
		by := o.actor("gaofeng")
		errs, outcomes := make([]error, 20), make([]workflow.Issue, 20)
		var wg sync.WaitGroup
		for n := range errs {
			wg.Go(func() {
				outcomes[n], errs[n] = o.Do(o.ctx, by, i.ID, i.Version, "once", simple(workflow.Report))
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		for n := range outcomes {
			same(t, outcomes[0], outcomes[n])
		}
		require.Len(t, o.chainHolds(i.ID), i.Version+1)
	})
}

// A process is killed while it takes steps, over and over. Every step that it answered is there, once; the same commands sent again
// change nothing that was answered.
func TestKilledProcessKeepsEveryAnsweredStep(t *testing.T) {
	if dsn := os.Getenv("ENGINE_TEST_VICTIM"); dsn != "" {
		victim(t, dsn)
		return
	}
	t.Parallel()
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		o := newOffice(t, db, defs).staffed()
		ids := make([]workflow.IssueID, victims)
		for n := range ids {
			ids[n] = o.rectifying(workflow.Ordinary).ID
		}
		require.NoError(t, db.Close())
		answered := map[string]int{}
		for round := range 4 {
			killed(t, dsn, ids, round, answered)
		}
		o = newOffice(t, storetest.Open(t, dsn), defs)
		for n, id := range ids {
			o.answeredOnce(id, n, answered)
		}
	})
}

// victims is how many issues are stepped on at once.
const victims = 6

// killed runs the test binary again as a process that takes steps, and kills it in the middle.
func killed(t *testing.T, dsn string, ids []workflow.IssueID, round int, answered map[string]int) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledProcessKeepsEveryAnsweredStep$")
	cmd.Env = append(os.Environ(), "ENGINE_TEST_VICTIM="+dsn, "ENGINE_TEST_ISSUES="+strings.Trim(fmt.Sprint(ids), "[]"), fmt.Sprint("ENGINE_TEST_ROUND=", round))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	late := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() }) // only when it hangs
	defer late.Stop()
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); {
		var key string
		var version int
		if _, err := fmt.Sscanf(lines.Text(), "answered %s %d", &key, &version); err == nil {
			answered[key] = version
			n++
		}
		require.NotContains(t, lines.Text(), "failed")
		if n == 60+17*round {
			_ = cmd.Process.Kill()
		}
	}
	require.Error(t, cmd.Wait(), "it was killed")
}

// victim takes steps with keys and says what was answered, until it is killed.
func victim(t *testing.T, dsn string) {
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	o := newOffice(t, storetest.Open(t, dsn), defs)
	by, round := o.actor("gaofeng"), os.Getenv("ENGINE_TEST_ROUND")
	var wg sync.WaitGroup
	for n, digits := range strings.Fields(os.Getenv("ENGINE_TEST_ISSUES")) {
		wg.Go(func() {
			var id workflow.IssueID
			if _, err := fmt.Sscan(digits, &id); err != nil {
				fmt.Println("failed", err)
				return
			}
			i, err := o.db.Issue(o.ctx, id)
			for step := 0; err == nil; step++ {
				key := fmt.Sprintf("%d/%s/%d", n, round, step)
				s := workflow.Step{Action: workflow.Report, Note: key}
				if i, err = o.Do(o.ctx, by, id, i.Version, key, s); err == nil {
					fmt.Println("answered", key, i.Version)
				}
			}
			fmt.Println("failed", err)
		})
	}
	wg.Wait()
}

// answeredOnce sees that each answered step on the issue is in its history, once, where the answer said; and that sending it again
// gives the same answer and adds nothing.
func (o *office) answeredOnce(id workflow.IssueID, n int, answered map[string]int) {
	o.t.Helper()
	at := map[string]int{}
	lines := o.chainHolds(id)
	for _, l := range lines {
		if l.Action == string(workflow.Report) {
			require.NotContains(o.t, at, l.Note, "taken twice")
			at[l.Note] = l.Version
		}
	}
	mine := 0
	for key, version := range answered {
		if !strings.HasPrefix(key, fmt.Sprintf("%d/", n)) {
			continue
		}
		mine++
		require.Equal(o.t, version, at[key], "%s was answered", key)
		again, err := o.Do(o.ctx, o.actor("gaofeng"), id, version-1, key, workflow.Step{Action: workflow.Report, Note: key})
		require.NoError(o.t, err)
		require.Equal(o.t, version, again.Version)
	}
	require.Greater(o.t, mine, 5)
	require.Len(o.t, o.chainHolds(id), len(lines))
}

// Ids of one source never meet, however many ask at once.
func TestIDsAreNeverTheSame(t *testing.T) {
	now := time.Now()
	next := engine.IDs(func() time.Time { return now }, rand.Reader)
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			own := make([]int64, 20_000)
			for n := range own {
				own[n] = next()
			}
			mu.Lock()
			defer mu.Unlock()
			for n, id := range own {
				if seen[id] || (n > 0 && id <= own[n-1]) {
					t.Errorf("%d again, or out of order", id)
				}
				seen[id] = true
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, 80_000)
}
