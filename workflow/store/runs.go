package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// RunStage is how far the run of a day has come.
type RunStage string

// The stages, in their order. What is done in one is done again when a run is interrupted in it, and has no other effect for that.
const (
	RunIssues  RunStage = "issues"  // steps of the program are taken, and what is owed is put down
	RunNews    RunStage = "news"    // what happened since the last run is put down
	RunPrompts RunStage = "prompts" // the prompts of a month and a quarter are made
	RunDigests RunStage = "digests" // each person gets one message
	RunDone    RunStage = "done"
	RunHeld    RunStage = "held" // it waits for an administrator before the digests
)

// Run is the daily run of reminders.
type Run struct {
	Day        workflow.Day
	Stage      RunStage
	After      int64 // how far the stage has come
	Beat       int
	Owner      string
	Until      time.Time // up to when it is the owner's
	Since      time.Time // what happened after it, and
	Upto       time.Time // not after this, is new
	Steps      int       // taken by the program
	People     int       // who have something to hear
	Hold       string    // why it is held, or was
	ReleasedBy workflow.PersonID
	Done       time.Time
}

// settled is how old a line of history is when every line before it is surely there: a step is written down after its moment.
const settled = time.Minute

const runColumns = "day, stage, after_id, beat, owner, until_at, since_at, upto_at, steps, people, hold, released_by, done_at"

func runsWhere(tx *gorm.DB, where string, args ...any) (out []Run, err error) {
	err = each(tx, func(scan func(...any) error) error {
		var r Run
		var day dayColumn
		var until, since, upto, done int64
		err := scan(&day, &r.Stage, &r.After, &r.Beat, &r.Owner, &until, &since, &upto, &r.Steps, &r.People, &r.Hold, &r.ReleasedBy, &done)
		r.Day, r.Until, r.Since, r.Upto, r.Done = day.day, moment(until), moment(since), moment(upto), moment(done)
		out = append(out, r)
		return err
	}, "SELECT "+runColumns+" FROM reminder_runs WHERE "+where, args...)
	return out, err
}

// Runs reads the last runs, the latest first.
func (db *DB) Runs(ctx context.Context, limit int) (out []Run, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out, err = runsWhere(tx, "day > ? ORDER BY day DESC LIMIT ?", firstDay, limit)
		return err
	})
	return out, err
}

// BeginRun gives the owner, a name unlike that of any other, the run of a day until leaseFor has passed, and begins it if nobody
// has. mine is false when it is another's, when it is done or held, or when a later day was run: then the run is the one in the way.
func (db *DB) BeginRun(ctx context.Context, day workflow.Day, owner string, now time.Time, leaseFor time.Duration) (run Run, mine bool, err error) {
	err = db.write(ctx, func(tx *gorm.DB) error {
		mine = false
		last, err := runsWhere(tx, "day >= ? ORDER BY day DESC LIMIT 1"+forUpdate(tx), string(day))
		if err != nil {
			return err
		}
		if len(last) == 0 {
			run, err = firstRun(tx, day, owner, now, leaseFor)
			mine = err == nil
			return err
		}
		run = last[0]
		free := run.Owner == "" || run.Owner == owner || !run.Until.After(now)
		if run.Day != day || run.Stage == RunDone || run.Stage == RunHeld || !free {
			return nil
		}
		mine = true
		run.Owner, run.Until, run.Beat = owner, now.Add(leaseFor), run.Beat+1
		return changeOne(tx, "UPDATE reminder_runs SET owner = ?, until_at = ?, beat = ? WHERE day = ? AND beat = ?",
			run.Owner, millis(run.Until), run.Beat, string(run.Day), run.Beat-1)
	})
	return run, mine && err == nil, err
}

// firstRun begins a day. New is what happened since the last run that has put its news down; without one, since the day before.
func firstRun(tx *gorm.DB, day workflow.Day, owner string, now time.Time, leaseFor time.Duration) (Run, error) {
	run := Run{Day: day, Stage: RunIssues, Beat: 1, Owner: owner, Until: now.Add(leaseFor), Since: now.Add(-24 * time.Hour), Upto: now.Add(-settled)}
	before, err := runsWhere(tx, "day < ? AND stage IN (?, ?, ?, ?) ORDER BY day DESC LIMIT 1", string(day), string(RunPrompts), string(RunDigests), string(RunDone), string(RunHeld))
	if err != nil {
		return run, err
	}
	if len(before) > 0 {
		run.Since = before[0].Upto
	}
	row := []any{string(day), string(run.Stage), 0, run.Beat, owner, millis(run.Until), millis(run.Since), millis(run.Upto), 0, 0, "", 0, 0}
	return run, raceLost(insertAll(tx, "INSERT INTO reminder_runs ("+runColumns+") VALUES ", [][]any{row}), "PRIMARY")
}

// KeepRun keeps how far the owner has come with a run and makes the lease last leaseFor from now on. It returns false when the run has
// been taken over.
func (db *DB) KeepRun(ctx context.Context, run *Run, now time.Time, leaseFor time.Duration) (mine bool, err error) {
	next := *run
	next.Beat, next.Until = run.Beat+1, now.Add(leaseFor)
	if next.Stage == RunDone || next.Stage == RunHeld {
		next.Owner, next.Until = "", time.Time{}
	}
	err = db.write(ctx, func(tx *gorm.DB) error {
		changed, err := exec(tx, `UPDATE reminder_runs SET stage = ?, after_id = ?, beat = ?, owner = ?, until_at = ?, steps = ?, people = ?, hold = ?, done_at = ?
WHERE day = ? AND owner = ? AND beat = ?`, string(next.Stage), next.After, next.Beat, next.Owner, millis(next.Until), next.Steps, next.People, next.Hold,
			millis(next.Done), string(run.Day), run.Owner, run.Beat)
		if err != nil || changed == 1 {
			mine = changed == 1
			return err
		}
		there, err := runsWhere(tx, "day = ?", string(run.Day)) // an attempt whose answer was lost may have done it
		mine = len(there) == 1 && there[0].Beat == next.Beat && there[0].Owner == next.Owner && there[0].After == next.After && there[0].Stage == next.Stage
		return err
	})
	if mine {
		*run = next
	}
	return mine, err
}

// ReleaseRun lets a run go on that was held, with a line of history. ErrConflict with the code not_held when it is not held by now.
func (db *DB) ReleaseRun(ctx context.Context, day workflow.Day, by workflow.PersonID, line workflow.Line) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		changed, err := exec(tx, "UPDATE reminder_runs SET stage = ?, after_id = 0, beat = beat + 1, released_by = ? WHERE day = ? AND stage = ?",
			string(RunDigests), int64(by), string(day), string(RunHeld))
		switch {
		case err != nil:
			return err
		case changed != 1:
			return workflow.Conflict("not_held", workflow.Say("这一天的提醒没有被暂停，或已由别人放行", "the run of this day is not held, or somebody has released it"))
		}
		return appendLines(tx, []workflow.Line{line})
	})
}
