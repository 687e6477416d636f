package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// Nobody may do these, whatever posts they hold.
func TestPersonsAreKeptApart(t *testing.T) {
	type apart struct {
		name  string
		state workflow.State
		do    workflow.Action
		by    workflow.Actor
		deeds []workflow.Deed
		alter func(i *workflow.Issue)
		code  string
	}
	rectified := []workflow.Deed{{Person: rectifier, Duty: workflow.DutyRectify}}
	verified := append([]workflow.Deed{{Person: verifier, Duty: workflow.DutyVerify}}, rectified...)
	cases := []apart{
		{"who rectified passes", workflow.Verifying, workflow.Pass, at(committeeLine, rectifier), rectified, nil, "persons_kept_apart"},
		{"who rectified rejects", workflow.Verifying, workflow.Reject, at(committeeLine, rectifier), rectified, nil, "persons_kept_apart"},
		{"who rectified approves the plan", workflow.PlanReview, workflow.ApprovePlan, at(committeeLine, rectifier), rectified, nil, "persons_kept_apart"},
		{"who rectified rejects the plan", workflow.PlanReview, workflow.RejectPlan, at(committeeLine, rectifier), rectified, nil, "persons_kept_apart"},
		{"who rectified closes", workflow.Closing, workflow.Close, at(groupLine, rectifier), verified, nil, "persons_kept_apart"},
		{"who rectified refuses", workflow.Closing, workflow.Refuse, at(groupLine, rectifier), verified, nil, "persons_kept_apart"},
		{"who rectified records", workflow.Closing, workflow.Record, at(rootLine, rectifier), verified, func(i *workflow.Issue) { i.Closer = 0 }, "persons_kept_apart"},
		{"who verified closes", workflow.Closing, workflow.Close, at(groupLine, verifier), verified, nil, "persons_kept_apart"},
		{"who verified refuses", workflow.Closing, workflow.Refuse, at(groupLine, verifier), verified, nil, "persons_kept_apart"},
		{"who verified records", workflow.Closing, workflow.Record, at(rootLine, verifier), verified, func(i *workflow.Issue) { i.Closer = 0 }, "persons_kept_apart"},
		{"the responsible person passes", workflow.Verifying, workflow.Pass, at(committeeLine, named), nil, nil, "persons_kept_apart"},
		{"the responsible person closes", workflow.Closing, workflow.Close, at(groupLine, named), nil, nil, "persons_kept_apart"},
		{"the person of a measure passes", workflow.Verifying, workflow.Pass, at(committeeLine, stranger), nil,
			func(i *workflow.Issue) { i.Measures = append(i.Measures, workflow.Measure{Person: stranger}) }, "persons_kept_apart"},
		{"a stand-in of who rectified passes", workflow.Verifying, workflow.Pass, standingIn(at(committeeLine, stranger), rectifier), rectified, nil, "persons_kept_apart"},
		{"a stand-in of the responsible person passes", workflow.Verifying, workflow.Pass, standingIn(at(committeeLine, stranger), named), nil, nil, "persons_kept_apart"},
		{"a stand-in of who verified closes", workflow.Closing, workflow.Close, standingIn(at(groupLine, stranger), verifier), verified, nil, "persons_kept_apart"},
		{"who verified rectifies", workflow.Rectifying, workflow.Submit, at(branchLine, verifier), verified, nil, "persons_kept_apart"},
		{"who verified reports", workflow.Rectifying, workflow.Report, at(branchLine, verifier), verified, nil, "persons_kept_apart"},
		{"who verified adds evidence", workflow.Rectifying, workflow.Attest, at(branchLine, verifier), verified, nil, "persons_kept_apart"},
		{"who verified finishes a measure", workflow.Rectifying, workflow.Finish, at(branchLine, verifier), verified, nil, "persons_kept_apart"},
		{"who verified plans", workflow.Planning, workflow.Plan, at(branchLine, verifier), verified, nil, "persons_kept_apart"},
		{"a stand-in of who verified rectifies", workflow.Rectifying, workflow.Submit, standingIn(at(branchLine, stranger), verifier), verified, nil, "persons_kept_apart"},
		{"who closed rectifies", workflow.Rectifying, workflow.Report, at(branchLine, closer), []workflow.Deed{{Person: closer, Duty: workflow.DutyClose}}, nil, "persons_kept_apart"},
		{"one signs for two parties", workflow.Verifying, workflow.Pass, at(committeeLine, partner), nil,
			func(i *workflow.Issue) { i.Signs = []workflow.Sign{{Org: beside, Person: partner}} }, "persons_kept_apart"},
		{"one and a stand-in sign", workflow.PlanReview, workflow.ApprovePlan, standingIn(at(committeeLine, stranger), partner), nil,
			func(i *workflow.Issue) { i.Signs = []workflow.Sign{{Org: beside, Person: partner}} }, "persons_kept_apart"},
		{"the one stood in for signs after a stand-in", workflow.PlanReview, workflow.ApprovePlan, at(committeeLine, partner), nil,
			func(i *workflow.Issue) { i.Signs = []workflow.Sign{{Org: beside, Person: stranger, For: partner}} }, "persons_kept_apart"},
		{"two stand-ins of one person sign", workflow.PlanReview, workflow.ApprovePlan, standingIn(at(committeeLine, absent), partner), nil,
			func(i *workflow.Issue) { i.Signs = []workflow.Sign{{Org: beside, Person: stranger, For: partner}} }, "persons_kept_apart"},
		{"who asked grants", workflow.Rectifying, workflow.GrantIt, at(groupLine, stranger), nil, asks(stranger), "persons_kept_apart"},
		{"who asked denies", workflow.Rectifying, workflow.Deny, at(groupLine, stranger), nil, asks(stranger), "persons_kept_apart"},
		{"a stand-in of who asked grants", workflow.Rectifying, workflow.GrantIt, standingIn(at(groupLine, stranger), absent), nil, asks(absent), "persons_kept_apart"},
		{"whom the asker stood in for grants", workflow.Rectifying, workflow.GrantIt, at(groupLine, absent), nil, asks(stranger, absent), "persons_kept_apart"},
	}
	for _, do := range []workflow.Action{workflow.ApprovePlan, workflow.RejectPlan, workflow.Pass, workflow.Reject, workflow.Close, workflow.Refuse} {
		state := map[workflow.Action]workflow.State{workflow.Close: workflow.Closing, workflow.Refuse: workflow.Closing, workflow.ApprovePlan: workflow.PlanReview, workflow.RejectPlan: workflow.PlanReview}[do]
		if state == "" {
			state = workflow.Verifying
		}
		cases = append(cases, apart{"the responsible org: " + string(do), state, do, at(branchLine, stranger), nil, nil, "own_issue"})
	}
	d := machine(t, "standard")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			i, s := issueOf(d, c.state), stepOf(c.do, "")
			i.Deeds = c.deeds
			if c.do == workflow.Finish {
				i.Measures[0].Done = false
			}
			if c.alter != nil {
				c.alter(&i)
			}
			f := refused(t, d, i, s, c.by)
			require.Equal(t, c.code, f.Code)
			require.ErrorIs(t, f, workflow.ErrForbidden)
			require.Equal(t, f, workflow.Open(d, &i, c.do, "", &c.by, noon), "a page shows no button for it")
			if c.code == "persons_kept_apart" { // another person at the same place may
				do(t, d, i, s, at(c.by.As.Appointment.Line, 999))
			}
		})
	}
}

