package sheet

import (
	"strings"

	"rectify/workflow"
)

// The fields of the tables of organisations and appointments.
const (
	fCode    field = "code"
	fShort   field = "short"
	fLevel   field = "level"
	fParent  field = "parent"
	fAccount field = "account"
	fMobile  field = "mobile"
	fOrg     field = "org"
	fPost    field = "post"
	fFrom    field = "from"
	fUntil   field = "until"
)

// orgSynonyms and postSynonyms are the headers of the two tables.
var orgSynonyms = []headerWords{
	{fCode, "组织编码 编码 组织代码 代码 组织编号 编号"}, {fName, "组织名称 名称 党组织名称 组织全称 全称"}, {fShort, "简称 组织简称"},
	{fLevel, "层级 组织层级 组织类型 组织类别 类别"}, {fParent, "上级组织编码 上级编码 上级组织代码 上级组织 上级 隶属组织编码"},
	{fExtra, "序号 备注 联系人 联系电话 地址"},
}

var postSynonyms = []headerWords{
	{fName, "姓名 人员姓名"}, {fAccount, "账号 帐号 用户名 登录名 工号"}, {fMobile, "手机 手机号 手机号码 联系电话 电话"},
	{fOrg, "任职组织编码 组织编码 任职组织代码 组织代码 任职组织 所在组织编码"}, {fPost, "职务 任职职务 党内职务 岗位 职务名称"},
	{fFrom, "起 任职时间 任职开始 起始日期 开始日期 任职起 任职日期 起始时间 开始时间"}, {fUntil, "止 任职结束 结束日期 截止日期 任职止 免职日期 免职时间 终止日期 结束时间 截止时间"},
	{fExtra, "序号 备注 性别 所在组织 组织名称"},
}

// levelWords and postWords are the levels and posts of the program by their Chinese names.
var levelWords = map[string]string{
	"机关工委": "work_committee", "工委": "work_committee", "党组": "party_group", "机关党委": "organ_committee",
	"党委": "organ_committee", "党总支": "general_branch", "总支": "general_branch", "党支部": "branch", "支部": "branch",
}

var postWords = map[string]string{
	"工委书记": "work_secretary", "工委督查员": "work_supervisor", "督查员": "work_supervisor", "党组书记": "group_secretary", "党组成员": "group_member",
	"机关党委书记": "committee_secretary", "专职副书记": "committee_deputy", "机关党委专职副书记": "committee_deputy", "党务干部": "committee_officer",
	"总支书记": "general_secretary", "党总支书记": "general_secretary", "支部书记": "branch_secretary", "党支部书记": "branch_secretary",
	"支部委员": "branch_officer", "联络员": "branch_officer", "支部委员/联络员": "branch_officer", "巡察员": "inspector",
	"系统管理员": "system_admin", "安全保密管理员": "security_admin", "安全管理员": "security_admin", "安全审计员": "audit_admin", "审计管理员": "audit_admin",
}

// ReadOrgs understands a workbook as a table of organisations. ErrInvalid "workbook_no_header" when there is none.
func ReadOrgs(b *Book) ([]OrgRow, error) {
	var orgs []OrgRow
	err := eachRow(b, orgSynonyms, []field{fCode, fName, fLevel}, func(r *reading) {
		o := OrgRow{Place: r.place, Code: r.text(fCode), Name: r.text(fName), Short: r.text(fShort), Parent: r.text(fParent)}
		o.Level = word(r, fLevel, levelWords, &o.Refused)
		need(r, &o.Refused, fCode, workflow.Say("没有组织编码", "The code of the organisation is missing."))
		need(r, &o.Refused, fName, workflow.Say("没有组织名称", "The name of the organisation is missing."))
		orgs = append(orgs, o)
	})
	return orgs, err
}

// ReadPosts understands a workbook as a table of appointments. ErrInvalid "workbook_no_header" when there is none.
func ReadPosts(b *Book) ([]PostRow, error) {
	var posts []PostRow
	err := eachRow(b, postSynonyms, []field{fName, fAccount, fOrg, fPost}, func(r *reading) {
		p := PostRow{Place: r.place, Name: r.text(fName), Account: r.text(fAccount), Mobile: r.text(fMobile), OrgCode: r.text(fOrg)}
		p.Post = word(r, fPost, postWords, &p.Refused)
		p.From = tableDay(r, fFrom, &p.Refused)
		p.Until = tableDay(r, fUntil, &p.Refused)
		need(r, &p.Refused, fName, workflow.Say("没有姓名", "The name is missing."))
		need(r, &p.Refused, fAccount, workflow.Say("没有账号", "The account is missing."))
		need(r, &p.Refused, fOrg, workflow.Say("没有任职组织编码", "The code of the organisation is missing."))
		if p.From != "" && p.Until != "" && p.Until < p.From {
			p.Refused = append(p.Refused, tableFinding(r, fUntil, "ends_before_start", workflow.Say("止于 %s，早于起始 %s", "It ends on %s, before it starts on %s.", p.Until, p.From)))
		}
		posts = append(posts, p)
	})
	return posts, err
}

// eachRow reads the rows of all tables that have the columns asked for.
func eachRow(b *Book, words []headerWords, asked []field, take func(*reading)) error {
	tables := 0
	dict := newDictionary(words)
	for n := range b.sheets {
		for _, table := range dict.blocks(&b.sheets[n]) {
			if !table.hasAll(asked) {
				continue
			}
			tables++
			for row := table.first; row < table.end; row++ {
				r := table.read(row)
				if filled := r.line(); filled != "" && !footing(filled) {
					take(&r)
				}
			}
		}
	}
	if tables > 0 {
		return nil
	}
	var names []string
	for _, w := range words {
		for _, f := range asked {
			if w.field == f {
				names = append(names, strings.Fields(w.headers)[0])
			}
		}
	}
	return workflow.Invalid("workbook_no_header", "file", workflow.Say("没有认出表头：要有 %s 各列", "No header was recognised. These columns are needed: %s.", strings.Join(names, "、")))
}

func (b *block) hasAll(fields []field) bool {
	for _, f := range fields {
		if !b.has(f) {
			return false
		}
	}
	return true
}

func tableFinding(r *reading, f field, code string, reason workflow.Text) Finding {
	return Finding{Place: r.where(f), Value: r.text(f), Reason: reason, Code: code}
}

// need refuses a row that lacks a field.
func need(r *reading, refused *[]Finding, f field, reason workflow.Text) {
	if r.text(f) == "" {
		*refused = append(*refused, tableFinding(r, f, "missing", reason))
	}
}

// word understands a level or a post, by its Chinese name or by the word of the program.
func word(r *reading, f field, words map[string]string, refused *[]Finding) string {
	text := strings.Join(strings.Fields(narrow(r.text(f))), "")
	if code, ok := words[text]; ok {
		return code
	}
	for _, code := range words {
		if code == text {
			return code
		}
	}
	*refused = append(*refused, tableFinding(r, f, "unknown_word", workflow.Say("不认识“%s”", "%q is not known.", text)))
	return ""
}

// tableDay understands a day; only whole days are taken.
func tableDay(r *reading, f field, refused *[]Finding) workflow.Day {
	if r.text(f) == "" {
		return ""
	}
	m := dayReader{end: f == fUntil}.read(r.cells[f].cell)
	if m.fault.any() || m.day == "" {
		*refused = append(*refused, tableFinding(r, f, "bad_day", workflow.Say("看不懂日期“%s”，请写作 2026-03-31", "The date %q is not understood; write 2026-03-31.", r.text(f))))
	}
	return m.day
}
