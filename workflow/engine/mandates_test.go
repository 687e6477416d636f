package engine_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// mandate grants somebody a mandate from today on.
func (o *office) mandate(number, org string, until workflow.Day, accounts ...string) engine.Mandate {
	o.t.Helper()
	m, err := o.GrantMandate(o.ctx, o.actor("renan"), engine.MandatePlan{Number: number, Basis: "巡察通知书〔2026〕7号", Org: o.org(org).ID, From: "2026-11-01",
		Until: until, Accounts: accounts})
	require.NoError(o.t, err)
	return m
}

// sees are the numbers of the issues that somebody may look at, by a look at each, and sees that lists, counts and exports say the same.
func (o *office) sees(account string, all []workflow.Issue) []string {
	o.t.Helper()
	by := o.actor(account)
	var seen []string
	for n := range all {
		if _, err := o.Issue(o.ctx, by, all[n].ID); err == nil {
			seen = append(seen, all[n].Number)
		} else {
			o.hidesAll(by, &all[n])
		}
	}
	var listed []string
	for _, i := range o.all(account, engine.Filter{}) {
		listed = append(listed, i.Number)
	}
	require.ElementsMatch(o.t, seen, listed, account)
	for name, count := range map[string]func() (engine.Counts, error){
		"counts":    func() (engine.Counts, error) { return o.Counts(o.ctx, by, engine.Filter{}, 0) },
		"tally":     func() (engine.Counts, error) { return o.Tally(o.ctx, by, engine.Filter{}, 0) },
		"of states": func() (engine.Counts, error) { return o.Tally(o.ctx, by, engine.Filter{Light: "overdue"}, 0) },
	} {
		counts, err := count()
		require.NoError(o.t, err)
		require.True(o.t, counts.Total == len(seen) || name == "of states" && counts.Total <= len(seen), "%s: %d of %d", name, counts.Total, len(seen))
	}
	var out bytes.Buffer
	require.NoError(o.t, o.ExportLedger(o.ctx, by, engine.Filter{}, 0, "", &out))
	_, cells := cellsOf(o.t, out.Bytes())
	for n := range all {
		require.Equal(o.t, slices.Contains(seen, all[n].Number), slices.Contains(cells, all[n].Number), "%s: %s", account, all[n].Number)
	}
	return seen
}

// within are the numbers of the issues for which a condition holds.
func within(all []workflow.Issue, holds func(*workflow.Issue) bool) []string {
	var out []string
	for n := range all {
		if holds(&all[n]) {
			out = append(out, all[n].Number)
		}
	}
	return out
}

// Until an inspector has declared their ties they see nothing by the mandate; what they declared is kept from them everywhere and from
// nobody else; at the end, on its day or before, nothing is left, and what somebody holds by another post stays.
func TestAMandateIsDeclaredAndEnds(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		all := o.spread()
		own := o.sees("panliang", all)
		m := o.mandate("巡〔2026〕3号", "01", "2026-11-20", "panliang", "hejing")
		require.Equal(t, own, o.sees("panliang", all), "nothing before the declaration")
		require.Len(t, ptr(o.actor("panliang")).Undeclared(), 1)

		o.declare("panliang", engine.Declaration{Orgs: []string{"0102", "文旅局业务二科党支部"}, People: []string{"gaofeng"}})
		tied := map[workflow.OrgID]bool{o.org("0102").ID: true, o.org("0104").ID: true}
		gaofeng := o.actor("gaofeng").Person
		want := within(all, func(i *workflow.Issue) bool {
			barred := i.Person == gaofeng
			for _, p := range i.Line {
				barred = barred || tied[p.Org]
			}
			for _, org := range append([]workflow.OrgID{i.Finder, i.Assigner, i.Verifier, i.Closer}, i.Assisting...) {
				barred = barred || tied[org]
			}
			for _, x := range i.Measures {
				barred = barred || x.Person == gaofeng
			}
			return slices.Contains(own, i.Number) || i.Line.Passes(o.org("01").ID) && !barred
		})
		require.Greater(t, len(want), len(own))
		require.Less(t, len(want), len(within(all, func(i *workflow.Issue) bool { return slices.Contains(own, i.Number) || i.Line.Passes(o.org("01").ID) })))
		require.ElementsMatch(t, want, o.sees("panliang", all))
		o.declare("panliang", engine.Declaration{Orgs: []string{"0101"}})
		require.Less(t, len(o.sees("panliang", all)), len(want), "more can be declared")
		last := o.declare("panliang", engine.Declaration{None: true})
		require.Len(t, last.Inspectors[0].Ties.Orgs, 3, "and what was declared stays")
		held := o.actor("panliang") // an open session asks anew at each request; so does whoever keeps an actor ask the database
		_, err := o.EndMandate(o.ctx, o.actor("renan"), m.ID, "太短")
		fault(t, err, workflow.ErrInvalid, "no_reason")
		_, err = o.EndMandate(o.ctx, held, m.ID, "巡察任务调整，提前终止授权")
		fault(t, err, workflow.ErrForbidden, "not_administrator")
		_, err = o.EndMandate(o.ctx, o.actor("renan"), m.ID, "巡察任务调整，提前终止授权")
		require.NoError(t, err)
		require.Equal(t, own, o.sees("panliang", all), "at once")
		_, err = o.EndMandate(o.ctx, o.actor("renan"), m.ID, "巡察任务调整，提前终止授权")
		fault(t, err, workflow.ErrRefused, "mandate_over")
		_, err = o.Declare(o.ctx, o.actor("panliang"), m.ID, engine.Declaration{None: true})
		fault(t, err, workflow.ErrRefused, "mandate_over")
		lines, err := o.db.History(o.ctx, engine.KindMandate, int64(m.ID), 0, 10)
		require.NoError(t, err)
		var acts []string
		for _, l := range lines {
			acts = append(acts, l.Action)
		}
		require.Equal(t, []string{"mandate_granted", "mandate_declared", "mandate_declared", "mandate_declared", "mandate_ended"}, acts)
	})
}

