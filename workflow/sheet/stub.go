package sheet

import (
	"context"
	"io"
	"iter"

	"rectify/workflow"
)

type field string

// Limits are the sizes beyond which a workbook is refused.
type Limits struct {
	Bytes     int64 // of the file
	Unzipped  int64 // of all its parts together
	Sheets    int
	Rows      int // with a value, in one sheet
	Columns   int // with a value, in one row
	CellBytes int // of one text
}

// DefaultLimits fit the largest list of a city with room to spare.
func DefaultLimits() Limits {
	return Limits{Bytes: 20 << 20, Unzipped: 200 << 20, Sheets: 50, Rows: 50_000, Columns: 200, CellBytes: 64 << 10}
}

// Book is a workbook read whole into cells.
type Book struct{ Name string }

// Read reads a workbook.
func Read(ctx context.Context, r io.Reader, name string, lim Limits) (*Book, error) { panic("soon") }

// ReadChecklist understands a workbook as a list of problems. ErrInvalid "workbook_no_header" when no table is recognised.
func ReadChecklist(b *Book, opt Options) (Checklist, error) { panic("soon") }

// ReadOrgs understands a workbook as a table of organisations.
func ReadOrgs(b *Book) ([]OrgRow, error) { panic("soon") }

// ReadPosts understands a workbook as a table of appointments.
func ReadPosts(b *Book) ([]PostRow, error) { panic("soon") }

// WriteRejects writes refused rows (with what the engine added to Refused) so that, mended, they can be imported. Of c it uses
// title, unit and day.
func WriteRejects(w io.Writer, c Checklist, rows []Row) error { panic("soon") }

// LedgerHead is what stands above a ledger.
type LedgerHead struct {
	Title   string
	Unit    string
	Made    workflow.Day // 填报日期
	FoundOn workflow.Day // 反馈日期, "" when the ledger has none in common
}

// LedgerRow is one issue in a ledger; every text as it is to be shown.
type LedgerRow struct {
	Number                      string // 编号
	Source, Grade, State        string
	Aspect, Detail, Goal        string
	Measures                    []string
	Leader, Responsible, Person string
	Assisting                   []string
	Kind                        string
	Due                         workflow.Day
	Progress                    string // 完成情况
}

// WriteLedger writes a ledger row by row. An error of rows ends it and is returned.
func WriteLedger(w io.Writer, head LedgerHead, rows iter.Seq2[LedgerRow, error]) error { panic("soon") }

// WriteSheet writes a plain table.
func WriteSheet(w io.Writer, title string, headers []string, rows [][]string) error { panic("soon") }
