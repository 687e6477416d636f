package definitions_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
)

var update = flag.Bool("update", false, "write docs/machines.md again")

const page = "../../docs/machines.md"

// The page of the machines says what the shipped files say.
func TestMachinesPageIsCurrent(t *testing.T) {
	text := machinesPage(shipped(t))
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(text), 0o644)) //nolint:gosec // a page for everybody
	}
	kept, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(kept), text, "go test ./workflow/definitions -run MachinesPage -update writes it again")
}

func TestMermaidDrawsEveryMove(t *testing.T) {
	d, _ := shipped(t).Machine("standard")
	drawn := definitions.Mermaid(d)
	require.True(t, strings.HasPrefix(drawn, "stateDiagram-v2\n"))
	for _, line := range []string{`state "待验收" as verifying`, "[*] --> draft", "assigned --> planning: 签收", "rectifying --> lasting: 批准申请(转长期)",
		"merged --> rectifying: 撤销并案", "closed --> assigned: 重启", "closed --> [*]"} {
		require.Contains(t, drawn, "    "+line+"\n")
	}
	require.NotContains(t, drawn, "催办", "what leaves an issue where it is is not drawn")
}

func machinesPage(s *definitions.Set) string {
	var out strings.Builder
	out.WriteString("# 流程 The machines\n\n本页由 `workflow/definitions/*.yaml` 生成。This page is made from them: `go test ./workflow/definitions -run MachinesPage -update`.\n")
	for _, d := range s.Machines() {
		fmt.Fprintf(&out, "\n## %s %s (`%s`)\n\n", d.Title.Zh, d.Title.En, d.Machine)
		fmt.Fprintf(&out, "```mermaid\n%s```\n\n", definitions.Mermaid(d))
		out.WriteString("| 等级 | 验收层级 | 销号层级 |\n|---|---|---|\n")
		for _, g := range workflow.Grades() {
			fmt.Fprintf(&out, "| %s | %s | %s |\n", g.Text().Zh, d.VerifyAt[g].Text().Zh, d.CloseAt[g].Text().Zh)
		}
		out.WriteString("\n| 期限 | 长度 | 依据 |\n|---|---|---|\n")
		units := map[string]string{"working": "个工作日", "calendar": "日", "month": "个月"}
		for _, c := range d.Clocks {
			fmt.Fprintf(&out, "| `%s` | %d%s | %s |\n", c.Name, c.Span.N, units[c.Span.Unit], c.Basis.Zh)
		}
		out.WriteString("\n| 动作 | 从 | 到 | 条件 | 启动期限 | 告知 |\n|---|---|---|---|---|---|\n")
		for _, a := range d.Arrows {
			fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s |\n", actionCell(&a), stateCells(a.From), stateCells([]workflow.State{a.To}), cells(a.Needs), a.Clock, relationCells(a.Tell))
		}
	}
	return out.String()
}

func actionCell(a *workflow.Arrow) string {
	of := ""
	if a.Of != "" {
		of = " `" + string(a.Of) + "`"
	}
	return a.Do.Text().Zh + " `" + string(a.Do) + "`" + of
}

func stateCells(all []workflow.State) string {
	var out []string
	for _, s := range all {
		switch s {
		case workflow.Same:
			out = append(out, "(不变)")
		case workflow.Before:
			out = append(out, "(并案前)")
		default:
			out = append(out, s.Text().Zh)
		}
	}
	return strings.Join(out, "、")
}

func cells(all []workflow.Need) string {
	var out []string
	for _, n := range all {
		out = append(out, "`"+string(n)+"`")
	}
	return strings.Join(out, " ")
}

func relationCells(all []workflow.Relation) string {
	var out []string
	for _, r := range all {
		out = append(out, r.Text().Zh)
	}
	return strings.Join(out, "、")
}