func asks(persons ...workflow.PersonID) func(i *workflow.Issue) {
	return func(i *workflow.Issue) {
		i.Request = workflow.Request{Kind: workflow.Suspension, Condition: "经费到位", Askers: persons, Decider: group}
	}
}

// The stand-in of the one who acts is recorded beside them, so that neither judges what the other did.
func TestAStandInAndTheOneStoodInForCountAsOne(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	i.Deeds = nil
	i = do(t, d, i, stepOf(workflow.Submit, ""), standingIn(at(branchLine, rectifier), absent))
	require.Equal(t, []workflow.Deed{{Person: rectifier, Duty: workflow.DutyRectify}, {Person: absent, Duty: workflow.DutyRectify}}, i.Deeds)
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Pass, ""), at(committeeLine, absent)).Code)

	i = do(t, d, i, stepOf(workflow.Pass, ""), standingIn(at(committeeLine, verifier), partner))
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Close, ""), at(groupLine, partner)).Code)
	i = do(t, d, i, stepOf(workflow.Refuse, ""), at(groupLine, closer))
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Report, ""), at(branchLine, partner)).Code)
}

// Two stand-ins of one person count as that person, and it makes no difference that one of them was appointed after the deed.
func TestTwoStandInsAndOneAppointedAfterwards(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	i.Deeds = nil
	i = do(t, d, i, stepOf(workflow.Submit, ""), standingIn(at(branchLine, rectifier), absent))
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Pass, ""), standingIn(at(committeeLine, stranger), absent)).Code, "another stand-in of the same person")
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Pass, ""), standingIn(at(committeeLine, stranger), rectifier)).Code, "appointed after the deed")
	i = do(t, d, i, stepOf(workflow.Pass, ""), standingIn(at(committeeLine, verifier), partner))
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Close, ""), standingIn(at(groupLine, closer), partner)).Code)
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Close, ""), standingIn(at(groupLine, closer), verifier)).Code)
}

