//go:build !race

package simyear_test

// small is the city of make test.
func small() size { return size{branches: 60, issues: 160, until: lastDay} }
