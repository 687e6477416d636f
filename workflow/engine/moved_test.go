package engine_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/proof"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// A day of the plan's time limit becomes free after it began.
const aDayOff = `{"years": [{
	"year": 2026, "notice": "国办发明电〔2026〕98号", "issued": "2026-11-04", "source": "https://www.gov.cn/example",
	"holidays": [{"name": "临时放假", "from": "2026-11-06", "to": "2026-11-06"}],
	"working": []
}]}`

// shorter is the standard machine with every limit shorter, and another basis of that for plans.
func shorter(t *testing.T) *definitions.Set {
	return revised(t, "accept: {n: 2", "accept: {n: 1", "plan: {n: 10, unit: working, basis: {zh: 签收后10个工作日内提交整改方案", "plan: {n: 4, unit: working, basis: {zh: 签收后4个工作日内提交整改方案",
		"verify: {n: 10", "verify: {n: 5", "call: {n: 3", "call: {n: 1")
}

// on is the office on a day, at nine.
func (o *office) on(day workflow.Day) { o.now = day.Time().Add(9 * time.Hour) }

// moveAll moves what follows an earlier version of the standard machine.
func (o *office) moveAll(m workflow.Mapping) []engine.MovingRow {
	o.t.Helper()
	moving := engine.Moving{Machine: "standard", States: m, Note: "时限缩短"}
	r, err := o.RehearseMove(o.ctx, o.actor("hejing"), moving)
	require.NoError(o.t, err)
	for _, row := range r.Rows {
		require.NoError(o.t, row.Err)
	}
	r, err = o.MoveIssues(o.ctx, o.actor("hejing"), moving, r.Digest)
	require.NoError(o.t, err)
	require.True(o.t, r.Done)
	return r.Rows
}

// whole sees that what there is holds together: rows and histories, the log, and the bundle of an issue, which it returns.
func (o *office) whole(id workflow.IssueID) []byte {
	o.t.Helper()
	o.chainHolds(id)
	_, err := o.db.Replay(o.ctx, func(store.Replayed) {}, func(d store.Difference) error {
		require.Fail(o.t, "a difference", "%+v", d)
		return nil
	})
	require.NoError(o.t, err)
	r, err := o.CheckSeal(o.ctx, nil, func(int64) {})
	require.NoError(o.t, err)
	require.Empty(o.t, r.Wrong)
	b, err := o.Bundle(o.ctx, o.actor("gaofeng"), engine.BundleWhat{Issue: id})
	require.NoError(o.t, err)
	var out bytes.Buffer
	require.NoError(o.t, b.Write(o.ctx, &out))
	report := proof.Verify(bytes.NewReader(out.Bytes()), proof.Options{})
	require.Empty(o.t, report.Wrong)
	require.Equal(o.t, proof.Whole, report.Outcome)
	return out.Bytes()
}

// An issue that was moved keeps the limits that ran, by the calendar as it is known later as well; those that begin after the move are the new
// ones. It folds, every past day is shown by the machine that was in force then, and it is proven with both machines.
func TestAMovedIssueHoldsTogether(t *testing.T) {
	t.Parallel()
	shipped, err := definitions.Shipped()
	require.NoError(t, err)
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		keys := filepath.Join(t.TempDir(), "keys")
		with := func(c *engine.Config) { c.Keys = keys }
		db := open()
		o := newOffice(t, db, shipped, with).staffed()
		o.on("2026-11-02")
		i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
		o.do("zhenglan", i.ID, o.assignTo("0101"))
		o.do("gaofeng", i.ID, simple(workflow.Accept))
		before := o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Call, Note: reason, Call: workflow.CallFor{To: o.org("0100").ID, Wants: workflow.WantsHelp}})
		require.Equal(t, []workflow.Day{"2026-11-16", "2026-11-05"}, []workflow.Day{before.Clock.Until, before.Calls[0].Until})
		was, err := o.Issue(o.ctx, o.actor("gaofeng"), i.ID)
		require.NoError(t, err)

		set := shorter(t)
		newer, _ := set.Machine("standard")
		later := newOffice(t, db, set, with)
		later.on("2026-11-03")
		later.reckon(0)
		require.Len(t, later.moveAll(nil), 1)
		moved := later.read(i.ID)
		require.Equal(t, []workflow.Day{"2026-11-16", "2026-11-05"}, []workflow.Day{moved.Clock.Until, moved.Calls[0].Until}, "what was told stays")
		newOffice(t, db, set, with).reckon(0)
		view, err := later.Issue(o.ctx, o.actor("gaofeng"), i.ID)
		require.NoError(t, err)
		require.Equal(t, was.Basis, view.Basis, "it runs as it began")

		_, err = later.LoadHolidays(o.ctx, o.actor("dingyi"), []byte(aDayOff), engine.AnyRev, false)
		require.NoError(t, err)
		later.reckon(1)
		moved = later.read(i.ID)
		require.Equal(t, []workflow.Day{"2026-11-17", "2026-11-05"}, []workflow.Day{moved.Clock.Until, moved.Calls[0].Until}, "ten working days, as it began")
		later.on("2026-11-06")
		_, err = later.RunDay(o.ctx, "2026-11-06")
		require.NoError(t, err)
		later.whole(i.ID)

		later.on("2026-11-09")
		later.do("zhenglan", i.ID, workflow.Step{Action: workflow.Respond, Reply: workflow.ReplyHelp, Note: reason})
		called := later.do("gaofeng", i.ID, workflow.Step{Action: workflow.Call, Note: reason, Call: workflow.CallFor{To: o.org("0100").ID, Wants: workflow.WantsHelp}})
		require.Equal(t, []any{workflow.Day("2026-11-10"), ""}, []any{called.Calls[1].Until, called.Calls[1].Under}, "a call after the move is answered within one day")
		later.do("zhenglan", i.ID, workflow.Step{Action: workflow.Respond, Reply: workflow.ReplyHelp, Note: reason})
		later.do("gaofeng", i.ID, later.planBy("gaofeng"))
		rejected := later.do("xuning", i.ID, simple(workflow.RejectPlan))
		require.Equal(t, workflow.Clock{Name: "plan", From: "2026-11-09", Until: "2026-11-13"}, rejected.Clock, "the limits of the new version")
		view, err = later.Issue(o.ctx, o.actor("gaofeng"), i.ID)
		require.NoError(t, err)
		require.Equal(t, "签收后4个工作日内提交整改方案", view.Basis.Zh)
		later.do("gaofeng", i.ID, later.planBy("gaofeng"))
		later.do("xuning", i.ID, simple(workflow.ApprovePlan))
		later.do("gaofeng", i.ID, finished())
		submit := later.do("gaofeng", i.ID, submitted())
		require.Equal(t, workflow.Day("2026-11-16"), submit.Clock.Until)
		later.refused("gaofeng", i.ID, passed(), workflow.ErrForbidden, "not_permitted")
		later.do("xuning", i.ID, passed())
		later.do("zhenglan", i.ID, simple(workflow.Close))

		later.on("2026-11-12")
		old, err := later.IssueOn(o.ctx, o.actor("gaofeng"), i.ID, "2026-11-02")
		require.NoError(t, err)
		same(t, was.Issue, old.Issue)
		require.Equal(t, was.Basis, old.Basis)
		require.Equal(t, "制定方案", old.Issue.State.Text().Zh)
		since, err := later.IssueOn(o.ctx, o.actor("gaofeng"), i.ID, "2026-11-03")
		require.NoError(t, err)
		require.Equal(t, []any{newer.Hash, workflow.Planning, was.Basis}, []any{since.Issue.Definition, since.Issue.State, since.Basis})
		page, err := later.Issues(o.ctx, o.actor("gaofeng"), engine.Filter{On: "2026-11-02", States: []workflow.State{workflow.Planning}}, 0, "", 10)
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)

		bundle := later.whole(i.ID)
		for _, hash := range []string{was.Issue.Definition, newer.Hash} {
			require.Contains(t, string(bundle), `{"is":"definition","hash":"`+hash+`"`)
		}
	})
}

