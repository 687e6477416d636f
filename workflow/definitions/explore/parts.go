package explore

import (
	"math/bits"
	"slices"

	"rectify/workflow"
)

// parts is the account that is kept here, apart from the rules, of who did what in the round. Sets of persons have a bit for each of the
// two who are watched.
type parts struct {
	rectified, verified, closed people
	asked                       people
	signed                      places          // organisations whose yes the countersign under way has
	own                         [watched]places // those for which each of the watched gave it
	shown                       bool            // evidence of this round was brought
	judged                      bool            // it was verified since it was handed in last
}

type (
	people uint8
	places uint16
)

func place(org workflow.OrgID) places { return 1 << org }

// watchedIn are those of the watched who act: the person and everybody stood in for.
func watchedIn(by *workflow.Actor) (set people) {
	add := func(p workflow.PersonID) {
		if p >= 1 && p <= watched {
			set |= 1 << (p - 1)
		}
	}
	add(by.Person)
	for n := range by.Appointments {
		add(by.Appointments[n].For)
	}
	return set
}

// isNamed are those of the watched who are the responsible person of the issue or of a measure.
func isNamed(i *workflow.Issue) (set people) {
	for p := hero; p <= watched; p++ {
		if i.Person == p || slices.ContainsFunc(i.Measures, func(m workflow.Measure) bool { return m.Person == p }) {
			set |= 1 << (p - 1)
		}
	}
	return set
}

// after is the account after a step, and what it shows that may not be.
func (p parts) after(d *workflow.Definition, c *workflow.Change, s *workflow.Step, by *workflow.Actor) (parts, []Claim) {
	was, is := &c.Before, &c.Issue
	who := watchedIn(by)
	if s.Action == workflow.Reopen {
		return parts{}, nil
	}
	wrong := p.decides(s, who)
	switch s.Action {
	case workflow.Plan, workflow.Report, workflow.Attest, workflow.Finish, workflow.Submit:
		p.rectified |= who
	case workflow.Pass:
		p.verified |= who
	case workflow.Ask:
		p.asked = who
	}
	p.shown = p.shown || len(s.Evidence) > 0
	if closes(was, is) && s.Action != workflow.Pass {
		p.closed |= who
	}
	switch is.State {
	case workflow.Rectifying, workflow.Lasting, workflow.Suspended:
		p.rectified |= isNamed(is)
	}
	wrong = append(wrong, p.yes(was, is, s, by)...)
	switch s.Action {
	case workflow.Record:
		p.judged = true
	case workflow.Reject, workflow.Refuse:
		p.judged = false
	}
	if was.State != is.State {
		p.signed, p.own = 0, [watched]places{}
	}
	return p, append(wrong, p.wrong(d, was, is, s, by)...)
}

func closes(was, is *workflow.Issue) bool {
	return is.State == workflow.Closed && was.State != workflow.Closed
}

func (p *parts) decides(s *workflow.Step, who people) []Claim {
	if s.Action != workflow.GrantIt && s.Action != workflow.Deny {
		return nil
	}
	asked := p.asked
	p.asked = 0
	if asked&who != 0 {
		return []Claim{OwnRequest}
	}
	return nil
}

// yes keeps who said yes to a plan or a result, and looks whether all had said it when it was through.
func (p *parts) yes(was, is *workflow.Issue, s *workflow.Step, by *workflow.Actor) (wrong []Claim) {
	if s.Action != workflow.Pass && s.Action != workflow.ApprovePlan {
		return nil
	}
	org := by.As.Appointment.Org
	for _, person := range []workflow.PersonID{by.Person, by.As.Appointment.For} {
		if person < hero || person > watched {
			continue
		}
		if own := &p.own[person-1]; *own&^place(org) != 0 {
			wrong = append(wrong, OneYes)
		} else {
			*own |= place(org)
		}
	}
	p.signed |= place(org)
	if was.State == is.State {
		return wrong
	}
	want := places(0)
	if was.Verifier != 0 {
		want |= place(was.Verifier)
	}
	for _, party := range was.Parties {
		want |= place(party)
	}
	several := was.Grade != workflow.Major || bits.OnesCount16(uint16(p.signed)) > 1
	if p.signed&want != want || !several {
		wrong = append(wrong, Unsigned)
	}
	p.judged = p.judged || s.Action == workflow.Pass
	return wrong
}

// wrong is what the account shows that may not be.
func (p *parts) wrong(d *workflow.Definition, was, is *workflow.Issue, s *workflow.Step, by *workflow.Actor) (wrong []Claim) {
	if p.rectified&p.verified != 0 {
		wrong = append(wrong, RectifyVerify)
	}
	if (p.rectified|p.verified)&p.closed != 0 {
		wrong = append(wrong, VerifyClose)
	}
	if own(was, s, by) {
		wrong = append(wrong, OwnOrg)
	}
	if is.State.Phase() == workflow.PhaseClose && !p.judged {
		wrong = append(wrong, Skipped)
	}
	if is.State == workflow.Verifying && !p.shown {
		wrong = append(wrong, Unshown)
	}
	return wrong
}

// own says whether somebody verified or closed for an organisation in which they hold a post. What an outside superior decided is
// recorded by the root, for its own issues as well.
func own(was *workflow.Issue, s *workflow.Step, by *workflow.Actor) bool {
	switch s.Action {
	case workflow.Pass, workflow.Close:
		return slices.ContainsFunc(by.Appointments, func(a workflow.Appointment) bool { return a.Org == was.Responsible })
	case workflow.Record:
		return by.As.Appointment.Org == was.Responsible && was.Line.Depth() > 1
	}
	return false
}
