package api

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	deliveryPage  = settingsPage + "/delivery"
	robotsPage    = settingsPage + "/robots"
	deliveredLate = 15 * time.Minute // what waits longer than that after its time is shown as late
)

// channelText is the name of a channel.
func channelText(channel string) workflow.Text {
	switch channel {
	case engine.InProgram:
		return workflow.Say("站内消息", "in the program")
	case engine.ByMail:
		return workflow.Say("电子邮件", "mail")
	case engine.ByWeCom:
		return workflow.Say("企业微信群机器人", "robot of WeCom")
	case engine.ByDingTalk:
		return workflow.Say("钉钉群机器人", "robot of DingTalk")
	case engine.ByFeishu:
		return workflow.Say("飞书群机器人", "robot of Feishu")
	case engine.ByWebhook:
		return workflow.Say("通用 Webhook", "webhook")
	}
	return same(channel)
}

// showDelivery shows the system administrator how the delivery stands.
func (s *Server) showDelivery(c echo.Context) error {
	ctx := c.Request().Context()
	figures, err := s.Engine.Delivery(ctx, actorOf(ctx))
	if err != nil {
		return err
	}
	p := page.Delivery{Frame: s.frame(c, workflow.Say("消息投递", "Delivery")), Tabs: settingsTabs(deliveryPage), Channel: c.QueryParam("channel"),
		Filter: page.Field{Label: workflow.Say("渠道", "Channel")}}
	for n := range figures {
		f := &figures[n]
		p.Figures = append(p.Figures, page.DeliveryFigure{Text: channelText(f.Channel), Offered: f.Offered, Waiting: f.Waiting, Sent: f.Sent, Skipped: f.Skipped,
			Dead: f.Dead, Oldest: f.Oldest, Late: f.Waiting > 0 && f.Oldest.Before(s.Now().Add(-deliveredLate)), Path: deliveryPage + "?channel=" + f.Channel + "#dead"})
		p.Filter.Options = append(p.Filter.Options, page.Option{Value: f.Channel, Text: channelText(f.Channel), Chosen: f.Channel == p.Channel})
		if p.Channel == "" || p.Channel == f.Channel {
			p.All += f.Dead
		}
	}
	if p.Rows, p.Pager, err = s.deadRows(c, p.Channel); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) deadRows(c echo.Context, channel string) (rows []page.DeadLetter, pager page.Pager, err error) {
	ctx := c.Request().Context()
	var in reading
	before := idOf[int64](&in, "after", c.QueryParam("after"))
	if in.err != nil {
		return nil, pager, in.err
	}
	dead, err := s.Engine.DeadLetters(ctx, actorOf(ctx), channel, before, pageSize)
	next := ""
	if len(dead) == pageSize {
		next = id(dead[pageSize-1].ID)
	}
	return each(dead, func(d engine.DeadLetter) page.DeadLetter {
		return page.DeadLetter{ID: id(d.ID), Channel: channelText(d.Channel), Topic: d.Topic, Day: d.Day, To: d.To, Address: d.Address, Attempts: d.Attempts, Error: d.Error,
			Created: d.Created}
	}), pagerOf(c, next), err
}

// sendAgainByForm puts one dead letter back, or all of a channel.
func (s *Server) sendAgainByForm(c echo.Context) error {
	ctx := c.Request().Context()
	if c.FormValue("all") != "" {
		n, err := s.Engine.SendAllAgain(ctx, actorOf(ctx), c.FormValue("channel"))
		if err != nil {
			return err
		}
		return s.done(c, deliveryPage, workflow.Say("%d条已重新排队，即将送出", "%d messages are put back and go soon", n))
	}
	message, err := pathID[int64](c.FormValue("id"))
	if err == nil {
		err = s.Engine.SendAgain(ctx, actorOf(ctx), []int64{message})
	}
	if err != nil {
		return err
	}
	return s.done(c, deliveryPage, workflow.Say("已重新排队，即将送出", "it is put back and goes soon"))
}

