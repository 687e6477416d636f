package simyear_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// announced is a draw as the town knows it.
type announced struct {
	id       int64
	number   string
	from, to workflow.Day
	size     int
	on       workflow.Day
	org      *org
	by       workflow.PersonID
	byHand   bool // somebody holds it early on its day
}

// announce announces a draw of what was closed so far below some unit.
func (y *year) announce() {
	o := y.town.organ[y.rnd.IntN(len(y.town.organ))]
	a := announced{from: firstDay, to: y.day, size: 1 + y.rnd.IntN(3), on: y.day.Add(1 + y.rnd.IntN(5)), org: o, byHand: y.rnd.IntN(3) == 0}
	a.by = y.town.in(o.ID, y.day, "committee_secretary", "work_secretary")[0]
	by, err := y.desk.Actor(y.ctx, a.by)
	require.NoError(y.t, err)
	d, err := y.desk.AnnounceDraw(y.ctx, by, engine.DrawPlan{Org: o.ID, From: a.from, To: a.to, Size: a.size, On: a.on})
	require.NoError(y.t, err)
	a.id, a.number = d.ID, d.Number
	y.drawn = append(y.drawn, a)
}

// holdByHand lets those hold the draws of today who do not wait for the program.
func (y *year) holdByHand() {
	for _, a := range y.drawn {
		if a.byHand && a.on == y.day {
			y.clock.put(at(y.day, 6.5))
			by, err := y.desk.Actor(y.ctx, a.by)
			require.NoError(y.t, err)
			_, err = y.desk.HoldDraw(y.ctx, by, a.id)
			require.NoError(y.t, err)
		}
	}
}

// drawLine is what the line of a draw says.
type drawLine struct {
	Seed       string   `json:"seed"`
	Population []string `json:"population"`
	Drawn      []string `json:"drawn"`
}

// draws sees that each draw that was announced was held once, on its day or with the first run after it, by the lot that its proof tells,
// out of what was closed then, and that what was drawn was picked once.
func (j *judge) draws(y *year) {
	for n := range y.drawn {
		a := &y.drawn[n]
		lines := j.evidence.held[a.id]
		last := j.runs[len(j.runs)-1]
		first := slices.IndexFunc(j.runs, func(day workflow.Day) bool { return day >= a.on })
		switch {
		case len(lines) > 2:
			j.complain("%s was held %d times", a.number, len(lines)-1)
		case len(lines) == 1 && first >= 0 && !(j.half[last] && j.runs[first] == last):
			j.complain("%s was to be held on %s and was not", a.number, a.on)
		}
		if len(lines) != 2 {
			continue
		}
		j.findings.held++
		day := workflow.DayOf(lines[1].At)
		onTime := first >= 0 && (day == j.runs[first] || j.half[j.runs[first]] && first+1 < len(j.runs) && day == j.runs[first+1])
		byHand := lines[1].Person == a.by && a.byHand && day == a.on
		if !byHand && (lines[1].Person != 0 || !onTime) {
			j.complain("%s, announced for %s, was held on %s by %d", a.number, a.on, day, lines[1].Person)
		}
		var said drawLine
		require.NoError(y.t, json.Unmarshal(lines[1].Data, &said))
		j.lot(a, lines[1].At, &said)
	}
}

// lot draws again: each number gets the SHA-256 of the seed and itself, and the smallest are drawn.
func (j *judge) lot(a *announced, moment time.Time, said *drawLine) {
	if closed := j.closedBelow(a, moment); !slices.Equal(closed, said.Population) {
		j.complain("%s is out of %v instead of %v", a.number, said.Population, closed)
	}
	ticket := func(number string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(said.Seed+" "+number))) }
	wanted := slices.SortedFunc(slices.Values(said.Population), func(a, b string) int { return strings.Compare(ticket(a), ticket(b)) })
	wanted = wanted[:min(a.size, len(wanted))]
	slices.Sort(wanted)
	var picked []string
	for _, p := range j.picks[a.number] {
		picked = append(picked, p.number)
		if due := j.dueOf(workflow.DayOf(moment), &p); p.due != due {
			j.complain("%s: picked on %s by %s for %s instead of %s", p.number, p.day, a.number, p.due, due)
		}
	}
	slices.Sort(picked)
	drawn := slices.Sorted(slices.Values(said.Drawn))
	if !slices.Equal(drawn, wanted) || !slices.Equal(drawn, picked) {
		j.complain("%s has drawn %v and picked %v instead of %v", a.number, drawn, picked, wanted)
	}
}

// closedBelow are the numbers of the issues that a draw at a moment was to draw from.
func (j *judge) closedBelow(a *announced, moment time.Time) (numbers []string) {
	for _, l := range j.lives {
		n := 0
		for n < len(l.lines) && !l.lines[n].At.After(moment) && l.states[n+1].LookBack.Draw != a.number {
			n++
		}
		i := &l.states[n]
		if i.State == workflow.Closed && a.from <= i.ClosedOn && i.ClosedOn <= a.to && i.LookBack == (workflow.LookBack{}) && i.Line.Passes(a.org.ID) {
			numbers = append(numbers, i.Number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// pickedBy is an issue that a draw has picked.
type pickedBy struct {
	number   string
	day, due workflow.Day
}

// dueOf is until when what a draw has drawn is to be looked at: twenty working days, as the calendar stood when it was picked.
func (j *judge) dueOf(drawn workflow.Day, p *pickedBy) workflow.Day {
	due := drawn
	for range 20 {
		due = j.days(p.day).near(due.Add(1), 1)
	}
	return due
}
