package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	channelsPage = mePage + "/channels"
	digestsPage  = page.NoticesPath + "/digests"
	toldBeside   = 3  // messages shown beside the notices
	quietStep    = 30 // minutes between two times that are offered
)

// showDigests shows everything that the caller was told in the program.
func (s *Server) showDigests(c echo.Context) error {
	ctx := c.Request().Context()
	var in reading
	before := idOf[int64](&in, "after", c.QueryParam("after"))
	if in.err != nil {
		return in.err
	}
	told, err := s.Engine.Inbox(ctx, actorOf(ctx), before, pageSize)
	if err != nil {
		return err
	}
	rows, err := s.toldRows(c, told)
	if err != nil {
		return err
	}
	next := ""
	if len(told) == pageSize {
		next = id(told[pageSize-1].ID)
	}
	return s.show(c, http.StatusOK, page.Digests{Frame: s.frame(c, workflow.Say("每日提醒", "Daily reminders")), Rows: rows, Pager: pagerOf(c, next)})
}

// toldRows shows messages, the newest unread one unfolded. They lead only to what the reader may see today.
func (s *Server) toldRows(c echo.Context, told []engine.Message) ([]page.Told, error) {
	opened := false
	rows := each(told, func(m engine.Message) page.Told {
		row := page.Told{At: m.Created, Title: m.Subject, Lines: page.ToldLines(m.Body), Unread: m.Seen.IsZero()}
		row.Open = row.Unread && !opened
		opened = opened || row.Open
		return row
	})
	return rows, s.onlyReached(c, rows)
}

// onlyReached takes the links out of messages that would lead to nothing.
func (s *Server) onlyReached(c echo.Context, rows []page.Told) error {
	var issues []workflow.IssueID
	var orgs []workflow.OrgID
	for _, row := range rows {
		for _, l := range row.Lines {
			issue, org := leadsTo(l.Path)
			issues, orgs = append(issues, issue), append(orgs, org)
		}
	}
	ctx := c.Request().Context()
	reach, err := s.Engine.Reach(ctx, actorOf(ctx), issues, orgs)
	for _, row := range rows {
		for n := range row.Lines {
			issue, org := leadsTo(row.Lines[n].Path)
			if issue != 0 && !reach.Issues[issue] || org != 0 && !reach.Prompts[org] {
				row.Lines[n].Path = ""
			}
		}
	}
	return err
}

// leadsTo is the issue, or the org of the prompt, that a path in a message leads to; 0 for neither.
func leadsTo(path string) (issue workflow.IssueID, org workflow.OrgID) {
	u, err := url.Parse(path)
	if err != nil {
		return 0, 0
	}
	if digits, ok := strings.CutPrefix(u.Path, "/issues/"); ok {
		n, _ := strconv.ParseInt(digits, 10, 64)
		return workflow.IssueID(n), 0
	}
	if u.Path == "/prompts" {
		n, _ := strconv.ParseInt(u.Query().Get("org"), 10, 64)
		return 0, workflow.OrgID(n)
	}
	return 0, 0
}

