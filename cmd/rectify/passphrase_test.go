//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"rectify/workflow"
)

// screen is a terminal: what is typed at keys, and what a program reads at line. What it shows is what it echoes.
type screen struct {
	keys, line *os.File
	mu         sync.Mutex
	shown      bytes.Buffer
	typing     sync.WaitGroup
	done       chan struct{} // closed when nobody asks any more
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there is no terminal here:", err)
	}
	fd := int(keys.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	line, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	s := &screen{keys: keys, line: line, done: make(chan struct{})}
	go func() {
		b := make([]byte, 256)
		for {
			n, err := keys.Read(b)
			s.mu.Lock()
			s.shown.Write(b[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { close(s.done); s.typing.Wait(); line.Close(); keys.Close() })
	return s
}

func (s *screen) echo() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

// asked is the standard error of a program that answers its questions: it types the next answer whenever it is asked.
type asked struct {
	s       *screen
	answers []string
	said    bytes.Buffer
}

func (a *asked) Write(b []byte) (int, error) {
	a.said.Write(b)
	if text := string(b); len(a.answers) > 0 && (strings.HasSuffix(text, "：") || strings.HasSuffix(text, ": ")) {
		answer := a.answers[0]
		a.answers = a.answers[1:]
		a.s.typing.Go(func() {
			for on := true; on; { // until the echo is off, as somebody who types is slower than a program
				tio, err := unix.IoctlGetTermios(int(a.s.line.Fd()), unix.TCGETS)
				if on = err == nil && tio.Lflag&unix.ECHO != 0; !on {
					break
				}
				select {
				case <-a.s.done:
					return
				case <-time.After(time.Millisecond):
				}
			}
			_, _ = io.WriteString(a.s.keys, answer+"\n")
		})
	}
	return len(b), nil
}

// asking is a program at a terminal where somebody gives the answers.
func (s *screen) asking(ctx context.Context, answers ...string) (*program, *asked) {
	a := &asked{s: s, answers: answers}
	return &program{ctx: ctx, flags: &flags{Lang: "zh"}, now: time.Now, in: s.line, out: io.Discard, err: a, log: slog.New(slog.DiscardHandler)}, a
}

// A passphrase is not shown while it is typed. For a new pack it is asked for twice, for one that is there once.
func TestAPassphraseIsNotShown(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	p, a := s.asking(t.Context(), packWord, packWord)
	got, err := packFlags{}.newPassphrase(p)
	require.NoError(t, err)
	require.Equal(t, packWord, got)
	require.Empty(t, a.answers, "asked twice")
	require.Contains(t, a.said.String(), "再输一次")

	p, _ = s.asking(t.Context(), packWord, "other")
	_, err = packFlags{}.newPassphrase(p)
	require.ErrorIs(t, err, workflow.ErrInvalid)
	require.ErrorContains(t, err, "两次输入的口令不同")

	p, a = s.asking(t.Context(), "12345678", "12345678")
	_, err = packFlags{}.newPassphrase(p)
	require.ErrorContains(t, err, "口令太弱")
	require.Len(t, a.answers, 1, "a weak one is not asked for again")

	p, a = s.asking(t.Context(), packWord, packWord)
	got, err = packFlags{}.passphrase(p)
	require.NoError(t, err)
	require.Equal(t, packWord, got)
	require.Len(t, a.answers, 1, "asked once")
	p, _ = s.asking(t.Context(), "")
	_, err = packFlags{}.passphrase(p)
	require.ErrorContains(t, err, "没有输入口令")
	require.NotContains(t, s.echo(), "Horse")
	require.NotContains(t, s.echo(), "12345678")
}

// Where the program is told to stop while it asks, it stops, and the terminal shows again what is typed.
func TestAskingForAPassphraseCanBeStopped(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	p, _ := s.asking(ctx)
	_, err := packFlags{}.passphrase(p)
	require.Error(t, err)
	tio, err := unix.IoctlGetTermios(int(s.line.Fd()), unix.TCGETS)
	require.NoError(t, err)
	require.NotZero(t, tio.Lflag&unix.ECHO)
}

// From a pipe the passphrase is one line.
func TestAPassphraseFromAPipe(t *testing.T) {
	t.Parallel()
	p := &program{ctx: t.Context(), flags: &flags{Lang: "zh"}, in: strings.NewReader(packWord + "\r\nmore\n"), err: io.Discard}
	got, err := packFlags{}.newPassphrase(p)
	require.NoError(t, err)
	require.Equal(t, packWord, got)
	p.in = strings.NewReader("\n")
	_, err = packFlags{}.passphrase(p)
	require.ErrorContains(t, err, "没有输入口令")
}
