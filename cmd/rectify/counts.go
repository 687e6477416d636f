package main

import (
	"context"
	"fmt"
	"strings"

	"rectify/workflow"
	"rectify/workflow/store"
)

// countsCommand proves the counters right.
type countsCommand struct {
	Rebuild bool `help:"把不符的计数器改正 put right those that do not agree."`
	jsonFlag
}

// miscountJSON is one counter, or one issue, that does not agree, for programs.
type miscountJSON struct {
	Org    string            `json:"org,omitempty"` // its code
	Issue  *workflow.IssueID `json:"issue,omitempty"`
	Of     string            `json:"of,omitempty"`
	Holds  []int64           `json:"holds,omitempty"`
	Should []int64           `json:"should,omitempty"`
	text   workflow.Text
}

// Run counts every issue again. It ends with 1 when a counter does not agree, rebuilt or not.
func (c *countsCommand) Run(p *program) error {
	return p.with(false, func(ctx context.Context, o *opened) error {
		r, err := o.db.Recount(ctx, c.Rebuild)
		if err != nil {
			return err
		}
		wrong, err := miscounts(ctx, o.db, r)
		if err != nil {
			return err
		}
		return c.tell(p, r, wrong)
	})
}

func miscounts(ctx context.Context, db *store.DB, r store.Recount) ([]miscountJSON, error) {
	var ids []workflow.OrgID
	for _, w := range r.Wrong {
		ids = append(ids, w.Org)
	}
	orgs, err := db.OrgsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]miscountJSON, 0, len(r.Wrong)+len(r.Uncounted))
	for _, w := range r.Wrong {
		org := orgs[w.Org]
		out = append(out, miscountJSON{Org: org.Code, Of: w.Of, Holds: w.Holds, Should: w.Should, text: workflow.Say(
			"%s %s（%s）：计数 %s，应为 %s", "%s %s (%s): holds %s, should be %s", org.Code, org.Shown(), w.Of, numbers(w.Holds), numbers(w.Should))})
	}
	for _, id := range r.Uncounted {
		out = append(out, miscountJSON{Issue: &id, text: workflow.Say("问题 %d 未按现状计数", "issue %d is not counted as it is", id)})
	}
	return out, nil
}

// numbers are issues, and for some counters fen involved and recovered.
func numbers(all []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", "/"), "[]")
}

func (c *countsCommand) tell(p *program, r store.Recount, wrong []miscountJSON) error {
	switch {
	case c.JSON:
		if err := p.printJSON(map[string]any{"ok": r.OK(), "issues": r.Issues, "counters": r.Counters, "wrong": wrong, "rebuilt": c.Rebuild}); err != nil {
			return err
		}
	case r.OK():
		p.print(workflow.Say("%d 个问题、%d 个计数器：全部一致", "%d issues and %d counters: all agree", r.Issues, r.Counters))
	default:
		for _, w := range wrong {
			p.print(w.text)
		}
		end := workflow.Say("不一致 %d 处；可用 --rebuild 改正", "%d do not agree; --rebuild puts them right", len(wrong))
		if c.Rebuild {
			end = workflow.Say("不一致 %d 处，已改正", "%d did not agree and were put right", len(wrong))
		}
		p.print(end)
	}
	if !r.OK() {
		return exit(exitPartly)
	}
	return nil
}
