package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// table is a table that administrators import whole: organisations, or people with their appointments.
type table struct {
	s       *Server
	path    string
	title   workflow.Text
	hint    workflow.Text
	columns string
	run     func(ctx context.Context, by workflow.Actor, book *engine.Book, check bool) (engine.Report, error)
	may     func(by *workflow.Actor) bool
	who     workflow.Text
	after   string // where to go on once it is taken
}

func (s *Server) tables() []table {
	return []table{
		{s: s, path: "/orgs/import", title: workflow.Say("导入组织架构", "Import organisations"), columns: "组织编码、组织名称、简称、层级、上级组织编码",
			hint: workflow.Say("按组织编码识别：新编码新增，已有的按表更新。有一行不对则全部不写入。", "Known by their codes: new ones are added, known ones changed. One wrong row and nothing is written."),
			run:  s.Engine.ImportOrgs, who: workflow.Say("系统管理员", "system administrator"), after: "/people/import",
			may: func(by *workflow.Actor) bool { orgs, _ := engine.MayImportTables(by); return orgs }},
		{s: s, path: "/people/import", title: workflow.Say("导入人员与任职", "Import people and appointments"), columns: "姓名、账号、手机、任职组织编码、职务、起、止",
			hint: workflow.Say("一行一个任职，一人可有多行。先导入组织架构。有一行不对则全部不写入。", "One appointment a row, a person may have several. Organisations come first. One wrong row and nothing is written."),
			run:  s.Engine.ImportPeople, who: workflow.Say("系统管理员或安全保密管理员", "system or security administrator"), after: passwordsPage,
			may: func(by *workflow.Actor) bool { _, people := engine.MayImportTables(by); return people }},
	}
}

func (t table) routes() []route {
	return []route{
		{"GET", t.path, member, nothing, t.showUpload},
		{"POST", t.path, member, workbook, t.upload},
		{"GET", t.path + "/:hash", member, nothing, t.showCheck},
		{"POST", t.path + "/:hash", member, pageForm, t.take},
	}
}

// admitted refuses those who may not import the table, before they have chosen a file.
func (t table) admitted(c echo.Context) error {
	if by := actorOf(c.Request().Context()); !t.may(&by) {
		return workflow.Forbidden("not_administrator", workflow.Say("只有%s可以这样做", "only the %s may do this", t.who))
	}
	return nil
}

func (t table) page(c echo.Context) *page.Upload {
	frame := t.s.frame(c, t.title)
	frame.Narrow = true
	return &page.Upload{Frame: frame, Hint: t.hint, Columns: t.columns, Step: 1,
		Form: page.Form{Action: t.path, Submit: workflow.Say("上传并检查", "Send and check"), Files: true, Most: t.s.Limits.Workbook}}
}

// showUpload shows where the table is sent in.
func (t table) showUpload(c echo.Context) error {
	if err := t.admitted(c); err != nil {
		return err
	}
	return t.s.show(c, http.StatusOK, t.page(c))
}

// upload keeps the workbook and goes on to what it would change.
func (t table) upload(c echo.Context) error {
	if err := t.admitted(c); err != nil {
		return err
	}
	in, file, err := t.s.receive(c)
	if err != nil && in.values == nil {
		return err
	}
	if err == nil {
		_, err = t.read(c, file.Hash, file.Name, true)
	}
	if err == nil {
		return c.Redirect(http.StatusSeeOther, t.path+"/"+file.Hash+"?"+url.Values{"name": {file.Name}}.Encode())
	}
	return t.s.uploadAgain(c, t.page(c), file, err)
}

func (t table) read(c echo.Context, hash, name string, check bool) (engine.Report, error) {
	ctx := c.Request().Context()
	if err := t.s.allowUpload(ctx, hash); err != nil {
		return engine.Report{}, err
	}
	book, err := t.s.Engine.OpenBook(ctx, hash, name)
	if err != nil {
		return engine.Report{}, err
	}
	return t.run(ctx, actorOf(ctx), book, check)
}

