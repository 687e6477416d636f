package engine

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"rectify/workflow"
	"rectify/workflow/calendar"
)

// holidaysSetting is the name of the setting that holds the years that administrators have loaded, in the form of holidays.json.
const holidaysSetting = "holidays"

// HolidayYear is a year of the calendar and where it is from.
type HolidayYear struct {
	calendar.Year
	Loaded bool // by an administrator, not built in
}

// Holidays is the calendar in use.
type Holidays struct {
	Years   []HolidayYear
	Unknown []int   // this year and the next, as far as their notices are not known: every date in them is provisional
	Setting Setting // what was loaded; its Rev is what LoadHolidays asks for
	By      string  // the name of who loaded it last
}

// HolidayRun is a run of free days.
type HolidayRun = calendar.Holiday

// AnyRev stands for whatever revision of a setting is there now.
const AnyRev = -1

// HolidayChange is what a file says otherwise about one year.
type HolidayChange = calendar.Change

// HolidayReport is what loading a file of holidays changes, or would change.
type HolidayReport struct {
	Changes  []HolidayChange
	Reckoned int // issues whose time limits are worked out again
	Taken    bool
	Rev      int // of the setting after it
}

// Holidays shows the calendar in use to everybody who is signed in.
func (e *Engine) Holidays(ctx context.Context) (Holidays, error) {
	s, own, err := e.loadedHolidays(ctx)
	if err != nil {
		return Holidays{}, err
	}
	in := e.shipped.Merge(own)
	h := Holidays{Setting: s}
	for _, y := range in.Years() {
		h.Years = append(h.Years, HolidayYear{Year: y, Loaded: own.Known(y.Year)})
	}
	this := e.Today().Time().Year()
	for _, year := range []int{this, this + 1} {
		if !in.Known(year) {
			h.Unknown = append(h.Unknown, year)
		}
	}
	if s.By != 0 {
		names, err := e.names(ctx, []workflow.PersonID{s.By})
		h.By = names[s.By]
		return h, err
	}
	return h, nil
}

// loadedHolidays reads the years that administrators have loaded.
func (e *Engine) loadedHolidays(ctx context.Context) (Setting, *calendar.Calendar, error) {
	s, err := e.db.Setting(ctx, holidaysSetting)
	if err != nil {
		return s, nil, err
	}
	own, err := readHolidays(s.Body)
	return s, own, err
}

func readHolidays(body string) (*calendar.Calendar, error) {
	if body == "" {
		return &calendar.Calendar{}, nil
	}
	return calendar.Load(strings.NewReader(body))
}

// takeHolidays puts the calendar of a setting into use.
func (e *Engine) takeHolidays(_ context.Context, s Setting) error {
	own, err := readHolidays(s.Body)
	if err != nil {
		return err
	}
	e.calendar.Store(e.shipped.Merge(own))
	e.stale.Store(true)
	return nil
}

// LoadHolidays takes a file of the form of holidays.json: each of its years is laid over what is known of it, the others stay. rev is
// that of the Holidays that were seen, or AnyRev. With check nothing is written: the report says what would
// change. Open time limits follow with Reckon. Only the system administrator may.
//
// Errors: ErrForbidden, ErrInvalid for a file that calendar.Load refuses, ErrConflict when somebody loaded another since.
func (e *Engine) LoadHolidays(ctx context.Context, by workflow.Actor, file []byte, rev int, check bool) (HolidayReport, error) {
	if _, err := administers(&by, "system_admin"); err != nil {
		return HolidayReport{}, err
	}
	newer, err := calendar.Load(bytes.NewReader(file))
	if err != nil {
		return HolidayReport{}, err
	}
	s, own, err := e.loadedHolidays(ctx)
	if err != nil {
		return HolidayReport{}, err
	}
	if rev >= 0 {
		s.Rev = rev
	}
	before := e.shipped.Merge(own)
	after := before.Merge(newer)
	report := HolidayReport{Changes: before.Changes(newer, after), Rev: s.Rev}
	if report.Reckoned, err = e.countStale(ctx, after, e.book.Load()); err != nil || check {
		return report, err
	}
	var body strings.Builder
	if _, err := own.Merge(newer).WriteTo(&body); err != nil {
		return report, err
	}
	s.Body = body.String()
	s, err = e.changeSetting(ctx, by, s, loadedNote(newer))
	report.Taken, report.Rev = err == nil, s.Rev
	return report, err
}

// loadedNote says which notices a file holds, for history.
func loadedNote(c *calendar.Calendar) string {
	var notes []string
	for _, y := range c.Years() {
		notes = append(notes, strconv.Itoa(y.Year)+"年 "+y.Notice)
	}
	return strings.Join(notes, "、")
}
