package store

import (
	"context"

	"gorm.io/gorm"

	"rectify/workflow"
)

// ProofRow is the row of an issue with all that a proof holds against its history: the issue, the columns that lists are made of, and
// where its history ended.
type ProofRow struct {
	Row
	Seq  int
	Head [32]byte
	Doc  []byte
}

// ProofRow reads the row of an issue as it stands. ErrNotFound with the code no_such_issue.
func (db *DB) ProofRow(ctx context.Context, id workflow.IssueID) (row ProofRow, err error) {
	found := false
	err = db.read(ctx, func(tx *gorm.DB) error {
		return each(tx, func(scan func(...any) error) (err error) {
			found = true
			row.Row, err = scanRow(func(columns ...any) error {
				return scan(append(columns, &row.Seq, (*digestColumn)(&row.Head), &row.Doc)...)
			})
			return err
		}, "SELECT "+rowColumns+", i.seq, i.head, i.doc FROM issues i WHERE i.id = ?", int64(id))
	})
	if err == nil && !found {
		err = noIssue()
	}
	return row, err
}
