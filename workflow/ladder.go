package workflow

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Rung is one step of the supervision ladder (督办): each is more than a word, and less than the next.
type Rung string

// The rungs, from the mildest up.
const (
	RungNotice         Rung = "notice"         // 工作提示
	RungGuidance       Rung = "guidance"       // 督促指导
	RungReminder       Rung = "reminder"       // 催办提醒
	RungAdmonition     Rung = "admonition"     // 约谈告诫
	RungAccountability Rung = "accountability" // 问责建议: what the competent body decided on is recorded, never decided here
)

var rungs = []Wording{
	{string(RungNotice), Text{"提示函", "notice"}}, {string(RungGuidance), Text{"督导函", "guidance"}},
	{string(RungReminder), Text{"催办函", "reminder"}}, {string(RungAdmonition), Text{"约谈告诫书", "admonition"}},
	{string(RungAccountability), Text{"问责建议书", "accountability"}},
}

// Rungs lists the ladder from the mildest rung up.
func Rungs() []Wording { return slices.Clone(rungs) }

func (r Rung) height() int {
	return slices.IndexFunc(rungs, func(w Wording) bool { return w.Word == string(r) })
}

// Text returns the rung as the head of a letter has it.
func (r Rung) Text() Text {
	if n := r.height(); n >= 0 {
		return rungs[n].Text
	}
	return Text{}
}

// Mark is what an issue is marked with by who oversees it.
type Mark string

// The marks.
const (
	MarkSupervised Mark = "supervised" // 挂牌督办
	MarkEscalated  Mark = "escalated"  // 提级办理
)

// Marks lists the marks.
func Marks() []Wording {
	return []Wording{{string(MarkSupervised), Text{"挂牌督办", "supervised"}}, {string(MarkEscalated), Text{"提级办理", "escalated"}}}
}

// mayMark refuses to supervise what is supervised: the mark stands until the issue is closed.
func mayMark(i *Issue, a Action) error {
	if a == Supervise && i.Supervised {
		return Refused("already_supervised", Say("已经挂牌督办，销号时自动摘牌，不必再挂", "the issue is supervised already, until it is closed"))
	}
	return nil
}

// Letter is a supervision letter (督办函): a numbered document with its grounds and a new limit, signed for by the responsible org.
type Letter struct {
	Number    string    `json:"number"`
	Round     int       `json:"round"`
	Rung      Rung      `json:"rung"`
	Grounds   string    `json:"grounds"`           // what it rests on
	Asked     string    `json:"asked"`             // what is asked for
	Decided   string    `json:"decided,omitempty"` // who decided it: a meeting or a leader
	Limit     Day       `json:"limit"`
	Org       OrgID     `json:"org,string"` // that sends it
	By        PersonID  `json:"by,string"`
	ByFor     PersonID  `json:"by_for,omitempty,string"` // whom the sender stood in for
	On        Day       `json:"on"`
	To        OrgID     `json:"to,string"`
	SignedBy  PersonID  `json:"signed_by,omitempty,string"`
	SignedFor PersonID  `json:"signed_for,omitempty,string"` // whom the signer stood in for
	SignedAt  time.Time `json:"signed_at,omitzero"`
}

// Signed says whether the letter was signed for.
func (l *Letter) Signed() bool { return l.SignedBy != 0 }

// Pending says whether what the nth letter asks for, counted from 0, is still to be done: it is the latest of the round, and the issue
// is with the responsible org and not suspended. A later letter sets a limit of its own.
func (i *Issue) Pending(n int) bool {
	if n != len(i.Letters)-1 || i.Letters[n].Round != i.Round || i.Letters[n].To != i.Responsible {
		return false
	}
	switch i.State {
	case Assigned, Planning, PlanReview, Rectifying, Lasting:
		return true
	}
	return false
}

// ToBeSigned says whether the nth letter, counted from 0, is still to be signed for: nobody has, and the issue is under way with the org
// that it was sent to. Nobody signs for a letter about what is over, or is with another.
func (i *Issue) ToBeSigned(n int) bool {
	l := &i.Letters[n]
	return !l.Signed() && l.To == i.Responsible && !i.State.End() && i.State.Phase() != PhaseFind
}

