package simyear_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

const reason = "经集体研究决定，情况属实，同意办理"

// clerks do what is to be done about issues, each at a pace of its own.
type clerks struct {
	*year
	due     map[workflow.Day][]workflow.IssueID // who looks at what when
	yet     int                                 // issues to be found yet
	actors  map[workflow.PersonID]workflow.Actor
	ids     []workflow.IssueID
	counted map[string]int
}

func (c *clerks) begin(y *year) {
	c.year, c.due, c.yet, c.counted = y, map[workflow.Day][]workflow.IssueID{}, y.issues, map[string]int{}
}

// work is a working day from noon on: problems are found, and what lies there for today is looked at.
func (c *clerks) work(y *year) {
	c.actors = map[workflow.PersonID]workflow.Actor{}
	y.clock.put(at(y.day, 12))
	fresh := c.yet / 60
	if y.day.Until(firstDay) == 0 {
		fresh = c.yet / 2
	}
	for range min(c.yet, fresh+c.rnd.IntN(3)) {
		c.find()
	}
	for day := range c.due { // also what lies there from days on which nothing ran
		if day < y.day {
			c.due[y.day] = append(c.due[y.day], c.due[day]...)
			delete(c.due, day)
		}
	}
	today := c.due[y.day]
	delete(c.due, y.day)
	slices.Sort(today) // the map above has no order
	c.rnd.Shuffle(len(today), func(a, b int) { today[a], today[b] = today[b], today[a] })
	hour, step := 13.0, 5/float64(len(today)+1)
	back := c.rnd.IntN(10 * (len(today) + 1)) // the clock goes an hour back in the middle of the work
	for n, id := range today {
		if n == back {
			y.jumps++
			hour--
		}
		y.clock.put(at(y.day, hour+float64(n)*step))
		c.visit(id)
	}
}

// later puts an issue aside for some days, about as many as given.
func (c *clerks) later(id workflow.IssueID, about int) {
	day := c.day.Add(1 + int(c.rnd.ExpFloat64()*float64(about)))
	c.due[day] = append(c.due[day], id)
}

func pick[T any](c *clerks, all []T) T { return all[c.rnd.IntN(len(all))] }

func (c *clerks) one(in int) bool { return c.rnd.IntN(in) == 0 }

// find writes a problem of some branch down, most of the time above it.
func (c *clerks) find() {
	c.yet--
	dept := 1 + c.rnd.IntN(len(c.town.depts)-1)
	branch := pick(c, c.town.depts[dept])
	by := pick(c, []*org{branch, c.town.organ[dept], c.town.organ[dept], c.town.group[dept], c.town.orgs[0]})
	f := engine.Finding{Org: by.ID, Source: "inspection", Detail: fmt.Sprint("台账不全，第", c.yet, "号"), Kind: workflow.KindTimed, Grade: workflow.Ordinary,
		Responsible: branch.ID, Draft: c.one(20), Due: c.day.Add(10 + c.rnd.IntN(140))}
	switch c.rnd.IntN(10) {
	case 0, 1:
		f.Kind = workflow.KindImmediate
	case 2, 3:
		f.Grade = workflow.Serious
	case 4:
		f.Grade = workflow.Major
	}
	if n := c.rnd.IntN(4); n < len(c.checklists) {
		f.Checklist = c.checklists[n]
	}
	i, err := c.desk.Find(c.ctx, c.actor(pick(c, c.finders(by))), "", f)
	require.NoError(c.t, err)
	c.counted["found"]++
	c.ids = append(c.ids, i.ID)
	c.later(i.ID, 12)
}

func (c *clerks) finders(o *org) []workflow.PersonID {
	return c.town.in(o.ID, c.day, posts(officerPosts+", work_secretary, group_secretary, committee_secretary, branch_secretary")...)
}

func (c *clerks) actor(person workflow.PersonID) workflow.Actor {
	if by, known := c.actors[person]; known {
		return by
	}
	by, err := c.desk.Actor(c.ctx, person)
	require.NoError(c.t, err)
	c.actors[person] = by
	return by
}

