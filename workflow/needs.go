package workflow

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// reasonLength is the least number of characters of a reason.
const reasonLength = 10

// checker tests one need of a step on an issue.
type checker func(i *Issue, s *Step, at time.Time) error

// checkers holds the check of every need but those that depend on who asks: NeedCountersign, NeedNoSuperior, NeedMeasure, NeedOpenCall, NeedOrgs and NeedPerson.
var checkers = map[Need]checker{
	NeedDetail:        needDetail,
	NeedSource:        needSource,
	NeedResponsible:   needResponsible,
	NeedDue:           needDue,
	NeedKind:          needKind,
	NeedGrade:         needGrade,
	NeedParties:       needParties,
	NeedNote:          needNote,
	NeedReason:        needReason,
	NeedBasis:         needBasis,
	NeedMeasures:      needMeasures,
	NeedAttachment:    needAttachment,
	NeedCriteria:      needCriteria,
	NeedOther:         needOther,
	NeedRequest:       needRequest,
	NeedDocument:      needDocument,
	NeedMeasuresDone:  needMeasuresDone,
	NeedEvidence:      needEvidence,
	NeedUntouched:     needUntouched,
	NeedOpenRequest:   needOpenRequest,
	NeedNothingAsked:  needNothingAsked,
	NeedClockOver:     needClockOver,
	NeedNoObjection:   needNoObjection,
	NeedOpenObjection: needOpenObjection,
	NeedEndorsement:   needEndorsement,
	NeedReturnable:    needReturnable,
	NeedDecided:       needDecided,
	NeedLetter:        needLetter,
	NeedUnsigned:      needUnsignedLetter,
	NeedCall:          needCall,
	NeedLateCall:      needLateCall,
	NeedNextReview:    needNextReview,
	NeedUnpicked:      needUnpicked,
	NeedStaleDates:    needStaleDates,
}

// check tests the needs of an arrow, in their order; the first that is not met is the error.
func check(arrow *Arrow, i *Issue, s *Step, by *Actor, at time.Time) error {
	if err := s.sound(); err != nil {
		return err
	}
	for _, need := range arrow.Needs {
		var err error
		switch need {
		case NeedCountersign:
			err = maySign(i, s, by)
		case NeedNoSuperior:
			err = mayRecord(i, by)
		case NeedMeasure:
			err = mayFinish(i, s, by)
		case NeedOpenCall:
			err = mayRespond(i, s, by)
		case NeedOrgs:
			err = mayAsk(i, s, by, at)
		case NeedPerson:
			err = mayEntrust(i, s, by)
		default:
			err = checkers[need](i, s, at)
		}
		if err != nil {
			return err
		}
	}
	return checkReach(i, s, by)
}

func missing(field string, text Text) *Fault { return Invalid("missing_"+field, field, text) }

// first is the first value that is not empty.
func first[T comparable](values ...T) T {
	var none T
	for _, v := range values {
		if v != none {
			return v
		}
	}
	return none
}

func needDetail(i *Issue, s *Step, _ time.Time) error {
	if strings.TrimSpace(first(s.Detail, i.Detail)) == "" {
		return missing("detail", Say("请填写存在的问题", "state the problem"))
	}
	return nil
}

func needSource(i *Issue, s *Step, _ time.Time) error {
	if _, ok := first(s.Source, i.Source).Rule(); !ok {
		return missing("source", Say("请选择问题来源", "choose the source of the problem"))
	}
	return nil
}

func needResponsible(i *Issue, s *Step, _ time.Time) error {
	if first(s.Responsible, i.Responsible) == 0 {
		return missing("responsible", Say("请选择责任单位", "choose the responsible organisation"))
	}
	return nil
}

func needDue(i *Issue, s *Step, at time.Time) error {
	proposed := s.Due == "" && (s.Action == Assign || s.Action == Register) // a list may come in late: what it says is taken
	switch due := first(s.Due, i.Due); {
	case due == "":
		return missing("due", Say("请填写整改时限", "give the due day"))
	case due < DayOf(at) && !proposed:
		return Invalid("due_in_the_past", "due", Say("整改时限%s已过，请填写今天（%s）或以后的日期", "the due day %s has passed; give today (%s) or later", due, DayOf(at)))
	}
	return nil
}

func needKind(i *Issue, s *Step, _ time.Time) error {
	if first(s.Kind, i.Kind) == "" {
		return missing("kind", Say("请选择整改类型", "choose the kind"))
	}
	return nil
}

