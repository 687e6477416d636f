//go:build race

package simyear_test

// small is the city of make test under the race detector, which makes everything many times slower, and tiny the one in which things are
// broken on purpose.
func small() size { return size{branches: 20, issues: 50, until: "2027-01-29"} }
func tiny() size  { return size{branches: 8, issues: 30, until: "2026-07-03"} }
