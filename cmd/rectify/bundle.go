package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/proof"
)

// bundleCommand takes a bundle.
type bundleCommand struct {
	Out       string               `short:"o" help:"写到哪个文件，- 为标准输出 the file to write, - for the standard output." placeholder:"FILE"`
	Issue     string               `help:"一个问题（编号）an issue, by its number." placeholder:"NUMBER"`
	Checklist workflow.ChecklistID `help:"一份问题清单 a checklist, by its id." placeholder:"ID"`
	From      string               `help:"一段时间：从哪天起封存的 everything sealed from this day on." placeholder:"DAY"`
	To        string               `help:"到哪天为止 up to this day." placeholder:"DAY"`
	Files     bool                 `help:"连同佐证文件 with the files of evidence."`
	Held      []string             `help:"您留存的检查点，证明包要能与之比对：文件或短码，可多个；库里没有这个短码的检查点时以 1 结束 checkpoints that you kept and the bundle is to be comparable with: files or short codes; ends with 1 when no checkpoint here has the code." placeholder:"FILE"`
	byFlag
}

// Run takes it. It ends with 1 when no checkpoint of the database has a short code that was given.
func (c *bundleCommand) Run(p *program) error {
	if c.Out == "" {
		return workflow.Invalid("missing_file", "out", workflow.Say("请用 -o 文件 说明写到哪里（- 为标准输出）", "say with -o FILE where to write (- for the standard output)"))
	}
	what, err := c.what()
	if err != nil {
		return err
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		if c.Issue != "" {
			view, err := o.engine.IssueNumbered(ctx, by, c.Issue)
			if err != nil {
				return err
			}
			what.Issue = view.Issue.ID
		}
		bundle, err := o.engine.Bundle(ctx, by, what)
		if fault, is := errors.AsType[*workflow.Fault](err); is && fault.Code == "no_such_checkpoint" { // a finding, and no mistake of the command
			p.failed(err)
			return exit(exitPartly)
		}
		if err != nil {
			return err
		}
		write := func(w io.Writer) error { return bundle.Write(ctx, w) }
		if c.Out == "-" {
			return write(p.out)
		}
		return writeFile(c.Out, write)
	})
}

// what reads the flags.
func (c *bundleCommand) what() (w engine.BundleWhat, err error) {
	asked := 0
	for _, given := range []bool{c.Issue != "", c.Checklist != 0, c.From != "" || c.To != ""} {
		if given {
			asked++
		}
	}
	if asked != 1 {
		return w, workflow.Invalid("missing_what", "issue", workflow.Say("请用 --issue、--checklist 或 --from 与 --to 说明取什么，只用一种", "say what is wanted: --issue, --checklist, or --from with --to, and one of them alone"))
	}
	w.Checklist, w.Files = c.Checklist, c.Files
	if c.From != "" || c.To != "" {
		if w.From, err = workflow.ParseDay(c.From); err == nil {
			w.To, err = workflow.ParseDay(c.To)
		}
		if err != nil {
			return w, err
		}
	}
	w.Held, err = readHeld(c.Held)
	return w, err
}

// verifyCommand verifies a bundle. It needs neither database nor network.
type verifyCommand struct {
	File string   `arg:"" help:"证明包，- 为标准输入 the bundle, - for the standard input."`
	Held []string `help:"您留存的检查点：文件或短码，可多个；没能比对时以 2 结束 checkpoints that you kept: files or short codes; ends with 2 when one could not be compared." placeholder:"FILE"`
	Key  string   `help:"从别处得到的公钥文件(seal.pub)，不给则用证明包里带的 public keys from elsewhere; those of the bundle if not given." placeholder:"FILE"`
	jsonFlag
}

// Run verifies. It ends with 0 when all is whole, 1 when something was altered, 2 when there is no answer: the bundle cannot be read, or a
// checkpoint that was brought along is none or could not be compared with it.
func (c *verifyCommand) Run(p *program) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	in := p.in
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return unreadableFile(c.File, err)
		}
		defer file.Close()
		in = file
	}
	r := proof.Verify(in, options)
	if c.JSON {
		err = p.printJSON(r)
	} else {
		_, err = io.WriteString(p.out, r.Print(p.flags.Lang))
	}
	if err == nil && r.Outcome != proof.Whole {
		err = exit(r.Outcome.Exit())
	}
	return err
}

func (c *verifyCommand) options() (o proof.Options, err error) {
	if o.Held, err = readHeld(c.Held); err != nil || c.Key == "" {
		return o, err
	}
	text, err := os.ReadFile(c.Key)
	if err != nil {
		return o, unreadableFile(c.Key, err)
	}
	o.Keys, err = proof.ParseKeys(string(text))
	if err == nil && len(o.Keys) == 0 {
		err = workflow.Invalid("bad_key", "key", workflow.Say("文件里没有公钥", "there is no key in the file"))
	}
	return o, err
}

// readHeld reads checkpoints that were kept: files of them, and short codes where there is no file of that name.
func readHeld(names []string) (held []string, err error) {
	for _, name := range names {
		text, err := os.ReadFile(name)
		if code, is := proof.ShortCode(name); is && errors.Is(err, fs.ErrNotExist) {
			held = append(held, code)
			continue
		}
		if err != nil {
			return nil, unreadableFile(name, err)
		}
		kept, err := proof.Kept(string(text))
		if err != nil || len(kept) == 0 {
			return nil, workflow.Invalid("bad_checkpoint", "held", workflow.Say("%s 里没有检查点，或内容已残缺，没法比对：请给出当时下载的检查点文件，或抄下的短码",
				"%s holds no checkpoint, or not a whole one, and cannot be compared: give the file of a checkpoint as it was downloaded, or a short code", name))
		}
		held = append(held, kept...)
	}
	return held, nil
}
