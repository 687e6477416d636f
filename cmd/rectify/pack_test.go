package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/pack"
)

const packWord = "correct Horse 7 battery-staple"

// inspected gives songyuan a mandate for the unit 01 from today on, with the declaration made.
func (o office) inspected() {
	o.t.Helper()
	p := &program{ctx: o.t.Context(), flags: &flags{Data: o.folder, Lang: "zh"}, now: time.Now, out: io.Discard, err: io.Discard, log: slog.New(slog.DiscardHandler)}
	today := workflow.DayOf(time.Now())
	require.NoError(o.t, p.with(false, func(ctx context.Context, x *opened) error {
		renan, err := x.engine.ActorNamed(ctx, "renan")
		require.NoError(o.t, err)
		org, err := x.db.OrgByCode(ctx, "01")
		require.NoError(o.t, err)
		m, err := x.engine.GrantMandate(ctx, renan, engine.MandatePlan{Number: "巡9号", Basis: "巡察通知书", Org: org.ID, From: today, Until: today.Add(9), Accounts: []string{"songyuan"}})
		require.NoError(o.t, err)
		by, err := x.engine.ActorNamed(ctx, "songyuan")
		require.NoError(o.t, err)
		_, err = x.engine.Declare(ctx, by, m.ID, engine.Declaration{None: true})
		return err
	}))
}

// ask sends a request to a server and reads the answer.
func ask(t *testing.T, method, address, token, kind, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(r)
	require.NoError(t, err)
	defer a.Body.Close()
	all, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a.StatusCode, string(all)
}

