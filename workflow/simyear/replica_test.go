package simyear_test

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/policies"
	"rectify/workflow/calendar"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// hands is a clock that is put to a moment and goes on from there as fast as a real one.
type hands struct{ ahead atomic.Int64 }

func (c *hands) now() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *hands) put(moment time.Time) { c.ahead.Store(int64(time.Until(moment))) }

// replica is one process of the program as far as the mornings go.
type replica interface {
	// morning takes changed settings into use, works out dates again, does the run of the day and delivers; it says how the run stands.
	morning(now time.Time) (stage string, err error)
	// deliver sends what is due.
	deliver(now time.Time) error
	// kill ends it at once, in the middle of whatever it does; the call that is under way returns with an error.
	kill()
}

// worker is a replica in this process.
type worker struct {
	clock  hands
	db     *store.DB
	engine *engine.Engine
	mail   *remind.Deliverer
	ctx    context.Context //nolint:containedctx // it ends with the worker
	cancel context.CancelFunc
}

// office is what all engines of a process share, because it takes long to make and never changes.
type office struct {
	guard   *policies.Guard
	defs    *definitions.Set
	distort func(remind.Channel) remind.Channel // nil but for the control
}

func newOffice() (o office, err error) {
	if o.guard, err = policies.Shipped(); err != nil {
		return o, err
	}
	o.defs, err = definitions.Shipped()
	return o, err
}

func (o office) engine(ctx context.Context, db *store.DB, files *store.Files, channels *remind.Channels, now func() time.Time) (*engine.Engine, error) {
	return engine.New(ctx, engine.Config{DB: db, Files: files, Guard: o.guard, Definitions: o.defs, Calendar: calendar.Shipped(), Now: now,
		NewID: engine.IDs(now, crand.Reader), Random: crand.Reader, Log: slog.New(slog.DiscardHandler), Channels: channels})
}

// worker begins a replica with a connection of its own.
func (o office) worker(ctx context.Context, dsn string, to places, now time.Time) (*worker, error) {
	w := &worker{}
	w.clock.put(now)
	w.ctx, w.cancel = context.WithCancel(ctx)
	var err error
	if w.db, err = store.Open(w.ctx, storetest.Config(dsn)); err != nil {
		return nil, err
	}
	settings, err := remind.ParseMail("smtp+plain://" + to.mail + "/?from=rectify@city.gov.cn")
	if err != nil {
		return nil, err
	}
	reach := remind.Reach{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Hosts: []string{to.robot}}
	channels, err := remind.NewChannels(remind.ChannelSettings{Mail: &settings, Reach: reach})
	if err != nil {
		return nil, err
	}
	if w.engine, err = o.engine(w.ctx, w.db, nil, channels, w.clock.now); err != nil {
		return nil, err
	}
	all := channels.All()
	for n := range all {
		if o.distort != nil {
			all[n] = o.distort(all[n])
		}
	}
	w.mail, err = remind.NewDeliverer(remind.DelivererConfig{DB: w.db, Channels: all, Owner: crand.Text(), Now: w.clock.now, Rand: rand.Float64,
		Log: slog.New(slog.DiscardHandler), Parallel: 8})
	return w, err
}

func (w *worker) morning(now time.Time) (string, error) {
	w.clock.put(now)
	if err := w.engine.Refresh(w.ctx); err != nil {
		return "", err
	}
	if _, err := w.engine.Reckon(w.ctx); err != nil {
		return "", err
	}
	report, err := w.engine.Tick(w.ctx)
	if err != nil {
		return "", err
	}
	if _, err := w.mail.Deliver(w.ctx, w.clock.now()); err != nil {
		return "", err
	}
	return stageOf(&report), w.ctx.Err()
}

// stageOf is how a run stands, or why it was not done.
func stageOf(r *engine.RunReport) string {
	if r.Skipped != "" && r.Run.Stage != store.RunDone && r.Run.Stage != store.RunHeld {
		return r.Skipped
	}
	return string(r.Run.Stage)
}

func (w *worker) deliver(now time.Time) error {
	w.clock.put(now)
	_, err := w.mail.Deliver(w.ctx, w.clock.now())
	return err
}

// kill breaks the connections off, so that not even what is under way can be written down any more.
func (w *worker) kill() {
	w.cancel()
	_ = w.db.Close()
}

// TestReplica is no test: it is a replica in a process of its own, which TestYear starts and kills.
func TestReplica(t *testing.T) {
	dsn, to, in, out := replicaOf(t)
	o, err := newOffice()
	require.NoError(t, err)
	w, err := o.worker(t.Context(), dsn, to, time.Now())
	require.NoError(t, err)
	for {
		var what, moment string
		if _, err := fmt.Fscanln(in, &what, &moment); errors.Is(err, io.EOF) {
			return
		}
		now, err := time.Parse(time.RFC3339, moment)
		require.NoError(t, err)
		stage := ""
		if what == "deliver" {
			err = w.deliver(now)
		} else {
			stage, err = w.morning(now)
		}
		if err != nil {
			stage = "failed"
			fmt.Fprintln(out, "failed", fmt.Sprintf("%q", err.Error()))
			continue
		}
		fmt.Fprintln(out, "ok", fmt.Sprintf("%q", stage))
	}
}
