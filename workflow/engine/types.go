package engine

import (
	"context"
	"io"

	"rectify/policies"
	"rectify/workflow"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
)

// Book is a workbook that was read.
type Book = sheet.Book

// RowFinding is something to tell about a cell of a workbook.
type RowFinding = sheet.Finding

// SheetColumn is a column of a workbook and how it was understood.
type SheetColumn = sheet.Column

// PolicyRule is one line of the policy.
type PolicyRule = policies.Rule

// Session is a session that has not ended.
type Session = store.Session

// Appointed is an appointment with the person who holds it.
type Appointed = store.Appointed

// ReadBook reads a workbook from outside under the limits of the program. ErrInvalid for whatever is wrong with the file.
func ReadBook(ctx context.Context, r io.Reader, name string) (*Book, error) {
	return sheet.Read(ctx, r, name, sheet.DefaultLimits())
}

// WriteRejects writes the rows that an import refused as a workbook that can be mended and imported.
func WriteRejects(w io.Writer, r Report) error { return sheet.WriteRejects(w, r.List, r.Rejects) }

// Policy lists the lines of the policy in force.
func (e *Engine) Policy() []PolicyRule { return e.guard.Rules() }

// Machines lists the machines in force, the simplest first.
func (e *Engine) Machines() []*workflow.Definition {
	return []*workflow.Definition{
		e.current.For(workflow.Ordinary, workflow.KindImmediate), e.current.For(workflow.Ordinary, workflow.KindTimed),
		e.current.For(workflow.Major, workflow.KindTimed),
	}
}
