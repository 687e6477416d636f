package engine_test

import (
	"bytes"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/pack"
	"rectify/workflow/proof"
	"rectify/workflow/store/storetest"
)

// packed makes a pack of everything that the inspector of a new mandate may see.
func (o *office) packed(held ...string) []byte {
	o.t.Helper()
	m := o.mandate("巡〔2026〕8号", "01", "2026-12-20", "songyuan")
	o.declare("songyuan", engine.Declaration{Orgs: []string{"0102"}})
	var data bytes.Buffer
	_, err := o.Pack(o.ctx, o.actor("songyuan"), engine.PackPlan{Mandate: m.ID, Passphrase: passphrase, Files: true, Held: held}, &data)
	require.NoError(o.t, err)
	return data.Bytes()
}

func (o *office) checked(d *engine.Desk, held ...string) proof.Report {
	o.t.Helper()
	r, err := d.Check(o.ctx, held)
	require.NoError(o.t, err)
	return r
}

func sentences(all []proof.Finding) string {
	var b strings.Builder
	for _, f := range all {
		b.WriteString(f.Text.Zh + "\n")
	}
	return b.String()
}

// A pack has the proof of what is in it: without database and keys it is told that it is whole, by the bundle that anybody can verify.
func TestAPackProvesItself(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		_, held, err := o.Seal(o.ctx)
		require.NoError(t, err)
		o.spread()
		other, file := held.Note, o.upload("签到表.txt", []byte("三会一课签到表"))
		o.do("gaofeng", o.rectifying(workflow.Ordinary).ID, workflow.Step{Action: workflow.Report, Note: "进展正常", Evidence: []workflow.Evidence{{Hash: file, Name: "签到表.txt"}}})
		o.now = o.now.Add(time.Hour)
		away, h, dir := o.offlineIn(o.packed(held.Note))
		desk := away.NewDesk(h, dir, filepath.Join(t.TempDir(), "p.findings"))
		r := away.checked(desk, held.Note)
		require.Equal(t, proof.Whole, r.Outcome, sentences(r.Wrong))
		require.EqualValues(t, h.Issues, r.Issues)
		require.Contains(t, r.About.Zh, "巡〔2026〕8号")
		require.Contains(t, sentences(r.Checked), "与证明逐条相同")
		require.Contains(t, sentences(r.Checked), "佐证文件与记录里的指纹一致")
		require.Contains(t, sentences(r.Open), "不在证明之内", "what it does not reach is said")

		in, err := desk.Bundle()
		require.NoError(t, err)
		all, err := io.ReadAll(in)
		require.NoError(t, err)
		require.NoError(t, in.Close())
		require.Equal(t, proof.Whole, proof.Verify(bytes.NewReader(all), proof.Options{Held: []string{other}}).Outcome)
		require.NotContains(t, string(all), o.org("0102").Name, "nothing of where the inspector has ties")

		name := filepath.Join(dir, filepath.FromSlash(pack.FileName(file)))
		require.NoError(t, os.WriteFile(name, []byte("四会一课签到表"), 0o600))
		r = away.checked(desk)
		require.Equal(t, proof.Altered, r.Outcome)
		require.Contains(t, sentences(r.Wrong), "佐证文件"+file[:12])
		require.NoError(t, os.Remove(filepath.Join(dir, pack.Proof)))
		r = away.checked(desk)
		require.Equal(t, proof.Unreadable, r.Outcome)
		require.Contains(t, sentences(r.Wrong), "没有证明")
	})
}

