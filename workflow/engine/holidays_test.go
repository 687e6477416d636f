package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
)

const of2027 = `{"years": [{
	"year": 2027, "notice": "国办发明电〔2026〕99号", "issued": "2026-11-20", "source": "https://www.gov.cn/example",
	"holidays": [{"name": "元旦", "from": "2026-12-31", "to": "2027-01-02"}],
	"working": ["2026-12-27", "2027-01-03"]
}]}`

// assignedOn is an issue that was assigned on a day; its clock gives two working days to accept it.
func (o *office) assignedOn(day workflow.Day) workflow.Issue {
	o.t.Helper()
	o.now = day.Time().Add(9 * time.Hour)
	i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
	step := o.assignTo("0101")
	step.Due = "2027-06-30"
	return o.do("zhenglan", i.ID, step)
}

// Nobody but the system administrator loads holidays or lists the settings, and what is wrong with a file is said.
func TestWhoMayLoadHolidays(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for _, account := range []string{"sunli", "zhouqm", "gaofeng", "renan", "jianghe"} {
			_, err := o.LoadHolidays(o.ctx, o.actor(account), []byte(of2027), 0, account == "sunli")
			text := fault(t, err, workflow.ErrForbidden, "not_administrator")
			require.Contains(t, text.Zh, "系统管理员")
			_, err = o.Settings(o.ctx, o.actor(account))
			fault(t, err, workflow.ErrForbidden, "not_administrator")
		}
		_, err := o.LoadHolidays(o.ctx, o.actor("dingyi"), []byte(strings.Replace(of2027, `"to": "2027-01-02"`, `"to": "2028-01-02"`, 1)), 0, false)
		require.Contains(t, fault(t, err, workflow.ErrInvalid, "bad_calendar").Zh, "不在该年内")
		settings, err := o.Settings(o.ctx, o.actor("dingyi"))
		require.NoError(t, err)
		require.Empty(t, settings, "what was refused changes nothing")
	})
}

// A file is checked before it is taken; taken, it is in use at once, on record with its notice, and in use in another process as soon as
// that looks, or starts.
func TestHolidaysAreLoaded(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		defs, err := definitions.Shipped()
		require.NoError(t, err)
		replica := newOffice(t, o.db, defs)
		admin := o.actor("dingyi")
		o.assignedOn("2026-12-30")
		o.assignedOn("2026-11-04")
		before, err := o.Holidays(o.ctx)
		require.NoError(t, err)
		require.Equal(t, []int{2027}, before.Unknown)
		require.Len(t, before.Years, 3)

		report, err := o.LoadHolidays(o.ctx, admin, []byte(of2027), before.Setting.Rev, true)
		require.NoError(t, err)
		require.Equal(t, []any{1, false, 0}, []any{report.Reckoned, report.Taken, report.Rev})
		require.Equal(t, 2027, report.Changes[0].Year.Year)
		require.True(t, report.Changes[0].New)
		again, err := o.Holidays(o.ctx)
		require.NoError(t, err)
		require.Equal(t, before, again, "a check changes nothing")

		report, err = o.LoadHolidays(o.ctx, admin, []byte(of2027), before.Setting.Rev, false)
		require.NoError(t, err)
		require.Equal(t, []any{1, true, 1}, []any{report.Reckoned, report.Taken, report.Rev})
		after, err := o.Holidays(o.ctx)
		require.NoError(t, err)
		require.Empty(t, after.Unknown)
		require.Equal(t, "丁一", after.By)
		require.True(t, after.Years[3].Loaded)
		require.False(t, after.Years[2].Loaded)
		o.now = o.now.Add(time.Minute)
		_, err = o.LoadHolidays(o.ctx, admin, []byte(of2027), before.Setting.Rev, false)
		fault(t, err, workflow.ErrConflict, "stale_setting")

		lines, err := o.Audit(o.ctx, o.actor("jianghe"), engine.KindSetting, engine.SettingSubject("holidays"), 0, 10)
		require.NoError(t, err)
		require.Len(t, lines.Lines, 1)
		require.True(t, lines.Whole)
		require.Equal(t, []string{"丁一", "setting_changed", "holidays 2027年 国办发明电〔2026〕99号"},
			[]string{lines.Lines[0].Name, lines.Lines[0].Action, lines.Lines[0].Note})
		require.Contains(t, string(lines.Lines[0].Data), "国办发明电〔2026〕99号")

		require.Equal(t, workflow.Day("2027-01-04"), o.assignedOn("2026-12-30").Clock.Until, "in use at once")
		require.Equal(t, workflow.Day("2027-01-01"), replica.assignedOn("2026-12-30").Clock.Until)
		require.NoError(t, replica.Refresh(o.ctx))
		require.Equal(t, workflow.Day("2027-01-04"), replica.assignedOn("2026-12-30").Clock.Until)
		require.Equal(t, workflow.Day("2027-01-04"), newOffice(t, o.db, defs).assignedOn("2026-12-30").Clock.Until, "and after a start")
	})
}

// A later file mends its own years and leaves the other loaded ones.
func TestALaterFileLeavesOtherYears(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.actor("dingyi")
		_, err := o.LoadHolidays(o.ctx, admin, []byte(of2027), -1, false)
		require.NoError(t, err)
		_, err = o.LoadHolidays(o.ctx, admin, []byte(`{"years": [{"year": 2028, "notice": "国办发明电〔2027〕99号", "source": "an example",
			"holidays": [{"name": "元旦", "from": "2028-01-01", "to": "2028-01-03"}]}]}`), -1, false)
		require.NoError(t, err)
		h, err := o.Holidays(o.ctx)
		require.NoError(t, err)
		require.Len(t, h.Years, 5)
		require.Equal(t, 2, h.Setting.Rev)
		require.True(t, h.Years[3].Loaded && h.Years[4].Loaded)
	})
}
