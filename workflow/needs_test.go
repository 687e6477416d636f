package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// lacking is a need that is not met: how the issue and the step come to lack it, and how that is said.
type lacking struct {
	need  workflow.Need
	name  string
	spoil func(i *workflow.Issue, s *workflow.Step)
	code  string
	field string
}

func lacks() []lacking { return append(onTheWay(), around()...) }

// around are the needs of what is done around the course of an issue.
func around() []lacking {
	type i = *workflow.Issue
	type s = *workflow.Step
	return []lacking{
		{workflow.NeedReturnable, "", func(i i, s s) { i.ReturnBy = "2026-03-30" }, "too_late_to_return", ""},
		{workflow.NeedDecided, "", func(i i, s s) { s.Decided = " " }, "missing_decided", "decided"},
		{workflow.NeedLetter, "no rung", func(i i, s s) { s.Letter.Rung = "shout" }, "missing_rung", "rung"},
		{workflow.NeedLetter, "a rung skipped", func(i i, s s) { s.Letter.Rung = workflow.RungReminder }, "rung_skipped", ""},
		{workflow.NeedLetter, "a milder one", func(i i, s s) {
			i.Letters = []workflow.Letter{{Round: 1, Rung: workflow.RungGuidance}}
		}, "rung_below", ""},
		{workflow.NeedLetter, "no grounds", func(i i, s s) { s.Letter.Grounds = "超期" }, "missing_grounds", "grounds"},
		{workflow.NeedLetter, "nothing asked", func(i i, s s) { s.Letter.Asked = " " }, "missing_asked", "asked"},
		{workflow.NeedLetter, "no limit", func(i i, s s) { s.Letter.Limit = today }, "missing_limit", "limit"},
		{workflow.NeedLetter, "accountability undecided", func(i i, s s) {
			i.Letters, s.Letter.Rung = []workflow.Letter{{Round: 1, Rung: workflow.RungAdmonition}}, workflow.RungAccountability
		}, "missing_decided", "decided"},
		{workflow.NeedUnsigned, "", func(i i, s s) { i.Letters[0].SignedBy = named }, "no_letter", ""},
		{workflow.NeedUnsigned, "another's", func(i i, s s) { i.Letters[0].To = beside }, "no_letter", ""},
		{workflow.NeedCall, "nobody", func(i i, s s) { s.Call.To = 0 }, "missing_call_to", "call_to"},
		{workflow.NeedCall, "oneself", func(i i, s s) { s.Call.To = branch }, "call_to_self", "call_to"},
		{workflow.NeedCall, "called already", func(i i, s s) { i.Calls = []workflow.CallFor{{To: committee}} }, "call_open", ""},
		{workflow.NeedCall, "for nothing", func(i i, s s) { s.Call.Wants = "" }, "missing_wants", "wants"},
		{workflow.NeedCall, "no reason", func(i i, s s) { s.Note = "难" }, "note_too_short", "note"},
		{workflow.NeedOpenCall, "none", func(i i, s s) { i.Calls = nil }, "no_call", ""},
		{workflow.NeedOpenCall, "answered", func(i i, s s) { i.Calls[0].Reply = workflow.ReplyHelp }, "no_call", ""},
		{workflow.NeedOpenCall, "to another", func(i i, s s) { i.Calls[0].To = group }, "no_call", ""},
		{workflow.NeedOpenCall, "no answer", func(i i, s s) { s.Reply = "" }, "missing_reply", "reply"},
		{workflow.NeedOpenCall, "the program's answer", func(i i, s s) { s.Reply = workflow.ReplyLapsed }, "missing_reply", "reply"},
		{workflow.NeedOpenCall, "no without a reason", func(i i, s s) { s.Reply, s.Note = workflow.ReplyNo, "不行" }, "note_too_short", "note"},
		{workflow.NeedOpenCall, "nothing said", func(i i, s s) { s.Note = " " }, "missing_note", "note"},
		{workflow.NeedLateCall, "in time", func(i i, s s) { i.Calls[0].Until = today }, "no_late_call", ""},
		{workflow.NeedLateCall, "at the top", func(i i, s s) { i.Calls[0].To = root }, "no_late_call", ""},
		{workflow.NeedNextReview, "", func(i i, s s) { s.NextReview = today }, "missing_next_review", "next_review"},
		{workflow.NeedPerson, "none", func(i i, s s) { s.Person = 0 }, "missing_person", "person"},
		{workflow.NeedPerson, "the same", func(i i, s s) { s.Person = named }, "same_person", "person"},
		{workflow.NeedPerson, "holding nothing", func(i i, s s) { s.From = stranger }, "nothing_held", ""},
		{workflow.NeedUnpicked, "picked", func(i i, s s) { i.LookBack.Due = "2026-12-31" }, "already_picked", ""},
		{workflow.NeedUnpicked, "no day", func(i i, s s) { s.Due = today }, "missing_due", "due"},
		{workflow.NeedOrgs, "none", func(i i, s s) { s.Orgs = nil }, "missing_orgs", "orgs"},
		{workflow.NeedOrgs, "no day", func(i i, s s) { s.Due = today }, "missing_due", "due"},
		{workflow.NeedStaleDates, "", func(i i, s s) { s.Facts.Dates = i.Dates() }, "dates_stand", ""},
	}
}

