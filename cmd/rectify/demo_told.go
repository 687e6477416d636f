package main

import (
	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/remind"
)

const (
	demoToldDay = 156                                                        // from this day on people have mail and groups have robots
	demoMail    = "smtp+plain://127.0.0.1/?from=rectify@qinglan.example.org" // it is offered, and never dialled
)

// demoChannels are the channels of a demonstration: everything can be set up, and nothing leaves the program.
func demoChannels() (*remind.Channels, error) {
	f := deliveryFlags{Mail: demoMail}
	return f.channels()
}

// planTold is how people and groups want to be told: mail with quiet hours, and robots of groups.
func (c *city) planTold() {
	c.choose("songjia", engine.OwnChannels{Mail: "songjia@qinglan.example.org", MailOn: true, QuietFrom: 20 * 60, QuietUntil: 7*60 + 30})
	c.choose("panlei", engine.OwnChannels{Mail: "panlei@qinglan.example.org", QuietFrom: 12 * 60, QuietUntil: 14 * 60}) // kept, and turned off
	for _, robot := range []engine.RobotPlan{
		{Org: c.orgs["0100"], Channel: engine.ByWeCom, Title: "机关党委工作群", URL: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=demonstration", Active: true},
		{Org: c.orgs["02"], Channel: engine.ByDingTalk, Title: "整改工作专班群", URL: "https://oapi.dingtalk.com/robot/send?access_token=demonstration",
			Secret: "SECdemonstration", Active: true},
	} {
		c.on(demoToldDay, "robot "+robot.Title, func() error {
			by, err := c.o.engine.ActorNamed(c.ctx, "chenglang")
			if err == nil {
				_, err = c.o.engine.PutRobot(c.ctx, by, robot)
			}
			return err
		})
	}
	c.on(2, "budget", func() error {
		by, err := c.o.engine.ActorNamed(c.ctx, "chenglang")
		if err == nil {
			_, err = c.o.engine.SetBudget(c.ctx, by, workflow.Budget{Issue: workflow.Load{Fields: 7, Files: 1}, Month: workflow.Load{Fields: 60, Files: 10}}, 0)
		}
		return err
	})
}

// choose lets somebody choose how they are told things.
func (c *city) choose(account string, chosen engine.OwnChannels) {
	c.on(demoToldDay, "channels of "+account, func() error {
		by, err := c.o.engine.ActorNamed(c.ctx, account)
		if err == nil {
			err = c.o.engine.ChooseChannels(c.ctx, by, chosen)
		}
		return err
	})
}
