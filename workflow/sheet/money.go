package sheet

import (
	"math/big"
	"regexp"
	"strings"

	"rectify/workflow"
)

// fenPer is the number of fen in each unit that a header or a cell may name, the longest names first.
var fenPer = []struct {
	unit string
	fen  int64
}{{"亿元", 100_0000_0000}, {"千万元", 10_0000_0000}, {"百万元", 1_0000_0000}, {"万元", 100_0000}, {"千元", 10_0000}, {"元", 100}}

// moneyUnit finds the unit of money at the end of a text: 单位:万元 → 万元.
func moneyUnit(s string) string {
	s = strings.TrimRight(narrow(s), " :")
	for _, u := range fenPer {
		if strings.HasSuffix(s, u.unit) {
			return u.unit
		}
	}
	return ""
}

var amountForm = regexp.MustCompile(`^[¥$]?(?:人民币)?(\d{1,15}|\d{1,3}(?:,\d{3}){1,5})(\.\d{1,12})?(亿元|千万元|百万元|万元|千元|元|亿|万)?整?$`)

// money is an amount understood.
type money struct {
	fen   int64
	unit  string
	fault note
}

// readMoney reads an amount exactly, in the unit written with it or else in the one given; a fraction of a fen is refused.
func readMoney(text, unit string) money {
	if unit == "" {
		unit = "元"
	}
	m := amountForm.FindStringSubmatch(strings.Join(strings.Fields(narrow(text)), ""))
	if m == nil {
		return money{fault: note{"bad_amount", workflow.Say("看不懂金额“%s”", "The amount %q is not understood.", text)}}
	}
	if m[3] != "" {
		unit = strings.TrimSuffix(m[3], "元") + "元"
	}
	per := int64(100)
	for _, u := range fenPer {
		if u.unit == unit {
			per = u.fen
		}
	}
	value, ok := new(big.Rat).SetString(strings.ReplaceAll(m[1], ",", "") + m[2])
	if !ok {
		return money{fault: note{"bad_amount", workflow.Say("看不懂金额“%s”", "The amount %q is not understood.", text)}}
	}
	value.Mul(value, new(big.Rat).SetInt64(per))
	if !value.IsInt() || !value.Num().IsInt64() {
		return money{fault: note{"bad_amount", workflow.Say("金额“%s”（%s）不能精确到分", "The amount %q (%s) is not a whole number of fen.", text, unit)}}
	}
	return money{fen: value.Num().Int64(), unit: unit}
}

// yuan writes fen as yuan: 12000000 → 120000.00元.
func yuan(fen int64) string {
	return big.NewRat(fen, 100).FloatString(2) + "元"
}
