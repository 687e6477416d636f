package engine

import (
	"context"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// PublicKey is a key with which checkpoints are verified.
type PublicKey = proof.PublicKey

// Checkpoint seals what there is and returns the newest checkpoint. It tells nothing of what is in the log, so anybody may have it.
// Errors as Seal.
func (e *Engine) Checkpoint(ctx context.Context) (Checkpoint, error) {
	_, c, err := e.Seal(ctx)
	return c, err
}

// Checkpoints lists the checkpoints that are smaller than a size, 0 for all, the newest first. Errors: ErrInvalid with the code
// bad_limit, no_keys and keys_missing as Seal.
func (e *Engine) Checkpoints(ctx context.Context, before int64, limit int) ([]Checkpoint, error) {
	if limit < 1 || limit > PageLimit {
		return nil, badLimit()
	}
	rows, err := e.db.Checkpoints(ctx, before, limit)
	if err != nil {
		return nil, err
	}
	return e.opened(ctx, rows)
}

// CheckpointOf is the checkpoint of a size. ErrNotFound when there is none.
func (e *Engine) CheckpointOf(ctx context.Context, size int64) (Checkpoint, error) {
	row, err := e.db.CheckpointOf(ctx, size)
	if err != nil {
		return Checkpoint{}, err
	}
	all, err := e.opened(ctx, []store.CheckpointRow{row})
	if err != nil {
		return Checkpoint{}, err
	}
	return all[0], nil
}

// opened verifies checkpoints.
func (e *Engine) opened(ctx context.Context, rows []store.CheckpointRow) ([]Checkpoint, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	keys, err := e.sealKeys(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Checkpoint, len(rows))
	for n, row := range rows {
		if out[n], err = proof.Open(row.Note, keys.Public, e.witnesses...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SealKeys lists the public keys of the log there ever were, the newest last. Errors as Seal.
func (e *Engine) SealKeys(ctx context.Context) ([]PublicKey, error) {
	keys, err := e.sealKeys(ctx)
	if err != nil {
		return nil, err
	}
	return keys.Public, nil
}

// SealKeysText is SealKeys as the file of them is written.
func (e *Engine) SealKeysText(ctx context.Context) (string, error) {
	keys, err := e.SealKeys(ctx)
	return proof.FormatKeys(keys), err
}

// Consistency proves that the log of a size begins with all that it had at an earlier one. Errors: ErrInvalid with the code bad_span,
// ErrRefused with the code seal_damaged.
func (e *Engine) Consistency(ctx context.Context, from, to int64) ([]tlog.Hash, error) {
	size, err := e.db.SealedSize(ctx)
	switch {
	case err != nil:
		return nil, err
	case from < 1 || to < from || to > size:
		return nil, workflow.Invalid("bad_span", "from", workflow.Say("两个检查点的行数须从小到大，且不超过现有的%d行", "give two sizes, the smaller first and none above %d", size))
	}
	return tlog.ProveTree(to, from, e.db.Hashes(ctx))
}

// Inclusion proves that a line stands in the log.
type Inclusion struct {
	Leaf       int64 // counted from 0
	Hashes     []tlog.Hash
	Checkpoint Checkpoint // of the log in which it stands
}

// Inclusion proves that a line of history stands in the log of the newest checkpoint. Whether the actor may see the line is for the caller
// to know. Errors: ErrNotFound with the code not_sealed when it is not there (or not yet: Seal), ErrRefused as Seal.
func (e *Engine) Inclusion(ctx context.Context, kind string, subject int64, seq int) (Inclusion, error) {
	row, err := e.db.LastCheckpoint(ctx)
	if err != nil {
		return Inclusion{}, err
	}
	leaves, err := e.db.Leaves(ctx, kind, subject, seq-1, seq)
	if err != nil {
		return Inclusion{}, err
	}
	leaf, ok := leaves[seq]
	if !ok || leaf >= row.Size {
		return Inclusion{}, workflow.NotFound("not_sealed", workflow.Say("这一行还没有封存", "this line is not sealed yet"))
	}
	in := Inclusion{Leaf: leaf}
	if in.Hashes, err = tlog.ProveRecord(row.Size, leaf, e.db.Hashes(ctx)); err != nil {
		return Inclusion{}, err
	}
	in.Checkpoint, err = e.CheckpointOf(ctx, row.Size)
	return in, err
}

// Cosign keeps the signature of a witness under a checkpoint: text is the checkpoint with the signature. It returns it with all its
// signatures.
//
// Errors: ErrForbidden with the code unknown_witness for a signature of nobody who was named as a witness, ErrNotFound for a checkpoint
// that was never signed here, ErrInvalid for what is no checkpoint.
func (e *Engine) Cosign(ctx context.Context, text string) (Checkpoint, error) {
	c, err := proof.Peek(text)
	if err != nil {
		return Checkpoint{}, err
	}
	row, err := e.db.CheckpointOf(ctx, c.Size)
	if err != nil {
		return Checkpoint{}, err
	}
	added := row.Note
	for _, witness := range e.signedBy(text) {
		if added, err = proof.AddCosignature(added, text, witness); err != nil {
			return Checkpoint{}, err
		}
	}
	if len(e.signedBy(text)) == 0 {
		return Checkpoint{}, workflow.Forbidden("unknown_witness", workflow.Say("没有受信任的见证方的签名（启动服务时用 --witness 指定其公钥）",
			"there is no signature of a witness that is known here (name its public key with --witness when the server starts)"))
	}
	if added != row.Note {
		if err := e.db.Cosign(ctx, row.Size, row.Note, added); err != nil {
			return Checkpoint{}, err
		}
	}
	return e.CheckpointOf(ctx, row.Size)
}

// signedBy are the witnesses whose signature is under a note.
func (e *Engine) signedBy(text string) []string {
	return slices.DeleteFunc(slices.Clone(e.witnesses), func(key string) bool {
		v, err := proof.NewVerifier(key)
		if err != nil {
			return true
		}
		n, err := note.Open([]byte(text), note.VerifierList(v))
		return err != nil || len(n.Sigs) == 0
	})
}
