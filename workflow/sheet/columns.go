package sheet

import (
	"strings"
	"unicode"
)

// field is what a column of a checklist holds.
type field string

const (
	fNumber      field = "number"
	fSource      field = "source"
	fAspect      field = "aspect"  // nothing but a heading over several problems
	fProblem     field = "problem" // states the problem; of two such columns the more specific is the issue, the other its aspect
	fGoal        field = "goal"
	fMeasures    field = "measures"
	fLeader      field = "leader"
	fResponsible field = "responsible"
	fAssisting   field = "assisting"
	fPerson      field = "person"
	fFinder      field = "finder"
	fFound       field = "found"
	fKind        field = "kind"
	fGrade       field = "grade"
	fDue         field = "due"
	fStatus      field = "status"
	fAmount      field = "amount"
	fRecovered   field = "recovered"
	fExtra       field = "extra"   // known, and kept by its header
	fOrigin      field = "origin"  // added by WriteRejects or WriteLedger, of no meaning to a list
	fDetail      field = "detail"  // the column among those of fProblem that states the issue …
	fSummary     field = "summary" // … and the less specific one beside it, its aspect
	fName        field = "name"    // of an organisation or a person, in the tables of those
)

// headerWords are the headers by which a field is known, the best first.
type headerWords struct {
	field   field
	headers string
}

// synonyms are the headers by which each field is known. Order matters where two columns of a sheet claim one field: the one that
// stands earlier here has it, the other is kept by its header. For the problem it means: the more specific first.
// A header is recognised when it is one of these or ends in one of three characters or more (整改责任单位, 主要存在问题), except in one
// marked with "=", which is how names end.
var synonyms = []headerWords{
	{fNumber, "通知书号 文书号 问题编号 清单编号 问题序号 编号 序号 编码 项次 No"},
	{fSource, "问题来源 来源 发现途径 问题渠道 来源渠道"},
	{fProblem, "具体表现 具体问题表现 问题具体表现 具体问题 问题表现 主要表现 问题描述 问题详情 问题具体描述 问题内容 具体内容 具体情况 " +
		"查摆出的问题 查摆问题 排查出的问题 排查问题 自查出的问题 自查问题 检视出的问题 检视问题 存在问题 存在的问题 存在主要问题 存在的主要问题 存在不足 发现问题 发现的问题 问题事项 主要问题 问题 " +
		"反馈问题 巡察反馈问题 巡视反馈问题 反馈意见 反馈的问题 整改事项 整改任务 整改内容 问题摘要 问题概述 问题概要 问题清单 问题名称 问题标题"},
	{fAspect, "方面 问题方面 所属方面 问题类别 问题类型 问题分类 类别 问题大类 所属类别 反馈方面 所属领域 领域 板块"},
	{fGoal, "整改目标 目标 预期目标 整改要求 工作目标"},
	{fMeasures, "整改措施 具体整改措施 整改举措 具体措施 措施 改进措施 整改方案"},
	{fLeader, "责任领导 分管领导 包案领导 牵头领导 督办领导 整改责任领导"},
	{fResponsible, "牵头单位 牵头部门 责任支部 责任党支部 整改责任支部 责任单位 整改责任单位 整改单位 责任部门 责任科室 责任处室 承办单位 承办部门 " +
		"主责单位 责任主体 所在支部 所在党支部 支部名称 =党支部 所属支部 所在单位 责任党组织 责任组织 所在党组织 所属党组织 党组织名称 =党组织 主办单位 支部 被审计单位 被巡察单位 被督查单位 填报单位 上报单位 单位名称 单位"},
	{fAssisting, "配合单位 配合部门 协办单位 协助单位 协办部门 配合科室 责任配合单位 协同单位"},
	{fPerson, "责任人 整改责任人 直接责任人 具体责任人 责任人员 承办人 经办人 整改负责人 负责人"},
	{fFinder, "检查人 发现人 查摆人 检查人员 排查人"},
	{fFound, "检查时间 检查日期 发现时间 发现日期 查摆时间 查摆日期 反馈时间 反馈日期 排查时间 问题发现时间 登记时间 登记日期"},
	{fKind, "整改类型 整改方式 整改类别 整改性质 整改分类"},
	{fGrade, "问题等级 等级 风险等级 严重程度 问题程度 问题性质 问题级别"},
	{fDue, "整改时限 整改期限 整改完成时限 完成时限 办结期限 办结时限 整改截止时间 截止时间 截止日期 到期日 计划完成时间 计划完成日期 拟完成时间 预计完成时间 " +
		"要求完成时间 应完成时间 整改完成时间 完成期限 整改时间节点 时间节点 销号时限 时限要求 时限 期限 完成时间 完成日期 办结时间 整改时间"},
	{fStatus, "完成情况 整改情况 整改完成情况 整改进展 进展情况 完成状态 整改状态 整改结果 落实情况 办理情况 是否完成 是否整改 状态 目前进展 整改进度 完成进度 进度"},
	{fRecovered, "已整改金额 已追缴金额 已收回金额 已上缴金额 已追回金额 已纠正金额 整改到位金额 已挽回金额"},
	{fAmount, "问题金额 涉及金额 违规金额 涉案金额 金额 审计金额 查出金额 应整改金额"},
	{fExtra, "定性依据 法规依据 审计建议 整改建议 证明材料 佐证材料 印证材料 下一步安排 下一步打算 下步措施 复查时间 复查人 复查结果 复查情况 审计项目 项目名称 " +
		"备注 说明 未完成原因 实际完成时间 实际完成日期 验收时间 验收人 验收结果 销号时间 销号情况 联系电话 联系方式 填报人 原因分析 产生原因 未整改金额 " +
		"长效机制 制度成果 整改成效 验收标准 督办部门 监督单位 责任股室电话"},
	{fOrigin, colFromSheet + " " + colFromRow + " " + colReason + " " + colDueNote},
}

