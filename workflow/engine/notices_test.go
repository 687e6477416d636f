package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// Those whom a step concerns hear of it, with what it was and who took it; who took it does not, nor does anybody else.
func TestNotices(t *testing.T) { each(t, hearsOfSteps) }

func hearsOfSteps(t *testing.T, o *office) {
	heard := func(account string) (out []workflow.Action) {
		t.Helper()
		for after := ""; ; {
			page, err := o.Notices(o.ctx, o.actor(account), after, 2)
			require.NoError(t, err)
			for _, n := range page.Rows {
				out = append(out, n.Action)
			}
			if after = page.Next; after == "" {
				return out
			}
		}
	}
	unread := func(account string) int {
		n, more, err := o.NoticesUnread(o.ctx, o.actor(account), 10)
		require.NoError(t, err)
		require.False(t, more)
		return n
	}
	i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
	step := func(account string, do workflow.Step) {
		o.now = o.now.Add(time.Minute)
		o.do(account, i.ID, do)
	}
	step("zhenglan", o.assignTo("0101"))
	step("gaofeng", simple(workflow.Accept))
	step("gaofeng", o.planBy("mali"))
	step("xuning", simple(workflow.ApprovePlan))
	require.Equal(t, []workflow.Action{workflow.ApprovePlan, workflow.Assign}, heard("gaofeng"), "the latest first, and nothing of what he did himself")
	require.Equal(t, []workflow.Action{workflow.Accept}, heard("zhenglan")[1:], "who assigned hears that it was accepted")
	require.Contains(t, heard("xuning"), workflow.Plan)
	require.NotContains(t, heard("xuning"), workflow.ApprovePlan)
	require.Empty(t, heard("dingyi"), "administrators hear of no issue")
	require.Empty(t, heard("sunli"), "another branch hears nothing")

	page, err := o.Notices(o.ctx, o.actor("gaofeng"), "", 10)
	require.NoError(t, err)
	require.Equal(t, workflow.Responsible, page.Rows[0].As)
	require.Equal(t, i.Number, page.Rows[0].Number)
	require.True(t, page.Rows[0].Unread)
	require.Equal(t, 2, unread("gaofeng"))
	require.NoError(t, o.NoticesSeen(o.ctx, o.actor("gaofeng"), page.Upto))
	require.Zero(t, unread("gaofeng"))
	require.Len(t, heard("gaofeng"), 2, "what was read is still there")
	step("mali", finished())
	step("mali", submitted())
	step("xuning", passed())
	require.Equal(t, 1, unread("gaofeng"))
	require.NoError(t, o.NoticesSeen(o.ctx, o.actor("gaofeng"), o.now.Add(time.Hour)))
	o.now = o.now.Add(31 * 24 * time.Hour)
	require.Empty(t, heard("gaofeng"), "a month later it is history")
	_, err = o.Notices(o.ctx, o.actor("gaofeng"), "", 0)
	require.ErrorIs(t, err, workflow.ErrInvalid)
}

// Who has a measure alone, in an organisation that assists, hears what is told to the person responsible; their colleagues do not.
func TestNoticesOfMeasures(t *testing.T) { each(t, hearsOfOwnMeasures) }

func hearsOfOwnMeasures(t *testing.T, o *office) {
	heard := func(account string) (out []workflow.Action) {
		page, err := o.Notices(o.ctx, o.actor(account), "", 10)
		require.NoError(t, err)
		for _, n := range page.Rows {
			require.Contains(t, []workflow.Relation{workflow.Person, workflow.Assisting}, n.As)
			out = append(out, n.Action)
		}
		return out
	}
	i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
	assign := o.assignTo("0101")
	assign.Assisting = []workflow.OrgID{o.org("0103").ID}
	o.do("zhenglan", i.ID, assign)
	o.do("gaofeng", i.ID, simple(workflow.Accept))
	o.now = o.now.Add(time.Minute)
	require.Equal(t, []workflow.Action{workflow.Assign}, heard("luomin"), "that the branch assists")
	o.do("gaofeng", i.ID, o.planBy("luomin"))
	o.now = o.now.Add(time.Minute)
	o.do("xuning", i.ID, simple(workflow.ApprovePlan))
	require.Equal(t, []workflow.Action{workflow.ApprovePlan, workflow.Assign}, heard("luomin"))
	n, more, err := o.NoticesUnread(o.ctx, o.actor("luomin"), 10)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.False(t, more)
	require.Empty(t, heard("liangwen"))
}
