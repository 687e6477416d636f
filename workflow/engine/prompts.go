package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

const (
	promptLive     = 1000 // open issues: reading them takes about a tenth of a second
	promptsAtOnce  = 100  // kept in one transaction
	periodsShown   = 24
	packFrom       = workflow.OrganCommittee // a quarter's pack is for who supervises
	orgsBelowShown = 200
)

// prompts makes the prompts of the month and of the quarter in the first run of each, and then sees whether the run may go on to write.
func (d *dayRun) prompts(ctx context.Context) error {
	for _, p := range []remind.Period{remind.MonthOf(d.run.Day), remind.QuarterOf(d.run.Day)} {
		if !d.e.book.Load().Default.On {
			break
		}
		_, err := d.e.db.Prompt(ctx, 0, p.Name)
		if errors.Is(err, workflow.ErrNotFound) {
			err = d.makePrompts(ctx, p)
		}
		if err != nil {
			return err
		}
	}
	people, err := d.e.db.CountUntold(ctx)
	if err != nil {
		return err
	}
	d.run.People = people
	if d.run.Hold, err = d.e.hold(ctx, d.run, d.e.book.Load()); err != nil {
		return err
	}
	if d.run.Hold != "" {
		return d.keep(ctx, store.RunHeld, 0)
	}
	return d.keep(ctx, store.RunDigests, 0)
}

// makePrompts makes the prompts of all orgs for a period and puts down who is told of them.
func (d *dayRun) makePrompts(ctx context.Context, p remind.Period) error {
	byOrg, err := d.gather(ctx, p)
	if err != nil {
		return err
	}
	var rows []store.Prompt
	for _, x := range byOrg {
		body, err := json.Marshal(x)
		if err != nil {
			return err
		}
		rows = append(rows, store.Prompt{Org: x.Org, Period: x.Period, Day: x.Day, At: d.e.moment(), Body: string(body)})
	}
	slices.SortFunc(rows, func(a, b store.Prompt) int { return cmp.Compare(a.Org, b.Org) })
	for some := range slices.Chunk(rows, promptsAtOnce) {
		if err := d.e.db.PutPrompts(ctx, some); err != nil {
			return err
		}
		if err := d.owePrompts(ctx, p, some); err != nil {
			return err
		}
		if err := d.keep(ctx, store.RunPrompts, 0); err != nil {
			return err
		}
	}
	return d.e.db.PutPrompts(ctx, []store.Prompt{{Period: p.Name, Day: d.run.Day, At: d.e.moment()}})
}

// gather works out the prompts of all orgs that have something to hear.
func (d *dayRun) gather(ctx context.Context, p remind.Period) (map[workflow.OrgID]*remind.Prompt, error) {
	byOrg := make(map[workflow.OrgID]*remind.Prompt)
	for after := workflow.IssueID(0); ; {
		issues, err := d.e.db.OpenIssues(ctx, p.From, after, reckonAtOnce)
		if err != nil {
			return nil, err
		}
		for n := range issues {
			i := &issues[n]
			for _, at := range i.Line[:i.Line.Depth()] {
				if p.Quarter && at.Level < packFrom {
					continue
				}
				if byOrg[at.Org] == nil {
					byOrg[at.Org] = remind.NewPrompt(at.Org, p, d.run.Day)
				}
				byOrg[at.Org].Add(i)
			}
		}
		if len(issues) < reckonAtOnce {
			break
		}
		after = issues[len(issues)-1].ID
	}
	for org, x := range byOrg {
		if x.Finish(); x.Empty() {
			delete(byOrg, org)
		}
	}
	return byOrg, nil
}

