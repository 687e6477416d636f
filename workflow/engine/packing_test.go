package engine_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/pack"
	"rectify/workflow/store"
)

const passphrase = "correct Horse 7 battery-staple"

// offline opens a pack as a stand-alone computer does: an engine on what was in it.
func (o *office) offline(data []byte) (*office, pack.Head) {
	away, h, _ := o.offlineIn(data)
	return away, h
}

// offlineIn is offline with the folder into which the pack was opened.
func (o *office) offlineIn(data []byte) (*office, pack.Head, string) {
	dir := o.t.TempDir()
	h, err := pack.Open(bytes.NewReader(data), passphrase, dir)
	require.NoError(o.t, err)
	_, err = os.Stat(filepath.Join(dir, "pack.json"))
	require.ErrorIs(o.t, err, os.ErrNotExist, "the keys are not left in the folder")
	db, err := store.Open(o.ctx, store.Config{DSN: "sqlite:" + filepath.Join(dir, pack.Database), Now: func() time.Time { return o.now }})
	require.NoError(o.t, err)
	o.t.Cleanup(func() { require.NoError(o.t, db.Close()) })
	files, err := store.OpenFiles(filepath.Join(dir, pack.Evidence))
	require.NoError(o.t, err)
	defs, err := definitions.Shipped()
	require.NoError(o.t, err)
	away := newOffice(o.t, db, defs, func(c *engine.Config) { c.Files = files })
	away.now = o.now
	away.db = db
	return away, h, dir
}

// A pack holds what its inspector may see under the mandate, and nothing else: the same lists, histories, counts and files; nobody's
// account, no credential. What is found comes back signed and is applied once.
func TestPackThereAndBack(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		all := o.spread()
		m := o.mandate("巡〔2026〕6号", "01", "2026-11-20", "songyuan")
		songyuan := o.actor("songyuan")
		var data bytes.Buffer
		plan := engine.PackPlan{Mandate: m.ID, Passphrase: passphrase, Files: true}
		_, err := o.Pack(o.ctx, songyuan, plan, &data)
		fault(t, err, workflow.ErrForbidden, "no_mandate")
		o.declare("songyuan", engine.Declaration{Orgs: []string{"0102"}})
		weak := plan
		weak.Passphrase = "12345678"
		_, err = o.Pack(o.ctx, o.actor("songyuan"), weak, &data)
		fault(t, err, workflow.ErrInvalid, "weak_passphrase")
		for _, other := range []string{"renan", "gaofeng", "sunli"} {
			_, err = o.Pack(o.ctx, o.actor(other), plan, &data)
			fault(t, err, workflow.ErrForbidden, "no_mandate")
		}
		require.Empty(t, data.Bytes())
		_, err = o.Pack(o.ctx, o.actor("songyuan"), plan, &data)
		require.NoError(t, err)
		require.NotContains(t, data.String(), "三会一课")

		away, h := o.offline(data.Bytes())
		require.Equal(t, "巡〔2026〕6号", h.Number)
		own := within(all, func(i *workflow.Issue) bool {
			a := o.actor("songyuan").Appointments
			return a[len(a)-1].Inspects(i)
		})
		require.NotEmpty(t, own)
		require.ElementsMatch(t, own, away.sees("songyuan", all))
		counts, err := away.Counts(o.ctx, away.actor("songyuan"), engine.Filter{}, 0)
		require.NoError(t, err)
		require.Equal(t, len(own), counts.Total)
		for n := range all {
			d, err := away.Dossier(o.ctx, away.actor("songyuan"), all[n].ID)
			if err != nil {
				continue
			}
			there, err := o.Dossier(o.ctx, o.actor("songyuan"), all[n].ID)
			require.NoError(t, err)
			require.True(t, d.Whole)
			require.Equal(t, there.Lines, d.Lines)
			require.Equal(t, there.People, d.People, "the names that occur")
		}
		people, err := away.People(o.ctx, workflow.Actor{}, "", 100)
		require.NoError(t, err)
		for _, p := range people {
			require.Empty(t, p.Mobile)
			require.True(t, p.Account == "songyuan" || !p.Active)
			_, err := away.SignIn(o.ctx, p.Account, "whatever it is", "here")
			require.Error(t, err, "no credential came along")
		}

		require.NotEmpty(t, o.org("0102").ID)
		orgs, err := away.Orgs(o.ctx, 0, "", engine.PageLimit)
		require.NoError(t, err)
		for _, org := range orgs {
			require.NotEqual(t, "0102", org.Code, "where there are ties")
		}
		_, err = away.FindOrg(o.ctx, "0102")
		require.Error(t, err)
		desk := away.NewDesk(h, "", filepath.Join(t.TempDir(), "p.findings"))
		good := engine.OfflineFinding{Detail: "党费收缴台账缺三个月", Basis: "查看党费收缴台账", FoundOn: "2026-11-02", Texts: []pack.Text{{Name: "摘录.txt", Text: "四月至六月无记录"}}}
		for field, change := range map[string]func(*engine.OfflineFinding) string{
			"detail":   func(f *engine.OfflineFinding) string { f.Detail = " "; return "0101" },
			"basis":    func(f *engine.OfflineFinding) string { f.Basis = ""; return "0101" },
			"org":      func(*engine.OfflineFinding) string { return "中共" },
			"found_on": func(f *engine.OfflineFinding) string { f.FoundOn = "2026-12-01"; return "0101" },
		} {
			f := good
			require.ErrorIs(t, desk.Write(o.ctx, f, change(&f)), workflow.ErrInvalid, field)
		}
		require.NoError(t, desk.Write(o.ctx, good, "0101"))
		again := away.NewDesk(h, "", filepath.Join(t.TempDir(), "other.findings"))
		found, err := again.Findings()
		require.NoError(t, err)
		require.Empty(t, found)
		require.NoError(t, desk.Looked(o.ctx))
		require.NoError(t, desk.Looked(o.ctx))
		set, err := desk.Export()
		require.NoError(t, err)
		thief := h
		var public string
		thief.SignWith, public, _, err = pack.NewKeys(rand.Reader, fmt.Sprintf("rectify-pack-%d", h.ID))
		require.NoError(t, err)
		require.NotEmpty(t, public)
		forged, err := thief.Sign(&pack.Notes{Findings: []pack.Finding{good}}, o.now)
		require.NoError(t, err)
		_, err = o.ApplyFindings(o.ctx, o.actor("xuning"), forged, 0, true)
		fault(t, err, workflow.ErrRefused, "bad_signature")
		o.appliesOnce(set, m)
		_, err = o.EndMandate(o.ctx, o.actor("renan"), m.ID, "巡察工作提前结束，收回授权")
		require.NoError(t, err)
		_, err = o.Pack(o.ctx, o.actor("songyuan"), plan, &data)
		fault(t, err, workflow.ErrForbidden, "no_mandate")
	})
}

