package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"rectify/workflow"
)

// Lived writes down n issues of 76 units and 1,300 branches over two years up to a moment, each with five steps, most of them closed at the
// end: the rows and lines that the doors would write, without what lists of a past day do not read.
func Lived(ctx context.Context, db *DB, n int, until time.Time) error {
	const batch = 500
	random := rand.New(rand.NewPCG(1, 1))
	for first := 0; first < n; first += batch {
		var issues, lines, owed, others [][]any
		for id := first + 1; id <= first+batch; id++ {
			begun := until.AddDate(0, 0, id*730/n-730).Add(time.Duration(random.IntN(8*3600)) * time.Second)
			row, history, told, err := livedIssue(random, id, begun, until)
			if err != nil {
				return err
			}
			issues, lines, owed = append(issues, row), append(lines, history...), append(owed, told...)
			others = append(others, []any{6, id})
		}
		err := db.write(ctx, func(tx *gorm.DB) error {
			for _, x := range []struct {
				into string
				rows [][]any
			}{{issueInsert, issues}, {lineInsert, lines}, {outboxInsert, owed}, {"INSERT INTO issue_orgs (org_id, issue_id) VALUES ", others}} {
				if err := insertAll(tx, x.into, x.rows); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func livedIssue(random *rand.Rand, id int, now, until time.Time) (row []any, lines, owed [][]any, err error) {
	line := workflow.Lineage{{Org: 1, Level: 5}, {Org: workflow.OrgID(10 + id%76), Level: 3}, {Org: workflow.OrgID(1000 + id%1300), Level: 1}}
	i := workflow.Issue{
		ID: workflow.IssueID(id), Number: fmt.Sprintf("P-%06d", id), Round: 1, Version: 1, Machine: "standard", Definition: "d1", State: workflow.Found, Source: "inspection",
		Detail: "支部“三会一课”记录不全，个别会议没有签到，学习材料以发代学，台账与现场不符，整改责任没有落实到人。", Aspect: "党建工作责任制落实不到位", Kind: workflow.KindTimed, Grade: workflow.Ordinary,
		FoundOn: workflow.DayOf(now), Since: workflow.DayOf(now), Due: workflow.DayOf(now).Add(60 + random.IntN(120)), Finder: 3, FinderLine: line, FoundBy: 70,
		Responsible: line.Last().Org, Line: line, Assisting: []workflow.OrgID{6},
	}
	i.Warn = i.Due.Add(-10)
	var before workflow.Issue
	var prev [32]byte
	created, last, seq := now, now, 0
	for _, state := range []workflow.State{workflow.Found, workflow.Assigned, workflow.Rectifying, workflow.Rectifying, workflow.Verifying, workflow.Closed} {
		if seq > 0 {
			if now = now.Add(time.Duration(1+random.IntN(60*24)) * time.Hour); !now.Before(until) {
				break
			}
			i.Version, i.State, i.Since, i.Goal = seq+1, state, workflow.DayOf(now), fmt.Sprint("进展", seq, "：已经补齐会议记录，正在征求意见")
		}
		seq++
		l := workflow.Line{Kind: workflow.KindIssue, Subject: int64(id), At: now, Action: "report", Person: 70, Name: "张三", Post: "branch_secretary", Org: 3, OrgName: "一支部",
			Relation: "finder", Rule: "policy.csv:1", Round: 1, Version: i.Version, From: before.State, To: i.State, Note: "说明"}
		if l.Data, err = workflow.Diff(&before, &i); err != nil {
			return nil, nil, nil, err
		}
		l.Seal(seq, prev)
		prev, before, last = l.Digest, i, now
		lines = append(lines, []any{
			l.Kind, l.Subject, l.Seq, millis(l.At), l.Action, int64(l.Person), l.Name, int64(l.For), string(l.Post), int64(l.Org), l.OrgName,
			l.Relation, l.Rule, l.OSUser, l.Round, l.Version, string(l.From), string(l.To), l.Note, l.Definition, string(l.Data), l.Prev[:], l.Digest[:], nil, nil,
		})
		owed = append(owed, []any{l.Kind, l.Subject, l.Seq, l.Action, "", millis(l.At)})
	}
	columns, err := derived(&i)
	text := TextKey(i.Detail, i.Responsible)
	return append([]any{int64(i.ID), i.Number, 1, seq, prev[:], millis(created), millis(last), text[:]}, columns...), lines, owed, err
}
