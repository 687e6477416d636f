package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serving runs serve until the returned function is called, which stops it and returns how it ended.
func (o office) serving(args ...string) (base string, stop func() ran) {
	o.t.Helper()
	base, _, stop = o.servingSaid(args...)
	return base, stop
}

// servingSaid is serving, with what was printed up to the address.
func (o office) servingSaid(args ...string) (base, first string, stop func() ran) {
	o.t.Helper()
	ctx, cancel := context.WithCancel(o.t.Context())
	out, in := io.Pipe()
	var log bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...), []string{"RECTIFY_DATA=" + o.folder}, nil, in, &log)
		_ = in.Close()
	}()
	var said bytes.Buffer
	for one := make([]byte, 1); !strings.Contains(said.String(), "http://") || !strings.HasSuffix(said.String(), "\n"); {
		_, err := out.Read(one)
		require.NoError(o.t, err, "serve ended: %s", &log)
		said.Write(one)
	}
	rest := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(out)
		rest <- string(all)
	}()
	_, address, _ := strings.Cut(strings.TrimSpace(said.String()), "http://")
	return "http://" + address, said.String(), func() ran {
		cancel()
		code := <-ended
		return ran{code, said.String() + <-rest, log.String()}
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	base, stop := o.serving()
	for _, path := range []string{"/healthz", "/readyz"} {
		answer, err := http.Get(base + path)
		require.NoError(t, err)
		require.Equal(t, 200, answer.StatusCode)
		require.NoError(t, answer.Body.Close())
	}
	taken := o.run("serve", "--listen", strings.TrimPrefix(base, "http://"))
	require.Equal(t, 2, taken.code)
	require.Contains(t, taken.err, "端口是否已被占用")

	end := stop()
	require.Zero(t, end.code, end)
	require.NotContains(t, end.out, demoPassword)
	_, err := net.DialTimeout("tcp", strings.TrimPrefix(base, "http://"), time.Second)
	require.Error(t, err, "nobody listens any more")
	require.Zero(t, o.run("migrate").code, "the database was closed")
}

func TestDemonstrationIsKept(t *testing.T) {
	t.Parallel()
	o := office{t, filepath.Join(t.TempDir(), "data")}
	base, stop := o.serving("--demo")
	answer, err := http.Post(base+"/api/v1/session", "application/json", strings.NewReader(`{"account":"zoujie","password":"`+demoPassword+`"}`))
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, 200, answer.StatusCode, string(body))
	require.Contains(t, string(body), `"must_change_password":false`)
	first := stop()
	require.Zero(t, first.code, first)
	require.Contains(t, first.out, demoPassword)
	require.Contains(t, first.out, "龚平  （任职已到期）")

	history := func(year int) ran {
		return o.run("history", fmt.Sprintf("XC-0101-%d-0001", year), "--by", "zoujie")
	}
	found := time.Now().Year() + 1
	before := history(found)
	for before.code != 0 && found > time.Now().Year()-1 { // the story began eight months ago, which may have been last year
		found--
		before = history(found)
	}
	require.Zero(t, before.code, before)
	_, stop = o.serving("--demo")
	require.Equal(t, table(first), table(stop()), "the same accounts")
	require.Equal(t, before, history(found))

	real := newOffice(t)
	for _, elsewhere := range []string{"0.0.0.0:0", ":0", "10.0.0.1:0"} {
		require.Contains(t, real.run("serve", "--demo", "--listen", elsewhere).err, "只能在本机打开")
	}
	got := real.run("serve", "--demo", "--listen", "127.0.0.1:0")
	require.Equal(t, 2, got.code, "a demonstration does not mix with real data")
	require.Contains(t, got.err, "空文件夹")
}

// table is what a demonstration prints after the line with the address.
func table(r ran) string {
	_, rest, _ := strings.Cut(r.out, "\n")
	return rest
}
