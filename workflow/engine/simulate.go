package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// Simulated is what a month would have sent, under other rules and under those in force.
type Simulated struct {
	Month     string // 2026-11
	Then, Now SimulatedVolume
}

// SimulatedVolume counts the reminders of a month. What is told beside reminders, what others did and the prompts, is not in it.
type SimulatedVolume struct {
	Reminders int // to a person, each counted
	Digests   int // one a person a day
	People    int
	Most      int // digests on one day
}

// Simulate replays what happened from one day up to another, both included, and says what would have been sent on each working day if the
// rules had been the default, beside the rules in force. Nothing is written. Issues are taken as they stood on the morning of each day,
// and people as what they were then.
func (e *Engine) Simulate(ctx context.Context, rules *remind.Rules, from, to workflow.Day) ([]Simulated, error) {
	r := e.newRoster(to)
	r.past = true
	s := &simulation{e: e, from: from, to: to, roster: r, books: [2]*remind.Book{e.book.Load().With(0, rules), e.book.Load()}}
	for n := range s.sent {
		s.sent[n] = make(map[workflow.Day]map[workflow.PersonID]int)
	}
	for day := from; day <= to; day = day.Add(1) {
		if e.calendar.Load().IsWorking(day) {
			s.days = append(s.days, day)
		}
	}
	err := e.db.EachIssue(ctx, store.Scope{All: true}, Filter{}, func(i workflow.Issue) error { return s.replay(ctx, &i) })
	return s.months(), err
}

// ParseReminders reads a file of reminder rules. ErrInvalid with every line that is wrong.
func ParseReminders(name string, body []byte) (*remind.Rules, error) { return remind.Parse(name, body) }

type simulation struct {
	e        *Engine
	from, to workflow.Day
	days     []workflow.Day // the working days
	roster   *roster
	books    [2]*remind.Book
	sent     [2]map[workflow.Day]map[workflow.PersonID]int
}

// replay goes through the days of one issue.
func (s *simulation) replay(ctx context.Context, last *workflow.Issue) error {
	if last.State.End() && last.Since < s.from && !last.LookBack.Waits() {
		return nil
	}
	var lines []workflow.Line
	for {
		more, err := s.e.db.History(ctx, workflow.KindIssue, int64(last.ID), len(lines), PageLimit)
		if err != nil {
			return err
		}
		if lines = append(lines, more...); len(more) < PageLimit {
			break
		}
	}
	told := [2]map[store.OwedKey]bool{{}, {}}
	fields := make(map[string]json.RawMessage)
	at := 0
	var i workflow.Issue
	for _, day := range s.days {
		fresh := false
		for ; at < len(lines) && workflow.DayOf(lines[at].At) < day; at++ {
			if err := json.Unmarshal(lines[at].Data, &fields); err != nil {
				return err
			}
			fresh = true
		}
		if fresh {
			var err error
			if i, err = folded(fields); err != nil {
				return err
			}
			if err := s.roster.know(ctx, []workflow.Issue{i}); err != nil {
				return err
			}
		}
		if i.ID != 0 {
			s.look(&i, day, fresh, &told)
		}
	}
	return nil
}

// folded is the issue that fields tell of.
func folded(fields map[string]json.RawMessage) (i workflow.Issue, err error) {
	whole, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(whole, &i)
	}
	return i, err
}

// look puts down what each of the books owes on a day. Who hears a reminder that was told before is asked again when the issue changed.
func (s *simulation) look(i *workflow.Issue, day workflow.Day, changed bool, told *[2]map[store.OwedKey]bool) {
	s.roster.day = day
	for n, book := range s.books {
		rules := book.For(i.Checklist)
		for _, m := range remind.Owed(rules, i, day, s.e.calendar.Load()) {
			key := store.OwedKey{Round: m.Round, What: m.What, Date: m.Date, Rung: m.Rung}
			if told[n][key] && !changed {
				continue
			}
			told[n][key] = true
			for _, person := range s.roster.people(rules, i, m.Tell) {
				if key.Person = person; told[n][key] {
					continue
				}
				told[n][key] = true
				if s.sent[n][day] == nil {
					s.sent[n][day] = make(map[workflow.PersonID]int)
				}
				s.sent[n][day][person]++
			}
		}
	}
}

// months sums up the days.
func (s *simulation) months() []Simulated {
	byMonth := make(map[string]*Simulated)
	people := make(map[string]*[2]map[workflow.PersonID]bool)
	for _, day := range s.days {
		name := string(day[:len("2026-11")])
		if byMonth[name] == nil {
			byMonth[name], people[name] = &Simulated{Month: name}, &[2]map[workflow.PersonID]bool{{}, {}}
		}
		for n, v := range []*SimulatedVolume{&byMonth[name].Then, &byMonth[name].Now} {
			digests := s.sent[n][day]
			v.Digests += len(digests)
			v.Most = max(v.Most, len(digests))
			for person, lines := range digests {
				v.Reminders += lines
				people[name][n][person] = true
			}
			v.People = len(people[name][n])
		}
	}
	out := make([]Simulated, 0, len(byMonth))
	for _, m := range slices.SortedFunc(maps.Values(byMonth), func(a, b *Simulated) int { return cmp.Compare(a.Month, b.Month) }) {
		out = append(out, *m)
	}
	return out
}
