package proof

import (
	"golang.org/x/mod/sumdb/tlog"
)

// TileHeight is how many levels of the tree a stored tile spans: 256 hashes in its lowest row.
const TileHeight = 8

// Leaf is the hash in the tree of a line with the digest.
func Leaf(digest [32]byte) tlog.Hash { return tlog.RecordHash(digest[:]) }

// Includes says whether the proof shows that the line with the digest stands at the place leaf (counted from 0) in the log of the
// checkpoint.
func (c Checkpoint) Includes(leaf int64, digest [32]byte, proof []tlog.Hash) bool {
	return leaf >= 0 && leaf < c.Size && tlog.CheckRecord(proof, c.Size, c.Root, leaf, Leaf(digest)) == nil
}

// GrowsFrom says whether the proof shows that the log of the checkpoint c begins with all that the earlier one had.
func (c Checkpoint) GrowsFrom(earlier Checkpoint, proof []tlog.Hash) bool {
	switch {
	case c.Origin != earlier.Origin || earlier.Size > c.Size:
		return false
	case earlier.Size == 0:
		return len(proof) == 0
	case earlier.Size == c.Size:
		return earlier.Root == c.Root
	}
	return tlog.CheckTree(proof, c.Size, c.Root, earlier.Size, earlier.Root) == nil
}

// Grown is a tree that leaves are added to one after the other, kept in as many hashes as the number of leaves has binary digits.
// The zero value is the empty tree.
type Grown struct {
	size  int64
	peaks []tlog.Hash // of the whole subtrees, the greatest first
}

// Add appends a leaf.
func (g *Grown) Add(leaf tlog.Hash) {
	g.peaks = append(g.peaks, leaf)
	for n := g.size; n&1 == 1; n >>= 1 {
		last := len(g.peaks) - 1
		g.peaks[last-1] = tlog.NodeHash(g.peaks[last-1], g.peaks[last])
		g.peaks = g.peaks[:last]
	}
	g.size++
}

// Size is the number of leaves.
func (g *Grown) Size() int64 { return g.size }

// Root is the hash over all leaves; of an empty tree it is that of nothing, as in RFC 6962.
func (g *Grown) Root() tlog.Hash {
	if g.size == 0 {
		root, _ := tlog.TreeHash(0, nil)
		return root
	}
	root := g.peaks[len(g.peaks)-1]
	for n := len(g.peaks) - 2; n >= 0; n-- {
		root = tlog.NodeHash(g.peaks[n], root)
	}
	return root
}
