//go:build race

package simyear_test

// small is the city of make test under the race detector, which makes everything many times slower.
func small() size { return size{branches: 20, issues: 60, until: "2027-01-29"} }
