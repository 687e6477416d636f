package workflow

import (
	"strings"
	"time"
)

func needRequest(i *Issue, s *Step, at time.Time) error {
	if err := needNothingAsked(i, s, at); err != nil {
		return err
	}
	if err := needReason(i, s, at); err != nil {
		return err
	}
	switch s.Request {
	case Cancellation:
		return needNothingAbsorbed(i)
	case Extension:
		return needLaterDue(i, s, at)
	case LastingForm:
		if strings.TrimSpace(s.StageGoal) == "" {
			return missing("stage_goal", Say("转长期整改须写明阶段目标", "lasting rectification needs a stage goal"))
		}
		if s.NextReview <= DayOf(at) {
			return missing("next_review", Say("转长期整改须写明下次复核日期（今天以后）", "lasting rectification needs the day of the next review, after today"))
		}
	case Suspension:
		if strings.TrimSpace(s.Condition) == "" {
			return missing("condition", Say("挂账须写明恢复整改的条件", "suspension needs the condition that ends it"))
		}
	}
	return nil
}

// needLaterDue: an extension is asked before the due day has passed, and for a later one.
func needLaterDue(i *Issue, s *Step, at time.Time) error {
	today := DayOf(at)
	switch {
	case i.Due != "" && i.Due < today:
		return Refused("already_overdue", Say("整改时限%s已过，延期须在到期前申请", "the due day %s has passed; an extension is asked for before it", i.Due))
	case s.Due == "":
		return missing("due", Say("请填写申请延至的日期", "give the day to extend to"))
	case s.Due <= i.Due || s.Due <= today:
		return Invalid("due_not_later", "due", Say("延至的日期须晚于现在的时限%s", "the new due day must be later than %s", first(i.Due, today)))
	}
	return nil
}

func needOpenRequest(i *Issue, s *Step, _ time.Time) error {
	if !i.Request.Open() {
		return Refused("no_open_request", Say("没有待审批的申请", "no request is open"))
	}
	if s.Action == GrantIt && i.Request.Kind == Cancellation {
		return needNothingAbsorbed(i)
	}
	return nil
}

// needNothingAbsorbed: an issue into which others were merged is not cancelled, or their problems would be put right by nobody and a
// merge could not be undone any more.
func needNothingAbsorbed(i *Issue) error {
	if len(i.Absorbed) == 0 {
		return nil
	}
	zh, en := make([]string, len(i.Absorbed)), make([]string, len(i.Absorbed))
	for n := range i.Absorbed {
		zh[n], en[n] = i.Absorbed[n].Number, i.Absorbed[n].Number
	}
	return Refused("others_merged", Say("有%d个问题并入了本问题（%s），撤销会使它们无人整改；请先在那些问题上撤销并案",
		"%d issues were merged into this one (%s) and would be put right by nobody; undo those merges first", len(zh),
		Text{strings.Join(zh, "、"), strings.Join(en, ", ")}))
}

func needNothingAsked(i *Issue, _ *Step, _ time.Time) error {
	if i.Request.Open() {
		return Refused("request_open", Say("已有一项申请待审批", "a request is open already"))
	}
	return nil
}

// ask opens a request. The verifier decides the first extension and the org above it a second one; the closer decides the rest.
// Before the issue is assigned the nearest organ committee or higher above the finder decides; at the root, the root itself.
func ask(d *Definition, i *Issue, s *Step, by *Actor) {
	i.Request = Request{Kind: s.Request, Reason: s.Note, Due: s.Due, StageGoal: s.StageGoal, NextReview: s.NextReview,
		Condition: s.Condition, Askers: by.Persons()}
	decider := i.Closer
	if s.Request == Extension {
		decider = i.Verifier
		if i.Extensions > 0 {
			decider = first(i.Line.Above(decider), decider)
		}
	}
	if i.Assigner == 0 {
		decider = first(i.FinderLine.NearestAbove(OrganCommittee), i.FinderLine[0].Org)
	}
	i.Request.Decider = first(decider, i.Line[0].Org)
}

// reviewedWhenDue keeps the review of a lasting rectification on the day on which it is due: there is one day, whoever asks for it.
func (i *Issue) reviewedWhenDue() {
	if i.State == Lasting {
		i.NextReview = i.Due
	}
}

// grant does what was asked for; the arrow of the definition has moved the issue already.
func grant(i *Issue) {
	switch r := i.Request; r.Kind {
	case Extension:
		i.Due = r.Due
		i.reviewedWhenDue()
		i.Extensions++
	case LastingForm:
		i.Kind = KindLasting
		i.StageGoal, i.NextReview, i.Due = r.StageGoal, r.NextReview, r.NextReview
	case Suspension:
		i.Condition, i.PausedOn = r.Condition, i.Since
	}
	i.Request = Request{}
}

// checkReach: an issue is given only to an org at or below the one that gives it.
func checkReach(i *Issue, s *Step, by *Actor) error {
	if s.Action != Assign && s.Action != Transfer {
		return nil
	}
	line := i.Line
	if s.Responsible != 0 {
		line = s.Facts.Line
	}
	if line.Last().Org != first(s.Responsible, i.Responsible) {
		return Invalid("unknown_org", "responsible", Say("没有这个责任单位", "there is no such organisation"))
	}
	if !line.Passes(by.As.Appointment.Org) {
		return Invalid("out_of_reach", "responsible", Say("责任单位不在%s辖内", "the responsible organisation is not below %s", by.As.Appointment.OrgName))
	}
	return nil
}