func needGrade(i *Issue, s *Step, _ time.Time) error {
	if first(s.Grade, i.Grade) == NoGrade {
		return missing("grade", Say("请选择问题等级", "choose the grade"))
	}
	return nil
}

func needNote(_ *Issue, s *Step, _ time.Time) error {
	if strings.TrimSpace(s.Note) == "" {
		return missing("note", Say("请填写说明", "write a note"))
	}
	return nil
}

func needReason(_ *Issue, s *Step, _ time.Time) error {
	if utf8.RuneCountInString(strings.TrimSpace(s.Note)) < reasonLength {
		return Invalid("note_too_short", "note", Say("请写明理由，不少于%d个字", "give the reason, at least %d characters", reasonLength))
	}
	return nil
}

func needBasis(_ *Issue, s *Step, _ time.Time) error {
	if strings.TrimSpace(s.Basis) == "" {
		return missing("basis", Say("请写明依据（文件、会议或复查记录）", "give the basis: a document, a meeting or the record of a check"))
	}
	return nil
}

func needMeasures(i *Issue, s *Step, _ time.Time) error {
	measures := s.Measures
	if len(measures) == 0 {
		measures = i.Measures
	}
	if len(measures) == 0 {
		return missing("measures", Say("请至少填写一条整改措施", "write down a measure at least"))
	}
	for n, m := range measures {
		if strings.TrimSpace(m.Text) == "" || m.Person == 0 || m.Due == "" {
			return Invalid("incomplete_measure", "measures", Say("第%d条措施须写明内容、责任人和完成时限", "measure %d needs a text, a person and a due day", n+1))
		}
	}
	return nil
}

// mayFinish lets the responsible org finish any measure, and an assisting one its own.
func mayFinish(i *Issue, s *Step, by *Actor) error {
	switch {
	case s.Measure < 1 || s.Measure > len(i.Measures):
		return Invalid("no_such_measure", "measure", Say("没有第%d条措施", "there is no measure %d", s.Measure))
	case i.Measures[s.Measure-1].Done:
		return Refused("measure_done", Say("第%d条措施已经完成", "measure %d is done already", s.Measure))
	case !finishes(&i.Measures[s.Measure-1], by):
		return Forbidden("not_their_measure", Say("第%d条措施由其他单位承担，配合单位只办理自己的措施", "measure %d is another organisation's; an assisting one finishes its own", s.Measure))
	}
	return nil
}

// OpenMeasures are the measures, counted from 1, that are not done and that who was granted the step may finish.
func (i *Issue) OpenMeasures(as Grant) []int {
	var out []int
	for n := range i.Measures {
		if m := &i.Measures[n]; !m.Done && finishes(m, &Actor{As: as}) {
			out = append(out, n+1)
		}
	}
	return out
}

// finishes says whether the measure is one that the actor may finish.
func finishes(m *Measure, by *Actor) bool {
	return by.As.Relation != Assisting || m.Org == by.As.Appointment.Org
}

func needAttachment(_ *Issue, s *Step, _ time.Time) error {
	if len(s.Evidence) == 0 {
		return missing("evidence", Say("请上传佐证材料或填写佐证说明", "add a file or a text as evidence"))
	}
	for _, e := range s.Evidence {
		if e.Hash == "" && strings.TrimSpace(e.Text) == "" {
			return Invalid("empty_evidence", "evidence", Say("佐证材料须是文件或文字", "evidence is a file or a text"))
		}
	}
	return nil
}

func needCriteria(i *Issue, s *Step, _ time.Time) error {
	if !s.Criteria.Met() {
		return Invalid("criteria_not_met", "criteria", Say("五项验收标准须全部达到：措施完成、违规处理、成效达标、同类排查、长效机制",
			"all five criteria must be met: measures done, violations dealt with, effect reached, same kind looked for, mechanism in place"))
	}
	return nil
}

