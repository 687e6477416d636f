package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// BenchmarkSimilar looks for what is like a new problem among 100,000 issues of 76 units, of which 60,000 are open: in one unit, for a
// branch, and everywhere. To reach: a median under 20 ms on SQLite.
func BenchmarkSimilar(b *testing.B) {
	benchEach(b, func(b *testing.B, dsn string) {
		o := benchOffice(b, dsn)
		o.fillUnits(100_000, 76)
		for _, c := range []struct{ name, account, org string }{{"unit", "zhenglan", "0100"}, {"branch", "gaofeng", "0101"}, {"everywhere", "zhouqm", "00"}} {
			b.Run(c.name, func(b *testing.B) {
				by, org, took, n, shown := o.actor(c.account), o.org(c.org).ID, []time.Duration{}, 0, 0
				for b.Loop() {
					begin := time.Now()
					found, err := o.Similar(o.ctx, by, engine.Likewise{Text: problem(n), Org: org})
					took = append(took, time.Since(begin))
					require.NoError(b, err)
					shown += len(found)
					n++
				}
				b.ReportMetric(float64(median(took).Microseconds()), "µs/lookup")
				b.ReportMetric(float64(shown)/float64(n), "offered")
			})
		}
	})
}

// problem is one of 1,536 problems as they are written down, each with parts that many share.
func problem(n int) string {
	what := []string{"党费收缴", "三会一课记录", "发展党员材料", "主题党日活动", "谈心谈话记录", "公务用车台账", "经费报销附件", "固定资产登记", "合同审核流程", "信访件办理", "值班值守安排",
		"内控制度修订", "采购验收签字", "党务公开栏更新", "意识形态分析研判", "中心组学习研讨"}
	how := []string{"不及时", "不规范", "缺项漏项", "流于形式", "账实不符", "超期半年", "未闭环管理", "照抄照搬"}
	where := []string{"办公室", "人事科", "财务科", "业务一科", "业务二科", "机关服务中心", "离退休党员支部", "下属事业单位", "窗口服务大厅", "信息中心", "监督检查室", "综合科"}
	return fmt.Sprintf("%s%s%s，涉及%d份材料", where[n%12], what[n/12%16], how[n/192%8], n%40)
}

// fillUnits writes down n issues, spread evenly over the sample's unit and as many others beside it.
func (o *office) fillUnits(n, units int) {
	o.t.Helper()
	unit, branches := o.org("0100"), []engine.Org{o.org("0101"), o.org("0102"), o.org("0103")}
	definition := o.rectifying(workflow.Ordinary).Definition
	for done := 0; done < n; {
		items := make([]store.NewIssue, min(1000, n-done))
		for k := range items {
			at := done + k
			i := workflow.Issue{ID: workflow.IssueID(at + 1), Round: 1, Version: 1, Machine: "standard", Definition: definition, State: workflow.Rectifying, Since: "2026-10-01",
				Source: "inspection", Detail: problem(at / units), FoundOn: "2026-09-01", Kind: workflow.KindTimed, Grade: workflow.Ordinary, Due: "2026-12-31"}
			if at%5 > 2 {
				i.State = workflow.Closed
			}
			i.Line = branches[at%3].Line
			if of := at % units; of > 0 { // a unit that is not in the tree: it only takes up room
				i.Line = workflow.Lineage{unit.Line[0], {Org: workflow.OrgID(1000 + of), Level: workflow.OrganCommittee}, {Org: workflow.OrgID(5000 + at%(3*units)), Level: workflow.Branch}}
			}
			i.Responsible, i.Finder, i.FinderLine = i.Line.Last().Org, i.Line[0].Org, workflow.Lineage{i.Line[0]}
			items[k] = store.NewIssue{Prefix: "XC-9999-2026", Decide: func(number string, _ *store.Earlier) (workflow.Change, error) {
				i.Number = number
				return workflow.Change{Issue: i, Line: workflow.Line{At: o.now, Action: "register", Name: "高峰", Round: 1, Version: 1, To: i.State}}, nil
			}}
		}
		_, err := o.db.CreateAll(o.ctx, items)
		require.NoError(o.t, err)
		done += len(items)
	}
}
