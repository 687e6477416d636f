package explore

import (
	"cmp"
	"slices"

	"rectify/workflow"
)

// key is all of an issue, and of the account of it, on which the next steps depend. Two issues with one key are one state.
type key [32]byte

// settled puts what no rule distinguishes into one form: days, texts, who of the strangers did what, and rounds after the second.
func (r *run) settled(i *workflow.Issue) {
	i.Version, i.Since, i.Warn, i.Pause, i.PausedOn = 1, before, "", workflow.Pause{}, ""
	i.Clock, i.BeforeClock = over(i.Clock), over(i.BeforeClock)
	i.Remarks, i.Results, i.Criteria, i.Document = nil, workflow.Results{}, workflow.Criteria{}, workflow.Document{}
	i.Reported, i.Supervised, i.StageGoal, i.Condition, i.NextReview = false, false, "", "", ""
	i.Extensions = min(i.Extensions, 1) // every one after the first is decided alike
	if i.Due != "" {
		i.Due = due
	}
	if i.ClosedOn != "" {
		i.ClosedOn = before
	}
	if r.focus.late {
		i.ReturnBy = before
		if i.Due != "" {
			i.Due = before
		}
	}
	r.rounds(i)
	i.Letters = lastOf(i.Letters)
	i.Calls = slices.DeleteFunc(slices.Clone(i.Calls), func(c workflow.CallFor) bool { return !c.Open() })
	for n := range i.Calls {
		i.Calls[n].Until = before
	}
	i.Calls = lastOf(i.Calls)
	slices.SortFunc(i.Deeds, func(a, b workflow.Deed) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Duty, b.Duty))
	})
}

// rounds keeps one piece of evidence, of this round where there is one, and counts the rounds after the second as the second: the rules
// ask only whether a round is the first, and whether evidence is of this one.
func (r *run) rounds(i *workflow.Issue) {
	this := slices.ContainsFunc(i.Evidence, func(e workflow.Evidence) bool { return e.Round == i.Round })
	round := min(i.Round, 2)
	switch {
	case this:
		i.Evidence = []workflow.Evidence{{Round: round, Text: reason}}
	case len(i.Evidence) > 0:
		i.Evidence = []workflow.Evidence{{Round: round - 1, Text: reason}}
	}
	for n := range i.Letters {
		if l := &i.Letters[n]; i.Round != round {
			i.Letters = slices.Clone(i.Letters)
			i.Letters[n].Round = l.Round - 1
		}
	}
	i.Round = round
}

func over(c workflow.Clock) workflow.Clock {
	if c.Name != "" {
		c.From, c.Until = before, before
	}
	return c
}

func lastOf[T any](all []T) []T {
	if len(all) > 1 {
		return all[len(all)-1:]
	}
	return all
}

// writer fills a key.
type writer struct {
	key key
	n   int
}

func (w *writer) put(values ...uint8) {
	for _, v := range values {
		w.key[w.n] = v
		w.n++
	}
}

func flag(bits ...bool) (b uint8) {
	for n, set := range bits {
		if set {
			b |= 1 << n
		}
	}
	return b
}

// person is one of the watched, somebody else, or nobody.
func person(p workflow.PersonID) uint8 {
	if p > watched {
		return watched + 1
	}
	return uint8(p)
}

func (r *run) keyOf(i *workflow.Issue, p *parts) key {
	var w writer
	w.put(r.numbers[i.State], r.numbers[i.Before], uint8(i.Round), uint8(i.Responsible), r.assigner(i), uint8(i.Verifier), uint8(i.Closer)) //nolint:gosec // settled: all are small
	w.put(person(i.Person), uint8(len(i.Parties)), uint8(i.Extensions), uint8(len(i.Request.Kind)), uint8(i.Request.Decider))               //nolint:gosec // as above
	w.put(flag(i.Endorsed, i.Objection != "", i.Escalated, i.MergedInto != 0, i.LookBack.Waits(), len(i.Spread) > 0, i.Due != "", i.LookBack.On != ""))
	measure := uint8(0)
	if len(i.Measures) > 0 {
		measure = 1 + person(i.Measures[0].Person)<<1 + flag(i.Measures[0].Done)<<4
	}
	shown := uint8(0)
	if len(i.Evidence) > 0 {
		shown = 1 + flag(i.Evidence[0].Round == i.Round)
	}
	w.put(measure, shown, r.askers(i), deeds(i), uint8(p.rectified), uint8(p.verified), uint8(p.closed), uint8(p.asked), uint8(p.signed), uint8(p.signed>>8), uint8(p.own[0]>>1), uint8(p.own[1]>>1), flag(p.shown, p.judged))
	signs := [3]uint8{}
	for n, s := range i.Signs {
		signs[n%3] = uint8(s.Org)<<4 + person(s.Person)<<2 + person(s.For) //nolint:gosec // there are eight organisations
	}
	w.put(signs[:]...)
	called, letter := uint8(0), uint8(0)
	if len(i.Calls) > 0 {
		called = uint8(i.Calls[0].To) //nolint:gosec // as above
	}
	if len(i.Letters) > 0 {
		letter = 1 + flag(i.Letters[0].Signed(), i.Letters[0].Round == i.Round, i.Letters[0].To == i.Responsible)
	}
	w.put(called, letter)
	return w.key
}

// assigner is the organisation that assigned the issue where it stands above all who judge, for that alone changes who closes.
func (r *run) assigner(i *workflow.Issue) uint8 {
	if i.Assigner != 0 && i.Assigner != i.Closer && i.Line.Passes(i.Closer) && r.lines[i.Closer].Depth() > r.lines[i.Assigner].Depth() {
		return uint8(i.Assigner) //nolint:gosec // there are eight
	}
	return flag(i.Assigner != 0)
}

func (r *run) askers(i *workflow.Issue) (b uint8) {
	for _, p := range i.Request.Askers {
		b |= 1 << person(p)
	}
	return b
}

// deeds are those of the watched, as the issue has them.
func deeds(i *workflow.Issue) (b uint8) {
	for _, deed := range i.Deeds {
		if deed.Person > watched {
			continue
		}
		at := uint8(0)
		switch deed.Duty {
		case workflow.DutyVerify:
			at = 1
		case workflow.DutyClose:
			at = 2
		}
		b |= 1 << (at + 3*uint8(deed.Person-1)) //nolint:gosec // two are watched
	}
	return b
}
