package page

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// Every day of the year is there once, under its day of the week, and those that differ from the week bear a sign.
func TestMonths(t *testing.T) {
	special := map[workflow.Day]bool{"2028-01-03": false, "2028-01-08": true}
	months := Months(2028, special)
	require.Len(t, months, 12)
	days := 0
	for _, m := range months {
		n := 0
		for _, w := range m.Weeks {
			for column, d := range w {
				if d.N == 0 {
					continue
				}
				n++
				require.Equal(t, n, d.N)
				if d.Sign.Zh == "" {
					require.Equal(t, column > 4, d.Off, "%d-%d", m.Number, d.N)
				}
			}
		}
		days += n
	}
	require.Equal(t, 366, days)
	first := months[0].Weeks
	require.Equal(t, MonthDay{N: 1, Off: true}, first[0][5], "1 January 2028 is a Saturday")
	require.Equal(t, MonthDay{N: 3, Off: true, Sign: workflow.Text{Zh: "休", En: "off"}}, first[1][0])
	require.Equal(t, MonthDay{N: 8, Sign: workflow.Text{Zh: "班", En: "on"}}, first[1][5])
}
