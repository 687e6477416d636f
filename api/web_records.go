package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	recordsPage = "/records"
	auditPage   = "/records/audit"
)

// showRecords searches the issues whose history the caller may read.
func (s *Server) showRecords(c echo.Context) error {
	ctx := c.Request().Context()
	by, get := actorOf(ctx), func(name string) string { return strings.TrimSpace(c.QueryParam(name)) }
	p := page.Records{Frame: s.frame(c, workflow.Say("历史查询", "History")), Asked: c.QueryParam("asked") != "", Audit: engine.Administers(&by, "audit_admin"), Filters: []page.Field{
		{Name: "text", Kind: page.Line, Label: workflow.Say("编号或问题文字", "Number or words of the problem"), Value: get("text"), Hint: "wide"},
		{Name: "org", Kind: page.Line, Label: workflow.Say("单位（名称或编码）及其下级", "Organisation (name or code), and below"), Value: get("org"), Hint: "wide"},
		{Name: "from", Kind: page.Date, Label: workflow.Say("整改时限自", "Due from"), Value: get("from")},
		{Name: "to", Kind: page.Date, Label: workflow.Say("至", "to"), Value: get("to")}}}
	if !p.Asked {
		return s.show(c, http.StatusOK, p)
	}
	found, err := s.searchRecords(c, get)
	if err != nil {
		return s.showFault(c, err, &p.Fault, func() page.Page { return p })
	}
	for n := range found.Rows {
		r := &found.Rows[n]
		org := found.Orgs[r.Responsible]
		p.Rows = append(p.Rows, page.RecordRow{Path: recordsPage + "/" + id(r.ID), IssuePath: "/issues/" + id(r.ID), Number: shownNumber(r), Title: r.Title, Org: org.Shown(),
			State: r.State.Text(), FoundOn: r.FoundOn, Due: r.Due})
	}
	if found.Next != "" {
		p.Pager.Next = with(c, "after", found.Next)
	}
	if get("after") != "" {
		p.Pager.First = with(c, "after", "")
	}
	return s.show(c, http.StatusOK, p)
}

func shownNumber(r *engine.Row) string {
	i := workflow.Issue{Number: r.Number, Round: r.Round}
	return i.ShownNumber()
}

func (s *Server) searchRecords(c echo.Context, get func(string) string) (engine.Page, error) {
	ctx := c.Request().Context()
	var in reading
	f := engine.Filter{Text: bareNumber(get("text")), DueFrom: dayOf(&in, "from", get("from")), DueTo: dayOf(&in, "to", get("to"))}
	if in.err != nil {
		return engine.Page{}, in.err
	}
	var under workflow.OrgID
	if get("org") != "" {
		org, err := s.Engine.FindOrg(ctx, get("org"))
		if err != nil {
			return engine.Page{}, err
		}
		under = org.ID
	}
	return s.Engine.Issues(ctx, actorOf(ctx), f, under, get("after"), pageSize)
}

// bareNumber takes the mark of the round off a number: issues are kept without it.
func bareNumber(text string) string {
	at := strings.LastIndex(text, "-R")
	if at <= 0 {
		return text
	}
	if _, err := strconv.Atoi(text[at+2:]); err != nil {
		return text
	}
	return text[:at]
}

