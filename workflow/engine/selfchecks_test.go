package engine_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// closed is an issue of 0101 that was put right, verified and closed.
func (o *office) closed() workflow.Issue {
	i := o.verifying(workflow.Ordinary)
	o.do("xuning", i.ID, passed())
	return o.do("zhenglan", i.ID, simple(workflow.Close))
}

func (o *office) asking(codes ...string) workflow.Step {
	s := workflow.Step{Action: workflow.Spread, Due: "2026-11-20"}
	for _, code := range codes {
		s.Orgs = append(s.Orgs, o.org(code).ID)
	}
	return s
}

func (o *office) checks(account string) engine.SelfChecks {
	o.t.Helper()
	all, err := o.SelfChecks(o.ctx, o.actor(account))
	require.NoError(o.t, err)
	return all
}

// Who is asked sees the words and who asks, and nothing of the issue; what they find is theirs, marked, and tells the asker.
func TestAskedWhetherTheyHaveTheSameProblem(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		closed := o.closed()
		after := o.do("zhenglan", closed.ID, o.asking("0102", "0103"))
		require.Equal(t, []workflow.OrgID{o.org("0102").ID, o.org("0103").ID}, after.Spread)

		open := o.checks("luomin").Open
		require.Len(t, open, 1)
		c := open[0]
		asker := o.org("0100")
		require.Equal(t, []any{"台账不全", workflow.Day("2026-11-20"), asker.ID, asker.Shown(), false}, []any{c.Text, c.Due, c.AskedFor, c.ForName, c.Late})
		_, err := o.Issue(o.ctx, o.actor("luomin"), closed.ID)
		require.ErrorIs(t, err, workflow.ErrNotFound, "the other unit's issue stays out of sight")
		_, err = o.SelfCheck(o.ctx, o.actor("gaofeng"), c.ID)
		require.ErrorIs(t, err, workflow.ErrNotFound)
		_, err = o.AnswerSelfCheck(o.ctx, o.actor("gaofeng"), c.ID, engine.CheckReply{Answer: workflow.CheckHaveNot})
		require.ErrorIs(t, err, workflow.ErrNotFound)
		about, err := o.SelfChecksAbout(o.ctx, o.actor("gaofeng"), closed.ID)
		require.NoError(t, err)
		require.Empty(t, about, "whose issue it was does not read what the others answered")

		done, err := o.AnswerSelfCheck(o.ctx, o.actor("luomin"), c.ID, engine.CheckReply{Answer: workflow.CheckHave, Note: "三季度缺两次"})
		require.NoError(t, err)
		made, err := o.db.Issue(o.ctx, done.Made)
		require.NoError(t, err)
		branch := o.org("0103").ID
		require.Equal(t, []any{workflow.Source("self_check"), "台账不全", branch, branch, true, workflow.Found, done.Became},
			[]any{made.Source, made.Detail, made.Finder, made.Responsible, made.Prompted(), made.State, made.Number})
		o.chainHolds(made.ID)
		o.prompted(made.ID)

		again, err := o.AnswerSelfCheck(o.ctx, o.actor("luomin"), c.ID, engine.CheckReply{Answer: workflow.CheckHave})
		require.NoError(t, err)
		require.Equal(t, done.Made, again.Made, "the same answer again makes nothing new")
		_, err = o.AnswerSelfCheck(o.ctx, o.actor("luomin"), c.ID, engine.CheckReply{Answer: workflow.CheckHaveNot})
		require.Equal(t, "already_answered", code(err))
		require.Empty(t, o.checks("luomin").Open)
		require.Len(t, o.checks("luomin").Answered, 1)

		o.now = o.now.AddDate(0, 0, 30)
		asked := o.checks("zhenglan").Asked
		require.Len(t, asked, 1)
		require.Equal(t, []any{closed.Number, 2, 1, 1, 0, 1}, []any{asked[0].Number, asked[0].Asked, asked[0].Answered, asked[0].Have, asked[0].None, asked[0].Late})
		about, err = o.SelfChecksAbout(o.ctx, o.actor("zhenglan"), closed.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"", made.Number}, []string{about[0].Became, about[1].Became})
		o.linesOfCheck(c.ID, "asked", "have")
	})
}

