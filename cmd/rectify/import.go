package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
)

// importCommand takes workbooks in.
type importCommand struct {
	Orgs      orgsCommand      `cmd:"" help:"导入组织架构 import the tree of organisations."`
	People    peopleCommand    `cmd:"" help:"导入人员与任职 import people and their appointments."`
	Checklist checklistCommand `cmd:"" help:"导入问题清单 import a checklist."`
}

// tableFlags are what the import of organisations and that of people have in common.
type tableFlags struct {
	File  string `arg:"" help:"Excel 工作簿(.xlsx),- 为标准输入 the workbook, - for the standard input."`
	Check bool   `help:"只检查，不写入 check only."`
	byFlag
	jsonFlag
}

type orgsCommand struct{ tableFlags }

// Run imports organisations.
func (c *orgsCommand) Run(p *program) error {
	return p.importTable(c.tableFlags, func(o *opened) importer { return o.engine.ImportOrgs })
}

type peopleCommand struct{ tableFlags }

// Run imports people.
func (c *peopleCommand) Run(p *program) error {
	return p.importTable(c.tableFlags, func(o *opened) importer { return o.engine.ImportPeople })
}

// importer is a way to import a table that is all or nothing.
type importer func(ctx context.Context, by workflow.Actor, book *sheet.Book, check bool) (engine.Report, error)

// importTable imports a table. While the program knows no person yet, nobody needs to be named as the one who does it.
func (p *program) importTable(f tableFlags, way func(*opened) importer) error {
	report, err := p.imported(f.File, func(ctx context.Context, o *opened, book *sheet.Book) (engine.Report, error) {
		by, err := f.firstActor(ctx, o)
		if err != nil {
			return engine.Report{}, err
		}
		return way(o)(ctx, by, book, f.Check)
	})
	return p.report(f.JSON, report, err)
}

// firstActor is the actor named, or nobody while there is nobody to name.
func (f tableFlags) firstActor(ctx context.Context, o *opened) (workflow.Actor, error) {
	if f.By != "" {
		return f.actor(ctx, o)
	}
	people, err := o.engine.People(ctx, workflow.Actor{}, "", 1)
	if err != nil {
		return workflow.Actor{}, err
	}
	if len(people) > 0 {
		return f.actor(ctx, o) // says that one must be named
	}
	return workflow.Actor{Name: o.osUser, OSUser: o.osUser}, nil
}

// checklistCommand imports a checklist.
type checklistCommand struct {
	File    string `arg:"" help:"Excel 工作簿(.xlsx),- 为标准输入 the workbook, - for the standard input."`
	Source  string `help:"问题来源，行内另有写明的除外：inspection、audit、self_check …… the source, unless a row says its own." placeholder:"CODE"`
	Mode    string `help:"check 只检查；all 全部或都不；good 导入合格的行。check only; all or nothing; take the good rows." enum:"check,all,good" default:"good"`
	Rejects string `help:"把不能导入的行写成工作簿，改好后可再导入 write the rows that cannot be taken to a workbook that can be mended and imported." placeholder:"FILE"`
	Title   string `help:"清单名称；不给则取自文件 the title; the file's own if not given."`
	Org     string `help:"清单属于哪个单位（组织编码）；不给则为本人任职单位 whose list it is (code of the organisation)." placeholder:"CODE"`
	byFlag
	jsonFlag
}

// Run imports a checklist.
func (c *checklistCommand) Run(p *program) error {
	report, err := p.imported(c.File, func(ctx context.Context, o *opened, book *sheet.Book) (engine.Report, error) {
		by, err := c.actor(ctx, o)
		if err != nil {
			return engine.Report{}, err
		}
		org, err := o.orgCoded(ctx, c.Org)
		if err != nil {
			return engine.Report{}, err
		}
		return o.engine.ImportChecklist(ctx, by, book, engine.ImportOptions{
			Source: workflow.Source(c.Source), Mode: c.Mode, Title: c.Title, File: fileName(c.File), Org: org,
		})
	})
	if err == nil && c.Rejects != "" && len(report.Rejects) > 0 {
		err = writeRejects(c.Rejects, report)
	}
	return p.report(c.JSON, report, err)
}

// imported reads the workbook and hands it to the engine. A database that is empty is set up first.
func (p *program) imported(file string, do func(context.Context, *opened, *sheet.Book) (engine.Report, error)) (report engine.Report, err error) {
	book, err := p.readBook(file)
	if err != nil {
		return report, err
	}
	err = p.with(true, func(ctx context.Context, o *opened) error {
		report, err = do(ctx, o, book)
		return err
	})
	return report, err
}

// fileName is the name by which history knows a workbook.
func fileName(arg string) string {
	if arg == "-" {
		return "stdin.xlsx"
	}
	return filepath.Base(arg)
}

func (p *program) readBook(name string) (*sheet.Book, error) {
	if name == "-" {
		return sheet.Read(p.ctx, p.in, fileName(name), sheet.DefaultLimits())
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, unreadableFile(name, err)
	}
	defer file.Close()
	return sheet.Read(p.ctx, file, fileName(name), sheet.DefaultLimits())
}

// writeRejects writes the rows that were refused. The workbook bears the title of the checklist, so that it is known again when it comes
// back mended.
func writeRejects(name string, r engine.Report) error {
	r.List.Title = r.Title
	return writeFile(name, func(w io.Writer) error { return sheet.WriteRejects(w, r.List, r.Rejects) })
}

// writeFile writes a file for its owner alone. What was there before stays when writing fails.
func writeFile(name string, write func(io.Writer) error) error {
	part, err := os.CreateTemp(filepath.Dir(name), ".rectify-*")
	if err != nil {
		return unwritable(name, err)
	}
	if err := write(part); err != nil {
		if _, disk := errors.AsType[*fs.PathError](err); disk {
			err = unwritable(name, err)
		}
		return errors.Join(err, part.Close(), os.Remove(part.Name()))
	}
	err = errors.Join(part.Sync(), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), name)
	}
	if err != nil {
		return errors.Join(unwritable(name, err), os.Remove(part.Name()))
	}
	return nil
}

func unwritable(name string, err error) error {
	return workflow.Invalid("unwritable", "file", workflow.Say("写不了 %s（%v），请检查路径、权限和磁盘", "%s cannot be written (%v); check the path, the permissions and the disk", name, err))
}
