package api

import (
	"rectify/api/page"
	"rectify/workflow"
)

// supervisionTabs are the pages about what is done around the course of issues (督办).
func supervisionTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: drawsPage, Text: workflow.Say("回头看抽查", "Draws")},
		page.Link{Path: selfChecksPage, Text: workflow.Say("举一反三", "Self-checks")})
}

// reportTabs are the pages that are made of the record and ask for nothing (报表).
func reportTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: burdenPage, Text: workflow.Say("负担表", "Burden")}, page.Link{Path: sourcesPage, Text: workflow.Say("五改合一", "By source")})
}
