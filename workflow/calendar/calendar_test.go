package calendar

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rectify/workflow"
)

func TestIsWorking(t *testing.T) {
	shipped := Shipped()
	for day, want := range map[workflow.Day]bool{
		"2026-02-13": true,  // the Friday before the Spring Festival
		"2026-02-14": true,  // Saturday, made up for the festival
		"2026-02-15": false, // the first day of nine
		"2026-02-18": false, // a Wednesday in it
		"2026-02-23": false, // the last, a Monday
		"2026-02-24": true,
		"2026-02-28": true, // Saturday, made up
		"2026-03-01": false,
		"2026-01-01": false,
		"2026-01-02": false,
		"2026-01-04": true, // Sunday, made up for the New Year
		"2026-09-20": true, // Sunday, made up for the National Day
		"2026-10-07": false,
		"2026-10-08": true,
		"2025-10-08": false, // Mid-Autumn makes the National Day eight days long
		"2025-10-11": true,
		"2024-02-09": true,  // the eve was no holiday in 2024 ...
		"2025-01-28": false, // ... and is one since 2025
		"2024-12-31": true,
		"2025-01-01": false,
		"2030-10-01": true, // no notice yet: a Tuesday is a Tuesday
		"2030-10-05": false,
		"":           false,
		"2026-02-30": false,
		"soon":       false,
	} {
		require.Equal(t, want, shipped.IsWorking(day), "%q", day)
	}
}

// The totals are those that employers count with, so that a slip in holidays.json shows.
func TestShippedYears(t *testing.T) {
	shipped := Shipped()
	for _, year := range []struct {
		number  int
		notice  string
		working int
	}{
		{2024, "国办发明电〔2023〕7号", 251},
		{2025, "国办发明电〔2024〕12号", 248},
		{2026, "国办发明电〔2025〕7号", 248},
	} {
		require.True(t, shipped.Known(year.number))
		require.Equal(t, year.notice, shipped.Notice(year.number))
		working := 0
		for day := newYear(year.number); day < newYear(year.number+1); day = AddDays(day, 1) {
			if shipped.IsWorking(day) {
				working++
			}
		}
		require.Equal(t, year.working, working, "%d", year.number)
	}
	require.False(t, shipped.Known(2023))
	require.False(t, shipped.Known(2030))
	require.Empty(t, shipped.Notice(2030))
}

func TestAddWorking(t *testing.T) {
	for _, c := range []struct {
		name        string
		from        workflow.Day
		n           int
		want        workflow.Day
		provisional bool
	}{
		{"over the Spring Festival, with its made-up Saturday", "2026-02-13", 2, "2026-02-24", false},
		{"from within the festival", "2026-02-17", 1, "2026-02-24", false},
		{"to a made-up Saturday", "2026-02-13", 1, "2026-02-14", false},
		{"ten days for a plan", "2026-02-10", 10, "2026-03-02", false},
		{"over a plain weekend", "2026-03-06", 1, "2026-03-09", false},
		{"from a weekend", "2026-03-07", 1, "2026-03-09", false},
		{"over the turn of a year", "2025-12-31", 1, "2026-01-04", false},
		{"nothing to add", "2026-02-17", 0, "2026-02-17", false},
		{"backwards over the festival", "2026-02-24", -1, "2026-02-14", false},
		{"into a year without notice", "2026-12-31", 1, "2027-01-01", true},
		{"up to the last known day", "2026-12-30", 1, "2026-12-31", false},
		{"from the last unknown day", "2023-12-31", 1, "2024-01-02", false},
		{"back into an unknown year", "2024-01-02", -1, "2023-12-29", true},
		{"in an unknown year", "2030-09-30", 5, "2030-10-07", true},
		{"past the end of time", "9999-12-30", 5, "", true},
		{"so far that only a limit ends the counting", "2026-01-01", 1 << 40, "", true},
		{"as far back", "2026-01-01", -1 << 40, "", true},
		{"no day", "", 5, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, provisional := Shipped().AddWorking(c.from, c.n)
			require.Equal(t, c.want, got)
			require.Equal(t, c.provisional, provisional)
		})
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from workflow.Day
		n    int
		want workflow.Day
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2026-08-31", 6, "2027-02-28"},
		{"2026-03-15", 6, "2026-09-15"},
		{"2026-12-31", 2, "2027-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -13, "2024-12-15"},
		{"2026-03-31", 0, "2026-03-31"},
		{"9999-12-01", 1, ""},
		{"", 1, ""},
	} {
		require.Equal(t, c.want, AddMonths(c.from, c.n), "%s and %d", c.from, c.n)
	}
}

