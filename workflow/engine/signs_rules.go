package engine

import (
	"context"
	"encoding/json"
	"strings"

	"rectify/workflow"
)

// signsSetting is the name of the setting that holds the numbers of the signs.
const signsSetting = "signs"

// SignRules are the numbers from which something is shown as a sign, with the revision to change them by.
type SignRules struct {
	workflow.PaperRules
	Rev int
}

// SignRules are the ones in force.
func (e *Engine) SignRules(ctx context.Context) (SignRules, error) {
	s, err := e.db.Setting(ctx, signsSetting)
	if err != nil {
		return SignRules{}, err
	}
	r, err := readSignRules(s.Body)
	return SignRules{r, s.Rev}, err
}

func readSignRules(body string) (workflow.PaperRules, error) {
	r := workflow.DefaultPaperRules()
	if body == "" {
		return r, nil
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, workflow.Invalid("bad_sign_rules", "", workflow.Say("线索的设置读不出：%s", "the numbers of the signs cannot be read: %s", err))
	}
	return r, r.Check()
}

// SetSignRules changes the numbers; rev is the one that was seen. Only the system administrator may. ErrInvalid for numbers that make no
// sense, ErrConflict when somebody changed them since.
func (e *Engine) SetSignRules(ctx context.Context, by workflow.Actor, r workflow.PaperRules, rev int) (SignRules, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return SignRules{}, err
	}
	if err := r.Check(); err != nil {
		return SignRules{}, err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return SignRules{}, err
	}
	s, err := e.changeSetting(ctx, by, Setting{Name: signsSetting, Body: string(body), Rev: rev}, string(body))
	return SignRules{r, s.Rev}, err
}