// owePrompts puts down that the heads and officers of orgs are told of their prompts.
func (d *dayRun) owePrompts(ctx context.Context, p remind.Period, rows []store.Prompt) error {
	var orgs []workflow.OrgID
	for n := range rows {
		orgs = append(orgs, rows[n].Org)
	}
	if err := d.roster.look(ctx, slices.Clone(orgs), nil); err != nil {
		return err
	}
	what, officers := whatMonth, d.e.book.Load().Default.Officers
	if p.Quarter {
		what = whatQuarter
	}
	var owed []store.Owed
	for _, org := range orgs {
		for _, person := range append(d.roster.heads(org), d.roster.among(org, officers)...) {
			key := store.OwedKey{Issue: int64(org), What: what, Date: p.Begin, Rung: p.Name, Person: person}
			if !slices.ContainsFunc(owed, func(o store.Owed) bool { return o.OwedKey == key }) {
				owed = append(owed, store.Owed{OwedKey: key, On: d.run.Day})
			}
		}
	}
	_, err := d.e.db.PutOwed(ctx, owed)
	return err
}

// promptSaid is the line of a digest about a prompt; ok is false where it is not for the person any more.
func (e *Engine) promptSaid(ctx context.Context, by *workflow.Actor, o *store.Owed) (said remind.Said, ok bool, err error) {
	view, err := e.Prompt(ctx, *by, workflow.OrgID(o.Issue), o.Rung)
	if errors.Is(err, workflow.ErrNotFound) {
		return said, false, nil
	}
	if err != nil {
		return said, false, err
	}
	return remind.Said{Text: workflow.Say("%s%s：%s", "%s, %s: %s", view.Org.Shown(), view.Prompt.Title(), view.Prompt.Text()),
		Path: fmt.Sprintf("/prompts?org=%d&period=%s", o.Issue, o.Rung)}, true, nil
}

// PromptList is a list of a prompt.
type PromptList = remind.PromptList

// PromptRow is an issue in a prompt.
type PromptRow = remind.PromptRow

// PromptUnit is what one unit below has, in a pack.
type PromptUnit = remind.PromptUnit

// PromptView is a prompt with the names that it needs, and where one can go from it.
type PromptView struct {
	Prompt  remind.Prompt
	Fixed   bool // it was made and will not change; else it is worked out now
	Large   bool // it would be worked out now, but for so many issues the one that was made is shown
	Org     Org
	Orgs    map[workflow.OrgID]Org
	People  map[workflow.PersonID]string
	Periods []string // of which there are prompts, the last first
	Above   []Org    // whose prompts the actor may see, the highest first
	Below   []Org
}

// ThisMonth and ThisQuarter name the period that is not over: its prompt is worked out now.
const (
	ThisMonth   = "month"
	ThisQuarter = "quarter"
)

// PromptHome is the org whose prompts somebody looks at first: the first in which they hold a post that sees its issues; 0 for none.
func (e *Engine) PromptHome(by workflow.Actor) workflow.OrgID {
	for _, l := range e.guard.Scope(&by).Subtrees {
		return l.Last().Org
	}
	return 0
}

// Prompt shows the prompt of a month (2026-11, or ThisMonth) or the pack of a quarter (2026Q4, or ThisQuarter) of an org, to who sees the
// issues of that org and of those below it.
//
// Errors: ErrNotFound with the codes no_such_org and no_such_prompt.
func (e *Engine) Prompt(ctx context.Context, by workflow.Actor, id workflow.OrgID, period string) (PromptView, error) {
	org, err := e.db.Org(ctx, id)
	theirs := e.promptsOf(&by, org.Line)
	if err == nil && len(theirs) == 0 || errors.Is(err, workflow.ErrNotFound) {
		err = workflow.NotFound("no_such_org", workflow.Say("没有这个组织，或您无权查看它的提示", "there is no such organisation, or its prompts are not yours to see"))
	}
	if err != nil {
		return PromptView{}, err
	}
	if err := e.took(ctx, &by, "prompt", 0, org.Shown()+" "+period); err != nil {
		return PromptView{}, err
	}
	v := PromptView{Org: org}
	switch period {
	case ThisMonth:
		err = e.soFar(ctx, &v, remind.MonthOf(e.Today()))
	case ThisQuarter:
		err = e.soFar(ctx, &v, remind.QuarterOf(e.Today()))
	default:
		err = e.made(ctx, &v, period)
	}
	if err != nil {
		return PromptView{}, err
	}
	if err := e.promptNames(ctx, &v); err != nil {
		return PromptView{}, err
	}
	above, err := e.db.OrgsByID(ctx, theirs[:len(theirs)-1])
	for _, id := range theirs[:len(theirs)-1] {
		v.Above = append(v.Above, above[id])
	}
	return v, err
}