func TestAddDays(t *testing.T) {
	require.Equal(t, workflow.Day("2026-02-24"), AddDays("2026-02-17", 7))
	require.Equal(t, workflow.Day("2023-12-31"), AddDays("2024-01-01", -1))
	require.Equal(t, workflow.Day(""), AddDays("9999-12-31", 1))
	require.Equal(t, workflow.Day(""), AddDays("", 1))
}

func TestAfter(t *testing.T) {
	shipped := Shipped()
	for _, c := range []struct {
		span        workflow.Span
		want        workflow.Day
		provisional bool
	}{
		{workflow.Span{N: 2, Unit: "working"}, "2026-02-24", false},
		{workflow.Span{N: 7, Unit: "calendar"}, "2026-02-24", false}, // seven days of publicity would end within the festival
		{workflow.Span{N: 5, Unit: "calendar"}, "2026-02-24", false},
		{workflow.Span{N: 1, Unit: "calendar"}, "2026-02-14", false}, // a Saturday that is worked
		{workflow.Span{N: 6, Unit: "month"}, "2026-08-13", false},
		{workflow.Span{N: 8, Unit: "month"}, "2026-10-13", false},
		{workflow.Span{N: 3, Unit: "month"}, "2026-05-13", false},
		{workflow.Span{N: 1, Unit: "month"}, "2026-03-13", false},
		{workflow.Span{N: 13, Unit: "month"}, "2027-03-15", true}, // 13 March 2027 is a Saturday, and may be worked
		{workflow.Span{N: 12, Unit: "month"}, "2027-02-15", true},
		{workflow.Span{N: 300, Unit: "working"}, "2027-04-27", true},
		{workflow.Span{N: 2, Unit: "fortnight"}, "", false},
	} {
		got, provisional := shipped.After("2026-02-13", c.span)
		require.Equal(t, c.want, got, "%v", c.span)
		require.Equal(t, c.provisional, provisional, "%v", c.span)
	}
}

// 1 May is a holiday: a month from 1 April ends after the festival (民法典 article 203).
func TestALimitNeverEndsOnADayOff(t *testing.T) {
	shipped := Shipped()
	last, provisional := shipped.After("2026-04-01", workflow.Span{N: 1, Unit: "month"})
	require.Equal(t, workflow.Day("2026-05-06"), last)
	require.False(t, provisional)
	rapid.Check(t, func(t *rapid.T) {
		day := AddDays("2023-01-01", rapid.IntRange(0, 2500).Draw(t, "day"))
		span := workflow.Span{N: rapid.IntRange(0, 90).Draw(t, "n"), Unit: rapid.SampledFrom([]string{"working", "calendar", "month"}).Draw(t, "unit")}
		last, provisional := shipped.After(day, span)
		require.True(t, shipped.IsWorking(last))
		require.GreaterOrEqual(t, last, day)
		if !shipped.Known(last.Time().Year()) {
			require.True(t, provisional, "what ends in an unknown year may change")
		}
	})
}

// While an issue is suspended no time runs: what was left is left.
func TestResumed(t *testing.T) {
	shipped := Shipped()
	for _, c := range []struct {
		name                  string
		due, stopped, resumed workflow.Day
		want                  workflow.Day
		provisional           bool
	}{
		{"three days were left, over the festival", "2026-02-12", "2026-02-09", "2026-02-12", "2026-02-24", false},
		{"one day was left", "2026-03-03", "2026-03-02", "2026-06-01", "2026-06-02", false},
		{"none was left", "2026-03-02", "2026-03-02", "2026-06-01", "2026-06-02", false},
		{"it was overdue", "2026-02-02", "2026-03-02", "2026-06-05", "2026-06-08", false},
		{"on the same day", "2026-03-20", "2026-03-02", "2026-03-02", "2026-03-20", false},
		{"into an unknown year", "2026-03-20", "2026-03-02", "2026-12-30", "2027-01-19", true},
		{"no due day", "", "2026-03-02", "2026-12-30", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, provisional := shipped.Resumed(c.due, c.stopped, c.resumed)
			require.Equal(t, c.want, got)
			require.Equal(t, c.provisional, provisional)
		})
	}
}

