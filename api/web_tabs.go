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
