//go:build !race

// Nobody races here: one person does one thing after the other, and under the race detector that takes ten minutes and more.
// scripts/test.sh runs these tests by themselves, without it.

package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"rectify/api/pagetest"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// press is a button that somebody was offered.
type press struct {
	account string
	issue   workflow.Issue
	offer   engine.Offer
	other   workflow.Issue // that they merge it with
}

// path is where the form of the step is.
func (p *press) path() string {
	path := fmt.Sprintf("/issues/%d/do/%s", p.issue.ID, p.offer.Action)
	if p.offer.Request != "" {
		path += "?of=" + string(p.offer.Request)
	}
	return path
}

// like is what two presses have in common that do the same: the step, from which state of which machine, by which post in which relation.
func (p *press) like() string {
	as := &p.offer.Grant
	return fmt.Sprintln(p.offer.Action, p.offer.Request, p.issue.State, p.issue.Machine, as.Appointment.Post, as.Relation)
}

// Every button that anybody of the demonstration is offered, on any issue, is one that the page of the issue shows and leads to its form; and
// whoever fills in what the form asks for, and presses it, is not refused. One press of each kind is tried, on a copy of the demonstration.
func TestEveryButtonIsAccepted(t *testing.T) {
	t.Parallel()
	p, r, accounts := demoFolder(t)
	x := serveTown(t, p, r, accounts)
	kinds := map[string][]press{}
	for _, account := range x.accounts {
		for _, one := range x.buttons(t, account) {
			kinds[one.like()] = append(kinds[one.like()], one)
		}
	}
	rounds := spread(kinds)
	t.Logf("%d kinds of presses in %d rounds", len(kinds), len(rounds))
	require.Greater(t, len(kinds), 100)
	for n, round := range rounds {
		t.Run(fmt.Sprint("round ", n+1), func(t *testing.T) {
			t.Parallel()
			copied := at(t, filepath.Join(t.TempDir(), "data"))
			require.NoError(t, os.CopyFS(copied.flags.Data, os.DirFS(p.flags.Data)))
			copied.now = p.now
			y := serveTown(t, copied, r, accounts)
			for _, one := range round {
				y.press(t, &one)
			}
		})
	}
}

// buttons are what an account is offered on all issues that it sees. Each page shows its buttons and no others, and each leads to a form.
func (x *town) buttons(t *testing.T, account string) (all []press) {
	t.Helper()
	b := x.as(t, account)
	views := x.views(t, account)
	for _, v := range views {
		page := fmt.Sprintf("/issues/%d", v.Issue.ID)
		var want []string
		for _, o := range v.Offers {
			one := press{account: account, issue: v.Issue, offer: o}
			if o.Action == workflow.Merge {
				one.other = partner(views, &v.Issue)
			}
			want = append(want, one.path())
			a := b.Get(one.path())
			require.Equal(t, 200, a.Status, "%s: %s", account, one.path())
			pagetest.Form(t, a.Body, one.path())
			all = append(all, one)
		}
		var shown []string
		for n := range pagetest.Parse(t, b.Get(page).Body).Descendants() {
			if to := pagetest.Attr(n, "href"); n.Type == html.ElementNode && strings.HasPrefix(to, page+"/do/") {
				shown = append(shown, to)
			}
		}
		require.ElementsMatch(t, want, shown, "%s: %s", account, page)
	}
	return all
}

// views are all issues that an account sees.
func (x *town) views(t *testing.T, account string) (all []engine.View) {
	t.Helper()
	by, err := x.engine.ActorNamed(t.Context(), account)
	require.NoError(t, err)
	page, err := x.engine.Issues(t.Context(), by, engine.Filter{}, 0, "", engine.PageLimit)
	require.NoError(t, err)
	for _, row := range page.Rows {
		v, err := x.engine.Issue(t.Context(), by, row.ID)
		require.NoError(t, err)
		all = append(all, v)
	}
	return all
}

// partner is an issue that another one can be merged with, as the form says: one that is under way and that the person may merge as well.
func partner(views []engine.View, i *workflow.Issue) workflow.Issue {
	for _, v := range views {
		if x := &v.Issue; x.ID != i.ID && !x.State.End() && slices.ContainsFunc(v.Offers, func(o engine.Offer) bool { return o.Action == workflow.Merge }) {
			return *x
		}
	}
	return workflow.Issue{}
}

