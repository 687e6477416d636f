package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// steps reads the steps of the look, and notes when there were more than are read.
func (l *signLook) steps(ctx context.Context, most int, actions ...workflow.Action) ([]store.SignStep, error) {
	span := l.span
	span.Most = most + 1
	out, err := l.e.db.SignSteps(ctx, span, actions...)
	if len(out) > most {
		out, l.cut = out[:most], true
	}
	return out, err
}

// idsOf are the issues of steps, each once, in the order of the first step of each.
func idsOf(steps []store.SignStep) []workflow.IssueID {
	seen := make(map[workflow.IssueID]bool, len(steps))
	out := make([]workflow.IssueID, 0, len(steps))
	for n := range steps {
		if id := steps[n].Issue; !seen[id] {
			seen[id], out = true, append(out, id)
		}
	}
	return out
}

// sameFile finds files that are evidence of several issues, of one at least since the span began.
func (l *signLook) sameFile(ctx context.Context) ([]clue, error) {
	shared, cut, err := l.e.db.SharedFiles(ctx, l.span)
	if err != nil {
		return nil, err
	}
	l.cut = cut
	want := make(map[workflow.IssueID]bool)
	for _, ids := range shared {
		for _, id := range ids {
			want[id] = len(ids) > 1 || want[id]
		}
	}
	maps.DeleteFunc(want, func(_ workflow.IssueID, several bool) bool { return !several })
	type use struct {
		issues []clueIssue
		orgs   []workflow.OrgID
		name   string
		fresh  bool
	}
	uses := make(map[string]*use)
	err = l.eachIssue(ctx, slices.Sorted(maps.Keys(want)), func(i *workflow.Issue) {
		for n := range i.Evidence {
			x := &i.Evidence[n]
			if len(shared[x.Hash]) == 0 {
				continue
			}
			u := uses[x.Hash]
			if u == nil {
				u = &use{name: x.Name}
				uses[x.Hash] = u
			}
			u.fresh = u.fresh || !x.At.Before(l.span.From) && x.At.Before(l.span.Until)
			if !slices.ContainsFunc(u.issues, func(c clueIssue) bool { return c.id == i.ID }) {
				u.issues = append(u.issues, clueIssue{i.ID, workflow.Say("第%d轮，%s上传，名为“%s”", "round %d, added on %s as “%s”", x.Round, workflow.DayOf(x.At), x.Name)})
			}
			if !slices.Contains(u.orgs, i.Responsible) {
				u.orgs = append(u.orgs, i.Responsible)
			}
		}
	})
	var out []clue
	for _, hash := range slices.Sorted(maps.Keys(uses)) {
		if u := uses[hash]; u.fresh && len(u.issues) > 1 {
			out = append(out, clue{0, workflow.Say("文件“%s”是%d个问题的佐证，涉及%d个责任单位", "the file “%s” is evidence of %d issues of %d organisations", u.name, len(u.issues), len(u.orgs)), u.issues})
		}
	}
	return out, err
}

// alikeText finds texts of different organisations that are nearly the same, among the issues that were submitted in the span.
func (l *signLook) alikeText(ctx context.Context) ([]clue, error) {
	steps, err := l.steps(ctx, signIssues, workflow.Submit)
	if err != nil {
		return nil, err
	}
	ids := idsOf(steps)
	notes, err := l.e.db.SubmitNotes(ctx, ids, l.span.From, l.span.Until)
	if err != nil {
		return nil, err
	}
	var said []workflow.Said
	err = l.eachIssue(ctx, ids, func(i *workflow.Issue) { said = append(said, l.rules.SaidOf(i, notes[i.ID]...)...) })
	var out []clue
	for _, g := range l.rules.FindAlike(said) {
		first := &g.Said[0]
		c, orgs := clue{}, make(map[workflow.OrgID]bool)
		seen := make(map[workflow.IssueID]bool)
		other := first
		for n := range g.Said {
			s := &g.Said[n]
			if orgs[s.Org] = true; s.Text != first.Text {
				other = s
			}
			if !seen[s.Issue] {
				seen[s.Issue], c.issues = true, append(c.issues, clueIssue{s.Issue, workflow.Say("“%s”", "“%s”", cutTo(s.Text, similarQuoted*2))})
			}
		}
		c.text = workflow.Say("%d个责任单位的%d个问题文字相似%d%%以上，如“%s”", "%[2]d issues of %[1]d organisations are alike by %[3]d%% or more: “%[4]s”",
			len(orgs), len(c.issues), g.Alike, cutTo(workflow.Shared(first.Text, other.Text), similarQuoted))
		out = append(out, c)
	}
	return out, err
}

