package page

import (
	"strconv"

	"rectify/workflow"
)

const (
	// NoticesPath is where notices are.
	NoticesPath = "/notices"
	// SettingsPath is where the settings of the whole program are.
	SettingsPath = "/settings"
	// MostUnread is how many unread notices are counted; where there are more, it is said so.
	MostUnread = 9
)

// Link is a place to go to.
type Link struct {
	Path    string
	Also    []string // other addresses of the same section
	Text    workflow.Text
	Current bool
	Count   string // beside the text, "" for none
}

// countText writes how many are unread, "" for none. With a plus there are more, or may be; "…" is for those that may be alone.
func countText(n int, more bool) string {
	switch {
	case n <= 0 && more:
		return "…"
	case n <= 0:
		return ""
	case n > MostUnread:
		return strconv.Itoa(MostUnread) + "+"
	case more:
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

// navigation is what stands at the top of every page; the settings for the system administrator alone.
func navigation(admin bool) []Link {
	links := []Link{
		{Path: "/", Text: workflow.Text{Zh: "待办", En: "My work"}},
		{Path: NoticesPath, Text: workflow.Text{Zh: "通知", En: "Notices"}},
		{Path: "/issues", Text: workflow.Text{Zh: "问题台账", En: "Ledger"}},
		{Path: "/checklists", Text: workflow.Text{Zh: "清单导入", En: "Checklists"}},
		{Path: "/letters", Also: []string{"/calls", "/draws", "/self-checks"}, Text: workflow.Text{Zh: "督办", En: "Supervision"}},
		{Path: "/prompts", Also: []string{"/duties", "/burden", "/sources"}, Text: workflow.Text{Zh: "报表", En: "Reports"}},
		{Path: "/proof", Also: []string{"/signs", "/mandates", "/time"}, Text: workflow.Text{Zh: "核验", En: "Proof"}},
		{Path: "/records", Text: workflow.Text{Zh: "历史查询", En: "History"}},
		{Path: "/orgs", Text: workflow.Text{Zh: "组织与人员", En: "Organisations"}},
		{Path: "/rules", Text: workflow.Text{Zh: "规则", En: "Rules"}},
		{Path: "/me", Text: workflow.Text{Zh: "我的", En: "Me"}},
	}
	if admin {
		links = append(links, Link{Path: SettingsPath, Text: workflow.Text{Zh: "设置", En: "Settings"}})
	}
	return links
}
