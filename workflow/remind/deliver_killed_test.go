package remind_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// Processes that deliver are killed at random moments, two at a time. Each message arrives; what comes twice, because who sent it died
// before it could note that, has the same id; and there is no more of that than there were messages on their way at the kills.
func TestKilledDeliverers(t *testing.T) {
	if dsn := os.Getenv("REMIND_TEST_DELIVERER"); dsn != "" {
		r := remind.Reach{Hosts: []string{os.Getenv("REMIND_TEST_SERVER")}, Networks: loopback()}
		deliverer(t, storetest.Open(t, dsn), channels(t, remind.ChannelSettings{Reach: r}), killable).Run(context.Background())
		return
	}
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		const n, kills = 300, 12
		db := storetest.Open(t, dsn)
		var ids tally
		server := answers(t, func(_ http.ResponseWriter, r *http.Request) {
			id, _ := signed(t, r, time.Now())
			time.Sleep(time.Duration(rand.IntN(120)) * time.Millisecond)
			ids.count(id)
		})
		putRobot(t, db, robotOf(9, store.Webhook, server))
		var all []store.Message
		for id := range n {
			all = append(all, to(int64(id+1), store.Webhook, "9"))
		}
		put(t, db, all...)
		begin := func() *exec.Cmd {
			cmd := exec.Command(os.Args[0], "-test.run=^TestKilledDeliverers$")
			cmd.Env = append(os.Environ(), "REMIND_TEST_DELIVERER="+dsn, "REMIND_TEST_SERVER="+server.URL)
			require.NoError(t, cmd.Start())
			return cmd
		}
		running := []*exec.Cmd{begin(), begin()}
		t.Cleanup(func() {
			for _, cmd := range running {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}
		})
		for k := range kills {
			time.Sleep(time.Duration(100+rand.IntN(150)) * time.Millisecond)
			at := k % len(running)
			require.NoError(t, running[at].Process.Kill())
			require.Error(t, running[at].Wait(), "it was killed")
			running[at] = begin()
		}
		require.Eventually(t, func() bool { return ids.len() == n }, 2*time.Minute, 20*time.Millisecond)
		ids.mu.Lock()
		defer ids.mu.Unlock()
		twice := 0
		for _, times := range ids.all {
			twice += times - 1
		}
		require.LessOrEqual(t, twice, kills*4)
		t.Logf("%d messages, %d kills, %d came twice", n, kills, twice)
	})
}

// killable has short leases, so that the test need not wait for long.
func killable(c *remind.DelivererConfig) {
	c.Every, c.Patience, c.Lease = 5*time.Millisecond, 2*time.Second, 4*time.Second
}
