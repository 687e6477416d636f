package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	randv2 "math/rand/v2"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/remind"
)

const (
	tickEvery    = time.Minute          // the daily run is looked after so often
	messagesKept = 400 * 24 * time.Hour // and with them the memory that they were sent
)

// deliveryFlags say by which ways messages may leave the program.
type deliveryFlags struct {
	Mail         string   `help:"发邮件的服务器：smtp://用户:口令@主机:587/?from=地址&name=名称（smtps://、smtp+plain://）；不给就不发邮件。The mail server; no mail without it." placeholder:"URL"`
	Site         string   `help:"用户打开本系统的网址，写在邮件和群消息里 where people find this program, for the links in mails and groups." placeholder:"URL"`
	ReachHost    []string `help:"机器人和 Webhook 还可以发往哪些主机 hosts beyond the platforms' own that robots and webhooks may be at." placeholder:"HOST"`
	ReachNetwork []string `help:"上述主机可以在哪些内部网段 inside networks that such hosts may be in." placeholder:"CIDR"`
}

// channels are the ways that the flags allow.
func (f *deliveryFlags) channels() (*remind.Channels, error) {
	s := remind.ChannelSettings{Reach: remind.Reach{Hosts: f.ReachHost}}
	for _, text := range f.ReachNetwork {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, workflow.Invalid("bad_network", "reach-network", workflow.Say("--reach-network 应写成网段，如 10.0.0.0/8，读到“%s”", "--reach-network is a network such as 10.0.0.0/8, not %q", text))
		}
		s.Reach.Networks = append(s.Reach.Networks, network)
	}
	if f.Mail != "" {
		mail, err := remind.ParseMail(f.Mail)
		if err != nil {
			return nil, err
		}
		s.Mail = &mail
	}
	return remind.NewChannels(s)
}

// site is the address of the program without a slash at its end.
func (f *deliveryFlags) site() (string, error) {
	u, err := url.Parse(f.Site)
	if f.Site == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" {
		return strings.TrimRight(f.Site, "/"), nil
	}
	return "", workflow.Invalid("bad_site", "site", workflow.Say("--site 应写成网址，如 https://zg.example.gov.cn，读到“%s”", "--site is an address such as https://zg.example.gov.cn, not %q", f.Site))
}

// deliverer sends what waits; in a demonstration, nothing leaves the program.
func (c *serveCommand) deliverer(p *program, o *opened) (*remind.Deliverer, error) {
	site, err := c.site()
	if err != nil {
		return nil, err
	}
	channels := p.channels.All()
	if c.Demo {
		channels = p.channels.Inside()
	}
	return remind.NewDeliverer(remind.DelivererConfig{
		DB: o.db, Channels: channels, Owner: rand.Text(), Now: p.now, Rand: randv2.Float64, Log: p.log, Site: site,
	})
}

// runDays does, every minute, what is due on the day. Every process that serves does: one of them has the day.
func (o *opened) runDays(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		report, err := o.engine.Tick(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("the daily run broke off; it is taken up again in a minute", "error", err)
		case err == nil && report.Skipped == "":
			run := &report.Run
			log.Info("daily run", "day", run.Day, "stage", run.Stage, "steps", run.Steps, "owed", report.Fresh, "digests", report.Digests, "held", run.Hold)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