func onTheWay() []lacking {
	type i = *workflow.Issue
	type s = *workflow.Step
	return []lacking{
		{workflow.NeedDetail, "", func(i i, s s) { i.Detail, s.Detail = "", " " }, "missing_detail", "detail"},
		{workflow.NeedSource, "none", func(i i, s s) { i.Source = "" }, "missing_source", "source"},
		{workflow.NeedSource, "unknown", func(i i, s s) { s.Source = "gossip" }, "unknown_word", "source"},
		{workflow.NeedResponsible, "", func(i i, s s) { i.Responsible, s.Responsible = 0, 0 }, "missing_responsible", "responsible"},
		{workflow.NeedDue, "none", func(i i, s s) { i.Due, s.Due = "", "" }, "missing_due", "due"},
		{workflow.NeedDue, "in the past", func(i i, s s) { s.Due = "2026-03-30" }, "due_in_the_past", "due"},
		{workflow.NeedDue, "passed long ago", func(i i, s s) { i.Due, s.Due = "2026-03-30", "" }, "due_in_the_past", "due"},
		{workflow.NeedKind, "none", func(i i, s s) { i.Kind, s.Kind = "", "" }, "missing_kind", "kind"},
		{workflow.NeedKind, "unknown", func(i i, s s) { s.Kind = "soon" }, "unknown_word", "kind"},
		{workflow.NeedGrade, "", func(i i, s s) { i.Grade, s.Grade = 0, 0 }, "missing_grade", "grade"},
		{workflow.NeedParties, "", func(i i, s s) { i.Parties, s.Parties = nil, nil }, "missing_parties", "parties"},
		{workflow.NeedNote, "", func(i i, s s) { s.Note = " \n" }, "missing_note", "note"},
		{workflow.NeedReason, "nine characters", func(i i, s s) { s.Note = "  一二三四五六七八九  " }, "note_too_short", "note"},
		{workflow.NeedBasis, "", func(i i, s s) { s.Basis = " " }, "missing_basis", "basis"},
		{workflow.NeedMeasures, "none", func(i i, s s) { i.Measures, s.Measures = nil, nil }, "missing_measures", "measures"},
		{workflow.NeedMeasures, "no text", func(i i, s s) { s.Measures[0].Text = " " }, "incomplete_measure", "measures"},
		{workflow.NeedMeasures, "no person", func(i i, s s) { s.Measures[0].Person = 0 }, "incomplete_measure", "measures"},
		{workflow.NeedMeasures, "no due day", func(i i, s s) { s.Measures[0].Due = "" }, "incomplete_measure", "measures"},
		{workflow.NeedMeasuresDone, "", func(i i, s s) { i.Measures[0].Done = false }, "measures_open", ""},
		{workflow.NeedMeasure, "none named", func(i i, s s) { s.Measure = 0 }, "no_such_measure", "measure"},
		{workflow.NeedMeasure, "below", func(i i, s s) { s.Measure = -1 }, "no_such_measure", "measure"},
		{workflow.NeedMeasure, "beyond", func(i i, s s) { s.Measure = len(i.Measures) + 1 }, "no_such_measure", "measure"},
		{workflow.NeedMeasure, "done", func(i i, s s) { s.Measure = 1 }, "measure_done", ""},
		{workflow.NeedEvidence, "none", func(i i, s s) { i.Evidence, s.Evidence = nil, nil }, "no_evidence", ""},
		{workflow.NeedEvidence, "of another round", func(i i, s s) { i.Round, s.Evidence = 2, nil }, "no_evidence", ""},
		{workflow.NeedAttachment, "none", func(i i, s s) { s.Evidence = nil }, "missing_evidence", "evidence"},
		{workflow.NeedAttachment, "empty", func(i i, s s) { s.Evidence[0].Text = " " }, "empty_evidence", "evidence"},
		{workflow.NeedCountersign, "not a party", func(i i, s s) { i.Verifier, i.Parties = group, nil }, "not_a_party", ""},
		{workflow.NeedCountersign, "signed", func(i i, s s) { i.Signs = []workflow.Sign{{Org: committee, Person: partner}} }, "already_signed", ""},
		{workflow.NeedUntouched, "", func(i i, s s) { i.Signs = []workflow.Sign{{Org: beside, Person: partner}} }, "already_acted_on", ""},
		{workflow.NeedCriteria, "one of five", func(i i, s s) { s.Criteria.SameKindSought = false }, "criteria_not_met", "criteria"},
		{workflow.NeedOther, "none", func(i i, s s) { s.Other = 0 }, "missing_other", "other"},
		{workflow.NeedOther, "not found", func(i i, s s) { s.Facts.Other = nil }, "missing_other", "other"},
		{workflow.NeedOther, "another found", func(i i, s s) { s.Other = 3 }, "missing_other", "other"},
		{workflow.NeedOther, "itself", func(i i, s s) { s.Other, s.Facts.Other = i.ID, i }, "same_issue", "other"},
		{workflow.NeedOther, "closed", func(i i, s s) { s.Facts.Other.State = workflow.Closed }, "other_not_open", ""},
		{workflow.NeedOther, "draft", func(i i, s s) { s.Facts.Other.State = workflow.Draft }, "other_not_open", ""},
		{workflow.NeedRequest, "open already", func(i i, s s) { i.Request.Kind = workflow.Extension }, "request_open", ""},
		{workflow.NeedRequest, "no reason", func(i i, s s) { s.Note = "忙" }, "note_too_short", "note"},
		{workflow.NeedOpenRequest, "", func(i i, s s) { i.Request = workflow.Request{} }, "no_open_request", ""},
		{workflow.NeedClockOver, "running", func(i i, s s) { i.Clock.Until = today }, "clock_running", ""},
		{workflow.NeedClockOver, "not settled", func(i i, s s) { i.Clock.Until = "" }, "clock_running", ""},
		{workflow.NeedNoObjection, "", func(i i, s s) { i.Objection = "有异议" }, "objection_open", ""},
		{workflow.NeedOpenObjection, "", func(i i, s s) { i.Objection = "" }, "no_objection", ""},
		{workflow.NeedEndorsement, "", func(i i, s s) { i.Endorsed = false }, "not_endorsed", ""},
		{workflow.NeedDocument, "no number", func(i i, s s) { s.Document.Number = " " }, "missing_document", "document"},
		{workflow.NeedDocument, "no file", func(i i, s s) { s.Document.File = "" }, "missing_document", "document"},
		{workflow.NeedNoSuperior, "a closer", func(i i, s s) { i.Closer = group }, "superior_exists", ""},
		{workflow.NeedNoSuperior, "a verifier", func(i i, s s) { i.State, i.Verifier = workflow.Verifying, committee }, "superior_exists", ""},
		{workflow.NeedNothingAsked, "", func(i i, s s) { i.Request.Kind = workflow.Suspension }, "request_open", ""},
	}
}

