package calendar

import (
	"maps"
	"slices"

	"rectify/workflow"
)

// Change is what a newer calendar says otherwise about one year.
type Change struct {
	Year   Year
	New    bool           // nothing was known of the year
	Free   []workflow.Day // worked until now, free from now on
	Worked []workflow.Day // free until now, worked from now on
}

// Changes lists what merged, which Merge made of c and a newer file, says otherwise about the years of that file, the earliest first.
// For a new year that is against Mondays to Fridays.
func (c *Calendar) Changes(newer, merged *Calendar) []Change {
	var out []Change
	for _, y := range newer.Years() {
		change := Change{Year: y, New: !c.Known(y.Year)}
		for _, n := range slices.Sorted(maps.Keys(touched(c.years[y.Year], y))) {
			is := merged.isWorking(n)
			switch {
			case is == c.isWorking(n):
			case is:
				change.Worked = append(change.Worked, dayOf(n))
			default:
				change.Free = append(change.Free, dayOf(n))
			}
		}
		out = append(out, change)
	}
	return out
}

// touched are the days that one of two versions of a year speaks of.
func touched(a, b Year) map[int]bool {
	days := make(map[int]bool, len(a.except)+len(b.except))
	maps.Copy(days, a.except)
	maps.Copy(days, b.except)
	return days
}
