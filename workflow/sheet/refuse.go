package sheet

import (
	"bytes"

	"rectify/workflow"
)

// The reasons for which a whole workbook is refused. All are ErrInvalid.

func tooLarge(zh, en string, size any) error {
	return workflow.Invalid("workbook_too_large", "file", workflow.Say("表格过大：%s，请拆分后再导入", "The workbook is too large: %s. Split it and import the parts.", workflow.Say(zh, en, size)))
}

func broken() error {
	return workflow.Invalid("workbook_broken", "file", workflow.Say("表格已损坏或不完整，无法读取；请用 Excel 或 WPS 打开并另存为 .xlsx 后再导入",
		"The workbook is damaged or incomplete. Open it in Excel or WPS, save it as .xlsx and import that."))
}

func macros() error {
	return workflow.Invalid("workbook_macros", "file", workflow.Say("表格含有宏，不予读取；请另存为不含宏的 .xlsx 后再导入",
		"The workbook contains macros and is not read. Save it as .xlsx without macros and import that."))
}

func dtd() error {
	return workflow.Invalid("workbook_dtd", "file", workflow.Say("表格中含有不应出现的文档类型声明（DTD），不予读取；请用 Excel 或 WPS 另存为 .xlsx 后再导入",
		"The workbook contains a document type declaration and is not read. Save it as .xlsx in Excel or WPS and import that."))
}

// notWorkbook says what a file is that is no zip archive: an old workbook, an encrypted one, or something else.
func notWorkbook(data []byte) error {
	switch {
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return workflow.Invalid("workbook_old", "file", workflow.Say("这是旧版 .xls 或加密的表格，请去掉密码并另存为 .xlsx 后再导入",
			"This is an old .xls or an encrypted workbook. Save it as .xlsx without a password and import that."))
	case bytes.HasPrefix(data, []byte("PK")):
		return broken()
	}
	return workflow.Invalid("workbook_unknown", "file", workflow.Say("这不是 Excel 表格（.xlsx）", "This is not an Excel workbook (.xlsx)."))
}
