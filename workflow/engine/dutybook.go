package engine

import (
	"context"
	"io"
	"strconv"
	"strings"

	"rectify/workflow"
	"rectify/workflow/sheet"
)

var dutyHeaders = []string{"单位", "层级", "岗位", "职务", "现任", "职责", "办理动作", "问题等级", "时限依据", "待办", "其中超期（不含自查发现）", "其中自查发现", "办结", "其中超时", "制度依据"}

// ExportDuties writes the duty list of an organisation (0: those of the actor's own posts) as a workbook. That it was taken is on record.
// Errors as Duties.
func (e *Engine) ExportDuties(ctx context.Context, by workflow.Actor, org workflow.OrgID, whole bool, p Period, on workflow.Day, w io.Writer) error {
	var lists []DutyList
	var err error
	if org == 0 {
		lists, err = e.OwnDuties(ctx, by, p, on)
	} else {
		lists = make([]DutyList, 1)
		lists[0], err = e.Duties(ctx, by, org, whole, p, on)
	}
	if err != nil {
		return err
	}
	var rows [][]string
	for n := range lists {
		rows = append(rows, dutyLines(&lists[n])...)
	}
	title := "责任清单 " + p.Text().Zh
	if org != 0 {
		title = lists[0].Org.Shown() + title
	}
	if len(lists) > 0 {
		title = titled(title, lists[0].On)
	}
	if err := e.exported(ctx, &by, title, ""); err != nil {
		return err
	}
	return sheet.WriteSheet(w, title, dutyHeaders, rows)
}

// dutyLines are the rows of the workbook: what is open stands beside each post that answers for it, and is not to be added up.
func dutyLines(l *DutyList) (rows [][]string) {
	for n := range l.Rows {
		r := &l.Rows[n]
		names := make([]string, len(r.Holders))
		for m := range r.Holders {
			names[m] = r.Holders[m].Shown().Zh
		}
		for _, c := range r.Charges {
			actions := make([]string, len(c.Actions))
			for m, a := range c.Actions {
				actions[m] = a.Text().Zh
			}
			rows = append(rows, []string{l.Org.Shown(), r.Tier().Zh, r.Seat().Zh, r.Post.Text.Zh, strings.Join(names, "、"), c.Rule.Text.Zh,
				strings.Join(actions, "、"), "不高于" + c.UpTo.Text().Zh, c.Basis.Zh, strconv.Itoa(c.Open), strconv.Itoa(c.OpenLate), strconv.Itoa(c.Own), strconv.Itoa(c.Done), strconv.Itoa(c.DoneLate), c.Place})
		}
	}
	for _, rung := range workflow.Rungs() {
		if n := l.Accounts.Letters[workflow.Rung(rung.Word)]; n > 0 {
			rows = append(rows, []string{l.Org.Shown(), "", "", "", "", "问责：" + rung.Text.Zh, "", "", "", "", "", "", strconv.Itoa(n)})
		}
	}
	for _, kind := range workflow.OutcomeKinds() {
		if n := l.Accounts.Outcomes[workflow.OutcomeKind(kind.Word)]; n > 0 {
			rows = append(rows, []string{l.Org.Shown(), "", "", "", "", "问责结果：" + kind.Text.Zh + "（人次）", "", "", "", "", "", "", strconv.Itoa(n)})
		}
	}
	return rows
}

// Shown is the name of the holder, with whom they stand in for.
func (h *Holder) Shown() workflow.Text {
	if h.ForName != "" {
		return workflow.Say("%s（代%s）", "%s (for %s)", h.Name, h.ForName)
	}
	return workflow.Text{Zh: h.Name, En: h.Name}
}
