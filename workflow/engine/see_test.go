package engine_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// spread writes down issues all over the tree, with organisations from elsewhere that have a part in them, some of them under way.
func (o *office) spread() []workflow.Issue {
	o.t.Helper()
	o.importList("hejing", selfCheckList, "self_check", "")
	o.importList("hanbing", auditPair, "audit", "")
	assisted := o.assignTo("0101")
	assisted.Assisting = []workflow.OrgID{o.org("0201").ID, o.org("0311").ID}
	i := o.find("gaofeng", engine.Finding{Detail: "互不通报", Source: "self_check"})
	o.do("zhenglan", i.ID, assisted)
	major := o.assignTo("0104")
	major.Grade, major.Parties = workflow.Major, []workflow.OrgID{o.org("0200").ID}
	i = o.find("linsf", engine.Finding{Detail: "采购未招标", Source: "inspection", Responsible: o.org("0104").ID})
	o.do("linsf", i.ID, major)
	named := o.assignTo("0311")
	named.Person = o.actor("gaofeng").Person
	i = o.find("hejing", engine.Finding{Detail: "协同不力", Source: "supervision", Responsible: o.org("0311").ID})
	o.do("hejing", i.ID, named)
	o.find("hejing", engine.Finding{Detail: "本级问题", Source: "inspection"})
	o.find("yeqing", engine.Finding{Detail: "草稿", Source: "audit", Draft: true})
	id := o.rectifying(workflow.Ordinary).ID
	o.do("gaofeng", id, request(workflow.Extension, "2027-01-31"))
	return o.all("zhouqm", engine.Filter{})
}

// Lists, counts, exports, histories, explanations and files show what a look at the issue shows, and nothing else.
func TestNobodySeesMoreInOnePlaceThanInAnother(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		all := o.spread()
		require.Len(t, all, 47)
		for _, account := range o.staff() {
			by := o.actor(account)
			var seen []workflow.IssueID
			for _, i := range all {
				_, err := o.Issue(o.ctx, by, i.ID)
				if err == nil {
					seen = append(seen, i.ID)
					continue
				}
				fault(t, err, workflow.ErrNotFound, "no_such_issue")
				o.hidesAll(by, &i)
			}
			var listed []workflow.IssueID
			for _, i := range o.all(account, engine.Filter{}) {
				listed = append(listed, i.ID)
			}
			require.ElementsMatch(t, seen, listed, account)
			counts, err := o.Counts(o.ctx, by, engine.Filter{}, 0)
			require.NoError(t, err)
			require.Equal(t, len(seen), counts.Total, account)
			var out bytes.Buffer
			require.NoError(t, o.ExportLedger(o.ctx, by, engine.Filter{}, 0, "", &out))
			_, cells := cellsOf(t, out.Bytes())
			for _, i := range all {
				require.Equal(t, slices.Contains(seen, i.ID), slices.Contains(cells, i.Number), "%s: %s", account, i.Number)
			}
		}
	})
}

// hidesAll sees that every door answers the same to who may not see the issue.
func (o *office) hidesAll(by workflow.Actor, i *workflow.Issue) {
	o.t.Helper()
	_, numbered := o.IssueNumbered(o.ctx, by, i.Number)
	_, history := o.History(o.ctx, by, i.ID, 0, 10)
	_, explained := o.Explain(o.ctx, by, "", i.ID, workflow.View, "")
	_, _, opened := o.OpenFile(o.ctx, by, i.ID, "abc")
	_, none := o.IssueNumbered(o.ctx, by, "XX-0-2026-0001")
	for _, err := range []error{numbered, history, explained, opened, none} {
		fault(o.t, err, workflow.ErrNotFound, "no_such_issue")
		require.Equal(o.t, none.Error(), err.Error())
	}
}

