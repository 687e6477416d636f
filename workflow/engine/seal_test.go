package engine_test

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/proof"
	"rectify/workflow/remind"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// sealedOffice is an office whose keys are in a folder that the test knows.
func sealedOffice(t testing.TB, db *store.DB, keys string, witnesses ...string) *office {
	t.Helper()
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	return newOffice(t, db, defs, func(c *engine.Config) { c.Keys, c.Witnesses = keys, witnesses })
}

func (o *office) seal() (int, engine.Checkpoint) {
	o.t.Helper()
	n, c, err := o.Seal(o.ctx)
	require.NoError(o.t, err)
	return n, c
}

// Each checkpoint grows out of the one before it, and every line is proven to stand in it.
func TestCheckpointsGrow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		keys := filepath.Join(t.TempDir(), "keys")
		o := sealedOffice(t, open(), keys).staffed()
		n, first := o.seal()
		require.Positive(t, n)
		require.EqualValues(t, n, first.Size)
		again, same := o.seal()
		require.Zero(t, again)
		require.Equal(t, first, same, "nothing happened, so there is no other checkpoint")

		i := o.rectifying(workflow.Ordinary)
		o.now = o.now.Add(time.Hour)
		c, err := o.Checkpoint(o.ctx)
		require.NoError(t, err)
		require.Equal(t, o.now.UTC(), c.At)
		public, err := o.SealKeys(o.ctx)
		require.NoError(t, err)
		_, err = proof.Open(c.Note, public)
		require.NoError(t, err)
		grown, err := o.Consistency(o.ctx, first.Size, c.Size)
		require.NoError(t, err)
		require.True(t, c.GrowsFrom(first.Checkpoint, grown))
		lines, err := o.History(o.ctx, o.actor("gaofeng"), i.ID, 0, 100)
		require.NoError(t, err)
		for _, l := range lines {
			in, err := o.Inclusion(o.ctx, l.Kind, l.Subject, l.Seq)
			require.NoError(t, err)
			require.True(t, in.Checkpoint.Includes(in.Leaf, l.Digest, in.Hashes))
		}
		all, err := o.Checkpoints(o.ctx, 0, 10)
		require.NoError(t, err)
		require.Equal(t, []engine.Checkpoint{c, first}, all)

		_, err = o.Inclusion(o.ctx, workflow.KindIssue, int64(i.ID), 99)
		require.ErrorIs(t, err, workflow.ErrNotFound)
		for _, span := range [][2]int64{{0, 1}, {2, 1}, {1, c.Size + 1}} {
			_, err = o.Consistency(o.ctx, span[0], span[1])
			require.ErrorIs(t, err, workflow.ErrInvalid)
		}
		o.now = o.now.Add(-48 * time.Hour)
		o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
		_, back := o.seal()
		require.Equal(t, c.At, back.At, "the clock went back, checkpoints do not")
	})
}

// Several seal at once while history goes on: each gets a checkpoint, and none takes the others' for a database that was turned back.
func TestManySealAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		o := sealedOffice(t, open(), filepath.Join(t.TempDir(), "keys"))
		o.seal()
		const writers = 8
		ended := make(chan error, writers)
		for n := range writers {
			go func() {
				var err error
				for range 12 {
					line := workflow.Line{Kind: engine.KindSeal, Subject: int64(100 + n), At: o.now, Action: "noted"}
					if err = o.db.Note(o.ctx, line); err == nil {
						_, _, err = o.Seal(o.ctx)
					}
					if err != nil {
						break
					}
				}
				ended <- err
			}()
		}
		for range writers {
			require.NoError(t, <-ended)
		}
	})
}

