package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// Who verifies and who closes: the nearest org above the responsible one at the level of the grade or higher.
func TestWhoVerifiesAndWhoCloses(t *testing.T) {
	general := workflow.Lineage{rootLine[0], groupLine[1], committeeLine[2], {Org: 7, Level: workflow.GeneralBranch}, {Org: 8, Level: workflow.Branch}}
	noGroup := workflow.Lineage{rootLine[0], {Org: beside, Level: workflow.OrganCommittee}, {Org: 9, Level: workflow.Branch}}
	direct := workflow.Lineage{rootLine[0], {Org: 9, Level: workflow.Branch}}
	for _, c := range []struct {
		name, machine  string
		line           workflow.Lineage
		grade          workflow.Grade
		round          int
		assigner       workflow.OrgID
		escalated      bool
		verify, closes workflow.OrgID
	}{
		{name: "ordinary", line: branchLine, grade: workflow.Ordinary, verify: committee, closes: committee},
		{name: "serious", line: branchLine, grade: workflow.Serious, verify: committee, closes: group},
		{name: "major", machine: "major", line: branchLine, grade: workflow.Major, verify: committee, closes: group},
		{name: "at once, ordinary", machine: "immediate", line: branchLine, grade: workflow.Ordinary, verify: committee, closes: committee},
		{name: "at once, serious: the closer verifies", machine: "immediate", line: branchLine, grade: workflow.Serious, verify: group, closes: group},
		{name: "a level between is passed over", line: general, grade: workflow.Ordinary, verify: committee, closes: committee},
		{name: "a level missing: the next one higher", line: noGroup, grade: workflow.Serious, verify: beside, closes: root},
		{name: "two levels missing", line: direct, grade: workflow.Ordinary, verify: root, closes: root},
		{name: "the organ committee's own", line: committeeLine, grade: workflow.Ordinary, verify: group, closes: group},
		{name: "the Party group's own", line: groupLine, grade: workflow.Serious, verify: root, closes: root},
		{name: "the root's own", line: rootLine, grade: workflow.Ordinary},
		{name: "the assigner is higher", line: branchLine, grade: workflow.Ordinary, assigner: root, verify: committee, closes: root},
		{name: "the assigner is higher, at once", machine: "immediate", line: branchLine, grade: workflow.Ordinary, assigner: root, verify: root, closes: root},
		{name: "the assigner is lower", line: branchLine, grade: workflow.Serious, assigner: committee, verify: committee, closes: group},
		{name: "the assigner stands beside", line: branchLine, grade: workflow.Ordinary, assigner: beside, verify: committee, closes: committee},
		{name: "reopened", line: branchLine, grade: workflow.Ordinary, round: 2, verify: committee, closes: group},
		{name: "reopened again: one higher, not two", line: branchLine, grade: workflow.Ordinary, round: 3, verify: committee, closes: group},
		{name: "reopened, the assigner was higher", line: branchLine, grade: workflow.Ordinary, round: 2, assigner: group, verify: committee, closes: root},
		{name: "reopened, nobody is left", line: direct, grade: workflow.Ordinary, round: 2, verify: root},
		{name: "reopened, nobody is left, at once", machine: "immediate", line: direct, grade: workflow.Ordinary, round: 2},
		{name: "escalated", line: branchLine, grade: workflow.Ordinary, escalated: true, verify: committee, closes: group},
		{name: "escalated at the top", line: direct, grade: workflow.Ordinary, escalated: true, verify: root, closes: root},
		{name: "escalated and reopened", line: branchLine, grade: workflow.Ordinary, round: 2, escalated: true, verify: committee, closes: root},
		{name: "escalated and reopened at the top", line: branchLine, grade: workflow.Serious, round: 2, escalated: true, verify: committee, closes: root},
		{name: "escalated at once", machine: "immediate", line: branchLine, grade: workflow.Ordinary, escalated: true, verify: group, closes: group},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.machine == "" {
				c.machine = "standard"
			}
			i := workflow.Issue{Line: c.line, Responsible: c.line.Last().Org, Grade: c.grade, Round: max(c.round, 1), Assigner: c.assigner, Escalated: c.escalated}
			verify, closes := machine(t, c.machine).Judges(&i)
			require.Equal(t, [2]workflow.OrgID{c.verify, c.closes}, [2]workflow.OrgID{verify, closes})
			require.NotEqual(t, i.Responsible, verify)
			require.NotEqual(t, i.Responsible, closes)
		})
	}
}

