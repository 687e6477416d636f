package page

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// deliverySamples are the pages about messages and their delivery.
func deliverySamples(frame Frame, form Form, some workflow.Text) []Page {
	tabs := []Link{{Path: "/me", Text: some, Current: true}}
	at := time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	told := []Told{{At: at, Title: "整改提醒", Lines: []ToldLine{{"1. XC-1 问题", "/issues/1"}, {Text: "说明 <b>"}}, Unread: true, Open: true}, {At: at, Title: "旧的"}}
	sent, waits, dead := &TriedMessage{At: at, Sent: at}, &TriedMessage{At: at, Next: at, Error: "没有回音"}, &TriedMessage{At: at, Error: "拒收"}
	row := RobotRow{Path: "/settings/robots/1", Title: "工作群", Org: "党委", Channel: some, Host: "https://example.org", Signed: true, Active: true, Last: sent}
	return []Page{
		Notices{Frame: frame, Told: told, Seen: "7", Upto: 5, Rows: []NoticeRow{{At: at, Name: "甲", Action: some, Unread: true}}},
		Digests{Frame: frame, Rows: told, Pager: Pager{First: "/a", Next: "/b"}}, Digests{Frame: frame},
		Channels{Frame: frame, Tabs: tabs, Mail: true, Form: &form, Try: &Form{Action: "/t", Submit: some}, Last: waits}, Channels{Frame: frame, Tabs: tabs, Form: &form},
		Channels{Frame: frame, Tabs: tabs, Mail: true, Form: &form, Last: dead},
		Delivery{Frame: frame, Tabs: tabs, All: 3, Filter: Field{Label: some, Options: []Option{{Value: "mail", Text: some, Chosen: true}}}, Channel: "mail", Pager: Pager{Next: "/b"},
			Figures: []DeliveryFigure{{Text: some, Offered: true, Waiting: 1, Oldest: at, Late: true, Dead: 2, Path: "/d"}, {Text: some}},
			Rows:    []DeadLetter{{ID: "1", Channel: some, Topic: some, To: "甲", Address: "a@example.org", Attempts: 8, Error: "拒收", Created: at}, {ID: "2", To: "乙"}}},
		Delivery{Frame: frame, Tabs: tabs},
		Robots{Frame: frame, Tabs: tabs, Rows: []RobotRow{row, {Path: "/x", Title: "y", Last: dead}}, Form: &form}, Robots{Frame: frame, Tabs: tabs},
		RobotPage{Frame: frame, Tabs: tabs, Row: row, Form: &form, Try: &Form{Action: "/t", Submit: some}, Delete: Form{Action: "/d", Danger: true}},
		RobotPage{Frame: frame, Tabs: tabs, Row: RobotRow{}, Form: &form},
	}
}

// A path on a line of its own makes the thing that is listed before it a link; an address elsewhere makes none.
func TestToldLines(t *testing.T) {
	got := ToldLines("高峰：提醒\n\n【提醒】2项\n1. XC-1 台账不全\n   还有20天\n   /issues/1\n2. XC-2\n   //evil.example\n   说明\n   /issues/2\n在办3项\n   /issues?light=soon\n")
	require.Equal(t, []ToldLine{{Text: "高峰：提醒"}, {}, {Text: "【提醒】2项"}, {"1. XC-1 台账不全", "/issues/1"}, {Text: "   还有20天"}, {"2. XC-2", "/issues/2"},
		{Text: "   //evil.example"}, {Text: "   说明"}, {"在办3项", "/issues?light=soon"}}, got)
	require.Equal(t, []ToldLine{{Text: "/alone"}}, ToldLines("/alone"))
}
