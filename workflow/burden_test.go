package workflow_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// The shipped machines are within the budget that is shipped with them; one more need is refused with the sum.
func TestABudgetRefusesAMachineThatAsksTooMuch(t *testing.T) {
	for _, name := range []string{"immediate", "standard", "major"} {
		require.NoError(t, workflow.DefaultBudget().Affords(machine(t, name)), name)
	}
	d := *machine(t, "standard")
	budget := workflow.Budget{Issue: workflow.Load{Fields: 4, Files: 1}}
	err := budget.Affords(&d)
	require.ErrorIs(t, err, workflow.ErrInvalid)
	require.ErrorContains(t, err, "5项、上传1件")
	require.ErrorContains(t, err, "按一条措施计：")
	require.ErrorContains(t, err, "提交方案3项0件")
	require.ErrorContains(t, err, "4项、1件")
	require.NoError(t, workflow.Budget{Issue: workflow.Load{Fields: 5, Files: 1}}.Affords(&d))
	require.Error(t, workflow.Budget{Issue: workflow.Load{Fields: 5}}.Affords(&d), "files count by themselves")
}

// Every need that a form asks for has its weight: what is filled in is what is counted.
func TestEveryNeedIsWeighed(t *testing.T) {
	free := map[workflow.Need]bool{
		workflow.NeedMeasuresDone: true, workflow.NeedCountersign: true, workflow.NeedUntouched: true, workflow.NeedOpenRequest: true, workflow.NeedClockOver: true,
		workflow.NeedNoObjection: true, workflow.NeedOpenObjection: true, workflow.NeedEndorsement: true, workflow.NeedNoSuperior: true,
		workflow.NeedNothingAsked: true, workflow.NeedReturnable: true, workflow.NeedUnsigned: true, workflow.NeedLateCall: true, workflow.NeedStaleDates: true,
	}
	for _, need := range workflow.Needs() {
		a := workflow.Arrow{Needs: []workflow.Need{need}}
		require.Equal(t, free[need], a.Asks() == workflow.Load{}, need)
	}
}

// A photograph is never compulsory: wherever evidence is asked for, a text will do.
func TestNoPhotographIsCompulsory(t *testing.T) {
	for _, name := range []string{"immediate", "standard", "major"} {
		d := machine(t, name)
		for n := range d.Arrows {
			a := &d.Arrows[n]
			for _, need := range a.Needs {
				if need != workflow.NeedEvidence && need != workflow.NeedAttachment {
					continue
				}
				i, s := issueOf(d, a.From[0]), stepOf(a.Do, a.Of)
				i.Evidence, s.Evidence = nil, []workflow.Evidence{{Text: "已逐户核对，见台账第三页"}}
				by := ready(&i, &s)
				_, err := workflow.Apply(d, i, s, by, noon)
				require.NoError(t, err, "%s: %s", name, a.Do)
			}
		}
	}
}

// What the program does not do: check-ins, points for persons, rankings of persons. No word of it is in what people see or programs call.
func TestNobodyChecksInOrIsRanked(t *testing.T) {
	words := regexp.MustCompile(`(?i)打卡|签到|积分|评分|得分|排名|排行|check[-_ ]?in\b|leaderboard|\branking\b|\bscore\b`)
	for _, dir := range []string{"../api/page/templates", "../api/page/static", "definitions", "../policies", "../api"} {
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, f := range files {
			ext := filepath.Ext(f.Name())
			if f.IsDir() || (ext != ".html" && ext != ".yaml" && ext != ".csv" && f.Name() != "app.js") {
				continue
			}
			body, err := os.ReadFile(filepath.Join(dir, f.Name()))
			require.NoError(t, err)
			for n, line := range strings.Split(string(body), "\n") {
				require.NotRegexp(t, words, line, "%s:%d", f.Name(), n+1)
			}
		}
	}
	fields, err := json.Marshal(issueOf(machine(t, "standard"), workflow.Rectifying))
	require.NoError(t, err)
	require.NotRegexp(t, words, string(fields))
}