// appliesOnce applies a change set of one finding: rehearsed first, refused when it was altered or by who may not, taken once.
func (o *office) appliesOnce(set []byte, m engine.Mandate) {
	t := o.t
	before := len(o.all("wuhai", engine.Filter{}))
	for _, bad := range []string{strings.Replace(string(set), "三个月", "四个月", 1), "{}", strings.Replace(string(set), m.Number, "巡〔2026〕7号", 1)} {
		_, err := o.ApplyFindings(o.ctx, o.actor("xuning"), []byte(bad), 0, true)
		require.Error(t, err)
		require.True(t, isRefusal(err), "%v", err)
	}
	a, err := o.ApplyFindings(o.ctx, o.actor("songyuan"), set, o.org("0100").ID, false)
	require.NoError(t, err)
	require.Zero(t, a.New)
	require.Greater(t, a.NewLooks, 2, "that it was opened, and what was looked at")
	require.Equal(t, len(a.Set.Looks), a.NewLooks)
	require.Contains(t, a.Rows[0].Refused.Zh, "不在您的辖内", "an inspector writes nothing")
	for range 2 {
		a, err = o.ApplyFindings(o.ctx, o.actor("xuning"), set, 0, true)
		require.NoError(t, err)
		require.Equal(t, 1, a.New, "a rehearsal changes nothing: %v", a.Rows)
	}
	require.Len(t, o.all("wuhai", engine.Filter{}), before)
	a, err = o.ApplyFindings(o.ctx, o.actor("xuning"), set, 0, false)
	require.NoError(t, err)
	require.Equal(t, 1, a.New)
	i, err := o.Issue(o.ctx, o.actor("xuning"), a.Rows[0].Issue)
	require.NoError(t, err)
	require.Equal(t, workflow.Found, i.Issue.State)
	require.Equal(t, workflow.Source("inspection"), i.Issue.Source)
	require.Equal(t, map[string]string{"巡察授权": m.Number, "巡察员": "宋远", "发现依据": "查看党费收缴台账", "材料：摘录.txt": "四月至六月无记录"}, i.Issue.Extra)
	a, err = o.ApplyFindings(o.ctx, o.actor("wuhai"), set, o.org("0100").ID, false)
	require.NoError(t, err)
	require.Zero(t, a.New, "once, whoever applies it")
	require.Zero(t, a.NewLooks, "once as well")
	require.True(t, a.Rows[0].Already)
	require.Len(t, o.all("wuhai", engine.Filter{}), before+1)
}

func isRefusal(err error) bool {
	return errors.Is(err, workflow.ErrInvalid) || errors.Is(err, workflow.ErrRefused) || errors.Is(err, workflow.ErrNotFound)
}
