package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

const (
	waitingShown = 50  // the most issues that a digest counts as waiting
	owedKept     = 400 // days for which it is known what people were told
)

// digests writes to everybody who has something to hear.
func (d *dayRun) digests(ctx context.Context) error {
	for {
		people, owed, err := d.e.db.Untold(ctx, workflow.PersonID(d.run.After), digestsAtOne)
		if err != nil {
			return err
		}
		if err := d.roster.lookAt(ctx, slices.Clone(people)); err != nil {
			return err
		}
		clear(d.known) // of the people before
		for _, person := range people {
			fresh, err := d.tell(ctx, person, owed[person])
			if err != nil {
				return err
			}
			if fresh {
				d.report.Digests++
			}
		}
		if len(people) < digestsAtOne {
			if err := d.e.db.SweepOwed(ctx, d.run.Day.Add(-owedKept)); err != nil {
				return err
			}
			if err := d.robots(ctx); err != nil {
				return err
			}
			d.run.Done = d.e.moment()
			return d.keep(ctx, store.RunDone, 0)
		}
		if err := d.keep(ctx, store.RunDigests, int64(people[len(people)-1])); err != nil {
			return err
		}
	}
}

// tell makes the digest of a person and keeps it, again when something came in between.
func (d *dayRun) tell(ctx context.Context, person workflow.PersonID, owed []store.Owed) (fresh bool, err error) {
	for range 3 {
		out, err := d.digest(ctx, person, owed)
		if err != nil {
			return false, err
		}
		fresh, err = d.e.db.PutDigest(ctx, out)
		if !errors.Is(err, store.ErrOwedMore) {
			return fresh, err
		}
		people, again, err := d.e.db.Untold(ctx, person-1, 1)
		if err != nil || len(people) == 0 || people[0] != person {
			return false, err
		}
		owed = again[person]
	}
	return false, nil // told tomorrow
}

// digest makes the digest of a person of what they are owed.
func (d *dayRun) digest(ctx context.Context, person workflow.PersonID, owed []store.Owed) (store.Digest, error) {
	out := store.Digest{Person: person, Day: d.run.Day, Owed: len(owed), At: d.e.moment()}
	by := d.roster.actors[person]
	if by == nil {
		return out, nil
	}
	text, err := d.compose(ctx, by, owed)
	if err != nil || text.Empty() {
		return out, err
	}
	if text.Waits, err = d.waits(ctx, by); err != nil {
		return out, err
	}
	choices, err := d.e.db.Choices(ctx, person)
	if err != nil {
		return out, err
	}
	out.Lines = text.Lines()
	lang := langOf(choices)
	channels := []store.Choice{{Channel: store.InApp}}
	for _, c := range choices {
		if c.On && c.Channel != store.InApp && d.e.reachesPeople(c.Channel) {
			channels = append(channels, c)
		}
	}
	for _, c := range channels {
		out.Messages = append(out.Messages, store.Message{
			ID: d.e.newID(), Key: fmt.Sprintf("digest/%d/%s/%s", person, d.run.Day, c.Channel), Person: person, Channel: c.Channel, Address: c.Address,
			Day: d.run.Day, Topic: topicDigest, Subject: text.Subject().In(lang), Body: text.Body().In(lang), Created: out.At,
		})
	}
	return out, nil
}

