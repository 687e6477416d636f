package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"

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

// appointments holds who is what against the histories of the accounts: every right in the program comes from there.
func (c *sealChecker) appointments(ctx context.Context) error {
	named := make(map[int64]bool)
	for _, f := range c.report.Wrong {
		if f.Kind == KindAccount {
			named[f.Subject] = true
		}
	}
	unsaid, err := c.e.db.ReplayAppointments(ctx, func(d store.AppointmentDifference) error {
		if named[int64(d.Person)] {
			return nil
		}
		of := strconv.FormatInt(int64(d.Person), 10)
		if p, err := c.e.db.Person(ctx, d.Person); err == nil {
			of = p.Account
		}
		c.wrong("appointment_altered", store.LineAt{Kind: KindAccount, Subject: int64(d.Person)}, workflow.Say("账号 %s 的任职与历史不符：按历史是“%s”，现为“%s”",
			"an appointment of account %s is not what its history says: it should be %q and is %q", of, d.History, d.Row))
		return nil
	})
	if err == nil && unsaid > 0 {
		c.report.Open = append(c.report.Open, workflow.Say("有%d项任职是旧版本记录的，历史里没有写全，没有核对", "%d appointments were made by an earlier version, whose lines do not say all of them; they were not compared", unsaid))
	}
	return err
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