// showRobots lists robots and webhooks.
func (s *Server) showRobots(c echo.Context) error {
	p, err := s.robotsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) robotsPage(c echo.Context) (*page.Robots, error) {
	ctx := c.Request().Context()
	robots, err := s.Engine.Robots(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	form := robotForm(robotsPage, nil)
	return &page.Robots{Frame: s.frame(c, workflow.Say("群机器人与 Webhook", "Robots and webhooks")), Tabs: settingsTabs(robotsPage), Form: form,
		Rows: each(robots, robotRow)}, nil
}

func robotRow(r engine.Robot) page.RobotRow {
	return page.RobotRow{Path: robotsPage + "/" + id(r.ID), Title: r.Title, Org: r.Org.Shown(), Channel: channelText(r.Channel), Host: r.Host, Signed: r.Signed, Active: r.Active,
		Last: triedMessage(&r.LastTry)}
}

// robotForm asks for a robot, or what to change of one.
func robotForm(action string, r *engine.Robot) *page.Form {
	f := &page.Form{Action: action, Submit: workflow.Say("添加", "Add"), Fields: []page.Field{
		{Name: "org", Kind: page.OrgName, Label: workflow.Say("组织", "Organisation"), Required: true},
		{Name: "title", Kind: page.Line, Label: workflow.Say("名称", "Name"), Required: true, Help: workflow.Say("如“支部工作群”", "such as “group of the branch”")},
		{Name: "channel", Kind: page.Select, Label: workflow.Say("渠道", "Channel"), Required: true},
		{Name: "url", Kind: page.Line, Label: workflow.Say("地址", "Address"), Required: true, Hint: "off",
			Help: workflow.Say("平台给出的网址，保存后不再显示", "the https address that the platform gave; it is not shown once it is kept")},
		{Name: "secret", Kind: page.Secret, Label: workflow.Say("签名密钥", "Secret"), Hint: "new-password",
			Help: workflow.Say("钉钉、飞书、Webhook 必填，企业微信不填；保存后不再显示", "needed for DingTalk, Feishu and webhooks, none for WeCom; it is not shown once it is kept")},
	}}
	for _, channel := range []string{engine.ByWeCom, engine.ByDingTalk, engine.ByFeishu, engine.ByWebhook} {
		channels := f.Field("channel")
		channels.Options = append(channels.Options, page.Option{Value: channel, Text: channelText(channel)})
	}
	if r == nil {
		return f
	}
	f.Submit = workflow.Say("保存", "Keep")
	f.Field("org").Value, f.Field("title").Value = r.Org.Name, r.Title
	address, secret := f.Field("url"), f.Field("secret")
	address.Required, address.Help = false, workflow.Say("已设置（%s）；不填则不变", "set (%s); it stays if this is left empty", r.Host)
	if r.Signed {
		secret.Help = workflow.Say("已设置；不填则不变", "set; it stays if this is left empty")
	}
	*f.Field("channel") = page.Field{Name: "active", Kind: page.Checks, Label: workflow.Say("状态", "State"), Options: []page.Option{
		{Value: "active", Text: workflow.Say("启用", "on"), Chosen: r.Active}}}
	return f
}

// robotTyped reads the form of a robot.
func (s *Server) robotTyped(c echo.Context, values url.Values) (engine.RobotPlan, error) {
	org, err := s.orgTyped(c.Request().Context(), "org", values.Get("org"))
	if err != nil {
		return engine.RobotPlan{}, err
	}
	var in reading
	return engine.RobotPlan{Org: idOf[workflow.OrgID](&in, "org", org), Channel: values.Get("channel"), Title: values.Get("title"), URL: values.Get("url"),
		Secret: values.Get("secret"), Active: true}, in.err
}

// addRobotByForm sets a robot up.
func (s *Server) addRobotByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	plan, err := s.robotTyped(c, values)
	if err == nil {
		var robot int64
		if robot, err = s.Engine.PutRobot(ctx, actorOf(ctx), plan); err == nil {
			return s.done(c, robotsPage+"/"+id(robot), workflow.Say("已添加，可以试发一条", "it is set up; send a message to try it"))
		}
	}
	p, failed := s.robotsPage(c)
	if failed != nil {
		return failed
	}
	fill(p.Form.Fields, values)
	return s.showForm(c, p.Form, err, func() page.Page { return p })
}

// showRobot shows one robot.
func (s *Server) showRobot(c echo.Context) error {
	p, _, err := s.robotPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, p)
}

func (s *Server) robotPage(c echo.Context) (*page.RobotPage, int64, error) {
	ctx := c.Request().Context()
	number, err := pathID[int64](c.Param("robot"))
	if err != nil {
		return nil, 0, err
	}
	r, err := s.Engine.Robot(ctx, actorOf(ctx), number)
	if err != nil {
		return nil, 0, err
	}
	row := robotRow(r)
	p := &page.RobotPage{Frame: s.frame(c, same(r.Title)), Tabs: settingsTabs(robotsPage), Row: row, Form: robotForm(row.Path, &r),
		Delete: page.Form{Action: row.Path + "/delete", Submit: workflow.Say("删除", "Delete"), Danger: true}}
	if r.Active {
		p.Try = &page.Form{Action: row.Path + "/try", Submit: workflow.Say("发一条试试", "Send one to try")}
	}
	return p, number, nil
}

// changeRobotByForm changes a robot.
func (s *Server) changeRobotByForm(c echo.Context) error {
	ctx := c.Request().Context()
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	p, number, err := s.robotPage(c)
	if err != nil {
		return err
	}
	plan, err := s.robotTyped(c, values)
	if err == nil {
		plan.ID, plan.Channel, plan.Active = number, "", values.Has("active")
		_, err = s.Engine.PutRobot(ctx, actorOf(ctx), plan)
	}
	if err == nil {
		return s.done(c, p.Row.Path, workflow.Say("已保存", "kept"))
	}
	fill(p.Form.Fields, values)
	return s.showForm(c, p.Form, err, func() page.Page { return p })
}

// tryRobotByForm sends a message to a robot to see whether it arrives.
func (s *Server) tryRobotByForm(c echo.Context) error {
	ctx := c.Request().Context()
	p, number, err := s.robotPage(c)
	if err != nil {
		return err
	}
	if err = s.Engine.TryRobot(ctx, actorOf(ctx), number); err == nil {
		return s.done(c, p.Row.Path, workflow.Say("正在发送，请到群里查看；稍后刷新本页可以看到结果", "it is on its way; look in the group, and open this page again in a while"))
	}
	if p.Try == nil {
		return err
	}
	return s.showForm(c, p.Try, err, func() page.Page { return p })
}

// deleteRobotByForm forgets a robot.
func (s *Server) deleteRobotByForm(c echo.Context) error {
	ctx := c.Request().Context()
	number, err := pathID[int64](c.Param("robot"))
	if err != nil {
		return err
	}
	if err := s.Engine.DeleteRobot(ctx, actorOf(ctx), number); err != nil {
		return err
	}
	return s.done(c, robotsPage, workflow.Say("已删除", "deleted"))
}
