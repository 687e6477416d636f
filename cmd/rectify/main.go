// Command rectify takes checklists of problems from found to closed: one binary with the server, the import and export of workbooks,
// and what an operator needs. This package only wires; it alone reads the environment, the clock, the terminal and the randomness of
// the system.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"os/user"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"rectify/workflow"
	"rectify/workflow/remind"
)

// version is set when the program is built (-ldflags "-X main.version=…").
var version = "unknown"

// The codes with which the program ends.
const (
	exitDone   = 0 // everything was done
	exitPartly = 1 // some of it was refused
	exitFailed = 2 // nothing could be done
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// program is one run: what it was told and where it speaks.
type program struct {
	ctx    context.Context
	flags  *flags
	now    func() time.Time
	osUser string
	in     io.Reader
	out    io.Writer
	err    io.Writer
	log    *slog.Logger // to err; one for all, so that lines do not mix

	channels  *remind.Channels // by which serve delivers; nil for the other commands
	witnesses []string         // whose signatures serve keeps under checkpoints
}

// exit is an error that has been reported already and ends the program with a code.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// run carries out one command and returns the code with which the program ends.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c commands
	ended := -1
	parser, err := kong.New(&c, kong.Name("rectify"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { ended = code }), kong.Resolvers(fromEnvironment(environ)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 120}))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if ended >= 0 { // help was asked for and shown
		return ended
	}
	p := &program{ctx: ctx, flags: &c.flags, now: time.Now, osUser: osUser(), in: stdin, out: stdout, err: stderr,
		log: slog.New(slog.NewTextHandler(stderr, nil))}
	if err != nil {
		p.flags.Lang = languageOf(args, environ) // it broke off before the flags were taken
		return p.failed(workflow.Invalid("command_line", "", workflow.Say("命令行有误：%v。用法见 rectify --help", "the command line is wrong: %v; see rectify --help", err)))
	}
	return p.failed(parsed.Run(p))
}

// fromEnvironment answers for a flag that was not given: --data is RECTIFY_DATA, --trusted-proxy is RECTIFY_TRUSTED_PROXY.
func fromEnvironment(environ []string) kong.Resolver {
	values := make(map[string]string, len(environ))
	for _, line := range environ {
		if name, value, ok := strings.Cut(line, "="); ok && value != "" {
			values[name] = value
		}
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		value, ok := values["RECTIFY_"+strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))]
		if !ok || flag.Name == "help" {
			return nil, nil
		}
		return value, nil
	})
}

// languageOf finds the language in a command line that could not be understood.
func languageOf(args, environ []string) string {
	for n, arg := range args {
		if arg == "--lang=en" || arg == "--lang" && n+1 < len(args) && args[n+1] == "en" {
			return "en"
		}
	}
	if slices.Contains(environ, "RECTIFY_LANG=en") {
		return "en"
	}
	return "zh"
}

// osUser is the name of the user of the operating system, for history; "" where the system knows none.
func osUser() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// failed says what went wrong, in the language of the user, and returns the code with which the program ends.
func (p *program) failed(err error) int {
	if err == nil {
		return exitDone
	}
	if code, ok := errors.AsType[exit](err); ok {
		return int(code)
	}
	for _, text := range p.reasons(err) {
		fmt.Fprintln(p.err, text)
	}
	return exitFailed
}

// reasons lists what people are told of an error: one sentence for each thing that is wrong.
func (p *program) reasons(err error) []string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []string
		for _, part := range joined.Unwrap() {
			all = append(all, p.reasons(part)...)
		}
		return all
	}
	if fault, ok := errors.AsType[*workflow.Fault](err); ok {
		return []string{p.say(fault.Text)}
	}
	return []string{p.say(workflow.Say("出错：%v", "error: %v", err))}
}

// say is a text in the language of the user.
func (p *program) say(t workflow.Text) string { return t.In(p.flags.Lang) }
