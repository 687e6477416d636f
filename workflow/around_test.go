package workflow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// A call that nobody answers goes up along the tree until somebody does or nobody is left.
func TestACallClimbs(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	s := stepOf(workflow.Call, "")
	i = do(t, d, i, s, at(branchLine, rectifier))
	require.Equal(t, []workflow.OrgID{committee}, i.Awaited())
	require.True(t, i.Relations(committee, stranger, false).Has(workflow.Called))

	program := workflow.Program(rootLine[0])
	program.As = workflow.Grant{Appointment: program.Appointments[0], Relation: workflow.Supervising}
	for _, up := range []workflow.OrgID{group, root} {
		i.Calls[0].Until = today.Add(-1) // as the engine does, some days ago
		i = do(t, d, i, stepOf(workflow.Climb, ""), program)
		require.Equal(t, up, i.Calls[0].To)
		require.Empty(t, i.Calls[0].Until, "its clock starts again")
	}
	require.Equal(t, []workflow.OrgID{committee, group}, i.Calls[0].Climbed)
	require.True(t, i.Relations(committee, stranger, false).Has(workflow.Involved), "who was called may still look")
	require.False(t, i.Relations(committee, stranger, false).Has(workflow.Called), "and is not asked any more")

	i.Calls[0].Until = today.Add(-1)
	require.Equal(t, "no_late_call", refused(t, d, i, stepOf(workflow.Climb, ""), program).Code)

	i = do(t, d, i, stepOf(workflow.Respond, ""), at(rootLine, stranger))
	require.Equal(t, workflow.ReplyHelp, i.Calls[0].Reply)
	require.Empty(t, i.Awaited())
}

// A call to a unit beside goes to the org above the one that called.
func TestACallToAUnitBesideClimbs(t *testing.T) {
	d := machine(t, "standard")
	s := stepOf(workflow.Call, "")
	s.Call.To = otherBranch
	i := do(t, d, issueOf(d, workflow.Rectifying), s, at(branchLine, rectifier))
	i.Calls[0].Until = today.Add(-1)
	i = do(t, d, i, stepOf(workflow.Climb, ""), at(rootLine, stranger))
	require.Equal(t, committee, i.Calls[0].To)
}

// What a unit called for lapses when the issue leaves it.
func TestCallsLapse(t *testing.T) {
	d := machine(t, "standard")
	for _, action := range []workflow.Action{workflow.Transfer, workflow.Merge} {
		i := do(t, d, issueOf(d, workflow.Rectifying), stepOf(workflow.Call, ""), at(branchLine, rectifier))
		i = do(t, d, i, stepOf(action, ""), at(committeeLine, stranger))
		require.Equal(t, workflow.ReplyLapsed, i.Calls[0].Reply, action)
		require.NotContains(t, i.Awaited(), committee)
	}
}

// Letters climb rung by rung, each with a number of its own, and are signed for one by one; a new round starts at the bottom.
func TestLettersClimbTheLadder(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	for n, rung := range workflow.Rungs() {
		require.Equal(t, workflow.Rung(rung.Word), i.NextRung())
		s := stepOf(workflow.SendLetter, "")
		s.Letter.Rung, s.Letter.Decided = workflow.Rung(rung.Word), "纪委〔2026〕8号"
		i = do(t, d, i, s, at(committeeLine, stranger))
		require.Equal(t, i.Number+"-D"+string(rune('1'+n)), i.Letters[n].Number)
		require.Equal(t, branch, i.Letters[n].To)
	}
	for n := range i.Letters {
		require.False(t, i.Letters[n].Signed())
		i = do(t, d, i, stepOf(workflow.SignLetter, ""), at(branchLine, named))
		require.Equal(t, named, i.Letters[n].SignedBy)
	}
	require.Equal(t, "no_letter", refused(t, d, i, stepOf(workflow.SignLetter, ""), at(branchLine, named)).Code)
	i.Round++
	require.Equal(t, workflow.RungNotice, i.NextRung())
}

// Who hands over had a part in the round and does not judge it; whoever judged it does not take over.
func TestHandingOverKeepsPersonsApart(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Verifying)
	i.Measures = append(i.Measures, workflow.Measure{Text: "建账", Person: named, Due: "2026-06-01"})
	s := stepOf(workflow.Entrust, "")
	s.Person = partner
	i = do(t, d, i, s, at(branchLine, rectifier))
	require.Equal(t, partner, i.Person)
	require.Equal(t, named, i.Measures[0].Person, "what is done stays as it was done")
	require.Equal(t, partner, i.Measures[1].Person)
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Reject, ""), at(committeeLine, named)).Code)

	i = issueOf(d, workflow.Closing)
	i.Deeds = append(i.Deeds, workflow.Deed{Person: verifier, Duty: workflow.DutyVerify})
	s.Person = verifier
	require.Equal(t, "persons_kept_apart", refused(t, d, i, s, at(branchLine, rectifier)).Code)
}

