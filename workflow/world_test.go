package workflow_test

import (
	"encoding/json"
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

var update = flag.Bool("update", false, "write the golden files again")

// A small city: the work committee, below it a Party group, its organ committee with two branches; and an organ committee beside.
const (
	root workflow.OrgID = iota + 1
	group
	committee
	branch
	otherBranch
	beside
)

// The people. Each does one thing, so that duties are kept apart unless a test wants otherwise.
const (
	rectifier workflow.PersonID = iota + 101
	verifier
	closer
	stranger
	named
	absent
	partner
)

var (
	noon  = time.Date(2026, 3, 31, 4, 0, 0, 0, time.UTC)
	today = workflow.DayOf(noon)

	rootLine      = workflow.Lineage{{Org: root, Level: workflow.WorkCommittee}}
	groupLine     = workflow.Lineage{rootLine[0], {Org: group, Level: workflow.PartyGroup}}
	committeeLine = workflow.Lineage{rootLine[0], groupLine[1], {Org: committee, Level: workflow.OrganCommittee}}
	branchLine    = workflow.Lineage{rootLine[0], groupLine[1], committeeLine[2], {Org: branch, Level: workflow.Branch}}
	otherLine     = workflow.Lineage{rootLine[0], groupLine[1], committeeLine[2], {Org: otherBranch, Level: workflow.Branch}}
	besideLine    = workflow.Lineage{rootLine[0], {Org: beside, Level: workflow.OrganCommittee}}
)

// at is an actor who acts for an org.
func at(line workflow.Lineage, person workflow.PersonID) workflow.Actor {
	a := workflow.Appointment{Org: line.Last().Org, OrgName: "某组织", Line: line, From: "2026-01-01", Post: "committee_secretary"}
	return workflow.Actor{Person: person, Name: "某人", Appointments: []workflow.Appointment{a}, As: workflow.Grant{Appointment: a, Relation: workflow.Involved, Rule: "policy.csv:1"}}
}

// standing in for another: the stand-in acts, the other counts with them.
func standingIn(by workflow.Actor, absentee workflow.PersonID) workflow.Actor {
	by.Appointments = append(by.Appointments, workflow.Appointment{Org: otherBranch, For: absentee, From: "2026-01-01"})
	return by
}

func machine(t testing.TB, name string) *workflow.Definition {
	t.Helper()
	s, err := definitions.Shipped()
	require.NoError(t, err)
	d, ok := s.Machine(name)
	require.True(t, ok)
	return d
}

// issueOf is an issue of the machine's own kind and grade in a state, with everything that a step could want of it.
func issueOf(d *workflow.Definition, state workflow.State) workflow.Issue {
	i := workflow.Issue{
		ID: 1, Number: "XC-0101-2026-0001", Round: 1, Version: 7, Machine: d.Machine, Definition: d.Hash, State: state, Since: "2026-03-01",
		Source: "inspection", Detail: "党费收缴不及时", Kind: workflow.KindTimed, Grade: workflow.Serious, Due: "2026-06-30", FoundOn: "2026-02-01",
		Finder: committee, FinderLine: committeeLine, FoundBy: stranger, Responsible: branch, Line: branchLine, Person: named,
		Assigner: committee, Extra: map[string]string{"备注": "无"}, Assisting: []workflow.OrgID{otherBranch},
		Measures: []workflow.Measure{{Text: "补缴", Person: named, Due: "2026-05-31", Done: true, DoneOn: "2026-03-20"}},
		Evidence: []workflow.Evidence{{Round: 1, Text: "台账", By: rectifier, At: noon}},
		Deeds:    []workflow.Deed{{Person: rectifier, Duty: workflow.DutyRectify}},
	}
	switch d.Machine {
	case "immediate":
		i.Kind = workflow.KindImmediate
	case "major":
		i.Grade, i.Parties, i.Endorsed = workflow.Major, []workflow.OrgID{beside}, true
	}
	if state == workflow.Draft || state == workflow.Found {
		i.Assigner, i.Deeds, i.Evidence, i.Measures, i.Endorsed = 0, nil, nil, nil, false
		return i
	}
	i.Verifier, i.Closer = d.Judges(&i)
	i.Clock = workflow.Clock{Name: "running", From: "2026-03-01", Until: "2026-03-30"}
	if state == workflow.Merged {
		i.MergedInto, i.Before = 2, workflow.Rectifying
	}
	return i
}

// stepOf is a step with everything filled in.
func stepOf(do workflow.Action, of workflow.RequestKind) workflow.Step {
	other := workflow.Issue{ID: 2, Number: "XC-0101-2026-0002", Round: 1, State: workflow.Rectifying}
	return workflow.Step{
		Action: do, Note: "理由已经写得足够长了吧", Basis: "会议纪要", Responsible: branch, Person: named, Due: "2026-09-30",
		Kind: workflow.KindTimed, Grade: workflow.Serious, Parties: []workflow.OrgID{beside},
		Measures: []workflow.Measure{{Text: "补缴", Person: named, Due: "2026-05-31"}}, Measure: 1,
		Evidence: []workflow.Evidence{{Text: "照片"}},
		Criteria: workflow.Criteria{MeasuresDone: true, ViolationsDone: true, EffectReached: true, SameKindSought: true, MechanismBuilt: true},
		Request:  of, StageGoal: "半年见效", NextReview: "2026-12-31", Condition: "经费到位",
		Document: workflow.Document{Number: "某发〔2026〕1号", File: "abc"}, Other: 2,
		Decided: "党组会议", Letter: workflow.Letter{Rung: workflow.RungNotice, Grounds: "超期三十日仍未见成效", Asked: "一周内报送进展", Limit: "2026-04-30"},
		Call: workflow.CallFor{To: committee, Wants: workflow.WantsHelp}, Reply: workflow.ReplyHelp, Orgs: []workflow.OrgID{otherBranch}, From: named,
		Facts: workflow.Facts{Line: branchLine, Orgs: map[workflow.OrgID]workflow.Lineage{otherBranch: otherLine}, Other: &other, Dates: workflow.Dates{Warn: "2026-06-20"}},
	}
}

// ready makes the issue such that the step is not refused for what went before, and names the right actor.
func ready(i *workflow.Issue, s *workflow.Step) workflow.Actor {
	by := at(branchLine, stranger)
	switch s.Action {
	case workflow.Assign, workflow.Transfer:
		by = at(committeeLine, stranger)
	case workflow.Pass, workflow.ApprovePlan:
		by = at(lineOf(i.Verifier), verifier)
		for _, party := range i.Parties {
			i.Signs = append(i.Signs, workflow.Sign{Org: party, Person: partner})
		}
	case workflow.RejectPlan, workflow.Reject:
		by = at(lineOf(i.Verifier), verifier)
	case workflow.Close, workflow.Refuse, workflow.Publicize:
		by = at(lineOf(i.Closer), closer)
	case workflow.Answer:
		i.Objection = "群众有异议"
	case workflow.Finish:
		i.Measures = []workflow.Measure{{Text: "补缴", Person: named, Due: "2026-05-31"}}
	case workflow.Record:
		i.Verifier, i.Closer = 0, 0
		by = at(rootLine, closer)
	case workflow.Review, workflow.LookBackAt:
		by = at(lineOf(i.Verifier), verifier)
	case workflow.Entrust:
		s.Person = partner
	case workflow.SignLetter:
		i.Letters = []workflow.Letter{{Number: "XC-0101-2026-0001-D1", Round: 1, Rung: workflow.RungNotice, To: branch}}
	case workflow.Respond, workflow.Climb:
		i.Calls = []workflow.CallFor{{From: branch, To: committee, Wants: workflow.WantsHelp, Text: "缺少经费", Until: "2026-03-30"}}
		by = at(committeeLine, stranger)
	case workflow.GrantIt, workflow.Deny:
		i.Request = workflow.Request{Kind: s.Request, Due: "2026-09-30", Askers: []workflow.PersonID{rectifier}, Decider: group, StageGoal: "半年见效",
			NextReview: "2026-12-31", Condition: "经费到位"}
	}
	return by
}

func lineOf(org workflow.OrgID) workflow.Lineage {
	for _, line := range []workflow.Lineage{rootLine, groupLine, committeeLine, branchLine, otherLine, besideLine} {
		if line.Last().Org == org {
			return line
		}
	}
	return workflow.Lineage{}
}

// do takes a step that must succeed.
func do(t testing.TB, d *workflow.Definition, i workflow.Issue, s workflow.Step, by workflow.Actor) workflow.Issue {
	t.Helper()
	c, err := workflow.Apply(d, i, s, by, noon)
	require.NoError(t, err, "%s in %s", s.Action, i.State)
	return c.Issue
}

// refused takes a step that must be refused, and returns why.
func refused(t testing.TB, d *workflow.Definition, i workflow.Issue, s workflow.Step, by workflow.Actor) *workflow.Fault {
	t.Helper()
	c, err := workflow.Apply(d, i, s, by, noon)
	require.Error(t, err)
	require.Equal(t, workflow.Change{}, c, "who is refused gets no change")
	var f *workflow.Fault
	require.ErrorAs(t, err, &f)
	require.True(t, slices.Contains([]error{workflow.ErrInvalid, workflow.ErrForbidden, workflow.ErrRefused}, f.Kind))
	require.NotEmpty(t, f.Text.Zh)
	require.NotEmpty(t, f.Text.En)
	require.NotContains(t, f.Text.Zh+f.Text.En, "%!")
	return f
}

// copyOf is the issue in memory of its own.
func copyOf(t testing.TB, i workflow.Issue) workflow.Issue {
	t.Helper()
	text, err := json.Marshal(i)
	require.NoError(t, err)
	var out workflow.Issue
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}