// cutTo is the beginning of a text.
func cutTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// bunched finds organisations whose closures fall into the last days.
func (l *signLook) bunched(ctx context.Context) ([]clue, error) {
	steps, err := l.steps(ctx, signSteps, workflow.Close, workflow.Pass, workflow.Record)
	of := make(map[workflow.OrgID][]*store.SignStep)
	for n := range steps {
		if s := &steps[n]; s.To == workflow.Closed {
			unit := l.unitOf(s.Line[:])
			of[unit] = append(of[unit], s)
		}
	}
	var out []clue
	for unit, all := range of {
		closures := make([]workflow.Closure, len(all))
		for n, s := range all {
			closures[n] = workflow.Closure{On: workflow.DayOf(s.At), Due: s.Due}
		}
		quarter, due, sign := l.rules.Bunched(closures)
		if !sign {
			continue
		}
		c := clue{unit, workflow.Say("期间销号%d个：%d个在季度最后%d天，%d个在各自时限前的最后%d天", "%d closed: %d in the last %d days of a quarter, %d in the last %d days before they were due",
			len(all), quarter, l.rules.LastDays, due, l.rules.LastDays), nil}
		for n, s := range all {
			if q, d, _ := l.rules.Bunched(closures[n : n+1]); q+d > 0 {
				c.issues = append(c.issues, clueIssue{s.Issue, closedText(closures[n])})
			}
		}
		out = append(out, c)
	}
	return out, err
}

func closedText(c workflow.Closure) workflow.Text {
	if c.Due == "" {
		return workflow.Say("%s销号", "closed on %s", c.On)
	}
	return workflow.Say("%s销号，时限%s", "closed on %s, due on %s", c.On, c.Due)
}

// extended finds extensions that were asked for late or again.
func (l *signLook) extended(ctx context.Context) ([]clue, error) {
	steps, err := l.steps(ctx, signSteps, workflow.Ask)
	if err != nil {
		return nil, err
	}
	lines, err := l.e.db.SignLines(ctx, idsOf(steps))
	if err != nil {
		return nil, err
	}
	of, why := make(map[workflow.OrgID][]clueIssue), make(map[workflow.IssueID]workflow.Text)
	for id, all := range lines {
		if why[id], err = l.asked(all); err != nil {
			return nil, err
		}
	}
	for n := range steps {
		if s := &steps[n]; why[s.Issue].Zh != "" {
			unit := l.unitOf(s.Line[:])
			of[unit] = append(of[unit], clueIssue{s.Issue, why[s.Issue]})
			delete(why, s.Issue)
		}
	}
	return byUnit(of, func(n int) workflow.Text {
		return workflow.Say("%d个问题临期或一再申请延期", "extensions were asked for late or again for %d issues", n)
	}), nil
}

// asked walks through the lines of an issue and says which extensions of the span are a sign.
func (l *signLook) asked(lines []store.SignLine) (out workflow.Text, err error) {
	var due workflow.Day
	nth, round := 0, 0
	for n := range lines {
		x := &lines[n]
		var data struct {
			Due     *workflow.Day    `json:"due"`
			Request workflow.Request `json:"request"`
		}
		if err := json.Unmarshal(x.Data, &data); err != nil {
			return out, err
		}
		if x.Round != round {
			nth, round = 0, x.Round
		}
		if x.Action == workflow.Ask && data.Request.Kind == workflow.Extension {
			nth++
			if in := !x.At.Before(l.span.From) && x.At.Before(l.span.Until); in {
				for _, why := range l.rules.Extended(workflow.DayOf(x.At), due, nth) {
					out = joined(out, why)
				}
			}
		}
		if data.Due != nil {
			due = *data.Due
		}
	}
	return out, nil
}