// An assisting unit finishes its own measures and no other.
func TestAnAssistingUnitFinishesItsOwn(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	i.Measures = []workflow.Measure{{Text: "补缴", Person: named, Due: "2026-05-31"}, {Text: "核对", Org: otherBranch, Person: partner, Due: "2026-05-31"}}
	by := at(otherLine, partner)
	by.As.Relation = workflow.Assisting
	s := stepOf(workflow.Finish, "")
	require.Equal(t, "not_their_measure", refused(t, d, i, s, by).Code)
	s.Measure = 2
	i = do(t, d, i, s, by)
	require.True(t, i.Measures[1].Done)
	require.Error(t, workflow.Open(d, &i, workflow.Finish, "", &by, noon), "nothing of its own is left")
}

// Lasting rectification is due when it is reviewed next, and the review names the next one.
func TestReviewsComeRound(t *testing.T) {
	d := machine(t, "standard")
	i := do(t, d, issueOf(d, workflow.Rectifying), stepOf(workflow.Ask, workflow.LastingForm), at(branchLine, rectifier))
	i = do(t, d, i, stepOf(workflow.GrantIt, workflow.LastingForm), at(groupLine, closer))
	require.Equal(t, workflow.Day("2026-12-31"), i.Due)
	require.Contains(t, i.Awaited(), committee, "the verifier reviews")
	s := stepOf(workflow.Review, "")
	s.NextReview, s.StageGoal = "2027-06-30", "全面完成"
	i = do(t, d, i, s, at(committeeLine, verifier))
	require.Equal(t, []workflow.Day{"2027-06-30", "2027-06-30", "2027-06-20"}, []workflow.Day{i.NextReview, i.Due, i.Warn})
	require.Equal(t, "persons_kept_apart", refused(t, d, i, s, at(committeeLine, rectifier)).Code)
}

// What was closed is looked at again: it has kept, or it begins again as a new round with nothing of the old look-back.
func TestLookingBack(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Closed)
	i.Clock = workflow.Clock{Name: "look_back", From: "2025-09-30", Until: "2026-03-30"}
	require.Zero(t, i.Turn())
	i = do(t, d, i, stepOf(workflow.Pick, ""), at(rootLine, stranger))
	require.Equal(t, group, i.Turn(), "the closing org looks")
	kept := do(t, d, i, stepOf(workflow.LookBackAt, ""), at(groupLine, closer))
	require.Equal(t, today, kept.LookBack.On)
	require.Zero(t, kept.Turn())
	require.Empty(t, kept.Clock)
	again := do(t, d, i, stepOf(workflow.Reopen, ""), at(groupLine, closer))
	require.Equal(t, workflow.LookBack{}, again.LookBack)
	require.Equal(t, 2, again.Round)
}

// Results are added up by those who hand in, verify and close.
func TestResultsAddUp(t *testing.T) {
	d := machine(t, "standard")
	s := stepOf(workflow.Submit, "")
	s.Results.Systems = []workflow.System{{Name: "党费管理办法", Number: "某发〔2026〕2号", On: today}}
	i := do(t, d, issueOf(d, workflow.Rectifying), s, at(branchLine, rectifier))
	i.State = workflow.Closing
	s = stepOf(workflow.Close, "")
	s.Results.Outcomes = []workflow.Outcome{{Kind: "talk", Count: 2, Body: "机关纪委"}}
	i = do(t, d, i, s, at(groupLine, closer))
	require.Len(t, i.Results.Systems, 1)
	require.Equal(t, 2, i.Results.Outcomes[0].Count)
	for _, bad := range []workflow.Results{{Systems: []workflow.System{{}}}, {Outcomes: []workflow.Outcome{{Kind: "shame", Count: 1}}}, {Outcomes: []workflow.Outcome{{Kind: "talk"}}}} {
		s.Results = bad
		_, err := workflow.Apply(d, issueOf(d, workflow.Closing), s, at(groupLine, closer), noon)
		require.ErrorIs(t, err, workflow.ErrInvalid)
	}
}

// A light turns on the day that the issue names, whatever the default was.
func TestTheLightTurnsOnItsDay(t *testing.T) {
	day := func(n int) workflow.Day { return today.Add(n) }
	for _, c := range []struct {
		due, warn workflow.Day
		want      workflow.Light
	}{
		{day(20), day(0), workflow.LightSoon}, {day(20), day(1), workflow.LightInTime}, {day(0), day(-10), workflow.LightSoon},
		{day(-1), day(-11), workflow.LightOverdue}, {day(3), "", workflow.LightInTime}, {"", "", workflow.LightNone},
	} {
		require.Equal(t, c.want, workflow.LightOf(workflow.Rectifying, c.due, c.warn, workflow.DayOf(noon.Add(time.Minute))))
	}
}

