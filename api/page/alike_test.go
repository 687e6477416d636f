package page

import "rectify/workflow"

// alikeSamples are the pages about similar issues, sources and self-checks.
func alikeSamples(frame Frame, head Head, some workflow.Text) []Page {
	tabs := []Link{{Path: "/sources", Text: some, Current: true}}
	row := SourceRow{Path: "/sources/audit", Text: some, Items: 5, Merged: 2, Cancelled: 1, Issues: 2, Closed: 1, Reported: 1}
	check := CheckRow{Org: "甲", Asker: "乙", Text: "有误 <b>", Due: "2026-12-01", Late: true, Answer: some, By: "丙", Note: "说明", On: "2026-11-20", Became: "ZC-1", BecamePath: "/issues/3"}
	open := CheckRow{Action: "/self-checks/1", Org: "甲", Asker: "乙", Text: "问题", Due: "2026-12-01", Late: true}
	return []Page{
		Similar{Frame: frame, Head: head, Logged: true, Rows: []SimilarRow{{Path: "/issues/2", Number: "XC-2", OwnNumber: "7", Title: "有误 <b>", Org: "甲", Source: some, State: some, Alike: 78,
			Reasons: []workflow.Text{some, some}, Merge: "/issues/1/do/merge?other=XC-2"}, {Path: "/issues/3"}}},
		Similar{Frame: frame, Head: head},
		Alike{Frame: frame, Looked: true, Rows: []SimilarRow{{Path: "/issues/2", Number: "XC-2", Title: "有误 <b>", Org: "甲", State: some, Reasons: []workflow.Text{some}}}},
		Alike{Frame: frame, Looked: true}, Alike{Frame: frame},
		Sources{Frame: frame, Tabs: tabs, Org: Field{Name: "under", Kind: Select, Label: some, Options: []Option{{Value: "1", Text: some}}}, Checklist: "1", List: "清单", Line: some, Whole: some,
			Groups: []SourceGroup{{Title: some, Rows: []SourceRow{row}, Sum: row}}},
		TimeMachine{Frame: frame, Tabs: tabs, Earliest: "2026-01-05", Latest: "2026-11-01", Quick: []Link{{Path: "/time?on=2026-10-31", Text: some}}},
		TimeMachine{Frame: frame, Tabs: tabs, Day: "2026-05-31", Shown: some, Figures: []Tally{{Text: some, Count: 3, Path: "/issues?on=2026-05-31"}}, Fault: some},
		Ledger{Frame: past(frame, some)}, Issue{Frame: past(frame, some), Head: head, Day: "2026-05-31"},
		Sources{Frame: frame, On: "2026-05-31", Org: Field{Name: "under", Kind: OrgName, Label: some}},
		SourceReport{Frame: frame, Tabs: tabs, Place: some, Line: some, Whole: some, Export: "/x", Back: "/sources", Pager: Pager{Next: "/y"}, Rows: []SourceItem{
			{OwnNumber: "7", Number: "XC-1", Path: "/issues/1", Detail: "有误 <b>", Org: "甲", Measures: []string{"一", "二"}, Result: "已办", State: some, Due: "2026-12-01", Into: "XC-2", IntoPath: "/issues/2"}, {Into: "已并案"}}},
		SourceReport{Frame: frame, Back: "/sources"},
		SelfChecks{Frame: frame, Tabs: tabs, Open: []CheckRow{open}, Answered: []CheckRow{check, {Answer: some, Became: "ZC-2"}},
			Asked: []AskedRow{{Path: "/issues/1", Number: "XC-1", Text: "问题", Due: "2026-12-01", Asked: 3, Answered: 2, Have: 1, None: 1, Late: 1}, {Text: "二"}}},
		SelfChecks{Frame: frame},
		Issue{Frame: frame, Head: head, Similar: "/issues/1/similar", Absorbed: []AbsorbedRow{{Path: "/issues/2", Number: "XC-2", OwnNumber: "7", Source: some, Via: "XC-3"}, {}}, Checks: []CheckRow{check, open}},
		Awaiting{Frame: frame, Checks: 2}, Notices{Frame: frame, Checks: []CheckRow{open}},
	}
}

// past is the frame of a page that shows a past day.
func past(frame Frame, some workflow.Text) Frame {
	frame.AsOf, frame.AtPresent = some, "/issues"
	return frame
}
