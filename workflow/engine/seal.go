package engine

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// KindSeal is the kind of subject of lines about the sealed log: its keys.
const KindSeal = store.KindSeal

const (
	sealSubject = 1
	sealShare   = 20 // of the time, at most one part in so many goes into sealing while steps are taken
)

// Checkpoint says what the sealed log was at a moment, with the signatures under it.
type Checkpoint = proof.Signed

// keyData is what a line about the keys says: every public key there is from then on.
type keyData struct {
	Keys []proof.PublicKey `json:"keys"`
}

// Seal seals every line of history there is when it is called, and signs a checkpoint of the log unless the newest has it all already. It
// says how many lines it sealed. Called by several at once each gets a checkpoint that has all.
//
// Errors: ErrRefused with the codes no_keys where there are none and none can be made, keys_missing when this log was signed with others,
// turned_back when the log lacks or has otherwise what a checkpoint had that was signed with these keys, seal_damaged.
func (e *Engine) Seal(ctx context.Context) (sealed int, c Checkpoint, err error) {
	return e.seal(ctx, 1)
}

// KeepSealing seals, at most so often, until ctx ends. It leaves steps most of the time. Errors are logged, and it goes on.
func (e *Engine) KeepSealing(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		n, c, err := e.seal(ctx, sealShare)
		if err == nil {
			err = e.mailCheckpoint(ctx, c)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			e.log.ErrorContext(ctx, "history could not be sealed; it is tried again", "error", err)
		case n > 0:
			e.log.DebugContext(ctx, "history was sealed", "lines", n, "of", c.Size)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// errBehind says that another sealed and signed more in the meantime.
var errBehind = errors.New("another checkpoint has more lines")

func (e *Engine) seal(ctx context.Context, share int) (sealed int, c Checkpoint, err error) {
	for err = errBehind; errors.Is(err, errBehind); {
		n := 0
		n, c, err = e.sealOnce(ctx, share)
		sealed += n
	}
	return sealed, c, err
}

func (e *Engine) sealOnce(ctx context.Context, share int) (sealed int, c Checkpoint, err error) {
	keys, err := e.sealKeys(ctx)
	if err != nil {
		return 0, c, err
	}
	at, sealed, size, err := e.sealLines(ctx, share)
	if err != nil {
		return sealed, c, err
	}
	hashes := e.db.Hashes(ctx)
	last, err := e.lastSigned(ctx, keys, size, hashes)
	if err != nil || last.Size == size {
		return sealed, last, err
	}
	c.Checkpoint = proof.Checkpoint{Origin: keys.Origin, Size: size, At: later(at, last.At)}
	if c.Root, err = tlog.TreeHash(size, hashes); err != nil {
		return sealed, c, err
	}
	if c.Note, err = keys.Sign(c.Checkpoint); err != nil {
		return sealed, c, err
	}
	err = e.db.PutCheckpoint(ctx, last.Size, store.CheckpointRow{Size: size, At: c.At, Root: c.Root, Note: c.Note})
	if errors.Is(err, store.ErrSignedElsewhere) {
		return sealed, c, errBehind
	}
	if err != nil {
		return sealed, c, err
	}
	if c, err = proof.Open(c.Note, keys.Public, e.witnesses...); err != nil {
		return sealed, c, err
	}
	return sealed, c, proof.KeepLast(e.keys, c.Note)
}

// sealLong is how long lines may take to be sealed for one checkpoint.
const sealLong = time.Minute

// sealLines seals what there is, and says at which moment all that was written is in the log while nothing in it was written much later:
// where there is much to seal, so that it takes long, what came meanwhile is sealed again before that moment is one to be signed.
func (e *Engine) sealLines(ctx context.Context, share int) (at time.Time, sealed int, size int64, err error) {
	for {
		at = e.moment() // what is written from now on may be missing
		n := 0
		n, size, err = e.db.Seal(ctx, share)
		sealed += n
		if err != nil || e.moment().Sub(at) < sealLong {
			return at, sealed, size, err
		}
	}
}

// later is the later of two moments: checkpoints never go back in time, even where a clock does.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// lastSigned reads the newest checkpoint, zero if there is none, and holds the log against it and against the one that is kept beside the
// keys: nothing is signed that does not grow out of both.
func (e *Engine) lastSigned(ctx context.Context, keys *proof.Keys, size int64, hashes tlog.HashReader) (Checkpoint, error) {
	last := Checkpoint{}
	held, err := proof.ReadLast(e.keys)
	if err != nil {
		return last, err
	}
	row, err := e.db.LastCheckpoint(ctx)
	if err != nil && !errors.Is(err, workflow.ErrNotFound) {
		return last, err
	}
	beside := int64(0)
	for _, text := range []string{held, row.Note} {
		if text == "" {
			continue
		}
		c, err := e.grownFrom(ctx, text, keys, size, hashes)
		if err != nil {
			return c, err
		}
		if text == held {
			beside = c.Size
		}
		if text == row.Note {
			last = c
		}
	}
	if last.Size > beside { // whoever signed it was ended before they kept it
		err = proof.KeepLast(e.keys, row.Note)
		return last, err
	}
	return last, nil
}

// grownFrom reads a checkpoint and holds a log of a size against it; errBehind where the log or the keys were read too early for it.
func (e *Engine) grownFrom(ctx context.Context, text string, keys *proof.Keys, size int64, hashes tlog.HashReader) (Checkpoint, error) {
	c, err := proof.Open(text, keys.Public, e.witnesses...)
	if err != nil {
		return c, e.orRotated(keys, err)
	}
	if c.Size > size {
		now, err := e.db.SealedSize(ctx)
		if err != nil {
			return c, err
		}
		if now >= c.Size {
			return c, errBehind
		}
	}
	return c, holds(c.Checkpoint, size, hashes)
}

// orRotated is errBehind where a checkpoint could not be read because other keys were made meanwhile.
func (e *Engine) orRotated(keys *proof.Keys, err error) error {
	now, again := proof.ReadKeys(e.keys, e.random)
	if again == nil && len(now.Public) > len(keys.Public) {
		return errBehind
	}
	return err
}

// holds says whether a log of a size begins with all that a checkpoint had; else it is ErrRefused with the code turned_back.
func holds(c proof.Checkpoint, size int64, hashes tlog.HashReader) error {
	if c.Size > size {
		return turnedBack(c)
	}
	root, err := tlog.TreeHash(c.Size, hashes)
	if err == nil && subtle.ConstantTimeCompare(root[:], c.Root[:]) != 1 {
		err = turnedBack(c)
	}
	return err
}

func turnedBack(c proof.Checkpoint) error {
	at := c.At.In(workflow.China).Format(time.DateTime)
	return workflow.Refused("turned_back", workflow.Say(
		"数据库与 %s 签发的检查点（共%d行）不符：数据库被恢复到更早的时候，或历史被改动。请运行 rectify seal check；如确系恢复备份，请运行 rectify seal restored 记录在案",
		"the database does not agree with the checkpoint of %s (%d lines): it was turned back, or its history was altered. Run rectify seal check; after restoring a backup, put that on record with rectify seal restored", at, c.Size))
}

// sealKeys reads the keys, and makes the first ones. Every public key is on record before it signs.
func (e *Engine) sealKeys(ctx context.Context) (*proof.Keys, error) {
	if e.keys == "" {
		return nil, workflow.Refused("no_keys", workflow.Say("没有设置签名密钥的文件夹", "there is no folder for the keys that sign"))
	}
	keys, err := proof.ReadKeys(e.keys, e.random)
	if errors.Is(err, fs.ErrNotExist) {
		keys, err = e.firstKeys(ctx)
	}
	if err != nil {
		return nil, err
	}
	return keys, e.keysOnRecord(ctx, &workflow.Actor{Name: programName()}, keys)
}

// firstKeys makes keys for a log that was never signed.
func (e *Engine) firstKeys(ctx context.Context) (*proof.Keys, error) {
	row, err := e.db.LastCheckpoint(ctx)
	if err == nil {
		c, err := proof.Peek(row.Note)
		return nil, errors.Join(err, workflow.Refused("keys_missing", workflow.Say(
			"找不到签名密钥：本库的检查点由“%s”签发，请用 --keys 指明原来的密钥文件夹（或从备份取回）",
			"the keys are missing: the checkpoints of this database were signed by %s; name their folder with --keys, or bring it back from its backup", c.Origin)))
	}
	if !errors.Is(err, workflow.ErrNotFound) {
		return nil, err
	}
	keys, err := proof.MakeKeys(e.keys, e.random, e.moment(), false)
	if errors.Is(err, fs.ErrExist) { // another process made them
		return proof.ReadKeys(e.keys, e.random)
	}
	return keys, err
}

func programName() string {
	rule, _ := workflow.PostNamed(string(workflow.ProgramPost))
	return rule.Text.Zh
}

// keysOnRecord writes the public keys into history unless the last line about them has them.
func (e *Engine) keysOnRecord(ctx context.Context, by *workflow.Actor, keys *proof.Keys) error {
	data, err := json.Marshal(keyData{keys.Public})
	if err != nil {
		return err
	}
	if known, _ := e.keysKnown.Load().(string); known == string(data) {
		return nil
	}
	action, newest := "seal_keys_made", keys.Public[len(keys.Public)-1].Key
	last, err := e.db.LastLine(ctx, KindSeal, sealSubject)
	switch {
	case errors.Is(err, workflow.ErrNotFound):
	case err != nil:
		return err
	default:
		var recorded keyData
		if err := json.Unmarshal(last.Data, &recorded); err != nil {
			return err
		}
		if allAmong(keys.Public, recorded.Keys) { // there may be more of them: this process read the files before they were rotated
			e.keysKnown.Store(string(data))
			return nil
		}
		action = "seal_keys_rotated"
	}
	return e.db.Note(ctx, e.note(by, KindSeal, sealSubject, action, newest, data))
}

func allAmong(some, all []proof.PublicKey) bool {
	return !slices.ContainsFunc(some, func(a proof.PublicKey) bool {
		return !slices.ContainsFunc(all, func(b proof.PublicKey) bool { return a.Key == b.Key })
	})
}

// RotateSealKeys makes new keys for the log, from now on, and seals at once. withSM2 makes an SM2 key beside the Ed25519 one; where there is
// one it stays so. Only the system administrator may. The old public keys stay valid for what they signed.
//
// Errors: ErrForbidden, and those of Seal.
func (e *Engine) RotateSealKeys(ctx context.Context, by workflow.Actor, withSM2 bool) (Checkpoint, error) {
	as, err := administers(&by, "system_admin")
	if err != nil {
		return Checkpoint{}, err
	}
	by.As.Appointment = as
	_, c, err := e.Seal(ctx) // by the old ones
	if err != nil {
		return c, err
	}
	keys, err := proof.ReadKeys(e.keys, e.random)
	if err != nil {
		return Checkpoint{}, err
	}
	keys, err = proof.RotateKeys(e.keys, e.random, later(e.moment(), c.At), withSM2 || len(keys.Signers) > 1)
	if err != nil {
		return Checkpoint{}, err
	}
	if err := e.keysOnRecord(ctx, &by, keys); err != nil {
		return Checkpoint{}, err
	}
	_, c, err = e.Seal(ctx)
	return c, err
}

// SealRestored puts on record that the database was restored from a backup and lacks what the last checkpoint had, so that sealing goes
// on. Only the system administrator may. Whoever holds a checkpoint from the lost time will find it missing, and this line with it.
//
// Errors: ErrForbidden, ErrInvalid for a note shorter than ten characters, ErrRefused with the code not_turned_back when nothing is missing.
func (e *Engine) SealRestored(ctx context.Context, by workflow.Actor, note string) (Checkpoint, error) {
	as, err := administers(&by, "system_admin")
	if err != nil {
		return Checkpoint{}, err
	}
	if len([]rune(note)) < 10 {
		return Checkpoint{}, workflow.Invalid("note_too_short", "note", workflow.Say("请写明恢复的原因和所用的备份（至少10个字）", "say why, and from which backup (at least 10 characters)"))
	}
	by.As.Appointment = as
	_, c, err := e.Seal(ctx)
	if fault, ok := errors.AsType[*workflow.Fault](err); !ok || fault.Code != "turned_back" {
		return c, errors.Join(err, workflow.Refused("not_turned_back", workflow.Say("数据库与最后的检查点相符，没有需要说明的", "the database agrees with the last checkpoint: there is nothing to put on record")))
	}
	held, err := proof.ReadLast(e.keys)
	if err != nil {
		return c, err
	}
	keys, err := proof.ReadKeys(e.keys, e.random)
	if err != nil {
		return c, err
	}
	data, err := json.Marshal(struct {
		keyData
		Held string `json:"held"`
	}{keyData{keys.Public}, held})
	if err != nil {
		return c, err
	}
	if err := e.db.Note(ctx, e.note(&by, KindSeal, sealSubject, "seal_restored", note, data)); err != nil {
		return c, err
	}
	if err := proof.KeepLast(e.keys, ""); err != nil {
		return c, err
	}
	_, c, err = e.Seal(ctx)
	return c, err
}
