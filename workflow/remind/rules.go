package remind

import (
	_ "embed" // the shipped rules
	"fmt"
	"slices"

	"rectify/workflow"
)

// Topic is a date of an issue of which people are reminded.
type Topic string

// The topics.
const (
	TopicDue         Topic = "due"          // 整改时限
	TopicClock       Topic = "clock"        // 环节时限
	TopicLetter      Topic = "letter"       // 督办函未签收: days count from when it was sent
	TopicLetterLimit Topic = "letter_limit" // 督办函时限
	TopicCall        Topic = "call"         // 呼叫的答复时限
	TopicReview      Topic = "review"       // 长期整改的下次复核
	TopicLookBack    Topic = "look_back"    // 回头看的时限
)

// Topics lists the topics with their texts.
func Topics() []workflow.Wording {
	return []workflow.Wording{
		{Word: string(TopicDue), Text: workflow.Text{Zh: "整改时限", En: "the due day"}},
		{Word: string(TopicClock), Text: workflow.Text{Zh: "环节时限", En: "the limit of the step"}},
		{Word: string(TopicLetter), Text: workflow.Text{Zh: "督办函签收", En: "signing for a letter"}},
		{Word: string(TopicLetterLimit), Text: workflow.Text{Zh: "督办函时限", En: "the limit of a letter"}},
		{Word: string(TopicCall), Text: workflow.Text{Zh: "呼叫答复", En: "the answer to a call"}},
		{Word: string(TopicReview), Text: workflow.Text{Zh: "阶段复核", En: "the next review"}},
		{Word: string(TopicLookBack), Text: workflow.Text{Zh: "回头看", En: "the look-back"}},
	}
}

// Text returns the topic as people read it.
func (t Topic) Text() workflow.Text {
	for _, w := range Topics() {
		if w.Word == string(t) {
			return w.Text
		}
	}
	return workflow.Text{}
}

// Who is a word for people who are told.
type Who string

// The words of tell.
const (
	WhoPerson      Who = "person"
	WhoLeader      Who = "leader"
	WhoResponsible Who = "responsible"
	WhoSecretary   Who = "secretary"
	WhoVerifier    Who = "verifier"
	WhoCloser      Who = "closer"
	WhoTurn        Who = "turn"
	WhoHead        Who = "head"
)

// Whos lists the words of tell with their texts.
func Whos() []workflow.Wording {
	return []workflow.Wording{
		{Word: string(WhoPerson), Text: workflow.Text{Zh: "责任人", En: "the person"}},
		{Word: string(WhoLeader), Text: workflow.Text{Zh: "分管领导", En: "the leader in charge"}},
		{Word: string(WhoResponsible), Text: workflow.Text{Zh: "责任单位经办人", En: "officers of the unit"}},
		{Word: string(WhoSecretary), Text: workflow.Text{Zh: "责任单位书记", En: "the unit's secretary"}},
		{Word: string(WhoVerifier), Text: workflow.Text{Zh: "验收单位", En: "the verifying unit"}},
		{Word: string(WhoCloser), Text: workflow.Text{Zh: "销号单位", En: "the closing unit"}},
		{Word: string(WhoTurn), Text: workflow.Text{Zh: "该办理的单位", En: "the unit whose turn it is"}},
		{Word: string(WhoHead), Text: workflow.Text{Zh: "该办理单位的书记", En: "its head"}},
	}
}

// Rung is one step of a ladder of reminders.
type Rung struct {
	Days  int   // after the date; before it when negative
	Every int   // days until it comes again, 0 for never
	Tell  []Who // the first is told first
}

// late says whether the rung is about what is overdue.
func (r Rung) late() bool { return r.Days > 0 }

// Rules say who is reminded of what, and when. They are not changed after they were read.
type Rules struct {
	On       bool
	Soon     int // days before the due day from which the light is soon
	Ladder   map[Topic][]Rung
	Officers []workflow.Post // who does the daily work of an org
	Leaders  []workflow.Post // who leads units in the place of the head (分管领导)
	Within   int             // working days in which a look-back that came round by itself is done
	Run      *Run            // nil for rules of one checklist
}

// Run says when the daily run begins and when it waits for an administrator instead of writing to more people than anybody meant.
type Run struct {
	From int // the hour in China before which nothing is sent
	Most int // people in one run
	Jump int // so many times the people of the last run
	Base int // as the last run counts one with fewer
}

// Limit is how many people are written to after a run that wrote to last without anybody being asked.
func (r *Run) Limit(last int) int { return min(r.Most, r.Jump*max(last, r.Base)) }

// MaxSize is the most bytes of a file of rules.
const MaxSize = 32 << 10

//go:embed rules.yaml
var shipped []byte

// ShippedBody is the file of the rules that come with the program.
func ShippedBody() string { return string(shipped) }

// Shipped are the rules that come with the program.
func Shipped() (*Rules, error) { return Parse("rules.yaml", shipped) }

// Warn is the day from which the light of an issue with the due day is soon.
func (r *Rules) Warn(due workflow.Day) workflow.Day {
	if due == "" {
		return ""
	}
	return due.Add(-r.Soon)
}

// Book is the rules in force: those of every checklist that has its own, and the default for all others.
type Book struct {
	Default *Rules
	Own     map[workflow.ChecklistID]*Rules
}

// For are the rules of a checklist, 0 for an issue without one.
func (b *Book) For(id workflow.ChecklistID) *Rules {
	if own, ok := b.Own[id]; ok {
		return own
	}
	return b.Default
}

// With is the book with other rules for a checklist, or for all that have none of their own when id is 0. Nil takes the own ones away.
func (b *Book) With(id workflow.ChecklistID, r *Rules) *Book {
	out := &Book{Default: b.Default, Own: make(map[workflow.ChecklistID]*Rules, len(b.Own)+1)}
	for key, own := range b.Own {
		out.Own[key] = own
	}
	switch {
	case id == 0:
		out.Default = r
	case r == nil:
		delete(out.Own, id)
	default:
		out.Own[id] = r
	}
	return out
}

// Text says in a sentence when a rung comes and who is told.
func (r Rung) Text() workflow.Text {
	text := workflow.Say("期限前%d天", "%d days before", -r.Days)
	if r.late() {
		text = workflow.Say("期限后%d天", "%d days after", r.Days)
	}
	if r.Days == 0 {
		text = workflow.Say("期限当天", "on the day")
	}
	if r.Every > 0 {
		text = workflow.Say("%s起每%d天", "%s and every %d days from then on", text, r.Every)
	}
	var zh, en string
	for n, who := range r.Tell {
		at := slices.IndexFunc(Whos(), func(w workflow.Wording) bool { return w.Word == string(who) })
		if n > 0 {
			zh, en = zh+"、", en+", "
		}
		zh, en = zh+Whos()[at].Text.Zh, en+Whos()[at].Text.En
	}
	return workflow.Say("%s：%s", "%s: %s", text, workflow.Text{Zh: zh, En: en})
}

// name is the rung in the key of a reminder: how many days after the date.
func rungName(days int) string { return fmt.Sprintf("%+d", days) }
