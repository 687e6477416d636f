package definitions

import "rectify/workflow"

// place says where an action may stand in any machine, and what it may never be without. An office may leave states out, add needs and
// move clocks; it may not put a judgement where a phase would be skipped, nor drop a need on which the rules or workflow.Apply rest.
type place struct {
	do    workflow.Action
	of    workflow.RequestKind
	from  []workflow.State
	to    []workflow.State
	needs []workflow.Need
}

type (
	states = []workflow.State
	needs  = []workflow.Need
)

// beforeVerifying are the states in which an issue has not been handed in for verification yet, from found on.
func beforeVerifying() states {
	return states{
		workflow.Found, workflow.Assigned, workflow.Planning, workflow.PlanReview, workflow.Rectifying, workflow.Lasting, workflow.Suspended,
	}
}

// underWay are the states that are no end.
func underWay() states {
	var all states
	for _, rule := range workflow.States() {
		if !rule.End {
			all = append(all, rule.State)
		}
	}
	return all
}

// places is the table of all actions, in the order of the life of an issue.
func places() []place {
	stay := states{workflow.Same}
	working := states{workflow.Planning, workflow.Rectifying, workflow.Lasting, workflow.Suspended}
	again := states{workflow.Planning, workflow.Rectifying, workflow.Lasting}
	all := []place{
		{do: workflow.Edit, from: states{workflow.Draft, workflow.Found}, to: stay},
		{do: workflow.Register, from: states{workflow.Draft}, to: states{workflow.Found}, needs: needs{workflow.NeedDetail, workflow.NeedSource}},
		{do: workflow.Assign, from: states{workflow.Found}, to: states{workflow.Assigned},
			needs: needs{workflow.NeedResponsible, workflow.NeedDue, workflow.NeedKind, workflow.NeedGrade}},
		{do: workflow.Accept, from: states{workflow.Assigned}, to: states{workflow.Planning, workflow.Rectifying}},
		{do: workflow.Return, from: states{workflow.Assigned, workflow.Planning, workflow.Rectifying}, to: states{workflow.Found}, needs: needs{workflow.NeedReason}},
		{do: workflow.Transfer, from: beforeVerifying()[1:], to: states{workflow.Assigned}, needs: needs{workflow.NeedResponsible, workflow.NeedReason}},
		{do: workflow.Plan, from: again, to: states{workflow.PlanReview, workflow.Rectifying}, needs: needs{workflow.NeedMeasures}},
		{do: workflow.ApprovePlan, from: states{workflow.PlanReview}, to: states{workflow.Rectifying}, needs: needs{workflow.NeedCountersign}},
		{do: workflow.RejectPlan, from: states{workflow.PlanReview}, to: states{workflow.Planning}, needs: needs{workflow.NeedReason}},
		{do: workflow.Report, from: working, to: stay},
		{do: workflow.Attest, from: working, to: stay, needs: needs{workflow.NeedAttachment}},
		{do: workflow.Finish, from: working, to: stay, needs: needs{workflow.NeedMeasure}},
		{do: workflow.Submit, from: states{workflow.Rectifying, workflow.Lasting}, to: states{workflow.Verifying}, needs: needs{workflow.NeedEvidence}},
		{do: workflow.Withdraw, from: states{workflow.PlanReview, workflow.Verifying}, to: again, needs: needs{workflow.NeedUntouched}},
		{do: workflow.Resume, from: states{workflow.Suspended}, to: states{workflow.Rectifying, workflow.Lasting}},
		{do: workflow.Pass, from: states{workflow.Verifying}, to: states{workflow.Closing, workflow.Closed}, needs: needs{workflow.NeedCountersign, workflow.NeedCriteria}},
		{do: workflow.Reject, from: states{workflow.Verifying}, to: again, needs: needs{workflow.NeedReason}},
		{do: workflow.Publicize, from: states{workflow.Closing}, to: states{workflow.Publicized}, needs: needs{workflow.NeedNoObjection}},
		{do: workflow.Object, from: states{workflow.Publicized}, to: states{workflow.Closing}, needs: needs{workflow.NeedReason}},
		{do: workflow.Answer, from: states{workflow.Closing}, to: stay, needs: needs{workflow.NeedOpenObjection, workflow.NeedReason}},
		{do: workflow.Close, from: states{workflow.Closing, workflow.Publicized}, to: states{workflow.Closed}},
		{do: workflow.Refuse, from: states{workflow.Closing, workflow.Publicized}, to: again, needs: needs{workflow.NeedReason}},
		{do: workflow.Record, from: states{workflow.Verifying, workflow.Closing, workflow.Publicized}, to: states{workflow.Closed},
			needs: needs{workflow.NeedNoSuperior, workflow.NeedDocument}},
		{do: workflow.Reopen, from: states{workflow.Closed}, to: states{workflow.Assigned}, needs: needs{workflow.NeedReason, workflow.NeedBasis}},
		{do: workflow.Merge, from: beforeVerifying(), to: states{workflow.Merged}, needs: needs{workflow.NeedOther}},
		{do: workflow.Unmerge, from: states{workflow.Merged}, to: states{workflow.Before}, needs: needs{workflow.NeedOther}},
		{do: workflow.Urge, from: underWay(), to: stay},
		{do: workflow.Supervise, from: underWay(), to: stay},
		{do: workflow.Escalate, from: underWay(), to: stay},
		{do: workflow.Endorse, from: underWay(), to: stay},
		{do: workflow.Comment, from: underWay(), to: stay},
		{do: workflow.Entrust, from: underWay(), to: stay, needs: needs{workflow.NeedPerson}},
	}
	return append(append(all, aroundPlaces(stay)...), requestPlaces(stay)...)
}

