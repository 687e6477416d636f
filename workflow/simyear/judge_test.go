package simyear_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

// findings are what the judge found.
type findings struct {
	complaints                                         []string
	issues, reminders, news, sent, mails, twice, steps int
	held, told                                         int // draws, and notes of the robot
}

// judge goes through the histories.
type judge struct {
	*world
	*evidence
	findings
	defs *definitions.Set
	say  map[personDay][]told             // what digests are to say of dates
	new  map[personDay][]workflow.IssueID // and of steps

	lives  []*life
	picks  map[string][]pickedBy   // by draw
	lights map[workflow.Day]figure // what the robot is to say
}

// judge judges what happened by the histories, the rules and the calendar.
func (y *year) judge() *findings {
	return y.world.judge(y, y.gather())
}

func (w *world) judge(y *year, e *evidence) *findings {
	j := &judge{world: w, evidence: e, defs: y.defs, say: map[personDay][]told{}, new: map[personDay][]workflow.IssueID{},
		picks: map[string][]pickedBy{}, lights: map[workflow.Day]figure{}}
	for _, id := range y.clerks.ids {
		lines, err := y.db.History(context.WithoutCancel(y.ctx), workflow.KindIssue, int64(id), 0, 100_000)
		require.NoError(y.t, err)
		j.issue(id, lines)
	}
	j.issues = len(y.clerks.ids)
	for issue := range e.owed {
		if !slices.Contains(y.clerks.ids, issue) {
			j.complain("%d is owed and is no issue", issue)
		}
	}
	j.prompted()
	j.draws(y)
	j.robotSaid()
	j.delivered()
	return &j.findings
}

func (j *judge) complain(format string, args ...any) {
	j.complaints = append(j.complaints, fmt.Sprintf(format, args...))
}

// morningOf is the moment by which a run is over and before which nobody works.
const morningHour = 10.75

// life is an issue as its history tells it, day by day.
type life struct {
	j      *judge
	lines  []workflow.Line
	states []workflow.Issue // after so many lines
	read   int
	issue  workflow.Issue // after those that are read
	kept   map[key]row
	seen   map[key]bool
	likely map[key][]workflow.Day // the days with half a run on which it may have been owed
	heard  int                    // lines of which the news were looked at
}

// issue goes through the days of one issue.
func (j *judge) issue(id workflow.IssueID, lines []workflow.Line) {
	l := &life{j: j, lines: lines, kept: map[key]row{}, seen: map[key]bool{}, likely: map[key][]workflow.Day{}}
	for _, r := range j.owed[id] {
		if _, twice := l.kept[r.key]; twice {
			j.complain("%d: %v is owed twice", id, r)
		}
		l.kept[r.key] = r
	}
	j.steps += len(lines)
	j.lives = append(j.lives, l)
	l.steps()
	for n, day := range j.runs {
		l.upTo(day)
		if l.read == 0 {
			continue
		}
		l.owedOn(day)
		l.newsOn(n, day)
		l.saidOn(day)
		l.lit(day)
		if !j.half[day] {
			l.datesOn(day)
		}
	}
	for k, r := range l.kept {
		if !l.seen[k] && !slices.Contains(l.likely[k], r.on) && !k.unreminded {
			j.complain("%s: %v was owed on %s, and nothing says why", l.issue.Number, k, r.on)
		}
		if k.unreminded {
			j.news++
		} else {
			j.reminders++
		}
		if k.unreminded && !l.seen[k] {
			j.complain("%s: %v is told on %s and was not to be", l.issue.Number, k, r.on)
		}
		l.inTime(r)
	}
}

// upTo is the issue as the run of a day found and left it.
func (l *life) upTo(day workflow.Day) {
	for l.read < len(l.lines) && l.lines[l.read].At.Before(at(day, morningHour)) {
		l.read++
	}
	if l.read > 0 {
		l.issue = l.states[l.read]
	}
}

// owedOn sees that what is due in the run of a day was owed then, or before.
func (l *life) owedOn(day workflow.Day) {
	for _, k := range l.j.owes(&l.issue, day) {
		r, there := l.kept[k]
		switch {
		case l.seen[k]:
		case l.j.half[day]:
			l.likely[k] = append(l.likely[k], day)
		case !there:
			l.j.complain("%s: %v was due on %s and is not owed", l.issue.Number, k, day)
			l.seen[k] = true
		default:
			if r.on != day && !slices.Contains(l.likely[k], r.on) {
				l.j.complain("%s: %v was due on %s and owed on %s", l.issue.Number, k, day, r.on)
			}
			l.seen[k] = true
		}
	}
}

// newsOn sees that those heard of the steps since the last run who had to.
func (l *life) newsOn(run int, day workflow.Day) {
	certain := !l.j.half[day] && (run == 0 || !l.j.half[l.j.runs[run-1]])
	for n := l.heard; n < l.read; n++ {
		line := &l.lines[n]
		morning := !line.At.Before(at(workflow.DayOf(line.At), 7)) && line.At.Before(at(workflow.DayOf(line.At), morningHour))
		if morning && workflow.DayOf(line.At) == day {
			break // it came in or after the beginning of the run
		}
		if !l.j.half[day] {
			l.heard = n + 1
		}
		for _, person := range l.j.hearers(&l.issue, l.tell(n), line.Person, day) {
			k := key{round: line.Round, what: "news", date: workflow.DayOf(line.At), rung: strconv.Itoa(line.Seq), person: person, unreminded: true}
			r, there := l.kept[k]
			if certain && !morning && (!there || r.on != day) {
				l.j.complain("%s: %v was to be told on %s (%v)", l.issue.Number, k, day, r.on)
			}
			l.seen[k] = true
		}
	}
}

// saidOn works out what the digests of a day are to say of the issue: what was owed, still stands, and may be seen.
func (l *life) saidOn(day workflow.Day) {
	var today []row
	for _, r := range l.kept {
		if r.told == day && l.j.sees(r.person, &l.issue, day) {
			today = append(today, r)
		}
	}
	for _, r := range today {
		who := personDay{r.person, day}
		if r.unreminded {
			l.j.new[who] = append(l.j.new[who], l.issue.ID)
			continue
		}
		stands := slices.ContainsFunc(waits(&l.issue), func(d dated) bool { return d.what == r.what && d.date == r.date })
		later := slices.ContainsFunc(today, func(x row) bool {
			return !x.unreminded && x.person == r.person && x.round == r.round && x.what == r.what && x.date == r.date && number(x.rung) > number(r.rung)
		})
		if stands && !later && r.round == l.issue.Round {
			topic, _, _ := strings.Cut(r.what, "-")
			l.j.say[who] = append(l.j.say[who], told{l.issue.ID, topic, r.date})
		}
	}
}

func number(rung string) int {
	n, _ := strconv.Atoi(rung)
	return n
}

// inTime sees that what was owed went into the digests of its day; after half a run into those of the next.
func (l *life) inTime(r row) {
	from, to := slices.Index(l.j.runs, r.on), slices.Index(l.j.runs, r.told)
	late := from < 0 || to < from
	for n := from; !late && n < to; n++ {
		late = !l.j.half[l.j.runs[n]]
	}
	if late {
		l.j.complain("%s: %v was owed on %s and told on %s", l.issue.Number, r.key, r.on, r.told)
	}
}
