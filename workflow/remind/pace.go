package remind

import (
	"math"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// How long a message is tried. Eight attempts in a row take about ten hours; a receiver that is merely busy is given the whole day. Time
// alone ends no attempts: over a weekend on which nothing ran there were none.
const (
	firstPause  = time.Minute
	longestWait = 6 * time.Hour
	maxAttempts = 8
	maxTrying   = 24 * time.Hour
)

// backoff is the pause after so many attempts: from a minute to six hours in six steps, and never quite as long as another's, so that
// those who failed together do not come back together. Chance is from [0, 1).
func backoff(attempts int, chance float64) time.Duration {
	growth := math.Pow(float64(longestWait)/float64(firstPause), 1/float64(maxAttempts-2))
	pause := float64(firstPause) * math.Pow(growth, float64(max(attempts-1, 0))) * (0.75 + chance/2)
	return time.Duration(min(max(pause, float64(firstPause)), float64(longestWait)))
}

// pace is how often one robot may be written to: a few in a row, then one every so often. No limit is pace{}.
type pace struct {
	every time.Duration
	row   int
}

// paceOf keeps below what the platforms publish, in any minute and second, not on average: of WeCom 5+14 a minute where 20 are allowed,
// of DingTalk 5+12 of 20, because there one too many costs ten minutes; of Feishu 3+2 a second of 5 and 3+86 a minute of 100.
func paceOf(channel string) pace {
	switch channel {
	case store.WeCom:
		return pace{every: 4200 * time.Millisecond, row: 5}
	case store.DingTalk:
		return pace{every: 5 * time.Second, row: 5}
	case store.Feishu:
		return pace{every: 700 * time.Millisecond, row: 3}
	}
	return pace{}
}

// slack is how far ahead of the pace a row may run.
func (p pace) slack() time.Duration { return p.every * time.Duration(max(p.row-1, 0)) }

// turn takes a turn of a robot whose limit is used up to free: it returns up to when the limit is used then, or how long to wait.
func (p pace) turn(free, now time.Time) (next time.Time, wait time.Duration) {
	begin := now
	if free.After(now) {
		begin = free
	}
	switch wait = begin.Sub(now) - p.slack(); {
	case wait > 0:
		return free, wait
	case p.every == 0:
		return free, 0
	}
	return begin.Add(p.every), 0
}

// silence is up to when the limit counts as used if the robot takes nothing until a moment.
func (p pace) silence(free, until time.Time) time.Time {
	if until = until.Add(p.slack()); free.After(until) {
		return free
	}
	return until
}

// QuietUntil is the end of the quiet hours that now lies in, the zero time outside of them.
func QuietUntil(c store.Choice, now time.Time) time.Time {
	if c.QuietFrom == c.QuietUntil {
		return time.Time{}
	}
	china := now.In(workflow.China)
	midnight := workflow.DayOf(now).Time()
	minute := china.Hour()*60 + china.Minute()
	end := midnight.Add(time.Duration(c.QuietUntil) * time.Minute)
	switch over := c.QuietFrom > c.QuietUntil; {
	case !over && minute >= c.QuietFrom && minute < c.QuietUntil, over && minute < c.QuietUntil:
		return end
	case over && minute >= c.QuietFrom:
		return end.AddDate(0, 0, 1)
	}
	return time.Time{}
}