// try lets those who hold posts in orgs ask for a step until one of them may. What is not possible is left alone.
func (c *clerks) try(i *workflow.Issue, s workflow.Step, orgs ...workflow.OrgID) bool {
	var people []workflow.PersonID
	for _, org := range orgs {
		some := c.town.in(org, c.day)
		c.rnd.Shuffle(len(some), func(a, b int) { some[a], some[b] = some[b], some[a] })
		people = append(people, some...)
	}
	refused := "nobody"
	for _, person := range people {
		after, err := c.desk.Do(c.ctx, c.actor(person), i.ID, i.Version, "", s)
		if err == nil {
			c.counted[string(s.Action)]++
			*i = after
			return true
		}
		fault, ok := errors.AsType[*workflow.Fault](err)
		require.True(c.t, ok, "%s of %s: %v", s.Action, i.Number, err)
		refused = fault.Code
		if !errors.Is(err, workflow.ErrForbidden) && !errors.Is(err, workflow.ErrNotFound) {
			break
		}
	}
	c.counted["refused "+string(s.Action)+" "+refused]++
	return false
}

// above are the orgs that stand above the responsible one, the nearest first.
func (c *clerks) above(i *workflow.Issue) []workflow.OrgID {
	var out []workflow.OrgID
	for o := c.town.byID[i.Line.Last().Org].above; o != nil; o = o.above {
		out = append(out, o.ID)
	}
	return out
}

// staff is somebody who holds a post in the responsible org.
func (c *clerks) staff(i *workflow.Issue) workflow.PersonID {
	people := c.town.in(i.Responsible, c.day)
	if len(people) == 0 {
		return 0
	}
	return pick(c, people)
}

// visit looks at an issue: first at what came in beside, then at what is next.
func (c *clerks) visit(id workflow.IssueID) {
	i, err := c.db.Issue(c.ctx, id)
	require.NoError(c.t, err)
	c.beside(&i)
	if i.Request.Open() && !c.one(3) {
		s := workflow.Step{Action: workflow.GrantIt, Note: reason}
		if c.one(6) {
			s.Action = workflow.Deny
		}
		c.try(&i, s, i.Request.Decider)
	} else {
		c.next(&i)
	}
	if i.State.End() && i.State != workflow.Closed && i.State != workflow.Merged {
		return
	}
	c.later(id, map[workflow.State]int{workflow.Found: 4, workflow.Assigned: 2, workflow.Planning: 7, workflow.PlanReview: 4, workflow.Rectifying: 8,
		workflow.Lasting: 20, workflow.Suspended: 25, workflow.Verifying: 5, workflow.Closing: 4, workflow.Publicized: 5, workflow.Closed: 25, workflow.Merged: 60}[i.State])
}

// beside is what happens beside the way: letters, calls, hand-overs.
func (c *clerks) beside(i *workflow.Issue) {
	if _, waits := i.UnsignedLetter(); waits && c.one(2) {
		c.try(i, workflow.Step{Action: workflow.SignLetter}, i.Responsible)
	}
	for n := range i.Calls {
		if call := &i.Calls[n]; call.Open() && c.one(3) {
			reply := pick(c, workflow.Replies()).Word
			c.try(i, workflow.Step{Action: workflow.Respond, Reply: workflow.Reply(reply), Note: reason}, call.To)
			break
		}
	}
	if i.Assigner == 0 || i.State.End() {
		return
	}
	switch late := i.Due < c.day; {
	case late && c.one(3):
		rung := pick(c, i.OpenRungs()).Word
		c.try(i, workflow.Step{Action: workflow.SendLetter, Letter: workflow.Letter{Rung: workflow.Rung(rung), Grounds: reason, Asked: "限期办结", Decided: "机关党委会议",
			Limit: c.day.Add(5 + c.rnd.IntN(20))}}, c.above(i)...)
	case late && c.one(8):
		c.try(i, workflow.Step{Action: pick(c, []workflow.Action{workflow.Escalate, workflow.Supervise}), Note: reason, Basis: reason, Decided: "党组会议"}, c.above(i)...)
	case c.one(40):
		if person := c.staff(i); person != 0 && person != i.Person {
			c.try(i, workflow.Step{Action: workflow.Entrust, Person: person}, c.above(i)...)
		}
	case c.one(30):
		c.try(i, workflow.Step{Action: workflow.Urge, Note: reason}, c.above(i)...)
	case c.one(60):
		c.merge(i)
	}
}

// merge lets an issue go into another one of the same branch.
func (c *clerks) merge(i *workflow.Issue) {
	for range 20 {
		other, err := c.db.Issue(c.ctx, pick(c, c.ids))
		require.NoError(c.t, err)
		if other.ID != i.ID && c.town.byID[other.Line.Last().Org].dept == c.town.byID[i.Line.Last().Org].dept {
			c.try(i, workflow.Step{Action: workflow.Merge, Other: other.ID, Note: reason}, c.above(i)...)
			return
		}
	}
}