func ptr[T any](v T) *T { return &v }

// What an inspector reads and takes is put down under the mandate by which they see it, and shown to who grants and who audits.
func TestWhatIsReadUnderAMandateIsOnRecord(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Ordinary)
		m := o.mandate("巡〔2026〕4号", "0100", "2026-11-20", "songyuan")
		o.declare("songyuan", engine.Declaration{None: true})
		by := o.actor("songyuan")
		_, err := o.Issue(o.ctx, by, i.ID)
		require.NoError(t, err)
		_, err = o.History(o.ctx, by, i.ID, 0, 10)
		require.NoError(t, err)
		_, err = o.Issues(o.ctx, by, engine.Filter{Text: "问题"}, 0, "", 10)
		require.NoError(t, err)
		require.NoError(t, o.ExportLedger(o.ctx, by, engine.Filter{}, 0, "", &bytes.Buffer{}))
		for _, account := range []string{"renan", "jianghe"} {
			r, err := o.LooksUnder(o.ctx, o.actor(account), m.ID, by.Person, 0, 3)
			require.NoError(t, err)
			require.True(t, r.Whole)
			require.Len(t, r.Lines, 3)
			rest, err := o.LooksUnder(o.ctx, o.actor(account), m.ID, by.Person, r.Next, 3)
			require.NoError(t, err)
			var acts []string
			for _, l := range append(r.Lines, rest.Lines...) {
				acts = append(acts, l.Action)
			}
			require.Equal(t, []string{"export", "list", "view_history", "view"}, acts)
			require.Contains(t, r.Lines[1].Note, "问题", "what was looked for is said")
		}
		for _, account := range []string{"songyuan", "zhouqm", "dingyi"} {
			_, err := o.LooksUnder(o.ctx, o.actor(account), m.ID, by.Person, 0, 3)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
		}
		sunli := o.actor("sunli")
		other, err := o.Mandates(o.ctx, sunli, 0, 10)
		require.NoError(t, err)
		r, err := o.LooksUnder(o.ctx, o.actor("jianghe"), other[0].ID, sunli.Person, 0, 3)
		require.NoError(t, err)
		require.Empty(t, r.Lines, "another mandate, another record")
	})
}

func TestMandatesThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		sound := engine.MandatePlan{Number: "巡〔2026〕5号", Basis: "巡察通知书", Org: o.org("01").ID, From: "2026-11-02", Until: "2026-12-31", Accounts: []string{"songyuan"}}
		for name, c := range map[string]struct {
			by     string
			change func(*engine.MandatePlan)
			kind   error
			code   string
		}{
			"not who grants": {"dingyi", func(*engine.MandatePlan) {}, workflow.ErrForbidden, "not_administrator"},
			"no number":      {"renan", func(p *engine.MandatePlan) { p.Number = " " }, workflow.ErrInvalid, "bad_number"},
			"number taken":   {"renan", func(p *engine.MandatePlan) { p.Number = "SQ-2026-1" }, workflow.ErrInvalid, "number_taken"},
			"no document":    {"renan", func(p *engine.MandatePlan) { p.Basis = "" }, workflow.ErrInvalid, "bad_basis"},
			"no end":         {"renan", func(p *engine.MandatePlan) { p.Until = "" }, workflow.ErrInvalid, "bad_span"},
			"long over":      {"renan", func(p *engine.MandatePlan) { p.From, p.Until = "2026-01-01", "2026-11-01" }, workflow.ErrInvalid, "bad_span"},
			"too long":       {"renan", func(p *engine.MandatePlan) { p.Until = "2027-11-03" }, workflow.ErrInvalid, "bad_span"},
			"nobody":         {"renan", func(p *engine.MandatePlan) { p.Accounts = nil }, workflow.ErrInvalid, "no_inspectors"},
			"not there":      {"renan", func(p *engine.MandatePlan) { p.Accounts = []string{"nemo"} }, workflow.ErrNotFound, "no_such_person"},
			"administrators": {"renan", func(p *engine.MandatePlan) { p.Accounts = []string{"renan"} }, workflow.ErrInvalid, "bad_appointment"},
		} {
			p := sound
			c.change(&p)
			_, err := o.GrantMandate(o.ctx, o.actor(c.by), p)
			f := fault(t, err, c.kind, c.code)
			require.NotEmpty(t, f.Zh, name)
		}
		m, err := o.GrantMandate(o.ctx, o.actor("renan"), sound)
		require.NoError(t, err)
		for _, d := range []engine.Declaration{{}, {None: true, Orgs: []string{"01"}}, {Orgs: []string{"没有的单位"}}, {People: []string{"没有的人"}}} {
			_, err := o.Declare(o.ctx, o.actor("songyuan"), m.ID, d)
			require.ErrorIs(t, err, workflow.ErrInvalid)
		}
		_, err = o.Declare(o.ctx, o.actor("zhouqm"), m.ID, engine.Declaration{None: true})
		fault(t, err, workflow.ErrNotFound, "no_such_mandate")
		_, err = o.Appoint(o.ctx, o.actor("renan"), engine.Appointment{Account: "songyuan", Org: o.org("03").ID, Post: "inspector", From: "2026-11-01", Until: "2026-12-01"})
		fault(t, err, workflow.ErrInvalid, "mandate_needed")
		post := m.Inspectors[0]
		err = o.EndAppointment(o.ctx, o.actor("renan"), post.Person, post.Appointment, "2027-06-01")
		fault(t, err, workflow.ErrInvalid, "mandate_needed")
	})
}
