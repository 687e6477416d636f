package api

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// BenchmarkPages asks, with 100,000 issues on SQLite, for a page and for the answers of the JSON API with the same data, in turns.
// "ratio" is the median of the page over that of the JSON. To reach: a page in 50 ms at the median.
func BenchmarkPages(b *testing.B) {
	o := newOffice(b)
	issue := o.rectifying()
	o.fill(100_000)
	for _, x := range []struct {
		name, account, page string
		json                []string
	}{
		{"work", "gaofeng", "/", []string{"/api/v1/issues?state=rectifying"}},
		{"work-of-committee", "zhenglan", "/", []string{"/api/v1/issues?state=verifying"}},
		{"ledger", "gaofeng", "/issues", []string{"/api/v1/issues", "/api/v1/counts"}},
		{"ledger-of-committee", "zhenglan", "/issues", []string{"/api/v1/issues", "/api/v1/counts"}},
		{"ledger-of-all", "zhouqm", "/issues", []string{"/api/v1/issues", "/api/v1/counts"}},
		{"issue", "zhenglan", "/issues/" + issue, []string{"/api/v1/issues/" + issue, "/api/v1/issues/" + issue + "/history"}},
	} {
		b.Run(x.name, func(b *testing.B) {
			o.t = b
			var took [2][]time.Duration
			for b.Loop() {
				for side, paths := range [][]string{{x.page}, x.json} {
					begin := time.Now()
					for _, path := range paths {
						a := o.call(x.account, "GET", path, "")
						require.Equal(b, 200, a.status, a.body)
					}
					took[side] = append(took[side], time.Since(begin))
				}
			}
			page, json := middle(took[0]), middle(took[1])
			b.ReportMetric(float64(page.Microseconds())/1000, "ms/page")
			b.ReportMetric(float64(json.Microseconds())/1000, "ms/json")
			b.ReportMetric(float64(page)/float64(json), "ratio")
		})
	}
}

func middle(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// fill writes down n issues, spread over two years, the organisations, states, grades and due days.
func (o *office) fill(n int) {
	orgs, err := o.Engine.Orgs(o.t.Context(), 0, "", engine.PageLimit)
	require.NoError(o.t, err)
	by, err := o.Engine.ActorNamed(o.t.Context(), "gaofeng")
	require.NoError(o.t, err)
	first, err := o.Engine.Issues(o.t.Context(), by, engine.Filter{}, 0, "", 1)
	require.NoError(o.t, err)
	model, err := o.Engine.Issue(o.t.Context(), by, first.Rows[0].ID)
	require.NoError(o.t, err)
	states := []workflow.State{workflow.Found, workflow.Planning, workflow.Rectifying, workflow.Rectifying, workflow.Verifying, workflow.Closed}
	for done := 0; done < n; {
		items := make([]store.NewIssue, min(1000, n-done))
		for k := range items {
			at := done + k
			org, state := orgs[at%len(orgs)], states[at/len(orgs)%len(states)]
			i := model.Issue
			i.ID, i.Version, i.State, i.Grade, i.Due = workflow.IssueID(at+1), 1, state, workflow.Grade(1+at/7%3), workflow.Day("2026-09-01").Add(at%365)
			i.Detail = fmt.Sprintf("第%d号问题：会议记录缺少签到，学习笔记未及时检查", at)
			i.Responsible, i.Line, i.Finder, i.FinderLine = org.ID, org.Line, orgs[0].ID, orgs[0].Line
			above := org.Line.NearestAbove(workflow.OrganCommittee)
			i.Assigner, i.Verifier, i.Closer = above, above, above
			if org.Code != "0101" {
				i.Person = 0
			}
			items[k] = store.NewIssue{Prefix: "XC-" + org.Code + "-2026", Decide: func(number string, _ *store.Earlier) (workflow.Change, error) {
				i.Number = number
				return workflow.Change{Issue: i, Line: workflow.Line{At: o.now.AddDate(0, 0, -at%730), Action: "register", Person: by.Person, Name: by.Name, Round: 1, Version: 1, To: i.State}}, nil
			}}
		}
		_, err := o.db.CreateAll(o.t.Context(), items)
		require.NoError(o.t, err)
		done += len(items)
	}
	for counting := true; counting; { // as the server would have done long ago
		n, err := o.db.CountOwed(o.t.Context())
		require.NoError(o.t, err)
		counting = n > 0
	}
}
