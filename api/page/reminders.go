package page

import (
	"time"

	"rectify/workflow"
)

// Reminders shows the reminder rules to everybody, and to the system administrator where they are changed and what the runs did.
type Reminders struct {
	Frame
	Tabs   []Link
	Ladder Ladder
	Lists  []ReminderList // none for who may not change them
	Runs   []RunRow
}

func (Reminders) template() string { return "reminders" }

// Ladder is rules in words.
type Ladder struct {
	Off    bool
	Soon   int
	Within int
	Rows   []LadderRow
}

// LadderRow is the ladder of one date.
type LadderRow struct {
	Topic workflow.Text
	Rungs []workflow.Text
}

// ReminderList is a checklist, or the default, with its rules.
type ReminderList struct {
	Path  string
	Title workflow.Text
	Own   bool
	Off   bool
	Soon  int
	Rev   int
	At    time.Time
	By    string
}

// RunRow is a run of a day.
type RunRow struct {
	Day     workflow.Day
	Stage   workflow.Text
	Steps   int
	People  int
	Digests int
	Why     workflow.Text // why it is or was held
	Release string        // where it is released, "" when it is not held
}

// ReminderRules is where the rules of one checklist, or the default, are changed.
type ReminderRules struct {
	Frame
	Back   string
	Path   string
	Body   string
	Rev    int
	Own    bool
	Fault  []workflow.Text
	Ladder Ladder
	Trial  *ReminderTrial // of what was sent
}

func (ReminderRules) template() string { return "reminder_rules" }

// ReminderTrial says what the next run would send under other rules, beside those in force.
type ReminderTrial struct {
	Day       workflow.Day
	Then, Now ReminderVolume
	Moved     int
	Held      bool
	Body      string
}

// ReminderVolume is how much a run sends.
type ReminderVolume struct{ Digests, Reminders, Most int }
