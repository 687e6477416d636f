package workflow

import "time"

// Possible says whether the state of the issue knows the action (for request: of that kind) at all: nil, or that it does not.
func Possible(d *Definition, i *Issue, action Action, of RequestKind) error {
	s := Step{Action: action, Request: of}
	if _, ok := d.Arrow(i.State, action, s.of(i)); !ok {
		return notPossible(d, i, s)
	}
	return nil
}

// Open says whether a step of the action (for request: of that kind) would be accepted from the actor if the form were filled in
// rightly: nil, or the reason why not. by.As must hold what the policy granted. The buttons of a page are the steps that are open.
func Open(d *Definition, i *Issue, action Action, of RequestKind, by *Actor, at time.Time) error {
	s := Step{Action: action, Request: of}
	if err := KeptApart(i, &s, by); err != nil {
		return err
	}
	arrow, ok := d.Arrow(i.State, action, s.of(i))
	if !ok {
		return notPossible(d, i, s)
	}
	if err := mayMark(i, action); err != nil {
		return err
	}
	for _, need := range arrow.Needs {
		if err := standing(need, i, &s, by, at); err != nil {
			return err
		}
	}
	return nil
}

// standing checks a need as far as it does not depend on what is filled in.
func standing(need Need, i *Issue, s *Step, by *Actor, at time.Time) error {
	switch need {
	case NeedMeasuresDone, NeedUntouched, NeedOpenRequest, NeedNothingAsked, NeedClockOver, NeedNoObjection, NeedOpenObjection,
		NeedEndorsement, NeedReturnable, NeedUnsigned, NeedLateCall:
		return checkers[need](i, s, at)
	case NeedOpenCall:
		if i.callTo(by.As.Appointment.Org) < 0 {
			return mayRespond(i, s, by)
		}
	case NeedUnpicked:
		if i.LookBack.Waits() {
			return needUnpicked(i, s, at)
		}
	case NeedPerson:
		if by.As.Relation == Assisting && len(i.HoldersFor(by.As)) == 0 {
			return notTheirs()
		}
	case NeedNoSuperior:
		return mayRecord(i, by)
	case NeedCountersign:
		return maySign(i, s, by)
	case NeedMeasure:
		if len(i.OpenMeasures(by.As)) == 0 {
			return Refused("no_open_measure", Say("没有未完成的措施", "there is no measure left to finish"))
		}
	case NeedRequest:
		if err := needNothingAsked(i, s, at); err != nil {
			return err
		}
		if s.Request == Cancellation {
			return needNothingAbsorbed(i)
		}
		if s.Request == Extension && i.Due != "" && i.Due < DayOf(at) {
			return needLaterDue(i, s, at)
		}
	}
	return nil
}

// Undoable says whether the merge of the issue into the other one can be undone as that one stands now: nil, or the reason why not.
func Undoable(i, other *Issue) error {
	return needOther(i, &Step{Action: Unmerge, Other: i.MergedInto, Facts: Facts{Other: other}}, time.Time{})
}