// Whoever judged this round is not named as responsible in it, by any of the ways in which people are named.
func TestWhoJudgedIsNotNamed(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	i.Deeds = []workflow.Deed{{Person: verifier, Duty: workflow.DutyVerify}}
	s := stepOf(workflow.Transfer, "")
	s.Person = verifier
	require.Equal(t, "persons_kept_apart", refused(t, d, i, s, at(committeeLine, stranger)).Code)
	i.State = workflow.Planning
	s = stepOf(workflow.Plan, "")
	s.Measures[0].Person = verifier
	require.Equal(t, "persons_kept_apart", refused(t, d, i, s, at(branchLine, rectifier)).Code)

	i = do(t, d, issueOf(d, workflow.Closed), stepOf(workflow.Reopen, ""), at(rootLine, stranger))
	s = stepOf(workflow.Transfer, "")
	s.Person = verifier
	do(t, d, i, s, at(committeeLine, stranger)) // a new round begins afresh
}

// Where nobody is above, the plan is approved within the org by another person, and closure is recorded from a document.
func TestTheRootsOwnIssue(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Planning)
	i.Responsible, i.Line, i.Finder, i.FinderLine, i.Deeds = root, rootLine, root, rootLine, nil
	i.Verifier, i.Closer = d.Judges(&i)
	require.Zero(t, i.Verifier)
	require.Zero(t, i.Closer)
	i = do(t, d, i, stepOf(workflow.Plan, ""), at(rootLine, rectifier))
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.ApprovePlan, ""), at(rootLine, rectifier)).Code)
	require.Equal(t, "not_a_party", refused(t, d, i, stepOf(workflow.ApprovePlan, ""), at(besideLine, stranger)).Code)
	require.Equal(t, workflow.Planning, do(t, d, i, stepOf(workflow.RejectPlan, ""), at(rootLine, stranger)).State)
	i = do(t, d, i, stepOf(workflow.ApprovePlan, ""), at(rootLine, stranger))
	require.Equal(t, workflow.Rectifying, i.State)
	i = do(t, d, i, stepOf(workflow.Finish, ""), at(rootLine, rectifier))
	i = do(t, d, i, stepOf(workflow.Submit, ""), at(rootLine, rectifier))
	require.Equal(t, "own_issue", refused(t, d, i, stepOf(workflow.Pass, ""), at(rootLine, stranger)).Code)
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Record, ""), at(rootLine, rectifier)).Code)
	require.Equal(t, "not_the_top", refused(t, d, i, stepOf(workflow.Record, ""), at(groupLine, stranger)).Code)
	i = do(t, d, i, stepOf(workflow.Record, ""), at(rootLine, stranger))
	require.Equal(t, workflow.Closed, i.State)
	require.Equal(t, "某发〔2026〕1号", i.Document.Number)
}

// Who holds a post in the responsible org does not verify or close for it by a post elsewhere; an inspector's mandate is no such post.
func TestNobodyVerifiesOrClosesForAnOrgOfTheirOwn(t *testing.T) {
	d := machine(t, "standard")
	for state, do := range map[workflow.State]workflow.Action{workflow.Verifying: workflow.Pass, workflow.Closing: workflow.Close} {
		i := issueOf(d, state)
		by := at(map[workflow.Action]workflow.Lineage{workflow.Pass: committeeLine, workflow.Close: groupLine}[do], stranger)
		there := workflow.Appointment{Org: branch, Line: branchLine, Post: "branch_secretary", From: "2026-01-01"}
		by.Appointments = append(by.Appointments, there)
		require.Equal(t, "own_issue", refused(t, d, i, stepOf(do, ""), by).Code)
		for _, post := range []workflow.Post{"inspector", "system_admin"} {
			by.Appointments[1].Post = post
			_, err := workflow.Apply(d, i, stepOf(do, ""), by, noon)
			require.NoError(t, err)
		}
	}
}

// Whoever was named while the issue was being rectified had a part in it, even if it went to another org since.
func TestWhoWasNamedKeepsThePartWhenTheIssueMovesOn(t *testing.T) {
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	i.Deeds, i.Measures = nil, []workflow.Measure{{Text: "补缴", Person: partner, Due: "2026-05-31"}}
	again := stepOf(workflow.Transfer, "") // to the same org: they stay named, and lose the name by the next step
	again.Person = 0
	i = do(t, d, i, again, at(committeeLine, stranger))
	s := stepOf(workflow.Transfer, "")
	s.Responsible, s.Facts.Line, s.Person = otherBranch, otherLine, 0
	i = do(t, d, i, s, at(committeeLine, stranger))
	require.Equal(t, []workflow.Deed{{Person: named, Duty: workflow.DutyRectify}, {Person: partner, Duty: workflow.DutyRectify}}, i.Deeds)
	i.State = workflow.Verifying
	require.Equal(t, "persons_kept_apart", refused(t, d, i, stepOf(workflow.Pass, ""), at(committeeLine, partner)).Code)
}
