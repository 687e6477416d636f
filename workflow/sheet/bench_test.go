package sheet_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

// BenchmarkReadChecklist reads a workbook of 10,000 rows from bytes to rows.
func BenchmarkReadChecklist(b *testing.B) {
	var out bytes.Buffer
	require.NoError(b, sheet.WriteLedger(&out, sheet.LedgerHead{Title: "台账", FoundOn: "2026-01-17"}, func(yield func(sheet.LedgerRow, error) bool) {
		dues := []string{"2026-06-30", "2026-09-30"}
		for n := range 10_000 {
			row := ledgerRows()[0]
			row.Number, row.Detail, row.Due = fmt.Sprint("N-", n), fmt.Sprint("第", n, "个问题:学习不经常"), workflow.Day(dues[n%2])
			if !yield(row, nil) {
				return
			}
		}
	}))
	b.SetBytes(int64(out.Len()))
	b.ReportAllocs()
	var peak uint64
	for b.Loop() {
		book, err := sheet.Read(b.Context(), bytes.NewReader(out.Bytes()), "x.xlsx", sheet.DefaultLimits())
		require.NoError(b, err)
		list, err := sheet.ReadChecklist(book, sheet.Options{})
		require.NoError(b, err)
		require.Len(b, list.Rows, 10_000)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapInuse)
	}
	b.ReportMetric(float64(peak)/(1<<20), "heap-MB")
}

// BenchmarkWriteLedger writes 10,000 rows.
func BenchmarkWriteLedger(b *testing.B) {
	row := ledgerRows()[0]
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		require.NoError(b, sheet.WriteLedger(&out, sheet.LedgerHead{Title: "台账"}, func(yield func(sheet.LedgerRow, error) bool) {
			for range 10_000 {
				if !yield(row, nil) {
					return
				}
			}
		}))
	}
}
