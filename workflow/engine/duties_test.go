package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

func dutyOf(t *testing.T, l engine.DutyList, post workflow.Post, level workflow.Level, charge workflow.Charge) engine.DutyCharge {
	t.Helper()
	for _, r := range l.Rows {
		for _, c := range r.Charges {
			if r.Post.Post == post && r.Level == level && c.Rule.Charge == charge {
				return c
			}
		}
	}
	require.Fail(t, "no such duty", "%s %s", post, charge)
	return engine.DutyCharge{}
}

func counted(c engine.DutyCharge) []int { return []int{c.Open, c.OpenLate, c.Done, c.DoneLate} }

func TestDuties(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.verifying(workflow.Ordinary)
		o.rectifying(workflow.Ordinary)
		o.do("zhenglan", i.ID, letter(workflow.RungNotice, "2026-11-20"))
		november, err := engine.PeriodOf("month", o.Today())
		require.NoError(t, err)
		list, err := o.Duties(o.ctx, o.actor("wuhai"), o.org("0100").ID, true, november, "")
		require.NoError(t, err)
		officer := func(charge workflow.Charge) []int {
			return counted(dutyOf(t, list, "committee_officer", workflow.OrganCommittee, charge))
		}
		branch := func(post workflow.Post, charge workflow.Charge) []int {
			return counted(dutyOf(t, list, post, workflow.Branch, charge))
		}
		require.Equal(t, []int{1, 0, 0, 0}, officer("verifying"))
		require.Equal(t, []int{0, 0, 2, 0}, officer("plan_review"), "许宁 approved two plans")
		require.Equal(t, []int{0, 0, 0, 0}, counted(dutyOf(t, list, "committee_deputy", workflow.OrganCommittee, "plan_review")), "and 郑岚 none")
		require.Equal(t, []int{0, 0, 2, 0}, branch("branch_secretary", "assigned"))
		require.Equal(t, []int{1, 0, 0, 0}, branch("branch_secretary", "rectifying"))
		require.Equal(t, []int{1, 0, 1, 0}, branch("branch_officer", "rectifying"), "马丽 submitted; what is open is common to the posts")
		require.Equal(t, []int{1, 0, 0, 0}, branch("branch_officer", "letter"))
		require.Equal(t, map[workflow.Rung]int{workflow.RungNotice: 1}, list.Accounts.Letters)
		require.Equal(t, 1, list.Accounts.Unsigned)

		o.now = o.now.AddDate(0, 0, 30) // the ten days to verify are over
		s := passed()
		s.Results.Outcomes = []workflow.Outcome{{Kind: "criticism", Count: 2}}
		o.do("xuning", i.ID, s)
		list, err = o.Duties(o.ctx, o.actor("wuhai"), o.org("0100").ID, true, november.After(), "")
		require.NoError(t, err)
		require.Equal(t, []int{0, 0, 1, 1}, officer("verifying"), "verified too late")
		require.Equal(t, map[workflow.OutcomeKind]int{"criticism": 2}, list.Accounts.Outcomes)
		require.Empty(t, list.Accounts.Letters, "of another month")
		year, err := engine.PeriodOf("year", o.Today())
		require.NoError(t, err)
		list, err = o.Duties(o.ctx, o.actor("zhouqm"), o.org("00").ID, true, year, "")
		require.NoError(t, err)
		require.Equal(t, []int{0, 0, 2, 0}, officer("plan_review"), "the year holds its months")
		require.Equal(t, 1, list.Accounts.Letters[workflow.RungNotice])
		o.now = o.now.AddDate(0, 2, 0) // the months are over, and summed up
		for range 2 {
			list, err = o.Duties(o.ctx, o.actor("zhouqm"), o.org("00").ID, true, year, "")
			require.NoError(t, err)
			require.Equal(t, []int{0, 0, 2, 0}, officer("plan_review"))
			require.Equal(t, []int{0, 0, 1, 1}, officer("verifying"))
		}
		list, err = o.Duties(o.ctx, o.actor("zhouqm"), o.org("02").ID, true, year, "")
		require.NoError(t, err)
		require.Equal(t, []int{0, 0, 0, 0}, officer("plan_review"), "bound to the subtree")
	})
}

func TestOwnDuties(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.rectifying(workflow.Ordinary)
		p, err := engine.PeriodOf("quarter", o.Today())
		require.NoError(t, err)
		own, err := o.OwnDuties(o.ctx, o.actor("huzq"), p, "")
		require.NoError(t, err)
		require.Len(t, own, 2, "two posts in two organisations")
		for _, list := range own {
			require.Len(t, list.Rows, 1)
			require.Equal(t, "胡志强", list.Rows[0].Holders[len(list.Rows[0].Holders)-1].Name)
		}
		none, err := o.OwnDuties(o.ctx, o.actor("renan"), p, "")
		require.NoError(t, err)
		require.Empty(t, none, "an administrator holds no business post")
		for _, account := range []string{"gaofeng", "renan", "yeqing"} {
			_, err = o.Duties(o.ctx, o.actor(account), o.org("0100").ID, false, p, "")
			fault(t, err, workflow.ErrForbidden, "not_permitted")
		}
	})
}

