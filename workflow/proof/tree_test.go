package proof_test

import (
	"crypto/sha256"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow/proof"
)

// storedTree is a tree with all its hashes in memory.
type storedTree []tlog.Hash

func (s storedTree) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for n, index := range at {
		out[n] = s[index]
	}
	return out, nil
}

func (s *storedTree) add(t testing.TB, n int64, digest [32]byte) {
	more, err := tlog.StoredHashesForRecordHash(n, proof.Leaf(digest), *s)
	require.NoError(t, err)
	*s = append(*s, more...)
}

func TestTreeGrowsAsItIsStored(t *testing.T) {
	var stored storedTree
	var grown proof.Grown
	empty, err := tlog.TreeHash(0, stored)
	require.NoError(t, err)
	require.Equal(t, empty, grown.Root())
	digests := make([][32]byte, 70)
	points := make([]proof.Checkpoint, 1, 71)
	for n := range digests {
		digests[n] = sha256.Sum256([]byte(strconv.Itoa(n)))
		stored.add(t, int64(n), digests[n])
		grown.Add(proof.Leaf(digests[n]))
		root, err := tlog.TreeHash(int64(n)+1, stored)
		require.NoError(t, err)
		require.Equal(t, root, grown.Root())
		require.Equal(t, int64(n)+1, grown.Size())
		points = append(points, proof.Checkpoint{Size: int64(n) + 1, Root: root})
	}
	for _, c := range points[1:] {
		for n := range c.Size {
			p, err := tlog.ProveRecord(c.Size, n, stored)
			require.NoError(t, err)
			require.True(t, c.Includes(n, digests[n], p))
			require.False(t, c.Includes(n, digests[(n+1)%70], p))
			require.False(t, c.Includes(n+c.Size, digests[n], p))
			require.False(t, c.Includes(-1, digests[n], p))
		}
		for _, earlier := range points[1 : c.Size+1] {
			p, err := tlog.ProveTree(c.Size, earlier.Size, stored)
			require.NoError(t, err)
			require.True(t, c.GrowsFrom(earlier, p))
			other := earlier
			other.Root[5] ^= 1
			require.False(t, c.GrowsFrom(other, p))
			require.Equal(t, c.Size == earlier.Size, earlier.GrowsFrom(c, p), "a log does not shrink")
		}
	}
}