// The day of the next review and the due day are one as long as an issue is lasting, and there is no such day when it is not.
func TestALastingIssueHasOneDay(t *testing.T) {
	d := machine(t, "standard")
	lasting := do(t, d, issueOf(d, workflow.Rectifying), stepOf(workflow.Ask, workflow.LastingForm), at(branchLine, rectifier))
	lasting = do(t, d, lasting, stepOf(workflow.GrantIt, workflow.LastingForm), at(groupLine, closer))
	s := stepOf(workflow.Ask, workflow.Extension)
	s.Due = "2027-03-31"
	i := do(t, d, lasting, s, at(branchLine, rectifier))
	i = do(t, d, i, stepOf(workflow.GrantIt, ""), at(committeeLine, verifier))
	require.Equal(t, []workflow.Day{"2027-03-31", "2027-03-31", "2027-03-21"}, []workflow.Day{i.NextReview, i.Due, i.Warn})
	require.Equal(t, workflow.Lasting, i.State)
	dates := i.Dates()
	dates.Due = "2027-04-02"
	i.SetDates(dates)
	require.Equal(t, workflow.Day("2027-04-02"), i.NextReview, "dates that are worked out again")

	i = do(t, d, lasting, stepOf(workflow.Ask, workflow.Suspension), at(branchLine, rectifier))
	i = do(t, d, i, stepOf(workflow.GrantIt, ""), at(groupLine, closer))
	i = do(t, d, i, stepOf(workflow.Resume, ""), at(committeeLine, stranger))
	require.Equal(t, [2]any{workflow.Rectifying, workflow.Day("")}, [2]any{i.State, i.NextReview})
	i = do(t, d, lasting, stepOf(workflow.Submit, ""), at(branchLine, rectifier))
	i = do(t, d, i, stepOf(workflow.Withdraw, ""), at(branchLine, rectifier))
	require.Equal(t, [2]any{workflow.Rectifying, workflow.Day("")}, [2]any{i.State, i.NextReview})
	require.NotEmpty(t, i.Due)
}

// An issue into which others were merged is not cancelled: nobody would put them right.
func TestWhatOthersWereMergedIntoIsNotCancelled(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	by := at(branchLine, rectifier)
	asked := do(t, d, i, stepOf(workflow.Ask, workflow.Cancellation), by)
	merged := issueOf(d, workflow.Merged)
	merged.ID, merged.Number = 5, "SJ-0101-2026-0005"
	i = workflow.Absorb(i, &merged, false, at(committeeLine, stranger), noon).Issue
	f := refused(t, d, i, stepOf(workflow.Ask, workflow.Cancellation), by)
	require.Equal(t, "others_merged", f.Code)
	require.Contains(t, f.Error(), "SJ-0101-2026-0005")
	require.Error(t, workflow.Open(d, &i, workflow.Ask, workflow.Cancellation, &by, noon), "no button")
	require.NoError(t, workflow.Open(d, &i, workflow.Ask, workflow.Extension, &by, noon))
	asked = workflow.Absorb(asked, &merged, false, at(committeeLine, stranger), noon).Issue
	require.Equal(t, "others_merged", refused(t, d, asked, stepOf(workflow.GrantIt, ""), at(groupLine, closer)).Code, "merged while it was asked")
	do(t, d, asked, stepOf(workflow.Deny, ""), at(groupLine, closer))
	free := workflow.Absorb(asked, &merged, true, at(committeeLine, stranger), noon).Issue
	require.Equal(t, workflow.Cancelled, do(t, d, free, stepOf(workflow.GrantIt, ""), at(groupLine, closer)).State)
}

// An assisting org hands over its own measures and nothing else, to people of its own.
func TestAnAssistingOrgHandsOverItsOwnMeasures(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	i.Person = rectifier
	i.Measures = []workflow.Measure{{Text: "主办", Person: rectifier, Due: "2026-05-31"}, {Text: "协办", Org: otherBranch, Person: rectifier, Due: "2026-05-31"},
		{Text: "主办", Person: named, Due: "2026-05-31"}}
	by := at(otherLine, stranger)
	by.As.Relation = workflow.Assisting
	s := stepOf(workflow.Entrust, "")
	s.From, s.Person = rectifier, partner
	require.Equal(t, "not_their_own", refused(t, d, i, s, by).Code)
	s.Facts.Posts = []workflow.OrgID{otherBranch}
	after := do(t, d, i, s, by)
	require.Equal(t, []workflow.PersonID{rectifier, rectifier, partner, named},
		[]workflow.PersonID{after.Person, after.Measures[0].Person, after.Measures[1].Person, after.Measures[2].Person})
	require.NoError(t, workflow.Open(d, &i, workflow.Entrust, "", &by, noon))
	s.From = named
	require.Equal(t, "not_their_measure", refused(t, d, i, s, by).Code)
	i.Measures[1].Done = true
	require.Error(t, workflow.Open(d, &i, workflow.Entrust, "", &by, noon), "no button")
}