func TestPeriods(t *testing.T) {
	for kind, want := range map[string][2]workflow.Day{"month": {"2026-11-01", "2026-11-30"}, "quarter": {"2026-10-01", "2026-12-31"},
		"half": {"2026-07-01", "2026-12-31"}, "year": {"2026-01-01", "2026-12-31"}} {
		p, err := engine.PeriodOf(kind, "2026-11-02")
		require.NoError(t, err)
		require.Equal(t, want, [2]workflow.Day{p.From, p.To})
		require.Equal(t, p, p.After().Before())
	}
	p, _ := engine.PeriodOf("half", "2026-02-28")
	require.Equal(t, "2026年上半年", p.Text().Zh)
	_, err := engine.PeriodOf("week", "2026-11-02")
	fault(t, err, workflow.ErrInvalid, "unknown_word")
}

// What a unit found by itself when it was asked to look stands apart in its duty list, and is late for nobody.
func TestOwnFindingsAreCountedAgainstNobody(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.do("zhenglan", o.closed().ID, o.asking("0103"))
		done, err := o.AnswerSelfCheck(o.ctx, o.actor("luomin"), o.checks("luomin").Open[0].ID, engine.CheckReply{Answer: workflow.CheckHave})
		require.NoError(t, err)
		found, err := o.db.Issue(o.ctx, done.Made)
		require.NoError(t, err)
		s := workflow.Step{Action: workflow.Assign, Kind: workflow.KindTimed, Grade: workflow.Ordinary, Due: "2026-12-31"}
		found, err = o.Do(o.ctx, o.actor("zhenglan"), found.ID, found.Version, "", s)
		require.NoError(t, err)
		year, err := engine.PeriodOf("year", o.Today())
		require.NoError(t, err)
		accepting := func() engine.DutyCharge {
			list, err := o.Duties(o.ctx, o.actor("wuhai"), o.org("0103").ID, false, year, "")
			require.NoError(t, err)
			return dutyOf(t, list, "branch_secretary", workflow.Branch, "assigned")
		}
		c := accepting()
		require.Equal(t, []int{1, 0, 1, 0}, []int{c.Open, c.OpenLate, c.Own, c.OwnLate})
		o.do("xuning", o.find("gaofeng", engine.Finding{Detail: "学习材料缺页", Source: "self_check"}).ID, o.assignTo("0101"))
		begun := o.Today()
		ofAll := func(on workflow.Day) []int {
			list, err := o.Duties(o.ctx, o.actor("wuhai"), o.org("0100").ID, true, year, on)
			require.NoError(t, err)
			c := dutyOf(t, list, "branch_secretary", workflow.Branch, "assigned")
			return []int{c.Open, c.OpenLate, c.Own, c.OwnLate, c.Done}
		}
		was := ofAll("")
		require.Equal(t, 1, was[2], "of several branches one found something by itself")
		o.now = o.now.AddDate(0, 0, 14) // the two days to accept are over
		c = accepting()
		require.Equal(t, []int{1, 0, 1, 1}, []int{c.Open, c.OpenLate, c.Own, c.OwnLate})
		_, err = o.Do(o.ctx, o.actor("luomin"), found.ID, found.Version, "", simple(workflow.Accept))
		require.NoError(t, err)
		c = accepting()
		require.Equal(t, []int{0, 0, 1, 0}, counted(c), "done, and not late")
		require.NotEqual(t, was, ofAll(""))
		require.Equal(t, was, ofAll(begun), "and on that day it was as it was")
		o.do("zhenglan", found.ID, letter(workflow.RungNotice, o.Today().Add(1)))
		o.now = o.now.AddDate(0, 0, 2)
		list, err := o.Duties(o.ctx, o.actor("wuhai"), o.org("0103").ID, false, year, "")
		require.NoError(t, err)
		c = dutyOf(t, list, "branch_secretary", workflow.Branch, workflow.ChargeLetter)
		require.Equal(t, []int{1, 0, 1, 1}, []int{c.Open, c.OpenLate, c.Own, c.OwnLate}, "nor is a letter about it")
	})
}

// Every line of a duty list says on what its time limit rests, and what is no due day of an issue does not say so.
func TestDutiesNameTheirLimits(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		month, err := engine.PeriodOf("month", o.Today())
		require.NoError(t, err)
		list, err := o.Duties(o.ctx, o.actor("zhouqm"), o.org("00").ID, true, month, "")
		require.NoError(t, err)
		says := map[workflow.Charge]string{}
		for _, r := range list.Rows {
			for _, c := range r.Charges {
				require.NotEmpty(t, c.Basis.Zh, c.Rule.Charge)
				require.NotEmpty(t, c.Basis.En, c.Rule.Charge)
				says[c.Rule.Charge] = c.Basis.Zh
			}
		}
		require.Equal(t, []string{"呼叫后3个工作日内答复，逾期自动升级", "督办函写明的时限", "不另设时限", "问题的整改时限；立行立改事项签收后5个工作日内改到位", "交办后2个工作日内签收"},
			[]string{says["call"], says["letter"], says["request"], says["rectifying"], says["assigned"]})
	})
}

