package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An operator seals, checks, and changes the keys; a database that was put back from a backup is named, and goes on once that is on record.
func TestSealCommands(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	sealed := o.run("seal")
	require.Zero(t, sealed.code, sealed)
	require.Contains(t, sealed.out, "检查点短码")
	require.FileExists(t, filepath.Join(o.folder, "keys", "seal.key"))
	database := filepath.Join(o.folder, "rectify.db")
	backup, err := os.ReadFile(database)
	require.NoError(t, err)

	firstDay := filepath.Join(t.TempDir(), "first.pub")
	public, err := os.ReadFile(filepath.Join(o.folder, "keys", "seal.pub"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(firstDay, public, 0o600))
	require.Equal(t, 2, o.run("seal", "rotate", "--by", "gaofeng").code, "only the system administrator")
	rotated := o.run("seal", "rotate", "--sm2", "--by", "dingyi")
	require.Zero(t, rotated.code, rotated)
	now := o.run("seal", "--json")
	var checkpoint struct{ Note string }
	require.NoError(t, json.Unmarshal([]byte(now.out), &checkpoint), now)
	require.Equal(t, 2, strings.Count(checkpoint.Note, "— "), "two signatures")
	held := filepath.Join(t.TempDir(), "held.txt")
	require.NoError(t, os.WriteFile(held, []byte(checkpoint.Note), 0o600))
	bundle := o.bundle("--from", "2020-01-01", "--to", "2099-12-31", "--by", "jianghe")
	since := rectify(t, nil, "verify", bundle, "--key", firstDay)
	require.Zero(t, since.code, since.out)
	require.Contains(t, since.out, "由旧密钥一把接一把签过")
	whole := o.run("seal", "check", "--held", held)
	require.Zero(t, whole.code, whole)
	require.Contains(t, whole.out, "历史完好")

	require.NoError(t, os.WriteFile(database, backup, 0o600))
	bad := o.run("seal", "check", "--lang", "en")
	require.Equal(t, 1, bad.code, bad)
	require.Contains(t, bad.out, "the database was turned back")
	refused := o.run("seal")
	require.Equal(t, 2, refused.code)
	require.Contains(t, refused.err, "rectify seal restored")
	restored := o.run("seal", "restored", "--by", "dingyi", "--note", "磁盘损坏，恢复了昨夜的备份")
	require.Zero(t, restored.code, restored)
	require.Zero(t, o.run("seal", "check").code)
	require.Equal(t, 1, o.run("seal", "check", "--held", held).code, "whoever held a checkpoint knows")
}

// A witness elsewhere sees that the log only grows, cosigns, and is the first to know when a database was turned back.
func TestWitness(t *testing.T) {
	t.Parallel()
	o, folder := newOffice(t), t.TempDir()
	key, held := filepath.Join(folder, "witness.key"), filepath.Join(folder, "held.txt")
	made := o.run("witness", "--key", key, "--make", "jiwei.example")
	require.Zero(t, made.code, made)
	require.Equal(t, 2, o.run("witness", "--key", key, "--make", "jiwei.example").code, "a key is never made over another")
	public := strings.TrimSpace(made.out)
	base, stop := o.serving("--witness", public)
	for range 2 {
		seen := o.run("witness", "--key", key, "--held", held, "--site", base)
		require.Zero(t, seen.code, seen)
		text, err := os.ReadFile(held)
		require.NoError(t, err)
		require.Contains(t, string(text), "rectify/")
		o.run("seal", "rotate", "--by", "dingyi") // the log grows, by other keys
	}
	seen := o.run("witness", "--key", key, "--held", held, "--site", base)
	require.Zero(t, seen.code, seen)
	require.Contains(t, o.run("seal").out, "jiwei.example", "its signature is kept")
	require.Zero(t, stop().code)

	require.NoError(t, os.RemoveAll(o.folder))
	require.NoError(t, os.CopyFS(o.folder, os.DirFS(prepared)))
	keys, err := os.ReadFile(held + ".pub")
	require.NoError(t, err)
	require.NotEmpty(t, keys)
	base, stop = o.serving("--witness", public)
	defer stop()
	other := o.run("witness", "--key", key, "--held", held, "--site", base)
	require.Equal(t, 2, other.code, "another log by other keys")
	require.Contains(t, other.err, "公钥不是上次见过的")
	require.Equal(t, 2, o.run("witness", "--key", key, "--site", base).code)
}

// A witness does not sign a log that was turned back, by whatever keys: not the shorter one, not one that has grown again beyond what is
// held, and what it holds stays. Where the folder of the keys was left as it was the server itself refuses.
func TestAWitnessDoesNotSignATurnedBackLog(t *testing.T) {
	t.Parallel()
	o, folder := newOffice(t), t.TempDir()
	key, held := filepath.Join(folder, "witness.key"), filepath.Join(folder, "held.txt")
	public := strings.TrimSpace(o.run("witness", "--key", key, "--make", "jiwei.example").out)
	require.Zero(t, o.run("seal").code)
	backup := filepath.Join(folder, "backup")
	require.NoError(t, os.CopyFS(backup, os.DirFS(o.folder)))
	witness := func() ran {
		base, stop := o.serving("--witness", public)
		defer stop()
		return o.run("witness", "--key", key, "--held", held, "--site", base)
	}
	o.inspection(0)
	require.Zero(t, witness().code)
	kept, err := os.ReadFile(held)
	require.NoError(t, err)
	keys := filepath.Join(folder, "keys")
	require.NoError(t, os.CopyFS(keys, os.DirFS(filepath.Join(o.folder, "keys"))))

	turnBack := func() {
		require.NoError(t, os.RemoveAll(o.folder))
		require.NoError(t, os.CopyFS(o.folder, os.DirFS(backup)))
	}
	refused := func(got ran, code int, says string) {
		t.Helper()
		require.Equal(t, code, got.code, got)
		require.Contains(t, got.out+got.err, says)
		now, err := os.ReadFile(held)
		require.NoError(t, err)
		require.Equal(t, kept, now)
	}
	turnBack()
	refused(witness(), 1, "不符！")
	turnBack()
	o.inspection(0)
	o.selfCheck(1)
	refused(witness(), 1, "不符！")
	turnBack()
	require.NoError(t, os.RemoveAll(filepath.Join(o.folder, "keys")))
	require.NoError(t, os.CopyFS(filepath.Join(o.folder, "keys"), os.DirFS(keys)))
	refused(witness(), 2, "rectify seal restored")
}
