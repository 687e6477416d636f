package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

func TestThreePartiesEachSayYes(t *testing.T) {
	d := machine(t, "major")
	i := issueOf(d, workflow.Verifying)
	i.Parties = []workflow.OrgID{beside, root, committee} // the verifier named once more counts once
	require.Equal(t, []workflow.OrgID{committee, beside, root}, i.Signers())
	i = do(t, d, i, stepOf(workflow.Pass, ""), at(besideLine, partner))
	i = do(t, d, i, stepOf(workflow.Pass, ""), at(committeeLine, verifier))
	require.Equal(t, workflow.Verifying, i.State, "it stays until the last one has signed")
	require.Equal(t, 9, i.Version, "each yes is a step")
	require.Len(t, i.Signs, 2)
	require.Equal(t, "already_signed", refused(t, d, i, stepOf(workflow.Pass, ""), at(besideLine, 999)).Code)
	require.Equal(t, "not_a_party", refused(t, d, i, stepOf(workflow.Pass, ""), at(groupLine, 999)).Code)
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Pass, ""), at(rootLine, partner)).Code)
	require.Equal(t, "already_acted_on", refused(t, d, i, stepOf(workflow.Withdraw, ""), at(branchLine, rectifier)).Code)

	no := do(t, d, i, stepOf(workflow.Reject, ""), at(rootLine, closer))
	require.Equal(t, workflow.Rectifying, no.State, "one no is enough")
	require.Empty(t, no.Signs, "the next time all are asked again")
	require.Equal(t, "persons_kept_apart", refused(t, d, no, stepOf(workflow.Report, ""), at(branchLine, partner)).Code, "who signed has judged")

	i = do(t, d, i, stepOf(workflow.Pass, ""), at(rootLine, closer))
	require.Equal(t, workflow.Closing, i.State)
	require.Empty(t, i.Signs)
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Refuse, ""), at(groupLine, partner)).Code)
}

// Closed is closed: what comes back begins a new round, in which nothing of the last one counts.
func TestReopenBeginsANewRound(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Closed)
	i.ClosedOn, i.Reported, i.Endorsed, i.Extensions, i.Criteria = today, true, true, 1, stepOf(workflow.Pass, "").Criteria
	i.Document, i.Objection = workflow.Document{Number: "1", File: "f"}, "有异议"
	i.Deeds = append(i.Deeds, workflow.Deed{Person: verifier, Duty: workflow.DutyVerify}, workflow.Deed{Person: closer, Duty: workflow.DutyClose})
	i = do(t, d, i, stepOf(workflow.Reopen, ""), at(groupLine, closer))
	require.Equal(t, workflow.Assigned, i.State)
	require.Equal(t, [2]any{2, "XC-0101-2026-0001-R2"}, [2]any{i.Round, i.ShownNumber()})
	require.Equal(t, workflow.Clock{Name: "accept", From: today}, i.Clock)
	require.Empty(t, i.Measures)
	require.Empty(t, i.Deeds)
	require.Empty(t, i.ClosedOn)
	require.Equal(t, [6]any{false, false, "", 0, workflow.Criteria{}, workflow.Document{}}, [6]any{i.Reported, i.Endorsed, i.Objection, i.Extensions, i.Criteria, i.Document})
	require.Equal(t, root, i.Closer, "closed one org higher than before")

	i = do(t, d, i, stepOf(workflow.Accept, ""), at(branchLine, verifier))
	i = do(t, d, i, stepOf(workflow.Plan, ""), at(branchLine, verifier)) // duties of the last round bind nobody in this one
	i = do(t, d, i, stepOf(workflow.ApprovePlan, ""), at(committeeLine, 999))
	s := stepOf(workflow.Finish, "")
	s.Evidence = nil
	i = do(t, d, i, s, at(branchLine, verifier))
	s = stepOf(workflow.Submit, "")
	s.Evidence = nil
	require.Len(t, i.Evidence, 1, "that of the first round is kept")
	require.Equal(t, "no_evidence", refused(t, d, i, s, at(branchLine, verifier)).Code)
	i = do(t, d, i, stepOf(workflow.Attest, ""), at(branchLine, verifier))
	require.Equal(t, 2, i.Evidence[1].Round)
	require.Equal(t, workflow.Verifying, do(t, d, i, s, at(branchLine, verifier)).State)
}