// made shows a prompt that was made.
func (e *Engine) made(ctx context.Context, v *PromptView, period string) error {
	kept, err := e.db.Prompt(ctx, v.Org.ID, period)
	if err == nil {
		v.Fixed, err = true, json.Unmarshal([]byte(kept.Body), &v.Prompt)
	}
	return err
}

// soFar works out the prompt of a period that is not over. For an org with very many open issues, all of which would be read, the one that
// the first run of the period made is shown, and until that is there the figures of the counters alone.
func (e *Engine) soFar(ctx context.Context, v *PromptView, p remind.Period) error {
	n, err := e.db.Tally(ctx, store.Scope{Subtrees: []workflow.Lineage{v.Org.Line}}, Filter{Under: v.Org.Line, Today: e.Today()})
	if err != nil {
		return err
	}
	open := n.Total - n.ByPhase[workflow.PhaseEnd] - n.ByState[workflow.Closed] - n.ByState[workflow.Draft]
	if open <= e.promptLive {
		return e.workOut(ctx, v, p.SoFar(e.Today()))
	}
	v.Large = true
	if err = e.made(ctx, v, p.Name); errors.Is(err, workflow.ErrNotFound) {
		out := remind.NewPrompt(v.Org.ID, p.SoFar(e.Today()), e.Today())
		out.Open, out.Lights = open, n.ByLight
		out.Overdue.Count, out.Soon.Count, out.Suspended.Count = n.ByLight[workflow.LightOverdue], n.ByLight[workflow.LightSoon], n.ByState[workflow.Suspended]
		v.Prompt, err = *out, nil
	}
	return err
}

// promptsOf are the orgs on the way down to one whose prompts the actor may see, the highest first; none if not those of the last.
func (e *Engine) promptsOf(by *workflow.Actor, line workflow.Lineage) []workflow.OrgID {
	for n, at := range line[:line.Depth()] {
		if slices.ContainsFunc(e.guard.Scope(by).Subtrees, func(l workflow.Lineage) bool { return l.Last().Org == at.Org }) {
			var out []workflow.OrgID
			for _, p := range line[n:line.Depth()] {
				out = append(out, p.Org)
			}
			return out
		}
	}
	return nil
}

// workOut makes a prompt now.
func (e *Engine) workOut(ctx context.Context, v *PromptView, p remind.Period) error {
	out := remind.NewPrompt(v.Org.ID, p, e.Today())
	for after := workflow.IssueID(0); ; {
		issues, err := e.db.IssuesBelow(ctx, v.Org.Line, p.From, after, reckonAtOnce)
		if err != nil {
			return err
		}
		for n := range issues {
			out.Add(&issues[n])
		}
		if len(issues) < reckonAtOnce {
			break
		}
		after = issues[len(issues)-1].ID
	}
	out.Finish()
	v.Prompt = *out
	return nil
}

func (e *Engine) promptNames(ctx context.Context, v *PromptView) (err error) {
	p := &v.Prompt
	var orgs []workflow.OrgID
	var people []workflow.PersonID
	for _, l := range []*remind.PromptList{&p.Closed, &p.Overdue, &p.Soon, &p.Suspended, &p.Reviews, &p.Letters} {
		for n := range l.Rows {
			orgs, people = append(orgs, l.Rows[n].Org), append(people, l.Rows[n].Person)
		}
	}
	for _, u := range p.Units {
		orgs = append(orgs, u.Org)
	}
	if v.Orgs, err = e.db.OrgsByID(ctx, orgs); err != nil {
		return err
	}
	slices.SortFunc(p.Units, func(a, b remind.PromptUnit) int { return cmp.Compare(v.Orgs[a.Org].Code, v.Orgs[b.Org].Code) })
	if v.People, err = e.names(ctx, people); err != nil {
		return err
	}
	if v.Periods, err = e.db.PromptPeriods(ctx, v.Org.ID, periodsShown); err != nil {
		return err
	}
	v.Below, err = e.db.OrgsBelow(ctx, v.Org.ID, "", orgsBelowShown)
	return err
}
