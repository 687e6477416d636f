package engine_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
	"rectify/workflow/store/storetest"
)

const importRows = 10_000

// BenchmarkImport10000 imports a checklist of 10,000 rows in a process of its own, reading the workbook included, and reports how long it
// took there and the most memory that the process ever held.
func BenchmarkImport10000(b *testing.B) {
	if dsn := os.Getenv("ENGINE_BENCH_IMPORT"); dsn != "" {
		importInHere(b, dsn, os.Getenv("ENGINE_BENCH_FILE"))
		return
	}
	file := longList(b)
	b.Run("sqlite", func(b *testing.B) { benchImport(b, storetest.SQLite, file) })
	b.Run("mysql", func(b *testing.B) { benchImport(b, storetest.MySQL, file) })
}

func benchImport(b *testing.B, database func(testing.TB) string, file string) {
	var seconds, peak float64
	runs := 0
	for b.Loop() {
		dsn := database(b)
		o := benchOffice(b, dsn)
		require.NoError(b, o.db.Close())
		cmd := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkImport10000$", "-test.benchtime=1x")
		cmd.Env = append(os.Environ(), "ENGINE_BENCH_IMPORT="+dsn, "ENGINE_BENCH_FILE="+file)
		out, err := cmd.CombinedOutput()
		require.NoError(b, err, string(out))
		_, said, found := strings.Cut(string(out), "imported ")
		require.True(b, found, string(out))
		var s, mb float64
		_, err = fmt.Sscanf(said, "%f %f", &s, &mb)
		require.NoError(b, err)
		seconds, peak = seconds+s, max(peak, mb)
		runs++
	}
	b.ReportMetric(seconds/float64(runs), "s/import")
	b.ReportMetric(importRows*float64(runs)/seconds, "rows/s")
	b.ReportMetric(peak, "peak-MB")
}

// importInHere imports the file and says how long it took and the most memory that this process ever held.
func importInHere(b *testing.B, dsn, file string) {
	defs, err := definitions.Shipped()
	require.NoError(b, err)
	o := newOffice(b, storetest.Open(b, dsn), defs)
	by := o.actor("zhenglan")
	begin := time.Now()
	f, err := os.Open(file)
	require.NoError(b, err)
	defer func() { _ = f.Close() }()
	book, err := sheet.Read(o.ctx, f, "long.xlsx", sheet.DefaultLimits())
	require.NoError(b, err)
	r, err := o.ImportChecklist(o.ctx, by, book, engine.ImportOptions{Source: "inspection", File: "long.xlsx"})
	require.NoError(b, err)
	took := time.Since(begin)
	require.Equal(b, importRows, r.Taken)
	fmt.Printf("\nimported %f %f\n", took.Seconds(), peakMB(b))
}

// peakMB is the most memory of this process so far, as the system counts it.
func peakMB(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(b, err)
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	_, err = fmt.Sscan(after, &kb)
	require.NoError(b, err)
	return kb / 1024
}

// longList writes a workbook of 10,000 rows with the columns that lists have.
func longList(b *testing.B) string {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	require.NoError(b, err)
	require.NoError(b, w.SetRow("A1", []any{"序号", "存在问题", "整改目标", "整改措施", "责任单位", "责任人", "整改类型", "整改时限", "完成情况"}))
	orgs, people := []string{"文旅局办公室党支部", "人事科党支部", "文旅局业务一科党支部"}, []string{"高峰", "胡志强", "罗敏"}
	for n := range importRows {
		row := []any{n + 1, fmt.Sprintf("第%d号问题:会议记录缺少签到,学习笔记未及时检查,涉及%d份材料。", n+1, n%40), "责任到人、制度可查、抽查合格率达到95%以上",
			"1.由牵头单位于10日内完成自查;\n2.修订相关制度;\n3.每季度抽查一次并通报。", orgs[n%3], people[n%3], "限期整改", "2026年12月底前", "正在整改"}
		require.NoError(b, w.SetRow(fmt.Sprint("A", n+2), row))
	}
	require.NoError(b, w.Flush())
	file := filepath.Join(b.TempDir(), "long.xlsx")
	require.NoError(b, f.SaveAs(file))
	require.NoError(b, f.Close())
	return file
}