// The columns that WriteRejects and WriteLedger add, and the mark before a header that it had to rename.
const (
	renamed      = "原"
	colFromSheet = "原表"
	colDueNote   = "时限说明" // what WriteLedger says of a due day
	colFromRow   = "原行"
	colReason    = "退回原因"
)

// meaning is what a header was understood as.
type meaning struct {
	field field
	rank  int    // the smaller, the better its claim to the field
	whole bool   // recognised only as a whole, not at the end of a header
	unit  string // of money, "" if the header names none
}

// dictionary finds fields by header.
type dictionary map[string]meaning

func newDictionary(words []headerWords) dictionary {
	d := dictionary{}
	for _, s := range words {
		for rank, header := range strings.Fields(s.headers) {
			name, whole := strings.CutPrefix(strings.ToLower(header), "=")
			d[name] = meaning{field: s.field, rank: rank, whole: whole}
		}
	}
	return d
}

// find understands one header, by the whole of it or by its end.
func (d dictionary) find(header string) (meaning, bool) {
	name, unit := stripHeader(header)
	if name == "" || len(name) > 90 {
		return meaning{}, false
	}
	m, ok := d[name]
	if !ok {
		m, ok = d[strings.TrimSuffix(name, "名称")]
	}
	if before, _, cut := strings.Cut(name, "及"); !ok && cut { // 责任人及联系电话
		m, ok = d[before]
	}
	if !ok && !strings.Contains(name, "未") && !strings.HasPrefix(name, "是否") {
		m, ok = d.suffix([]rune(name))
	}
	m.unit = unit
	return m, ok
}

// suffix looks for the longest known header of three characters or more at the end of name: its head, in Chinese.
func (d dictionary) suffix(name []rune) (meaning, bool) {
	for from := 1; from+3 <= len(name); from++ {
		if m, ok := d[string(name[from:])]; ok && !m.whole {
			m.rank += 1000 // a header found whole has the better claim
			return m, true
		}
	}
	return meaning{}, false
}

// stripHeader removes spaces, marks, digits and remarks in brackets from a header, and returns a unit of money named in it.
func stripHeader(header string) (name, unit string) {
	var inside, outside strings.Builder
	depth := 0
	for _, r := range narrow(header) {
		switch {
		case strings.ContainsRune("([【〔", r):
			depth++
		case strings.ContainsRune(")]】〕", r):
			depth = max(depth-1, 0)
		case depth > 0:
			inside.WriteRune(r)
		case unicode.IsLetter(r):
			outside.WriteRune(unicode.ToLower(r))
		}
	}
	name, unit = outside.String(), moneyUnit(inside.String())
	if end := moneyUnit(name); end != "" && strings.HasSuffix(name, end) && strings.Contains(name, "金额") {
		return strings.TrimSuffix(name, end), end
	}
	return name, unit
}
