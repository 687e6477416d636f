package page

import (
	"time"

	"rectify/workflow"
)

// listSamples are the pages about lists, filled.
func listSamples(frame Frame, form Form, wrong workflow.Text) []Page {
	tallies := []Tally{{Text: wrong, Count: 3, Path: "/x?a=1&b=2", Chosen: true, Class: "late"}, {Text: wrong, Path: "/y"}}
	remarks := []Remark{{Sheet: "表", Row: 3, Column: "C", Read: "有误 <b>", As: "x", Text: wrong, Refused: true}, {Text: wrong}}
	row := Row{Path: "/issues/1", Number: "N", OwnNumber: "1", Title: "有误 <b>", Org: "甲", Person: "乙", Due: "2026-12-01", Light: workflow.LightSoon}
	columns := []ColumnRow{{Sheet: "表", Letter: "A", Header: "有误 <b>", Options: []Option{{Value: "x", Text: wrong, Chosen: true}}, Kept: true}}
	pager := Pager{First: "/x", Next: "/y"}
	keep := []Field{{Name: "source", Kind: Hidden, Value: "有误 <b>"}}
	plain := form
	plain.Fields = form.Fields[:1]
	return []Page{
		Upload{Frame: frame, Form: plain, Hint: wrong, Columns: "姓名", Wrong: wrong, Kept: &KeptFile{Hash: "h", Name: "有误 <b>"}, Step: 1, Back: "/"},
		Upload{Frame: frame, Form: Form{Action: "/x", Submit: wrong}},
		Understood{Frame: frame, File: "f.xlsx", Facts: []Fact{{Label: wrong, Value: wrong}, {Label: wrong, Plain: "p"}}, Read: 9, Takable: 5, Refused: 2, Known: 1,
			Skipped: 1, Reported: 1, Hidden: []string{"有误 <b>"}, Columns: columns, Keep: keep, KeepAll: keep, Tallies: tallies, Action: "/x",
			Rows:  []FateRow{{Sheet: "表", Row: 3, Number: "1", Detail: "有误 <b>", Org: "甲", Person: "乙", Due: "2026-12-01", Kind: wrong, Grade: wrong, Reported: true, Remarks: remarks}, {}},
			Pager: pager, Rejects: "/r?a=1&b=2", Anew: "/x"},
		Understood{Frame: frame, Fault: wrong, Takable: 1, Columns: columns}, Understood{Frame: frame, Known: 2}, Understood{Frame: frame, Takable: 1},
		Job{Frame: frame, Running: true, Done: 2, Total: 9}, Job{Frame: frame, Running: true}, Job{Frame: frame, Fault: wrong, Taken: 2, From: "/x"},
		Job{Frame: frame, ListTitle: "有误 <b>", Read: 9, Taken: 5, Known: 1, Refused: 3, Reported: 1, Ledger: "/l", Assign: "/a?b=1&c=2", Rejects: "/r", Anew: "/x"},
		TableCheck{Frame: frame, File: "f", Read: 3, Refused: remarks, Anew: "/x"}, TableCheck{Frame: frame, Takable: 1, Known: 2, Action: "/x"}, TableCheck{Frame: frame},
		FirstPasswords{Frame: frame, Form: form},
		Checklists{Frame: frame, Pager: pager, Import: "/i", Rows: []ChecklistRow{{Path: "/x", Title: "有误 <b>", Source: wrong, Unit: "甲", FoundOn: "2026-01-01",
			At: time.Now(), Total: 9, Closed: 1, Reported: 2, Overdue: 3, Amount: 100, Recovered: 50}, {Path: "/y"}}},
		Verify{Frame: frame, Action: "/proof/verify", Most: 1 << 20}, Verify{Frame: frame, Action: "/proof/verify", Take: "/proof/bundle", From: "2026-01-01", To: "2026-01-31",
			Report: &ProofReport{Verdict: wrong, About: wrong, ShortCode: "ABCD-EFGH-JKMN-PQRS", Size: 7, Wrong: []workflow.Text{wrong}, Checked: []workflow.Text{wrong}, Open: []workflow.Text{wrong}, More: 3}},
		Checklists{Frame: frame, Import: "/i", Tables: []Link{{Path: "/t", Text: wrong}}}, Checklists{Frame: frame},
		Bulk{Frame: frame, Back: "/b", Steps: tallies, Form: form, Pager: pager, All: "/a", Chosen: true, Able: 1,
			Rows: []BulkRow{{Row: row, Value: "1:2", Picked: true, Fault: wrong}, {Row: row}}},
		Bulk{Frame: frame, Nothing: true, OneByOne: []workflow.Text{wrong, wrong}}, Bulk{Frame: frame, Steps: tallies},
		BulkDone{Frame: frame, Done: 1, Failed: 1, Back: "/b", Anew: "/a", Rows: []BulkRow{{Row: row}, {Row: row, Fault: wrong}}},
	}
}