// showChannels shows how the caller is told things, and the form that changes it.
func (s *Server) showChannels(c echo.Context) error {
	p, err := s.channelsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) channelsPage(c echo.Context) (*page.Channels, error) {
	ctx := c.Request().Context()
	own, err := s.Engine.OwnChannels(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	p := &page.Channels{Frame: s.frame(c, workflow.Say("提醒方式", "Reminders")), Tabs: meTabs(channelsPage), Mail: own.MailOffered, Last: triedMessage(&own.LastTry)}
	p.Form = &page.Form{Action: channelsPage, Submit: workflow.Say("保存", "Keep"), Fields: []page.Field{
		{Name: "lang", Kind: page.Select, Label: workflow.Say("提醒的语言", "Language of reminders"), Required: true, Options: []page.Option{
			{Value: "zh", Text: workflow.Say("中文", "Chinese"), Chosen: own.Lang == "zh"}, {Value: "en", Text: workflow.Say("英文", "English"), Chosen: own.Lang == "en"}}}}}
	if !own.MailOffered {
		return p, nil
	}
	p.Form.Fields = append(p.Form.Fields, []page.Field{
		{Name: "mail_on", Kind: page.Checks, Label: workflow.Say("是否发到邮箱", "By mail"), Options: []page.Option{
			{Value: "mail_on", Text: workflow.Say("同时发到下面的邮箱", "Send it to this address as well"), Chosen: own.MailOn}}},
		{Name: "mail", Kind: page.Line, Label: workflow.Say("邮箱地址", "Address"), Value: own.Mail, Hint: "email",
			Help: workflow.Say("邮件里有问题的摘要：请用单位邮箱。地址的每次变更都记入历史", "a mail says what the issues are about in short: use the address of your office. Each change is in history")},
		quietField("quiet_from", workflow.Say("免打扰：从", "Quiet hours: from"), own.QuietFrom, own.QuietFrom != own.QuietUntil),
		quietField("quiet_until", workflow.Say("到", "until"), own.QuietUntil, own.QuietFrom != own.QuietUntil),
	}...)
	p.Form.Field("quiet_until").Help = workflow.Say("这段时间不发邮件，过后再发；可以跨过零点，最长16小时；两项都不选为不设。站内通知不受影响",
		"no mail in these hours, it comes after them; they may go over midnight, 16 hours at the most; choose neither for none. Notices here are not held back")
	if own.MailOn {
		p.Try = &page.Form{Action: channelsPage + "/try", Submit: workflow.Say("发一条试试", "Send one to try")}
	}
	return p, nil
}

// quietField offers the times of the day; one in between that was set elsewhere is kept.
func quietField(name string, label workflow.Text, minutes int, set bool) page.Field {
	f := page.Field{Name: name, Kind: page.Select, Label: label}
	add := func(at int) {
		text := engine.ClockTime(at)
		f.Options = append(f.Options, page.Option{Value: text, Text: same(text), Chosen: set && at == minutes})
	}
	for at := 0; at < 24*60; at += quietStep {
		if add(at); set && minutes > at && minutes < at+quietStep {
			add(minutes)
		}
	}
	return f
}

func triedMessage(t *engine.Tried) *page.TriedMessage {
	if t.At.IsZero() {
		return nil
	}
	return &page.TriedMessage{At: t.At, Sent: t.Sent, Next: t.Next, Error: t.Error}
}

// chooseChannelsByForm changes how the caller is told things.
func (s *Server) chooseChannelsByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	chosen, err := channelsTyped(values)
	if err == nil {
		err = s.Engine.ChooseChannels(ctx, actorOf(ctx), chosen)
	}
	if err == nil {
		return s.done(c, channelsPage, workflow.Say("已保存", "kept"))
	}
	p, failed := s.channelsPage(c)
	if failed != nil || p.Form == nil {
		return errors.Join(failed, err)
	}
	fill(p.Form.Fields, values)
	return s.showForm(c, p.Form, err, func() page.Page { return p })
}

func channelsTyped(values url.Values) (engine.OwnChannels, error) {
	var in reading
	from, until := values.Get("quiet_from"), values.Get("quiet_until")
	out := engine.OwnChannels{Lang: values.Get("lang"), MailOn: values.Has("mail_on"), Mail: strings.TrimSpace(values.Get("mail")), QuietFrom: minutesOf(&in, "quiet_from", from),
		QuietUntil: minutesOf(&in, "quiet_until", until)}
	if (from == "") != (until == "") {
		in.fault(workflow.Invalid("bad_quiet_hours", "quiet_until", workflow.Say("免打扰的起止时间要么都选，要么都不选", "choose both times of the quiet hours, or neither")))
	}
	return out, in.err
}

// tryMailByForm sends the caller a mail to see whether it arrives.
func (s *Server) tryMailByForm(c echo.Context) error {
	ctx := c.Request().Context()
	until, err := s.Engine.TryMail(ctx, actorOf(ctx))
	switch {
	case err == nil && until.IsZero():
		return s.done(c, channelsPage, workflow.Say("正在发送，请过一会儿查收；稍后刷新本页可以看到结果", "it is on its way; open this page again in a while to see what became of it"))
	case err == nil:
		at := until.In(workflow.China).Format("01-02 15:04")
		return s.done(c, channelsPage, workflow.Say("现在是您的免打扰时间，%s以后送出", "these are your quiet hours; it goes at %s", at))
	}
	p, failed := s.channelsPage(c)
	if failed != nil || p.Try == nil {
		return errors.Join(failed, err)
	}
	return s.showForm(c, p.Try, err, func() page.Page { return p })
}
