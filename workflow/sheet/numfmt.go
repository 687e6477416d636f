package sheet

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// dateStyles knows which styles of a workbook show a number as a day.
type dateStyles struct {
	kinds    []cellKind // by style
	from1904 bool
}

func newDateStyles(file *excelize.File) dateStyles {
	d := dateStyles{}
	if p, err := file.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		d.from1904 = *p.Date1904
	}
	if file.Styles == nil || file.Styles.CellXfs == nil {
		return d
	}
	custom := map[int]string{}
	if file.Styles.NumFmts != nil {
		for _, f := range file.Styles.NumFmts.NumFmt {
			if f != nil {
				custom[f.NumFmtID] = f.FormatCode
			}
		}
	}
	for _, xf := range file.Styles.CellXfs.Xf {
		id := 0
		if xf.NumFmtID != nil {
			id = *xf.NumFmtID
		}
		d.kinds = append(d.kinds, formatKind(id, custom[id]))
	}
	return d
}

// number turns a stored number into a cell: a day where the style shows a day.
func (d dateStyles) number(raw string, style int) cell {
	kind := numberCell
	if style < len(d.kinds) {
		kind = d.kinds[style]
	}
	if kind != numberCell {
		if serial, err := strconv.ParseFloat(raw, 64); err == nil {
			if day, ok := serialDay(serial, d.from1904); ok {
				return cell{text: string(day), kind: kind}
			}
		}
	}
	return cell{text: plainNumber(raw), kind: numberCell}
}

// formatKind says what a number format shows. The built-in numbers are those of the Chinese edition; 17 (mmm-yy) counts as a day,
// because programs give it to any first of a month.
func formatKind(id int, code string) cellKind {
	switch {
	case code != "":
		return codeKind(code)
	case id == 27, id == 36, id == 50, id == 52, id == 57:
		return monthCell
	case id >= 14 && id <= 17, id == 22, id >= 28 && id <= 31, id == 51, id == 53, id == 54, id == 58:
		return dayCell
	}
	return numberCell
}

// quoted is what a number format shows as it stands: "年", \-, [$-804].
var quoted = regexp.MustCompile(`"[^"]*"|\\.|\[[^\]]*\]|_.|\*.`)

func codeKind(code string) cellKind {
	first, _, _ := strings.Cut(code, ";")
	letters := strings.ToLower(quoted.ReplaceAllString(first, ""))
	if strings.Contains(letters, "general") {
		return numberCell
	}
	year, day := strings.Contains(letters, "y"), strings.Contains(letters, "d")
	switch {
	case year && !day && strings.Contains(letters, "m") && !strings.Contains(letters, "mmm"):
		return monthCell
	case year, day:
		return dayCell
	}
	return numberCell
}
