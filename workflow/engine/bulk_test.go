package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// assignAll are the steps that assign issues as their rows propose.
func assignAll(issues []workflow.Issue) []engine.Bulk {
	var steps []engine.Bulk
	for _, i := range issues {
		grade := i.Grade
		if grade == workflow.NoGrade {
			grade = workflow.Ordinary
		}
		steps = append(steps, engine.Bulk{ID: i.ID, Version: i.Version, Step: workflow.Step{Action: workflow.Assign, Grade: grade}})
	}
	return steps
}

func TestBulkStepsAreAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.importList("zhenglan", inspectionList, "inspection", "")
		steps := assignAll(o.all("zhenglan", engine.Filter{}))
		steps[7].Version = 9
		done, results, err := o.DoAll(o.ctx, o.actor("zhenglan"), "k1", steps)
		require.NoError(t, err)
		require.False(t, done)
		for n, r := range results {
			require.Equal(t, steps[n].ID, r.ID)
			if n == 7 {
				fault(t, r.Err, workflow.ErrConflict, "stale_version")
				continue
			}
			require.NoError(t, r.Err)
		}
		require.Len(t, o.all("zhenglan", engine.Filter{States: []workflow.State{workflow.Found}}), 25, "nothing was done")

		steps[7].Version = 1
		done, results, err = o.DoAll(o.ctx, o.actor("zhenglan"), "k1", steps)
		require.NoError(t, err)
		require.True(t, done)
		for _, r := range results {
			require.NoError(t, r.Err)
			require.Equal(t, workflow.Assigned, r.Issue.State)
		}
		again, repeated, err := o.DoAll(o.ctx, o.actor("zhenglan"), "k1", steps)
		require.NoError(t, err)
		require.True(t, again)
		same(t, results, repeated)
		require.Len(t, o.chainHolds(steps[0].ID), 2)
	})
}

func TestBulkStepsHaveBounds(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
		for _, steps := range [][]engine.Bulk{nil, make([]engine.Bulk, engine.BulkLimit+1)} {
			_, _, err := o.DoAll(o.ctx, o.actor("zhenglan"), "", steps)
			fault(t, err, workflow.ErrInvalid, "bad_bulk")
		}
		done, results, err := o.DoAll(o.ctx, o.actor("zhenglan"), "", []engine.Bulk{{ID: i.ID, Version: 1, Step: simple(workflow.Merge)}})
		require.NoError(t, err)
		require.False(t, done)
		fault(t, results[0].Err, workflow.ErrInvalid, "unknown_action")
		done, results, err = o.DoAll(o.ctx, o.actor("luomin"), "", []engine.Bulk{{ID: i.ID, Version: 1, Step: simple(workflow.Comment)}})
		require.NoError(t, err)
		require.False(t, done)
		fault(t, results[0].Err, workflow.ErrNotFound, "no_such_issue")
	})
}

func TestKeys(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		f := engine.Finding{Detail: "台账不全", Source: "self_check"}
		by := o.actor("gaofeng")
		i, err := o.Find(o.ctx, by, "f", f)
		require.NoError(t, err)
		again, err := o.Find(o.ctx, by, "f", f)
		require.NoError(t, err)
		same(t, i, again)
		f.Detail = "别的"
		_, err = o.Find(o.ctx, by, "f", f)
		fault(t, err, workflow.ErrInvalid, "key_reused")

		assign := o.assignTo("0101")
		first, err := o.Do(o.ctx, o.actor("zhenglan"), i.ID, 1, "k", assign)
		require.NoError(t, err)
		o.do("gaofeng", i.ID, simple(workflow.Accept))
		again, err = o.Do(o.ctx, o.actor("zhenglan"), i.ID, 1, "k", assign)
		require.NoError(t, err)
		same(t, first, again) // the answer of then, not of now
		assign.Due = "2027-01-01"
		_, err = o.Do(o.ctx, o.actor("zhenglan"), i.ID, 1, "k", assign)
		fault(t, err, workflow.ErrInvalid, "key_reused")
		_, err = o.Do(o.ctx, o.actor("xuning"), i.ID, 3, "k", simple(workflow.Urge))
		require.NoError(t, err, "the key of another person is another key")
		_, err = o.Do(o.ctx, o.actor("luomin"), i.ID, 1, "k", assign)
		fault(t, err, workflow.ErrNotFound, "no_such_issue")
		require.Len(t, o.chainHolds(i.ID), 4)
	})
}

// One problem from two sources: it is rectified once, and each source finds it under its own number.
func TestMerging(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		a := o.find("zhenglan", engine.Finding{Detail: "合同未备案", Source: "audit", OwnNumber: "审-3", Responsible: o.org("0101").ID})
		b := o.find("zhenglan", engine.Finding{Detail: "合同备案不全", Source: "inspection", OwnNumber: "巡-9", Responsible: o.org("0101").ID})
		o.do("zhenglan", a.ID, o.assignTo("0101"))
		merge := workflow.Step{Action: workflow.Merge, Other: b.ID, Note: reason}
		o.refused("gaofeng", a.ID, merge, workflow.ErrForbidden, "not_permitted")
		o.refused("zhenglan", a.ID, workflow.Step{Action: workflow.Merge, Other: a.ID}, workflow.ErrInvalid, "missing_other")
		o.refused("zhenglan", a.ID, workflow.Step{Action: workflow.Merge}, workflow.ErrInvalid, "missing_other")
		beyond := o.find("hanbing", engine.Finding{Detail: "合同未备案", Source: "audit", Responsible: o.org("0201").ID})
		o.refused("zhenglan", a.ID, workflow.Step{Action: workflow.Merge, Other: beyond.ID}, workflow.ErrNotFound, "no_such_issue")

		left, err := o.Do(o.ctx, o.actor("zhenglan"), a.ID, 2, "m", merge)
		require.NoError(t, err)
		require.Equal(t, []any{workflow.Merged, b.ID, "审-3"}, []any{left.State, left.MergedInto, left.OwnNumber})
		again, err := o.Do(o.ctx, o.actor("zhenglan"), a.ID, 2, "m", merge)
		require.NoError(t, err)
		same(t, left, again)
		o.offersHold(a.ID)
		stays, err := o.db.Issue(o.ctx, b.ID)
		require.NoError(t, err)
		require.Equal(t, []workflow.Absorbed{{Issue: a.ID, Number: a.Number, Source: "audit", OwnNumber: "审-3"}}, stays.Absorbed)
		require.Equal(t, []any{2, workflow.Found}, []any{stays.Version, stays.State})
		require.Len(t, o.chainHolds(b.ID), 2)

		back := o.do("zhenglan", a.ID, workflow.Step{Action: workflow.Unmerge})
		require.Equal(t, []any{workflow.Assigned, workflow.IssueID(0), workflow.Day("2026-11-04")}, []any{back.State, back.MergedInto, back.Clock.Until})
		stays, err = o.db.Issue(o.ctx, b.ID)
		require.NoError(t, err)
		require.Empty(t, stays.Absorbed)
		o.chainHolds(a.ID)
		o.chainHolds(b.ID)
	})
}

func TestNoMergeIntoWhatHasEnded(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		closed := o.verifying(workflow.Ordinary).ID
		o.do("xuning", closed, passed())
		o.do("wuhai", closed, simple(workflow.Close))
		a := o.find("gaofeng", engine.Finding{Detail: "合同未备案", Source: "self_check"})
		o.refused("zhenglan", a.ID, workflow.Step{Action: workflow.Merge, Other: closed}, workflow.ErrRefused, "other_not_open")
	})
}
