package sheet

import (
	"io"
	"slices"
	"strconv"
	"strings"
)

// rejectColumns are the standard columns of a workbook of refused rows. Aspect and problem are written as understood, the rest as read.
var rejectColumns = []struct {
	field  field
	header string
}{
	{fNumber, "问题编号"}, {fSource, "问题来源"}, {fAspect, "方面"}, {fDetail, "具体表现"}, {fGoal, "整改目标"}, {fMeasures, "整改措施"},
	{fLeader, "责任领导"}, {fResponsible, "牵头单位"}, {fAssisting, "配合单位"}, {fPerson, "责任人"}, {fFinder, "检查人"}, {fFound, "检查时间"},
	{fGrade, "问题等级"}, {fKind, "整改类型"}, {fDue, "整改时限"}, {fStatus, "完成情况"}, {fAmount, "问题金额"}, {fRecovered, "已整改金额"},
}

// WriteRejects writes refused rows, with the reasons in their Refused, so that ReadChecklist reads the workbook again once it is
// mended: title, unit and feedback day of c, the standard header, a row each as it was read, and the columns 原表, 原行, 退回原因.
func WriteRejects(w io.Writer, c Checklist, rows []Row) error {
	extras := extraHeaders(rows)
	var headers []string
	for _, column := range rejectColumns {
		headers = append(headers, column.header)
	}
	dict := newDictionary(synonyms)
	for _, header := range extras {
		headers = append(headers, extraHeader(dict, header))
	}
	headers = append(headers, colReason, colFromSheet, colFromRow)
	widths := make([]float64, len(headers))
	for n := range widths {
		widths[n] = 16
	}
	out := newWriter("退回", widths)
	out.title(out.banner, c.Title, len(headers))
	out.title(0, headLine(LedgerHead{Unit: c.Unit, FoundOn: c.FoundOn}), len(headers))
	out.line(out.head, headers...)
	for n := range rows {
		out.line(out.body, rows[n].reject(extras)...)
	}
	return out.send(w)
}

// reject is one line of the workbook of refused rows.
func (row *Row) reject(extras []string) []string {
	var texts []string
	for _, column := range rejectColumns {
		switch column.field {
		case fAspect:
			texts = append(texts, row.Aspect)
		case fDetail:
			texts = append(texts, row.Detail)
		default:
			texts = append(texts, row.read[column.field])
		}
	}
	for _, header := range extras {
		texts = append(texts, row.Extra[header])
	}
	return append(texts, row.reasons(), row.Sheet, strconv.Itoa(row.Row))
}

// reasons lists in Chinese why the row was refused: column, what was read, why.
func (row *Row) reasons() string {
	var reasons []string
	for _, f := range row.Refused {
		where := ""
		if f.Column != "" {
			where = f.Column + "列:"
		}
		reasons = append(reasons, where+f.Reason.Zh)
	}
	return strings.Join(reasons, "\n")
}

// extraHeaders are the headers of all columns without a field.
func extraHeaders(rows []Row) []string {
	var headers []string
	seen := map[string]bool{}
	for n := range rows {
		for header := range rows[n].Extra {
			if !seen[header] {
				seen[header] = true
				headers = append(headers, header)
			}
		}
	}
	slices.Sort(headers)
	return headers
}

// extraHeader renames a column that would compete with a standard one, so that it is kept by its header again.
func extraHeader(d dictionary, header string) string {
	if m, ok := d.find(header); ok && m.field != fExtra && m.field != fOrigin && m.rank < 1000 {
		return renamed + header
	}
	return header
}
