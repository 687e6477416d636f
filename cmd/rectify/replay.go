package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// replayCommand proves that the issues are what their histories say.
type replayCommand struct {
	All bool `help:"列出每一处不符，不只是第一处 name every difference and not only the first."`
	jsonFlag
}

// differenceJSON is a difference for programs.
type differenceJSON struct {
	Issue   workflow.IssueID `json:"issue,string"`
	Number  string           `json:"number,omitempty"`
	Line    int              `json:"line,omitempty"`
	Place   string           `json:"place"`
	History string           `json:"history"`
	Row     string           `json:"row"`
}

const replayTells = 10 * time.Second // how often it is said how far it came

// Run replays every history. It ends with 1 when something differs.
func (c *replayCommand) Run(p *program) error {
	return p.with(false, func(ctx context.Context, o *opened) error {
		enough := errors.New("the first is enough")
		told, all := p.now(), []differenceJSON{}
		tell := func(r store.Replayed) {
			if now := p.now(); now.Sub(told) >= replayTells {
				told = now
				fmt.Fprintln(p.err, p.say(workflow.Say("已核对 %d 个问题、%d 条记录……", "%d issues, %d lines so far…", r.Issues, r.Lines)))
			}
		}
		done, err := o.db.Replay(ctx, tell, func(d store.Difference) error {
			all = append(all, differenceJSON{d.Issue, d.Number, d.Line, d.Place, d.History, d.Row})
			if !c.JSON {
				p.print(differenceText(d))
			}
			if !c.All {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			return err
		}
		return c.end(p, done, all)
	})
}

func (c *replayCommand) end(p *program, r store.Replayed, all []differenceJSON) error {
	switch {
	case c.JSON:
		if err := p.printJSON(map[string]any{"ok": r.Differences == 0, "issues": r.Issues, "lines": r.Lines, "differences": all}); err != nil {
			return err
		}
	case r.Differences == 0:
		p.print(workflow.Say("%d 个问题、%d 条记录：逐条重放，与现状完全一致", "%d issues and %d lines: laid over each other, they are what there is", r.Issues, r.Lines))
	case c.All:
		p.print(workflow.Say("不符 %d 处", "%d differences", r.Differences))
	default:
		p.print(workflow.Say("到此为止；--all 列出全部", "it stops here; --all names them all"))
	}
	if r.Differences > 0 {
		return exit(exitPartly)
	}
	return nil
}

// differenceText says where an issue is not what its history says.
func differenceText(d store.Difference) workflow.Text {
	of := d.Number
	if of == "" {
		of = fmt.Sprint(int64(d.Issue))
	}
	if d.Line > 0 {
		return workflow.Say("问题 %s 第 %d 条记录 %s：应为“%s”，实为“%s”", "issue %s, line %d, %s: should be %q, is %q", of, d.Line, d.Place, d.History, d.Row)
	}
	return workflow.Say("问题 %s %s：历史记录为“%s”，现为“%s”", "issue %s, %s: history says %q, there is %q", of, d.Place, d.History, d.Row)
}
