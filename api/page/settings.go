package page

import (
	"time"

	"rectify/workflow"
)

// Settings lists what the system administrator decides for the whole program.
type Settings struct {
	Frame
	Tabs []Link
	Rows []SettingRow
}

func (Settings) template() string { return "settings" }

// SettingRow is one setting.
type SettingRow struct {
	Name string
	Text workflow.Text
	Path string // where it is changed
	Rev  int    // 0 while it is as it came
	At   time.Time
	By   string
}
