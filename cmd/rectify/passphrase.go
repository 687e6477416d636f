package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"rectify/workflow"
	"rectify/workflow/pack"
)

// packFlags say where the passphrase of a pack is.
type packFlags struct {
	PassphraseFile string `help:"口令在哪个文件的第一行；不给则在终端询问（不显示）或从管道读一行 file whose first line is the passphrase; if not given it is asked for, unseen, or read from a pipe." placeholder:"FILE"`
}

// passphrase reads the passphrase of a pack that is there.
func (f packFlags) passphrase(p *program) (string, error) {
	if t, ok := p.terminal(); ok && f.PassphraseFile == "" {
		return p.unseen(t, workflow.Say("数据包的口令（不显示）：", "passphrase of the pack (it is not shown): "))
	}
	return f.written(p)
}

// newPassphrase reads the passphrase of a pack that is to be made. At a terminal it is asked for twice. ErrInvalid with the codes
// weak_passphrase and not_the_same.
func (f packFlags) newPassphrase(p *program) (string, error) {
	passphrase, err := f.passphrase(p)
	if err == nil {
		err = pack.Strong(passphrase)
	}
	t, ok := p.terminal()
	if err != nil || !ok || f.PassphraseFile != "" {
		return passphrase, err
	}
	again, err := p.unseen(t, workflow.Say("再输一次：", "once more: "))
	if err == nil && again != passphrase {
		err = pack.NotTheSame()
	}
	return passphrase, err
}

// written reads the passphrase from the file or the pipe: its first line.
func (f packFlags) written(p *program) (string, error) {
	from := p.in
	if f.PassphraseFile != "" {
		file, err := os.Open(f.PassphraseFile)
		if err != nil {
			return "", unreadableFile(f.PassphraseFile, err)
		}
		defer file.Close()
		from = file
	}
	line, err := bufio.NewReader(io.LimitReader(from, pack.PassphraseMost)).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", noPassphrase(err)
	}
	return line, nil
}

func noPassphrase(err error) error {
	if err == nil {
		return workflow.Invalid("no_passphrase", "passphrase", workflow.Say("没有输入口令", "there is no passphrase"))
	}
	return workflow.Invalid("no_passphrase", "passphrase", workflow.Say("没有读到口令（%v）", "there is no passphrase (%v)", err))
}

// terminal is where somebody types; false where what comes in is a file or a pipe.
func (p *program) terminal() (int, bool) {
	file, ok := p.in.(*os.File)
	if !ok {
		return 0, false
	}
	fd := int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// unseen asks for something that is not shown while it is typed. Where the program is told to stop meanwhile the terminal is put right.
func (p *program) unseen(fd int, ask workflow.Text) (string, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	fmt.Fprint(p.err, p.say(ask))
	type typed struct {
		text []byte
		err  error
	}
	done := make(chan typed, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		done <- typed{text, err}
	}()
	select {
	case <-p.ctx.Done():
		fmt.Fprintln(p.err)
		if err := term.Restore(fd, before); err != nil {
			return "", err
		}
		return "", exit(exitFailed)
	case got := <-done:
		fmt.Fprintln(p.err)
		if got.err != nil || len(got.text) == 0 {
			return "", noPassphrase(got.err)
		}
		return string(got.text), nil
	}
}
