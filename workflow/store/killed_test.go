package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// A process that takes steps is killed over and over: every step that was answered is there once, under its key and with its
// history, and what was not answered is there whole or not at all.
func TestKilledProcessKeepsEveryAnsweredStepOnce(t *testing.T) {
	if dsn := os.Getenv("STORE_TEST_STEPPER"); dsn != "" {
		takeSteps(t, dsn)
		return
	}
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		for id := range 4 {
			create(t, db, found(workflow.IssueID(id+1)))
		}
		require.NoError(t, db.Close())
		answered := map[string]int{} // by key: the version that was answered
		for round := range 4 {
			killedRun(t, dsn, round, answered)
		}
		require.Greater(t, len(answered), 100)
		db = storetest.Open(t, dsn)
		for id := range 4 {
			check(t, db, workflow.IssueID(id+1))
		}
		for key, version := range answered {
			again, err := db.Transition(t.Context(), stepperIssue(key), store.Key{Command: key}, store.Refs{}, func(l store.Loaded) (workflow.Change, error) {
				require.NotNil(t, l.Earlier, "%s was answered", key)
				return workflow.Change{}, store.ErrReplay
			})
			require.NoError(t, err)
			require.Equal(t, version, again.Version)
		}
	})
}

// killedRun starts a process that takes steps and kills it in the middle.
func killedRun(t *testing.T, dsn string, round int, answered map[string]int) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledProcessKeepsEveryAnsweredStepOnce$")
	cmd.Env = append(os.Environ(), "STORE_TEST_STEPPER="+dsn, fmt.Sprint("STORE_TEST_ROUND=", round))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	deadline := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() }) // only when it hangs
	defer deadline.Stop()
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		var key string
		var version int
		if _, err := fmt.Sscanf(lines.Text(), "kept %s %d", &key, &version); err == nil {
			answered[key] = version
		}
		if n == 40+17*round {
			_ = cmd.Process.Kill()
		}
	}
	require.Error(t, cmd.Wait(), "it was killed")
}

func stepperIssue(key string) workflow.IssueID {
	var round, worker, n int
	_, _ = fmt.Sscanf(key, "%d/%d/%d", &round, &worker, &n)
	return workflow.IssueID(1 + (worker+n)%4)
}

// takeSteps takes steps and says what was kept until it is killed.
func takeSteps(t *testing.T, dsn string) {
	db := storetest.Open(t, dsn)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("%s/%d/%d", os.Getenv("STORE_TEST_ROUND"), worker, n)
				i, err := db.Transition(context.Background(), stepperIssue(key), store.Key{Command: key}, store.Refs{}, stepTo(0, func(i *workflow.Issue) { i.Amount++ }))
				if err != nil {
					fmt.Println("failed", err)
					return
				}
				fmt.Println("kept", key, i.Version)
			}
		})
	}
	wg.Wait()
}
