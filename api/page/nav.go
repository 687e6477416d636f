package page

import "rectify/workflow"

// Link is a place to go to.
type Link struct {
	Path    string
	Text    workflow.Text
	Current bool
}

// navigation is what stands at the top of every page.
func navigation() []Link {
	return []Link{
		{Path: "/", Text: workflow.Text{Zh: "待办", En: "My work"}},
		{Path: "/issues", Text: workflow.Text{Zh: "问题台账", En: "Ledger"}},
		{Path: "/checklists", Text: workflow.Text{Zh: "清单导入", En: "Checklists"}},
		{Path: "/records", Text: workflow.Text{Zh: "历史查询", En: "History"}},
		{Path: "/orgs", Text: workflow.Text{Zh: "组织与人员", En: "Organisations"}},
		{Path: "/rules", Text: workflow.Text{Zh: "规则", En: "Rules"}},
		{Path: "/me", Text: workflow.Text{Zh: "我的", En: "Me"}},
	}
}