// An issue that goes on in another state enters it as the new version has it: with its clock, and what came later undone. Who had it in hand
// stays known for it.
func TestAMovedIssueEntersAnotherState(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.verifying(workflow.Ordinary)
		o.now = o.now.AddDate(0, 0, 1)
		later := newOffice(t, o.db, shorter(t))
		later.now = o.now
		for _, x := range []struct {
			target workflow.State
			code   string
		}{
			{workflow.Closing, "phase_skipped"}, {workflow.Closed, "phase_skipped"}, {workflow.Lasting, "phase_skipped"}, {workflow.Suspended, "phase_skipped"},
			{workflow.Assigned, "phase_skipped"}, {workflow.Found, "phase_skipped"}, {workflow.Draft, "phase_skipped"},
		} {
			r, err := later.RehearseMove(o.ctx, o.actor("hejing"), engine.Moving{Machine: "standard", Note: "时限缩短", States: workflow.Mapping{workflow.Verifying: x.target}})
			require.NoError(t, err)
			fault(t, r.Rows[0].Err, workflow.ErrRefused, x.code)
		}
		require.True(t, i.Reported)
		later.moveAll(workflow.Mapping{workflow.Verifying: workflow.Planning})
		moved := later.read(i.ID)
		require.Equal(t, []any{workflow.Planning, workflow.Day("2026-11-03"), false}, []any{moved.State, moved.Since, moved.Reported})
		require.Equal(t, workflow.Clock{Name: "plan", From: "2026-11-03", Until: "2026-11-09"}, moved.Clock)
		later.offersHold(i.ID)
		later.do("mali", i.ID, later.planBy("mali"))
		_, err := later.try("gaofeng", i.ID, passed())
		require.Error(t, err)
		folded, err := json.Marshal(later.read(i.ID).Deeds)
		require.NoError(t, err)
		require.Contains(t, string(folded), strconv.FormatInt(int64(o.actor("gaofeng").Person), 10))
		later.chainHolds(i.ID)
	})
}

// A definition that somebody altered in the database decides nothing.
func TestAnAlteredDefinitionDecidesNothing(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		shipped, err := definitions.Shipped()
		require.NoError(t, err)
		keys := filepath.Join(t.TempDir(), "keys")
		with := func(c *engine.Config) { c.Keys = keys }
		o := newOffice(t, storetest.Open(t, dsn), shipped, with).staffed()
		i := o.rectifying(workflow.Ordinary)
		_, body, err := o.db.Definition(o.ctx, i.Definition)
		require.NoError(t, err)
		body = bytes.Replace(body, []byte("needs: [measures_done, evidence, note, no_open_request]"), []byte("needs: []"), 1)
		_, err = connect(t, dsn).ExecContext(o.ctx, "UPDATE definitions SET body = ? WHERE hash = ?", body, i.Definition)
		require.NoError(t, err)
		later := newOffice(t, o.db, shorter(t), with)
		_, err = later.try("gaofeng", i.ID, simple(workflow.Submit))
		fault(t, err, workflow.ErrRefused, "definition_altered")
		r, err := later.CheckSeal(o.ctx, nil, func(int64) {})
		require.NoError(t, err)
		require.Len(t, r.Wrong, 1)
		require.Equal(t, "definition_altered", r.Wrong[0].Code)
	})
}