// prompted sees that lists tell what was found by the unit itself from the rest.
func (o *office) prompted(id workflow.IssueID) {
	o.t.Helper()
	yes, no := true, false
	page, err := o.Issues(o.ctx, o.actor("zhenglan"), engine.Filter{Prompted: &yes}, 0, "", 10)
	require.NoError(o.t, err)
	require.Len(o.t, page.Rows, 1)
	require.Equal(o.t, []any{id, true}, []any{page.Rows[0].ID, page.Rows[0].Prompted})
	rest, err := o.Counts(o.ctx, o.actor("zhenglan"), engine.Filter{Prompted: &no}, 0)
	require.NoError(o.t, err)
	all, err := o.Counts(o.ctx, o.actor("zhenglan"), engine.Filter{}, 0)
	require.NoError(o.t, err)
	require.Equal(o.t, all.Total, rest.Total+1)
}

// linesOfCheck sees that a self-check has a history of its own, whole.
func (o *office) linesOfCheck(id workflow.SelfCheckID, actions ...string) {
	o.t.Helper()
	lines, err := o.db.History(o.ctx, engine.KindSelfCheck, int64(id), 0, 10)
	require.NoError(o.t, err)
	require.Len(o.t, lines, len(actions))
	var prev [32]byte
	for n := range lines {
		require.Equal(o.t, actions[n], lines[n].Action)
		require.NotEmpty(o.t, lines[n].Rule)
		require.Equal(o.t, lines[n].Hash(prev), lines[n].Digest)
		prev = lines[n].Digest
	}
}

// Asked are those below and beside; a step that is refused asks nobody.
func TestWhoMayBeAsked(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		closed := o.closed()
		for codes, want := range map[[2]string]string{{"0201", ""}: "out_of_reach", {"0103", "0201"}: "out_of_reach", {"0101", ""}: "own_problem", {"0103", "0103"}: "named_twice"} {
			s := o.asking(codes[0])
			if codes[1] != "" {
				s = o.asking(codes[:]...)
			}
			_, err := o.try("zhenglan", closed.ID, s)
			require.Equal(t, want, code(err), codes)
		}
		require.Empty(t, o.checks("luomin").Open)
		late := o.asking("0103")
		late.Due = o.Today()
		_, err := o.try("zhenglan", closed.ID, late)
		require.Equal(t, "missing_due", code(err))

		wider := o.asking("0103")
		wider.Detail = "支部台账不全，请对照检查"
		o.do("zhenglan", closed.ID, wider)
		require.Equal(t, "支部台账不全，请对照检查", o.checks("luomin").Open[0].Text)
		_, err = o.try("zhenglan", closed.ID, o.asking("0103"))
		require.Equal(t, "asked_already", code(err))
		o.do("zhenglan", closed.ID, o.asking("0103", "0102"))
		require.Len(t, o.checks("luomin").Open, 1, "nobody is asked twice")
	})
}

// Racing answers make one issue.
func TestOneAnswerCounts(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		closed := o.closed()
		o.do("zhenglan", closed.ID, o.asking("0103"))
		id, by := o.checks("luomin").Open[0].ID, o.actor("luomin")
		errs := make(chan error)
		for range 8 {
			go func() {
				_, err := o.AnswerSelfCheck(o.ctx, by, id, engine.CheckReply{Answer: workflow.CheckHave})
				errs <- err
			}()
		}
		for range 8 {
			require.NoError(t, <-errs)
		}
		yes := true
		n, err := o.Counts(o.ctx, by, engine.Filter{Prompted: &yes}, 0)
		require.NoError(t, err)
		require.Equal(t, 1, n.Total)
		o.linesOfCheck(id, "asked", "have")
	})
}

// code is that of an answer which is a fault.
func code(err error) string {
	fault, _ := errors.AsType[*workflow.Fault](err)
	if fault == nil {
		return ""
	}
	return fault.Code
}

