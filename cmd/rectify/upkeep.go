package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
	"rectify/workflow/store"
)

// migrateCommand brings the tables up to the program.
type migrateCommand struct {
	Status bool `help:"只看版本，不改动 look only."`
}

// Run migrates, or says how things stand.
func (c *migrateCommand) Run(p *program) error {
	cfg := p.storeConfig(false)
	if c.Status {
		s, err := store.Status(p.ctx, cfg)
		if err != nil {
			return err
		}
		p.print(workflow.Say("%s：表结构第 %d 版，本程序需要第 %d 版", "%s: the tables are at version %d, this program needs %d", s.Database, s.Current, s.Target))
		return nil
	}
	done, err := store.Migrate(p.ctx, cfg)
	if err != nil {
		return err
	}
	for _, file := range done {
		p.print(workflow.Say("已执行 %s", "done: %s", file))
	}
	if len(done) == 0 {
		p.print(workflow.Say("表结构已是最新", "the tables are up to date"))
	}
	return nil
}

// userCommand is about accounts.
type userCommand struct {
	Passwords passwordsCommand `cmd:"" help:"生成初始密码，首次登录须修改 make first passwords, to be changed at the first sign-in."`
	List      listCommand      `cmd:"" help:"账号与现任职务 accounts and the posts they hold."`
}

// passwordsCommand hands first passwords out.
type passwordsCommand struct {
	Account []string `help:"哪些账号；不给则为所有还没有密码的账号 which accounts; all without a password if not given." placeholder:"ACCOUNT"`
	Out     string   `short:"o" help:"写到哪个工作簿(.xlsx)the workbook to write; it must not be there yet." placeholder:"FILE"`
	byFlag
	jsonFlag
}

// Run makes the passwords and hands them out. The file is made first, so that no password is set that nobody learns.
func (c *passwordsCommand) Run(p *program) error {
	if (c.Out == "") == !c.JSON {
		return workflow.Invalid("missing_file", "out", workflow.Say("请用 -o 文件.xlsx 说明写到哪里（或用 --json）", "say with -o FILE.xlsx where to write them (or use --json)"))
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		if c.JSON {
			return p.printPasswords(ctx, o, by, c.Account)
		}
		file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return unwritable(c.Out, err)
		}
		n, err := writePasswords(ctx, o, by, c.Account, file)
		if err = errors.Join(err, file.Close()); err != nil {
			return errors.Join(err, os.Remove(c.Out))
		}
		p.print(workflow.Say("已为 %d 个账号生成初始密码，写在 %s（只此一份，请当面发放）", "made first passwords for %d accounts, in %s (the only copy: hand them out in person)", n, c.Out))
		return nil
	})
}

func (p *program) printPasswords(ctx context.Context, o *opened, by workflow.Actor, accounts []string) error {
	made, err := o.engine.FirstPasswords(ctx, by, accounts)
	if err != nil {
		return err
	}
	type one struct {
		Account  string `json:"account"`
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	out := make([]one, len(made))
	for n, m := range made {
		out[n] = one(m)
	}
	return p.printJSON(out)
}

func writePasswords(ctx context.Context, o *opened, by workflow.Actor, accounts []string, w io.Writer) (int, error) {
	made, err := o.engine.FirstPasswords(ctx, by, accounts)
	if err != nil {
		return 0, err
	}
	rows := make([][]string, len(made))
	for n, m := range made {
		rows[n] = []string{m.Name, m.Account, m.Password, "首次登录后请立即修改"}
	}
	return len(made), sheet.WriteSheet(w, "初始密码（发放后请销毁）", []string{"姓名", "账号", "初始密码", "说明"}, rows)
}

// listCommand lists accounts.
type listCommand struct {
	byFlag
	jsonFlag
}

type personJSON struct {
	Account string     `json:"account"`
	Name    string     `json:"name"`
	Active  bool       `json:"active"`
	Posts   []postJSON `json:"posts"`
}

type postJSON struct {
	Post    workflow.Post `json:"post"`
	OrgName string        `json:"org_name"`
	From    workflow.Day  `json:"from"`
	Until   workflow.Day  `json:"until,omitempty"`
}

// Run lists the accounts.
func (c *listCommand) Run(p *program) error {
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		people, err := allPeople(ctx, o.engine, by)
		if err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(people)
		}
		for _, x := range people {
			fmt.Fprintf(p.out, "%-16s %s  %s\n", x.Account, x.Name, p.posts(x))
		}
		return nil
	})
}

// posts is what somebody is, in words.
func (p *program) posts(x personJSON) string {
	posts := make([]string, len(x.Posts))
	for n, held := range x.Posts {
		rule, _ := workflow.PostNamed(string(held.Post))
		posts[n] = held.OrgName + " " + p.say(rule.Text)
	}
	return strings.Join(posts, p.say(workflow.Say("；", "; ")))
}

func allPeople(ctx context.Context, e *engine.Engine, by workflow.Actor) ([]personJSON, error) {
	out := []personJSON{}
	for after := ""; ; {
		page, err := e.People(ctx, by, after, engine.PageLimit)
		if err != nil {
			return nil, err
		}
		for _, x := range page {
			after = x.Account
			one := personJSON{Account: x.Account, Name: x.Name, Active: x.Active, Posts: []postJSON{}}
			for _, a := range x.Appointments {
				one.Posts = append(one.Posts, postJSON{a.Post, a.OrgName, a.From, a.Until})
			}
			out = append(out, one)
		}
		if len(page) < engine.PageLimit {
			return out, nil
		}
	}
}

// versionCommand says what program this is.
type versionCommand struct{ jsonFlag }

// Run prints the version.
func (c *versionCommand) Run(p *program) error {
	if c.JSON {
		return p.printJSON(map[string]string{"version": version, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH})
	}
	fmt.Fprintf(p.out, "rectify %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
