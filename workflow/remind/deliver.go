package remind

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"rectify/workflow/store"
)

const settleIn = 10 * time.Second // the database is given to look up receivers, and to note what came of a message, even when the program is being stopped

// DelivererConfig is what a Deliverer works with. The times may be left out.
type DelivererConfig struct {
	DB       *store.DB
	Channels []Channel
	Owner    string // a name unlike that of any other process, drawn at its start
	Now      func() time.Time
	Rand     func() float64 // from [0, 1), for the pauses
	Log      *slog.Logger
	Site     string // where people find the program, such as https://zg.example.org: put before the addresses in what leaves it; "" for none

	Every    time.Duration // between two looks when nothing is due; 5 s
	Patience time.Duration // for one message to be taken; 20 s
	Lease    time.Duration // after which the messages of a process that was killed are taken over; 2 min, at least twice the Patience
	Parallel int           // messages of one channel on their way at once; 4
}

// Deliverer sends the messages that wait in the store. Any number of them may work on one database.
type Deliverer struct {
	DelivererConfig
	lanes []*lane
}

// lane is one channel with the places of what is on its way. A send that never comes back keeps its place: a channel that hangs is
// written to no more, and costs no more than its places.
type lane struct {
	Channel
	name   string
	places chan struct{}
}

// Report counts what became of the messages of a pass.
type Report struct {
	Sent, Failed, Held, Dead, Skipped int
	Stuck                             []string // channels that do not come back
}

func (r *Report) add(other Report) {
	r.Sent, r.Failed, r.Held = r.Sent+other.Sent, r.Failed+other.Failed, r.Held+other.Held
	r.Dead, r.Skipped, r.Stuck = r.Dead+other.Dead, r.Skipped+other.Skipped, append(r.Stuck, other.Stuck...)
}

// none says whether nothing was due.
func (r *Report) none() bool { return r.Sent+r.Failed+r.Held+r.Dead+r.Skipped == 0 }

// NewDeliverer makes a Deliverer; it begins with Run or Deliver. An error is a fault of the program that calls it.
func NewDeliverer(c DelivererConfig) (*Deliverer, error) {
	c.Every, c.Patience = cmp.Or(c.Every, 5*time.Second), cmp.Or(c.Patience, 20*time.Second)
	c.Lease, c.Parallel = cmp.Or(c.Lease, max(2*time.Minute, 2*c.Patience)), cmp.Or(c.Parallel, 4)
	switch {
	case c.DB == nil, c.Now == nil, c.Rand == nil, c.Log == nil, c.Owner == "", len(c.Owner) > 64:
		return nil, errors.New("remind: DelivererConfig is not complete")
	case c.Lease < 2*c.Patience:
		return nil, errors.New("remind: the lease must last twice as long as the patience for one message")
	}
	d := &Deliverer{DelivererConfig: c}
	for _, channel := range c.Channels {
		d.lanes = append(d.lanes, &lane{channel, channel.Name(), make(chan struct{}, c.Parallel)})
	}
	return d, nil
}

// Run delivers until ctx ends, each channel in a loop of its own. Then it takes nothing new, and returns when what is on its way has
// arrived or the patience is over.
func (d *Deliverer) Run(ctx context.Context) {
	var running sync.WaitGroup
	for _, l := range d.lanes {
		running.Go(func() { d.keepOn(ctx, l) })
	}
	running.Wait()
}

func (d *Deliverer) keepOn(ctx context.Context, l *lane) {
	tick := time.NewTicker(d.Every)
	defer tick.Stop()
	for {
		report, err := d.pass(ctx, l, d.Now())
		switch {
		case err != nil && ctx.Err() == nil:
			d.Log.ErrorContext(ctx, "delivering failed; it is tried again", "channel", l.name, "error", err)
		case len(report.Stuck) > 0:
			d.Log.ErrorContext(ctx, "channel does not come back", "channel", l.name)
		case !report.none():
			d.Log.InfoContext(ctx, "delivered", "channel", l.name, "sent", report.Sent, "failed", report.Failed, "held", report.Held,
				"dead", report.Dead, "skipped", report.Skipped)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Deliver sends everything that is due at a moment, by all channels at once, and says what became of it. An error is one of the
// database; what it was about is delivered by the next pass, at the latest after the lease.
func (d *Deliverer) Deliver(ctx context.Context, now time.Time) (Report, error) {
	var all Report
	var errs []error
	var mu sync.Mutex
	var running sync.WaitGroup
	for _, l := range d.lanes {
		running.Go(func() {
			report, err := d.pass(ctx, l, now)
			mu.Lock()
			defer mu.Unlock()
			all.add(report)
			errs = append(errs, err)
		})
	}
	running.Wait()
	return all, errors.Join(errs...)
}

// pass sends what is due by one channel, a few at a time: never more than have a place, so that none waits while its lease runs.
func (d *Deliverer) pass(ctx context.Context, l *lane, now time.Time) (all Report, err error) {
	began := d.Now()
	waiting := make(map[int64]int) // for their turn, by robot
	for ctx.Err() == nil {
		free := cap(l.places) - len(l.places)
		if free == 0 {
			all.Stuck = append(all.Stuck, l.name)
			return all, nil
		}
		at := now.Add(d.Now().Sub(began))
		claimed, err := d.DB.ClaimMessages(ctx, d.Owner, at, d.Lease, l.name, free)
		if err != nil || len(claimed) == 0 {
			return all, err
		}
		// What was claimed is sent, even when ctx ended just now: otherwise it would wait for the end of its lease.
		report, err := d.batch(context.WithoutCancel(ctx), l, claimed, at, waiting)
		all.add(report)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// batch sends a few messages at once and waits for all. Its ctx does not end.
func (d *Deliverer) batch(ctx context.Context, l *lane, claimed []store.Message, at time.Time, waiting map[int64]int) (Report, error) {
	soon, cancel := context.WithTimeout(ctx, settleIn)
	defer cancel()
	receivers, err := d.receivers(soon, l.name, claimed)
	if err != nil {
		return Report{}, err
	}
	var all Report
	var errs []error
	var mu sync.Mutex
	var running sync.WaitGroup
	for _, m := range claimed {
		delivery, put := receivers.address(m, at)
		if put == nil && delivery.Robot.ID != 0 {
			put, err = d.turn(soon, l.name, &delivery, waiting)
		}
		if err != nil {
			errs = append(errs, err)
			break
		}
		running.Go(func() {
			if put == nil {
				put = d.send(ctx, l, delivery)
			}
			report, err := d.settle(ctx, l.name, delivery, put)
			mu.Lock()
			defer mu.Unlock()
			all.add(report)
			errs = append(errs, err)
		})
	}
	running.Wait()
	return all, errors.Join(errs...)
}
