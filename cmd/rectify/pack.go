package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// packCommand makes the offline pack of an inspector.
type packCommand struct {
	Mandate string   `help:"授权编号 number of the mandate." required:"" placeholder:"NUMBER"`
	Out     string   `short:"o" help:"写到哪个文件；不能已存在 the file to write; it must not be there yet." required:"" placeholder:"FILE"`
	Files   bool     `help:"连同佐证材料文件 with the files of evidence."`
	Held    []string `help:"数据包的证明要能与之比对的检查点文件，可多个 files of checkpoints that the proof of the pack is to be comparable with." placeholder:"FILE"`
	packFlags
	byFlag
}

// Run makes the pack. What broke off leaves no file.
func (c *packCommand) Run(p *program) error {
	passphrase, err := c.newPassphrase(p)
	if err != nil {
		return err
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		m, err := o.engine.MandateNumbered(ctx, by, c.Mandate)
		if err != nil {
			return err
		}
		held, err := readHeld(c.Held)
		if err != nil {
			return err
		}
		file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return unwritable(c.Out, err)
		}
		h, err := o.engine.Pack(ctx, by, engine.PackPlan{Mandate: m.ID, Passphrase: passphrase, Files: c.Files, Held: held}, file)
		if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
			return errors.Join(err, os.Remove(c.Out))
		}
		p.print(workflow.Say("%s：授权%s，%d个问题；授权%s到期，到期后打不开", "%s: mandate %s, %d issues; it cannot be opened after %s, the last day of the mandate", c.Out, h.Number, h.Issues, string(h.Until)))
		return nil
	})
}

// applyCommand logs what an offline pack brings back.
type applyCommand struct {
	File  string `arg:"" help:"离线包导出的变更集 the change set that the pack exported."`
	Org   string `help:"以哪个组织登记（组织编码）；不给则为本人任职单位 the organisation that logs it (code)." placeholder:"CODE"`
	Check bool   `help:"只看会登记什么 say what would be logged and write nothing."`
	byFlag
	jsonFlag
}

// appliedJSON is a finding for programs.
type appliedJSON struct {
	ID      string `json:"id"`
	Detail  string `json:"detail"`
	Number  string `json:"number,omitempty"`
	Already bool   `json:"already,omitempty"`
	Refused string `json:"refused,omitempty"`
}

// Run applies the change set. It ends with 1 where some of it was refused.
func (c *applyCommand) Run(p *program) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return unreadableFile(c.File, err)
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		org, err := o.orgCoded(ctx, c.Org)
		if err != nil {
			return err
		}
		a, err := o.engine.ApplyFindings(ctx, by, data, org, c.Check)
		if err != nil {
			return err
		}
		return c.report(p, &a)
	})
}

func (c *applyCommand) report(p *program, a *engine.Applied) error {
	var rows []appliedJSON
	refused := 0
	for _, x := range a.Rows {
		row := appliedJSON{ID: x.ID, Detail: x.Detail, Number: x.Number, Already: x.Already}
		if x.Refused != (workflow.Text{}) {
			refused++
			row.Refused = p.say(x.Refused)
		}
		rows = append(rows, row)
	}
	if c.JSON {
		if err := p.printJSON(map[string]any{"mandate": a.Set.Number, "new": a.New, "rows": rows}); err != nil {
			return err
		}
	} else {
		p.print(workflow.Say("授权%s，%s带回%d条：登记%d条，拒收%d条", "mandate %s, %s brings %d: %d logged, %d refused", a.Set.Number, a.Set.Name, len(rows), a.New, refused))
		for _, row := range rows {
			fmt.Fprintf(p.out, "  %s  %s  %s\n", row.Number, row.Detail, row.Refused)
		}
	}
	if refused > 0 {
		return exit(exitPartly)
	}
	return nil
}
