package simyear_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/engine"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// size is how large a city is and how long it is watched.
type size struct {
	branches, issues int
	until            workflow.Day
	processes        bool // replicas are processes of their own, killed by kill -9
}

// world is what the judge may know beside the database: the tree and its people, the rules, the holidays, and on which days what ran.
type world struct {
	town      *town
	shipped   *rules
	own       []rulesFrom
	before    worked       // the calendar up to the day on which the notice came, and
	after     worked       // from then on
	published workflow.Day // the first day with it
	runs      []workflow.Day
	half      map[workflow.Day]bool // the run was begun and not ended
}

// days is the calendar in use on a day.
func (w *world) days(day workflow.Day) worked {
	if day >= w.published {
		return w.after
	}
	return w.before
}

// year is a year that is lived through.
type year struct {
	world
	size
	office
	t     testing.TB
	ctx   context.Context
	rnd   *rand.Rand
	dsn   string
	db    *store.DB
	desk  *engine.Engine // at which people work
	clock hands
	post  *post
	day   workflow.Day

	checklists []workflow.ChecklistID
	drawn      []announced
	replicas   [2]replica
	usual      time.Duration // how long a morning takes
	notice     workflow.Day  // when the holidays of the next year are published, or on the next day on which anything runs
	clerks     clerks

	kills, released, jumps int
}

func (y *year) now() time.Time { return y.clock.now() }

// TestYear lives through a year on each database and judges it: see the doc of the package.
func TestYear(t *testing.T) {
	t.Parallel()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		s := small()
		if os.Getenv("RECTIFY_SOAK") == "1" && dsn[:5] == "mysql" {
			s = size{branches: 1300, issues: 20_000, until: lastDay, processes: true}
		}
		if days := os.Getenv("RECTIFY_YEAR_UNTIL"); days != "" {
			s.until = workflow.Day(days)
		}
		t.Parallel()
		seed := rand.Uint64() //nolint:gosec // a test wants any year, and says which it was
		t.Logf("seed %d", seed)
		y := newYear(t, dsn, seed, s)
		y.live()
		found := y.judge()
		for n, complaint := range found.complaints {
			if n == 40 {
				t.Logf("and %d more", len(found.complaints)-n)
				break
			}
			t.Error(complaint)
		}
		t.Logf("%d runs, %d kills, %d of them held and released, %d times the clock went back; %s; %v", len(y.runs), y.kills, y.released, y.jumps, found.figures(), y.clerks.counted)
		require.Greater(t, found.reminders, y.clerks.counted["found"]/5)
	})
}

func newYear(t testing.TB, dsn string, seed uint64, s size) *year {
	rnd := rand.New(rand.NewPCG(seed, 4)) //nolint:gosec // as above
	y := &year{t: t, ctx: t.Context(), rnd: rnd, dsn: dsn, size: s, day: firstDay, post: newPost(t)}
	y.shipped, y.before, y.after = shippedRules(), worked{}, worked{}
	y.half = map[workflow.Day]bool{}
	y.published, y.notice = "9999-12-31", "2026-11-04"
	if rnd.IntN(2) == 0 {
		y.notice = "2026-12-28" // so late that some dates are only days away
	}
	var err error
	y.office, err = newOffice()
	require.NoError(t, err)
	y.clock.put(at(firstDay, 9))
	y.db = storetest.Open(t, dsn)
	files, err := store.OpenFiles(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = files.Close() })
	y.desk, err = y.engine(y.ctx, y.db, files, nil, y.clock.now)
	require.NoError(t, err)
	y.know(calendar.Shipped().Years())
	y.town = newTown(rnd, s.branches)
	y.town.put(y)
	y.lists()
	y.robot()
	y.clerks.begin(y)
	t.Cleanup(func() {
		for _, r := range y.replicas {
			if r != nil {
				r.kill()
			}
		}
	})
	return y
}

// know lays years of holidays over the calendar of the judge: over both halves of it while the notice for the next year is not there.
func (y *year) know(years []calendar.Year) {
	for _, known := range years {
		for _, w := range []worked{y.before, y.after} {
			for _, h := range known.Holidays {
				for day := h.From; day <= h.To; day = day.Add(1) {
					w[day] = false
				}
			}
			for _, day := range known.Working {
				w[day] = true
			}
		}
	}
	next := map[workflow.Day]bool{"2027-02-14": true, "2027-02-20": true, "2027-05-08": true}
	for _, span := range [][2]workflow.Day{{"2027-01-01", "2027-01-03"}, {"2027-02-05", "2027-02-12"}, {"2027-04-03", "2027-04-05"}, {"2027-05-01", "2027-05-05"}} {
		for day := span[0]; day <= span[1]; day = day.Add(1) {
			next[day] = false
		}
	}
	for day, yes := range next {
		y.after[day] = yes
	}
}

func at(day workflow.Day, hour float64) time.Time {
	return day.Time().Add(time.Duration(hour * float64(time.Hour)))
}

