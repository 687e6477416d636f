package simyear_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// process is a replica in a process of its own. It is killed as kill -9 does it.
type process struct {
	cmd *exec.Cmd
	in  io.Writer
	out *bufio.Reader
}

const (
	replicaDSN   = "SIMYEAR_REPLICA"
	replicaMail  = "SIMYEAR_MAIL"
	replicaRobot = "SIMYEAR_ROBOT"
)

// replicaOf is what a process was started with; where it was not, the test is skipped.
func replicaOf(t *testing.T) (dsn string, to places, in io.Reader, out io.Writer) {
	t.Helper()
	if dsn = os.Getenv(replicaDSN); dsn == "" {
		t.Skip("a part of TestYear")
	}
	return dsn, places{os.Getenv(replicaMail), os.Getenv(replicaRobot)}, bufio.NewReader(os.Stdin), os.NewFile(3, "answers")
}

func newProcess(dsn string, to places) (*process, error) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestReplica$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), replicaDSN+"="+dsn, replicaMail+"="+to.mail, replicaRobot+"="+to.robot)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, answers, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.ExtraFiles = []*os.File{answers}
	err = cmd.Start()
	_ = answers.Close()
	return &process{cmd, in, bufio.NewReader(out)}, err
}

func (p *process) ask(what string, now time.Time) (string, error) {
	if _, err := fmt.Fprintln(p.in, what, now.Format(time.RFC3339)); err != nil {
		return "", err
	}
	var how, said string
	if _, err := fmt.Fscanf(p.out, "%s %q\n", &how, &said); err != nil {
		return "", err
	}
	if how != "ok" {
		return "", errors.New(said)
	}
	return said, nil
}

func (p *process) morning(now time.Time) (string, error) { return p.ask("morning", now) }

func (p *process) deliver(now time.Time) error {
	_, err := p.ask("deliver", now)
	return err
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}