// oneNeed is a machine whose one arrow has one need, so that nothing else can refuse the step.
func oneNeed(t *testing.T, need workflow.Need) *workflow.Definition {
	d, err := workflow.NewDefinition(workflow.Definition{Machine: "standard", Arrows: []workflow.Arrow{{
		Do: workflow.Urge, From: []workflow.State{workflow.Rectifying, workflow.Verifying}, To: workflow.Same, Needs: []workflow.Need{need},
	}}})
	require.NoError(t, err)
	return d
}

// meeting is an issue and a step that meet the need.
func meeting(t *testing.T, need workflow.Need) (workflow.Issue, workflow.Step) {
	i, s := issueOf(machine(t, "standard"), workflow.Rectifying), stepOf(workflow.Urge, workflow.Suspension)
	i.Verifier, i.Closer, i.Endorsed = committee, 0, true
	switch need {
	case workflow.NeedOpenRequest:
		i.Request.Kind = workflow.Suspension
	case workflow.NeedOpenObjection:
		i.Objection = "有异议"
	case workflow.NeedMeasure:
		i.Measures = append(i.Measures, workflow.Measure{Text: "整改"})
		s.Measure = 2
	case workflow.NeedUnsigned:
		i.Letters = []workflow.Letter{{Number: "D1", Round: 1, Rung: workflow.RungNotice, To: branch}}
	case workflow.NeedOpenCall, workflow.NeedLateCall:
		i.Calls = []workflow.CallFor{{From: branch, To: committee, Wants: workflow.WantsHelp, Until: "2026-03-30"}}
	case workflow.NeedPerson:
		s.Person = partner
	}
	return i, s
}

