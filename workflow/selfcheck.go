package workflow

import (
	"slices"
	"strings"
	"time"
)

// SelfCheck is what an organisation was asked: whether it has the problem that another one was found to have (举一反三). It is kept apart
// from the issue, because who is asked may not look at that.
type SelfCheck struct {
	ID       SelfCheckID `json:"id,string"`
	Issue    IssueID     `json:"issue,string"`
	Org      OrgID       `json:"org,string"` // who is asked
	Text     string      `json:"text"`       // the problem, in the words in which it is asked
	Due      Day         `json:"due"`        // the last day for the answer
	AskedAt  time.Time   `json:"asked_at"`
	AskedBy  PersonID    `json:"asked_by,string"`
	AskedFor OrgID       `json:"asked_for,string"` // the org that asks

	Answer     CheckAnswer `json:"answer,omitempty"`
	AnsweredAt time.Time   `json:"answered_at,omitzero"`
	AnsweredBy PersonID    `json:"answered_by,omitempty,string"`
	Note       string      `json:"note,omitempty"`
	Made       IssueID     `json:"made,omitempty,string"` // the issue that the answer became
}

// CheckAnswer is the answer to a self-check, "" while there is none.
type CheckAnswer string

// The two answers.
const (
	CheckHave    CheckAnswer = "have"     // 有: it becomes an issue that the unit found by itself
	CheckHaveNot CheckAnswer = "have_not" // 没有
)

var checkAnswers = []Wording{{string(CheckHave), Text{"有同类问题", "has it too"}}, {string(CheckHaveNot), Text{"没有同类问题", "does not have it"}}}

// CheckAnswers lists the answers.
func CheckAnswers() []Wording { return slices.Clone(checkAnswers) }

// Text returns the answer as people read it.
func (a CheckAnswer) Text() Text { return wordingText(checkAnswers, string(a)) }

// Late says whether the answer is missing after its last day, or came after it.
func (c *SelfCheck) Late(today Day) bool {
	if c.Answer == "" {
		return today > c.Due
	}
	return DayOf(c.AnsweredAt) > c.Due
}

// Reply answers a self-check. What it became is set by the caller. Errors: ErrRefused when it is answered already, ErrInvalid for a word
// that is no answer and for a note that is too long.
func (c SelfCheck) Reply(answer CheckAnswer, note string, by PersonID, at time.Time) (SelfCheck, error) {
	switch {
	case c.Answer != "":
		return c, Refused("already_answered", Say("这项自查已经答复（%s）", "this self-check was answered already: %s", c.Answer.Text()))
	case (answer.Text() == Text{}):
		return c, Invalid("unknown_word", "answer", Say("请选择有或没有", "say whether you have the problem or not"))
	}
	if err := tooLong(sized{"note", note, middleText}); err != nil {
		return c, err
	}
	c.Answer, c.Note, c.AnsweredBy, c.AnsweredAt = answer, strings.TrimSpace(note), by, at
	return c, nil
}

// checksAsked are the self-checks that a step asks for, one for each org that was not asked before in this round.
func checksAsked(i *Issue, s *Step, by *Actor, at time.Time) (out []SelfCheck) {
	if s.Action != Spread {
		return nil
	}
	text := first(strings.TrimSpace(s.Detail), i.Detail)
	for _, org := range without(s.Orgs, i.Spread) {
		out = append(out, SelfCheck{Issue: i.ID, Org: org, Text: text, Due: s.Due, AskedAt: at, AskedBy: by.Person, AskedFor: by.As.Appointment.Org})
	}
	return out
}

// mayAsk lets an org ask those below it and those that stand beside it under the same parent, each once, and not the one whose problem
// it was.
func mayAsk(i *Issue, s *Step, by *Actor, at time.Time) error {
	switch {
	case len(s.Orgs) == 0:
		return missing("orgs", Say("请选择要求自查的单位", "choose the organisations that are asked"))
	case s.Due <= DayOf(at):
		return missing("due", Say("请填写答复时限（今天以后）", "give a day after today for the answers"))
	case slices.Contains(s.Orgs, i.Responsible):
		return Invalid("own_problem", "orgs", Say("责任单位自己不用再自查", "the responsible organisation itself is not asked"))
	case len(without(s.Orgs, i.Spread)) == 0:
		return Refused("asked_already", Say("所选单位都已要求过自查", "all of them were asked already"))
	}
	line := &by.As.Appointment.Line
	for n, org := range s.Orgs {
		if slices.Contains(s.Orgs[:n], org) {
			return Invalid("named_twice", "orgs", Say("同一个单位选了两次", "an organisation is named twice"))
		}
		if asked := s.Facts.Orgs[org]; !reaches(line, &asked) {
			return Forbidden("out_of_reach", Say("只能要求下级或同级（同一上级）的单位自查", "only organisations below, or beside under the same parent, are asked"))
		}
	}
	return nil
}

// MayBeAsked says whether the org at the end of asked may be asked about the issue by the one at the end of asker: it is within reach, the
// problem was not its own, and it was not asked in this round.
func (i *Issue) MayBeAsked(asker, asked *Lineage) bool {
	org := asked.Last().Org
	return reaches(asker, asked) && org != i.Responsible && !slices.Contains(i.Spread, org)
}

// reaches says whether the org at the end of the second way is below the one at the end of the first, or beside it.
func reaches(from, to *Lineage) bool {
	asker, asked := from.Last().Org, to.Last().Org
	if asker == 0 || asked == 0 || asker == asked {
		return false
	}
	beside := from.Above(asker)
	return to.Passes(asker) || beside != 0 && beside == to.Above(asked)
}