// For anyone who might be appointed to anything, the condition of lists and the policy give the same answer on every issue.
func TestScopeIsThePolicy(t *testing.T) {
	guard, err := compiled()
	require.NoError(t, err)
	each(t, func(t *testing.T, o *office) {
		all := o.spread()
		orgs, err := o.Orgs(o.ctx, 0, "", engine.PageLimit)
		require.NoError(t, err)
		var people []workflow.PersonID
		for _, account := range o.staff() {
			people = append(people, o.actor(account).Person)
		}
		rapid.Check(t, func(r *rapid.T) {
			by := workflow.Actor{Person: rapid.SampledFrom(people).Draw(r, "person")}
			for n := range rapid.IntRange(0, 3).Draw(r, "posts") {
				by.Appointments = append(by.Appointments, drawAppointment(r, n, orgs, people))
			}
			i := rapid.SampledFrom(all).Draw(r, "issue")
			s := guard.Scope(&by)
			in, err := o.db.InScope(o.ctx, store.Scope{Subtrees: s.Subtrees, Orgs: s.Orgs, People: s.People}, i.ID)
			if err != nil {
				r.Fatal(err)
			}
			if _, may := guard.Allow(&by, workflow.View, &i, i.Grade); may != in {
				r.Fatalf("the policy says %v, lists say %v", may, in)
			}
		})
	})
}

func drawAppointment(r *rapid.T, n int, orgs []engine.Org, people []workflow.PersonID) workflow.Appointment {
	org := rapid.SampledFrom(orgs).Draw(r, fmt.Sprint("org ", n))
	posts := slices.DeleteFunc(workflow.Posts(), func(p workflow.PostRule) bool { return !slices.Contains(p.Levels, org.Level) })
	a := workflow.Appointment{Org: org.ID, Line: org.Line, Post: rapid.SampledFrom(posts).Draw(r, fmt.Sprint("post ", n)).Post}
	if rapid.Bool().Draw(r, fmt.Sprint("stand-in ", n)) {
		a.For = rapid.SampledFrom(people).Draw(r, fmt.Sprint("for ", n))
	}
	return a
}

// Pages of every size add up to the same list, narrowed or not.
func TestPagesAddUp(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.spread()
		by := o.actor("zhouqm")
		for _, f := range []engine.Filter{{}, {Phase: workflow.PhaseFind}, {Sources: []workflow.Source{"audit", "self_check"}}, {Text: "自查"}, {Light: workflow.LightNone}} {
			for _, under := range []workflow.OrgID{0, o.org("0100").ID, o.org("0201").ID} {
				counts, err := o.Counts(o.ctx, by, f, under)
				require.NoError(t, err)
				for _, size := range []int{1, 7, engine.PageLimit} {
					require.Equal(t, counts.Total, o.paged(by, f, under, size))
				}
			}
		}
		for _, limit := range []int{0, -1, engine.PageLimit + 1} {
			_, err := o.Issues(o.ctx, by, engine.Filter{}, 0, "", limit)
			fault(t, err, workflow.ErrInvalid, "bad_limit")
		}
		_, err := o.Issues(o.ctx, by, engine.Filter{}, 0, "not a cursor", 10)
		fault(t, err, workflow.ErrInvalid, "bad_cursor")
	})
}

func (o *office) paged(by workflow.Actor, f engine.Filter, under workflow.OrgID, size int) int {
	o.t.Helper()
	seen := map[workflow.IssueID]bool{}
	var last workflow.Day
	for after := ""; ; {
		page, err := o.Issues(o.ctx, by, f, under, after, size)
		require.NoError(o.t, err)
		for _, row := range page.Rows {
			require.False(o.t, seen[row.ID], "each once")
			seen[row.ID] = true
			if row.Due != "" {
				require.LessOrEqual(o.t, last, row.Due)
				last = row.Due
			}
			require.Contains(o.t, page.Orgs, row.Finder)
		}
		if after = page.Next; after == "" {
			return len(seen)
		}
	}
}
