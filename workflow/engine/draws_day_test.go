package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// linesOf are the lines of a draw.
func (o *office) linesOf(d engine.Draw) []workflow.Line {
	o.t.Helper()
	lines, err := o.db.History(o.ctx, "draw", d.ID, 0, 100)
	require.NoError(o.t, err)
	return lines
}

// picked is how many of some issues wait for a look-back because of a draw.
func (o *office) picked(d engine.Draw, ids ...workflow.IssueID) (n int) {
	o.t.Helper()
	for _, id := range ids {
		if i := o.read(id); i.LookBack.Draw == d.Number {
			require.True(o.t, i.LookBack.Waits())
			n++
		}
	}
	return n
}

// A draw that nobody holds is held by the program on the first working day from its own on, once, as anybody would have held it; one that
// was broken off goes on; one that somebody held is let be.
func TestTheProgramHoldsWhatWasAnnounced(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		a, b, c := o.closedIssue(), o.closedIssue(), o.closedIssue()
		closed := []workflow.IssueID{a.ID, b.ID, c.ID}
		announce := func(on workflow.Day) engine.Draw {
			d, err := o.AnnounceDraw(o.ctx, o.actor("wuhai"), engine.DrawPlan{Org: o.org("0100").ID, From: "2026-11-01", To: o.Today(), Size: 1, On: on})
			require.NoError(t, err)
			return d
		}
		byHand, byProgram, onDayOff := announce("2026-11-03"), announce("2026-11-03"), announce("2026-11-07")

		o.now = at("2026-11-03", 7)
		_, err := o.HoldDraw(o.ctx, o.actor("wuhai"), byHand.ID)
		require.NoError(t, err)
		o.runUpTo("2026-11-03", "2026-11-06")
		for d, name := range map[*engine.Draw]string{&byHand: "吴海", &byProgram: "系统自动"} {
			lines := o.linesOf(*d)
			require.Len(t, lines, 2, "announced, and drawn once")
			require.Equal(t, []string{"drawn", name}, []string{lines[1].Action, lines[1].Name})
			require.Equal(t, workflow.Day("2026-11-03"), workflow.DayOf(lines[1].At))
			require.Equal(t, 1, o.picked(*d, closed...))
		}
		proof, err := o.DrawProof(o.ctx, byProgram.ID)
		require.NoError(t, err)
		require.Len(t, proof.Population, 2, "what the first draw picked is not drawn again")
		require.Equal(t, proof.Drawn, workflow.Sample(proof.Lot.Seed(), proof.Population, 1))

		o.runUpTo("2026-11-07", "2026-11-10")
		lines := o.linesOf(onDayOff)
		require.Len(t, lines, 2)
		require.Equal(t, workflow.Day("2026-11-09"), workflow.DayOf(lines[1].At), "the Monday after")
		require.Equal(t, 1, o.picked(onDayOff, closed...))
	})
}

// What was drawn by a process that was killed before it picked is picked by the next run.
func TestADrawThatWasBrokenOffGoesOn(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		a, b := o.closedIssue(), o.closedIssue()
		d, err := o.AnnounceDraw(o.ctx, o.actor("wuhai"), engine.DrawPlan{Org: o.org("0100").ID, From: "2026-11-01", To: o.Today(), Size: 2, On: "2026-11-03"})
		require.NoError(t, err)
		o.runOn("2026-11-02")
		o.now = at("2026-11-03", 18)
		d.DrawnAt, d.Drawn = o.now.Truncate(time.Millisecond), []string{a.Number, b.Number}
		kept, err := o.db.KeepDraw(o.ctx, d, workflow.Line{At: d.DrawnAt, Action: "drawn", Data: []byte("{}")})
		require.NoError(t, err)
		require.True(t, kept)
		require.Zero(t, o.picked(d, a.ID, b.ID))
		o.runUpTo("2026-11-04", "2026-11-06")
		require.Equal(t, 2, o.picked(d, a.ID, b.ID))
		require.Len(t, o.linesOf(d), 2)
	})
}