// Keys are made at the first sealing, are on record, and can be changed without losing what was signed.
func TestSealKeysAreRotated(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	db := storetest.Open(t, storetest.SQLite(t))
	o := sealedOffice(t, db, keys).staffed()
	_, first := o.seal()
	_, err := o.RotateSealKeys(o.ctx, o.actor("gaofeng"), false)
	require.ErrorIs(t, err, workflow.ErrForbidden)
	o.now = o.now.Add(time.Hour)
	second, err := o.RotateSealKeys(o.ctx, o.actor("dingyi"), true)
	require.NoError(t, err)
	require.Len(t, second.By, 2, "Ed25519 and SM2")
	require.NotEqual(t, first.By[0].Hash, second.By[0].Hash)
	all, err := o.Checkpoints(o.ctx, 0, 10)
	require.NoError(t, err, "the old ones are still verified")
	require.Len(t, all, 2)
	lines, err := db.History(o.ctx, engine.KindSeal, 1, 0, 10)
	require.NoError(t, err)
	require.Len(t, lines, 2)
	require.Equal(t, []string{"seal_keys_made", "seal_keys_rotated"}, []string{lines[0].Action, lines[1].Action})
	require.Contains(t, string(lines[1].Data), all[1].Origin)

	require.NoError(t, os.Rename(keys, keys+".lost"))
	_, _, err = o.Seal(o.ctx)
	require.ErrorIs(t, err, workflow.ErrRefused, "no new log is begun where there is one")
	require.NoDirExists(t, keys)
	unsigned := sealedOffice(t, db, "")
	_, _, err = unsigned.Seal(o.ctx)
	require.ErrorIs(t, err, workflow.ErrRefused)
}

// A database that was turned back is not signed any further, until a person puts on record that it was restored.
func TestATurnedBackDatabaseIsNotSigned(t *testing.T) {
	keys, file := filepath.Join(t.TempDir(), "keys"), filepath.Join(t.TempDir(), "rectify.db")
	db := storetest.Open(t, "sqlite:"+file)
	o := sealedOffice(t, db, keys).staffed()
	o.seal()
	i := o.rectifying(workflow.Ordinary)
	o.seal()
	_, err := o.SealRestored(o.ctx, o.actor("dingyi"), "恢复了昨天晚上的备份")
	require.ErrorIs(t, err, workflow.ErrRefused, "nothing is missing")
	require.NoError(t, db.Close())
	backup, err := os.ReadFile(file)
	require.NoError(t, err)
	db = storetest.Open(t, "sqlite:"+file)
	o = sealedOffice(t, db, keys)
	o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
	_, lost := o.seal()

	require.NoError(t, db.Close())
	require.NoError(t, os.WriteFile(file, backup, 0o600))
	o = sealedOffice(t, storetest.Open(t, "sqlite:"+file), keys)
	for range 3 { // whether it is shorter or has grown again
		_, _, err = o.Seal(o.ctx)
		fault, ok := err.(*workflow.Fault) //nolint:errorlint // it is the fault itself
		require.True(t, ok, err)
		require.Equal(t, "turned_back", fault.Code)
		o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "另一种进展"})
	}
	_, err = o.SealRestored(o.ctx, o.actor("gaofeng"), "恢复了昨天晚上的备份")
	require.ErrorIs(t, err, workflow.ErrForbidden)
	_, err = o.SealRestored(o.ctx, o.actor("dingyi"), "恢复")
	require.ErrorIs(t, err, workflow.ErrInvalid)
	c, err := o.SealRestored(o.ctx, o.actor("dingyi"), "恢复了昨天晚上的备份")
	require.NoError(t, err)
	require.Greater(t, c.Size, lost.Size)
	last, err := o.lastLine(engine.KindSeal, 1)
	require.NoError(t, err)
	require.Contains(t, string(last.Data), lost.Root.String(), "it says what was lost")
	_, after := o.seal()
	require.Equal(t, c, after, "and sealing goes on")
}

func (o *office) lastLine(kind string, subject int64) (workflow.Line, error) {
	return o.db.LastLine(o.ctx, kind, subject)
}

// Only witnesses that were named may cosign, and only what was signed here.
func TestWitnessesCosign(t *testing.T) {
	private, public, err := note.GenerateKey(rand.Reader, "jiwei.example")
	require.NoError(t, err)
	o := sealedOffice(t, storetest.Open(t, storetest.SQLite(t)), filepath.Join(t.TempDir(), "keys"), public).staffed()
	_, c := o.seal()
	_, err = o.Cosign(o.ctx, c.Note)
	require.ErrorIs(t, err, workflow.ErrForbidden)
	cosigned := cosign(t, c.Note, private)
	c, err = o.Cosign(o.ctx, cosigned)
	require.NoError(t, err)
	require.Len(t, c.Witnesses, 1)
	again, err := o.Cosign(o.ctx, cosigned)
	require.NoError(t, err)
	require.Equal(t, c, again)
	stranger, _, err := note.GenerateKey(rand.Reader, "jiwei.example")
	require.NoError(t, err)
	_, err = o.Cosign(o.ctx, cosign(t, c.Note, stranger))
	require.NoError(t, err, "the witness has signed it as well")
	_, c = o.seal()
	require.Len(t, c.Witnesses, 0+1)
	o.rectifying(workflow.Ordinary)
	_, c = o.seal()
	_, err = o.Cosign(o.ctx, cosign(t, c.Note, stranger))
	require.ErrorIs(t, err, workflow.ErrForbidden)
}