// Over several organisations of a level each issue is counted once, and what one of them found by itself is its own alone.
func TestDutiesOfSeveralOrganisations(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.do("zhenglan", o.closed().ID, o.asking("0103"))
		done, err := o.AnswerSelfCheck(o.ctx, o.actor("luomin"), o.checks("luomin").Open[0].ID, engine.CheckReply{Answer: workflow.CheckHave})
		require.NoError(t, err)
		own := workflow.Step{Action: workflow.Assign, Kind: workflow.KindTimed, Grade: workflow.Ordinary, Due: "2026-12-31"}
		o.do("zhenglan", done.Made, own)
		for _, code := range []string{"0101", "0102", "0102"} {
			o.do("zhenglan", o.find("gaofeng", engine.Finding{Detail: "台账不全" + code, Source: "self_check"}).ID, o.assignTo(code))
		}
		o.now = o.now.AddDate(0, 0, 14) // the two days to accept are over
		year, err := engine.PeriodOf("year", o.Today())
		require.NoError(t, err)
		list, err := o.Duties(o.ctx, o.actor("zhouqm"), o.org("00").ID, true, year, "")
		require.NoError(t, err)
		c := dutyOf(t, list, "branch_secretary", workflow.Branch, "assigned")
		require.Equal(t, []int{4, 3, 1, 1}, []int{c.Open, c.OpenLate, c.Own, c.OwnLate})
	})
}

// A letter is signed for by its limit: signed later it was met late, not signed by then it is late, unless the unit found the issue itself.
func TestLettersAreLateAfterTheirLimit(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.rectifying(workflow.Ordinary)
		o.do("zhenglan", i.ID, letter(workflow.RungNotice, "2026-11-06"))
		o.do("zhenglan", i.ID, letter(workflow.RungGuidance, "2026-11-20"))
		signing := func() []int {
			year, err := engine.PeriodOf("year", o.Today())
			require.NoError(t, err)
			list, err := o.Duties(o.ctx, o.actor("wuhai"), o.org("0101").ID, false, year, "")
			require.NoError(t, err)
			return counted(dutyOf(t, list, "branch_officer", workflow.Branch, workflow.ChargeLetter))
		}
		require.Equal(t, []int{2, 0, 0, 0}, signing())
		o.now = o.now.AddDate(0, 0, 7) // 9 November
		require.Equal(t, []int{2, 1, 0, 0}, signing())
		o.do("mali", i.ID, simple(workflow.SignLetter))
		require.Equal(t, []int{1, 0, 1, 1}, signing())
		o.do("mali", i.ID, simple(workflow.SignLetter))
		require.Equal(t, []int{0, 0, 2, 1}, signing(), "the second was in time")
	})
}

// Once nobody can sign for a letter any more, it waits for nobody: not on duty lists, not among the letters to sign, and on no prompt.
func TestLettersThatNobodyCanSignWaitForNobody(t *testing.T) {
	for name, end := range map[string]func(o *office, i workflow.Issue){
		"closed": func(o *office, i workflow.Issue) {
			o.do("mali", i.ID, finished())
			o.do("mali", i.ID, submitted())
			o.do("xuning", i.ID, passed())
			o.do("zhenglan", i.ID, simple(workflow.Close))
		},
		"cancelled": func(o *office, i workflow.Issue) {
			o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Ask, Request: workflow.Cancellation, Note: "重复登记，申请撤销本问题"})
			o.do("zhenglan", i.ID, workflow.Step{Action: workflow.GrantIt, Request: workflow.Cancellation})
		},
		"given to another unit": func(o *office, i workflow.Issue) {
			o.do("zhenglan", i.ID, workflow.Step{Action: workflow.Transfer, Responsible: o.org("0102").ID, Note: "职能已划转，由该支部整改"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, o *office) {
				i := o.rectifying(workflow.Ordinary)
				o.do("zhenglan", i.ID, letter(workflow.RungNotice, "2026-11-20"))
				month, err := engine.PeriodOf("month", o.Today())
				require.NoError(t, err)
				no := false
				waiting := func() []int {
					list, err := o.Duties(o.ctx, o.actor("wuhai"), o.org("0100").ID, true, month, "")
					require.NoError(t, err)
					prompt, err := o.Prompt(o.ctx, o.actor("wuhai"), o.org("0100").ID, engine.ThisMonth)
					require.NoError(t, err)
					require.Len(t, o.letters("wuhai", engine.LetterFilter{}, 0), 1, "it stays on record")
					return []int{dutyOf(t, list, "branch_officer", workflow.Branch, workflow.ChargeLetter).Open, list.Accounts.Unsigned,
						len(o.letters("wuhai", engine.LetterFilter{Signed: &no}, 0)), prompt.Prompt.Letters.Count}
				}
				require.Equal(t, []int{1, 1, 1, 1}, waiting())
				end(o, i)
				require.Equal(t, []int{0, 0, 0, 0}, waiting())
			})
		})
	}
}
