package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// asked is a button of a page: an action, and for requests what is asked.
type asked struct {
	do workflow.Action
	of workflow.RequestKind
}

// buttons lists every step that there is.
func buttons() []asked {
	var all []asked
	for _, rule := range workflow.Actions() {
		switch {
		case !rule.Step:
		case rule.Action == workflow.Ask:
			for _, kind := range workflow.RequestKinds() {
				all = append(all, asked{rule.Action, workflow.RequestKind(kind.Word)})
			}
		default:
			all = append(all, asked{do: rule.Action})
		}
	}
	return all
}

// staff are the accounts of everyone.
func (o *office) staff() []string {
	o.t.Helper()
	people, err := o.People(o.ctx, workflow.Actor{}, "", engine.PageLimit)
	require.NoError(o.t, err)
	var accounts []string
	for _, p := range people {
		accounts = append(accounts, p.Account)
	}
	require.Greater(o.t, len(accounts), 30)
	return accounts
}

// offersHold sees, for everyone of the staff, that exactly the offered steps would be accepted with suitable input, and that Explain
// says the same. What is asked here does not depend on the database, so it is asked on one of them.
func (o *office) offersHold(id workflow.IssueID) {
	o.t.Helper()
	if o.db.Dialect() != store.SQLite {
		return
	}
	for _, account := range o.staff() {
		by := o.actor(account)
		view, err := o.Issue(o.ctx, by, id)
		if err != nil {
			fault(o.t, err, workflow.ErrNotFound, "no_such_issue")
			o.hiddenFrom(by, id)
			continue
		}
		offered := map[asked]bool{}
		for _, x := range view.Offers {
			a := asked{do: x.Action}
			if x.Action == workflow.Ask {
				a.of = x.Request
			}
			offered[a] = true
			require.NotEmpty(o.t, x.Grant.Rule)
		}
		for _, b := range buttons() {
			o.agree(by, &view.Issue, b, offered[b])
		}
	}
}

func (o *office) agree(by workflow.Actor, i *workflow.Issue, b asked, offered bool) {
	o.t.Helper()
	x, err := o.Explain(o.ctx, by, "", i.ID, b.do, b.of)
	require.NoError(o.t, err)
	require.Equal(o.t, offered, x.Allowed, "%s: %v in %s: offered and explained are not the same: %s", by.Account, b, i.State, x.Reason)
	require.Equal(o.t, offered, x.Code == "")
	require.NotEmpty(o.t, x.Reason.Zh)
	if b.do == workflow.Merge || b.do == workflow.Unmerge {
		return // two issues take part: these have a test of their own
	}
	refusals := o.rehearse(by, i, o.suitable(i, b))
	accepted := slices.Contains(refusals, nil)
	require.Equal(o.t, offered, accepted, "%s: %v in %s: %v", by.Account, b, i.State, refusals)
}

// hiddenFrom sees that somebody who may not see the issue learns nothing by trying.
func (o *office) hiddenFrom(by workflow.Actor, id workflow.IssueID) {
	o.t.Helper()
	_, err := o.Do(o.ctx, by, id, 1, "", simple(workflow.Comment))
	_, none := o.Do(o.ctx, by, 12345, 1, "", simple(workflow.Comment))
	require.Equal(o.t, fault(o.t, none, workflow.ErrNotFound, "no_such_issue"), fault(o.t, err, workflow.ErrNotFound, "no_such_issue"))
}

// rehearse asks of each step whether it would be accepted, and takes none: with them goes one that cannot be done, and bulk steps are
// done together or not at all.
func (o *office) rehearse(by workflow.Actor, i *workflow.Issue, steps []workflow.Step) []error {
	o.t.Helper()
	bulk := []engine.Bulk{{ID: 12345, Version: 1, Step: simple(workflow.Comment)}}
	for _, s := range steps {
		bulk = append(bulk, engine.Bulk{ID: i.ID, Version: i.Version, Step: s})
	}
	done, results, err := o.DoAll(o.ctx, by, "", bulk)
	require.NoError(o.t, err)
	require.False(o.t, done)
	var out []error
	for _, r := range results[1:] {
		if _, ok := errors.AsType[*workflow.Fault](r.Err); r.Err != nil && !ok {
			require.NoError(o.t, r.Err)
		}
		out = append(out, r.Err)
	}
	return out
}

// suitable are the ways to fill in the form of a step, one of which is right if any is.
func (o *office) suitable(i *workflow.Issue, b asked) []workflow.Step {
	later := workflow.Day("2027-06-30")
	s := workflow.Step{Action: b.do, Request: b.of, Note: reason, Basis: "会议纪要〔2026〕3号", Due: later, Evidence: texts("照片"), Criteria: met(),
		StageGoal: "半年见效", NextReview: later, Condition: "经费到位", Decided: "党组会议",
		Letter: workflow.Letter{Rung: i.NextRung(), Grounds: "超期三十日仍未见成效", Asked: "一周内报送进展", Decided: "纪委", Limit: later},
		Call:   workflow.CallFor{To: o.org("0300").ID, Wants: workflow.WantsHelp}, Reply: workflow.ReplyHelp, Orgs: []workflow.OrgID{o.org("0105").ID}}
	switch b.do {
	case workflow.Finish:
		s.Measure = 1 + slices.IndexFunc(i.Measures, func(m workflow.Measure) bool { return !m.Done })
	case workflow.Plan:
		s.Measures = []workflow.Measure{{Text: "补齐", Person: o.actor("xielin").Person, Due: later}}
	case workflow.Entrust:
		return o.successors(s)
	case workflow.Record:
		s.Document = workflow.Document{Number: "临委〔2026〕1号", File: o.upload("批复.txt", []byte("同意销号"))}
	case workflow.Assign, workflow.Transfer:
		return o.placings(i, s)
	}
	return []workflow.Step{s}
}

// successors are a step with each of two people as the one who takes over: one may be the person that the issue has.
func (o *office) successors(s workflow.Step) []workflow.Step {
	one, other := s, s
	one.Person, other.Person = o.actor("xielin").Person, o.actor("gaofeng").Person
	return []workflow.Step{one, other}
}

// placings are a step with each of a few organisations as the responsible one.
func (o *office) placings(i *workflow.Issue, s workflow.Step) []workflow.Step {
	var out []workflow.Step
	s.Kind, s.Grade = i.Kind, i.Grade
	if s.Kind == "" {
		s.Kind = workflow.KindTimed
	}
	if s.Grade == workflow.NoGrade {
		s.Grade = workflow.Ordinary
	}
	if s.Grade == workflow.Major {
		s.Parties = []workflow.OrgID{o.org("0300").ID}
	}
	for _, code := range []string{"0105", "0205", "0313"} {
		s.Responsible = o.org(code).ID
		out = append(out, s)
	}
	return out
}

// upload puts a file where a step can name it.
func (o *office) upload(name string, body []byte) string {
	o.t.Helper()
	hash, ok := o.uploads[name]
	if !ok {
		info, err := o.PutFile(o.ctx, o.actor("gaofeng"), name, bytes.NewReader(body))
		require.NoError(o.t, err, fmt.Sprint(name))
		if o.uploads == nil {
			o.uploads = map[string]string{}
		}
		hash = info.Hash
		o.uploads[name] = hash
	}
	return hash
}
