package engine_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

// A closed issue has a certificate, an open one none; the same checkpoint makes the same file, whatever is written to the issue later; that
// it was taken is on record.
func TestClosureCertificate(t *testing.T) {
	t.Parallel()
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		o := newOffice(t, open(), defs, func(c *engine.Config) { c.Keys = t.TempDir() }).staffed()
		i := o.verifying(workflow.Ordinary)
		_, err := o.Certificate(o.ctx, o.actor("gaofeng"), i.ID, 0)
		fault(t, err, workflow.ErrRefused, "not_closed")
		o.now = o.now.Add(time.Hour)
		o.do("xuning", i.ID, passed())
		i = o.do("wuhai", i.ID, simple(workflow.Close))

		first, err := o.Certificate(o.ctx, o.actor("gaofeng"), i.ID, 0)
		require.NoError(t, err)
		require.Equal(t, "销号证明 "+i.Number+".pdf", first.Name)
		require.True(t, bytes.HasPrefix(first.Body, []byte("%PDF-")))
		require.Less(t, len(first.Body), 200_000)
		newest, err := o.NewestCheckpoint(o.ctx)
		require.NoError(t, err)

		o.now = o.now.AddDate(0, 0, 3)
		o.do("wuhai", i.ID, simple(workflow.LookBackAt))
		again, err := o.Certificate(o.ctx, o.actor("sunli"), i.ID, newest.Size)
		require.NoError(t, err)
		require.True(t, bytes.Equal(first.Body, again.Body), "it is made again, days later, by another one")
		later, err := o.Certificate(o.ctx, o.actor("gaofeng"), i.ID, 0)
		require.NoError(t, err)
		require.False(t, bytes.Equal(first.Body, later.Body), "the newest checkpoint is another one by now")

		look, err := o.db.LastLine(o.ctx, engine.KindLook, int64(o.actor("sunli").Person))
		require.NoError(t, err)
		require.Equal(t, "took_certificate", look.Action)
		account, err := o.db.LastLine(o.ctx, engine.KindAccount, int64(o.actor("gaofeng").Person))
		require.NoError(t, err)
		require.Equal(t, "销号证明 "+i.Number, account.Note)

		_, err = o.Certificate(o.ctx, o.actor("luomin"), i.ID, 0)
		fault(t, err, workflow.ErrNotFound, "no_such_issue")
		_, err = o.Certificate(o.ctx, o.actor("gaofeng"), i.ID, 1<<40)
		fault(t, err, workflow.ErrNotFound, "no_such_checkpoint")
		code, err := o.CheckpointCode(o.ctx, newest.Size)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(code, []byte("\x89PNG")))
	})
}

// Where nothing is sealed there is a certificate all the same.
func TestCertificateWithoutKeys(t *testing.T) {
	t.Parallel()
	defs, err := definitions.Shipped()
	require.NoError(t, err)
	o := newOffice(t, storetest.Open(t, storetest.SQLite(t)), defs, func(c *engine.Config) { c.Keys = "" }).staffed()
	i := o.closedIssue()
	p, err := o.Certificate(o.ctx, o.actor("gaofeng"), i.ID, 0)
	require.NoError(t, err)
	require.NotEmpty(t, p.Body)
	_, err = o.NewestCheckpoint(o.ctx)
	fault(t, err, workflow.ErrNotFound, "no_checkpoint")
}
