package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// machines holds the files of machines against the hashes by which lines name them.
func (c *sealChecker) machines(ctx context.Context) error {
	return c.e.db.EachDefinition(ctx, func(hash string, body []byte) error {
		if !fitsHash(body, hash) {
			c.wrong("definition_altered", store.LineAt{}, workflow.Say("流程定义 %s 的内容被改动，与它的指纹不符；不会据以办理", "the definition %s was altered: it does not fit its fingerprint; nothing is decided by it", hash))
		}
		return nil
	})
}

// fitsHash says whether a file has a SHA-256, in hexadecimal.
func fitsHash(body []byte, hash string) bool {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]) == hash
}

const (
	tileHeight = 8 // levels of the tree in a tile
	tileWidth  = 1 << tileHeight
)

// tileCheck works out again the upper part of the tree that the database keeps beside the leaves: proofs and new checkpoints rest on it.
type tileCheck struct {
	c      *sealChecker
	hashes *store.Hashes
	grown  [8]proof.Grown // the unfinished tile of each level
	done   [8]int64       // tiles that are finished
	told   bool
}

// add adds a hash to a level; a tile that is full is held against the level above.
func (t *tileCheck) add(level int, h tlog.Hash) error {
	t.grown[level].Add(h)
	if t.grown[level].Size() < tileWidth {
		return nil
	}
	root := t.grown[level].Root()
	t.grown[level] = proof.Grown{}
	kept, err := t.hashes.ReadHashes([]int64{tlog.StoredHashIndex(tileHeight*(level+1), t.done[level])})
	t.done[level]++
	switch {
	case errors.Is(err, workflow.ErrRefused), err == nil && kept[0] != root:
		if !t.told {
			t.told = true
			t.c.wrong("tiles_altered", store.LineAt{}, workflow.Say("封存日志的校验树（第%d层）与各行不符：被改动", "the tree of the sealed log does not fit its lines (level %d): it was altered", tileHeight*(level+1)))
		}
	case err != nil:
		return err
	}
	return t.add(level+1, root)
}
