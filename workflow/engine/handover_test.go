package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// holding are two issues of 0101 with something for 高峰 to do, one that he is named for and one with a measure.
func (o *office) holding() (named, measured workflow.Issue) {
	named, measured = o.rectifying(workflow.Ordinary), o.rectifying(workflow.Ordinary)
	o.do("zhenglan", named.ID, workflow.Step{Action: workflow.Entrust, From: o.actor("gaofeng").Person, Person: o.actor("mali").Person, Note: "先由马丽"})
	return o.do("zhenglan", named.ID, workflow.Step{Action: workflow.Entrust, From: o.actor("mali").Person, Person: o.actor("gaofeng").Person, Note: "改回高峰"}), measured
}

func TestHandOver(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i, j := o.holding()
		gaofeng, mali := o.actor("gaofeng"), o.actor("mali")
		h := engine.HandOver{From: gaofeng.Person, Org: o.org("0101").ID}
		held, err := o.Held(o.ctx, o.actor("zhenglan"), h)
		require.NoError(t, err)
		require.Len(t, held.Rows, 2)
		require.Equal(t, []int{1}, held.Rows[0].Measures)
		require.Len(t, held.Successors, 1, "马丽 alone holds another post there")
		require.False(t, held.Ready(), "nobody was chosen yet")

		h.To, h.Note = mali.Person, "高峰调离"
		held, err = o.Held(o.ctx, gaofeng, h)
		require.NoError(t, err, "one's own")
		require.True(t, held.Ready())
		done, err := o.HandOver(o.ctx, o.actor("zhenglan"), "key", h)
		require.NoError(t, err)
		require.True(t, done.Done)
		require.Len(t, done.Rows, 2)
		for _, id := range []workflow.IssueID{i.ID, j.ID} {
			after, err := o.db.Issue(o.ctx, id)
			require.NoError(t, err)
			require.Equal(t, mali.Person, after.Measures[0].Person)
			lines := o.chainHolds(id)
			require.Equal(t, "entrust", lines[len(lines)-1].Action, "each issue has its own step")
		}
		again, err := o.HandOver(o.ctx, o.actor("zhenglan"), "key", h)
		require.NoError(t, err)
		require.True(t, again.Done)
		require.Len(t, again.Rows, 2, "the same key gives the same outcome")
		lines := o.chainHolds(i.ID)
		held, err = o.Held(o.ctx, gaofeng, engine.HandOver{From: gaofeng.Person, Org: h.Org})
		require.NoError(t, err)
		require.Empty(t, held.Rows)
		require.Len(t, o.chainHolds(i.ID), len(lines), "nothing was done twice")
		h.Note = "另一原因"
		_, err = o.HandOver(o.ctx, o.actor("zhenglan"), "key", h)
		fault(t, err, workflow.ErrInvalid, "key_reused")
		record, err := o.db.LastLine(o.ctx, engine.KindAccount, int64(gaofeng.Person))
		require.NoError(t, err)
		require.Equal(t, []any{"handed_over", "郑岚"}, []any{record.Action, record.Name})
		require.Contains(t, record.Note, "2项移交给马丽")
		require.Equal(t, workflow.Post("committee_deputy"), record.Post)
	})
}

// If one step would be refused nothing is done.
func TestAHandOverIsWholeOrNot(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i, _ := o.holding()
		o.do("mali", i.ID, finished())
		o.do("mali", i.ID, submitted())
		j := o.rectifying(workflow.Ordinary)
		huzq := o.actor("huzq")
		o.do("huzq", i.ID, passed())
		o.appoint("huzq", "0101", "branch_officer", "")
		o.do("zhenglan", i.ID, workflow.Step{Action: workflow.Refuse, Note: reason, Due: "2027-01-31"})
		i2, err := o.db.Issue(o.ctx, i.ID)
		require.NoError(t, err)
		o.do("zhenglan", i.ID, workflow.Step{Action: workflow.Transfer, Responsible: i2.Responsible, Person: o.actor("gaofeng").Person, Note: reason})
		h := engine.HandOver{From: o.actor("gaofeng").Person, To: huzq.Person, Org: o.org("0101").ID, Note: "高峰调离"}
		out, err := o.HandOver(o.ctx, o.actor("zhenglan"), "key", h)
		require.NoError(t, err)
		require.False(t, out.Done)
		refused := 0
		for _, r := range out.Rows {
			if r.Err != nil {
				refused++
				fault(t, r.Err, workflow.ErrForbidden, "persons_kept_apart")
				require.Equal(t, i.ID, r.Issue.ID, "胡志强 verified it in this round")
			}
		}
		require.Equal(t, 1, refused)
		after, err := o.db.Issue(o.ctx, j.ID)
		require.NoError(t, err)
		require.Equal(t, j.Version, after.Version, "nothing was done")
	})
}

