package simyear_test

import (
	"encoding/json"
	"maps"
	"slices"

	"rectify/workflow"
)

// steps lays the lines over each other and sees that what the program did by itself was right and done once.
func (l *life) steps() {
	l.states = make([]workflow.Issue, len(l.lines)+1)
	fields := map[string]json.RawMessage{}
	for n := range l.lines {
		line := &l.lines[n]
		var changed map[string]json.RawMessage
		if err := json.Unmarshal(line.Data, &changed); err != nil {
			l.j.complain("%d: %v", line.Subject, err)
		}
		maps.Copy(fields, changed)
		whole, _ := json.Marshal(fields)
		if err := json.Unmarshal(whole, &l.states[n+1]); err != nil {
			l.j.complain("%d: %v", line.Subject, err)
		}
		switch workflow.Action(line.Action) {
		case workflow.Climb:
			l.climbed(&l.states[n], &l.states[n+1], workflow.DayOf(line.At))
		case workflow.Pick:
			l.picked(n, workflow.DayOf(line.At))
		}
	}
	l.issue = l.states[len(l.lines)]
}

// climbed sees that one late call went up by one, on a working day.
func (l *life) climbed(before, after *workflow.Issue, day workflow.Day) {
	moved := 0
	for n, c := range after.Calls {
		was := &before.Calls[n]
		if was.To == c.To {
			continue
		}
		moved++
		if was.Until >= day || c.To != l.j.higher(before, was.To) || len(c.Climbed) != len(was.Climbed)+1 || c.Since != day {
			l.j.complain("%s: on %s the call %+v became %+v", after.Number, day, *was, c)
		}
	}
	if moved != 1 || !l.j.days(day).is(day) {
		l.j.complain("%s: %d calls climbed at once on %s", after.Number, moved, day)
	}
}

// higher is where a call to an org goes when nobody answers: up the tree, or, from elsewhere, above who is responsible; 0 for nowhere.
func (w *world) higher(i *workflow.Issue, org workflow.OrgID) workflow.OrgID {
	if !i.Line.Passes(org) {
		org = i.Responsible
	}
	if up := w.town.byID[org].above; up != nil {
		return up.ID
	}
	return 0
}

// picked sees that a round is picked once, when its time has come.
func (l *life) picked(n int, day workflow.Day) {
	before, after := &l.states[n], &l.states[n+1]
	if draw := after.LookBack.Draw; draw != "" {
		l.j.picks[draw] = append(l.j.picks[draw], pickedBy{after.Number, day, after.LookBack.Due})
		l.pickedOnce(n)
		return
	}
	due := day
	for range l.j.rulesOf(after.Checklist, day).within {
		due = l.j.days(day).near(due.Add(1), 1)
	}
	if before.Clock.Until > day || after.LookBack.Due != due || l.lines[n].Person != 0 {
		l.j.complain("%s: picked on %s for %s instead of %s", after.Number, day, after.LookBack.Due, due)
	}
	l.pickedOnce(n)
}

func (l *life) pickedOnce(n int) {
	for k := range n {
		if l.lines[k].Action == string(workflow.Pick) && l.lines[k].Round == l.lines[n].Round {
			l.j.complain("%s: picked twice in round %d", l.states[n+1].Number, l.lines[n].Round)
		}
	}
}

// limits are how many working days the clocks of a definition run.
func limits() map[string]int {
	return map[string]int{"accept": 2, "plan": 10, "verify": 10, "immediate": 5}
}

// datesOn sees that every date that the program set is a working day as the calendar stands, that time limits are as long as they should
// be, and that nothing was left lying that comes round by itself.
func (l *life) datesOn(day workflow.Day) {
	i, days := &l.issue, l.j.days(day)
	if i.State.End() && i.State != workflow.Closed {
		return
	}
	l.works(day, "the time limit "+i.Clock.Name, i.Clock.Until)
	if n, counted := limits()[i.Clock.Name]; counted && days.count(i.Clock.From, i.Clock.Until) != n {
		l.j.complain("%s: on %s %s runs from %s to %s, which is not %d working days", i.Number, day, i.Clock.Name, i.Clock.From, i.Clock.Until, n)
	}
	if i.Pause.On != "" && !i.State.End() { // what was closed before the holidays were known is not due any more
		l.works(day, "the due day that was moved", i.Due)
	}
	if i.LookBack.Due != "" && i.LookBack.On == "" {
		l.works(day, "the look-back", i.LookBack.Due)
	}
	waiting := i.LookBack.Due != "" || i.LookBack.On != ""
	if i.State == workflow.Closed && i.Clock.Name == "look_back" && i.Clock.Until <= day && !waiting {
		l.j.complain("%s: on %s nobody has picked it", i.Number, day)
	}
	for _, c := range i.Calls {
		if c.Reply != "" || i.State.End() {
			continue
		}
		l.works(day, "the call", c.Until)
		from := max(c.On, c.Since)
		if days.count(from, c.Until) != 3 {
			l.j.complain("%s: on %s a call of %s is to be answered by %s", i.Number, day, from, c.Until)
		}
		if c.Until < day && l.j.higher(i, c.To) != 0 {
			l.j.complain("%s: on %s the call by %s has not climbed", i.Number, day, c.Until)
		}
	}
	if soon := l.j.rulesOf(i.Checklist, day).soon; !i.State.End() && i.Due != "" && i.Warn != i.Due.Add(-soon) {
		l.j.complain("%s: on %s its light is soon from %s and it is due on %s", i.Number, day, i.Warn, i.Due)
	}
}

func (l *life) works(day workflow.Day, what string, date workflow.Day) {
	if date != "" && !l.j.days(day).is(date) {
		l.j.complain("%s: on %s %s is %s, a day off", l.issue.Number, day, what, date)
	}
}

// tell are the relations that are told of a line, by the machine of the issue.
func (l *life) tell(n int) []workflow.Relation {
	line, before, after := &l.lines[n], &l.states[n], &l.states[n+1]
	do, of, machine, from := workflow.Action(line.Action), workflow.RequestKind(""), before.Machine, before.State
	switch do {
	case workflow.Assign, workflow.Reopen:
		machine = after.Machine
	case workflow.Ask:
		of = after.Request.Kind
	case workflow.GrantIt, workflow.Deny:
		of = before.Request.Kind
	case workflow.Merge, workflow.Unmerge:
		if before.State == after.State { // the one that stays: nobody is told
			return nil
		}
	case workflow.Reclock:
		was, is := before.Dates(), after.Dates()
		if is.Warn = was.Warn; is.Equal(was) {
			return nil // only the light
		}
	}
	if n == 0 {
		machine, from = after.Machine, workflow.Draft
	}
	d, ok := l.j.defs.Machine(machine)
	if !ok {
		l.j.complain("%s: there is no machine %q", after.Number, machine)
		return nil
	}
	if arrow, ok := d.Arrow(from, do, of); ok {
		return arrow.Tell
	}
	return nil
}

// prompted sees that heads have heard of the prompt of a month or quarter once each.
func (j *judge) prompted() {
	type prompt struct {
		what string
		date workflow.Day
		who  workflow.PersonID
		rung string
	}
	count := map[prompt]int{}
	for _, r := range j.prompts {
		count[prompt{r.what, r.date, r.person, r.rung}]++
		if !slices.Contains(j.runs, r.on) || r.date.Time().Day() != 1 {
			j.complain("%v of a prompt was owed on %s", r.key, r.on)
		}
	}
	if len(j.runs) > 30 && len(count) == 0 {
		j.complain("nobody has heard of a prompt")
	}
}
