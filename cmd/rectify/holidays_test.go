package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Holidays are listed, checked and loaded on the command line, by the system administrator alone.
func TestHolidays(t *testing.T) {
	o := newOffice(t)
	year := thisYear() + 1
	file := filepath.Join(t.TempDir(), "next.json")
	require.NoError(t, os.WriteFile(file, []byte(holidaysOf(year)), 0o600))

	listed := o.run("holidays")
	require.Equal(t, 0, listed.code, listed.err)
	require.Contains(t, listed.out, "国办发明电〔2025〕7号")
	require.Contains(t, listed.out, "暂定")
	refused := o.run("holidays", "load", file, "--by", "gaofeng")
	require.Equal(t, exitFailed, refused.code)
	require.Contains(t, refused.err, "系统管理员")
	require.Contains(t, o.run("holidays", "load", file).err, "--by")
	require.Contains(t, o.run("holidays", "load", file+"x", "--by", "dingyi").err, "打不开")
	broken := filepath.Join(t.TempDir(), "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{"years": []}`), 0o600))
	require.Contains(t, o.run("holidays", "load", broken, "--by", "dingyi").err, "没有任何年份")

	checked := o.run("holidays", "load", file, "--by", "dingyi", "--check")
	require.Equal(t, 0, checked.code, checked.err)
	require.Contains(t, checked.out, "没有写入")
	require.NotContains(t, o.run("holidays").out, "样例通知")
	taken := o.run("holidays", "load", file, "--by", "dingyi", "--json")
	require.Equal(t, 0, taken.code, taken.err)
	var report struct {
		Taken bool
		Rev   int
	}
	require.NoError(t, json.Unmarshal([]byte(taken.out), &report))
	require.True(t, report.Taken)
	require.Equal(t, 1, report.Rev)
	require.Contains(t, o.run("holidays").out, "样例通知")
}

func thisYear() int { return time.Now().Year() }

func holidaysOf(year int) string {
	return fmt.Sprintf(`{"years": [{"year": %d, "notice": "样例通知", "source": "an example", "holidays": [{"name": "国庆节", "from": "%[1]d-10-01", "to": "%[1]d-10-07"}]}]}`, year)
}
