package main

import (
	"context"
	"fmt"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// sealCommand is about the sealed log of history.
type sealCommand struct {
	Now      sealNowCommand      `cmd:"" default:"withargs" help:"立即封存，签发检查点 seal now and print the checkpoint."`
	Check    sealCheckCommand    `cmd:"" help:"逐行核对整个历史，指出第一处及各处改动 hold every line of history against what was sealed."`
	Rotate   sealRotateCommand   `cmd:"" help:"更换签名密钥，旧的仍可核验旧检查点 make new keys; the old ones stay valid for old checkpoints."`
	Restored sealRestoredCommand `cmd:"" help:"恢复备份之后：记录在案，继续封存 after a backup was restored: put it on record and go on."`
}

// sealNowCommand seals at once.
type sealNowCommand struct{ jsonFlag }

// checkpointJSON is a checkpoint for programs.
type checkpointJSON struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
	At   string `json:"at"`
	Code string `json:"code"` // the short one
	Note string `json:"note"`
}

func toCheckpointJSON(c engine.Checkpoint) checkpointJSON {
	return checkpointJSON{c.Size, c.Root.String(), c.At.Format("2006-01-02T15:04:05.000Z"), c.ShortCode(), c.Note}
}

// Run seals.
func (c *sealNowCommand) Run(p *program) error {
	return p.with(false, func(ctx context.Context, o *opened) error {
		n, checkpoint, err := o.engine.Seal(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(struct {
				Sealed int `json:"sealed"`
				checkpointJSON
			}{n, toCheckpointJSON(checkpoint)})
		}
		p.print(workflow.Say("新封存 %d 行，共 %d 行；检查点短码 %s", "sealed %d lines, %d in all; the short code of the checkpoint is %s", n, checkpoint.Size, checkpoint.ShortCode()))
		fmt.Fprint(p.out, "\n"+checkpoint.Note)
		return nil
	})
}

// sealRotateCommand makes new keys.
type sealRotateCommand struct {
	SM2 bool `name:"sm2" help:"另加一把国密 SM2 密钥 make an SM2 key beside the Ed25519 one."`
	byFlag
}

// Run makes new keys.
func (c *sealRotateCommand) Run(p *program) error {
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		checkpoint, err := o.engine.RotateSealKeys(ctx, by, c.SM2)
		if err != nil {
			return err
		}
		p.print(workflow.Say("已更换签名密钥（文件夹 %s，请备份在数据库之外）；新密钥签发的检查点短码 %s", "the keys are new (in %s: back them up apart from the database); the short code of the first checkpoint by them is %s",
			p.keys(), checkpoint.ShortCode()))
		return nil
	})
}

// sealRestoredCommand puts on record that a backup was restored.
type sealRestoredCommand struct {
	Note string `help:"恢复的原因和所用的备份（至少10个字）why, and from which backup (at least 10 characters)." placeholder:"TEXT"`
	byFlag
}

// Run puts it on record.
func (c *sealRestoredCommand) Run(p *program) error {
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		checkpoint, err := o.engine.SealRestored(ctx, by, c.Note)
		if err != nil {
			return err
		}
		p.print(workflow.Say("已记录在案，封存继续；检查点短码 %s", "it is on record, and sealing goes on; the short code of the checkpoint is %s", checkpoint.ShortCode()))
		return nil
	})
}

// sealCheckCommand holds the database against its sealed log.
type sealCheckCommand struct {
	Held []string `help:"留存在外的检查点：文件或短码，可多个 checkpoints that were kept elsewhere: files or short codes." placeholder:"FILE"`
	jsonFlag
}

// sealFindingJSON is one finding for programs.
type sealFindingJSON struct {
	Code    string       `json:"code"`
	Text    string       `json:"text"`
	Kind    string       `json:"kind,omitempty"`
	Subject int64        `json:"subject,string,omitempty"`
	Seq     int          `json:"seq,omitempty"`
	Since   workflow.Day `json:"since,omitempty"`
}

// Run checks. It ends with 0 when all is whole, with 1 when something was altered (or no checkpoint has a short code that was given), and with
// 2 when what was given cannot be read.
func (c *sealCheckCommand) Run(p *program) error {
	held, err := readHeld(c.Held)
	if err != nil {
		return err
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		r, err := o.engine.CheckSeal(ctx, held, func(int64) {})
		if err != nil {
			return err
		}
		if c.JSON {
			err = p.sealReportJSON(&r)
		} else {
			p.sealReport(&r)
		}
		if err == nil && !r.Whole() {
			err = exit(exitPartly)
		}
		return err
	})
}

func (p *program) sealReportJSON(r *engine.SealReport) error {
	findings := make([]sealFindingJSON, len(r.Wrong))
	for n, f := range r.Wrong {
		findings[n] = sealFindingJSON{f.Code, p.say(f.Text), f.Kind, f.Subject, f.Seq, f.Since}
	}
	open := make([]string, len(r.Open))
	for n, t := range r.Open {
		open[n] = p.say(t)
	}
	return p.printJSON(map[string]any{"whole": r.Whole(), "lines": r.Lines, "sealed": r.Size, "checkpoints": r.Checkpoints, "wrong": findings, "more": r.More, "open": open})
}

func (p *program) sealReport(r *engine.SealReport) {
	for _, f := range r.Wrong {
		text := f.Text
		if f.Since != "" {
			text = workflow.Say("%s（%s及以前的检查点仍相符）", "%s (checkpoints up to %s still hold)", f.Text, f.Since)
		}
		p.print(text)
	}
	if r.More > 0 {
		p.print(workflow.Say("另有 %d 处", "and %d more", r.More))
	}
	for _, t := range r.Open {
		p.print(t)
	}
	end := workflow.Say("历史完好：%d 行（已封存 %d 行），%d 个检查点全部相符", "history is whole: %d lines (%d sealed), and all of %d checkpoints hold", r.Lines, r.Size, r.Checkpoints)
	if !r.Whole() {
		end = workflow.Say("历史被改动：发现 %d 处（共核对 %d 行、%d 个检查点）", "history was altered: %d findings (in %d lines and %d checkpoints)", len(r.Wrong)+r.More, r.Lines, r.Checkpoints)
	}
	p.print(end)
}