// To escalate is to have it closed one org higher, whoever is responsible for it afterwards.
func TestEscalationOutlastsATransfer(t *testing.T) {
	for name, want := range map[string][2]workflow.OrgID{"standard": {committee, root}, "immediate": {root, root}, "major": {committee, root}} {
		d := machine(t, name)
		i := issueOf(d, workflow.Rectifying)
		i.Endorsed = true
		i = do(t, d, i, stepOf(workflow.Escalate, ""), at(committeeLine, stranger))
		require.Equal(t, want, [2]workflow.OrgID{i.Verifier, i.Closer}, name)
		require.False(t, i.Endorsed, "what one org's head endorsed is not endorsed by another's")
		s := stepOf(workflow.Transfer, "")
		s.Responsible, s.Facts.Line = otherBranch, otherLine
		i = do(t, d, i, s, at(committeeLine, stranger))
		require.Equal(t, want, [2]workflow.OrgID{i.Verifier, i.Closer}, name)
		require.Equal(t, otherLine, i.Line)
	}
	d := machine(t, "standard")
	i := issueOf(d, workflow.Rectifying)
	i.Closer = root
	require.Equal(t, root, do(t, d, i, stepOf(workflow.Escalate, ""), at(rootLine, stranger)).Closer, "there is no higher")
	i = do(t, d, issueOf(d, workflow.Closed), stepOf(workflow.Reopen, ""), at(groupLine, stranger))
	require.Equal(t, root, i.Closer)
	require.Equal(t, root, do(t, d, i, stepOf(workflow.Escalate, ""), at(rootLine, stranger)).Closer)
}

func TestEndorsementIsTheHeadOfTheClosingOrgs(t *testing.T) {
	d := machine(t, "major")
	i := issueOf(d, workflow.Publicized)
	i.Endorsed = false
	by := at(groupLine, closer)
	for post, line := range map[workflow.Post]workflow.Lineage{"group_member": groupLine, "committee_secretary": committeeLine, "nobody": groupLine} {
		by := at(line, closer)
		by.As.Appointment.Post = post
		require.False(t, do(t, d, i, stepOf(workflow.Endorse, ""), by).Endorsed)
	}
	by.As.Appointment.Post = "group_secretary"
	i = do(t, d, i, stepOf(workflow.Endorse, ""), by)
	require.True(t, i.Endorsed)
	require.Equal(t, workflow.Closed, do(t, d, i, stepOf(workflow.Close, ""), at(groupLine, 999)).State)
	i = do(t, d, i, stepOf(workflow.Refuse, ""), at(groupLine, 999))
	require.False(t, i.Endorsed)
}

func TestRelationsOfAnOrgToAnIssue(t *testing.T) {
	d := machine(t, "major")
	i := issueOf(d, workflow.Rectifying)
	i.Request.Decider = group
	for _, c := range []struct {
		org       workflow.OrgID
		person    workflow.PersonID
		inspector bool
		want      []workflow.Relation
	}{
		{branch, named, false, []workflow.Relation{workflow.Responsible, workflow.Person, workflow.Involved, workflow.Within}},
		{committee, stranger, false, []workflow.Relation{workflow.Finder, workflow.Assigner, workflow.Verifier, workflow.Supervising, workflow.Involved, workflow.Within}},
		{group, stranger, false, []workflow.Relation{workflow.Closer, workflow.Decider, workflow.Supervising, workflow.Involved, workflow.Within}},
		{root, stranger, false, []workflow.Relation{workflow.Supervising, workflow.Within}},
		{otherBranch, stranger, false, []workflow.Relation{workflow.Assisting, workflow.Involved}},
		{beside, stranger, false, []workflow.Relation{workflow.Party, workflow.Involved}},
		{77, stranger, false, nil}, {77, named, false, []workflow.Relation{workflow.Person}},
		{root, named, true, []workflow.Relation{workflow.Inspecting}}, {beside, stranger, true, nil},
	} {
		var want workflow.Relations
		for _, r := range c.want {
			want = want.With(r)
		}
		require.Equal(t, want, i.Relations(c.org, c.person, c.inspector), "org %d", c.org)
	}
}

// What is supervised is not marked again; the mark is taken off when the issue is closed, and a round that is opened again has none.
func TestTheMarkOfSupervisionStandsUntilClosure(t *testing.T) {
	d := machine(t, "standard")
	supervise := stepOf(workflow.Supervise, "")
	boss := at(committeeLine, stranger)
	i := do(t, d, issueOf(d, workflow.Closing), supervise, boss)
	require.True(t, i.Supervised)
	_, err := workflow.Apply(d, i, supervise, boss, noon)
	require.ErrorIs(t, err, workflow.ErrRefused)
	require.ErrorIs(t, workflow.Open(d, &i, workflow.Supervise, "", &boss, noon), workflow.ErrRefused, "nor is the button offered")
	closed := do(t, d, i, stepOf(workflow.Close, ""), boss)
	require.Equal(t, workflow.Closed, closed.State)
	require.False(t, closed.Supervised)
	closed.Supervised = true // as one that was closed before
	require.False(t, do(t, d, closed, stepOf(workflow.Reopen, ""), boss).Supervised)
}