// spread chooses one press of each kind and puts them into rounds in which each issue occurs once, so that no press is in the way of another.
func spread(kinds map[string][]press) (rounds [][]press) {
	var taken []map[workflow.IssueID]bool
	for _, like := range slices.Sorted(maps.Keys(kinds)) {
		best, at := press{}, len(taken)
		for _, one := range kinds[like] {
			n := slices.IndexFunc(taken, func(in map[workflow.IssueID]bool) bool {
				return !in[one.issue.ID] && !in[one.other.ID] && !in[one.issue.MergedInto]
			})
			if n < 0 {
				n = len(taken)
			}
			if best.account == "" || n < at {
				best, at = one, n
			}
		}
		if at == len(taken) {
			taken, rounds = append(taken, map[workflow.IssueID]bool{}), append(rounds, nil)
		}
		taken[at][best.issue.ID] = true
		if best.other.ID != 0 {
			taken[at][best.other.ID] = true
		}
		rounds[at] = append(rounds[at], best)
	}
	return rounds
}

// press opens the form, fills in what it asks for and sends it.
func (x *town) press(t *testing.T, p *press) {
	t.Helper()
	b := x.as(t, p.account)
	form := pagetest.Form(t, b.Get(p.path()).Body, p.path())
	values, files := pagetest.Fill(form, pagetest.Filling{Today: x.now(), Text: "情况已逐项核实，按要求办理到位", Other: p.other.Number, File: "会议记录.txt",
		Another: p.offer.Action == workflow.Transfer})
	a := b.SendForm(p.path(), values, files)
	if a.Status == 303 {
		require.Equal(t, fmt.Sprintf("/issues/%d", p.issue.ID), a.Header.Get("Location"))
		return
	}
	said := pagetest.Find(pagetest.Parse(t, a.Body), func(n *html.Node) bool {
		return strings.Contains(pagetest.Attr(n, "class"), "alert-danger") || pagetest.Attr(n, "class") == "wrong"
	})
	why := ""
	if said != nil && said.FirstChild != nil {
		why = said.FirstChild.Data
	}
	t.Errorf("%s is refused by %d: %s%s\nsent: %v", p.account, a.Status, p.like(), why, values)
}

// What is not offered is refused by the engine: every step, on every issue, to everybody, however complete it is.
func TestWhatIsNotOfferedIsRefused(t *testing.T) {
	t.Parallel()
	x := demoTown(t)
	everything := map[workflow.IssueID]workflow.Issue{}
	for _, account := range x.accounts {
		for _, v := range x.views(t, account) {
			everything[v.Issue.ID] = v.Issue
		}
	}
	require.Len(t, everything, 55)
	refused := 0
	for _, account := range x.accounts {
		by, err := x.engine.ActorNamed(t.Context(), account)
		require.NoError(t, err)
		offered := map[string]bool{}
		for _, v := range x.views(t, account) {
			for _, o := range v.Offers {
				offered[fmt.Sprint(v.Issue.ID, o.Action, o.Request)] = true
			}
		}
		for id, i := range everything {
			for _, s := range x.everyStep(&i, by.Person) {
				if offered[fmt.Sprint(id, s.Action, s.Request)] {
					continue
				}
				_, err := x.engine.Do(t.Context(), by, id, i.Version, "", s)
				var fault *workflow.Fault
				require.ErrorAs(t, err, &fault, "%s: %s %s on %s (%s): %v", account, s.Action, s.Request, i.Number, i.State, err)
				refused++
			}
		}
	}
	t.Log(refused, "refused")
	for id, i := range everything {
		now, err := x.db.Issue(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, i.Version, now.Version, "nothing has changed")
	}
}

// everyStep is every step that could be asked for on an issue, with all that any of them may need.
func (x *town) everyStep(i *workflow.Issue, person workflow.PersonID) (all []workflow.Step) {
	later := workflow.DayOf(x.now().AddDate(0, 2, 0))
	full := workflow.Step{Note: "这一步不该被接受，写得再长也不行", Basis: "市纪委〔2026〕8号", Detail: "存在的问题", Source: i.Source, Responsible: i.Responsible, Person: person,
		Kind: workflow.KindTimed, Grade: cmp.Or(i.Grade, workflow.Ordinary), Due: later, Measures: []workflow.Measure{{Text: "措施", Person: person, Due: later}},
		Evidence: []workflow.Evidence{{Text: "佐证"}}, StageGoal: "阶段目标", NextReview: later, Condition: "具备条件后", Recovered: i.Recovered, Parties: i.Parties,
		Criteria: workflow.Criteria{MeasuresDone: true, ViolationsDone: true, EffectReached: true, SameKindSought: true, MechanismBuilt: true}}
	for n := range i.Measures {
		if !i.Measures[n].Done {
			full.Measure = n + 1
		}
	}
	for _, rule := range workflow.Actions() {
		if !rule.Step {
			continue
		}
		full.Action, full.Request = rule.Action, ""
		switch rule.Action {
		case workflow.Ask:
			for _, of := range workflow.RequestKinds() {
				full.Request = workflow.RequestKind(of.Word)
				all = append(all, full)
			}
			continue
		case workflow.GrantIt, workflow.Deny:
			full.Request = i.Request.Kind
		}
		all = append(all, full)
	}
	return all
}
