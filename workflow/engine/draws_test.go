package engine_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// closedIssue is an issue of 0101 that went all the way.
func (o *office) closedIssue() workflow.Issue {
	o.t.Helper()
	i := o.verifying(workflow.Ordinary)
	o.do("xuning", i.ID, passed())
	return o.do("wuhai", i.ID, simple(workflow.Close))
}

// A draw is announced, held on its day, the same for everybody who draws again by hand, and what it picks waits for the closing org.
func TestADrawIsAnnouncedAndHeld(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		closed := make(map[string]workflow.Issue)
		for range 4 {
			i := o.closedIssue()
			closed[i.Number] = i
		}
		today := o.Today()
		plan := engine.DrawPlan{Org: o.org("0100").ID, From: today.Add(-30), To: today, Size: 2, On: today.Add(1)}

		_, err := o.AnnounceDraw(o.ctx, o.actor("gaofeng"), plan)
		fault(t, err, workflow.ErrForbidden, "out_of_reach")
		for code, spoil := range map[string]func(*engine.DrawPlan){
			"draw_too_soon": func(p *engine.DrawPlan) { p.On = today }, "bad_size": func(p *engine.DrawPlan) { p.Size = 0 },
			"bad_span": func(p *engine.DrawPlan) { p.To = p.From.Add(-1) },
		} {
			bad := plan
			spoil(&bad)
			_, err := o.AnnounceDraw(o.ctx, o.actor("wuhai"), bad)
			fault(t, err, workflow.ErrInvalid, code)
		}
		d, err := o.AnnounceDraw(o.ctx, o.actor("wuhai"), plan)
		require.NoError(t, err)
		_, err = o.HoldDraw(o.ctx, o.actor("wuhai"), d.ID)
		fault(t, err, workflow.ErrRefused, "not_the_day")

		o.now = plan.On.Time().Add(8 * time.Hour)
		_, err = o.HoldDraw(o.ctx, o.actor("gaofeng"), d.ID)
		fault(t, err, workflow.ErrForbidden, "out_of_reach")
		var both sync.WaitGroup
		held := make([]engine.Draw, 2)
		for n := range held {
			both.Go(func() {
				h, err := o.HoldDraw(o.ctx, o.actor("wuhai"), d.ID)
				if err == nil {
					held[n] = h
				}
			})
		}
		both.Wait()
		require.Len(t, held[0].Drawn, 2)
		require.Equal(t, held[0].Drawn, held[1].Drawn)

		proof, err := o.DrawProof(o.ctx, d.ID)
		require.NoError(t, err)
		require.Len(t, proof.Population, 4)
		require.Equal(t, proof.Drawn, workflow.Sample(proof.Lot.Seed(), proof.Population, plan.Size))
		head, err := o.db.HeadBefore(o.ctx, plan.On.Time())
		require.NoError(t, err)
		require.Equal(t, head, proof.Lot.Head, "history before the day decides, and nothing after it")
		for number, i := range closed {
			view, err := o.IssueNumbered(o.ctx, o.actor("wuhai"), number)
			require.NoError(t, err)
			picked := number == held[0].Drawn[0] || number == held[0].Drawn[1]
			require.Equal(t, picked, view.Issue.LookBack.Waits(), number)
			require.Equal(t, picked, view.Issue.Turn() == i.Closer, number)
			if picked {
				require.Equal(t, d.Number, view.Issue.LookBack.Draw)
			}
		}
		kept := o.do("wuhai", closed[held[0].Drawn[0]].ID, simple(workflow.LookBackAt))
		require.False(t, kept.LookBack.Waits())
		_, err = o.HoldDraw(o.ctx, o.actor("wuhai"), d.ID)
		require.NoError(t, err, "holding it again changes nothing")
		again, err := o.Issue(o.ctx, o.actor("wuhai"), kept.ID)
		require.NoError(t, err)
		same(t, kept, again.Issue)
	})
}
