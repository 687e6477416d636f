package remind

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"rectify/workflow"
)

// linesShown is the most lines of one part of a digest; the rest is counted.
const linesShown = 20

// Said is one line of a digest: a reminder, or something new.
type Said struct {
	Number string // of the issue
	Title  string
	Path   string // where it is
	Text   workflow.Text
	Late   int // days since the date, negative before it: the latest first
}

// Waits counts what waits for somebody, by light.
type Waits struct {
	Overdue, Soon, Other int
	More                 bool // there is more than was counted
	Rows                 []Said
}

// Digest is what one person is told on one day.
type Digest struct {
	Name      string
	Day       workflow.Day
	Reminders []Said
	News      []Said
	Prompts   []Said
	Waits     Waits
}

// Empty says whether there is nothing to tell: what only still waits is no reason to write.
func (d *Digest) Empty() bool { return len(d.Reminders)+len(d.News)+len(d.Prompts) == 0 }

// Lines is how many lines it has.
func (d *Digest) Lines() int {
	return min(len(d.Reminders), linesShown) + min(len(d.News), linesShown) + len(d.Prompts) + min(len(d.Waits.Rows), linesShown)
}

// Subject says in a line what is in it.
func (d *Digest) Subject() workflow.Text {
	late := 0
	for n := range d.Reminders {
		if d.Reminders[n].Late > 0 {
			late++
		}
	}
	zh, en := []string{}, []string{}
	add := func(n int, what workflow.Text) {
		if n > 0 {
			zh, en = append(zh, strings.Replace(what.Zh, "#", strconv.Itoa(n), 1)), append(en, strings.Replace(what.En, "#", strconv.Itoa(n), 1))
		}
	}
	add(late, workflow.Text{Zh: "超期#项", En: "# overdue"})
	add(len(d.Reminders)-late, workflow.Text{Zh: "提醒#项", En: "# reminders"})
	add(len(d.News), workflow.Text{Zh: "新动态#项", En: "# new"})
	for n := range d.Prompts {
		zh, en = append(zh, d.Prompts[n].Text.Zh), append(en, d.Prompts[n].Text.En)
	}
	return workflow.Say("整改提醒 %s：%s", "Rectify %s: %s", string(d.Day), workflow.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")})
}

// Body is the digest as a text.
func (d *Digest) Body() workflow.Text {
	slices.SortStableFunc(d.Reminders, func(a, b Said) int { return cmp.Or(cmp.Compare(b.Late, a.Late), cmp.Compare(a.Number, b.Number)) })
	return workflow.Text{Zh: d.body("zh"), En: d.body("en")}
}

func (d *Digest) body(lang string) string {
	var b strings.Builder
	part := func(title workflow.Text, said []Said) {
		if len(said) == 0 {
			return
		}
		b.WriteString("\n" + title.In(lang) + "\n")
		for n := range said[:min(len(said), linesShown)] {
			b.WriteString(said[n].line(n+1, lang))
		}
		if more := len(said) - linesShown; more > 0 {
			b.WriteString(workflow.Say("另有%d项，请登录查看", "%d more: sign in to see them", more).In(lang) + "\n")
		}
	}
	b.WriteString(workflow.Say("%s：%s的整改提醒", "%s, reminders of %s", d.Name, string(d.Day)).In(lang) + "\n")
	part(workflow.Say("【提醒】%d项", "Reminders: %d", len(d.Reminders)), d.Reminders)
	part(workflow.Say("【提示】", "Prompts"), d.Prompts)
	part(workflow.Say("【新动态】%d项", "New: %d", len(d.News)), d.News)
	if w := &d.Waits; w.Overdue+w.Soon+w.Other > 0 {
		title := workflow.Say("【待您办理】超期%d项、临期%d项、其他%d项", "Waiting for you: %d overdue, %d due soon, %d others", w.Overdue, w.Soon, w.Other)
		if w.More {
			title = workflow.Say("%s（不止这些）", "%s (and more)", title)
		}
		part(title, w.Rows)
	}
	return b.String()
}

func (s *Said) line(n int, lang string) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(n) + ". ")
	if s.Number != "" {
		b.WriteString(s.Number + " " + s.Title + "\n   ")
	}
	b.WriteString(s.Text.In(lang) + "\n")
	if s.Path != "" {
		b.WriteString("   " + s.Path + "\n")
	}
	return b.String()
}

// Text says a reminder in a sentence, as it stands on a day.
func (r *Reminder) Text(day workflow.Day) workflow.Text {
	late := r.Date.Until(day)
	topic := r.Topic()
	switch {
	case topic == TopicLetter:
		return workflow.Say("督办函于%s发出，%d天未签收，请签收", "a letter of %s has not been signed for in %d days", string(r.Date), late)
	case late > 0:
		return workflow.Say("%s（%s）已超过%d天", "%s (%s): %d days overdue", topic.Text(), string(r.Date), late)
	case late == 0:
		return workflow.Say("%s就在今天（%s）", "%s is today (%s)", topic.Text(), string(r.Date))
	}
	return workflow.Say("%s：%s，还有%d天", "%s: %s, in %d days", topic.Text(), string(r.Date), -late)
}
