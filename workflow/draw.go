package workflow

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
)

// Lot is what decides a draw (回头看抽查). Everything in it but the head is published before the draw, and the head cannot be known
// then: so nobody can choose what is drawn, and everybody can draw again.
type Lot struct {
	Announced [32]byte // the digest of the announcement's line of history
	On        Day      // the day of the draw
	Head      [32]byte // the digest of all history up to the beginning of that day
}

// Seed is the SHA-256 of the lot as it is printed: the digest of the announcement, the day and the head, in hexadecimal and parted by
// spaces.
func (l Lot) Seed() [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%x %s %x", l.Announced, l.On, l.Head))
}

// Sample draws n of the numbers, or all if there are no more: those whose SHA-256 of the seed in hexadecimal, a space and the number is
// least. It gives them in the order of that digest, which anybody can work out with a command for checksums.
func Sample(seed [32]byte, numbers []string, n int) []string {
	type ticket struct {
		number string
		digest [32]byte
	}
	tickets := make([]ticket, len(numbers))
	for at, number := range numbers {
		tickets[at] = ticket{number, sha256.Sum256(fmt.Appendf(nil, "%x %s", seed, number))}
	}
	slices.SortFunc(tickets, func(a, b ticket) int {
		return cmp.Or(bytes.Compare(a.digest[:], b.digest[:]), cmp.Compare(a.number, b.number))
	})
	out := make([]string, 0, max(0, min(n, len(tickets))))
	for _, t := range tickets[:cap(out)] {
		out = append(out, t.number)
	}
	return out
}