// openedOf says which folders have something decrypted of the pack.
func openedOf(t *testing.T, name string) (dirs []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(os.TempDir(), openedPrefix+"*"))
	require.NoError(t, err)
	for _, dir := range all {
		if m, ok := readMark(dir); ok && m.Pack == name {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// The whole way: a pack is made, read on its own with nothing but the program, a finding is written down, exported, applied once at home, and
// the pack is destroyed.
func TestPackByTheBinary(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.inspection(0)
	o.inspected()
	folder := t.TempDir()
	file, word := filepath.Join(folder, "x.age"), filepath.Join(folder, "word")
	require.NoError(t, os.WriteFile(word, []byte(packWord+"\n"), 0o600))
	weak := filepath.Join(folder, "weak")
	require.NoError(t, os.WriteFile(weak, []byte("12345678\n"), 0o600))
	got := o.run("pack", "--mandate", "巡9号", "-o", file, "--by", "songyuan", "--passphrase-file", weak)
	require.Equal(t, 2, got.code)
	require.Contains(t, got.err, "口令太弱")
	got = o.run("pack", "--mandate", "巡9号", "-o", file, "--by", "sunli", "--passphrase-file", word)
	require.Equal(t, 2, got.code, got)
	require.NoFileExists(t, file)
	got = o.run("pack", "--mandate", "巡9号", "-o", file, "--by", "songyuan", "--passphrase-file", word)
	require.Zero(t, got.code, got)
	require.Contains(t, got.out, "25个问题")
	got = o.run("pack", "--mandate", "巡9号", "-o", file, "--by", "songyuan", "--passphrase-file", word)
	require.Equal(t, 2, got.code, "nothing is written over")

	alone := office{t, filepath.Join(folder, "nothing")}
	base, said, stop := alone.servingSaid("--pack", file, "--passphrase-file", word)
	dirs := openedOf(t, file)
	require.Contains(t, said, "核验通过")
	require.Contains(t, said, "与证明逐条相同")
	require.Len(t, dirs, 1)
	info, err := os.Stat(dirs[0])
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	code, _ := ask(t, "POST", base+"/api/v1/session", "", "application/json", `{"account":"songyuan","password":"wrong-Password-1"}`)
	require.Equal(t, 401, code)
	end := stop()
	require.Zero(t, end.code, end)
	require.Empty(t, openedOf(t, file), "what was decrypted is gone")
	require.NoDirExists(t, alone.folder, "nothing is left on the computer")

	set := alone.findIn(file, word)
	findings := filepath.Join(folder, "set.txt")
	require.NoError(t, os.WriteFile(findings, []byte(set), 0o600))
	var rows struct {
		New  int
		Rows []appliedJSON
	}
	apply := func(code int, more ...string) {
		t.Helper()
		got := o.run(append([]string{"apply", findings, "--json"}, more...)...)
		require.Equal(t, code, got.code, got)
		require.NoError(t, json.Unmarshal([]byte(got.out), &rows))
	}
	apply(0, "--by", "xuning", "--check")
	require.Equal(t, 1, rows.New)
	apply(0, "--by", "xuning")
	require.Equal(t, 1, rows.New)
	require.NotEmpty(t, rows.Rows[0].Number)
	apply(0, "--by", "xuning")
	require.Zero(t, rows.New)
	apply(1, "--by", "tangwei")
	require.NoError(t, os.WriteFile(findings, []byte(strings.Replace(set, "三个月", "五个月", 1)), 0o600))
	got = o.run("apply", findings, "--by", "xuning")
	require.Equal(t, 2, got.code)
	require.Contains(t, got.err, "签名不对")

	got = o.run("wipe", file)
	require.Equal(t, 2, got.code)
	require.Contains(t, got.err, "先导出")
	require.FileExists(t, file)
	got = o.run("wipe", file, "--yes")
	require.Zero(t, got.code, got)
	require.Contains(t, got.out, "销毁证明")
	require.Contains(t, got.out, "SHA-256")
	require.Contains(t, got.out, "不能保证")
	require.NoFileExists(t, file)
	require.NoFileExists(t, file+pack.Beside)
}

// findIn opens a pack, writes a finding down and exports it.
func (o office) findIn(file, word string) string {
	t := o.t
	base, said, stop := o.servingSaid("--pack", file, "--passphrase-file", word)
	defer stop()
	password := regexp.MustCompile(`本次密码 (\S+)，`).FindStringSubmatch(said)
	require.NotEmpty(t, password, said)
	code, body := ask(t, "POST", base+"/api/v1/session", "", "application/json", `{"account":"songyuan","password":"`+password[1]+`"}`)
	require.Equal(t, 200, code, body)
	token := regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(body)[1]
	code, body = ask(t, "GET", base+"/api/v1/counts", token, "", "")
	require.Equal(t, 200, code, body)
	require.Contains(t, body, `"total":25`)
	form := url.Values{"detail": {"党费收缴台账缺三个月"}, "basis": {"查看台账"}, "org": {"0101"}, "found_on": {string(workflow.DayOf(time.Now()))}}
	code, body = ask(t, "POST", base+"/findings", token, "application/x-www-form-urlencoded", form.Encode())
	require.Equal(t, 303, code, body)
	code, body = ask(t, "POST", base+"/find", token, "application/x-www-form-urlencoded", form.Encode())
	require.Equal(t, 403, code, body)
	code, body = ask(t, "GET", base+"/findings/export", token, "", "")
	require.Equal(t, 200, code, body)
	return body
}

// What cannot be opened is said in words, and leaves nothing behind: a wrong passphrase, an altered pack, a mandate that is over.
func TestPacksThatAreNotOpened(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	word, wrong := filepath.Join(folder, "word"), filepath.Join(folder, "wrong")
	require.NoError(t, os.WriteFile(word, []byte(packWord+"\n"), 0o600))
	require.NoError(t, os.WriteFile(wrong, []byte("Another Passphrase 99\n"), 0o600))
	file := filepath.Join(folder, "old.age")
	f, err := os.Create(file)
	require.NoError(t, err)
	w, err := pack.NewWriter(f, packWord, pack.Head{Format: pack.Format, Number: "巡1号", From: "2020-01-01", Until: "2020-03-31"})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	whole[len(whole)-3] ^= 1
	altered := filepath.Join(folder, "altered.age")
	require.NoError(t, os.WriteFile(altered, whole, 0o600))
	for name, c := range map[string]struct{ file, word, says string }{
		"wrong passphrase": {file, wrong, "口令不对"},
		"over":             {file, word, "已于2020-03-31到期"},
		"altered":          {altered, word, "改动过"},
		"no pack":          {word, word, "不是完整的数据包"},
		"not there":        {filepath.Join(folder, "none"), word, "none"},
	} {
		got := rectify(t, nil, "serve", "--pack", c.file, "--passphrase-file", c.word, "--listen", "127.0.0.1:0")
		require.Equal(t, 2, got.code, name)
		require.Contains(t, got.err, c.says, name)
		require.Empty(t, openedOf(t, c.file), name)
	}
	got := rectify(t, nil, "serve", "--pack", file, "--passphrase-file", word, "--listen", "0.0.0.0:0")
	require.Equal(t, 2, got.code)
	require.Contains(t, got.err, "本机")
}

// What a crash left behind is taken away by the next start, which names it. Temporary files of its own keep the test apart from others that
// begin meanwhile.
func TestWhatACrashLeftOfAPackIsTakenAway(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	folder := t.TempDir()
	word, file := filepath.Join(folder, "word"), filepath.Join(folder, "old.age")
	require.NoError(t, os.WriteFile(word, []byte("Another Passphrase 99\n"), 0o600))
	require.NoError(t, os.WriteFile(file, []byte("no pack"), 0o600))
	left, err := os.MkdirTemp("", openedPrefix)
	require.NoError(t, err)
	body, err := json.Marshal(mark{PID: 1 << 22, Pack: file, At: time.Now()}) // no such process
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(left, openedMark), body, 0o600))
	got := rectify(t, nil, "serve", "--pack", file, "--passphrase-file", word, "--listen", "127.0.0.1:0")
	require.Contains(t, got.out, left, "what a crash left behind is named")
	require.NoDirExists(t, left)
}

// Wiping that was interrupted is done to its end when it is asked for again: what is left beside the pack and what was decrypted of it.
func TestWipingGoesOn(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.age")
	got := rectify(t, nil, "wipe", file, "--yes")
	require.Equal(t, 2, got.code, "there is nothing to wipe")
	require.NoError(t, os.WriteFile(file+pack.Beside, []byte("encrypted"), 0o600))
	left, err := os.MkdirTemp("", openedPrefix)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(left)) })
	body, err := json.Marshal(mark{PID: 1 << 22, Pack: file, At: time.Now()}) // no such process
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(left, openedMark), body, 0o600))
	require.NoError(t, os.MkdirAll(filepath.Join(left, "evidence", "ab"), 0o700))
	for _, name := range []string{pack.Database, pack.Proof, "evidence/ab/abcd"} {
		require.NoError(t, os.WriteFile(filepath.Join(left, name), []byte("as it is"), 0o600))
	}
	got = rectify(t, nil, "wipe", file, "--yes")
	require.Zero(t, got.code, got)
	for _, name := range []string{pack.Beside, pack.Database, pack.Proof, "abcd"} {
		require.Contains(t, got.out, name, "what was destroyed is named")
	}
	require.NoFileExists(t, file+pack.Beside)
	require.NoDirExists(t, left)
}