func needOther(i *Issue, s *Step, _ time.Time) error {
	o := s.Facts.Other
	switch {
	case s.Other == 0 || o == nil || o.ID != s.Other:
		return missing("other", Say("请指定另一个问题", "name the other issue"))
	case o.ID == i.ID:
		return Invalid("same_issue", "other", Say("问题不能并入自身", "an issue cannot be merged into itself"))
	case s.Action == Unmerge && s.Other != i.MergedInto:
		return Invalid("other_issue", "other", Say("问题%s没有并入问题%s", "issue %s was not merged into issue %s", i.ShownNumber(), o.ShownNumber()))
	case s.Action == Unmerge && o.State == Merged:
		return Refused("merged_further", Say("问题%s又并入了别的问题，请先撤销它的并案", "issue %s was merged into another one itself; undo that first", o.ShownNumber()))
	case s.Action == Unmerge && o.State.End():
		return Refused("other_not_open", Say("问题%s已是“%s”，并案不能再撤销", "issue %s is %s; the merge can no longer be undone", o.ShownNumber(), o.State.Text()))
	case o.State.End() || o.State == Draft:
		return Refused("other_not_open", Say("问题%s处于“%s”，不能并案", "issue %s is %s and cannot take part in a merge", o.ShownNumber(), o.State.Text()))
	}
	return nil
}

func needDocument(_ *Issue, s *Step, _ time.Time) error {
	if strings.TrimSpace(s.Document.Number) == "" || s.Document.File == "" {
		return missing("document", Say("请填写上级文件的文号并上传文件", "give the number of the superior's document and its file"))
	}
	return nil
}

func needMeasuresDone(i *Issue, _ *Step, _ time.Time) error {
	for n := range i.Measures {
		if !i.Measures[n].Done {
			return Refused("measures_open", Say("第%d条措施尚未完成", "measure %d is not done yet", n+1))
		}
	}
	return nil
}

func needEvidence(i *Issue, s *Step, _ time.Time) error {
	if len(s.Evidence) > 0 || slices.ContainsFunc(i.Evidence, func(e Evidence) bool { return e.Round == i.Round }) {
		return nil
	}
	return Refused("no_evidence", Say("本轮还没有佐证材料，以前各轮的不算", "there is no evidence of this round yet; that of earlier rounds does not count"))
}

func needUntouched(i *Issue, _ *Step, _ time.Time) error {
	if len(i.Signs) > 0 {
		return Refused("already_acted_on", Say("已有单位会签，不能撤回", "a party has acted on it already; it cannot be withdrawn"))
	}
	return nil
}

func needClockOver(i *Issue, _ *Step, at time.Time) error {
	if i.Clock.Until == "" || DayOf(at) <= i.Clock.Until {
		return Refused("clock_running", Say("期限未满（至%s）", "the time limit has not run out (until %s)", i.Clock.Until))
	}
	return nil
}

func needNoObjection(i *Issue, _ *Step, _ time.Time) error {
	if i.Objection != "" {
		return Refused("objection_open", Say("尚有异议未答复", "an objection is open"))
	}
	return nil
}

func needOpenObjection(i *Issue, _ *Step, _ time.Time) error {
	if i.Objection == "" {
		return Refused("no_objection", Say("没有待答复的异议", "no objection is open"))
	}
	return nil
}

func needEndorsement(i *Issue, _ *Step, _ time.Time) error {
	if !i.Endorsed {
		return Refused("not_endorsed", Say("须先由销号单位一把手签批背书", "the head of the closing organisation must endorse it first"))
	}
	return nil
}

// mayRecord lets the topmost org record a closure that nobody within the tree can decide.
func mayRecord(i *Issue, by *Actor) error {
	judge := i.Closer
	if i.State == Verifying {
		judge = i.Verifier
	}
	switch {
	case judge != 0:
		return Refused("superior_exists", Say("上面还有可以办理的组织，不能依文销号", "there is an organisation above that decides; closure cannot be recorded from a document"))
	case by.As.Appointment.Org != i.Line[0].Org:
		return Forbidden("not_the_top", Say("依文销号由最上级组织办理", "closure is recorded from a document by the topmost organisation"))
	}
	return nil
}

// maySign lets the org of the post sign if it is a party and has not signed.
func maySign(i *Issue, s *Step, by *Actor) error {
	org := by.As.Appointment.Org
	if org == i.Responsible && mayJudgeOwn(i, s) {
		return nil
	}
	if !slices.Contains(i.Signers(), org) {
		return Refused("not_a_party", Say("本组织不是会签单位", "your organisation is not one of the parties"))
	}
	if slices.ContainsFunc(i.Signs, func(x Sign) bool { return x.Org == org }) {
		return Refused("already_signed", Say("本组织已经会签", "your organisation has signed already"))
	}
	return nil
}
