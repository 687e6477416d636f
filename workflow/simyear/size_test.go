//go:build !race

package simyear_test

// small is the city of make test, and tiny the one in which things are broken on purpose.
func small() size { return size{branches: 60, issues: 160, until: lastDay} }
func tiny() size  { return size{branches: 12, issues: 80, until: "2026-07-24"} }