// compose says what somebody is owed, as far as it still stands and they may still see it.
func (d *dayRun) compose(ctx context.Context, by *workflow.Actor, owed []store.Owed) (*remind.Digest, error) {
	var ids []workflow.IssueID
	for n := range owed {
		ids = append(ids, workflow.IssueID(owed[n].Issue))
	}
	issues, err := d.e.db.IssuesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := &remind.Digest{Name: by.Name, Day: d.run.Day}
	for n := range owed {
		o := &owed[n]
		if o.What == whatMonth || o.What == whatQuarter {
			said, ok, err := d.e.promptSaid(ctx, by, o)
			if err != nil {
				return nil, err
			}
			if ok {
				out.Prompts = append(out.Prompts, said)
			}
			continue
		}
		if o.What == whatCheck {
			said, ok, err := d.checkSaid(ctx, by, o)
			if err != nil {
				return nil, err
			}
			if ok && !outdone(owed, n) {
				out.Reminders = append(out.Reminders, said)
			}
			continue
		}
		i, there := issues[workflow.IssueID(o.Issue)]
		if !there || !d.roster.sees(by.Person, &i) {
			continue
		}
		said := remind.Said{Number: i.ShownNumber(), Title: remind.TitleOf(i.Detail), Path: "/issues/" + strconv.FormatInt(int64(i.ID), 10)}
		if o.What == whatNews {
			if said.Text, err = d.newsText(ctx, o); err != nil {
				return nil, err
			}
			out.News = append(out.News, said)
			continue
		}
		if i.Round != o.Round || !remind.Still(&i, o.What, o.Date) || outdone(owed, n) {
			continue
		}
		m := remind.Reminder{What: o.What, Date: o.Date}
		said.Text, said.Late = m.Text(d.run.Day), o.Date.Until(d.run.Day)
		out.Reminders = append(out.Reminders, said)
	}
	return out, nil
}

// outdone says whether a later rung of the same date is owed as well.
func outdone(owed []store.Owed, at int) bool {
	o := &owed[at]
	rung, _ := strconv.Atoi(o.Rung)
	return slices.ContainsFunc(owed, func(x store.Owed) bool {
		n, _ := strconv.Atoi(x.Rung)
		return x.Issue == o.Issue && x.Round == o.Round && x.What == o.What && x.Date == o.Date && n > rung
	})
}

// newsLine is a line of the history of an issue, of which several people hear.
type newsLine struct {
	issue int64
	seq   string
}

// newsText says who did what.
func (d *dayRun) newsText(ctx context.Context, o *store.Owed) (workflow.Text, error) {
	at := newsLine{o.Issue, o.Rung}
	if text, ok := d.said[at]; ok {
		return text, nil
	}
	seq, err := strconv.Atoi(o.Rung)
	if err != nil {
		return workflow.Text{}, err
	}
	lines, err := d.e.db.History(ctx, workflow.KindIssue, o.Issue, seq-1, 1)
	if err != nil || len(lines) == 0 {
		return workflow.Text{}, err
	}
	l := &lines[0]
	day := l.At.In(workflow.China).Format("01-02 15:04")
	d.said[at] = workflow.Say("%s %s（%s）%s", "%s %s (%s): %s", day, l.Name, l.OrgName, workflow.Action(l.Action).Text())
	return d.said[at], nil
}

// waits counts what waits for somebody.
func (d *dayRun) waits(ctx context.Context, by *workflow.Actor) (remind.Waits, error) {
	var w remind.Waits
	found, err := d.e.awaiting(ctx, *by, "", waitingShown, d.known)
	w.More = found.Next != ""
	for n := range found.Rows {
		r := &found.Rows[n]
		switch workflow.LightOf(r.State, r.Due, r.Warn, d.run.Day) {
		case workflow.LightOverdue:
			w.Overdue++
		case workflow.LightSoon:
			w.Soon++
		default:
			w.Other++
		}
		number := r.Number
		if r.Round > 1 {
			number += "-R" + strconv.Itoa(r.Round)
		}
		w.Rows = append(w.Rows, remind.Said{Number: number, Title: remind.TitleOf(r.Title), Path: "/issues/" + strconv.FormatInt(int64(r.ID), 10), Text: whyText(found.Why[r.ID])})
	}
	return w, err
}

// whyText says in a line what an issue waits for, and until when.
func whyText(all []Why) (out workflow.Text) {
	for n := range all {
		text, when := all[n].Text(), all[n].WhenText()
		if when.Zh != "" {
			text = workflow.Say("%s（%s）", "%s (%s)", text, when)
		}
		if n == 0 {
			out = text
			continue
		}
		out = workflow.Say("%s；%s", "%s; %s", out, text)
	}
	return out
}
