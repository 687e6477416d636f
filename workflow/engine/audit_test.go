package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// Nobody but the audit administrator reads what was done to accounts and organisations, and each look is on record.
func TestWhoMayAudit(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		subject := o.actor("gaofeng").Person
		for _, account := range []string{"gaofeng", "sunli", "zhouqm", "dingyi", "renan"} {
			_, err := o.Audit(o.ctx, o.actor(account), engine.KindAccount, int64(subject), 0, 10)
			fault(t, err, workflow.ErrForbidden, "not_administrator")
		}
		auditor := o.actor("jianghe")
		r, err := o.Audit(o.ctx, auditor, engine.KindAccount, int64(subject), 0, 1)
		require.NoError(t, err)
		require.Len(t, r.Lines, 1)
		require.True(t, r.Whole)
		for r.Next != 0 {
			newer := r.Lines[0].Seq
			r, err = o.Audit(o.ctx, auditor, engine.KindAccount, int64(subject), r.Next, 1)
			require.NoError(t, err)
			require.Equal(t, newer-1, r.Lines[0].Seq)
		}
		require.Equal(t, "account_added", r.Lines[0].Action)
		own, err := o.Audit(o.ctx, auditor, engine.KindAccount, int64(auditor.Person), 0, 10)
		require.NoError(t, err)
		require.Equal(t, "audited", own.Lines[0].Action)
		_, err = o.Audit(o.ctx, auditor, workflow.KindIssue, 1, 0, 10)
		fault(t, err, workflow.ErrNotFound, "no_history")
	})
}

// Who can answers with posts, their holders and whether it would be accepted; and only to who may see the issue.
func TestWhoCan(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.verifying(workflow.Ordinary)
		_, all, err := o.WhoCan(o.ctx, o.actor("sunli"), i.Number, workflow.Pass, "")
		require.NoError(t, err)
		allowed := map[string]bool{}
		for _, a := range all {
			for _, p := range a.People {
				allowed[p.Name] = p.Allowed
				require.Equal(t, p.Allowed, p.Reason == workflow.Text{}, p.Name)
			}
		}
		require.True(t, allowed["许宁"])
		require.NotContains(t, allowed, "高峰", "who rectifies does not verify")
		o.do("xuning", i.ID, passed())
		_, all, err = o.WhoCan(o.ctx, o.actor("sunli"), i.Number, workflow.Close, "")
		require.NoError(t, err)
		require.NotEmpty(t, all)
		_, _, err = o.WhoCan(o.ctx, o.actor("dingyi"), i.Number, workflow.Close, "")
		fault(t, err, workflow.ErrNotFound, "no_such_issue")
	})
}

// A dossier tells the whole history and says when its chain is broken.
func TestDossier(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.verifying(workflow.Ordinary)
		d, err := o.Dossier(o.ctx, o.actor("sunli"), i.ID)
		require.NoError(t, err)
		require.True(t, d.Whole)
		require.Len(t, d.Lines, len(o.chainHolds(i.ID)))
		require.Equal(t, "马丽", d.Lines[len(d.Lines)-1].Name)
		_, err = o.Dossier(o.ctx, o.actor("jianghe"), i.ID)
		fault(t, err, workflow.ErrNotFound, "no_such_issue")
	})
}
