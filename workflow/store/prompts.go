package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Prompt is the prompt of a month or the pack of a quarter of one org, as it was made: it never changes.
type Prompt struct {
	Org    workflow.OrgID // 0 says that all of the period are made
	Period string         // 2026-11, or 2026Q4
	Day    workflow.Day   // on which it was made
	At     time.Time
	Body   string
}

const promptColumns = "org, period, day, at, body"

// PutPrompts keeps the prompts that are not there yet.
func (db *DB) PutPrompts(ctx context.Context, all []Prompt) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		orgs := make([]workflow.OrgID, len(all))
		for n := range all {
			orgs[n] = all[n].Org
		}
		type key struct {
			org    workflow.OrgID
			period string
		}
		known := make(map[key]bool)
		err := inBatches(numbers(orgs), func(marks string, args []any) error {
			return each(tx, func(scan func(...any) error) error {
				var k key
				err := scan(&k.org, &k.period)
				known[k] = true
				return err
			}, "SELECT org, period FROM prompts WHERE org IN ("+marks+")", args...)
		})
		if err != nil {
			return err
		}
		var rows [][]any
		for _, p := range all {
			if k := (key{p.Org, p.Period}); !known[k] {
				known[k] = true
				rows = append(rows, []any{int64(p.Org), p.Period, string(p.Day), millis(p.At), p.Body})
			}
		}
		return raceLost(insertAll(tx, "INSERT INTO prompts ("+promptColumns+") VALUES ", rows), "PRIMARY")
	})
}

// Prompt reads the prompt of an org for a period. ErrNotFound with the code no_such_prompt.
func (db *DB) Prompt(ctx context.Context, org workflow.OrgID, period string) (p Prompt, err error) {
	found := false
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) error {
			var day dayColumn
			var at int64
			err := scan(&p.Org, &p.Period, &day, &at, &p.Body)
			p.Day, p.At, found = day.day, moment(at), true
			return err
		}, "SELECT "+promptColumns+" FROM prompts WHERE org = ? AND period = ?", int64(org), period)
	})
	if err == nil && !found {
		err = workflow.NotFound("no_such_prompt", workflow.Say("没有这一期提示", "there is no prompt of this period"))
	}
	return p, err
}

// PromptPeriods lists the periods of which an org has a prompt, the last one first.
func (db *DB) PromptPeriods(ctx context.Context, org workflow.OrgID, limit int) (out []string, err error) {
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = nil
		return each(tx, func(scan func(...any) error) error {
			var period string
			err := scan(&period)
			out = append(out, period)
			return err
		}, "SELECT period FROM prompts WHERE org = ? ORDER BY day DESC, period DESC LIMIT ?", int64(org), limit)
	})
	return out, err
}

// IssuesBelow reads the issues of an org and of those below it as OpenIssues does.
func (db *DB) IssuesBelow(ctx context.Context, org workflow.Lineage, closedSince workflow.Day, after workflow.IssueID, limit int) (out []workflow.Issue, err error) {
	c := and(below(org), condition{"id > ? AND phase <> ? AND (state <> ? OR since >= ?)",
		[]any{int64(after), string(workflow.PhaseEnd), string(workflow.Closed), string(closedSince)}})
	err = db.read(ctx, func(tx *gorm.DB) error {
		out = make([]workflow.Issue, 0, limit)
		return each(tx, func(scan func(...any) error) error {
			i, err := scanIssue(scan)
			out = append(out, i)
			return err
		}, "SELECT doc FROM issues WHERE "+c.sql+" ORDER BY id LIMIT ?", append(c.args, limit)...)
	})
	return out, err
}