// showRecord shows the whole history of an issue.
func (s *Server) showRecord(c echo.Context) error {
	issue, err := pathID[workflow.IssueID](c.Param("issue"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := s.Engine.Dossier(ctx, actorOf(ctx), issue)
	if err != nil {
		return err
	}
	lines, err := s.recordLines(&d)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, page.Record{Frame: s.frame(c, workflow.Say("办理历史 %s", "History of %s", d.Issue.ShownNumber())), Number: d.Issue.ShownNumber(),
		Problem: d.Issue.Detail, IssuePath: "/issues/" + id(issue), State: d.Issue.State.Text(), Lines: lines, Whole: d.Whole, ReadBy: actorOf(ctx).Name, ReadAt: s.Now()})
}

// recordLines writes the lines with what each of them changed.
func (s *Server) recordLines(d *engine.Dossier) ([]page.RecordLine, error) {
	names := names{orgs: d.Orgs, people: d.People}
	fields := make(map[string]json.RawMessage)
	var before workflow.Issue
	out := make([]page.RecordLine, 0, len(d.Lines))
	for n := range d.Lines {
		l := &d.Lines[n]
		row := recordLine(l)
		row.For = d.People[l.For]
		after := before
		if len(l.Data) > 0 {
			if err := json.Unmarshal(l.Data, &fields); err != nil {
				return nil, err
			}
			whole, err := json.Marshal(fields)
			if err != nil {
				return nil, err
			}
			if after, err = workflow.Fold(whole); err != nil {
				return nil, err
			}
			row.Changes = names.changes(l.Data, &before, &after)
		}
		before = after
		out = append(out, row)
	}
	return out, nil
}

func recordLine(l *workflow.Line) page.RecordLine {
	row := page.RecordLine{Seq: l.Seq, At: l.At, Action: lineText(l.Action), Name: l.Name, Post: postText(l.Post), Org: l.OrgName, OSUser: l.OSUser, Note: l.Note,
		Rule: l.Rule, Round: l.Round, Digest: hexOf(l.Digest[:])}
	if l.From != l.To && l.To != "" {
		row.From, row.To = l.From.Text(), l.To.Text()
		if l.From == "" {
			row.From = workflow.Say("（新）", "(new)")
		}
	}
	var r workflow.Relation
	if r.UnmarshalText([]byte(l.Relation)) == nil {
		row.Relation = r.Text()
	}
	return row
}

// lineText says what a line is about: an action on an issue, or what was done to an account or an organisation.
func lineText(action string) workflow.Text {
	if rule, ok := workflow.Action(action).Rule(); ok {
		return rule.Text
	}
	if text, ok := deeds[action]; ok {
		return text
	}
	return workflow.Text{Zh: action, En: action}
}

var deeds = map[string]workflow.Text{
	"sign_in": {Zh: "登录", En: "signed in"}, "sign_in_failed": {Zh: "登录失败", En: "sign-in failed"}, "sign_out": {Zh: "退出", En: "signed out"},
	"change_password": {Zh: "修改密码", En: "changed the password"}, "first_password": {Zh: "生成初始密码", En: "first password made"},
	"demo_password": {Zh: "设置演示密码", En: "demonstration password"}, "account_added": {Zh: "新增账号", En: "account added"}, "appointed": {Zh: "任命", En: "appointed"},
	"handed_over": {Zh: "移交名下问题", En: "handed over"}, "end_asked": {Zh: "申请终止任职", En: "end of posts asked for"}, "view_letter": {Zh: "查看督办函", En: "looked at a letter"},
	"appointment_ended": {Zh: "终止任职", En: "appointment ended"}, "exported": {Zh: "导出台账", En: "exported the ledger"}, "org_added": {Zh: "新增组织", En: "organisation added"},
	"org_changed": {Zh: "变更组织", En: "organisation changed"}, "audited": {Zh: "审计查看", En: "audited"}, "took_certificate": {Zh: "取得销号证明", En: "took the closure certificate"}, "view_signs": {Zh: "查看整改线索", En: "read the signs"}, "view_history": {Zh: "查阅历史", En: "read the history"},
	"download": {Zh: "下载材料", En: "downloaded evidence"}, "moved": {Zh: "随组织调整", En: "moved with its organisation"},
	"setting_changed": {Zh: "修改设置", En: "setting changed"}, "channel_chosen": {Zh: "修改提醒方式", En: "chose how to be reminded"},
	"robot_added": {Zh: "添加群机器人", En: "robot set up"}, "robot_changed": {Zh: "修改群机器人", En: "robot changed"}, "robot_deleted": {Zh: "删除群机器人", En: "robot deleted"},
	"mandate_granted": {Zh: "巡察授权", En: "mandate granted"}, "mandate_declared": {Zh: "回避声明", En: "ties declared"}, "bundle": {Zh: "取走证明包", En: "took a bundle"}, "mandate_packed": {Zh: "制作离线数据包", En: "offline pack made"},
	"pack_opened": {Zh: "打开离线数据包", En: "opened the offline pack"}, "mandate_applied": {Zh: "登记离线发现", En: "findings logged"}, "pack": {Zh: "取走离线数据包", En: "took the offline pack"}, "mandate_ended": {Zh: "提前终止授权", En: "mandate ended"},
	"list": {Zh: "查看列表", En: "looked at a list"}, "count": {Zh: "查看数字", En: "looked at figures"}, "export": {Zh: "导出", En: "exported"},
	"list_checklists": {Zh: "查看清单", En: "looked at checklists"}, "list_letters": {Zh: "查看督办函列表", En: "looked at letters"}, "list_calls": {Zh: "查看呼叫", En: "looked at calls"},
	"sources": {Zh: "查看来源汇总", En: "looked at sources"}, "duties": {Zh: "查看责任清单", En: "looked at a duty list"}, "burden": {Zh: "查看负担表", En: "looked at burdens"},
	"prompt": {Zh: "查看提示", En: "looked at a prompt"}, "similar": {Zh: "查看相似问题", En: "looked at similar issues"}, "explain": {Zh: "查看依据", En: "asked why"},
	"who_can": {Zh: "查看谁能办", En: "asked who can"}, "view_machine": {Zh: "查看流程", En: "looked at the machine"}, "view_self_checks": {Zh: "查看自查", En: "looked at self-checks"},
	"asked": {Zh: "要求自查", En: "asked to look"}, "have": {Zh: "答复：有同类问题", En: "answered: has it too"}, "have_not": {Zh: "答复：没有同类问题", En: "answered: does not have it"},
	"sent_again": {Zh: "再发未送达的消息", En: "sent again what was not delivered"},
}

// showAudit shows the audit administrator what was done to an account or an organisation.
func (s *Server) showAudit(c echo.Context) error {
	ctx := c.Request().Context()
	by := actorOf(ctx)
	if !engine.Administers(&by, "audit_admin") {
		return workflow.Forbidden("not_administrator", workflow.Say("只有安全审计员可以查看账号与组织的记录", "only the audit administrator reads the history of accounts and organisations"))
	}
	look := c.QueryParam("what") == "look"
	settings, err := s.auditedSettings(c)
	if err != nil {
		return err
	}
	p := page.Audit{Frame: s.frame(c, workflow.Say("账号与组织的记录", "Accounts and organisations")), Filters: []page.Field{
		{Name: "account", Kind: page.Line, Label: workflow.Say("账号", "Account"), Value: c.QueryParam("account")},
		{Name: "what", Kind: page.Select, Label: workflow.Say("账号的", "Of the account"), Required: true, Hint: "wide", Options: []page.Option{
			{Value: "account", Text: workflow.Say("登录、密码、任免", "sign-ins, passwords, posts")}, {Value: "look", Text: workflow.Say("查阅", "looks"), Chosen: look}}},
		{Name: "org", Kind: page.Line, Label: workflow.Say("或组织（编码或名称）", "Or organisation (code or name)"), Value: c.QueryParam("org"), Hint: "wide"},
		{Name: "setting", Kind: page.Select, Label: workflow.Say("或设置、群机器人、同类自查", "Or setting, robot or self-check"), Hint: "wide", Options: settings}}}
	kind, subject, title, err := s.audited(c, look)
	if err == nil && subject != 0 {
		err = s.fillAudit(c, &p, kind, subject)
		p.Subject = title
	}
	if err != nil {
		return s.showFault(c, err, &p.Fault, func() page.Page { return p })
	}
	return s.show(c, http.StatusOK, p)
}

// auditedSettings are the settings and robots whose history can be asked for.
func (s *Server) auditedSettings(c echo.Context) (out []page.Option, err error) {
	ctx := c.Request().Context()
	for _, r := range settingRows() {
		out = append(out, page.Option{Value: r.Name, Text: r.Text, Chosen: r.Name == c.QueryParam("setting")})
	}
	robots, err := s.Engine.RobotsAudited(ctx, actorOf(ctx))
	for _, robot := range slices.Sorted(maps.Keys(robots)) {
		value := auditedRobot + id(robot)
		out = append(out, page.Option{Value: value, Text: same(robots[robot]), Chosen: value == c.QueryParam("setting"), Group: workflow.Say("群机器人", "Robots")})
	}
	if err != nil {
		return nil, err
	}
	checks, err := s.Engine.SelfChecksAudited(ctx, actorOf(ctx))
	for _, check := range checks {
		value := auditedCheck + id(check.ID)
		out = append(out, page.Option{Value: value, Text: check.Title, Chosen: value == c.QueryParam("setting"), Group: workflow.Say("同类自查", "Self-checks")})
	}
	return out, err
}

// What stands before the id of a robot or a self-check where the name of a setting could be.
const (
	auditedRobot = "robot-"
	auditedCheck = "self-check-"
)

// audited finds out whose history is asked for; 0 for nobody's.
func (s *Server) audited(c echo.Context, look bool) (kind string, subject int64, title workflow.Text, err error) {
	ctx := c.Request().Context()
	for _, r := range settingRows() {
		if r.Name == c.QueryParam("setting") {
			return engine.KindSetting, engine.SettingSubject(r.Name), r.Text, nil
		}
	}
	if robot, ok := strings.CutPrefix(c.QueryParam("setting"), auditedRobot); ok {
		number, err := pathID[int64](robot)
		return engine.KindRobot, number, workflow.Say("群机器人", "Robot"), err
	}
	if check, ok := strings.CutPrefix(c.QueryParam("setting"), auditedCheck); ok {
		number, err := pathID[int64](check)
		return engine.KindSelfCheck, number, workflow.Say("同类自查", "Self-check"), err
	}
	switch account, org := strings.TrimSpace(c.QueryParam("account")), strings.TrimSpace(c.QueryParam("org")); {
	case account != "":
		p, err := s.Engine.PersonByAccount(ctx, account)
		if kind = engine.KindAccount; look {
			kind = engine.KindLook
		}
		return kind, int64(p.ID), workflow.Text{Zh: p.Name + " " + p.Account, En: p.Name + " " + p.Account}, err
	case org != "":
		o, err := s.Engine.FindOrg(ctx, org)
		return engine.KindOrg, int64(o.ID), workflow.Text{Zh: o.Shown() + " " + o.Code, En: o.Shown() + " " + o.Code}, err
	}
	return "", 0, title, nil
}

func (s *Server) fillAudit(c echo.Context, p *page.Audit, kind string, subject int64) error {
	ctx := c.Request().Context()
	before, err := strconv.Atoi(first(c.QueryParam("before"), "0"))
	if err != nil || before < 0 {
		return workflow.Invalid("bad_cursor", "before", workflow.Say("翻页标记无效，请从第一页重新开始", "this is not the end of a page; start again from the first page"))
	}
	r, err := s.Engine.Audit(ctx, actorOf(ctx), kind, subject, before, pageSize)
	if err != nil {
		return err
	}
	p.Whole = r.Whole
	for n := range r.Lines {
		p.Lines = append(p.Lines, recordLine(&r.Lines[n]))
	}
	if r.Next != 0 {
		p.Pager.Next = with(c, "before", strconv.Itoa(r.Next))
	}
	if before != 0 {
		p.Pager.First = with(c, "before", "")
	}
	return nil
}
