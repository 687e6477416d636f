//go:build race

package simyear_test

// small is the city of make test under the race detector, which makes everything many times slower.
func small() size { return size{branches: 30, issues: 150, until: lastDay} }
