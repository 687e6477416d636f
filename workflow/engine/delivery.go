package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// The channels by which a message can go.
const (
	InProgram  = store.InApp
	ByMail     = store.Mail
	ByWeCom    = store.WeCom
	ByDingTalk = store.DingTalk
	ByFeishu   = store.Feishu
	ByWebhook  = store.Webhook
)

// The topics of messages.
const (
	topicDigest = "digest" // to a person, once a day
	topicUnit   = "unit"   // to the robots of an org, once a day
	topicTry    = "try"    // to see whether a channel works
)

// quietMost is the most hours a day in which somebody is left alone: more, and what is due on a day would not arrive on it.
const quietMost = 16

// Message is something that somebody was told, or is to be.
type Message = store.Message

// Tried is what became of the last message that was sent to see whether a channel works.
type Tried struct {
	At    time.Time // zero if none was
	Sent  time.Time // zero if it was not
	Next  time.Time // when it is tried next, zero if it is not
	Error string
}

// OwnChannels is how somebody is told things beside the program itself, where everything is to be read in any case.
type OwnChannels struct {
	Lang        string // in which they are told: zh or en
	MailOffered bool   // this program sends mail
	Mail        string
	MailOn      bool
	QuietFrom   int // minutes of the day in China from which no mail is sent
	QuietUntil  int // until then, over midnight if it is earlier; both alike for no quiet hours
	LastTry     Tried
}

// OwnChannels shows the actor's own choices.
func (e *Engine) OwnChannels(ctx context.Context, by workflow.Actor) (OwnChannels, error) {
	choices, err := e.db.Choices(ctx, by.Person)
	if err != nil {
		return OwnChannels{}, err
	}
	mail := choices[store.Mail]
	out := OwnChannels{Lang: langOf(choices), MailOffered: e.reachesPeople(store.Mail), Mail: mail.Address, MailOn: mail.On, QuietFrom: mail.QuietFrom, QuietUntil: mail.QuietUntil}
	out.LastTry, err = e.lastTry(ctx, personTries(by.Person))
	return out, err
}

// langOf is the language in which somebody is told things, Chinese where they chose none.
func langOf(choices map[string]store.Choice) string {
	if choices[store.InApp].Address == "en" {
		return "en"
	}
	return "zh"
}

// reachesPeople says whether this program writes to people by a channel.
func (e *Engine) reachesPeople(channel string) bool {
	return slices.Contains(e.channels.ForPeople(), channel)
}

// ChooseChannels keeps the actor's own choices, on record. Without a Lang the language stays as it is.
//
// Errors: ErrInvalid with the codes no_mail, bad_address, bad_quiet_hours and unknown_word.
func (e *Engine) ChooseChannels(ctx context.Context, by workflow.Actor, c OwnChannels) error {
	c.Mail = strings.TrimSpace(c.Mail)
	switch quiet := (c.QuietUntil - c.QuietFrom + 24*60) % (24 * 60); {
	case c.MailOn && !e.reachesPeople(store.Mail):
		return workflow.Invalid("no_mail", "mail", workflow.Say("本系统没有设置邮件服务器，不能用邮件提醒", "this program has no mail server to send mail with"))
	case c.Lang != "" && c.Lang != "zh" && c.Lang != "en":
		return workflow.Invalid("unknown_word", "lang", workflow.Say("语言只有 zh 和 en", "the languages are zh and en"))
	case min(c.QuietFrom, c.QuietUntil) < 0, max(c.QuietFrom, c.QuietUntil) >= 24*60, quiet > quietMost*60:
		return workflow.Invalid("bad_quiet_hours", "quiet_from", workflow.Say("免打扰时间每天最多%d小时，否则当天的提醒当天送不到",
			"quiet hours are %d a day at most, or what is due on a day would not arrive on it", quietMost))
	}
	if c.MailOn || c.Mail != "" {
		if err := remind.CheckAddress(store.Mail, c.Mail); err != nil {
			return inField(err, "mail")
		}
	}
	before, err := e.db.Choices(ctx, by.Person)
	if err == nil && c.Lang != "" && c.Lang != langOf(before) {
		err = e.db.PutChoice(ctx, store.Choice{Person: by.Person, Channel: store.InApp, Address: c.Lang, On: true},
			e.note(&by, KindAccount, int64(by.Person), "channel_chosen", "提醒的语言 "+c.Lang, nil))
	}
	if err != nil {
		return err
	}
	if !c.MailOn && c.Mail == "" && !e.reachesPeople(store.Mail) {
		return nil // what was chosen while there was mail is kept
	}
	chosen := store.Choice{Person: by.Person, Channel: store.Mail, Address: c.Mail, On: c.MailOn, QuietFrom: c.QuietFrom, QuietUntil: c.QuietUntil}
	if old, known := before[store.Mail]; old == chosen || !known && chosen == (store.Choice{Person: by.Person, Channel: store.Mail}) {
		return nil
	}
	note := "关"
	if c.MailOn {
		note = "开 " + c.Mail
	}
	if c.QuietFrom != c.QuietUntil {
		note += " 免打扰 " + ClockTime(c.QuietFrom) + "—" + ClockTime(c.QuietUntil)
	}
	return e.db.PutChoice(ctx, chosen, e.note(&by, KindAccount, int64(by.Person), "channel_chosen", "邮件提醒 "+note, nil))
}