// Who makes a pack can put into its database what they like: it is found whatever is altered, and named.
func TestAnAlteredPackIsFound(t *testing.T) {
	t.Parallel()
	o := sealedPackOffice(t)
	i := o.rectifying(workflow.Ordinary)
	o.now = o.now.Add(time.Hour)
	i = o.do("gaofeng", i.ID, workflow.Step{Action: workflow.Report, Note: "进展正常"})
	o.rectifying(workflow.Ordinary)
	last, err := o.db.LastLine(o.ctx, workflow.KindIssue, int64(i.ID))
	require.NoError(t, err)
	data := o.packed()
	id := int64(i.ID)
	for name, c := range map[string]struct {
		says string
		do   func(db *sql.DB, dir string) error
	}{
		"nothing": {"", func(*sql.DB, string) error { return nil }},
		"a note": {"与证明的不同", func(db *sql.DB, _ string) error {
			_, err := db.ExecContext(t.Context(), "UPDATE history SET note = '进展很好' WHERE kind = 'issue' AND subject = ? AND note = '进展正常'", id)
			return err
		}},
		"the newest line": {"数据包里少了", func(db *sql.DB, _ string) error {
			_, err := db.ExecContext(t.Context(), "DELETE FROM history WHERE kind = 'issue' AND subject = ? AND seq = ?", id, last.Seq)
			return err
		}},
		"the state": {"对不上", func(db *sql.DB, _ string) error {
			_, err := db.ExecContext(t.Context(), "UPDATE issues SET state = 'closed' WHERE id = ?", id)
			return err
		}},
		"the document": {"对不上", func(db *sql.DB, _ string) error {
			_, err := db.ExecContext(t.Context(), "UPDATE issues SET doc = replace(doc, ?, '别的问题') WHERE id = ?", i.Detail, id)
			return err
		}},
		"an issue": {"个问题，证明里有", func(db *sql.DB, _ string) error {
			for _, table := range []string{"history WHERE kind = 'issue' AND subject", "issues WHERE id", "issue_orgs WHERE issue_id", "issue_waits WHERE issue_id", "issue_people WHERE issue_id"} {
				if _, err := db.ExecContext(t.Context(), "DELETE FROM "+table+" = ?", id); err != nil {
					return err
				}
			}
			return nil
		}},
		"the proof": {"", func(_ *sql.DB, dir string) error {
			name := filepath.Join(dir, pack.Proof)
			whole, err := os.ReadFile(name)
			if err == nil {
				whole[len(whole)/2] ^= 4
				err = os.WriteFile(name, whole, 0o600)
			}
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			away, h, dir := o.offlineIn(data)
			db := connect(t, "sqlite:"+filepath.Join(dir, pack.Database))
			require.NoError(t, c.do(db, dir))
			r := away.checked(away.NewDesk(h, dir, filepath.Join(t.TempDir(), "p.findings")))
			if name == "nothing" {
				require.Equal(t, proof.Whole, r.Outcome, sentences(r.Wrong))
				return
			}
			require.NotEqual(t, proof.Whole, r.Outcome)
			require.Contains(t, sentences(r.Wrong), c.says)
		})
	}
}

// sealedPackOffice is an office on SQLite alone: it is the pack that is looked at.
func sealedPackOffice(t *testing.T) *office {
	return sealedOffice(t, storetest.Open(t, storetest.SQLite(t)), filepath.Join(t.TempDir(), "keys")).staffed()
}

// A pack is of one moment although steps go on while it is made.
func TestAPackIsOfOneMoment(t *testing.T) {
	t.Parallel()
	o := sealedPackOffice(t)
	i := o.rectifying(workflow.Ordinary)
	m := o.mandate("巡〔2026〕8号", "01", "2026-12-20", "songyuan")
	o.declare("songyuan", engine.Declaration{None: true})
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		by := o.actor("gaofeng")
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			v, err := o.Issue(o.ctx, by, i.ID)
			if err == nil {
				_, err = o.Do(o.ctx, by, i.ID, v.Issue.Version, "", workflow.Step{Action: workflow.Report, Note: "进展正常"})
			}
			if err != nil {
				done <- err
				return
			}
		}
	}()
	for range 5 {
		var data bytes.Buffer
		_, err := o.Pack(o.ctx, o.actor("songyuan"), engine.PackPlan{Mandate: m.ID, Passphrase: passphrase}, &data)
		require.NoError(t, err)
		away, h, dir := o.offlineIn(data.Bytes())
		r := away.checked(away.NewDesk(h, dir, ""))
		require.Equal(t, proof.Whole, r.Outcome, sentences(r.Wrong))
	}
	close(stop)
	require.NoError(t, <-done)
}
