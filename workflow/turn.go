package workflow

import "slices"

// Turn is the organisation whose step the issue waits for; 0 where it waits for nobody. A problem that was found is assigned by the
// finder if that is an organ committee or higher, else by the nearest such above it. What is countersigned waits for the verifier, and
// once that has signed for the first party that has not.
func (i *Issue) Turn() OrgID {
	switch i.State {
	case Draft:
		return i.Finder
	case Found:
		if i.FinderLine.Last().Level >= OrganCommittee {
			return i.Finder
		}
		return first(i.FinderLine.NearestAbove(OrganCommittee), i.Finder)
	case Assigned, Planning, Rectifying, Lasting:
		return i.Responsible
	case PlanReview:
		return i.signing(first(i.Verifier, i.Responsible))
	case Verifying:
		return i.signing(first(i.Verifier, i.Line[0].Org))
	case Closing, Publicized:
		return first(i.Closer, i.Line[0].Org)
	case Closed:
		if i.LookBack.Waits() {
			return first(i.Closer, i.Line[0].Org)
		}
	}
	return 0
}

// signing is lead, or the first party that has not signed once lead has.
func (i *Issue) signing(lead OrgID) OrgID {
	if open := i.Unsigned(); len(open) > 0 && i.signed(lead) {
		return open[0]
	}
	return lead
}

func (i *Issue) signed(org OrgID) bool {
	return slices.ContainsFunc(i.Signs, func(s Sign) bool { return s.Org == org })
}

// Turns are all the organisations whose step the issue waits for, Turn among them: more than one while several have not signed yet.
func (i *Issue) Turns() []OrgID {
	out := i.Unsigned()
	if turn := i.Turn(); turn != 0 && !slices.Contains(out, turn) {
		out = slices.Insert(out, 0, turn)
	}
	return out
}

// WaitsFor is what the organisation whose step issues in the state wait for is to them, as Turn finds it; none where they wait for
// nobody. What was found is assigned by the finder or by an organisation above it.
func (s State) WaitsFor() (rs Relations) {
	switch s {
	case Draft:
		return rs.With(Finder)
	case Found:
		return rs.With(Finder).With(Supervising)
	case Assigned, Planning, Rectifying, Lasting:
		return rs.With(Responsible)
	case PlanReview, Verifying:
		return rs.With(Verifier).With(Party)
	case Closing, Publicized:
		return rs.With(Closer)
	}
	return 0
}

// StepBy is the day by which the step that the issue waits for is due: that of the look-back, of the clock that runs, else the due day.
// No day where it waits for nobody, before it is assigned, and nothing but the due day counts while it is publicized: that clock says
// how long at least.
func (i *Issue) StepBy() Day {
	switch {
	case i.State == Draft || i.State == Found || i.Turn() == 0:
		return ""
	case i.State == Closed:
		return i.LookBack.Due
	case i.State == Publicized:
		return i.Due
	}
	return first(i.Clock.Until, i.Due)
}

// Awaited are the orgs from which something is awaited beside the one whose turn it is: a party's yes (also when it is the party's turn),
// the answer to a call, a signature for a letter, the review of a lasting rectification, a measure of an assisting unit. Each is there once.
func (i *Issue) Awaited() []OrgID {
	out := i.Unsigned()
	add := func(org OrgID) {
		if org != 0 && org != i.Turn() && !slices.Contains(out, org) {
			out = append(out, org)
		}
	}
	for n := range i.Calls {
		if i.Calls[n].Open() {
			add(i.Calls[n].To)
		}
	}
	if i.unsigned() >= 0 {
		add(i.Responsible)
	}
	if i.State == Lasting {
		add(first(i.Verifier, i.Closer))
	}
	if i.State == Rectifying || i.State == Lasting {
		for n := range i.Measures {
			if !i.Measures[n].Done {
				add(i.Measures[n].Org)
			}
		}
	}
	return out
}

// Unsigned are the parties beside the verifier whose yes a countersign that is under way still lacks.
func (i *Issue) Unsigned() []OrgID {
	if i.State != PlanReview && i.State != Verifying {
		return nil
	}
	var out []OrgID
	for _, org := range i.Parties {
		if !i.signed(org) && org != i.Verifier && !slices.Contains(out, org) {
			out = append(out, org)
		}
	}
	return out
}