func TestEachNeedRefusesWhatLacksIt(t *testing.T) {
	tested := make(map[workflow.Need]bool)
	for _, c := range lacks() {
		t.Run(string(c.need)+" "+c.name, func(t *testing.T) {
			tested[c.need] = true
			d := oneNeed(t, c.need)
			i, s := meeting(t, c.need)
			by := at(committeeLine, stranger)
			if c.need == workflow.NeedNoSuperior {
				by = at(rootLine, stranger)
			}
			do(t, d, i, s, by)
			c.spoil(&i, &s)
			f := refused(t, d, i, s, by)
			require.Equal(t, [2]string{c.code, c.field}, [2]string{f.Code, f.Field})
		})
	}
	for _, need := range workflow.Needs() {
		require.True(t, tested[need], "the need %s has no case", need)
	}
}

// Each request wants what belongs to its kind.
func TestRequestsWantWhatBelongsToThem(t *testing.T) {
	d := machine(t, "standard")
	for _, c := range []struct {
		of          workflow.RequestKind
		spoil       func(i *workflow.Issue, s *workflow.Step)
		code, field string
	}{
		{workflow.Extension, func(_ *workflow.Issue, s *workflow.Step) { s.Due = "" }, "missing_due", "due"},
		{workflow.Extension, func(i *workflow.Issue, s *workflow.Step) { s.Due = i.Due }, "due_not_later", "due"},
		{workflow.Extension, func(i *workflow.Issue, s *workflow.Step) { i.Due, s.Due = "", today }, "due_not_later", "due"},
		{workflow.Extension, func(i *workflow.Issue, _ *workflow.Step) { i.Due = "2026-03-30" }, "already_overdue", ""},
		{workflow.LastingForm, func(_ *workflow.Issue, s *workflow.Step) { s.StageGoal = " " }, "missing_stage_goal", "stage_goal"},
		{workflow.LastingForm, func(_ *workflow.Issue, s *workflow.Step) { s.NextReview = today }, "missing_next_review", "next_review"},
		{workflow.Suspension, func(_ *workflow.Issue, s *workflow.Step) { s.Condition = " " }, "missing_condition", "condition"},
		{workflow.Cancellation, func(_ *workflow.Issue, s *workflow.Step) { s.Note = "不做了" }, "note_too_short", "note"},
	} {
		i, s := issueOf(d, workflow.Rectifying), stepOf(workflow.Ask, c.of)
		do(t, d, i, s, at(branchLine, rectifier))
		c.spoil(&i, &s)
		f := refused(t, d, i, s, at(branchLine, rectifier))
		require.Equal(t, [2]string{c.code, c.field}, [2]string{f.Code, f.Field})
	}
}

// A list that comes in late keeps its due days; what is sent back is not sent back overdue.
func TestADueDayThatHasPassed(t *testing.T) {
	d := machine(t, "standard")
	i, s := issueOf(d, workflow.Found), stepOf(workflow.Assign, "")
	i.Due, s.Due = "2025-12-31", ""
	require.Equal(t, workflow.Day("2025-12-31"), do(t, d, i, s, at(committeeLine, stranger)).Due)
	for action, state := range map[workflow.Action]workflow.State{workflow.Reject: workflow.Verifying, workflow.Refuse: workflow.Closing, workflow.Reopen: workflow.Closed} {
		i, s := issueOf(d, state), stepOf(action, "")
		i.Due, s.Due = "2025-12-31", ""
		require.Equal(t, "due_in_the_past", refused(t, d, i, s, at(groupLine, stranger)).Code)
		s.Due = today
		require.Equal(t, today, do(t, d, i, s, at(groupLine, stranger)).Due)
	}
}

