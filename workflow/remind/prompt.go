package remind

import (
	"cmp"
	"slices"
	"strconv"

	"rectify/workflow"
)

// promptRows is the most rows of one list of a prompt; the rest is counted.
const promptRows = 200

// Period is a month or a quarter of which a prompt is made.
type Period struct {
	Name     string       // 2026-11, or 2026Q4
	Begin    workflow.Day // its first day
	From, To workflow.Day // what was closed from then up to then is counted: the month or quarter before
	Quarter  bool
}

// MonthOf is the month of a day. Its prompt looks back at the month before.
func MonthOf(day workflow.Day) Period {
	begin := day[:len("2026-11")] + "-01"
	return Period{Name: string(begin[:len("2026-11")]), Begin: begin, From: monthsBefore(begin, 1), To: begin.Add(-1)}
}

// QuarterOf is the quarter of a day. Its pack looks back at the quarter before.
func QuarterOf(day workflow.Day) Period {
	month := int(day.Time().Month())
	begin := monthsBefore(day[:len("2026-11")]+"-01", (month-1)%3)
	return Period{Name: string(begin[:len("2026")]) + "Q" + strconv.Itoa((month-1)/3+1), Begin: begin, From: monthsBefore(begin, 3), To: begin.Add(-1), Quarter: true}
}

// SoFar is the period up to a day in it, for a prompt that is not made yet.
func (p Period) SoFar(day workflow.Day) Period {
	p.From, p.To = p.Begin, day
	return p
}

func monthsBefore(first workflow.Day, n int) workflow.Day {
	return workflow.DayOf(first.Time().AddDate(0, -n, 0))
}

// PromptRow is an issue in a prompt.
type PromptRow struct {
	Issue  workflow.IssueID  `json:"issue"`
	Number string            `json:"number"`
	Title  string            `json:"title"`
	Org    workflow.OrgID    `json:"org"` // responsible, or that found it while none is
	Person workflow.PersonID `json:"person,omitempty"`
	Day    workflow.Day      `json:"day,omitempty"` // due, closed on, suspended on, next review, or when the letter was sent
	Days   int               `json:"days,omitempty"`
	Note   string            `json:"note,omitempty"` // the condition of a suspension, or the number of a letter
	Own    bool              `json:"own,omitempty"`  // the unit found it by itself when it was asked to look
}

// PromptList is a list of a prompt: how many, and the first of them.
type PromptList struct {
	Count int         `json:"count"`
	Rows  []PromptRow `json:"rows,omitempty"`
}

func (l *PromptList) add(r PromptRow) {
	l.Count++
	l.Rows = append(l.Rows, r)
}

// trim puts the rows in order and keeps the first. It orders issues, never people or units.
func (l *PromptList) trim() {
	slices.SortFunc(l.Rows, func(a, b PromptRow) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Number, b.Number)) })
	l.Rows = l.Rows[:min(len(l.Rows), promptRows)]
}

// PromptUnit is what one unit below has, in a pack.
type PromptUnit struct {
	Org     workflow.OrgID `json:"org"`
	Open    int            `json:"open"`
	Overdue int            `json:"overdue"`       // without Own
	Own     int            `json:"own,omitempty"` // of Open: what units found by themselves when they were asked to look, counted against nobody
	Closed  int            `json:"closed"`
	Gap     int            `json:"gap"`
}

// Prompt is what an org is told at the beginning of a month (月提示) or a quarter (季督导), worked out from its issues and those of the
// orgs below it. Nobody fills anything in.
type Prompt struct {
	Org        workflow.OrgID         `json:"org"`
	Period     string                 `json:"period"`
	Day        workflow.Day           `json:"day"`
	From       workflow.Day           `json:"from"`
	To         workflow.Day           `json:"to"`
	Quarter    bool                   `json:"quarter,omitempty"`
	Open       int                    `json:"open"`
	Lights     map[workflow.Light]int `json:"lights"`
	Own        int                    `json:"own"` // of those open: what units found by themselves when they were asked to look
	Gap        int                    `json:"gap"` // reported done by the units and not closed
	Closed     PromptList             `json:"closed"`
	Overdue    PromptList             `json:"overdue"`
	OverdueOwn int                    `json:"overdue_own,omitempty"` // of those overdue, Own: counted against nobody
	Soon       PromptList             `json:"soon"`
	Suspended  PromptList             `json:"suspended"`
	Reviews    PromptList             `json:"reviews"` // lasting rectification
	Letters    PromptList             `json:"letters"` // still to be signed for
	Units      []PromptUnit           `json:"units,omitempty"`
}