// ClockTime writes minutes of the day as 07:30.
func ClockTime(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// inField is a fault beside another field of a form.
func inField(err error, field string) error {
	if fault, ok := err.(*workflow.Fault); ok { //nolint:errorlint // made by the function that was just called
		beside := *fault
		beside.Field = field
		return &beside
	}
	return err
}

// TryMail sends the actor a mail to see whether it arrives. In their quiet hours it waits: until is when it goes then, else zero.
//
// Errors: ErrRefused with the codes mail_off, and tried_just_now for a second one within a minute.
func (e *Engine) TryMail(ctx context.Context, by workflow.Actor) (until time.Time, err error) {
	choices, err := e.db.Choices(ctx, by.Person)
	if err != nil {
		return until, err
	}
	mail := choices[store.Mail]
	if !mail.On || !e.reachesPeople(store.Mail) {
		return until, workflow.Refused("mail_off", workflow.Say("请先打开邮件提醒并保存", "turn mail on first, and keep that"))
	}
	m := store.Message{Key: personTries(by.Person), Person: by.Person, Channel: store.Mail, Address: mail.Address}
	if err := e.try(ctx, m, by.Name); err != nil {
		return until, err
	}
	return remind.QuietUntil(mail, e.now()), nil
}

// try puts a message whose key is the beginning of one; there is one a minute at most.
func (e *Engine) try(ctx context.Context, m store.Message, name string) error {
	at := e.moment()
	m.ID, m.Key, m.Day, m.Topic, m.Created = e.newID(), m.Key+at.In(workflow.China).Format("200601021504"), workflow.DayOf(at), topicTry, at
	m.Subject, m.Body = "试发：整改提醒能送到这里", name+"试发的消息。收到它，说明提醒能送到这里。\n"
	fresh, err := e.db.PutMessages(ctx, []store.Message{m})
	if err == nil && len(fresh) == 0 {
		err = workflow.Refused("tried_just_now", workflow.Say("一分钟内只能试发一次，请稍后再试", "one message a minute can be tried; try again later"))
	}
	return err
}

func personTries(person workflow.PersonID) string { return fmt.Sprintf("try/p%d/", int64(person)) }

func (e *Engine) lastTry(ctx context.Context, tries string) (Tried, error) {
	m, ok, err := e.db.LastKeyed(ctx, tries)
	if err != nil || !ok {
		return Tried{}, err
	}
	t := Tried{At: m.Created, Sent: m.Sent, Error: m.Error}
	if m.State == store.MessageWaiting {
		t.Next = m.NextAt
	}
	return t, nil
}

// Inbox shows the actor what they were told in the program, the newest first: before is the id of the last message of the page before, 0
// for the first. Errors: ErrInvalid with the code bad_limit.
func (e *Engine) Inbox(ctx context.Context, by workflow.Actor, before int64, limit int) ([]Message, error) {
	if limit < 1 || limit > PageLimit {
		return nil, badLimit()
	}
	return e.db.Inbox(ctx, by.Person, before, limit)
}

// InboxUnread counts what the actor was told in the program and has not seen.
func (e *Engine) InboxUnread(ctx context.Context, by workflow.Actor) (int, error) {
	return e.db.Unread(ctx, by.Person)
}

// InboxSeen keeps that the actor has seen their messages up to the one with an id.
func (e *Engine) InboxSeen(ctx context.Context, by workflow.Actor, upTo int64) error {
	return e.db.Seen(ctx, by.Person, upTo, e.moment())
}

// Reach is what of the places that messages lead to somebody may see now: what they were told long ago may be out of their sight.
type Reach struct {
	Issues  map[workflow.IssueID]bool
	Prompts map[workflow.OrgID]bool // the orgs whose prompts they may see
}

// Reach says which of the issues, and the prompts of which of the orgs, the actor may see.
func (e *Engine) Reach(ctx context.Context, by workflow.Actor, issues []workflow.IssueID, orgs []workflow.OrgID) (Reach, error) {
	out := Reach{map[workflow.IssueID]bool{}, map[workflow.OrgID]bool{}}
	found, err := e.db.IssuesByID(ctx, issues)
	if err != nil {
		return out, err
	}
	for id, i := range found {
		_, out.Issues[id] = e.guard.Allow(&by, workflow.View, &i, i.Grade)
	}
	known, err := e.db.OrgsByID(ctx, orgs)
	for id, org := range known {
		out.Prompts[id] = len(e.promptsOf(&by, org.Line)) > 0
	}
	return out, err
}
