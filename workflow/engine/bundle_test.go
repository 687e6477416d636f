package engine_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/proof"
	"rectify/workflow/store"
	"rectify/workflow/store/storetest"
)

func (o *office) bundle(account string, what engine.BundleWhat) proof.Report {
	o.t.Helper()
	b, err := o.Bundle(o.ctx, o.actor(account), what)
	require.NoError(o.t, err)
	var out bytes.Buffer
	require.NoError(o.t, b.Write(o.ctx, &out))
	return o.VerifyBundle(&out, what.Held)
}

// What the engine hands out verifies, whatever it is of; and who took it is on record.
func TestBundlesOfTheEngineVerify(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		o := sealedOffice(t, db, filepath.Join(t.TempDir(), "keys")).staffed()
		_, first := o.seal()
		i := o.rectifying(workflow.Ordinary)
		o.now = o.now.Add(26 * time.Hour)
		o.seal()
		o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
		o.now = o.now.Add(time.Hour)
		held := []string{first.Note}

		r := o.bundle("gaofeng", engine.BundleWhat{Issue: i.ID, Files: true, Held: held})
		require.Empty(t, r.Wrong)
		require.EqualValues(t, 1, r.Issues)
		last, err := db.LastLine(o.ctx, engine.KindAccount, int64(o.actor("gaofeng").Person))
		require.NoError(t, err)
		require.Equal(t, "bundle", last.Action)
		require.Contains(t, last.Note, i.Number)

		day := workflow.DayOf(o.now)
		r = o.bundle("jianghe", engine.BundleWhat{From: "2020-01-01", To: day, Held: held})
		require.Empty(t, r.Wrong)
		require.Equal(t, r.Size, r.Lines)
		r = o.bundle("jianghe", engine.BundleWhat{From: day, To: day})
		require.Empty(t, r.Wrong)
		require.Less(t, r.Lines, r.Size)

		for account, what := range map[string]engine.BundleWhat{"gaofeng": {From: day, To: day}} {
			_, err := o.Bundle(o.ctx, o.actor(account), what)
			require.ErrorIs(t, err, workflow.ErrForbidden)
		}
		_, err = o.Bundle(o.ctx, o.actor("jianghe"), engine.BundleWhat{Issue: i.ID})
		require.ErrorIs(t, err, workflow.ErrNotFound, "an administrator sees no issues")
		_, err = o.Bundle(o.ctx, o.actor("jianghe"), engine.BundleWhat{From: day, To: "2020-01-01"})
		require.ErrorIs(t, err, workflow.ErrInvalid)
		_, err = o.Bundle(o.ctx, o.actor("gaofeng"), engine.BundleWhat{Checklist: 5})
		require.ErrorIs(t, err, workflow.ErrNotFound)
	})
}