func cosign(t *testing.T, text, private string) string {
	t.Helper()
	signer, err := proof.NewSigner(private, rand.Reader)
	require.NoError(t, err)
	cosigned, err := proof.Cosign(text, signer)
	require.NoError(t, err)
	return cosigned
}

// What a process decides by is on record, whole, once for each change.
func TestRulesInForceAreOnRecord(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	o := sealedOffice(t, db, "")
	sealedOffice(t, db, "")
	lines, err := db.History(o.ctx, engine.KindRules, 1, 0, 10)
	require.NoError(t, err)
	require.Len(t, lines, 1, "nothing changed between the starts")
	require.Contains(t, string(lines[0].Data), "branch_secretary")
	require.Contains(t, string(lines[0].Data), "standard")
}

// The sealing of a server goes on until it is told to stop.
func TestKeepSealing(t *testing.T) {
	o := sealedOffice(t, storetest.Open(t, storetest.SQLite(t)), filepath.Join(t.TempDir(), "keys")).staffed()
	ctx, stop := context.WithCancel(o.ctx)
	done := make(chan struct{})
	go func() { o.KeepSealing(ctx, 10*time.Millisecond); close(done) }()
	require.Eventually(t, func() bool { size, err := o.db.SealedSize(o.ctx); return err == nil && size > 10 }, time.Minute, 10*time.Millisecond)
	stop()
	<-done
}

// The first checkpoint of a day goes to the superior organ, once, and only where somebody said so.
func TestCheckpointsAreMailedOnceADay(t *testing.T) {
	channels, err := remind.NewChannels(remind.ChannelSettings{Mail: &remind.MailSettings{Host: "127.0.0.1", Port: 1, From: "a@example.org"}})
	require.NoError(t, err)
	db := storetest.Open(t, storetest.SQLite(t))
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	o := newOffice(t, db, defs, func(c *engine.Config) { c.Channels = channels }).staffed()
	admin := o.actor("dingyi")
	sealing := func(mails int) { // until so many were put down altogether, and somewhat longer: there are no more
		ctx, stop := context.WithCancel(o.ctx)
		done := make(chan struct{})
		go func() { o.KeepSealing(ctx, 20*time.Millisecond); close(done) }()
		putDown := func() (n int) {
			all, err := db.MessageFigures(o.ctx, time.Time{})
			require.NoError(t, err)
			for _, f := range all {
				n += f.N
			}
			return n
		}
		for putDown() < mails {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond)
		stop()
		<-done
		require.Equal(t, mails, putDown())
	}
	mails := func() []store.Message {
		all, err := db.ClaimMessages(o.ctx, "test", o.now, 240*time.Hour, store.Mail, 10)
		require.NoError(t, err)
		return all
	}
	sealing(0)
	require.Empty(t, mails())
	require.ErrorIs(t, o.SetCheckpointMail(o.ctx, o.actor("gaofeng"), "zhiji@example.org", 0), workflow.ErrForbidden)
	require.ErrorIs(t, o.SetCheckpointMail(o.ctx, admin, "nowhere", 0), workflow.ErrInvalid)
	require.NoError(t, o.SetCheckpointMail(o.ctx, admin, "zhiji@example.org", 0))
	sealing(1)
	_, c := o.seal()
	first := mails()
	require.Len(t, first, 1)
	require.Contains(t, first[0].Body, c.Origin)
	require.Equal(t, "zhiji@example.org", first[0].Address)
	sealing(1)
	require.Empty(t, mails(), "one a day")
	o.now = o.now.Add(24 * time.Hour)
	sealing(2)
	require.Len(t, mails(), 1)
}
