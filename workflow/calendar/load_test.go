package calendar

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

const of2027 = `{"years": [{
	"year": 2027, "notice": "国办发明电〔2026〕99号", "issued": "2026-11-01", "source": "an example",
	"holidays": [{"name": "元旦", "from": "2026-12-31", "to": "2027-01-02"}],
	"working": ["2026-12-27", "2027-01-03"]
}]}`

func TestMergeLaysANewerFileOverAnOlder(t *testing.T) {
	shipped := Shipped()
	newer, err := Load(strings.NewReader(of2027))
	require.NoError(t, err)
	merged := shipped.Merge(newer)

	require.True(t, merged.Known(2027))
	require.Equal(t, "国办发明电〔2026〕99号", merged.Notice(2027))
	require.Equal(t, "国办发明电〔2025〕7号", merged.Notice(2026), "what the newer file does not speak of stays")
	require.True(t, merged.IsWorking("2026-02-14"))
	require.False(t, merged.IsWorking("2026-12-31"), "a notice may reach into the December before")
	require.True(t, merged.IsWorking("2026-12-27"))
	day, provisional := merged.AddWorking("2026-12-30", 1)
	require.Equal(t, workflow.Day("2027-01-03"), day)
	require.False(t, provisional)

	require.False(t, shipped.Known(2027), "neither of the two is changed")
	require.True(t, shipped.IsWorking("2026-12-31"))
	require.False(t, newer.Known(2026))
}

func TestMergeReplacesAYear(t *testing.T) {
	mended, err := Load(strings.NewReader(`{"years": [{"year": 2026, "notice": "mended", "source": "an example",
		"holidays": [{"name": "元旦", "from": "2026-01-01", "to": "2026-01-01"}]}]}`))
	require.NoError(t, err)
	merged := Shipped().Merge(mended)
	require.Equal(t, "mended", merged.Notice(2026))
	require.True(t, merged.IsWorking("2026-02-18"), "nothing of the former year is left")
	require.False(t, merged.IsWorking("2026-02-14"))
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct{ name, from, to, says string }{
		{"what is not JSON", of2027, "not JSON", "不是所要的 JSON"},
		{"an unknown field", `"working"`, `"workdays"`, "workdays"},
		{"something after the end", of2027, of2027 + "{}", "正文结束后还有内容"},
		{"a year twice", of2027, strings.Replace(of2027, "[{", of2027[strings.Index(of2027, "[{"):len(of2027)-2]+",{", 1), "2027 年出现两次"},
		{"a year without its notice", "国办发明电〔2026〕99号", "", "缺少通知文号"},
		{"a year without its source", "an example", "", "2027 年缺少出处"},
		{"no year at all", of2027, `{"years": []}`, "没有任何年份"},
		{"a year without holidays", `[{"name": "元旦", "from": "2026-12-31", "to": "2027-01-02"}]`, "[]", "缺少通知文号"},
		{"a day that does not exist", "2027-01-02", "2027-02-30", "2027-02-30"},
		{"a holiday of another year", `"from": "2026-12-31"`, `"from": "2026-11-30"`, "不在该年内"},
		{"a holiday without an end", `"to": "2027-01-02"`, `"to": ""`, "不在该年内"},
		{"a holiday that ends before it begins", `"from": "2026-12-31"`, `"from": "2027-01-03"`, "早于开始日"},
		{"a holiday of weeks", `"to": "2027-01-02"`, `"to": "2027-02-01"`, "超过 15 天"},
		{"holidays that overlap", `"holidays": [`, `"holidays": [{"name": "春节", "from": "2027-01-02", "to": "2027-01-02"},`, "已在另一项中"},
		{"a make-up day within the week", "2027-01-03", "2027-01-04", "不是该年的周六或周日"},
		{"a make-up day of another year", "2027-01-03", "2025-01-04", "不是该年的周六或周日"},
		{"a make-up day in a holiday", "2027-01-03", "2027-01-02", "已在另一项中"},
		{"a make-up day twice", `"2027-01-03"`, `"2027-01-03", "2027-01-03"`, "已在另一项中"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, of2027, c.from)
			_, err := Load(strings.NewReader(strings.Replace(of2027, c.from, c.to, 1)))
			require.ErrorIs(t, err, workflow.ErrInvalid)
			require.ErrorContains(t, err, c.says)
			var fault *workflow.Fault
			require.ErrorAs(t, err, &fault)
			require.NotEmpty(t, fault.Text.En)
		})
	}
}

func TestLoadReadsNoMoreThanItShould(t *testing.T) {
	_, err := Load(bytes.NewReader(bytes.Repeat([]byte(" "), 10*maxFile)))
	require.ErrorIs(t, err, workflow.ErrInvalid)
	_, err = Load(broken{})
	require.ErrorContains(t, err, "the disk is gone")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// What is written is read again as the same.
func TestWriteTo(t *testing.T) {
	newer, err := Load(strings.NewReader(of2027))
	require.NoError(t, err)
	merged := Shipped().Merge(newer)
	var file bytes.Buffer
	n, err := merged.WriteTo(&file)
	require.NoError(t, err)
	require.EqualValues(t, file.Len(), n)
	again, err := Load(&file)
	require.NoError(t, err)
	require.Equal(t, merged, again)
	require.Len(t, again.Years(), 4)
	require.Equal(t, 2024, again.Years()[0].Year)
}

func TestChanges(t *testing.T) {
	load := func(text string) *Calendar {
		c, err := Load(strings.NewReader(text))
		require.NoError(t, err)
		return c
	}
	shipped, newer := Shipped(), load(of2027)
	changes := shipped.Changes(newer, shipped.Merge(newer))
	require.Len(t, changes, 1)
	require.True(t, changes[0].New)
	require.Equal(t, "国办发明电〔2026〕99号", changes[0].Year.Notice)
	require.Equal(t, []workflow.Day{"2026-12-31", "2027-01-01"}, changes[0].Free, "2 January is a Saturday anyway")
	require.Equal(t, []workflow.Day{"2026-12-27", "2027-01-03"}, changes[0].Worked)

	before := shipped.Merge(newer)
	mended := load(strings.Replace(of2027, `"to": "2027-01-02"`, `"to": "2027-01-01"`, 1))
	changes = before.Changes(mended, before.Merge(mended))
	require.False(t, changes[0].New)
	require.Empty(t, changes[0].Free)
	require.Empty(t, changes[0].Worked, "a Saturday is free in either")

	mended = load(strings.Replace(of2027, `"from": "2026-12-31"`, `"from": "2027-01-01"`, 1))
	changes = before.Changes(mended, before.Merge(mended))
	require.Equal(t, []workflow.Day{"2026-12-31"}, changes[0].Worked)
	require.Empty(t, changes[0].Free)
}

func TestKnownUntil(t *testing.T) {
	newer, err := Load(strings.NewReader(of2027))
	require.NoError(t, err)
	require.Equal(t, workflow.Day("2026-12-31"), Shipped().KnownUntil())
	require.Equal(t, workflow.Day("2027-12-31"), Shipped().Merge(newer).KnownUntil())
	later, err := Load(strings.NewReader(strings.NewReplacer("2027-01-0", "2029-01-0", "2026-12-31", "2029-01-01", `, "2029-01-03"`, "", `"2026-12-27", "2027-01-03"`, "", "2027", "2029").Replace(of2027)))
	require.NoError(t, err)
	require.Equal(t, workflow.Day("2026-12-31"), Shipped().Merge(later).KnownUntil(), "a gap ends it")
	require.Empty(t, new(Calendar).KnownUntil())
}