// showCheck shows what an import would change, or why it cannot be taken.
func (t table) showCheck(c echo.Context) error {
	name := c.QueryParam("name")
	r, err := t.read(c, c.Param("hash"), name, true)
	if err != nil {
		return err
	}
	return t.s.show(c, http.StatusOK, t.checkPage(c, name, &r))
}

func (t table) checkPage(c echo.Context, name string, r *engine.Report) page.TableCheck {
	p := page.TableCheck{Frame: t.s.frame(c, t.title), File: name, Action: t.path + "/" + c.Param("hash"), Anew: t.path, Read: r.Read, Takable: r.Taken, Known: r.Already}
	for _, x := range r.Refused {
		p.Refused = append(p.Refused, remarkOf(x, true))
	}
	return p
}

// take imports the table. If that is not possible any more, its page says why.
func (t table) take(c echo.Context) error {
	name := c.FormValue("name")
	r, err := t.read(c, c.Param("hash"), name, false)
	if err != nil {
		return err
	}
	if len(r.Refused) > 0 {
		return t.s.show(c, http.StatusConflict, t.checkPage(c, name, &r))
	}
	return t.s.done(c, t.after, workflow.Say("%s：写入%d行，其余%d行没有变化", "%s: %d rows written, %d as they were", t.title, r.Taken, r.Already))
}

// tableLinks are the tables that somebody may import.
func (s *Server) tableLinks(by *workflow.Actor) (out []page.Link) {
	for _, t := range s.tables() {
		if t.may(by) {
			out = append(out, page.Link{Path: t.path, Text: t.title})
		}
	}
	if may, _ := engine.MayImportTables(by); may {
		out = append(out, page.Link{Path: passwordsPage, Text: workflow.Say("初始密码", "First passwords")})
	}
	return out
}

const passwordsPage = "/people/passwords"

// showFirstPasswords shows where first passwords are made.
func (s *Server) showFirstPasswords(c echo.Context) error {
	by := actorOf(c.Request().Context())
	if may, _ := engine.MayImportTables(&by); !may {
		return workflow.Forbidden("not_administrator", workflow.Say("初始密码由系统管理员生成", "first passwords are made by the system administrator"))
	}
	return s.show(c, http.StatusOK, s.passwordsPage(c, passwordsForm("")))
}

func (s *Server) passwordsPage(c echo.Context, f page.Form) page.FirstPasswords {
	p := page.FirstPasswords{Frame: s.frame(c, workflow.Say("初始密码", "First passwords")), Form: f}
	p.Narrow = true
	return p
}

func passwordsForm(accounts string) page.Form {
	return page.Form{Action: passwordsPage, Submit: workflow.Say("生成并下载", "Make and download"), Fields: []page.Field{
		{Name: "accounts", Kind: page.Area, Label: workflow.Say("账号（每行一个）", "Accounts, one a line"), Value: accounts,
			Help: workflow.Say("不填：为所有还没有密码的人生成。填写的账号若已有密码，会被重置。", "Left empty: everyone who has no password. An account that has one gets a new one.")},
	}}
}

// sendFirstPasswords makes first passwords and sends them as a workbook. They are shown this once.
func (s *Server) sendFirstPasswords(c echo.Context) error {
	ctx := c.Request().Context()
	text := c.FormValue("accounts")
	made, err := s.Engine.FirstPasswords(ctx, actorOf(ctx), strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,,、;；", r) }))
	if err == nil && len(made) == 0 {
		err = workflow.Refused("nobody_without", workflow.Say("每个人都已有密码。要重置某人的密码，请写明账号", "everyone has a password; name the accounts to give new ones"))
	}
	if err != nil {
		f := passwordsForm(text)
		return s.showForm(c, &f, err, func() page.Page { return s.passwordsPage(c, f) })
	}
	attach(c.Response(), "初始密码.xlsx", workbookType)
	return whole(c.Response(), engine.WriteFirstPasswords(c.Response(), made))
}