func TestWorkingBetween(t *testing.T) {
	shipped := Shipped()
	require.Equal(t, 2, shipped.WorkingBetween("2026-02-13", "2026-02-24"))
	require.Equal(t, -2, shipped.WorkingBetween("2026-02-24", "2026-02-13"))
	require.Equal(t, 0, shipped.WorkingBetween("2026-02-15", "2026-02-23"))
	require.Equal(t, 0, shipped.WorkingBetween("2026-02-13", "2026-02-13"))
	require.Equal(t, 248, shipped.WorkingBetween("2025-12-31", "2026-12-31"))
	require.Equal(t, 0, shipped.WorkingBetween("", "2026-12-31"))
}

func TestCountingIsConsistent(t *testing.T) {
	shipped := Shipped()
	rapid.Check(t, func(t *rapid.T) {
		day := AddDays("2022-01-01", rapid.IntRange(0, 3650).Draw(t, "day"))
		n := rapid.IntRange(1, 400).Draw(t, "n")

		after, provisional := shipped.AddWorking(day, n)
		require.True(t, shipped.IsWorking(after), "a limit ends on a working day")
		require.Equal(t, n, shipped.WorkingBetween(day, after))
		require.Equal(t, -n, shipped.WorkingBetween(after, day))
		require.Equal(t, !known(shipped, AddDays(day, 1), after), provisional)

		before, provisional := shipped.AddWorking(day, -n)
		require.True(t, shipped.IsWorking(before))
		require.Equal(t, !known(shipped, before, AddDays(day, -1)), provisional)

		one, _ := shipped.AddWorking(day, n-1)
		more, _ := shipped.AddWorking(one, 1)
		require.Equal(t, after, more, "day by day comes to the same")
	})
}

func TestMonthsAreMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := AddDays("2000-01-01", rapid.IntRange(0, 36500).Draw(t, "day"))
		n := rapid.IntRange(0, 600).Draw(t, "n")

		later := AddMonths(day, n)
		require.Equal(t, later, workflow.DayOf(later.Time()), "a day that exists")
		months := 12*(later.Time().Year()-day.Time().Year()) + int(later.Time().Month()) - int(day.Time().Month())
		require.Equal(t, n, months)
		if later.Time().Day() != day.Time().Day() {
			require.Less(t, later.Time().Day(), day.Time().Day())
			require.Equal(t, 1, AddDays(later, 1).Time().Day(), "shortened to the last day of the month")
		}
		require.Equal(t, day, AddDays(AddDays(day, n), -n))
	})
}

func TestIsWorkingAllocatesNothing(t *testing.T) {
	shipped := Shipped()
	require.Zero(t, testing.AllocsPerRun(100, func() { shipped.IsWorking("2026-02-28") }))
}

func BenchmarkIsWorking(b *testing.B) {
	shipped := Shipped()
	b.ReportAllocs()
	for b.Loop() {
		shipped.IsWorking("2026-02-28")
	}
}

func BenchmarkAddWorking(b *testing.B) {
	shipped := Shipped()
	b.ReportAllocs()
	for b.Loop() {
		shipped.AddWorking("2026-02-10", 10)
	}
}

func newYear(year int) workflow.Day { return AddMonths("2000-01-01", 12*(year-2000)) }

// known asks for each year by itself, as the property should not repeat the way the calendar does it.
func known(c *Calendar, from, to workflow.Day) bool {
	for day := from; day <= to; day = AddDays(day, 1) {
		if !c.Known(day.Time().Year()) {
			return false
		}
	}
	return true
}
