package engine

import (
	"context"
	"strings"

	"rectify/workflow"
	"rectify/workflow/store"
)

// KindSetting is the kind of subject of lines about a setting.
const KindSetting = store.KindSetting

// Setting is what an administrator decided for the whole program.
type Setting = store.Setting

// NamedSetting is a setting with the name of who changed it last.
type NamedSetting struct {
	Setting
	ByName string
}

// taker takes a setting into use. It is given the one in force, with an empty body for the default, and changes nothing when it
// returns an error.
type taker func(ctx context.Context, s Setting) error

// taker is what takes a setting into use that a running engine holds; nil for one that is read whenever it is needed.
func (e *Engine) taker(name string) taker {
	switch base, _, _ := strings.Cut(name, "/"); {
	case name == holidaysSetting:
		return e.takeHolidays
	case base == remindersSetting:
		return e.takeReminders
	}
	return nil
}

// Settings lists every setting that was ever changed, by name. Only the system administrator may.
func (e *Engine) Settings(ctx context.Context, by workflow.Actor) ([]NamedSetting, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return nil, err
	}
	all, err := e.db.Settings(ctx)
	if err != nil {
		return nil, err
	}
	people := make([]workflow.PersonID, len(all))
	for n := range all {
		people[n] = all[n].By
	}
	names, err := e.names(ctx, people)
	out := make([]NamedSetting, len(all))
	for n, s := range all {
		out[n] = NamedSetting{s, names[s.By]}
	}
	return out, err
}

// changeSetting keeps a setting for the system administrator and takes it into use at once; other processes follow with Refresh. s.Rev
// is the one that was seen, what says in a sentence what was changed. The use case that calls it has checked the body.
//
// Errors: ErrForbidden for everybody else, ErrConflict when somebody changed the setting since.
func (e *Engine) changeSetting(ctx context.Context, by workflow.Actor, s Setting, what string) (Setting, error) {
	as, err := administers(&by, "system_admin")
	if err != nil {
		return Setting{}, err
	}
	by.As.Appointment = as
	s.At, s.By = e.moment(), by.Person
	s, err = e.db.PutSetting(ctx, s, e.note(&by, KindSetting, store.SettingSubject(s.Name), "setting_changed", s.Name+" "+what, nil))
	if err != nil {
		return Setting{}, err
	}
	return s, e.take(ctx, s)
}

// Refresh takes into use what was changed in other processes since: it asks for the revisions alone as long as nothing was. A process
// that serves calls it every half minute. One setting that cannot be taken stays as it was and does not keep the others back.
func (e *Engine) Refresh(ctx context.Context) error {
	revs, err := e.db.SettingRevs(ctx)
	if err != nil {
		return err
	}
	for name, rev := range revs {
		if e.taker(name) == nil || rev <= e.taken(name) {
			continue
		}
		s, err := e.db.Setting(ctx, name)
		if err != nil {
			return err
		}
		if err := e.take(ctx, s); err != nil {
			e.log.ErrorContext(ctx, "a setting cannot be taken into use", "name", name, "rev", s.Rev, "error", err)
		}
	}
	return nil
}

// taken is the revision of the setting that is in use.
func (e *Engine) taken(name string) int {
	e.settings.Lock()
	defer e.settings.Unlock()
	return e.settings.revs[name]
}

// take takes a setting into use, unless a newer one is.
func (e *Engine) take(ctx context.Context, s Setting) error {
	use := e.taker(s.Name)
	if use == nil {
		return nil
	}
	e.settings.Lock()
	defer e.settings.Unlock()
	if s.Rev <= e.settings.revs[s.Name] {
		return nil
	}
	if err := use(ctx, s); err != nil {
		return err
	}
	e.settings.revs[s.Name] = s.Rev
	return nil
}

// SettingSubject is the subject of the lines of history about a setting, for Audit.
func SettingSubject(name string) int64 { return store.SettingSubject(name) }
