package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

func (o *office) importList(account, file string, source workflow.Source, mode string) engine.Report {
	report, err := o.ImportChecklist(o.ctx, o.actor(account), o.book(file), engine.ImportOptions{Source: source, Mode: mode, File: file})
	require.NoError(o.t, err)
	return report
}

func TestSampleLedgersImport(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		first := o.importList("zhenglan", "01-巡察反馈任务清单.xlsx", "inspection", "")
		for _, f := range first.Doubtful {
			fmt.Println(f.Sheet, f.Row, f.Column, f.Value, "→", f.Understood, f.Reason.Zh)
		}
		for _, f := range first.Refused {
			fmt.Println(f.Sheet, f.Row, f.Column, f.Value, "→", f.Reason.Zh)
		}
		require.Equal(t, 25, first.Taken)
		require.Equal(t, 19, first.ReportedDone)
		second := o.importList("hejing", "02-支部自查台账.xlsx", "self_check", "")
		for _, f := range second.Refused {
			fmt.Println(f.Sheet, f.Row, f.Column, f.Value, "→", f.Reason.Zh)
		}
		for _, f := range second.Doubtful {
			fmt.Println(f.Sheet, f.Row, f.Column, f.Value, "→", f.Understood, f.Reason.Zh)
		}
		require.Equal(t, 35, second.Taken)
		third := o.importList("hanbing", "03-审计整改两表.xlsx", "audit", "")
		for _, f := range third.Doubtful {
			fmt.Println(f.Sheet, f.Row, f.Column, f.Value, "→", f.Understood, f.Reason.Zh)
		}
		for _, f := range third.Refused {
			fmt.Println(f.Sheet, f.Row, f.Column, f.Value, "→", f.Reason.Zh)
		}
		require.Equal(t, 6, third.Taken)
	})
}