// unsigned is the place of the oldest letter that is to be signed for, -1 for none.
func (i *Issue) unsigned() int {
	for n := range i.Letters {
		if i.ToBeSigned(n) {
			return n
		}
	}
	return -1
}

// ToSign is the letter that is signed for next, counted from 1; 0 for none.
func (i *Issue) ToSign() int { return i.unsigned() + 1 }

// NextRung is the highest rung that a letter in this round may have: one above the highest so far. No rung is skipped.
func (i *Issue) NextRung() Rung {
	return Rung(rungs[min(i.highest()+1, len(rungs)-1)].Word)
}

// OpenRungs are the rungs that a letter may have now: the highest so far again, and the one above it.
func (i *Issue) OpenRungs() []Wording {
	highest := i.highest()
	return slices.Clone(rungs[max(highest, 0):min(highest+2, len(rungs))])
}

// UnsignedLetter is the oldest letter that is to be signed for.
func (i *Issue) UnsignedLetter() (Letter, bool) {
	if n := i.unsigned(); n >= 0 {
		return i.Letters[n], true
	}
	return Letter{}, false
}

func (i *Issue) highest() int {
	highest := -1
	for _, l := range i.Letters {
		if l.Round == i.Round {
			highest = max(highest, l.Rung.height())
		}
	}
	return highest
}

func needLetter(i *Issue, s *Step, at time.Time) error {
	l := &s.Letter
	height, highest := l.Rung.height(), i.highest()
	switch {
	case height < 0:
		return missing("rung", Say("请选择督办层次：提示、督导、催办、约谈告诫或问责建议", "choose the rung: notice, guidance, reminder, admonition or accountability"))
	case height > highest+1:
		return Refused("rung_skipped", Say("督办须逐级：现在最高可发“%s”", "no rung is skipped: the highest letter possible now is %s", i.NextRung().Text()))
	case height < highest:
		return Refused("rung_below", Say("本轮已发“%s”，不能再发较轻的“%s”", "this round has had a letter of rung %s; a milder one (%s) cannot follow",
			Rung(rungs[highest].Word).Text(), l.Rung.Text()))
	case utf8.RuneCountInString(strings.TrimSpace(l.Grounds)) < reasonLength:
		return Invalid("missing_grounds", "grounds", Say("请写明督办依据，不少于%d个字", "give the grounds, at least %d characters", reasonLength))
	case strings.TrimSpace(l.Asked) == "":
		return missing("asked", Say("请写明督办要求", "say what is asked for"))
	case l.Limit <= DayOf(at):
		return missing("limit", Say("请填写办理时限（今天以后）", "give a limit after today"))
	case l.Rung == RungAccountability && strings.TrimSpace(l.Decided) == "":
		return missing("decided", Say("问责由有权机关决定，请写明决定机关和文号", "accountability is decided by the competent body: name it and its document"))
	}
	return nil
}

func needUnsignedLetter(i *Issue, _ *Step, _ time.Time) error {
	if i.unsigned() < 0 {
		return Refused("no_letter", Say("没有待签收的督办函", "there is no letter to sign for"))
	}
	return nil
}

func needDecided(_ *Issue, s *Step, _ time.Time) error {
	if strings.TrimSpace(s.Decided) == "" {
		return missing("decided", Say("请写明由谁决定（会议或领导）", "say who decided it: a meeting or a leader"))
	}
	return nil
}

// send puts a letter on the issue. Its number is that of the issue with a count, so that it is never given twice.
func send(i *Issue, s *Step, by *Actor, at time.Time) {
	l := s.Letter
	l.Number, l.Round = fmt.Sprintf("%s-D%d", i.Number, len(i.Letters)+1), i.Round
	l.Org, l.By, l.ByFor, l.On, l.To = by.As.Appointment.Org, by.Person, by.As.Appointment.For, DayOf(at), i.Responsible
	l.SignedBy, l.SignedFor, l.SignedAt = 0, 0, time.Time{}
	i.Letters = append(slices.Clip(i.Letters), l)
}

func signLetter(i *Issue, by *Actor, at time.Time) {
	i.Letters = slices.Clone(i.Letters)
	l := &i.Letters[i.unsigned()]
	l.SignedBy, l.SignedFor, l.SignedAt = by.Person, by.As.Appointment.For, at
}