// live lets the days pass.
func (y *year) live() {
	down, began := 0, time.Now()
	for ; y.day <= y.until; y.day = y.day.Add(1) {
		if y.day.Time().Day() == 1 && y.processes {
			y.t.Logf("%s after %v: %d runs, %d kills", y.day, time.Since(began).Round(time.Second), len(y.runs), y.kills)
		}
		if y.rnd.IntN(25) == 0 && y.day > firstDay {
			down = 1 + y.rnd.IntN(4)*y.rnd.IntN(2)
		}
		if down--; down >= 0 {
			continue // nothing runs, and nobody can work
		}
		y.holdByHand()
		if ran := y.morning(); !ran {
			continue
		}
		if y.days(y.day).is(y.day) {
			y.clerks.work(y)
		}
		if y.day >= y.notice && y.published > lastDay {
			y.publish()
		}
		if y.rnd.IntN(20) == 0 {
			y.clock.put(at(y.day, 20))
			y.changes()
		}
		if y.day > firstDay.Add(20) && (len(y.drawn) == 0 || y.rnd.IntN(12) == 0) {
			y.clock.put(at(y.day, 21))
			y.announce()
		}
		if y.day >= "2027-01-15" && len(y.own) == 1 {
			y.clock.put(at(y.day, 22))
			y.change(y.checklists[1], shorterRules(), y.day.Add(1))
		}
	}
	y.day = y.day.Add(-1)
	for hour := 21.0; hour < 600; hour += 7 { // what could not be delivered at first
		for n := range y.replicas {
			require.NoError(y.t, y.alive(n, at(y.day, hour)).deliver(at(y.day, hour+float64(n)*0.1)))
		}
	}
}

// publish makes the holidays of the next year known.
func (y *year) publish() {
	y.published = y.day.Add(1)
	y.clock.put(at(y.day, 20))
	by, err := y.desk.Actor(y.ctx, y.town.admin(y.day))
	require.NoError(y.t, err)
	r, err := y.desk.LoadHolidays(y.ctx, by, []byte(next2027), engine.AnyRev, false)
	require.NoError(y.t, err)
	y.clerks.counted["reckoned anew"] = r.Reckoned
}

// alive is the replica, begun again if it was killed.
func (y *year) alive(n int, now time.Time) replica {
	if y.replicas[n] == nil {
		var err error
		if y.processes {
			y.replicas[n], err = newProcess(y.dsn, y.post.at)
		} else {
			y.replicas[n], err = y.worker(y.ctx, y.dsn, y.post.at, now)
		}
		require.NoError(y.t, err)
	}
	return y.replicas[n]
}

const attempts = 16

// morning lets both replicas do the run of the day and deliver, on some days until they are killed, and then again. It returns false when
// the day ended in the middle of it.
func (y *year) morning() bool {
	working := y.days(y.day).is(y.day)
	deadly := 0 // mornings that are broken off
	if y.rnd.IntN(6) == 0 {
		deadly = 1 + y.rnd.IntN(3)
	}
	half := working && deadly > 0 && y.rnd.IntN(4) == 0 && y.day < y.until
	hour := 8 + y.rnd.Float64()/2
	if y.rnd.IntN(12) == 0 { // the clock goes back before the hour in which the run begins
		y.jumps++
		y.attempt(hour, false)
		y.attempt(hour-1, false)
	}
	for n := range attempts {
		stages := y.attempt(hour+float64(n)*0.06, n < deadly)
		switch {
		case !working:
			require.Subset(y.t, []string{"day_off", "not_yet", ""}, stages[:])
			return true
		case stages[0] == string(store.RunDone) || stages[1] == string(store.RunDone):
			y.runs = append(y.runs, y.day)
			y.attempt(hour+float64(n+1)*0.06, false) // what a killed one had taken to deliver
			return true
		case stages[0] == string(store.RunHeld) || stages[1] == string(store.RunHeld):
			y.release(hour + float64(n)*0.06)
		case half && n == deadly-1:
			y.runs, y.half[y.day] = append(y.runs, y.day), true
			return false
		}
	}
	require.FailNow(y.t, "the run does not come to its end", y.day)
	return false
}

// release lets a run go on that would write to more people than usual: on the first of a month of a large city that is so.
func (y *year) release(hour float64) {
	y.released++
	y.clock.put(at(y.day, hour))
	by, err := y.desk.Actor(y.ctx, y.town.admin(y.day))
	require.NoError(y.t, err)
	require.NoError(y.t, y.desk.ReleaseRun(y.ctx, by, y.day))
}

// attempt lets both replicas work at once; a deadly one ends with both of them killed at random moments.
func (y *year) attempt(hour float64, deadly bool) (stages [2]string) {
	type outcome struct {
		stage string
		err   error
	}
	var ends [2]chan outcome
	began := time.Now()
	for n := range y.replicas {
		now := at(y.day, hour+float64(n)*0.02*y.rnd.Float64())
		r := y.alive(n, now)
		ends[n] = make(chan outcome, 1)
		go func() {
			stage, err := r.morning(now)
			ends[n] <- outcome{stage, err}
		}()
	}
	for n := range y.replicas {
		if deadly {
			time.Sleep(time.Duration(y.rnd.Float64() * float64(y.usual)))
			y.replicas[n].kill()
			y.replicas[n] = nil
			y.kills++
			<-ends[n] // whatever it says, nobody hears it
			continue
		}
		end := <-ends[n]
		require.NoError(y.t, end.err, "%s", y.day)
		stages[n] = end.stage
	}
	if !deadly && stages[0] != "day_off" && stages[0] != "not_yet" {
		y.usual = (3*y.usual + time.Since(began)) / 4
	}
	return stages
}

// figures say what was lived through.
func (f *findings) figures() string {
	return fmt.Sprintf("%d issues, %d reminders and %d news owed, %d digests, %d mails and %d notes of the robot (%d came more than once), %d draws held", f.issues, f.reminders, f.news, f.sent, f.mails, f.told, f.twice, f.held)
}
