package engine

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
)

// hold reads the checkpoints that the taker holds, and puts into the header that they were there. One that is not in the database (any
// more) is told by its text; a short code alone tells nothing then.
func (b *Bundle) hold(ctx context.Context) error {
	for _, text := range b.what.Held {
		kept, err := proof.Kept(text)
		if err != nil {
			return err
		}
		for _, one := range kept {
			c, err := b.e.heldAs(ctx, one)
			if err != nil {
				return err
			}
			b.held, b.header.Held = append(b.held, c), append(b.header.Held, c.ShortCode())
		}
	}
	return nil
}

// heldAs is the checkpoint that was kept as a text or as a short code.
func (e *Engine) heldAs(ctx context.Context, kept string) (proof.Checkpoint, error) {
	code, is := proof.ShortCode(kept)
	if !is {
		return proof.Peek(kept)
	}
	c, err := e.coded(ctx, code)
	if errors.Is(err, workflow.ErrNotFound) {
		err = workflow.Refused("no_such_checkpoint", noneCoded(code))
	}
	return c, err
}

// noneCoded says what it means that no checkpoint of the database has a short code.
func noneCoded(code string) workflow.Text {
	return workflow.Say("数据库里没有短码为 %s 的检查点：要么短码抄错了，要么留存之后数据库被退回过、或被重写过。请核对短码；没有抄错，就请保存好，并用检查点全文（二维码里的内容）运行 rectify seal check --held",
		"no checkpoint of this database has the short code %s: it was mistyped, or the database was turned back or rewritten since it was kept. Look at the code again; if it is right keep it well, and run rectify seal check --held with the whole checkpoint (what the QR code holds)", code)
}

// coded finds the checkpoint of the database that has a short code. ErrNotFound when there is none.
func (e *Engine) coded(ctx context.Context, code string) (proof.Checkpoint, error) {
	for from := int64(0); ; {
		rows, err := e.db.CheckpointsFrom(ctx, from, checkAtOnce)
		if err != nil {
			return proof.Checkpoint{}, err
		}
		if len(rows) == 0 {
			return proof.Checkpoint{}, noCheckpoint()
		}
		for n := range rows {
			if c, err := proof.Peek(rows[n].Note); err == nil && c.ShortCode() == code {
				return c, nil
			}
		}
		from = rows[len(rows)-1].Size + 1
	}
}

// writeRoots writes what the log was at the sizes of held checkpoints that the database does not have: a tree can tell at any size, and so it
// is found that it was rewritten.
func (b *Bundle) writeRoots(w *proof.Writer, notes map[int64]string) error {
	var sizes []int64
	for _, c := range b.held {
		if _, there := notes[c.Size]; !there && c.Origin == b.newest.Origin && c.Size > 0 && c.Size < b.newest.Size && !b.header.Leaves {
			sizes = append(sizes, c.Size)
		}
	}
	slices.Sort(sizes)
	for _, size := range slices.Compact(sizes) {
		root, err := tlog.TreeHash(size, b.hashes)
		if err != nil {
			return err
		}
		grown, err := tlog.ProveTree(b.newest.Size, size, b.hashes)
		if err != nil {
			return err
		}
		if err := w.Root(size, root, grown); err != nil {
			return err
		}
	}
	return nil
}
