package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	jobsAtOnce = 4         // imports of one program under way
	jobKept    = time.Hour // how long what became of an import can be looked at
)

// job is an import that goes on while its page tells how far it is.
type job struct {
	person   workflow.PersonID
	from     string // the page that it was started from
	rejects  string // where the rows are that it could not take
	finished chan struct{}

	mu          sync.Mutex
	done, total int
	report      engine.Report
	err         error
	ended       time.Time
}

// progress says how far the import is.
func (j *job) progress(done, total int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done, j.total = done, total
}

// over says whether the import has ended.
func (j *job) over() bool {
	select {
	case <-j.finished:
		return true
	default:
		return false
	}
}

// wait gives an import that is about to end a moment, and says whether it has.
func (j *job) wait(ctx context.Context, moment time.Duration) bool {
	timer := time.NewTimer(moment)
	defer timer.Stop()
	select {
	case <-j.finished:
	case <-ctx.Done():
	case <-timer.C:
	}
	return j.over()
}

// jobs are the imports of this process. One that the process did not live to end is lost from here, and nothing else is: what it took is
// taken, and importing the same workbook again takes the rest.
type jobs struct {
	now func() time.Time
	log *slog.Logger

	mu      sync.Mutex
	all     map[string]*job
	running sync.WaitGroup
	stopped context.Context //nolint:containedctx // it ends with the program and not with a request
	stop    context.CancelFunc
}

func newJobs(now func() time.Time, log *slog.Logger) *jobs {
	q := &jobs{now: now, log: log, all: map[string]*job{}}
	q.stopped, q.stop = context.WithCancel(context.Background())
	return q
}

// start begins an import and returns the name of its job. ErrRefused while the same person has one under way or too many are.
func (q *jobs) start(j *job, run func(ctx context.Context, progress func(done, total int)) (engine.Report, error)) (string, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	busy := 0
	for name, other := range q.all {
		running := !other.over()
		if running {
			busy++
		}
		if running && other.person == j.person {
			return name, workflow.Refused("import_running", workflow.Say("您的上一次导入还在进行,请等它完成", "your last import is still under way; wait until it is done"))
		}
		if !running && q.now().Sub(other.ended) > jobKept {
			delete(q.all, name)
		}
	}
	if busy >= jobsAtOnce || q.stopped.Err() != nil {
		return "", workflow.Refused("too_many_imports", workflow.Say("现在正在导入的清单太多,请过一会儿再试", "too many imports are under way; try again in a while"))
	}
	name := rand.Text()
	j.finished = make(chan struct{})
	q.all[name] = j
	q.running.Go(func() { q.run(j, run) })
	return name, nil
}

func (q *jobs) run(j *job, run func(context.Context, func(done, total int)) (engine.Report, error)) {
	defer close(j.finished)
	defer func() {
		if r := recover(); r != nil {
			q.log.Error("panic in an import", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			j.err = errors.New("panic")
		}
		j.ended = q.now()
	}()
	j.report, j.err = run(q.stopped, j.progress)
}

// of finds a job of the person. ErrNotFound for another's, and for one of which the process knows no more.
func (q *jobs) of(person workflow.PersonID, name string) (*job, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if j, ok := q.all[name]; ok && j.person == person {
		return j, nil
	}
	return nil, workflow.NotFound("no_such_import", workflow.Say("这次导入的情况已不在了(超过一小时,或程序重启过)。已导入的仍在台账中;重新导入同一文件,已有的不会重复",
		"what became of this import is not kept any more (it is over an hour ago, or the program was started again). What was taken is in the ledger; importing the same file again doubles nothing"))
}

// end lets the imports under way finish until ctx ends, then stops them between two batches.
func (q *jobs) end(ctx context.Context) {
	idle := make(chan struct{})
	go func() { q.running.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	q.stop()
	<-idle
}