// NewPrompt begins a prompt.
func NewPrompt(org workflow.OrgID, p Period, day workflow.Day) *Prompt {
	return &Prompt{Org: org, Period: p.Name, Day: day, From: p.From, To: p.To, Quarter: p.Quarter, Lights: make(map[workflow.Light]int)}
}

// Empty says whether there is nothing to say.
func (p *Prompt) Empty() bool { return p.Open+p.Closed.Count == 0 }

// Add takes an issue in.
func (p *Prompt) Add(i *workflow.Issue) {
	unit := p.unit(i)
	row := func(day workflow.Day, note string) PromptRow {
		r := PromptRow{Issue: i.ID, Number: i.ShownNumber(), Title: TitleOf(i.Detail), Org: cmp.Or(i.Responsible, i.Finder), Person: i.Person, Day: day, Note: note, Own: i.Prompted()}
		if day != "" {
			r.Days = day.Until(p.Day)
		}
		return r
	}
	if i.State == workflow.Closed {
		if p.From <= i.ClosedOn && i.ClosedOn <= p.To {
			p.Closed.add(row(i.ClosedOn, ""))
			unit.Closed++
		}
		return
	}
	if i.State.End() || i.State == workflow.Draft {
		return
	}
	p.Open++
	unit.Open++
	if i.Prompted() {
		p.Own++
		unit.Own++
	}
	light := workflow.LightOf(i.State, i.Due, i.Warn, p.Day)
	p.Lights[light]++
	switch light {
	case workflow.LightOverdue:
		p.Overdue.add(row(i.Due, ""))
		if i.Prompted() {
			p.OverdueOwn++
		} else {
			unit.Overdue++
		}
	case workflow.LightSoon:
		p.Soon.add(row(i.Due, ""))
	}
	if i.Reported {
		p.Gap++
		unit.Gap++
	}
	switch i.State {
	case workflow.Suspended:
		p.Suspended.add(row(i.PausedOn, i.Condition))
	case workflow.Lasting:
		p.Reviews.add(row(i.NextReview, i.StageGoal))
	}
	for n := range i.Letters {
		if i.ToBeSigned(n) {
			p.Letters.add(row(i.Letters[n].On, i.Letters[n].Number))
		}
	}
}

// unit is the unit right below the org through which an issue belongs to it.
func (p *Prompt) unit(i *workflow.Issue) *PromptUnit {
	org := p.Org
	for n := range i.Line[:i.Line.Depth()] {
		if i.Line[n].Org == p.Org && n+1 < i.Line.Depth() {
			org = i.Line[n+1].Org
		}
	}
	at := slices.IndexFunc(p.Units, func(u PromptUnit) bool { return u.Org == org })
	if at < 0 {
		p.Units = append(p.Units, PromptUnit{Org: org})
		at = len(p.Units) - 1
	}
	return &p.Units[at]
}

// Finish puts the lists in order once every issue was added.
func (p *Prompt) Finish() {
	for _, l := range []*PromptList{&p.Closed, &p.Overdue, &p.Soon, &p.Suspended, &p.Reviews, &p.Letters} {
		l.trim()
	}
	if !p.Quarter {
		p.Units = nil
	}
	p.Units = slices.DeleteFunc(p.Units, func(u PromptUnit) bool { return u.Open+u.Closed == 0 })
}

// Title is what the prompt is called.
func (p *Prompt) Title() workflow.Text {
	if p.Quarter {
		return workflow.Say("%s年第%s季度督导", "supervision pack %s, quarter %s", p.Period[:4], p.Period[len(p.Period)-1:])
	}
	return workflow.Say("%s月提示", "prompt of %s", p.Period)
}

// Text says the prompt in a sentence.
func (p *Prompt) Text() workflow.Text {
	return workflow.Say("在办%d项，其中%s%d项、临期%d项；上期销号%d项", "%d open, of them %s: %d, due soon: %d; %d closed in the period before",
		p.Open, p.OverdueText(), p.Overdue.Count, p.Soon.Count, p.Closed.Count)
}

// OverdueText is what the number of those overdue is called: it says how many of them units found by themselves, which are counted
// against nobody.
func (p *Prompt) OverdueText() workflow.Text {
	if p.OverdueOwn > 0 {
		return workflow.Say("超期（其中自查发现%d，不计）", "overdue (%d of these found by themselves, not counted)", p.OverdueOwn)
	}
	return workflow.Say("超期", "overdue")
}

// TitleOf is the beginning of a problem, as digests and prompts show it.
func TitleOf(detail string) string {
	const most = 40
	runes := []rune(detail)
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return detail
}
