package api

import (
	"rectify/api/page"
	"rectify/workflow"
)

// supervisionTabs are the pages about what is done around the course of issues (督办).
func supervisionTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: lettersPage, Text: workflow.Say("督办函", "Letters")}, page.Link{Path: callsPage, Text: workflow.Say("呼叫", "Calls")},
		page.Link{Path: drawsPage, Text: workflow.Say("回头看抽查", "Draws")}, page.Link{Path: selfChecksPage, Text: workflow.Say("举一反三", "Self-checks")})
}

// reportTabs are the pages that are made of the record and ask for nothing (报表).
func reportTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: promptsPage, Text: workflow.Say("月提示与季督导", "Prompts")}, page.Link{Path: dutiesPage, Text: workflow.Say("责任清单", "Duty list")}, page.Link{Path: burdenPage, Text: workflow.Say("负担表", "Burden")},
		page.Link{Path: sourcesPage, Text: workflow.Say("五改合一", "By source")})
}

// meTabs are the pages about oneself (我的).
func meTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: mePage, Text: workflow.Say("任职与登录", "Posts and sessions")}, page.Link{Path: channelsPage, Text: workflow.Say("提醒方式", "Reminders")})
}

// settingsTabs are what the system administrator decides for the whole program (设置).
func settingsTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: settingsPage, Text: workflow.Say("设置", "Settings")}, page.Link{Path: deliveryPage, Text: workflow.Say("消息投递", "Delivery")},
		page.Link{Path: robotsPage, Text: workflow.Say("群机器人", "Robots")})
}

// proofTabs are the pages by which the record is checked (核验).
func proofTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: proofPage, Text: workflow.Say("留痕核验", "Proof")}, page.Link{Path: verifyPage, Text: workflow.Say("核验证明包", "Verify a bundle")},
		page.Link{Path: signsPage, Text: workflow.Say("纸面整改线索", "Signs of paper rectification")},
		page.Link{Path: mandatesPage, Text: workflow.Say("巡察授权", "Mandates")},
		page.Link{Path: timePage, Text: workflow.Say("时光机", "Time machine")})
}