// joined are two texts one behind the other.
func joined(a, b workflow.Text) workflow.Text {
	if a.Zh == "" {
		return b
	}
	return workflow.Text{Zh: a.Zh + "；" + b.Zh, En: a.En + "; " + b.En}
}

// toAndFro finds issues that were sent back again and again, the last time in the span.
func (l *signLook) toAndFro(ctx context.Context) ([]clue, error) {
	steps, err := l.steps(ctx, signSteps, workflow.Return, workflow.RejectPlan, workflow.Reject, workflow.Refuse)
	if err != nil {
		return nil, err
	}
	times, err := l.e.db.SentBack(ctx, idsOf(steps), l.span.Until)
	of := make(map[workflow.OrgID][]clueIssue)
	for n := range steps {
		s := &steps[n]
		if times[s.Issue] >= l.rules.Returns {
			unit := l.unitOf(s.Line[:])
			of[unit] = append(of[unit], clueIssue{s.Issue, workflow.Say("退回%d次", "sent back %d times", times[s.Issue])})
			delete(times, s.Issue)
		}
	}
	return byUnit(of, func(n int) workflow.Text {
		return workflow.Say("%d个问题反复退回", "%d issues were sent back again and again", n)
	}), err
}

// quick finds verifications that took less time than reading does.
func (l *signLook) quick(ctx context.Context) ([]clue, error) {
	passes, cut, err := l.e.db.QuickPasses(ctx, l.span, workflow.MostReading)
	if err != nil {
		return nil, err
	}
	l.cut = cut
	at := make(map[workflow.IssueID][]*store.QuickPass)
	var ids []workflow.IssueID
	for n := range passes {
		p := &passes[n]
		if at[p.Issue] == nil {
			ids = append(ids, p.Issue)
		}
		at[p.Issue] = append(at[p.Issue], p)
	}
	of := make(map[workflow.OrgID][]clueIssue)
	err = l.eachIssue(ctx, ids, func(i *workflow.Issue) {
		for _, p := range at[i.ID] {
			took, reading := p.Passed.Sub(p.Submitted), l.rules.Reading(i, p.Round, p.Passed, p.Note)
			if took < reading {
				unit := l.unitOf(orgsOf(i.Line))
				of[unit] = append(of[unit], clueIssue{i.ID, workflow.Say("%s提请，%d分钟后通过；看一遍约需%d分钟", "submitted on %s, passed %d minutes later; reading takes about %d",
					workflow.DayOf(p.Submitted), int(took.Minutes()), roundedUp(reading))})
				break
			}
		}
	})
	return byUnit(of, func(n int) workflow.Text {
		return workflow.Say("%d个问题验收快于阅读", "%d issues were verified faster than they can be read", n)
	}), err
}

// roundedUp is a time in whole minutes.
func roundedUp(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// gap finds organisations of whose issues many are reported done and not verified, as it is now.
func (l *signLook) gap(ctx context.Context) ([]clue, error) {
	waiting, err := l.e.db.WaitingBelow(ctx, l.span)
	if err != nil {
		return nil, err
	}
	l.cut = len(waiting) == l.span.Most
	of, since := make(map[workflow.OrgID][]clueIssue), make(map[workflow.OrgID]workflow.Day)
	for _, w := range waiting {
		if of[w.Org] == nil {
			since[w.Org] = w.Since
		}
		of[w.Org] = append(of[w.Org], clueIssue{w.Issue, workflow.Say("%s起等候验收", "waits since %s", w.Since)})
	}
	maps.DeleteFunc(of, func(_ workflow.OrgID, issues []clueIssue) bool { return len(issues) < l.rules.GapLeast })
	if len(of) == 0 {
		return nil, nil
	}
	verified, err := l.e.db.VerifiedBelow(ctx, l.span)
	var out []clue
	for org, issues := range of {
		n, open := verified[org], len(issues)
		out = append(out, clue{org, workflow.Say("自报完成%d个，验收通过%d个，差%d个；其中最早的自%s起等候", "%d reported done, %d verified, %d between; the first of them waits since %s",
			n+open, n, open, since[org]), issues})
	}
	return out, err
}