// An issue is given downwards, to an org that exists, and a party does not judge its own.
func TestWhereAnIssueMayBeGiven(t *testing.T) {
	d := machine(t, "standard")
	for _, action := range []workflow.Action{workflow.Assign, workflow.Transfer} {
		state := map[workflow.Action]workflow.State{workflow.Assign: workflow.Found, workflow.Transfer: workflow.Rectifying}[action]
		for _, c := range []struct {
			spoil func(i *workflow.Issue, s *workflow.Step)
			by    workflow.Lineage
			code  string
		}{
			{func(_ *workflow.Issue, s *workflow.Step) {}, otherLine, "out_of_reach"},
			{func(_ *workflow.Issue, s *workflow.Step) {}, besideLine, "out_of_reach"},
			{func(_ *workflow.Issue, s *workflow.Step) { s.Facts.Line = otherLine }, committeeLine, "unknown_org"},
			{func(_ *workflow.Issue, s *workflow.Step) { s.Facts.Line = workflow.Lineage{} }, committeeLine, "unknown_org"},
			{func(i *workflow.Issue, s *workflow.Step) { s.Responsible, i.Line = 0, committeeLine }, committeeLine, "unknown_org"},
			{func(_ *workflow.Issue, s *workflow.Step) { s.Parties = []workflow.OrgID{beside, branch} }, committeeLine, "party_responsible"},
			{func(i *workflow.Issue, s *workflow.Step) { s.Parties, i.Parties = nil, []workflow.OrgID{branch} }, committeeLine, "party_responsible"},
		} {
			i, s := issueOf(d, state), stepOf(action, "")
			c.spoil(&i, &s)
			require.Equal(t, c.code, refused(t, d, i, s, at(c.by, stranger)).Code)
		}
		for _, line := range []workflow.Lineage{rootLine, groupLine, committeeLine, branchLine} {
			require.Equal(t, branch, do(t, d, issueOf(d, state), stepOf(action, ""), at(line, stranger)).Responsible)
		}
	}
}

func TestAnIssueIsRegisteredOnlyWithDetailAndSource(t *testing.T) {
	d := machine(t, "standard")
	whole := workflow.Issue{Source: "audit", Detail: "账目不符", Finder: committee, FinderLine: committeeLine}
	c, err := workflow.NewIssue(d, workflow.Finding{ID: 9, Number: "SJ-1", Issue: whole}, at(committeeLine, stranger), noon)
	require.NoError(t, err)
	require.Equal(t, workflow.Found, c.Issue.State)
	require.Equal(t, [3]any{1, 1, stranger}, [3]any{c.Issue.Version, c.Issue.Round, c.Issue.FoundBy})
	require.Equal(t, [4]any{committeeLine, today, "register", workflow.IssueID(9)}, [4]any{c.Issue.Line, c.Issue.FoundOn, c.Line.Action, c.Issue.ID})
	for field, part := range map[string]workflow.Issue{"source": {Detail: "账目不符"}, "detail": {Source: "audit"}} {
		_, err := workflow.NewIssue(d, workflow.Finding{Issue: part}, at(committeeLine, stranger), noon)
		require.ErrorIs(t, err, workflow.ErrInvalid)
		c, err := workflow.NewIssue(d, workflow.Finding{Issue: part, Draft: true}, at(committeeLine, stranger), noon)
		require.NoError(t, err, "a draft may lack its %s", field)
		require.Equal(t, workflow.Draft, c.Issue.State)
		require.Equal(t, "find", c.Line.Action)
	}
}

// A countersign has two to five organisations, each of them once, and one that can sign.
func TestWhoMayCountersign(t *testing.T) {
	d := machine(t, "major")
	given := func(parties ...workflow.OrgID) workflow.Step {
		s := stepOf(workflow.Assign, "")
		s.Grade, s.Parties = workflow.Major, parties
		return s
	}
	for _, c := range []struct {
		name string
		s    workflow.Step
		code string
	}{
		{"the verifier alone", given(committee), "bad_signers"},
		{"one twice", given(beside, beside), "named_twice"},
		{"the responsible one", given(beside, branch), "party_responsible"},
		{"five and the verifier", given(beside, root, group, 80, 81), "bad_signers"},
		{"six", given(beside, root, group, 80, 81, 82), "too_many"},
	} {
		f := refused(t, d, issueOf(d, workflow.Found), c.s, at(committeeLine, stranger))
		require.Equal(t, c.code, f.Code, c.name)
		require.Equal(t, "parties", f.Field, c.name)
	}
	mute := given(beside)
	mute.Facts.Mute = mute.Parties
	require.Equal(t, "party_cannot_sign", refused(t, d, issueOf(d, workflow.Found), mute, at(committeeLine, stranger)).Code)
	for _, parties := range [][]workflow.OrgID{{beside}, {beside, committee}, {beside, root, group, 80}, {committee, beside, root, group, 80}} {
		i := do(t, d, issueOf(d, workflow.Found), given(parties...), at(committeeLine, stranger))
		require.LessOrEqual(t, len(i.Signers()), 5)
	}
	i := issueOf(d, workflow.Rectifying)
	i.Parties = []workflow.OrgID{group}
	s := stepOf(workflow.Transfer, "")
	s.Responsible, s.Facts.Line, s.Parties = committee, committeeLine, nil
	require.Equal(t, "bad_signers", refused(t, d, i, s, at(groupLine, stranger)).Code, "the new verifier was the only party")
}