// aroundPlaces says where what is done around the course of an issue may stand: letters, calls, reviews, and what follows its closure.
func aroundPlaces(stay states) []place {
	given, ended := underWay()[2:], states{workflow.Closed}
	return []place{
		{do: workflow.SendLetter, from: given, to: stay, needs: needs{workflow.NeedLetter}},
		{do: workflow.SignLetter, from: given, to: stay, needs: needs{workflow.NeedUnsigned}},
		{do: workflow.Call, from: given, to: stay, needs: needs{workflow.NeedCall}},
		{do: workflow.Respond, from: given, to: stay, needs: needs{workflow.NeedOpenCall}},
		{do: workflow.Climb, from: given, to: stay, needs: needs{workflow.NeedLateCall}},
		{do: workflow.Review, from: states{workflow.Lasting}, to: stay, needs: needs{workflow.NeedNextReview}},
		{do: workflow.Pick, from: ended, to: stay, needs: needs{workflow.NeedUnpicked}},
		{do: workflow.LookBackAt, from: ended, to: stay, needs: needs{workflow.NeedNote}},
		{do: workflow.Spread, from: ended, to: stay, needs: needs{workflow.NeedOrgs}},
		{do: workflow.Reclock, from: append(underWay(), workflow.Closed), to: stay, needs: needs{workflow.NeedStaleDates}},
	}
}

// requestPlaces says where each request may be asked for and decided. One for a form of rectifying is granted only where an issue is
// being rectified, so that neither assigning nor the review of the plan is skipped.
func requestPlaces(stay states) []place {
	var all []place
	for _, k := range []struct {
		of   workflow.RequestKind
		from states
		to   states
	}{
		{workflow.Extension, states{workflow.Assigned, workflow.Planning, workflow.PlanReview, workflow.Rectifying, workflow.Lasting}, stay},
		{workflow.LastingForm, states{workflow.Rectifying}, states{workflow.Lasting}},
		{workflow.Suspension, states{workflow.Rectifying, workflow.Lasting}, states{workflow.Suspended}},
		{workflow.Cancellation, append(states{workflow.Draft}, beforeVerifying()...), states{workflow.Cancelled}},
	} {
		all = append(all,
			place{do: workflow.Ask, of: k.of, from: k.from, to: stay, needs: needs{workflow.NeedRequest}},
			place{do: workflow.GrantIt, of: k.of, from: k.from, to: k.to, needs: needs{workflow.NeedOpenRequest}},
			place{do: workflow.Deny, of: k.of, from: k.from, to: stay, needs: needs{workflow.NeedOpenRequest, workflow.NeedReason}})
	}
	return all
}

// placeOf finds where an action may stand.
func placeOf(do workflow.Action, of workflow.RequestKind) (p place, ok bool) {
	for _, p := range places() {
		if p.do == do && p.of == of {
			return p, true
		}
	}
	return place{}, false
}

// belongs names, for the needs that mean something for some actions alone, those actions.
func belongs(need workflow.Need) []workflow.Action {
	switch need {
	case workflow.NeedCountersign:
		return []workflow.Action{workflow.ApprovePlan, workflow.Pass}
	case workflow.NeedNoSuperior:
		return []workflow.Action{workflow.Record}
	case workflow.NeedRequest:
		return []workflow.Action{workflow.Ask}
	case workflow.NeedOther:
		return []workflow.Action{workflow.Merge, workflow.Unmerge}
	}
	return nil
}

// registerable are the needs that an issue can meet by itself, as it must when it is registered at once.
func registerable() needs {
	return needs{workflow.NeedDetail, workflow.NeedSource, workflow.NeedResponsible, workflow.NeedDue, workflow.NeedKind, workflow.NeedGrade}
}
