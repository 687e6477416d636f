package api

import (
	"rectify/api/page"
	"rectify/workflow"
)

// supervisionTabs are the pages about what is done around the course of issues (督办).
func supervisionTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: drawsPage, Text: workflow.Say("回头看抽查", "Draws")})
}
