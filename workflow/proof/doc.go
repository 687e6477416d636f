// Package proof makes history checkable by somebody who trusts nobody: the words of the sealed log (checkpoints, keys, the tree of
// hashes), the bundle that an inspector takes away, and Verify, which checks a bundle on a computer without network or database.
//
// The log is a Merkle tree (golang.org/x/mod/sumdb/tlog) over the digests of the lines of history. A checkpoint is a signed note that
// names its size, its root and its moment. Whoever keeps one can tell later that nothing before it was changed.
package proof
