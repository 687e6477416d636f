package api

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// Looking through the rows of a long list does not read the workbook again; importing does, and so does another person.
func TestRowsAreLookedThroughQuickly(t *testing.T) {
	o := newOffice(t)
	var rows []string
	for n := range 2000 {
		rows = append(rows, fmt.Sprintf("%d,第%d个问题,没有这个支部,2026-12-31", n+1, n+1))
	}
	list := written(t, "序号,存在问题,责任单位,整改时限", rows...)
	took := func(fn func()) time.Duration {
		begin := time.Now()
		fn()
		return time.Since(begin)
	}
	var understood string
	first := took(func() {
		a := o.upload("xuning", importPage, list, "@file", "表.xlsx", "source", "self_check")
		require.Equal(t, 303, a.status, a.body)
		understood = a.header.Get("Location")
	})
	next := first
	for range 5 { // a machine that is busy slows down one or another
		next = min(next, took(func() {
			require.Contains(t, o.call("xuning", "GET", understood+"&show=refused&from=100", "").body, "第101个问题")
		}))
	}
	t.Log(first, next)
	require.Less(t, next, first/3)
	o.takeIt("xuning", understood, "good")
	by, err := o.Engine.ActorNamed(t.Context(), "xuning")
	require.NoError(t, err)
	_, ok := o.checks.of(&by, understood)
	require.False(t, ok, "what is known already has changed")
}

func TestChecksAreKeptForAWhile(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	q := &checks{now: func() time.Time { return now }}
	by := workflow.Actor{Person: 1, Appointments: []workflow.Appointment{{ID: 7}}}
	q.keep(&by, "/a", engine.Report{Read: 5})
	r, ok := q.of(&by, "/a")
	require.True(t, ok)
	require.Equal(t, 5, r.Read)

	other := workflow.Actor{Person: 2, Appointments: by.Appointments}
	_, ok = q.of(&other, "/a")
	require.False(t, ok, "another person")
	_, ok = q.of(&workflow.Actor{Person: 1}, "/a")
	require.False(t, ok, "a post less")
	_, ok = q.of(&by, "/b")
	require.False(t, ok, "another workbook")

	for n := range checksKept - 1 {
		q.keep(&other, fmt.Sprint(n), engine.Report{})
	}
	_, ok = q.of(&by, "/a")
	require.True(t, ok)
	q.keep(&other, "one more", engine.Report{})
	_, ok = q.of(&by, "/a")
	require.False(t, ok, "the oldest makes room")
	require.Len(t, q.kept, checksKept)

	now = now.Add(checkKept)
	_, ok = q.of(&other, "one more")
	require.False(t, ok, "it is too long ago")
}

// The table of a countersign is there while it is under way, and does not say of a closed issue that somebody's yes is awaited.
func TestACountersignIsShownWhileItIsUnderWay(t *testing.T) {
	v := engine.View{Issue: workflow.Issue{State: workflow.Verifying, Verifier: 1, Parties: []workflow.OrgID{2}}}
	require.Len(t, signersOf(&v), 2)
	for _, over := range []workflow.State{workflow.Rectifying, workflow.Closing, workflow.Closed} {
		v.Issue.State = over
		require.Empty(t, signersOf(&v), over)
	}
}

// The program acts by no post of an organisation, so its name is said once.
func TestTheProgramIsNamedOnce(t *testing.T) {
	by := workflow.Program(workflow.Place{Org: 1})
	n := engine.Notice{}
	n.Name, n.OrgName = by.Name, by.Appointments[0].OrgName
	require.Empty(t, noticeRow(n).Org)
	n.OrgName = "甲"
	require.Equal(t, "甲", noticeRow(n).Org)
	require.Empty(t, eventOf(&page.RecordLine{Name: by.Name, Org: by.Appointments[0].OrgName, Post: same("系统自动")}).Post)
}