func TestMergeAndUndoingIt(t *testing.T) {
	d := machine(t, "immediate")
	i := issueOf(d, workflow.Rectifying)
	clock := i.Clock
	stays := *stepOf(workflow.Merge, "").Facts.Other
	merged := do(t, d, i, stepOf(workflow.Merge, ""), at(committeeLine, stranger))
	require.Equal(t, [3]any{workflow.Merged, workflow.IssueID(2), workflow.Clock{}}, [3]any{merged.State, merged.MergedInto, merged.Clock})
	c := workflow.Absorb(stays, &merged, false, at(committeeLine, stranger), noon)
	require.Equal(t, []workflow.Absorbed{{Issue: 1, Number: i.Number, Source: i.Source}}, c.Issue.Absorbed)
	require.Equal(t, [3]any{"merge", stays.Version + 1, stays.State}, [3]any{c.Line.Action, c.Issue.Version, c.Issue.State})
	require.Empty(t, stays.Absorbed)
	again := workflow.Absorb(c.Issue, &merged, false, at(committeeLine, stranger), noon)
	require.Len(t, again.Issue.Absorbed, 1, "an issue is absorbed once")

	s := stepOf(workflow.Unmerge, "")
	s.Other, s.Facts.Other = 3, &workflow.Issue{ID: 3, State: workflow.Rectifying}
	require.Equal(t, "other_issue", refused(t, d, merged, s, at(committeeLine, stranger)).Code)
	back := do(t, d, merged, stepOf(workflow.Unmerge, ""), at(committeeLine, stranger))
	require.Equal(t, [4]any{workflow.Rectifying, workflow.IssueID(0), clock, workflow.State("")}, [4]any{back.State, back.MergedInto, back.Clock, back.Before})
	require.Zero(t, back.BeforeClock)
	c = workflow.Absorb(c.Issue, &merged, true, at(committeeLine, stranger), noon)
	require.Empty(t, c.Issue.Absorbed)
	require.Equal(t, "unmerge", c.Line.Action)
}

func TestRequestsAreAskedByOneAndDecidedByAnother(t *testing.T) {
	d := machine(t, "standard")
	for of, want := range map[workflow.RequestKind]struct {
		decider workflow.OrgID
		state   workflow.State
		look    func(i workflow.Issue) any
		granted any
	}{
		workflow.Extension:    {committee, workflow.Rectifying, func(i workflow.Issue) any { return [2]any{i.Due, i.Extensions} }, [2]any{workflow.Day("2026-09-30"), 1}},
		workflow.LastingForm:  {group, workflow.Lasting, func(i workflow.Issue) any { return [3]any{i.Kind, i.StageGoal, i.NextReview} }, [3]any{workflow.KindLasting, "半年见效", workflow.Day("2026-12-31")}},
		workflow.Suspension:   {group, workflow.Suspended, func(i workflow.Issue) any { return i.Condition }, "经费到位"},
		workflow.Cancellation: {group, workflow.Cancelled, func(i workflow.Issue) any { return i.Due }, workflow.Day("2026-06-30")},
	} {
		t.Run(string(of), func(t *testing.T) {
			before := issueOf(d, workflow.Rectifying)
			i := do(t, d, before, stepOf(workflow.Ask, of), standingIn(at(branchLine, rectifier), absent))
			require.Equal(t, want.decider, i.Request.Decider)
			require.Equal(t, []workflow.PersonID{rectifier, absent}, i.Request.Askers)
			require.Equal(t, want.look(before), want.look(i), "asking changes nothing yet")
			require.Equal(t, "request_open", refused(t, d, i, stepOf(workflow.Ask, workflow.Cancellation), at(branchLine, stranger)).Code)
			for _, moves := range []workflow.Action{workflow.Submit, workflow.Transfer, workflow.Merge} {
				require.Equal(t, "request_open", refused(t, d, i, stepOf(moves, ""), at(committeeLine, stranger)).Code)
			}
			no := do(t, d, i, stepOf(workflow.Deny, ""), at(groupLine, closer))
			require.Equal(t, want.look(before), want.look(no))
			require.Equal(t, [2]any{workflow.Rectifying, workflow.Request{}}, [2]any{no.State, no.Request})
			yes := do(t, d, i, stepOf(workflow.GrantIt, ""), at(groupLine, closer))
			require.Equal(t, [2]any{want.state, workflow.Request{}}, [2]any{yes.State, yes.Request})
			require.Equal(t, want.granted, want.look(yes))
			if of == workflow.Suspension {
				require.Equal(t, [2]any{workflow.Rectifying, ""}, func() [2]any {
					r := do(t, d, yes, stepOf(workflow.Resume, ""), at(committeeLine, stranger))
					return [2]any{r.State, r.Condition}
				}())
			}
		})
	}
}

