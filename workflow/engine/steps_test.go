package engine_test

import (
	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// reason is long enough to be one.
const reason = "经研究,情况属实,同意办理"

// find writes a problem down.
func (o *office) find(account string, f engine.Finding) workflow.Issue {
	o.t.Helper()
	i, err := o.Find(o.ctx, o.actor(account), "", f)
	require.NoError(o.t, err)
	return i
}

// try asks for a step on the issue as it is now.
func (o *office) try(account string, id workflow.IssueID, s workflow.Step) (workflow.Issue, error) {
	o.t.Helper()
	i, err := o.db.Issue(o.ctx, id)
	require.NoError(o.t, err)
	return o.Do(o.ctx, o.actor(account), id, i.Version, "", s)
}

// do takes a step that must be accepted.
func (o *office) do(account string, id workflow.IssueID, s workflow.Step) workflow.Issue {
	o.t.Helper()
	i, err := o.try(account, id, s)
	require.NoError(o.t, err, "%s by %s", s.Action, account)
	return i
}

func (o *office) assignTo(code string) workflow.Step {
	return workflow.Step{Action: workflow.Assign, Responsible: o.org(code).ID, Due: "2026-12-31", Kind: workflow.KindTimed, Grade: workflow.Ordinary}
}

// planBy is a plan of one measure for the account.
func (o *office) planBy(account string) workflow.Step {
	return workflow.Step{Action: workflow.Plan, Measures: []workflow.Measure{{Text: "补齐台账", Person: o.actor(account).Person, Due: "2026-12-01"}}}
}

func met() workflow.Criteria {
	return workflow.Criteria{MeasuresDone: true, ViolationsDone: true, EffectReached: true, SameKindSought: true, MechanismBuilt: true}
}

func simple(a workflow.Action) workflow.Step { return workflow.Step{Action: a, Note: reason} }

func texts(words ...string) []workflow.Evidence {
	var out []workflow.Evidence
	for _, w := range words {
		out = append(out, workflow.Evidence{Text: w})
	}
	return out
}

func finished() workflow.Step {
	return workflow.Step{Action: workflow.Finish, Measure: 1, Note: "已补齐"}
}

func submitted() workflow.Step {
	return workflow.Step{Action: workflow.Submit, Note: "已整改到位", Evidence: texts("补齐后的台账")}
}

func passed() workflow.Step { return workflow.Step{Action: workflow.Pass, Criteria: met()} }

// rectifying brings an issue of 0101 to where it is rectified: planned by 高峰, approved by 许宁.
func (o *office) rectifying(grade workflow.Grade) workflow.Issue {
	o.t.Helper()
	i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
	assign := o.assignTo("0101")
	assign.Grade = grade
	o.do("zhenglan", i.ID, assign)
	o.do("gaofeng", i.ID, simple(workflow.Accept))
	o.do("gaofeng", i.ID, o.planBy("gaofeng"))
	return o.do("xuning", i.ID, simple(workflow.ApprovePlan))
}

// verifying brings an issue of 0101 to where it is verified.
func (o *office) verifying(grade workflow.Grade) workflow.Issue {
	o.t.Helper()
	i := o.rectifying(grade)
	o.do("mali", i.ID, finished())
	return o.do("mali", i.ID, submitted())
}