// The form offers each organisation that the step accepts, and no other; where nobody is left, there is no button, and the reason is said.
func TestAskableIsWhatIsAccepted(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		closed := o.closed()
		all, err := o.Orgs(o.ctx, 0, "", engine.PageLimit)
		require.NoError(t, err)
		seen := map[int]bool{}
		for _, account := range o.staff() {
			by := o.actor(account)
			if _, err := o.Issue(o.ctx, by, closed.ID); err != nil {
				continue
			}
			orgs, narrowed, err := o.Askable(o.ctx, by, &closed, engine.PageLimit)
			require.NoError(t, err)
			require.False(t, narrowed)
			offered := map[workflow.OrgID]bool{}
			for _, org := range orgs {
				offered[org.ID] = true
			}
			steps := make([]workflow.Step, len(all))
			for n, org := range all {
				steps[n] = workflow.Step{Action: workflow.Spread, Due: "2026-11-20", Orgs: []workflow.OrgID{org.ID}}
			}
			for n, err := range o.rehearse(by, &closed, steps) {
				require.Equal(t, offered[all[n].ID], err == nil, "%s asks %s: %v", account, all[n].Name, err)
			}
			require.Equal(t, len(orgs) > 0, o.offers(account, closed.ID, workflow.Spread), account)
			seen[len(orgs)] = true
		}
		require.Greater(t, len(seen), 2, "nobody, those of one unit, everybody")

		root := o.actor("zhouqm")
		near, narrowed, err := o.Askable(o.ctx, root, &closed, 5)
		require.NoError(t, err)
		require.True(t, narrowed)
		require.NotEmpty(t, near)
		for _, org := range near {
			require.True(t, org.Line.Passes(o.org("0100").ID), "of too many, those beside the responsible one: %s", org.Name)
		}

		orgs, _, err := o.Askable(o.ctx, o.actor("zhenglan"), &closed, engine.PageLimit)
		require.NoError(t, err)
		s := workflow.Step{Action: workflow.Spread, Due: "2026-11-20"}
		for _, org := range orgs {
			s.Orgs = append(s.Orgs, org.ID)
		}
		o.do("zhenglan", closed.ID, s)
		require.False(t, o.offers("zhenglan", closed.ID, workflow.Spread))
		why, err := o.Explain(o.ctx, o.actor("zhenglan"), "", closed.ID, workflow.Spread, "")
		require.NoError(t, err)
		require.Equal(t, "nobody_to_ask", why.Code)
	})
}

// Who is asked hears of it in the digest, and again before and after the last day; once it is answered nobody is reminded.
func TestSelfChecksInDigests(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.do("zhenglan", o.closed().ID, o.asking("0103", "0102")) // by 2026-11-20, a Friday
		o.runUpTo("2026-11-03", "2026-11-16")
		got := o.digests()
		asked := daysOf(got, "luomin", "请你单位对照自查，2026-11-20前答复有没有")
		require.Equal(t, []string{"2026-11-03"}, asked)
		require.Contains(t, got["luomin 2026-11-03"], "台账不全")
		require.Contains(t, got["luomin 2026-11-03"], "/self-checks")
		require.Empty(t, daysOf(got, "gaofeng", "对照自查"), "whose problem it was is not asked")
		o.runUpTo("2026-11-17", "2026-11-20")
		require.Equal(t, []string{"2026-11-17"}, daysOf(o.digests(), "luomin", "对照自查"))
		o.runUpTo("2026-11-23", "2026-11-27")
		require.Equal(t, []string{"2026-11-23"}, daysOf(o.digests(), "luomin", "对照自查"))
		require.True(t, o.checks("luomin").Open[0].Late)

		o.do("zhenglan", o.closed().ID, workflow.Step{Action: workflow.Spread, Due: "2026-12-18", Orgs: []workflow.OrgID{o.org("0103").ID}})
		check := o.checks("luomin").Open[1]
		_, err := o.AnswerSelfCheck(o.ctx, o.actor("luomin"), check.ID, engine.CheckReply{Answer: workflow.CheckHaveNot})
		require.NoError(t, err)
		o.runUpTo("2026-11-30", "2026-12-22")
		require.Empty(t, daysOf(o.digests(), "luomin", "2026-12-18前答复"))
	})
}

// The audit administrator reads what became of a self-check, without what was asked.
func TestSelfChecksAudited(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.do("zhenglan", o.closed().ID, o.asking("0103"))
		check := o.checks("luomin").Open[0]
		_, err := o.AnswerSelfCheck(o.ctx, o.actor("luomin"), check.ID, engine.CheckReply{Answer: workflow.CheckHaveNot})
		require.NoError(t, err)
		_, err = o.SelfChecksAudited(o.ctx, o.actor("dingyi"))
		require.ErrorIs(t, err, workflow.ErrForbidden)
		list, err := o.SelfChecksAudited(o.ctx, o.actor("jianghe"))
		require.NoError(t, err)
		require.Equal(t, check.ID, list[0].ID)
		require.NotContains(t, list[0].Title.Zh, "台账")
		record, err := o.Audit(o.ctx, o.actor("jianghe"), engine.KindSelfCheck, int64(check.ID), 0, 10)
		require.NoError(t, err)
		require.Equal(t, []string{"have_not", "asked"}, []string{record.Lines[0].Action, record.Lines[1].Action})
		require.True(t, record.Whole)
	})
}
