package engine

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// budgetSetting is the name of the setting that holds the budget.
const budgetSetting = "burden"

// Budget is what an office asks of a branch at most, with the revision to change it by.
type Budget struct {
	workflow.Budget
	Rev int
}

// Budget is the one in force.
func (e *Engine) Budget(ctx context.Context) (Budget, error) {
	s, err := e.db.Setting(ctx, budgetSetting)
	if err != nil {
		return Budget{}, err
	}
	b, err := readBudget(s.Body)
	return Budget{b, s.Rev}, err
}

func readBudget(body string) (workflow.Budget, error) {
	b := workflow.DefaultBudget()
	if body == "" {
		return b, nil
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return b, workflow.Invalid("bad_budget", "", workflow.Say("负担预算读不出：%s", "the budget cannot be read: %s", err))
	}
	for _, n := range []int{b.Issue.Fields, b.Issue.Files, b.Month.Fields, b.Month.Files} {
		if n < 0 || n > 100000 {
			return b, workflow.Invalid("bad_budget", "", workflow.Say("预算须是0至100000的数", "a budget is a number from 0 to 100000"))
		}
	}
	return b, nil
}

// affords refuses a budget that a machine in force does not keep.
func (e *Engine) affords(b workflow.Budget) error {
	for _, d := range e.Machines() {
		if err := b.Affords(d); err != nil {
			return err
		}
	}
	return nil
}

// SetBudget changes the budget; rev is the one that was seen. Only the system administrator may. ErrInvalid with the sum when a machine
// in force asks more, ErrConflict when somebody changed it since.
func (e *Engine) SetBudget(ctx context.Context, by workflow.Actor, b workflow.Budget, rev int) (Budget, error) {
	body, err := json.Marshal(b)
	if err != nil {
		return Budget{}, err
	}
	if _, err := readBudget(string(body)); err != nil {
		return Budget{}, err
	}
	if _, err := administers(&by, "system_admin"); err != nil {
		return Budget{}, err
	}
	if err := e.affords(b); err != nil {
		return Budget{}, err
	}
	s, err := e.changeSetting(ctx, by, Setting{Name: budgetSetting, Body: string(body), Rev: rev}, string(body))
	return Budget{b, s.Rev}, err
}

// Burden is what the program asked of the people of an organisation in a month.
type Burden struct {
	Org   store.Org
	Steps int
	workflow.Load
	Over bool // more than the budget for a month
}

// Burdens measures what was asked of the organisations at or below one in a month (2026-11), in the order of their codes. after is the
// code of the last one seen. It counts what the forms of the steps that were taken ask for, whether or not more was given.
//
// Errors: ErrForbidden for who oversees nothing there, ErrInvalid for a month that is none.
func (e *Engine) Burdens(ctx context.Context, by workflow.Actor, under workflow.OrgID, month, after string, limit int) ([]Burden, error) {
	from, err := time.ParseInLocation("2006-01", month, workflow.China)
	if err != nil {
		return nil, workflow.Invalid("bad_month", "month", workflow.Say("月份应写作 2026-11", "write a month as 2026-11"))
	}
	top, err := e.Org(ctx, under)
	if err != nil {
		return nil, err
	}
	if !reaches(&by, &top.Line) {
		return nil, workflow.Forbidden("out_of_reach", workflow.Say("%s不在您的辖内", "%s is not within your reach", top.Shown()))
	}
	orgs, err := e.Orgs(ctx, under, after, limit)
	if err == nil {
		err = e.took(ctx, &by, "burden", 0, top.Shown()+" "+month)
	}
	if err != nil {
		return nil, err
	}
	orgs = slices.DeleteFunc(orgs, func(o Org) bool { return !reaches(&by, &o.Line) }) // what an inspector declared ties with
	budget, err := e.Budget(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]workflow.OrgID, len(orgs))
	for n := range orgs {
		ids[n] = orgs[n].ID
	}
	taken, err := e.db.Taken(ctx, ids, from, from.AddDate(0, 1, 0))
	if err != nil {
		return nil, err
	}
	loads, err := e.loads(ctx, taken)
	out := make([]Burden, len(orgs))
	for n, org := range orgs {
		out[n] = loads[org.ID]
		out[n].Org, out[n].Over = org, !out[n].Load.Within(budget.Month)
	}
	return out, err
}

// loads sums up what the steps that were taken asked for, by org.
func (e *Engine) loads(ctx context.Context, taken []store.Taken) (map[workflow.OrgID]Burden, error) {
	out := make(map[workflow.OrgID]Burden)
	for _, t := range taken {
		var asks workflow.Load
		err := e.withDefinitions(ctx, func() error {
			d, err := e.definition(t.Definition)
			if err == nil {
				asks = d.Asks(t.Action)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		b := out[t.Org]
		b.Steps += t.N
		b.Load = b.Load.Plus(asks.Times(t.N)).Plus(workflow.MeasureLoad().Times(t.More))
		out[t.Org] = b
	}
	return out, nil
}

// reaches says whether a post of the actor is in the org at the end of the line or above it.
func reaches(by *workflow.Actor, line *workflow.Lineage) bool {
	for n := range by.Appointments {
		if by.Appointments[n].Reaches(line) {
			return true
		}
	}
	return false
}
