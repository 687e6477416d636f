package page

import (
	"time"

	"rectify/workflow"
)

// officeSamples are the pages about organisations, people, rules and history.
func officeSamples(frame Frame, form Form, some workflow.Text) []Page {
	tabs := []Link{{Path: "/orgs", Text: some, Current: true}, {Path: "/orgs/people", Text: some}}
	above := []OrgLink{{"/orgs/1", "工委"}, {"/orgs/2", "党组"}}
	held := []Held{{Name: "甲", Path: "/orgs/people/1", Org: "党委", OrgPath: "/orgs/1", Post: some, From: "2026-01-01", Until: "2026-12-31", For: "乙", EndPath: "/orgs/1/end/2", HandPath: "/orgs/1/hand-over/2", EndAsked: "2026-11-30"},
		{Name: "丙", Path: "/orgs/people/2", Post: some, From: "2026-01-01"}}
	row := OrgRow{Path: "/orgs/1", Name: "党委", Code: "0100", Level: some, Below: 3, BelowPath: "/orgs?under=1", Held: held, Vacant: []workflow.Text{some}}
	person := PersonRow{Path: "/orgs/people/1", Account: "jia", Name: "甲", Mobile: "139", Inactive: true, Held: held}
	at := time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	lines := []RecordLine{{Seq: 1, At: at, Action: some, Name: "甲", Post: some, Org: "党委", For: "乙", OSUser: "root", From: some, To: some, Note: "说明", Relation: some,
		Rule: "policy.csv:3", Round: 2, Changes: []Change{{Field: some, Was: some, Now: some}}, Digest: "abc"}, {Seq: 2}}
	filters := []Field{{Name: "text", Kind: Line, Label: some, Hint: "wide", Fault: some}, {Name: "from", Kind: Date, Label: some},
		{Name: "post", Kind: Select, Required: true, Label: some, Options: []Option{{Value: "a", Text: some, Chosen: true}}}}
	picture := Picture{Width: 100, Height: 100, Columns: []PictureColumn{{Text: "发现"}}, Boxes: []PictureBox{{State: "found", Text: "待交办"}, {State: "closed", End: true}},
		Ways: []PictureWay{{Line: "M0 0L1 1", Tip: "0,0 1,1 2,2", Back: true, Text: []PictureText{{Text: "退回", Anchor: "middle"}}}},
		Ends: []PictureEnd{{State: "merged", Text: some, Do: []workflow.Text{some}, From: []workflow.Text{some, some}, Back: []workflow.Text{some}}}}
	machine := Machine{Name: "standard", Title: some, Picture: picture, Lit: "found", Hash: "abc", Judges: []Judge{{some, some, some}},
		Arrows: []ArrowRow{{From: []workflow.Text{some, some}, Action: some, To: some, Needs: []workflow.Text{some, some}, Clock: some, Basis: some}, {}}}
	words := []WordRow{{Word: "a", Text: some, Other: some}, {Word: "b", Text: some, Sign: "DX"}}
	issue := &OrgLink{"/issues/1", "XC-1"}
	return []Page{
		Orgs{Frame: frame, Tabs: tabs, Above: above, Rows: []OrgRow{row, {Name: "空"}}, Pager: Pager{First: "/orgs", Next: "/orgs?after=1"}, Tables: tabs}, Orgs{Frame: frame},
		Org{Frame: frame, Tabs: tabs, Above: above, Row: row, FullName: "全称", Now: held, Past: held, Later: held, Form: &form, AuditPath: "/records/audit", Duties: "/duties?org=1"}, Org{Frame: frame},
		EndPost{Frame: frame, Back: above[0], Held: held[0], Form: form, Open: 3},
		People{Frame: frame, Tabs: tabs, Text: "甲", Rows: []PersonRow{person, {Name: "乙"}}, Mobile: true, Tables: tabs}, People{Frame: frame},
		Person{Frame: frame, Tabs: tabs, Row: person, Now: held, Past: held, Later: held, Audits: tabs}, Person{Frame: frame},
		Me{Frame: frame, Tabs: tabs, Account: "jia", Now: held, Past: held, Later: held, StandIns: held, Form: form, Audit: true,
			Sessions: []SessionRow{{ID: "a", From: "10.0.0.1", With: "Chromium", Began: at, Seen: at, Ends: at, Current: true}, {ID: "b"}}},
		Holidays{Frame: frame, Tabs: tabs, Loaded: some, Load: &form, Check: &HolidayCheck{Reckoned: 3, Take: form, Changes: []HolidayChange{
			{Year: 2027, Notice: "国办发明电", New: true, Free: []workflow.Day{"2027-01-01"}, Worked: []workflow.Day{"2027-01-03"}}, {Year: 2026}}},
			Years: []HolidayYear{{Year: 2028, Months: Months(2028, nil)}, {Year: 2027, Open: true, Known: true, Loaded: true, Notice: "国办发明电", Issued: "2026-11-01", Source: "https://www.gov.cn/x",
				Runs: []HolidayRun{{"元旦", "2027-01-01", "2027-01-02"}, {"春节", "2027-02-06", "2027-02-06"}}, Working: []workflow.Day{"2027-01-03"},
				Months: Months(2027, map[workflow.Day]bool{"2027-01-01": false, "2027-01-03": true})}}},
		Holidays{Frame: frame, Check: &HolidayCheck{}}, Holidays{Frame: frame, Load: &form},
		Draws{Frame: frame, Tabs: tabs, Form: &form, Rows: []DrawRow{{Path: "/draws/1", Number: "HT-2026-1", Org: "党委", From: "2026-01-01", To: "2026-06-30", On: "2026-07-01", Size: 5, Drawn: 3, Held: true}, {Path: "/draws/2"}}},
		Mandates{Frame: frame, Tabs: tabs, Form: &form, Rows: []MandateRow{{Path: "/mandates/1", Number: "巡1", Basis: "通知", Org: "党组", From: "2026-01-01", Until: "2026-06-30", State: some,
			Inspectors: []MandateInspector{{Name: "孙立"}, {Name: "何静", DeclaredAt: at}}}}}, Mandates{Frame: frame},
		Mandate{Frame: frame, Tabs: tabs, End: &form, Row: MandateRow{Number: "巡1", State: some, EndedWhy: "调整", EndedAt: at, GrantedAt: at,
			Inspectors: []MandateInspector{{Name: "孙立", Own: true, Shown: true, Looks: "/mandates/1/looks/2"}, {Name: "何静", DeclaredAt: at, Shown: true, Ties: "党委"}, {Name: "甲", DeclaredAt: at, Shown: true}}},
			Lines: []RecordLine{{Seq: 1, Action: some, At: at}}}, Mandate{Frame: frame, Declared: true, Declare: &form},
		Mandate{Frame: frame, Tabs: tabs, Pack: &form}, Findings{Frame: frame, Number: "巡1", Org: "党组", Form: &form, Export: "/findings/export", Rows: []FindingRow{{ID: "1", Detail: "问题", Basis: "材料", Org: "支部", FoundOn: "2026-11-02", Texts: []string{"摘录"}, Edit: "/findings?id=1"}}}, Findings{Frame: frame},
		Apply{Frame: frame, Tabs: tabs}, Apply{Frame: frame, Form: &form}, Apply{Frame: frame, Form: &form, Sure: &form, New: 1, Rows: []AppliedRow{{Detail: "问题", Already: true}, {Detail: "甲", Refused: some}, {Detail: "乙"}}},
		Looks{Frame: frame, Tabs: tabs, Back: "/mandates/1", Number: "巡1", Name: "孙立", Lines: []RecordLine{{Seq: 1, Action: some, At: at}}, Whole: true}, Looks{Frame: frame},
		Proof{Frame: frame, Fault: &some}, Proof{Frame: frame, Tabs: tabs, Mail: &form, Keys: "/proof/keys", Pager: Pager{Next: "/proof?after=1"},
			New:  ProofRow{Path: "/proof/checkpoints/2", Code: "ABCD-EFGH-JKMN-PQRS", At: at, Lines: 2, Witnesses: []string{"jiwei.example"}, Note: "rectify/0123456789abcdef\n2\n"},
			Rows: []ProofRow{{Path: "/proof/checkpoints/1", Code: "ABCD-EFGH-JKMN-PQRT", At: at, Lines: 1}, {Path: "/proof/checkpoints/2", Witnesses: []string{"jiwei.example"}}}},
		PackProof{Frame: frame, Tabs: tabs, Action: "/proof", Held: "ABCD", Bundle: "/proof/bundle", Report: ProofReport{Whole: true, Verdict: some, About: some, ShortCode: "ABCD", Size: 3, Checked: []workflow.Text{some}, Open: []workflow.Text{some}}},
		PackProof{Frame: Frame{Offline: "巡1", Unproven: true}, Report: ProofReport{Verdict: some, Wrong: []workflow.Text{some}, More: 2}},
		Draws{Frame: frame}, DrawPage{Frame: frame, Form: &form},
		DrawPage{Frame: frame, Tabs: tabs, Row: DrawRow{Number: "HT-2026-1", Held: true, Drawn: 1, Size: 1}, By: "甲", At: at, HeldAt: at, Announced: "ab", Head: "cd", Seed: "ef",
			Picked: []DrawnIssue{{Number: "XC-1", Path: "/issues/1", Title: "问题", State: some}, {Number: "XC-2"}}, Population: []string{"XC-1", "XC-2"}}, DrawPage{Frame: frame, Row: DrawRow{Held: true}},
		Burden{Frame: frame, Tabs: tabs, Filters: filters, Fault: some, Month: "2026-11", Org: "党委", Form: &form, Pager: Pager{Next: "/burden?after=1"},
			Rows:     []BurdenRow{{Path: "/burden?org=1", Org: "一支部", Level: some, Steps: 3, Over: true}, {Org: "空", Level: some}},
			Machines: []MachineLoad{{Title: some, Parts: []StepLoad{{Action: some}, {Action: some}}}}}, Burden{Frame: frame},
		Signs{Frame: frame, Tabs: tabs}, Signs{Frame: frame, Filters: filters, Fault: some, Org: "党委", Rules: "/rules/signs",
			Sheets: []SignSheet{{Path: "/signs/gap", Text: some, Looks: some, Means: some, Harmless: some, N: 2, Cut: true}, {Text: some}}},
		SignFindings{Signs: Signs{Frame: frame, Filters: filters}, Back: "/signs", Sheet: SignSheet{Text: some, Looks: some, Means: some, Harmless: some, Cut: true},
			Findings: []SignFinding{{Org: "甲", Path: "/signs/gap?org=1", Text: some, More: 3, Issues: []SignIssue{{Path: "/issues/1", Number: "XC-1", Title: "问题", Org: "甲", State: some,
				Light: workflow.LightSoon, Due: "2026-12-01", Note: some}}}, {Text: some}}}, SignFindings{Signs: Signs{Frame: frame, Filters: filters}},
		RuleCheck{Frame: frame, Tabs: tabs, Check: &form, Wrong: []workflow.Text{some}, Found: &CheckedRules{InForce: true, Whole: true, Digest: "ab", At: at, Machines: 3,
			Lines: 100, States: 2, Steps: 3, Nobody: []workflow.Text{some}, Claims: []CheckedClaim{{Text: some, Holds: true}, {Text: some, Story: some, Steps: []CheckedStep{{Text: some, Rule: "p"}}}},
			Posts: []CheckedPost{{Post: some, Level: some, Most: []CheckedMost{{UpTo: some, Actions: []workflow.Text{some, some}}}}}}}, RuleCheck{Frame: frame},
		SignRules{Frame: frame, Tabs: tabs, Rows: []SignSheet{{Text: some, Looks: some}}, Form: &form}, SignRules{Frame: frame},
		Reminders{Frame: frame, Tabs: tabs, Ladder: Ladder{Off: true, Soon: 10, Within: 10, Rows: []LadderRow{{Topic: some, Rungs: []workflow.Text{some, some}}, {Topic: some}}},
			Lists: []ReminderList{{Path: "/rules/reminders/default", Title: some, Own: true, Off: true, Soon: 10, Rev: 1, At: at, By: "丁一"}, {Path: "/x", Title: some}},
			Runs:  []RunRow{{Day: "2026-11-23", Stage: some, Steps: 1, People: 2, Digests: 3, Why: some, Release: "/rules/reminders/runs/2026-11-23"}, {Day: "2026-11-24", Stage: some}}},
		Reminders{Frame: frame}, Reminders{Frame: frame, Lists: []ReminderList{{Title: some}}},
		ReminderRules{Frame: frame, Back: "/rules/reminders", Path: "/rules/reminders/default", Body: "on: true", Rev: 1, Own: true, Fault: []workflow.Text{some},
			Trial: &ReminderTrial{Day: "2026-11-23", Then: ReminderVolume{3, 4, 5}, Now: ReminderVolume{1, 2, 3}, Moved: 4, Held: true, Body: "x"}},
		ReminderRules{Frame: frame, Trial: &ReminderTrial{}}, ReminderRules{Frame: frame},
		Prompts{Frame: frame, Org: "党委", Period: some, Made: some, Tabs: tabs, Periods: tabs, Below: above, Above: above, Figures: []PromptFigure{{Text: some, N: 3, Light: workflow.LightSoon, Path: "/issues"}, {Text: some}},
			Units: []PromptUnit{{Name: "支部", Path: "/prompts", Open: 1}}, Lists: []PromptList{{Title: some, Count: 1, Note: some, Rows: []PromptRow{{Number: "XC-1", Title: "问题", Path: "/issues/1", Org: "支部", Person: "甲",
				Day: "2026-11-01", Days: some, Note: "条件"}}}, {Title: some, Rows: []PromptRow{{Number: "XC-2"}}}, {Title: some}}}, Prompts{Frame: frame, None: true},
		Settings{Frame: frame, Rows: []SettingRow{{Name: "a", Text: some, Path: "/rules/holidays", Rev: 2, At: at, By: "丁一"}, {Text: some, Path: "/x"}}},
		Machines{Frame: frame, Tabs: tabs, Machines: []Machine{machine}, Issue: issue},
		Matrix{Frame: frame, Tabs: tabs, Filters: filters, Letters: []Letter{{"责", some}}, Columns: []MatrixColumn{{some, some, "/rules/policy?post=a"}},
			Rows: []MatrixRow{{Action: some, Group: some, Cells: []MatrixCell{{Parts: []MatrixPart{{"责", ""}, {"验", "较"}}, Title: "policy.csv:1"}}}, {Action: some, Cells: []MatrixCell{{}}}}},
		Matrix{Frame: frame, Post: some, Lines: []MatrixLine{{some, some, some, some, "policy.csv:1"}}}, Matrix{Frame: frame, Post: some},
		WhoCan{Frame: frame, Tabs: tabs, Filters: filters, Fault: some},
		WhoCan{Frame: frame, Issue: issue, State: some, Action: some, Rows: []WhoRow{{Org: "党委", OrgPath: "/orgs/1", Post: some, Relation: some, Rule: "policy.csv:1",
			People: []WhoPerson{{Name: "甲", Path: "/p", Allowed: true}, {Name: "乙", Reason: some}}}, {Org: "空"}}}, WhoCan{Frame: frame, Issue: issue},
		Words{Frame: frame, Tabs: tabs, Sources: words, Kinds: words, Grades: words, States: words, Offices: words, Actions: words},
		Records{Frame: frame, Filters: filters, Fault: some, Asked: true, Audit: true}, Records{Frame: frame},
		Records{Frame: frame, Asked: true, Rows: []RecordRow{{Path: "/records/1", IssuePath: "/issues/1", Number: "XC-1", Title: "问题", Org: "党委", State: some, FoundOn: "2026-01-01"}}},
		Record{Frame: frame, Number: "XC-1", Problem: "问题", IssuePath: "/issues/1", State: some, Lines: lines, Whole: true, ReadBy: "甲", ReadAt: at}, Record{Frame: frame},
		Notices{Frame: frame, Upto: 1, Pager: Pager{First: "/notices"}, Rows: []NoticeRow{{At: at, Name: "甲", Org: "党委", Action: some, As: some, Note: "说明", Path: "/issues/1",
			Number: "XC-1", Title: "问题", Unread: true}, {Path: "/issues/2", Number: "XC-2"}}}, Notices{Frame: frame},
		LetterList{Frame: frame, Tabs: tabs, Filters: filters, Clear: true, Pager: Pager{Next: "/x"}, Rows: []LetterRow{{Path: "/issues/1/letters/1", Number: "XC-1-D1", Rung: some,
			From: "党委", To: "支部", Title: "问题", Issue: "XC-1", IssuePath: "/issues/1", SentOn: "2026-11-01", Limit: "2026-11-02", Left: some, Late: true}, {On: "2026-11-02"}}},
		LetterList{Frame: frame}, LetterDocument{Frame: frame, Tabs: tabs, Back: tabs[0], Head: "党委", Rung: some, Number: "XC-1-D1", To: "支部", Issue: "XC-1", Problem: "问题\n二",
			Grounds: "依据", Asked: "要求", Decided: "会议", Limit: "2026-11-02", Late: true, From: "党委", By: some, Date: some, SignPath: "/x"},
		LetterDocument{Frame: frame, Signed: some, SignedAt: "2026-11-02 09:00"},
		CallBoard{Frame: frame, Tabs: tabs, Lists: tabs, Pager: Pager{Next: "/x"}, Rows: []CallRow{{Path: "/issues/1", Issue: "XC-1", Title: "问题", From: "支部", To: "党委", Wants: some,
			On: "2026-11-01", Until: "2026-11-02", Left: some, Late: true, Climbed: 1, AnswerPath: "/x"}, {Reply: some, RepliedOn: "2026-11-02"}, {}}}, CallBoard{Frame: frame, Empty: some},
		HandOver{Frame: frame, Tabs: tabs, Name: "甲", Org: above[0], To: "乙", Ready: true, Form: &form, Rows: []HeldRow{{Path: "/issues/1", Number: "XC-1", Title: "问题", State: some,
			Due: "2026-11-02", Named: true, Measures: []int{1, 2}, Fault: some}, {}}}, HandOver{Frame: frame}, HandOver{Frame: frame, Form: &form, Rows: []HeldRow{{}}},
		DutyLists{Frame: frame, Tabs: tabs, Period: some, Kinds: tabs, Before: "/duties?a", After: "/duties?b", Export: "/x", Printed: "2026-11-02", Lead: tabs, Lists: []DutyList{{Org: above[0], Below: true,
			Posts:   []DutyPost{{Tier: some, Seat: some, Post: some, Holders: []workflow.Text{some, some}, Charges: []DutyCharge{{Text: some, Actions: some, UpTo: some, Basis: some, Rule: "policy.csv:1", Open: 1, OpenLate: 1, Done: 2, DoneLate: 1, In: 1}, {}}}},
			Letters: []Fact{{Label: some, Plain: "1"}}, Unsigned: 1, Outcomes: []Fact{{Label: some, Plain: "2"}}}, {}}}, DutyLists{Frame: frame},
		Audit{Frame: frame, Filters: filters, Fault: some, Subject: some, Lines: lines, Pager: Pager{Next: "/x"}}, Audit{Frame: frame, Subject: some}, Audit{Frame: frame},
	}
}