func TestWhoHandsOver(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.holding()
		h := engine.HandOver{From: o.actor("gaofeng").Person, To: o.actor("mali").Person, Org: o.org("0101").ID, Note: "高峰调离"}
		for _, account := range []string{"luomin", "yeqing", "renan", "jianghe", "sunli"} {
			_, err := o.Held(o.ctx, o.actor(account), h)
			fault(t, err, workflow.ErrForbidden, "not_permitted")
			_, err = o.HandOver(o.ctx, o.actor(account), "", h)
			fault(t, err, workflow.ErrForbidden, "not_permitted")
		}
		h.To = o.actor("luomin").Person
		_, err := o.HandOver(o.ctx, o.actor("zhenglan"), "", h)
		fault(t, err, workflow.ErrInvalid, "no_post")
		h.To, h.Note = o.actor("mali").Person, " "
		_, err = o.HandOver(o.ctx, o.actor("zhenglan"), "", h)
		fault(t, err, workflow.ErrInvalid, "missing_note")
	})
}

// Who hands over asks for the end of the posts; the security administrator alone ends them.
func TestTheEndOfAPostIsAskedFor(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.holding()
		gaofeng, org := o.actor("gaofeng"), o.org("0101").ID
		h := engine.HandOver{From: gaofeng.Person, To: o.actor("mali").Person, Org: org, Note: "高峰调离", End: "2026-11-30"}
		n, err := o.StillHeld(o.ctx, o.actor("renan"), gaofeng.Person, org)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		for range 2 {
			_, err := o.HandOver(o.ctx, o.actor("zhenglan"), "key", h)
			require.NoError(t, err)
		}
		v, err := o.OrgView(o.ctx, org)
		require.NoError(t, err)
		asked := v.Everyone[0]
		require.Equal(t, []any{gaofeng.Person, workflow.Day("2026-11-30"), workflow.Day("")}, []any{asked.Person, asked.AskedUntil, asked.Until})
		require.True(t, asked.EndAsked())
		lines, err := o.db.History(o.ctx, engine.KindAccount, int64(gaofeng.Person), 0, 50)
		require.NoError(t, err)
		require.Equal(t, []string{"handed_over", "end_asked"}, []string{lines[len(lines)-2].Action, lines[len(lines)-1].Action}, "once")
		require.NoError(t, o.EndAppointment(o.ctx, o.actor("renan"), gaofeng.Person, asked.ID, "2026-11-30"))
		v, err = o.OrgView(o.ctx, org)
		require.NoError(t, err)
		require.False(t, v.Everyone[0].EndAsked())
	})
}

// Who holds a measure of an issue in which their unit only assists hands it over as well, and nothing else of that issue.
func TestAnAssistingUnitHandsOver(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.appoint("penghui", "0102", "branch_officer", "")
		o.appoint("liangwen", "0102", "branch_officer", "")
		i := o.find("zhenglan", engine.Finding{Org: o.org("0100").ID, Detail: "采购未招标", Source: "inspection", Responsible: o.org("0101").ID})
		assign := o.assignTo("0101")
		assign.Assisting = []workflow.OrgID{o.org("0102").ID}
		o.do("zhenglan", i.ID, assign)
		o.do("gaofeng", i.ID, simple(workflow.Accept))
		plan := o.planBy("mali")
		plan.Measures = append(plan.Measures, workflow.Measure{Text: "协助核对", Org: o.org("0102").ID, Person: o.actor("liangwen").Person, Due: "2026-12-01"})
		o.do("gaofeng", i.ID, plan)
		o.do("zhenglan", i.ID, simple(workflow.ApprovePlan))
		_, err := o.try("penghui", i.ID, workflow.Step{Action: workflow.Entrust, From: o.actor("mali").Person, Person: o.actor("penghui").Person, Note: reason})
		fault(t, err, workflow.ErrForbidden, "not_their_measure")
		_, err = o.try("liangwen", i.ID, workflow.Step{Action: workflow.Entrust, From: o.actor("liangwen").Person, Person: o.actor("mali").Person, Note: reason})
		fault(t, err, workflow.ErrForbidden, "not_their_own")
		out, err := o.HandOver(o.ctx, o.actor("liangwen"), "key", engine.HandOver{From: o.actor("liangwen").Person, To: o.actor("penghui").Person,
			Org: o.org("0102").ID, Note: "梁文调离"})
		require.NoError(t, err)
		require.True(t, out.Done)
		after, err := o.db.Issue(o.ctx, i.ID)
		require.NoError(t, err)
		require.Equal(t, o.actor("penghui").Person, after.Measures[1].Person)
		require.Equal(t, o.actor("mali").Person, after.Measures[0].Person)
	})
}
