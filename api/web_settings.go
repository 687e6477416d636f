package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
)

const settingsPage = page.SettingsPath

// settingRows are the settings that there are, with the page on which each is changed.
func settingRows() []page.SettingRow {
	return []page.SettingRow{
		{Name: "holidays", Text: workflow.Say("节假日与调休", "Holidays and make-up days"), Path: holidaysPage},
		{Name: "burden", Text: workflow.Say("负担预算", "Budget of what is asked"), Path: burdenPage},
		{Name: "signs", Text: workflow.Say("纸面整改线索的界限", "Numbers of the signs of paper rectification"), Path: signRulesPage},
		{Name: "checkpoints", Text: workflow.Say("检查点每天寄给谁", "To whom the checkpoints are mailed"), Path: proofPage},
		{Name: "reminders", Text: workflow.Say("提醒规则与每日运行", "Reminder rules and the daily runs"), Path: remindersPage},
	}
}

// showSettings shows the system administrator what can be set, and who changed it last.
func (s *Server) showSettings(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := s.Engine.Settings(ctx, actorOf(ctx))
	if err != nil {
		return err
	}
	p := page.Settings{Frame: s.frame(c, workflow.Say("设置", "Settings")), Tabs: settingsTabs(settingsPage), Rows: settingRows()}
	for n := range p.Rows {
		for _, x := range all {
			if r := &p.Rows[n]; x.Name == r.Name {
				r.Rev, r.At, r.By = x.Rev, x.At, x.ByName
			}
		}
	}
	return s.show(c, http.StatusOK, p)
}