// The first extension is the verifier's, a second one is decided one level higher; before assigning it is the finder's side that decides.
func TestWhoDecidesARequest(t *testing.T) {
	d := machine(t, "standard")
	ask := func(i workflow.Issue, of workflow.RequestKind) workflow.OrgID {
		return do(t, d, i, stepOf(workflow.Ask, of), at(branchLine, rectifier)).Request.Decider
	}
	i := issueOf(d, workflow.Rectifying)
	require.Equal(t, committee, ask(i, workflow.Extension))
	i.Extensions = 1
	require.Equal(t, group, ask(i, workflow.Extension))
	i.Verifier = root
	require.Equal(t, root, ask(i, workflow.Extension), "there is no higher")
	i = issueOf(d, workflow.Found)
	require.Equal(t, group, ask(i, workflow.Cancellation))
	i.Finder, i.FinderLine = root, rootLine
	require.Equal(t, root, ask(i, workflow.Cancellation), "what the root found the root decides, whoever is proposed")
	i = issueOf(d, workflow.Rectifying)
	i.Responsible, i.Line, i.Verifier, i.Closer = root, rootLine, 0, 0
	require.Equal(t, root, ask(i, workflow.Suspension))
}

func TestReturnGivesItBackToWhoFoundIt(t *testing.T) {
	d := machine(t, "major")
	i := issueOf(d, workflow.Planning)
	i = do(t, d, i, stepOf(workflow.Return, ""), at(branchLine, rectifier))
	require.Equal(t, [5]workflow.OrgID{}, [5]workflow.OrgID{i.Responsible, i.Assigner, i.Verifier, i.Closer, workflow.OrgID(i.Person)})
	require.Equal(t, committeeLine, i.Line)
	require.Equal(t, [3]any{workflow.Clock{}, workflow.Found, false}, [3]any{i.Clock, i.State, i.Endorsed})
	require.Empty(t, i.Parties)
	require.Empty(t, i.Signs)
	s := stepOf(workflow.Assign, "")
	s.Responsible = 0
	require.Equal(t, "missing_responsible", refused(t, d, i, s, at(committeeLine, stranger)).Code, "the org that gave it back is not proposed again")
	s = stepOf(workflow.Assign, "")
	s.Grade = workflow.Major
	i = do(t, d, i, s, at(committeeLine, stranger))
	require.Equal(t, [3]workflow.OrgID{committee, group, committee}, [3]workflow.OrgID{i.Verifier, i.Closer, i.Assigner})
}

// A measure is done by finishing it; to write it down as done is not enough.
func TestMeasuresAreDoneByFinishingThem(t *testing.T) {
	d := machine(t, "standard")
	done := []workflow.Measure{{Text: "补缴", Person: named, Due: "2026-05-31", Done: true, DoneOn: today, Result: "好"}}
	for action, state := range map[workflow.Action]workflow.State{workflow.Edit: workflow.Found, workflow.Plan: workflow.Planning} {
		s := stepOf(action, "")
		s.Measures = done
		i := do(t, d, issueOf(d, state), s, at(branchLine, rectifier))
		require.Equal(t, workflow.Measure{Text: "补缴", Person: named, Due: "2026-05-31"}, i.Measures[0])
		require.True(t, done[0].Done, "what came in is as it was")
	}
	i := issueOf(d, workflow.Rectifying)
	i.Measures[0] = workflow.Measure{Text: "补缴", Person: named}
	require.Equal(t, "measures_open", refused(t, d, i, stepOf(workflow.Submit, ""), at(branchLine, rectifier)).Code)
	i = do(t, d, i, stepOf(workflow.Finish, ""), at(branchLine, rectifier))
	require.Equal(t, workflow.Measure{Text: "补缴", Person: named, Done: true, DoneOn: today, Result: stepOf(workflow.Finish, "").Note}, i.Measures[0])
	do(t, d, i, stepOf(workflow.Submit, ""), at(branchLine, rectifier))
}

func TestPublicityObjectionAndAnswer(t *testing.T) {
	d := machine(t, "major")
	i := issueOf(d, workflow.Closing)
	i = do(t, d, i, stepOf(workflow.Publicize, ""), at(groupLine, closer))
	require.Equal(t, workflow.Clock{Name: "publicity", From: today}, i.Clock)
	require.Equal(t, "clock_running", refused(t, d, i, stepOf(workflow.Close, ""), at(groupLine, closer)).Code)
	i = do(t, d, i, stepOf(workflow.Object, ""), at(committeeLine, stranger))
	require.Equal(t, workflow.Closing, i.State)
	require.Equal(t, "objection_open", refused(t, d, i, stepOf(workflow.Publicize, ""), at(groupLine, closer)).Code)
	require.Empty(t, do(t, d, i, stepOf(workflow.Refuse, ""), at(groupLine, closer)).Objection, "refusing closure answers the objection")
	i = do(t, d, i, stepOf(workflow.Answer, ""), at(groupLine, closer))
	i = do(t, d, i, stepOf(workflow.Publicize, ""), at(groupLine, closer))
	i.Clock.Until = today
	require.Equal(t, "clock_running", refused(t, d, i, stepOf(workflow.Close, ""), at(groupLine, closer)).Code, "the last day counts")
	i.Clock.Until = today.Add(-1)
	require.Equal(t, today, do(t, d, i, stepOf(workflow.Close, ""), at(groupLine, closer)).ClosedOn)
}
