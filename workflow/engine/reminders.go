package engine

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// remindersSetting is the name of the setting with the default reminder rules, and with the id of a checklist behind it of those of that one.
const remindersSetting = "reminders"

func remindersOf(id workflow.ChecklistID) string {
	if id == 0 {
		return remindersSetting
	}
	return remindersSetting + "/" + strconv.FormatInt(int64(id), 10)
}

// ReminderRules are the reminder rules of a checklist, or the default.
type ReminderRules struct {
	Checklist store.Checklist // its id is 0 for the default
	Own       bool            // decided by an administrator; else those of the default, or those that came with the program
	Rules     *remind.Rules
	Body      string  // as they are written
	Setting   Setting // its Rev is what ChangeReminderRules asks for
	By        string  // the name of who changed them last
}

// takeReminders puts the rules of a setting into use. The dates of the lights follow with Reckon.
func (e *Engine) takeReminders(_ context.Context, s Setting) error {
	id := int64(0)
	if _, digits, ok := strings.Cut(s.Name, "/"); ok {
		var err error
		if id, err = strconv.ParseInt(digits, 10, 64); err != nil {
			return err
		}
	}
	rules, err := readReminders(s)
	if err != nil {
		return err
	}
	e.book.Store(e.book.Load().With(workflow.ChecklistID(id), rules))
	e.stale.Store(true)
	return nil
}

// readReminders reads the rules of a setting; without a body those of the default are meant, nil for a checklist.
func readReminders(s Setting) (*remind.Rules, error) {
	switch {
	case s.Body != "":
		return remind.Parse("rules.yaml", []byte(s.Body))
	case s.Name == remindersSetting:
		return remind.Shipped()
	}
	return nil, nil
}

// warning is the day from which the light of the issue is soon, by the rules of its checklist.
func (e *Engine) warning(i *workflow.Issue) workflow.Day {
	return e.book.Load().For(i.Checklist).Warn(i.Due)
}

// AllReminderRules lists the default and the rules of every checklist, the newest first. Only the system administrator may.
func (e *Engine) AllReminderRules(ctx context.Context, by workflow.Actor) ([]ReminderRules, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return nil, err
	}
	lists, err := e.db.Checklists(ctx, store.Scope{All: true}, 0, PageLimit)
	if err != nil {
		return nil, err
	}
	settings, err := e.Settings(ctx, by)
	if err != nil {
		return nil, err
	}
	known := make(map[string]NamedSetting, len(settings))
	for _, s := range settings {
		known[s.Name] = s
	}
	out := make([]ReminderRules, 0, 1+len(lists))
	for _, list := range append([]store.Checklist{{}}, lists...) {
		s := known[remindersOf(list.ID)]
		s.Name = remindersOf(list.ID)
		out = append(out, e.reminderRules(list, s))
	}
	return out, nil
}

func (e *Engine) reminderRules(list store.Checklist, s NamedSetting) ReminderRules {
	return ReminderRules{Checklist: list, Own: s.Body != "", Rules: e.book.Load().For(list.ID), Body: s.Body, Setting: s.Setting, By: s.ByName}
}

// ReminderRulesOf shows the rules of one checklist, 0 for the default, as they are written. Only the system administrator may.
//
// Errors: ErrForbidden, ErrNotFound with the code no_such_checklist.
func (e *Engine) ReminderRulesOf(ctx context.Context, by workflow.Actor, id workflow.ChecklistID) (ReminderRules, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return ReminderRules{}, err
	}
	var list store.Checklist
	var err error
	if id != 0 {
		if list, err = e.db.Checklist(ctx, id); err != nil {
			return ReminderRules{}, err
		}
	}
	s, err := e.db.Setting(ctx, remindersOf(id))
	if err != nil {
		return ReminderRules{}, err
	}
	names, err := e.names(ctx, []workflow.PersonID{s.By})
	if err != nil {
		return ReminderRules{}, err
	}
	out := e.reminderRules(list, NamedSetting{s, names[s.By]})
	if out.Body == "" && id != 0 {
		base, err := e.db.Setting(ctx, remindersSetting)
		if err != nil {
			return out, err
		}
		out.Body = base.Body
	}
	if out.Body == "" {
		out.Body = remind.ShippedBody()
	}
	return out, nil
}

// ChangeReminderRules takes other rules for a checklist, 0 for the default, into use; an empty body gives it back to the default (the
// default to what came with the program). rev is that of the rules that were seen, or AnyRev. With check nothing is written. Either way
// the rehearsal says what the next run would send. Only the system administrator may.
//
// Errors: ErrForbidden, ErrNotFound, ErrInvalid with every line that is wrong, ErrConflict when somebody changed them since.
func (e *Engine) ChangeReminderRules(ctx context.Context, by workflow.Actor, id workflow.ChecklistID, body string, rev int, check bool) (Forecast, error) {
	now, err := e.ReminderRulesOf(ctx, by, id)
	if err != nil {
		return Forecast{}, err
	}
	body = strings.ReplaceAll(body, "\r\n", "\n")
	rules, err := readReminders(Setting{Name: now.Setting.Name, Body: body})
	switch {
	case err != nil:
		return Forecast{}, err
	case id == 0 && rules.Run == nil:
		return Forecast{}, workflow.Invalid("missing_part", "body", workflow.Say("默认规则须写明每日运行（run）", "the default says how the daily run goes (run)"))
	}
	heard, err := e.forecast(ctx, e.book.Load().With(id, rules))
	if err != nil || check {
		return heard, err
	}
	s := now.Setting
	if rev != AnyRev {
		s.Rev = rev
	}
	s.Body = body
	what := now.Checklist.Title
	if body == "" {
		what += "（恢复默认）"
	}
	what += fmt.Sprintf("；预演%s：%d人%d条（原规则%d人%d条）", heard.Day, heard.Then.Digests, heard.Then.Reminders, heard.Now.Digests, heard.Now.Reminders)
	s, err = e.changeSetting(ctx, by, s, what)
	heard.Taken, heard.Rev = err == nil, s.Rev
	return heard, err
}

// DefaultReminders are the rules of checklists that have none of their own. Everybody may know them.
func (e *Engine) DefaultReminders() *remind.Rules { return e.book.Load().Default }

// Ladder is the ladder of one date in words.
type Ladder struct {
	Topic workflow.Text
	Rungs []workflow.Text
}

// Ladders says rules in words.
func Ladders(r *remind.Rules) []Ladder {
	var out []Ladder
	for _, w := range remind.Topics() {
		l := Ladder{Topic: w.Text}
		for _, rung := range r.Ladder[remind.Topic(w.Word)] {
			l.Rungs = append(l.Rungs, rung.Text())
		}
		out = append(out, l)
	}
	return out
}
