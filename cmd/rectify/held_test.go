package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// turnedBack is an office whose whole folder, keys and all, was put back to what it was before a checkpoint was kept, and which has grown
// beyond that again. It returns the file of the checkpoint and its short code.
func turnedBack(t *testing.T) (o office, held, code string) {
	t.Helper()
	o = newOffice(t)
	o.inspection(0)
	require.Zero(t, o.run("seal").code)
	backup := filepath.Join(t.TempDir(), "backup")
	require.NoError(t, os.CopyFS(backup, os.DirFS(o.folder)))
	o.selfCheck(1)
	var c checkpointJSON
	require.NoError(t, json.Unmarshal([]byte(o.run("seal", "--json").out), &c))
	held = filepath.Join(t.TempDir(), "held.txt")
	require.NoError(t, os.WriteFile(held, []byte(c.Note), 0o600))

	require.NoError(t, os.RemoveAll(o.folder))
	require.NoError(t, os.CopyFS(o.folder, os.DirFS(backup)))
	o.bundle("--issue", "XC-0101-"+year()+"-0003", "--by", "gaofeng")
	o.selfCheck(1)
	var now checkpointJSON
	require.NoError(t, json.Unmarshal([]byte(o.run("seal", "--json").out), &now))
	require.Greater(t, now.Size, c.Size)
	return o, held, c.Code
}

// Whoever kept a checkpoint knows, although the database that was put back has none of its size.
func TestATurnedBackDatabaseThatGrewAgainIsFound(t *testing.T) {
	t.Parallel()
	o, held, code := turnedBack(t)
	bundle := o.bundle("--issue", "XC-0101-"+year()+"-0003", "--by", "gaofeng", "--held", held)
	got := rectify(t, nil, "verify", bundle, "--held", held)
	require.Equal(t, 1, got.code, got.out)
	require.Contains(t, got.out, "日志被重写过")
	got = o.run("seal", "check", "--held", held)
	require.Equal(t, 1, got.code, got)

	short := o.run("bundle", "-o", filepath.Join(t.TempDir(), "b"), "--issue", "XC-0101-"+year()+"-0003", "--by", "gaofeng", "--held", code)
	require.Equal(t, 1, short.code, short)
	require.Contains(t, short.err, "没有短码为 "+code+" 的检查点")
	short = o.run("seal", "check", "--held", code)
	require.Equal(t, 1, short.code, short)
	require.Contains(t, short.out, "没有短码为 "+code+" 的检查点")
	got = rectify(t, nil, "verify", bundle, "--held", code)
	require.Equal(t, 2, got.code, "a code that the bundle does not have is no answer")
	require.NotContains(t, got.out, "核验通过")
}

// The short code that somebody wrote down is enough, however they wrote it; and so is a file that went through Notepad or a mail.
func TestWhatWasKeptIsReadAsItIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.inspection(0)
	var c checkpointJSON
	require.NoError(t, json.Unmarshal([]byte(o.run("seal", "--json").out), &c))
	o.selfCheck(1)
	require.Zero(t, o.run("seal").code)
	folder := t.TempDir()
	file := func(name, text string) string {
		name = filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	for _, held := range []string{
		c.Code, strings.ToLower(strings.ReplaceAll(c.Code, "-", " ")), strings.NewReplacer("-", "", "0", "O", "1", "l").Replace(c.Code), file("code.txt", c.Code+"\r\n"),
		file("windows.txt", "\ufeff"+strings.ReplaceAll(c.Note, "\n", "\r\n")), file("mail.txt", "> "+strings.ReplaceAll(c.Note, "\n", "  \n> ")),
	} {
		bundle := o.bundle("--issue", "XC-0101-"+year()+"-0003", "--by", "gaofeng", "--held", held)
		got := rectify(t, nil, "verify", bundle, "--held", held)
		require.Zero(t, got.code, got.out)
		require.Contains(t, got.out, "核验通过")
		require.Zero(t, o.run("seal", "check", "--held", held).code, held)
	}
	bundle := o.bundle("--issue", "XC-0101-"+year()+"-0003", "--by", "gaofeng")
	for _, none := range []string{"0000-0000-0000-0000", file("none.txt", "明天开会"), file("empty.txt", "")} {
		got := rectify(t, nil, "verify", bundle, "--held", none)
		require.Equal(t, 2, got.code, "%s: %s", none, got.out+got.err)
		require.NotContains(t, got.out, "核验通过")
		require.NotContains(t, got.out, "核验不通过")
	}
	for _, command := range [][]string{{"seal", "check"}, {"bundle", "-o", filepath.Join(folder, "b"), "--issue", "XC-0101-" + year() + "-0003", "--by", "gaofeng"}} {
		got := o.run(append(command, "--held", filepath.Join(folder, "none.txt"))...)
		require.Equal(t, 2, got.code, got)
		require.Contains(t, got.err, "none.txt 里没有检查点")
	}
}

// A backup is put back as the manual says: the folder as it was, and the keys as they are. With the keys of the backup as well nothing is
// missing for the program, so nothing can be put on record; whoever kept a checkpoint knows either way.
func TestABackupIsPutBackWithThePresentKeys(t *testing.T) {
	t.Parallel()
	for _, present := range []bool{true, false} {
		o := newOffice(t)
		require.Zero(t, o.run("seal").code)
		backup, keys := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "keys")
		require.NoError(t, os.CopyFS(backup, os.DirFS(o.folder)))
		o.selfCheck(1)
		held := o.held()
		require.NoError(t, os.CopyFS(keys, os.DirFS(filepath.Join(o.folder, "keys"))))
		require.NoError(t, os.RemoveAll(o.folder))
		require.NoError(t, os.CopyFS(o.folder, os.DirFS(backup)))
		if present {
			require.NoError(t, os.RemoveAll(filepath.Join(o.folder, "keys")))
			require.NoError(t, os.CopyFS(filepath.Join(o.folder, "keys"), os.DirFS(keys)))
		}
		restored := o.run("seal", "restored", "--by", "dingyi", "--note", "磁盘损坏，恢复了昨夜的备份")
		require.Equal(t, present, restored.code == 0, restored)
		got := o.run("seal", "check", "--held", held)
		require.Equal(t, 1, got.code, got)
		require.Equal(t, present, strings.Contains(got.out, "有恢复备份的记录"), got.out)
	}
}
